// SPDX-License-Identifier: GPL-2.0-only
/*
 * The whole way of a packet. It begins in vr_input(), the last function here,
 * as callees stand above their callers: vr_guard() checks the source, then
 * vr_classify() decides by the destination MAC whether to flood, route or
 * bridge, and the verdict is carried out. Each step borrows the packet and
 * returns why it is dropped, 0 to go on. Entry: vr_input().
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "address.h"
#include "datapath.h"
#include "drop.h"
#include "echo.h"
#include "endpoint.h"
#include "flood.h"
#include "guard.h"
#include "neighbour.h"
#include "network.h"
#include "packet.h"
#include "port.h"
#include "route.h"

/* The network header begins behind the Ethernet header, whoever sent it. */
static enum vr_drop_reason vr_pull(struct sk_buff *skb, unsigned int len)
{
	if (!pskb_may_pull(skb, ETH_HLEN + len))
		return VR_DROP_REASON_TRUNCATED;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	return 0;
}

/* A length of 0 stands for more than 64 KiB, which only TCP may have. */
static bool vr_length_ok(const struct sk_buff *skb, unsigned int len,
			 unsigned int min)
{
	unsigned int have = skb->len - ETH_HLEN;

	if (!len)
		return skb_is_gso(skb) && skb_is_gso_tcp(skb);
	return len >= min && len <= have;
}

/* Addresses no router forwards (RFC 1812 5.3.7, RFC 3927 2.6.2). */
static bool vr_ip4_martian(__be32 addr)
{
	return ipv4_is_zeronet(addr) || ipv4_is_loopback(addr) ||
	       ipv4_is_multicast(addr) || ipv4_is_lbcast(addr) ||
	       ipv4_is_linklocal_169(addr);
}

static enum vr_drop_reason vr_check_ip4(struct sk_buff *skb,
					struct in6_addr *daddr)
{
	const struct iphdr *iph;
	enum vr_drop_reason reason;
	unsigned int hlen;

	reason = vr_pull(skb, sizeof(*iph));
	if (reason)
		return reason;
	hlen = ip_hdr(skb)->ihl * 4;
	if (hlen < sizeof(*iph) || ip_hdr(skb)->version != 4)
		return VR_DROP_REASON_IP_HEADER;
	reason = vr_pull(skb, hlen);
	if (reason)
		return reason;
	iph = ip_hdr(skb);
	if (ip_fast_csum(iph, iph->ihl))
		return VR_DROP_REASON_IP_HEADER;
	if (!vr_length_ok(skb, ntohs(iph->tot_len), hlen))
		return VR_DROP_REASON_IP_HEADER;
	if (vr_ip4_martian(iph->saddr))
		return VR_DROP_REASON_IP_SOURCE;
	if (vr_ip4_martian(iph->daddr))
		return VR_DROP_REASON_IP_DESTINATION;
	ipv6_addr_set_v4mapped(iph->daddr, daddr);
	return 0;
}

/* RFC 4291 2.5.2, 2.5.3, 2.5.6 and 2.7: not forwarded, nor the mapped ones. */
static bool vr_ip6_martian(const struct in6_addr *addr)
{
	return ipv6_addr_type(addr) & (IPV6_ADDR_MULTICAST |
				       IPV6_ADDR_LOOPBACK |
				       IPV6_ADDR_LINKLOCAL |
				       IPV6_ADDR_MAPPED) ||
	       ipv6_addr_any(addr);
}

static enum vr_drop_reason vr_check_ip6(struct sk_buff *skb,
					struct in6_addr *daddr)
{
	const struct ipv6hdr *ip6h;
	enum vr_drop_reason reason;
	unsigned int len;

	reason = vr_pull(skb, sizeof(*ip6h));
	if (reason)
		return reason;
	ip6h = ipv6_hdr(skb);
	if (ip6h->version != 6)
		return VR_DROP_REASON_IP_HEADER;
	len = ntohs(ip6h->payload_len);
	if (!vr_length_ok(skb, len ? len + sizeof(*ip6h) : 0, sizeof(*ip6h)) &&
	    !(ip6h->nexthdr == NEXTHDR_NONE && !len))
		return VR_DROP_REASON_IP_HEADER;
	if (vr_ip6_martian(&ip6h->saddr))
		return VR_DROP_REASON_IP_SOURCE;
	if (vr_ip6_martian(&ip6h->daddr))
		return VR_DROP_REASON_IP_DESTINATION;
	*daddr = ip6h->daddr;
	return 0;
}

/* Makes the headers ours alone: TCP keeps the packet to send it again. */
static enum vr_drop_reason vr_own_headers(struct sk_buff *skb, bool v4)
{
	unsigned int hlen = v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);

	if (skb_ensure_writable(skb, ETH_HLEN + hlen))
		return VR_DROP_REASON_NO_MEMORY;
	return 0;
}

/* RFC 1812 5.3.1, RFC 8200 3. The header is ours. */
static enum vr_drop_reason vr_count_down(struct sk_buff *skb, bool v4)
{
	if ((v4 ? ip_hdr(skb)->ttl : ipv6_hdr(skb)->hop_limit) <= 1)
		return VR_DROP_REASON_TTL;
	if (v4)
		ip_decrease_ttl(ip_hdr(skb));
	else
		ipv6_hdr(skb)->hop_limit--;
	return 0;
}

/* The header is ours. */
static void vr_rewrite_macs(struct sk_buff *skb,
			    const struct vr_network *network, u64 mac)
{
	struct ethhdr *eth = eth_hdr(skb);

	vr_mac_from_key(eth->h_dest, mac);
	vr_mac_from_key(eth->h_source, READ_ONCE(network->gateway_mac));
}

