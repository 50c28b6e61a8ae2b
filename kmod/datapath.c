// SPDX-License-Identifier: GPL-2.0-only
/*
 * The whole way of a packet. It begins in the last function here, as callees
 * stand above their callers: in vr_input(), vr_guard() refuses what is not the
 * sender's own, and what is for a MAC behind another port is delivered at once.
 * vr_input_gateway() routes or answers what is for the gateway's MAC, and
 * vr_input_flood() has the rest. Each step borrows the packet and returns why
 * it is dropped, 0 to go on. Entries:
 * vr_native_xmit(), vr_tap_rcv(), vr_remote_rcv().
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "address.h"
#include "announce.h"
#include "datapath.h"
#include "deliver.h"
#include "drop.h"
#include "echo.h"
#include "endpoint.h"
#include "flood.h"
#include "guard.h"
#include "icmp.h"
#include "instance.h"
#include "learn.h"
#include "mtu.h"
#include "native.h"
#include "neighbour.h"
#include "network.h"
#include "options.h"
#include "packet.h"
#include "port.h"
#include "rate.h"
#include "remote.h"
#include "route.h"
#include "trace.h"

/* Makes @len bytes from the network header on readable. */
static enum vr_drop_reason vr_pull(struct sk_buff *skb, unsigned int len)
{
	return likely(pskb_may_pull(skb, ETH_HLEN + len)) ?
		0 : VR_DROP_REASON_TRUNCATED;
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

/* First bytes of addresses that no router forwards; of 169 and 255 some. */
static const u64 vr_ip4_suspects[] = {
	BIT_ULL(0),
	BIT_ULL(127 - 64),
	BIT_ULL(169 - 128),
	GENMASK_ULL(239 - 192, 224 - 192) | BIT_ULL(255 - 192),
};

static noinline bool vr_ip4_suspect_martian(__be32 addr)
{
	return ipv4_is_zeronet(addr) || ipv4_is_loopback(addr) ||
	       ipv4_is_multicast(addr) || ipv4_is_lbcast(addr) ||
	       ipv4_is_linklocal_169(addr);
}

/* RFC 1812 5.3.7, RFC 3927 2.6.2. */
static __always_inline bool vr_ip4_martian(__be32 addr)
{
	u8 first = *(const u8 *)&addr;

	return unlikely(vr_ip4_suspects[first / 64] >> first % 64 & 1) &&
	       vr_ip4_suspect_martian(addr);
}

/* Afterwards the header is readable with its options. */
static __always_inline enum vr_drop_reason
vr_check_ip4(struct sk_buff *skb, struct in6_addr *daddr)
{
	enum vr_drop_reason reason;
	const struct iphdr *iph;
	unsigned int hlen;

	reason = vr_pull(skb, sizeof(*iph));
	if (reason)
		return reason;
	hlen = ip_hdr(skb)->ihl * 4;
	if (hlen < sizeof(*iph) || ip_hdr(skb)->version != 4)
		return VR_DROP_REASON_IP_HEADER;
	if (unlikely(hlen > sizeof(*iph))) {
		reason = vr_pull(skb, hlen);
		if (reason)
			return reason;
	}
	iph = ip_hdr(skb);
	if (ip_fast_csum(iph, hlen / 4) ||
	    !vr_length_ok(skb, ntohs(iph->tot_len), hlen))
		return VR_DROP_REASON_IP_HEADER;
	if (vr_ip4_martian(iph->saddr))
		return VR_DROP_REASON_IP_SOURCE;
	if (vr_ip4_martian(iph->daddr))
		return VR_DROP_REASON_IP_DESTINATION;
	ipv6_addr_set_v4mapped(iph->daddr, daddr);
	return unlikely(hlen > sizeof(*iph)) ? vr_options_check4(iph) : 0;
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

static __always_inline enum vr_drop_reason
vr_check_ip6(struct sk_buff *skb, struct in6_addr *daddr)
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

/*
 * Makes the headers ours alone: TCP keeps the packet to send it again. They
 * are readable, so skb_ensure_writable() need not see to that.
 */
static __always_inline enum vr_drop_reason
vr_own_headers(struct sk_buff *skb, bool v4)
{
	unsigned int hlen = v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);

	if (unlikely(skb_cloned(skb)) &&
	    !skb_clone_writable(skb, ETH_HLEN + hlen) &&
	    pskb_expand_head(skb, 0, 0, GFP_ATOMIC))
		return VR_DROP_REASON_NO_MEMORY;
	return 0;
}

/* The gateway's own address is nobody's to send from. */
static noinline enum vr_drop_reason
vr_check_not_gateway(const struct sk_buff *skb, struct vr_network *network,
		     bool v4)
{
	const struct vr_endpoint *endpoint;
	struct in6_addr saddr;

	if (v4)
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, &saddr);
	else
		saddr = ipv6_hdr(skb)->saddr;
	endpoint = vr_endpoint_lookup_ip_rcu(network, &saddr);
	return endpoint && !endpoint->port ? VR_DROP_REASON_IP_SOURCE : 0;
}

