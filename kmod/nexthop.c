// SPDX-License-Identifier: GPL-2.0-only
/* Shared next hops. Entries: vr_nexthop_rcu(), vr_nexthop_get(). */
#include <linux/slab.h>

#include "instance.h"
#include "network.h"
#include "nexthop.h"
#include "port.h"

#define VR_NEXTHOP_SLOTS_MIN	8

void vr_nexthop_table_init(struct vr_nexthop_table *table)
{
	RCU_INIT_POINTER(table->slots, NULL);
	table->by_key = RB_ROOT;
	spin_lock_init(&table->lock);
}

void vr_nexthop_table_destroy(struct vr_nexthop_table *table)
{
	rcu_barrier(); /* vr_nexthop_free_rcu() */
	kfree(rcu_dereference_protected(table->slots, true));
}

const struct vr_nexthop *vr_nexthop_rcu(const struct vr_nexthop_table *table,
					u32 id)
{
	const struct vr_nexthop_slots *slots = rcu_dereference(table->slots);

	return rcu_dereference(slots->slot[id]);
}

struct vr_nexthop *vr_nexthop_find_id(struct vr_network *network, u32 id)
{
	struct vr_nexthop_slots *slots;

	/* Grows under the instance's lock only. */
	slots = rcu_dereference_protected(network->nexthops.slots,
			lockdep_is_held(&network->instance->lock));
	return rcu_dereference_protected(slots->slot[id],
			lockdep_is_held(&network->instance->lock));
}

/* The lowest free id, above 0. 0: there is none. */
static u32 vr_nexthop_free_id(const struct vr_nexthop_slots *slots)
{
	u32 id;

	for (id = 1; slots && id < slots->size; id++)
		if (!rcu_access_pointer(slots->slot[id]))
			return id;
	return 0;
}

static int vr_nexthop_grow(struct vr_nexthop_table *table)
{
	struct vr_nexthop_slots *old = rcu_dereference_protected(table->slots,
								 true);
	struct vr_nexthop_slots *slots;
	u32 size = old ? old->size * 2 : VR_NEXTHOP_SLOTS_MIN;

	slots = kvzalloc(struct_size(slots, slot, size), GFP_KERNEL_ACCOUNT);
	if (!slots)
		return -ENOMEM;
	slots->size = size;
	spin_lock_bh(&table->lock);
	if (old)
		memcpy(slots->slot, old->slot,
		       old->size * sizeof(slots->slot[0]));
	rcu_assign_pointer(table->slots, slots);
	spin_unlock_bh(&table->lock);
	kvfree_rcu(old, rcu);
	return 0;
}

/* Gives the next hop an id that no reader of the old holder still has. */
static int vr_nexthop_enter(struct vr_nexthop_table *table,
			    struct vr_nexthop *nexthop)
{
	struct vr_nexthop_slots *slots;
	int err;

	slots = rcu_dereference_protected(table->slots, true);
	nexthop->id = vr_nexthop_free_id(slots);
	if (!nexthop->id) {
		err = vr_nexthop_grow(table);
		if (err)
			return err;
		slots = rcu_dereference_protected(table->slots, true);
		nexthop->id = vr_nexthop_free_id(slots);
	}
	rcu_assign_pointer(slots->slot[nexthop->id], nexthop);
	return 0;
}

static void vr_nexthop_free_rcu(struct rcu_head *rcu)
{
	struct vr_nexthop *nexthop = container_of(rcu, struct vr_nexthop, rcu);
	struct vr_nexthop_table *table = &nexthop->network->nexthops;
	struct vr_nexthop_slots *slots;

	spin_lock_bh(&table->lock);
	slots = rcu_dereference_protected(table->slots,
					  lockdep_is_held(&table->lock));
	RCU_INIT_POINTER(slots->slot[nexthop->id], NULL);
	spin_unlock_bh(&table->lock);
	kfree(nexthop);
}

/* Where the key is, or the link at which it belongs. */
static struct vr_nexthop *vr_nexthop_find(struct vr_nexthop_table *table,
					  const struct vr_nexthop_key *key,
					  struct rb_node ***link,
					  struct rb_node **parent)
{
	struct vr_nexthop *nexthop;
	int cmp;

	*link = &table->by_key.rb_node;
	*parent = NULL;
	while (**link) {
		*parent = **link;
		nexthop = rb_entry(*parent, struct vr_nexthop, by_key);
		cmp = memcmp(key, &nexthop->key, sizeof(*key));
		if (!cmp)
			return nexthop;
		*link = cmp < 0 ? &(*parent)->rb_left : &(*parent)->rb_right;
	}
	return NULL;
}

static struct vr_nexthop *
vr_nexthop_create(struct vr_network *network, const struct vr_nexthop_key *key)
{
	struct vr_nexthop *nexthop;

	nexthop = kzalloc(sizeof(*nexthop), GFP_KERNEL_ACCOUNT);
	if (!nexthop)
		return ERR_PTR(-ENOMEM);
	nexthop->key = *key;
	nexthop->network = network;
	INIT_LIST_HEAD(&nexthop->routes);
	if (vr_nexthop_enter(&network->nexthops, nexthop)) {
		kfree(nexthop);
		return ERR_PTR(-ENOMEM);
	}
	INIT_LIST_HEAD(&nexthop->on_port);
	if (key->port)
		list_add_tail(&nexthop->on_port, &key->port->nexthops);
	return nexthop;
}

struct vr_nexthop *vr_nexthop_get(struct vr_network *network,
				  const struct vr_nexthop_key *key)
{
	struct vr_nexthop_table *table = &network->nexthops;
	struct rb_node **link, *parent;
	struct vr_nexthop *nexthop;

	lockdep_assert_held(&network->instance->lock);
	nexthop = vr_nexthop_find(table, key, &link, &parent);
	if (!nexthop) {
		nexthop = vr_nexthop_create(network, key);
		if (IS_ERR(nexthop))
			return nexthop;
		rb_link_node(&nexthop->by_key, parent, link);
		rb_insert_color(&nexthop->by_key, &table->by_key);
	}
	nexthop->n_routes++;
	return nexthop;
}

void vr_nexthop_put(struct vr_nexthop *nexthop)
{
	lockdep_assert_held(&nexthop->network->instance->lock);
	if (--nexthop->n_routes)
		return;
	rb_erase(&nexthop->by_key, &nexthop->network->nexthops.by_key);
	list_del(&nexthop->on_port);
	call_rcu(&nexthop->rcu, vr_nexthop_free_rcu);
}
