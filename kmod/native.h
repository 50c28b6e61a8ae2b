/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Native ports: network devices of link kind "vr". They have no peer: what
 * they transmit is the router's input, and the router delivers straight to
 * another one's receive side. Made detached (no carrier, drops all), they
 * belong to the instance of the namespace that made them, wherever they are
 * moved to, and only that instance can attach them.
 */
#ifndef VR_NATIVE_H
#define VR_NATIVE_H

#include <linux/list.h>
#include <linux/types.h>

struct net_device;
struct netlink_ext_ack;
struct vr_instance;
struct vr_port;

/* What netdev_priv() of a native port's device is. */
struct vr_native {
	/* fast path */
	struct vr_port __rcu *port;	/* NULL: detached */
	struct vr_instance *instance;	/* held while registered, its memory
					 * until the device is freed
					 */

	/* life cycle */
	struct net_device *dev;
	struct list_head in_instance;	/* under the instance's lock */
	u32 gso_limit;			/* of a rate, or 0; under RTNL, too */
	u32 gso_before;			/* the device's, IPv6 and ... */
	u32 gso_ipv4_before;		/* ... IPv4 */
	bool holds_module;		/* under RTNL */
};

/* What attaching changes of a device, to be restored if it fails. */
struct vr_native_settings {
	unsigned int mtu;
	unsigned int max_mtu;
	u64 mac;
};

bool vr_native_is(const struct net_device *dev);
/* Under RTNL, the instance's lock or RCU. @dev is a native port's. */
struct vr_instance *vr_native_instance(const struct net_device *dev);
struct vr_port *vr_native_port(const struct net_device *dev);
/* Under RTNL and the instance's lock. NULL detaches. */
void vr_native_set_port(struct net_device *dev, struct vr_port *port);

/* Under RTNL, without the instance's lock. @mac may be NULL. */
int vr_native_configure(struct net_device *dev, u32 mtu, const u64 *mac,
			struct vr_native_settings *old,
			struct netlink_ext_ack *extack);
void vr_native_restore(struct net_device *dev,
		       const struct vr_native_settings *old);
/* Detached: no carrier, any MTU. */
void vr_native_release(struct net_device *dev);
/* The MTU may not exceed the network's; one that was the old one follows. */
void vr_native_set_mtu(struct net_device *dev, u32 old, u32 mtu);

/*
 * Under RTNL: super-packets may not be larger, and nobody can make them.
 * GSO_MAX_SIZE gives the device back what it had.
 */
void vr_native_limit_gso(struct net_device *dev, unsigned int size);

/* Under RTNL: all of the instance leave so much room before a frame. */
void vr_natives_set_headroom(struct vr_instance *instance,
			     unsigned short headroom);

/* Under RTNL: unregisters all that @instance made, by @kill_list. */
void vr_native_kill_all(struct vr_instance *instance,
			struct list_head *kill_list);

int vr_native_init(void);
void vr_native_exit(void);

#endif /* VR_NATIVE_H */
