// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source checks. A protected port sends only IP, ARP and RARP in Ethernet II
 * whose source is its own: the MAC, the IP address, and the sender in ARP and
 * neighbour discovery. Tags and LLC need VR_PORT_VLAN, because a tag of VLAN 0
 * and SNAP vanish on receive and would hide what is behind them; the checks
 * apply there too. DHCP servers and routers are kept from all ports that may
 * not be one. What is plainly good passes in vr_guard(), inline in the header;
 * all else is looked at here. Entry: vr_guard_closely().
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "address.h"
#include "allowed.h"
#include "arp.h"
#include "endpoint.h"
#include "guard.h"
#include "nd.h"
#include "network.h"
#include "port.h"

/* Headers up to and with neighbour discovery are looked for in so much. */
#define VR_GUARD_ND_MAX		512

/* A router that may be one can have more to say, in one packet (RFC 6980). */
#define VR_GUARD_ROUTER_MAX	ETH_DATA_LEN

/* Tags and LLC headers around a packet. */
#define VR_GUARD_TAGS_MAX	8

/* A packet looked at closely. */
struct vr_suspect {
	struct sk_buff *skb;
	struct vr_port *in;
	const struct vr_endpoint *endpoint;	/* NULL: port not protected */
	u64 mac;				/* it came from */
	u32 flags;				/* of the port */
	__be16 protocol;
	int offset;				/* of the network header */
};

/* Makes the next @len bytes of headers ours. NULL: there are not so many. */
static const void *vr_guard_header(const struct vr_suspect *suspect,
				   unsigned int len)
{
	if (!pskb_may_pull(suspect->skb, suspect->offset + len))
		return NULL;
	return suspect->skb->data + suspect->offset;
}

/*
 * Who of those behind the port sent it. NULL: nobody we know. The virtual
 * MACs of VRRP come and go with addresses that ports share, so who may
 * announce those may use them.
 */
static const struct vr_endpoint *
vr_guard_sender(const struct vr_suspect *suspect)
{
	const struct vr_endpoint *endpoint;

	endpoint = rcu_dereference(suspect->in->endpoint);
	if (endpoint && (endpoint->mac == suspect->mac ||
			 (suspect->flags & VR_PORT_ANNOUNCES &&
			  vr_mac_is_vrrp(suspect->mac))))
		return endpoint;
	endpoint = vr_endpoint_lookup_rcu(&suspect->in->network->endpoints,
					  suspect->mac);
	if (endpoint && endpoint->port == suspect->in)
		return endpoint;
	/* What stands by announces itself, and sends until it is active. */
	return vr_endpoint_standby_rcu(suspect->in, suspect->mac);
}

/* Whether the sender may send from the address. */
static bool vr_guard_owns(const struct vr_suspect *suspect,
			  const struct in6_addr *addr)
{
	struct in6_addr link_local;

	/* On the wire there is none that is mapped: here it is IPv4. */
	if (suspect->protocol == htons(ETH_P_IPV6) && vr_address_is_v4(addr))
		return false;
	if (vr_endpoint_has(suspect->endpoint, addr))
		return true;
	vr_address_from_mac(&link_local, suspect->mac);
	return ipv6_addr_equal(addr, &link_local) ||
	       vr_allowed_mode(suspect->in, addr) >= 0 ||
	       vr_allowed_link_local_rcu(suspect->in, addr);
}

/*
 * Whether the sender may say it has the address. An allowed prefix does not
 * take from the gateway or another port what is configured there.
 */
static bool vr_guard_claims(const struct vr_suspect *suspect,
			    const struct in6_addr *addr)
{
	const struct vr_endpoint *holder;

	holder = vr_endpoint_lookup_ip_rcu(suspect->in->network,
					   addr);
	if (holder && holder->port != suspect->in && !holder->shared &&
	    !vr_endpoint_has(suspect->endpoint, addr))
		return false;
	return vr_guard_owns(suspect, addr);
}

