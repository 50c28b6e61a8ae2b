/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tap ports: any Ethernet device of the instance's namespace but our own kind,
 * such as the tap of a virtual machine, the host end of a veth pair or a NIC.
 * What it receives is the router's input, and the router transmits by it. It
 * is given back as it was.
 */
#ifndef VR_TAP_H
#define VR_TAP_H

#include <linux/types.h>

struct net_device;
struct netlink_ext_ack;
struct nlattr;
struct vr_port;

/* The port that has taken the device over, or NULL. Under RTNL or RCU. */
struct vr_port *vr_tap_port(const struct net_device *dev);

/* All of this is under RTNL, without the instance's lock. */

/* Whether nobody else receives what it receives. @attr names it, to blame. */
int vr_tap_check_free(struct net_device *dev, const struct nlattr *attr,
		      struct netlink_ext_ack *extack);
/* Whether it can be taken. */
int vr_tap_check(struct net_device *dev, const struct nlattr *attr,
		 struct netlink_ext_ack *extack);
/* Takes what vr_tap_check() let pass: packets come in from now on. */
int vr_tap_take(struct net_device *dev, struct vr_port *port,
		const struct nlattr *attr, struct netlink_ext_ack *extack);
/* Gives it back. No packet comes in by it any more. */
void vr_tap_release(struct net_device *dev);

int vr_tap_init(void);
void vr_tap_exit(void);

#endif /* VR_TAP_H */
