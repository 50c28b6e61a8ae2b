// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups of next hops: shares by weight, and that only those flows move which
 * must.
 */
#include "kernel.h"
#include "tap.h"

#include "../../kmod/ecmp.c"

#define EVERYBODY(n) ((n) == 64 ? ~0ULL : BIT_ULL(n) - 1)

struct group {
	struct vr_ecmp_member members[VR_ECMP_MEMBERS];
	u8 buckets[VR_ECMP_BUCKETS];
	unsigned int n;
};

/* Members 2001:db8::FIRST and on, with these weights in turn. */
static void make(struct group *group, unsigned int n, unsigned int first,
		 const u16 *weights, unsigned int n_weights)
{
	struct in6_addr address = { .s6_addr = { 0x20, 0x01, 0x0d, 0xb8 } };
	unsigned int i;

	group->n = n;
	for (i = 0; i < n; i++) {
		address.s6_addr[15] = first + i;
		group->members[i].identity = vr_ecmp_identity(&address);
		group->members[i].weight = weights[i % n_weights];
	}
	memset(group->buckets, VR_ECMP_NOBODY, sizeof(group->buckets));
	vr_ecmp_settle(group->buckets, group->members, EVERYBODY(n));
}

static unsigned int count(const struct group *group, unsigned int member)
{
	unsigned int i, n = 0;

	for (i = 0; i < VR_ECMP_BUCKETS; i++)
		n += group->buckets[i] == member;
	return n;
}

/* Square of how many standard errors a share is off, summed up: chi^2. */
static double deviation(const struct group *group)
{
	double total = 0, sum = 0, share, off;
	unsigned int i;

	for (i = 0; i < group->n; i++)
		total += group->members[i].weight;
	for (i = 0; i < group->n; i++) {
		share = VR_ECMP_BUCKETS * group->members[i].weight / total;
		off = count(group, i) - share;
		sum += off * off / share;
	}
	return sum;
}

/*
 * Over groups of different members, the mean of chi^2 is its degrees of
 * freedom: more says that shares are wrong, much less that bids are not
 * random.
 */
static void test_shares(const char *name, unsigned int n, const u16 *weights,
			unsigned int n_weights)
{
	static struct group group;
	double mean = 0;
	unsigned int i;

	for (i = 0; i < 40; i++) {
		make(&group, n, i * 5, weights, n_weights);
		mean += deviation(&group) / 40 / (n - 1);
	}
	ok(mean > 0.5 && mean < 1.6, "shares of %s: chi^2 / n is %.2f", name,
	   mean);
}

/* What one member leaves, bucket by bucket. */
static void test_leave(unsigned int n, const u16 *weights,
		       unsigned int n_weights)
{
	static struct group before, after;
	unsigned int gone, i, moved = 0, stayed = 0, wrong = 0;

	for (gone = 0; gone < n; gone++) {
		make(&before, n, 1, weights, n_weights);
		after = before;
		vr_ecmp_settle(after.buckets, after.members,
			       EVERYBODY(n) & ~BIT_ULL(gone));
		for (i = 0; i < VR_ECMP_BUCKETS; i++) {
			if (before.buckets[i] == gone)
				moved += after.buckets[i] != gone;
			else
				stayed += after.buckets[i] == before.buckets[i];
			wrong += vr_ecmp_choose(after.members,
						EVERYBODY(n) & ~BIT_ULL(gone),
						i) != after.buckets[i];
		}
	}
	is_int(moved, VR_ECMP_BUCKETS,
	       "%u members: what the one had that goes moves", n);
	is_int(stayed, (n - 1) * VR_ECMP_BUCKETS, "... and nothing else");
	is_int(wrong, 0, "... to whom one that is skipped leaves it");
}

/* A group made anew, in another order, without its first member. */
static void test_anew(void)
{
	static const u16 weights[] = { 3, 1, 7 };
	static struct group old, new;
	unsigned int i, j, same = 0, first = 0;

	make(&old, 8, 1, weights, 3);
	make(&new, 7, 2, weights, 3);
	for (i = 0; i < 7; i++)
		new.members[i] = old.members[7 - i];
	memset(new.buckets, VR_ECMP_NOBODY, sizeof(new.buckets));
	vr_ecmp_settle(new.buckets, new.members, EVERYBODY(7));
	for (i = 0; i < VR_ECMP_BUCKETS; i++) {
		j = old.buckets[i];
		if (!j)
			first++;
		else
			same += new.buckets[i] == 7 - j;
	}
	is_int(same, VR_ECMP_BUCKETS - first,
	       "made anew with a member less, in another order: the same");
}

/* Flows only come to the member whose weight is raised. */
static void test_weight(void)
{
	static struct group old, new;
	static const u16 before[] = { 10, 20, 30 }, after[] = { 10, 25, 30 };
	unsigned int i, came = 0, other = 0;

	make(&old, 3, 1, before, 3);
	make(&new, 3, 1, after, 3);
	for (i = 0; i < VR_ECMP_BUCKETS; i++) {
		if (old.buckets[i] == new.buckets[i])
			continue;
		came += new.buckets[i] == 1;
		other += new.buckets[i] != 1;
	}
	ok(came, "a member of more weight gets flows (%u buckets)", came);
	is_int(other, 0, "... and no others move");
}

/* The numbers themselves, which all nodes have to agree on. */
static void test_stable(void)
{
	static const u16 weights[] = { 1, 2, 3, 4 };
	static struct group group;
	unsigned int i;
	u32 sum = 0;

	make(&group, 4, 1, weights, 4);
	for (i = 0; i < VR_ECMP_BUCKETS; i++)
		sum = sum * 31 + group.buckets[i];
	is_int(sum, 3081151609U, "the choice is what it always was");
}

static void test_extremes(void)
{
	static const u16 far[] = { 65535, 1 }, one[] = { 65535 };
	static struct group group;
	u32 hash, last, wrong = 0;

	make(&group, 2, 1, far, 2);
	ok(count(&group, 1) < 3, "65535 to 1: all but few to the first");
	make(&group, 1, 1, one, 1);
	is_int(count(&group, 0), VR_ECMP_BUCKETS, "a member alone has all");
	for (last = vr_ecmp_log(1), hash = 2; hash > 1;
	     hash += 1 + hash / 999) {
		wrong += !vr_ecmp_log(hash) || vr_ecmp_log(hash) > last;
		last = vr_ecmp_log(hash);
		if (hash > 0xff000000)
			break;
	}
	is_int(wrong, 0, "a logarithm never grows with the hash");
	is_int(vr_ecmp_log(1), 32U << VR_ECMP_LOG_BITS, "that of the least");
	is_int(vr_ecmp_log(1U << 31), 1U << VR_ECMP_LOG_BITS, "of a half");
	is_int(vr_ecmp_log(~0U), 1, "of the greatest");
}

int main(void)
{
	static const u16 equal[] = { 1 }, some[] = { 1, 2, 3 };
	static const u16 steep[] = { 1000, 100, 1, 10 };

	test_shares("2 equal ones", 2, equal, 1);
	test_shares("64 equal ones", 64, equal, 1);
	test_shares("1 to 3", 2, (const u16[]){ 1, 3 }, 2);
	test_shares("12 of 3 weights", 12, some, 3);
	test_shares("64 of 3 weights", 64, some, 3);
	test_leave(2, equal, 1);
	test_leave(7, some, 3);
	test_leave(64, steep, 4);
	test_anew();
	test_weight();
	test_stable();
	test_extremes();
	return tap_end();
}
