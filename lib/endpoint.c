// SPDX-License-Identifier: Apache-2.0
/*
 * Endpoints: struct to request, answer to struct.
 */
#include "endpoint.h"

#include <netlink/attr.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"

static const struct vr_field fields[] = {
	VR_FIELD(struct vr_endpoint, id, VR_A_ENDPOINT_ID, VR_FIELD_U32, NULL),
	VR_FIELD(struct vr_endpoint, network, VR_A_ENDPOINT_NETWORK,
		 VR_FIELD_STRING, "network"),
	VR_FIELD(struct vr_endpoint, network_id, VR_A_ENDPOINT_NETWORK_ID,
		 VR_FIELD_U32, "network-id"),
	VR_FIELD(struct vr_endpoint, mac, VR_A_ENDPOINT_MAC, VR_FIELD_MAC,
		 "mac"),
	VR_FIELD(struct vr_endpoint, port_id, VR_A_ENDPOINT_PORT_ID,
		 VR_FIELD_U32, "port"),
	VR_FIELD(struct vr_endpoint, ifname, VR_A_ENDPOINT_IFNAME,
		 VR_FIELD_STRING, "dev"),
	VR_FIELD(struct vr_endpoint, ifindex, VR_A_ENDPOINT_IFINDEX,
		 VR_FIELD_U32, "ifindex"),
	VR_FIELD(struct vr_endpoint, netns_id, VR_A_ENDPOINT_NETNS_ID,
		 VR_FIELD_S32, NULL),
	VR_FIELD(struct vr_endpoint, remote, VR_A_ENDPOINT_REMOTE, VR_FIELD_IP,
		 "remote"),
	VR_FIELD(struct vr_endpoint, uplink, VR_A_ENDPOINT_UPLINK,
		 VR_FIELD_STRING, "uplink"),
	VR_FIELD(struct vr_endpoint, sequence, VR_A_ENDPOINT_SEQUENCE,
		 VR_FIELD_U32, "sequence"),
	VR_FIELD_NAMED(struct vr_endpoint, state, VR_A_ENDPOINT_STATE, "state",
		       &vr_endpoint_state_names),
	VR_FIELD_NAMED(struct vr_endpoint, origin, VR_A_ENDPOINT_ORIGIN,
		       "origin", &vr_origin_names),
};

int vr_endpoint_add_address(struct vr_endpoint *endpoint,
			    const struct vr_ip *address, struct vr_error *err)
{
	struct vr_ip *item;

	item = vr_list_grow(&endpoint->addresses, &endpoint->address_count,
			    sizeof(*item));
	if (!item)
		return vr_error_memory(err);

	*item = *address;
	return 0;
}

void vr_endpoint_free(struct vr_endpoint *endpoint)
{
	free(endpoint->addresses);
	memset(endpoint, 0, sizeof(*endpoint));
}

void vr_endpoint_put(struct vr_msg *msg, const struct vr_endpoint *endpoint)
{
	unsigned int i;

	vr_fields_put(msg, fields, ARRAY_SIZE(fields), endpoint);
	if (vr_is_set(endpoint, VR_A_ENDPOINT_NETNS_FD))
		vr_msg_put_netns(msg, VR_A_ENDPOINT_NETNS_FD,
				 endpoint->netns_fd, endpoint->netns);
	for (i = 0; i < endpoint->address_count; i++)
		vr_msg_put_ip(msg, VR_A_ENDPOINT_ADDRESS, "address",
			      &endpoint->addresses[i]);
}

static int vr_endpoint_parse_address(const struct nlattr *attr,
				     struct vr_endpoint *endpoint,
				     struct vr_error *err)
{
	struct vr_ip address;
	int ret;

	ret = vr_ip_parse_attr(attr, &address, err);
	if (ret < 0)
		return ret;

	return vr_endpoint_add_address(endpoint, &address, err);
}

int vr_endpoint_parse(const struct nlattr *attrs, int len,
		      struct vr_endpoint *endpoint, struct vr_error *err)
{
	const struct nlattr *attr;
	int rem, ret;

	memset(endpoint, 0, sizeof(*endpoint));
	nla_for_each_attr(attr, attrs, len, rem) {
		if (nla_type(attr) == VR_A_ENDPOINT_ADDRESS)
			ret = vr_endpoint_parse_address(attr, endpoint, err);
		else
			ret = vr_fields_parse(fields, ARRAY_SIZE(fields), attr,
					      endpoint, err);
		if (ret < 0)
			return ret;
	}

	return 0;
}

/* The answer to a request is one endpoint: the last one counts. */
static int vr_endpoint_take(const struct nlmsghdr *hdr, void *arg,
			    struct vr_error *err)
{
	struct vr_endpoint *reply = arg;
	const struct nlattr *attrs;
	int len;

	attrs = vr_nl_attrs(hdr, &len);
	vr_endpoint_free(reply);
	return vr_endpoint_parse(attrs, len, reply, err);
}

int vr_endpoint_call(struct vr_nl *nl, uint8_t cmd, uint16_t flags,
		     const struct vr_endpoint *endpoint,
		     struct vr_endpoint *reply, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;

	vr_msg_start_genl(&msg, nl->family, cmd, VR_GENL_VERSION, flags);
	vr_endpoint_put(&msg, endpoint);

	if (reply)
		memset(reply, 0, sizeof(*reply));
	return vr_nl_call(nl, &msg, reply ? vr_endpoint_take : NULL, reply,
			  err);
}

struct vr_endpoint_each {
	vr_endpoint_cb cb;
	void *arg;
};

static int vr_endpoint_each(const struct nlmsghdr *hdr, void *arg,
			    struct vr_error *err)
{
	const struct vr_endpoint_each *each = arg;
	const struct nlattr *attrs;
	struct vr_endpoint endpoint;
	int len, ret;

	attrs = vr_nl_attrs(hdr, &len);
	ret = vr_endpoint_parse(attrs, len, &endpoint, err);
	if (ret == 0)
		ret = each->cb(&endpoint, each->arg, err);
	vr_endpoint_free(&endpoint);

	return ret;
}

int vr_endpoint_dump(struct vr_nl *nl, const struct vr_endpoint *filter,
		     vr_endpoint_cb cb, void *arg, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_endpoint_each each = { .cb = cb, .arg = arg };

	vr_msg_start_genl(&msg, nl->family, VR_CMD_ENDPOINT_GET,
			  VR_GENL_VERSION, 0);
	if (filter)
		vr_endpoint_put(&msg, filter);
	return vr_nl_dump(nl, &msg, vr_endpoint_each, &each, err);
}
