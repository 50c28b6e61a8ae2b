// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP errors. They are sent without a route, by the port the packet came
 * from and to the MAC that sent it, and leave the host's own limit of errors
 * alone. What is refused for one of the reasons here was sent to the gateway's
 * MAC, but for what is too big for the way to another node: nothing else is
 * said about what is bridged, and nothing about what is sent to a group.
 * Entry: vr_icmp_error().
 */
#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "address.h"
#include "answer.h"
#include "icmp.h"
#include "network.h"
#include "options.h"
#include "packet.h"
#include "port.h"
#include "remote.h"

/* Errors a second and the burst: to one port, and of the whole instance. */
#define VR_ICMP_PORT_RATE	50
#define VR_ICMP_PORT_BURST	50
#define VR_ICMP_INSTANCE_RATE	1000
#define VR_ICMP_INSTANCE_BURST	200

/* Longest error with its IP header (RFC 1812 4.3.2.3). */
#define VR_ICMP_MAX4		576

/* An error and its addresses, IPv4 as IPv4-mapped. */
struct vr_icmp {
	struct in6_addr from;
	struct in6_addr to;
	u32 info;			/* MTU or pointer */
	u8 type;
	u8 code;
};

struct vr_icmp_kind {
	u8 type4, code4;		/* type 0: says nothing */
	u8 type6, code6;
};

/* An unreachable route says what one of Linux does. A blackhole is silent. */
static const struct vr_icmp_kind vr_icmp_kinds[VR_DROP_REASON_COUNT] = {
	[VR_DROP_REASON_TTL] = {
		ICMP_TIME_EXCEEDED, ICMP_EXC_TTL,
		ICMPV6_TIME_EXCEED, ICMPV6_EXC_HOPLIMIT,
	},
	[VR_DROP_REASON_NO_ROUTE] = {
		ICMP_DEST_UNREACH, ICMP_NET_UNREACH,
		ICMPV6_DEST_UNREACH, ICMPV6_NOROUTE,
	},
	[VR_DROP_REASON_UNREACHABLE] = {
		ICMP_DEST_UNREACH, ICMP_HOST_UNREACH,
		ICMPV6_DEST_UNREACH, ICMPV6_NOROUTE,
	},
	[VR_DROP_REASON_NO_ENDPOINT] = {
		ICMP_DEST_UNREACH, ICMP_HOST_UNREACH,
		ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH,
	},
	[VR_DROP_REASON_NEXTHOP] = {
		ICMP_DEST_UNREACH, ICMP_HOST_UNREACH,
		ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH,
	},
	[VR_DROP_REASON_PORT_DOWN] = {
		ICMP_DEST_UNREACH, ICMP_HOST_UNREACH,
		ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH,
	},
	[VR_DROP_REASON_TOO_BIG] = {
		ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED,
		ICMPV6_PKT_TOOBIG, 0,
	},
	/* for protocols with ports; the others in vr_icmp_unserved6() and 4 */
	[VR_DROP_REASON_GATEWAY] = {
		ICMP_DEST_UNREACH, ICMP_PORT_UNREACH,
		ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH,
	},
};

void vr_icmp_limit_init(struct vr_icmp_limit *limit)
{
	spin_lock_init(&limit->lock);
}

static bool vr_icmp_take(struct vr_icmp_limit *limit, u32 rate, u32 burst)
{
	unsigned long now = jiffies;
	bool taken;

	spin_lock(&limit->lock);
	limit->taken -= min_t(u64, limit->taken,
			      (u64)(now - limit->last) * rate);
	limit->last = now;
	taken = limit->taken + HZ <= burst * HZ;
	if (taken)
		limit->taken += HZ;
	spin_unlock(&limit->lock);
	return taken;
}

/* RFC 4443 2.4(f). Not the host's limit, which a pod could use up. */
static bool vr_icmp_allowed(const struct vr_packet *packet)
{
	return vr_icmp_take(&packet->in->icmp_limit, VR_ICMP_PORT_RATE,
			    VR_ICMP_PORT_BURST) &&
	       vr_icmp_take(&packet->network->instance->icmp_limit,
			    VR_ICMP_INSTANCE_RATE, VR_ICMP_INSTANCE_BURST);
}

