// SPDX-License-Identifier: GPL-2.0-only
/*
 * ARP (RFC 826, 5227) and neighbour discovery (RFC 4861) in place of those
 * asked for. Nobody is answered about an address of his own, so that probes
 * for a duplicate (RFC 5227 2.1.1, RFC 4862 5.4) work, and announcements are
 * never answered. Entries: vr_neighbour_arp(), vr_neighbour_nd().
 */
#include <linux/etherdevice.h>
#include <linux/icmpv6.h>
#include <net/addrconf.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "address.h"
#include "announce.h"
#include "anycast.h"
#include "answer.h"
#include "arp.h"
#include "endpoint.h"
#include "flood.h"
#include "nd.h"
#include "neighbour.h"
#include "network.h"
#include "packet.h"
#include "port.h"
#include "route.h"

static const u8 vr_broadcast[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const u8 vr_all_nodes[] = { 0x33, 0x33, 0x00, 0x00, 0x00, 0x01 };

/* What becomes of a question. */
enum vr_neighbour {
	VR_NEIGHBOUR_UNKNOWN,		/* others may know */
	VR_NEIGHBOUR_KNOWN,
	VR_NEIGHBOUR_ROUTER,		/* the gateway's own address */
	VR_NEIGHBOUR_OWN,		/* the asker shares it: nobody answers */
};

/*
 * Whether the address is one of a subnet but a longer prefix leads elsewhere,
 * so that packets to it have to come to the router (RFC 1027).
 */
static bool vr_neighbour_is_routed(const struct vr_packet *packet,
				   const struct in6_addr *target)
{
	const struct vr_nexthop *nexthop;
	const struct vr_subnets *subnets;

	subnets = rcu_dereference(packet->network->subnets);
	if (!subnets || !vr_subnets_find(subnets, target))
		return false;
	nexthop = vr_route_nexthop_rcu(packet->network, target);
	if (!nexthop || vr_nexthop_has_port_rcu(nexthop, packet->in))
		return false;
	return nexthop->group || nexthop->key.type == VR_NEXTHOP_TYPE_PORT ||
	       nexthop->key.type == VR_NEXTHOP_TYPE_ADDRESS ||
	       (nexthop->key.type == VR_NEXTHOP_TYPE_REMOTE &&
		!vr_port_is_remote(packet->in));
}

/*
 * Who answers for the address: an endpoint that is not behind the asker, or
 * the gateway, unless the asker is the host's port, which may have the
 * gateway's address itself. Returns the MAC to answer with.
 */
static enum vr_neighbour vr_neighbour_resolve(const struct vr_packet *packet,
					      const struct in6_addr *target,
					      u64 *mac)
{
	const struct vr_endpoint *endpoint;

	*mac = READ_ONCE(packet->network->gateway_mac);
	endpoint = vr_endpoint_lookup_ip_rcu(packet->network, target);
	if (!endpoint) {
		if (vr_anycast_allowed_rcu(packet->in, target))
			return VR_NEIGHBOUR_OWN;
		return vr_neighbour_is_routed(packet, target) ?
		       VR_NEIGHBOUR_KNOWN : VR_NEIGHBOUR_UNKNOWN;
	}
	if (!endpoint->port)
		return vr_port_is_gateway(packet->in) ?
		       VR_NEIGHBOUR_UNKNOWN : VR_NEIGHBOUR_ROUTER;
	if (endpoint->port == packet->in)
		return VR_NEIGHBOUR_UNKNOWN;
	*mac = endpoint->mac;
	return VR_NEIGHBOUR_KNOWN;
}

/*
 * The host's port may have the gateway's address, but with its own MAC. Were
 * that told to the pods, they would send past the router from then on.
 */
static bool vr_neighbour_misleads(const struct vr_packet *packet,
				  const struct in6_addr *sender)
{
	const struct vr_endpoint *endpoint;

	if (!vr_port_is_gateway(packet->in))
		return false;
	endpoint = vr_endpoint_lookup_ip_rcu(packet->network, sender);
	return endpoint && !endpoint->port;
}

/* @request stays the caller's. */
static enum vr_drop_reason vr_neighbour_arp_reply(struct vr_port *in,
						  const struct vr_arp *request,
						  u64 mac)
{
	struct vr_arp *arp;
	struct sk_buff *skb;

	skb = vr_answer_create(vr_mac_key(request->sender_mac), mac, ETH_P_ARP,
			       sizeof(*arp));
	if (!skb)
		return VR_DROP_REASON_NO_MEMORY;
	arp = skb_put(skb, sizeof(*arp));
	arp->header = request->header;
	arp->header.ar_op = htons(ARPOP_REPLY);
	vr_mac_from_key(arp->sender_mac, mac);
	arp->sender_ip = request->target_ip;
	ether_addr_copy(arp->target_mac, request->sender_mac);
	arp->target_ip = request->sender_ip;
	vr_port_deliver(in, skb);
	return 0;
}

/* Announcements and replies are not answered, but the router learns of them. */
static enum vr_drop_reason
vr_neighbour_arp_announced(struct vr_packet *packet,
			   const struct vr_arp *arp,
			   const struct in6_addr *sender)
{
	if (likely(!vr_port_announces(packet->in)) ||
	    !vr_arp_is_announcement(arp))
		return 0;
	return vr_announce(packet, sender, vr_mac_key(arp->sender_mac));
}

enum vr_drop_reason vr_neighbour_arp(struct sk_buff *skb,
				     struct vr_packet *packet)
{
	const struct vr_arp *arp = vr_arp_header(skb);
	struct in6_addr sender, target;
	enum vr_neighbour answer;
	bool misleads;
	u64 mac;

	if (!arp)
		return VR_DROP_REASON_ARP_INVALID;
	ipv6_addr_set_v4mapped(arp->sender_ip, &sender);
	misleads = vr_neighbour_misleads(packet, &sender);
	if (arp->header.ar_op != htons(ARPOP_REQUEST) ||
	    arp->sender_ip == arp->target_ip)
		return misleads ? VR_DROP_REASON_GATEWAY :
		       vr_neighbour_arp_announced(packet, arp, &sender);
	ipv6_addr_set_v4mapped(arp->target_ip, &target);
	answer = vr_neighbour_resolve(packet, &target, &mac);
	if (answer == VR_NEIGHBOUR_UNKNOWN)
		return misleads ? VR_DROP_REASON_NO_ENDPOINT : 0;
	packet->verdict = VR_VERDICT_ANSWERED;
	if (answer == VR_NEIGHBOUR_OWN)
		return 0;
	if (!is_valid_ether_addr(arp->sender_mac))
		return VR_DROP_REASON_ARP_INVALID;
	return vr_neighbour_arp_reply(packet->in, arp, mac);
}

/* What a solicitation leads to. */
struct vr_advert {
	struct in6_addr to;
	struct in6_addr target;
	u64 to_mac;
	u64 mac;
	bool solicited;
	bool router;
};

static void vr_neighbour_put_advert(struct sk_buff *skb,
				    const struct vr_advert *advert)
{
	struct vr_nd_option *option;
	struct ipv6hdr *ip6h;
	struct nd_msg *nd;
	unsigned int len = sizeof(*nd) + sizeof(*option);

	ip6h = skb_put_zero(skb, sizeof(*ip6h));
	ip6h->version = 6;
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = IPPROTO_ICMPV6;
	ip6h->hop_limit = 255;
	ip6h->saddr = advert->target;
	ip6h->daddr = advert->to;
	nd = skb_put_zero(skb, sizeof(*nd));
	nd->icmph.icmp6_type = NDISC_NEIGHBOUR_ADVERTISEMENT;
	nd->icmph.icmp6_router = advert->router;
	nd->icmph.icmp6_solicited = advert->solicited;
	nd->icmph.icmp6_override = 1;
	nd->target = advert->target;
	option = skb_put(skb, sizeof(*option));
	option->type = ND_OPT_TARGET_LL_ADDR;
	option->len = 1;
	vr_mac_from_key(option->mac, advert->mac);
	nd->icmph.icmp6_cksum = csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr,
						len, IPPROTO_ICMPV6,
						csum_partial(nd, len, 0));
}

