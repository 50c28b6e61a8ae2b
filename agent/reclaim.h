/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses are freed that no agent will free.
 */
#ifndef VR_AGENT_RECLAIM_H
#define VR_AGENT_RECLAIM_H

#include "work.h"

/* The step of a struct cluster_address; @arg is the controller. */
void reclaim_step(struct work *work, void *arg);

#endif /* VR_AGENT_RECLAIM_H */