/* Nobody has the gateway's address but the gateway: it answers to ping. */
static enum vr_drop_reason vr_to_gateway(struct sk_buff *skb,
					 struct vr_packet *packet, bool v4)
{
	enum vr_drop_reason reason;

	reason = v4 ? vr_echo_reply4(packet->in, skb) :
		      vr_echo_reply6(packet->in, skb);
	packet->verdict = VR_VERDICT_ANSWERED;
	return reason;
}

/* To the gateway's MAC: routed between the network's subnets and ports. */
static enum vr_drop_reason vr_route(struct sk_buff *skb,
				    struct vr_packet *packet)
{
	bool v4 = packet->protocol == htons(ETH_P_IP);
	enum vr_drop_reason reason;
	struct in6_addr daddr;
	struct vr_hop hop;

	reason = v4 ? vr_check_ip4(skb, &daddr) : vr_check_ip6(skb, &daddr);
	if (reason)
		return reason;
	reason = vr_route_resolve_rcu(packet->network, packet->in, &daddr,
				      &hop);
	if (reason)
		return reason;
	if (!hop.port)
		return vr_to_gateway(skb, packet, v4);
	reason = vr_own_headers(skb, v4);
	/* What is for the gateway's own address has arrived, at the host. */
	if (!reason && !hop.gateway)
		reason = vr_count_down(skb, v4);
	if (reason)
		return reason;
	vr_rewrite_macs(skb, packet->network, hop.mac);
	skb_forward_csum(skb);
	packet->verdict = VR_VERDICT_DELIVER;
	packet->out = hop.port;
	return 0;
}

static enum vr_drop_reason vr_to_gateway_mac(struct sk_buff *skb,
					     struct vr_packet *packet)
{
	enum vr_drop_reason reason;

	if (skb_vlan_tag_present(skb))
		return VR_DROP_REASON_NOT_ROUTABLE;
	switch (packet->protocol) {
	case htons(ETH_P_ARP):
		reason = vr_neighbour_arp(skb, packet);
		break;
	case htons(ETH_P_IPV6):
		reason = vr_neighbour_nd(skb, packet);
		if (!reason && packet->verdict != VR_VERDICT_ANSWERED)
			return vr_route(skb, packet);
		break;
	case htons(ETH_P_IP):
		return vr_route(skb, packet);
	default:
		return VR_DROP_REASON_NOT_ROUTABLE;
	}
	/* What was sent to the gateway alone is not for others. */
	if (!reason && packet->verdict != VR_VERDICT_ANSWERED)
		reason = VR_DROP_REASON_GATEWAY;
	return reason;
}

/* Broadcast and multicast. Known neighbours are answered for, not flooded. */
static enum vr_drop_reason vr_group(struct sk_buff *skb,
				    struct vr_packet *packet)
{
	packet->verdict = VR_VERDICT_FLOOD;
	if (is_link_local_ether_addr(eth_hdr(skb)->h_dest))
		return VR_DROP_REASON_LINK_LOCAL_GROUP;
	if (skb_vlan_tag_present(skb))
		return 0;
	switch (packet->protocol) {
	case htons(ETH_P_ARP):
		return vr_neighbour_arp(skb, packet);
	case htons(ETH_P_IPV6):
		return vr_neighbour_nd(skb, packet);
	}
	return 0;
}

static enum vr_drop_reason vr_bridge(struct vr_packet *packet, u64 mac)
{
	const struct vr_endpoint *endpoint;

	endpoint = vr_endpoint_lookup_rcu(packet->network, mac);
	if (unlikely(!endpoint)) {
		packet->verdict = VR_VERDICT_FLOOD_UNKNOWN;
		return 0;
	}
	if (unlikely(endpoint->port == packet->in))
		return VR_DROP_REASON_SAME_PORT;
	packet->verdict = VR_VERDICT_DELIVER;
	packet->out = endpoint->port;
	return 0;
}

static enum vr_drop_reason vr_classify(struct sk_buff *skb,
				       struct vr_packet *packet)
{
	const struct ethhdr *eth = eth_hdr(skb);
	u64 mac = vr_mac_key(eth->h_dest);

	if (is_multicast_ether_addr(eth->h_dest))
		return vr_group(skb, packet);
	if (mac == READ_ONCE(packet->network->gateway_mac))
		return vr_to_gateway_mac(skb, packet);
	return vr_bridge(packet, mac);
}

static enum vr_drop_reason vr_decide(struct sk_buff *skb,
				     struct vr_packet *packet)
{
	enum vr_drop_reason reason;

	reason = vr_pull(skb, 0);
	if (reason)
		return reason;
	packet->protocol = eth_hdr(skb)->h_proto;
	reason = vr_guard(skb, packet);
	if (reason)
		return reason;
	return vr_classify(skb, packet);
}

void vr_input(struct vr_port *port, struct sk_buff *skb)
{
	struct vr_packet packet = { .in = port, .network = port->network };
	enum vr_drop_reason reason;

	reason = vr_decide(skb, &packet);
	if (unlikely(reason)) {
		vr_drop(skb, packet.network->instance, port, reason);
		return;
	}
	switch (packet.verdict) {
	case VR_VERDICT_DELIVER:
		vr_port_deliver(packet.out, skb);
		break;
	case VR_VERDICT_FLOOD:
		vr_flood(packet.network, port, skb, false);
		break;
	case VR_VERDICT_FLOOD_UNKNOWN:
		vr_flood(packet.network, port, skb, true);
		break;
	case VR_VERDICT_ANSWERED:
		consume_skb(skb);
		break;
	}
}
