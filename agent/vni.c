// SPDX-License-Identifier: Apache-2.0
/*
 * Choice of VNIs.  Entry point: vni_choose().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/vr.h"
#include "vni.h"

static bool is_digits(const char *text, size_t len)
{
	return len && len <= 8 && strspn(text, "0123456789") == len;
}

bool vni_range_parse(const char *text, struct vni_range *range)
{
	size_t len = strspn(text, "0123456789");
	const char *last = text[len] == '-' ? text + len + 1 : text;

	if (!is_digits(text, len) || !is_digits(last, strlen(last)))
		return false;
	range->first = (uint32_t)atol(text);
	range->last = (uint32_t)atol(last);
	return range->first && range->first <= range->last &&
	       range->last <= VR_MAX_VNI;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

uint32_t vni_choose(const struct vni_range *range, uint32_t *used,
		    unsigned int count)
{
	uint32_t vni = range->first;
	unsigned int i;

	if (count)
		qsort(used, count, sizeof(*used), compare);
	for (i = 0; i < count && vni <= range->last; i++) {
		if (used[i] == vni)
			vni++;
		else if (used[i] > vni)
			break;
	}
	return vni <= range->last ? vni : 0;
}
