// SPDX-License-Identifier: Apache-2.0
/*
 * Definitions of networks, in files or in a network configuration.
 * Entry point: definition_parse().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "code.h"
#include "definition.h"
#include "environment.h"
#include "ipam_agent.h"
#include "ipam_local.h"
#include "json.h"
#include "sysctl.h"

#define DEFAULT_IPAM "host-local"

/* What says that a configuration defines its network. */
static const char *const defining_keys[] = {
	"subnets", "vni", "mtu", "gatewayMac", "ipam", "routes",
};

/* What else a definition file may have. */
static const char *const other_keys[] = {
	"name",	   "description", "cniVersion",	      "type",	  "bandwidth",
	"sysctls", "port",	  "shared",	      "sameAs",	  "device",
	"snat",	   "forwarding",  "allowedAddresses", "delegate",
};

#define KEY_IS_IN(key, keys) json_key_is_in(key, keys, ARRAY_SIZE(keys))

bool definition_is_in(const cJSON *conf)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, conf) {
		if (KEY_IS_IN(item->string, defining_keys))
			return true;
	}
	return false;
}

bool definition_name_is_valid(const char *name)
{
	cleanup_free char *copy = strdup(name);
	char *c;

	if (!copy || strlen(name) > VR_MAX_NETWORK_NAME)
		return false;
	for (c = copy; *c; c++) {
		if (*c == '/')
			*c = '.';
	}
	/* A first "/" is a "." now, which does not begin a name. */
	return environment_name_is_valid(copy);
}

/* The first address of a subnet. */
static int default_gateway(const char *where, const char *text,
			   struct vr_prefix *subnet, struct vr_error *err)
{
	unsigned int last = vr_family_bytes(subnet->ip.family) - 1;

	if (subnet->length == 8 * (last + 1))
		return cni_fail(
			err, CNI_CONFIG,
			"%s: subnet \"%s\" is one address and has no \"gateway\"",
			where, text);
	subnet->ip.bytes[last] |= 1;
	return 0;
}

static int given_gateway(const char *where, const char *text,
			 const char *gateway, struct vr_prefix *subnet,
			 struct vr_error *err)
{
	struct vr_ip ip;

	if (vr_ip_parse("gateway", gateway, &ip, err))
		return cni_wrap(err, CNI_CONFIG, "%s", where);
	if (!vr_prefix_contains(subnet, &ip))
		return cni_fail(err, CNI_CONFIG,
				"%s: gateway \"%s\" is not in subnet \"%s\"",
				where, gateway, text);
	subnet->ip = ip;
	return 0;
}

static int parse_subnet(const cJSON *item, const char *where,
			struct vr_network *network, struct vr_error *err)
{
	const char *text = NULL, *gateway = NULL;
	struct vr_prefix subnet;
	int ret;

	if (cJSON_IsString(item)) {
		text = item->valuestring;
	} else if (cJSON_IsObject(item)) {
		ret = json_string(item, where, "subnet", &text, err);
		if (!ret)
			ret = json_string(item, where, "gateway", &gateway,
					  err);
		if (ret)
			return ret;
	}
	if (!text)
		return json_refuse(where, "subnets", item,
				   "neither a prefix nor an object with \"subnet\"",
				   err);
	ret = cni_prefix_parse(where, "subnet", text, &subnet, err);
	if (ret)
		return ret;
	if (gateway)
		ret = given_gateway(where, text, gateway, &subnet, err);
	else
		ret = default_gateway(where, text, &subnet, err);
	if (ret)
		return ret;
	return vr_network_add_subnet(network, &subnet, err);
}

static int parse_subnets(const cJSON *object, const char *where,
			 struct vr_network *network, struct vr_error *err)
{
	const cJSON *array = NULL;
	const cJSON *item;
	int ret;

	ret = json_array(object, where, "subnets", &array, err);
	if (ret)
		return ret;
	cJSON_ArrayForEach(item, array) {
		ret = parse_subnet(item, where, network, err);
		if (ret)
			return ret;
	}
	return 0;
}

static int parse_numbers(const cJSON *object, const char *where,
			 struct vr_network *network, struct vr_error *err)
{
	int ret;

	network->vni = UINT32_MAX;
	ret = json_number(object, where, "vni", 1, VR_MAX_VNI, &network->vni,
			  err);
	if (ret)
		return ret;
	if (network->vni != UINT32_MAX)
		network->set |= VR_BIT(VR_A_NETWORK_VNI);
	ret = json_number(object, where, "mtu", VR_MIN_MTU, VR_MAX_MTU,
			  &network->mtu, err);
	if (ret)
		return ret;
	if (network->mtu)
		network->set |= VR_BIT(VR_A_NETWORK_MTU);
	return 0;
}

