/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Longest-prefix match for one family of one network. Knows neither packets
 * nor netlink: a prefix leads to a number. Prefixes are of 128 bits as in
 * address.h, so an IPv4 prefix of length n has 96 + n bits.
 *
 * Lookups run under RCU. Changes need the caller's lock and may sleep. Adding
 * may fail for want of memory and then leaves the table as it was; deleting
 * and replacing need no memory and cannot fail.
 */
#ifndef VR_FIB_H
#define VR_FIB_H

#include <linux/in6.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

/* The largest value, the rest of the 32 bits is the table's. */
#define VR_FIB_VALUE_MAX	((1U << 27) - 1)

struct vr_fib_top;

/* A prefix, to be embedded in the caller's object. */
struct vr_fib_entry {
	struct rb_node by_prefix;	/* of fib->entries */
	struct in6_addr prefix;
	u32 value;			/* 1 to VR_FIB_VALUE_MAX */
	u8 plen;			/* in 128 bits */
};

struct vr_fib {
	/* fast path */
	struct vr_fib_top __rcu *top;

	/* writer's */
	struct rb_root entries;		/* by prefix, then length */
	u32 n_entries;
	u8 base;			/* bits all prefixes have: 96 or 0 */
};

/* For IPv4, whose prefixes have 96 bits or more, or for IPv6. */
void vr_fib_init(struct vr_fib *fib, bool v4);

/* Returns 0, -EEXIST or -ENOMEM. No lookup sees @entry itself, ever. */
int vr_fib_add(struct vr_fib *fib, struct vr_fib_entry *entry);

/* Puts @entry in the place of @old, which has the same prefix. */
void vr_fib_replace(struct vr_fib *fib, struct vr_fib_entry *old,
		    struct vr_fib_entry *entry);

/*
 * The value may be in use until a grace period ended. The last one out leaves
 * nothing allocated, so a table without prefixes needs no end.
 */
void vr_fib_del(struct vr_fib *fib, struct vr_fib_entry *entry);

/* Under the caller's lock; NULL for none. In the order of prefix, length. */

struct vr_fib_entry *vr_fib_find(const struct vr_fib *fib,
				 const struct in6_addr *prefix, u8 plen);
struct vr_fib_entry *vr_fib_first(const struct vr_fib *fib);
/* The first behind that prefix, which need not be there. */
struct vr_fib_entry *vr_fib_find_next(const struct vr_fib *fib,
				      const struct in6_addr *prefix, u8 plen);
/* The longest prefix that holds @addr. */
struct vr_fib_entry *vr_fib_match(const struct vr_fib *fib,
				  const struct in6_addr *addr);

/*
 * Value of the longest prefix that holds @addr, 0 for none. Read with acquire
 * semantics: what was stored before the value was published is seen. Caller
 * holds RCU.
 */
u32 vr_fib_lookup4_rcu(const struct vr_fib *fib, __be32 addr);
u32 vr_fib_lookup6_rcu(const struct vr_fib *fib, const struct in6_addr *addr);

/* Of the family that @fib is for. */
static inline u32 vr_fib_lookup_rcu(const struct vr_fib *fib,
				    const struct in6_addr *addr)
{
	return fib->base ? vr_fib_lookup4_rcu(fib, addr->s6_addr32[3]) :
			   vr_fib_lookup6_rcu(fib, addr);
}

#endif /* VR_FIB_H */
