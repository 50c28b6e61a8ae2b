// SPDX-License-Identifier: Apache-2.0
/*
 * The network configuration: what the runtime writes to standard input.
 * Entry points: netconf_parse() and netconf_parse_rest().
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "code.h"
#include "definition.h"
#include "environment.h"
#include "json.h"
#include "netconf.h"
#include "sysctl.h"

#define WHERE "network configuration"

const char *const netconf_versions[CNI_VERSIONS] = {
	"0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0",
};

bool netconf_version_parse(const char *text, enum netconf_version *version)
{
	unsigned int i;

	for (i = 0; i < CNI_VERSIONS; i++) {
		if (strcmp(netconf_versions[i], text) != 0)
			continue;
		*version = (enum netconf_version)i;
		return true;
	}
	return false;
}

static int parse_name(struct netconf *netconf, struct vr_error *err)
{
	int ret;

	ret = json_string(netconf->json, WHERE, "name", &netconf->name, err);
	if (ret)
		return ret;
	if (!netconf->name)
		return cni_fail(err, CNI_CONFIG, WHERE ": \"name\" is missing");
	if (!environment_name_is_valid(netconf->name) ||
	    !definition_name_is_valid(netconf->name))
		return json_refuse(WHERE, "name",
				   json_item(netconf->json, "name"),
				   "not 1 to 255 letters, digits, _ . -", err);
	return 0;
}

static int parse_version(struct netconf *netconf, struct vr_error *err)
{
	const char *text = "0.1.0";
	int ret;

	ret = json_string(netconf->json, WHERE, "cniVersion", &text, err);
	if (ret)
		return ret;
	if (!netconf_version_parse(text, &netconf->version))
		return cni_fail(
			err, CNI_VERSION,
			"cniVersion \"%s\" is not supported, but 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0 and 1.1.0 are",
			text);
	return 0;
}

static int parse_folders(struct netconf *netconf, struct vr_error *err)
{
	int ret;

	netconf->networks_dir = NETCONF_NETWORKS_DIR;
	netconf->state_dir = NETCONF_STATE_DIR;
	ret = json_string(netconf->json, WHERE, "networksDir",
			  &netconf->networks_dir, err);
	if (!ret)
		ret = json_string(netconf->json, WHERE, "stateDir",
				  &netconf->state_dir, err);
	if (ret)
		return ret;
	if (netconf->networks_dir[0] != '/')
		return json_refuse(WHERE, "networksDir",
				   json_item(netconf->json, "networksDir"),
				   "not an absolute path", err);
	if (netconf->state_dir[0] != '/')
		return json_refuse(WHERE, "stateDir",
				   json_item(netconf->json, "stateDir"),
				   "not an absolute path", err);
	return 0;
}

/* What is wrong with these stops no DEL: check_log() refuses it. */
static void parse_log(struct netconf *netconf)
{
	const cJSON *file = json_item(netconf->json, "logFile");
	const cJSON *level = json_item(netconf->json, "logLevel");

	netconf->log_level = LOG_INFO;
	if (cJSON_IsString(level))
		log_level_parse(level->valuestring, &netconf->log_level);
	if (cJSON_IsString(file) && file->valuestring[0] == '/')
		netconf->log_file = file->valuestring;
}

static int check_log(const struct netconf *netconf, struct vr_error *err)
{
	const char *file = NULL, *level = NULL;
	enum log_level ignored;
	int ret;

	ret = json_string(netconf->json, WHERE, "logFile", &file, err);
	if (!ret)
		ret = json_string(netconf->json, WHERE, "logLevel", &level,
				  err);
	if (ret)
		return ret;
	if (file && file[0] != '/')
		return json_refuse(WHERE, "logFile",
				   json_item(netconf->json, "logFile"),
				   "not an absolute path", err);
	if (level && !log_level_parse(level, &ignored))
		return json_refuse(
			WHERE, "logLevel", json_item(netconf->json, "logLevel"),
			"not \"error\", \"warning\", \"info\" or \"debug\"",
			err);
	return 0;
}

static int parse_timeout(struct netconf *netconf, struct vr_error *err)
{
	netconf->ipam_timeout = NETCONF_IPAM_TIMEOUT;
	return json_number(netconf->json, WHERE, "ipamTimeout", 1, 3600,
			   &netconf->ipam_timeout, err);
}

static int parse_result_choice(struct netconf *netconf, struct vr_error *err)
{
	const char *text = "default";
	int ret;

	ret = json_string(netconf->json, WHERE, "result", &text, err);
	if (ret)
		return ret;
	netconf->all_results = !strcmp(text, "all");
	if (netconf->all_results || !strcmp(text, "default"))
		return 0;
	return json_refuse(WHERE, "result", json_item(netconf->json, "result"),
			   "neither \"default\" nor \"all\"", err);
}

static int parse_host_interface(struct netconf *netconf, struct vr_error *err)
{
	const char *problem;
	int ret;

	ret = json_string(netconf->json, WHERE, "hostInterface",
			  &netconf->host_interface, err);
	if (ret || !netconf->host_interface)
		return ret;
	problem = environment_ifname_problem(netconf->host_interface);
	if (problem)
		return json_refuse(WHERE, "hostInterface",
				   json_item(netconf->json, "hostInterface"),
				   problem, err);
	return 0;
}

