/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses that several ports have at once (allowed PREFIX ecmp). Each is a
 * host route of origin learned, whose next hops are the ports that have
 * announced it, so that flows are spread over them as over any others.
 * Neighbours are told the gateway's MAC for it: packets have to be routed.
 */
#ifndef VR_ANYCAST_H
#define VR_ANYCAST_H

#include <linux/types.h>

#include "drop.h"

struct in6_addr;
struct vr_port;

/* Whether the port may have the address beside others. Caller holds RCU. */
bool vr_anycast_allowed_rcu(const struct vr_port *port,
			    const struct in6_addr *ip);

/* Whether packets to the address may go to the port. Caller holds RCU. */
bool vr_anycast_is_at_rcu(const struct vr_port *port,
			  const struct in6_addr *ip);

/* Under the instance's lock from here on. */

/* The port has announced it. Returns why it does not get it, or 0. */
enum vr_drop_reason vr_anycast_join(struct vr_port *port,
				    const struct in6_addr *ip);

/* Takes away what the port is allowed no more. Cannot fail. */
void vr_anycast_sweep(struct vr_port *port);

#endif /* VR_ANYCAST_H */
