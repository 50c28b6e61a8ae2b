/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the node's agent writes of the cluster for vr-cni, beside definitions of
 * networks: files, so that pods start without it.
 */
#ifndef VR_CNI_CLUSTER_DIR_H
#define VR_CNI_CLUSTER_DIR_H

#include <cjson/cJSON.h>

#include "../lib/error.h"
#include "route.h"

#define CLUSTER_DIR "/var/lib/vr/cluster"
#define CLUSTER_DIR_KEY "clusterDir"

/* {"routes": ["10.244.0.0/16", ...]}: nodes, pods and services. */
#define CLUSTER_DIR_ROUTES "routes.json"
#define CLUSTER_DIR_ROUTES_KEY "routes"

/* {"annotations": {"opencontrail.org/network": ...}} of a namespace that has it. */
#define CLUSTER_DIR_NAMESPACE "namespace-"

/**
 * cluster_dir_routes() - What pods reach by the default network
 * @routes: gets them, without gateways
 *
 * Refusals have CNI code 11: no agent was there yet.
 */
int cluster_dir_routes(const char *folder, struct cni_routes *routes,
		       struct vr_error *err);

/* Name of the file of a namespace, to free(), or NULL without memory. */
char *cluster_dir_namespace(const char *namespace);

/**
 * cluster_dir_network() - The default network of a namespace's pods
 * @network: value of its annotation "opencontrail.org/network", to free(); NULL when
 *	it has none
 */
int cluster_dir_network(const char *folder, const char *namespace,
			char **network, struct vr_error *err);

#endif
