// SPDX-License-Identifier: Apache-2.0
/*
 * Places in the ranges of a set.
 */
#include <string.h>

#include "../lib/hash.h"
#include "pick.h"

static uint64_t range_count(const struct pool_range *range)
{
	unsigned int bytes = vr_family_bytes(range->start.family), i;
	uint64_t count = 0;
	int borrow = 0, digit;
	uint8_t difference[16];

	for (i = bytes; i-- > 0;) {
		digit = range->end.bytes[i] - range->start.bytes[i] - borrow;
		borrow = digit < 0;
		difference[i] = (uint8_t)digit;
	}
	for (i = 0; i < bytes; i++) {
		if (count >= PICK_MAX)
			return PICK_MAX;
		count = count << 8 | difference[i];
	}
	return count >= PICK_MAX ? PICK_MAX : count + 1;
}

uint64_t pick_count(const struct pool_set *set)
{
	uint64_t count = 0;
	unsigned int i;

	for (i = 0; i < set->count; i++)
		count += range_count(&set->ranges[i]);
	return count > PICK_MAX ? PICK_MAX : count;
}

static struct vr_ip plus(const struct vr_ip *ip, uint64_t number)
{
	unsigned int i = vr_family_bytes(ip->family);
	struct vr_ip sum = *ip;

	while (i-- > 0 && number) {
		number += sum.bytes[i];
		sum.bytes[i] = (uint8_t)number;
		number >>= 8;
	}
	return sum;
}

bool pick_at(const struct pool_set *set, uint64_t index, struct vr_ip *ip)
{
	uint64_t count;
	unsigned int i;

	for (i = 0; i < set->count; i++) {
		count = range_count(&set->ranges[i]);
		if (index < count) {
			*ip = plus(&set->ranges[i].start, index);
			return !pool_reserved(set, ip);
		}
		index -= count;
	}
	return false;
}

uint64_t pick_start(const char *node, const char *network, uint64_t count)
{
	uint64_t hash = VR_HASH_START;

	if (!count)
		return 0;
	hash = vr_hash_text(hash, node);
	hash = vr_hash_text(hash, "/");
	hash = vr_hash_text(hash, network);
	return (hash ^ hash >> 32) % count;
}
