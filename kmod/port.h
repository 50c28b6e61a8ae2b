/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A port: a device attached to a network. Made by attaching, gone with
 * detaching or with its device.
 */
#ifndef VR_PORT_H
#define VR_PORT_H

#include <linux/bits.h>
#include <linux/if.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "allowed.h"
#include "endpoint.h"
#include "icmp.h"
#include "native.h"
#include "rate.h"

struct net_device;
struct netlink_ext_ack;
struct nlattr;
struct sk_buff;
struct vr_drop_port_counters;
struct vr_flood_limit;
struct vr_network;

/* Gets what is meant for the gateway, or matches no route: the host. */
#define VR_PORT_GATEWAY		BIT(0)
/* Only the port's own source addresses may come in. */
#define VR_PORT_ANTISPOOF	BIT(1)
/* The user said whether, so changing addresses does not change it. */
#define VR_PORT_ANTISPOOF_GIVEN	BIT(2)
/* Tags and LLC may come from a protected port. */
#define VR_PORT_VLAN		BIT(3)
/* It is no DHCP server; the user said whether. */
#define VR_PORT_NO_DHCP		BIT(4)
#define VR_PORT_DHCP_GIVEN	BIT(5)
/* No router advertisements or redirects come in; the user said whether. */
#define VR_PORT_NO_ROUTER	BIT(6)
#define VR_PORT_ROUTER_GIVEN	BIT(7)
/* It may announce addresses that ports share. */
#define VR_PORT_ANNOUNCES	BIT(8)

/* It has a rate, that way. */
#define VR_PORT_RATE_IN		BIT(9)
#define VR_PORT_RATE_OUT	BIT(10)
/* Its device is not of kind vr. */
#define VR_PORT_TAP		BIT(11)
/* MACs that send from it are learned. */
#define VR_PORT_LEARN		BIT(12)

/* It is a tunnel to another node, see remote.h. */
#define VR_PORT_REMOTE		BIT(13)

/* Packets to it take more than the commonest way. */
#define VR_PORT_SPECIAL		(VR_PORT_RATE_IN | VR_PORT_TAP | VR_PORT_REMOTE)

/* Link-local addresses that do not follow from the MAC, first come. */
#define VR_PORT_LINK_LOCALS	2

struct vr_port {
	/* fast path */
	struct net_device *dev;
	struct vr_network *network;
	u64 mac;			/* key, see address.h; 0: a tap's without */
	struct vr_endpoint __rcu *endpoint;	/* its own; NULL: moved away */
	u32 flags;
	u32 id;
	struct vr_flood_limit __percpu *flood_limit;
	struct list_head in_network;	/* RCU */
	struct vr_drop_port_counters *drops;	/* from the first drop on */
	struct vr_allowed __rcu *allowed;	/* NULL: no prefix */
	u64 link_locals[VR_PORT_LINK_LOCALS];	/* last 8 bytes; 0: free */
	unsigned long link_local_refused;	/* jiffies of the last one */
	struct vr_icmp_limit icmp_limit;	/* of errors sent to it */
	/* written under RTNL and the instance's lock */
	struct vr_rate __rcu *rates[VR_RATE_DIRECTIONS];
	u32 storm_rate;			/* copies a second and CPU */
	u32 storm_burst;		/* copies */

	/* configuration, under the instance's lock */
	struct list_head endpoints;	/* behind it, its own included */
	u32 n_shared;			/* of them, shared addresses, ... */
	u32 n_learned;			/* ... learned MACs, ... */
	u32 n_standby;			/* ... and those that stand by */
	u32 learn_limit;		/* MACs */
	u32 learn_ageing;		/* seconds; 0: never */
	struct list_head nexthops;	/* that lead to it */
	u8 kind;			/* enum vr_port_kind */
	u8 origin;			/* enum vr_origin */
	char *description;
	char ifname[IFNAMSIZ];		/* copy: the device's changes by RTNL */
	struct vr_native_settings before;	/* of the device; RTNL */

	/* life cycle */
	struct rcu_head rcu;
};

