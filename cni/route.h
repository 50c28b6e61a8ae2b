/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_ROUTE_H
#define VR_CNI_ROUTE_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "../lib/address.h"
#include "../lib/error.h"

/**
 * struct cni_route - a route of a container
 * @dst: where to, without host bits
 * @gw: next hop, AF_UNSPEC when it is on the link
 * @mtu, @advmss, @priority: 0 when not given
 * @table: 0 for the main one
 * @has_scope: whether @scope, of ip-route(8), was given
 * @ifindex: its device, in what podns_routes() gives
 */
struct cni_route {
	struct vr_prefix dst;
	struct vr_ip gw;
	uint32_t mtu;
	uint32_t advmss;
	uint32_t priority;
	uint32_t table;
	bool has_scope;
	uint8_t scope;
	uint32_t ifindex;
};

struct cni_routes {
	struct cni_route *items;
	unsigned int count;
};

/**
 * cni_routes_parse() - Append the routes of a JSON array {"dst", "gw", ...}
 * @where: what @array is in, for the error message
 */
int cni_routes_parse(const cJSON *array, const char *where,
		     struct cni_routes *routes, struct vr_error *err);

int cni_routes_add(struct cni_routes *routes, const struct cni_route *route,
		   struct vr_error *err);
void cni_routes_free(struct cni_routes *routes);

/* Is it to go by the gateway of its network?  Not when it is on the link. */
bool cni_route_lacks_gateway(const struct cni_route *route);

/* One that is in a table of its own is not. */
bool cni_route_is_default(const struct cni_route *route);

/**
 * cni_prefix_parse() - Parse a prefix and refuse host bits
 * @where, @key: what it is, for the error message
 */
int cni_prefix_parse(const char *where, const char *key, const char *text,
		     struct vr_prefix *prefix, struct vr_error *err);

#endif
