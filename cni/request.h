/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_REQUEST_H
#define VR_CNI_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "../lib/address.h"
#include "../lib/error.h"
#include "bandwidth.h"
#include "route.h"

/**
 * struct request - one interface that is asked for
 * @network: name of its network
 * @fallback: the network when there is none of the name @network, or NULL
 * @only_one: and not when there is one
 * @ifname: NULL when it is to be numbered
 * @mac: as written, NULL when it is to be made up
 * @ips: array of strings, NULL when the IPAM plugin chooses
 * @cni_args: what plugins of others are told as "args", or NULL
 * @claim: name of the IPAMClaim that keeps its addresses, or NULL
 * @bandwidth: its limits, of the network when it has none
 * @mtu: 0 for the network's
 * @routes: before those of the network
 * @default_gateways: by which it gets the default routes, AF_UNSPEC for none;
 *	of IPv4 and of IPv6
 * @own_default: it gets those of its network instead
 * @asked_from: namespace of the pod that asks, whose rights count, or NULL
 */
struct request {
	char *network;
	char *fallback;
	bool only_one;
	char *ifname;
	const char *mac;
	const cJSON *ips;
	const cJSON *cni_args;
	const char *claim;
	struct bandwidth bandwidth;
	uint32_t mtu;
	struct cni_routes routes;
	struct vr_ip default_gateways[2];
	bool own_default;
	const char *asked_from;
};

struct requests {
	struct request *items;
	unsigned int count;
};

/**
 * requests_parse() - Parse the key "networks" of a configuration
 * @object: the configuration, which owns the strings of the requests
 * @where: what it is, for the error message
 *
 * Adds to what is there. Refusals have CNI code 7, or 2 (unsupported key).
 */
int requests_parse(struct requests *requests, const cJSON *object,
		   const char *where, struct vr_error *err);

/**
 * request_add() - Add a request with nothing but its names
 * @item: what asks for it, for the error message
 * @ifname: NULL when it is to be numbered
 * @request: the new one, until another is added
 */
int request_add(struct requests *requests, const char *where, const cJSON *item,
		const char *network, const char *ifname,
		struct request **request, struct vr_error *err);

/* The keys that NPWG's standard has for a network, but for its names. */
int request_parse_standard(const cJSON *item, const char *where,
			   struct request *request, struct vr_error *err);

int request_refuse_port_mappings(const cJSON *object, const char *where,
				 struct vr_error *err);

void requests_free(struct requests *requests);

#endif
