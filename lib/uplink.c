// SPDX-License-Identifier: Apache-2.0
/*
 * Uplinks: struct to request, answer to struct.
 */
#include "uplink.h"

#include <netlink/attr.h>
#include <string.h>

static const struct vr_field fields[] = {
	VR_FIELD(struct vr_uplink, name, VR_A_UPLINK_NAME, VR_FIELD_STRING,
		 "name"),
	VR_FIELD_NAMED(struct vr_uplink, type, VR_A_UPLINK_TYPE, "type",
		       &vr_uplink_type_names),
	VR_FIELD(struct vr_uplink, local, VR_A_UPLINK_LOCAL, VR_FIELD_IP,
		 "local"),
	VR_FIELD(struct vr_uplink, port, VR_A_UPLINK_PORT, VR_FIELD_U16,
		 "port"),
	VR_FIELD(struct vr_uplink, ifname, VR_A_UPLINK_IFNAME, VR_FIELD_STRING,
		 "dev"),
	VR_FIELD(struct vr_uplink, ttl, VR_A_UPLINK_TTL, VR_FIELD_U8, "ttl"),
	VR_FIELD(struct vr_uplink, dscp, VR_A_UPLINK_DSCP, VR_FIELD_U8, "dscp"),
	VR_FIELD(struct vr_uplink, any, VR_A_UPLINK_ANY, VR_FIELD_SWITCH,
		 "any"),
	VR_FIELD(struct vr_uplink, remotes, VR_A_UPLINK_REMOTES, VR_FIELD_U32,
		 NULL),
	VR_FIELD(struct vr_uplink, rx_packets, VR_A_UPLINK_RX_PACKETS,
		 VR_FIELD_U64, NULL),
	VR_FIELD(struct vr_uplink, rx_bytes, VR_A_UPLINK_RX_BYTES, VR_FIELD_U64,
		 NULL),
	VR_FIELD(struct vr_uplink, tx_packets, VR_A_UPLINK_TX_PACKETS,
		 VR_FIELD_U64, NULL),
	VR_FIELD(struct vr_uplink, tx_bytes, VR_A_UPLINK_TX_BYTES, VR_FIELD_U64,
		 NULL),
};

void vr_uplink_free(struct vr_uplink *uplink)
{
	vr_ip_list_free(&uplink->peers);
	vr_ip_list_free(&uplink->peer_add);
	vr_ip_list_free(&uplink->peer_del);
	memset(uplink, 0, sizeof(*uplink));
}

void vr_uplink_put(struct vr_msg *msg, const struct vr_uplink *uplink)
{
	vr_fields_put(msg, fields, ARRAY_SIZE(fields), uplink);
	vr_ip_list_put(msg, VR_A_UPLINK_PEER_ADD, "peer add",
		       &uplink->peer_add);
	vr_ip_list_put(msg, VR_A_UPLINK_PEER_DEL, "peer del",
		       &uplink->peer_del);
}

int vr_uplink_parse(const struct nlattr *attrs, int len,
		    struct vr_uplink *uplink, struct vr_error *err)
{
	const struct nlattr *attr;
	int rem, ret;

	memset(uplink, 0, sizeof(*uplink));
	nla_for_each_attr(attr, attrs, len, rem) {
		if (nla_type(attr) == VR_A_UPLINK_PEER)
			ret = vr_ip_list_parse(attr, &uplink->peers, err);
		else
			ret = vr_fields_parse(fields, ARRAY_SIZE(fields), attr,
					      uplink, err);
		if (ret < 0)
			return ret;
	}

	return 0;
}

/* The answer to a request is one uplink: the last one counts. */
static int vr_uplink_take(const struct nlmsghdr *hdr, void *arg,
			  struct vr_error *err)
{
	struct vr_uplink *reply = arg;
	const struct nlattr *attrs;
	int len;

	attrs = vr_nl_attrs(hdr, &len);
	vr_uplink_free(reply);
	return vr_uplink_parse(attrs, len, reply, err);
}

int vr_uplink_call(struct vr_nl *nl, uint8_t cmd, uint16_t flags,
		   const struct vr_uplink *uplink, struct vr_uplink *reply,
		   struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;

	vr_msg_start_genl(&msg, nl->family, cmd, VR_GENL_VERSION, flags);
	vr_uplink_put(&msg, uplink);

	if (reply)
		memset(reply, 0, sizeof(*reply));
	return vr_nl_call(nl, &msg, reply ? vr_uplink_take : NULL, reply, err);
}

struct vr_uplink_each {
	vr_uplink_cb cb;
	void *arg;
};

static int vr_uplink_each(const struct nlmsghdr *hdr, void *arg,
			  struct vr_error *err)
{
	const struct vr_uplink_each *each = arg;
	const struct nlattr *attrs;
	struct vr_uplink uplink;
	int len, ret;

	attrs = vr_nl_attrs(hdr, &len);
	ret = vr_uplink_parse(attrs, len, &uplink, err);
	if (ret == 0)
		ret = each->cb(&uplink, each->arg, err);
	vr_uplink_free(&uplink);

	return ret;
}

int vr_uplink_dump(struct vr_nl *nl, vr_uplink_cb cb, void *arg,
		   struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_uplink_each each = { .cb = cb, .arg = arg };

	vr_msg_start_genl(&msg, nl->family, VR_CMD_UPLINK_GET, VR_GENL_VERSION,
			  0);
	return vr_nl_dump(nl, &msg, vr_uplink_each, &each, err);
}
