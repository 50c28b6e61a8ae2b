// SPDX-License-Identifier: GPL-2.0-only
/*
 * Longest-prefix match. Entries: vr_fib_lookup4_rcu() and its brother for
 * packets, vr_fib_add() and vr_fib_del() for commands. The form of the table
 * is told in fib_trie.h.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/unaligned.h>
#include <net/ipv6.h>

#include "fib.h"
#include "fib_trie.h"

static __always_inline u32 vr_fib_lookup_lone(const void *word, u64 high)
{
	const struct vr_fib_lone *lone = vr_fib_lone(word);

	if ((high ^ lone->prefix) >> (64 - lone->bits))
		return 0;
	return smp_load_acquire(&lone->leaf); /* as in vr_fib_lookup() */
}

static __always_inline u32 vr_fib_lookup(const struct vr_fib_top *top, u64 high,
					 u64 low)
{
	const struct vr_fib_skip *skip;
	unsigned int slot, bits, index;
	struct vr_fib_node *node;
	u32 leaf, best = 0;
	void *word;

	high = rol64(high, top->bits);
	index = high & top->mask;
	high = (high ^ index) | low >> 1 >> (63 - top->bits);
	low <<= top->bits;
	word = rcu_dereference(top->children[index]);
	while (word) {
		if (unlikely(vr_fib_is(word) != VR_FIB_IS_NODE)) {
			if (vr_fib_is(word) == VR_FIB_IS_LONE) {
				leaf = vr_fib_lookup_lone(word, high);
				if (leaf)
					best = leaf;
				break;
			}
			skip = vr_fib_skip(word);
			bits = vr_fib_skip_bits(skip);
			if ((high ^ skip->prefix) >> (64 - bits))
				break;
			high = high << bits | low >> (64 - bits);
			low <<= bits;
			word = rcu_dereference(skip->next);
			continue;
		}
		node = word;
		slot = high >> (64 - VR_FIB_STEP);
		/* With what the value was published after. */
		leaf = smp_load_acquire(vr_fib_leaf(node, slot));
		if (leaf)
			best = leaf;
		if (!(node->children >> slot & 1))
			break;
		word = rcu_dereference(*vr_fib_child(node, slot));
		high = high << VR_FIB_STEP | low >> (64 - VR_FIB_STEP);
		low <<= VR_FIB_STEP;
	}
	if (!best) /* as above */
		best = smp_load_acquire(&top->leaves[index]);
	return best >> VR_FIB_LENGTH_BITS;
}

u32 vr_fib_lookup4_rcu(const struct vr_fib *fib, __be32 addr)
{
	return vr_fib_lookup(rcu_dereference(fib->top),
			     (u64)be32_to_cpu(addr) << 32, 0);
}

u32 vr_fib_lookup6_rcu(const struct vr_fib *fib, const struct in6_addr *addr)
{
	return vr_fib_lookup(rcu_dereference(fib->top),
			     get_unaligned_be64(addr->s6_addr),
			     get_unaligned_be64(addr->s6_addr + 8));
}

/* --- the ordered set of prefixes */

static int vr_fib_cmp(const struct vr_fib_entry *entry,
		      const struct in6_addr *prefix, u8 plen)
{
	u64 a = get_unaligned_be64(entry->prefix.s6_addr);
	u64 b = get_unaligned_be64(prefix->s6_addr);

	if (a == b) {
		a = get_unaligned_be64(entry->prefix.s6_addr + 8);
		b = get_unaligned_be64(prefix->s6_addr + 8);
	}
	if (a != b)
		return a < b ? -1 : 1;
	return (int)entry->plen - plen;
}

static struct vr_fib_entry *vr_fib_entry(struct rb_node *node)
{
	return rb_entry(node, struct vr_fib_entry, by_prefix);
}

struct vr_fib_entry *vr_fib_first(const struct vr_fib *fib)
{
	struct rb_node *node = rb_first(&fib->entries);

	return node ? vr_fib_entry(node) : NULL;
}

