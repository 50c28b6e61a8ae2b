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
#include "ask.h"
#include "cluster_dir.h"
#include "code.h"
#include "contrail.h"
#include "definition.h"
#include "environment.h"
#include "ipam_agent.h"
#include "json.h"
#include "netconf.h"
#include "spare.h"
#include "sysctl.h"
#include "under_multus.h"

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

static int parse_agent_socket(struct netconf *netconf, struct vr_error *err)
{
	static const char key[] = IPAM_AGENT_SOCKET_KEY;
	int ret;

	netconf->agent_socket = ASK_SOCKET;
	ret = json_string(netconf->json, WHERE, key, &netconf->agent_socket,
			  err);
	if (ret)
		return ret;
	if (netconf->agent_socket[0] == '/' &&
	    strlen(netconf->agent_socket) < ASK_SOCKET_BYTES)
		return 0;
	return json_refuse(WHERE, key, json_item(netconf->json, key),
			   "not an absolute path below 108 bytes", err);
}

static int parse_spare_dir(struct netconf *netconf, struct vr_error *err)
{
	static const char key[] = IPAM_AGENT_SPARES_KEY;
	int ret;

	netconf->spare_dir = SPARE_FOLDER;
	ret = json_string(netconf->json, WHERE, key, &netconf->spare_dir, err);
	if (!ret && netconf->spare_dir[0] != '/')
		ret = json_refuse(WHERE, key, json_item(netconf->json, key),
				  "not an absolute path", err);
	return ret;
}

static int parse_cluster_dir(struct netconf *netconf, struct vr_error *err)
{
	static const char key[] = CLUSTER_DIR_KEY;
	int ret;

	netconf->cluster_dir = NULL;
	ret = json_string(netconf->json, WHERE, key, &netconf->cluster_dir,
			  err);
	if (!ret && netconf->cluster_dir && netconf->cluster_dir[0] != '/')
		ret = json_refuse(WHERE, key, json_item(netconf->json, key),
				  "not an absolute path", err);
	return ret;
}

static int parse_cluster(struct netconf *netconf, struct vr_error *err)
{
	static const char compat_key[] = "compat", key[] = "cluster";
	const char *compat = NULL;
	int ret;

	netconf->cluster = CONTRAIL_CLUSTER;
	ret = json_string(netconf->json, WHERE, key, &netconf->cluster, err);
	if (!ret && !environment_name_is_valid(netconf->cluster))
		ret = json_refuse(WHERE, key, json_item(netconf->json, key),
				  "not letters, digits, _ . -", err);
	if (!ret)
		ret = json_string(netconf->json, WHERE, compat_key, &compat,
				  err);
	if (!ret && compat && strcmp(compat, "contrail") != 0)
		ret = json_refuse(WHERE, compat_key,
				  json_item(netconf->json, compat_key),
				  "not \"contrail\"", err);
	netconf->all_shared = !ret && compat;
	return ret;
}

/* A runtime leaves out what it was not told to give, and some know of none. */
static int ask_for_annotations(struct netconf *netconf, struct vr_error *err)
{
	uint64_t end = log_now() + netconf->ipam_timeout * UINT64_C(1000000);
	cleanup_json cJSON *question = ask_question("ANNOTATIONS", err);
	cleanup_json cJSON *answer = NULL;
	const cJSON *annotations = NULL;
	int ret;

	ret = question ? ask_add_pod(question, &netconf->pod, err) : -ENOMEM;
	if (ret)
		return ret;
	answer = ask_agent(netconf->agent_socket, question, end, err);
	if (!answer)
		return cni_wrap(err, CNI_AGAIN,
				"the runtime gives no annotations of pod \"%s/%s\"",
				netconf->pod.namespace, netconf->pod.name);
	ret = ask_refusal(answer, err);
	if (!ret)
		ret = json_object(answer, "answer of vr-agent", "annotations",
				  &annotations, err);
	if (ret || !annotations)
		return ret;
	netconf->annotations = cJSON_Duplicate(annotations, true);
	netconf->port.annotations = netconf->annotations;
	return netconf->annotations ? 0 : vr_error_memory(err);
}

static const char *annotation(const struct netconf *netconf, const char *key)
{
	return cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(netconf->port.annotations,
						 key));
}

static bool asks_for_networks(const struct netconf *netconf)
{
	return netconf->namespace_network ||
	       annotation(netconf, POD_NETWORKS_KEY) ||
	       annotation(netconf, POD_NETWORKS_DEFAULT_KEY) ||
	       annotation(netconf, CONTRAIL_NETWORK_KEY);
}

/* Two ways to say which network is the first, of two systems. */
static int parse_first(struct netconf *netconf, struct vr_error *err)
{
	const char *multus = annotation(netconf, POD_NETWORKS_DEFAULT_KEY);
	const char *contrail = annotation(netconf, CONTRAIL_NETWORK_KEY);

	if (multus && contrail)
		return cni_fail(err, CNI_CONFIG,
				"annotations \"" POD_NETWORKS_DEFAULT_KEY
				"\" and \"" CONTRAIL_NETWORK_KEY
				"\": both say which network is the first");
	if (multus)
		return pod_networks_parse_default(multus, &netconf->first,
						  &netconf->first_json, err);
	if (contrail)
		return contrail_parse(contrail, netconf->cluster,
				      &netconf->first, err);
	/* The pod's own go before its namespace's. */
	if (netconf->namespace_network &&
	    contrail_parse(netconf->namespace_network, netconf->cluster,
			   &netconf->first, err))
		return vr_error_prefix(err, "namespace \"%s\"",
				       netconf->pod.namespace);
	return 0;
}

