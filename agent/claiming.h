/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses that an IPAMClaim keeps: the same for each pod that refers to it, on
 * whichever node.
 */
#ifndef VR_AGENT_CLAIMING_H
#define VR_AGENT_CLAIMING_H

#include "own.h"

/* As own_allocate(), of a wish with a claim. */
void claiming_begin(struct own *own, const struct own_wish *wish, own_given cb,
		    void *arg);

/* End those that are on their way, without a call back. */
void claiming_stop(struct own *own);

#endif /* VR_AGENT_CLAIMING_H */