static int parse_gateway_mac(const cJSON *object, const char *where,
			     struct vr_network *network, struct vr_error *err)
{
	const char *text = NULL;
	int ret;

	ret = json_string(object, where, "gatewayMac", &text, err);
	if (ret || !text)
		return ret;
	if (vr_mac_parse("gatewayMac", text, network->gateway_mac, err))
		return cni_wrap(err, CNI_CONFIG, "%s", where);
	network->set |= VR_BIT(VR_A_NETWORK_GATEWAY_MAC);
	return 0;
}

static const struct vr_prefix *
subnet_of_family(const struct vr_network *network, int family)
{
	unsigned int i;

	for (i = 0; i < network->subnet_count; i++) {
		if (network->subnets[i].ip.family == family)
			return &network->subnets[i];
	}
	return NULL;
}

static int parse_routes(const cJSON *object, const char *where,
			struct definition *definition, struct vr_error *err)
{
	const struct vr_prefix *subnet;
	const cJSON *array = NULL;
	struct cni_route *route;
	unsigned int i;
	int ret;

	ret = json_array(object, where, "routes", &array, err);
	if (!ret)
		ret = cni_routes_parse(array, where, &definition->routes, err);
	if (ret)
		return ret;
	for (i = 0; i < definition->routes.count; i++) {
		route = &definition->routes.items[i];
		subnet = subnet_of_family(&definition->network,
					  route->dst.ip.family);
		if (cni_route_lacks_gateway(route) && subnet)
			route->gw = subnet->ip;
	}
	return 0;
}

/* One range set a family: the plugin takes one address out of each. */
static cJSON *ranges_of_family(const struct vr_network *network, int family)
{
	cleanup_json cJSON *set = cJSON_CreateArray();
	char text[VR_PREFIX_TEXT];
	struct vr_prefix subnet;
	cJSON *range, *result;
	unsigned int i;

	for (i = 0; i < network->subnet_count; i++) {
		subnet = network->subnets[i];
		if (subnet.ip.family != family)
			continue;
		range = cJSON_CreateObject();
		cJSON_AddStringToObject(range, "gateway",
					vr_ip_format(&subnet.ip, text));
		vr_prefix_mask(&subnet);
		cJSON_AddStringToObject(range, "subnet",
					vr_prefix_format(&subnet, text));
		cJSON_AddItemToArray(set, range);
	}
	if (!cJSON_GetArraySize(set))
		return NULL;
	result = set;
	set = NULL;
	return result;
}

static int add_ranges(cJSON *ipam, const struct vr_network *network,
		      struct vr_error *err)
{
	cJSON *ranges = cJSON_CreateArray();
	cJSON *set;

	set = ranges_of_family(network, AF_INET);
	if (set)
		cJSON_AddItemToArray(ranges, set);
	set = ranges_of_family(network, AF_INET6);
	if (set)
		cJSON_AddItemToArray(ranges, set);
	return json_replace(ipam, "ranges", ranges, err);
}

/* Without a type it is host-local, which gets its ranges from the subnets. */
static int complete_ipam(struct definition *definition, const char *where,
			 struct vr_error *err)
{
	const struct vr_network *network = &definition->network;
	cJSON *ipam = definition->ipam;
	const char *type = NULL;
	int ret;

	ret = json_string(ipam, where, "type", &type, err);
	if (ret)
		return ret;
	if (!type) {
		type = DEFAULT_IPAM;
		ret = json_replace(ipam, "type", cJSON_CreateString(type), err);
		if (ret)
			return ret;
	}
	if (!type[0] || strchr(type, '/') || !strcmp(type, ".."))
		return cni_fail(
			err, CNI_CONFIG,
			"%s: IPAM plugin \"%s\" is not the name of a program",
			where, type);
	/* The types that have their ranges in keys we know. */
	if ((strcmp(type, DEFAULT_IPAM) != 0 &&
	     strcmp(type, IPAM_LOCAL_TYPE) != 0 &&
	     strcmp(type, IPAM_AGENT_TYPE) != 0) ||
	    !network->subnet_count || json_item(ipam, "ranges") ||
	    json_item(ipam, "subnet"))
		return 0;
	definition->default_ranges = true;
	return add_ranges(ipam, network, err);
}

static int parse_ipam(const cJSON *object, const char *where,
		      struct definition *definition, struct vr_error *err)
{
	const cJSON *given = NULL;
	int ret;

