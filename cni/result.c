// SPDX-License-Identifier: Apache-2.0
/*
 * Results of ADD in the shape of each version of the specification.
 * Entry points: result_parse() and result_to_json().
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/field.h"
#include "code.h"
#include "json.h"
#include "result.h"

static char *copy_text(const char *text)
{
	return text && text[0] ? strdup(text) : NULL;
}

int result_add_interface(struct result *result, const char *name,
			 const char *mac, const char *sandbox, uint32_t mtu,
			 struct vr_error *err)
{
	struct result_interface *interface;

	interface = vr_list_grow(&result->interfaces, &result->interface_count,
				 sizeof(*interface));
	if (!interface)
		return vr_error_memory(err);
	interface->name = strdup(name);
	interface->mac = copy_text(mac);
	interface->sandbox = copy_text(sandbox);
	interface->mtu = mtu;
	if (!interface->name)
		return vr_error_memory(err);
	return (int)result->interface_count - 1;
}

int result_add_ip(struct result *result, const struct result_ip *ip,
		  struct vr_error *err)
{
	struct result_ip *new;

	new = vr_list_grow(&result->ips, &result->ip_count, sizeof(*new));
	if (!new)
		return vr_error_memory(err);
	*new = *ip;
	return 0;
}

bool result_has_family(const struct result *result, int family)
{
	unsigned int i;

	for (i = 0; i < result->ip_count; i++) {
		if (result->ips[i].address.ip.family == family)
			return true;
	}
	return false;
}

bool result_is_inside(const struct result_interface *interface)
{
	return interface->sandbox && interface->sandbox[0];
}

int result_find_inside(const struct result *result, const char *ifname)
{
	unsigned int i;

	for (i = 0; i < result->interface_count; i++) {
		if (result_is_inside(&result->interfaces[i]) &&
		    !strcmp(result->interfaces[i].name, ifname))
			return (int)i;
	}
	return -1;
}

void result_free(struct result *result)
{
	unsigned int i;

	for (i = 0; i < result->interface_count; i++) {
		free(result->interfaces[i].name);
		free(result->interfaces[i].mac);
		free(result->interfaces[i].sandbox);
	}
	free(result->interfaces);
	free(result->ips);
	cni_routes_free(&result->routes);
	cJSON_Delete(result->dns);
	memset(result, 0, sizeof(*result));
}

static int parse_interface(const cJSON *item, const char *where,
			   struct result *result, struct vr_error *err)
{
	const char *name = NULL, *mac = NULL, *sandbox = NULL;
	uint32_t mtu = 0;
	int ret;

	if (!cJSON_IsObject(item))
		return json_refuse(where, "interfaces", item, "not an object",
				   err);
	ret = json_string(item, where, "name", &name, err);
	if (!ret)
		ret = json_string(item, where, "mac", &mac, err);
	if (!ret)
		ret = json_string(item, where, "sandbox", &sandbox, err);
	if (!ret)
		ret = json_number(item, where, "mtu", 0, UINT32_MAX, &mtu, err);
	if (ret)
		return ret;
	if (!name)
		return json_refuse(where, "interfaces", item,
				   "without \"name\"", err);
	ret = result_add_interface(result, name, mac, sandbox, mtu, err);
	return ret < 0 ? ret : 0;
}

static int parse_index(const cJSON *item, const char *where,
		       const struct result *result, int *interface,
		       struct vr_error *err)
{
	const cJSON *index = json_item(item, "interface");

	*interface = -1;
	/* Some IPAM plugins of old wrote -1 for none. */
	if (!index || (cJSON_IsNumber(index) && index->valuedouble == -1))
		return 0;
	if (!cJSON_IsNumber(index) || index->valuedouble < 0 ||
	    index->valuedouble >= result->interface_count ||
	    index->valuedouble != index->valueint)
		return json_refuse(where, "interface", index,
				   "not the index of an interface", err);
	*interface = index->valueint;
	return 0;
}

/* An address of ips, or with another key the object ip4 or ip6. */
static int parse_ip(const cJSON *item, const char *where, const char *key,
		    struct result *result, struct vr_error *err)
{
	const char *address = NULL, *gateway = NULL;
	struct result_ip ip = { 0 };
	int ret;

