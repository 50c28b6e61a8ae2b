// SPDX-License-Identifier: GPL-2.0-only
/* Shared next hops. Entries: vr_nexthop_rcu(), vr_nexthop_get(). */
#include <linux/etherdevice.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "address.h"
#include "instance.h"
#include "network.h"
#include "nexthop.h"
#include "port.h"
#include "remote.h"

#define VR_NEXTHOP_SLOTS_MIN	8

void vr_nexthop_table_init(struct vr_nexthop_table *table)
{
	RCU_INIT_POINTER(table->slots, NULL);
	ida_init(&table->ids);
	table->singles = RB_ROOT;
	table->groups = RB_ROOT;
	spin_lock_init(&table->lock);
}

void vr_nexthop_table_destroy(struct vr_nexthop_table *table)
{
	if (!rcu_access_pointer(table->slots))
		return; /* there never was one */
	rcu_barrier(); /* vr_nexthop_free_rcu() */
	kvfree(rcu_dereference_protected(table->slots, true));
	ida_destroy(&table->ids);
}

/* To the next power of two above the id. */
static int vr_nexthop_grow(struct vr_nexthop_table *table, u32 id)
{
	struct vr_nexthop_slots *old = rcu_dereference_protected(table->slots,
								 true);
	struct vr_nexthop_slots *slots;
	u32 size = max_t(u32, roundup_pow_of_two(id + 1), VR_NEXTHOP_SLOTS_MIN);

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
	int id, err;

	id = ida_alloc_min(&table->ids, 1, GFP_KERNEL_ACCOUNT);
	if (id < 0)
		return id;
	slots = rcu_dereference_protected(table->slots, true);
	if (!slots || id >= slots->size) {
		err = vr_nexthop_grow(table, id);
		if (err) {
			ida_free(&table->ids, id);
			return err;
		}
		slots = rcu_dereference_protected(table->slots, true);
	}
	nexthop->id = id;
	rcu_assign_pointer(slots->slot[id], nexthop);
	return 0;
}

static void vr_nexthop_free(struct vr_nexthop *nexthop)
{
	if (nexthop->group) {
		kfree(nexthop->group->buckets);
		kfree(nexthop->group->ecmp);
		kfree(nexthop->group);
	}
	kfree(nexthop);
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
	ida_free(&table->ids, nexthop->id);
	vr_nexthop_free(nexthop);
}

static struct vr_nexthop *vr_nexthop_create(struct vr_network *network)
{
	struct vr_nexthop *nexthop;

	nexthop = kzalloc(sizeof(*nexthop), GFP_KERNEL_ACCOUNT);
	if (!nexthop)
		return NULL;
	nexthop->network = network;
	nexthop->users = 1;
	INIT_LIST_HEAD(&nexthop->routes);
	INIT_LIST_HEAD(&nexthop->groups);
	INIT_LIST_HEAD(&nexthop->on_port);
	return nexthop;
}

static int vr_nexthop_cmp_key(const void *key, const struct rb_node *node)
{
	return memcmp(key, &rb_entry(node, struct vr_nexthop, node)->key,
		      sizeof(struct vr_nexthop_key));
}

static int vr_nexthop_cmp_single(struct rb_node *new,
				 const struct rb_node *node)
{
	return vr_nexthop_cmp_key(&rb_entry(new, struct vr_nexthop, node)->key,
				  node);
}

static struct vr_nexthop *vr_nexthop_get_single(struct vr_network *network,
						const struct vr_nexthop_key *key)
{
	struct vr_nexthop_table *table = &network->nexthops;
	struct vr_nexthop *nexthop;
	struct rb_node *node;

	node = rb_find(key, &table->singles, vr_nexthop_cmp_key);
	if (node) {
		nexthop = rb_entry(node, struct vr_nexthop, node);
		nexthop->users++;
		return nexthop;
	}
	nexthop = vr_nexthop_create(network);
	if (!nexthop)
		return ERR_PTR(-ENOMEM);
	nexthop->key = *key;
	if (vr_nexthop_enter(table, nexthop)) {
		vr_nexthop_free(nexthop);
		return ERR_PTR(-ENOMEM);
	}
	rb_find_add(&nexthop->node, &table->singles, vr_nexthop_cmp_single);
	if (key->port)
		list_add_tail(&nexthop->on_port, &key->port->nexthops);
	return nexthop;
}

/* The index of the first member that is alive, from @index on. */
static unsigned int vr_nexthop_alive(const struct vr_nexthop_group *group,
				     unsigned int index)
{
	while (index < group->n_members && !(group->alive & BIT_ULL(index)))
		index++;
	return index;
}

