// SPDX-License-Identifier: Apache-2.0
/*
 * The default network of a node.  Entry point: keep(), which can be called at
 * any time: all of it is made or found as it should be.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../cni/host.h"
#include "../lib/apply.h"
#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "../lib/route.h"
#include "default_network.h"
#include "host_route.h"
#include "log.h"

#define KEEP_MILLISECONDS 50
#define READY_MILLISECONDS 1000
#define RETRY_MILLISECONDS 5000

/* What others undo is made good by then. */
#define REPAIR_MILLISECONDS 30000

static const char *const nft_paths[] = { "/usr/sbin/nft", "/sbin/nft",
					 "/usr/bin/nft" };

/* --- rules */

static void add_elements(FILE *out, const struct peers *peers, int family)
{
	struct peer *peer, *next;
	const char *comma = "";
	char text[VR_IP_TEXT];

	fputs("elements = { ", out);
	table_for_each(peer, next, &peers->table) {
		if (peer->vtep.family != family)
			continue;
		fprintf(out, "%s%s", comma, vr_ip_format(&peer->vtep, text));
		comma = ", ";
	}
	fputs(" }\n", out);
}

static bool has_family(const struct peers *peers, int family)
{
	struct peer *peer, *next;

	table_for_each(peer, next, &peers->table) {
		if (peer->vtep.family == family)
			return true;
	}
	return false;
}

static void add_set(FILE *out, const struct peers *peers, const char *name,
		    const char *type, int family)
{
	fprintf(out, "\tset %s {\n\t\ttype %s\n", name, type);
	if (has_family(peers, family)) {
		fputs("\t\t", out);
		add_elements(out, peers, family);
	}
	fputs("\t}\n", out);
}

/* Behind the translation of services, which may lead to a node as well. */
static void add_guard(FILE *out, const struct default_network_options *options,
		      const char *hook)
{
	fprintf(out,
		"\tchain %s {\n"
		"\t\ttype filter hook %s priority filter\n"
		"\t\tiifname \"%s\" udp dport %u ip daddr @nodes4 counter drop\n"
		"\t\tiifname \"%s\" udp dport %u ip6 daddr @nodes6 counter drop\n"
		"\t}\n",
		hook, hook, options->host_interface, options->vxlan_port,
		options->host_interface, options->vxlan_port);
}

static void write_rules(FILE *out,
			const struct default_network_options *options,
			const struct peers *peers)
{
	const char *host = options->host_interface;

	fputs("table inet vr {\n}\ndelete table inet vr\ntable inet vr {\n",
	      out);
	add_set(out, peers, "nodes4", "ipv4_addr", AF_INET);
	add_set(out, peers, "nodes6", "ipv6_addr", AF_INET6);
	/* A pod that could would speak as a node, on any network. */
	fprintf(out,
		"\tchain prerouting {\n"
		"\t\ttype filter hook prerouting priority raw\n"
		"\t\tiifname \"%s\" udp dport %u ip daddr @nodes4 counter drop\n"
		"\t\tiifname \"%s\" udp dport %u ip6 daddr @nodes6 counter drop\n"
		"\t}\n",
		host, options->vxlan_port, host, options->vxlan_port);
	add_guard(out, options, "forward");
	add_guard(out, options, "input");
	fprintf(out,
		"\tchain postrouting {\n"
		"\t\ttype nat hook postrouting priority srcnat\n"
		"\t\tiifname \"%s\" oifname \"%s\" ct status dnat masquerade\n",
		host, host);
	if (options->masquerade)
		fprintf(out,
			"\t\tiifname \"%s\" oifname != { \"%s\", \"lo\" } masquerade\n",
			host, host);
	fputs("\t}\n}\n", out);
}

char *default_network_rules(const struct default_network_options *options,
			    const struct peers *peers)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	write_rules(out, options, peers);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static const char *find_nft(struct vr_error *err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(nft_paths); i++) {
		if (!access(nft_paths[i], X_OK))
			return nft_paths[i];
	}
	vr_error_set(
		err, ENOENT,
		"there is no nft: install nftables, without which pods reach nothing outside");
	return NULL;
}

static int load_rules(const char *rules, struct vr_error *err)
{
	const char *nft = find_nft(err);
	cleanup_free char *command = NULL;
	FILE *pipe;

	if (!nft)
		return -ENOENT;
	if (asprintf(&command, "%s -f -", nft) < 0) {
		command = NULL;
		return vr_error_memory(err);
	}
	pipe = popen(command, "w");
	if (!pipe)
		return vr_error_set(err, errno, "%s: %s", nft, strerror(errno));
	fputs(rules, pipe);
	if (pclose(pipe))
		return vr_error_set(err, EIO, "%s refused the rules of vr",
				    nft);
	return 0;
}

/* Others flush what they did not make. */
static bool rules_are_there(void)
{
	const char *nft = find_nft(NULL);
	cleanup_free char *command = NULL;

	if (!nft ||
	    asprintf(&command,
		     "%s list chain inet vr postrouting > /dev/null 2>&1",
		     nft) < 0) {
		command = NULL;
		return true;
	}
	return !system(command);
}

