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
	struct vr_fib_entry entry;
	bool used;
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

static struct prefix *naive_match(struct table *table,
				  const struct in6_addr *addr)
{
	struct prefix *best = NULL, *prefix;

	for (prefix = table->prefixes; prefix < table->prefixes + MAX_PREFIXES;
	     prefix++)
		if (prefix->used &&
		    ipv6_prefix_equal(&prefix->entry.prefix, addr,
				      prefix->entry.plen) &&
		    (!best || prefix->entry.plen > best->entry.plen))
			best = prefix;
	return best;
}

static struct prefix *naive_find(struct table *table,
				 const struct in6_addr *addr, u8 plen)
{
	unsigned int i;

	for (i = 0; i < MAX_PREFIXES; i++)
		if (table->prefixes[i].used &&
		    table->prefixes[i].entry.plen == plen &&
		    !memcmp(&table->prefixes[i].entry.prefix, addr,
			    sizeof(*addr)))
			return &table->prefixes[i];
	return NULL;
}

static struct prefix *unused_prefix(struct table *table)
{
	unsigned int i;

	for (i = 0; i < MAX_PREFIXES; i++)
		if (!table->prefixes[i].used)
			return &table->prefixes[i];
	return NULL;
}

static void remove_prefix(struct table *table, struct prefix *prefix)
{
	vr_fib_del(&table->fib, &prefix->entry);
	prefix->used = false;
	table->n--;
}

/* The same prefix with another value, in another entry. */
static void replace_prefix(struct table *table, struct prefix *old)
{
	struct prefix *prefix = unused_prefix(table);

	if (!prefix)
		return;
	*prefix = *old;
	prefix->entry.value = 1 + next_random() % 5;
	vr_fib_replace(&table->fib, &old->entry, &prefix->entry);
	old->used = false;
}

/*
 * Adds a random prefix; where it is there, removes or replaces it. False: a
 * mismatch.
 */
static bool change_prefix(struct table *table, bool v4)
{
	struct vr_fib_entry again;
	struct in6_addr addr, masked;
	struct prefix *prefix;
	int ret;
	u8 plen;

	random_addr(&addr, v4);
	plen = v4 ? 96 + next_random() % 33 : next_random() % 129;
	ipv6_addr_prefix(&masked, &addr, plen);
	prefix = naive_find(table, &masked, plen);
	if (vr_fib_find(&table->fib, &masked, plen) !=
	    (prefix ? &prefix->entry : NULL))
		return false;
	if (!prefix && table->n == MAX_PREFIXES)
		prefix = &table->prefixes[next_random() % MAX_PREFIXES];
	if (prefix) {
		again = prefix->entry;
		ret = vr_fib_add(&table->fib, &again);
		if (next_random() % 2)
			replace_prefix(table, prefix);
		else
			remove_prefix(table, prefix);
		return ret == -EEXIST;
	}
	prefix = unused_prefix(table);
	prefix->entry = (struct vr_fib_entry){
		.prefix = masked,
		.plen = plen,
		.value = 1 + next_random() % 5,
	};
	ret = vr_fib_add(&table->fib, &prefix->entry);
	if (!ret) {
		prefix->used = true;
		table->n++;
	}
	return !ret || ret == -ENOMEM;
}

static unsigned int compare(struct table *table, bool v4, unsigned int lookups)
{
	unsigned int wrong = 0;
	struct in6_addr addr;

	while (lookups--) {
		struct vr_fib_entry *entry;
		struct prefix *prefix;

		random_addr(&addr, v4);
		prefix = naive_match(table, &addr);
		entry = vr_fib_match(&table->fib, &addr);
		wrong += vr_fib_lookup_rcu(&table->fib, &addr) !=
			 (prefix ? prefix->entry.value : 0);
		wrong += entry != (prefix ? &prefix->entry : NULL);
	}
	return wrong;
}

/* Whether the entries are all there, in the order of prefix and length. */
static bool in_order(struct table *table)
{
	struct vr_fib_entry *entry, *next;
	unsigned int n = 0;

	for (entry = vr_fib_first(&table->fib); entry; entry = next) {
		next = vr_fib_find_next(&table->fib, &entry->prefix,
					entry->plen);
		if (next && (memcmp(&entry->prefix, &next->prefix, 16) > 0 ||
			     (!memcmp(&entry->prefix, &next->prefix, 16) &&
			      entry->plen >= next->plen)))
			return false;
		n++;
	}
	return n == table->n;
}

static void clear(struct table *table)
{
	unsigned int i;

	for (i = 0; i < MAX_PREFIXES; i++)
		if (table->prefixes[i].used)
			remove_prefix(table, &table->prefixes[i]);
}

static void test_random(bool v4)
{
	const char *family = v4 ? "IPv4" : "IPv6";
	unsigned int wrong = 0, refused = 0, i;
	static struct table table;

	for (i = 0; i < 3000; i++) {
		refused += !change_prefix(&table, v4);
		wrong += compare(&table, v4, 20);
	}
	is_int(refused, 0, "%s: every change is as expected", family);
	is_int(wrong, 0, "%s: every lookup equals the naive table's", family);
	ok(table.n > 100, "%s: the table was not empty", family);
	ok(in_order(&table), "%s: its entries are in order", family);
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
		change_prefix(&table, i % 2);
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
	struct vr_fib_entry any = { .value = 1 };
	struct vr_fib_entry one = { .value = 2, .plen = 128 };
	struct vr_fib_entry again;
	struct vr_fib fib = {};

	one.prefix.s6_addr[15] = 1;
	again = one;
	ok(!vr_fib_lookup_rcu(&fib, &any.prefix),
	   "an empty table knows nothing");
	is_int(vr_fib_add(&fib, &any), 0, "a default is added");
	is_int(vr_fib_lookup_rcu(&fib, &one.prefix), 1, "and found");
	is_int(vr_fib_add(&fib, &one), 0, "a host is added");
	is_int(vr_fib_lookup_rcu(&fib, &one.prefix), 2,
	       "and is the longer one");
	is_int(vr_fib_lookup_rcu(&fib, &any.prefix), 1,
	       "others have the default");
	is_int(vr_fib_add(&fib, &again), -EEXIST, "not twice");
	vr_fib_del(&fib, &any);
	ok(!vr_fib_lookup_rcu(&fib, &any.prefix), "the default is gone");
	is_int(vr_fib_lookup_rcu(&fib, &one.prefix), 2, "the host is not");
	vr_fib_del(&fib, &one);
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
