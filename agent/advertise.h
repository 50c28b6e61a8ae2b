/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses that the agent did not give: of networks without any, whose pods are
 * known by their MAC, and of other IPAM plugins.  Other nodes are told of them all
 * the same, by objects.
 */
#ifndef VR_AGENT_ADVERTISE_H
#define VR_AGENT_ADVERTISE_H

#include "own.h"
#include "own_address.h"

/*
 * Have an object for what each port has, and none for what none has any more.
 * Those of the agent's own addresses say by which name they were asked for.
 */
void advertise_ports(struct own *own);

/* Another has the name: its address, or its MAC, is told of one place only. */
void advertise_conflict(struct own_address *item);

#endif /* VR_AGENT_ADVERTISE_H */
