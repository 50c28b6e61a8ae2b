/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_IPAM_H
#define VR_CNI_IPAM_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "../lib/error.h"
#include "environment.h"
#include "result.h"

/**
 * struct ipam_call - one execution of an IPAM plugin
 * @env: the environment of our own call
 * @command: "ADD", "DEL" or "CHECK"
 * @ifname: the interface, which keys the plugin's store
 * @args: CNI_ARGS
 * @conf: the whole configuration for the plugin's standard input
 */
struct ipam_call {
	const struct environment *env;
	const char *command;
	const char *ifname;
	const char *args;
	const cJSON *conf;
};

/**
 * ipam_add() - Get addresses
 * @begun: set when the plugin was started: also after an error it may hold an
 *	address, so that whoever undoes calls ipam_run() with DEL
 *
 * An answer without an address is refused.
 */
int ipam_add(const struct ipam_call *call, struct result *result, bool *begun,
	     struct vr_error *err);

/* DEL and CHECK, whose answer is nothing. */
int ipam_run(const struct ipam_call *call, struct vr_error *err);

/**
 * ipam_find() - Find a plugin in CNI_PATH
 * @path: folders, separated by ":"
 * @name: name of the program
 *
 * Return: its path, to free(), or NULL.
 */
char *ipam_find(const char *path, const char *name, struct vr_error *err);

/**
 * ipam_network_name() - The name of a network for an IPAM plugin
 *
 * Plugins refuse names that are not of CNI.  No two networks get one name, so
 * their stores do not collide.
 *
 * Return: a string to free(), NULL when memory is short.
 */
char *ipam_network_name(const char *network);

#endif
