// SPDX-License-Identifier: Apache-2.0
/*
 * vrctl port
 */
#include "port.h"

#include <errno.h>
#include <linux/netlink.h>

#include "drops.h"
#include "flush.h"
#include "lib/field.h"
#include "lib/port.h"
#include "lib/rate.h"

static const char usage[] =
	"vrctl port add dev IFNAME [netns NAME|PID|/path] network NAME\n"
	"                       [mac MAC] [address IP]... [gateway]\n"
	"                       [antispoof on|off] [sequence N] [standby]\n"
	"                       [allowed PREFIX [MODE]]... [vlan on|off]\n"
	"                       [dhcp-server on|off]\n"
	"                       [router-advertisement on|off]\n"
	"                       [rate-in RATE [burst-in SIZE]]\n"
	"                       [rate-out RATE [burst-out SIZE]]\n"
	"                       [storm-rate N] [storm-burst N]\n"
	"                       [learn on|off] [learn-limit N]\n"
	"                       [learn-ageing SECONDS]\n"
	"                       [description TEXT] [origin ORIGIN]\n"
	"       MODE := source | active-standby | ecmp\n"
	"vrctl port set dev IFNAME [netns NAME|PID|/path] [no-addresses]\n"
	"                       [no-allowed] [gateway on|off]\n"
	"                       [state active|standby]\n"
	"                       [KEY VALUE, as in add]...\n"
	"vrctl port set id N ...\n"
	"vrctl port del dev IFNAME [netns NAME|PID|/path]\n"
	"vrctl port del id N\n"
	"vrctl port [show] [network NAME] [origin ORIGIN]\n"
	"vrctl port [show] dev IFNAME [netns NAME|PID|/path]\n"
	"vrctl port [show] id N\n"
	"vrctl port flush [origin ORIGIN] [network NAME] [all]\n";

static int vrctl_port_parse_netns(struct args *args, const struct arg_key *key,
				  void *object, struct vr_error *err)
{
	struct vr_port *port = object;

	port->set |= VR_BIT(VR_A_PORT_NETNS_FD);
	return args_netns(args, key, &port->netns_fd, &port->netns, err);
}

static int vrctl_port_parse_address(struct args *args,
				    const struct arg_key *key, void *object,
				    struct vr_error *err)
{
	struct vr_ip address;
	int ret;

	ret = args_ip(args, key, &address, err);
	if (ret != VRCTL_OK)
		return ret;

	return vrctl_result(vr_port_add_address(object, &address, err));
}

/* A prefix, then the word of a mode if there is one. */
static int vrctl_port_parse_allowed(struct args *args,
				    const struct arg_key *key, void *object,
				    struct vr_error *err)
{
	const char *value = args_value(args, key, err), *word;
	struct vr_allowed allowed = { .set = 0 };
	struct vr_prefix prefix;

	if (!value || vr_prefix_parse(key->word, value, &prefix, err) < 0)
		return VRCTL_USAGE;
	allowed.prefix = prefix.ip;
	allowed.prefix_length = prefix.length;
	allowed.set = VR_BIT(VR_A_ALLOWED_PREFIX) |
		      VR_BIT(VR_A_ALLOWED_PREFIX_LENGTH);
	word = args_peek(args);
	if (word &&
	    vr_names_parse(&vr_allowed_mode_names, word, &allowed.mode)) {
		args_take(args);
		allowed.set |= VR_BIT(VR_A_ALLOWED_MODE);
	}

	return vrctl_result(vr_port_add_allowed(object, &allowed, err));
}

/* "gateway" alone, as the word for a port's add, is "gateway on". */
static int vrctl_port_parse_gateway(struct args *args,
				    const struct arg_key *key, void *object,
				    struct vr_error *err)
{
	struct vr_port *port = object;

	(void)key;
	(void)err;
	port->set |= VR_BIT(VR_A_PORT_GATEWAY);
	port->gateway = true;
	if (args_match(args, "off"))
		port->gateway = false;
	else
		args_match(args, "on");

	return VRCTL_OK;
}

static int vrctl_port_parse_standby(struct args *args,
				    const struct arg_key *key, void *object,
				    struct vr_error *err)
{
	struct vr_port *port = object;

	(void)args;
	(void)key;
	(void)err;
	port->set |= VR_BIT(VR_A_PORT_STATE);
	port->state = VR_ENDPOINT_STATE_STANDBY;

	return VRCTL_OK;
}

