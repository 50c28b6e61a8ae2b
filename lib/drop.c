// SPDX-License-Identifier: Apache-2.0
/*
 * Drop counters of the instance or of a port.
 */
#include "drop.h"

#include <netlink/attr.h>
#include <string.h>

#include "field.h"

static const struct vr_field fields[] = {
	VR_FIELD(struct vr_drop, reason, VR_A_DROP_REASON, VR_FIELD_U32, NULL),
	VR_FIELD(struct vr_drop, name, VR_A_DROP_NAME, VR_FIELD_STRING, NULL),
	VR_FIELD(struct vr_drop, packets, VR_A_DROP_PACKETS, VR_FIELD_U64,
		 NULL),
};

int vr_drop_parse(const struct nlattr *attrs, int len, struct vr_drop *drop,
		  struct vr_error *err)
{
	const struct nlattr *attr;
	int rem, ret;

	memset(drop, 0, sizeof(*drop));
	nla_for_each_attr(attr, attrs, len, rem) {
		ret = vr_fields_parse(fields, ARRAY_SIZE(fields), attr, drop,
				      err);
		if (ret < 0)
			return ret;
	}

	return 0;
}

struct vr_drop_each {
	vr_drop_cb cb;
	void *arg;
};

static int vr_drop_each(const struct nlmsghdr *hdr, void *arg,
			struct vr_error *err)
{
	const struct vr_drop_each *each = arg;
	const struct nlattr *attrs;
	struct vr_drop drop;
	int len, ret;

	attrs = vr_nl_attrs(hdr, &len);
	ret = vr_drop_parse(attrs, len, &drop, err);
	if (ret < 0)
		return ret;

	return each->cb(&drop, each->arg, err);
}

int vr_drop_dump(struct vr_nl *nl, vr_drop_cb cb, void *arg,
		 struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_drop_each each = { .cb = cb, .arg = arg };

	vr_msg_start_genl(&msg, nl->family, VR_CMD_DROP_GET, VR_GENL_VERSION,
			  0);
	return vr_nl_dump(nl, &msg, vr_drop_each, &each, err);
}
