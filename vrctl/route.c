// SPDX-License-Identifier: Apache-2.0
/*
 * vrctl route
 */
#include "route.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "batch.h"
#include "flush.h"
#include "lib/field.h"
#include "lib/route.h"

static const char usage[] =
	"vrctl route add|replace network NAME PREFIX via VIA\n"
	"                       [origin ORIGIN]\n"
	"vrctl route add|replace network NAME PREFIX\n"
	"                       nexthop [via] VIA [weight N]... [origin ORIGIN]\n"
	"  PREFIX: ADDRESS/LENGTH or default\n"
	"  VIA: IP | dev IFNAME [netns NAME|PID|/path] | port N |\n"
	"       remote VTEP [uplink NAME] [mac MAC] | blackhole | unreachable\n"
	"vrctl route del network NAME PREFIX\n"
	"vrctl route [show] [network NAME] [PREFIX] [origin ORIGIN]\n"
	"vrctl route get network NAME ADDRESS [from IP]\n"
	"                       [proto PROTOCOL [sport N] [dport N]]\n"
	"  PROTOCOL: tcp | udp | sctp | dccp | udplite | icmp | ipv6-icmp | N\n"
	"vrctl route flush [origin ORIGIN] [network NAME] [all]\n";

/* "default" is of the family of the next hop, known at the end. */
static int vrctl_route_parse_prefix(struct args *args,
				    const struct arg_key *key, void *object,
				    struct vr_error *err)
{
	struct vr_prefix prefix = { .ip = { .family = AF_UNSPEC } };
	const char *value = args_value(args, key, err);

	if (!value)
		return VRCTL_USAGE;
	if (strcmp(value, "default") != 0 &&
	    vr_prefix_parse(key->value, value, &prefix, err) < 0)
		return VRCTL_USAGE;

	vr_route_set_prefix(object, &prefix);
	return VRCTL_OK;
}

static const struct arg_key via_key = {
	.word = "via",
	.value =
		"IP, dev IFNAME, port N, remote VTEP, blackhole or unreachable",
};

static int vrctl_route_parse_netns(struct args *args, const struct arg_key *key,
				   void *object, struct vr_error *err)
{
	struct vr_nexthop *nexthop = object;

	nexthop->set |= VR_BIT(VR_A_NEXTHOP_NETNS_FD);
	return args_netns(args, key, &nexthop->netns_fd, &nexthop->netns, err);
}

/* Kinds of next hop that have a key of their own. */
static const struct arg_key via_keys[] = {
	{ "dev", "IFNAME", ARG_STRING, .attr = VR_A_NEXTHOP_IFNAME,
	  ARG_MEMBER(struct vr_nexthop, ifname) },
	{ "port", "N", ARG_U32, .attr = VR_A_NEXTHOP_PORT_ID,
	  ARG_MEMBER(struct vr_nexthop, port_id) },
	{ "remote", "VTEP", ARG_IP, .attr = VR_A_NEXTHOP_REMOTE,
	  ARG_MEMBER(struct vr_nexthop, remote) },
};

/* What may follow it, in any order. */
static const struct arg_key option_keys[] = {
	{ "netns", "NAME|PID|/path", ARG_CUSTOM, .attr = VR_A_NEXTHOP_NETNS_FD,
	  .parse = vrctl_route_parse_netns },
	{ "uplink", "NAME", ARG_STRING, .attr = VR_A_NEXTHOP_UPLINK,
	  ARG_MEMBER(struct vr_nexthop, uplink) },
	{ "mac", "MAC", ARG_MAC, .attr = VR_A_NEXTHOP_MAC,
	  ARG_MEMBER(struct vr_nexthop, mac) },
	{ "weight", "N", ARG_U16, .attr = VR_A_NEXTHOP_WEIGHT,
	  ARG_MEMBER(struct vr_nexthop, weight) },
};

/* What the router does itself. */
static bool vrctl_route_parse_type(const char *word, struct vr_nexthop *nexthop)
{
	if (strcmp(word, "blackhole") == 0)
		nexthop->type = VR_NEXTHOP_TYPE_BLACKHOLE;
	else if (strcmp(word, "unreachable") == 0)
		nexthop->type = VR_NEXTHOP_TYPE_UNREACHABLE;
	else
		return false;

	nexthop->set |= VR_BIT(VR_A_NEXTHOP_TYPE);
	return true;
}

