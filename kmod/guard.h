/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Source checks: what a port may send. What is plainly good passes inline,
 * for the sake of the one caller, vr_input().
 */
#ifndef VR_GUARD_H
#define VR_GUARD_H

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>

#include "address.h"
#include "drop.h"
#include "endpoint.h"
#include "network.h"
#include "port.h"

#define VR_DHCP_SERVER_PORT	67
#define VR_DHCP_CLIENT_PORT	68
#define VR_DHCP6_CLIENT_PORT	546
#define VR_DHCP6_SERVER_PORT	547

/* The first two fields of a UDP header, all the guard wants of it. */
#define VR_GUARD_UDP_PORTS	4
/* How an IPv4 header without options begins: its version and length. */
#define VR_GUARD_IP4_START	0x45

/* What is not plainly good. As vr_guard(). */
enum vr_drop_reason vr_guard_closely(struct sk_buff *skb, struct vr_port *in,
				     u32 flags);

/*
 * What comes by a tunnel is not from who is here, nor a router of a network's
 * own but another node's. As vr_guard().
 */
enum vr_drop_reason vr_guard_remote(struct sk_buff *skb, struct vr_port *in);

/* From a server, or to a client whatever it is from (RFC 7610). */
static inline bool vr_guard_is_server(const __be16 *ports, u16 server, u16 client)
{
	return ports[0] == htons(server) || ports[1] == htons(client);
}

/* As vr_guard_sum_ok(), of a packet whose checksum is left to a device. */
bool vr_guard_partial_ok(const struct sk_buff *skb, unsigned int checked);

/*
 * A checksum that is left to a device is written where the sender says, after
 * all checks: whether that is behind the first @checked bytes of the frame.
 */
static __always_inline bool vr_guard_sum_ok(const struct sk_buff *skb,
					    unsigned int checked)
{
	return likely(skb->ip_summed != CHECKSUM_PARTIAL) ||
	       vr_guard_partial_ok(skb, checked);
}

static __always_inline bool
vr_guard_is_plain4(const struct sk_buff *skb,
		   const struct vr_endpoint *endpoint, u32 flags)
{
	const u8 *start = skb->data + ETH_HLEN;
	const struct iphdr *iph = (const void *)start;

	if ((__force u32)iph->saddr != endpoint->own4 ||
	    *start != VR_GUARD_IP4_START ||
	    !vr_guard_sum_ok(skb, ETH_HLEN + sizeof(*iph) + VR_GUARD_UDP_PORTS))
		return false;
	return iph->protocol != IPPROTO_UDP || !(flags & VR_PORT_NO_DHCP) ||
	       !vr_guard_is_server((const __be16 *)(iph + 1),
				   VR_DHCP_SERVER_PORT, VR_DHCP_CLIENT_PORT);
}

static __always_inline bool
vr_guard_is_plain6(const struct sk_buff *skb,
		   const struct vr_endpoint *endpoint, u32 flags)
{
	const struct ipv6hdr *ip6h = (const void *)(skb->data + ETH_HLEN);

	if (skb_headlen(skb) < ETH_HLEN + sizeof(*ip6h) + VR_GUARD_UDP_PORTS ||
	    !ipv6_addr_equal(&ip6h->saddr, &endpoint->own6) ||
	    !vr_guard_sum_ok(skb, ETH_HLEN + sizeof(*ip6h) +
			     VR_GUARD_UDP_PORTS))
		return false;
	if (ip6h->nexthdr == IPPROTO_TCP)
		return true;
	return ip6h->nexthdr == IPPROTO_UDP &&
	       !(flags & VR_PORT_NO_DHCP &&
		 vr_guard_is_server((const __be16 *)(ip6h + 1),
				    VR_DHCP6_SERVER_PORT,
				    VR_DHCP6_CLIENT_PORT));
}

/* From the port's own MAC and first address, and no more to see. */
static __always_inline bool
vr_guard_is_plain(const struct sk_buff *skb, const struct vr_port *in,
		  u32 flags)
{
	const struct ethhdr *eth = (const void *)skb->data;
	const struct vr_endpoint *endpoint;

	endpoint = rcu_dereference(in->endpoint);
	if (!endpoint || skb_vlan_tag_present(skb) ||
	    skb_headlen(skb) <
	    ETH_HLEN + sizeof(struct iphdr) + VR_GUARD_UDP_PORTS ||
	    endpoint->mac != vr_mac_key(eth->h_source))
		return false;
	if (eth->h_proto == htons(ETH_P_IP))
		return vr_guard_is_plain4(skb, endpoint, flags);
	if (eth->h_proto == htons(ETH_P_IPV6))
		return vr_guard_is_plain6(skb, endpoint, flags);
	return false;
}

/* A port that may send from any address, but not as the gateway. */
static __always_inline enum vr_drop_reason
vr_guard_mac(const struct sk_buff *skb, const struct vr_port *in)
{
	const struct ethhdr *eth = (const void *)skb->data;

	if (!is_valid_ether_addr(eth->h_source))
		return VR_DROP_REASON_INVALID_SOURCE_MAC;
	if (vr_mac_key(eth->h_source) == READ_ONCE(in->network->gateway_mac))
		return VR_DROP_REASON_LOOP;
	if (!vr_guard_sum_ok(skb, ETH_HLEN))
		return VR_DROP_REASON_IP_HEADER;
	return 0;
}

/*
 * Borrows @skb, whose data is to begin with an Ethernet header: afterwards it
 * does. Returns why it may not come in, or 0. @flags are the port's. Caller
 * holds RCU.
 */
static __always_inline enum vr_drop_reason
vr_guard(struct sk_buff *skb, struct vr_port *in, u32 flags)
{
	enum vr_drop_reason reason;

	if (flags & VR_PORT_ANTISPOOF &&
	    likely(vr_guard_is_plain(skb, in, flags)))
		return 0;
	if (unlikely(!pskb_may_pull(skb, ETH_HLEN)))
		return VR_DROP_REASON_TRUNCATED;
	/* No endpoint has the gateway's MAC, so a protected port cannot. */
	if (!(flags & VR_PORT_ANTISPOOF)) {
		reason = vr_guard_mac(skb, in);
		if (unlikely(reason) ||
		    likely(!(flags & (VR_PORT_NO_DHCP | VR_PORT_NO_ROUTER))))
			return reason;
	}
	return vr_guard_closely(skb, in, flags);
}

#endif /* VR_GUARD_H */
