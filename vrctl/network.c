// SPDX-License-Identifier: Apache-2.0
/*
 * vrctl network
 */
#include "network.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#include "flush.h"
#include "lib/field.h"
#include "lib/network.h"

static const char usage[] =
	"vrctl network add NAME [id N] [vni N] [mtu N] [mtu-auto on|off]\n"
	"                       [gateway-mac MAC] [unknown-flood on|off]\n"
	"                       [description TEXT] [origin ORIGIN]\n"
	"                       [subnet GATEWAY/PLEN]...\n"
	"vrctl network set NAME [flood add VTEP...]... [uplink NAME]\n"
	"                       [flood del VTEP...]...\n"
	"                       [KEY VALUE, as in add]...\n"
	"vrctl network set id N [name NAME] ...\n"
	"vrctl network del NAME|id N [if-unused]\n"
	"vrctl network [show] [NAME|id N|origin ORIGIN]\n"
	"vrctl network flush [origin ORIGIN] [network NAME] [all]\n";

static int vrctl_network_parse_subnet(struct args *args,
				      const struct arg_key *key, void *object,
				      struct vr_error *err)
{
	const char *value = args_value(args, key, err);
	struct vr_prefix subnet;

	if (!value || vr_prefix_parse(key->word, value, &subnet, err) < 0)
		return VRCTL_USAGE;

	return vrctl_result(vr_network_add_subnet(object, &subnet, err));
}

/* The end of what is added, or taken away, is the first word that is a key. */
static int vrctl_network_parse_flood(struct args *args,
				     const struct arg_key *key, void *object,
				     struct vr_error *err)
{
	static const struct arg_key add = { .word = "flood add",
					    .value = "VTEP" };
	static const struct arg_key del = { .word = "flood del",
					    .value = "VTEP" };
	struct vr_network *network = object;
	const char *word;

	if (args_match(args, "add"))
		return args_ip_list(args, &add, &network->flood_add, err);
	if (args_match(args, "del"))
		return args_ip_list(args, &del, &network->flood_del, err);

	word = args_value(args, key, err);
	if (word)
		vr_error_set(err, EINVAL, "flood \"%s\": expected add or del",
			     word);
	return VRCTL_USAGE;
}

/*
 * What is before SET_KEYS is for add only, SET_ONLY_KEYS and the name at the
 * end for set only, the name for set by id.
 */
static const struct arg_key keys[] = {
	{ "id", "N", ARG_U32, .attr = VR_A_NETWORK_ID,
	  ARG_MEMBER(struct vr_network, id) },
	{ "vni", "N", ARG_U32, .attr = VR_A_NETWORK_VNI,
	  ARG_MEMBER(struct vr_network, vni) },
	{ "mtu", "N", ARG_U32, .attr = VR_A_NETWORK_MTU,
	  ARG_MEMBER(struct vr_network, mtu) },
	{ "gateway-mac", "MAC", ARG_MAC, .attr = VR_A_NETWORK_GATEWAY_MAC,
	  ARG_MEMBER(struct vr_network, gateway_mac) },
	{ "description", "TEXT", ARG_STRING, .attr = VR_A_NETWORK_DESCRIPTION,
	  ARG_MEMBER(struct vr_network, description) },
	{ "origin", "ORIGIN", ARG_ENUM, .attr = VR_A_NETWORK_ORIGIN,
	  ARG_MEMBER(struct vr_network, origin), .names = &vr_origin_names },
	{ "subnet", "GATEWAY/PLEN", ARG_CUSTOM, .repeat = true,
	  .parse = vrctl_network_parse_subnet },
	{ "mtu-auto", "on|off", ARG_SWITCH, .attr = VR_A_NETWORK_MTU_AUTO,
	  ARG_MEMBER(struct vr_network, mtu_auto) },
	{ "unknown-flood", "on|off", ARG_SWITCH,
	  .attr = VR_A_NETWORK_UNKNOWN_FLOOD,
	  ARG_MEMBER(struct vr_network, unknown_flood) },
	{ "flood", "add or del", ARG_CUSTOM, .repeat = true,
	  .parse = vrctl_network_parse_flood },
	{ "uplink", "NAME", ARG_STRING, .attr = VR_A_NETWORK_UPLINK,
	  ARG_MEMBER(struct vr_network, uplink) },
	{ "name", "NAME", ARG_STRING, .attr = VR_A_NETWORK_NAME,
	  ARG_MEMBER(struct vr_network, name) },
};

#define SET_KEYS 1
#define SET_ONLY_KEYS 2
#define ORIGIN_KEY 5
#define NAME_KEY (ARRAY_SIZE(keys) - 1)

static const struct arg_key if_unused_key = {
	"if-unused",
	"",
	ARG_WORD,
	.attr = VR_A_NETWORK_IF_UNUSED,
};

