/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The form of a table of prefixes: a trie that takes six bits of an address at
 * a step.
 *
 * The top is an array over the first 0, 12 or 18 bits, whichever the number of
 * prefixes pays for. A node has 64 slots, in two bitmaps: slots that lead to a
 * child, and slots that end a run of equal leaves. Counting the bits from a
 * slot up gives the place of its child, in front of the node, and of its leaf,
 * behind it. Where all prefixes agree on some steps, a skip stands for these,
 * and where there is but one prefix, it stands alone.
 *
 * A prefix is the business of the one level whose steps its end falls in: a
 * leaf is the longest prefix of its own level, none if there is none, and
 * lookups remember the last one met. So a change touches one level, whatever
 * is above and below. A leaf says how long its prefix is within the level. It
 * thereby tells which prefix it is of, and a run never joins two of them: to
 * delete a prefix is to overwrite the leaves of its runs, for which no memory
 * is needed. All else is a new node in the place of the old one.
 */
#ifndef VR_FIB_TRIE_H
#define VR_FIB_TRIE_H

#include <linux/bitops.h>
#include <linux/math.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "fib.h"

#define VR_FIB_STEP		6	/* bits */
#define VR_FIB_SLOTS		64
#define VR_FIB_LENGTH_BITS	5	/* of a leaf, below its value */
#define VR_FIB_LENGTH_MASK	((1U << VR_FIB_LENGTH_BITS) - 1)
#define VR_FIB_SKIP_MAX		60	/* bits */
#define VR_FIB_SKIP_MASK	15ULL	/* steps, in the prefix of a skip */
#define VR_FIB_DEPTH_MAX	128	/* nothing is deeper */

/* What is done for speed or size alone may fail. */
#define VR_FIB_GFP_TRY	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN)

/* What is led to, or NULL, the lowest bits saying which. */
#define VR_FIB_IS_NODE		0
#define VR_FIB_IS_SKIP		1
#define VR_FIB_IS_LONE		2
#define VR_FIB_IS_MASK		3UL

struct vr_fib_node {
	u64 children;			/* slots that lead on, last in front */
	u64 ends;			/* slots that are the last of a run */
	u32 leaves[];			/* of the runs, the last one first */
};

struct vr_fib_skip {
	u64 prefix;			/* leftmost bits, steps in the lowest */
	void __rcu *next;
};

struct vr_fib_lone {
	u64 prefix;			/* leftmost bits, 0 behind them */
	u32 leaf;
	u8 bits;
};

struct vr_fib_top {
	u32 *leaves;			/* behind the children */
	u32 mask;			/* of an index */
	u8 bits;
	void __rcu *children[];
};

/* An address without the bits that all of its family have, left-aligned. */
struct vr_fib_key {
	u64 high;
	u64 low;
};

/* A prefix as its level sees it. */
struct vr_fib_item {
	struct vr_fib_key key;
	u8 depth;			/* of the level: bits above it */
	u8 length;			/* bits within the level */
	u32 first, last;		/* slots */
	u32 leaf;
};

/* All slots of a node, one by one. */
struct vr_fib_slots {
	u32 leaf[VR_FIB_SLOTS];
	void *child[VR_FIB_SLOTS];
};

/* The writer's lock is the caller's and not known here. */
#define vr_fib_dereference(p)	rcu_dereference_protected(p, 1)

/* Returns VR_FIB_IS_ that. */
static inline unsigned int vr_fib_is(const void *word)
{
	return (unsigned long)word & VR_FIB_IS_MASK;
}

static inline struct vr_fib_skip *vr_fib_skip(const void *word)
{
	return (void *)((unsigned long)word - VR_FIB_IS_SKIP);
}

static inline struct vr_fib_lone *vr_fib_lone(const void *word)
{
	return (void *)((unsigned long)word - VR_FIB_IS_LONE);
}

static inline unsigned int vr_fib_skip_bits(const struct vr_fib_skip *skip)
{
	return (skip->prefix & VR_FIB_SKIP_MASK) * VR_FIB_STEP;
}

/* Bits of a lone prefix before the level it is of. */
static inline unsigned int vr_fib_lone_above(const struct vr_fib_lone *lone)
{
	return rounddown(lone->bits - 1, VR_FIB_STEP);
}