/* By those that are alive. Any order will do. */
static int vr_nexthop_cmp_group(struct rb_node *new, const struct rb_node *node)
{
	const struct vr_nexthop_group *a, *b;
	unsigned int i, j;
	u64 x, y;

	a = rb_entry(new, struct vr_nexthop, node)->group;
	b = rb_entry(node, struct vr_nexthop, node)->group;
	for (i = j = 0;; i++, j++) {
		i = vr_nexthop_alive(a, i);
		j = vr_nexthop_alive(b, j);
		if (i == a->n_members || j == b->n_members)
			return (i < a->n_members) - (j < b->n_members);
		x = (u64)a->members[i].nexthop->id << 16 | a->ecmp[i].weight;
		y = (u64)b->members[j].nexthop->id << 16 | b->ecmp[j].weight;
		if (x != y)
			return x < y ? -1 : 1;
	}
}

/* As a member is known on every node: by its address, or the port's MAC. */
static u64 vr_nexthop_identity(const struct vr_nexthop_key *key)
{
	struct in6_addr known_by = key->via;

	if (key->type == VR_NEXTHOP_TYPE_REMOTE)
		known_by = vr_remote_of(key->port)->key.vtep;
	else if (key->port)
		vr_mac_from_key(known_by.s6_addr, key->port->mac);
	return vr_ecmp_identity(&known_by);
}

/* Those of its members that it has already. */
static void vr_nexthop_put_members(struct vr_nexthop_group *group)
{
	unsigned int i;

	for (i = vr_nexthop_alive(group, 0); i < group->n_members;
	     i = vr_nexthop_alive(group, i + 1))
		vr_nexthop_put(group->members[i].nexthop);
}

static int vr_nexthop_get_members(struct vr_nexthop *nexthop,
				  const struct vr_nexthop_config *configs)
{
	struct vr_nexthop_group *group = nexthop->group;
	struct vr_nexthop *single;
	unsigned int i;

	for (i = 0; i < group->n_members; i++) {
		single = vr_nexthop_get_single(nexthop->network,
					       &configs[i].key);
		if (IS_ERR(single))
			return PTR_ERR(single);
		group->members[i].nexthop = single;
		group->members[i].group = nexthop;
		group->ecmp[i].identity = vr_nexthop_identity(&configs[i].key);
		group->ecmp[i].weight = configs[i].weight;
		group->alive |= BIT_ULL(i);
	}
	return 0;
}

static void vr_nexthop_destroy_group(struct vr_nexthop *nexthop)
{
	if (nexthop->group)
		vr_nexthop_put_members(nexthop->group);
	vr_nexthop_free(nexthop);
}

/* With its members, to look for. */
static struct vr_nexthop *
vr_nexthop_create_group(struct vr_network *network,
			const struct vr_nexthop_config *configs, unsigned int n)
{
	struct vr_nexthop *nexthop = vr_nexthop_create(network);
	struct vr_nexthop_group *group;

	if (!nexthop)
		return NULL;
	group = kzalloc(struct_size(group, members, n), GFP_KERNEL_ACCOUNT);
	if (!group)
		goto err_destroy;
	group->n_members = n;
	nexthop->key.type = VR_NEXTHOP_GROUP;
	nexthop->group = group;
	group->ecmp = kcalloc(n, sizeof(*group->ecmp), GFP_KERNEL_ACCOUNT);
	if (!group->ecmp || vr_nexthop_get_members(nexthop, configs))
		goto err_destroy;
	return nexthop;

err_destroy:
	vr_nexthop_destroy_group(nexthop);
	return NULL;
}

/* For packets and for its members, when it is to be. */
static int vr_nexthop_complete_group(struct vr_nexthop *nexthop)
{
	struct vr_nexthop_group *group = nexthop->group;
	struct vr_nexthop_member *member;
	unsigned int i;
	int err;

	group->buckets = kmalloc(VR_ECMP_BUCKETS, GFP_KERNEL_ACCOUNT);
	if (!group->buckets)
		return -ENOMEM;
	memset(group->buckets, VR_ECMP_NOBODY, VR_ECMP_BUCKETS);
	vr_ecmp_settle(group->buckets, group->ecmp, group->alive);
	err = vr_nexthop_enter(&nexthop->network->nexthops, nexthop);
	if (err)
		return err;
	for (i = 0; i < group->n_members; i++) {
		member = &group->members[i];
		list_add_tail(&member->in_groups, &member->nexthop->groups);
	}
	return 0;
}

static struct vr_nexthop *
vr_nexthop_get_group(struct vr_network *network,
		     const struct vr_nexthop_config *configs, unsigned int n)
{
	struct rb_root *groups = &network->nexthops.groups;
	struct vr_nexthop *nexthop, *found;
	struct rb_node *node;

	nexthop = vr_nexthop_create_group(network, configs, n);
	if (!nexthop)
		return ERR_PTR(-ENOMEM);
	node = rb_find_add(&nexthop->node, groups, vr_nexthop_cmp_group);
	if (node) {
		vr_nexthop_destroy_group(nexthop);
		found = rb_entry(node, struct vr_nexthop, node);
		found->users++;
		return found;
	}
	if (vr_nexthop_complete_group(nexthop)) {
		rb_erase(&nexthop->node, groups);
		vr_nexthop_destroy_group(nexthop);
		return ERR_PTR(-ENOMEM);
	}
	return nexthop;
}

