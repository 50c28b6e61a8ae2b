/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Remotes: the tunnels from a network to a node. Where a packet goes to or
 * comes from, a remote stands in the place of a port, and is one without a
 * device: endpoints, next hops and the flood list lead to it. It is made when
 * the first of them needs it, and goes with the last.
 */
#ifndef VR_REMOTE_H
#define VR_REMOTE_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rhashtable.h>
#include <net/dst_cache.h>

#include "port.h"

struct metadata_dst;
struct sk_buff;
struct vr_network;
struct vr_uplink;

/* What a packet that arrives tells of it. Compared as bytes. */
struct vr_remote_key {
	struct vr_network *network;
	struct in6_addr vtep;		/* IPv4 as in address.h */
};

struct vr_remote {
	struct vr_port port;		/* VR_PORT_REMOTE; dev is a stand-in */

	/* fast path */
	struct vr_remote_key key;
	struct vr_uplink *uplink;
	struct dst_cache dst_cache;	/* route to it, per CPU */
	u32 mtu;			/* of packets through it; 0: not known */
	unsigned long checked;		/* jiffies when that was looked at */
	struct metadata_dst *__percpu *metadata;	/* see metadata.c */

	/* configuration, under the instance's lock */
	struct rhash_head node;		/* of uplink->remotes */
	struct list_head in_network;	/* of network->remotes; RCU */
	struct list_head in_flood;	/* of network->flood_remotes; RCU */
	unsigned int pins;		/* by commands under way */
	bool floods;			/* is in that list */
	bool gone;			/* and what leads to it is going */

	/* life cycle */
	struct rcu_head rcu;
};

static inline struct vr_remote *vr_remote_of(struct vr_port *port)
{
	return container_of(port, struct vr_remote, port);
}

/* MTU of what goes to the port, in bytes of IP. */
unsigned int vr_port_mtu(const struct vr_port *port);
/*
 * Each node floods what its own ports have sent, and forwards to each other
 * directly: what came by a tunnel never leaves by one, or it might come round.
 */
static inline bool vr_crosses_horizon(const struct vr_port *in,
				      const struct vr_port *out)
{
	return vr_port_is_remote(in) && vr_port_is_remote(out);
}

/* Whether packets can go to it now. */
bool vr_port_is_up(const struct vr_port *port);

/*
 * Sends a packet through the tunnel. Consumes @skb, whose data begins with the
 * Ethernet header. Caller holds RCU and has bottom halves off.
 */
void vr_remote_xmit(struct vr_port *port, struct sk_buff *skb);

/* The route has this MTU, of packets through it. Any context. */
void vr_remote_set_mtu(struct vr_remote *remote, u32 mtu);

/*
 * The remote of the network that a packet came from, or who stands for those
 * that the uplink lets in. NULL: unknown. Caller holds RCU.
 */
struct vr_port *vr_remote_source_rcu(struct vr_uplink *uplink,
				     struct vr_network *network,
				     const struct in6_addr *vtep);

/* Who stands for nodes that the network does not know. ERR_PTR(-ENOMEM). */
struct vr_remote *vr_remote_create_stranger(struct vr_network *network);
/* No packet sees it any more, but after a grace period. */
void vr_remote_destroy_stranger(struct vr_remote *stranger);

/* Under the instance's lock from here on. */

/* Finds or makes it, and pins it down. ERR_PTR on failure. */
struct vr_remote *vr_remote_get(struct vr_network *network,
				struct vr_uplink *uplink,
				const struct in6_addr *vtep);
/*
 * Something no longer leads to the port: a remote that nothing leads to goes.
 * Any port will do. It is freed after a grace period.
 */
void vr_remote_release(struct vr_port *port);
/* Of one that vr_remote_get() has returned, once for each. Any port will do. */
void vr_remote_unpin(struct vr_port *port);
/* With all that leads to it. Cannot fail. */
void vr_remote_destroy(struct vr_remote *remote);
/* Those of a network that ends. */
void vr_remotes_destroy(struct vr_network *network);

/* Whether the network's floods go to it. */
void vr_remote_set_floods(struct vr_remote *remote, bool floods);
/* The network's gateway MAC has changed. */
void vr_remotes_set_mac(struct vr_network *network);
/* The least MTU of packets to any of the network's remotes; 0: none known. */
u32 vr_remotes_mtu(struct vr_network *network);

/* Of an uplink: by vr_remote_key. rhashtable_destroy() undoes it. */
int vr_remotes_table_init(struct rhashtable *table);

int vr_remotes_init(void);
void vr_remotes_exit(void);

#endif /* VR_REMOTE_H */
