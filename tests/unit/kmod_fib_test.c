// SPDX-License-Identifier: GPL-2.0-only
/*
 * The longest-prefix table against a naive one: over random tables with
 * changes between the lookups, small and nested or large and growing, with
 * every allocation failing in turn, and read by threads while it changes.
 */
#include "kernel.h"
#include "tap.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>

#include "../../kmod/fib.c"
#include "../../kmod/fib_node.c"
#include "../../kmod/fib_top.c"
#include "../../kmod/fib_trie.c"
#include "../bgp.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* --- memory, and what readers may still hold */

/* Fails the n-th allocation from now; or all, if negative. */
static int fail_alloc;
static unsigned long allocated;

void *kernel_alloc(size_t size)
{
	void *p;

	if (fail_alloc && (fail_alloc < 0 || !--fail_alloc))
		return NULL;
	allocated++;
	p = malloc(size);
	/* As dirty as the kernel's. */
	return p ? memset(p, 0xa5, size) : NULL;
}

void kernel_free(void *p)
{
	allocated -= !!p;
	free(p);
}

#define READERS 2
#define RETIRED 256

static void *retired[RETIRED];
static unsigned int n_retired;
static unsigned long passes[READERS];
static bool threads;

/* Each reader holds nothing between two passes of it. */
static void wait_for_readers(void)
{
	unsigned long seen[READERS];
	unsigned int i;

	for (i = 0; i < READERS; i++)
		seen[i] = READ_ONCE(passes[i]);
	for (i = 0; i < READERS; i++)
		while (smp_load_acquire(&passes[i]) == seen[i])
			sched_yield();
}

static void free_retired(void)
{
	if (threads)
		wait_for_readers();
	while (n_retired)
		kernel_free(retired[--n_retired]);
}

void kernel_retire(void *p)
{
	retired[n_retired++] = p;
	if (!threads || n_retired == RETIRED)
		free_retired();
}

/* --- the naive table: a list for each hash of a prefix, and their lengths */

#define BUCKETS (1 << 16)

struct prefix {
	struct vr_fib_entry entry;
	struct prefix *next;
	unsigned int index;
};

struct table {
	struct vr_fib fib;
	bool v4;
	struct prefix *buckets[BUCKETS];
	unsigned int lengths[129];
	/* To draw from. */
	struct prefix *all[1 << 19];
	unsigned int n;
};

static struct table table;
static u64 state = BGP_SEED;

static u64 next_random(void)
{
	return bgp_random(&state);
}

static struct prefix **naive_bucket(const struct in6_addr *addr, u8 plen)
{
	u64 words[2], hash;

	memcpy(words, addr, sizeof(words));
	hash = (words[0] * 0x9e3779b97f4a7c15ULL) ^ (words[1] + plen);
	hash *= 0x9e3779b97f4a7c15ULL;
	return &table.buckets[hash >> 48];
}

static struct prefix *naive_find(const struct in6_addr *addr, u8 plen)
{
	struct prefix *prefix;

	for (prefix = *naive_bucket(addr, plen); prefix; prefix = prefix->next)
		if (prefix->entry.plen == plen &&
		    !memcmp(&prefix->entry.prefix, addr, sizeof(*addr)))
			return prefix;
	return NULL;
}

static struct prefix *naive_match(const struct in6_addr *addr)
{
	struct prefix *prefix;
	struct in6_addr masked = *addr;
	int plen;

	for (plen = 128; plen >= 0; plen--) {
		if (plen < 128)
			masked.s6_addr[plen / 8] &= ~(0x80 >> plen % 8);
		if (!table.lengths[plen])
			continue;
		prefix = naive_find(&masked, plen);
		if (prefix)
			return prefix;
	}
	return NULL;
}

static struct prefix *prefix_create(const struct in6_addr *addr, u8 plen)
{
	struct prefix *prefix = calloc(1, sizeof(*prefix));

	ipv6_addr_prefix(&prefix->entry.prefix, addr, plen);
	prefix->entry.plen = plen;
	/* Few, so that neighbours have the same one. */
	prefix->entry.value = 1 + next_random() % 3;
	return prefix;
}

static void naive_add(struct prefix *prefix)
{
	struct prefix **bucket =
		naive_bucket(&prefix->entry.prefix, prefix->entry.plen);

	prefix->next = *bucket;
	*bucket = prefix;
	prefix->index = table.n;
	table.all[table.n++] = prefix;
	table.lengths[prefix->entry.plen]++;
}

