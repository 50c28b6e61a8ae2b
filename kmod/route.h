/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Routes of a network: a prefix in its VRF and the next hop it leads to.
 */
#ifndef VR_ROUTE_H
#define VR_ROUTE_H

#include <linux/etherdevice.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/types.h>

#include "drop.h"
#include "endpoint.h"
#include "fib.h"
#include "network.h"
#include "nexthop.h"

struct netlink_ext_ack;
struct nlattr;
struct sk_buff;
struct vr_port;

/* Under the instance's lock: packets see its next hop alone. */
struct vr_route {
	struct vr_fib_entry entry;	/* value: the next hop's id */
	struct vr_network *network;
	struct vr_nexthop *nexthop;	/* holds a reference */
	struct list_head on_nexthop;	/* of nexthop->routes */
	u8 origin;			/* enum vr_origin */
};

/* What a request says of a route. */
struct vr_route_config {
	struct vr_nexthop_config *nexthops;	/* put in order when added */
	unsigned int n_nexthops;
	struct in6_addr prefix;
	u8 plen;
	u8 origin;
	const struct nlattr *prefix_attr;
};

/* Where a routed packet goes. */
struct vr_hop {
	struct vr_port *port;		/* NULL: the gateway itself answers */
	u64 mac;
	bool gateway;			/* to the gateway's own address */
	u32 flow_hash;			/* given, where there is no packet */
	/* The one, of several too. NULL: an endpoint's own */
	const struct vr_nexthop *nexthop;
};

static inline void vr_hop_to_endpoint(struct vr_hop *hop,
				      const struct vr_endpoint *endpoint)
{
	hop->port = endpoint->port;
	hop->mac = endpoint->mac;
}

/* The rest of it, with the endpoint, if any: the gateway's. */
enum vr_drop_reason
vr_route_resolve_prefix_rcu(struct vr_network *network,
			    const struct vr_endpoint *endpoint,
			    const struct vr_port *in,
			    const struct in6_addr *daddr,
			    const struct sk_buff *skb, struct vr_hop *hop);

/*
 * Finds where a packet to @daddr goes: first the endpoint that has the
 * address, then the longest prefix, then the host's port, unless it came from
 * there (@in, or NULL). Among several next hops the flow of @skb chooses, or
 * hop->flow_hash if that is NULL; the rest of @hop is zero. Returns 0 or why
 * it goes nowhere. Caller holds RCU.
 */
static __always_inline enum vr_drop_reason
vr_route_resolve_rcu(struct vr_network *network, const struct vr_port *in,
		     const struct in6_addr *daddr, const struct sk_buff *skb,
		     struct vr_hop *hop)
{
	const struct vr_endpoint *endpoint;

	endpoint = vr_endpoint_lookup_ip_rcu(network, daddr);
	if (unlikely(!endpoint || !endpoint->port))
		return vr_route_resolve_prefix_rcu(network, endpoint, in,
						   daddr, skb, hop);
	vr_hop_to_endpoint(hop, endpoint);
	return 0;
}

/* What the longest prefix leads to, or NULL for none. Caller holds RCU. */
const struct vr_nexthop *
vr_route_nexthop_rcu(struct vr_network *network, const struct in6_addr *daddr);

/* Under the instance's lock from here on. */

struct vr_route *vr_route_find(struct vr_network *network,
			       const struct in6_addr *prefix, u8 plen);
/* The first route, and the first behind a prefix, in the order of dumps. */
struct vr_route *vr_route_first(struct vr_network *network);
struct vr_route *vr_route_find_next(struct vr_network *network,
				    const struct in6_addr *prefix, u8 plen);

/*
 * Adds or replaces as @flags (NLM_F_EXCL, NLM_F_REPLACE) say. Returns the
 * route or ERR_PTR, and in @changed whether anything did.
 */
struct vr_route *vr_route_add(struct vr_network *network,
			      const struct vr_route_config *config,
			      unsigned int flags, bool *changed,
			      struct netlink_ext_ack *extack);

/* The route that a packet to @addr takes. NULL: none. */
struct vr_route *vr_route_match(struct vr_network *network,
				const struct in6_addr *addr);

/* Takes it out and frees it. Cannot fail. */
void vr_route_del(struct vr_route *route);
/* Those that lead there alone go, groups go on without it. Cannot fail. */
void vr_routes_lose_port(struct vr_port *port);

#endif /* VR_ROUTE_H */