/* Of a slot whose bit is set. Inline, as the next: on the packet's way. */
static __always_inline void __rcu **
vr_fib_child(const struct vr_fib_node *node, unsigned int slot)
{
	return (void __rcu **)node - hweight64(node->children >> slot);
}

static __always_inline u32 *vr_fib_leaf(struct vr_fib_node *node,
					unsigned int slot)
{
	return &node->leaves[hweight64(node->ends >> slot) - 1];
}

/* The next 64 bits from @depth on. */
static inline u64 vr_fib_key_from(const struct vr_fib_key *key, u8 depth)
{
	if (depth >= 64)
		return key->low << (depth - 64);
	if (depth)
		return key->high << depth | key->low >> (64 - depth);
	return key->high;
}

static inline unsigned int vr_fib_slot(const struct vr_fib_key *key, u8 depth)
{
	return vr_fib_key_from(key, depth) >> (64 - VR_FIB_STEP);
}

static inline unsigned int vr_fib_index(const struct vr_fib_top *top,
					const struct vr_fib_key *key)
{
	return key->high >> 1 >> (63 - top->bits);
}

static inline bool vr_fib_in_top(const struct vr_fib_top *top,
				 const struct vr_fib_item *item)
{
	return item->depth + item->length <= top->bits;
}

static inline u8 vr_fib_leaf_length(u32 leaf)
{
	return leaf & VR_FIB_LENGTH_MASK;
}

/* fib_node.c: what there is below the top. Pointers may be NULL: no memory. */

/* Sets leaves wherever there is none of a longer prefix. */
void vr_fib_leaves_set(u32 *leaves, const struct vr_fib_item *item);
void vr_fib_expand(const struct vr_fib_node *node, struct vr_fib_slots *slots);
struct vr_fib_node *vr_fib_compress(const struct vr_fib_slots *slots,
				    gfp_t gfp);
/* The bitmaps, and the size, of the node that slots make. */
u64 vr_fib_children(const struct vr_fib_slots *slots);
u64 vr_fib_ends(const struct vr_fib_slots *slots);
size_t vr_fib_node_size(u64 children, u64 ends);
/* Of @prefix, which is left-aligned, only the @bits matter. */
void *vr_fib_skip_create(u64 prefix, unsigned int bits, void *next, gfp_t gfp);
void *vr_fib_lone_create(u64 prefix, unsigned int bits, u32 leaf, gfp_t gfp);
/* What leads from one depth to @next at another, which it never frees. */
void *vr_fib_skip_all(const struct vr_fib_key *key, u8 from, u8 to,
		      void *next);
/* What readers cannot reach any more: the skips at @word, and behind them. */
void vr_fib_branch_retire(void *word);
void vr_fib_node_retire(const struct vr_fib_node *node);
/* What they never could: skips and a lone prefix, and a node. */
void vr_fib_branch_free(void *word);
void vr_fib_node_free(const struct vr_fib_node *node);
/* Lets go of all that begins above depth @to. */
void vr_fib_retire_above(void *word, u8 from, u8 to);

/* fib_trie.c: changes below the top */

/* Returns 0 or -ENOMEM. */
int vr_fib_insert(struct vr_fib_top *top, const struct vr_fib_item *item);
/* Puts @leaf in the place of what @item has. Needs no memory. */
void vr_fib_overwrite(struct vr_fib_top *top, const struct vr_fib_item *item,
		      u32 leaf);
/* The same, and gives back what is of no use without @item, if it can. */
void vr_fib_remove(struct vr_fib_top *top, const struct vr_fib_item *item,
		   u32 leaf);

/* fib_top.c: the top, and its size */

extern struct vr_fib_top vr_fib_empty;	/* of all tables without a prefix */

struct vr_fib_top *vr_fib_top_create(u8 bits);
/* Retires the old one, and what begins above depth @keep. */
void vr_fib_top_publish(struct vr_fib *fib, struct vr_fib_top *top, u8 keep);
/* A larger or smaller top if the number of entries wants it. May fail. */
void vr_fib_grow(struct vr_fib *fib);
void vr_fib_shrink(struct vr_fib *fib);

/* fib.c */

void vr_fib_item_init(struct vr_fib_item *item, const struct vr_fib *fib,
		      const struct vr_fib_top *top,
		      const struct vr_fib_entry *entry);

#endif /* VR_FIB_TRIE_H */
