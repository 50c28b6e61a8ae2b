// SPDX-License-Identifier: GPL-2.0-only
/* What packets are one flow. Entry: vr_flow_hash_skb(). */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "flow.h"
#include "instance.h"

bool vr_flow_has_ports(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return true;
	default:
		return false;
	}
}

static void vr_flow_take_protocol(struct vr_flow *flow,
				  const struct sk_buff *skb, int offset,
				  u8 protocol)
{
	const __be16 *ports;
	__be16 buffer[2];

	flow->protocol = protocol;
	if (!vr_flow_has_ports(protocol))
		return;
	ports = skb_header_pointer(skb, offset, sizeof(buffer), buffer);
	if (!ports)
		return;
	flow->sport = ports[0];
	flow->dport = ports[1];
}

static void vr_flow_take_ip4(struct vr_flow *flow, const struct sk_buff *skb)
{
	int offset = skb_network_offset(skb);
	const struct iphdr *iph;
	struct iphdr buffer;

	iph = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	if (!iph)
		return;
	ipv6_addr_set_v4mapped(iph->saddr, &flow->saddr);
	ipv6_addr_set_v4mapped(iph->daddr, &flow->daddr);
	if (!ip_is_fragment(iph))
		vr_flow_take_protocol(flow, skb, offset + iph->ihl * 4,
				      iph->protocol);
}

static void vr_flow_take_ip6(struct vr_flow *flow, const struct sk_buff *skb)
{
	int offset = skb_network_offset(skb);
	const struct ipv6hdr *ip6h;
	struct ipv6hdr buffer;
	__be16 frag_off;
	u8 protocol;

	ip6h = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	if (!ip6h)
		return;
	flow->saddr = ip6h->saddr;
	flow->daddr = ip6h->daddr;
	protocol = ip6h->nexthdr;
	offset = ipv6_skip_exthdr(skb, offset + sizeof(*ip6h), &protocol,
				  &frag_off);
	if (offset >= 0 && !(frag_off & htons(IP6_OFFSET | IP6_MF)))
		vr_flow_take_protocol(flow, skb, offset, protocol);
}

u32 vr_flow_hash(const struct vr_instance *instance, const struct vr_flow *flow)
{
	return hsiphash(flow, sizeof(*flow), &instance->flow_key);
}

u32 vr_flow_hash_skb(const struct vr_instance *instance,
		     const struct sk_buff *skb, bool v4)
{
	struct vr_flow flow = {};

	if (v4)
		vr_flow_take_ip4(&flow, skb);
	else
		vr_flow_take_ip6(&flow, skb);
	return vr_flow_hash(instance, &flow);
}
