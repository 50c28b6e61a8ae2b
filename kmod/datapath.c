// SPDX-License-Identifier: GPL-2.0-only
/*
 * The whole way of a packet. It begins in the last function here, as callees
 * stand above their callers: in vr_input(), vr_check_source() refuses what is
 * not the sender's own, and what is for a MAC behind another port is delivered
 * at once. The rest is special: vr_decide() floods, routes or answers it. Each
 * step borrows the packet and returns why it is dropped, 0 to go on. Entry:
 * vr_native_xmit().
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
#include "deliver.h"
#include "drop.h"
#include "echo.h"
#include "endpoint.h"
#include "flood.h"
#include "guard.h"
#include "icmp.h"
#include "instance.h"
#include "mtu.h"
#include "native.h"
#include "neighbour.h"
#include "network.h"
#include "options.h"
#include "packet.h"
#include "port.h"
#include "rate.h"
#include "route.h"
#include "trace.h"

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
	if (unlikely(hlen > sizeof(*iph)))
		return vr_options_check4(iph);
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
	if (unlikely(vr_options_has6(ip6h->nexthdr)))
		return vr_options_check6(skb);
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

/*
 * The gateway's own address is nobody's to send from, but the host's port's.
 * The guard has seen to it on a port that may send only from its endpoints'.
 */
static enum vr_drop_reason vr_check_sender(const struct sk_buff *skb,
					   const struct vr_packet *packet,
					   bool v4)
{
	u32 flags = READ_ONCE(packet->in->flags);
	const struct vr_endpoint *endpoint;
	struct in6_addr saddr;

	if (likely(flags & VR_PORT_GATEWAY ||
		   (flags & VR_PORT_ANTISPOOF &&
		    !rcu_access_pointer(packet->in->allowed))))
		return 0;
	if (v4)
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, &saddr);
	else
		saddr = ipv6_hdr(skb)->saddr;
	endpoint = vr_endpoint_lookup_ip_rcu(packet->network, &saddr);
	return endpoint && !endpoint->port ? VR_DROP_REASON_IP_SOURCE : 0;
}

/* Whether it may go to packet->out. What it says is still the sender's. */
static enum vr_drop_reason vr_check_forward(const struct sk_buff *skb,
					    struct vr_packet *packet,
					    const struct vr_hop *hop, bool v4)
{
	const struct net_device *dev = packet->out->dev;

	/* RFC 1812 5.3.1, RFC 8200 3. What is for the gateway's own address
	 * has arrived, at the host.
	 */
	if (!hop->gateway &&
	    (v4 ? ip_hdr(skb)->ttl : ipv6_hdr(skb)->hop_limit) <= 1)
		return VR_DROP_REASON_TTL;
	if (likely(skb->len <= READ_ONCE(dev->mtu) + ETH_HLEN &&
		   dev->flags & IFF_UP))
		return 0;
	return vr_mtu_check(skb, packet);
}

