/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Longest-prefix match for one family. Knows neither packets nor netlink: a
 * prefix leads to a number. Keys are 128 bits as in address.h, so an IPv4
 * prefix of length n has 96 + n bits.
 *
 * The entries themselves are the caller's, kept in their order; lookups see
 * only their values. Lookups run under RCU. Changes need the caller's lock.
 * Adding may fail for want of memory and then leaves the table as it was;
 * deleting and replacing need no memory and cannot fail.
 */
#ifndef VR_FIB_H
#define VR_FIB_H

#include <linux/in6.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct vr_fib_node;

struct vr_fib_entry {
	struct rb_node by_prefix;
	struct in6_addr prefix;
	u32 value;			/* not 0 */
	u8 plen;
};

struct vr_fib {
	struct vr_fib_node __rcu *root;
	struct rb_root entries;
};

/* Returns 0, -EEXIST or -ENOMEM. No lookup sees @entry itself, ever. */
int vr_fib_add(struct vr_fib *fib, struct vr_fib_entry *entry);

/* Puts @entry in the place of @old, which has the same prefix. */
void vr_fib_replace(struct vr_fib *fib, struct vr_fib_entry *old,
		    struct vr_fib_entry *entry);

/* The value may be in use until a grace period ended. */
void vr_fib_del(struct vr_fib *fib, struct vr_fib_entry *entry);

/*
 * Value of the longest prefix that holds @addr, 0 for none. Read with acquire
 * semantics: what was stored before the value was published is seen. Caller
 * holds RCU.
 */
u32 vr_fib_lookup_rcu(const struct vr_fib *fib, const struct in6_addr *addr);

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

#endif /* VR_FIB_H */
