/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers ARP requests and neighbour solicitations for the addresses the
 * network knows, in place of those who have them.
 */
#ifndef VR_NEIGHBOUR_H
#define VR_NEIGHBOUR_H

#include "drop.h"

struct sk_buff;
struct vr_packet;

/*
 * Both borrow @skb and set packet->verdict to VR_VERDICT_ANSWERED if they
 * answered; else the packet goes on as it was. Caller holds RCU and has
 * bottom halves off. vr_neighbour_nd() passes over any IPv6 packet that is
 * no solicitation.
 */
enum vr_drop_reason vr_neighbour_arp(struct sk_buff *skb,
				     struct vr_packet *packet);
enum vr_drop_reason vr_neighbour_nd(struct sk_buff *skb,
				    struct vr_packet *packet);

#endif /* VR_NEIGHBOUR_H */
