/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prefixes as the Internet's default-free tables have them: bgp4_prefix() and
 * bgp6_prefix(), the same ones for the same seed.
 *
 * The shares of lengths are rounded from what public collectors show for
 * 2024/2025 (about a million IPv4 and 220,000 IPv6 prefixes). Where a prefix
 * lies is drawn evenly: IPv4 from 1.0.0.0 to 223.255.255.255, IPv6 from the
 * blocks the registries give from. Real tables have more neighbours, which
 * share nodes of a trie: for memory this is the worst case of these lengths.
 *
 * Prefixes may come twice; the caller has to go on until it has enough.
 */
#ifndef TESTS_BGP_H
#define TESTS_BGP_H

#include <stddef.h>
#include <stdint.h>

#define BGP_SEED 88172645463325252ULL

struct bgp_share {
	uint8_t length;
	uint16_t share; /* of 10,000 */
};

static const struct bgp_share bgp4_shares[] = {
	{ 24, 6040 }, { 23, 1040 }, { 22, 1110 }, { 21, 510 }, { 20, 450 },
	{ 19, 260 },  { 18, 150 },  { 17, 90 },	  { 16, 138 }, { 15, 20 },
	{ 14, 12 },   { 13, 6 },    { 12, 4 },	  { 11, 1 },   { 10, 1 },
	{ 25, 40 },   { 26, 40 },   { 27, 30 },	  { 28, 28 },  { 29, 30 },
};

static const struct bgp_share bgp6_shares[] = {
	{ 48, 4720 }, { 32, 1230 }, { 44, 940 }, { 40, 900 }, { 36, 310 },
	{ 46, 360 },  { 47, 280 },  { 29, 260 }, { 42, 220 }, { 33, 150 },
	{ 38, 150 },  { 45, 140 },  { 34, 110 }, { 43, 100 }, { 39, 40 },
	{ 41, 30 },   { 35, 20 },   { 37, 10 },	 { 30, 10 },  { 31, 10 },
	{ 28, 5 },    { 24, 5 },
};

/* xorshift64 */
static inline uint64_t bgp_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static inline uint8_t bgp_length(uint64_t *state, const struct bgp_share *share)
{
	int left = bgp_random(state) % 10000;

	while ((left -= share->share) >= 0)
		share++;
	return share->length;
}

/* Returns the address in the machine's byte order. */
static inline uint32_t bgp4_prefix(uint64_t *state, uint8_t *length)
{
	uint32_t addr;

	*length = bgp_length(state, bgp4_shares);
	do
		addr = bgp_random(state) >> 32;
	while (addr >> 24 == 0 || addr >> 24 == 127 || addr >> 24 > 223);
	return addr & ~0U << (32 - *length);
}

/* Returns the upper half, the lower one is 0. */
static inline uint64_t bgp6_prefix(uint64_t *state, uint8_t *length)
{
	static const struct {
		uint16_t block;
		uint8_t length;
	} blocks[] = {
		{ 0x2001, 16 }, { 0x2400, 12 }, { 0x2600, 12 }, { 0x2800, 12 },
		{ 0x2a00, 12 }, { 0x2a00, 12 }, { 0x2c00, 12 }, { 0x2600, 12 },
	};
	unsigned int i = bgp_random(state) % 8;
	uint64_t addr;

	*length = bgp_length(state, bgp6_shares);
	addr = (uint64_t)blocks[i].block << 48 |
	       bgp_random(state) >> blocks[i].length;
	return addr & ~0ULL << (64 - *length);
}

#endif /* TESTS_BGP_H */