static void naive_del(struct prefix *prefix)
{
	struct prefix **link =
		naive_bucket(&prefix->entry.prefix, prefix->entry.plen);

	while (*link != prefix)
		link = &(*link)->next;
	*link = prefix->next;
	table.all[prefix->index] = table.all[--table.n];
	table.all[prefix->index]->index = prefix->index;
	table.lengths[prefix->entry.plen]--;
	free(prefix);
}

/* --- changes and comparisons */

static int add_prefix(const struct in6_addr *addr, u8 plen)
{
	struct prefix *prefix = prefix_create(addr, plen);
	int ret = vr_fib_add(&table.fib, &prefix->entry);

	if (ret)
		free(prefix);
	else
		naive_add(prefix);
	return ret;
}

static void remove_prefix(struct prefix *prefix)
{
	vr_fib_del(&table.fib, &prefix->entry);
	naive_del(prefix);
}

static void replace_prefix(struct prefix *old)
{
	struct prefix *prefix =
		prefix_create(&old->entry.prefix, old->entry.plen);

	vr_fib_replace(&table.fib, &old->entry, &prefix->entry);
	naive_del(old);
	naive_add(prefix);
}

/* Few distinct bits, so that prefixes nest and lookups hit. */
static struct in6_addr random_addr(void)
{
	struct in6_addr addr = {};
	unsigned int i;

	for (i = table.v4 ? 12 : 0; i < 16; i++)
		addr.s6_addr[i] = next_random() & next_random() & 0x93;
	if (table.v4)
		addr.s6_addr[10] = addr.s6_addr[11] = 0xff;
	return addr;
}

static u8 random_plen(void)
{
	return table.v4 ? 96 + next_random() % 33 : next_random() % 129;
}

/*
 * Adds a random prefix; where it is there, or the table is full, one goes or
 * is replaced. False: not as expected.
 */
static bool change(unsigned int limit)
{
	struct in6_addr addr = random_addr();
	struct prefix *prefix;
	u8 plen = random_plen();
	int ret;

	ipv6_addr_prefix(&addr, &addr, plen);
	prefix = naive_find(&addr, plen);
	if (vr_fib_find(&table.fib, &addr, plen) !=
	    (prefix ? &prefix->entry : NULL))
		return false;
	ret = table.n < limit || prefix ? add_prefix(&addr, plen) : 0;
	if (prefix && ret != -EEXIST)
		return false;
	if (!prefix && table.n < limit)
		return !ret || ret == -ENOMEM;
	if (!prefix)
		prefix = table.all[next_random() % table.n];
	if (next_random() % 2)
		replace_prefix(prefix);
	else
		remove_prefix(prefix);
	return true;
}

static bool right(const struct in6_addr *addr)
{
	struct prefix *prefix = naive_match(addr);

	return vr_fib_lookup_rcu(&table.fib, addr) ==
		       (prefix ? prefix->entry.value : 0) &&
	       vr_fib_match(&table.fib, addr) ==
		       (prefix ? &prefix->entry : NULL);
}

static unsigned int compare(unsigned int lookups)
{
	unsigned int wrong = 0;
	struct in6_addr addr;

	while (lookups--) {
		addr = random_addr();
		wrong += !right(&addr);
	}
	return wrong;
}

/* Addresses in and right beside prefixes that are there. */
static unsigned int compare_near(unsigned int lookups)
{
	unsigned int wrong = 0, bit;
	struct in6_addr addr;

	while (table.n && lookups--) {
		addr = table.all[next_random() % table.n]->entry.prefix;
		bit = table.v4 ? 96 + next_random() % 32 : next_random() % 128;
		addr.s6_addr[bit / 8] ^= 0x80 >> bit % 8;
		wrong += !right(&addr);
	}
	return wrong;
}

/* Whether the entries are all there, in the order of prefix and length. */
static bool in_order(void)
{
	struct vr_fib_entry *entry, *next;
	unsigned int n = 0;
	int cmp;

	for (entry = vr_fib_first(&table.fib); entry; entry = next) {
		next = vr_fib_find_next(&table.fib, &entry->prefix,
					entry->plen);
		cmp = next ? memcmp(&entry->prefix, &next->prefix, 16) : -1;
		if (cmp > 0 || (!cmp && entry->plen >= next->plen))
			return false;
		n++;
	}
	return n == table.n;
}

static void start(bool v4)
{
	vr_fib_init(&table.fib, v4);
	table.v4 = v4;
}

static void clear(void)
{
	while (table.n)
		remove_prefix(table.all[next_random() % table.n]);
}

/* --- tests */