/* Which port: FIND_KEYS; which ports: SHOW_KEYS; to set: all. */
static const struct arg_key keys[] = {
	{ "id", "N", ARG_U32, .attr = VR_A_PORT_ID,
	  ARG_MEMBER(struct vr_port, id) },
	{ "dev", "IFNAME", ARG_STRING, .attr = VR_A_PORT_IFNAME,
	  ARG_MEMBER(struct vr_port, ifname) },
	{ "netns", "NAME|PID|/path", ARG_CUSTOM,
	  .parse = vrctl_port_parse_netns },
	{ "network", "NAME", ARG_STRING, .attr = VR_A_PORT_NETWORK,
	  ARG_MEMBER(struct vr_port, network) },
	{ "origin", "ORIGIN", ARG_ENUM, .attr = VR_A_PORT_ORIGIN,
	  ARG_MEMBER(struct vr_port, origin), .names = &vr_origin_names },
	{ "mac", "MAC", ARG_MAC, .attr = VR_A_PORT_MAC,
	  ARG_MEMBER(struct vr_port, mac) },
	{ "address", "IP", ARG_CUSTOM, .repeat = true,
	  .parse = vrctl_port_parse_address },
	{ "gateway", "[on|off]", ARG_CUSTOM,
	  .parse = vrctl_port_parse_gateway },
	{ "antispoof", "on|off", ARG_SWITCH, .attr = VR_A_PORT_ANTISPOOF,
	  ARG_MEMBER(struct vr_port, antispoof) },
	{ "allowed", "PREFIX", ARG_CUSTOM, .repeat = true,
	  .parse = vrctl_port_parse_allowed },
	{ "vlan", "on|off", ARG_SWITCH, .attr = VR_A_PORT_VLAN,
	  ARG_MEMBER(struct vr_port, vlan) },
	{ "dhcp-server", "on|off", ARG_SWITCH, .attr = VR_A_PORT_DHCP_SERVER,
	  ARG_MEMBER(struct vr_port, dhcp_server) },
	{ "router-advertisement", "on|off", ARG_SWITCH,
	  .attr = VR_A_PORT_ROUTER_ADVERTISEMENT,
	  ARG_MEMBER(struct vr_port, router_advertisement) },
	{ "sequence", "N", ARG_U32, .attr = VR_A_PORT_SEQUENCE,
	  ARG_MEMBER(struct vr_port, sequence) },
	{ "standby", "", ARG_CUSTOM, .parse = vrctl_port_parse_standby },
	{ "state", "active|standby", ARG_ENUM, .attr = VR_A_PORT_STATE,
	  ARG_MEMBER(struct vr_port, state),
	  .names = &vr_endpoint_state_names },
	{ "description", "TEXT", ARG_STRING, .attr = VR_A_PORT_DESCRIPTION,
	  ARG_MEMBER(struct vr_port, description) },
	{ "rate-in", "RATE", ARG_RATE, .attr = VR_A_PORT_RATE_IN,
	  ARG_MEMBER(struct vr_port, rate_in) },
	{ "burst-in", "SIZE", ARG_SIZE, .attr = VR_A_PORT_BURST_IN,
	  ARG_MEMBER(struct vr_port, burst_in) },
	{ "rate-out", "RATE", ARG_RATE, .attr = VR_A_PORT_RATE_OUT,
	  ARG_MEMBER(struct vr_port, rate_out) },
	{ "burst-out", "SIZE", ARG_SIZE, .attr = VR_A_PORT_BURST_OUT,
	  ARG_MEMBER(struct vr_port, burst_out) },
	{ "storm-rate", "N", ARG_U32, .attr = VR_A_PORT_STORM_RATE,
	  ARG_MEMBER(struct vr_port, storm_rate) },
	{ "storm-burst", "N", ARG_U32, .attr = VR_A_PORT_STORM_BURST,
	  ARG_MEMBER(struct vr_port, storm_burst) },
	{ "learn", "on|off", ARG_SWITCH, .attr = VR_A_PORT_LEARN,
	  ARG_MEMBER(struct vr_port, learn) },
	{ "learn-limit", "N", ARG_U32, .attr = VR_A_PORT_LEARN_LIMIT,
	  ARG_MEMBER(struct vr_port, learn_limit) },
	{ "learn-ageing", "SECONDS", ARG_U32, .attr = VR_A_PORT_LEARN_AGEING,
	  ARG_MEMBER(struct vr_port, learn_ageing) },
	{ "no-addresses", "", ARG_WORD, .attr = VR_A_PORT_NO_ADDRESSES },
	{ "no-allowed", "", ARG_WORD, .attr = VR_A_PORT_NO_ALLOWED },
};

#define FIND_KEYS 3
#define SHOW_KEYS 5
/* At the end, for what add cannot do. */
#define SET_ONLY_KEYS 2

