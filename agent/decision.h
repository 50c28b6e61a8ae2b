/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a network is to be, by its NetworkAttachmentDefinition, what it is now
 * and what else there is in the cluster.  Nothing is written here.
 */
#ifndef VR_AGENT_DECISION_H
#define VR_AGENT_DECISION_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "../lib/error.h"
#include "cluster.h"
#include "controller.h"

/**
 * struct decision - what it is to be
 * @gone: nobody asks for it any more
 * @of_operator: its Network was made by somebody else than us
 * @ready: it can be used
 * @waits: the objects of others decided
 * @patience: what it lacks may just be on its way
 * @spec: of its Network, NULL to leave that as it is
 * @reason, @message: for conditions
 */
struct decision {
	bool gone;
	bool of_operator;
	bool ready;
	bool waits;
	bool patience;
	cJSON *spec;
	const char *reason;
	struct vr_error message;
};

#define cleanup_decision __attribute__((cleanup(decision_free)))

/* @decision: filled in; to decision_free(). */
void decide(const struct cluster *cluster,
	    const struct controller_options *options,
	    const struct cluster_network *network, struct decision *decision);

void decision_free(struct decision *decision);

#endif /* VR_AGENT_DECISION_H */
