// SPDX-License-Identifier: Apache-2.0
/*
 * Which interfaces a call is about: their names, networks, MACs and IPAM
 * configurations.  Entry point: plan_make().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "cluster_dir.h"
#include "code.h"
#include "definitions.h"
#include "delegate.h"
#include "ipam.h"
#include "ipam_agent.h"
#include "json.h"
#include "plan.h"
#include "resolve.h"
#include "tap.h"
#include "under_multus.h"

/* What plan_make() hands down. */
struct planning {
	const struct netconf *netconf;
	const struct environment *env;
	struct definitions definitions;
	struct plan *plan;
	bool lenient;
};

static bool name_is_taken(const struct planning *planning, const char *name)
{
	const struct attachment *attachment = &planning->plan->attachment;
	const struct netconf *netconf = planning->netconf;
	unsigned int i;

	for (i = 0; i < attachment->interface_count; i++) {
		if (!strcmp(attachment->interfaces[i].ifname, name))
			return true;
	}
	for (i = 0; i < attachment->delegate_count; i++) {
		if (!strcmp(attachment->delegates[i].ifname, name))
			return true;
	}
	for (i = 0; i < netconf->requests.count; i++) {
		if (netconf->requests.items[i].ifname &&
		    !strcmp(netconf->requests.items[i].ifname, name))
			return true;
	}
	return false;
}

/* The number behind those that plugins before us gave. */
static unsigned int first_number(const struct result *previous,
				 const char *prefix)
{
	unsigned int i, number, next = 1;
	size_t len = strlen(prefix);
	const char *name;
	char end;

	for (i = 0; i < previous->interface_count; i++) {
		name = previous->interfaces[i].name;
		if (result_is_inside(&previous->interfaces[i]) &&
		    !strncmp(name, prefix, len) &&
		    sscanf(name + len, "%5u%c", &number, &end) == 1 &&
		    number >= next)
			next = number + 1;
	}
	return next;
}

/* eth1, eth2, ..., but for the names that were asked for. */
static void choose_ifname(const struct planning *planning,
			  char ifname[IFNAMSIZ])
{
	const char *prefix = planning->netconf->interface_prefix;
	unsigned int number = first_number(&planning->plan->previous, prefix);
	char name[IFNAMSIZ];

	do {
		snprintf(name, sizeof(name), "%s%u", prefix, number++);
	} while (name_is_taken(planning, name));
	memcpy(ifname, name, sizeof(name));
}

/* Return: the network of the interface that has the name already, or NULL. */
static const char *holder_of(const struct attachment *attachment,
			     const char *ifname)
{
	unsigned int i;

	for (i = 0; i < attachment->interface_count; i++) {
		if (!strcmp(attachment->interfaces[i].ifname, ifname))
			return attachment->interfaces[i].network;
	}
	for (i = 0; i < attachment->delegate_count; i++) {
		if (!strcmp(attachment->delegates[i].ifname, ifname))
			return attachment->delegates[i].network;
	}
	return NULL;
}

/* @ifname: of an interface that has none yet */
static int set_ifname(const struct planning *planning,
		      const struct request *request, char ifname[IFNAMSIZ],
		      struct vr_error *err)
{
	const char *holder;

	if (!request->ifname) {
		choose_ifname(planning, ifname);
		return 0;
	}
	holder = holder_of(&planning->plan->attachment, request->ifname);
	if (holder)
		return cni_fail(
			err, CNI_CONFIG,
			"interface \"%s\" is asked for twice, in network \"%s\" and in network \"%s\"",
			request->ifname, holder, request->network);
	snprintf(ifname, IFNAMSIZ, "%s", request->ifname);
	return 0;
}

static int set_mac(const char *text, struct attachment_interface *interface,
		   struct vr_error *err)
{
	interface->mac_asked = text;
	if (!text) {
		if (getrandom(interface->mac, VR_MAC_LEN, 0) != VR_MAC_LEN)
			return cni_fail(err, CNI_IO, "cannot get a random MAC");
		interface->mac[0] = 0x02; /* locally administered */
		return 0;
	}
	if (vr_mac_parse("mac", text, interface->mac, err))
		return cni_wrap(err, CNI_CONFIG, "interface %s",
				interface->ifname);
	if (!vr_mac_is_station(interface->mac))
		return cni_fail(
			err, CNI_CONFIG,
			"interface %s: mac \"%s\" is not the MAC of one station",
			interface->ifname, text);
	return 0;
}