static struct sk_buff *
vr_neighbour_create_advert(const struct vr_advert *advert)
{
	struct sk_buff *skb;

	skb = vr_answer_create(advert->to_mac, advert->mac, ETH_P_IPV6,
			       sizeof(struct ipv6hdr) + sizeof(struct nd_msg) +
			       sizeof(struct vr_nd_option));
	if (skb)
		vr_neighbour_put_advert(skb, advert);
	return skb;
}

static enum vr_drop_reason vr_neighbour_advertise(struct vr_port *in,
						  const struct vr_advert *advert)
{
	struct sk_buff *skb = vr_neighbour_create_advert(advert);

	if (!skb)
		return VR_DROP_REASON_NO_MEMORY;
	vr_port_deliver(in, skb);
	return 0;
}

/* Without extension headers, which neither needs. Or NULL. */
static const struct nd_msg *vr_neighbour_message(struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h;
	const struct nd_msg *nd;

	if (!pskb_may_pull(skb, ETH_HLEN + sizeof(*ip6h) + sizeof(*nd)))
		return NULL;
	ip6h = ipv6_hdr(skb);
	nd = (const struct nd_msg *)(ip6h + 1);
	if (ip6h->version != 6 || ip6h->nexthdr != IPPROTO_ICMPV6 ||
	    (nd->icmph.icmp6_type != NDISC_NEIGHBOUR_SOLICITATION &&
	     nd->icmph.icmp6_type != NDISC_NEIGHBOUR_ADVERTISEMENT))
		return NULL;
	return nd;
}

