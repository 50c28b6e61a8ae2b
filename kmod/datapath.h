/* SPDX-License-Identifier: GPL-2.0-only */
/* The whole way of a packet through the router. */
#ifndef VR_DATAPATH_H
#define VR_DATAPATH_H

struct sk_buff;
struct vr_port;

/*
 * A packet that came in by @port. Its data begins with the Ethernet header.
 * Consumes @skb. Caller holds RCU and has bottom halves off.
 */
void vr_input(struct vr_port *port, struct sk_buff *skb);

#endif /* VR_DATAPATH_H */