static void vrctl_port_print_addresses(struct print *p,
				       const struct vr_port *port)
{
	unsigned int i;

	if (!port->address_count)
		return;

	print_list(p, "address");
	print_text(p, " address");
	for (i = 0; i < port->address_count; i++)
		print_ip(p, NULL, " ", &port->addresses[i]);
	print_list_end(p);
}

static void vrctl_port_print_device(struct print *p, const struct vr_port *port)
{
	if (vr_is_set(port, VR_A_PORT_IFNAME))
		print_string(p, "ifname", ": ", port->ifname);
	if (vr_is_set(port, VR_A_PORT_IFINDEX))
		print_number(p, "ifindex", NULL, port->ifindex);
	if (vr_is_set(port, VR_A_PORT_NETNS_ID))
		print_signed(p, "netns_id", " netns-id ", port->netns_id);
	if (vr_is_set(port, VR_A_PORT_NETWORK))
		print_string(p, "network", " network ", port->network);
	if (vr_is_set(port, VR_A_PORT_NETWORK_ID))
		print_number(p, "network_id", NULL, port->network_id);
	if (vr_is_set(port, VR_A_PORT_KIND))
		print_enum(p, "kind", " kind ", &vr_port_kind_names,
			   port->kind);
	if (vr_is_set(port, VR_A_PORT_UP))
		print_switch(p, "up", " up", " down", port->up);
	if (vr_is_set(port, VR_A_PORT_MTU))
		print_number(p, "mtu", " mtu ", port->mtu);
}

static void vrctl_port_print_prefix(struct print *p,
				    const struct vr_allowed *allowed)
{
	bool source = allowed->mode == VR_ALLOWED_MODE_SOURCE;

	print_object(p, NULL);
	print_ip(p, "prefix", " allowed ", &allowed->prefix);
	print_number(p, "prefix_length", "/", allowed->prefix_length);
	print_enum(p, "mode", source ? NULL : " ", &vr_allowed_mode_names,
		   allowed->mode);
	print_object_end(p);
}

/* What it may send beside what is its own; in text, what is unusual. */
static void vrctl_port_print_allowed(struct print *p,
				     const struct vr_port *port)
{
	bool usual = !port->antispoof;
	unsigned int i;

	if (port->allowed_count) {
		print_list(p, "allowed");
		for (i = 0; i < port->allowed_count; i++)
			vrctl_port_print_prefix(p, &port->allowed[i]);
		print_list_end(p);
	}
	if (vr_is_set(port, VR_A_PORT_VLAN))
		print_switch(p, "vlan", " vlan on", NULL, port->vlan);
	if (vr_is_set(port, VR_A_PORT_DHCP_SERVER))
		print_switch(p, "dhcp_server", usual ? NULL : " dhcp-server on",
			     usual ? " dhcp-server off" : NULL,
			     port->dhcp_server);
	if (vr_is_set(port, VR_A_PORT_ROUTER_ADVERTISEMENT))
		print_switch(p, "router_advertisement",
			     usual ? NULL : " router-advertisement on",
			     usual ? " router-advertisement off" : NULL,
			     port->router_advertisement);
}

static void vrctl_port_print_endpoint(struct print *p,
				      const struct vr_port *port)
{
	print_line(p);
	if (vr_is_set(port, VR_A_PORT_MAC))
		print_mac(p, "mac", "mac ", port->mac);
	vrctl_port_print_addresses(p, port);
	if (vr_is_set(port, VR_A_PORT_GATEWAY))
		print_switch(p, "gateway", " gateway", NULL, port->gateway);
	if (vr_is_set(port, VR_A_PORT_ANTISPOOF))
		print_switch(p, "antispoof", " antispoof on", " antispoof off",
			     port->antispoof);
	vrctl_port_print_allowed(p, port);
	if (vr_is_set(port, VR_A_PORT_STATE))
		print_enum(p, "state", " state ", &vr_endpoint_state_names,
			   port->state);
	if (vr_is_set(port, VR_A_PORT_SEQUENCE))
		print_number(p, "sequence", " sequence ", port->sequence);
	if (vr_is_set(port, VR_A_PORT_ORIGIN))
		print_enum(p, "origin", " origin ", &vr_origin_names,
			   port->origin);
}

static void vrctl_port_print_rate(struct print *p, const char *key,
				  const char *before, uint64_t bits)
{
	char text[VR_RATE_TEXT];

	print_quantity(p, key, before, bits, vr_rate_format(bits, text));
}