static bool vr_guard_owns_ip4(const struct vr_suspect *suspect, __be32 ip)
{
	struct in6_addr addr;

	ipv6_addr_set_v4mapped(ip, &addr);
	return vr_guard_owns(suspect, &addr);
}

/* The ports of a UDP header, which fragments but the first lack: NULL. */
static enum vr_drop_reason vr_guard_ip4_ports(const struct vr_suspect *suspect,
					      const __be16 **ports)
{
	const struct iphdr *iph = vr_guard_header(suspect, sizeof(*iph));
	unsigned int hlen;
	const void *data;

	*ports = NULL;
	if (!iph)
		return VR_DROP_REASON_TRUNCATED;
	if (iph->protocol != IPPROTO_UDP || iph->frag_off & htons(IP_OFFSET))
		return 0;
	hlen = iph->ihl * 4;
	data = vr_guard_header(suspect, hlen + VR_GUARD_UDP_PORTS);
	if (!data)
		return VR_DROP_REASON_TRUNCATED;
	*ports = data + hlen;
	return 0;
}

/* A DHCP client has no address yet (RFC 2131 4.1). */
static bool vr_guard_is_client(const struct iphdr *iph, const __be16 *ports)
{
	return ports && ipv4_is_lbcast(iph->daddr) &&
	       ports[0] == htons(VR_DHCP_CLIENT_PORT) &&
	       ports[1] == htons(VR_DHCP_SERVER_PORT);
}

static enum vr_drop_reason vr_guard_ip4(const struct vr_suspect *suspect)
{
	const struct iphdr *iph;
	enum vr_drop_reason reason;
	const __be16 *ports;

	reason = vr_guard_ip4_ports(suspect, &ports);
	if (reason)
		return reason;
	iph = (const void *)(suspect->skb->data + suspect->offset);
	if (!vr_guard_sum_ok(suspect->skb, suspect->offset + iph->ihl * 4 +
			     VR_GUARD_UDP_PORTS))
		return VR_DROP_REASON_IP_HEADER;
	if (suspect->endpoint &&
	    !(iph->saddr ? vr_guard_owns_ip4(suspect, iph->saddr) :
			   vr_guard_is_client(iph, ports)))
		return VR_DROP_REASON_SOURCE_ADDRESS;
	if (suspect->flags & VR_PORT_NO_DHCP && ports &&
	    vr_guard_is_server(ports, VR_DHCP_SERVER_PORT,
			       VR_DHCP_CLIENT_PORT))
		return VR_DROP_REASON_DHCP_SERVER;
	return 0;
}

static enum vr_drop_reason vr_guard_arp(const struct vr_suspect *suspect)
{
	const struct vr_arp *arp = vr_arp_header_at(suspect->skb,
						    suspect->offset);
	struct in6_addr sender;

	if (!arp || !vr_guard_sum_ok(suspect->skb, suspect->skb->len))
		return VR_DROP_REASON_ARP_INVALID;
	if (vr_mac_key(arp->sender_mac) != suspect->mac)
		return VR_DROP_REASON_ARP_SENDER;
	/* A probe has no sender address (RFC 5227 2.1.1). */
	if (!arp->sender_ip)
		return 0;
	ipv6_addr_set_v4mapped(arp->sender_ip, &sender);
	return vr_guard_claims(suspect, &sender) ? 0 :
	       VR_DROP_REASON_ARP_SENDER;
}

/* What tells switches where a machine is now: of its MAC, and no address. */
static enum vr_drop_reason vr_guard_rarp(const struct vr_suspect *suspect)
{
	const struct vr_arp *arp = vr_arp_header_at(suspect->skb,
						    suspect->offset);

	if (!arp || !vr_guard_sum_ok(suspect->skb, suspect->skb->len))
		return VR_DROP_REASON_ARP_INVALID;
	return vr_mac_key(arp->sender_mac) == suspect->mac && !arp->sender_ip ?
	       0 : VR_DROP_REASON_ARP_SENDER;
}

