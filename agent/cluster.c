// SPDX-License-Identifier: Apache-2.0
/*
 * Objects of the cluster in tables.  Entry points: the callbacks of watches.
 */
#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../cni/contrail.h"
#include "../lib/cleanup.h"
#include "cluster.h"
#include "log.h"
#include "object.h"
#include "pod_index.h"
#include "standby.h"

static char *join(const char *namespace, char between, const char *name)
{
	char *key;

	if (asprintf(&key, "%s%c%s", namespace, between, name) < 0)
		return NULL;
	return key;
}

static void set_text(char **text, const char *new)
{
	free(*text);
	*text = strdup(new);
}

static void link_add(struct cluster_link **list, struct cluster_link *link,
		     struct cluster_address *address)
{
	link->address = address;
	link->next = *list;
	link->at = list;
	if (link->next)
		link->next->at = &link->next;
	*list = link;
}

static void link_remove(struct cluster_link *link)
{
	if (!link->at)
		return;
	*link->at = link->next;
	if (link->next)
		link->next->at = link->at;
	*link = (struct cluster_link){ 0 };
}

/* --- networks */

struct cluster_network *cluster_network_find(const struct cluster *cluster,
					     const char *name)
{
	return table_find(&cluster->networks, name);
}

const cJSON *cluster_spec(const struct cluster_network *network)
{
	return cJSON_GetObjectItemCaseSensitive(network->object, "spec");
}

static struct cluster_network *network_get(struct cluster *cluster,
					   const char *name)
{
	struct cluster_network *network =
		table_get(&cluster->networks, name, sizeof(*network));

	if (network && !network->work.queue)
		work_begin(&network->work, cluster->queue,
			   cluster->steps.network);
	return network;
}

bool cluster_network_is_empty(const struct cluster_network *network)
{
	return !network->nad && !network->object && !network->address_count;
}

void cluster_network_forget(struct cluster *cluster,
			    struct cluster_network *network)
{
	work_end(&network->work);
	cJSON_Delete(network->nad);
	cJSON_Delete(network->object);
	table_remove(&cluster->networks, network);
}

/* Numbers that only grow, which the API has promised since they were written. */
static bool is_older(const char *version, const char *than)
{
	size_t len = strlen(version), other = strlen(than);

	if (strspn(version, "0123456789") != len ||
	    strspn(than, "0123456789") != other)
		return false;
	return len != other ? len < other : strcmp(version, than) < 0;
}

static const char *version_of(const cJSON *object)
{
	return object_text(cJSON_GetObjectItemCaseSensitive(object, "metadata"),
			   "resourceVersion");
}

bool cluster_is_stale(char written[CLUSTER_VERSION], const cJSON *object)
{
	if (written[0] && is_older(version_of(object), written))
		return true;
	written[0] = '\0';
	return false;
}

static cJSON *copy_object(const cJSON *object)
{
	cJSON *copy = cJSON_Duplicate(object, true);

	cJSON_DeleteItemFromObjectCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(copy, "metadata"),
		"managedFields");
	return copy;
}

static void set_object(cJSON **object, const cJSON *new)
{
	cJSON_Delete(*object);
	*object = new ? copy_object(new) : NULL;
}

void cluster_mark_waiting(struct cluster *cluster)
{
	struct cluster_network *network, *next;

	table_for_each(network, next, &cluster->networks) {
		if (network->waits)
			work_mark(&network->work);
	}
}

void cluster_nad_changed(const cJSON *object, void *arg)
{
	cleanup_free char *name =
		join(object_namespace(object), '.', object_name(object));
	struct cluster_network *network = name ? network_get(arg, name) : NULL;

	if (!network || cluster_is_stale(network->nad_written, object))
		return;
	set_object(&network->nad, object);
	work_mark(&network->work);
}

void cluster_nad_gone(const char *namespace, const char *name, void *arg)
{
	cleanup_free char *key = join(namespace, '.', name);
	struct cluster *cluster = arg;
	struct cluster_network *network =
		key ? cluster_network_find(cluster, key) : NULL;

	if (!network)
		return;
	set_object(&network->nad, NULL);
	network->nad_written[0] = '\0';
	network->pending = 0;
	network->told = 0;
	work_mark(&network->work);
}

