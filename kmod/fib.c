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
	void __rcu *value;		/* NULL: only joins its children */
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

void *vr_fib_lookup_rcu(const struct vr_fib *fib, const struct in6_addr *addr)
{
	const struct vr_fib_node *node = rcu_dereference(fib->root);
	void *best = NULL;
	void *value;

	while (node && vr_fib_covers(node, addr)) {
		value = rcu_dereference(node->value);
		if (value)
			best = value;
		if (node->plen == 128)
			break;
		node = rcu_dereference(node->child[vr_fib_bit(addr,
							      node->plen)]);
	}
	return best;
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
static bool vr_fib_find(struct vr_fib *fib, const struct in6_addr *prefix,
			u8 plen, struct vr_fib_slot *slot,
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
					      u8 plen, void *value)
{
	struct vr_fib_node *node = kzalloc(sizeof(*node), GFP_KERNEL_ACCOUNT);

	if (!node)
		return NULL;
	ipv6_addr_prefix(&node->prefix, prefix, plen);
	node->plen = plen;
	RCU_INIT_POINTER(node->value, value);
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
		join = vr_fib_node_create(&node->prefix, common, NULL);
		if (!join)
			return -ENOMEM;
		RCU_INIT_POINTER(join->child[vr_fib_bit(&node->prefix, common)],
				 node);
	}
	RCU_INIT_POINTER(join->child[vr_fib_bit(&old->prefix, common)], old);
	rcu_assign_pointer(*slot->pointer, join);
	return 0;
}

int vr_fib_add(struct vr_fib *fib, const struct in6_addr *prefix, u8 plen,
	       void *value)
{
	struct vr_fib_slot slot, parent;
	struct vr_fib_node *node;

	if (vr_fib_find(fib, prefix, plen, &slot, &parent)) {
		if (vr_fib_dereference(slot.node->value))
			return -EEXIST;
		rcu_assign_pointer(slot.node->value, value);
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

void vr_fib_replace(struct vr_fib *fib, const struct in6_addr *prefix, u8 plen,
		    void *value)
{
	struct vr_fib_slot slot, parent;

	if (WARN_ON_ONCE(!vr_fib_find(fib, prefix, plen, &slot, &parent)))
		return;
	rcu_assign_pointer(slot.node->value, value);
}

/*
 * Takes out a node that has no value and lacks a child. Readers that stand on
 * it still find their way: its own pointers stay as they are.
 */
static void vr_fib_prune(struct vr_fib_slot *slot)
{
	struct vr_fib_node *node = slot->node;
	struct vr_fib_node *left, *right;

	if (vr_fib_dereference(node->value))
		return;
	left = vr_fib_dereference(node->child[0]);
	right = vr_fib_dereference(node->child[1]);
	if (left && right)
		return;
	rcu_assign_pointer(*slot->pointer, left ?: right);
	kfree_rcu(node, rcu);
}

void vr_fib_del(struct vr_fib *fib, const struct in6_addr *prefix, u8 plen)
{
	struct vr_fib_slot slot, parent;

	if (WARN_ON_ONCE(!vr_fib_find(fib, prefix, plen, &slot, &parent)))
		return;
	RCU_INIT_POINTER(slot.node->value, NULL);
	vr_fib_prune(&slot);
	if (parent.node)
		vr_fib_prune(&parent);
}