/* The subnet that the port's own address of this family is in, or NULL. */
static const struct vr_subnet *
vr_icmp_subnet_of_port(const struct vr_subnets *subnets,
		       const struct vr_port *port, bool v4)
{
	const struct vr_endpoint *endpoint = rcu_dereference(port->endpoint);
	const struct vr_subnet *found;
	unsigned int i;

	for (i = 0; endpoint && i < endpoint->n_addresses; i++) {
		if (vr_address_is_v4(&endpoint->addresses[i].ip) != v4)
			continue;
		found = vr_subnets_find(subnets, &endpoint->addresses[i].ip);
		if (found)
			return found;
	}
	return NULL;
}

static const struct vr_subnet *
vr_icmp_first_subnet(const struct vr_subnets *subnets, bool v4)
{
	unsigned int i;

	for (i = 0; i < subnets->n; i++)
		if (vr_address_is_v4(&subnets->subnet[i].gateway) == v4)
			return &subnets->subnet[i];
	return NULL;
}

/*
 * Whether the address is a broadcast to a subnet, of today or of old (RFC 1812
 * 5.3.5), or the anycast address of its routers (RFC 4291 2.6.1).
 */
static bool vr_icmp_is_group(const struct vr_subnets *subnets,
			     const struct in6_addr *addr)
{
	const struct vr_subnet *subnet = vr_subnets_find(subnets, addr);
	struct in6_addr prefix;
	u32 host;

	if (!subnet || subnet->plen > 126)
		return false;
	ipv6_addr_prefix(&prefix, addr, subnet->plen);
	if (ipv6_addr_equal(&prefix, addr))
		return true;
	if (!vr_address_is_v4(addr))
		return false;
	host = U32_MAX >> (subnet->plen - 96);
	return (ntohl(vr_address_v4(addr)) & host) == host;
}

/*
 * Fills in who speaks: the gateway of the sender's subnet. Whether there is
 * one and the addresses are those of hosts.
 */
static bool vr_icmp_speaker(const struct vr_packet *packet,
			    const struct in6_addr *daddr, struct vr_icmp *icmp)
{
	const struct vr_subnets *subnets;
	const struct vr_subnet *subnet;
	bool v4 = vr_address_is_v4(&icmp->to);

	subnets = rcu_dereference(packet->network->subnets);
	if (!subnets || vr_icmp_is_group(subnets, &icmp->to) ||
	    vr_icmp_is_group(subnets, daddr))
		return false;
	subnet = vr_subnets_find(subnets, &icmp->to) ?:
		 vr_icmp_subnet_of_port(subnets, packet->in, v4) ?:
		 vr_icmp_first_subnet(subnets, v4);
	if (!subnet)
		return false;
	icmp->from = subnet->gateway;
	/* The host's port may have that address: it would not believe it. */
	return !ipv6_addr_equal(&icmp->from, &icmp->to);
}

/*
 * The checksum a device would fill in, into the quoted part of the packet at
 * @quote. A super-packet has none: its headers are those of no packet.
 */
static void vr_icmp_resolve(struct sk_buff *skb, u8 *quote,
			    unsigned int len)
{
	unsigned int start, field;
	__sum16 sum;

	if (skb->ip_summed != CHECKSUM_PARTIAL || skb_is_gso(skb) ||
	    skb_csum_is_sctp(skb))
		return;
	start = skb_checksum_start_offset(skb);
	field = start + skb->csum_offset;
	if (start < ETH_HLEN || start > skb->len ||
	    field + sizeof(sum) > ETH_HLEN + len)
		return;
	sum = csum_fold(skb_checksum(skb, start, skb->len - start, 0));
	sum = sum ?: CSUM_MANGLED_0;
	memcpy(quote + field - ETH_HLEN, &sum, sizeof(sum));
}

/* The packet from its IP header on, without what pads the frame. */
static void vr_icmp_quote(struct sk_buff *error, struct sk_buff *skb,
			  unsigned int len)
{
	u8 *quote = skb_put(error, len);

	skb_copy_bits(skb, ETH_HLEN, quote, len);
	vr_icmp_resolve(skb, quote, len);
}

/* How much is quoted: @length is what the IP header says, 0 for jumbograms. */
static unsigned int vr_icmp_quote_len(struct sk_buff *skb,
				      unsigned int length, unsigned int room)
{
	unsigned int have = skb->len - ETH_HLEN;

	return min3(have, length ?: have, room);
}

