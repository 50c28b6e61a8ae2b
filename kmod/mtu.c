// SPDX-License-Identifier: GPL-2.0-only
/*
 * Too long for the next link. IPv4 without DF is fragmented, of the rest the
 * sender is told the MTU. All ports of a network begin with one MTU, so this
 * is for networks with a port whose pod has made its own smaller. Entries:
 * vr_mtu_check(), vr_mtu_fragment().
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/netdevice.h>
#include <net/gso.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "mtu.h"
#include "network.h"
#include "options.h"
#include "packet.h"
#include "port.h"
#include "remote.h"

bool vr_mtu_fits_gso(const struct sk_buff *skb, bool v4, unsigned int mtu)
{
	/* The jumbo option of a super-packet goes when it is cut. */
	if (!v4 && !ipv6_hdr(skb)->payload_len)
		mtu += sizeof(struct hop_jumbo_hdr);
	return skb_transport_header_was_set(skb) &&
	       skb_gso_validate_network_len(skb, mtu);
}

/* What pads the frame does not count. */
static unsigned int vr_mtu_length(const struct sk_buff *skb, bool v4)
{
	if (v4)
		return ntohs(ip_hdr(skb)->tot_len);
	return sizeof(struct ipv6hdr) + ntohs(ipv6_hdr(skb)->payload_len);
}

enum vr_drop_reason vr_mtu_check(const struct sk_buff *skb,
				 struct vr_packet *packet)
{
	bool v4 = packet->protocol == htons(ETH_P_IP);
	unsigned int mtu = vr_port_mtu(packet->out);

	if (!vr_port_is_up(packet->out))
		return VR_DROP_REASON_PORT_DOWN;
	/* No sender of IPv6 makes less (RFC 8201 4): the port itself decides. */
	if (!v4)
		mtu = max_t(unsigned int, mtu, IPV6_MIN_MTU);
	if (skb_is_gso(skb) ? vr_mtu_fits_gso(skb, v4, mtu) :
			      vr_mtu_length(skb, v4) <= mtu) {
		packet->verdict = VR_VERDICT_OFFER;
		return 0;
	}
	if (!v4 || ip_hdr(skb)->frag_off & htons(IP_DF))
		return VR_DROP_REASON_TOO_BIG;
	packet->verdict = VR_VERDICT_FRAGMENT;
	return 0;
}

/* The headers ours, the checksum in it, and nothing behind it. */
static enum vr_drop_reason vr_mtu_prepare(struct sk_buff *skb)
{
	unsigned int headers = ETH_HLEN + ip_hdrlen(skb);
	int err, start;

	/* Where the checksum is to be may be behind the end, too. */
	err = pskb_trim_rcsum(skb, ETH_HLEN + ntohs(ip_hdr(skb)->tot_len));
	if (err)
		return err == -EINVAL ? VR_DROP_REASON_IP_HEADER :
					VR_DROP_REASON_NO_MEMORY;
	if (skb_ensure_writable(skb, headers))
		return VR_DROP_REASON_NO_MEMORY;
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return 0;
	start = skb_checksum_start_offset(skb);
	if (start < (int)headers || start + skb->csum_offset +
	    sizeof(__sum16) > skb_headlen(skb))
		return VR_DROP_REASON_IP_HEADER;
	return skb_csum_hwoffload_help(skb, 0) ? VR_DROP_REASON_NO_MEMORY : 0;
}

/*
 * Delivers all of @skb, which stays the caller's: without its Ethernet header,
 * unless that fails.
 */
static enum vr_drop_reason vr_mtu_cut(struct vr_port *out, struct sk_buff *skb,
				      unsigned int mtu)
{
	unsigned int hlen = ip_hdrlen(skb);
	struct ethhdr eth = *eth_hdr(skb);
	struct ip_frag_state state;
	struct sk_buff *fragment;

	skb_pull(skb, ETH_HLEN);
	ip_frag_init(skb, hlen, LL_RESERVED_SPACE(out->dev), mtu - hlen, false,
		     &state);
	while (state.left > 0) {
		fragment = ip_frag_next(skb, &state);
		if (IS_ERR(fragment)) {
			skb_push(skb, ETH_HLEN);
			return VR_DROP_REASON_NO_MEMORY;
		}
		*(struct ethhdr *)skb_push(fragment, ETH_HLEN) = eth;
		skb_reset_mac_header(fragment);
		vr_port_deliver(out, fragment);
		vr_options_strip4(ip_hdr(skb));
	}
	return 0;
}

static void vr_mtu_fragment_one(const struct vr_packet *packet,
				struct sk_buff *skb)
{
	unsigned int mtu = vr_port_mtu(packet->out);
	enum vr_drop_reason reason;

	if (ntohs(ip_hdr(skb)->tot_len) <= mtu) {
		vr_port_deliver(packet->out, skb);
		return;
	}
	reason = vr_mtu_prepare(skb);
	if (!reason)
		reason = vr_mtu_cut(packet->out, skb, mtu);
	if (reason)
		vr_drop(skb, packet->network->instance, packet->in, reason);
	else
		consume_skb(skb);
}

void vr_mtu_fragment(const struct vr_packet *packet, struct sk_buff *skb)
{
	struct sk_buff *segment, *next;

	if (!skb_is_gso(skb)) {
		vr_mtu_fragment_one(packet, skb);
		return;
	}
	skb->protocol = packet->protocol; /* the sender may have lied */
	segment = __skb_gso_segment(skb, 0, false);
	if (IS_ERR_OR_NULL(segment)) {
		vr_drop(skb, packet->network->instance, packet->in,
			VR_DROP_REASON_NO_MEMORY);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segment, segment, next) {
		skb_mark_not_on_list(segment);
		vr_mtu_fragment_one(packet, segment);
	}
}
