// SPDX-License-Identifier: Apache-2.0
/*
 * The controller: watches tell of changes, the holder of the Lease looks at
 * what changed and writes.  Entry point: controller_start().
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "assign.h"
#include "claim.h"
#include "controller.h"
#include "lease.h"
#include "log.h"
#include "networks.h"
#include "policy.h"
#include "publish.h"
#include "reclaim.h"
#include "watch.h"

#define LEASE_NAME "vr-controller"
#define RETRY_MILLISECONDS 1000

/* Of all watches; a cluster is part of a controller. */
static struct controller *controller_of(void *arg)
{
	return (struct controller *)((char *)arg -
				     offsetof(struct controller, cluster));
}

bool controller_knows(const struct controller *controller,
		      enum controller_watch kind)
{
	return watch_is_synced(controller->watches[kind]);
}

bool controller_has_blocks(const struct controller *controller)
{
	const struct node_range *ranges = controller->options.node_ranges;

	return ranges[0].range.ip.family || ranges[1].range.ip.family;
}

/* Without these nothing can be concluded; others are asked for when needed. */
static bool knows_enough(const struct controller *controller)
{
	return controller_knows(controller, WATCH_NADS) &&
	       controller_knows(controller, WATCH_NETWORKS) &&
	       controller_knows(controller, WATCH_ADDRESSES) &&
	       controller_knows(controller, WATCH_NODES) &&
	       controller_knows(controller, WATCH_PODS);
}

static void run(struct controller *controller)
{
	controller->runs = true;
	cluster_mark_all(&controller->cluster);
	work_queue_run(controller->cluster.queue, true);
	agent_log(AGENT_INFO,
		  "controller: acts, on %u networks and %u addresses",
		  controller->cluster.networks.count,
		  controller->cluster.addresses.count);
}

static void listed(const struct api_answer *answer, void *arg)
{
	struct controller *controller = arg;
	const cJSON *item;

	controller->takeover = NULL;
	if (answer->error.errnum || !answer->body) {
		agent_log(AGENT_WARNING, "list of networks: %s",
			  answer->error.text);
		loop_timer_set(controller->retry, RETRY_MILLISECONDS);
		return;
	}
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(answer->body,
								  "items"))
		cluster_network_written(&controller->cluster, item);
	run(controller);
}

/*
 * A watch may be behind, and whoever held the Lease before us may just have
 * given a VNI: the server is asked once for what it has now.
 */
static void take_over(void *arg)
{
	struct controller *controller = arg;
	struct vr_error error = { 0 };
	const struct api_request request = {
		.method = "GET",
		.path = NETWORK_PATH,
		.done = listed,
		.arg = controller,
	};

	if (!controller->leads || controller->runs || controller->takeover ||
	    !knows_enough(controller))
		return;
	controller->takeover = api_send(controller->api, &request, &error);
	if (controller->takeover)
		return;
	agent_log(AGENT_WARNING, "list of networks: %s", error.text);
	loop_timer_set(controller->retry, RETRY_MILLISECONDS);
}

static void synced(void *arg)
{
	struct controller *controller = controller_of(arg);

	if (controller->runs)
		cluster_mark_all(&controller->cluster);
	else
		take_over(controller);
}

static void lease_changed(bool ours, void *arg)
{
	struct controller *controller = arg;

	controller->leads = ours;
	if (ours) {
		/* The same of blocks, of which Nodes are the only trace. */
		if (controller_has_blocks(controller))
			watch_list_again(controller->watches[WATCH_NODES]);
		take_over(controller);
		return;
	}
	controller->runs = false;
	api_cancel(controller->takeover);
	controller->takeover = NULL;
	work_queue_run(controller->cluster.queue, false);
}

#define KIND(collection, word)                                             \
	{                                                                  \
		.path = (collection), .changed = cluster_##word##_changed, \
		.gone = cluster_##word##_gone, .synced = synced,           \
	}

static const struct watch_kind kinds[CONTROLLER_WATCHES] = {
	[WATCH_NADS] =
		KIND("/apis/k8s.cni.cncf.io/v1/network-attachment-definitions",
		     nad),
	[WATCH_NETWORKS] = KIND(NETWORK_PATH, network),
	[WATCH_ADDRESSES] = KIND(ADDRESS_PATH, address),
	[WATCH_NODES] = KIND("/api/v1/nodes", node),
	[WATCH_PODS] = KIND("/api/v1/pods", pod),
	[WATCH_CLAIMS] =
		KIND("/apis/k8s.cni.cncf.io/v1alpha1/ipamclaims", claim),
	[WATCH_POLICIES] =
		KIND("/apis/networking.k8s.io/v1/networkpolicies", policy),
	[WATCH_NAMESPACES] = KIND("/api/v1/namespaces", namespace),
	[WATCH_EVENTS] = KIND("/api/v1/events", event),
};

static int start_watches(struct controller *controller, struct vr_error *err)
{
	struct watch_kind kind;
	unsigned int i;

	for (i = 0; i < CONTROLLER_WATCHES; i++) {
		kind = kinds[i];
		if (i == WATCH_NODES || i == WATCH_PODS)
			kind.page = WATCH_PAGE_LARGE;
		if (i == WATCH_EVENTS)
			kind.selector = "fieldSelector=reason%3D" POLICY_REASON;
		controller->watches[i] = watch_start(controller->api,
						     controller->loop, &kind,
						     &controller->cluster, err);
		if (!controller->watches[i])
			return -1;
	}
	return 0;
}

static int start_lease(struct controller *controller, struct vr_error *err)
{
	const struct lease_kind kind = {
		.namespace = controller->options.namespace,
		.name = LEASE_NAME,
		.identity = controller->options.identity,
		.changed = lease_changed,
	};

	controller->lease = lease_start(controller->api, controller->loop,
					&kind, controller, err);
	return controller->lease ? 0 : -1;
}

static int start(struct controller *controller, struct vr_error *err)
{
	struct cluster *cluster = &controller->cluster;

	cluster->steps = (struct cluster_steps){
		.network = publish_step,
		.address = reclaim_step,
		.node = assign_step,
		.claim = claim_step,
		.policy = policy_step,
	};
	cluster->queue = work_queue_create(controller->loop, controller->api,
					   controller, err);
	controller->retry =
		loop_timer_create(controller->loop, take_over, controller, err);
	if (!cluster->queue || !controller->retry ||
	    start_watches(controller, err))
		return -1;
	return start_lease(controller, err);
}

struct controller *controller_start(struct loop *loop, struct api *api,
				    const struct controller_options *options,
				    struct vr_error *err)
{
	struct controller *controller = calloc(1, sizeof(*controller));

	if (!controller) {
		vr_error_memory(err);
		return NULL;
	}
	controller->loop = loop;
	controller->api = api;
	controller->options = *options;
	if (!start(controller, err))
		return controller;
	controller_stop(controller);
	return NULL;
}

void controller_release(struct controller *controller, loop_cb done, void *arg)
{
	lease_release(controller->lease, done, arg);
}

void controller_stop(struct controller *controller)
{
	unsigned int i;

	if (!controller)
		return;
	lease_stop(controller->lease);
	api_cancel(controller->takeover);
	for (i = 0; i < CONTROLLER_WATCHES; i++)
		watch_stop(controller->watches[i]);
	cluster_free(&controller->cluster);
	work_queue_destroy(controller->cluster.queue);
	loop_timer_destroy(controller->retry);
	free(controller);
}