/*
 * The host's port and other nodes' gateways may have it; and the guard has
 * seen to it on a port that may send only from its endpoints'.
 */
static __always_inline enum vr_drop_reason
vr_check_sender(const struct sk_buff *skb, const struct vr_packet *packet,
		bool v4)
{
	u32 flags = READ_ONCE(packet->in->flags);

	if (likely(flags & (VR_PORT_GATEWAY | VR_PORT_REMOTE) ||
		   (flags & VR_PORT_ANTISPOOF &&
		    !rcu_access_pointer(packet->in->allowed))))
		return 0;
	return vr_check_not_gateway(skb, packet->network, v4);
}

/* Whether it may go to packet->out. What it says is still the sender's. */
static __always_inline enum vr_drop_reason
vr_check_forward(const struct sk_buff *skb, struct vr_packet *packet,
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
	if (vr_crosses_horizon(packet->in, packet->out))
		return VR_DROP_REASON_SPLIT_HORIZON;
	return vr_mtu_check(skb, packet);
}

/* The header is ours. */
static __always_inline void
vr_count_down(struct sk_buff *skb, bool v4)
{
	if (v4)
		ip_decrease_ttl(ip_hdr(skb));
	else
		ipv6_hdr(skb)->hop_limit--;
}

/* The header is ours. */
static __always_inline void
vr_rewrite_macs(struct sk_buff *skb, const struct vr_network *network, u64 mac)
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
	struct vr_hop hop = {};

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
	packet->out = hop.port;
	packet->mac = hop.mac;
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

/* What was sent to the gateway alone is not for others. */
static noinline enum vr_drop_reason
vr_arp_to_gateway(struct sk_buff *skb, struct vr_packet *packet)
{
	enum vr_drop_reason reason = vr_neighbour_arp(skb, packet);

	if (!reason && packet->verdict != VR_VERDICT_ANSWERED)
		reason = VR_DROP_REASON_GATEWAY;
	return reason;
}

/* Whether a frame fits through the tunnel as it is. */
static bool vr_bridge_fits(struct sk_buff *skb, struct vr_packet *packet)
{
	unsigned int mtu = vr_port_mtu(packet->out);
	bool v4 = packet->protocol == htons(ETH_P_IP);

	if (skb_vlan_tag_present(skb))
		mtu -= VLAN_HLEN;
	if (likely(skb->len <= mtu + ETH_HLEN))
		return true;
	if (!skb_is_gso(skb) || (!v4 && packet->protocol != htons(ETH_P_IPV6)))
		return false;
	return !vr_pull(skb, v4 ? sizeof(struct iphdr) :
				  sizeof(struct ipv6hdr)) &&
	       vr_mtu_fits_gso(skb, v4, mtu);
}

/*
 * To a station on another node, by its MAC: the one thing that may be too big
 * on a network where all devices have one MTU. Its sender is told then, unless
 * the headers are not good enough for that.
 */
static enum vr_drop_reason vr_check_bridge(struct sk_buff *skb,
					   struct vr_packet *packet)
{
	enum vr_drop_reason reason = 0;
	struct in6_addr daddr;

	if (vr_crosses_horizon(packet->in, packet->out))
		return VR_DROP_REASON_SPLIT_HORIZON;
	if (likely(vr_bridge_fits(skb, packet)))
		return 0;
	if (skb_vlan_tag_present(skb))
		packet->protocol = 0;
	if (packet->protocol == htons(ETH_P_IP))
		reason = vr_check_ip4(skb, &daddr);
	else if (packet->protocol == htons(ETH_P_IPV6))
		reason = vr_check_ip6(skb, &daddr);
	return reason ?: VR_DROP_REASON_TOO_BIG;
}

static enum vr_drop_reason vr_to_gateway_mac(struct sk_buff *skb,
					     struct vr_packet *packet)
{
	enum vr_drop_reason reason;