/* RFC 4861 7.1.1, but for the checksum: a wrong answer harms only the asker. */
static bool vr_neighbour_solicitation_ok(const struct ipv6hdr *ip6h,
					 const struct nd_msg *nd)
{
	if (ip6h->hop_limit != 255 || nd->icmph.icmp6_code ||
	    ntohs(ip6h->payload_len) < sizeof(*nd) ||
	    ipv6_addr_is_multicast(&nd->target))
		return false;
	return !ipv6_addr_any(&ip6h->saddr) ||
	       ipv6_addr_is_solict_mult(&ip6h->daddr);
}

/* Its option, if any, names the sender's MAC: vr_guard() has seen to that. */
static enum vr_drop_reason
vr_neighbour_advertised(const struct sk_buff *skb, struct vr_packet *packet,
			const struct nd_msg *nd)
{
	if (vr_neighbour_misleads(packet, &nd->target))
		return VR_DROP_REASON_GATEWAY;
	if (likely(!vr_port_announces(packet->in)) ||
	    nd->icmph.icmp6_solicited || ipv6_hdr(skb)->hop_limit != 255 ||
	    !is_multicast_ether_addr(eth_hdr(skb)->h_dest))
		return 0;
	return vr_announce(packet, &nd->target,
			   vr_mac_key(eth_hdr(skb)->h_source));
}

enum vr_drop_reason vr_neighbour_nd(struct sk_buff *skb,
				    struct vr_packet *packet)
{
	const struct nd_msg *nd = vr_neighbour_message(skb);
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct vr_advert advert = {};
	enum vr_neighbour answer;

	if (!nd)
		return 0;
	if (nd->icmph.icmp6_type == NDISC_NEIGHBOUR_ADVERTISEMENT)
		return vr_neighbour_advertised(skb, packet, nd);
	if (!vr_neighbour_solicitation_ok(ip6h, nd))
		return VR_DROP_REASON_ND_INVALID;
	answer = vr_neighbour_resolve(packet, &nd->target, &advert.mac);
	if (answer == VR_NEIGHBOUR_UNKNOWN)
		return 0;
	packet->verdict = VR_VERDICT_ANSWERED;
	if (answer == VR_NEIGHBOUR_OWN)
		return 0;
	advert.router = answer == VR_NEIGHBOUR_ROUTER;
	advert.target = nd->target;
	advert.to_mac = vr_mac_key(eth_hdr(skb)->h_source);
	advert.to = ip6h->saddr;
	advert.solicited = true;
	if (ipv6_addr_any(&ip6h->saddr)) { /* to all, RFC 4861 7.2.4 */
		advert.to = in6addr_linklocal_allnodes;
		advert.solicited = false;
	}
	return vr_neighbour_advertise(packet->in, &advert);
}

bool vr_neighbour_is_announcement(struct sk_buff *skb, __be16 protocol)
{
	const struct vr_arp *arp;
	const struct nd_msg *nd;

	switch (protocol) {
	case htons(ETH_P_RARP):
		return true;
	case htons(ETH_P_ARP):
		arp = vr_arp_header(skb);
		return arp && vr_arp_is_announcement(arp);
	case htons(ETH_P_IPV6):
		nd = vr_neighbour_message(skb);
		return nd && nd->icmph.icmp6_type ==
			     NDISC_NEIGHBOUR_ADVERTISEMENT &&
		       !nd->icmph.icmp6_solicited &&
		       ipv6_hdr(skb)->hop_limit == 255;
	}
	return false;
}

/* RFC 5227 2.3, by a reply: to a request its other holders would answer. */
static struct sk_buff *vr_neighbour_announcement4(u64 mac, __be32 ip)
{
	struct vr_arp *arp;
	struct sk_buff *skb;

	skb = vr_answer_create(vr_mac_key(vr_broadcast), mac, ETH_P_ARP,
			       sizeof(*arp));
	if (!skb)
		return NULL;
	arp = skb_put(skb, sizeof(*arp));
	arp->header = (struct arphdr) {
		.ar_hrd = htons(ARPHRD_ETHER),
		.ar_pro = htons(ETH_P_IP),
		.ar_hln = ETH_ALEN,
		.ar_pln = sizeof(ip),
		.ar_op = htons(ARPOP_REPLY),
	};
	vr_mac_from_key(arp->sender_mac, mac);
	arp->sender_ip = ip;
	eth_broadcast_addr(arp->target_mac);
	arp->target_ip = ip;
	return skb;
}

/* RFC 4861 7.2.6. */
static struct sk_buff *vr_neighbour_announcement6(u64 mac,
						  const struct in6_addr *ip)
{
	const struct vr_advert advert = {
		.to = in6addr_linklocal_allnodes,
		.target = *ip,
		.to_mac = vr_mac_key(vr_all_nodes),
		.mac = mac,
	};

	return vr_neighbour_create_advert(&advert);
}

void vr_neighbour_announce(struct vr_port *in, const struct in6_addr *ip)
{
	u64 mac = READ_ONCE(in->network->gateway_mac);
	struct sk_buff *skb;

	skb = vr_address_is_v4(ip) ?
	      vr_neighbour_announcement4(mac, vr_address_v4(ip)) :
	      vr_neighbour_announcement6(mac, ip);
	if (skb)
		vr_flood(in->network, in, skb, false);
}