struct vr_fib_entry *vr_fib_find_next(const struct vr_fib *fib,
				       const struct in6_addr *prefix, u8 plen)
{
	struct rb_node *node = fib->entries.rb_node;
	struct vr_fib_entry *next = NULL;

	while (node) {
		if (vr_fib_cmp(vr_fib_entry(node), prefix, plen) > 0) {
			next = vr_fib_entry(node);
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return next;
}

/* The last entry that is not behind a prefix, or NULL. */
static struct vr_fib_entry *vr_fib_last_until(const struct vr_fib *fib,
					      const struct in6_addr *prefix,
					      u8 plen)
{
	struct rb_node *node = fib->entries.rb_node;
	struct vr_fib_entry *last = NULL;

	while (node) {
		if (vr_fib_cmp(vr_fib_entry(node), prefix, plen) > 0) {
			node = node->rb_left;
		} else {
			last = vr_fib_entry(node);
			node = node->rb_right;
		}
	}
	return last;
}

struct vr_fib_entry *vr_fib_find(const struct vr_fib *fib,
				 const struct in6_addr *prefix, u8 plen)
{
	struct vr_fib_entry *entry = vr_fib_last_until(fib, prefix, plen);

	return entry && !vr_fib_cmp(entry, prefix, plen) ? entry : NULL;
}

/*
 * The longest prefix of at least @min bits and at most @plen that holds @addr.
 * The last one until there is it, or shares fewer bits with @addr, and then
 * whatever holds @addr has no more bits than these.
 */
static struct vr_fib_entry *vr_fib_cover(const struct vr_fib *fib,
					 const struct in6_addr *addr, u8 plen,
					 u8 min)
{
	struct vr_fib_entry *cover;
	struct in6_addr prefix;

	for (;;) {
		ipv6_addr_prefix(&prefix, addr, plen);
		cover = vr_fib_last_until(fib, &prefix, plen);
		if (!cover)
			return NULL;
		plen = min_t(int, cover->plen,
			     ipv6_addr_diff(&cover->prefix, addr));
		if (plen < min)
			return NULL;
		if (plen == cover->plen)
			return cover;
	}
}

struct vr_fib_entry *vr_fib_match(const struct vr_fib *fib,
				  const struct in6_addr *addr)
{
	return vr_fib_cover(fib, addr, 128, 0);
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

/* --- changes */

static struct vr_fib_key vr_fib_key(const struct vr_fib *fib,
				    const struct in6_addr *addr)
{
	struct vr_fib_key key = {
		.high = get_unaligned_be64(addr->s6_addr),
		.low = get_unaligned_be64(addr->s6_addr + 8),
	};

	if (fib->base) {
		key.high = key.low << 32;
		key.low = 0;
	}
	return key;
}

void vr_fib_item_init(struct vr_fib_item *item, const struct vr_fib *fib,
			     const struct vr_fib_top *top,
			     const struct vr_fib_entry *entry)
{
	u8 plen = entry->plen - fib->base;
	u8 step = VR_FIB_STEP;

	item->key = vr_fib_key(fib, &entry->prefix);
	if (plen <= top->bits) {
		item->depth = 0;
		item->first = vr_fib_index(top, &item->key);
		step = top->bits;
	} else {
		item->depth = rounddown(plen - 1, VR_FIB_STEP);
		item->first = vr_fib_slot(&item->key, item->depth);
	}
	item->length = plen - item->depth;
	item->last = item->first + (1U << (step - item->length)) - 1;
	item->leaf = entry->value << VR_FIB_LENGTH_BITS | item->length;
}

/* What an address has without @entry, as far as its level goes. */
static u32 vr_fib_cover_leaf(const struct vr_fib *fib,
			     const struct vr_fib_top *top,
			     const struct vr_fib_entry *entry,
			     const struct vr_fib_item *item)
{
	struct vr_fib_entry *cover;
	struct vr_fib_item above;
	u8 min = fib->base;

	/* A prefix of the level's depth is of the level above. */
	if (!vr_fib_in_top(top, item))
		min += item->depth + 1;
	cover = vr_fib_cover(fib, &entry->prefix, entry->plen, min);
	if (!cover)
		return 0;
	vr_fib_item_init(&above, fib, top, cover);
	return above.leaf;
}

void vr_fib_del(struct vr_fib *fib, struct vr_fib_entry *entry)
{
	struct vr_fib_top *top = vr_fib_dereference(fib->top);
	struct vr_fib_item item;

	rb_erase(&entry->by_prefix, &fib->entries);
	fib->n_entries--;
	if (!fib->n_entries) {
		vr_fib_top_publish(fib, &vr_fib_empty, VR_FIB_DEPTH_MAX);
		return;
	}
	vr_fib_item_init(&item, fib, top, entry);
	vr_fib_remove(top, &item, vr_fib_cover_leaf(fib, top, entry, &item));
	if (is_power_of_2(fib->n_entries))
		vr_fib_shrink(fib);
}

void vr_fib_replace(struct vr_fib *fib, struct vr_fib_entry *old,
		    struct vr_fib_entry *entry)
{
	struct vr_fib_top *top = vr_fib_dereference(fib->top);
	struct vr_fib_item item;

	rb_replace_node(&old->by_prefix, &entry->by_prefix, &fib->entries);
	vr_fib_item_init(&item, fib, top, entry);
	vr_fib_overwrite(top, &item, item.leaf);
}

int vr_fib_add(struct vr_fib *fib, struct vr_fib_entry *entry)
{
	struct vr_fib_top *old = vr_fib_dereference(fib->top);
	struct vr_fib_top *top = old;
	struct vr_fib_item item;

	if (vr_fib_find(fib, &entry->prefix, entry->plen))
		return -EEXIST;
	if (old == &vr_fib_empty) {
		top = vr_fib_top_create(0);
		if (!top)
			return -ENOMEM;
	}
	vr_fib_item_init(&item, fib, top, entry);
	if (vr_fib_insert(top, &item)) {
		if (top != old)
			kvfree(top);
		return -ENOMEM;
	}
	if (top != old)
		vr_fib_top_publish(fib, top, 0);
	vr_fib_link(fib, entry);
	fib->n_entries++;
	if (is_power_of_2(fib->n_entries))
		vr_fib_grow(fib);
	return 0;
}

void vr_fib_init(struct vr_fib *fib, bool v4)
{
	*fib = (struct vr_fib) {
		.entries = RB_ROOT,
		.base = v4 ? 96 : 0,
	};
	RCU_INIT_POINTER(fib->top, &vr_fib_empty);
}
