/* SPDX-License-Identifier: GPL-2.0-only */
/* What may stand between an IP header and its payload. */
#ifndef VR_OPTIONS_H
#define VR_OPTIONS_H

#include <linux/bits.h>
#include <linux/types.h>
#include <net/ipv6.h>

#include "drop.h"

struct iphdr;
struct sk_buff;

/* What is behind the extension headers of an IPv6 packet. */
struct vr_payload {
	unsigned int offset;	/* from the packet's data */
	unsigned int nexthdr_at;/* the field that says what it is, likewise */
	u8 nexthdr;
	bool later_fragment;	/* the payload's middle, without its header */
	bool source_route;	/* there was a routing header of type 0 */
};

/*
 * Walks the extension headers. Whether it came to their end; what it has seen
 * until then is in @payload either way. The network header is set.
 */
bool vr_options_walk6(const struct sk_buff *skb, struct vr_payload *payload);

/* The IPv4 header with all its options is in the linear part. */
enum vr_drop_reason vr_options_check4(const struct iphdr *iph);
enum vr_drop_reason vr_options_check6(const struct sk_buff *skb);

/* Those that only the first fragment has (RFC 791 3.1) become no-ops. */
void vr_options_strip4(struct iphdr *iph);

/* Whether an IPv6 header is followed by an extension header. */
static inline bool vr_options_has6(u8 nexthdr)
{
	const u64 extensions = BIT_ULL(NEXTHDR_HOP) |
			       BIT_ULL(NEXTHDR_ROUTING) |
			       BIT_ULL(NEXTHDR_FRAGMENT) |
			       BIT_ULL(NEXTHDR_AUTH) | BIT_ULL(NEXTHDR_DEST);

	return nexthdr < 64 && extensions & BIT_ULL(nexthdr);
}

#endif /* VR_OPTIONS_H */