static int keep_rules(struct default_network *net, struct vr_error *err)
{
	char *rules = default_network_rules(net->options, net->peers);
	int ret;

	if (!rules)
		return vr_error_memory(err);
	if (net->rules && !strcmp(net->rules, rules) && rules_are_there()) {
		free(rules);
		return 0;
	}
	ret = load_rules(rules, err);
	if (ret) {
		free(rules);
		return ret;
	}
	free(net->rules);
	net->rules = rules;
	return 0;
}

/* --- the network and the host */

static int describe(struct default_network *net, const struct peer *self,
		    struct vr_error *err)
{
	struct vr_network *network = &net->network;
	struct vr_prefix subnet;
	unsigned int last;
	int i, ret = 0;

	vr_network_free(network);
	network->set = VR_BIT(VR_A_NETWORK_NAME) | VR_BIT(VR_A_NETWORK_VNI) |
		       VR_BIT(VR_A_NETWORK_ORIGIN);
	snprintf(network->name, sizeof(network->name), "%s",
		 net->options->name);
	network->vni = net->options->vni;
	network->origin = VR_ORIGIN_AGENT;
	for (i = 0; !ret && i < PEER_FAMILIES; i++) {
		subnet = self->pod_cidrs[i];
		if (!subnet.ip.family)
			continue;
		/* The gateway is the first address. */
		last = vr_family_bytes(subnet.ip.family) - 1;
		subnet.ip.bytes[last] |= 1;
		ret = vr_network_add_subnet(network, &subnet, err);
	}
	if (!ret && !network->subnet_count)
		ret = vr_error_set(
			err, ENOENT,
			"node %s has no podCIDR yet (kube-controller-manager --allocate-node-cidrs)",
			net->self);
	return ret;
}

static int keep_host_port(struct default_network *net, uint32_t mtu,
			  uint32_t *ifindex, struct vr_error *err)
{
	cleanup_host struct host host = HOST_INIT;
	struct vr_apply request = { 0 };
	struct podns_link link = { 0 };
	int ret;

	ret = host_prepare(&host, &net->own, net->options->state_dir,
			   net->router, &net->network,
			   net->options->host_interface, err);
	if (ret)
		return ret;
	if (host.attach) {
		host.port.origin = VR_ORIGIN_AGENT;
		request.port_count = 1;
		request.ports = &host.port;
		ret = vr_apply(net->router, NLM_F_CREATE, &request, NULL, err);
	}
	if (ret) {
		host_abandon(&host);
		return ret;
	}
	ret = host_finish(&host, mtu, err);
	if (!ret)
		ret = podns_link_find(&net->own, net->options->host_interface,
				      &link, err);
	*ifindex = link.ifindex;
	return ret;
}

static void write_sysctl(const char *path, const char *value)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(value, file) < 0 || fclose(file))
		agent_log(AGENT_WARNING, "%s: %s", path, strerror(errno));
}

static void keep_forwarding(const struct default_network *net)
{
	unsigned int i;

	for (i = 0; i < net->network.subnet_count; i++) {
		if (net->network.subnets[i].ip.family == AF_INET)
			write_sysctl("/proc/sys/net/ipv4/ip_forward", "1");
		else
			write_sysctl("/proc/sys/net/ipv6/conf/all/forwarding",
				     "1");
	}
}

/* --- the other nodes */

static struct vr_route route_of(const struct default_network *net,
				const struct vr_prefix *prefix)
{
	struct vr_route route = {
		.set = VR_BIT(VR_A_ROUTE_NETWORK) | VR_BIT(VR_A_ROUTE_ORIGIN),
		.origin = VR_ORIGIN_AGENT,
	};

	snprintf(route.network, sizeof(route.network), "%s",
		 net->options->name);
	vr_route_set_prefix(&route, prefix);
	return route;
}

static int lead_router(struct default_network *net,
		       const struct vr_prefix *prefix, const struct vr_ip *vtep,
		       struct vr_error *err)
{
	struct vr_nexthop nexthop = {
		.set = VR_BIT(VR_A_NEXTHOP_TYPE) | VR_BIT(VR_A_NEXTHOP_REMOTE) |
		       VR_BIT(VR_A_NEXTHOP_UPLINK),
		.type = VR_NEXTHOP_TYPE_REMOTE,
		.remote = *vtep,
	};
	struct vr_route route = route_of(net, prefix);
	int ret;

	snprintf(nexthop.uplink, sizeof(nexthop.uplink), "%s", net->uplink);
	ret = vr_route_add_nexthop(&route, &nexthop, err);
	if (!ret)
		ret = vr_route_call(net->router, VR_CMD_ROUTE_NEW,
				    NLM_F_CREATE | NLM_F_REPLACE, &route, NULL,
				    err);
	vr_route_free(&route);
	return ret;
}

static const struct vr_prefix *own_subnet(const struct default_network *net,
					  int family)
{
	unsigned int i;

	for (i = 0; i < net->network.subnet_count; i++) {
		if (net->network.subnets[i].ip.family == family)
			return &net->network.subnets[i];
	}
	return NULL;
}

