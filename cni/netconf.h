/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_NETCONF_H
#define VR_CNI_NETCONF_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "../lib/error.h"
#include "bandwidth.h"
#include "environment.h"
#include "log.h"
#include "pod_networks.h"
#include "port_kind.h"
#include "request.h"

#define NETCONF_NETWORKS_DIR "/etc/vr/networks.d"
#define NETCONF_POD_ANNOTATIONS "io.kubernetes.cri.pod-annotations"
#define NETCONF_INTERFACE_PREFIX "eth"
#define NETCONF_STATE_DIR "/var/lib/vr/cni"

/*
 * What an agent asks for of a container that runs: ADD makes a further
 * interface, of a network as an annotation would name it, and DEL takes one away
 * that the first call made.
 */
#define PLUG_KEY "plug"
#define UNPLUG_KEY "unplug"

/*
 * An ADD may need it three times over: for the plugins, for those that need the
 * link, and for taking back.  kubelet waits for two minutes.
 */
#define NETCONF_IPAM_TIMEOUT 30

/* CNI versions, oldest first. */
enum netconf_version {
	CNI_0_1_0,
	CNI_0_2_0,
	CNI_0_3_0,
	CNI_0_3_1,
	CNI_0_4_0,
	CNI_1_0_0,
	CNI_1_1_0,
	CNI_VERSIONS
};

extern const char *const netconf_versions[CNI_VERSIONS];

/**
 * struct netconf - the network configuration of a call
 * @json: the document, which owns all strings
 * @version: of the specification, for configuration and result
 * @log_file: absolute path, NULL for none
 * @log_level: what is written
 * @interface_prefix: of the names of interfaces that are numbered
 * @host_interface: the host's device on the first network, NULL for none
 * @ipam_timeout: seconds that IPAM plugins have
 * @all_results: report all interfaces, not only CNI_IFNAME
 * @mac, @ips, @bandwidth: of the first interface, as those of a request
 * @sysctls: those of the first interface, or NULL
 * @runtime, @args: the objects "runtimeConfig" and "args", or NULL
 * @dns: the object "dns", or NULL
 * @runtime_dns: the capability of this name, or NULL
 * @port: of what kind the ports are, with the annotations of the pod
 * @prev_result: NULL when there is none
 * @agent_socket: by which the node's agent is asked
 * @spare_dir: addresses for when it does not answer
 * @cluster_dir: what else it wrote for us, NULL when there is none
 * @cluster: what names of Contrail's projects and networks begin with
 * @all_shared: every namespace may use every network, as with Contrail
 * @pod_networks: the pod's annotations say which networks it gets
 * @delegate_types: array of the types of other plugins that may be called, or NULL
 * @under_multus: the call is for one network, and Multus'
 * @plugged: the call is for a further interface of a container that runs
 * @requests: the further interfaces
 * @first: another first network than the configuration's own, or none
 * @annotations: those of the pod that the agent was asked for, owned, or NULL
 * @namespace_network: annotation of the pod's namespace for its first network, owned,
 *	or NULL
 * @networks_json, @first_json: what requests borrow of annotations
 * @pod: whose rights they have
 */
struct netconf {
	cJSON *json;
	enum netconf_version version;
	const char *name;
	const char *networks_dir;
	const char *state_dir;
	const char *log_file;
	enum log_level log_level;
	const char *interface_prefix;
	const char *host_interface;
	uint32_t ipam_timeout;
	bool all_results;

	const char *mac;
	const cJSON *ips;
	struct bandwidth bandwidth;
	const cJSON *sysctls;
	const cJSON *runtime;
	const cJSON *args;
	const cJSON *dns;
	const cJSON *runtime_dns;
	struct port_choice port;
	const cJSON *prev_result;

	const char *agent_socket;
	const char *spare_dir;
	const char *cluster_dir;
	const char *cluster;
	bool all_shared;
	bool pod_networks;
	const cJSON *delegate_types;
	bool under_multus;
	bool plugged;

	struct requests requests;
	struct requests first;
	cJSON *annotations;
	char *namespace_network;
	cJSON *networks_json;
	cJSON *first_json;
	struct environment_pod pod;
};

#define cleanup_netconf __attribute__((cleanup(netconf_free)))

/* Return: false when the version is none of ours. */
bool netconf_version_parse(const char *text, enum netconf_version *version);

/**
 * netconf_parse() - Parse what any call needs of a network configuration
 * @text: what the runtime wrote
 * @len: its length in bytes
 *
 * That is name, version, folders, logs and the time limit. Refusals have CNI
 * code 6 (not JSON), 7 (a key, named with its value) or 1 (version). The caller
 * frees @netconf after a refusal too.
 */
int netconf_parse(const char *text, size_t len, struct netconf *netconf,
		  struct vr_error *err);

/**
 * netconf_parse_rest() - Parse what ADD and CHECK need in addition
 *
 * @env: of which the pod's name is read
 *
 * Of an ADD the agent is asked for the pod's annotations when the runtime gives
 * none. Refusals have CNI code 7, 2 (unsupported key), 4 (no namespace) or what
 * the agent says.
 */
int netconf_parse_rest(struct netconf *netconf, const struct environment *env,
		       struct vr_error *err);

void netconf_free(struct netconf *netconf);

#endif
