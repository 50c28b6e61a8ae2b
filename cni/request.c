// SPDX-License-Identifier: Apache-2.0
/*
 * Interfaces that a configuration asks for.
 * Entry points: requests_parse() and request_add().
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "code.h"
#include "definition.h"
#include "environment.h"
#include "json.h"
#include "request.h"

/* The plugin that does it is a part of the list, and gets them by itself. */
int request_refuse_port_mappings(const cJSON *object, const char *where,
				 struct vr_error *err)
{
	const cJSON *value = NULL;
	int ret;

	ret = json_array(object, where, "portMappings", &value, err);
	if (ret || !value || !value->child)
		return ret;
	return json_refuse_code(
		CNI_UNSUPPORTED, where, "portMappings", value,
		"which vr-cni does not do: chain the plugin portmap behind it, with the capability \"portMappings\"",
		err);
}

int request_add(struct requests *requests, const char *where, const cJSON *item,
		const char *network, const char *ifname,
		struct request **request, struct vr_error *err)
{
	const char *problem;

	if (!definition_name_is_valid(network))
		return json_refuse(where, "networks", item,
				   "not the name of a network", err);
	problem = ifname ? environment_ifname_problem(ifname) : NULL;
	if (problem)
		return cni_fail(err, CNI_CONFIG,
				"%s: interface \"%s\" of network \"%s\" %s",
				where, ifname, network, problem);
	*request = vr_list_grow(&requests->items, &requests->count,
				sizeof(**request));
	if (!*request)
		return vr_error_memory(err);
	(*request)->network = strdup(network);
	(*request)->ifname = ifname ? strdup(ifname) : NULL;
	if (!(*request)->network || (ifname && !(*request)->ifname))
		return vr_error_memory(err);
	return 0;
}

/* "network" or "network@interface" */
static int parse_request_string(struct requests *requests, const char *where,
				const cJSON *item, struct vr_error *err)
{
	cleanup_free char *network = strdup(item->valuestring);
	struct request *request;
	char *ifname;

	if (!network)
		return vr_error_memory(err);
	ifname = strchr(network, '@');
	if (ifname)
		*ifname++ = '\0';
	return request_add(requests, where, item, network, ifname, &request,
			   err);
}

/* Which gateways the interface's default routes go by, as NPWG has it. */
static int parse_default_route(const cJSON *item, const char *where,
			       struct request *request, struct vr_error *err)
{
	static const char key[] = "default-route";
	const cJSON *array = NULL;
	const cJSON *text;
	struct vr_ip gw, *into;
	int ret;

	ret = json_strings(item, where, key, &array, err);
	if (ret)
		return ret;
	cJSON_ArrayForEach(text, array) {
		if (vr_ip_parse(key, text->valuestring, &gw, err))
			return cni_wrap(err, CNI_CONFIG, "%s", where);
		into = &request->default_gateways[gw.family == AF_INET6];
		if (into->family != AF_UNSPEC)
			return json_refuse(where, key, array,
					   "with two gateways of one family",
					   err);
		*into = gw;
	}
	return 0;
}

static int parse_request_routes(const cJSON *item, const char *where,
				struct request *request, struct vr_error *err)
{
	const cJSON *array = NULL;
	unsigned int i;
	int ret;

	ret = json_array(item, where, "routes", &array, err);
	if (!ret)
		ret = cni_routes_parse(array, where, &request->routes, err);
	for (i = 0; !ret && i < request->routes.count; i++) {
		if (cni_route_is_default(&request->routes.items[i]))
			ret = json_refuse(
				where, "routes", array,
				"with a default route, which \"default-route\" asks for",
				err);
	}
	return ret;
}

/* They may harm the host's other containers: who defines a network may. */
static int refuse_sysctls(const cJSON *object, const char *where,
			  struct vr_error *err)
{
	const cJSON *value = json_item(object, "sysctls");

	if (!value)
		return 0;
	return json_refuse_code(CNI_UNSUPPORTED, where, "sysctls", value,
				"a key of definitions, not of requests", err);
}

int request_parse_standard(const cJSON *item, const char *where,
			   struct request *request, struct vr_error *err)
{
	int ret;

	ret = json_string(item, where, "mac", &request->mac, err);
	if (!ret)
		ret = json_strings(item, where, "ips", &request->ips, err);
	if (!ret)
		ret = bandwidth_parse(item, where, &request->bandwidth, err);
	if (!ret)
		ret = parse_default_route(item, where, request, err);
	if (!ret)
		ret = request_refuse_port_mappings(item, where, err);
	return ret;
}

/* All but its names. */
static int parse_request_settings(const cJSON *item, const char *where,
				  struct request *request, struct vr_error *err)
{
	int ret;

	ret = request_parse_standard(item, where, request, err);
	if (!ret)
		ret = json_number(item, where, "mtu", VR_MIN_MTU, VR_MAX_MTU,
				  &request->mtu, err);
	if (!ret)
		ret = parse_request_routes(item, where, request, err);
	if (!ret)
		ret = refuse_sysctls(item, where, err);
	return ret;
}

static int parse_request_object(struct requests *requests, const char *where,
				const cJSON *item, struct vr_error *err)
{
	const char *network = NULL, *ifname = NULL;
	struct request *request;
	int ret;

	ret = json_string(item, where, "name", &network, err);
	if (!ret)
		ret = json_string(item, where, "interface", &ifname, err);
	if (ret)
		return ret;
	if (!network)
		return json_refuse(where, "networks", item, "without \"name\"",
				   err);
	ret = request_add(requests, where, item, network, ifname, &request,
			  err);
	if (!ret)
		ret = parse_request_settings(item, where, request, err);
	return ret;
}

int requests_parse(struct requests *requests, const cJSON *object,
		   const char *where, struct vr_error *err)
{
	const cJSON *array = NULL;
	const cJSON *item;
	int ret;

	ret = json_array(object, where, "networks", &array, err);
	if (ret)
		return ret;
	cJSON_ArrayForEach(item, array) {
		if (cJSON_IsString(item))
			ret = parse_request_string(requests, where, item, err);
		else if (cJSON_IsObject(item))
			ret = parse_request_object(requests, where, item, err);
		else
			ret = json_refuse(where, "networks", item,
					  "neither a string nor an object",
					  err);
		if (ret)
			return ret;
	}
	return 0;
}

void requests_free(struct requests *requests)
{
	unsigned int i;

	for (i = 0; i < requests->count; i++) {
		free(requests->items[i].network);
		free(requests->items[i].fallback);
		free(requests->items[i].ifname);
		cni_routes_free(&requests->items[i].routes);
	}
	free(requests->items);
	*requests = (struct requests){ 0 };
}
