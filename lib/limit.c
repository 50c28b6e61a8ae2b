// SPDX-License-Identifier: Apache-2.0
/*
 * Limits of the instance.
 */
#include "limit.h"

#include <netlink/attr.h>
#include <string.h>

#include "field.h"

static const struct vr_field fields[] = {
	VR_FIELD(struct vr_limit, resource, VR_A_LIMIT_RESOURCE, VR_FIELD_U32,
		 NULL),
	VR_FIELD(struct vr_limit, name, VR_A_LIMIT_NAME, VR_FIELD_STRING, NULL),
	VR_FIELD(struct vr_limit, max, VR_A_LIMIT_MAXIMUM, VR_FIELD_U32, NULL),
	VR_FIELD(struct vr_limit, used, VR_A_LIMIT_USED, VR_FIELD_U32, NULL),
};

int vr_limit_parse(const struct nlattr *attrs, int len, struct vr_limit *limit,
		   struct vr_error *err)
{
	const struct nlattr *attr;
	int rem, ret;

	memset(limit, 0, sizeof(*limit));
	nla_for_each_attr(attr, attrs, len, rem) {
		ret = vr_fields_parse(fields, ARRAY_SIZE(fields), attr, limit,
				      err);
		if (ret < 0)
			return ret;
	}

	return 0;
}

struct vr_limit_each {
	vr_limit_cb cb;
	void *arg;
};

static int vr_limit_each(const struct nlmsghdr *hdr, void *arg,
			 struct vr_error *err)
{
	const struct vr_limit_each *each = arg;
	const struct nlattr *attrs;
	struct vr_limit limit;
	int len, ret;

	attrs = vr_nl_attrs(hdr, &len);
	ret = vr_limit_parse(attrs, len, &limit, err);
	if (ret < 0)
		return ret;

	return each->cb(&limit, each->arg, err);
}

int vr_limit_dump(struct vr_nl *nl, vr_limit_cb cb, void *arg,
		  struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_limit_each each = { .cb = cb, .arg = arg };

	vr_msg_start_genl(&msg, nl->family, VR_CMD_LIMIT_GET, VR_GENL_VERSION,
			  0);
	return vr_nl_dump(nl, &msg, vr_limit_each, &each, err);
}
