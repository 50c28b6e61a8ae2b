// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anti-spoofing. A protected port sends only untagged IPv4, IPv6 and ARP in
 * Ethernet II, whose source is its own: the MAC, the IP address, and the
 * sender in ARP and neighbour discovery. Tags are refused because a tag of
 * VLAN 0 vanishes on receive and would hide what is behind it. Entry:
 * vr_guard().
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "address.h"
#include "arp.h"
#include "endpoint.h"
#include "guard.h"
#include "nd.h"
#include "network.h"
#include "packet.h"
#include "port.h"

#define VR_DHCP_CLIENT_PORT	68
#define VR_DHCP_SERVER_PORT	67

/* Headers up to and with neighbour discovery are looked for in so much. */
#define VR_GUARD_ND_MAX		512

static bool vr_guard_owns_ip4(const struct vr_endpoint *endpoint, __be32 ip)
{
	struct in6_addr addr;

	ipv6_addr_set_v4mapped(ip, &addr);
	return vr_endpoint_has(endpoint, &addr);
}

/* The link-local address that follows from the MAC (RFC 4291 appendix A). */
static bool vr_guard_is_eui64(const struct vr_endpoint *endpoint,
			      const struct in6_addr *addr)
{
	u8 mac[ETH_ALEN];
	u8 eui[8];

	if (addr->s6_addr32[0] != htonl(0xfe800000) || addr->s6_addr32[1])
		return false;
	vr_mac_from_key(mac, endpoint->mac);
	addrconf_addr_eui48(eui, (const char *)mac);
	return !memcmp(addr->s6_addr + 8, eui, sizeof(eui));
}

static bool vr_guard_owns_ip6(const struct vr_endpoint *endpoint,
			      const struct in6_addr *addr)
{
	return vr_endpoint_has(endpoint, addr) ||
	       vr_guard_is_eui64(endpoint, addr);
}

/* A DHCP client has no address yet (RFC 2131 4.1). */
static bool vr_guard_is_dhcp(struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	unsigned int hlen = iph->ihl * 4;
	const struct udphdr *udph;
	struct udphdr buffer;

	if (iph->protocol != IPPROTO_UDP || !ipv4_is_lbcast(iph->daddr))
		return false;
	udph = skb_header_pointer(skb, ETH_HLEN + hlen, sizeof(buffer),
				  &buffer);
	return udph && udph->source == htons(VR_DHCP_CLIENT_PORT) &&
	       udph->dest == htons(VR_DHCP_SERVER_PORT);
}

static enum vr_drop_reason vr_guard_ip4(struct sk_buff *skb,
					const struct vr_endpoint *endpoint)
{
	__be32 saddr;

	if (!pskb_may_pull(skb, ETH_HLEN + sizeof(struct iphdr)))
		return VR_DROP_REASON_TRUNCATED;
	saddr = ip_hdr(skb)->saddr;
	if (likely(vr_guard_owns_ip4(endpoint, saddr)))
		return 0;
	if (!saddr && vr_guard_is_dhcp(skb))
		return 0;
	return VR_DROP_REASON_SOURCE_ADDRESS;
}

static enum vr_drop_reason vr_guard_arp(struct sk_buff *skb,
					const struct vr_endpoint *endpoint)
{
	const struct vr_arp *arp = vr_arp_header(skb);

	if (!arp)
		return VR_DROP_REASON_ARP_INVALID;
	if (vr_mac_key(arp->sender_mac) != endpoint->mac)
		return VR_DROP_REASON_ARP_SENDER;
	/* A probe has no sender address (RFC 5227 2.1.1). */
	if (arp->sender_ip && !vr_guard_owns_ip4(endpoint, arp->sender_ip))
		return VR_DROP_REASON_ARP_SENDER;
	return 0;
}

/* The link-layer address option, if there is one, names the port's MAC. */
static bool vr_guard_nd_option_ok(struct sk_buff *skb, int offset,
				  const struct vr_endpoint *endpoint)
{
	int end = ETH_HLEN + sizeof(struct ipv6hdr) +
		  ntohs(ipv6_hdr(skb)->payload_len);
	struct vr_nd_option buffer;
	const struct vr_nd_option *option;

	while (offset < end) {
		option = skb_header_pointer(skb, offset, sizeof(buffer),
					    &buffer);
		if (!option || !option->len)
			return false;
		if ((option->type == ND_OPT_SOURCE_LL_ADDR ||
		     option->type == ND_OPT_TARGET_LL_ADDR) &&
		    (option->len != 1 ||
		     vr_mac_key(option->mac) != endpoint->mac))
			return false;
		offset += option->len * 8;
	}
	return true;
}

