// SPDX-License-Identifier: GPL-2.0-only
/*
 * Longest-prefix match: a binary trie whose chains of single children are
 * compressed. A node without a value only joins its two children, so there
 * are fewer of those than prefixes. Entry: vr_fib_lookup_rcu().
 */
#include <linux/bitops.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "fib.h"

struct vr_fib_node {
	struct vr_fib_node __rcu *child[2];
	u32 value;			/* 0: only joins its children */
	struct in6_addr prefix;
	u8 plen;
	struct rcu_head rcu;
};

/* The writer's lock is the caller's and not known here. */
#define vr_fib_dereference(p)	rcu_dereference_protected(p, 1)

static unsigned int vr_fib_bit(const struct in6_addr *addr, u8 bit)
{
	return (addr->s6_addr[bit / 8] >> (7 - bit % 8)) & 1;
}

/* Number of leading bits that both have, @max at most. */
static u8 vr_fib_common(const struct in6_addr *a, const struct in6_addr *b,
			u8 max)
{
	return min_t(int, ipv6_addr_diff(a, b), max);
}

static bool vr_fib_covers(const struct vr_fib_node *node,
			  const struct in6_addr *addr)
{
	return ipv6_prefix_equal(&node->prefix, addr, node->plen);
}

u32 vr_fib_lookup_rcu(const struct vr_fib *fib, const struct in6_addr *addr)
{
	const struct vr_fib_node *node = rcu_dereference(fib->root);
	u32 best = 0;
	u32 value;

	while (node && vr_fib_covers(node, addr)) {
		/* with the release that publishes it */
		value = smp_load_acquire(&node->value);
		if (value)
			best = value;
		if (node->plen == 128)
			break;
		node = rcu_dereference(node->child[vr_fib_bit(addr,
							      node->plen)]);
	}
	return best;
}

static int vr_fib_cmp(const struct vr_fib_entry *entry,
		      const struct in6_addr *prefix, u8 plen)
{
	int cmp = ipv6_addr_cmp(&entry->prefix, prefix);

	return cmp ?: (int)entry->plen - plen;
}

static struct vr_fib_entry *vr_fib_entry(struct rb_node *node)
{
	return rb_entry_safe(node, struct vr_fib_entry, by_prefix);
}

struct vr_fib_entry *vr_fib_first(const struct vr_fib *fib)
{
	return vr_fib_entry(rb_first(&fib->entries));
}

