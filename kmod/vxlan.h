/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VXLAN (RFC 7348) on sockets of the module's own, in the instance's
 * namespace: one for each family of the underlay.
 */
#ifndef VR_VXLAN_H
#define VR_VXLAN_H

#include "drop.h"

struct net_device;
struct netlink_ext_ack;
struct sk_buff;
struct vr_remote;
struct vr_uplink;
struct vr_uplink_config;

#define VR_VXLAN_PORT		4789

/* Of a frame through it: IP, UDP, VXLAN and the inner Ethernet header. */
#define VR_VXLAN_OVERHEAD4	(20 + 8 + 8 + 14)
#define VR_VXLAN_OVERHEAD6	(40 + 8 + 8 + 14)

/*
 * Sends a packet. Consumes @skb if it returns 0; else it returns why it is to
 * be dropped. Its headers are set, its data begins with the Ethernet header.
 */
enum vr_drop_reason vr_vxlan_xmit(struct vr_remote *remote,
				  struct sk_buff *skb);

/* Looks the route up, which tells the remote's MTU. May be called anywhere. */
void vr_vxlan_probe(struct vr_remote *remote);

/* Under RTNL. open() fills in port and overhead, and undoes itself on error. */
int vr_vxlan_open(struct vr_uplink *uplink,
		  const struct vr_uplink_config *config,
		  struct netlink_ext_ack *extack);
/* No packet is sent by it any more. */
void vr_vxlan_close(struct vr_uplink *uplink);
/* Tells a device of the uplink's ports, for its own offload. */
void vr_vxlan_push_ports(const struct vr_uplink *uplink,
			 struct net_device *dev, bool push);

#endif /* VR_VXLAN_H */
