/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets that are too long for the port they are routed to. */
#ifndef VR_MTU_H
#define VR_MTU_H

#include "drop.h"

struct sk_buff;
struct vr_packet;

/*
 * Of a packet that looks too long for packet->out, or whose device is down:
 * 0 if it may go as it is or, with VR_VERDICT_FRAGMENT, in fragments. Borrows
 * @skb, whose IP header has been checked. Caller holds RCU.
 */
enum vr_drop_reason vr_mtu_check(const struct sk_buff *skb,
				 struct vr_packet *packet);

/*
 * Whether what a super-packet is to be cut into is no longer than @mtu bytes of
 * IP. @skb has its IP header in its linear data.
 */
bool vr_mtu_fits_gso(const struct sk_buff *skb, bool v4, unsigned int mtu);

/*
 * Delivers an IPv4 packet in fragments. Consumes @skb, whose headers are the
 * new ones. Caller holds RCU and has bottom halves off.
 */
void vr_mtu_fragment(const struct vr_packet *packet, struct sk_buff *skb);

#endif /* VR_MTU_H */
