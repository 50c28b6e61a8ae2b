// SPDX-License-Identifier: GPL-2.0-only
/*
 * What changes below the top of a table of prefixes. Entries: vr_fib_insert(),
 * vr_fib_remove().
 */
#include "fib_trie.h"

#define VR_FIB_NODES_MAX	23	/* on the way to a prefix */
#define VR_FIB_LONE_MAX		64	/* bits */

/* The way down to a node. */
struct vr_fib_path {
	struct {
		void __rcu **from;	/* what leads to it, by skips or not */
		void __rcu **link;	/* what leads to it directly */
	} nodes[VR_FIB_NODES_MAX];
	unsigned int n;
};

/* --- adding */

/* @item alone, behind skips where it is too long. */
static void *vr_fib_branch_create(const struct vr_fib_item *item, u8 depth)
{
	unsigned int bits = item->depth + item->length - depth;
	void *word, *lone;
	u8 at = depth;

	while (bits > VR_FIB_LONE_MAX) {
		bits -= VR_FIB_SKIP_MAX;
		at += VR_FIB_SKIP_MAX;
	}
	lone = vr_fib_lone_create(vr_fib_key_from(&item->key, at), bits,
				  item->leaf, GFP_KERNEL_ACCOUNT);
	if (!lone)
		return NULL;
	word = vr_fib_skip_all(&item->key, depth, at, lone);
	if (!word)
		kfree(vr_fib_lone(lone));
	return word;
}

static int vr_fib_add_branch(void __rcu **link, u8 depth,
			     const struct vr_fib_item *item)
{
	void *word = vr_fib_branch_create(item, depth);

	if (!word)
		return -ENOMEM;
	rcu_assign_pointer(*link, word);
	return 0;
}

/* Puts @item into the slots of a node at @depth: as leaves, or below. */
static int vr_fib_slots_add(struct vr_fib_slots *slots, u8 depth,
			    const struct vr_fib_item *item)
{
	void *word;

	if (depth == item->depth) {
		vr_fib_leaves_set(slots->leaf, item);
		return 0;
	}
	word = vr_fib_branch_create(item, depth + VR_FIB_STEP);
	slots->child[vr_fib_slot(&item->key, depth)] = word;
	return word ? 0 : -ENOMEM;
}

static void vr_fib_slots_undo(struct vr_fib_slots *slots, u8 depth,
			      const struct vr_fib_item *item)
{
	if (depth != item->depth)
		vr_fib_branch_free(slots->child[vr_fib_slot(&item->key,
							    depth)]);
}

static int vr_fib_add_to_node(void __rcu **link, u8 depth,
			      const struct vr_fib_item *item)
{
	const struct vr_fib_node *old = vr_fib_dereference(*link);
	struct vr_fib_slots slots;
	struct vr_fib_node *node;

	vr_fib_expand(old, &slots);
	if (vr_fib_slots_add(&slots, depth, item))
		return -ENOMEM;
	node = vr_fib_compress(&slots, GFP_KERNEL_ACCOUNT);
	if (!node) {
		vr_fib_slots_undo(&slots, depth, item);
		return -ENOMEM;
	}
	rcu_assign_pointer(*link, node);
	vr_fib_node_retire(old);
	return 0;
}

/*
 * Puts what follows the first @bits of a skip into the slots of a node there.
 * What is made for that goes to @made.
 */
static int vr_fib_slots_add_skip(struct vr_fib_slots *slots, unsigned int bits,
				 const struct vr_fib_skip *skip, void **made)
{
	unsigned int rest = vr_fib_skip_bits(skip) - bits - VR_FIB_STEP;
	void *next = vr_fib_dereference(skip->next);
	u64 prefix = skip->prefix << bits;

	if (rest) {
		next = vr_fib_skip_create(prefix << VR_FIB_STEP, rest, next,
					  GFP_KERNEL_ACCOUNT);
		if (!next)
			return -ENOMEM;
		*made = vr_fib_skip(next);
	}
	slots->child[prefix >> (64 - VR_FIB_STEP)] = next;
	return 0;
}

/*
 * The same of a lone prefix, which becomes leaves or is alone further on. Its
 * item is not to be on the stack beside the caller's slots for all their time.
 */
static noinline_for_stack int
vr_fib_slots_add_lone(struct vr_fib_slots *slots, unsigned int bits,
		      const struct vr_fib_lone *lone, void **made)
{
	u64 prefix = lone->prefix << bits;
	struct vr_fib_item item = {
		.first = prefix >> (64 - VR_FIB_STEP),
		.length = vr_fib_leaf_length(lone->leaf),
		.leaf = lone->leaf,
	};
	void *word;

	item.last = item.first + (VR_FIB_SLOTS >> item.length) - 1;
	if (bits == vr_fib_lone_above(lone)) {
		vr_fib_leaves_set(slots->leaf, &item);
		return 0;
	}
	word = vr_fib_lone_create(prefix << VR_FIB_STEP,
				  lone->bits - bits - VR_FIB_STEP, lone->leaf,
				  GFP_KERNEL_ACCOUNT);
	if (!word)
		return -ENOMEM;
	*made = vr_fib_lone(word);
	slots->child[item.first] = word;
	return 0;
}