/* The header is ours. */
static void vr_count_down(struct sk_buff *skb, bool v4)
{
	if (v4)
		ip_decrease_ttl(ip_hdr(skb));
	else
		ipv6_hdr(skb)->hop_limit--;
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
	if (!reason)
		reason = vr_check_sender(skb, packet, v4);
	if (reason)
		return reason;
	reason = vr_route_resolve_rcu(packet->network, packet->in, &daddr,
				      skb, &hop);
	if (reason)
		return reason;
	if (!hop.port)
		return vr_to_gateway(skb, packet, v4);
	packet->verdict = VR_VERDICT_DELIVER;
	packet->out = hop.port;
	reason = vr_check_forward(skb, packet, &hop, v4);
	if (!reason)
		reason = vr_own_headers(skb, v4);
	if (reason)
		return reason;
	if (!hop.gateway)
		vr_count_down(skb, v4);
	vr_rewrite_macs(skb, packet->network, hop.mac);
	skb_forward_csum(skb);
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

/* Nobody we know has the MAC. */
static enum vr_drop_reason vr_unknown(struct sk_buff *skb,
				      struct vr_packet *packet)
{
	packet->verdict = VR_VERDICT_FLOOD_UNKNOWN;
	return 0;
}

/* All that is not for a MAC behind another port. */
static enum vr_drop_reason vr_decide(struct sk_buff *skb,
				     struct vr_packet *packet)
{
	const struct ethhdr *eth = eth_hdr(skb);

	skb_set_network_header(skb, ETH_HLEN);
	if (is_multicast_ether_addr(eth->h_dest))
		return vr_group(skb, packet);
	if (vr_mac_key(eth->h_dest) == READ_ONCE(packet->network->gateway_mac))
		return vr_to_gateway_mac(skb, packet);
	return vr_unknown(skb, packet);
}

/* Out of the way of those that pass. */
static noinline void vr_refuse(const struct vr_packet *packet,
			       struct sk_buff *skb, enum vr_drop_reason reason)
{
	vr_icmp_error(packet, skb, reason);
	vr_drop(skb, packet->network->instance,
		vr_drop_is_receivers(reason) ? packet->out : packet->in,
		reason);
}

/* What is flooded, routed, or answered here. */
static noinline void vr_input_special(struct vr_port *port,
				      struct sk_buff *skb)
{
	struct vr_packet packet = {
		.in = port,
		.network = port->network,
		.protocol = eth_hdr(skb)->h_proto,
	};
	enum vr_drop_reason reason;

	reason = vr_decide(skb, &packet);
	if (unlikely(reason)) {
		vr_refuse(&packet, skb, reason);
		return;
	}
	switch (packet.verdict) {
	case VR_VERDICT_DELIVER:
		vr_port_deliver(packet.out, skb);
		break;
	case VR_VERDICT_FRAGMENT:
		vr_mtu_fragment(&packet, skb);
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

static enum vr_drop_reason vr_check_source(struct vr_port *port,
					   struct sk_buff *skb)
{
	if (unlikely(!pskb_may_pull(skb, ETH_HLEN)))
		return VR_DROP_REASON_TRUNCATED;
	skb_reset_mac_header(skb);
	return vr_guard(skb, port);
}

/* Behind which endpoint the frame's destination is. NULL: it is special. */
static struct vr_endpoint *vr_destination(struct vr_network *network,
					  const struct sk_buff *skb)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;
	u64 mac = vr_mac_key(eth->h_dest);

	if (mac == READ_ONCE(network->gateway_mac))
		return NULL;
	return vr_endpoint_lookup_rcu(&network->endpoints, mac);
}

/*
 * A packet that came in by @port. Its data begins with the Ethernet header.
 * Consumes @skb.
 */
static __always_inline void vr_input(struct vr_port *port, struct sk_buff *skb)
{
	struct vr_network *network = port->network;
	const struct vr_endpoint *endpoint;
	enum vr_drop_reason reason;

	trace_vr_input(port, skb);
	reason = vr_check_source(port, skb);
	if (unlikely(reason))
		goto drop;
	if (unlikely(vr_port_has_rate_out(port))) {
		reason = vr_rate_out(port, skb);
		if (reason)
			goto drop;
	}
	endpoint = vr_destination(network, skb);
	if (unlikely(!endpoint)) {
		vr_input_special(port, skb);
		return;
	}
	reason = VR_DROP_REASON_SAME_PORT;
	if (unlikely(endpoint->port == port))
		goto drop;
	vr_deliver(endpoint->port, skb);
	return;

drop:
	vr_drop(skb, network->instance, port, reason);
}

static noinline void vr_native_detached(struct sk_buff *skb,
					struct net_device *dev)
{
	const struct vr_native *native = netdev_priv(dev);

	DEV_STATS_INC(dev, tx_dropped);
	vr_drop(skb, native->instance, NULL, VR_DROP_REASON_DETACHED);
}

netdev_tx_t vr_native_xmit(struct sk_buff *skb, struct net_device *dev)
{
	const struct vr_native *native = netdev_priv(dev);
	struct vr_port *port;

	rcu_read_lock();
	port = rcu_dereference(native->port);
	if (likely(port)) {
		dev_sw_netstats_tx_add(dev, 1, skb->len);
		skb_tx_timestamp(skb);
		vr_input(port, skb);
	} else {
		vr_native_detached(skb, dev);
	}
	rcu_read_unlock();
	return NETDEV_TX_OK;
}