static void test_edges(void)
{
	struct vr_fib_entry any = { .value = 1 };
	struct vr_fib_entry one = { .value = 2, .plen = 128 };
	struct vr_fib_entry most = { .value = VR_FIB_VALUE_MAX };
	struct vr_fib_entry again;
	struct vr_fib fib;

	vr_fib_init(&fib, false);
	one.prefix.s6_addr[15] = 1;
	again = one;
	ok(!vr_fib_lookup_rcu(&fib, &any.prefix),
	   "an empty table knows nothing");
	ok(!vr_fib_first(&fib) && !vr_fib_match(&fib, &one.prefix),
	   "and has no entry");
	is_int(vr_fib_add(&fib, &any), 0, "a default is added");
	is_int(vr_fib_lookup_rcu(&fib, &one.prefix), 1, "and found");
	is_int(vr_fib_add(&fib, &one), 0, "a host is added");
	is_int(vr_fib_lookup_rcu(&fib, &one.prefix), 2,
	       "and is the longer one");
	is_int(vr_fib_lookup_rcu(&fib, &any.prefix), 1,
	       "others have the default");
	is_int(vr_fib_add(&fib, &again), -EEXIST, "not twice");
	vr_fib_replace(&fib, &any, &most);
	is_int(vr_fib_lookup_rcu(&fib, &any.prefix), VR_FIB_VALUE_MAX,
	       "the largest value");
	vr_fib_del(&fib, &most);
	ok(!vr_fib_lookup_rcu(&fib, &any.prefix), "the default is gone");
	is_int(vr_fib_lookup_rcu(&fib, &one.prefix), 2, "the host is not");
	vr_fib_del(&fib, &one);
	is_int(allocated, 0, "nothing is left");
}

static void test_random(bool v4, unsigned int limit, unsigned int changes)
{
	const char *family = v4 ? "IPv4" : "IPv6";
	unsigned int wrong = 0, refused = 0, i;

	start(v4);
	for (i = 0; i < changes; i++) {
		refused += !change(limit);
		wrong += compare(8) + compare_near(8);
	}
	is_int(refused, 0, "%s, %u: every change is as expected", family,
	       limit);
	is_int(wrong, 0, "%s, %u: every lookup equals the naive table's",
	       family, limit);
	ok(table.n > limit / 4, "%s, %u: the table was not empty", family,
	   limit);
	ok(in_order(), "%s, %u: its entries are in order", family, limit);
	clear();
	is_int(allocated, 0, "%s, %u: nothing is left of an empty table",
	       family, limit);
}

static struct in6_addr bgp_addr(u8 *plen)
{
	struct in6_addr addr = {};
	u64 high;

	if (table.v4) {
		addr.s6_addr[10] = addr.s6_addr[11] = 0xff;
		addr.s6_addr32[3] = htonl(bgp4_prefix(&state, plen));
		*plen += 96;
	} else {
		high = __builtin_bswap64(bgp6_prefix(&state, plen));
		memcpy(&addr, &high, sizeof(high));
	}
	return addr;
}

/* Short prefixes too, which have slots of the top and of nodes. */
static void add_bgp(void)
{
	struct in6_addr addr;
	u8 plen;

	addr = bgp_addr(&plen);
	add_prefix(&addr, plen);
	if (next_random() % 64 == 0)
		add_prefix(&addr, table.v4 ? 96 + next_random() % 16
					   : next_random() % 24);
}

/* Through all sizes of the top, up and down. */
static void test_growing(bool v4, unsigned int size, u8 bits)
{
	const char *family = v4 ? "IPv4" : "IPv6";
	unsigned int wrong = 0;

	start(v4);
	while (table.n < size) {
		add_bgp();
		if (table.n % 10000 == 0 || table.n == 4097 ||
		    table.n == (1 << 18) + 1)
			wrong += compare_near(1000);
	}
	is_int(wrong, 0, "%s: right while it grows", family);
	is_int(table.fib.top->bits, bits, "%s: it has grown", family);
	while (table.n) {
		remove_prefix(table.all[next_random() % table.n]);
		if (table.n % 10000 == 0 || table.n == 16383 || table.n == 255)
			wrong += compare_near(1000);
		if (table.n == 100)
			ok(!table.fib.top->bits, "%s: it is small again",
			   family);
	}
	is_int(wrong, 0, "%s: right while it shrinks", family);
	is_int(allocated, 0, "%s: nothing is left of what was large", family);
}