/* The link-layer address option, if there is one, names the sender's MAC. */
static bool vr_guard_nd_option_ok(const struct vr_suspect *suspect, int offset)
{
	const struct ipv6hdr *ip6h =
		(const void *)(suspect->skb->data + suspect->offset);
	int end = suspect->offset + sizeof(*ip6h) + ntohs(ip6h->payload_len);
	struct vr_nd_option buffer;
	const struct vr_nd_option *option;

	while (offset < end) {
		option = skb_header_pointer(suspect->skb, offset,
					    sizeof(buffer), &buffer);
		if (!option || !option->len)
			return false;
		if ((option->type == ND_OPT_SOURCE_LL_ADDR ||
		     option->type == ND_OPT_TARGET_LL_ADDR) &&
		    (option->len != 1 ||
		     vr_mac_key(option->mac) != suspect->mac))
			return false;
		offset += option->len * 8;
	}
	return true;
}

/*
 * Whether it is no longer than what is looked at, all of which is ours then:
 * the headers are, and of a router advertisement now the rest.
 */
static bool vr_guard_nd_length_ok(const struct vr_suspect *suspect, u8 type)
{
	struct sk_buff *skb = suspect->skb;

	if (skb->len <= VR_GUARD_ND_MAX)
		return true;
	return type == NDISC_ROUTER_ADVERTISEMENT &&
	       skb->len <= suspect->offset + VR_GUARD_ROUTER_MAX &&
	       pskb_may_pull(skb, skb->len);
}

/* What a sender says of itself in neighbour discovery. */
static enum vr_drop_reason vr_guard_nd(const struct vr_suspect *suspect,
				       int offset, u8 type, bool unspecified)
{
	const struct nd_msg *nd;
	struct nd_msg buffer;
	int options;

	switch (type) {
	case NDISC_ROUTER_SOLICITATION:
		options = sizeof(struct rs_msg);
		break;
	case NDISC_ROUTER_ADVERTISEMENT:
		options = sizeof(struct ra_msg);
		break;
	default:
		options = sizeof(struct nd_msg);
		break;
	}
	if (!vr_guard_nd_length_ok(suspect, type))
		return VR_DROP_REASON_ND_INVALID;
	nd = skb_header_pointer(suspect->skb, offset, options, &buffer);
	if (!nd)
		return VR_DROP_REASON_ND_INVALID;
	if ((type == NDISC_NEIGHBOUR_ADVERTISEMENT ||
	     (type == NDISC_NEIGHBOUR_SOLICITATION && unspecified)) &&
	    !vr_guard_claims(suspect, &nd->target))
		return VR_DROP_REASON_ND_SENDER;
	if (!vr_guard_nd_option_ok(suspect, offset + options))
		return VR_DROP_REASON_ND_SENDER;
	return 0;
}

/* Also of a message that is whole in its one fragment (RFC 6946). */
static bool vr_guard_has_fragment_header(const struct vr_suspect *suspect)
{
	unsigned int offset = suspect->offset;

	return ipv6_find_hdr(suspect->skb, &offset, NEXTHDR_FRAGMENT, NULL,
			     NULL) >= 0;
}

static enum vr_drop_reason vr_guard_icmp6(const struct vr_suspect *suspect,
					  int offset, bool unspecified)
{
	const struct icmp6hdr *icmp;
	struct icmp6hdr buffer;

	icmp = skb_header_pointer(suspect->skb, offset, sizeof(*icmp),
				  &buffer);
	if (!icmp)
		return VR_DROP_REASON_ND_INVALID;
	switch (icmp->icmp6_type) {
	case NDISC_ROUTER_ADVERTISEMENT:
	case NDISC_REDIRECT:
		if (suspect->flags & VR_PORT_NO_ROUTER)
			return VR_DROP_REASON_ROUTER_ADVERTISEMENT;
		/* A redirect's option is of the better router. */
		if (icmp->icmp6_type == NDISC_REDIRECT)
			return 0;
		fallthrough;
	case NDISC_ROUTER_SOLICITATION:
	case NDISC_NEIGHBOUR_SOLICITATION:
	case NDISC_NEIGHBOUR_ADVERTISEMENT:
		if (!suspect->endpoint)
			return 0;
		if (vr_guard_has_fragment_header(suspect)) /* RFC 6980 */
			return VR_DROP_REASON_ND_INVALID;
		return vr_guard_nd(suspect, offset, icmp->icmp6_type,
				   unspecified);
	case ICMPV6_MLD2_REPORT:
	case ICMPV6_MGM_REPORT:
	case ICMPV6_MGM_REDUCTION:
		return 0; /* may come before there is an address */
	default:
		return unspecified ? VR_DROP_REASON_SOURCE_ADDRESS : 0;
	}
}