static int lead_to(struct default_network *net, uint32_t ifindex,
		   const struct peer *peer, struct vr_error *err)
{
	const struct vr_prefix *prefix, *own;
	int i, ret = 0;

	for (i = 0; !ret && peer->vtep.family && i < PEER_FAMILIES; i++) {
		prefix = &peer->pod_cidrs[i];
		own = own_subnet(net, prefix->ip.family);
		if (!prefix->ip.family || !own)
			continue;
		ret = lead_router(net, prefix, &peer->vtep, err);
		if (!ret)
			ret = host_route_add(&net->own.nl, ifindex, prefix,
					     &own->ip, err);
	}
	return ret ? vr_error_prefix(err, "node %s", peer->entry.key) : 0;
}

static int lead_to_all(struct default_network *net, uint32_t ifindex,
		       const struct vr_network *now, struct vr_error *err)
{
	struct peer *peer, *next;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < net->network.subnet_count; i++)
		ret = host_route_gateway(&net->own.nl, ifindex,
					 net->network.subnets[i].ip.family,
					 now->gateway_mac, err);
	table_for_each(peer, next, &net->peers->table) {
		if (!ret && strcmp(peer->entry.key, net->self) != 0)
			ret = lead_to(net, ifindex, peer, err);
	}
	return ret;
}

/* What no longer leads to a node. Removal that fails is only told. */
static void lead_no_more(struct default_network *net,
			 const struct vr_prefix *prefix)
{
	struct vr_route route = route_of(net, prefix);
	struct vr_error error = { 0 };
	struct podns_link link = { 0 };
	int ret;

	route.set &= ~VR_BIT(VR_A_ROUTE_ORIGIN);
	ret = vr_route_call(net->router, VR_CMD_ROUTE_DEL, 0, &route, NULL,
			    &error);
	if (ret == -ENOENT)
		ret = 0;
	if (!ret)
		ret = podns_link_find(&net->own, net->options->host_interface,
				      &link, &error);
	if (!ret && link.ifindex)
		ret = host_route_del(&net->own.nl, link.ifindex, prefix,
				     &error);
	if (ret)
		agent_log(AGENT_WARNING, "%s", error.text);
}

void default_network_peer_changed(struct default_network *net,
				  const struct peer *before,
				  const struct peer *now)
{
	const char *name = now ? now->entry.key : before->entry.key;
	int i;

	loop_timer_set_by(net->timer, KEEP_MILLISECONDS);
	if (!before || !strcmp(name, net->self))
		return;
	for (i = 0; i < PEER_FAMILIES; i++) {
		if (before->pod_cidrs[i].ip.family &&
		    (!now || !vr_prefix_equal(&before->pod_cidrs[i],
					      &now->pod_cidrs[i])))
			lead_no_more(net, &before->pod_cidrs[i]);
	}
}

/* --- all of it */

static int keep_all(struct default_network *net, struct vr_error *err)
{
	const struct peer *self = peers_find(net->peers, net->self);
	struct vr_network now = { 0 };
	uint32_t ifindex = 0;
	int ret;

	if (!self)
		return vr_error_set(err, ENOENT, "there is no Node object %s",
				    net->self);
	ret = describe(net, self, err);
	if (!ret)
		ret = vr_network_call(net->router, VR_CMD_NETWORK_NEW,
				      NLM_F_CREATE, &net->network, &now, err);
	if (!ret)
		ret = keep_host_port(net, now.mtu, &ifindex, err);
	if (!ret)
		ret = lead_to_all(net, ifindex, &now, err);
	if (!ret)
		ret = keep_rules(net, err);
	if (!ret)
		keep_forwarding(net);
	vr_network_free(&now);
	return ret;
}

static void keep(void *arg)
{
	struct default_network *net = arg;
	struct vr_error error = { 0 };

	if (keep_all(net, &error)) {
		agent_log(net->complained ? AGENT_DEBUG : AGENT_ERROR,
			  "default network: %s", error.text);
		net->complained = true;
		loop_timer_set(net->timer, RETRY_MILLISECONDS);
		return;
	}
	net->complained = false;
	loop_timer_set(net->timer, REPAIR_MILLISECONDS);
	net->ready(&net->network, net->arg);
}

void default_network_check_soon(struct default_network *net)
{
	loop_timer_set_by(net->timer, READY_MILLISECONDS);
}

int default_network_start(struct default_network *net, struct vr_error *err)
{
	int ret;

	net->own = (struct podns)PODNS_INIT;
	ret = podns_open_own(&net->own, err);
	if (ret)
		return ret;
	net->timer = loop_timer_create(net->loop, keep, net, err);
	return net->timer ? 0 : -ENOMEM;
}

void default_network_stop(struct default_network *net)
{
	if (!net->timer)
		return;
	loop_timer_destroy(net->timer);
	podns_close(&net->own);
	vr_network_free(&net->network);
	free(net->rules);
}