	ret = json_object(object, where, "ipam", &given, err);
	if (ret)
		return ret;
	/* An empty object asks for a network without addresses. */
	if (given ? !given->child : !definition->network.subnet_count)
		return 0;
	if (given)
		definition->ipam = cJSON_Duplicate(given, true);
	else
		definition->ipam = cJSON_CreateObject();
	if (!definition->ipam)
		return vr_error_memory(err);
	return complete_ipam(definition, where, err);
}

static int parse_sysctls(const cJSON *object, const char *where,
			 struct definition *definition, struct vr_error *err)
{
	const cJSON *sysctls = NULL;
	int ret;

	ret = sysctl_parse(object, where, &sysctls, err);
	if (ret || !sysctls)
		return ret;
	definition->sysctls = cJSON_Duplicate(sysctls, true);
	return definition->sysctls ? 0 : vr_error_memory(err);
}

/* "*", or an array of namespaces. */
static int parse_shared(const cJSON *object, const char *where,
			struct definition *definition, struct vr_error *err)
{
	const cJSON *shared = json_item(object, "shared");
	const char *all = cJSON_GetStringValue(shared);
	const cJSON *ignored = NULL;
	int ret;

	if (!shared)
		return 0;
	if (all && strcmp(all, "*") != 0)
		return json_refuse(where, "shared", shared,
				   "neither \"*\" nor an array", err);
	ret = all ? 0 : json_strings(object, where, "shared", &ignored, err);
	if (ret)
		return ret;
	definition->shared = cJSON_Duplicate(shared, true);
	return definition->shared ? 0 : vr_error_memory(err);
}

static int add_allowed(const char *text, const char *where,
		       struct definition *definition, struct vr_error *err)
{
	struct vr_allowed *allowed;
	struct vr_prefix prefix;
	int ret;

	ret = cni_prefix_parse(where, "allowedAddresses", text, &prefix, err);
	if (ret)
		return ret;
	allowed = vr_list_grow(&definition->allowed, &definition->allowed_count,
			       sizeof(*allowed));
	if (!allowed)
		return vr_error_memory(err);
	allowed->set = VR_BIT(VR_A_ALLOWED_PREFIX) |
		       VR_BIT(VR_A_ALLOWED_PREFIX_LENGTH);
	allowed->prefix = prefix.ip;
	allowed->prefix_length = prefix.length;
	return 0;
}

static int parse_allowed(const cJSON *object, const char *where,
			 struct definition *definition, struct vr_error *err)
{
	const cJSON *array = NULL;
	const cJSON *item;
	int ret;

	ret = json_strings(object, where, "allowedAddresses", &array, err);
	if (ret)
		return ret;
	cJSON_ArrayForEach(item, array) {
		ret = add_allowed(item->valuestring, where, definition, err);
		if (ret)
			return ret;
	}
	return 0;
}

/* Another name of a network says nothing of what the network is. */
static int parse_same_as(const cJSON *object, const char *where,
			 struct definition *definition, struct vr_error *err)
{
	const char *name = NULL;
	const cJSON *item;
	int ret;

	ret = json_string(object, where, "sameAs", &name, err);
	if (ret || !name)
		return ret;
	if (!definition_name_is_valid(name))
		return json_refuse(where, "sameAs", json_item(object, "sameAs"),
				   "not the name of a network", err);
	snprintf(definition->same_as, sizeof(definition->same_as), "%s", name);
	cJSON_ArrayForEach(item, object) {
		if (KEY_IS_IN(item->string, defining_keys))
			return json_refuse(where, item->string, item,
					   "beside \"sameAs\"", err);
	}
	return 0;
}

static int parse_device(const cJSON *object, const char *where,
			struct definition *definition, struct vr_error *err)
{
	const char *device = NULL, *problem;
	int ret;

	ret = json_string(object, where, "device", &device, err);
	if (ret || !device)
		return ret;
	problem = environment_ifname_problem(device);
	if (problem)
		return json_refuse(where, "device", json_item(object, "device"),
				   problem, err);
	snprintf(definition->device, sizeof(definition->device), "%s", device);
	return 0;
}

/*
 * On the wire there may be a router that has the gateway's address: ours is none
 * there, and the subnets are only what addresses are of.
 */
static void leave_to_wire(struct vr_network *network)
{
	free(network->subnets);
	network->subnets = NULL;
	network->subnet_count = 0;
}

