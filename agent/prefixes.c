// SPDX-License-Identifier: Apache-2.0
/*
 * Lists of prefixes.  Entry point: prefixes_join().
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "../lib/field.h"
#include "prefixes.h"

int prefixes_add(struct prefixes *list, const struct vr_prefix *prefix,
		 struct vr_error *err)
{
	struct vr_prefix *item;

	if (prefix->ip.family == AF_UNSPEC)
		return 0;
	item = vr_list_grow(&list->items, &list->count, sizeof(*item));
	if (!item)
		return vr_error_memory(err);
	*item = *prefix;
	return 0;
}

int prefixes_add_ip(struct prefixes *list, const struct vr_ip *ip,
		    struct vr_error *err)
{
	struct vr_prefix prefix = {
		.ip = *ip,
		.length = 8 * vr_family_bytes(ip->family),
	};

	return prefixes_add(list, &prefix, err);
}

/* What contains others comes before them. */
static int compare(const void *a, const void *b)
{
	const struct vr_prefix *x = a, *y = b;
	int order = vr_ip_compare(&x->ip, &y->ip);

	return order ? order : x->length - y->length;
}

/* The prefix of which both are a half, if there is one. */
static bool is_half(const struct vr_prefix *a, const struct vr_prefix *b,
		    struct vr_prefix *both)
{
	struct vr_prefix other = *b;

	if (a->ip.family != b->ip.family || a->length != b->length ||
	    !a->length)
		return false;
	*both = *a;
	both->length--;
	other.length--;
	vr_prefix_mask(both);
	vr_prefix_mask(&other);
	return vr_prefix_equal(both, &other);
}

void prefixes_join(struct prefixes *list)
{
	struct vr_prefix *items = list->items;
	struct vr_prefix both;
	unsigned int i, kept = 0;

	for (i = 0; i < list->count; i++)
		vr_prefix_mask(&items[i]);
	if (list->count)
		qsort(items, list->count, sizeof(*items), compare);
	for (i = 0; i < list->count; i++) {
		if (kept && vr_prefix_contains(&items[kept - 1], &items[i].ip))
			continue;
		items[kept++] = items[i];
		while (kept > 1 &&
		       is_half(&items[kept - 2], &items[kept - 1], &both))
			items[--kept - 1] = both;
	}
	list->count = kept;
}

void prefixes_free(struct prefixes *list)
{
	free(list->items);
	*list = (struct prefixes){ 0 };
}
