// SPDX-License-Identifier: Apache-2.0
/*
 * vrctl drops
 */
#include "drops.h"

#include "lib/drop.h"
#include "lib/field.h"

static const char usage[] = "vrctl drops [show]\n";

/*
 * The module names its reasons, so that one newer than this tool has names
 * as well.  The enum's word is the same name.
 */
void vrctl_drop_print(struct print *p, const char *before,
		      const struct vr_drop *drop)
{
	if (vr_is_set(drop, VR_A_DROP_NAME)) {
		print_string(p, "reason", before, drop->name);
		print_string(p, "name", NULL, drop->name);
	} else if (vr_is_set(drop, VR_A_DROP_REASON)) {
		print_number(p, "reason", before, drop->reason);
	}
	if (vr_is_set(drop, VR_A_DROP_PACKETS))
		print_number(p, "packets", " ", drop->packets);
}

/* In text, what never happened is left out unless asked for with -s. */
static int vrctl_drops_show_one(const struct vr_drop *drop, void *arg,
				struct vr_error *err)
{
	struct vrctl *vrctl = arg;

	(void)err;
	if (!vrctl->print.json && !vrctl->stats && drop->packets == 0)
		return 0;

	print_object(&vrctl->print, NULL);
	vrctl_drop_print(&vrctl->print, "", drop);
	print_object_end(&vrctl->print);

	return 0;
}

static int vrctl_drops_show(struct vrctl *vrctl, struct args *args,
			    struct vr_error *err)
{
	int ret;

	ret = args_end(args, err);
	if (ret == VRCTL_OK)
		ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;

	print_begin(&vrctl->print);
	ret = vr_drop_dump(&vrctl->nl, vrctl_drops_show_one, vrctl, err);
	return vrctl_shown(vrctl, ret);
}

static const struct vrctl_verb verbs[] = {
	{ "show", vrctl_drops_show },
};

const struct vrctl_object vrctl_drops = {
	.name = "drops",
	.usage = usage,
	.verbs = verbs,
	.verb_count = ARRAY_SIZE(verbs),
};
