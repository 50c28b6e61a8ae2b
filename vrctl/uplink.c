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
	"vrctl uplink add NAME type vxlan [local IP] [port N] [ttl N] [dscp N]\n"
	"                       [any on|off]\n"
	"vrctl uplink add dev DEV [ttl N] [dscp N] [any on|off]\n"
	"vrctl uplink set NAME|dev DEV [ttl N] [dscp N] [any on|off]\n"
	"vrctl uplink peer add|del NAME|dev DEV VTEP...\n"
	"vrctl uplink del NAME|dev DEV\n"
	"vrctl uplink [show] [NAME|dev DEV]\n";

/* Which uplink: FIND_KEYS; to set: SET_KEYS; to add: all. */
static const struct arg_key keys[] = {
	{ NULL, "NAME", ARG_STRING, .attr = VR_A_UPLINK_NAME,
	  ARG_MEMBER(struct vr_uplink, name) },
	{ "dev", "DEV", ARG_STRING, .attr = VR_A_UPLINK_IFNAME,
	  ARG_MEMBER(struct vr_uplink, ifname) },
	{ "ttl", "N", ARG_U8, .attr = VR_A_UPLINK_TTL,
	  ARG_MEMBER(struct vr_uplink, ttl) },
	{ "dscp", "N", ARG_U8, .attr = VR_A_UPLINK_DSCP,
	  ARG_MEMBER(struct vr_uplink, dscp) },
	{ "any", "on|off", ARG_SWITCH, .attr = VR_A_UPLINK_ANY,
	  ARG_MEMBER(struct vr_uplink, any) },
	{ "type", "vxlan", ARG_ENUM, .attr = VR_A_UPLINK_TYPE,
	  ARG_MEMBER(struct vr_uplink, type), .names = &vr_uplink_type_names },
	{ "local", "IP", ARG_IP, .attr = VR_A_UPLINK_LOCAL,
	  ARG_MEMBER(struct vr_uplink, local) },
	{ "port", "N", ARG_U16, .attr = VR_A_UPLINK_PORT,
	  ARG_MEMBER(struct vr_uplink, port) },
};

#define NAME_KEY 0
#define DEV_KEY 1
#define FIND_KEYS 2
#define SET_KEYS 5

static const struct arg_key peer_add_key = {
	.word = "peer add",
	.value = "VTEP",
};

static const struct arg_key peer_del_key = {
	.word = "peer del",
	.value = "VTEP",
};

static void vrctl_uplink_print_peers(struct print *p,
				     const struct vr_uplink *uplink)
{
	unsigned int i;

	if (!uplink->peers.count)
		return;

	print_list(p, "peer");
	print_line(p);
	print_text(p, "peer");
	for (i = 0; i < uplink->peers.count; i++)
		print_ip(p, NULL, " ", &uplink->peers.items[i]);
	print_list_end(p);
}

static void vrctl_uplink_print_counters(struct print *p,
					const struct vr_uplink *uplink)
{
	print_line(p);
	print_number(p, "rx_packets", "rx packets ", uplink->rx_packets);
	print_number(p, "rx_bytes", " bytes ", uplink->rx_bytes);
	print_number(p, "tx_packets", " tx packets ", uplink->tx_packets);
	print_number(p, "tx_bytes", " bytes ", uplink->tx_bytes);
}

/* In text, dscp and any only if they are unusual. */
void vrctl_uplink_print(struct print *p, const struct vr_uplink *uplink,
			bool stats)
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
	if (vr_is_set(uplink, VR_A_UPLINK_TTL))
		print_number(p, "ttl", " ttl ", uplink->ttl);
	if (vr_is_set(uplink, VR_A_UPLINK_DSCP))
		print_number(p, "dscp", uplink->dscp ? " dscp " : NULL,
			     uplink->dscp);
	if (vr_is_set(uplink, VR_A_UPLINK_ANY))
		print_switch(p, "any", " any on", NULL, uplink->any);
	if (vr_is_set(uplink, VR_A_UPLINK_REMOTES))
		print_number(p, "remotes", " remotes ", uplink->remotes);
	vrctl_uplink_print_peers(p, uplink);
	if (stats && vr_is_set(uplink, VR_A_UPLINK_RX_PACKETS))
		vrctl_uplink_print_counters(p, uplink);
}

static int vrctl_uplink_show_one(const struct vr_uplink *uplink, void *arg,
				 struct vr_error *err)
{
	struct vrctl *vrctl = arg;

	(void)err;
	print_object(&vrctl->print, NULL);
	vrctl_uplink_print(&vrctl->print, uplink, vrctl->stats);
	print_object_end(&vrctl->print);

	return 0;
}

