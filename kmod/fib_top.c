// SPDX-License-Identifier: GPL-2.0-only
/*
 * The top of a table of prefixes, which grows and shrinks with their number.
 * Entries: vr_fib_grow(), vr_fib_shrink().
 */
#include <linux/mm.h>
#include <linux/sched.h>

#include "fib_trie.h"

static u32 vr_fib_no_leaf;
struct vr_fib_top vr_fib_empty = {
	.leaves = &vr_fib_no_leaf,
	.children = { NULL },
};

struct vr_fib_top *vr_fib_top_create(u8 bits)
{
	unsigned int n = 1U << bits;
	struct vr_fib_top *top;

	top = kvzalloc(struct_size(top, children, n) + n * sizeof(*top->leaves),
		       bits ? VR_FIB_GFP_TRY : GFP_KERNEL_ACCOUNT);
	if (!top)
		return NULL;
	top->bits = bits;
	top->mask = n - 1;
	top->leaves = (u32 *)&top->children[n];
	return top;
}

void vr_fib_top_publish(struct vr_fib *fib, struct vr_fib_top *top,
			       u8 keep)
{
	struct vr_fib_top *old = vr_fib_dereference(fib->top);
	u32 i;

	rcu_assign_pointer(fib->top, top);
	if (old == &vr_fib_empty)
		return;
	for (i = 0; i <= old->mask; i++) {
		vr_fib_retire_above(vr_fib_dereference(old->children[i]),
				    old->bits, keep);
		cond_resched();
	}
	kvfree_rcu_mightsleep(old);
}

/* What a slot of a larger top has to say. */
struct vr_fib_answer {
	u32 leaf;
	void *word;
	unsigned int cut;		/* bits of its first that are used up */
};

/* A skip at @depth, on the way to @bits. Returns the depth behind it. */
static u8 vr_fib_answer_skip(struct vr_fib_answer *answer,
			     const struct vr_fib_key *key, u8 depth, u8 bits)
{
	struct vr_fib_skip *skip = vr_fib_skip(answer->word);
	unsigned int length = vr_fib_skip_bits(skip);
	unsigned int left = bits - depth;

	if ((vr_fib_key_from(key, depth) ^ skip->prefix) >>
	    (64 - min(length, left)))
		answer->word = NULL;
	else if (length > left)
		answer->cut = left;
	else
		answer->word = vr_fib_dereference(skip->next);
	return depth + min(length, left);
}

/* A lone prefix is a leaf of the top, or remains behind it. */
static void vr_fib_answer_lone(struct vr_fib_answer *answer,
			       const struct vr_fib_key *key, u8 depth, u8 bits)
{
	struct vr_fib_lone *lone = vr_fib_lone(answer->word);
	unsigned int length = lone->bits;
	unsigned int left = bits - depth;

	if ((vr_fib_key_from(key, depth) ^ lone->prefix) >>
	    (64 - min(length, left))) {
		answer->word = NULL;
	} else if (length > left) {
		answer->cut = left;
	} else {
		answer->leaf = lone->leaf + depth + vr_fib_lone_above(lone);
		answer->word = NULL;
	}
}

/* Leaves of the top are as long as their prefix, whichever level's they were. */
static void vr_fib_answer_node(struct vr_fib_answer *answer,
			       const struct vr_fib_key *key, u8 depth)
{
	struct vr_fib_node *node = answer->word;
	unsigned int slot = vr_fib_slot(key, depth);
	u32 leaf = *vr_fib_leaf(node, slot);

	if (leaf)
		answer->leaf = leaf + depth;
	answer->word = NULL;
	if (node->children >> slot & 1)
		answer->word = vr_fib_dereference(*vr_fib_child(node, slot));
}

static struct vr_fib_answer vr_fib_answer(const struct vr_fib_top *top,
					  const struct vr_fib_key *key,
					  u8 bits)
{
	unsigned int index = vr_fib_index(top, key);
	struct vr_fib_answer answer = {
		.leaf = top->leaves[index],
		.word = vr_fib_dereference(top->children[index]),
	};
	u8 depth = top->bits;

	while (answer.word && depth < bits) {
		switch (vr_fib_is(answer.word)) {
		case VR_FIB_IS_SKIP:
			depth = vr_fib_answer_skip(&answer, key, depth, bits);
			break;
		case VR_FIB_IS_LONE:
			vr_fib_answer_lone(&answer, key, depth, bits);
			depth = bits;
			break;
		default:
			vr_fib_answer_node(&answer, key, depth);
			depth += VR_FIB_STEP;
		}
	}
	return answer;
}