/* Keys of the specification that are not read, or are of the runtime. */
static int check_other_keys(struct netconf *netconf, struct vr_error *err)
{
	const cJSON *ignored = NULL;
	const char *type = NULL;
	bool ip_masq = false;
	int ret;

	ret = json_string(netconf->json, WHERE, "type", &type, err);
	if (!ret)
		ret = json_object(netconf->json, WHERE, "capabilities",
				  &ignored, err);
	if (!ret)
		ret = json_object(netconf->json, WHERE, "dns", &netconf->dns,
				  err);
	if (!ret)
		ret = json_object(netconf->json, WHERE, "prevResult",
				  &netconf->prev_result, err);
	if (!ret)
		ret = json_bool(netconf->json, WHERE, "ipMasq", &ip_masq, err);
	if (!ret && ip_masq)
		return cni_fail(
			err, CNI_UNSUPPORTED,
			WHERE
			": \"ipMasq\" is true, which is not supported: a rule of the host does it");
	return ret;
}

/* The plugin that does it is a part of the list, and gets them by itself. */
static int refuse_port_mappings(const cJSON *object, const char *where,
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

/* {"servers", "searches", "options"} */
static int parse_runtime_dns(struct netconf *netconf, struct vr_error *err)
{
	static const char *const keys[] = { "servers", "searches", "options" };
	const cJSON *ignored = NULL;
	unsigned int i;
	int ret;

	ret = json_object(netconf->runtime, "runtimeConfig", "dns",
			  &netconf->runtime_dns, err);
	for (i = 0; !ret && i < ARRAY_SIZE(keys); i++)
		ret = json_strings(netconf->runtime_dns, "runtimeConfig.dns",
				   keys[i], &ignored, err);
	return ret;
}

/* What other plugins of the list make use of: names, and a group of processes. */
static int check_other_capabilities(const cJSON *runtime, const char *where,
				    struct vr_error *err)
{
	const cJSON *aliases = json_item(runtime, "aliases");
	const cJSON *ignored = NULL;
	const char *path = NULL;
	int ret;

	ret = json_array(runtime, where, "ipRanges", &ignored, err);
	if (!ret)
		ret = json_string(runtime, where, "cgroupPath", &path, err);
	if (ret)
		return ret;
	/* The specification has a list, podman and ocicni one per network. */
	if (aliases && !cJSON_IsArray(aliases) && !cJSON_IsObject(aliases))
		return json_refuse(where, "aliases", aliases,
				   "neither an array nor an object", err);
	return 0;
}

static int parse_runtime(struct netconf *netconf, struct vr_error *err)
{
	static const char where[] = "runtimeConfig";
	struct bandwidth bandwidth = { 0 };
	int ret;

	ret = json_object(netconf->json, WHERE, "runtimeConfig",
			  &netconf->runtime, err);
	if (ret || !netconf->runtime)
		return ret;
	ret = json_string(netconf->runtime, where, "mac", &netconf->mac, err);
	if (!ret)
		ret = json_strings(netconf->runtime, where, "ips",
				   &netconf->ips, err);
	if (!ret)
		ret = bandwidth_parse(netconf->runtime, where, &bandwidth, err);
	if (!ret && bandwidth_is_limited(&bandwidth))
		netconf->bandwidth = bandwidth;
	if (!ret)
		ret = parse_runtime_dns(netconf, err);
	if (!ret)
		ret = json_object(netconf->runtime, where,
				  NETCONF_POD_ANNOTATIONS,
				  &netconf->port.annotations, err);
	if (!ret)
		ret = check_other_capabilities(netconf->runtime, where, err);
	if (!ret)
		ret = refuse_port_mappings(netconf->runtime, where, err);
	return ret;
}

static int take_request(struct netconf *netconf, const char *where,
			const cJSON *item, const char *network,
			const char *ifname, struct netconf_request **request,
			struct vr_error *err)
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
	*request = vr_list_grow(&netconf->requests, &netconf->request_count,
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
static int parse_request_string(struct netconf *netconf, const char *where,
				const cJSON *item, struct vr_error *err)
{
	cleanup_free char *network = strdup(item->valuestring);
	struct netconf_request *request;
	char *ifname;

	if (!network)
		return vr_error_memory(err);
	ifname = strchr(network, '@');
	if (ifname)
		*ifname++ = '\0';
	return take_request(netconf, where, item, network, ifname, &request,
			    err);
}

/* Which gateways the interface's default routes go by, as NPWG has it. */
static int parse_default_route(const cJSON *item, const char *where,
			       struct netconf_request *request,
			       struct vr_error *err)
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
				struct netconf_request *request,
				struct vr_error *err)
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

/* All but its names. */
static int parse_request_settings(const cJSON *item, const char *where,
				  struct netconf_request *request,
				  struct vr_error *err)
{
	int ret;

	ret = json_string(item, where, "mac", &request->mac, err);
	if (!ret)
		ret = json_strings(item, where, "ips", &request->ips, err);
	if (!ret)
		ret = bandwidth_parse(item, where, &request->bandwidth, err);
	if (!ret)
		ret = json_number(item, where, "mtu", VR_MIN_MTU, VR_MAX_MTU,
				  &request->mtu, err);
	if (!ret)
		ret = parse_request_routes(item, where, request, err);
	if (!ret)
		ret = parse_default_route(item, where, request, err);
	if (!ret)
		ret = refuse_sysctls(item, where, err);
	if (!ret)
		ret = refuse_port_mappings(item, where, err);
	return ret;
}

static int parse_request_object(struct netconf *netconf, const char *where,
				const cJSON *item, struct vr_error *err)
{
	const char *network = NULL, *ifname = NULL;
	struct netconf_request *request;
	int ret;

	ret = json_string(item, where, "name", &network, err);
	if (!ret)
		ret = json_string(item, where, "interface", &ifname, err);
	if (ret)
		return ret;
	if (!network)
		return json_refuse(where, "networks", item, "without \"name\"",
				   err);
	ret = take_request(netconf, where, item, network, ifname, &request,
			   err);
	if (!ret)
		ret = parse_request_settings(item, where, request, err);
	return ret;
}

static int parse_requests(struct netconf *netconf, const cJSON *object,
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
			ret = parse_request_string(netconf, where, item, err);
		else if (cJSON_IsObject(item))
			ret = parse_request_object(netconf, where, item, err);
		else
			ret = json_refuse(where, "networks", item,
					  "neither a string nor an object",
					  err);
		if (ret)
			return ret;
	}
	return 0;
}

