/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stock tunnel devices as uplinks: vxlan, geneve and gretap whose tunnel is
 * told per packet (collect metadata, "external"). Slower than vxlan.h.
 */
#ifndef VR_METADATA_H
#define VR_METADATA_H

#include "drop.h"

struct net_device;
struct netlink_ext_ack;
struct nlattr;
struct sk_buff;
struct vr_remote;
struct vr_uplink;

/* As vr_vxlan_xmit() and vr_vxlan_probe(). */
enum vr_drop_reason vr_metadata_xmit(struct vr_remote *remote,
				     struct sk_buff *skb);
void vr_metadata_probe(struct vr_remote *remote);

/* What remotes of such an uplink have. init() returns 0 or -ENOMEM. */
int vr_metadata_init(struct vr_remote *remote);
void vr_metadata_free(struct vr_remote *remote);

/* The uplink that has taken the device over, or NULL. Under RTNL. */
struct vr_uplink *vr_metadata_uplink(const struct net_device *dev);

/* Under RTNL. open() undoes itself on error. */
int vr_metadata_open(struct vr_uplink *uplink, const struct nlattr *attr,
		     struct netlink_ext_ack *extack);
void vr_metadata_close(struct vr_uplink *uplink);

#endif /* VR_METADATA_H */
