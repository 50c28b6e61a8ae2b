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

#endif /* VR_AGENT_ALLOCATE_H */
