// SPDX-License-Identifier: GPL-2.0-only
/*
 * Routes and their next hops. Entries: vr_route_resolve_rcu() for packets,
 * vr_route_add() for commands.
 */
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "address.h"
#include "endpoint.h"
#include "fib.h"
#include "flow.h"
#include "netlink.h"
#include "network.h"
#include "nexthop.h"
#include "port.h"
#include "remote.h"
#include "route.h"

static struct vr_fib *vr_route_fib(struct vr_network *network,
				   const struct in6_addr *addr)
{
	return vr_address_is_v4(addr) ? &network->fib4 : &network->fib6;
}

static void vr_hop_to_port(struct vr_hop *hop, struct vr_port *port)
{
	hop->port = port;
	hop->mac = READ_ONCE(port->mac);
}

static enum vr_drop_reason
vr_hop_by_single_rcu(struct vr_network *network,
		     const struct vr_nexthop *nexthop, struct vr_hop *hop)
{
	const struct vr_endpoint *endpoint;

	hop->nexthop = nexthop;
	switch (nexthop->key.type) {
	case VR_NEXTHOP_TYPE_PORT:
		vr_hop_to_port(hop, nexthop->key.port);
		return 0;
	case VR_NEXTHOP_TYPE_REMOTE:
		vr_hop_to_port(hop, nexthop->key.port);
		if (nexthop->key.mac)
			hop->mac = nexthop->key.mac;
		return 0;
	case VR_NEXTHOP_TYPE_ADDRESS:
		endpoint = vr_endpoint_lookup_ip_rcu(network,
						     &nexthop->key.via);
		if (!endpoint || !endpoint->port)
			return VR_DROP_REASON_NEXTHOP;
		vr_hop_to_endpoint(hop, endpoint);
		return 0;
	case VR_NEXTHOP_TYPE_CONNECTED:
		return VR_DROP_REASON_NO_ENDPOINT;
	case VR_NEXTHOP_TYPE_BLACKHOLE:
		return VR_DROP_REASON_BLACKHOLE;
	default:
		return VR_DROP_REASON_UNREACHABLE;
	}
}

/* Whether packets can go there now: what came by a tunnel not by another. */
static bool vr_hop_works(const struct vr_port *in, const struct vr_hop *hop)
{
	return vr_port_is_up(hop->port) &&
	       !(in && vr_crosses_horizon(in, hop->port));
}

/* Members beside @except that packets can go to now. */
static u64 vr_group_working_rcu(struct vr_network *network,
				const struct vr_port *in,
				const struct vr_nexthop_group *group,
				unsigned int except)
{
	u64 alive = READ_ONCE(group->alive) & ~BIT_ULL(except);
	struct vr_hop hop;
	u64 working = 0;
	unsigned int i;

	for (; alive; alive &= alive - 1) {
		i = __ffs64(alive);
		if (!vr_hop_by_single_rcu(network, group->members[i].nexthop,
					  &hop) && vr_hop_works(in, &hop))
			working |= BIT_ULL(i);
	}
	return working;
}

/*
 * What is for a member that cannot have it goes where it would go if the
 * group had no such member.
 */
static noinline enum vr_drop_reason
vr_hop_by_heir_rcu(struct vr_network *network, const struct vr_port *in,
		   const struct vr_nexthop_group *group, unsigned int member,
		   unsigned int bucket, struct vr_hop *hop,
		   enum vr_drop_reason reason)
{
	u64 working = vr_group_working_rcu(network, in, group, member);

	if (!working)
		return reason;
	member = vr_ecmp_choose(group->ecmp, working, bucket);
	return vr_hop_by_single_rcu(network, group->members[member].nexthop,
				    hop);
}

static noinline enum vr_drop_reason
vr_hop_by_group_rcu(struct vr_network *network, const struct vr_port *in,
		    const struct vr_nexthop_group *group,
		    const struct sk_buff *skb, bool v4, struct vr_hop *hop)
{
	u32 hash = skb ? vr_flow_hash_skb(network->instance, skb, v4) :
			 hop->flow_hash;
	unsigned int bucket = hash % VR_ECMP_BUCKETS;
	unsigned int member = READ_ONCE(group->buckets[bucket]);
	enum vr_drop_reason reason;

	reason = vr_hop_by_single_rcu(network, group->members[member].nexthop,
				      hop);
	if (likely(!reason && vr_hop_works(in, hop)))
		return 0;
	return vr_hop_by_heir_rcu(network, in, group, member, bucket, hop, reason);
}

