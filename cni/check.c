// SPDX-License-Identifier: Apache-2.0
/*
 * CHECK: the state file says what there should be, the kernel what there is,
 * prevResult what the runtime was told.  Entry point: cni_check().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "check.h"
#include "code.h"
#include "delegate.h"
#include "host.h"
#include "ipam.h"
#include "json.h"
#include "podns.h"
#include "result.h"
#include "router.h"
#include "state.h"

/* What the steps of one CHECK share. */
struct checking {
	const struct environment *env;
	const struct netconf *netconf;
	struct attachment attachment;
	struct result told; /* prevResult */
	struct podns podns;
	struct vr_nl router;
	char *others; /* CNI_ARGS of all interfaces but the first */
	struct ipam_call *calls;
	unsigned int call_count;
};

static bool is_in(const struct vr_ip *ip, const struct vr_port *port)
{
	unsigned int i;

	for (i = 0; i < port->address_count; i++) {
		if (vr_ip_equal(&port->addresses[i], ip))
			return true;
	}
	return false;
}

static bool is_on(const struct vr_ip *ip,
		  const struct podns_addresses *addresses)
{
	unsigned int i;

	for (i = 0; i < addresses->count; i++) {
		if (vr_ip_equal(&addresses->items[i].ip, ip))
			return true;
	}
	return false;
}

/* The MAC of the device may have been changed by a plugin behind us. */
static int check_mac(const struct checking *checking,
		     const struct attachment_interface *interface,
		     const struct podns_link *link, const struct vr_port *port,
		     struct vr_error *err)
{
	int told = result_find_inside(&checking->told, interface->ifname);
	char mac[VR_MAC_TEXT], wanted[VR_MAC_TEXT];

	vr_mac_format(link->mac, mac);
	vr_mac_format(interface->mac, wanted);
	if (memcmp(port->mac, interface->mac, VR_MAC_LEN) != 0)
		return cni_fail(err, CNI_CHANGED,
				"its port has MAC %s instead of %s",
				vr_mac_format(port->mac, mac), wanted);
	if (told >= 0 && checking->told.interfaces[told].mac)
		snprintf(wanted, sizeof(wanted), "%s",
			 checking->told.interfaces[told].mac);
	if (strcasecmp(mac, wanted) != 0)
		return cni_fail(err, CNI_CHANGED, "it has MAC %s instead of %s",
				mac, wanted);
	return 0;
}

/* prevResult within the module's addresses, and those on the device. */
static int check_addresses(const struct checking *checking,
			   const struct attachment_interface *interface,
			   const struct podns_addresses *addresses,
			   const struct vr_port *port, struct vr_error *err)
{
	int told = result_find_inside(&checking->told, interface->ifname);
	const struct result_ip *ip;
	char text[VR_IP_TEXT];
	unsigned int i;

	for (i = 0; i < checking->told.ip_count; i++) {
		ip = &checking->told.ips[i];
		if (ip->interface == told && told >= 0 &&
		    !is_in(&ip->address.ip, port))
			return cni_fail(err, CNI_CHANGED,
					"its port has no address %s",
					vr_ip_format(&ip->address.ip, text));
	}
	for (i = 0; i < port->address_count; i++) {
		if (!is_on(&port->addresses[i], addresses))
			return cni_fail(err, CNI_CHANGED,
					"it has no address %s",
					vr_ip_format(&port->addresses[i],
						     text));
	}
	return 0;
}

static int check_device(struct checking *checking,
			const struct attachment_interface *interface,
			struct podns_link *link, struct vr_error *err)
{
	const char *type = interface->host_ifname[0] ? "veth" : "vr";
	int ret;

	ret = podns_link_find(&checking->podns, interface->ifname, link, err);
	if (ret)
		return ret;
	if (!link->ifindex)
		return cni_fail(err, CNI_CHANGED, "it does not exist");
	if (strcmp(link->kind, type) != 0)
		return cni_fail(err, CNI_CHANGED,
				"it is of type \"%s\" instead of \"%s\"",
				link->kind, type);
	if (!link->up)
		return cni_fail(err, CNI_CHANGED, "it is down");
	return 0;
}

/* What the module says of it; free @port afterwards. */
static int check_port(struct checking *checking,
		      const struct attachment_interface *interface,
		      struct vr_port *port, struct vr_error *err)
{
	bool found;
	int ret;

