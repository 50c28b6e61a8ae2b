/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the controller knows of the cluster: as much of all objects as it has to
 * compare, with work for those that it writes.
 */
#ifndef VR_AGENT_CLUSTER_H
#define VR_AGENT_CLUSTER_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "../lib/address.h"
#include "address.h"
#include "cluster_node.h"
#include "table.h"
#include "work.h"

struct cluster_address;
struct standby;

/* A place in the list of a network's or of a claim's addresses. */
struct cluster_link {
	struct cluster_link *next;
	struct cluster_link **at;
	struct cluster_address *address;
};

/**
 * struct cluster_network - all about one network
 * @entry: by the name of the Network
 * @nad: the NetworkAttachmentDefinition, NULL when there is none
 * @object: the Network, the same
 * @vni: the one in @object, or 0
 * @pending: the one that @object will have, once it is made
 * @nad_written, @written: versions of our last writes, which the watch has yet
 *	to tell of
 * @addresses: that are not spare, and not cooling
 * @address_count: all
 * @waits: what it can be depends on other objects
 * @lacking: since when it lacks another, on the clock of loop_now(), or 0
 * @deleting: we asked for the end of @object
 * @told: a hash of the last Event
 * @in_use_written: when, on the clock of loop_now()
 */
struct cluster_network {
	struct table_entry entry;
	struct work work;
	cJSON *nad;
	cJSON *object;
	uint32_t vni;
	uint32_t pending;
	char nad_written[CLUSTER_VERSION];
	char written[CLUSTER_VERSION];
	struct cluster_link *addresses;
	unsigned int address_count;
	bool waits;
	uint64_t lacking;
	bool deleting;
	uint64_t told;
	uint64_t in_use_written;
};

/**
 * struct cluster_claim - an IPAMClaim, or the name of one that is no more
 * @entry: by "NAMESPACE/NAME"
 * @ips: of its status, or NULL
 * @standbys: pods that refer to it
 */
struct cluster_claim {
	struct table_entry entry;
	struct work work;
	bool exists;
	cJSON *ips;
	struct cluster_link *addresses;
	struct standby *standbys;
};

/**
 * struct cluster_address - a NetworkAddress
 * @pod: "NAMESPACE/NAME", or ""
 * @pod_uid: its UID, or ""
 * @requested: the other name of its network by which it was asked for, or ""
 * @standby_uid: the UID of who may take it, or ""
 * @uid, @version: of the object
 * @claim: NULL for none
 * @suspect: since when it seems to be nobody's, on the clock of loop_now(), or 0
 * @deleting: we asked for its end
 */
struct cluster_address {
	struct table_entry entry;
	struct work work;
	struct cluster_network *network;
	struct cluster_link of_network;
	struct cluster_node *node;
	struct cluster_claim *claim;
	struct cluster_link of_claim;
	struct vr_ip ip;
	enum address_state state;
	time_t since;
	char *pod;
	char *pod_uid;
	char *requested;
	char *standby_uid;
	char *uid;
	char *version;
	uint64_t suspect;
	bool deleting;
};

/**
 * struct cluster_policy - what would keep pods apart, if it were enforced
 * @entry: a NetworkPolicy by "NAMESPACE/NAME", an isolated namespace by "/NAME"
 * @told: its author knows
 */
struct cluster_policy {
	struct table_entry entry;
	struct work work;
	char *uid;
	bool told;
};

/* What is done for each of them. */
struct cluster_steps {
	work_step network;
	work_step address;
	work_step node;
	work_step claim;
	work_step policy;
};

/**
 * struct cluster - all of them
 * @pods: see pod_index.h
 * @events: that say that a policy is not enforced, by "NAMESPACE/NAME"
 */
struct cluster {
	struct work_queue *queue;
	struct cluster_steps steps;
	struct table networks;
	struct table addresses;
	struct table nodes;
	struct table pods;
	struct table claims;
	struct table policies;
	struct table events;
};

void cluster_free(struct cluster *cluster);

/* Callbacks of watches, whose argument is the cluster. */
void cluster_nad_changed(const cJSON *object, void *arg);
void cluster_nad_gone(const char *namespace, const char *name, void *arg);
void cluster_network_changed(const cJSON *object, void *arg);
void cluster_network_gone(const char *namespace, const char *name, void *arg);
void cluster_address_changed(const cJSON *object, void *arg);
void cluster_address_gone(const char *namespace, const char *name, void *arg);
void cluster_node_changed(const cJSON *object, void *arg);
void cluster_node_gone(const char *namespace, const char *name, void *arg);
void cluster_pod_changed(const cJSON *object, void *arg);
void cluster_pod_gone(const char *namespace, const char *name, void *arg);
void cluster_claim_changed(const cJSON *object, void *arg);
void cluster_claim_gone(const char *namespace, const char *name, void *arg);
void cluster_policy_changed(const cJSON *object, void *arg);
void cluster_policy_gone(const char *namespace, const char *name, void *arg);
void cluster_namespace_changed(const cJSON *object, void *arg);
void cluster_namespace_gone(const char *namespace, const char *name, void *arg);
void cluster_event_changed(const cJSON *object, void *arg);
void cluster_event_gone(const char *namespace, const char *name, void *arg);

/* The same of what we wrote: the watch may tell of older versions first. */
void cluster_nad_written(struct cluster *cluster, const cJSON *object);
void cluster_network_written(struct cluster *cluster, const cJSON *object);
void cluster_node_written(struct cluster *cluster, const cJSON *object);

/*
 * Is it from before our last write, of which the answer was told?  If not,
 * @written is forgotten.
 */
bool cluster_is_stale(char written[CLUSTER_VERSION], const cJSON *object);

/* Return: the node, which may be no more than a name, or NULL. */
struct cluster_node *cluster_node_get(struct cluster *cluster,
				      const char *name);

/* Look at all of it. */
void cluster_mark_all(struct cluster *cluster);
void cluster_mark_waiting(struct cluster *cluster);

/* There is nothing left of it. */
bool cluster_network_is_empty(const struct cluster_network *network);
void cluster_network_forget(struct cluster *cluster,
			    struct cluster_network *network);

/* Return: the network, or NULL. */
struct cluster_network *cluster_network_find(const struct cluster *cluster,
					     const char *name);

/* Return: the claim, which may be no more than a name, or NULL. */
struct cluster_claim *cluster_claim_get(struct cluster *cluster,
					const char *key);

/* Of a Network: its "spec". */
const cJSON *cluster_spec(const struct cluster_network *network);

#endif /* VR_AGENT_CLUSTER_H */