static int read_namespace(struct netconf *netconf,
			  const struct environment *env, struct vr_error *err)
{
	struct environment_pod pod;
	int ret;

	if (!netconf->cluster_dir)
		return 0;
	ret = environment_pod(env->args, &pod, err);
	return ret ? ret
		   : cluster_dir_network(netconf->cluster_dir, pod.namespace,
					 &netconf->namespace_network, err);
}

static int parse_further(struct netconf *netconf, struct vr_error *err)
{
	const char *networks = annotation(netconf, POD_NETWORKS_KEY);
	unsigned int i, before = netconf->requests.count;
	int ret;

	if (!networks)
		return 0;
	ret = pod_networks_parse(networks, netconf->pod.namespace,
				 &netconf->requests, &netconf->networks_json,
				 err);
	for (i = before; i < netconf->requests.count; i++)
		netconf->requests.items[i].asked_from = netconf->pod.namespace;
	return ret;
}

/* The default route of a container that runs stays where it is. */
static int check_plug(const struct request *request, const cJSON *plug,
		      struct vr_error *err)
{
	if (request->default_gateways[0].family == AF_UNSPEC &&
	    request->default_gateways[1].family == AF_UNSPEC &&
	    !request->own_default)
		return 0;
	return json_refuse(WHERE, PLUG_KEY, plug,
			   "with \"default-route\", which a running pod keeps",
			   err);
}

/* One network, as a pod's annotation would ask for it. */
static int parse_plug(struct netconf *netconf, const struct environment *env,
		      const cJSON *plug, struct vr_error *err)
{
	cleanup_json cJSON *array = cJSON_CreateArray();
	cleanup_json_text char *text = NULL;
	int ret;

	if (!cJSON_IsObject(plug))
		return json_refuse(WHERE, PLUG_KEY, plug, "not an object", err);
	cJSON_AddItemToArray(array, cJSON_Duplicate(plug, true));
	text = cJSON_PrintUnformatted(array);
	if (!text)
		return vr_error_memory(err);
	netconf->plugged = true;
	ret = environment_pod_namespace(env->args, &netconf->pod, err);
	if (!ret)
		ret = pod_networks_parse(text, netconf->pod.namespace,
					 &netconf->first, &netconf->first_json,
					 err);
	if (ret)
		return ret;
	netconf->first.items[0].asked_from = netconf->pod.namespace;
	return check_plug(&netconf->first.items[0], plug, err);
}

/* Of whole nodes there is nothing to be said. */
static int parse_under_multus(struct netconf *netconf,
			      const struct environment *env,
			      struct vr_error *err)
{
	if (env->command == CNI_CMD_GC || env->command == CNI_CMD_STATUS)
		return 0;
	return under_multus_request(netconf->name, env, &netconf->pod,
				    &netconf->first, err);
}

/* The networks of the pod's annotations, where the configuration allows it. */
static int parse_pod_networks(struct netconf *netconf,
			      const struct environment *env,
			      struct vr_error *err)
{
	const cJSON *plug = json_item(netconf->json, PLUG_KEY);
	int ret;

	if (plug)
		return parse_plug(netconf, env, plug, err);
	netconf->pod_networks = false;
	if (netconf->under_multus)
		return parse_under_multus(netconf, env, err);
	ret = json_bool(netconf->json, WHERE, "podNetworks",
			&netconf->pod_networks, err);
	if (ret || !netconf->pod_networks)
		return ret;
	/* What was made is in the state file, and STATUS is of no pod. */
	if (!netconf->port.annotations && env->command != CNI_CMD_ADD)
		return 0;
	ret = read_namespace(netconf, env, err);
	if (ret || (netconf->port.annotations && !asks_for_networks(netconf)))
		return ret;
	ret = environment_pod_namespace(env->args, &netconf->pod, err);
	if (!ret && !netconf->port.annotations)
		ret = ask_for_annotations(netconf, err);
	if (!ret)
		ret = parse_first(netconf, err);
	if (!ret && netconf->first.count)
		netconf->first.items[0].asked_from = netconf->pod.namespace;
	if (!ret)
		ret = parse_further(netconf, err);
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
	return under_multus_conf(UNDER_MULTUS_FILE, &netconf->json,
				 &netconf->under_multus, err);
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
	requests_free(&netconf->first);
	cJSON_Delete(netconf->networks_json);
	netconf->networks_json = NULL;
	cJSON_Delete(netconf->first_json);
	netconf->first_json = NULL;
	cJSON_Delete(netconf->annotations);
	netconf->annotations = NULL;
	free(netconf->namespace_network);
	netconf->namespace_network = NULL;
	netconf->port.annotations = NULL;
}

/* How interfaces are made, whatever asks for them. */
static int parse_settings(struct netconf *netconf, struct vr_error *err)
{
	int ret;

	ret = parse_result_choice(netconf, err);
	if (!ret)
		ret = parse_interface_prefix(netconf, err);
	if (!ret)
		ret = parse_host_interface(netconf, err);
	if (!ret)
		ret = parse_agent_socket(netconf, err);
	if (!ret)
		ret = parse_spare_dir(netconf, err);
	if (!ret)
		ret = parse_cluster_dir(netconf, err);
	if (!ret)
		ret = parse_cluster(netconf, err);
	if (!ret)
		ret = json_strings(netconf->json, WHERE, "delegateTypes",
				   &netconf->delegate_types, err);
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
	return ret;
}

int netconf_parse_rest(struct netconf *netconf, const struct environment *env,
		       struct vr_error *err)
{
	int ret;

	/* GC does it for each container. */
	free_requests(netconf);
	ret = check_log(netconf, err);
	if (!ret)
		ret = parse_settings(netconf, err);
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
