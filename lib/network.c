// SPDX-License-Identifier: Apache-2.0
/*
 * Networks: struct to request, answer to struct.
 */
#include "network.h"

#include <errno.h>
#include <netlink/attr.h>
#include <stdlib.h>
#include <string.h>

static const struct vr_field fields[] = {
	VR_FIELD(struct vr_network, id, VR_A_NETWORK_ID, VR_FIELD_U32, "id"),
	VR_FIELD(struct vr_network, name, VR_A_NETWORK_NAME, VR_FIELD_STRING,
		 "name"),
	VR_FIELD(struct vr_network, vni, VR_A_NETWORK_VNI, VR_FIELD_U32, "vni"),
	VR_FIELD(struct vr_network, mtu, VR_A_NETWORK_MTU, VR_FIELD_U32, "mtu"),
	VR_FIELD(struct vr_network, gateway_mac, VR_A_NETWORK_GATEWAY_MAC,
		 VR_FIELD_MAC, "gateway-mac"),
	VR_FIELD(struct vr_network, description, VR_A_NETWORK_DESCRIPTION,
		 VR_FIELD_STRING, "description"),
	VR_FIELD_NAMED(struct vr_network, origin, VR_A_NETWORK_ORIGIN, "origin",
		       &vr_origin_names),
	VR_FIELD(struct vr_network, mtu_auto, VR_A_NETWORK_MTU_AUTO,
		 VR_FIELD_SWITCH, "mtu-auto"),
	VR_FIELD(struct vr_network, unknown_flood, VR_A_NETWORK_UNKNOWN_FLOOD,
		 VR_FIELD_SWITCH, "unknown-flood"),
	VR_FIELD(struct vr_network, uplink, VR_A_NETWORK_UPLINK,
		 VR_FIELD_STRING, "uplink"),
	{ .attr = VR_A_NETWORK_IF_UNUSED,
	  .type = VR_FIELD_FLAG,
	  .key = "if-unused" },
	VR_FIELD(struct vr_network, ports, VR_A_NETWORK_PORTS, VR_FIELD_U32,
		 NULL),
	VR_FIELD(struct vr_network, endpoints, VR_A_NETWORK_ENDPOINTS,
		 VR_FIELD_U32, NULL),
	VR_FIELD(struct vr_network, routes, VR_A_NETWORK_ROUTES, VR_FIELD_U32,
		 NULL),
};

int vr_network_add_subnet(struct vr_network *network,
			  const struct vr_prefix *subnet, struct vr_error *err)
{
	struct vr_prefix *item;

	item = vr_list_grow(&network->subnets, &network->subnet_count,
			    sizeof(*item));
	if (!item)
		return vr_error_memory(err);

	*item = *subnet;
	return 0;
}

void vr_network_free(struct vr_network *network)
{
	free(network->subnets);
	vr_ip_list_free(&network->flood);
	vr_ip_list_free(&network->flood_add);
	vr_ip_list_free(&network->flood_del);
	memset(network, 0, sizeof(*network));
}

static void vr_network_put_subnet(struct vr_msg *msg,
				  const struct vr_prefix *subnet)
{
	char text[VR_PREFIX_TEXT];

	vr_msg_nest(msg, VR_A_NETWORK_SUBNET, "subnet %s",
		    vr_prefix_format(subnet, text));
	vr_msg_put_ip(msg, VR_A_SUBNET_GATEWAY, NULL, &subnet->ip);
	vr_msg_put_u8(msg, VR_A_SUBNET_PREFIX_LENGTH, NULL, subnet->length);
	vr_msg_end(msg);
}

void vr_network_put(struct vr_msg *msg, const struct vr_network *network)
{
	unsigned int i;

	vr_fields_put(msg, fields, ARRAY_SIZE(fields), network);
	for (i = 0; i < network->subnet_count; i++)
		vr_network_put_subnet(msg, &network->subnets[i]);
	vr_ip_list_put(msg, VR_A_NETWORK_FLOOD_ADD, "flood add",
		       &network->flood_add);
	vr_ip_list_put(msg, VR_A_NETWORK_FLOOD_DEL, "flood del",
		       &network->flood_del);
}

