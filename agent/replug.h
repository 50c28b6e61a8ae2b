/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "vr-agent replug": another kernel module in the place of the loaded one, under
 * running pods.
 */
#ifndef VR_AGENT_REPLUG_H
#define VR_AGENT_REPLUG_H

#include "../lib/error.h"

/**
 * struct replug_options - what it was started with
 * @module: file to load, NULL for the one that is installed
 * @state_dir: of vr-cni, which is kept from changing anything meanwhile
 * @socket: of the agent, which is stopped meanwhile
 */
struct replug_options {
	const char *module;
	const char *state_dir;
	const char *socket;
};

/**
 * replug_run() - Do it, and tell what became of it
 *
 * Return: 0; -ENOTRECOVERABLE when some of it is not as it was, which is in the
 * log; or another negative errno and nothing has changed.
 */
int replug_run(const struct replug_options *options, struct vr_error *err);

#endif /* VR_AGENT_REPLUG_H */