/* What a request says of a port. Attributes not given are NULL. */
struct vr_port_config {
	const struct nlattr *device_attr;
	const struct nlattr *network_attr;
	const struct nlattr *mac_attr;
	const struct nlattr *address_attrs[VR_LIMIT_ENDPOINT_ADDRESSES];
	const struct nlattr *gateway_attr;
	const struct nlattr *antispoof_attr;
	const struct nlattr *sequence_attr;
	const struct nlattr *state_attr;
	const struct nlattr *description_attr;
	const struct nlattr *origin_attr;
	const struct nlattr *storm_rate_attr;
	const struct nlattr *storm_burst_attr;
	const struct nlattr *learn_attr;
	const struct nlattr *learn_limit_attr;
	const struct nlattr *learn_ageing_attr;
	bool addresses_given;

	struct in6_addr addresses[VR_LIMIT_ENDPOINT_ADDRESSES];
	struct vr_rate_config rates[VR_RATE_DIRECTIONS];
	const char *description;
	u64 mac;
	u32 sequence;
	u32 storm_rate;
	u32 storm_burst;
	u32 learn_limit;
	u32 learn_ageing;
	u8 n_addresses;
	u8 state;
	u8 origin;
	bool gateway;
	bool antispoof;
	bool learn;

	struct vr_allowed_config allowed;
};

static inline bool vr_port_is_gateway(const struct vr_port *port)
{
	return READ_ONCE(port->flags) & VR_PORT_GATEWAY;
}

static inline bool vr_port_is_protected(const struct vr_port *port)
{
	return READ_ONCE(port->flags) & VR_PORT_ANTISPOOF;
}

static inline bool vr_port_announces(const struct vr_port *port)
{
	return READ_ONCE(port->flags) & VR_PORT_ANNOUNCES;
}

static inline bool vr_port_is_special(const struct vr_port *port)
{
	return READ_ONCE(port->flags) & VR_PORT_SPECIAL;
}

static inline bool vr_port_is_tap(const struct vr_port *port)
{
	return READ_ONCE(port->flags) & VR_PORT_TAP;
}

static inline bool vr_port_is_remote(const struct vr_port *port)
{
	return READ_ONCE(port->flags) & VR_PORT_REMOTE;
}

static inline bool vr_port_has_rate_in(const struct vr_port *port)
{
	return READ_ONCE(port->flags) & VR_PORT_RATE_IN;
}

static inline bool vr_port_has_rate_out(const struct vr_port *port)
{
	return READ_ONCE(port->flags) & VR_PORT_RATE_OUT;
}

/*
 * Hands a packet to the port's device, whose stack takes it from the backlog.
 * Consumes @skb, whose data begins with the Ethernet header. Caller holds RCU
 * and has bottom halves off.
 */
void vr_port_deliver(struct vr_port *port, struct sk_buff *skb);

/* The port that the device is, or NULL. Under RTNL or RCU. */
struct vr_port *vr_port_of(const struct net_device *dev);

/* Under RTNL. They take the instance's lock themselves. */

/*
 * Attaches a device to a network, or returns the port it is already if that
 * does not differ in what @config gives and NLM_F_EXCL is not set.
 */
struct vr_port *vr_port_attach(struct vr_network *network,
			       struct net_device *dev,
			       const struct vr_port_config *config,
			       unsigned int flags, bool *changed,
			       struct netlink_ext_ack *extack);
int vr_port_set(struct vr_port *port, const struct vr_port_config *config,
		struct netlink_ext_ack *extack);
void vr_port_detach(struct vr_port *port);
/* As if it had never been attached: the device is as it was. */
void vr_port_undo(struct vr_port *port);
/* Those of the instance that are not native, when it ends. */
void vr_ports_detach_taps(struct vr_instance *instance);
/* Of a network whose MTU was @old. */
void vr_ports_set_mtu(struct vr_network *network, u32 old);

/* Under the instance's lock. */

struct vr_port *vr_port_find_id(struct vr_instance *instance, u32 id);
/* @endpoint is about to go. */
void vr_port_forget_endpoint(struct vr_port *port,
			     struct vr_endpoint *endpoint);

#endif /* VR_PORT_H */
