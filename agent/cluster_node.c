// SPDX-License-Identifier: Apache-2.0
/*
 * Nodes: do they live, and which prefixes are theirs.
 * Entry point: cluster_node_read().
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/field.h"
#include "cluster_node.h"
#include "object.h"

#define OUT_OF_SERVICE "node.kubernetes.io/out-of-service"

static bool is_out_of_service(const cJSON *object)
{
	const cJSON *taint;

	cJSON_ArrayForEach(taint, object_at(object, "spec", "taints")) {
		if (!strcmp(object_text(taint, "key"), OUT_OF_SERVICE))
			return true;
	}
	return false;
}

static void add_prefix(struct cluster_node *node, const char *text)
{
	struct vr_prefix prefix, *added;

	if (strchr(text, '/')) {
		if (vr_prefix_parse("", text, &prefix, NULL))
			return;
	} else {
		if (vr_ip_parse("", text, &prefix.ip, NULL))
			return;
		prefix.length = 8 * vr_family_bytes(prefix.ip.family);
	}
	added = vr_list_grow(&node->prefixes, &node->prefix_count,
			     sizeof(*added));
	if (added)
		*added = prefix;
}

static void read_prefixes(struct cluster_node *node, const cJSON *object)
{
	const cJSON *item;

	node->prefix_count = 0;
	free(node->prefixes);
	node->prefixes = NULL;
	cJSON_ArrayForEach(item, object_at(object, "spec", "podCIDRs")) {
		if (cJSON_IsString(item))
			add_prefix(node, item->valuestring);
	}
	cJSON_ArrayForEach(item, object_at(object, "status", "addresses")) {
		if (!strcmp(object_text(item, "type"), "InternalIP"))
			add_prefix(node, object_text(item, "address"));
	}
}

bool cluster_node_read(struct cluster_node *node, const cJSON *object)
{
	bool out_of_service = is_out_of_service(object);
	bool same = node->exists && node->out_of_service == out_of_service;

	node->exists = true;
	node->out_of_service = out_of_service;
	read_prefixes(node, object);
	return !same;
}