/* The n-th allocation fails, for each n until there is no n-th any more. */
static bool add_failing(const struct in6_addr *addr, u8 plen,
			unsigned int *failures, unsigned int *wrong)
{
	unsigned long before = allocated;
	int n, ret;

	for (n = 1;; n++) {
		fail_alloc = n;
		ret = add_prefix(addr, plen);
		if (fail_alloc || ret == -EEXIST)
			break;
		if (ret)
			*failures += 1;
		if (!ret) /* what failed was for speed alone */
			break;
		*wrong += allocated != before;
		*wrong += compare(2) + !right(addr);
	}
	fail_alloc = 0;
	*wrong += compare(2) + !right(addr);
	return ret == 0 || ret == -EEXIST;
}

static void test_failing_add(bool v4)
{
	unsigned int wrong = 0, failures = 0, refused = 0, i;
	const char *family = v4 ? "IPv4" : "IPv6";
	struct in6_addr addr;
	u8 plen;

	start(v4);
	for (i = 0; i < 6000; i++) {
		addr = random_addr();
		plen = random_plen();
		ipv6_addr_prefix(&addr, &addr, plen);
		refused += !add_failing(&addr, plen, &failures, &wrong);
		if (i % 3 == 2)
			remove_prefix(table.all[next_random() % table.n]);
	}
	ok(failures > 3000, "%s: allocations did fail", family);
	is_int(wrong, 0, "%s: a failed addition leaves all as it was", family);
	is_int(refused, 0, "%s: and is not in the way of the next", family);
	clear();
	is_int(allocated, 0, "%s: and leaves nothing behind", family);
}

/* All that is only for speed or size fails, and with it nothing else. */
static void test_failing_del(bool v4)
{
	const char *family = v4 ? "IPv4" : "IPv6";
	unsigned int wrong = 0, i;

	start(v4);
	for (i = 0; i < 3000; i++)
		change(1000);
	while (table.n) {
		fail_alloc = -1;
		if (next_random() % 4 == 0)
			replace_prefix(table.all[next_random() % table.n]);
		remove_prefix(table.all[next_random() % table.n]);
		fail_alloc = next_random() % 3;
		if (next_random() % 4 == 0)
			change(1000);
		fail_alloc = 0;
		wrong += compare(10) + compare_near(10);
	}
	is_int(wrong, 0, "%s: deleting and replacing need no memory", family);
	is_int(allocated, 0, "%s: and leave nothing behind", family);
}

static void test_failing_resize(void)
{
	unsigned int wrong = 0, n;

	for (n = 1; n < 2000; n += n < 20 ? 1 : 97) {
		start(false);
		while (table.n < 4095)
			add_bgp();
		fail_alloc = n;
		while (table.n < 4096)
			add_bgp();
		fail_alloc = 0;
		wrong += compare_near(200);
		while (table.n > 257)
			remove_prefix(table.all[table.n - 1]);
		fail_alloc = n;
		remove_prefix(table.all[0]);
		fail_alloc = 0;
		wrong += compare_near(200);
		clear();
		wrong += allocated;
	}
	is_int(wrong, 0, "a failed change of size leaves a right table");
}

/* --- size */

static size_t table_bytes;

static size_t bucket(size_t size)
{
	static const size_t sizes[] = { 8,   16,  32,  64,   96,   128,
					192, 256, 512, 1024, 2048, 4096 };
	unsigned int i = 0;

	while (sizes[i] < size)
		i++;
	return sizes[i];
}

static void count_branch(void *word)
{
	struct vr_fib_node *node;
	int i;

	for (; vr_fib_is(word) == VR_FIB_IS_SKIP;
	     word = vr_fib_skip(word)->next)
		table_bytes += bucket(sizeof(struct vr_fib_skip));
	if (vr_fib_is(word) == VR_FIB_IS_LONE)
		table_bytes += bucket(sizeof(struct vr_fib_lone));
	if (!word || vr_fib_is(word) != VR_FIB_IS_NODE)
		return;
	node = word;
	table_bytes += bucket(vr_fib_node_size(node->children, node->ends));
	for (i = 1; i <= (int)hweight64(node->children); i++)
		count_branch(((void **)node)[-i]);
}

static struct in6_addr any_addr(void)
{
	struct in6_addr addr = random_addr();
	unsigned int i;

	for (i = table.v4 ? 12 : 0; i < 16; i++)
		addr.s6_addr[i] = next_random();
	return addr;
}

/* Of the table itself, as the kernel's allocator rounds it. */
static void test_size(bool v4, bool hosts)
{
	const char *family = v4 ? "IPv4" : "IPv6";
	struct in6_addr addr;
	u8 plen = 128;

	start(v4);
	while (table.n < 100) {
		addr = hosts ? any_addr() : bgp_addr(&plen);
		add_prefix(&addr, plen);
	}
	table_bytes = bucket(sizeof(*table.fib.top) + 12);
	count_branch(table.fib.top->children[0]);
	ok(table_bytes < 8192, "%s: 100 %s from anywhere: %zu bytes", family,
	   hosts ? "hosts" : "prefixes", table_bytes);
	clear();
}

