/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Next hops of a network: where routes lead. Routes that lead to the same
 * place share one, which the longest-prefix table knows by its id. A next hop
 * never changes, but that a group of several loses those whose port goes: a
 * route that changes gets another one.
 */
#ifndef VR_NEXTHOP_H
#define VR_NEXTHOP_H

#include <linux/idr.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include <uapi/linux/vr.h>

#include "ecmp.h"

struct vr_network;
struct vr_nexthop_group;
struct vr_port;

/* Beside enum vr_nexthop_type: flows are spread over several next hops. */
#define VR_NEXTHOP_GROUP	(VR_NEXTHOP_TYPE_MAX + 1)

/* What makes two next hops one. Without padding: compared as bytes. */
struct vr_nexthop_key {
	struct in6_addr via;		/* type address */
	struct vr_port *port;		/* type port, remote */
	u64 mac;			/* type remote: key, 0: the gateway's */
	u64 type;			/* enum vr_nexthop_type, or a group */
};

struct vr_nexthop {
	/* fast path */
	struct vr_nexthop_key key;
	struct vr_nexthop_group *group;	/* type group */

	/* configuration, under the instance's lock */
	struct vr_network *network;
	u32 id;
	u32 users;			/* routes and groups: a reference each */
	struct rb_node node;		/* of network->nexthops */
	struct list_head routes;
	struct list_head groups;	/* as a member */
	struct list_head on_port;	/* of key.port->nexthops */

	/* life cycle */
	struct rcu_head rcu;
};

struct vr_nexthop_member {
	struct vr_nexthop *nexthop;	/* held, and valid, while alive */
	struct vr_nexthop *group;
	struct list_head in_groups;	/* of nexthop->groups */
};

struct vr_nexthop_group {
	/* fast path */
	u8 *buckets;			/* which member has which flows */
	u64 alive;			/* a bit each: its port is not gone */
	struct vr_ecmp_member *ecmp;	/* of each member */
	u32 n_members;
	struct vr_nexthop_member members[] __counted_by(n_members);
};

/* A next hop as a request says it. */
struct vr_nexthop_config {
	struct vr_nexthop_key key;
	u16 weight;			/* among several */
};

/* From ids to next hops. Grows; an id is free again after a grace period. */
struct vr_nexthop_slots {
	struct rcu_head rcu;
	u32 size;
	struct vr_nexthop __rcu *slot[] __counted_by(size);
};

struct vr_nexthop_table {
	struct vr_nexthop_slots __rcu *slots;
	struct ida ids;			/* from 1 on */
	struct rb_root singles;		/* under the instance's lock */
	struct rb_root groups;		/* the same */
	spinlock_t lock;		/* of changes to the slots; BH off */
};

void vr_nexthop_table_init(struct vr_nexthop_table *table);
/* No next hop is left. May sleep: waits for those that were put last. */
void vr_nexthop_table_destroy(struct vr_nexthop_table *table);

/*
 * The next hop of an id that was read from the network's longest-prefix
 * table, with acquire semantics, in the same RCU section.
 */
static inline const struct vr_nexthop *
vr_nexthop_rcu(const struct vr_nexthop_table *table, u32 id)
{
	const struct vr_nexthop_slots *slots = rcu_dereference(table->slots);

	return rcu_dereference(slots->slot[id]);
}

/* Whether it leads to the port, perhaps among others. Caller holds RCU. */
bool vr_nexthop_has_port_rcu(const struct vr_nexthop *nexthop,
			     const struct vr_port *port);

/* Under the instance's lock from here on. */

/*
 * Finds or makes it, and takes a reference. Several are put in order, and are
 * different ones; the weight of one alone does not count. ERR_PTR(-ENOMEM) on
 * failure.
 */
struct vr_nexthop *vr_nexthop_get(struct vr_network *network,
				  struct vr_nexthop_config *configs,
				  unsigned int n);
/* Of what vr_nexthop_get() returned. The last one frees. Cannot fail. */
void vr_nexthop_put(struct vr_nexthop *nexthop);

/* How many it leads to. */
unsigned int vr_nexthop_count(const struct vr_nexthop *nexthop);
/* The one at @index of them, and its weight. */
const struct vr_nexthop *vr_nexthop_at(const struct vr_nexthop *nexthop,
				       unsigned int index, u16 *weight);

/* Whether vr_nexthop_get() of these would return what is the same. */
bool vr_nexthop_equal(const struct vr_nexthop *nexthop,
		      struct vr_nexthop_config *configs, unsigned int n);

/*
 * The group of @member goes on without it. It is not the last one. Needs no
 * memory and cannot fail.
 */
void vr_nexthop_group_lose(struct vr_nexthop_member *member);

#endif /* VR_NEXTHOP_H */
