// SPDX-License-Identifier: GPL-2.0-only
/* Weighted rendezvous hashing. Entries: vr_ecmp_choose(), vr_ecmp_settle(). */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/unaligned.h>

#include "ecmp.h"

/* So many bits behind the point has a logarithm. */
#define VR_ECMP_LOG_BITS	24

/* Odd numbers with about half of their bits set, for mixing. */
#define VR_ECMP_STEP		0x9e3779b97f4a7c15ULL
#define VR_ECMP_MIX		0xd6e8feb86659fd93ULL

/* A member's claim on one bucket. */
struct vr_ecmp_bid {
	u32 hash;
	u32 cost;			/* 0: not computed yet */
	u16 weight;
};

/* Every bit of @x has a say in every bit. It is all arithmetic, so that
 * machines of either byte order agree.
 */
static u64 vr_ecmp_mix(u64 x)
{
	x = (x ^ (x >> 32)) * VR_ECMP_MIX;
	x = (x ^ (x >> 32)) * VR_ECMP_MIX;
	return x ^ (x >> 32);
}

u64 vr_ecmp_identity(const struct in6_addr *known_by)
{
	u64 high = get_unaligned_be64(known_by->s6_addr);
	u64 low = get_unaligned_be64(known_by->s6_addr + 8);

	return vr_ecmp_mix(vr_ecmp_mix(high + VR_ECMP_STEP) + low);
}

/* Never 0. */
static u32 vr_ecmp_hash(u64 identity, unsigned int bucket)
{
	u64 hash = vr_ecmp_mix(identity + (bucket + 1) * VR_ECMP_STEP);

	return upper_32_bits(hash) ?: 1;
}

/*
 * -log2(hash / 2^32), above 0: an exponentially distributed number where the
 * hash is an even one. Squaring doubles a logarithm, which gives it bit by
 * bit. Never more for a higher hash.
 */
static u32 vr_ecmp_log(u32 hash)
{
	unsigned int exponent = fls(hash) - 1, i;
	u64 mantissa = (u64)hash << (31 - exponent);
	unsigned int carry;
	u32 log = exponent;

	for (i = 0; i < VR_ECMP_LOG_BITS; i++) {
		mantissa = mantissa * mantissa >> 31;
		carry = mantissa >> 32;
		mantissa >>= carry;
		log = log << 1 | carry;
	}
	return (32U << VR_ECMP_LOG_BITS) - log;
}

static u64 vr_ecmp_cost(struct vr_ecmp_bid *bid)
{
	if (!bid->cost)
		bid->cost = vr_ecmp_log(bid->hash);
	return bid->cost;
}

/*
 * The least cost / weight wins: of exponentially distributed costs it is each
 * member's with a probability in proportion to its weight. Among equal
 * weights that is the higher hash, which also decides where the arithmetic
 * cannot, so that the order of bids depends on no third one.
 */
static bool vr_ecmp_beats(struct vr_ecmp_bid *bid, struct vr_ecmp_bid *best)
{
	u64 cost, best_cost;

	if (bid->weight != best->weight) {
		cost = vr_ecmp_cost(bid) * best->weight;
		best_cost = vr_ecmp_cost(best) * bid->weight;
		if (cost != best_cost)
			return cost < best_cost;
	}
	return bid->hash > best->hash;
}

unsigned int vr_ecmp_choose(const struct vr_ecmp_member *members, u64 among,
			    unsigned int bucket)
{
	struct vr_ecmp_bid best = {}, bid;
	unsigned int winner = 0, i;

	for (; among; among &= among - 1) {
		i = __ffs64(among);
		bid = (struct vr_ecmp_bid) {
			.hash = vr_ecmp_hash(members[i].identity, bucket),
			.weight = members[i].weight,
		};
		if (!best.hash || vr_ecmp_beats(&bid, &best)) {
			best = bid;
			winner = i;
		}
	}
	return winner;
}

void vr_ecmp_settle(u8 *buckets, const struct vr_ecmp_member *members,
		    u64 among)
{
	unsigned int i;

	for (i = 0; i < VR_ECMP_BUCKETS; i++)
		if (buckets[i] == VR_ECMP_NOBODY ||
		    !(among & BIT_ULL(buckets[i])))
			WRITE_ONCE(buckets[i],
				   vr_ecmp_choose(members, among, i));
}
