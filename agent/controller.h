/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has to happen once in a cluster: Network objects and VNIs, what authors
 * of objects are told, and what is left of nodes that are gone.
 */
#ifndef VR_AGENT_CONTROLLER_H
#define VR_AGENT_CONTROLLER_H

#include <stdbool.h>

#include "../lib/address.h"
#include "../lib/error.h"
#include "api.h"
#include "cluster.h"
#include "loop.h"
#include "nad.h"
#include "node_block.h"
#include "vni.h"

/**
 * struct controller_options - settings of the deployment
 * @identity: of this process among those of the Lease, like the pod's name
 * @namespace: of the Lease
 * @rules: what authors of networks may do
 * @vnis: out of which networks get theirs
 * @default_vni: of the cluster-wide network, which no other gets; 0 for none
 * @services: ranges of the cluster's services
 * @node_ranges: of each family, cut into blocks for nodes without podCIDRs
 * @block_rest: seconds before another node gets a block
 * @vni_rest: seconds before another network gets a VNI
 * @node_grace: seconds between two looks at what seems to be nobody's
 * @cooling: seconds before an address is anybody's again
 */
struct controller_options {
	const char *identity;
	const char *namespace;
	struct nad_rules rules;
	struct vni_range vnis;
	uint32_t default_vni;
	struct vr_prefix *services;
	unsigned int service_count;
	struct node_range node_ranges[NODE_BLOCK_FAMILIES];
	unsigned int block_rest;
	unsigned int vni_rest;
	unsigned int node_grace;
	unsigned int cooling;
};

enum controller_watch {
	WATCH_NADS,
	WATCH_NETWORKS,
	WATCH_ADDRESSES,
	WATCH_NODES,
	WATCH_PODS,
	WATCH_CLAIMS,
	WATCH_POLICIES,
	WATCH_NAMESPACES,
	WATCH_EVENTS,
	CONTROLLER_WATCHES
};

/* What the steps of all kinds of work get as argument. */
struct controller {
	struct controller_options options;
	struct loop *loop;
	struct api *api;
	struct cluster cluster;
	struct lease *lease;
	struct watch *watches[CONTROLLER_WATCHES];
	struct api_call *takeover;
	struct loop_timer *retry;
	uint32_t block_cursor[NODE_BLOCK_FAMILIES];
	bool leads;
	bool runs;
};

/**
 * controller_start() - Begin
 * @options: strings and lists have to stay
 *
 * Return: the controller, or NULL.
 */
struct controller *controller_start(struct loop *loop, struct api *api,
				    const struct controller_options *options,
				    struct vr_error *err);

/* Let another one go on at once; @done is called soon, whatever became of it. */
void controller_release(struct controller *controller, loop_cb done, void *arg);

/* NULL is none. */
void controller_stop(struct controller *controller);

/* Is everything known of that kind? */
bool controller_knows(const struct controller *controller,
		      enum controller_watch kind);

/* Does it cut blocks for nodes? */
bool controller_has_blocks(const struct controller *controller);

#endif /* VR_AGENT_CONTROLLER_H */