	ret = router_interface_port(&checking->router, &checking->podns,
				    interface, port, &found, err);
	if (ret)
		return ret;
	if (!found || !vr_is_set(port, VR_A_PORT_NETWORK))
		return cni_fail(err, CNI_CHANGED,
				"it is attached to no network");
	if (strcmp(port->network, interface->network) != 0)
		return cni_fail(err, CNI_CHANGED,
				"it is attached to network \"%s\" instead of \"%s\"",
				port->network, interface->network);
	if (interface->host_ifname[0] && !port->up)
		return cni_fail(err, CNI_CHANGED, "its host end %s is down",
				interface->host_ifname);
	return 0;
}

/* What an IPAM plugin's CHECK wants for prevResult. */
static cJSON *ipam_result(const struct checking *checking,
			  const struct attachment_interface *interface,
			  const struct podns_addresses *addresses,
			  const struct vr_port *port, struct vr_error *err)
{
	cleanup_result struct result result = { 0 };
	struct result_ip ip = { 0 };
	char mac[VR_MAC_TEXT];
	unsigned int i;

	ip.interface = result_add_interface(&result, interface->ifname,
					    vr_mac_format(interface->mac, mac),
					    checking->env->netns, 0, err);
	if (ip.interface < 0)
		return NULL;
	for (i = 0; i < addresses->count; i++) {
		ip.address = addresses->items[i];
		if (is_in(&ip.address.ip, port) &&
		    result_add_ip(&result, &ip, err))
			return NULL;
	}
	return result_to_json(&result, checking->netconf->version, err);
}

/* The plugin is called when all interfaces were looked at, with the others. */
static int plan_ipam(struct checking *checking,
		     const struct attachment_interface *interface,
		     const struct podns_addresses *addresses,
		     const struct vr_port *port, struct vr_error *err)
{
	struct ipam_call *call;
	cJSON *result, *conf;

	if (!interface->ipam)
		return 0;
	call = vr_list_grow(&checking->calls, &checking->call_count,
			    sizeof(*call));
	conf = cJSON_Duplicate(interface->ipam, true);
	result = ipam_result(checking, interface, addresses, port, err);
	if (!call || !conf || !result) {
		cJSON_Delete(result);
		cJSON_Delete(conf);
		return vr_error_memory(err);
	}
	*call = ipam_call_for(&checking->attachment, interface, checking->env,
			      checking->others, "CHECK");
	call->conf = conf;
	json_replace(result, "cniVersion",
		     cJSON_Duplicate(json_item(conf, "cniVersion"), true), err);
	return json_replace(conf, "prevResult", result, err);
}

static void free_calls(struct checking *checking)
{
	unsigned int i;

	for (i = 0; i < checking->call_count; i++)
		cJSON_Delete((cJSON *)checking->calls[i].conf);
	ipam_calls_free(checking->calls, checking->call_count);
}

static int check_interface(struct checking *checking,
			   const struct attachment_interface *interface,
			   struct vr_error *err)
{
	struct podns_addresses addresses = { 0 };
	struct vr_port port = { 0 };
	struct podns_link link;
	int ret;

	ret = check_device(checking, interface, &link, err);
	if (!ret)
		ret = podns_addresses(&checking->podns, link.ifindex,
				      &addresses, err);
	if (!ret)
		ret = check_port(checking, interface, &port, err);
	if (!ret)
		ret = check_mac(checking, interface, &link, &port, err);
	if (!ret)
		ret = check_addresses(checking, interface, &addresses, &port,
				      err);
	if (!ret)
		ret = plan_ipam(checking, interface, &addresses, &port, err);
	vr_port_free(&port);
	free(addresses.items);
	if (ret)
		return cni_wrap(err, CNI_ROUTER,
				"interface %s in network \"%s\"",
				interface->ifname, interface->network);
	return 0;
}

static int check_delegates(const struct checking *checking,
			   struct vr_error *err)
{
	const struct attachment *attachment = &checking->attachment;
	const struct delegate_call call = {
		.env = checking->env,
		.netns = checking->env->netns,
		.args = checking->others,
		.seconds = checking->netconf->ipam_timeout,
	};
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < attachment->delegate_count; i++)
		ret = delegate_check(&call, &attachment->delegates[i], err);
	return ret;
}