static struct sk_buff *vr_icmp_create(struct sk_buff *skb, u16 protocol,
				      unsigned int len)
{
	return vr_answer_create(vr_mac_key(eth_hdr(skb)->h_source),
				vr_mac_key(eth_hdr(skb)->h_dest), protocol,
				len);
}

static void vr_icmp_send4(const struct vr_packet *packet,
			  struct sk_buff *skb, const struct vr_icmp *icmp)
{
	const unsigned int headers = sizeof(struct iphdr) +
				     sizeof(struct icmphdr);
	unsigned int room = min_t(unsigned int, VR_ICMP_MAX4,
				  vr_port_mtu(packet->in)) - headers;
	unsigned int len = vr_icmp_quote_len(skb, ntohs(ip_hdr(skb)->tot_len),
					     room);
	struct icmphdr *icmph;
	struct sk_buff *error;
	struct iphdr *iph;

	error = vr_icmp_create(skb, ETH_P_IP, headers + len);
	if (!error)
		return;
	iph = skb_put_zero(error, sizeof(*iph));
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = IPTOS_PREC_INTERNETCONTROL |	/* RFC 1812 4.3.2.5 */
		   (ip_hdr(skb)->tos & IPTOS_TOS_MASK & ~INET_ECN_MASK);
	iph->tot_len = htons(headers + len);
	iph->frag_off = htons(IP_DF);
	iph->ttl = VR_ANSWER_TTL;
	iph->protocol = IPPROTO_ICMP;
	iph->saddr = vr_address_v4(&icmp->from);
	iph->daddr = vr_address_v4(&icmp->to);
	ip_send_check(iph);
	icmph = skb_put_zero(error, sizeof(*icmph));
	icmph->type = icmp->type;
	icmph->code = icmp->code;
	icmph->un.gateway = htonl(icmp->info);
	vr_icmp_quote(error, skb, len);
	icmph->checksum = csum_fold(csum_partial(icmph, sizeof(*icmph) + len,
						 0));
	vr_port_deliver(packet->in, error);
}

static void vr_icmp_send6(const struct vr_packet *packet,
			  struct sk_buff *skb, const struct vr_icmp *icmp)
{
	unsigned int length = ntohs(ipv6_hdr(skb)->payload_len);
	struct icmp6hdr *icmph;
	struct ipv6hdr *ip6h;
	struct sk_buff *error;
	unsigned int len;

	if (length || !skb_is_gso(skb))
		length += sizeof(*ip6h);
	len = vr_icmp_quote_len(skb, length, IPV6_MIN_MTU - sizeof(*ip6h) -
				sizeof(*icmph));
	error = vr_icmp_create(skb, ETH_P_IPV6,
			       sizeof(*ip6h) + sizeof(*icmph) + len);
	if (!error)
		return;
	ip6h = skb_put_zero(error, sizeof(*ip6h));
	ip6h->version = 6;
	ip6h->payload_len = htons(sizeof(*icmph) + len);
	ip6h->nexthdr = IPPROTO_ICMPV6;
	ip6h->hop_limit = VR_ANSWER_TTL;
	ip6h->saddr = icmp->from;
	ip6h->daddr = icmp->to;
	icmph = skb_put_zero(error, sizeof(*icmph));
	icmph->icmp6_type = icmp->type;
	icmph->icmp6_code = icmp->code;
	icmph->icmp6_mtu = htonl(icmp->info);
	vr_icmp_quote(error, skb, len);
	len += sizeof(*icmph);
	icmph->icmp6_cksum = csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len,
					     IPPROTO_ICMPV6,
					     csum_partial(icmph, len, 0));
	vr_port_deliver(packet->in, error);
}

static bool vr_icmp_has_ports(u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	       protocol == IPPROTO_UDPLITE || protocol == IPPROTO_SCTP ||
	       protocol == IPPROTO_DCCP;
}

/* No errors about errors, nor what may be one (RFC 1812 4.3.2.7). */
static bool vr_icmp_is_query4(struct sk_buff *skb)
{
	const u8 *type;
	u8 buffer;

	type = skb_header_pointer(skb, ETH_HLEN + ip_hdrlen(skb),
				  sizeof(buffer), &buffer);
	if (!type)
		return false;
	switch (*type) {
	case ICMP_ECHO:
	case ICMP_ECHOREPLY:
	case ICMP_TIMESTAMP:
	case ICMP_TIMESTAMPREPLY:
	case ICMP_INFO_REQUEST:
	case ICMP_INFO_REPLY:
	case ICMP_ADDRESS:
	case ICMP_ADDRESSREPLY:
		return true;
	default:
		return false;
	}
}

