/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which namespaces have another default network for their pods.  In files for
 * vr-cni, so that pods start without us, and whoever gave it the pod's own
 * annotations.
 */
#ifndef VR_AGENT_NAMESPACES_H
#define VR_AGENT_NAMESPACES_H

#include <stdbool.h>

#include "api.h"
#include "loop.h"
#include "table.h"

/**
 * struct namespaces - all of them
 * @folder: where the files are
 * @table: those that have one
 */
struct namespaces {
	const char *folder;
	struct table table;
	struct watch *watch;
};

int namespaces_start(struct namespaces *namespaces, struct loop *loop,
		     struct api *api, const char *folder, struct vr_error *err);
void namespaces_stop(struct namespaces *namespaces);

/* Have all files been written once? */
bool namespaces_are_known(const struct namespaces *namespaces);

#endif /* VR_AGENT_NAMESPACES_H */
