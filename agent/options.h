/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What vr-agent was started with.
 */
#ifndef VR_AGENT_OPTIONS_H
#define VR_AGENT_OPTIONS_H

#include <stdbool.h>

#include "controller.h"
#include "node.h"
#include "replug.h"

#define OPTIONS_NAMESPACE "vr-system"
#define OPTIONS_VNIS "65536-1048575"

/* What to do: serve, or something that ends. */
enum options_command {
	OPTIONS_SERVE,
	OPTIONS_REPLUG,
	OPTIONS_UNINSTALL,
};

/**
 * struct options - the command line
 * @controller: be the controller, and not a node's agent
 * @replug: of that command
 * @force: of "uninstall", whose other options are a node's
 * @kubeconfig: NULL for a pod's service account
 * @insecure_node_rights: work with a Kubernetes that does not tell nodes apart
 */
struct options {
	enum options_command command;
	bool controller;
	const char *kubeconfig;
	bool insecure_node_rights;
	struct node_options node;
	struct controller_options controller_options;
	struct replug_options replug;
	bool force;
};

/**
 * options_read() - Read the command line
 *
 * Ends the program when it is told to, or told what it does not know: the exit
 * code is 2 then.
 */
void options_read(int argc, char **argv, struct options *options);

#endif /* VR_AGENT_OPTIONS_H */
