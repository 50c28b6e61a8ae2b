// SPDX-License-Identifier: Apache-2.0
/*
 * The second pod of an address.  Its node's agent may change the object only
 * when that says so: nobody else could let it.  Entry point: standby_write().
 */
#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "object.h"
#include "standby.h"

#define NETWORKS "k8s.v1.cni.cncf.io/networks"
#define REFERENCE "ipam-claim-reference"

static void standby_free(struct standby *standby)
{
	free(standby->pod);
	free(standby->uid);
	free(standby->node);
	free(standby->created);
	free(standby);
}

void standby_free_all(struct cluster_claim *claim)
{
	struct standby *next;

	for (; claim->standbys; claim->standbys = next) {
		next = claim->standbys->next;
		standby_free(claim->standbys);
	}
}

static void mark(const struct cluster_claim *claim)
{
	const struct cluster_link *link;

	for (link = claim->addresses; link; link = link->next)
		work_mark(&link->address->work);
}

static bool remove_pod(struct cluster_claim *claim, const char *pod)
{
	struct standby **at = &claim->standbys, *old;

	while (*at && strcmp((*at)->pod, pod) != 0)
		at = &(*at)->next;
	old = *at;
	if (!old)
		return false;
	*at = old->next;
	standby_free(old);
	return true;
}

void standby_pod_gone(struct cluster *cluster, const char *pod)
{
	struct cluster_claim *claim, *next;

	table_for_each(claim, next, &cluster->claims) {
		if (remove_pod(claim, pod))
			mark(claim);
	}
}

static void add_pod(struct cluster_claim *claim, const char *pod,
		    const cJSON *object)
{
	const cJSON *metadata =
		cJSON_GetObjectItemCaseSensitive(object, "metadata");
	const cJSON *spec = cJSON_GetObjectItemCaseSensitive(object, "spec");
	struct standby *new = calloc(1, sizeof(*new));

	remove_pod(claim, pod);
	if (!new)
		return;
	new->pod = strdup(pod);
	new->uid = strdup(object_uid(object));
	new->node = strdup(object_text(spec, "nodeName"));
	new->created = strdup(object_text(metadata, "creationTimestamp"));
	if (!new->pod || !new->uid || !new->node || !new->created) {
		standby_free(new);
		return;
	}
	new->next = claim->standbys;
	claim->standbys = new;
	mark(claim);
}

/* One that ends, or has ended, needs none any more. */
static bool can_have_address(const cJSON *object)
{
	const char *phase =
		object_text(cJSON_GetObjectItemCaseSensitive(object, "status"),
			    "phase");

	return object_text(cJSON_GetObjectItemCaseSensitive(object, "spec"),
			   "nodeName")[0] &&
	       !object_at(object, "metadata", "deletionTimestamp") &&
	       strcmp(phase, "Succeeded") != 0 && strcmp(phase, "Failed") != 0;
}

static void add_reference(struct cluster *cluster, const char *pod,
			  const char *name, const cJSON *object)
{
	struct cluster_claim *claim;
	cleanup_free char *key = NULL;

	if (asprintf(&key, "%s/%s", object_namespace(object), name) < 0) {
		key = NULL;
		return;
	}
	claim = cluster_claim_get(cluster, key);
	if (claim)
		add_pod(claim, pod, object);
}

void standby_pod_changed(struct cluster *cluster, const cJSON *object)
{
	const char *networks = object_annotation(object, NETWORKS);
	cleanup_json cJSON *list = NULL;
	cleanup_free char *pod = NULL;
	const cJSON *item;

	if (!strstr(networks, REFERENCE))
		return;
	if (asprintf(&pod, "%s/%s", object_namespace(object),
		     object_name(object)) < 0) {
		pod = NULL;
		return;
	}
	if (!can_have_address(object)) {
		standby_pod_gone(cluster, pod);
		return;
	}
	list = cJSON_Parse(networks);
	cJSON_ArrayForEach(item, list) {
		if (object_text(item, REFERENCE)[0])
			add_reference(cluster, pod,
				      object_text(item, REFERENCE), object);
	}
}

static const struct standby *find(const struct cluster_claim *claim,
				  const char *uid)
{
	const struct standby *standby = claim->standbys;

	while (standby && strcmp(standby->uid, uid) != 0)
		standby = standby->next;
	return standby;
}

static const struct standby *newest(const struct cluster_address *address)
{
	const struct standby *standby, *best = NULL;

	for (standby = address->claim->standbys; standby;
	     standby = standby->next) {
		if (!best || strcmp(standby->created, best->created) > 0 ||
		    (!strcmp(standby->created, best->created) &&
		     !strcmp(best->uid, address->pod_uid)))
			best = standby;
	}
	return best;
}

/*
 * The one that has it already is no second one, and a third waits until one of
 * the two is gone.
 */
static const struct standby *choose(const struct cluster_address *address)
{
	const struct standby *best = NULL;

	if (address->standby_uid[0])
		best = find(address->claim, address->standby_uid);
	if (!best)
		best = newest(address);
	if (!best || !strcmp(best->uid, address->pod_uid))
		return NULL;
	/* Its own node needs no leave. */
	if (!strcmp(best->node, address->node->entry.key))
		return NULL;
	return best;
}

static void add_standby(cJSON *spec, const struct standby *standby)
{
	const char *slash = strchr(standby->pod, '/');
	cleanup_free char *namespace =
		strndup(standby->pod, slash - standby->pod);
	cJSON *object, *pod;

	object = cJSON_AddObjectToObject(spec, "standby");
	cJSON_AddStringToObject(object, "node", standby->node);
	pod = cJSON_AddObjectToObject(object, "pod");
	cJSON_AddStringToObject(pod, "namespace", namespace ? namespace : "");
	cJSON_AddStringToObject(pod, "name", slash + 1);
	cJSON_AddStringToObject(pod, "uid", standby->uid);
}

bool standby_write(struct cluster_address *address, work_done done)
{
	const struct standby *standby = choose(address);
	cJSON *patch, *metadata, *labels, *spec;
	char label[ADDRESS_LABEL_BYTES];

	if (!strcmp(standby ? standby->uid : "", address->standby_uid))
		return false;
	patch = cJSON_CreateObject();
	metadata = cJSON_AddObjectToObject(patch, "metadata");
	cJSON_AddStringToObject(metadata, "uid", address->uid);
	cJSON_AddStringToObject(metadata, "resourceVersion", address->version);
	labels = cJSON_AddObjectToObject(metadata, "labels");
	spec = cJSON_AddObjectToObject(patch, "spec");
	if (standby) {
		/* By which its node's agent looks for it. */
		cJSON_AddStringToObject(labels, ADDRESS_LABEL_STANDBY,
					address_label(standby->node, label));
		add_standby(spec, standby);
	} else {
		cJSON_AddNullToObject(labels, ADDRESS_LABEL_STANDBY);
		cJSON_AddNullToObject(spec, "standby");
	}
	work_send(&address->work, "PATCH",
		  api_path(ADDRESS_PATH "/%s", address->entry.key), patch,
		  done);
	return true;
}