/* Others look at what a network is, but not at its state. */
static bool means_the_same(const cJSON *old, const cJSON *new)
{
	return cJSON_Compare(cJSON_GetObjectItemCaseSensitive(old, "spec"),
			     cJSON_GetObjectItemCaseSensitive(new, "spec"),
			     true);
}

/* Whoever has it, too, may have to give it up. */
static void set_vni(struct cluster *cluster, struct cluster_network *network,
		    uint32_t vni)
{
	struct cluster_network *other, *next;

	if (network->vni == vni)
		return;
	network->vni = vni;
	table_for_each(other, next, &cluster->networks) {
		if (other != network && vni && other->vni == vni)
			work_mark(&other->work);
	}
}

void cluster_network_changed(const cJSON *object, void *arg)
{
	struct cluster *cluster = arg;
	struct cluster_network *network =
		network_get(cluster, object_name(object));

	if (!network || cluster_is_stale(network->written, object))
		return;
	if (!means_the_same(network->object, object))
		cluster_mark_waiting(cluster);
	set_object(&network->object, object);
	set_vni(cluster, network, object_number(cluster_spec(network), "vni"));
	network->pending = 0;
	network->deleting =
		object_at(object, "metadata", "deletionTimestamp") != NULL;
	work_mark(&network->work);
}

void cluster_network_gone(const char *namespace, const char *name, void *arg)
{
	struct cluster *cluster = arg;
	struct cluster_network *network = cluster_network_find(cluster, name);

	(void)namespace;
	if (!network)
		return;
	set_object(&network->object, NULL);
	network->vni = 0;
	network->deleting = false;
	network->written[0] = '\0';
	work_mark(&network->work);
	cluster_mark_waiting(cluster);
}

void cluster_nad_written(struct cluster *cluster, const cJSON *object)
{
	cleanup_free char *name =
		join(object_namespace(object), '.', object_name(object));
	struct cluster_network *network;

	cluster_nad_changed(object, cluster);
	network = name ? cluster_network_find(cluster, name) : NULL;
	if (network)
		snprintf(network->nad_written, sizeof(network->nad_written),
			 "%s", version_of(object));
}

void cluster_network_written(struct cluster *cluster, const cJSON *object)
{
	struct cluster_network *network;

	cluster_network_changed(object, cluster);
	network = cluster_network_find(cluster, object_name(object));
	if (network)
		snprintf(network->written, sizeof(network->written), "%s",
			 version_of(object));
}

/* --- addresses */

static void mark_requested(const struct cluster *cluster,
			   const struct cluster_address *address)
{
	struct cluster_network *network = NULL;

	if (address->requested && address->requested[0])
		network = cluster_network_find(cluster, address->requested);
	if (network)
		work_mark(&network->work);
}

static void address_detach(struct cluster *cluster,
			   struct cluster_address *address)
{
	mark_requested(cluster, address);
	if (address->network) {
		link_remove(&address->of_network);
		address->network->address_count--;
		work_mark(&address->network->work);
	}
	if (address->claim) {
		link_remove(&address->of_claim);
		work_mark(&address->claim->work);
	}
	address->network = NULL;
	address->claim = NULL;
}

static void address_free_entry(struct cluster *cluster,
			       struct cluster_address *address)
{
	address_detach(cluster, address);
	work_end(&address->work);
	free(address->pod);
	free(address->pod_uid);
	free(address->requested);
	free(address->standby_uid);
	free(address->uid);
	free(address->version);
	table_remove(&cluster->addresses, address);
}

struct cluster_claim *cluster_claim_get(struct cluster *cluster,
					const char *key)
{
	struct cluster_claim *claim =
		table_get(&cluster->claims, key, sizeof(*claim));

	if (claim && !claim->work.queue)
		work_begin(&claim->work, cluster->queue, cluster->steps.claim);
	return claim;
}

static void address_attach(struct cluster *cluster,
			   struct cluster_address *address,
			   const struct address *new)
{
	address->network = network_get(cluster, new->network);
	if (address->network) {
		address->network->address_count++;
		if (new->state == ADDRESS_BOUND)
			link_add(&address->network->addresses,
				 &address->of_network, address);
		work_mark(&address->network->work);
	}
	if (!new->claim[0])
		return;
	address->claim = cluster_claim_get(cluster, new->claim);
	if (address->claim) {
		link_add(&address->claim->addresses, &address->of_claim,
			 address);
		work_mark(&address->claim->work);
	}
}

