// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gateway's answer to ping. Anything else that is sent to the gateway's
 * own address has no one to take it. Entries: vr_echo_reply4(),
 * vr_echo_reply6().
 */
#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

#include "answer.h"
#include "echo.h"
#include "port.h"

/* A copy that is ours to change, in one piece and with its checksum in it. */
static struct sk_buff *vr_echo_copy(const struct sk_buff *request)
{
	struct sk_buff *skb = skb_copy(request, GFP_ATOMIC);

	if (!skb)
		return NULL;
	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb)) {
		kfree_skb(skb);
		return NULL;
	}
	skb->ip_summed = CHECKSUM_NONE;
	return skb;
}

/* To the sender, and to its device's receive side. */
static void vr_echo_send(struct vr_port *in, struct sk_buff *skb)
{
	struct ethhdr *eth = eth_hdr(skb);
	u8 gateway[ETH_ALEN];

	ether_addr_copy(gateway, eth->h_dest);
	ether_addr_copy(eth->h_dest, eth->h_source);
	ether_addr_copy(eth->h_source, gateway);
	vr_port_deliver(in, skb);
}

/* Turns the copy into the reply. Returns why it cannot be one. */
static enum vr_drop_reason vr_echo_turn4(struct sk_buff *skb)
{
	struct iphdr *iph = ip_hdr(skb);
	unsigned int hlen = iph->ihl * 4;
	unsigned int len = ntohs(iph->tot_len) - hlen;
	struct icmphdr *icmp;

	if (iph->protocol != IPPROTO_ICMP || ip_is_fragment(iph) ||
	    len < sizeof(*icmp))
		return VR_DROP_REASON_GATEWAY;
	icmp = (void *)iph + hlen;
	if (icmp->type != ICMP_ECHO)
		return VR_DROP_REASON_GATEWAY;
	if (csum_fold(csum_partial(icmp, len, 0)))
		return VR_DROP_REASON_ICMP_CHECKSUM;

	icmp->type = ICMP_ECHOREPLY;
	icmp->checksum = 0;
	icmp->checksum = csum_fold(csum_partial(icmp, len, 0));
	swap(iph->saddr, iph->daddr);
	iph->ttl = VR_ANSWER_TTL;
	ip_send_check(iph);
	return 0;
}

static enum vr_drop_reason vr_echo_turn6(struct sk_buff *skb)
{
	struct ipv6hdr *ip6h = ipv6_hdr(skb);
	unsigned int len = ntohs(ip6h->payload_len);
	struct icmp6hdr *icmp = (struct icmp6hdr *)(ip6h + 1);

	if (ip6h->nexthdr != IPPROTO_ICMPV6 || len < sizeof(*icmp) ||
	    icmp->icmp6_type != ICMPV6_ECHO_REQUEST)
		return VR_DROP_REASON_GATEWAY;
	if (csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len, IPPROTO_ICMPV6,
			    csum_partial(icmp, len, 0)))
		return VR_DROP_REASON_ICMP_CHECKSUM;

	icmp->icmp6_type = ICMPV6_ECHO_REPLY;
	icmp->icmp6_cksum = 0;
	swap(ip6h->saddr, ip6h->daddr);
	ip6h->hop_limit = VR_ANSWER_TTL;
	icmp->icmp6_cksum = csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len,
					    IPPROTO_ICMPV6,
					    csum_partial(icmp, len, 0));
	return 0;
}

static enum vr_drop_reason
vr_echo_reply(struct vr_port *in, const struct sk_buff *request,
	      enum vr_drop_reason (*turn)(struct sk_buff *skb))
{
	enum vr_drop_reason reason;
	struct sk_buff *skb;

	if (skb_is_gso(request))
		return VR_DROP_REASON_GATEWAY;
	skb = vr_echo_copy(request);
	if (!skb)
		return VR_DROP_REASON_NO_MEMORY;
	reason = turn(skb);
	if (reason)
		kfree_skb(skb); /* the request is what is counted */
	else
		vr_echo_send(in, skb);
	return reason;
}

enum vr_drop_reason vr_echo_reply4(struct vr_port *in, struct sk_buff *skb)
{
	if (ip_hdr(skb)->protocol != IPPROTO_ICMP)
		return VR_DROP_REASON_GATEWAY;
	return vr_echo_reply(in, skb, vr_echo_turn4);
}

enum vr_drop_reason vr_echo_reply6(struct vr_port *in, struct sk_buff *skb)
{
	if (ipv6_hdr(skb)->nexthdr != IPPROTO_ICMPV6)
		return VR_DROP_REASON_GATEWAY;
	return vr_echo_reply(in, skb, vr_echo_turn6);
}
