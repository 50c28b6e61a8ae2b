// SPDX-License-Identifier: Apache-2.0
/*
 * The network configuration: what the runtime writes to standard input.
 * Entry points: netconf_parse() and netconf_parse_rest().
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if.h>

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

/* Room for a number of five digits, and none in it to mistake for one. */
static int parse_interface_prefix(struct netconf *netconf, struct vr_error *err)
{
	static const char key[] = "interfacePrefix";
	const char *prefix = NETCONF_INTERFACE_PREFIX;
	const char *problem;
	int ret;

	ret = json_string(netconf->json, WHERE, key, &prefix, err);
	if (ret)
		return ret;
	netconf->interface_prefix = prefix;
	problem = environment_ifname_problem(prefix);
	if (!problem && strlen(prefix) > IFNAMSIZ - 1 - 5)
		problem = "longer than 10 bytes";
	if (!problem && strpbrk(prefix, "0123456789"))
		problem = "with a digit in it";
	if (problem)
		return json_refuse(WHERE, key, json_item(netconf->json, key),
				   problem, err);
	return 0;
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
		ret = request_refuse_port_mappings(netconf->runtime, where,
						   err);
	return ret;
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
		ret = requests_parse(&netconf->requests, cni, where, err);
	return ret;
}

/* A runtime leaves out what it was not told to give, and what is empty. */
static int check_annotations_come(const struct netconf *netconf,
				  struct vr_error *err)
{
	const cJSON *capabilities = json_item(netconf->json, "capabilities");

	if (cJSON_IsTrue(json_item(capabilities, NETCONF_POD_ANNOTATIONS)))
		return 0;
	return json_refuse(WHERE, "podNetworks",
			   json_item(netconf->json, "podNetworks"),
			   "but \"capabilities\" has no \"" NETCONF_POD_ANNOTATIONS
			   "\": true",
			   err);
}

/* The networks of the pod's annotation, where the configuration allows it. */
static int parse_pod_networks(struct netconf *netconf,
			      const struct environment *env,
			      struct vr_error *err)
{
	unsigned int i, before = netconf->requests.count;
	const char *annotation;
	bool asked = false;
	int ret;

	ret = json_bool(netconf->json, WHERE, "podNetworks", &asked, err);
	if (ret || !asked)
		return ret;
	annotation = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(netconf->port.annotations,
						 POD_NETWORKS_KEY));
	if (!annotation)
		return check_annotations_come(netconf, err);
	ret = environment_pod_namespace(env->args, netconf->pod_namespace,
					sizeof(netconf->pod_namespace), err);
	if (!ret)
		ret = pod_networks_parse(annotation, netconf->pod_namespace,
					 &netconf->requests,
					 &netconf->pod_networks, err);
	for (i = before; i < netconf->requests.count; i++)
		netconf->requests.items[i].asked_from = netconf->pod_namespace;
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
	requests_free(&netconf->requests);
	cJSON_Delete(netconf->pod_networks);
	netconf->pod_networks = NULL;
}

int netconf_parse_rest(struct netconf *netconf, const struct environment *env,
		       struct vr_error *err)
{
	int ret;

	/* GC does it for each container. */
	free_requests(netconf);
	ret = check_log(netconf, err);
	if (!ret)
		ret = parse_result_choice(netconf, err);
	if (!ret)
		ret = parse_interface_prefix(netconf, err);
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
		ret = requests_parse(&netconf->requests, netconf->json, WHERE,
				     err);
	if (!ret)
		ret = parse_args(netconf, err);
	if (!ret)
		ret = parse_pod_networks(netconf, env, err);
	return ret;
}

void netconf_free(struct netconf *netconf)
{
	free_requests(netconf);
	cJSON_Delete(netconf->json);
	memset(netconf, 0, sizeof(*netconf));
}