	if (!cJSON_IsObject(item))
		return json_refuse(where, "ips", item, "not an object", err);
	ret = json_string(item, where, key, &address, err);
	if (!ret)
		ret = json_string(item, where, "gateway", &gateway, err);
	if (!ret)
		ret = parse_index(item, where, result, &ip.interface, err);
	if (ret)
		return ret;
	if (!address)
		return json_refuse(where, "ips", item, "without an address",
				   err);
	if (vr_prefix_parse(key, address, &ip.address, err))
		return cni_wrap(err, CNI_CONFIG, "%s", where);
	if (gateway && gateway[0] &&
	    vr_ip_parse("gateway", gateway, &ip.gateway, err))
		return cni_wrap(err, CNI_CONFIG, "%s", where);
	if (ip.gateway.family != AF_UNSPEC &&
	    ip.gateway.family != ip.address.ip.family)
		return json_refuse(where, "ips", item,
				   "address and gateway are of different families",
				   err);
	return result_add_ip(result, &ip, err);
}

static int parse_old_ip(const cJSON *json, const char *where, const char *key,
			struct result *result, struct vr_error *err)
{
	const cJSON *object = NULL, *routes = NULL;
	int ret;

	ret = json_object(json, where, key, &object, err);
	if (ret || !object)
		return ret;
	ret = parse_ip(object, where, "ip", result, err);
	if (!ret)
		ret = json_array(object, where, "routes", &routes, err);
	if (!ret)
		ret = cni_routes_parse(routes, where, &result->routes, err);
	return ret;
}

static int parse_lists(const cJSON *json, const char *where,
		       struct result *result, struct vr_error *err)
{
	const cJSON *interfaces = NULL, *ips = NULL, *routes = NULL;
	const cJSON *item;
	int ret;

	ret = json_array(json, where, "interfaces", &interfaces, err);
	if (!ret)
		ret = json_array(json, where, "ips", &ips, err);
	if (!ret)
		ret = json_array(json, where, "routes", &routes, err);
	if (ret)
		return ret;
	cJSON_ArrayForEach(item, interfaces) {
		ret = parse_interface(item, where, result, err);
		if (ret)
			return ret;
	}
	cJSON_ArrayForEach(item, ips) {
		ret = parse_ip(item, where, "address", result, err);
		if (ret)
			return ret;
	}
	return cni_routes_parse(routes, where, &result->routes, err);
}

static int parse_dns(const cJSON *json, const char *where,
		     struct result *result, struct vr_error *err)
{
	const cJSON *dns = NULL;
	int ret;

	ret = json_object(json, where, "dns", &dns, err);
	if (ret || !dns || !dns->child)
		return ret;
	result->dns = cJSON_Duplicate(dns, true);
	return result->dns ? 0 : vr_error_memory(err);
}

int result_parse(const cJSON *json, const char *where, struct result *result,
		 struct vr_error *err)
{
	int ret;

	memset(result, 0, sizeof(*result));
	if (!cJSON_IsObject(json))
		return cni_fail(err, CNI_DECODE, "%s: not a JSON object",
				where);
	ret = parse_lists(json, where, result, err);
	if (!ret)
		ret = parse_old_ip(json, where, "ip4", result, err);
	if (!ret)
		ret = parse_old_ip(json, where, "ip6", result, err);
	if (!ret)
		ret = parse_dns(json, where, result, err);
	if (ret)
		result_free(result);
	return ret;
}

static void add_interfaces(cJSON *json, const struct result *result,
			   enum netconf_version version)
{
	const struct result_interface *interface;
	cJSON *array, *item;
	unsigned int i;

	if (!result->interface_count)
		return;
	array = cJSON_AddArrayToObject(json, "interfaces");
	for (i = 0; i < result->interface_count; i++) {
		interface = &result->interfaces[i];
		item = cJSON_CreateObject();
		cJSON_AddItemToArray(array, item);
		cJSON_AddStringToObject(item, "name", interface->name);
		if (interface->mac)
			cJSON_AddStringToObject(item, "mac", interface->mac);
		if (interface->mtu && version >= CNI_1_1_0)
			cJSON_AddNumberToObject(item, "mtu", interface->mtu);
		if (interface->sandbox)
			cJSON_AddStringToObject(item, "sandbox",
						interface->sandbox);
	}
}

static void add_ips(cJSON *json, const struct result *result,
		    enum netconf_version version)
{
	char text[VR_PREFIX_TEXT];
	const struct result_ip *ip;
	cJSON *array, *item;
	unsigned int i;

