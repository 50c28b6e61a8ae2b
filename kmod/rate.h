/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rates of a port, one each way: token buckets over the bytes of Ethernet
 * frames. There is no queue. What comes while a bucket is empty is dropped.
 * A bucket is one atomic word that all CPUs share, of a port that has a rate.
 */
#ifndef VR_RATE_H
#define VR_RATE_H

#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "drop.h"

struct netlink_ext_ack;
struct nlattr;
struct sk_buff;
struct vr_port;

enum vr_rate_direction {
	VR_RATE_IN,			/* to the port */
	VR_RATE_OUT,			/* from the port */
	VR_RATE_DIRECTIONS,
};

/* Times are in units of VR_RATE_UNITS, see rate.c. */
struct vr_rate {
	/* fast path */
	atomic64_t full_at;		/* when the bucket is full again */
	u64 mult;			/* of a byte's time, ... */
	u32 shift;			/* ... and shift */
	bool burst_given;		/* else it follows the rate */
	u64 depth;			/* time to fill the empty bucket */
	u64 low;			/* ECN marks when it is as empty as this */

	/* configuration */
	u64 bits;			/* a second */
	u32 burst;			/* bytes */

	/* life cycle */
	struct rcu_head rcu;
};

/* What a request says of one direction. Attributes not given are NULL. */
struct vr_rate_config {
	const struct nlattr *rate_attr;
	const struct nlattr *burst_attr;
	u64 bits;			/* 0 takes it away */
	u32 burst;
};

/*
 * Charge a packet to the port's bucket: one that goes to it, one that it
 * sent. Borrow @skb, whose data begins with the Ethernet header, and may mark
 * it. Return why it is dropped, or 0. Caller holds RCU. For ports that have
 * the flag VR_PORT_RATE_IN, VR_PORT_RATE_OUT.
 */
enum vr_drop_reason vr_rate_in(const struct vr_port *port,
			       struct sk_buff *skb);
enum vr_drop_reason vr_rate_out(const struct vr_port *port,
				struct sk_buff *skb);

/*
 * What @config makes of the rate @old, either of which may be none: another
 * one, the same, or NULL. Returns ERR_PTR if it is refused.
 */
struct vr_rate *vr_rate_make(struct vr_rate *old,
			     const struct vr_rate_config *config,
			     struct netlink_ext_ack *extack);
/* Whether the rates are what @configs gives of them. */
int vr_rates_check_equal(struct vr_rate *const rates[VR_RATE_DIRECTIONS],
			 const struct vr_rate_config *configs,
			 struct netlink_ext_ack *extack);
/* The largest super-packet, GSO_MAX_SIZE without a rate. */
unsigned int vr_rates_gso_size(struct vr_rate *const rates[VR_RATE_DIRECTIONS]);

#endif /* VR_RATE_H */