static void vrctl_port_print_burst(struct print *p, const char *key,
				   const char *before, uint32_t bytes)
{
	char text[VR_RATE_TEXT];

	print_quantity(p, key, before, bytes, vr_size_format(bytes, text));
}

/* On a line of their own each; in text, what is unusual. */
static void vrctl_port_print_limits(struct print *p, const struct vr_port *port)
{
	bool usual = port->storm_rate == VR_DEFAULT_STORM_RATE &&
		     port->storm_burst == VR_DEFAULT_STORM_BURST;

	if (vr_is_set(port, VR_A_PORT_RATE_IN)) {
		print_line(p);
		vrctl_port_print_rate(p, "rate_in", "rate-in ", port->rate_in);
		vrctl_port_print_burst(p, "burst_in", " burst-in ",
				       port->burst_in);
	}
	if (vr_is_set(port, VR_A_PORT_RATE_OUT)) {
		print_line(p);
		vrctl_port_print_rate(p, "rate_out", "rate-out ",
				      port->rate_out);
		vrctl_port_print_burst(p, "burst_out", " burst-out ",
				       port->burst_out);
	}
	if (!vr_is_set(port, VR_A_PORT_STORM_RATE))
		return;
	if (!usual)
		print_line(p);
	print_number(p, "storm_rate", usual ? NULL : "storm-rate ",
		     port->storm_rate);
	print_number(p, "storm_burst", usual ? NULL : " storm-burst ",
		     port->storm_burst);
}

/* In text, only of a port that learns. */
static void vrctl_port_print_learn(struct print *p, const struct vr_port *port)
{
	bool learn = vr_is_set(port, VR_A_PORT_LEARN) && port->learn;

	if (learn)
		print_line(p);
	if (vr_is_set(port, VR_A_PORT_LEARN))
		print_switch(p, "learn", "learn on", NULL, port->learn);
	if (vr_is_set(port, VR_A_PORT_LEARN_LIMIT))
		print_number(p, "learn_limit", learn ? " learn-limit " : NULL,
			     port->learn_limit);
	if (vr_is_set(port, VR_A_PORT_LEARN_AGEING))
		print_number(p, "learn_ageing", learn ? " learn-ageing " : NULL,
			     port->learn_ageing);
}

static void vrctl_port_print_drops(struct print *p,
				   const struct vr_port_stats *stats)
{
	unsigned int i;

	if (!stats->drop_count)
		return;

	print_list(p, "drop");
	for (i = 0; i < stats->drop_count; i++) {
		print_line(p);
		print_object(p, NULL);
		vrctl_drop_print(p, "drop ", &stats->drops[i]);
		print_object_end(p);
	}
	print_list_end(p);
}

static void vrctl_port_print_stats(struct print *p,
				   const struct vr_port_stats *stats)
{
	print_object(p, "stats");
	print_line(p);
	print_number(p, "rx_packets", "rx packets ", stats->rx_packets);
	print_number(p, "rx_bytes", " bytes ", stats->rx_bytes);
	print_number(p, "tx_packets", " tx packets ", stats->tx_packets);
	print_number(p, "tx_bytes", " bytes ", stats->tx_bytes);
	vrctl_port_print_drops(p, stats);
	print_object_end(p);
}

void vrctl_port_print(struct print *p, const struct vr_port *port, bool stats)
{
	if (vr_is_set(port, VR_A_PORT_ID))
		print_number(p, "id", "", port->id);
	vrctl_port_print_device(p, port);
	vrctl_port_print_endpoint(p, port);
	vrctl_port_print_limits(p, port);
	vrctl_port_print_learn(p, port);
	if (vr_is_set(port, VR_A_PORT_DESCRIPTION)) {
		print_line(p);
		print_string(p, "description", "description ",
			     port->description);
	}
	if (stats && vr_is_set(port, VR_A_PORT_STATS))
		vrctl_port_print_stats(p, &port->stats);
}

static int vrctl_port_show_one(const struct vr_port *port, void *arg,
			       struct vr_error *err)
{
	struct vrctl *vrctl = arg;

	(void)err;
	print_object(&vrctl->print, NULL);
	vrctl_port_print(&vrctl->print, port, vrctl->stats);
	print_object_end(&vrctl->print);

	return 0;
}

/* Send a request, and show the port in its answer if asked for. */
static int vrctl_port_request(struct vrctl *vrctl, uint8_t cmd, uint16_t flags,
			      const struct vr_port *port, bool show,
			      struct vr_error *err)
{
	struct vr_port reply;
	int ret;

	ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;