	if (unlikely(skb_vlan_tag_present(skb)))
		return VR_DROP_REASON_NOT_ROUTABLE;
	if (unlikely(packet->protocol != htons(ETH_P_IP))) {
		if (packet->protocol == htons(ETH_P_ARP))
			return vr_arp_to_gateway(skb, packet);
		if (packet->protocol != htons(ETH_P_IPV6))
			return VR_DROP_REASON_NOT_ROUTABLE;
		reason = vr_neighbour_nd(skb, packet);
		if (reason || packet->verdict == VR_VERDICT_ANSWERED)
			return reason;
	}
	return vr_route(skb, packet);
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
	if (unlikely(READ_ONCE(packet->in->n_standby)))
		vr_announce_standby(skb, packet);
	switch (packet->protocol) {
	case htons(ETH_P_ARP):
		return vr_neighbour_arp(skb, packet);
	case htons(ETH_P_IPV6):
		return vr_neighbour_nd(skb, packet);
	}
	return 0;
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

static noinline void vr_conclude_specially(const struct vr_packet *packet,
					   struct sk_buff *skb)
{
	switch (packet->verdict) {
	case VR_VERDICT_DELIVER: /* not special */
	case VR_VERDICT_OFFER:
		vr_port_deliver(packet->out, skb);
		break;
	case VR_VERDICT_FRAGMENT:
		vr_mtu_fragment(packet, skb);
		break;
	case VR_VERDICT_FLOOD:
		vr_flood(packet->network, packet->in, skb, false);
		break;
	case VR_VERDICT_FLOOD_UNKNOWN:
		vr_flood(packet->network, packet->in, skb, true);
		break;
	case VR_VERDICT_ANSWERED:
		consume_skb(skb);
		break;
	}
}

static __always_inline struct vr_packet vr_packet_of(struct vr_port *in,
						     struct sk_buff *skb)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	return (struct vr_packet){
		.in = in,
		.network = in->network,
		.protocol = eth->h_proto,
	};
}

/* What is for the gateway's MAC: routed, or answered here. */
static __always_inline struct sk_buff *
vr_gateway(struct vr_port *port, struct sk_buff *skb, bool hand)
{
	struct vr_packet packet = vr_packet_of(port, skb);
	enum vr_drop_reason reason;

	reason = vr_to_gateway_mac(skb, &packet);
	if (likely(!reason && packet.verdict == VR_VERDICT_DELIVER))
		return vr_deliver_checked(packet.out, skb, packet.mac, hand);
	if (reason)
		vr_refuse(&packet, skb, reason);
	else
		vr_conclude_specially(&packet, skb);
	return NULL;
}

/* Flat, as vr_native_xmit() is. */
static noinline __flatten void vr_input_gateway(struct vr_port *port,
						struct sk_buff *skb)
{
	vr_gateway(port, skb, false);
}

static noinline struct sk_buff *vr_hand_gateway(struct vr_port *port,
						struct sk_buff *skb)
{
	return vr_gateway(port, skb, true);
}

/* What is for nobody known: broadcast, multicast and unknown stations. */
static noinline void vr_input_flood(struct vr_port *port, struct sk_buff *skb)
{
	struct vr_packet packet = vr_packet_of(port, skb);
	enum vr_drop_reason reason = 0;

	packet.verdict = VR_VERDICT_FLOOD_UNKNOWN;
	if (is_multicast_ether_addr(eth_hdr(skb)->h_dest))
		reason = vr_group(skb, &packet);
	if (unlikely(reason))
		vr_refuse(&packet, skb, reason);
	else
		vr_conclude_specially(&packet, skb);
}

/* To a station behind a port that is special. */
static noinline struct sk_buff *vr_input_special(struct vr_port *port,
						 struct sk_buff *skb,
						 struct vr_port *out, u64 mac,
						 bool hand)
{
	struct vr_packet packet;
	enum vr_drop_reason reason;

	if (!vr_port_is_remote(out))
		return vr_deliver(out, skb, mac, hand);
	packet = vr_packet_of(port, skb);
	packet.out = out;
	reason = vr_check_bridge(skb, &packet);
	if (likely(!reason))
		return vr_deliver_specially(out, skb, mac, hand);
	vr_refuse(&packet, skb, reason);
	return NULL;
}

/* Whether it may come in. Ports of our own kind have nothing to learn. */
static __always_inline enum vr_drop_reason
vr_input_check(struct vr_port *port, struct sk_buff *skb, u32 flags, bool hand)
{
	enum vr_drop_reason reason;

	if (hand && flags & VR_PORT_REMOTE)
		return vr_guard_remote(skb, port);
	reason = vr_guard(skb, port, flags);
	if (hand && unlikely(flags & VR_PORT_LEARN) && !reason)
		reason = vr_learn(port, skb);
	return reason;
}

/*
 * A packet that came in by @port. Its data begins with the Ethernet header.
 * Consumes @skb, but with @hand returns it if the caller is to hand it to the
 * stack of its device, see vr_deliver(); and else NULL.
 */