	if (!result->ip_count)
		return;
	array = cJSON_AddArrayToObject(json, "ips");
	for (i = 0; i < result->ip_count; i++) {
		ip = &result->ips[i];
		item = cJSON_CreateObject();
		cJSON_AddItemToArray(array, item);
		if (version < CNI_1_0_0)
			cJSON_AddStringToObject(item, "version",
						ip->address.ip.family == AF_INET
							? "4"
							: "6");
		if (ip->interface >= 0)
			cJSON_AddNumberToObject(item, "interface",
						ip->interface);
		cJSON_AddStringToObject(item, "address",
					vr_prefix_format(&ip->address, text));
		if (ip->gateway.family != AF_UNSPEC)
			cJSON_AddStringToObject(item, "gateway",
						vr_ip_format(&ip->gateway,
							     text));
	}
}

static cJSON *route_to_json(const struct cni_route *route,
			    enum netconf_version version)
{
	cJSON *item = cJSON_CreateObject();
	char text[VR_PREFIX_TEXT];

	cJSON_AddStringToObject(item, "dst",
				vr_prefix_format(&route->dst, text));
	if (route->gw.family != AF_UNSPEC)
		cJSON_AddStringToObject(item, "gw",
					vr_ip_format(&route->gw, text));
	if (route->mtu && version >= CNI_1_1_0)
		cJSON_AddNumberToObject(item, "mtu", route->mtu);
	if (route->advmss && version >= CNI_1_1_0)
		cJSON_AddNumberToObject(item, "advmss", route->advmss);
	if (route->priority && version >= CNI_1_1_0)
		cJSON_AddNumberToObject(item, "priority", route->priority);
	if (route->table && version >= CNI_1_1_0)
		cJSON_AddNumberToObject(item, "table", route->table);
	if (route->has_scope && version >= CNI_1_1_0)
		cJSON_AddNumberToObject(item, "scope", route->scope);
	return item;
}

static void add_routes(cJSON *json, const struct result *result,
		       enum netconf_version version)
{
	cJSON *array;
	unsigned int i;

	if (!result->routes.count)
		return;
	array = cJSON_AddArrayToObject(json, "routes");
	for (i = 0; i < result->routes.count; i++)
		cJSON_AddItemToArray(array,
				     route_to_json(&result->routes.items[i],
						   version));
}

/* The first address of a family with its routes, as before 0.3.0. */
static void add_old_ip(cJSON *json, const struct result *result, int family,
		       const char *key)
{
	const struct result_ip *ip = NULL;
	char text[VR_PREFIX_TEXT];
	cJSON *object, *array;
	unsigned int i;

	for (i = 0; i < result->ip_count && !ip; i++) {
		if (result->ips[i].address.ip.family == family)
			ip = &result->ips[i];
	}
	if (!ip)
		return;
	object = cJSON_AddObjectToObject(json, key);
	cJSON_AddStringToObject(object, "ip",
				vr_prefix_format(&ip->address, text));
	if (ip->gateway.family != AF_UNSPEC)
		cJSON_AddStringToObject(object, "gateway",
					vr_ip_format(&ip->gateway, text));
	array = cJSON_AddArrayToObject(object, "routes");
	for (i = 0; i < result->routes.count; i++) {
		if (result->routes.items[i].dst.ip.family == family)
			cJSON_AddItemToArray(array,
					     route_to_json(&result->routes
								    .items[i],
							   CNI_0_2_0));
	}
}

static int check_indices(const struct result *result, struct vr_error *err)
{
	unsigned int i;
	int index;

	for (i = 0; i < result->ip_count; i++) {
		index = result->ips[i].interface;
		if (index >= 0 &&
		    (unsigned int)index >= result->interface_count)
			return cni_fail(
				err, CNI_IO,
				"address %u of the result is of interface %d of %u",
				i, index, result->interface_count);
	}
	return 0;
}

cJSON *result_to_json(const struct result *result, enum netconf_version version,
		      struct vr_error *err)
{
	cJSON *json;

	if (check_indices(result, err))
		return NULL;
	if (version < CNI_0_3_0 && !result->ip_count) {
		cni_fail(err, CNI_VERSION,
			 "a result of cniVersion \"%s\" has to have an address, and there is none",
			 netconf_versions[version]);
		return NULL;
	}
	json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "cniVersion", netconf_versions[version]);
	if (version < CNI_0_3_0) {
		add_old_ip(json, result, AF_INET, "ip4");
		add_old_ip(json, result, AF_INET6, "ip6");
	} else {
		add_interfaces(json, result, version);
		add_ips(json, result, version);
		add_routes(json, result, version);
	}
	if (result->dns)
		cJSON_AddItemToObject(json, "dns",
				      cJSON_Duplicate(result->dns, true));
	else if (version < CNI_1_0_0)
		cJSON_AddObjectToObject(json, "dns");
	if (!json)
		vr_error_memory(err);
	return json;
}