/* A name no namespace has, for the time until the device is in the pod. */
static int set_temporary(struct attachment_interface *interface,
			 struct vr_error *err)
{
	uint8_t random[6];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return cni_fail(err, CNI_IO, "cannot get a random name");
	snprintf(interface->temporary, IFNAMSIZ, "vr%02x%02x%02x%02x%02x%02x",
		 random[0], random[1], random[2], random[3], random[4],
		 random[5]);
	return 0;
}

/*
 * The version towards IPAM plugins.  That of 1.1.0 differs from 1.0.0 in
 * nothing an IPAM plugin reads, and the plugins of the distributions refuse
 * it.
 */
static const char *ipam_version(const struct netconf *netconf)
{
	if (netconf->version > CNI_1_0_0)
		return netconf_versions[CNI_1_0_0];
	return netconf_versions[netconf->version];
}

static void add_ips(cJSON *conf, const cJSON *ips)
{
	cJSON *runtime = json_item(conf, "runtimeConfig");

	if (!runtime)
		runtime = cJSON_AddObjectToObject(conf, "runtimeConfig");
	json_remove(runtime, "ips");
	cJSON_AddItemToObject(runtime, "ips", cJSON_Duplicate(ips, true));
}

/* The first interface's plugin gets what the runtime wrote. */
static cJSON *first_ipam_conf(const struct netconf *netconf,
			      const struct request *request)
{
	cJSON *conf = cJSON_Duplicate(netconf->json, true);
	cJSON *runtime;

	if (!conf)
		return NULL;
	json_remove(conf, "prevResult");
	json_remove(conf, "networks");
	runtime = cJSON_GetObjectItem(conf, "runtimeConfig");
	if (runtime)
		json_remove(runtime, NETCONF_POD_ANNOTATIONS);
	if (request->ips != netconf->ips && request->ips)
		add_ips(conf, request->ips);
	return conf;
}

/* That of the others gets what concerns their network. */
static cJSON *other_ipam_conf(const struct request *request)
{
	cJSON *conf = cJSON_CreateObject();

	if (request->ips)
		add_ips(conf, request->ips);
	return conf;
}

static bool is_ipv6_set(const cJSON *set)
{
	const cJSON *subnet = json_item(set ? set->child : NULL, "subnet");

	return cJSON_IsString(subnet) && strchr(subnet->valuestring, ':');
}

/*
 * host-local takes an address of each range set, those of the capability
 * "ipRanges" among them, and no two may overlap.  So they replace what was
 * made of the subnets, family by family.
 */
static void drop_default_ranges(cJSON *conf)
{
	const cJSON *runtime = json_item(conf, "runtimeConfig");
	cJSON *ranges = json_item(json_item(conf, "ipam"), "ranges");
	const cJSON *given;
	int i;

	cJSON_ArrayForEach(given, json_item(runtime, "ipRanges")) {
		for (i = cJSON_GetArraySize(ranges) - 1; i >= 0; i--) {
			if (is_ipv6_set(cJSON_GetArrayItem(ranges, i)) ==
			    is_ipv6_set(given))
				cJSON_DeleteItemFromArray(ranges, i);
		}
	}
}

/* Where agent and spares are: DEL has to find them without a configuration. */
static int set_agent(const struct netconf *netconf, cJSON *conf,
		     struct vr_error *err)
{
	int ret;

	if (!ipam_is_of_type(conf, IPAM_AGENT_TYPE))
		return 0;
	ret = json_replace(conf, IPAM_AGENT_SOCKET_KEY,
			   cJSON_CreateString(netconf->agent_socket), err);
	if (!ret)
		ret = json_replace(conf, IPAM_AGENT_SPARES_KEY,
				   cJSON_CreateString(netconf->spare_dir), err);
	return ret;
}

static int name_ipam_conf(const struct netconf *netconf, const char *network,
			  cJSON *conf, struct vr_error *err)
{
	const cJSON *type = json_item(netconf->json, "type");
	cleanup_free char *name = ipam_network_name(network);
	int ret;

	if (!name)
		return vr_error_memory(err);
	ret = json_replace(conf, "cniVersion",
			   cJSON_CreateString(ipam_version(netconf)), err);
	if (!ret)
		ret = json_replace(conf, "name", cJSON_CreateString(name), err);
	if (!ret)
		ret = json_replace(conf, "type",
				   type ? cJSON_Duplicate(type, true)
					: cJSON_CreateString("vr-cni"),
				   err);
	return ret;
}

static int set_ipam(const struct planning *planning,
		    const struct request *request,
		    const struct definition *definition,
		    struct attachment_interface *interface,
		    struct vr_error *err)
{
	const struct netconf *netconf = planning->netconf;
	cJSON *conf;
	int ret;

