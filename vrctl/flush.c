// SPDX-License-Identifier: Apache-2.0
/*
 * The verb "flush" of networks, ports, endpoints and routes.
 */
#include "flush.h"

#include <errno.h>
#include <linux/vr.h>

#include "lib/apply.h"
#include "lib/field.h"

/* "all" has the bit of the answer, which no request carries. */
static const struct arg_key keys[] = {
	{ "origin", "ORIGIN", ARG_ENUM, .attr = VR_A_FLUSH_ORIGIN,
	  ARG_MEMBER(struct vr_flush, origin), .names = &vr_origin_names },
	{ "network", "NAME", ARG_STRING, .attr = VR_A_FLUSH_NETWORK,
	  ARG_MEMBER(struct vr_flush, network) },
	{ "all", "", ARG_WORD, .attr = VR_A_FLUSH_DELETED },
};

int vrctl_flush(struct vrctl *vrctl, struct args *args, unsigned int kind,
		struct vr_error *err)
{
	struct vr_flush flush = { .set = 0 };
	struct print *p = &vrctl->print;
	uint32_t deleted;
	int ret;

	ret = args_parse(args, keys, ARRAY_SIZE(keys), &flush, err);
	if (ret != VRCTL_OK)
		return ret;
	if (!flush.set) {
		vr_error_set(err, EINVAL,
			     "expected origin ORIGIN, network NAME or all");
		return VRCTL_USAGE;
	}
	flush.set |= VR_BIT(kind);

	ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;
	ret = vr_flush(&vrctl->nl, &flush, &deleted, err);
	if (ret < 0)
		return VRCTL_REFUSED;

	print_begin(p);
	print_object(p, NULL);
	print_number(p, "deleted", "deleted ", deleted);
	print_object_end(p);
	print_end(p);

	return VRCTL_OK;
}