/* A NAME, or "name NAME", should it be called "id", "name" or "origin". */
static int vrctl_network_parse_name(struct args *args,
				    struct vr_network *network,
				    struct vr_error *err)
{
	const char *name;

	if (!args_peek(args)) {
		vr_error_set(err, EINVAL, "missing NAME");
		return VRCTL_USAGE;
	}

	args_match(args, "name");
	name = args_value(args, &keys[NAME_KEY], err);
	if (!name || vr_string_copy("NAME", network->name,
				    sizeof(network->name), name, err) < 0)
		return VRCTL_USAGE;

	network->set |= VR_BIT(VR_A_NETWORK_NAME);
	return VRCTL_OK;
}

/* NAME or "id N". */
static int vrctl_network_parse_which(struct args *args,
				     struct vr_network *network,
				     struct vr_error *err)
{
	struct args id = { .words = args->words + args->next, .count = 2 };
	const char *word = args_peek(args);

	if (!word || !args_match(args, "id"))
		return vrctl_network_parse_name(args, network, err);

	if (args_take(args) == NULL)
		id.count = 1;
	return args_parse(&id, keys, 1, network, err);
}

static void vrctl_network_print_subnets(struct print *p,
					const struct vr_network *network)
{
	const struct vr_prefix *subnet;
	unsigned int i;

	if (!network->subnet_count)
		return;

	print_list(p, "subnet");
	for (i = 0; i < network->subnet_count; i++) {
		subnet = &network->subnets[i];
		print_line(p);
		print_object(p, NULL);
		print_ip(p, "gateway", "subnet ", &subnet->ip);
		print_number(p, "prefix_length", "/", subnet->length);
		print_object_end(p);
	}
	print_list_end(p);
}

static void vrctl_network_print_flood(struct print *p,
				      const struct vr_network *network)
{
	unsigned int i;

	if (!network->flood.count)
		return;

	print_list(p, "flood");
	print_line(p);
	print_text(p, "flood");
	for (i = 0; i < network->flood.count; i++)
		print_ip(p, NULL, " ", &network->flood.items[i]);
	print_list_end(p);
}

static void vrctl_network_print_counts(struct print *p,
				       const struct vr_network *network)
{
	print_line(p);
	if (vr_is_set(network, VR_A_NETWORK_PORTS))
		print_number(p, "ports", "ports ", network->ports);
	if (vr_is_set(network, VR_A_NETWORK_ENDPOINTS))
		print_number(p, "endpoints", " endpoints ", network->endpoints);
	if (vr_is_set(network, VR_A_NETWORK_ROUTES))
		print_number(p, "routes", " routes ", network->routes);
}

void vrctl_network_print(struct print *p, const struct vr_network *network)
{
	if (vr_is_set(network, VR_A_NETWORK_ID))
		print_number(p, "id", "", network->id);
	if (vr_is_set(network, VR_A_NETWORK_NAME))
		print_string(p, "name", ": ", network->name);
	if (vr_is_set(network, VR_A_NETWORK_VNI))
		print_number(p, "vni", " vni ", network->vni);
	if (vr_is_set(network, VR_A_NETWORK_MTU))
		print_number(p, "mtu", " mtu ", network->mtu);
	if (vr_is_set(network, VR_A_NETWORK_MTU_AUTO))
		print_switch(p, "mtu_auto", " mtu-auto on", NULL,
			     network->mtu_auto);
	if (vr_is_set(network, VR_A_NETWORK_GATEWAY_MAC))
		print_mac(p, "gateway_mac", " gateway-mac ",
			  network->gateway_mac);
	if (vr_is_set(network, VR_A_NETWORK_ORIGIN))
		print_enum(p, "origin", " origin ", &vr_origin_names,
			   network->origin);
	if (vr_is_set(network, VR_A_NETWORK_UNKNOWN_FLOOD))
		print_switch(p, "unknown_flood", NULL, " unknown-flood off",
			     network->unknown_flood);
	vrctl_network_print_subnets(p, network);
	vrctl_network_print_flood(p, network);
	vrctl_network_print_counts(p, network);
	if (vr_is_set(network, VR_A_NETWORK_DESCRIPTION)) {
		print_line(p);
		print_string(p, "description", "description ",
			     network->description);
	}
}

static int vrctl_network_show_one(const struct vr_network *network, void *arg,
				  struct vr_error *err)
{
	struct vrctl *vrctl = arg;

	(void)err;
	print_object(&vrctl->print, NULL);
	vrctl_network_print(&vrctl->print, network);
	print_object_end(&vrctl->print);

	return 0;
}

