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
#include "code.h"
#include "ipam.h"
#include "json.h"
#include "plan.h"
#include "tap.h"

#define IPV6_MIN_MTU 1280

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

static int set_ifname(const struct planning *planning,
		      const struct request *request,
		      struct attachment_interface *interface,
		      struct vr_error *err)
{
	const struct attachment *attachment = &planning->plan->attachment;
	const struct attachment_interface *other;

	if (!request->ifname) {
		choose_ifname(planning, interface->ifname);
		return 0;
	}
	for (other = attachment->interfaces; other != interface; other++) {
		if (strcmp(other->ifname, request->ifname) != 0)
			continue;
		return cni_fail(
			err, CNI_CONFIG,
			"interface \"%s\" is asked for twice, in network \"%s\" and in network \"%s\"",
			request->ifname, other->network, request->network);
	}
	snprintf(interface->ifname, IFNAMSIZ, "%s", request->ifname);
	return 0;
}

static int set_mac(const char *text, struct attachment_interface *interface,
		   struct vr_error *err)
{
	static const uint8_t zero[VR_MAC_LEN];

	if (!text) {
		if (getrandom(interface->mac, VR_MAC_LEN, 0) != VR_MAC_LEN)
			return cni_fail(err, CNI_IO, "cannot get a random MAC");
		interface->mac[0] = 0x02; /* locally administered */
		return 0;
	}
	if (vr_mac_parse("mac", text, interface->mac, err))
		return cni_wrap(err, CNI_CONFIG, "interface %s",
				interface->ifname);
	if (interface->mac[0] & 1 ||
	    !memcmp(interface->mac, zero, sizeof(zero)))
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

/* The first interface's plugin gets what the runtime wrote. */
static cJSON *first_ipam_conf(const struct netconf *netconf)
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
	return conf;
}