static bool has_route(const struct cni_routes *routes,
		      const struct cni_route *wanted)
{
	const struct cni_route *route;
	unsigned int i;

	for (i = 0; i < routes->count; i++) {
		route = &routes->items[i];
		if (vr_prefix_equal(&route->dst, &wanted->dst) &&
		    (!wanted->gw.family ||
		     vr_ip_equal(&route->gw, &wanted->gw)))
			return true;
	}
	return false;
}

/* Plugins behind us move routes to tables of their own: sbr, vrf. */
static int check_routes(struct checking *checking, struct vr_error *err)
{
	const struct cni_routes *told = &checking->told.routes;
	struct cni_routes routes;
	char dst[VR_PREFIX_TEXT];
	unsigned int i;
	int ret;

	ret = podns_routes(&checking->podns, &routes, err);
	for (i = 0; !ret && i < told->count; i++) {
		if (!has_route(&routes, &told->items[i]))
			ret = cni_fail(
				err, CNI_CHANGED,
				"the container has no route to %s as in prevResult",
				vr_prefix_format(&told->items[i].dst, dst));
	}
	cni_routes_free(&routes);
	return ret;
}

static int check_told(struct checking *checking, struct vr_error *err)
{
	const struct netconf *netconf = checking->netconf;
	int ret;

	if (!netconf->prev_result)
		return cni_fail(err, CNI_CONFIG,
				"CHECK needs \"prevResult\", which is missing");
	ret = result_parse(netconf->prev_result, "prevResult", &checking->told,
			   err);
	if (ret)
		return ret;
	if (result_find_inside(&checking->told, checking->env->ifname) < 0)
		return cni_fail(
			err, CNI_CONFIG,
			"prevResult has no interface \"%s\" of the container",
			checking->env->ifname);
	return 0;
}

static int load(struct checking *checking, struct vr_error *err)
{
	const struct environment *env = checking->env;
	bool found;
	int ret;

	ret = state_load(checking->netconf->state_dir, checking->netconf->name,
			 env->container_id, env->ifname, &checking->attachment,
			 &found, err);
	if (!ret && !found)
		return cni_fail(
			err, CNI_CHANGED,
			"container \"%s\" has no interface \"%s\" in network \"%s\": nothing was added, or it was deleted",
			env->container_id, env->ifname,
			checking->netconf->name);
	return ret;
}

static int check(struct checking *checking, struct vr_error *err)
{
	const struct attachment *attachment = &checking->attachment;
	const struct environment *env = checking->env;
	unsigned int i;
	int ret;

	ret = check_told(checking, err);
	if (!ret)
		ret = load(checking, err);
	if (!ret)
		ret = podns_open(&checking->podns, env->netns, err);
	if (!ret && !env->own_netns)
		ret = podns_refuse_own(&checking->podns, env->netns, err);
	if (ret)
		return ret;
	ret = vr_nl_open(&checking->router, -1, err);
	if (ret)
		return cni_wrap(err, CNI_ROUTER, "cannot talk to the router");
	for (i = 0; !ret && i < attachment->interface_count; i++)
		ret = check_interface(checking, &attachment->interfaces[i],
				      err);
	if (!ret && attachment->host_interface[0])
		ret = host_check(&checking->router,
				 attachment->interfaces[0].network,
				 attachment->host_interface, err);
	if (!ret)
		ret = check_routes(checking, err);
	if (!ret)
		ret = ipam_run_all(checking->calls, checking->call_count,
				   checking->netconf->ipam_timeout, err);
	if (!ret)
		ret = check_delegates(checking, err);
	return ret;
}

int cni_check(const struct environment *env, struct netconf *netconf,
	      struct vr_error *err)
{
	struct checking checking = {
		.env = env,
		.netconf = netconf,
		.podns = PODNS_INIT,
		.router = VR_NL_INIT,
	};
	int ret;

	if (netconf->version < CNI_0_4_0)
		return cni_fail(
			err, CNI_VERSION,
			"CHECK needs cniVersion 0.4.0 or later, it is \"%s\"",
			netconf_versions[netconf->version]);
	checking.others = environment_args_of_others(env->args);
	if (!checking.others)
		return vr_error_memory(err);
	ret = netconf_parse_rest(netconf, env, err);
	if (!ret)
		ret = check(&checking, err);
	free_calls(&checking);
	free(checking.others);
	vr_nl_close(&checking.router);
	podns_close(&checking.podns);
	result_free(&checking.told);
	attachment_free(&checking.attachment);
	return ret;
}
