/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking addresses that the node does not have yet, from the API.
 */
#ifndef VR_AGENT_ALLOCATE_H
#define VR_AGENT_ALLOCATE_H

#include "own.h"
#include "pick.h"

/* Begin to take a spare one. Return: 0, or negative: not now. */
int allocate_spare(struct own *own, struct network *network);

/* As own_allocate(), but by new objects, of a claim too. */
void allocate_new(struct own *own, const struct own_wish *wish, own_given cb,
		  void *arg);

/* End those that are on their way, without a call back. */
void allocate_stop(struct own *own);

#endif /* VR_AGENT_ALLOCATE_H */