/* What is for the gateway's own address: the host's, or its own to answer. */
static void vr_hop_to_gateway_rcu(struct vr_network *network,
				  struct vr_hop *hop)
{
	struct vr_port *port = rcu_dereference(network->gateway_port);

	hop->gateway = true;
	hop->port = NULL;
	if (port)
		vr_hop_to_port(hop, port);
}

const struct vr_nexthop *
vr_route_nexthop_rcu(struct vr_network *network, const struct in6_addr *daddr)
{
	u32 id = vr_fib_lookup_rcu(vr_route_fib(network, daddr), daddr);

	return likely(id) ? vr_nexthop_rcu(&network->nexthops, id) : NULL;
}

enum vr_drop_reason
vr_route_resolve_prefix_rcu(struct vr_network *network,
			    const struct vr_endpoint *endpoint,
			    const struct vr_port *in,
			    const struct in6_addr *daddr,
			    const struct sk_buff *skb, struct vr_hop *hop)
{
	const struct vr_nexthop *nexthop;
	struct vr_port *gateway;

	if (endpoint) {
		vr_hop_to_gateway_rcu(network, hop);
		return 0;
	}
	nexthop = vr_route_nexthop_rcu(network, daddr);
	if (likely(nexthop)) {
		if (unlikely(nexthop->group))
			return vr_hop_by_group_rcu(network, in, nexthop->group,
						   skb,
						   vr_address_is_v4(daddr),
						   hop);
		return vr_hop_by_single_rcu(network, nexthop, hop);
	}
	gateway = rcu_dereference(network->gateway_port);
	if (!gateway || gateway == in)
		return VR_DROP_REASON_NO_ROUTE;
	vr_hop_to_port(hop, gateway);
	return 0;
}

static struct vr_route *vr_route_of(struct vr_fib_entry *entry)
{
	return entry ? container_of(entry, struct vr_route, entry) : NULL;
}

/* IPv4 first. */
struct vr_route *vr_route_first(struct vr_network *network)
{
	return vr_route_of(vr_fib_first(&network->fib4) ?:
			   vr_fib_first(&network->fib6));
}

struct vr_route *vr_route_find_next(struct vr_network *network,
				    const struct in6_addr *prefix, u8 plen)
{
	struct vr_fib_entry *next;

	next = vr_fib_find_next(vr_route_fib(network, prefix), prefix, plen);
	if (!next && vr_address_is_v4(prefix))
		next = vr_fib_first(&network->fib6);
	return vr_route_of(next);
}

struct vr_route *vr_route_find(struct vr_network *network,
			       const struct in6_addr *prefix, u8 plen)
{
	lockdep_assert_held(&network->instance->lock);
	return vr_route_of(vr_fib_find(vr_route_fib(network, prefix), prefix,
				       plen));
}

struct vr_route *vr_route_match(struct vr_network *network,
				const struct in6_addr *addr)
{
	lockdep_assert_held(&network->instance->lock);
	return vr_route_of(vr_fib_match(vr_route_fib(network, addr), addr));
}

static struct vr_route *vr_route_create(struct vr_network *network,
					const struct vr_route_config *config)
{
	struct vr_route *route = kzalloc(sizeof(*route), GFP_KERNEL_ACCOUNT);
	struct vr_nexthop *nexthop;

	if (!route)
		return ERR_PTR(-ENOMEM);
	nexthop = vr_nexthop_get(network, config->nexthops, config->n_nexthops);
	if (IS_ERR(nexthop)) {
		kfree(route);
		return ERR_CAST(nexthop);
	}
	route->network = network;
	route->nexthop = nexthop;
	route->entry.value = nexthop->id;
	route->entry.prefix = config->prefix;
	route->entry.plen = config->plen;
	route->origin = config->origin;
	list_add_tail(&route->on_nexthop, &nexthop->routes);
	return route;
}

static void vr_route_destroy(struct vr_route *route)
{
	list_del(&route->on_nexthop);
	vr_nexthop_put(route->nexthop);
	kfree(route);
}