	if (!definition->ipam)
		return 0;
	if (attachment_is_first(&planning->plan->attachment, interface))
		conf = first_ipam_conf(netconf, request);
	else
		conf = other_ipam_conf(request);
	interface->ipam = conf;
	if (!conf)
		return vr_error_memory(err);
	ret = name_ipam_conf(netconf, interface->network, conf, err);
	if (!ret)
		ret = json_replace(conf, "ipam",
				   cJSON_Duplicate(definition->ipam, true),
				   err);
	if (!ret)
		ret = set_agent(netconf, conf, err);
	if (!ret && definition->default_ranges)
		drop_default_ranges(conf);
	return ret;
}

/* Addresses that are asked for and no plugin to give them. */
static int check_ips(const struct request *request,
		     const struct definition *definition, struct vr_error *err)
{
	if (definition->ipam || !request->ips || !request->ips->child)
		return 0;
	return json_refuse("networks", "ips", request->ips,
			   "but the network has no IPAM plugin", err);
}

/* For ADD to find a free one, and for DEL as it most likely was. */
static int set_host_ifname(const struct planning *planning,
			   const struct definition *definition,
			   struct attachment_interface *interface,
			   struct vr_error *err)
{
	enum port_kind kind;
	int ret;

	ret = port_kind_choose(&planning->netconf->port, definition->port,
			       interface->ifname, &kind, err);
	if (!ret && kind == PORT_KIND_TAP)
		tap_name(planning->env->container_id, interface->ifname, 0,
			 interface->host_ifname);
	return ret;
}

static void take_settings(const struct request *request,
			  struct plan_interface *interface)
{
	interface->bandwidth = bandwidth_is_limited(&request->bandwidth)
				       ? request->bandwidth
				       : interface->definition.bandwidth;
	interface->wanted_mtu = request->mtu;
	interface->wanted_routes = &request->routes;
	memcpy(interface->default_gateways, request->default_gateways,
	       sizeof(interface->default_gateways));
	interface->own_default = request->own_default;
}

static int check_claim(const struct request *request,
		       const struct attachment_interface *interface,
		       struct vr_error *err)
{
	if (!request->claim ||
	    ipam_is_of_type(interface->ipam, IPAM_AGENT_TYPE))
		return 0;
	return cni_fail(
		err, CNI_UNSUPPORTED,
		"network \"%s\": \"ipam-claim-reference\" is \"%s\", which is not supported without IPAM of type \"" IPAM_AGENT_TYPE
		"\"",
		request->network, request->claim);
}

/* An interface with the names of its network. */
static struct attachment_interface *
append_interface(struct attachment *attachment, const char *network,
		 const char *requested, struct vr_error *err)
{
	struct attachment_interface *interface =
		vr_list_grow(&attachment->interfaces,
			     &attachment->interface_count, sizeof(*interface));
	bool alias = strcmp(network, requested) != 0;

	if (interface) {
		interface->network = strdup(network);
		interface->requested = alias ? strdup(requested) : NULL;
	}
	if (interface && interface->network && (interface->requested || !alias))
		return interface;
	vr_error_memory(err);
	return NULL;
}

static int set_interface(struct planning *planning,
			 const struct request *request,
			 const struct definition *definition,
			 struct attachment_interface *interface,
			 struct vr_error *err)
{
	int ret;

	interface->claim = request->claim;
	ret = set_ifname(planning, request, interface->ifname, err);
	if (!ret)
		ret = set_mac(request->mac, interface, err);
	if (!ret)
		ret = set_temporary(interface, err);
	if (!ret)
		ret = set_host_ifname(planning, definition, interface, err);
	if (!ret)
		ret = check_ips(request, definition, err);
	if (!ret)
		ret = set_ipam(planning, request, definition, interface, err);
	if (!ret && !planning->lenient)
		ret = check_claim(request, interface, err);
	return ret;
}

/* That of a container that runs is not the container's first. */
static bool is_first_request(const struct planning *planning,
			     const struct request *request)
{
	return !planning->netconf->plugged && request->ifname &&
	       !strcmp(request->ifname, planning->env->ifname);
}

/* Of a network that is not ours. */
static int add_delegate(struct planning *planning,
			const struct request *request,
			const struct definition *definition,
			struct vr_error *err)
{
	struct attachment *attachment = &planning->plan->attachment;
	struct attachment_delegate *delegate =
		vr_list_grow(&attachment->delegates,
			     &attachment->delegate_count, sizeof(*delegate));

