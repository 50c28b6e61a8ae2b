/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a NetworkAttachmentDefinition asks for: nothing is written or asked here.
 */
#ifndef VR_AGENT_NAD_H
#define VR_AGENT_NAD_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "../lib/error.h"

#define NAD_CONDITIONS "vrctl.dev/conditions"
#define NAD_IN_USE_BY "vrctl.dev/in-use-by"
#define NAD_FORCE_DELETE "vrctl.dev/force-delete"

/**
 * struct nad_rules - what the operator of the cluster lets its authors do
 * @cluster: its name with Contrail, "k8s" if that was left as it was
 * @vni_first, @vni_last: which VNIs may be asked for; none if both are 0
 * @compat_contrail: all namespaces may use all networks
 * @delegate_types: plugins of others that are executed
 * @ipam_types: IPAM plugins apart from our own
 * @devices: patterns of fnmatch(3) of the nodes' devices that may be attached
 *
 * The lists end with NULL, and are NULL for none.
 */
struct nad_rules {
	const char *cluster;
	uint32_t vni_first;
	uint32_t vni_last;
	bool compat_contrail;
	const char *const *delegate_types;
	const char *const *ipam_types;
	const char *const *devices;
};

enum nad_verdict {
	NAD_FOREIGN, /* somebody else's */
	NAD_OURS,
	NAD_REFUSED, /* ours, and it cannot be had */
};

#define NAD_MAX_SAME_AS 3

/**
 * struct nad - what one asks for
 * @name: of its Network object, owned
 * @spec: of that, owned, but for "vni", "source" and "sameAs"; with NAD_OURS only
 * @vni: the one it asks for, or 0
 * @same_as: it is the first of these Networks that exists; owned, NULL-terminated
 * @settings: whether it says anything of the network
 * @delegated: other plugins make its interfaces, which @spec has then
 * @reason: a word for a condition
 * @message: with NAD_REFUSED why, naming key and value; with NAD_OURS what of it
 *	has no meaning, or ""
 */
struct nad {
	char *name;
	cJSON *spec;
	uint32_t vni;
	char *same_as[NAD_MAX_SAME_AS + 1];
	bool settings;
	bool delegated;
	const char *reason;
	struct vr_error message;
};

#define cleanup_nad __attribute__((cleanup(nad_free)))

/**
 * nad_resolve() - Read one
 * @object: the NetworkAttachmentDefinition
 * @nad: filled in, whatever the verdict is; to nad_free()
 */
enum nad_verdict nad_resolve(const cJSON *object, const struct nad_rules *rules,
			     struct nad *nad);

void nad_free(struct nad *nad);

#endif /* VR_AGENT_NAD_H */
