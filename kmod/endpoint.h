/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Endpoints: a MAC, its addresses, and where they are. One object gives the
 * forwarding entry, the neighbour answer and the host route, like an EVPN
 * type-2 route (RFC 7432 7.2).
 */
#ifndef VR_ENDPOINT_H
#define VR_ENDPOINT_H

#include <linux/bits.h>
#include <linux/hash.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rhashtable.h>

#include "instance.h"

struct netlink_ext_ack;
struct nlattr;
struct vr_network;
struct vr_port;

/* The forwarding and neighbour table of a network. */
struct vr_endpoint_table {
	struct rhashtable by_mac;	/* active */
	struct rhashtable by_address;	/* of the active, and the gateway's */
	struct rhashtable standby;	/* by MAC */
};

struct vr_endpoint_address {
	struct rhash_head node;
	struct in6_addr ip;
	struct vr_endpoint *endpoint;
};

struct vr_endpoint {
	/* fast path */
	struct rhash_head node;
	u64 mac;			/* key, see address.h */
	struct vr_port *port;		/* NULL: the gateway itself */
	unsigned long seen;		/* jiffies, of a learned one */
	u64 own4;			/* its first IPv4 address; none: ~0 */
	struct in6_addr own6;		/* its first; none: what the MAC gives */

	/* configuration */
	struct vr_network *network;
	struct list_head on_port;	/* of port->endpoints */
	u32 id;				/* 0: not listed, the gateway */
	u32 sequence;
	u8 state;			/* enum vr_endpoint_state */
	u8 origin;			/* enum vr_origin */
	u8 n_addresses;

	/* of a learned one */
	bool shared;			/* known by the address, not by MAC */
	u8 moves_left;			/* when it was made */
	unsigned long moved;		/* jiffies when it was made */

	/* life cycle */
	struct rcu_head rcu;

	struct vr_endpoint_address addresses[] __counted_by(n_addresses);
};

/* Beside NLM_F_* in the flags of an add: what exists does not move. */
#define VR_ADD_NO_MOVE		BIT(31)

/* What a request says of an endpoint. */
struct vr_endpoint_config {
	const struct in6_addr *addresses;
	struct vr_port *port;
	u64 mac;
	u32 sequence;
	u8 n_addresses;
	u8 state;
	u8 origin;
	u8 moves_left;	/* of a learned one */
	bool gateway;	/* of the host's port: may have the gateway's address */
	bool shared;
	/* attributes to blame, each may be NULL */
	const struct nlattr *mac_attr;
	const struct nlattr *address_attrs[VR_LIMIT_ENDPOINT_ADDRESSES];
};

int vr_endpoint_table_init(struct vr_endpoint_table *table);
void vr_endpoint_table_destroy(struct vr_endpoint_table *table);

/*
 * Multiply-shift with a factor that is not known outside, so that MACs cannot
 * be chosen to collide. Nearly all of the key has a part in the lowest bit
 * that is taken, and all of it in the fourth.
 */
static __always_inline u32 vr_endpoint_hash_mac(const void *key, u32 len,
						u32 seed)
{
	return *(const u64 *)key * ((u64)seed * GOLDEN_RATIO_64 | 1) >> 44;
}

static inline u32 vr_endpoint_hash_mac_obj(const void *obj, u32 len, u32 seed)
{
	const struct vr_endpoint *endpoint = obj;

	return vr_endpoint_hash_mac(&endpoint->mac, len, seed);
}

static __always_inline int
vr_endpoint_cmp_mac(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct vr_endpoint *endpoint = obj;

	return endpoint->mac != *(const u64 *)arg->key;
}

static const struct rhashtable_params vr_endpoint_mac_params = {
	.head_offset = offsetof(struct vr_endpoint, node),
	.key_offset = offsetof(struct vr_endpoint, mac),
	.key_len = sizeof(u64),
	.hashfn = vr_endpoint_hash_mac,
	.obj_hashfn = vr_endpoint_hash_mac_obj,
	.obj_cmpfn = vr_endpoint_cmp_mac,
	.nelem_hint = 8,
	.automatic_shrinking = true,
};

/* Lookups of the active. Caller holds RCU. */

static __always_inline struct vr_endpoint *
vr_endpoint_lookup_rcu(struct vr_endpoint_table *table, u64 mac)
{
	return rhashtable_lookup(&table->by_mac, &mac, vr_endpoint_mac_params);
}

struct vr_endpoint *vr_endpoint_lookup_ip_rcu(struct vr_network *network,
					      const struct in6_addr *ip);

/* The one of this MAC that stands by behind the port, or NULL. Needs RCU. */
struct vr_endpoint *vr_endpoint_standby_rcu(const struct vr_port *port,
					    u64 mac);

/* Whether the endpoint has this address. Caller holds RCU. */
bool vr_endpoint_has(const struct vr_endpoint *endpoint,
		     const struct in6_addr *addr);

/* Under the instance's lock from here on. */

struct vr_endpoint *vr_endpoint_find(struct vr_network *network, u64 mac,
				     enum vr_endpoint_state state);

/* Who has the address in the table. */
struct vr_endpoint *vr_endpoint_find_ip(struct vr_network *network,
					const struct in6_addr *ip);

/* ERR_PTR on failure. destroy() is for what vr_endpoint_publish() refused. */
struct vr_endpoint *vr_endpoint_create(struct vr_network *network,
				       const struct vr_endpoint_config *config);
void vr_endpoint_destroy(struct vr_endpoint *endpoint);

/*
 * Publishes @endpoint in the place of @old and @holder (each may be NULL,
 * both may be one): whoever looks up finds the old one or the new one and
 * never neither. They are freed after a grace period. Addresses in use
 * elsewhere are refused, and then nothing has changed.
 */
int vr_endpoint_publish(struct vr_endpoint *endpoint,
			struct vr_endpoint *old, struct vr_endpoint *holder,
			const struct vr_endpoint_config *config,
			struct netlink_ext_ack *extack);

/* Whether it is a port's own, made with the port. */
bool vr_endpoint_is_ports(const struct vr_endpoint *endpoint);

/* Whether it is a MAC that vr_learn() has learned, or one of VRRP's. */
static inline bool vr_endpoint_is_learned(const struct vr_endpoint *endpoint)
{
	return endpoint->origin == VR_ORIGIN_LEARNED && !endpoint->shared;
}

/*
 * What stood by is active from now on, in the place of @active (or NULL), with
 * a higher sequence than both. Returns 0 or -ENOMEM.
 */
int vr_endpoint_activate(struct vr_endpoint *standby,
			 struct vr_endpoint *active);

/* Takes it out and frees it after a grace period. Cannot fail. */
void vr_endpoint_del(struct vr_endpoint *endpoint);

/*
 * Adds, moves or replaces as @flags (NLM_F_EXCL, NLM_F_REPLACE) and the
 * sequence say (RFC 7432 7.7). @old, if any, is the port's present endpoint,
 * which the new one replaces. Returns the endpoint or ERR_PTR, and in
 * @changed whether anything did.
 */
struct vr_endpoint *vr_endpoint_add(struct vr_network *network,
				    const struct vr_endpoint_config *config,
				    struct vr_endpoint *old, unsigned int flags,
				    bool *changed,
				    struct netlink_ext_ack *extack);

#endif /* VR_ENDPOINT_H */
