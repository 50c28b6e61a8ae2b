// SPDX-License-Identifier: Apache-2.0
/*
 * The longest-prefix table on this machine, without a kernel around it:
 * lookups and changes per second, and bytes per route as the kernel's
 * allocator rounds them. The set of entries is a plain binary tree here, so
 * changes are a little faster or slower than in the module.
 *
 * usage: build/bench/fib [ROUTES [ROUTES6]]
 */
#include "kernel.h"

#include <stdio.h>
#include <time.h>

#include "../../kmod/fib.c"
#include "../../kmod/fib_node.c"
#include "../../kmod/fib_top.c"
#include "../../kmod/fib_trie.c"
#include "../bgp.h"

#define LOOKUPS 20000000
#define ADDRESSES (1 << 20)
#define CHANGES 500000

/* --- memory as kmalloc() gives it */

static size_t bytes;

/* Whole pages from two pages on: kvmalloc() may take a power of two of them. */
static size_t bucket(size_t size)
{
	size_t power = 8;

	while (power < size)
		power *= 2;
	if (power == 128 && size <= 96)
		return 96;
	if (power == 256 && size <= 192)
		return 192;
	return power;
}

void *kernel_alloc(size_t size)
{
	size_t *p = malloc(size + 2 * sizeof(*p));

	if (!p)
		return NULL;
	*p = bucket(size);
	bytes += *p;
	return p + 2;
}

void kernel_free(void *p)
{
	size_t *start = (size_t *)p - 2;

	if (!p)
		return;
	bytes -= *start;
	free(start);
}

void kernel_retire(void *p)
{
	kernel_free(p);
}

/* --- tables */

enum kind {
	BGP4,
	HOST4,
	BGP6,
	HOST6
};

struct table {
	struct vr_fib fib;
	struct vr_fib_entry *entries;
	unsigned int n;
	bool v4;
};

static u64 state = BGP_SEED;

static struct in6_addr mapped(u32 addr)
{
	struct in6_addr mapped = {};

	mapped.s6_addr[10] = mapped.s6_addr[11] = 0xff;
	mapped.s6_addr32[3] = htonl(addr);
	return mapped;
}

static struct in6_addr wide(u64 high, u64 low)
{
	u64 words[] = { __builtin_bswap64(high), __builtin_bswap64(low) };
	struct in6_addr addr;

	memcpy(&addr, words, sizeof(addr));
	return addr;
}

static void draw(enum kind kind, struct vr_fib_entry *entry)
{
	u8 plen = 128;

	switch (kind) {
	case BGP4:
		entry->prefix = mapped(bgp4_prefix(&state, &plen));
		plen += 96;
		break;
	case HOST4:
		entry->prefix = mapped(bgp_random(&state) >> 32);
		break;
	case BGP6:
		entry->prefix = wide(bgp6_prefix(&state, &plen), 0);
		break;
	case HOST6:
		entry->prefix = wide(bgp6_prefix(&state, &plen) |
					     bgp_random(&state) >> 48,
				     bgp_random(&state));
		plen = 128;
		break;
	}
	entry->plen = plen;
	entry->value = 1 + bgp_random(&state) % 64;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static double fill(struct table *table, enum kind kind, unsigned int n)
{
	double start;

	vr_fib_init(&table->fib, kind == BGP4 || kind == HOST4);
	table->v4 = table->fib.base;
	table->entries = calloc(n, sizeof(*table->entries));
	start = now();
	for (table->n = 0; table->n < n;) {
		draw(kind, &table->entries[table->n]);
		table->n += !vr_fib_add(&table->fib, &table->entries[table->n]);
	}
	return n / (now() - start);
}

static void drain(struct table *table)
{
	while (table->n)
		vr_fib_del(&table->fib, &table->entries[--table->n]);
	free(table->entries);
}

/* --- figures */

/* Half of them in a route of the table, half from anywhere. */
static struct in6_addr *addresses(const struct table *table)
{
	struct in6_addr *addrs = calloc(ADDRESSES, sizeof(*addrs));
	unsigned int i;

	for (i = 0; i < ADDRESSES; i++) {
		if (i % 2)
			addrs[i] = table->entries[bgp_random(&state) % table->n]
					   .prefix;
		else if (table->v4)
			addrs[i] = mapped(bgp_random(&state) >> 32);
		else
			addrs[i] = wide(bgp_random(&state) >> 3 | 1ULL << 61,
					bgp_random(&state));
		addrs[i].s6_addr[15] ^= bgp_random(&state) >> 60;
	}
	return addrs;
}

static double lookups(const struct table *table)
{
	struct in6_addr *addrs = addresses(table);
	double start = now();
	unsigned int i;
	u32 sum = 0;

	for (i = 0; i < LOOKUPS; i++)
		sum += vr_fib_lookup_rcu(&table->fib, &addrs[i % ADDRESSES]);
	start = now() - start;
	if (sum == 1)
		puts("");
	free(addrs);
	return LOOKUPS / start;
}

/* A route goes and comes back. */
static double changes(struct table *table)
{
	double start = now();
	struct vr_fib_entry *entry;
	unsigned int i;

	for (i = 0; i < CHANGES / 2; i++) {
		entry = &table->entries[bgp_random(&state) % table->n];
		vr_fib_del(&table->fib, entry);
		vr_fib_add(&table->fib, entry);
	}
	return CHANGES / (now() - start);
}

static void measure(const char *name, enum kind kind, unsigned int n)
{
	struct table table;
	double filled, after;

	filled = fill(&table, kind, n);
	after = bytes;
	printf("%-24s %9u %12.1f %12.2f %12.2f %12.2f\n", name, n, after / n,
	       filled / 1e6, lookups(&table) / 1e6, changes(&table) / 1e6);
	fflush(stdout);
	drain(&table);
	if (bytes)
		printf("%zu bytes left behind\n", bytes);
}

static void measure_small(const char *name, enum kind kind)
{
	struct table table;

	fill(&table, kind, 100);
	printf("%-24s %9u %12.1f\n", name, 100, bytes / 100.0);
	drain(&table);
}

int main(int argc, char **argv)
{
	unsigned int n = argc > 1 ? atoi(argv[1]) : 1000000;
	unsigned int n6 = argc > 2 ? atoi(argv[2]) : 200000;

	printf("%-24s %9s %12s %12s %12s %12s\n", "", "routes", "bytes/route",
	       "M fills/s", "M lookups/s", "M changes/s");
	measure("IPv4, BGP's lengths", BGP4, n);
	measure("IPv4, random hosts", HOST4, n);
	measure("IPv6, BGP's lengths", BGP6, n6);
	measure("IPv6, random hosts", HOST6, n6);
	measure_small("IPv4, BGP's lengths", BGP4);
	measure_small("IPv4, random hosts", HOST4);
	measure_small("IPv6, BGP's lengths", BGP6);
	measure_small("IPv6, random hosts", HOST6);
	return 0;
}
