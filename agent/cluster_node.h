/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the controller knows of a node.
 */
#ifndef VR_AGENT_CLUSTER_NODE_H
#define VR_AGENT_CLUSTER_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/address.h"
#include "node_block.h"
#include "table.h"
#include "work.h"

/* Room for a resourceVersion; a longer one is as none. */
#define CLUSTER_VERSION 24

/**
 * struct cluster_node - a node, or the name of one that is no more
 * @prefixes: of its pods by "podCIDRs", and its own addresses
 * @has_cidrs: it has "podCIDRs"
 * @blocks: of its annotation, or those that it will have or had; AF_UNSPEC for none
 * @has_blocks: they are in the annotation
 * @uid, @version: of the object
 * @written: version of our last write, which the watch has yet to tell of
 * @gone_at: when its object went, on the clock of loop_now(), 0 for never
 * @told: a hash of the last Event
 */
struct cluster_node {
	struct table_entry entry;
	struct work work;
	bool exists;
	bool out_of_service;
	struct vr_prefix *prefixes;
	unsigned int prefix_count;
	bool has_cidrs;
	struct vr_prefix blocks[NODE_BLOCK_FAMILIES];
	bool has_blocks;
	char *uid;
	char version[CLUSTER_VERSION];
	char written[CLUSTER_VERSION];
	uint64_t gone_at;
	uint64_t told;
};

/* Has its object this prefix for pods, or this address? */
bool cluster_node_overlaps(const struct cluster_node *node,
			   const struct vr_prefix *prefix);

#endif /* VR_AGENT_CLUSTER_NODE_H */
