// SPDX-License-Identifier: Apache-2.0
/*
 * Nodes: do they live, and which prefixes are theirs.
 * Entry point: cluster_node_changed().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/field.h"
#include "cluster.h"
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
	node->has_cidrs = node->prefix_count;
	cJSON_ArrayForEach(item, object_at(object, "status", "addresses")) {
		if (!strcmp(object_text(item, "type"), "InternalIP"))
			add_prefix(node, object_text(item, "address"));
	}
}

bool cluster_node_overlaps(const struct cluster_node *node,
			   const struct vr_prefix *prefix)
{
	unsigned int i;

	for (i = 0; i < node->prefix_count; i++) {
		if (vr_prefix_overlap(prefix, &node->prefixes[i]))
			return true;
	}
	return false;
}

/* Those that it had stay its own as long as nobody else gets them. */
static void read_blocks(struct cluster_node *node, const cJSON *object)
{
	const char *text = object_annotation(object, NODE_BLOCK_ANNOTATION);

	node->has_blocks = text[0];
	if (node->has_blocks)
		node_block_read(text, node->blocks);
}

/* Return: whether it has come to life, or gone out of service or back. */
static bool node_read(struct cluster_node *node, const cJSON *object)
{
	bool out_of_service = is_out_of_service(object);
	bool same = node->exists && node->out_of_service == out_of_service;

	node->exists = true;
	node->out_of_service = out_of_service;
	node->gone_at = 0;
	read_prefixes(node, object);
	read_blocks(node, object);
	free(node->uid);
	node->uid = strdup(object_uid(object));
	snprintf(node->version, sizeof(node->version), "%s",
		 object_version(object));
	return !same;
}

struct cluster_node *cluster_node_get(struct cluster *cluster, const char *name)
{
	struct cluster_node *node =
		table_get(&cluster->nodes, name, sizeof(*node));

	if (node && !node->work.queue)
		work_begin(&node->work, cluster->queue, cluster->steps.node);
	return node;
}

static void mark_addresses_of(struct cluster *cluster,
			      const struct cluster_node *node)
{
	struct cluster_address *address, *next;

	table_for_each(address, next, &cluster->addresses) {
		if (address->node == node)
			work_mark(&address->work);
	}
}

/* Its blocks are looked at, not at each sign of life. */
static bool is_to_assign(const struct cluster_node *before,
			 const struct cluster_node *now)
{
	unsigned int i;

	if (before->exists != now->exists ||
	    before->has_cidrs != now->has_cidrs ||
	    (!now->has_cidrs && !now->has_blocks))
		return true;
	for (i = 0; i < NODE_BLOCK_FAMILIES; i++) {
		if (!vr_prefix_equal(&before->blocks[i], &now->blocks[i]))
			return true;
	}
	return false;
}

void cluster_node_changed(const cJSON *object, void *arg)
{
	struct cluster *cluster = arg;
	struct cluster_node *node =
		cluster_node_get(cluster, object_name(object));
	struct cluster_node before;
	bool is_other;

	if (!node || cluster_is_stale(node->written, object))
		return;
	before = *node;
	is_other = node_read(node, object);
	if (is_to_assign(&before, node))
		work_mark(&node->work);
	if (!is_other)
		return;
	mark_addresses_of(cluster, node);
	cluster_mark_waiting(cluster);
}

void cluster_node_written(struct cluster *cluster, const cJSON *object)
{
	struct cluster_node *node;

	cluster_node_changed(object, cluster);
	node = table_find(&cluster->nodes, object_name(object));
	if (node)
		snprintf(node->written, sizeof(node->written), "%s",
			 object_version(object));
}

void cluster_node_gone(const char *namespace, const char *name, void *arg)
{
	struct cluster *cluster = arg;
	struct cluster_node *node = table_find(&cluster->nodes, name);

	(void)namespace;
	if (!node)
		return;
	node->exists = false;
	node->prefix_count = 0;
	node->has_blocks = false;
	node->written[0] = '\0';
	node->told = 0;
	node->gone_at = loop_now();
	mark_addresses_of(cluster, node);
	cluster_mark_waiting(cluster);
}
