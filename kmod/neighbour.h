/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers ARP requests and neighbour solicitations for the addresses the
 * network knows, in place of those who have them.
 */
#ifndef VR_NEIGHBOUR_H
#define VR_NEIGHBOUR_H

#include <linux/types.h>

#include "drop.h"

struct in6_addr;
struct sk_buff;
struct vr_packet;
struct vr_port;

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

/*
 * Whether the packet says that its sender has come: RARP, which hypervisors
 * send for a machine that has moved, gratuitous ARP or an unsolicited
 * advertisement. Borrows @skb.
 */
bool vr_neighbour_is_announcement(struct sk_buff *skb, __be16 protocol);

/*
 * Tells all but the port itself that the address is to be had at the gateway's
 * MAC, at the expense of the port's storm limit. Caller holds RCU and has
 * bottom halves off.
 */
void vr_neighbour_announce(struct vr_port *in, const struct in6_addr *ip);

#endif /* VR_NEIGHBOUR_H */