/* Send a request, and show the network in its answer if asked for JSON. */
static int vrctl_network_request(struct vrctl *vrctl, uint8_t cmd,
				 uint16_t flags,
				 const struct vr_network *network, bool show,
				 struct vr_error *err)
{
	struct vr_network reply;
	int ret;

	ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;

	ret = vr_network_call(&vrctl->nl, cmd, flags, network, &reply, err);
	if (ret == 0 && reply.set && show) {
		print_begin(&vrctl->print);
		vrctl_network_show_one(&reply, vrctl, err);
		print_end(&vrctl->print);
	}
	vr_network_free(&reply);

	return vrctl_result(ret);
}

static int vrctl_network_add(struct vrctl *vrctl, struct args *args,
			     struct vr_error *err)
{
	struct vr_network network = { .set = 0 };
	int ret;

	ret = vrctl_network_parse_name(args, &network, err);
	if (ret == VRCTL_OK)
		ret = args_parse(args, keys, NAME_KEY - SET_ONLY_KEYS, &network,
				 err);
	if (ret == VRCTL_OK)
		ret = vrctl_network_request(vrctl, VR_CMD_NETWORK_NEW,
					    NLM_F_CREATE | NLM_F_EXCL, &network,
					    vrctl->print.json, err);
	vr_network_free(&network);

	return ret;
}

static int vrctl_network_check_set(const struct vr_network *network,
				   struct vr_error *err)
{
	if (!vr_is_set(network, VR_A_NETWORK_UPLINK) ||
	    network->flood_add.count || network->flood_del.count)
		return VRCTL_OK;

	vr_error_set(err, EINVAL, "uplink \"%s\": expected flood add as well",
		     network->uplink);
	return VRCTL_USAGE;
}

static int vrctl_network_set(struct vrctl *vrctl, struct args *args,
			     struct vr_error *err)
{
	struct vr_network network = { .set = 0 };
	unsigned int count = NAME_KEY - SET_KEYS;
	int ret;

	ret = vrctl_network_parse_which(args, &network, err);
	if (vr_is_set(&network, VR_A_NETWORK_ID))
		count++;
	if (ret == VRCTL_OK)
		ret = args_parse(args, keys + SET_KEYS, count, &network, err);
	if (ret == VRCTL_OK)
		ret = vrctl_network_check_set(&network, err);
	if (ret == VRCTL_OK)
		ret = vrctl_network_request(vrctl, VR_CMD_NETWORK_SET, 0,
					    &network, vrctl->print.json, err);
	vr_network_free(&network);

	return ret;
}

static int vrctl_network_del(struct vrctl *vrctl, struct args *args,
			     struct vr_error *err)
{
	struct vr_network network = { .set = 0 };
	int ret;

	ret = vrctl_network_parse_which(args, &network, err);
	if (ret == VRCTL_OK)
		ret = args_parse(args, &if_unused_key, 1, &network, err);
	if (ret != VRCTL_OK)
		return ret;

	return vrctl_network_request(vrctl, VR_CMD_NETWORK_DEL, 0, &network,
				     false, err);
}

static int vrctl_network_show_all(struct vrctl *vrctl, struct args *args,
				  struct vr_error *err)
{
	struct vr_network filter = { .set = 0 };
	int ret;

	ret = args_parse(args, &keys[ORIGIN_KEY], 1, &filter, err);
	if (ret == VRCTL_OK)
		ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;

	print_begin(&vrctl->print);
	ret = vr_network_dump(&vrctl->nl, &filter, vrctl_network_show_one,
			      vrctl, err);
	return vrctl_shown(vrctl, ret);
}

static int vrctl_network_show(struct vrctl *vrctl, struct args *args,
			      struct vr_error *err)
{
	struct vr_network network = { .set = 0 };
	const char *word = args_peek(args);
	int ret;

	if (!word || strcmp(word, "origin") == 0)
		return vrctl_network_show_all(vrctl, args, err);

	ret = vrctl_network_parse_which(args, &network, err);
	if (ret == VRCTL_OK)
		ret = args_end(args, err);
	if (ret != VRCTL_OK)
		return ret;

	return vrctl_network_request(vrctl, VR_CMD_NETWORK_GET, 0, &network,
				     true, err);
}

static int vrctl_network_flush(struct vrctl *vrctl, struct args *args,
			       struct vr_error *err)
{
	return vrctl_flush(vrctl, args, VR_A_FLUSH_NETWORKS, err);
}

static const struct vrctl_verb verbs[] = {
	{ "show", vrctl_network_show },	  { "add", vrctl_network_add },
	{ "set", vrctl_network_set },	  { "del", vrctl_network_del },
	{ "flush", vrctl_network_flush },
};

const struct vrctl_object vrctl_network = {
	.name = "network",
	.usage = usage,
	.verbs = verbs,
	.verb_count = ARRAY_SIZE(verbs),
};
