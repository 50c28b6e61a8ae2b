/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which address to try next.
 */
#ifndef VR_AGENT_PICK_H
#define VR_AGENT_PICK_H

#include <stdbool.h>
#include <stdint.h>

#include "../cni/pool.h"

/* More than this counts as this. */
#define PICK_MAX (UINT64_C(1) << 32)

/* How many addresses a set has, reserved ones too. */
uint64_t pick_count(const struct pool_set *set);

/**
 * pick_at() - The address at a place of a set
 * @index: below pick_count()
 *
 * Return: false when it is reserved.
 */
bool pick_at(const struct pool_set *set, uint64_t index, struct vr_ip *ip);

/**
 * pick_start() - Where a node begins to look
 *
 * No two nodes at the same place, so that they seldom try the same address.
 */
uint64_t pick_start(const char *node, const char *network, uint64_t count);

#endif /* VR_AGENT_PICK_H */
