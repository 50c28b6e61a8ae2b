/* SPDX-License-Identifier: GPL-2.0-only */
/* The ARP packet of IPv4 over Ethernet (RFC 826). */
#ifndef VR_ARP_H
#define VR_ARP_H

#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/skbuff.h>

struct vr_arp {
	struct arphdr header;
	u8 sender_mac[ETH_ALEN];
	__be32 sender_ip;
	u8 target_mac[ETH_ALEN];
	__be32 target_ip;
} __packed;

/*
 * The ARP packet behind the Ethernet header, or NULL if it is none of IPv4
 * over Ethernet. May move the data: header pointers go stale.
 */
static inline const struct vr_arp *vr_arp_header(struct sk_buff *skb)
{
	const struct vr_arp *arp;

	if (!pskb_may_pull(skb, ETH_HLEN + sizeof(*arp)))
		return NULL;
	arp = (const struct vr_arp *)(skb->data + ETH_HLEN);
	if (arp->header.ar_hrd != htons(ARPHRD_ETHER) ||
	    arp->header.ar_pro != htons(ETH_P_IP) ||
	    arp->header.ar_hln != ETH_ALEN || arp->header.ar_pln != 4)
		return NULL;
	return arp;
}

#endif /* VR_ARP_H */