static int vrctl_route_parse_address(const char *word,
				     struct vr_nexthop *nexthop,
				     struct vr_error *err)
{
	if (vr_ip_parse("via", word, &nexthop->via, NULL) < 0) {
		vr_error_set(err, EINVAL, "via \"%s\": expected %s", word,
			     via_key.value);
		return VRCTL_USAGE;
	}

	nexthop->set |= VR_BIT(VR_A_NEXTHOP_VIA);
	return VRCTL_OK;
}

/* The words behind "via", as far as they belong to it. */
static int vrctl_route_parse_target(struct args *args,
				    struct vr_nexthop *nexthop,
				    struct vr_error *err)
{
	const char *word = args_value(args, &via_key, err);
	size_t i;

	if (!word)
		return VRCTL_USAGE;
	for (i = 0; i < ARRAY_SIZE(via_keys); i++) {
		if (strcmp(via_keys[i].word, word) == 0)
			return args_parse_key(args, &via_keys[i], nexthop, err);
	}
	if (vrctl_route_parse_type(word, nexthop))
		return VRCTL_OK;

	return vrctl_route_parse_address(word, nexthop, err);
}

static const struct arg_key *vrctl_route_option(const struct args *args)
{
	const char *word = args_peek(args);
	size_t i;

	for (i = 0; word && i < ARRAY_SIZE(option_keys); i++) {
		if (strcmp(option_keys[i].word, word) == 0)
			return &option_keys[i];
	}

	return NULL;
}

static int vrctl_route_parse_options(struct args *args,
				     struct vr_nexthop *nexthop,
				     struct vr_error *err)
{
	const struct arg_key *key;
	const char *value;
	int ret;

	while ((key = vrctl_route_option(args))) {
		args_take(args);
		if (nexthop->set & VR_BIT(key->attr)) {
			value = args_peek(args);
			vr_error_set(err, EINVAL,
				     "%s \"%s\": expected this key only once",
				     key->word, value ? value : "");
			return VRCTL_USAGE;
		}
		ret = args_parse_key(args, key, nexthop, err);
		if (ret != VRCTL_OK)
			return ret;
	}

	return VRCTL_OK;
}

static int vrctl_route_check_remote(const struct vr_nexthop *nexthop,
				    struct vr_error *err)
{
	char mac[VR_MAC_TEXT];

	if (vr_is_set(nexthop, VR_A_NEXTHOP_REMOTE))
		return VRCTL_OK;
	if (vr_is_set(nexthop, VR_A_NEXTHOP_UPLINK))
		vr_error_set(err, EINVAL,
			     "uplink \"%s\": expected via remote VTEP",
			     nexthop->uplink);
	else if (vr_is_set(nexthop, VR_A_NEXTHOP_MAC))
		vr_error_set(err, EINVAL,
			     "mac \"%s\": expected via remote VTEP",
			     vr_mac_format(nexthop->mac, mac));
	else
		return VRCTL_OK;

	return VRCTL_USAGE;
}

static int vrctl_route_parse_via(struct args *args, const struct arg_key *key,
				 void *object, struct vr_error *err)
{
	struct vr_nexthop nexthop = { .set = 0 };
	int ret;

	(void)key;
	ret = vrctl_route_parse_target(args, &nexthop, err);
	if (ret == VRCTL_OK)
		ret = vrctl_route_parse_options(args, &nexthop, err);
	if (ret == VRCTL_OK)
		ret = vrctl_route_check_remote(&nexthop, err);
	if (ret != VRCTL_OK)
		return ret;

	return vrctl_result(vr_route_add_nexthop(object, &nexthop, err));
}

/* A kind that has a key of its own needs no "via", as in ip(8). */
static bool vrctl_route_at_kind(const struct args *args)
{
	const char *word = args_peek(args);
	size_t i;

	for (i = 0; word && i < ARRAY_SIZE(via_keys); i++) {
		if (strcmp(via_keys[i].word, word) == 0)
			return true;
	}

	return false;
}

static int vrctl_route_parse_nexthop(struct args *args,
				     const struct arg_key *key, void *object,
				     struct vr_error *err)
{
	if (!vrctl_route_at_kind(args) && !args_match(args, "via")) {
		vr_error_set(err, EINVAL,
			     "nexthop \"%s\": expected via, dev, port or remote",
			     args_peek(args) ? args_peek(args) : "");
		return VRCTL_USAGE;
	}

	return vrctl_route_parse_via(args, key, object, err);
}