/* The order in which they are shown. */
static int vr_nexthop_cmp_config(const void *a, const void *b)
{
	const struct vr_nexthop_key *x =
		&((const struct vr_nexthop_config *)a)->key;
	const struct vr_nexthop_key *y =
		&((const struct vr_nexthop_config *)b)->key;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	if (x->port && x->port != y->port)
		return x->port->id < y->port->id ? -1 : 1;
	if (x->mac != y->mac)
		return x->mac < y->mac ? -1 : 1;
	return memcmp(&x->via, &y->via, sizeof(x->via));
}

static void vr_nexthop_sort(struct vr_nexthop_config *configs, unsigned int n)
{
	sort(configs, n, sizeof(*configs), vr_nexthop_cmp_config, NULL);
}

struct vr_nexthop *vr_nexthop_get(struct vr_network *network,
				  struct vr_nexthop_config *configs,
				  unsigned int n)
{
	lockdep_assert_held(&network->instance->lock);
	if (n == 1)
		return vr_nexthop_get_single(network, &configs->key);
	vr_nexthop_sort(configs, n);
	return vr_nexthop_get_group(network, configs, n);
}

void vr_nexthop_put(struct vr_nexthop *nexthop)
{
	struct vr_nexthop_group *group = nexthop->group;
	struct vr_nexthop_table *table = &nexthop->network->nexthops;
	struct vr_port *port = nexthop->key.port;
	unsigned int i;

	lockdep_assert_held(&nexthop->network->instance->lock);
	if (--nexthop->users)
		return;
	rb_erase(&nexthop->node, group ? &table->groups : &table->singles);
	if (port)
		list_del(&nexthop->on_port);
	if (group) {
		for (i = vr_nexthop_alive(group, 0); i < group->n_members;
		     i = vr_nexthop_alive(group, i + 1))
			list_del(&group->members[i].in_groups);
		vr_nexthop_put_members(group);
	}
	call_rcu(&nexthop->rcu, vr_nexthop_free_rcu);
	if (port)
		vr_remote_release(port);
}

unsigned int vr_nexthop_count(const struct vr_nexthop *nexthop)
{
	return nexthop->group ? hweight64(nexthop->group->alive) : 1;
}

const struct vr_nexthop *vr_nexthop_at(const struct vr_nexthop *nexthop,
				       unsigned int index, u16 *weight)
{
	const struct vr_nexthop_group *group = nexthop->group;
	unsigned int i;

	*weight = 1;
	if (!group)
		return nexthop;
	i = vr_nexthop_alive(group, 0);
	while (index--)
		i = vr_nexthop_alive(group, i + 1);
	*weight = group->ecmp[i].weight;
	return group->members[i].nexthop;
}

bool vr_nexthop_has_port_rcu(const struct vr_nexthop *nexthop,
			     const struct vr_port *port)
{
	const struct vr_nexthop_group *group = nexthop->group;
	u64 alive;

	if (!group)
		return nexthop->key.port == port;
	for (alive = READ_ONCE(group->alive); alive; alive &= alive - 1)
		if (group->members[__ffs64(alive)].nexthop->key.port == port)
			return true;
	return false;
}

bool vr_nexthop_equal(const struct vr_nexthop *nexthop,
		      struct vr_nexthop_config *configs, unsigned int n)
{
	const struct vr_nexthop *one;
	unsigned int i;
	u16 weight;

	if (vr_nexthop_count(nexthop) != n)
		return false;
	vr_nexthop_sort(configs, n);
	for (i = 0; i < n; i++) {
		one = vr_nexthop_at(nexthop, i, &weight);
		if (memcmp(&one->key, &configs[i].key, sizeof(one->key)) ||
		    (n > 1 && weight != configs[i].weight))
			return false;
	}
	return true;
}

/*
 * Another group may be its equal afterwards. Then they are two: to share is to
 * save memory, not a promise.
 */
static void vr_nexthop_regroup(struct rb_root *groups,
			       struct vr_nexthop *nexthop)
{
	struct rb_node **link = &groups->rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = vr_nexthop_cmp_group(&nexthop->node, parent) < 0 ?
		       &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&nexthop->node, parent, link);
	rb_insert_color(&nexthop->node, groups);
}

void vr_nexthop_group_lose(struct vr_nexthop_member *member)
{
	struct vr_nexthop *nexthop = member->group;
	struct vr_nexthop_group *group = nexthop->group;
	struct rb_root *groups = &nexthop->network->nexthops.groups;
	unsigned int index = member - group->members;

	lockdep_assert_held(&nexthop->network->instance->lock);
	rb_erase(&nexthop->node, groups);
	WRITE_ONCE(group->alive, group->alive & ~BIT_ULL(index));
	/* Who looks on meets the member or its heir until a grace period ends,
	 * and so does the port, which outlives it.
	 */
	vr_ecmp_settle(group->buckets, group->ecmp, group->alive);
	vr_nexthop_regroup(groups, nexthop);
	list_del(&member->in_groups);
	vr_nexthop_put(member->nexthop);
}
