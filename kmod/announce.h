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
struct vr_packet;
struct vr_port;

/* Announcements of a network that wait for the work item. */
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

/* Takes away what the port is allowed no more. Under the instance's lock. */
void vr_announce_sweep(struct vr_port *port);

#endif /* VR_ANNOUNCE_H */