static struct vr_fib_answer vr_fib_answer_at(const struct vr_fib_top *old,
					     u32 i, u8 bits)
{
	const struct vr_fib_key key = { .high = (u64)i << (64 - bits) };

	return vr_fib_answer(old, &key, bits);
}

/* What reaches below the new top by itself is copied, the rest is shared. */
static void *vr_fib_answer_word(const struct vr_fib_answer *answer)
{
	struct vr_fib_skip *skip;
	struct vr_fib_lone *lone;

	if (!answer->cut)
		return answer->word;
	if (vr_fib_is(answer->word) == VR_FIB_IS_LONE) {
		lone = vr_fib_lone(answer->word);
		return vr_fib_lone_create(lone->prefix << answer->cut,
					  lone->bits - answer->cut, lone->leaf,
					  VR_FIB_GFP_TRY);
	}
	skip = vr_fib_skip(answer->word);
	return vr_fib_skip_create(skip->prefix << answer->cut,
				  vr_fib_skip_bits(skip) - answer->cut,
				  vr_fib_dereference(skip->next),
				  VR_FIB_GFP_TRY);
}

static int vr_fib_top_fill(struct vr_fib_top *top, const struct vr_fib_top *old)
{
	struct vr_fib_answer answer;
	void *word;
	u32 i;

	for (i = 0; i <= top->mask; i++) {
		answer = vr_fib_answer_at(old, i, top->bits);
		word = vr_fib_answer_word(&answer);
		if (answer.word && !word)
			goto undo;
		top->leaves[i] = answer.leaf;
		RCU_INIT_POINTER(top->children[i], word);
		cond_resched();
	}
	return 0;

undo:
	while (i--) {
		if (!vr_fib_answer_at(old, i, top->bits).cut)
			continue;
		word = vr_fib_dereference(top->children[i]);
		kfree((void *)((unsigned long)word & ~VR_FIB_IS_MASK));
	}
	return -ENOMEM;
}

/* As many slots as there are prefixes, so at most 12 bytes for each. */
static u8 vr_fib_top_bits(u32 n_entries)
{
	if (n_entries >= 1U << 18)
		return 18;
	return n_entries >= 1U << 12 ? 12 : 0;
}

/*
 * Takes the upper levels into the top. Without the memory they remain and
 * lookups take some steps more; it is tried again at twice the prefixes.
 */
void vr_fib_grow(struct vr_fib *fib)
{
	struct vr_fib_top *old = vr_fib_dereference(fib->top);
	u8 bits = vr_fib_top_bits(fib->n_entries);
	struct vr_fib_top *top;

	if (bits <= old->bits)
		return;
	top = vr_fib_top_create(bits);
	if (!top)
		return;
	if (vr_fib_top_fill(top, old)) {
		kvfree(top);
		return;
	}
	vr_fib_top_publish(fib, top, bits);
}

/* Makes a smaller table of what is left. The same as to failure. */
void vr_fib_shrink(struct vr_fib *fib)
{
	struct vr_fib shadow = { .base = fib->base };
	u8 bits = vr_fib_top_bits(fib->n_entries * 8);
	struct vr_fib_entry *entry;
	struct vr_fib_item item;
	struct vr_fib_top *top;
	struct rb_node *node;

	if (bits >= vr_fib_dereference(fib->top)->bits)
		return;
	top = vr_fib_top_create(bits);
	if (!top)
		return;
	RCU_INIT_POINTER(shadow.top, top);
	for (node = rb_first(&fib->entries); node; node = rb_next(node)) {
		entry = rb_entry(node, struct vr_fib_entry, by_prefix);
		vr_fib_item_init(&item, fib, top, entry);
		if (vr_fib_insert(top, &item)) {
			vr_fib_top_publish(&shadow, &vr_fib_empty,
					   VR_FIB_DEPTH_MAX);
			return;
		}
	}
	vr_fib_top_publish(fib, top, VR_FIB_DEPTH_MAX);
}