/* args.cni: asked for this container. What is not known is ignored. */
static int parse_args(struct netconf *netconf, struct vr_error *err)
{
	static const char where[] = "args.cni";
	const cJSON *cni = NULL;
	int ret;

	ret = json_object(netconf->json, WHERE, "args", &netconf->args, err);
	if (ret || !netconf->args)
		return ret;
	ret = json_object(netconf->args, "args", "cni", &cni, err);
	if (ret || !cni)
		return ret;
	ret = json_string(cni, where, "mac", &netconf->mac, err);
	if (!ret)
		ret = json_strings(cni, where, "ips", &netconf->ips, err);
	if (!ret)
		ret = parse_requests(netconf, cni, where, err);
	return ret;
}

static int parse_document(const char *text, size_t len, struct netconf *netconf,
			  struct vr_error *err)
{
	netconf->json = json_parse(text, len, WHERE, err);
	if (!netconf->json)
		return -EINVAL;
	if (!cJSON_IsObject(netconf->json))
		return cni_fail(err, CNI_DECODE, WHERE ": not a JSON object");
	return 0;
}

int netconf_parse(const char *text, size_t len, struct netconf *netconf,
		  struct vr_error *err)
{
	int ret;

	memset(netconf, 0, sizeof(*netconf));
	ret = parse_document(text, len, netconf, err);
	if (!ret)
		ret = parse_name(netconf, err);
	if (!ret)
		ret = parse_version(netconf, err);
	if (!ret)
		ret = parse_folders(netconf, err);
	if (!ret)
		ret = parse_timeout(netconf, err);
	if (!ret)
		parse_log(netconf);
	return ret;
}

static void free_requests(struct netconf *netconf)
{
	unsigned int i;

	for (i = 0; i < netconf->request_count; i++) {
		free(netconf->requests[i].network);
		free(netconf->requests[i].ifname);
		cni_routes_free(&netconf->requests[i].routes);
	}
	free(netconf->requests);
	netconf->requests = NULL;
	netconf->request_count = 0;
}

int netconf_parse_rest(struct netconf *netconf, struct vr_error *err)
{
	int ret;

	/* GC does it for each container. */
	free_requests(netconf);
	ret = check_log(netconf, err);
	if (!ret)
		ret = parse_result_choice(netconf, err);
	if (!ret)
		ret = parse_host_interface(netconf, err);
	if (!ret)
		ret = check_other_keys(netconf, err);
	if (!ret)
		ret = bandwidth_parse(netconf->json, WHERE, &netconf->bandwidth,
				      err);
	if (!ret)
		ret = sysctl_parse(netconf->json, WHERE, &netconf->sysctls,
				   err);
	if (!ret)
		ret = port_kind_parse(netconf->json, WHERE,
				      &netconf->port.fallback, err);
	if (!ret)
		ret = port_kind_parse_by_runtime(netconf->json, WHERE,
						 &netconf->port.by_runtime,
						 err);
	if (!ret)
		ret = parse_runtime(netconf, err);
	if (!ret)
		ret = parse_requests(netconf, netconf->json, WHERE, err);
	if (!ret)
		ret = parse_args(netconf, err);
	return ret;
}

void netconf_free(struct netconf *netconf)
{
	free_requests(netconf);
	cJSON_Delete(netconf->json);
	memset(netconf, 0, sizeof(*netconf));
}
