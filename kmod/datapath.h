/* SPDX-License-Identifier: GPL-2.0-only */
/* The whole way of a packet through the router. */
#ifndef VR_DATAPATH_H
#define VR_DATAPATH_H

#include <linux/netdevice.h>

struct vr_port;

/*
 * A native port's ndo_start_xmit. The packet's data begins with the Ethernet
 * header. Consumes @skb. Bottom halves are off.
 */
netdev_tx_t vr_native_xmit(struct sk_buff *skb, struct net_device *dev);

/*
 * A tap port's rx handler, whose rx_handler_data is the port: takes all that
 * the device receives.
 */
rx_handler_result_t vr_tap_rcv(struct sk_buff **pskb);

/*
 * A packet that came by a tunnel from @remote. Its data begins with the
 * Ethernet header. Consumes @skb, or returns it if the caller is to hand it to
 * the stack of the device that is its skb->dev then. In softirq, under RCU.
 */
struct sk_buff *vr_remote_rcv(struct vr_port *remote, struct sk_buff *skb);

#endif /* VR_DATAPATH_H */
