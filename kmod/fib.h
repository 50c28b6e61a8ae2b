/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Longest-prefix match for one family. Knows neither packets nor netlink: a
 * prefix leads to a value. Keys are 128 bits as in address.h, so an IPv4
 * prefix of length n has 96 + n bits.
 *
 * Lookups run under RCU. Changes need the caller's lock. Adding may fail for
 * want of memory and then leaves the table as it was; deleting and replacing
 * need no memory and cannot fail.
 */
#ifndef VR_FIB_H
#define VR_FIB_H

#include <linux/in6.h>
#include <linux/rcupdate.h>

struct vr_fib_node;

struct vr_fib {
	struct vr_fib_node __rcu *root;
};

/* Returns 0, -EEXIST or -ENOMEM. */
int vr_fib_add(struct vr_fib *fib, const struct in6_addr *prefix, u8 plen,
	       void *value);

/* Puts @value in the place of the prefix's present one, which must exist. */
void vr_fib_replace(struct vr_fib *fib, const struct in6_addr *prefix, u8 plen,
		    void *value);

/* The prefix must exist. Its value may be in use until a grace period ended. */
void vr_fib_del(struct vr_fib *fib, const struct in6_addr *prefix, u8 plen);

/* Value of the longest prefix that holds @addr, or NULL. Caller holds RCU. */
void *vr_fib_lookup_rcu(const struct vr_fib *fib, const struct in6_addr *addr);

#endif /* VR_FIB_H */