/* Which route: FIND_KEYS; which routes: SHOW_KEYS; to add: all. */
static const struct arg_key keys[] = {
	{ "network", "NAME", ARG_STRING, .attr = VR_A_ROUTE_NETWORK,
	  ARG_MEMBER(struct vr_route, network) },
	{ NULL, "PREFIX", ARG_CUSTOM, .parse = vrctl_route_parse_prefix },
	{ "origin", "ORIGIN", ARG_ENUM, .attr = VR_A_ROUTE_ORIGIN,
	  ARG_MEMBER(struct vr_route, origin), .names = &vr_origin_names },
	{ "via", "VIA", ARG_CUSTOM, .parse = vrctl_route_parse_via },
	{ "nexthop", "via VIA", ARG_CUSTOM, .repeat = true,
	  .parse = vrctl_route_parse_nexthop },
};

#define FIND_KEYS 2
#define SHOW_KEYS 3

/* Those that have ports, and ping's. IANA numbers. */
static const struct {
	const char *word;
	uint8_t number;
} protocols[] = {
	{ "tcp", IPPROTO_TCP },		 { "udp", IPPROTO_UDP },
	{ "sctp", IPPROTO_SCTP },	 { "dccp", IPPROTO_DCCP },
	{ "udplite", IPPROTO_UDPLITE },	 { "icmp", IPPROTO_ICMP },
	{ "ipv6-icmp", IPPROTO_ICMPV6 },
};

static int vrctl_route_parse_proto(struct args *args, const struct arg_key *key,
				   void *object, struct vr_error *err)
{
	const char *value = args_value(args, key, err);
	struct vr_route *route = object;
	size_t i;

	if (!value)
		return VRCTL_USAGE;
	route->set |= VR_BIT(VR_A_ROUTE_PROTOCOL);
	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		route->protocol = protocols[i].number;
		if (strcmp(protocols[i].word, value) == 0)
			return VRCTL_OK;
	}

	return args_u8(key, value, &route->protocol, err);
}

static const struct arg_key get_keys[] = {
	{ "network", "NAME", ARG_STRING, .required = true,
	  .attr = VR_A_ROUTE_NETWORK, ARG_MEMBER(struct vr_route, network) },
	{ NULL, "ADDRESS", ARG_IP, .required = true, .attr = VR_A_ROUTE_ADDRESS,
	  ARG_MEMBER(struct vr_route, address) },
	{ "from", "IP", ARG_IP, .attr = VR_A_ROUTE_SOURCE,
	  ARG_MEMBER(struct vr_route, source) },
	{ "proto", "PROTOCOL", ARG_CUSTOM, .parse = vrctl_route_parse_proto },
	{ "sport", "N", ARG_U16, .attr = VR_A_ROUTE_SOURCE_PORT,
	  ARG_MEMBER(struct vr_route, source_port) },
	{ "dport", "N", ARG_U16, .attr = VR_A_ROUTE_DESTINATION_PORT,
	  ARG_MEMBER(struct vr_route, destination_port) },
};

static void vrctl_route_print_target(struct print *p,
				     const struct vr_nexthop *nexthop)
{
	if (vr_is_set(nexthop, VR_A_NEXTHOP_VIA))
		print_ip(p, "via", " via ", &nexthop->via);
	if (vr_is_set(nexthop, VR_A_NEXTHOP_PORT_ID))
		print_number(p, "port_id", " port ", nexthop->port_id);
	if (vr_is_set(nexthop, VR_A_NEXTHOP_IFNAME))
		print_string(p, "ifname", " dev ", nexthop->ifname);
	if (vr_is_set(nexthop, VR_A_NEXTHOP_IFINDEX))
		print_number(p, "ifindex", NULL, nexthop->ifindex);
	if (vr_is_set(nexthop, VR_A_NEXTHOP_NETNS_ID))
		print_signed(p, "netns_id", " netns-id ", nexthop->netns_id);
	if (vr_is_set(nexthop, VR_A_NEXTHOP_REMOTE))
		print_ip(p, "remote", " remote ", &nexthop->remote);
	if (vr_is_set(nexthop, VR_A_NEXTHOP_UPLINK))
		print_string(p, "uplink", " uplink ", nexthop->uplink);
	if (vr_is_set(nexthop, VR_A_NEXTHOP_MAC))
		print_mac(p, "mac", " mac ", nexthop->mac);
}

