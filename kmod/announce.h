/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses that ports share (VRRP, keepalived): who announces one that it is
 * allowed has it from then on, alone or beside others (anycast.h). The first
 * kind is an endpoint of its own, of origin learned, that the tables know by
 * the address and not by its MAC, which is the port's endpoint's or a virtual
 * one.
 */
#ifndef VR_ANNOUNCE_H
#define VR_ANNOUNCE_H

#include <linux/llist.h>
#include <linux/workqueue.h>

#include "drop.h"

struct in6_addr;
struct sk_buff;
struct vr_endpoint;
struct vr_packet;
struct vr_port;

/* What is learned moves so often at once, and then once a second. */
#define VR_ANNOUNCE_MOVES	5

/* What packets of a network have said and the work item has yet to hear. */
struct vr_announce {
	struct llist_head jobs;
	atomic_t n_jobs;
	struct work_struct work;
};

void vr_announce_init(struct vr_announce *announce);
/* No packet announces any more. May sleep. */
void vr_announce_destroy(struct vr_announce *announce);

/*
 * The packet's sender says it has the address, at @mac. Returns why others
 * must not hear of it, or 0; then it is flooded, but for that of an address
 * that several ports have at once, for which the router speaks. Caller holds
 * RCU and has bottom halves off.
 */
enum vr_drop_reason vr_announce(struct vr_packet *packet,
				const struct in6_addr *ip, u64 mac);

/*
 * The port learns, and the MAC is new there. As vr_announce().
 */
enum vr_drop_reason vr_announce_heard(struct vr_port *port, u64 mac);

/*
 * Something stands by behind the packet's port. If this is its announcement,
 * it becomes active: it has come, in a live migration. Caller holds RCU.
 */
void vr_announce_standby(struct sk_buff *skb, const struct vr_packet *packet);

/* How often something learned may move now. */
unsigned int vr_announce_moves_left(const struct vr_endpoint *learned);

/* Takes away what the port is allowed no more. Under the instance's lock. */
void vr_announce_sweep(struct vr_port *port);

#endif /* VR_ANNOUNCE_H */
