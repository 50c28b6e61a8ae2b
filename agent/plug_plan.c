// SPDX-License-Identifier: Apache-2.0
/*
 * Which interface is whose.  Entry point: plug_plan_make().
 */
#include <stdio.h>
#include <string.h>

#include "plug_plan.h"

/* More than a pod has. */
#define MOST 256

struct matching {
	const struct requests *wanted;
	const struct plug_interface *there;
	unsigned int count;
	bool used[MOST];
	bool met[MOST];
};

static void match(struct matching *matching, bool named)
{
	const struct request *request;
	unsigned int i, j;

	for (i = 0; i < matching->wanted->count && i < MOST; i++) {
		request = &matching->wanted->items[i];
		if (matching->met[i] || (request->ifname != NULL) != named)
			continue;
		for (j = 0; j < matching->count && j < MOST; j++) {
			if (matching->used[j] ||
			    strcmp(request->network,
				   matching->there[j].network) != 0 ||
			    (named && strcmp(request->ifname,
					     matching->there[j].ifname) != 0))
				continue;
			matching->used[j] = true;
			matching->met[i] = true;
			break;
		}
	}
}

static bool is_name_taken(const struct matching *matching, const char *ifname)
{
	const struct request *request;
	unsigned int i;

	for (i = 0; i < matching->count; i++) {
		if (!strcmp(matching->there[i].ifname, ifname))
			return true;
	}
	for (i = 0; i < matching->wanted->count; i++) {
		request = &matching->wanted->items[i];
		if (request->ifname && !strcmp(request->ifname, ifname))
			return true;
	}
	return false;
}

static void name_interface(const struct matching *matching,
			   struct plug_plan *plan)
{
	unsigned int number;

	if (plan->add->ifname) {
		snprintf(plan->ifname, IFNAMSIZ, "%s", plan->add->ifname);
		return;
	}
	for (number = 1; number <= 2 * MOST; number++) {
		snprintf(plan->ifname, IFNAMSIZ, "eth%u", number);
		if (!is_name_taken(matching, plan->ifname))
			return;
	}
}

void plug_plan_make(const struct requests *wanted,
		    const struct plug_interface *there, unsigned int count,
		    struct plug_plan *plan)
{
	struct matching matching = {
		.wanted = wanted,
		.there = there,
		.count = count,
	};
	unsigned int i;

	*plan = (struct plug_plan){ .remove = NULL };
	match(&matching, true);
	match(&matching, false);
	for (i = 0; i < count && i < MOST && !plan->remove; i++) {
		if (!matching.used[i])
			plan->remove = &there[i];
	}
	for (i = 0;
	     i < wanted->count && i < MOST && !plan->remove && !plan->add;
	     i++) {
		if (!matching.met[i])
			plan->add = &wanted->items[i];
	}
	if (plan->add)
		name_interface(&matching, plan);
}
