/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Learning the MACs behind a tap port from what they send: endpoints of origin
 * learned, without addresses, which age, and move between ports that learn.
 */
#ifndef VR_LEARN_H
#define VR_LEARN_H

#include <linux/types.h>
#include <linux/workqueue.h>

#include "drop.h"

struct sk_buff;
struct vr_network;
struct vr_port;

/* Learned MACs of a network that age. */
struct vr_learn {
	struct delayed_work work;
};

void vr_learn_init(struct vr_learn *learn);
/* No port learns any more. May sleep. */
void vr_learn_destroy(struct vr_learn *learn);

/*
 * The packet came in by a port that learns. Borrows @skb, whose data begins
 * with the Ethernet header. Returns why it is dropped, or 0. Caller holds RCU
 * and has bottom halves off.
 */
enum vr_drop_reason vr_learn(struct vr_port *port, const struct sk_buff *skb);

/* Under the instance's lock from here on. */

/* What vr_learn() has asked for. Returns why it is not learned, or 0. */
enum vr_drop_reason vr_learn_take(struct vr_port *port, u64 mac);
/* The port learns, or no longer: then it forgets. */
void vr_learn_set(struct vr_port *port);

#endif /* VR_LEARN_H */
