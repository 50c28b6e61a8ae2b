/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flooding: copies of one packet to the ports of a network, bounded per
 * source port and CPU, in copies.
 */
#ifndef VR_FLOOD_H
#define VR_FLOOD_H

#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>

struct vr_network;
struct vr_port;

/* A token bucket. Each CPU has its own, so there is nothing to lock. */
struct vr_flood_limit {
	unsigned long last;		/* jiffies of the last refill */
	u64 tokens;			/* HZ of them are a copy */
};

/* What is left of floods that were too large for one go. */
struct vr_flood {
	struct sk_buff_head queue;
	struct work_struct work;
};

/* Full, with so many copies. */
struct vr_flood_limit __percpu *vr_flood_limit_alloc(u32 burst);

void vr_flood_init(struct vr_flood *flood);
/* No packet floods any more. May sleep. */
void vr_flood_destroy(struct vr_flood *flood);

/*
 * Sends copies to all ports of the network but @in, with @unknown only to
 * those that may have unknown stations behind them. Consumes @skb. Caller
 * holds RCU and has bottom halves off.
 */
void vr_flood(struct vr_network *network, struct vr_port *in,
	      struct sk_buff *skb, bool unknown);

#endif /* VR_FLOOD_H */
