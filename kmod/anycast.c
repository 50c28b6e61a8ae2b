// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses that several ports have at once. Entries: vr_anycast_is_at_rcu()
 * for packets, vr_anycast_join() for announcements.
 */
#include <linux/netlink.h>
#include <linux/slab.h>

#include "address.h"
#include "allowed.h"
#include "anycast.h"
#include "fib.h"
#include "network.h"
#include "nexthop.h"
#include "port.h"
#include "route.h"

/* Addresses of one port. */
#define VR_ANYCAST_ADDRESSES	256
/* Of a host route, both families. */
#define VR_ANYCAST_PLEN		128

bool vr_anycast_allowed_rcu(const struct vr_port *port,
			    const struct in6_addr *ip)
{
	return vr_port_announces(port) &&
	       vr_allowed_mode(port, ip) == VR_ALLOWED_MODE_ECMP;
}

bool vr_anycast_is_at_rcu(const struct vr_port *port,
			  const struct in6_addr *ip)
{
	const struct vr_nexthop *nexthop;

	nexthop = vr_route_nexthop_rcu(port->network, ip);
	return nexthop && vr_nexthop_has_port_rcu(nexthop, port);
}

static bool vr_anycast_is(const struct vr_route *route)
{
	return route->origin == VR_ORIGIN_LEARNED &&
	       route->entry.plen == VR_ANYCAST_PLEN;
}

/*
 * Calls @match for each of the port's addresses until it says true, and
 * returns that one, or NULL.
 */
static struct vr_route *
vr_anycast_find(struct vr_port *port,
		bool (*match)(struct vr_port *port, struct vr_route *route,
			      unsigned int *data),
		unsigned int *data)
{
	struct vr_nexthop_member *member;
	struct vr_nexthop *nexthop;
	struct vr_route *route;

	/* One at most: only ways to other nodes differ by more than the port. */
	nexthop = list_first_entry_or_null(&port->nexthops, struct vr_nexthop,
					   on_port);
	if (!nexthop)
		return NULL;
	list_for_each_entry(route, &nexthop->routes, on_nexthop)
		if (vr_anycast_is(route) && match(port, route, data))
			return route;
	list_for_each_entry(member, &nexthop->groups, in_groups)
		list_for_each_entry(route, &member->group->routes, on_nexthop)
			if (vr_anycast_is(route) && match(port, route, data))
				return route;
	return NULL;
}

static bool vr_anycast_is_one_too_many(struct vr_port *port,
				       struct vr_route *route,
				       unsigned int *count)
{
	return ++*count == VR_ANYCAST_ADDRESSES;
}

static bool vr_anycast_is_forbidden(struct vr_port *port,
				    struct vr_route *route, unsigned int *data)
{
	return vr_allowed_mode(port, &route->entry.prefix) !=
	       VR_ALLOWED_MODE_ECMP;
}

/* The next hops of a route but that to @port. Returns how many. */
static unsigned int vr_anycast_others(const struct vr_route *route,
				      const struct vr_port *port,
				      struct vr_nexthop_config *configs)
{
	unsigned int i, n = 0;

	for (i = 0; i < vr_nexthop_count(route->nexthop); i++) {
		configs[n].key = vr_nexthop_at(route->nexthop, i,
					       &configs[n].weight)->key;
		if (configs[n].key.port != port)
			n++;
	}
	return n;
}

/* Gives the address these next hops, one at least, in the place of others. */
static int vr_anycast_set(struct vr_network *network,
			  const struct in6_addr *ip,
			  struct vr_nexthop_config *configs, unsigned int n)
{
	const struct vr_route_config config = {
		.nexthops = configs,
		.n_nexthops = n,
		.prefix = *ip,
		.plen = VR_ANYCAST_PLEN,
		.origin = VR_ORIGIN_LEARNED,
	};
	bool changed;

	return PTR_ERR_OR_ZERO(vr_route_add(network, &config, NLM_F_REPLACE,
					    &changed, NULL));
}

static enum vr_drop_reason
vr_anycast_join_others(struct vr_port *port, const struct in6_addr *ip,
		       const struct vr_route *route)
{
	struct vr_nexthop_config *configs;
	unsigned int n = 0;
	int err = -ENOSPC;

	configs = kcalloc(VR_LIMIT_ROUTE_NEXTHOPS + 1, sizeof(*configs),
			  GFP_KERNEL);
	if (!configs)
		return VR_DROP_REASON_NO_MEMORY;
	if (route)
		n = vr_anycast_others(route, port, configs);
	if (n < VR_LIMIT_ROUTE_NEXTHOPS) {
		memset(&configs[n], 0, sizeof(*configs));
		configs[n].key.type = VR_NEXTHOP_TYPE_PORT;
		configs[n].key.port = port;
		configs[n].weight = 1;
		err = vr_anycast_set(port->network, ip, configs, n + 1);
	}
	kfree(configs);
	return err ? VR_DROP_REASON_ANNOUNCEMENT_LIMIT : 0;
}

enum vr_drop_reason vr_anycast_join(struct vr_port *port,
				    const struct in6_addr *ip)
{
	struct vr_network *network = port->network;
	struct vr_route *route;
	unsigned int count = 0;
	bool member;

	lockdep_assert_held(&network->instance->lock);
	route = vr_route_find(network, ip, VR_ANYCAST_PLEN);
	if (route && route->origin != VR_ORIGIN_LEARNED)
		return 0; /* configured, so it stays */
	rcu_read_lock();
	member = route && vr_nexthop_has_port_rcu(route->nexthop, port);
	rcu_read_unlock();
	if (member)
		return 0;
	if (!port->mac ||
	    vr_anycast_find(port, vr_anycast_is_one_too_many, &count))
		return VR_DROP_REASON_ANNOUNCEMENT_LIMIT;
	return vr_anycast_join_others(port, ip, route);
}

/* The others go on with it. Without memory, until they announce it again. */
static void vr_anycast_leave(struct vr_port *port, struct vr_route *route)
{
	struct vr_nexthop_config *configs;
	int err = -ENOMEM;
	unsigned int n;

	configs = kcalloc(VR_LIMIT_ROUTE_NEXTHOPS + 1, sizeof(*configs),
			  GFP_KERNEL);
	if (configs) {
		n = vr_anycast_others(route, port, configs);
		if (n)
			err = vr_anycast_set(port->network,
					     &route->entry.prefix, configs, n);
		kfree(configs);
	}
	if (err)
		vr_route_del(route);
}

void vr_anycast_sweep(struct vr_port *port)
{
	struct vr_route *route;

	lockdep_assert_held(&port->network->instance->lock);
	while ((route = vr_anycast_find(port, vr_anycast_is_forbidden, NULL)))
		vr_anycast_leave(port, route);
}