/* Send a request, and show the uplink in its answer if asked for. */
static int vrctl_uplink_request(struct vrctl *vrctl, uint8_t cmd,
				uint16_t flags, const struct vr_uplink *uplink,
				bool show, struct vr_error *err)
{
	struct vr_uplink reply;
	int ret;

	ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;

	ret = vr_uplink_call(&vrctl->nl, cmd, flags, uplink, &reply, err);
	if (ret == 0 && reply.set && show) {
		print_begin(&vrctl->print);
		vrctl_uplink_show_one(&reply, vrctl, err);
		print_end(&vrctl->print);
	}
	vr_uplink_free(&reply);

	return vrctl_result(ret);
}

static int vrctl_uplink_missing(struct vr_error *err)
{
	vr_error_set(err, EINVAL, "missing NAME or dev DEV");
	return VRCTL_USAGE;
}

/* Parse @key_count keys, which have to say which uplink, and send them. */
static int vrctl_uplink_run(struct vrctl *vrctl, struct args *args,
			    unsigned int key_count, uint8_t cmd, uint16_t flags,
			    bool show, struct vr_error *err)
{
	struct vr_uplink uplink = { .set = 0 };
	int ret;

	ret = args_parse(args, keys, key_count, &uplink, err);
	if (ret != VRCTL_OK)
		return ret;
	if (!vr_is_set(&uplink, VR_A_UPLINK_NAME) &&
	    !vr_is_set(&uplink, VR_A_UPLINK_IFNAME))
		return vrctl_uplink_missing(err);

	return vrctl_uplink_request(vrctl, cmd, flags, &uplink, show, err);
}

static int vrctl_uplink_add(struct vrctl *vrctl, struct args *args,
			    struct vr_error *err)
{
	return vrctl_uplink_run(vrctl, args, ARRAY_SIZE(keys),
				VR_CMD_UPLINK_NEW, NLM_F_CREATE | NLM_F_EXCL,
				vrctl->print.json, err);
}

static int vrctl_uplink_set(struct vrctl *vrctl, struct args *args,
			    struct vr_error *err)
{
	return vrctl_uplink_run(vrctl, args, SET_KEYS, VR_CMD_UPLINK_SET, 0,
				vrctl->print.json, err);
}

static int vrctl_uplink_del(struct vrctl *vrctl, struct args *args,
			    struct vr_error *err)
{
	return vrctl_uplink_run(vrctl, args, FIND_KEYS, VR_CMD_UPLINK_DEL, 0,
				false, err);
}

/* "add" or "del", which uplink, and then nothing but peers. */
static int vrctl_uplink_parse_peers(struct args *args, struct vr_uplink *uplink,
				    struct vr_error *err)
{
	bool add = args_match(args, "add");
	int ret;

	if (!add && !args_match(args, "del")) {
		vr_error_set(err, EINVAL, "expected add or del");
		return VRCTL_USAGE;
	}
	if (!args_peek(args))
		return vrctl_uplink_missing(err);

	ret = args_parse_key(args,
			     &keys[args_match(args, "dev") ? DEV_KEY : NAME_KEY],
			     uplink, err);
	if (ret == VRCTL_OK)
		ret = args_ip_list(args, add ? &peer_add_key : &peer_del_key,
				   add ? &uplink->peer_add : &uplink->peer_del,
				   err);
	if (ret == VRCTL_OK)
		ret = args_end(args, err);

	return ret;
}

static int vrctl_uplink_peer(struct vrctl *vrctl, struct args *args,
			     struct vr_error *err)
{
	struct vr_uplink uplink = { .set = 0 };
	int ret;

	ret = vrctl_uplink_parse_peers(args, &uplink, err);
	if (ret == VRCTL_OK)
		ret = vrctl_uplink_request(vrctl, VR_CMD_UPLINK_SET, 0, &uplink,
					   vrctl->print.json, err);
	vr_uplink_free(&uplink);

	return ret;
}

static int vrctl_uplink_show(struct vrctl *vrctl, struct args *args,
			     struct vr_error *err)
{
	int ret;

	if (args_peek(args))
		return vrctl_uplink_run(vrctl, args, FIND_KEYS,
					VR_CMD_UPLINK_GET, 0, true, err);

	ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;

	print_begin(&vrctl->print);
	ret = vr_uplink_dump(&vrctl->nl, vrctl_uplink_show_one, vrctl, err);
	return vrctl_shown(vrctl, ret);
}

static const struct vrctl_verb verbs[] = {
	{ "show", vrctl_uplink_show }, { "add", vrctl_uplink_add },
	{ "set", vrctl_uplink_set },   { "peer", vrctl_uplink_peer },
	{ "del", vrctl_uplink_del },
};

const struct vrctl_object vrctl_uplink = {
	.name = "uplink",
	.usage = usage,
	.verbs = verbs,
	.verb_count = ARRAY_SIZE(verbs),
};
