// SPDX-License-Identifier: GPL-2.0-only
/* What all packets of the router's own begin with: vr_answer_create(). */
#include <linux/etherdevice.h>
#include <linux/skbuff.h>

#include "address.h"
#include "answer.h"

struct sk_buff *vr_answer_create(u64 to, u64 from, u16 protocol,
				 unsigned int len)
{
	struct sk_buff *skb;
	struct ethhdr *eth;

	skb = alloc_skb(NET_IP_ALIGN + ETH_HLEN + len, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, NET_IP_ALIGN);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	eth = skb_put(skb, sizeof(*eth));
	vr_mac_from_key(eth->h_dest, to);
	vr_mac_from_key(eth->h_source, from);
	eth->h_proto = htons(protocol);
	return skb;
}
