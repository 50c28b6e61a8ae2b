// SPDX-License-Identifier: Apache-2.0
/*
 * A block of each range for each node, in an annotation of its Node.  A node
 * that is made anew gets what it had, as its pods still have the addresses;
 * others do not get it for a while.  Entry point: assign_step().
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "assign.h"
#include "controller.h"
#include "event.h"
#include "log.h"
#include "object.h"
#include "publish.h"

/* Others' blocks may have come to be free. */
#define LOOK_AGAIN_MILLISECONDS 30000

static struct cluster_node *node_of(struct work *work)
{
	return (struct cluster_node *)((char *)work -
				       offsetof(struct cluster_node, work));
}

static bool is_resting(const struct controller *controller,
		       const struct cluster_node *node)
{
	uint64_t rest = 1000 * (uint64_t)controller->options.block_rest;

	return node->gone_at && loop_now() - node->gone_at < rest;
}

/* Whose it is, or may be as far as its pods know. */
static bool has_block(const struct controller *controller,
		      const struct cluster_node *node,
		      const struct vr_prefix *block)
{
	unsigned int i;

	if (!node->exists && !is_resting(controller, node))
		return false;
	if (cluster_node_overlaps(node, block))
		return true;
	for (i = 0; i < NODE_BLOCK_FAMILIES; i++) {
		if (node->blocks[i].ip.family &&
		    vr_prefix_overlap(&node->blocks[i], block))
			return true;
	}
	return false;
}

static bool is_of_services(const struct controller_options *options,
			   const struct vr_prefix *block)
{
	unsigned int i;

	for (i = 0; i < options->service_count; i++) {
		if (vr_prefix_overlap(&options->services[i], block))
			return true;
	}
	return false;
}

/* Return: another node that has any of it, or NULL. */
static const struct cluster_node *holder_of(const struct controller *controller,
					    const struct cluster_node *node,
					    const struct vr_prefix *block)
{
	struct cluster_node *other, *next;

	table_for_each(other, next, &controller->cluster.nodes) {
		if (other != node && has_block(controller, other, block))
			return other;
	}
	return NULL;
}

static bool is_free(const struct controller *controller,
		    const struct cluster_node *node,
		    const struct vr_prefix *block)
{
	return !is_of_services(&controller->options, block) &&
	       !cluster_node_overlaps(node, block) &&
	       !holder_of(controller, node, block);
}

/* One after the other, so that what was given back rests the longest. */
static bool choose(struct controller *controller,
		   const struct cluster_node *node, unsigned int family,
		   struct vr_prefix *block)
{
	const struct node_range *range =
		&controller->options.node_ranges[family];
	uint32_t count = node_range_count(range), i;
	uint32_t *cursor = &controller->block_cursor[family];

	for (i = 0; i < count; i++) {
		*block = node_range_block(range, *cursor % count);
		*cursor = (*cursor + 1) % count;
		if (is_free(controller, node, block))
			return true;
	}
	return false;
}

/* Is it still what it would be given? */
static bool may_keep(const struct controller *controller,
		     const struct cluster_node *node, unsigned int family)
{
	const struct node_range *range =
		&controller->options.node_ranges[family];
	const struct vr_prefix *block = &node->blocks[family];

	return block->ip.family && block->length == range->length &&
	       vr_prefix_contains(&range->range, &block->ip) &&
	       is_free(controller, node, block);
}

/* Return: false when there is none in a range. */
static bool choose_all(struct controller *controller, struct cluster_node *node,
		       const struct node_range **exhausted)
{
	const struct node_range *range;
	unsigned int i;

	for (i = 0; i < NODE_BLOCK_FAMILIES; i++) {
		range = &controller->options.node_ranges[i];
		if (!range->range.ip.family) {
			node->blocks[i] = (struct vr_prefix){ 0 };
			continue;
		}
		if (may_keep(controller, node, i) ||
		    choose(controller, node, i, &node->blocks[i]))
			continue;
		/* None or all; what was chosen is others' again. */
		memset(node->blocks, 0, sizeof(node->blocks));
		*exhausted = range;
		return false;
	}
	return true;
}

