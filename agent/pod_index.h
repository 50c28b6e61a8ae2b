/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which pods there are.
 */
#ifndef VR_AGENT_POD_INDEX_H
#define VR_AGENT_POD_INDEX_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "table.h"

/* A pod is new, or another of its name. */
void pod_index_add(struct table *pods, const cJSON *object);

/* @name: "NAMESPACE/NAME" */
void pod_index_remove(struct table *pods, const char *name);

/* Is there a pod of this UID, or, when that is "", of this name? */
bool pod_index_has(const struct table *pods, const char *uid, const char *name);

void pod_index_free(struct table *pods);

#endif /* VR_AGENT_POD_INDEX_H */
