/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "vr-agent uninstall": a node as it was before vr.
 */
#ifndef VR_AGENT_UNINSTALL_H
#define VR_AGENT_UNINSTALL_H

#include <stdbool.h>

#include "../lib/error.h"
#include "node.h"

/**
 * uninstall_run() - Take away what agent and vr-cni made, and nothing else
 * @options: as the agent was started; without a @cni_conf_dir it is looked for
 *	where it is as a rule
 * @force: pods that have ports lose them; else nothing but the runtime's
 *	configuration goes while there are such
 *
 * What is gone already is no error, so it can be run again. All is tried, and what
 * cannot be done is in the log.
 *
 * Return: 0, or negative.
 */
int uninstall_run(const struct node_options *options, bool force,
		  struct vr_error *err);

#endif /* VR_AGENT_UNINSTALL_H */
