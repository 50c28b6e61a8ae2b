/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which pod may take an address from the one that has it: of pods that refer to
 * one IPAMClaim, like those of a virtual machine that moves, the newest, and then
 * no other while it lives.
 */
#ifndef VR_AGENT_STANDBY_H
#define VR_AGENT_STANDBY_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "cluster.h"

/**
 * struct standby - a pod that refers to a claim, and has a node
 * @pod: "NAMESPACE/NAME"
 * @created: of its object, as text that sorts
 */
struct standby {
	struct standby *next;
	char *pod;
	char *uid;
	char *node;
	char *created;
};

/* A pod is new or another. */
void standby_pod_changed(struct cluster *cluster, const cJSON *object);
void standby_pod_gone(struct cluster *cluster, const char *pod);

void standby_free_all(struct cluster_claim *claim);

/**
 * standby_write() - Have the object say who that is
 *
 * Return: whether a request is on its way.
 */
bool standby_write(struct cluster_address *address, work_done done);

#endif /* VR_AGENT_STANDBY_H */
