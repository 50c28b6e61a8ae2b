// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a table of prefixes is made of below its top: nodes, skips and lone
 * prefixes, made, taken apart and let go of. Entries: vr_fib_compress(),
 * vr_fib_expand().
 */
#include "fib_trie.h"

void vr_fib_leaves_set(u32 *leaves, const struct vr_fib_item *item)
{
	u32 i;

	for (i = item->first; i <= item->last; i++) {
		if (!leaves[i] || vr_fib_leaf_length(leaves[i]) < item->length)
			/* Of a top, vr_fib_lookup() sees it. */
			smp_store_release(&leaves[i], item->leaf);
	}
}

size_t vr_fib_node_size(u64 children, u64 ends)
{
	return sizeof(struct vr_fib_node) +
	       hweight64(children) * sizeof(void *) +
	       hweight64(ends) * sizeof(u32);
}

/* Where its memory begins. */
static void *vr_fib_node_start(const struct vr_fib_node *node)
{
	return (void **)node - hweight64(node->children);
}

void vr_fib_node_free(const struct vr_fib_node *node)
{
	kfree(vr_fib_node_start(node));
}

void vr_fib_node_retire(const struct vr_fib_node *node)
{
	void *start = vr_fib_node_start(node);

	kvfree_rcu_mightsleep(start);
}

void vr_fib_expand(const struct vr_fib_node *node,
			  struct vr_fib_slots *slots)
{
	const u32 *leaf = node->leaves - 1;
	void __rcu **child = (void __rcu **)node;
	int i;

	for (i = VR_FIB_SLOTS - 1; i >= 0; i--) {
		leaf += node->ends >> i & 1;
		slots->leaf[i] = *leaf;
		slots->child[i] = NULL;
		if (node->children >> i & 1)
			slots->child[i] = vr_fib_dereference(*--child);
	}
}

/* Not when they are of two prefixes, nor where one of these begins. */
static bool vr_fib_same_run(const struct vr_fib_slots *slots, unsigned int slot)
{
	u32 leaf = slots->leaf[slot];
	unsigned int size = VR_FIB_SLOTS >> vr_fib_leaf_length(leaf);

	return leaf == slots->leaf[slot - 1] && (!leaf || slot & (size - 1));
}

u64 vr_fib_ends(const struct vr_fib_slots *slots)
{
	u64 ends = BIT_ULL(VR_FIB_SLOTS - 1);
	unsigned int i;

	for (i = 1; i < VR_FIB_SLOTS; i++) {
		if (!vr_fib_same_run(slots, i))
			ends |= BIT_ULL(i - 1);
	}
	return ends;
}

u64 vr_fib_children(const struct vr_fib_slots *slots)
{
	u64 children = 0;
	unsigned int i;

	for (i = 0; i < VR_FIB_SLOTS; i++) {
		if (slots->child[i])
			children |= BIT_ULL(i);
	}
	return children;
}

struct vr_fib_node *vr_fib_compress(const struct vr_fib_slots *slots,
					   gfp_t gfp)
{
	u64 children = vr_fib_children(slots);
	u64 ends = vr_fib_ends(slots);
	struct vr_fib_node *node;
	void __rcu **child;
	u32 *leaf;
	int i;

	child = kmalloc(vr_fib_node_size(children, ends), gfp);
	if (!child)
		return NULL;
	child += hweight64(children);
	node = (struct vr_fib_node *)child;
	node->children = children;
	node->ends = ends;
	leaf = node->leaves;
	for (i = VR_FIB_SLOTS - 1; i >= 0; i--) {
		if (ends >> i & 1)
			*leaf++ = slots->leaf[i];
		if (children >> i & 1)
			RCU_INIT_POINTER(*--child, slots->child[i]);
	}
	return node;
}

void *vr_fib_skip_create(u64 prefix, unsigned int bits, void *next,
				gfp_t gfp)
{
	struct vr_fib_skip *skip = kmalloc(sizeof(*skip), gfp);

	if (!skip)
		return NULL;
	prefix &= ~0ULL << (64 - bits);
	skip->prefix = prefix | bits / VR_FIB_STEP;
	RCU_INIT_POINTER(skip->next, next);
	return (char *)skip + VR_FIB_IS_SKIP;
}

void *vr_fib_lone_create(u64 prefix, unsigned int bits, u32 leaf, gfp_t gfp)
{
	struct vr_fib_lone *lone = kmalloc(sizeof(*lone), gfp);

	if (!lone)
		return NULL;
	lone->prefix = prefix & ~0ULL << (64 - bits);
	lone->leaf = leaf;
	lone->bits = bits;
	return (char *)lone + VR_FIB_IS_LONE;
}

void *vr_fib_skip_all(const struct vr_fib_key *key, u8 from, u8 to,
			     void *next)
{
	void *word = next, *above;
	unsigned int bits;

	while (to > from) {
		bits = min(to - from, VR_FIB_SKIP_MAX);
		to -= bits;
		above = vr_fib_skip_create(vr_fib_key_from(key, to), bits, word,
					   GFP_KERNEL_ACCOUNT);
		if (!above)
			goto undo;
		word = above;
	}
	return word;

undo:
	while (word != next) {
		above = word;
		word = vr_fib_dereference(vr_fib_skip(above)->next);
		kfree(vr_fib_skip(above));
	}
	return NULL;
}

void vr_fib_branch_retire(void *word)
{
	struct vr_fib_lone *lone;
	struct vr_fib_skip *skip;

	while (vr_fib_is(word) == VR_FIB_IS_SKIP) {
		skip = vr_fib_skip(word);
		word = vr_fib_dereference(skip->next);
		kvfree_rcu_mightsleep(skip);
	}
	if (vr_fib_is(word) == VR_FIB_IS_NODE) {
		vr_fib_node_retire(word);
		return;
	}
	lone = vr_fib_lone(word);
	kvfree_rcu_mightsleep(lone);
}

void vr_fib_branch_free(void *word)
{
	struct vr_fib_skip *skip;

	while (vr_fib_is(word) == VR_FIB_IS_SKIP) {
		skip = vr_fib_skip(word);
		word = vr_fib_dereference(skip->next);
		kfree(skip);
	}
	kfree(vr_fib_lone(word));
}

void vr_fib_retire_above(void *word, u8 from, u8 to)
{
	struct vr_fib_node *node;
	void __rcu **child;
	int i;

	if (!word || from >= to)
		return;
	if (vr_fib_is(word) == VR_FIB_IS_SKIP) {
		struct vr_fib_skip *skip = vr_fib_skip(word);

		vr_fib_retire_above(vr_fib_dereference(skip->next),
				    from + vr_fib_skip_bits(skip), to);
		kvfree_rcu_mightsleep(skip);
		return;
	}
	if (vr_fib_is(word) == VR_FIB_IS_NODE) {
		node = word;
		child = (void __rcu **)node;
		for (i = hweight64(node->children); i; i--)
			vr_fib_retire_above(vr_fib_dereference(*--child),
					    from + VR_FIB_STEP, to);
	}
	vr_fib_branch_retire(word);
}
