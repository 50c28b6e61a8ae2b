/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Next hops of a network: where routes lead. Routes that lead to the same
 * place share one, which the longest-prefix table knows by its id. A next hop
 * never changes: a route that changes gets another one.
 */
#ifndef VR_NEXTHOP_H
#define VR_NEXTHOP_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct vr_network;
struct vr_port;

/* What makes two next hops one. Without padding: compared as bytes. */
struct vr_nexthop_key {
	struct in6_addr via;		/* type address */
	struct vr_port *port;		/* type port */
	u64 type;			/* enum vr_nexthop_type */
};

struct vr_nexthop {
	/* fast path */
	struct vr_nexthop_key key;

	/* configuration, under the instance's lock */
	struct vr_network *network;
	u32 id;
	u32 n_routes;			/* each holds a reference */
	struct rb_node by_key;		/* of network->nexthops */
	struct list_head routes;
	struct list_head on_port;	/* of port->nexthops, type port */

	/* life cycle */
	struct rcu_head rcu;
};

/* From ids to next hops. Grows; an id is free again after a grace period. */
struct vr_nexthop_slots {
	struct rcu_head rcu;
	u32 size;
	struct vr_nexthop __rcu *slot[] __counted_by(size);
};

struct vr_nexthop_table {
	struct vr_nexthop_slots __rcu *slots;
	struct rb_root by_key;		/* under the instance's lock */
	spinlock_t lock;		/* of changes to the slots; BH off */
};

void vr_nexthop_table_init(struct vr_nexthop_table *table);
/* No next hop is left. May sleep: waits for those that were put last. */
void vr_nexthop_table_destroy(struct vr_nexthop_table *table);

/*
 * The next hop of an id that was read from the network's longest-prefix
 * table, with acquire semantics, in the same RCU section.
 */
const struct vr_nexthop *vr_nexthop_rcu(const struct vr_nexthop_table *table,
					u32 id);

/* Under the instance's lock from here on. */

/* The next hop of @id, which a route holds. */
struct vr_nexthop *vr_nexthop_find_id(struct vr_network *network, u32 id);

/* Finds or makes it, and takes a reference. ERR_PTR(-ENOMEM) on failure. */
struct vr_nexthop *vr_nexthop_get(struct vr_network *network,
				  const struct vr_nexthop_key *key);
/* Of what vr_nexthop_get() returned. The last one frees. Cannot fail. */
void vr_nexthop_put(struct vr_nexthop *nexthop);

#endif /* VR_NEXTHOP_H */
