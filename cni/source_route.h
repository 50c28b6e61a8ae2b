/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_SOURCE_ROUTE_H
#define VR_CNI_SOURCE_ROUTE_H

#include "plan.h"
#include "podns.h"

/**
 * source_routes_add() - Have what is sent from an interface's addresses leave by it
 * @here: the addresses of other interfaces of the container
 * @planned: the interface, which has its own already
 *
 * For each address whose subnet another interface is in, too: the same network
 * twice, or two that overlap.  By destination alone its answers would leave by
 * that one, which may not send from this address.  So the container is a strong
 * end system (RFC 1122, 3.3.4.2) as far as it needs to be.
 */
int source_routes_add(struct podns *podns, const struct podns_addresses *here,
		      const struct plan_interface *planned,
		      struct vr_error *err);

/**
 * source_rules_del() - Delete the rules of interfaces that are to go
 *
 * Their routes go with the devices.
 */
int source_rules_del(struct podns *podns, const uint32_t *ifindexes,
		     unsigned int count, struct vr_error *err);

#endif