/* A subnet with one of its two attributes missing counts as malformed. */
static int vr_network_parse_subnet(const struct nlattr *nest,
				   struct vr_network *network,
				   struct vr_error *err)
{
	struct nlattr *tb[VR_A_SUBNET_MAX + 1];
	struct vr_prefix subnet = { .length = 0 };
	int ret;

	if (nla_parse_nested(tb, VR_A_SUBNET_MAX, (struct nlattr *)nest, NULL) <
		    0 ||
	    !tb[VR_A_SUBNET_GATEWAY] || !tb[VR_A_SUBNET_PREFIX_LENGTH] ||
	    nla_len(tb[VR_A_SUBNET_PREFIX_LENGTH]) < 1)
		return vr_error_set(err, EBADMSG,
				    "a subnet in the module's answer is malformed");

	ret = vr_ip_parse_attr(tb[VR_A_SUBNET_GATEWAY], &subnet.ip, err);
	if (ret < 0)
		return ret;
	subnet.length = nla_get_u8(tb[VR_A_SUBNET_PREFIX_LENGTH]);

	return vr_network_add_subnet(network, &subnet, err);
}

static int vr_network_parse_attr(const struct nlattr *attr,
				 struct vr_network *network,
				 struct vr_error *err)
{
	switch (nla_type(attr)) {
	case VR_A_NETWORK_SUBNET:
		return vr_network_parse_subnet(attr, network, err);
	case VR_A_NETWORK_FLOOD:
		return vr_ip_list_parse(attr, &network->flood, err);
	default:
		return vr_fields_parse(fields, ARRAY_SIZE(fields), attr,
				       network, err);
	}
}

int vr_network_parse(const struct nlattr *attrs, int len,
		     struct vr_network *network, struct vr_error *err)
{
	const struct nlattr *attr;
	int rem, ret;

	memset(network, 0, sizeof(*network));
	nla_for_each_attr(attr, attrs, len, rem) {
		ret = vr_network_parse_attr(attr, network, err);
		if (ret < 0)
			return ret;
	}

	return 0;
}

/* The answer to a request is one network: the last one counts. */
static int vr_network_take(const struct nlmsghdr *hdr, void *arg,
			   struct vr_error *err)
{
	struct vr_network *reply = arg;
	const struct nlattr *attrs;
	int len;

	attrs = vr_nl_attrs(hdr, &len);
	vr_network_free(reply);
	return vr_network_parse(attrs, len, reply, err);
}

int vr_network_call(struct vr_nl *nl, uint8_t cmd, uint16_t flags,
		    const struct vr_network *network, struct vr_network *reply,
		    struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;

	vr_msg_start_genl(&msg, nl->family, cmd, VR_GENL_VERSION, flags);
	vr_network_put(&msg, network);

	if (reply)
		memset(reply, 0, sizeof(*reply));
	return vr_nl_call(nl, &msg, reply ? vr_network_take : NULL, reply, err);
}

struct vr_network_each {
	vr_network_cb cb;
	void *arg;
};

static int vr_network_each(const struct nlmsghdr *hdr, void *arg,
			   struct vr_error *err)
{
	const struct vr_network_each *each = arg;
	const struct nlattr *attrs;
	struct vr_network network;
	int len, ret;

	attrs = vr_nl_attrs(hdr, &len);
	ret = vr_network_parse(attrs, len, &network, err);
	if (ret == 0)
		ret = each->cb(&network, each->arg, err);
	vr_network_free(&network);

	return ret;
}

int vr_network_dump(struct vr_nl *nl, const struct vr_network *filter,
		    vr_network_cb cb, void *arg, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_network_each each = { .cb = cb, .arg = arg };

	vr_msg_start_genl(&msg, nl->family, VR_CMD_NETWORK_GET, VR_GENL_VERSION,
			  0);
	if (filter)
		vr_network_put(&msg, filter);
	return vr_nl_dump(nl, &msg, vr_network_each, &each, err);
}