	ret = vr_port_call(&vrctl->nl, cmd, flags, port, &reply, err);
	if (ret == 0 && reply.set && show) {
		print_begin(&vrctl->print);
		vrctl_port_show_one(&reply, vrctl, err);
		print_end(&vrctl->print);
	}
	vr_port_free(&reply);

	return vrctl_result(ret);
}

/* A request that changes or deletes one port has to say which. */
static int vrctl_port_check_which(const struct vr_port *port,
				  struct vr_error *err)
{
	if (vr_is_set(port, VR_A_PORT_IFNAME) || vr_is_set(port, VR_A_PORT_ID))
		return VRCTL_OK;

	vr_error_set(err, EINVAL, "missing dev IFNAME or id N");
	return VRCTL_USAGE;
}

static int vrctl_port_check_add(const struct vr_port *port,
				struct vr_error *err)
{
	if (vr_is_set(port, VR_A_PORT_IFNAME) &&
	    vr_is_set(port, VR_A_PORT_NETWORK))
		return VRCTL_OK;

	vr_error_set(err, EINVAL, "missing %s",
		     vr_is_set(port, VR_A_PORT_IFNAME) ? "network NAME"
						       : "dev IFNAME");
	return VRCTL_USAGE;
}

static int vrctl_port_add(struct vrctl *vrctl, struct args *args,
			  struct vr_error *err)
{
	struct vr_port port = { .set = 0 };
	int ret;

	/* Without the first key (id). */
	ret = args_parse(args, keys + 1, ARRAY_SIZE(keys) - 1 - SET_ONLY_KEYS,
			 &port, err);
	if (ret == VRCTL_OK)
		ret = vrctl_port_check_add(&port, err);
	if (ret == VRCTL_OK)
		ret = vrctl_port_request(vrctl, VR_CMD_PORT_NEW,
					 NLM_F_CREATE | NLM_F_EXCL, &port,
					 vrctl->print.json, err);
	vr_port_free(&port);

	return ret;
}

static int vrctl_port_set(struct vrctl *vrctl, struct args *args,
			  struct vr_error *err)
{
	struct vr_port port = { .set = 0 };
	int ret;

	ret = args_parse(args, keys, ARRAY_SIZE(keys), &port, err);
	if (ret == VRCTL_OK)
		ret = vrctl_port_check_which(&port, err);
	if (ret == VRCTL_OK)
		ret = vrctl_port_request(vrctl, VR_CMD_PORT_SET, 0, &port,
					 vrctl->print.json, err);
	vr_port_free(&port);

	return ret;
}

static int vrctl_port_del(struct vrctl *vrctl, struct args *args,
			  struct vr_error *err)
{
	struct vr_port port = { .set = 0 };
	int ret;

	ret = args_parse(args, keys, FIND_KEYS, &port, err);
	if (ret == VRCTL_OK)
		ret = vrctl_port_check_which(&port, err);
	if (ret != VRCTL_OK)
		return ret;

	return vrctl_port_request(vrctl, VR_CMD_PORT_DEL, 0, &port, false, err);
}

static int vrctl_port_show(struct vrctl *vrctl, struct args *args,
			   struct vr_error *err)
{
	struct vr_port port = { .set = 0 };
	int ret;

	ret = args_parse(args, keys, SHOW_KEYS, &port, err);
	if (ret != VRCTL_OK)
		return ret;
	if (vr_is_set(&port, VR_A_PORT_IFNAME) ||
	    vr_is_set(&port, VR_A_PORT_ID))
		return vrctl_port_request(vrctl, VR_CMD_PORT_GET, 0, &port,
					  true, err);
	if (vr_is_set(&port, VR_A_PORT_NETNS_FD)) {
		vr_error_set(err, EINVAL,
			     "netns \"%s\": expected dev IFNAME as well",
			     port.netns);
		return VRCTL_USAGE;
	}

	ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;

	print_begin(&vrctl->print);
	ret = vr_port_dump(&vrctl->nl, &port, vrctl_port_show_one, vrctl, err);
	return vrctl_shown(vrctl, ret);
}

static int vrctl_port_flush(struct vrctl *vrctl, struct args *args,
			    struct vr_error *err)
{
	return vrctl_flush(vrctl, args, VR_A_FLUSH_PORTS, err);
}

static const struct vrctl_verb verbs[] = {
	{ "show", vrctl_port_show },   { "add", vrctl_port_add },
	{ "set", vrctl_port_set },     { "del", vrctl_port_del },
	{ "flush", vrctl_port_flush },
};

const struct vrctl_object vrctl_port = {
	.name = "port",
	.usage = usage,
	.verbs = verbs,
	.verb_count = ARRAY_SIZE(verbs),
};
