/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_DEFINITION_H
#define VR_CNI_DEFINITION_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "../lib/network.h"
#include "bandwidth.h"
#include "port_kind.h"
#include "route.h"

/**
 * struct definition - what a network is
 * @network: as the module gets it, its name included
 * @ipam: the "ipam" object for the IPAM plugin, NULL for none
 * @default_ranges: the ranges of @ipam are its subnets, and were not given
 * @routes: what its containers get, @gw filled in where a subnet has one
 * @bandwidth: limits of each interface
 * @port: of what kind its ports are
 * @sysctls: settings of each interface, owned, or NULL
 * @shared: with pods of which other namespaces, owned, or NULL for none
 */
struct definition {
	struct vr_network network;
	cJSON *ipam;
	bool default_ranges;
	struct cni_routes routes;
	struct bandwidth bandwidth;
	enum port_kind port;
	cJSON *sysctls;
	cJSON *shared;
};

/**
 * struct definitions - the files of a folder
 * @folder: its path
 * @files: those that could be read, and why the others could not
 */
struct definitions {
	const char *folder;
	struct definition_file *files;
	unsigned int count;
};

/**
 * definition_is_in() - Whether a configuration defines its network itself
 */
bool definition_is_in(const cJSON *conf);

/**
 * definition_parse() - Parse one definition
 * @object: a definition file, or a network configuration
 * @name: name of the network
 * @where: what @object is, for the error message
 *
 * Refusals have CNI code 7.
 */
int definition_parse(const cJSON *object, const char *name, const char *where,
		     struct definition *definition, struct vr_error *err);

void definition_free(struct definition *definition);

/**
 * definition_allows() - May a pod use a network?
 * @namespace: the pod's
 *
 * A network belongs to the namespace before the first dot of its name.
 */
bool definition_allows(const struct definition *definition,
		       const char *namespace);

/* Can a network have this name?  Those of CNI, and "/" for namespaces. */
bool definition_name_is_valid(const char *name);

/**
 * definitions_open() - Read a folder of definitions
 *
 * A folder that does not exist is empty. What is wrong with a file is told
 * when its network is asked for.
 */
int definitions_open(struct definitions *definitions, const char *folder,
		     struct vr_error *err);

/**
 * definitions_find() - Parse the definition of a network
 * @where: who asks for it, for the error message
 */
int definitions_find(const struct definitions *definitions, const char *name,
		     const char *where, struct definition *definition,
		     struct vr_error *err);

void definitions_free(struct definitions *definitions);

#endif