static void address_set(struct cluster *cluster,
			struct cluster_address *address,
			const struct address *new, const cJSON *object)
{
	address_detach(cluster, address);
	address_attach(cluster, address, new);
	address->node = cluster_node_get(cluster, new->node);
	address->ip = new->ip;
	address->state = new->state;
	address->since = new->since;
	free(address->pod);
	address->pod = new->pod_name[0]
			       ? join(new->pod_namespace, '/', new->pod_name)
			       : strdup("");
	set_text(&address->pod_uid, new->pod_uid);
	set_text(&address->requested, new->requested);
	mark_requested(cluster, address);
	set_text(&address->standby_uid,
		 object_text(cJSON_GetObjectItemCaseSensitive(object_at(object,
									"spec",
									"standby"),
							      "pod"),
			     "uid"));
	set_text(&address->uid, object_uid(object));
	set_text(&address->version, version_of(object));
	address->deleting =
		object_at(object, "metadata", "deletionTimestamp") != NULL;
	work_mark(&address->work);
}

void cluster_address_changed(const cJSON *object, void *arg)
{
	cleanup_address struct address new = { 0 };
	struct cluster_address *address;
	struct cluster *cluster = arg;
	struct vr_error error = { 0 };

	if (address_parse(object, &new, &error)) {
		agent_log(AGENT_WARNING, "%s", error.text);
		return;
	}
	address = table_get(&cluster->addresses, object_name(object),
			    sizeof(*address));
	if (!address)
		return;
	if (!address->work.queue)
		work_begin(&address->work, cluster->queue,
			   cluster->steps.address);
	address_set(cluster, address, &new, object);
}

void cluster_address_gone(const char *namespace, const char *name, void *arg)
{
	struct cluster *cluster = arg;
	struct cluster_address *address = table_find(&cluster->addresses, name);

	(void)namespace;
	if (address)
		address_free_entry(cluster, address);
}

/* --- pods */

void cluster_pod_changed(const cJSON *object, void *arg)
{
	struct cluster *cluster = arg;

	pod_index_add(&cluster->pods, object);
	standby_pod_changed(cluster, object);
}

void cluster_pod_gone(const char *namespace, const char *name, void *arg)
{
	cleanup_free char *key = join(namespace, '/', name);
	struct cluster *cluster = arg;

	if (!key)
		return;
	pod_index_remove(&cluster->pods, key);
	standby_pod_gone(cluster, key);
}

/* --- claims */

void cluster_claim_changed(const cJSON *object, void *arg)
{
	cleanup_free char *key =
		join(object_namespace(object), '/', object_name(object));
	struct cluster_claim *claim = key ? cluster_claim_get(arg, key) : NULL;
	const cJSON *ips = object_at(object, "status", "ips");

	if (!claim)
		return;
	claim->exists = true;
	cJSON_Delete(claim->ips);
	claim->ips = ips ? cJSON_Duplicate(ips, true) : NULL;
	work_mark(&claim->work);
}

void cluster_claim_gone(const char *namespace, const char *name, void *arg)
{
	cleanup_free char *key = join(namespace, '/', name);
	struct cluster *cluster = arg;
	struct cluster_claim *claim = key ? table_find(&cluster->claims, key)
					  : NULL;
	const struct cluster_link *link;

	if (!claim)
		return;
	claim->exists = false;
	cJSON_Delete(claim->ips);
	claim->ips = NULL;
	for (link = claim->addresses; link; link = link->next)
		work_mark(&link->address->work);
	work_mark(&claim->work);
}

/* --- policies and isolated namespaces, and what was said of them */

static void policy_changed(struct cluster *cluster, const char *namespace,
			   const cJSON *object)
{
	cleanup_free char *key = join(namespace, '/', object_name(object));
	struct cluster_policy *policy =
		key ? table_get(&cluster->policies, key, sizeof(*policy))
		    : NULL;

	if (!policy)
		return;
	if (!policy->work.queue)
		work_begin(&policy->work, cluster->queue,
			   cluster->steps.policy);
	if (policy->uid && strcmp(policy->uid, object_uid(object)) != 0)
		policy->told = false;
	set_text(&policy->uid, object_uid(object));
	if (!policy->told)
		work_mark(&policy->work);
}