/*
 * What is behind the extension headers, and where; the headers and the first 8
 * bytes of it are ours then: the sender may still write to its fragments. A
 * first fragment has to have them all (RFC 7112).
 */
static int vr_guard_skip_extensions(const struct vr_suspect *suspect,
				    u8 *nexthdr)
{
	struct sk_buff *skb = suspect->skb;
	const struct ipv6hdr *ip6h;
	__be16 frag_off;
	int offset;

	if (!pskb_may_pull(skb, min_t(unsigned int, skb->len,
				      VR_GUARD_ND_MAX)))
		return -ENOMEM;
	ip6h = (const void *)(skb->data + suspect->offset);
	*nexthdr = ip6h->nexthdr;
	offset = ipv6_skip_exthdr(skb, suspect->offset + sizeof(*ip6h),
				  nexthdr, &frag_off);
	if (offset < 0 || offset > (int)skb_headlen(skb))
		return -EINVAL;
	if ((*nexthdr == IPPROTO_UDP || *nexthdr == IPPROTO_ICMPV6) &&
	    offset + 8 > (int)skb_headlen(skb))
		return -EINVAL;
	return offset;
}

static enum vr_drop_reason vr_guard_ip6(const struct vr_suspect *suspect)
{
	const struct ipv6hdr *ip6h = vr_guard_header(suspect, sizeof(*ip6h));
	bool unspecified;
	u8 nexthdr;
	int offset;

	if (!ip6h)
		return VR_DROP_REASON_TRUNCATED;
	unspecified = suspect->endpoint && ipv6_addr_any(&ip6h->saddr);
	if (suspect->endpoint && !unspecified &&
	    !vr_guard_owns(suspect, &ip6h->saddr))
		return VR_DROP_REASON_SOURCE_ADDRESS;
	if (!vr_guard_sum_ok(suspect->skb, suspect->offset + sizeof(*ip6h) +
			     VR_GUARD_UDP_PORTS))
		return VR_DROP_REASON_IP_HEADER;
	if ((ip6h->nexthdr == IPPROTO_TCP || ip6h->nexthdr == NEXTHDR_NONE) &&
	    !unspecified)
		return 0;
	offset = vr_guard_skip_extensions(suspect, &nexthdr);
	if (offset < 0)
		return offset == -ENOMEM ? VR_DROP_REASON_NO_MEMORY :
					   VR_DROP_REASON_TRUNCATED;
	if (!vr_guard_sum_ok(suspect->skb, nexthdr == IPPROTO_ICMPV6 ?
			     suspect->skb->len : offset + VR_GUARD_UDP_PORTS))
		return VR_DROP_REASON_IP_HEADER;
	if (nexthdr == IPPROTO_ICMPV6)
		return vr_guard_icmp6(suspect, offset, unspecified);
	if (unspecified)
		return VR_DROP_REASON_SOURCE_ADDRESS;
	if (nexthdr == IPPROTO_UDP && suspect->flags & VR_PORT_NO_DHCP &&
	    vr_guard_is_server((const void *)(suspect->skb->data + offset),
			       VR_DHCP6_SERVER_PORT, VR_DHCP6_CLIENT_PORT))
		return VR_DROP_REASON_DHCP_SERVER;
	return 0;
}