struct vr_fib_entry *vr_fib_find_next(const struct vr_fib *fib,
				      const struct in6_addr *prefix, u8 plen)
{
	struct rb_node *node = fib->entries.rb_node;
	struct rb_node *next = NULL;

	while (node) {
		if (vr_fib_cmp(vr_fib_entry(node), prefix, plen) > 0) {
			next = node;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return vr_fib_entry(next);
}

/* The last that is not behind that prefix. */
static struct vr_fib_entry *vr_fib_find_last(const struct vr_fib *fib,
					     const struct in6_addr *prefix,
					     u8 plen)
{
	struct rb_node *node = fib->entries.rb_node;
	struct rb_node *last = NULL;

	while (node) {
		if (vr_fib_cmp(vr_fib_entry(node), prefix, plen) > 0) {
			node = node->rb_left;
		} else {
			last = node;
			node = node->rb_right;
		}
	}
	return vr_fib_entry(last);
}

struct vr_fib_entry *vr_fib_find(const struct vr_fib *fib,
				 const struct in6_addr *prefix, u8 plen)
{
	struct vr_fib_entry *entry = vr_fib_find_last(fib, prefix, plen);

	return entry && !vr_fib_cmp(entry, prefix, plen) ? entry : NULL;
}

/*
 * The last entry in front of the address holds it, or has only its first bits
 * in common with it, and so has what does hold it.
 */
struct vr_fib_entry *vr_fib_match(const struct vr_fib *fib,
				  const struct in6_addr *addr)
{
	struct in6_addr prefix = *addr;
	struct vr_fib_entry *entry;
	u8 plen = 128;

	for (;;) {
		entry = vr_fib_find_last(fib, &prefix, plen);
		if (!entry || ipv6_prefix_equal(&entry->prefix, addr,
						entry->plen))
			return entry;
		plen = vr_fib_common(&entry->prefix, addr, entry->plen);
		ipv6_addr_prefix(&prefix, addr, plen);
	}
}

static void vr_fib_link(struct vr_fib *fib, struct vr_fib_entry *entry)
{
	struct rb_node **link = &fib->entries.rb_node;
	struct rb_node *parent = NULL;

	while (*link) {
		parent = *link;
		if (vr_fib_cmp(vr_fib_entry(parent), &entry->prefix,
			       entry->plen) > 0)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&entry->by_prefix, parent, link);
	rb_insert_color(&entry->by_prefix, &fib->entries);
}

/* A step of the way down: the pointer that leads to a node. */
struct vr_fib_slot {
	struct vr_fib_node __rcu **pointer;
	struct vr_fib_node *node;
};

/*
 * Goes down to the prefix's node or, where there is none, to the pointer at
 * which it belongs. Returns whether it is there.
 */
static bool vr_fib_find_node(struct vr_fib *fib,
			     const struct in6_addr *prefix, u8 plen,
			     struct vr_fib_slot *slot,
			     struct vr_fib_slot *parent)
{
	struct vr_fib_node *node;

	*parent = (struct vr_fib_slot){};
	slot->pointer = &fib->root;
	for (;;) {
		node = vr_fib_dereference(*slot->pointer);
		slot->node = node;
		if (!node || node->plen > plen || !vr_fib_covers(node, prefix))
			return false;
		if (node->plen == plen)
			return true;
		*parent = *slot;
		slot->pointer = &node->child[vr_fib_bit(prefix, node->plen)];
	}
}

static struct vr_fib_node *vr_fib_node_create(const struct in6_addr *prefix,
					      u8 plen, u32 value)
{
	struct vr_fib_node *node = kzalloc(sizeof(*node), GFP_KERNEL_ACCOUNT);

	if (!node)
		return NULL;
	ipv6_addr_prefix(&node->prefix, prefix, plen);
	node->plen = plen;
	node->value = value;
	return node;
}

/* The new node becomes the parent of, or a brother to, what @slot leads to. */
static int vr_fib_insert_above(struct vr_fib_slot *slot,
			       struct vr_fib_node *node)
{
	struct vr_fib_node *old = slot->node;
	struct vr_fib_node *join;
	u8 common;

	common = vr_fib_common(&old->prefix, &node->prefix,
			       min(old->plen, node->plen));
	if (common == node->plen) {
		join = node;
	} else {
		join = vr_fib_node_create(&node->prefix, common, 0);
		if (!join)
			return -ENOMEM;
		RCU_INIT_POINTER(join->child[vr_fib_bit(&node->prefix, common)],
				 node);
	}
	RCU_INIT_POINTER(join->child[vr_fib_bit(&old->prefix, common)], old);
	rcu_assign_pointer(*slot->pointer, join);
	return 0;
}

static int vr_fib_insert(struct vr_fib *fib, const struct in6_addr *prefix,
			 u8 plen, u32 value)
{
	struct vr_fib_slot slot, parent;
	struct vr_fib_node *node;

	if (vr_fib_find_node(fib, prefix, plen, &slot, &parent)) {
		if (slot.node->value)
			return -EEXIST;
		/* what the value stands for was stored before */
		smp_store_release(&slot.node->value, value);
		return 0;
	}

	node = vr_fib_node_create(prefix, plen, value);
	if (!node)
		return -ENOMEM;
	if (!slot.node) {
		rcu_assign_pointer(*slot.pointer, node);
		return 0;
	}
	if (vr_fib_insert_above(&slot, node)) {
		kfree(node);
		return -ENOMEM;
	}
	return 0;
}

int vr_fib_add(struct vr_fib *fib, struct vr_fib_entry *entry)
{
	int err = vr_fib_insert(fib, &entry->prefix, entry->plen,
				entry->value);

	if (!err)
		vr_fib_link(fib, entry);
	return err;
}

void vr_fib_replace(struct vr_fib *fib, struct vr_fib_entry *old,
		    struct vr_fib_entry *entry)
{
	struct vr_fib_slot slot, parent;

	if (WARN_ON_ONCE(!vr_fib_find_node(fib, &old->prefix, old->plen, &slot,
					   &parent)))
		return;
	/* what the value stands for was stored before */
	smp_store_release(&slot.node->value, entry->value);
	rb_replace_node(&old->by_prefix, &entry->by_prefix, &fib->entries);
}

/*
 * Takes out a node that has no value and lacks a child. Readers that stand on
 * it still find their way: its own pointers stay as they are.
 */
static void vr_fib_prune(struct vr_fib_slot *slot)
{
	struct vr_fib_node *node = slot->node;
	struct vr_fib_node *left, *right;

	if (node->value)
		return;
	left = vr_fib_dereference(node->child[0]);
	right = vr_fib_dereference(node->child[1]);
	if (left && right)
		return;
	rcu_assign_pointer(*slot->pointer, left ?: right);
	kfree_rcu(node, rcu);
}

void vr_fib_del(struct vr_fib *fib, struct vr_fib_entry *entry)
{
	struct vr_fib_slot slot, parent;

	if (WARN_ON_ONCE(!vr_fib_find_node(fib, &entry->prefix, entry->plen,
					   &slot, &parent)))
		return;
	rb_erase(&entry->by_prefix, &fib->entries);
	WRITE_ONCE(slot.node->value, 0);
	vr_fib_prune(&slot);
	if (parent.node)
		vr_fib_prune(&parent);
}
