// SPDX-License-Identifier: Apache-2.0
/*
 * Uplinks: struct to request, answer to struct.
 */
#include "uplink.h"

#include <netlink/attr.h>
#include <string.h>

#include "field.h"

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
};

void vr_uplink_put(struct vr_msg *msg, const struct vr_uplink *uplink)
{
	vr_fields_put(msg, fields, ARRAY_SIZE(fields), uplink);
}

int vr_uplink_parse(const struct nlattr *attrs, int len,
		    struct vr_uplink *uplink, struct vr_error *err)
{
	const struct nlattr *attr;
	int rem, ret;

	memset(uplink, 0, sizeof(*uplink));
	nla_for_each_attr(attr, attrs, len, rem) {
		ret = vr_fields_parse(fields, ARRAY_SIZE(fields), attr, uplink,
				      err);
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
	if (ret < 0)
		return ret;

	return each->cb(&uplink, each->arg, err);
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
