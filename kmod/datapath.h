/* SPDX-License-Identifier: GPL-2.0-only */
/* The whole way of a packet through the router. */
#ifndef VR_DATAPATH_H
#define VR_DATAPATH_H

#include <linux/netdevice.h>

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

#endif /* VR_DATAPATH_H */