static enum vr_drop_reason vr_guard_nd(struct sk_buff *skb, int offset,
				       const struct vr_endpoint *endpoint,
				       bool unspecified)
{
	const struct icmp6hdr *icmp;
	const struct nd_msg *nd;
	struct nd_msg buffer;
	int options;

	icmp = skb_header_pointer(skb, offset, sizeof(*icmp), &buffer);
	if (!icmp)
		return VR_DROP_REASON_ND_INVALID;
	switch (icmp->icmp6_type) {
	case NDISC_ROUTER_SOLICITATION:
		options = sizeof(struct rs_msg);
		break;
	case NDISC_NEIGHBOUR_SOLICITATION:
	case NDISC_NEIGHBOUR_ADVERTISEMENT:
		options = sizeof(struct nd_msg);
		break;
	case NDISC_ROUTER_ADVERTISEMENT:
	case NDISC_REDIRECT:
		return VR_DROP_REASON_ND_SENDER; /* a pod is no router */
	case ICMPV6_MLD2_REPORT:
	case ICMPV6_MGM_REPORT:
	case ICMPV6_MGM_REDUCTION:
		return 0; /* may come before there is an address */
	default:
		return unspecified ? VR_DROP_REASON_SOURCE_ADDRESS : 0;
	}
	nd = skb_header_pointer(skb, offset, options, &buffer);
	if (!nd || skb->len > VR_GUARD_ND_MAX)
		return VR_DROP_REASON_ND_INVALID;
	if ((icmp->icmp6_type == NDISC_NEIGHBOUR_ADVERTISEMENT ||
	     (icmp->icmp6_type == NDISC_NEIGHBOUR_SOLICITATION &&
	      unspecified)) &&
	    !vr_guard_owns_ip6(endpoint, &nd->target))
		return VR_DROP_REASON_ND_SENDER;
	if (!vr_guard_nd_option_ok(skb, offset + options, endpoint))
		return VR_DROP_REASON_ND_SENDER;
	return 0;
}

static enum vr_drop_reason vr_guard_ip6(struct sk_buff *skb,
					const struct vr_endpoint *endpoint)
{
	const struct ipv6hdr *ip6h;
	bool unspecified;
	__be16 frag_off;
	u8 nexthdr;
	int offset;

	if (!pskb_may_pull(skb, ETH_HLEN + sizeof(*ip6h)))
		return VR_DROP_REASON_TRUNCATED;
	ip6h = ipv6_hdr(skb);
	unspecified = ipv6_addr_any(&ip6h->saddr);
	if (!unspecified && !vr_guard_owns_ip6(endpoint, &ip6h->saddr))
		return VR_DROP_REASON_SOURCE_ADDRESS;

	nexthdr = ip6h->nexthdr;
	if (likely(nexthdr == IPPROTO_TCP || nexthdr == IPPROTO_UDP ||
		   nexthdr == NEXTHDR_NONE) && !unspecified)
		return 0;
	/* Into memory of ours: the sender may still write to its fragments. */
	if (!pskb_may_pull(skb, min_t(unsigned int, skb->len,
				      VR_GUARD_ND_MAX)))
		return VR_DROP_REASON_NO_MEMORY;
	/* Receivers take neighbour discovery behind extension headers too,
	 * though not in fragments (RFC 6980).
	 */
	offset = ipv6_skip_exthdr(skb, ETH_HLEN + sizeof(*ip6h), &nexthdr,
				  &frag_off);
	if (offset < 0 || offset > (int)skb_headlen(skb))
		return VR_DROP_REASON_TRUNCATED;
	if (nexthdr == IPPROTO_ICMPV6 && !frag_off)
		return vr_guard_nd(skb, offset, endpoint, unspecified);
	return unspecified ? VR_DROP_REASON_SOURCE_ADDRESS : 0;
}

/* Who of those behind the port sent it. NULL: nobody we know. */
static const struct vr_endpoint *vr_guard_sender(const struct sk_buff *skb,
						 struct vr_port *in)
{
	const struct vr_endpoint *endpoint;
	u64 mac = vr_mac_key(eth_hdr(skb)->h_source);

	endpoint = rcu_dereference(in->endpoint);
	if (likely(endpoint && endpoint->mac == mac))
		return endpoint;
	endpoint = vr_endpoint_lookup_rcu(&in->network->endpoints, mac);
	return endpoint && endpoint->port == in ? endpoint : NULL;
}

enum vr_drop_reason vr_guard(struct sk_buff *skb, struct vr_port *in)
{
	const struct vr_endpoint *endpoint;

	if (!vr_port_is_protected(in)) {
		if (!is_valid_ether_addr(eth_hdr(skb)->h_source))
			return VR_DROP_REASON_INVALID_SOURCE_MAC;
		return 0;
	}
	endpoint = vr_guard_sender(skb, in);
	if (!endpoint)
		return VR_DROP_REASON_SOURCE_MAC;
	if (skb_vlan_tag_present(skb))
		return VR_DROP_REASON_PROTOCOL;
	skb_set_network_header(skb, ETH_HLEN);
	switch (eth_hdr(skb)->h_proto) {
	case htons(ETH_P_IP):
		return vr_guard_ip4(skb, endpoint);
	case htons(ETH_P_IPV6):
		return vr_guard_ip6(skb, endpoint);
	case htons(ETH_P_ARP):
		return vr_guard_arp(skb, endpoint);
	default:
		return VR_DROP_REASON_PROTOCOL;
	}
}
