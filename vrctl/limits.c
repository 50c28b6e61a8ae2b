// SPDX-License-Identifier: Apache-2.0
/*
 * vrctl limits
 */
#include "limits.h"

#include "lib/field.h"
#include "lib/limit.h"

static const char usage[] = "vrctl limits [show]\n";

static void vrctl_limits_print(struct print *p, const struct vr_limit *limit)
{
	if (vr_is_set(limit, VR_A_LIMIT_NAME)) {
		print_string(p, "resource", "", limit->name);
		print_string(p, "name", NULL, limit->name);
	} else if (vr_is_set(limit, VR_A_LIMIT_RESOURCE)) {
		print_number(p, "resource", "", limit->resource);
	}
	if (vr_is_set(limit, VR_A_LIMIT_MAXIMUM))
		print_number(p, "maximum", " maximum ", limit->max);
	if (vr_is_set(limit, VR_A_LIMIT_USED))
		print_number(p, "used", " used ", limit->used);
}

static int vrctl_limits_show_one(const struct vr_limit *limit, void *arg,
				 struct vr_error *err)
{
	struct vrctl *vrctl = arg;

	(void)err;
	print_object(&vrctl->print, NULL);
	vrctl_limits_print(&vrctl->print, limit);
	print_object_end(&vrctl->print);

	return 0;
}

static int vrctl_limits_show(struct vrctl *vrctl, struct args *args,
			     struct vr_error *err)
{
	int ret;

	ret = args_end(args, err);
	if (ret == VRCTL_OK)
		ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;

	print_begin(&vrctl->print);
	ret = vr_limit_dump(&vrctl->nl, vrctl_limits_show_one, vrctl, err);
	return vrctl_shown(vrctl, ret);
}

static const struct vrctl_verb verbs[] = {
	{ "show", vrctl_limits_show },
};

const struct vrctl_object vrctl_limits = {
	.name = "limits",
	.usage = usage,
	.verbs = verbs,
	.verb_count = ARRAY_SIZE(verbs),
};
