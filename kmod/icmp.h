/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ICMP and ICMPv6 errors a router owes to those whose packets it does not
 * forward (RFC 1812 4.3.3 and 5.2.7, RFC 4443 3).
 */
#ifndef VR_ICMP_H
#define VR_ICMP_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "drop.h"

struct sk_buff;
struct vr_packet;

/* A token bucket, kept as what was taken from it: zeroed it is full. */
struct vr_icmp_limit {
	spinlock_t lock;		/* of all below */
	u32 taken;			/* in 1/HZ of an error */
	unsigned long last;		/* jiffies of the last refill */
};

void vr_icmp_limit_init(struct vr_icmp_limit *limit);

/*
 * Tells the sender that @skb is dropped for @reason, where that is owed.
 * Borrows @skb as the refusing step left it: a reason of routing comes with
 * an IP header that has been checked, too-big with packet->out. Caller holds
 * RCU and has bottom halves off.
 */
void vr_icmp_error(const struct vr_packet *packet, struct sk_buff *skb,
		   enum vr_drop_reason reason);

#endif /* VR_ICMP_H */
