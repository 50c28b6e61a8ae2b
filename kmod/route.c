// SPDX-License-Identifier: GPL-2.0-only
/*
 * Routes and their next hops. Entries: vr_route_resolve_rcu() for packets,
 * vr_route_add() for commands.
 */
#include <linux/netlink.h>
#include <linux/slab.h>

#include "address.h"
#include "endpoint.h"
#include "fib.h"
#include "netlink.h"
#include "network.h"
#include "port.h"
#include "route.h"

static struct vr_fib *vr_route_fib(struct vr_network *network,
				   const struct in6_addr *addr)
{
	return vr_address_is_v4(addr) ? &network->fib4 : &network->fib6;
}

static void vr_hop_to_endpoint(struct vr_hop *hop,
			       const struct vr_endpoint *endpoint)
{
	hop->port = endpoint->port;
	hop->mac = endpoint->mac;
}

static void vr_hop_to_port(struct vr_hop *hop, struct vr_port *port)
{
	hop->port = port;
	hop->mac = READ_ONCE(port->mac);
}

static enum vr_drop_reason vr_hop_by_route_rcu(struct vr_network *network,
					       const struct vr_route *route,
					       struct vr_hop *hop)
{
	const struct vr_endpoint *endpoint;

	switch (route->nexthop.type) {
	case VR_NEXTHOP_TYPE_PORT:
		vr_hop_to_port(hop, route->nexthop.port);
		return 0;
	case VR_NEXTHOP_TYPE_ADDRESS:
		endpoint = vr_endpoint_lookup_ip_rcu(network,
						     &route->nexthop.via);
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

enum vr_drop_reason vr_route_resolve_rcu(struct vr_network *network,
					 const struct vr_port *in,
					 const struct in6_addr *daddr,
					 struct vr_hop *hop)
{
	const struct vr_endpoint *endpoint;
	struct vr_port *gateway;

	hop->route = NULL;
	hop->gateway = false;
	gateway = rcu_dereference(network->gateway_port);
	endpoint = vr_endpoint_lookup_ip_rcu(network, daddr);
	if (endpoint) {
		vr_hop_to_endpoint(hop, endpoint);
		hop->gateway = !endpoint->port;
		if (hop->gateway && gateway)
			vr_hop_to_port(hop, gateway);
		return 0;
	}
	hop->route = vr_fib_lookup_rcu(vr_route_fib(network, daddr), daddr);
	if (hop->route)
		return vr_hop_by_route_rcu(network, hop->route, hop);
	if (!gateway || gateway == in)
		return VR_DROP_REASON_NO_ROUTE;
	vr_hop_to_port(hop, gateway);
	return 0;
}

static int vr_route_cmp(const struct vr_route *route,
			const struct in6_addr *prefix, u8 plen)
{
	int cmp = ipv6_addr_cmp(&route->prefix, prefix);

	return cmp ?: (int)route->plen - plen;
}

struct vr_route *vr_route_first(struct vr_network *network)
{
	struct rb_node *node = rb_first(&network->routes);

	return node ? rb_entry(node, struct vr_route, by_prefix) : NULL;
}

struct vr_route *vr_route_find_next(struct vr_network *network,
				    const struct in6_addr *prefix, u8 plen)
{
	struct rb_node *node = network->routes.rb_node;
	struct vr_route *next = NULL;
	struct vr_route *route;

	while (node) {
		route = rb_entry(node, struct vr_route, by_prefix);
		if (vr_route_cmp(route, prefix, plen) > 0) {
			next = route;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return next;
}

struct vr_route *vr_route_find(struct vr_network *network,
			       const struct in6_addr *prefix, u8 plen)
{
	struct rb_node *node = network->routes.rb_node;
	struct vr_route *route;
	int cmp;

	lockdep_assert_held(&network->instance->lock);
	while (node) {
		route = rb_entry(node, struct vr_route, by_prefix);
		cmp = vr_route_cmp(route, prefix, plen);
		if (!cmp)
			return route;
		node = cmp > 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

static void vr_route_link(struct vr_route *route)
{
	struct rb_node **link = &route->network->routes.rb_node;
	struct rb_node *parent = NULL;
	struct vr_route *other;

	while (*link) {
		parent = *link;
		other = rb_entry(parent, struct vr_route, by_prefix);
		if (vr_route_cmp(other, &route->prefix, route->plen) > 0)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&route->by_prefix, parent, link);
	rb_insert_color(&route->by_prefix, &route->network->routes);
}

static struct vr_route *vr_route_create(struct vr_network *network,
					const struct vr_route_config *config)
{
	struct vr_route *route = kzalloc(sizeof(*route), GFP_KERNEL_ACCOUNT);

	if (!route)
		return ERR_PTR(-ENOMEM);
	route->network = network;
	route->nexthop = config->nexthop;
	route->prefix = config->prefix;
	route->plen = config->plen;
	route->origin = config->origin;
	INIT_LIST_HEAD(&route->on_port);
	return route;
}

static bool vr_nexthop_equal(const struct vr_nexthop *a,
			     const struct vr_nexthop *b)
{
	return a->type == b->type && a->port == b->port &&
	       ipv6_addr_equal(&a->via, &b->via);
}

/* As vr_endpoint_check_holder(): 0 may be replaced, 1 is equal, or refused. */
static int vr_route_check_old(const struct vr_route *old,
			      const struct vr_route_config *config,
			      unsigned int flags,
			      struct netlink_ext_ack *extack)
{
	if (old->nexthop.type == VR_NEXTHOP_TYPE_CONNECTED) {
		NL_SET_ERR_MSG_ATTR(extack, config->prefix_attr,
				    "prefix is a subnet of the network");
		return -EEXIST;
	}
	if (flags & NLM_F_REPLACE)
		return 0;
	if (!vr_nexthop_equal(&old->nexthop, &config->nexthop)) {
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

/* Out of all but the longest-prefix table, then freed. */
static void vr_route_retire(struct vr_route *route)
{
	struct vr_network *network = route->network;

	rb_erase(&route->by_prefix, &network->routes);
	list_del(&route->on_port);
	network->n_routes--;
	network->instance->n_routes--;
	vr_instance_changed(network->instance);
	kfree_rcu(route, rcu);
}

void vr_route_del(struct vr_route *route)
{
	struct vr_network *network = route->network;

	vr_fib_del(vr_route_fib(network, &route->prefix), &route->prefix,
		   route->plen);
	vr_nl_route_notify(route, VR_CMD_ROUTE_DEL_NTF);
	vr_route_retire(route);
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
		vr_fib_replace(fib, &route->prefix, route->plen, route);
		vr_route_retire(old);
	} else {
		ret = vr_fib_add(fib, &route->prefix, route->plen, route);
		if (ret) {
			kfree(route);
			return ERR_PTR(ret);
		}
	}
	vr_route_link(route);
	if (route->nexthop.port)
		list_add_tail(&route->on_port, &route->nexthop.port->routes);
	network->n_routes++;
	network->instance->n_routes++;
	vr_instance_changed(network->instance);
	*changed = true;
	vr_nl_route_notify(route, VR_CMD_ROUTE_NTF);
	return route;
}
