/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The annotation k8s.v1.cni.cncf.io/network-status of the pods of this node, as
 * section 5 of the Network Custom Resource Definition De-facto Standard has it.
 */
#ifndef VR_AGENT_STATUS_H
#define VR_AGENT_STATUS_H

#include "api.h"
#include "attachments.h"
#include "pods.h"
#include "table.h"

#define STATUS_KEY "k8s.v1.cni.cncf.io/network-status"

/* The entries that are ours have it, and the others are left alone. */
#define STATUS_OURS "vrctl.dev/container"

/**
 * struct statuses - what is written
 * @timer: whoever set it up calls statuses_check() when it is due
 * @writing: requests on their way, by pod
 * @settled: what need not be looked at, by state file
 */
struct statuses {
	struct api *api;
	const struct attachments *attachments;
	const struct pods *pods;
	struct table writing;
	struct table settled;
	struct loop_timer *timer;
};

void statuses_stop(struct statuses *statuses);

/* After attachments_refresh(): write what is not as it should be. */
void statuses_check(struct statuses *statuses);

/**
 * status_merge() - The value for a pod
 * @old: what is there, "" for nothing
 * @ours: our entries, an array; taken
 *
 * Entries of others are kept, after ours, if they are of other interfaces.
 *
 * Return: the new value to cJSON_free(), or NULL.
 */
char *status_merge(const char *old, cJSON *ours);

#endif /* VR_AGENT_STATUS_H */
