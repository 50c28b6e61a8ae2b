/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Annotations of Contrail that mean something else than a setting of ours.
 */
#ifndef VR_AGENT_NAD_CONTRAIL_H
#define VR_AGENT_NAD_CONTRAIL_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "../lib/error.h"
#include "nad.h"

#define CONTRAIL_PREFIX "opencontrail.org/"
#define CONTRAIL_NETWORK CONTRAIL_PREFIX "network"

/**
 * nad_contrail_network() - Which Networks "opencontrail.org/network" may mean
 * @text: a dictionary in JSON, or as Python writes it
 * @cluster: as in struct nad_rules
 * @names: filled with those to be tried, in this order; owned by the caller
 */
int nad_contrail_network(const char *text, const char *cluster,
			 char *names[NAD_MAX_SAME_AS + 1],
			 struct vr_error *err);

/* "true" or "false" in any case. Left as it is when @text is NULL. */
int nad_contrail_switch(const char *key, const char *text, bool *value,
			struct vr_error *err);

#endif /* VR_AGENT_NAD_CONTRAIL_H */
