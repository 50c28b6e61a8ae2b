/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which node has which block of addresses of the default network, where Nodes
 * have no podCIDRs.
 */
#ifndef VR_AGENT_ASSIGN_H
#define VR_AGENT_ASSIGN_H

#include "work.h"

/* The work is that of a struct cluster_node, the argument the controller. */
void assign_step(struct work *work, void *arg);

#endif /* VR_AGENT_ASSIGN_H */
