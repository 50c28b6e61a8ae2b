/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last step of a packet's way, inline for the sake of the one caller for
 * whom a call counts: vr_input(). All others use vr_port_deliver(). Ports that
 * are special go on in deliver.c.
 */
#ifndef VR_DELIVER_H
#define VR_DELIVER_H

#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <net/dst.h>

#include "address.h"
#include "compat/compat.h"
#include "drop.h"
#include "network.h"
#include "port.h"
#include "rate.h"
#include "trace.h"

static __always_inline enum vr_drop_reason
vr_deliver_check(const struct net_device *dev, const struct sk_buff *skb)
{
	if (likely(__is_skb_forwardable(dev, skb, true)))
		return 0;
	return dev->flags & IFF_UP ? VR_DROP_REASON_TOO_BIG :
				     VR_DROP_REASON_PORT_DOWN;
}

/* Pages of a sender that waits until they are free must not be kept. */
static __always_inline enum vr_drop_reason
vr_deliver_own_frags(struct sk_buff *skb)
{
	if (unlikely(skb_shinfo(skb)->flags & SKBFL_ZEROCOPY_ENABLE) &&
	    skb_orphan_frags(skb, GFP_ATOMIC))
		return VR_DROP_REASON_NO_MEMORY;
	return 0;
}

static __always_inline void vr_deliver_clear_cb(struct sk_buff *skb)
{
	u64 *cb = (u64 *)skb->cb;

	/* By hand: of memset() the compiler makes a slow string operation. */
	BUILD_BUG_ON(sizeof(skb->cb) != 6 * sizeof(*cb));
	WRITE_ONCE(cb[0], 0);
	WRITE_ONCE(cb[1], 0);
	WRITE_ONCE(cb[2], 0);
	WRITE_ONCE(cb[3], 0);
	WRITE_ONCE(cb[4], 0);
	WRITE_ONCE(cb[5], 0);
}

/*
 * What must not cross from one namespace to the next: all that
 * skb_scrub_packet() takes, and what else would let a sender choose how the
 * receiver's stack treats the packet. The sender's socket stays charged until
 * the receiver takes the packet: that is the only back-pressure there is.
 */
static __always_inline void vr_deliver_scrub(struct sk_buff *skb)
{
	skb->pkt_type = PACKET_HOST;
	skb->ignore_df = 0;
	skb_reset_redirect(skb);
	nf_reset_trace(skb);
	ipvs_reset(skb);
	vr_skb_clear_offload_marks(skb);
	vr_skb_clear_tc_skip_classify(skb);
	vr_skb_clear_delivery_time(skb);
	skb->skb_iif = 0;
	skb->mark = 0;
	skb->priority = 0;
	skb_set_queue_mapping(skb, 0);
	vr_deliver_clear_cb(skb);
	skb_dst_drop(skb);
	skb_ext_reset(skb);
	nf_reset_ct(skb);
}

/* eth_type_trans(), but for the commonest case without the call. */
static __always_inline void vr_deliver_type(struct sk_buff *skb,
					    struct net_device *dev, u64 mac)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	if (unlikely(mac != vr_mac_key(dev->dev_addr) ||
		     !eth_proto_is_802_3(eth->h_proto))) {
		skb->protocol = eth_type_trans(skb, dev);
	} else {
		skb->dev = dev;
		skb->protocol = eth->h_proto;
		skb_reset_mac_header(skb);
		__skb_pull(skb, ETH_HLEN);
	}
	/* Neither a sum of all the packet nor one that begins too early. */
	if (skb->ip_summed & CHECKSUM_COMPLETE)
		skb_postpull_rcsum(skb, eth, ETH_HLEN);
}

/*
 * Hands the packet to a native port's stack. With @hand the caller does that:
 * it is returned, received by the port's device, and else NULL.
 */
static __always_inline struct sk_buff *
vr_deliver_native(struct vr_port *port, struct sk_buff *skb, u64 mac, bool hand)
{
	struct net_device *dev = port->dev;
	unsigned int len = skb->len;

	trace_vr_output(port, skb);
	vr_deliver_scrub(skb);
	vr_deliver_type(skb, dev, mac);
	if (hand) {
		dev_sw_netstats_rx_add(dev, len);
		return skb;
	}
	if (likely(__netif_rx(skb) == NET_RX_SUCCESS))
		dev_sw_netstats_rx_add(dev, len);
	else
		vr_drop_count(port->network->instance, port,
			      VR_DROP_REASON_BACKLOG);
	return NULL;
}

/* What has a rate or is no native port: it is up. As vr_deliver(). */
struct sk_buff *vr_deliver_specially(struct vr_port *port, struct sk_buff *skb,
				     u64 mac, bool hand);

/* To a port that is not special, is up, and for which it is not too big. */
static __always_inline struct sk_buff *
vr_deliver_plain(struct vr_port *port, struct sk_buff *skb, u64 mac, bool hand)
{
	enum vr_drop_reason reason = vr_deliver_own_frags(skb);

	if (likely(!reason))
		return vr_deliver_native(port, skb, mac, hand);
	vr_drop(skb, port->network->instance, port, reason);
	return NULL;
}

/* For a device that is up and a packet that is not too big for it. */
static __always_inline struct sk_buff *
vr_deliver_checked(struct vr_port *port, struct sk_buff *skb, u64 mac,
		   bool hand)
{
	if (unlikely(vr_port_is_special(port)))
		return vr_deliver_specially(port, skb, mac, hand);
	return vr_deliver_plain(port, skb, mac, hand);
}

/*
 * As vr_port_deliver(); @mac is whom it is for, see address.h. With @hand it
 * is the caller who hands it to the stack of the device that is its skb->dev
 * now: it is returned if it is to be.
 */
static __always_inline struct sk_buff *
vr_deliver(struct vr_port *port, struct sk_buff *skb, u64 mac, bool hand)
{
	enum vr_drop_reason reason = 0;

	if (!vr_port_is_remote(port))
		reason = vr_deliver_check(port->dev, skb);
	if (likely(!reason))
		return vr_deliver_checked(port, skb, mac, hand);
	vr_drop(skb, port->network->instance, port, reason);
	return NULL;
}

#endif /* VR_DELIVER_H */