/* As vr_endpoint_check_holder(): 0 may be replaced, 1 is equal, or refused. */
static int vr_route_check_old(const struct vr_route *old,
			      const struct vr_route_config *config,
			      unsigned int flags,
			      struct netlink_ext_ack *extack)
{
	if (old->nexthop->key.type == VR_NEXTHOP_TYPE_CONNECTED) {
		NL_SET_ERR_MSG_ATTR(extack, config->prefix_attr,
				    "prefix is a subnet of the network");
		return -EEXIST;
	}
	if (flags & NLM_F_REPLACE)
		return 0;
	if (!vr_nexthop_equal(old->nexthop, config->nexthops,
			      config->n_nexthops)) {
		NL_SET_ERR_MSG_ATTR(extack, config->prefix_attr,
				    "route exists with another next hop");
		return -EEXIST;
	}
	if (flags & NLM_F_EXCL) {
		NL_SET_ERR_MSG_ATTR(extack, config->prefix_attr,
				    "route exists");
		return -EEXIST;
	}
	return 1;
}

/* Of what the longest-prefix table no longer has. */
static void vr_route_retire(struct vr_route *route)
{
	struct vr_network *network = route->network;

	network->n_routes--;
	network->instance->n_routes--;
	vr_instance_changed(network->instance);
	vr_route_destroy(route);
}

void vr_route_del(struct vr_route *route)
{
	vr_fib_del(vr_route_fib(route->network, &route->entry.prefix),
		   &route->entry);
	vr_nl_route_notify(route, VR_CMD_ROUTE_DEL_NTF);
	vr_route_retire(route);
}

static void vr_routes_del_by_nexthop(struct vr_nexthop *nexthop)
{
	struct vr_route *route, *next;

	list_for_each_entry_safe(route, next, &nexthop->routes, on_nexthop) {
		vr_route_del(route);
		cond_resched();
	}
}

static void vr_routes_changed(struct vr_nexthop *nexthop)
{
	struct vr_route *route;

	list_for_each_entry(route, &nexthop->routes, on_nexthop) {
		vr_instance_changed(route->network->instance);
		vr_nl_route_notify(route, VR_CMD_ROUTE_NTF);
		cond_resched();
	}
}

static void vr_routes_lose_nexthop(struct vr_nexthop *nexthop)
{
	struct vr_nexthop_member *member, *next;
	struct vr_nexthop *group;

	nexthop->users++; /* to stay until the end */
	list_for_each_entry_safe(member, next, &nexthop->groups, in_groups) {
		group = member->group;
		if (vr_nexthop_count(group) > 1) {
			vr_nexthop_group_lose(member);
			vr_routes_changed(group);
		} else {
			group->users++; /* to stay until the end, too */
			vr_routes_del_by_nexthop(group);
			vr_nexthop_put(group);
		}
		cond_resched();
	}
	vr_routes_del_by_nexthop(nexthop);
	vr_nexthop_put(nexthop);
}

void vr_routes_lose_port(struct vr_port *port)
{
	struct vr_nexthop *nexthop, *next;

	list_for_each_entry_safe(nexthop, next, &port->nexthops, on_port)
		vr_routes_lose_nexthop(nexthop);
}

struct vr_route *vr_route_add(struct vr_network *network,
			      const struct vr_route_config *config,
			      unsigned int flags, bool *changed,
			      struct netlink_ext_ack *extack)
{
	struct vr_fib *fib = vr_route_fib(network, &config->prefix);
	struct vr_route *old, *route;
	int ret;

	*changed = false;
	old = vr_route_find(network, &config->prefix, config->plen);
	if (old) {
		ret = vr_route_check_old(old, config, flags, extack);
		if (ret)
			return ret > 0 ? old : ERR_PTR(ret);
	} else if (network->instance->n_routes >= VR_LIMIT_ROUTES) {
		NL_SET_ERR_MSG(extack, "limit of 4194304 routes is reached");
		return ERR_PTR(-ENOSPC);
	}

	route = vr_route_create(network, config);
	if (IS_ERR(route))
		return route;
	if (old) {
		vr_fib_replace(fib, &old->entry, &route->entry);
		vr_route_retire(old);
	} else {
		ret = vr_fib_add(fib, &route->entry);
		if (ret) {
			vr_route_destroy(route);
			return ERR_PTR(ret);
		}
	}
	network->n_routes++;
	network->instance->n_routes++;
	vr_instance_changed(network->instance);
	*changed = true;
	vr_nl_route_notify(route, VR_CMD_ROUTE_NTF);
	return route;
}