/* In text the type is clear from the target, where there is one. */
static bool vrctl_route_has_target(const struct vr_nexthop *nexthop)
{
	return nexthop->set & (VR_BIT(VR_A_NEXTHOP_VIA) |
			       VR_BIT(VR_A_NEXTHOP_PORT_ID) |
			       VR_BIT(VR_A_NEXTHOP_IFNAME) |
			       VR_BIT(VR_A_NEXTHOP_REMOTE)) &&
	       nexthop->type != VR_NEXTHOP_TYPE_ENDPOINT;
}

static void vrctl_route_print_nexthops(struct print *p,
				       const struct vr_route *route)
{
	const struct vr_nexthop *nexthop;
	unsigned int i;

	print_list(p, "nexthop");
	for (i = 0; i < route->nexthop_count; i++) {
		nexthop = &route->nexthops[i];
		if (route->nexthop_count > 1) {
			print_line(p);
			print_text(p, "nexthop");
		}
		print_object(p, NULL);
		if (vr_is_set(nexthop, VR_A_NEXTHOP_TYPE))
			print_enum(p, "type",
				   vrctl_route_has_target(nexthop) ? NULL : " ",
				   &vr_nexthop_type_names, nexthop->type);
		vrctl_route_print_target(p, nexthop);
		if (vr_is_set(nexthop, VR_A_NEXTHOP_WEIGHT))
			print_number(p, "weight",
				     route->nexthop_count > 1 ? " weight "
							      : NULL,
				     nexthop->weight);
		print_object_end(p);
	}
	print_list_end(p);
}

void vrctl_route_print(struct print *p, const struct vr_route *route)
{
	if (vr_is_set(route, VR_A_ROUTE_NETWORK))
		print_string(p, "network", "network ", route->network);
	if (vr_is_set(route, VR_A_ROUTE_NETWORK_ID))
		print_number(p, "network_id", NULL, route->network_id);
	if (vr_is_set(route, VR_A_ROUTE_ADDRESS))
		print_ip(p, "address", " address ", &route->address);
	if (vr_is_set(route, VR_A_ROUTE_PREFIX))
		print_ip(p, "prefix", " ", &route->prefix);
	if (vr_is_set(route, VR_A_ROUTE_PREFIX_LENGTH))
		print_number(p, "prefix_length", "/", route->prefix_length);
	/* One next hop is part of the line, several have a line each. */
	if (route->nexthop_count == 1)
		vrctl_route_print_nexthops(p, route);
	if (vr_is_set(route, VR_A_ROUTE_ORIGIN))
		print_enum(p, "origin", " origin ", &vr_origin_names,
			   route->origin);
	if (route->nexthop_count > 1)
		vrctl_route_print_nexthops(p, route);
}

static int vrctl_route_show_one(const struct vr_route *route, void *arg,
				struct vr_error *err)
{
	struct vrctl *vrctl = arg;

	(void)err;
	print_object(&vrctl->print, NULL);
	vrctl_route_print(&vrctl->print, route);
	print_object_end(&vrctl->print);

	return 0;
}

/* Send a request, and show the route in its answer if asked for. */
static int vrctl_route_request(struct vrctl *vrctl, uint8_t cmd, uint16_t flags,
			       const struct vr_route *route, bool show,
			       struct vr_error *err)
{
	struct vr_route reply;
	int ret;

	ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;

	ret = vr_route_call(&vrctl->nl, cmd, flags, route, &reply, err);
	if (ret == 0 && reply.set && show) {
		print_begin(&vrctl->print);
		vrctl_route_show_one(&reply, vrctl, err);
		print_end(&vrctl->print);
	}
	vr_route_free(&reply);

	return vrctl_result(ret);
}

/* "default" without an address to go by is IPv4, as in ip(8). */
static void vrctl_route_settle_default(struct vr_route *route)
{
	int family = AF_INET;

	if (!vr_is_set(route, VR_A_ROUTE_PREFIX) ||
	    route->prefix.family != AF_UNSPEC)
		return;

	if (route->nexthop_count &&
	    vr_is_set(&route->nexthops[0], VR_A_NEXTHOP_VIA))
		family = route->nexthops[0].via.family;
	route->prefix.family = family;
}

/* The words of add, del and the like, which have to name a route. */
static int vrctl_route_parse(struct args *args, unsigned int key_count,
			     struct vr_route *route, struct vr_error *err)
{
	const char *missing = NULL;
	int ret;

	ret = args_parse(args, keys, key_count, route, err);
	if (ret != VRCTL_OK)
		return ret;
	vrctl_route_settle_default(route);

