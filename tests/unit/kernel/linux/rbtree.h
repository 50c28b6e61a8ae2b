/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's interface to red-black trees over a plain binary tree: what is
 * random needs no balance.
 */
#ifndef TESTS_KERNEL_RBTREE_H
#define TESTS_KERNEL_RBTREE_H

#include "../kernel.h"

struct rb_node {
	struct rb_node *parent;
	struct rb_node *rb_left;
	struct rb_node *rb_right;
};

struct rb_root {
	struct rb_node *rb_node;
};

#define RB_ROOT ((struct rb_root){ NULL })
#define rb_entry(p, type, member) container_of(p, type, member)
#define rb_entry_safe(p, type, member) ((p) ? rb_entry(p, type, member) : NULL)

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
				struct rb_node **link)
{
	*node = (struct rb_node){ .parent = parent };
	*link = node;
}

static inline void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	(void)node;
	(void)root;
}

static inline struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *node = root->rb_node;

	while (node && node->rb_left)
		node = node->rb_left;
	return node;
}

static inline struct rb_node *rb_next(const struct rb_node *node)
{
	const struct rb_root right = { node->rb_right };

	if (node->rb_right)
		return rb_first(&right);
	while (node->parent && node == node->parent->rb_right)
		node = node->parent;
	return node->parent;
}

/* What leads to @old leads to @node, which may be NULL. */
static inline void rb_relink(struct rb_root *root, struct rb_node *old,
			     struct rb_node *node)
{
	if (!old->parent)
		root->rb_node = node;
	else if (old->parent->rb_left == old)
		old->parent->rb_left = node;
	else
		old->parent->rb_right = node;
	if (node)
		node->parent = old->parent;
}

static inline void rb_replace_node(struct rb_node *old, struct rb_node *node,
				   struct rb_root *root)
{
	*node = *old;
	rb_relink(root, old, node);
	if (node->rb_left)
		node->rb_left->parent = node;
	if (node->rb_right)
		node->rb_right->parent = node;
}

static inline void rb_erase(struct rb_node *node, struct rb_root *root)
{
	const struct rb_root right = { node->rb_right };
	struct rb_node *next;

	if (!node->rb_left || !node->rb_right) {
		rb_relink(root, node, node->rb_left ?: node->rb_right);
		return;
	}
	/* Its successor has no left child: it leaves its place for this one. */
	next = rb_first(&right);
	rb_relink(root, next, next->rb_right);
	rb_replace_node(node, next, root);
}

#endif
