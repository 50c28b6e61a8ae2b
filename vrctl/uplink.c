// SPDX-License-Identifier: Apache-2.0
/*
 * vrctl uplink
 */
#include "uplink.h"

#include <errno.h>
#include <linux/netlink.h>

#include "lib/field.h"
#include "lib/uplink.h"

static const char usage[] =
	"vrctl uplink add NAME type vxlan [local IP] [port N]\n"
	"vrctl uplink add dev DEV\n"
	"vrctl uplink del NAME|dev DEV\n"
	"vrctl uplink [show] [NAME|dev DEV]\n";

/* Which uplink: FIND_KEYS; to add: all. */
static const struct arg_key keys[] = {
	{ NULL, "NAME", ARG_STRING, .attr = VR_A_UPLINK_NAME,
	  ARG_MEMBER(struct vr_uplink, name) },
	{ "dev", "DEV", ARG_STRING, .attr = VR_A_UPLINK_IFNAME,
	  ARG_MEMBER(struct vr_uplink, ifname) },
	{ "type", "vxlan", ARG_ENUM, .attr = VR_A_UPLINK_TYPE,
	  ARG_MEMBER(struct vr_uplink, type), .names = &vr_uplink_type_names },
	{ "local", "IP", ARG_IP, .attr = VR_A_UPLINK_LOCAL,
	  ARG_MEMBER(struct vr_uplink, local) },
	{ "port", "N", ARG_U16, .attr = VR_A_UPLINK_PORT,
	  ARG_MEMBER(struct vr_uplink, port) },
};

#define FIND_KEYS 2

static void vrctl_uplink_print(struct print *p, const struct vr_uplink *uplink)
{
	if (vr_is_set(uplink, VR_A_UPLINK_NAME))
		print_string(p, "name", "", uplink->name);
	if (vr_is_set(uplink, VR_A_UPLINK_TYPE))
		print_enum(p, "type", " type ", &vr_uplink_type_names,
			   uplink->type);
	if (vr_is_set(uplink, VR_A_UPLINK_LOCAL))
		print_ip(p, "local", " local ", &uplink->local);
	if (vr_is_set(uplink, VR_A_UPLINK_PORT))
		print_number(p, "port", " port ", uplink->port);
	if (vr_is_set(uplink, VR_A_UPLINK_IFNAME))
		print_string(p, "ifname", " dev ", uplink->ifname);
}

static int vrctl_uplink_show_one(const struct vr_uplink *uplink, void *arg,
				 struct vr_error *err)
{
	struct vrctl *vrctl = arg;

	(void)err;
	print_object(&vrctl->print, NULL);
	vrctl_uplink_print(&vrctl->print, uplink);
	print_object_end(&vrctl->print);

	return 0;
}

/* Parse @key_count keys, of which at least one is needed, and send them. */
static int vrctl_uplink_request(struct vrctl *vrctl, struct args *args,
				unsigned int key_count, uint8_t cmd,
				uint16_t flags, struct vr_uplink *reply,
				struct vr_error *err)
{
	struct vr_uplink uplink = { .set = 0 };
	int ret;

	ret = args_parse(args, keys, key_count, &uplink, err);
	if (ret != VRCTL_OK)
		return ret;
	if (!vr_is_set(&uplink, VR_A_UPLINK_NAME) &&
	    !vr_is_set(&uplink, VR_A_UPLINK_IFNAME)) {
		vr_error_set(err, EINVAL, "missing NAME or dev DEV");
		return VRCTL_USAGE;
	}

	ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;

	return vrctl_result(
		vr_uplink_call(&vrctl->nl, cmd, flags, &uplink, reply, err));
}

static int vrctl_uplink_add(struct vrctl *vrctl, struct args *args,
			    struct vr_error *err)
{
	return vrctl_uplink_request(vrctl, args, ARRAY_SIZE(keys),
				    VR_CMD_UPLINK_NEW,
				    NLM_F_CREATE | NLM_F_EXCL, NULL, err);
}

static int vrctl_uplink_del(struct vrctl *vrctl, struct args *args,
			    struct vr_error *err)
{
	return vrctl_uplink_request(vrctl, args, FIND_KEYS, VR_CMD_UPLINK_DEL,
				    0, NULL, err);
}

static int vrctl_uplink_show(struct vrctl *vrctl, struct args *args,
			     struct vr_error *err)
{
	struct vr_uplink uplink;
	int ret;

	print_begin(&vrctl->print);
	if (args_peek(args)) {
		ret = vrctl_uplink_request(vrctl, args, FIND_KEYS,
					   VR_CMD_UPLINK_GET, 0, &uplink, err);
		if (ret != VRCTL_OK)
			return ret;
		vrctl_uplink_show_one(&uplink, vrctl, err);
		return vrctl_shown(vrctl, 0);
	}

	ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;

	ret = vr_uplink_dump(&vrctl->nl, vrctl_uplink_show_one, vrctl, err);
	return vrctl_shown(vrctl, ret);
}

static const struct vrctl_verb verbs[] = {
	{ "show", vrctl_uplink_show },
	{ "add", vrctl_uplink_add },
	{ "del", vrctl_uplink_del },
};

const struct vrctl_object vrctl_uplink = {
	.name = "uplink",
	.usage = usage,
	.verbs = verbs,
	.verb_count = ARRAY_SIZE(verbs),
};
