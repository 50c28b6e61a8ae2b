// SPDX-License-Identifier: Apache-2.0
/*
 * Routes as CNI writes them.  Entry point: cni_routes_parse().
 */
#include <stdlib.h>
#include <sys/socket.h>

#include <linux/rtnetlink.h>

#include "../lib/field.h"
#include "code.h"
#include "json.h"
#include "route.h"

int cni_prefix_parse(const char *where, const char *key, const char *text,
		     struct vr_prefix *prefix, struct vr_error *err)
{
	char canonical[VR_PREFIX_TEXT];
	struct vr_prefix masked;

	if (vr_prefix_parse(key, text, prefix, err))
		return cni_wrap(err, CNI_CONFIG, "%s", where);
	if (!vr_prefix_has_host_bits(prefix))
		return 0;
	masked = *prefix;
	vr_prefix_mask(&masked);
	return cni_fail(err, CNI_CONFIG,
			"%s: %s \"%s\" has host bits set, the prefix is %s",
			where, key, text, vr_prefix_format(&masked, canonical));
}

bool cni_route_is_default(const struct cni_route *route)
{
	return route->dst.length == 0 && !route->table;
}

bool cni_route_lacks_gateway(const struct cni_route *route)
{
	return route->gw.family == AF_UNSPEC &&
	       !(route->has_scope && route->scope >= RT_SCOPE_LINK);
}

int cni_routes_add(struct cni_routes *routes, const struct cni_route *route,
		   struct vr_error *err)
{
	struct cni_route *new =
		vr_list_grow(&routes->items, &routes->count, sizeof(*new));

	if (!new)
		return vr_error_memory(err);
	*new = *route;
	return 0;
}

void cni_routes_free(struct cni_routes *routes)
{
	free(routes->items);
	*routes = (struct cni_routes){ 0 };
}

static int parse_gw(const char *text, const char *where,
		    struct cni_route *route, const cJSON *item,
		    struct vr_error *err)
{
	if (vr_ip_parse("gw", text, &route->gw, err))
		return cni_wrap(err, CNI_CONFIG, "%s", where);
	if (route->gw.family != route->dst.ip.family)
		return json_refuse(where, "routes", item,
				   "dst and gw are of different families", err);
	return 0;
}

/* By the names of CNI 1.1.0, and by that of iproute2 for the priority. */
static int parse_numbers(const cJSON *item, const char *where,
			 struct cni_route *route, struct vr_error *err)
{
	const struct {
		const char *key;
		uint32_t *value;
	} numbers[] = {
		{ "mtu", &route->mtu },
		{ "advmss", &route->advmss },
		{ "metric", &route->priority },
		{ "priority", &route->priority },
		{ "table", &route->table },
	};
	uint32_t scope = RT_SCOPE_NOWHERE;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(numbers); i++)
		ret = json_number(item, where, numbers[i].key, 0, UINT32_MAX,
				  numbers[i].value, err);
	if (!ret)
		ret = json_number(item, where, "scope", RT_SCOPE_UNIVERSE,
				  RT_SCOPE_HOST, &scope, err);
	if (route->table == RT_TABLE_MAIN)
		route->table = 0;
	route->has_scope = scope != RT_SCOPE_NOWHERE;
	route->scope = (uint8_t)scope;
	return ret;
}

static int parse_route(const cJSON *item, const char *where,
		       struct cni_route *route, struct vr_error *err)
{
	const char *dst = NULL, *gw = NULL;
	int ret;

	if (!cJSON_IsObject(item))
		return json_refuse(where, "routes", item, "not an object", err);
	ret = json_string(item, where, "dst", &dst, err);
	if (!ret)
		ret = json_string(item, where, "gw", &gw, err);
	if (!ret)
		ret = parse_numbers(item, where, route, err);
	if (ret)
		return ret;
	if (!dst)
		return json_refuse(where, "routes", item, "without \"dst\"",
				   err);
	ret = cni_prefix_parse(where, "dst", dst, &route->dst, err);
	if (!ret && gw && gw[0])
		ret = parse_gw(gw, where, route, item, err);
	return ret;
}

int cni_routes_parse(const cJSON *array, const char *where,
		     struct cni_routes *routes, struct vr_error *err)
{
	const cJSON *item;
	int ret;

	cJSON_ArrayForEach(item, array) {
		struct cni_route route = { 0 };

		ret = parse_route(item, where, &route, err);
		if (!ret)
			ret = cni_routes_add(routes, &route, err);
		if (ret)
			return ret;
	}
	return 0;
}
