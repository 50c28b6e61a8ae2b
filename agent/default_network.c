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
#include "rules.h"

#define KEEP_MILLISECONDS 50
#define READY_MILLISECONDS 1000
#define RETRY_MILLISECONDS 5000

/* What others undo is made good by then. */
#define REPAIR_MILLISECONDS 30000

/* Nodes of one turn, so that whoever asks is heard in between. */
#define MOST_PEERS 128

/*
 * Nothing that an agent before us led somewhere is taken back sooner: what is
 * not known yet is not gone.
 */
#define SWEEP_MILLISECONDS 60000

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
			"node %s has no podCIDR yet (kube-controller-manager --allocate-node-cidrs, or --node-blocks of the controller)",
			net->self);
	return ret;
}

/* What others took away of a device that is attached. */
static int mend_host_device(struct default_network *net,
			    const struct podns_link *link, uint32_t mtu,
			    struct vr_error *err)
{
	unsigned int i;
	int ret = 0;

	if (!link->up)
		ret = podns_link_up(&net->own, link->ifindex, mtu, err);
	for (i = 0; !ret && i < net->network.subnet_count; i++) {
		ret = podns_address_add(&net->own, link->ifindex,
					&net->network.subnets[i], err);
		if (ret == -EEXIST)
			ret = 0;
	}
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
	if (!ret)
		ret = mend_host_device(net, &link, mtu, err);
	*ifindex = link.ifindex;
	net->watch.ifindex = link.ifindex;
	return ret;
}