/*
 * Steps over tags and SNAP (IEEE 802, RFC 1042), which receivers and bridges
 * to other media take away. Other LLC has the protocol ETH_P_802_2 then.
 */
static enum vr_drop_reason vr_guard_unwrap(struct vr_suspect *suspect)
{
	static const u8 snap[] = { 0xaa, 0xaa, 0x03, 0x00, 0x00 };
	const struct vlan_hdr *tag;
	unsigned int i;
	const u8 *llc;

	for (i = 0; i < VR_GUARD_TAGS_MAX; i++) {
		if (eth_type_vlan(suspect->protocol)) {
			tag = vr_guard_header(suspect, sizeof(*tag));
			if (!tag)
				return VR_DROP_REASON_TRUNCATED;
			suspect->protocol = tag->h_vlan_encapsulated_proto;
			suspect->offset += sizeof(*tag);
		} else if (!eth_proto_is_802_3(suspect->protocol)) {
			suspect->protocol = htons(ETH_P_802_2);
			llc = vr_guard_header(suspect, 8);
			if (!llc || memcmp(llc, snap, sizeof(snap)))
				return 0;
			suspect->protocol = get_unaligned((__be16 *)(llc + 6));
			suspect->offset += 8;
		} else {
			return 0;
		}
	}
	return VR_DROP_REASON_PROTOCOL;
}

bool vr_guard_partial_ok(const struct sk_buff *skb, unsigned int checked)
{
	return skb->csum_start + skb->csum_offset >= skb_headroom(skb) + checked;
}

enum vr_drop_reason vr_guard_closely(struct sk_buff *skb, struct vr_port *in,
				     u32 flags)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;
	struct vr_suspect suspect = {
		.skb = skb,
		.in = in,
		.mac = vr_mac_key(eth->h_source),
		.flags = flags,
		.protocol = eth->h_proto,
		.offset = ETH_HLEN,
	};
	bool protected = flags & VR_PORT_ANTISPOOF;
	enum vr_drop_reason reason;

	if (protected) {
		suspect.endpoint = vr_guard_sender(&suspect);
		if (!suspect.endpoint)
			return VR_DROP_REASON_SOURCE_MAC;
		if (skb_vlan_tag_present(skb) && !(flags & VR_PORT_VLAN))
			return VR_DROP_REASON_PROTOCOL;
	}
	if (flags & VR_PORT_VLAN || !protected) {
		reason = vr_guard_unwrap(&suspect);
		if (reason)
			return reason;
	}
	if (!vr_guard_sum_ok(skb, suspect.offset))
		return VR_DROP_REASON_IP_HEADER;
	switch (suspect.protocol) {
	case htons(ETH_P_IP):
		return vr_guard_ip4(&suspect);
	case htons(ETH_P_IPV6):
		return vr_guard_ip6(&suspect);
	case htons(ETH_P_ARP):
		return protected ? vr_guard_arp(&suspect) : 0;
	case htons(ETH_P_RARP):
		return protected ? vr_guard_rarp(&suspect) : 0;
	case htons(ETH_P_802_2):
		return protected && !(flags & VR_PORT_VLAN) ?
		       VR_DROP_REASON_PROTOCOL : 0;
	default:
		return protected ? VR_DROP_REASON_PROTOCOL : 0;
	}
}

/*
 * Whether the address is one of a port here, which may not come by a tunnel.
 * What ports share may move away. @gateway: or the router's own.
 */
static bool vr_guard_is_here(const struct vr_endpoint *endpoint, bool gateway)
{
	if (!endpoint)
		return false;
	if (!endpoint->port)
		return gateway;
	return !endpoint->shared && !vr_port_is_remote(endpoint->port);
}

static bool vr_guard_ip_is_here(const struct vr_suspect *suspect,
				const struct in6_addr *ip, bool gateway)
{
	return vr_guard_is_here(vr_endpoint_lookup_ip_rcu(suspect->in->network,
							  ip), gateway);
}

