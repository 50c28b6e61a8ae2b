/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pods of this node: their annotations.
 */
#ifndef VR_AGENT_PODS_H
#define VR_AGENT_PODS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "api.h"
#include "table.h"

/**
 * struct pod - a pod of this node
 * @entry: by "NAMESPACE/NAME"
 * @annotations: an object, which may be empty
 * @version: another one whenever the object is another
 * @ending: it is being deleted, or has run to its end
 */
struct pod {
	struct table_entry entry;
	char *uid;
	cJSON *annotations;
	unsigned int version;
	bool ending;
};

struct pods {
	struct table table;
	struct watch *watch;
	unsigned int version;
	loop_cb changed;
	void *arg;
};

/* @changed: called when a pod is new or another than before */
int pods_start(struct pods *pods, struct loop *loop, struct api *api,
	       const char *node, loop_cb changed, void *arg,
	       struct vr_error *err);
void pods_stop(struct pods *pods);

/* Return: the pod, or NULL. */
const struct pod *pods_find(const struct pods *pods, const char *namespace,
			    const char *name);

/**
 * pod_is() - Is it the pod that a runtime means, and not another of its name?
 * @uid: as the runtime has it, "" when it said none; that of a static pod is not
 *	that of its object
 */
bool pod_is(const struct pod *pod, const char *uid);

#endif /* VR_AGENT_PODS_H */
