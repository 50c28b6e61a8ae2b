/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A network: a bridge domain and a VRF for both families. Owns its tables and
 * knows its ports.
 */
#ifndef VR_NETWORK_H
#define VR_NETWORK_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "announce.h"
#include "endpoint.h"
#include "fib.h"
#include "flood.h"
#include "learn.h"
#include "nexthop.h"
#include "uplink.h"

struct netlink_ext_ack;
struct nlattr;
struct vr_instance;
struct vr_remote;

#define VR_NETWORK_MTU_DEFAULT	1500

struct vr_subnet {
	struct in6_addr gateway;
	u8 plen;			/* in 128 bits, see address.h */
};

/* Of one network, in the order they were given. Put in place as a whole. */
struct vr_subnets {
	struct rcu_head rcu;
	unsigned int n;
	struct vr_subnet subnet[] __counted_by(n);
};

/* The longest one that has the address, or NULL. */
const struct vr_subnet *vr_subnets_find(const struct vr_subnets *subnets,
					const struct in6_addr *addr);

struct vr_network {
	/* fast path */
	u64 gateway_mac;		/* key, see address.h */
	struct vr_endpoint_table endpoints;
	struct vr_fib fib4;
	struct vr_fib fib6;
	struct vr_nexthop_table nexthops;
	struct list_head ports;		/* RCU, in the order of their ids */
	struct vr_port __rcu *gateway_port;	/* the host's, or NULL */
	struct vr_subnets __rcu *subnets;	/* NULL: none yet */
	struct vr_instance *instance;
	struct vr_flood flood;
	struct vr_announce announce;
	struct vr_learn learn;
	struct list_head flood_remotes;	/* RCU, in the order of their ids */
	struct list_head remotes;	/* RCU */
	struct vr_remote __rcu *stranger;	/* NULL: no VNI yet */
	bool unknown_flood;		/* unicast to unknown stations */

	/* configuration, under the instance's lock */
	u32 id;
	u32 vni;			/* 0: none */
	u32 mtu;
	bool mtu_auto;			/* follows the paths to remotes */
	u8 origin;			/* enum vr_origin */
	struct vr_endpoint *gateway;	/* its addresses; NULL without any */
	u32 n_ports;
	u32 n_flood;			/* remotes in the flood list */
	u32 n_endpoints;
	u32 n_routes;
	char *name;
	char *description;

	/* life cycle */
	struct hlist_node by_name;
	struct work_struct mtu_work;
	struct rcu_work free_work;
};

/* A change of the flood list. */
struct vr_flood_change {
	struct vr_uplink_nodes add;
	struct vr_uplink_nodes del;
	struct vr_remote **remotes;	/* of add; NULL: not prepared */
};

/* What a request says of a network. Attributes not given are NULL. */
struct vr_network_config {
	const struct nlattr *id_attr;
	const struct nlattr *name_attr;
	const struct nlattr *vni_attr;
	const struct nlattr *mtu_attr;
	const struct nlattr *gateway_mac_attr;
	const struct nlattr *description_attr;
	const struct nlattr *origin_attr;
	const struct nlattr *subnets_attr;	/* the first one */
	const struct nlattr *mtu_auto_attr;
	const struct nlattr *unknown_flood_attr;
	struct vr_flood_change *flood;		/* prepared, or NULL */

	const char *name;
	const char *description;
	struct vr_subnet *subnets;
	u64 gateway_mac;
	u32 id;
	u32 vni;
	u32 mtu;
	u8 origin;
	u8 n_subnets;
	bool mtu_auto;
	bool unknown_flood;
};

/* All under the instance's lock. */

struct vr_network *vr_network_find(struct vr_instance *instance,
				   const char *name);
struct vr_network *vr_network_find_id(struct vr_instance *instance, u32 id);
/* Its subnets. Never NULL. */
const struct vr_subnets *vr_network_subnets(const struct vr_network *network);

/*
 * Creates the network, or returns the one there is if it does not differ in
 * what @config gives and NLM_F_EXCL is not set. ERR_PTR on refusal.
 */
struct vr_network *vr_network_add(struct vr_instance *instance,
				  const struct vr_network_config *config,
				  unsigned int flags, bool *changed,
				  struct netlink_ext_ack *extack);

/*
 * Changes what @config gives: all of it or nothing. The MTU of the devices
 * is the caller's to follow up, with vr_ports_set_mtu().
 */
int vr_network_set(struct vr_network *network,
		   const struct vr_network_config *config,
		   struct netlink_ext_ack *extack);

/* A path's MTU has changed, or a remote has come or gone. Any context. */
void vr_network_mtu_changed(struct vr_network *network);

/*
 * Looks whether the flood list can be changed, and makes what that needs;
 * vr_network_set() with config->flood does it then, which cannot fail. @uplink
 * is the name of the uplink to the nodes to add, or NULL.
 */
int vr_network_flood_prepare(struct vr_network *network,
			     const struct nlattr *uplink,
			     struct vr_flood_change *change,
			     struct netlink_ext_ack *extack);
/* Not after all. Of one that was done or not even prepared too. */
void vr_network_flood_abort(struct vr_flood_change *change);

/* Without ports. Cannot fail. */
void vr_network_destroy(struct vr_network *network);

/* When the namespace goes. No port is left. */
void vr_network_destroy_all(struct vr_instance *instance);

#endif /* VR_NETWORK_H */