static enum vr_drop_reason vr_guard_remote_ip4(const struct vr_suspect *suspect)
{
	const struct iphdr *iph = vr_guard_header(suspect, sizeof(*iph));
	struct in6_addr source;

	if (!iph)
		return VR_DROP_REASON_TRUNCATED;
	ipv6_addr_set_v4mapped(iph->saddr, &source);
	return vr_guard_ip_is_here(suspect, &source, false) ?
	       VR_DROP_REASON_SOURCE_ADDRESS : 0;
}

/* Without extension headers, which advertisements do not need. */
static enum vr_drop_reason vr_guard_remote_nd(const struct vr_suspect *suspect)
{
	const struct ipv6hdr *ip6h;
	const struct nd_msg *nd;

	ip6h = vr_guard_header(suspect, sizeof(*ip6h) + sizeof(*nd));
	if (!ip6h)
		return 0;
	nd = (const void *)(ip6h + 1);
	return nd->icmph.icmp6_type == NDISC_NEIGHBOUR_ADVERTISEMENT &&
	       vr_guard_ip_is_here(suspect, &nd->target, true) ?
	       VR_DROP_REASON_ND_SENDER : 0;
}

static enum vr_drop_reason vr_guard_remote_ip6(const struct vr_suspect *suspect)
{
	const struct ipv6hdr *ip6h = vr_guard_header(suspect, sizeof(*ip6h));

	if (!ip6h)
		return VR_DROP_REASON_TRUNCATED;
	if (vr_guard_ip_is_here(suspect, &ip6h->saddr, false))
		return VR_DROP_REASON_SOURCE_ADDRESS;
	return ip6h->nexthdr == IPPROTO_ICMPV6 ?
	       vr_guard_remote_nd(suspect) : 0;
}

static enum vr_drop_reason vr_guard_remote_arp(const struct vr_suspect *suspect)
{
	const struct vr_arp *arp = vr_arp_header_at(suspect->skb,
						    suspect->offset);
	struct in6_addr sender;

	if (!arp)
		return VR_DROP_REASON_ARP_INVALID;
	if (!arp->sender_ip)
		return 0;
	ipv6_addr_set_v4mapped(arp->sender_ip, &sender);
	return vr_guard_ip_is_here(suspect, &sender, true) ?
	       VR_DROP_REASON_ARP_SENDER : 0;
}

enum vr_drop_reason vr_guard_remote(struct sk_buff *skb, struct vr_port *in)
{
	struct vr_suspect suspect = { .skb = skb, .in = in };
	enum vr_drop_reason reason;
	const struct ethhdr *eth;

	if (unlikely(!pskb_may_pull(skb, ETH_HLEN)))
		return VR_DROP_REASON_TRUNCATED;
	eth = (const void *)skb->data;
	if (unlikely(!is_valid_ether_addr(eth->h_source)))
		return VR_DROP_REASON_INVALID_SOURCE_MAC;
	suspect.mac = vr_mac_key(eth->h_source);
	suspect.protocol = eth->h_proto;
	suspect.offset = ETH_HLEN;
	/* A machine that has moved there, which its first words say. */
	if (unlikely(vr_endpoint_standby_rcu(in, suspect.mac)))
		return 0;
	if (vr_guard_is_here(vr_endpoint_lookup_rcu(&in->network->endpoints,
						    suspect.mac), false))
		return VR_DROP_REASON_SOURCE_MAC;
	if (unlikely(suspect.protocol != htons(ETH_P_IP) &&
		     suspect.protocol != htons(ETH_P_IPV6))) {
		reason = vr_guard_unwrap(&suspect);
		if (reason)
			return reason;
	}
	switch (suspect.protocol) {
	case htons(ETH_P_IP):
		return vr_guard_remote_ip4(&suspect);
	case htons(ETH_P_IPV6):
		return vr_guard_remote_ip6(&suspect);
	case htons(ETH_P_ARP):
		return vr_guard_remote_arp(&suspect);
	}
	return 0;
}
