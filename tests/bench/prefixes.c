// SPDX-License-Identifier: Apache-2.0
/*
 * Prints different prefixes, one a line, the same ones each time.
 *
 * usage: build/bench/prefixes bgp4|bgp6|host4|host6 COUNT [SEED]
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bgp.h"

struct prefix {
	uint64_t high, low;
	uint8_t length;
};

static uint64_t state = BGP_SEED;

static struct prefix draw(const char *kind)
{
	struct prefix prefix = { .length = 128 };

	if (strcmp(kind, "bgp4") == 0) {
		prefix.high = bgp4_prefix(&state, &prefix.length);
	} else if (strcmp(kind, "host4") == 0) {
		prefix.high = bgp4_prefix(&state, &prefix.length) |
			      bgp_random(&state) >> 56;
		prefix.length = 32;
	} else {
		prefix.high = bgp6_prefix(&state, &prefix.length);
		if (strcmp(kind, "host6") == 0) {
			prefix.low = bgp_random(&state);
			prefix.length = 128;
		}
	}
	return prefix;
}

/* A set of what was printed, with open addressing. False: it is there. */
static bool remember(struct prefix *set, size_t size,
		     const struct prefix *prefix)
{
	uint64_t hash = (prefix->high ^ prefix->low * 3) + prefix->length;
	size_t i = (hash * 0x9e3779b97f4a7c15ULL) % size;

	while (set[i].length) {
		if (set[i].high == prefix->high && set[i].low == prefix->low &&
		    set[i].length == prefix->length)
			return false;
		i = (i + 1) % size;
	}
	set[i] = *prefix;
	return true;
}

static void print(const struct prefix *prefix, bool v4)
{
	uint64_t words[] = { __builtin_bswap64(prefix->high),
			     __builtin_bswap64(prefix->low) };
	uint32_t word = htonl(prefix->high);
	char text[INET6_ADDRSTRLEN];

	if (v4)
		inet_ntop(AF_INET, &word, text, sizeof(text));
	else
		inet_ntop(AF_INET6, words, text, sizeof(text));
	printf("%s/%u\n", text, prefix->length);
}

int main(int argc, char **argv)
{
	size_t left = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;
	size_t size = left * 2 + 1;
	struct prefix *set, prefix;

	if (!left) {
		fputs("usage: prefixes bgp4|bgp6|host4|host6 COUNT [SEED]\n",
		      stderr);
		return 2;
	}
	if (argc > 3)
		state ^= strtoull(argv[3], NULL, 0);
	set = calloc(size, sizeof(*set));
	if (!set)
		return 1;
	while (left) {
		prefix = draw(argv[1]);
		if (!remember(set, size, &prefix))
			continue;
		print(&prefix, strchr(argv[1], '4'));
		left--;
	}
	free(set);
	return 0;
}