void cluster_policy_changed(const cJSON *object, void *arg)
{
	policy_changed(arg, object_namespace(object), object);
}

void cluster_policy_gone(const char *namespace, const char *name, void *arg)
{
	cleanup_free char *key = join(namespace, '/', name);
	struct cluster *cluster = arg;
	struct cluster_policy *policy =
		key ? table_find(&cluster->policies, key) : NULL;

	if (!policy)
		return;
	work_end(&policy->work);
	free(policy->uid);
	table_remove(&cluster->policies, policy);
}

/* What Contrail, and before it Kubernetes, isolated a namespace by. */
static bool is_isolated(const cJSON *object)
{
	const cJSON *annotations = object_at(object, "metadata", "annotations");
	const char *isolation = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(annotations,
						 CONTRAIL_ISOLATION_KEY));

	return (isolation && !strcasecmp(isolation, "true")) ||
	       cJSON_GetObjectItemCaseSensitive(annotations,
						CONTRAIL_POLICY_KEY);
}

void cluster_namespace_changed(const cJSON *object, void *arg)
{
	if (is_isolated(object))
		policy_changed(arg, "", object);
	else
		cluster_policy_gone("", object_name(object), arg);
}

void cluster_namespace_gone(const char *namespace, const char *name, void *arg)
{
	cluster_policy_gone(namespace, name, arg);
}

void cluster_event_changed(const cJSON *object, void *arg)
{
	cleanup_free char *key =
		join(object_namespace(object), '/', object_name(object));
	struct cluster *cluster = arg;

	if (key)
		table_get(&cluster->events, key, sizeof(struct table_entry));
}

void cluster_event_gone(const char *namespace, const char *name, void *arg)
{
	cleanup_free char *key = join(namespace, '/', name);
	struct cluster *cluster = arg;
	void *event = key ? table_find(&cluster->events, key) : NULL;

	if (event)
		table_remove(&cluster->events, event);
}

/* --- all */

void cluster_mark_all(struct cluster *cluster)
{
	struct cluster_network *network, *next_network;
	struct cluster_address *address, *next_address;
	struct cluster_policy *policy, *next_policy;
	struct cluster_claim *claim, *next_claim;
	struct cluster_node *node, *next_node;

	table_for_each(network, next_network, &cluster->networks)
		work_mark(&network->work);
	table_for_each(address, next_address, &cluster->addresses)
		work_mark(&address->work);
	table_for_each(node, next_node, &cluster->nodes)
		work_mark(&node->work);
	table_for_each(claim, next_claim, &cluster->claims)
		work_mark(&claim->work);
	table_for_each(policy, next_policy, &cluster->policies)
		work_mark(&policy->work);
}

static void free_claims(struct cluster *cluster)
{
	struct cluster_claim *claim, *next;

	table_for_each(claim, next, &cluster->claims) {
		work_end(&claim->work);
		standby_free_all(claim);
		cJSON_Delete(claim->ips);
	}
	table_free(&cluster->claims);
}

static void free_policies(struct cluster *cluster)
{
	struct cluster_policy *policy, *next;

	table_for_each(policy, next, &cluster->policies) {
		work_end(&policy->work);
		free(policy->uid);
	}
	table_free(&cluster->policies);
}

static void free_nodes(struct cluster *cluster)
{
	struct cluster_node *node, *next;

	table_for_each(node, next, &cluster->nodes) {
		work_end(&node->work);
		free(node->prefixes);
		free(node->uid);
	}
	table_free(&cluster->nodes);
}

void cluster_free(struct cluster *cluster)
{
	struct cluster_network *network, *next_network;
	struct cluster_address *address, *next_address;

	table_for_each(address, next_address, &cluster->addresses)
		address_free_entry(cluster, address);
	table_free(&cluster->addresses);
	table_for_each(network, next_network, &cluster->networks)
		cluster_network_forget(cluster, network);
	table_free(&cluster->networks);
	free_claims(cluster);
	free_policies(cluster);
	free_nodes(cluster);
	pod_index_free(&cluster->pods);
	table_free(&cluster->events);
}
