// SPDX-License-Identifier: GPL-2.0-only
/*
 * IPv4 options and IPv6 extension headers. They pass as they are, but for
 * those by which a sender chooses the way (RFC 7126 4.3 and 4.4, RFC 5095).
 * Record route and timestamp are not filled in, router alert is not heeded.
 * Entries: vr_options_check4(), vr_options_check6(), vr_options_walk6().
 */
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "options.h"

/* More extension headers than this nobody sends in good faith. */
#define VR_OPTIONS_HEADERS_MAX	8

/*
 * Where the next option begins that is more than a byte, behind the one at
 * @at or first for 0. 0 at the end, and where what is left is no option.
 */
static unsigned int vr_options_next4(const struct iphdr *iph, unsigned int at)
{
	const u8 *header = (const u8 *)iph;
	unsigned int end = iph->ihl * 4;

	at = at ? at + header[at + 1] : sizeof(*iph);
	while (at < end && header[at] == IPOPT_NOOP)
		at++;
	if (at + 2 > end || header[at] == IPOPT_END || header[at + 1] < 2 ||
	    at + header[at + 1] > end)
		return 0;
	return at;
}

enum vr_drop_reason vr_options_check4(const struct iphdr *iph)
{
	const u8 *header = (const u8 *)iph;
	unsigned int at = 0;

	while ((at = vr_options_next4(iph, at)))
		if (header[at] == IPOPT_LSRR || header[at] == IPOPT_SSRR)
			return VR_DROP_REASON_SOURCE_ROUTE;
	return 0;
}

void vr_options_strip4(struct iphdr *iph)
{
	u8 *header = (u8 *)iph;
	unsigned int at, next;

	for (at = vr_options_next4(iph, 0); at; at = next) {
		next = vr_options_next4(iph, at);
		if (!IPOPT_COPIED(header[at]))
			memset(header + at, IPOPT_NOOP, header[at + 1]);
	}
}

/* One header on. Whether it was all there. */
static bool vr_options_step6(const struct sk_buff *skb,
			     struct vr_payload *payload)
{
	union {
		struct ipv6_opt_hdr any;
		struct ipv6_rt_hdr routing;
		struct frag_hdr fragment;
	} buffer;
	const struct ipv6_opt_hdr *any;
	const struct frag_hdr *fragment;
	const struct ipv6_rt_hdr *routing;
	unsigned int len;

	any = skb_header_pointer(skb, payload->offset, sizeof(*any), &buffer);
	if (!any)
		return false;
	len = ipv6_optlen(any);
	switch (payload->nexthdr) {
	case NEXTHDR_ROUTING:
		routing = skb_header_pointer(skb, payload->offset,
					     sizeof(*routing), &buffer);
		if (!routing)
			return false;
		any = (const void *)routing;
		if (routing->type == IPV6_SRCRT_TYPE_0)
			payload->source_route = true;
		break;
	case NEXTHDR_FRAGMENT:
		fragment = skb_header_pointer(skb, payload->offset,
					      sizeof(*fragment), &buffer);
		if (!fragment)
			return false;
		any = (const void *)fragment;
		if (fragment->frag_off & htons(IP6_OFFSET))
			payload->later_fragment = true;
		len = sizeof(*fragment);
		break;
	case NEXTHDR_AUTH:
		len = ipv6_authlen(any);
		break;
	}
	payload->nexthdr = any->nexthdr;
	payload->nexthdr_at = payload->offset;
	payload->offset += len;
	return true;
}

bool vr_options_walk6(const struct sk_buff *skb, struct vr_payload *payload)
{
	unsigned int start = skb_network_offset(skb);
	unsigned int i;

	*payload = (struct vr_payload) {
		.offset = start + sizeof(struct ipv6hdr),
		.nexthdr_at = start + offsetof(struct ipv6hdr, nexthdr),
		.nexthdr = ipv6_hdr(skb)->nexthdr,
	};
	for (i = 0; i < VR_OPTIONS_HEADERS_MAX; i++) {
		if (payload->later_fragment ||
		    !vr_options_has6(payload->nexthdr))
			return true;
		if (!vr_options_step6(skb, payload))
			return false;
	}
	return false;
}

enum vr_drop_reason vr_options_check6(const struct sk_buff *skb)
{
	struct vr_payload payload;

	vr_options_walk6(skb, &payload);
	return payload.source_route ? VR_DROP_REASON_SOURCE_ROUTE : 0;
}
