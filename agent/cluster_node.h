/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the controller knows of a node.
 */
#ifndef VR_AGENT_CLUSTER_NODE_H
#define VR_AGENT_CLUSTER_NODE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "../lib/address.h"
#include "table.h"

/**
 * struct cluster_node - a node, or the name of one that is no more
 * @prefixes: of its pods, and its own addresses
 */
struct cluster_node {
	struct table_entry entry;
	bool exists;
	bool out_of_service;
	struct vr_prefix *prefixes;
	unsigned int prefix_count;
};

/* Return: whether it has come to life, or gone out of service or back. */
bool cluster_node_read(struct cluster_node *node, const cJSON *object);

#endif /* VR_AGENT_CLUSTER_NODE_H */