static void keep_forwarding(const struct default_network *net)
{
	struct vr_error error = { 0 };
	unsigned int i;

	for (i = 0; i < net->network.subnet_count; i++) {
		if (host_route_forward(net->network.subnets[i].ip.family,
				       &error))
			agent_log(AGENT_WARNING, "%s", error.text);
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

/* What was said to router and host about a node. */
struct led {
	struct table_entry entry; /* by its name */
	unsigned int round;
	struct vr_ip vtep;
	struct vr_prefix pod_cidrs[PEER_FAMILIES];
};

static bool is_led(const struct default_network *net, const struct peer *peer)
{
	const struct led *led = table_find(&net->led, peer->entry.key);
	int i;

	if (!led || led->round != net->round ||
	    !vr_ip_equal(&led->vtep, &peer->vtep))
		return false;
	for (i = 0; i < PEER_FAMILIES; i++) {
		if (!vr_prefix_equal(&led->pod_cidrs[i], &peer->pod_cidrs[i]))
			return false;
	}
	return true;
}

static void note_led(struct default_network *net, const struct peer *peer)
{
	struct led *led = table_get(&net->led, peer->entry.key, sizeof(*led));

	if (!led)
		return;
	led->round = net->round;
	led->vtep = peer->vtep;
	memcpy(led->pod_cidrs, peer->pod_cidrs, sizeof(led->pod_cidrs));
}

/* All of it is to be said again when it is time, or to others than before. */
static void begin_round(struct default_network *net, uint32_t ifindex,
			const struct vr_network *now)
{
	if (loop_now() >= net->repair_at || net->led_ifindex != ifindex ||
	    net->led_network != now->id ||
	    net->led_subnets != net->network.subnet_count) {
		net->round++;
		net->repair_at = loop_now() + REPAIR_MILLISECONDS;
	}
	net->led_ifindex = ifindex;
	net->led_network = now->id;
	net->led_subnets = net->network.subnet_count;
}

/* Return: 0, or -EINPROGRESS when there is more, which the timer goes on with. */
static int lead_to_all(struct default_network *net, uint32_t ifindex,
		       const struct vr_network *now, struct vr_error *err)
{
	struct peer *peer, *next;
	unsigned int i, left = MOST_PEERS;
	int ret = 0;

	for (i = 0; !ret && i < net->network.subnet_count; i++)
		ret = host_route_gateway(&net->own.nl, ifindex,
					 net->network.subnets[i].ip.family,
					 now->gateway_mac, err);
	begin_round(net, ifindex, now);
	table_for_each(peer, next, &net->peers->table) {
		if (ret || !strcmp(peer->entry.key, net->self) ||
		    is_led(net, peer))
			continue;
		if (!left--) {
			loop_timer_set(net->timer, 0);
			return -EINPROGRESS;
		}
		ret = lead_to(net, ifindex, peer, err);
		if (!ret)
			note_led(net, peer);
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

void default_network_keep_soon(struct default_network *net)
{
	net->repair_at = 0;
	loop_timer_set_by(net->timer, KEEP_MILLISECONDS);
}

void default_network_peer_changed(struct default_network *net,
				  const struct peer *before,
				  const struct peer *now)
{
	const char *name = now ? now->entry.key : before->entry.key;
	void *led = table_find(&net->led, name);
	int i;

	loop_timer_set_by(net->timer, KEEP_MILLISECONDS);
	if (led && !now)
		table_remove(&net->led, led);
	if (!before || !strcmp(name, net->self) || net->options->guard_only)
		return;
	for (i = 0; i < PEER_FAMILIES; i++) {
		/* It may be another node's by now, to which it leads already. */
		if (before->pod_cidrs[i].ip.family &&
		    (!now || !vr_prefix_equal(&before->pod_cidrs[i],
					      &now->pod_cidrs[i])) &&
		    !peers_have_cidr(net->peers, net->self,
				     &before->pod_cidrs[i]))
			lead_no_more(net, &before->pod_cidrs[i]);
	}
}

/* --- what an agent before us left */

struct stale {
	struct default_network *net;
	struct vr_prefix *prefixes;
	unsigned int count;
};

static int add_stale(struct stale *stale, const struct vr_prefix *prefix,
		     struct vr_error *err)
{
	struct vr_prefix *item;
	unsigned int i;

	if (peers_have_cidr(stale->net->peers, stale->net->self, prefix))
		return 0;
	for (i = 0; i < stale->count; i++) {
		if (vr_prefix_equal(&stale->prefixes[i], prefix))
			return 0;
	}
	item = vr_list_grow(&stale->prefixes, &stale->count, sizeof(*item));
	if (!item)
		return vr_error_memory(err);
	*item = *prefix;
	return 0;
}

/* Only of those to nodes: nothing else on this network is by a tunnel. */
static int find_stale(const struct vr_route *route, void *arg,
		      struct vr_error *err)
{
	const struct vr_prefix prefix = {
		.ip = route->prefix,
		.length = route->prefix_length,
	};

	if (!route->nexthop_count ||
	    route->nexthops[0].type != VR_NEXTHOP_TYPE_REMOTE)
		return 0;
	return add_stale(arg, &prefix, err);
}

static int list_stale(struct stale *stale, uint32_t ifindex,
		      struct vr_error *err)
{
	struct default_network *net = stale->net;
	struct vr_route filter = {
		.set = VR_BIT(VR_A_ROUTE_NETWORK) | VR_BIT(VR_A_ROUTE_ORIGIN),
		.origin = VR_ORIGIN_AGENT,
	};
	cleanup_free struct vr_prefix *on_host = NULL;
	unsigned int count = 0, i;
	int ret;

	snprintf(filter.network, sizeof(filter.network), "%s",
		 net->options->name);
	ret = vr_route_dump(net->router, &filter, find_stale, stale, err);
	if (!ret)
		ret = host_route_list(&net->own.nl, ifindex, &on_host, &count,
				      err);
	for (i = 0; !ret && i < count; i++)
		ret = add_stale(stale, &on_host[i], err);
	return ret;
}

static void sweep(struct default_network *net, uint32_t ifindex)
{
	struct stale stale = { .net = net };
	struct vr_error error = { 0 };
	unsigned int i;

	if (net->swept || loop_now() < net->sweep_at ||
	    !peers_are_known(net->peers))
		return;
	if (list_stale(&stale, ifindex, &error))
		agent_log(AGENT_WARNING, "default network: %s", error.text);
	else
		net->swept = true;
	for (i = 0; i < stale.count; i++)
		lead_no_more(net, &stale.prefixes[i]);
	if (stale.count)
		agent_log(AGENT_INFO,
			  "default network: %u routes led to no node any more",
			  stale.count);
	free(stale.prefixes);
}

/* --- all of it */

/* The host's on the default network first. */
static int list_ports(struct default_network *net, struct rules_port **ports,
		      unsigned int *count, struct vr_error *err)
{
	struct rules_port *port = vr_list_grow(ports, count, sizeof(**ports));

	if (!port)
		return vr_error_memory(err);
	*port = (struct rules_port){
		.ifname = net->options->host_interface,
		.masquerade = net->options->masquerade,
		.services = true,
		.outside = true,
	};
	return host_ports_rules(net->further, ports, count, err);
}

static int keep_rules(struct default_network *net, struct vr_error *err)
{
	struct rules rules = {
		.vxlan_port = net->options->vxlan_port,
		.peers = net->peers,
	};
	struct rules_port *ports = NULL;
	char *text;
	int ret = 0;

	if (!net->options->guard_only)
		ret = list_ports(net, &ports, &rules.port_count, err);
	rules.ports = ports;
	text = ret ? NULL : rules_text(&rules);
	free(ports);
	if (ret)
		return ret;
	return text ? nft_keep(&net->nft, text, err) : vr_error_memory(err);
}

static int keep_all(struct default_network *net, struct vr_error *err)
{
	const struct peer *self = peers_find(net->peers, net->self);
	struct vr_network now = { 0 };
	uint32_t ifindex = 0;
	int ret;

	if (net->options->guard_only)
		return keep_rules(net, err);
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
		sweep(net, ifindex);
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
	int ret = keep_all(net, &error);

	if (ret == -EINPROGRESS)
		return;
	if (ret) {
		agent_log(net->complained ? AGENT_DEBUG : AGENT_ERROR,
			  "default network: %s", error.text);
		net->complained = true;
		loop_timer_set(net->timer, RETRY_MILLISECONDS);
		return;
	}
	net->complained = false;
	loop_timer_set(net->timer, REPAIR_MILLISECONDS);
	if (!net->options->guard_only)
		net->ready(&net->network, net->arg);
}

static void rules_are_loaded(void *arg)
{
	struct default_network *net = arg;

	loop_timer_set_by(net->timer, 0);
}

/* The ways to nodes are as they were. */
void default_network_ports_changed(struct default_network *net)
{
	loop_timer_set_by(net->timer, KEEP_MILLISECONDS);
}

void default_network_check_soon(struct default_network *net)
{
	loop_timer_set_by(net->timer, READY_MILLISECONDS);
}

static void host_is_touched(void *arg)
{
	default_network_keep_soon(arg);
}

int default_network_start(struct default_network *net, struct vr_error *err)
{
	int ret;

	net->sweep_at = loop_now() + SWEEP_MILLISECONDS;
	nft_init(&net->nft, net->loop, rules_are_loaded, net);
	ret = podns_open_own(&net->own, err);
	if (ret)
		return ret;
	net->watch = (struct host_watch){
		.loop = net->loop,
		.touched = host_is_touched,
		.arg = net,
	};
	ret = host_watch_start(&net->watch, err);
	if (ret)
		return ret;
	net->timer = loop_timer_create(net->loop, keep, net, err);
	return net->timer ? 0 : -ENOMEM;
}

void default_network_stop(struct default_network *net)
{
	loop_timer_destroy(net->timer);
	host_watch_stop(&net->watch);
	podns_close(&net->own);
	vr_network_free(&net->network);
	nft_stop(&net->nft);
	table_free(&net->led);
}
