/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flows: packets that must take one way, so as not to overtake each other.
 * The hash is the router's own, with a secret of the instance: skb->hash
 * changes when a socket retransmits, and fragments of one datagram differ in
 * it.
 */
#ifndef VR_FLOW_H
#define VR_FLOW_H

#include <linux/in6.h>
#include <linux/types.h>

struct sk_buff;
struct vr_instance;

/* What makes packets one flow. Without padding: hashed as bytes. */
struct vr_flow {
	struct in6_addr saddr;		/* as in address.h */
	struct in6_addr daddr;
	__be16 sport;			/* 0 where the protocol has none */
	__be16 dport;
	u32 protocol;
} __aligned(sizeof(u64));

/* Whether sport and dport mean anything. */
bool vr_flow_has_ports(u8 protocol);

u32 vr_flow_hash(const struct vr_instance *instance,
		 const struct vr_flow *flow);

/*
 * Of a packet of IPv4 or IPv6 (@v4) with its network header set, which may be
 * malformed. All fragments of a datagram are the flow of its addresses alone.
 */
u32 vr_flow_hash_skb(const struct vr_instance *instance,
		     const struct sk_buff *skb, bool v4);

#endif /* VR_FLOW_H */