/* --- readers */

#define FIXED 64
#define SAMPLES 256

/* Entries are never freed: a value is an index, and tells the prefix. */
static struct vr_fib_entry entries[512];
static struct vr_fib_entry *samples_least[SAMPLES];
static struct in6_addr samples[SAMPLES];
static bool stop;

static bool covers(const struct vr_fib_entry *entry,
		   const struct in6_addr *addr)
{
	return ipv6_prefix_equal(&entry->prefix, addr, entry->plen);
}

/* What is found holds the address, and is not less than what always is. */
static bool sample_right(unsigned int i)
{
	u32 value = vr_fib_lookup_rcu(&table.fib, &samples[i]);
	const struct vr_fib_entry *least = samples_least[i];

	if (!value)
		return !least;
	return covers(&entries[value - 1], &samples[i]) &&
	       (!least || entries[value - 1].plen >= least->plen);
}

static void *reader(void *arg)
{
	unsigned long *pass = arg;
	unsigned long wrong = 0;
	unsigned int i;

	while (!READ_ONCE(stop)) {
		for (i = 0; i < SAMPLES; i++)
			wrong += !sample_right(i);
		smp_store_release(pass, *pass + 1);
	}
	return (void *)wrong;
}

static void fill_entries(void)
{
	struct in6_addr addr;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(entries); i++) {
		do {
			addr = random_addr();
			entries[i].plen = random_plen();
			ipv6_addr_prefix(&entries[i].prefix, &addr,
					 entries[i].plen);
			for (j = 0; j < i; j++)
				if (entries[i].plen == entries[j].plen &&
				    !memcmp(&entries[i].prefix,
					    &entries[j].prefix, 16))
					break;
		} while (j < i);
		entries[i].value = i + 1;
	}
	for (i = 0; i < FIXED; i++)
		vr_fib_add(&table.fib, &entries[i]);
	for (i = 0; i < SAMPLES; i++) {
		samples[i] = random_addr();
		samples_least[i] = vr_fib_match(&table.fib, &samples[i]);
	}
}

/* Those that are fixed stay to the end. */
static void change_while_read(unsigned long changes)
{
	bool used[ARRAY_SIZE(entries)] = {};
	unsigned int i;

	while (changes--) {
		i = FIXED + next_random() % (ARRAY_SIZE(entries) - FIXED);
		if (used[i])
			vr_fib_del(&table.fib, &entries[i]);
		else
			vr_fib_add(&table.fib, &entries[i]);
		used[i] = !used[i];
	}
	for (i = FIXED; i < ARRAY_SIZE(entries); i++)
		if (used[i])
			vr_fib_del(&table.fib, &entries[i]);
}

static void test_readers(bool v4)
{
	const char *family = v4 ? "IPv4" : "IPv6";
	unsigned long n_wrong = 0;
	pthread_t ids[READERS];
	unsigned int i;
	void *wrong;

	start(v4);
	fill_entries();
	WRITE_ONCE(stop, false);
	threads = true;
	for (i = 0; i < READERS; i++)
		pthread_create(&ids[i], NULL, reader, &passes[i]);
	change_while_read(20000);
	free_retired();
	threads = false;
	WRITE_ONCE(stop, true);
	for (i = 0; i < READERS; i++) {
		pthread_join(ids[i], &wrong);
		n_wrong += (unsigned long)wrong;
	}
	is_int(n_wrong, 0, "%s: readers see the old or the new", family);
	for (i = 0; i < FIXED; i++)
		vr_fib_del(&table.fib, &entries[i]);
	is_int(allocated, 0, "%s: nothing is left behind readers", family);
}

int main(void)
{
	/* FIB_ROUNDS=30 compares ten times as often. */
	const char *text = getenv("FIB_ROUNDS");
	unsigned int rounds = text ? atoi(text) : 3;

	test_edges();
	test_random(true, 400, 10000 * rounds);
	test_random(false, 400, 10000 * rounds);
	test_random(true, 5000, 30000 * rounds);
	test_random(false, 5000, 16000 * rounds);
	test_growing(true, 270000, 18);
	test_growing(false, 20000, 12);
	test_failing_add(true);
	test_failing_add(false);
	test_failing_del(true);
	test_failing_del(false);
	test_failing_resize();
	test_size(true, false);
	test_size(true, true);
	test_size(false, false);
	test_size(false, true);
	test_readers(true);
	test_readers(false);
	return tap_end();
}
