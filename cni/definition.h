/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_DEFINITION_H
#define VR_CNI_DEFINITION_H

#include <stdbool.h>

#include <cjson/cJSON.h>
#include <linux/if.h>

#include "../lib/network.h"
#include "../lib/port.h"
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
 * @device: of the node, on which the network goes on, "" for none: then the router
 *	has no address in it, and @network no subnets
 * @port: of what kind its ports are
 * @sysctls: settings of each interface, owned, or NULL
 * @allowed: what each port may send from beside its own addresses
 * @allowed_count: how many
 * @same_as: the network this one is another name of, "" for none; then there is
 *	nothing else but @shared
 * @delegate: the list of other plugins that make its interfaces, owned, or NULL; then
 *	there is nothing else but @shared
 * @shared: with pods of which other namespaces, owned, or NULL for none
 */
struct definition {
	struct vr_network network;
	cJSON *ipam;
	bool default_ranges;
	struct cni_routes routes;
	struct bandwidth bandwidth;
	char device[IFNAMSIZ];
	enum port_kind port;
	cJSON *sysctls;
	struct vr_allowed *allowed;
	unsigned int allowed_count;
	char same_as[VR_MAX_NETWORK_NAME + 1];
	cJSON *delegate;
	cJSON *shared;
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
 * @namespace: the pod's, or that of a network which stands for this one
 *
 * A network belongs to the namespace before the first dot of its name.
 */
bool definition_allows(const struct definition *definition,
		       const char *namespace);

/* Can a network have this name?  Those of CNI, and "/" for namespaces. */
bool definition_name_is_valid(const char *name);

/* Refuse a key that no definition file has. */
int definition_check_keys(const cJSON *object, const char *where,
			  struct vr_error *err);

#endif