	if (!delegate)
		return vr_error_memory(err);
	delegate->network = strdup(definition->network.name);
	if (!delegate->network)
		return vr_error_memory(err);
	if (is_first_request(planning, request))
		return cni_fail(
			err, CNI_CONFIG,
			"network \"%s\" is another plugin's: the first network has to be one of vr",
			delegate->network);
	if (set_ifname(planning, request, delegate->ifname, err))
		return -EINVAL;
	return delegate_prepare(planning->netconf, request, definition,
				delegate, err);
}

static int add_interface(struct planning *planning,
			 const struct request *request, struct vr_error *err)
{
	struct plan *plan = planning->plan;
	struct plan_interface *planned =
		&plan->interfaces[plan->attachment.interface_count];
	struct definition *definition = &planned->definition;
	char requested[RESOLVE_NAME_BYTES];
	struct attachment_interface *interface;
	int ret;

	ret = resolve_network(planning->netconf, &planning->definitions,
			      request, definition, requested, err);
	take_settings(request, planned);
	/* Without a definition there still are names, to number the others. */
	if (ret && !planning->lenient) {
		definition_free(definition);
		return ret;
	}
	if (!ret && definition->delegate) {
		ret = add_delegate(planning, request, definition, err);
		definition_free(definition);
		memset(planned, 0, sizeof(*planned));
		return ret;
	}
	interface = append_interface(&plan->attachment,
				     ret ? requested : definition->network.name,
				     requested, err);
	if (!interface)
		return -ENOMEM;
	return set_interface(planning, request, definition, interface, err);
}

/* That of the configuration, or the one that the pod has chosen. */
static struct request first_request(const struct netconf *netconf)
{
	struct request request = { .network = (char *)netconf->name };

	if (netconf->first.count)
		request = netconf->first.items[0];
	if (!request.mac)
		request.mac = netconf->mac;
	if (!request.ips)
		request.ips = netconf->ips;
	if (!bandwidth_is_limited(&request.bandwidth))
		request.bandwidth = netconf->bandwidth;
	return request;
}

static int add_first(struct planning *planning, struct vr_error *err)
{
	const struct netconf *netconf = planning->netconf;
	struct request request = first_request(netconf);
	struct environment_args args;
	int ret;

	request.ifname = (char *)planning->env->ifname;
	ret = environment_parse_args(planning->env->args, &args, err);
	if (ret)
		return ret;
	/* The specification lets "args" win. */
	if (!request.mac && args.mac[0])
		request.mac = args.mac;
	ret = add_interface(planning, &request, err);
	planning->plan->interfaces[0].wanted_routes = NULL;
	planning->plan->interfaces[0].sysctls = netconf->sysctls;
	return ret;
}

/* Those of all interfaces, the first one's included when a pod asks for it. */
static const struct request *request_at(const struct netconf *netconf,
					unsigned int index)
{
	if (index < netconf->first.count)
		return &netconf->first.items[index];
	return &netconf->requests.items[index - netconf->first.count];
}

/* What a pod that leaves by another network still needs the first one for. */
static int read_cluster_routes(const struct planning *planning,
			       struct vr_error *err)
{
	const struct netconf *netconf = planning->netconf;
	const struct request *request;
	bool elsewhere = false;
	unsigned int i;

	for (i = 0; i < netconf->requests.count; i++) {
		request = &netconf->requests.items[i];
		elsewhere |= request->own_default ||
			     request->default_gateways[0].family != AF_UNSPEC ||
			     request->default_gateways[1].family != AF_UNSPEC;
	}
	if (!elsewhere || !netconf->cluster_dir)
		return 0;
	return cluster_dir_routes(netconf->cluster_dir,
				  &planning->plan->cluster_routes, err);
}

/* One interface of a container has the default route of a family. */
static int check_default_routes(const struct planning *planning,
				struct vr_error *err)
{
	const struct netconf *netconf = planning->netconf;
	unsigned int i, count = netconf->first.count + netconf->requests.count;
	const struct request *asks[2] = { NULL, NULL };
	const struct request *request;

	for (i = 0; i < 2 * count; i++) {
		request = request_at(netconf, i / 2);
		if (request->default_gateways[i % 2].family == AF_UNSPEC &&
		    !request->own_default)
			continue;
		if (planning->plan->chained)
			return cni_fail(
				err, CNI_CONFIG,
				"network \"%s\": \"default-route\", but a plugin before vr-cni made the first interface",
				request->network);
		if (asks[i % 2])
			return cni_fail(
				err, CNI_CONFIG,
				"\"default-route\" of one family for network \"%s\" and for network \"%s\"",
				asks[i % 2]->network, request->network);
		asks[i % 2] = request;
	}
	return 0;
}