static void written(struct work *work, const struct api_answer *answer,
		    void *arg)
{
	struct controller *controller = arg;

	(void)work;
	if (!answer->error.errnum && answer->body)
		cluster_node_written(&controller->cluster, answer->body);
}

static void write_blocks(struct cluster_node *node)
{
	cJSON *patch = cJSON_CreateObject(), *metadata;
	char text[NODE_BLOCK_TEXT];

	metadata = cJSON_AddObjectToObject(patch, "metadata");
	cJSON_AddStringToObject(metadata, "uid", node->uid);
	/* Whoever changed it meanwhile may have given it podCIDRs. */
	cJSON_AddStringToObject(metadata, "resourceVersion", node->version);
	cJSON_AddStringToObject(cJSON_AddObjectToObject(metadata,
							"annotations"),
				NODE_BLOCK_ANNOTATION,
				node_block_write(node->blocks, text));
	agent_log(AGENT_INFO, "node %s: its pods get %s", node->entry.key,
		  text);
	work_send(&node->work, "PATCH",
		  api_path("/api/v1/nodes/%s", node->entry.key), patch,
		  written);
}

static void told(struct work *work, const struct api_answer *answer, void *arg)
{
	(void)arg;
	if (answer->error.errnum == EAGAIN)
		node_of(work)->told = 0;
}

/* The same is told once, as long as nothing else is. */
static void tell(struct cluster_node *node, const char *reason,
		 const char *message)
{
	const struct event event = {
		.api_version = "v1",
		.kind = "Node",
		.namespace = "",
		.name = node->entry.key,
		.uid = node->uid,
		.component = PUBLISH_COMPONENT,
		.reason = reason,
		.message = message,
	};

	if (node->told == event_hash(&event))
		return;
	node->told = event_hash(&event);
	agent_log(AGENT_WARNING, "node %s: %s", node->entry.key, message);
	work_send(&node->work, "POST", event_path(&event),
		  event_to_json(&event), told);
}

static void tell_exhausted(struct cluster_node *node,
			   const struct node_range *range,
			   const struct controller *controller)
{
	char text[VR_PREFIX_TEXT], message[256];

	snprintf(message, sizeof(message),
		 "its pods get no addresses: all %u blocks /%u of %s (--node-blocks) are other nodes', or were less than %u s ago",
		 node_range_count(range), range->length,
		 vr_prefix_format(&range->range, text),
		 controller->options.block_rest);
	tell(node, "NoNodeBlock", message);
}

/* Somebody else wrote it, or gave podCIDRs later: pods have addresses of both. */
static void check_blocks(const struct controller *controller,
			 struct cluster_node *node)
{
	const struct cluster_node *other;
	char text[VR_PREFIX_TEXT], message[512];
	unsigned int i;

	for (i = 0; i < NODE_BLOCK_FAMILIES; i++) {
		if (!node->blocks[i].ip.family)
			continue;
		other = holder_of(controller, node, &node->blocks[i]);
		if (!other)
			continue;
		snprintf(message, sizeof(message),
			 "annotation " NODE_BLOCK_ANNOTATION
			 ": %s is node %.253s's as well",
			 vr_prefix_format(&node->blocks[i], text),
			 other->entry.key);
		tell(node, "NodeBlockTaken", message);
		return;
	}
}

void assign_step(struct work *work, void *arg)
{
	const struct node_range *exhausted = NULL;
	struct cluster_node *node = node_of(work);
	struct controller *controller = arg;

	if (!controller_has_blocks(controller) || !node->exists || !node->uid)
		return;
	if (node->has_blocks) {
		check_blocks(controller, node);
	} else if (node->has_cidrs) {
		memset(node->blocks, 0, sizeof(node->blocks));
	} else if (choose_all(controller, node, &exhausted)) {
		write_blocks(node);
	} else {
		tell_exhausted(node, exhausted, controller);
		if (!work->call)
			work_mark_in(work, LOOK_AGAIN_MILLISECONDS);
	}
}