static __always_inline struct sk_buff *vr_input(struct vr_port *port,
						struct sk_buff *skb, bool hand)
{
	struct vr_network *network = port->network;
	const struct vr_endpoint *endpoint;
	u32 flags = READ_ONCE(port->flags);
	enum vr_drop_reason reason;
	struct vr_port *out;
	u64 mac;

	trace_vr_input(port, skb);
	reason = vr_input_check(port, skb, flags, hand);
	if (unlikely(reason))
		goto drop;
	if (unlikely(flags & VR_PORT_RATE_OUT)) {
		reason = vr_rate_out(port, skb);
		if (reason)
			goto drop;
	}
	mac = vr_mac_key(((const struct ethhdr *)skb->data)->h_dest);
	if (mac == READ_ONCE(network->gateway_mac)) {
		if (hand)
			return vr_hand_gateway(port, skb);
		vr_input_gateway(port, skb);
		return NULL;
	}
	endpoint = vr_endpoint_lookup_rcu(&network->endpoints, mac);
	if (unlikely(!endpoint)) {
		vr_input_flood(port, skb);
		return NULL;
	}
	out = endpoint->port;
	reason = VR_DROP_REASON_SAME_PORT;
	if (unlikely(out == port))
		goto drop;
	if (unlikely(vr_port_is_special(out)))
		return vr_input_special(port, skb, out, mac, hand);
	reason = vr_deliver_check(out->dev, skb);
	if (likely(!reason))
		return vr_deliver_plain(out, skb, mac, hand);
	port = out; /* to which it lies */

drop:
	vr_drop(skb, network->instance, port, reason);
	return NULL;
}

static noinline void vr_native_detached(struct sk_buff *skb,
					struct net_device *dev)
{
	const struct vr_native *native = netdev_priv(dev);

	DEV_STATS_INC(dev, tx_dropped);
	vr_drop(skb, native->instance, NULL, VR_DROP_REASON_DETACHED);
}

/*
 * Bottom halves are off, or interrupts: RCU waits for that as for readers of
 * its own, and to be one too is not free. But lockdep wants to hear of it.
 */
static __always_inline void vr_native_rcu_lock(void)
{
	if (IS_ENABLED(CONFIG_PROVE_RCU))
		rcu_read_lock();
}

static __always_inline void vr_native_rcu_unlock(void)
{
	if (IS_ENABLED(CONFIG_PROVE_RCU))
		rcu_read_unlock();
}

/* As skb_tx_timestamp(), with a look before the call: few want one. */
static __always_inline void vr_native_timestamp(struct sk_buff *skb)
{
	if (unlikely(skb_shinfo(skb)->tx_flags))
		skb_tx_timestamp(skb);
}

/*
 * Flat: what vr_input_hand() goes through as well the compiler would make calls
 * of, the look-up of the table of MACs among it.
 */
__flatten netdev_tx_t vr_native_xmit(struct sk_buff *skb,
				     struct net_device *dev)
{
	const struct vr_native *native = netdev_priv(dev);
	struct vr_port *port;

	vr_native_rcu_lock();
	port = rcu_dereference_bh(native->port);
	if (likely(port)) {
		dev_sw_netstats_tx_add(dev, 1, skb->len);
		vr_native_timestamp(skb);
		vr_input(port, skb, false);
	} else {
		vr_native_detached(skb, dev);
	}
	vr_native_rcu_unlock();
	return NETDEV_TX_OK;
}

/* What came otherwise than from a native port's stack. */
static noinline struct sk_buff *vr_input_hand(struct vr_port *port,
					      struct sk_buff *skb)
{
	return vr_input(port, skb, true);
}

struct sk_buff *vr_remote_rcv(struct vr_port *remote, struct sk_buff *skb)
{
	return vr_input_hand(remote, skb);
}

/*
 * In softirq already, so a native port's stack gets the packet by another
 * round of the one that called, without a second queue.
 */
rx_handler_result_t vr_tap_rcv(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct vr_port *port = rcu_dereference(skb->dev->rx_handler_data);

	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb)) {
		vr_drop_count(port->network->instance, port,
			      VR_DROP_REASON_NO_MEMORY);
		return RX_HANDLER_CONSUMED;
	}
	if (unlikely(skb_warn_if_lro(skb))) {
		/* Longer than anything here, and not to be taken apart. */
		vr_drop(skb, port->network->instance, port,
			VR_DROP_REASON_TOO_BIG);
		return RX_HANDLER_CONSUMED;
	}
	skb_push_rcsum(skb, ETH_HLEN);
	*pskb = vr_input_hand(port, skb);
	return *pskb ? RX_HANDLER_ANOTHER : RX_HANDLER_CONSUMED;
}
