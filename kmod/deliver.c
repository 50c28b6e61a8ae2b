// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last step of a packet's way, to the ports that are not the commonest:
 * with a rate, a tap, another node. Entries: vr_deliver_specially(),
 * vr_port_deliver().
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>

#include "deliver.h"
#include "remote.h"

/* By the device's queue, as a bridge does (br_dev_queue_push_xmit()). */
static void vr_deliver_tap(struct vr_port *port, struct sk_buff *skb)
{
	int depth = ETH_HLEN;

	trace_vr_output(port, skb);
	vr_deliver_scrub(skb);
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	skb->dev = port->dev;
	skb->protocol = ((const struct ethhdr *)skb->data)->h_proto;
	skb_reset_mac_header(skb);
	if (eth_type_vlan(skb->protocol) &&
	    !__vlan_get_protocol(skb, skb->protocol, &depth)) {
		vr_drop(skb, port->network->instance, port,
			VR_DROP_REASON_TRUNCATED);
		return;
	}
	skb_set_network_header(skb, depth);
	dev_queue_xmit(skb);
}

struct sk_buff *vr_deliver_specially(struct vr_port *port, struct sk_buff *skb,
				     u64 mac, bool hand)
{
	enum vr_drop_reason reason = vr_deliver_own_frags(skb);

	if (!reason && vr_port_has_rate_in(port))
		reason = vr_rate_in(port, skb);
	if (reason) {
		vr_drop(skb, port->network->instance, port, reason);
		return NULL;
	}
	if (vr_port_is_remote(port))
		vr_remote_xmit(port, skb);
	else if (vr_port_is_tap(port))
		vr_deliver_tap(port, skb);
	else
		return vr_deliver_native(port, skb, mac, hand);
	return NULL;
}

void vr_port_deliver(struct vr_port *port, struct sk_buff *skb)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	vr_deliver(port, skb, vr_mac_key(eth->h_dest), false);
}