/* RFC 4443 2.4(e.1) and (e.2). */
static bool vr_icmp_is_query6(struct sk_buff *skb,
			      const struct vr_payload *payload)
{
	const u8 *type;
	u8 buffer;

	type = skb_header_pointer(skb, payload->offset, sizeof(buffer),
				  &buffer);
	return type && *type & ICMPV6_INFOMSG_MASK && *type != NDISC_REDIRECT;
}

/* Sent to the gateway itself. Queries that it does not know are ignored. */
static bool vr_icmp_unserved4(u8 protocol, struct vr_icmp *icmp)
{
	if (!vr_icmp_has_ports(protocol))
		icmp->code = ICMP_PROT_UNREACH;
	return protocol != IPPROTO_ICMP;
}

static bool vr_icmp_unserved6(struct sk_buff *skb,
			      const struct vr_payload *payload,
			      struct vr_icmp *icmp)
{
	if (payload->nexthdr == IPPROTO_ICMPV6 ||
	    payload->nexthdr == NEXTHDR_NONE)
		return false;
	if (!vr_icmp_has_ports(payload->nexthdr)) { /* RFC 8200 4 */
		icmp->type = ICMPV6_PARAMPROB;
		icmp->code = ICMPV6_UNK_NEXTHDR;
		icmp->info = payload->nexthdr_at - skb_network_offset(skb);
	}
	return true;
}

static void vr_icmp_error4(const struct vr_packet *packet,
			   struct sk_buff *skb,
			   enum vr_drop_reason reason)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct vr_icmp icmp = {
		.type = vr_icmp_kinds[reason].type4,
		.code = vr_icmp_kinds[reason].code4,
	};
	struct in6_addr daddr;

	if (iph->frag_off & htons(IP_OFFSET))
		return;
	if (iph->protocol == IPPROTO_ICMP && !vr_icmp_is_query4(skb))
		return;
	if (reason == VR_DROP_REASON_GATEWAY &&
	    !vr_icmp_unserved4(iph->protocol, &icmp))
		return;
	if (reason == VR_DROP_REASON_TOO_BIG)
		icmp.info = vr_port_mtu(packet->out);
	ipv6_addr_set_v4mapped(iph->saddr, &icmp.to);
	ipv6_addr_set_v4mapped(iph->daddr, &daddr);
	if (vr_icmp_speaker(packet, &daddr, &icmp) && vr_icmp_allowed(packet))
		vr_icmp_send4(packet, skb, &icmp);
}

static void vr_icmp_error6(const struct vr_packet *packet,
			   struct sk_buff *skb,
			   enum vr_drop_reason reason)
{
	struct vr_payload payload;
	struct vr_icmp icmp = {
		.type = vr_icmp_kinds[reason].type6,
		.code = vr_icmp_kinds[reason].code6,
		.to = ipv6_hdr(skb)->saddr,
	};

	if (!vr_options_walk6(skb, &payload) || payload.later_fragment)
		return;
	if (payload.nexthdr == IPPROTO_ICMPV6 &&
	    !vr_icmp_is_query6(skb, &payload))
		return;
	if (reason == VR_DROP_REASON_GATEWAY &&
	    !vr_icmp_unserved6(skb, &payload, &icmp))
		return;
	if (reason == VR_DROP_REASON_TOO_BIG)
		icmp.info = max_t(u32, vr_port_mtu(packet->out),
				  IPV6_MIN_MTU);
	if (vr_icmp_speaker(packet, &ipv6_hdr(skb)->daddr, &icmp) &&
	    vr_icmp_allowed(packet))
		vr_icmp_send6(packet, skb, &icmp);
}

void vr_icmp_error(const struct vr_packet *packet, struct sk_buff *skb,
		   enum vr_drop_reason reason)
{
	if (!vr_icmp_kinds[reason].type4)
		return;
	if (packet->protocol == htons(ETH_P_IP))
		vr_icmp_error4(packet, skb, reason);
	else if (packet->protocol == htons(ETH_P_IPV6))
		vr_icmp_error6(packet, skb, reason);
}