static int vr_fib_slots_add_rest(struct vr_fib_slots *slots, unsigned int bits,
				 const void *word, void **made)
{
	if (vr_fib_is(word) == VR_FIB_IS_SKIP)
		return vr_fib_slots_add_skip(slots, bits, vr_fib_skip(word),
					     made);
	return vr_fib_slots_add_lone(slots, bits, vr_fib_lone(word), made);
}

/* A node @bits behind the beginning of a skip, or of a lone prefix. */
static int vr_fib_split(void __rcu **link, u8 depth, unsigned int bits,
			const struct vr_fib_item *item)
{
	void *old = vr_fib_dereference(*link);
	struct vr_fib_slots slots = {};
	struct vr_fib_node *node;
	void *made = NULL;
	void *word;

	if (vr_fib_slots_add_rest(&slots, bits, old, &made))
		return -ENOMEM;
	if (vr_fib_slots_add(&slots, depth + bits, item))
		goto undo_rest;
	node = vr_fib_compress(&slots, GFP_KERNEL_ACCOUNT);
	if (!node)
		goto undo_slots;
	word = vr_fib_skip_all(&item->key, depth, depth + bits, node);
	if (!word)
		goto undo_node;
	rcu_assign_pointer(*link, word);
	old = (void *)((unsigned long)old & ~VR_FIB_IS_MASK);
	kvfree_rcu_mightsleep(old);
	return 0;

undo_node:
	vr_fib_node_free(node);
undo_slots:
	vr_fib_slots_undo(&slots, depth + bits, item);
undo_rest:
	kfree(made);
	return -ENOMEM;
}

/* Bits at @depth on which @item agrees with @prefix, @max at most. */
static unsigned int vr_fib_common(const struct vr_fib_item *item, u8 depth,
				  u64 prefix, unsigned int max)
{
	u64 diff = vr_fib_key_from(&item->key, depth) ^ prefix;
	unsigned int common = rounddown(64 - fls64(diff), VR_FIB_STEP);

	return min3(common, max, (unsigned int)item->depth - depth);
}

int vr_fib_insert(struct vr_fib_top *top, const struct vr_fib_item *item)
{
	struct vr_fib_lone *lone;
	struct vr_fib_skip *skip;
	struct vr_fib_node *node;
	unsigned int slot, bits;
	u8 depth = top->bits;
	void __rcu **link;
	void *word;

	if (vr_fib_in_top(top, item)) {
		vr_fib_leaves_set(top->leaves, item);
		return 0;
	}
	link = &top->children[vr_fib_index(top, &item->key)];
	for (;;) {
		word = vr_fib_dereference(*link);
		if (!word)
			return vr_fib_add_branch(link, depth, item);
		if (vr_fib_is(word) == VR_FIB_IS_LONE) {
			lone = vr_fib_lone(word);
			bits = vr_fib_common(item, depth, lone->prefix,
					     vr_fib_lone_above(lone));
			return vr_fib_split(link, depth, bits, item);
		}
		if (vr_fib_is(word) == VR_FIB_IS_SKIP) {
			skip = vr_fib_skip(word);
			bits = vr_fib_common(item, depth, skip->prefix,
					     vr_fib_skip_bits(skip));
			if (bits < vr_fib_skip_bits(skip))
				return vr_fib_split(link, depth, bits, item);
			link = &skip->next;
			depth += bits;
			continue;
		}
		node = word;
		slot = vr_fib_slot(&item->key, depth);
		if (depth == item->depth || !(node->children >> slot & 1))
			return vr_fib_add_to_node(link, depth, item);
		link = vr_fib_child(node, slot);
		depth += VR_FIB_STEP;
	}
}

/* --- changing and deleting */

/* Returns the node that has leaves of @item, or @item where it is alone. */
static void *vr_fib_walk(struct vr_fib_top *top, const struct vr_fib_item *item,
			 struct vr_fib_path *path)
{
	struct vr_fib_node *node;
	u8 depth = top->bits;
	void __rcu **link;
	void *word;

	path->n = 0;
	link = &top->children[vr_fib_index(top, &item->key)];
	for (;;) {
		path->nodes[path->n].from = link;
		word = vr_fib_dereference(*link);
		while (vr_fib_is(word) == VR_FIB_IS_SKIP) {
			depth += vr_fib_skip_bits(vr_fib_skip(word));
			link = &vr_fib_skip(word)->next;
			word = vr_fib_dereference(*link);
		}
		path->nodes[path->n++].link = link;
		if (depth == item->depth || vr_fib_is(word) == VR_FIB_IS_LONE)
			return word;
		node = word;
		link = vr_fib_child(node, vr_fib_slot(&item->key, depth));
		depth += VR_FIB_STEP;
	}
}

