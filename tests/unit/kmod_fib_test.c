// SPDX-License-Identifier: GPL-2.0-only
/*
 * The longest-prefix table against a naive one, over random tables with
 * updates between the lookups, and with every allocation failing in turn.
 */
#include "kernel.h"
#include "tap.h"

#include "../../kmod/fib.c"

#define MAX_PREFIXES 512

int kernel_fail_alloc;

struct prefix {
	struct in6_addr addr;
	u8 plen;
	int value;
};

struct table {
	struct vr_fib fib;
	struct prefix prefixes[MAX_PREFIXES];
	unsigned int n;
};

static u64 state = 88172645463325252ULL;

/* xorshift64: the same run each time. */
static u64 next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Few distinct bits, so that prefixes nest and lookups hit. */
static void random_addr(struct in6_addr *addr, bool v4)
{
	unsigned int i;

	memset(addr, 0, sizeof(*addr));
	for (i = v4 ? 12 : 0; i < 16; i++)
		addr->s6_addr[i] = next_random() & next_random() & 0x93;
	if (v4)
		addr->s6_addr[10] = addr->s6_addr[11] = 0xff;
}

static int *naive_lookup(struct table *table, const struct in6_addr *addr)
{
	struct prefix *best = NULL;
	unsigned int i;

	for (i = 0; i < table->n; i++) {
		struct prefix *prefix = &table->prefixes[i];

		if (ipv6_prefix_equal(&prefix->addr, addr, prefix->plen) &&
		    (!best || prefix->plen > best->plen))
			best = prefix;
	}
	return best ? &best->value : NULL;
}

static struct prefix *naive_find(struct table *table,
				 const struct in6_addr *addr, u8 plen)
{
	unsigned int i;

	for (i = 0; i < table->n; i++)
		if (table->prefixes[i].plen == plen &&
		    !memcmp(&table->prefixes[i].addr, addr, sizeof(*addr)))
			return &table->prefixes[i];
	return NULL;
}

/* The values move with the array: the table follows. */
static void remove_prefix(struct table *table, struct prefix *prefix)
{
	struct prefix *last = &table->prefixes[--table->n];

	vr_fib_del(&table->fib, &prefix->addr, prefix->plen);
	if (prefix == last)
		return;
	*prefix = *last;
	vr_fib_replace(&table->fib, &prefix->addr, prefix->plen,
		       &prefix->value);
}

/* Adds a random prefix, or removes it where it is there. False: a mismatch. */
static bool toggle_prefix(struct table *table, bool v4)
{
	struct prefix *prefix;
	struct in6_addr addr, masked;
	int ret, again;
	u8 plen;

	random_addr(&addr, v4);
	plen = v4 ? 96 + next_random() % 33 : next_random() % 129;
	ipv6_addr_prefix(&masked, &addr, plen);
	prefix = naive_find(table, &masked, plen);
	if (!prefix && table->n == MAX_PREFIXES)
		prefix = &table->prefixes[next_random() % table->n];
	if (prefix) {
		again = vr_fib_add(&table->fib, &prefix->addr, prefix->plen,
				   &prefix->value);
		remove_prefix(table, prefix);
		return again == -EEXIST;
	}
	prefix = &table->prefixes[table->n];
	*prefix = (struct prefix){ masked, plen, 0 };
	ret = vr_fib_add(&table->fib, &masked, plen, &prefix->value);
	if (!ret)
		table->n++;
	return !ret || ret == -ENOMEM;
}

static unsigned int compare(struct table *table, bool v4, unsigned int lookups)
{
	unsigned int wrong = 0;
	struct in6_addr addr;

	while (lookups--) {
		random_addr(&addr, v4);
		wrong += vr_fib_lookup_rcu(&table->fib, &addr) !=
			 naive_lookup(table, &addr);
	}
	return wrong;
}

static void clear(struct table *table)
{
	while (table->n)
		remove_prefix(table, &table->prefixes[0]);
}

static void test_random(bool v4)
{
	const char *family = v4 ? "IPv4" : "IPv6";
	unsigned int wrong = 0, refused = 0, i;
	static struct table table;

	for (i = 0; i < 3000; i++) {
		refused += !toggle_prefix(&table, v4);
		wrong += compare(&table, v4, 20);
	}
	is_int(refused, 0, "%s: every change is as expected", family);
	is_int(wrong, 0, "%s: every lookup equals the naive table's", family);
	ok(table.n > 100, "%s: the table was not empty", family);
	clear(&table);
	ok(!table.fib.root, "%s: nothing is left of an empty table", family);
}

static void test_failing_memory(void)
{
	unsigned int wrong = 0, failures = 0, i, before;
	static struct table table;

	for (i = 0; i < 2000; i++) {
		before = table.n;
		kernel_fail_alloc = 1 + i % 3;
		toggle_prefix(&table, i % 2);
		failures += table.n == before && !kernel_fail_alloc;
		kernel_fail_alloc = 0;
		wrong += compare(&table, i % 2, 5);
	}
	ok(failures > 100, "allocations did fail");
	is_int(wrong, 0, "a failed change leaves the table as it was");
	clear(&table);
	ok(!table.fib.root, "and nothing behind");
}

static void test_edges(void)
{
	struct in6_addr any = {}, one = {};
	struct vr_fib fib = {};
	int a, b;

	one.s6_addr[15] = 1;
	ok(!vr_fib_lookup_rcu(&fib, &any), "an empty table knows nothing");
	is_int(vr_fib_add(&fib, &any, 0, &a), 0, "a default is added");
	ok(vr_fib_lookup_rcu(&fib, &one) == &a, "and found");
	is_int(vr_fib_add(&fib, &one, 128, &b), 0, "a host is added");
	ok(vr_fib_lookup_rcu(&fib, &one) == &b, "and is the longer one");
	ok(vr_fib_lookup_rcu(&fib, &any) == &a, "others have the default");
	is_int(vr_fib_add(&fib, &one, 128, &a), -EEXIST, "not twice");
	vr_fib_del(&fib, &any, 0);
	ok(!vr_fib_lookup_rcu(&fib, &any), "the default is gone");
	ok(vr_fib_lookup_rcu(&fib, &one) == &b, "the host is not");
	vr_fib_del(&fib, &one, 128);
	ok(!fib.root, "nothing is left");
}

int main(void)
{
	test_edges();
	test_random(true);
	test_random(false);
	test_failing_memory();
	return tap_end();
}
