/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_FORWARD_H
#define VR_CNI_FORWARD_H

#include "ipam.h"

/**
 * struct forward - GC or STATUS for all IPAM plugins it concerns
 * @env: of our own call
 * @command: "GC" or "STATUS"
 * @calls: each of them for one network; they own their configurations
 */
struct forward {
	const struct environment *env;
	const char *command;
	struct ipam_call *calls;
	unsigned int count;
};

#define cleanup_forward __attribute__((cleanup(forward_free)))

/**
 * forward_add() - Add a call for a network, unless there is an equal one
 * @ipam: the configuration for an interface in it, NULL for none
 */
int forward_add(struct forward *forward, const cJSON *ipam,
		struct vr_error *err);

/* The configuration of a call, to be changed. */
cJSON *forward_conf(struct forward *forward, unsigned int index);

/* Call them all; what went wrong is for forward_problem() to tell. */
void forward_run(struct forward *forward, unsigned int seconds);

/**
 * forward_problem() - What went wrong with a call
 *
 * Return: the error, or NULL. A plugin that does not know the operation, as
 * those from before CNI 1.1.0, has nothing to do.
 */
const struct vr_error *forward_problem(const struct forward *forward,
				       unsigned int index);

void forward_free(struct forward *forward);

#endif