	if (!vr_is_set(route, VR_A_ROUTE_NETWORK))
		missing = "network NAME";
	else if (!vr_is_set(route, VR_A_ROUTE_PREFIX))
		missing = "PREFIX";
	if (!missing)
		return VRCTL_OK;

	vr_error_set(err, EINVAL, "missing %s", missing);
	return VRCTL_USAGE;
}

/* Leave it to the batch, unless its descriptors or its answer are needed now. */
static bool vrctl_route_wait(struct vrctl *vrctl, uint16_t flags,
			     struct vr_route *route)
{
	unsigned int i;

	if (!(flags & NLM_F_EXCL) || vrctl->print.json)
		return false;
	for (i = 0; i < route->nexthop_count; i++) {
		if (vr_is_set(&route->nexthops[i], VR_A_NEXTHOP_NETNS_FD))
			return false;
	}

	return batch_take_route(vrctl->batch, route);
}

static int vrctl_route_new(struct vrctl *vrctl, struct args *args,
			   uint16_t flags, struct vr_error *err)
{
	struct vr_route route = { .set = 0 };
	int ret;

	ret = vrctl_route_parse(args, ARRAY_SIZE(keys), &route, err);
	if (ret == VRCTL_OK && !route.nexthop_count) {
		vr_error_set(err, EINVAL, "missing via %s", via_key.value);
		ret = VRCTL_USAGE;
	}
	if (ret == VRCTL_OK && !vrctl_route_wait(vrctl, flags, &route))
		ret = vrctl_route_request(vrctl, VR_CMD_ROUTE_NEW, flags,
					  &route, vrctl->print.json, err);
	vr_route_free(&route);

	return ret;
}

static int vrctl_route_add(struct vrctl *vrctl, struct args *args,
			   struct vr_error *err)
{
	return vrctl_route_new(vrctl, args, NLM_F_CREATE | NLM_F_EXCL, err);
}

static int vrctl_route_replace(struct vrctl *vrctl, struct args *args,
			       struct vr_error *err)
{
	return vrctl_route_new(vrctl, args, NLM_F_CREATE | NLM_F_REPLACE, err);
}

static int vrctl_route_del(struct vrctl *vrctl, struct args *args,
			   struct vr_error *err)
{
	struct vr_route route = { .set = 0 };
	int ret;

	ret = vrctl_route_parse(args, FIND_KEYS, &route, err);
	if (ret != VRCTL_OK)
		return ret;

	return vrctl_route_request(vrctl, VR_CMD_ROUTE_DEL, 0, &route, false,
				   err);
}

static int vrctl_route_get(struct vrctl *vrctl, struct args *args,
			   struct vr_error *err)
{
	struct vr_route route = { .set = 0 };
	int ret;

	ret = args_parse(args, get_keys, ARRAY_SIZE(get_keys), &route, err);
	if (ret != VRCTL_OK)
		return ret;

	return vrctl_route_request(vrctl, VR_CMD_ROUTE_LOOKUP, 0, &route, true,
				   err);
}

static int vrctl_route_show(struct vrctl *vrctl, struct args *args,
			    struct vr_error *err)
{
	struct vr_route route = { .set = 0 };
	int ret;

	ret = args_parse(args, keys, SHOW_KEYS, &route, err);
	if (ret != VRCTL_OK)
		return ret;
	vrctl_route_settle_default(&route);
	if (vr_is_set(&route, VR_A_ROUTE_PREFIX))
		return vrctl_route_request(vrctl, VR_CMD_ROUTE_GET, 0, &route,
					   true, err);

	ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;

	print_begin(&vrctl->print);
	ret = vr_route_dump(&vrctl->nl, &route, vrctl_route_show_one, vrctl,
			    err);
	return vrctl_shown(vrctl, ret);
}

static int vrctl_route_flush(struct vrctl *vrctl, struct args *args,
			     struct vr_error *err)
{
	return vrctl_flush(vrctl, args, VR_A_FLUSH_ROUTES, err);
}

static const struct vrctl_verb verbs[] = {
	{ "show", vrctl_route_show },	    { "add", vrctl_route_add },
	{ "replace", vrctl_route_replace }, { "del", vrctl_route_del },
	{ "get", vrctl_route_get },	    { "flush", vrctl_route_flush },
};

const struct vrctl_object vrctl_route = {
	.name = "route",
	.usage = usage,
	.verbs = verbs,
	.verb_count = ARRAY_SIZE(verbs),
};
