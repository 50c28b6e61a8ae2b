/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_PLAN_ROUTES_H
#define VR_CNI_PLAN_ROUTES_H

#include "plan.h"

/* The gateway of an interface, as its plugin or its network has it. */
struct vr_ip plan_gateway(const struct plan_interface *interface, int family);

/**
 * plan_add_routes() - Work out the routes of an interface
 * @index: of the interface, whose addresses are known
 *
 * Default routes are CNI_IFNAME's, one per family, unless a request asked for
 * those of a family.  Then CNI_IFNAME keeps the routes to the cluster.
 */
int plan_add_routes(struct plan *plan, unsigned int index,
		    struct vr_error *err);

#endif
