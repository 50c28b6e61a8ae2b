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
 * The ARP packet at the offset, or NULL if it is none of IPv4 over Ethernet.
 * May move the data: header pointers go stale.
 */
static inline const struct vr_arp *vr_arp_header_at(struct sk_buff *skb,
						    unsigned int offset)
{
	const struct vr_arp *arp;

	if (!pskb_may_pull(skb, offset + sizeof(*arp)))
		return NULL;
	arp = (const struct vr_arp *)(skb->data + offset);
	if (arp->header.ar_hrd != htons(ARPHRD_ETHER) ||
	    arp->header.ar_pro != htons(ETH_P_IP) ||
	    arp->header.ar_hln != ETH_ALEN || arp->header.ar_pln != 4)
		return NULL;
	return arp;
}

/* The same behind the Ethernet header. */
static inline const struct vr_arp *vr_arp_header(struct sk_buff *skb)
{
	return vr_arp_header_at(skb, ETH_HLEN);
}

/* An announcement (RFC 5227 2.3, gratuitous ARP), as request or as reply. */
static inline bool vr_arp_is_announcement(const struct vr_arp *arp)
{
	return arp->sender_ip && arp->sender_ip == arp->target_ip;
}

#endif /* VR_ARP_H */
