// SPDX-License-Identifier: Apache-2.0
/*
 * The result of earlier plugins of a list, passed on with ours.
 * Entry point: passthrough_join().
 */
#include "json.h"
#include "passthrough.h"

/* Our addresses are of interfaces that now have others before them. */
static int move_indices(cJSON *ips, int count, struct vr_error *err)
{
	const cJSON *index;
	cJSON *ip;
	int ret;

	cJSON_ArrayForEach(ip, ips) {
		index = json_item(ip, "interface");
		if (!index)
			continue;
		ret = json_replace(ip, "interface",
				   cJSON_CreateNumber(index->valueint + count),
				   err);
		if (ret)
			return ret;
	}
	return 0;
}

/* Some wrote -1 for none: a runtime that does not check dies of it. */
static void drop_negative_index(cJSON *item)
{
	const cJSON *index = json_item(item, "interface");

	if (cJSON_IsNumber(index) && index->valuedouble < 0)
		json_remove(item, "interface");
}

static int append_copies(cJSON *array, const cJSON *list, struct vr_error *err)
{
	const cJSON *item;
	cJSON *copy;

	cJSON_ArrayForEach(item, list) {
		copy = cJSON_Duplicate(item, true);
		if (!copy || !cJSON_AddItemToArray(array, copy)) {
			cJSON_Delete(copy);
			return vr_error_memory(err);
		}
		drop_negative_index(copy);
	}
	return 0;
}

/* Move up to so many items from the front of a list to the end of another. */
static void move_items(cJSON *from, cJSON *to, int count)
{
	while (count-- > 0 && from && from->child)
		cJSON_AddItemToArray(to, cJSON_DetachItemFromArray(from, 0));
}

/*
 * A copy of a list goes into ours, behind so many of its items.  Not by
 * inserting: cJSON 1.7.15 refuses that after an insertion at the front.
 */
static int join_lists(cJSON *own, const cJSON *list, int leading,
		      struct vr_error *err)
{
	cJSON *ours = json_item(own, list->string);
	cJSON *joined = cJSON_CreateArray();

	move_items(ours, joined, leading);
	if (!joined || append_copies(joined, list, err)) {
		cJSON_Delete(joined);
		return vr_error_memory(err);
	}
	move_items(ours, joined, cJSON_GetArraySize(ours));
	return json_replace(own, list->string, joined, err);
}

/* An empty object of ours says nothing. */
static bool is_said(const cJSON *own, const char *key)
{
	const cJSON *item = json_item(own, key);

	return item && !(cJSON_IsObject(item) && !item->child);
}

int passthrough_join(const cJSON *previous, cJSON *own, int leading,
		     struct vr_error *err)
{
	const cJSON *interfaces = json_item(previous, "interfaces");
	const cJSON *ips = json_item(previous, "ips");
	const cJSON *item;
	int ret;

	ret = move_indices(json_item(own, "ips"),
			   cJSON_GetArraySize(interfaces), err);
	cJSON_ArrayForEach(item, previous) {
		if (ret)
			return ret;
		if (cJSON_IsArray(item))
			ret = join_lists(own, item, item == ips ? leading : 0,
					 err);
		else if (!is_said(own, item->string) && !cJSON_IsNull(item))
			ret = json_replace(own, item->string,
					   cJSON_Duplicate(item, true), err);
	}
	return ret;
}
