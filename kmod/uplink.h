/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Uplinks: what carries the networks' VNIs between nodes. Either the module's
 * own VXLAN sockets (vxlan.h) or a stock tunnel device whose tunnels are told
 * per packet (metadata.h).
 */
#ifndef VR_UPLINK_H
#define VR_UPLINK_H

#include <linux/if.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/rhashtable.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "drop.h"
#include "instance.h"

struct netlink_ext_ack;
struct nlattr;
struct sk_buff;
struct socket;
struct vr_network;

#define VR_UPLINK_TTL		64

/* Room before a frame for the largest tunnel headers (IPv6, UDP, VXLAN). */
#define VR_UPLINK_HEADROOM	(40 + 8 + 8 + 24)

/* Nodes that every network takes packets from. Replaced as a whole. */
struct vr_uplink_peers {
	struct rcu_head rcu;
	unsigned int n;
	struct in6_addr vtep[] __counted_by(n);
};

struct vr_uplink {
	/* fast path */
	struct vr_instance *instance;
	struct rhashtable remotes;	/* by network and VTEP */
	struct socket *sock4;		/* its own, or NULL */
	struct socket *sock6;
	struct net_device *dev;		/* a stock device, or NULL */
	struct pcpu_sw_netstats __percpu *stats;
	struct vr_uplink_peers __rcu *peers;	/* NULL: none */
	u8 ttl;
	u8 dscp;
	bool any;			/* takes packets from all nodes */

	/* configuration, under the instance's lock */
	struct in6_addr local;
	u16 port;			/* UDP */
	u8 type;			/* enum vr_uplink_type */
	u8 overhead4;			/* bytes between underlay and IP */
	u8 overhead6;
	bool has_local;
	char name[IFNAMSIZ];		/* the device's, of a stock one */
	struct list_head in_instance;
	u32 n_remotes;

	/* life cycle */
	struct rcu_work free_work;
};

/* What a request says of an uplink. Attributes not given are NULL. */
struct vr_uplink_config {
	const struct nlattr *name_attr;
	const struct nlattr *type_attr;
	const struct nlattr *local_attr;
	const struct nlattr *port_attr;
	const struct nlattr *ifname_attr;
	const struct nlattr *ttl_attr;
	const struct nlattr *dscp_attr;
	const struct nlattr *any_attr;

	const char *name;
	struct net_device *dev;
	struct in6_addr local;
	u16 port;
	u8 type;
	u8 ttl;
	u8 dscp;
	bool any;
};

/* A list of nodes to add to or take from another. */
struct vr_uplink_nodes {
	const struct nlattr *attr;	/* the first one; NULL: empty */
	struct in6_addr *vtep;
	unsigned int n;
};

/* Whether it reaches nodes of this family. */
bool vr_uplink_carries(const struct vr_uplink *uplink,
		       const struct in6_addr *vtep);

/* Whether it takes packets from a node that a network need not know. RCU. */
bool vr_uplink_admits_rcu(const struct vr_uplink *uplink,
			  const struct in6_addr *vtep);

/* Count a packet of so many bytes, bottom halves off. */
void vr_uplink_count_rx(struct vr_uplink *uplink, unsigned int len);
void vr_uplink_count_tx(struct vr_uplink *uplink, unsigned int len);
/* Sums over all CPUs. */
void vr_uplink_sum(const struct vr_uplink *uplink,
		   struct rtnl_link_stats64 *sum);

/*
 * The network and who sent it, of a packet that came by the uplink. Returns
 * why it is dropped, or 0. Caller holds RCU.
 */
enum vr_drop_reason vr_uplink_source_rcu(struct vr_uplink *uplink, u32 vni,
					 const struct in6_addr *vtep,
					 struct vr_port **in);

/* Under the instance's lock. */

struct vr_uplink *vr_uplink_find(struct vr_instance *instance,
				 const char *name);
/* The one that is named, or the only one that carries the VTEP's family. */
struct vr_uplink *vr_uplink_choose(struct vr_instance *instance,
				   const struct nlattr *name,
				   const struct nlattr *vtep_attr,
				   const struct in6_addr *vtep,
				   struct netlink_ext_ack *extack);

/* All or nothing. */
int vr_uplink_set(struct vr_uplink *uplink,
		  const struct vr_uplink_config *config,
		  const struct vr_uplink_nodes *add,
		  const struct vr_uplink_nodes *del,
		  struct netlink_ext_ack *extack);

/* Under RTNL. They take the instance's lock themselves. */

struct vr_uplink *vr_uplink_add(struct vr_instance *instance,
				const struct vr_uplink_config *config,
				unsigned int flags,
				struct netlink_ext_ack *extack);
/* With all that leads to nodes by it. */
void vr_uplink_del(struct vr_uplink *uplink);
/* All of the instance, when it ends. */
void vr_uplinks_del(struct vr_instance *instance);

int vr_uplinks_init(void);
void vr_uplinks_exit(void);

#endif /* VR_UPLINK_H */