/* Readers see each address change at once, from the old to the new. */
static void vr_fib_put_in_node(struct vr_fib_node *node,
			       const struct vr_fib_item *item, u32 leaf)
{
	u32 *place;
	u32 i;

	for (i = item->first; i <= item->last; i++) {
		if (!(node->ends >> i & 1))
			continue;
		place = vr_fib_leaf(node, i);
		if (*place && vr_fib_leaf_length(*place) == item->length)
			smp_store_release(place, leaf); /* vr_fib_lookup() */
	}
}

static void vr_fib_put_in_top(struct vr_fib_top *top,
			      const struct vr_fib_item *item, u32 leaf)
{
	u32 i;

	for (i = item->first; i <= item->last; i++) {
		if (top->leaves[i] &&
		    vr_fib_leaf_length(top->leaves[i]) == item->length)
			/* vr_fib_lookup() */
			smp_store_release(&top->leaves[i], leaf);
	}
}

static void vr_fib_put(struct vr_fib_top *top, const struct vr_fib_item *item,
		       u32 leaf, struct vr_fib_path *path)
{
	void *word;

	path->n = 0;
	if (vr_fib_in_top(top, item)) {
		vr_fib_put_in_top(top, item, leaf);
		return;
	}
	word = vr_fib_walk(top, item, path);
	if (vr_fib_is(word) == VR_FIB_IS_LONE) /* vr_fib_lookup() */
		smp_store_release(&vr_fib_lone(word)->leaf, leaf);
	else
		vr_fib_put_in_node(word, item, leaf);
}

void vr_fib_overwrite(struct vr_fib_top *top, const struct vr_fib_item *item,
		      u32 leaf)
{
	struct vr_fib_path path;

	vr_fib_put(top, item, leaf, &path);
}

/* A skip in the place of a node that does nothing but lead on to one child. */
static void vr_fib_bypass(void __rcu **link, const struct vr_fib_slots *slots,
			  unsigned int slot)
{
	struct vr_fib_node *node = vr_fib_dereference(*link);
	u64 prefix = (u64)slot << (64 - VR_FIB_STEP);
	unsigned int bits = VR_FIB_STEP;
	struct vr_fib_skip *below = NULL;
	void *next = slots->child[slot];
	void *word;

	if (vr_fib_is(next) == VR_FIB_IS_SKIP &&
	    vr_fib_skip_bits(vr_fib_skip(next)) < VR_FIB_SKIP_MAX) {
		below = vr_fib_skip(next);
		bits += vr_fib_skip_bits(below);
		prefix |= below->prefix >> VR_FIB_STEP;
		next = vr_fib_dereference(below->next);
	}
	word = vr_fib_skip_create(prefix, bits, next, VR_FIB_GFP_TRY);
	if (!word)
		return;
	rcu_assign_pointer(*link, word);
	vr_fib_node_retire(node);
	if (below)
		kvfree_rcu_mightsleep(below);
}

/*
 * What a deletion left behind: best effort, as the table is right already.
 * Returns whether there is nothing left at all.
 */
static bool vr_fib_compact(void __rcu **link)
{
	void *word = vr_fib_dereference(*link);
	struct vr_fib_node *old = word;
	struct vr_fib_slots slots;
	struct vr_fib_node *node;
	u64 children, ends;
	bool leaves;

	if (vr_fib_is(word) == VR_FIB_IS_LONE)
		return !vr_fib_lone(word)->leaf;
	vr_fib_expand(old, &slots);
	children = vr_fib_children(&slots);
	ends = vr_fib_ends(&slots);
	leaves = hweight64(ends) > 1 || slots.leaf[0];
	if (!leaves && !children)
		return true;
	if (!leaves && hweight64(children) == 1) {
		vr_fib_bypass(link, &slots, __ffs64(children));
		return false;
	}
	/* A quarter gained is worth a copy. */
	if (vr_fib_node_size(children, ends) >
	    vr_fib_node_size(old->children, old->ends) * 3 / 4)
		return false;
	node = vr_fib_compress(&slots, VR_FIB_GFP_TRY);
	if (!node)
		return false;
	rcu_assign_pointer(*link, node);
	vr_fib_node_retire(old);
	return false;
}

void vr_fib_remove(struct vr_fib_top *top, const struct vr_fib_item *item,
		   u32 leaf)
{
	struct vr_fib_path path;
	void __rcu **from;
	void *word;

	vr_fib_put(top, item, leaf, &path);
	while (path.n--) {
		if (!vr_fib_compact(path.nodes[path.n].link))
			return;
		from = path.nodes[path.n].from;
		word = vr_fib_dereference(*from);
		RCU_INIT_POINTER(*from, NULL);
		vr_fib_branch_retire(word);
	}
}
