// SPDX-License-Identifier: Apache-2.0
/*
 * Addresses of nodes that are gone, and of claims that are.  First they cool:
 * others may still send to them.  Entry point: reclaim_step().
 */
#include <stddef.h>
#include <time.h>

#include "controller.h"
#include "log.h"
#include "object.h"
#include "pod_index.h"
#include "reclaim.h"
#include "standby.h"

/* Its pod may live on without its node's object: that is not told to us. */
#define LOOK_AGAIN_MILLISECONDS 10000

static struct cluster_address *address_of(struct work *work)
{
	return (struct cluster_address *)((char *)work -
					  offsetof(struct cluster_address,
						   work));
}

static bool is_node_dead(const struct cluster_address *address)
{
	const struct cluster_node *node = address->node;

	return !node || !node->exists || node->out_of_service;
}

/*
 * What a claim keeps is freed when that is deleted, on a living node as well.
 * Until then it is only released, for the claim's next pod.
 */
static bool is_ours_to_free(const struct cluster_address *address)
{
	if (!address->claim)
		return is_node_dead(address);
	if (!address->claim->exists)
		return true;
	return address->state == ADDRESS_BOUND && is_node_dead(address);
}

static bool is_kept(const struct cluster_address *address)
{
	return address->claim && address->claim->exists;
}

static void add_release(cJSON *spec)
{
	cJSON_AddStringToObject(spec, "state", "kept");
	cJSON_AddNullToObject(spec, "container");
	cJSON_AddNullToObject(spec, "pod");
}

static void add_end(cJSON *spec, cJSON *metadata)
{
	cJSON_AddStringToObject(spec, "state", "cooling");
	cJSON_AddNullToObject(spec, "standby");
	cJSON_AddNullToObject(cJSON_AddObjectToObject(metadata, "labels"),
			      ADDRESS_LABEL_STANDBY);
}

static cJSON *freeing_patch(const struct cluster_address *address)
{
	cJSON *patch = cJSON_CreateObject();
	char text[OBJECT_TIME_BYTES];
	cJSON *metadata, *spec;

	metadata = cJSON_AddObjectToObject(patch, "metadata");
	cJSON_AddStringToObject(metadata, "uid", address->uid);
	/* Whoever moved it meanwhile knows better. */
	cJSON_AddStringToObject(metadata, "resourceVersion", address->version);
	spec = cJSON_AddObjectToObject(patch, "spec");
	cJSON_AddStringToObject(spec, "since",
				object_format_time(time(NULL), text));
	if (is_kept(address))
		add_release(spec);
	else
		add_end(spec, metadata);
	return patch;
}

static void written(struct work *work, const struct api_answer *answer,
		    void *arg)
{
	struct controller *controller = arg;

	(void)work;
	if (!answer->error.errnum && answer->body)
		cluster_address_changed(answer->body, &controller->cluster);
}

static void release(struct cluster_address *address)
{
	bool of_claim = address->claim && !is_kept(address);

	agent_log(AGENT_INFO, "address %s of network %s: %s, %s %s is gone",
		  address->entry.key, address->network->entry.key,
		  is_kept(address) ? "kept for its claim" : "freed",
		  of_claim ? "claim" : "node",
		  of_claim ? address->claim->entry.key
			   : address->node->entry.key);
	work_send(&address->work, "PATCH",
		  api_path(ADDRESS_PATH "/%s", address->entry.key),
		  freeing_patch(address), written);
}

static void deleted(struct work *work, const struct api_answer *answer,
		    void *arg)
{
	(void)arg;
	address_of(work)->deleting = !answer->error.errnum;
}

static void delete_address(struct cluster_address *address)
{
	cJSON *body = cJSON_CreateObject();
	cJSON *list = cJSON_AddObjectToObject(body, "preconditions");

	cJSON_AddStringToObject(body, "apiVersion", "v1");
	cJSON_AddStringToObject(body, "kind", "DeleteOptions");
	cJSON_AddStringToObject(list, "uid", address->uid);
	cJSON_AddStringToObject(list, "resourceVersion", address->version);
	work_send(&address->work, "DELETE",
		  api_path(ADDRESS_PATH "/%s", address->entry.key), body,
		  deleted);
}

/* The agent of a living node deletes what it has freed itself. */
static void look_at_cooling(struct cluster_address *address,
			    unsigned int cooling)
{
	time_t now = time(NULL), end = address->since + cooling;

	if (!is_node_dead(address) && !address->claim)
		return;
	if (now >= end)
		delete_address(address);
	else
		work_mark_in(&address->work, 1000 * (end - now));
}

void reclaim_step(struct work *work, void *arg)
{
	struct cluster_address *address = address_of(work);
	const struct controller *controller = arg;
	uint64_t grace = 1000 * (uint64_t)controller->options.node_grace;
	uint64_t now = loop_now();

	if (address->deleting || !address->network ||
	    (address->claim && !controller_knows(controller, WATCH_CLAIMS)))
		return;
	if (address->state == ADDRESS_COOLING) {
		look_at_cooling(address, controller->options.cooling);
		return;
	}
	if (is_kept(address) && standby_write(address, written))
		return;
	if (!is_ours_to_free(address)) {
		address->suspect = 0;
		return;
	}
	if (pod_index_has(&controller->cluster.pods, address->pod_uid,
			  address->pod)) {
		address->suspect = 0;
		work_mark_in(work, LOOK_AGAIN_MILLISECONDS);
		return;
	}
	if (!address->suspect)
		address->suspect = now;
	if (now - address->suspect >= grace)
		release(address);
	else
		work_mark_in(work, address->suspect + grace - now);
}
