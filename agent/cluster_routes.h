/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pod reaches by the default network also when its default route is by
 * another one: nodes, podCIDRs and services.  In a file for vr-cni, since nodes
 * come and go, and the runtime reads its configuration anew at each change.
 */
#ifndef VR_AGENT_CLUSTER_ROUTES_H
#define VR_AGENT_CLUSTER_ROUTES_H

#include "peers.h"
#include "prefixes.h"

/**
 * cluster_routes_text() - What is in the file
 * @given: prefixes beside those of nodes
 *
 * As few as cover the same.  Return: to cJSON_free(), or NULL without memory.
 */
char *cluster_routes_text(const struct peers *peers,
			  const struct prefixes *given, unsigned int *count);

/* Write it, if it is another one. */
int cluster_routes_write(const char *folder, const struct peers *peers,
			 const struct prefixes *given, struct vr_error *err);

#endif /* VR_AGENT_CLUSTER_ROUTES_H */