static bool is_list(const cJSON *list)
{
	const cJSON *plugins = json_item(list, "plugins"), *plugin;
	const char *type;

	if (!cJSON_IsArray(plugins) || !plugins->child)
		return false;
	cJSON_ArrayForEach(plugin, plugins) {
		type = cJSON_GetStringValue(json_item(plugin, "type"));
		if (!type || !type[0] || strchr(type, '/'))
			return false;
	}
	return true;
}

/* Whoever makes the interfaces knows what the network is. */
static int parse_delegate(const cJSON *object, const char *where,
			  struct definition *definition, struct vr_error *err)
{
	const char *text = NULL;
	const cJSON *item;
	int ret;

	ret = json_string(object, where, "delegate", &text, err);
	if (ret || !text)
		return ret;
	definition->delegate = cJSON_Parse(text);
	if (!is_list(definition->delegate))
		return json_refuse(where, "delegate",
				   json_item(object, "delegate"),
				   "not a list of plugins, as text", err);
	cJSON_ArrayForEach(item, object) {
		if (KEY_IS_IN(item->string, defining_keys))
			return json_refuse(where, item->string, item,
					   "beside \"delegate\"", err);
	}
	return 0;
}

/* What the agent does with a network; here only that it could be read. */
static int check_agent_keys(const cJSON *object, const char *where,
			    struct vr_error *err)
{
	bool asked = false;
	int ret;

	ret = json_bool(object, where, "snat", &asked, err);
	if (!ret)
		ret = json_bool(object, where, "forwarding", &asked, err);
	return ret;
}

bool definition_allows(const struct definition *definition,
		       const char *namespace)
{
	const char *name = definition->network.name;
	size_t len = strcspn(name, ".");
	const cJSON *item;

	if (name[len] && strlen(namespace) == len &&
	    !strncmp(name, namespace, len))
		return true;
	if (cJSON_IsString(definition->shared))
		return true;
	cJSON_ArrayForEach(item, definition->shared) {
		if (!strcmp(item->valuestring, namespace))
			return true;
	}
	return false;
}

int definition_parse(const cJSON *object, const char *name, const char *where,
		     struct definition *definition, struct vr_error *err)
{
	struct vr_network *network = &definition->network;
	int ret;

	memset(definition, 0, sizeof(*definition));
	ret = vr_string_copy("name", network->name, sizeof(network->name), name,
			     err);
	network->origin = VR_ORIGIN_CNI;
	network->set = VR_BIT(VR_A_NETWORK_NAME) | VR_BIT(VR_A_NETWORK_ORIGIN);
	if (!ret)
		ret = parse_subnets(object, where, network, err);
	if (!ret)
		ret = parse_numbers(object, where, network, err);
	if (!ret)
		ret = parse_gateway_mac(object, where, network, err);
	if (!ret)
		ret = parse_routes(object, where, definition, err);
	if (!ret)
		ret = bandwidth_parse(object, where, &definition->bandwidth,
				      err);
	if (!ret)
		ret = port_kind_parse(object, where, &definition->port, err);
	if (!ret)
		ret = parse_sysctls(object, where, definition, err);
	if (!ret)
		ret = parse_allowed(object, where, definition, err);
	if (!ret)
		ret = parse_same_as(object, where, definition, err);
	if (!ret)
		ret = parse_delegate(object, where, definition, err);
	if (!ret)
		ret = check_agent_keys(object, where, err);
	if (!ret)
		ret = parse_shared(object, where, definition, err);
	if (!ret)
		ret = parse_device(object, where, definition, err);
	if (!ret)
		ret = parse_ipam(object, where, definition, err);
	if (!ret && definition->device[0])
		leave_to_wire(network);
	if (ret)
		definition_free(definition);
	return ret;
}

void definition_free(struct definition *definition)
{
	vr_network_free(&definition->network);
	cni_routes_free(&definition->routes);
	cJSON_Delete(definition->ipam);
	definition->ipam = NULL;
	cJSON_Delete(definition->sysctls);
	definition->sysctls = NULL;
	free(definition->allowed);
	definition->allowed = NULL;
	definition->allowed_count = 0;
	cJSON_Delete(definition->shared);
	definition->shared = NULL;
	cJSON_Delete(definition->delegate);
	definition->delegate = NULL;
}

int definition_check_keys(const cJSON *object, const char *where,
			  struct vr_error *err)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, object) {
		if (!KEY_IS_IN(item->string, defining_keys) &&
		    !KEY_IS_IN(item->string, other_keys))
			return json_refuse(where, item->string, item,
					   "a key no definition has", err);
	}
	return 0;
}
