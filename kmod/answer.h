/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets the router makes itself, of which none is ever forwarded further. */
#ifndef VR_ANSWER_H
#define VR_ANSWER_H

#include <linux/types.h>

struct sk_buff;

/* TTL and hop limit of what the router sends, but for neighbour discovery. */
#define VR_ANSWER_TTL	64

/*
 * A packet with its Ethernet header and room for @len bytes, for
 * vr_port_deliver(). NULL without memory. MACs are keys, see address.h.
 */
struct sk_buff *vr_answer_create(u64 to, u64 from, u16 protocol,
				 unsigned int len);

#endif /* VR_ANSWER_H */