/* That of the others gets what concerns their network. */
static cJSON *other_ipam_conf(const struct request *request)
{
	cJSON *conf = cJSON_CreateObject();
	cJSON *runtime;

	if (request->ips) {
		runtime = cJSON_AddObjectToObject(conf, "runtimeConfig");
		cJSON_AddItemToObject(runtime, "ips",
				      cJSON_Duplicate(request->ips, true));
	}
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

static int set_ipam(const struct planning *planning,
		    const struct request *request,
		    const struct definition *definition,
		    struct attachment_interface *interface,
		    struct vr_error *err)
{
	const struct netconf *netconf = planning->netconf;
	const cJSON *type = json_item(netconf->json, "type");
	cleanup_free char *name = NULL;
	cJSON *conf;
	int ret;

	if (!definition->ipam)
		return 0;
	if (attachment_is_first(&planning->plan->attachment, interface))
		conf = first_ipam_conf(netconf);
	else
		conf = other_ipam_conf(request);
	interface->ipam = conf;
	name = ipam_network_name(request->network);
	if (!conf || !name)
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
	if (!ret)
		ret = json_replace(conf, "ipam",
				   cJSON_Duplicate(definition->ipam, true),
				   err);
	if (!ret && definition->default_ranges)
		drop_default_ranges(conf);
	return ret;
}

static int define(const struct planning *planning, const char *network,
		  struct definition *definition, struct vr_error *err)
{
	const struct netconf *netconf = planning->netconf;

	if (!strcmp(network, netconf->name) && definition_is_in(netconf->json))
		return definition_parse(netconf->json, network,
					"network configuration", definition,
					err);
	return definitions_find(&planning->definitions, network,
				"network configuration", definition, err);
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

static int check_rights(const struct request *request,
			const struct definition *definition,
			struct vr_error *err)
{
	if (!request->asked_from ||
	    definition_allows(definition, request->asked_from))
		return 0;
	return cni_fail(
		err, CNI_CONFIG,
		"network \"%s\" is not shared with namespace \"%s\", of which the pod is",
		request->network, request->asked_from);
}

static int add_interface(struct planning *planning,
			 const struct request *request, struct vr_error *err)
{
	struct plan *plan = planning->plan;
	struct attachment *attachment = &plan->attachment;
	unsigned int index = attachment->interface_count;
	struct attachment_interface *interface;
	struct definition *definition;
	int ret;

	definition = &plan->interfaces[index].definition;
	ret = define(planning, request->network, definition, err);
	take_settings(request, &plan->interfaces[index]);
	if (!ret)
		ret = check_rights(request, definition, err);
	/* Without a definition there still are names, to number the others. */
	if (ret && !planning->lenient)
		return ret;
	interface = vr_list_grow(&attachment->interfaces,
				 &attachment->interface_count,
				 sizeof(*interface));
	if (!interface)
		return vr_error_memory(err);
	interface->network = strdup(request->network);
	if (!interface->network)
		return vr_error_memory(err);
	ret = set_ifname(planning, request, interface, err);
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
	return ret;
}

static int add_first(struct planning *planning, struct vr_error *err)
{
	const struct netconf *netconf = planning->netconf;
	struct request request = {
		.network = (char *)netconf->name,
		.ifname = (char *)planning->env->ifname,
		.mac = netconf->mac,
		.ips = netconf->ips,
		.bandwidth = netconf->bandwidth,
	};
	struct environment_args args;
	int ret;

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

/* One interface of a container has the default route of a family. */
static int check_default_routes(const struct planning *planning,
				struct vr_error *err)
{
	const struct netconf *netconf = planning->netconf;
	const struct request *asks[2] = { NULL, NULL };
	const struct request *request;
	unsigned int i;

	for (i = 0; i < 2 * netconf->requests.count; i++) {
		request = &netconf->requests.items[i / 2];
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

static int add_interfaces(struct planning *planning, struct vr_error *err)
{
	const struct netconf *netconf = planning->netconf;
	unsigned int i;
	int ret;

	ret = planning->lenient ? 0 : check_default_routes(planning, err);
	if (!ret && !planning->plan->chained)
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
	if (netconf->host_interface)
		snprintf(attachment->host_interface, IFNAMSIZ, "%s",
			 netconf->host_interface);
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
	ret = read_previous(netconf, env, plan, err);
	if (ret && lenient)
		ret = 0;
	if (!ret)
		ret = name_attachment(netconf, env, plan->chained,
				      &plan->attachment, err);
	if (!ret)
		ret = definitions_open(&planning.definitions,
				       netconf->networks_dir, err);
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
	result_free(&plan->previous);
	attachment_free(&plan->attachment);
}

static bool has_route(const struct cni_routes *routes,
		      const struct cni_route *route)
{
	unsigned int i;

	for (i = 0; i < routes->count; i++) {
		if (vr_prefix_equal(&routes->items[i].dst, &route->dst) &&
		    routes->items[i].priority == route->priority &&
		    routes->items[i].table == route->table)
			return true;
	}
	return false;
}

/* The gateway of an interface, as its plugin or its network has it. */
static struct vr_ip gateway_of(const struct plan_interface *interface,
			       int family)
{
	const struct vr_network *network = &interface->definition.network;
	const struct result *addresses = &interface->addresses;
	const struct result_ip *ip;
	unsigned int i, j;

	for (i = 0; i < addresses->ip_count; i++) {
		ip = &addresses->ips[i];
		if (ip->address.ip.family != family)
			continue;
		if (ip->gateway.family != AF_UNSPEC)
			return ip->gateway;
		for (j = 0; j < network->subnet_count; j++) {
			if (vr_prefix_contains(&network->subnets[j],
					       &ip->address.ip))
				return network->subnets[j].ip;
		}
	}
	return (struct vr_ip){ .family = AF_UNSPEC };
}

static int add_default(struct plan_interface *interface, int family,
		       struct vr_error *err)
{
	struct cni_route route = {
		.dst.ip.family = family,
		.gw = gateway_of(interface, family),
	};

	if (route.gw.family == AF_UNSPEC ||
	    has_route(&interface->routes, &route))
		return 0;
	return cni_routes_add(&interface->routes, &route, err);
}

/* Two interfaces of one network would have its routes both. */
static bool is_had(const struct plan *plan, const struct cni_route *route)
{
	unsigned int i;

	for (i = 0; i < plan->attachment.interface_count; i++) {
		if (has_route(&plan->interfaces[i].routes, route))
			return true;
	}
	return false;
}

/*
 * Those of a list that are new, and default ones only of families that the
 * interface has the default route of.
 */
static int add_listed(const struct plan *plan, struct plan_interface *interface,
		      const struct cni_routes *list, const bool defaults[2],
		      struct vr_error *err)
{
	struct cni_route route;
	unsigned int i;
	int ret;

	for (i = 0; i < list->count; i++) {
		route = list->items[i];
		if ((cni_route_is_default(&route) &&
		     !defaults[route.dst.ip.family == AF_INET6]) ||
		    is_had(plan, &route))
			continue;
		if (cni_route_lacks_gateway(&route))
			route.gw = gateway_of(interface, route.dst.ip.family);
		ret = cni_routes_add(&interface->routes, &route, err);
		if (ret)
			return ret;
	}
	return 0;
}

/* The default route that a request asked for. */
static int add_wanted_default(struct plan_interface *interface,
			      const struct vr_ip *gw, struct vr_error *err)
{
	struct cni_route route = { .dst.ip.family = gw->family, .gw = *gw };
	char text[VR_IP_TEXT];

	if (gw->family == AF_UNSPEC)
		return 0;
	if (!result_has_family(&interface->addresses, gw->family))
		return cni_fail(
			err, CNI_CONFIG,
			"network \"%s\": \"default-route\" is \"%s\", but the interface has no address of this family",
			interface->definition.network.name,
			vr_ip_format(gw, text));
	return cni_routes_add(&interface->routes, &route, err);
}

static int add_wanted(struct plan_interface *interface, struct vr_error *err)
{
	const struct cni_routes *wanted = interface->wanted_routes;
	struct cni_route route;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && wanted && i < wanted->count; i++) {
		route = wanted->items[i];
		if (cni_route_lacks_gateway(&route))
			route.gw = gateway_of(interface, route.dst.ip.family);
		ret = cni_routes_add(&interface->routes, &route, err);
	}
	return ret;
}

/* Has a request asked for the default route of the family? */
static bool default_is_taken(const struct plan *plan, int family)
{
	const struct plan_interface *interface;
	unsigned int i;

	for (i = 0; i < plan->attachment.interface_count; i++) {
		interface = &plan->interfaces[i];
		if (interface->default_gateways[family == AF_INET6].family !=
		    AF_UNSPEC)
			return true;
		if (interface->own_default &&
		    gateway_of(interface, family).family != AF_UNSPEC)
			return true;
	}
	return false;
}

static int check_own_default(const struct plan_interface *interface,
			     struct vr_error *err)
{
	if (!interface->own_default ||
	    gateway_of(interface, AF_INET).family != AF_UNSPEC ||
	    gateway_of(interface, AF_INET6).family != AF_UNSPEC)
		return 0;
	return cni_fail(
		err, CNI_CONFIG,
		"network \"%s\": \"default-route\" is [], but the network has no gateway",
		interface->definition.network.name);
}

static int check_ipv6_mtu(const struct plan_interface *interface,
			  struct vr_error *err)
{
	if (!interface->wanted_mtu || interface->wanted_mtu >= IPV6_MIN_MTU ||
	    !result_has_family(&interface->addresses, AF_INET6))
		return 0;
	return cni_fail(
		err, CNI_CONFIG,
		"network \"%s\": \"mtu\" is %u, below the least of %d with an IPv6 address",
		interface->definition.network.name, interface->wanted_mtu,
		IPV6_MIN_MTU);
}

int plan_add_routes(struct plan *plan, unsigned int index, struct vr_error *err)
{
	struct plan_interface *interface = &plan->interfaces[index];
	bool first = attachment_is_first(&plan->attachment,
					 &plan->attachment.interfaces[index]);
	const bool defaults[2] = {
		first ? !default_is_taken(plan, AF_INET)
		      : interface->own_default,
		first ? !default_is_taken(plan, AF_INET6)
		      : interface->own_default,
	};
	int ret;

	ret = check_ipv6_mtu(interface, err);
	if (!ret)
		ret = check_own_default(interface, err);
	if (!ret)
		ret = add_wanted_default(interface,
					 &interface->default_gateways[0], err);
	if (!ret)
		ret = add_wanted_default(interface,
					 &interface->default_gateways[1], err);
	if (!ret)
		ret = add_wanted(interface, err);
	if (!ret)
		ret = add_listed(plan, interface, &interface->definition.routes,
				 defaults, err);
	if (!ret)
		ret = add_listed(plan, interface, &interface->addresses.routes,
				 defaults, err);
	if (!ret && defaults[0])
		ret = add_default(interface, AF_INET, err);
	if (!ret && defaults[1])
		ret = add_default(interface, AF_INET6, err);
	return ret;
}
