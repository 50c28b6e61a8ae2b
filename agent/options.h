/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What vr-agent was started with.
 */
#ifndef VR_AGENT_OPTIONS_H
#define VR_AGENT_OPTIONS_H

#include <stdbool.h>

#include "controller.h"
#include "node.h"

#define OPTIONS_NAMESPACE "vr-system"
#define OPTIONS_VNIS "65536-1048575"

/**
 * struct options - the command line
 * @controller: be the controller, and not a node's agent
 * @kubeconfig: NULL for a pod's service account
 * @insecure_node_rights: work with a Kubernetes that does not tell nodes apart
 */
struct options {
	bool controller;
	const char *kubeconfig;
	bool insecure_node_rights;
	struct node_options node;
	struct controller_options controller_options;
};

/**
 * options_read() - Read the command line
 *
 * Ends the program when it is told to, or told what it does not know: the exit
 * code is 2 then.
 */
void options_read(int argc, char **argv, struct options *options);

#endif /* VR_AGENT_OPTIONS_H */