/* Under Multus the configuration's name is that of no network by itself. */
static bool has_first(const struct planning *planning)
{
	return !planning->plan->chained && (!planning->netconf->under_multus ||
					    planning->netconf->first.count);
}

static int add_interfaces(struct planning *planning, struct vr_error *err)
{
	const struct netconf *netconf = planning->netconf;
	unsigned int i;
	int ret;

	ret = planning->lenient ? 0 : check_default_routes(planning, err);
	if (!ret && !planning->lenient)
		ret = read_cluster_routes(planning, err);
	if (!ret && planning->plan->chained && netconf->first.count)
		ret = cni_fail(
			err, CNI_CONFIG,
			"an annotation asks for \"%s\" as the first network, but a plugin before vr-cni made the first interface",
			netconf->first.items[0].network);
	if (!ret && has_first(planning))
		ret = add_first(planning, err);
	for (i = 0; !ret && i < netconf->requests.count; i++)
		ret = add_interface(planning, &netconf->requests.items[i], err);
	return ret;
}

/* What of it cannot be used is refused before anything is made. */
static int read_previous(const struct netconf *netconf,
			 const struct environment *env, struct plan *plan,
			 struct vr_error *err)
{
	int ret;

	if (!netconf->prev_result)
		return 0;
	ret = result_parse(netconf->prev_result, "prevResult", &plan->previous,
			   err);
	plan->chained = result_find_inside(&plan->previous, env->ifname) >= 0;
	return ret;
}

static int name_attachment(const struct netconf *netconf,
			   const struct environment *env, bool chained,
			   struct attachment *attachment, struct vr_error *err)
{
	const char *boot_id = attachment_boot_id(err);

	if (!boot_id)
		return -EIO;
	snprintf(attachment->boot_id, sizeof(attachment->boot_id), "%s",
		 boot_id);
	snprintf(attachment->ifname, IFNAMSIZ, "%s", env->ifname);
	if (chained && netconf->host_interface)
		return json_refuse(
			"network configuration", "hostInterface",
			json_item(netconf->json, "hostInterface"),
			"but a plugin before vr-cni made the first interface",
			err);
	/* The host is on the network of the configuration. */
	if (netconf->host_interface && !netconf->first.count)
		snprintf(attachment->host_interface, IFNAMSIZ, "%s",
			 netconf->host_interface);
	attachment->plugged = netconf->plugged;
	attachment->pod_networks = netconf->pod_networks;
	/* For others to read: what of it cannot be used is no reason to fail. */
	environment_pod(env->args, &attachment->pod, NULL);
	attachment->name = strdup(netconf->name);
	attachment->container_id = strdup(env->container_id);
	attachment->netns = strdup(env->netns);
	if (!attachment->name || !attachment->container_id ||
	    !attachment->netns)
		return vr_error_memory(err);
	return 0;
}

int plan_make(const struct netconf *netconf, const struct environment *env,
	      bool lenient, struct plan *plan, struct vr_error *err)
{
	struct planning planning = {
		.netconf = netconf,
		.env = env,
		.plan = plan,
		.lenient = lenient,
	};
	int ret;

	memset(plan, 0, sizeof(*plan));
	plan->interfaces =
		calloc(netconf->requests.count + 1, sizeof(*plan->interfaces));
	if (!plan->interfaces)
		return vr_error_memory(err);
	plan->keeps_default = netconf->under_multus &&
			      strcmp(env->ifname, UNDER_MULTUS_FIRST) != 0;
	ret = read_previous(netconf, env, plan, err);
	if (ret && lenient)
		ret = 0;
	if (!ret)
		ret = name_attachment(netconf, env, plan->chained,
				      &plan->attachment, err);
	definitions_open(&planning.definitions, netconf->networks_dir);
	if (!ret)
		ret = add_interfaces(&planning, err);
	definitions_free(&planning.definitions);
	return ret;
}

void plan_free(struct plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->attachment.interface_count; i++) {
		definition_free(&plan->interfaces[i].definition);
		result_free(&plan->interfaces[i].addresses);
		cni_routes_free(&plan->interfaces[i].routes);
	}
	free(plan->interfaces);
	cni_routes_free(&plan->cluster_routes);
	result_free(&plan->previous);
	attachment_free(&plan->attachment);
}
