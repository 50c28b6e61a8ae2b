// SPDX-License-Identifier: Apache-2.0
/*
 * The host's port on one network.  Entry points: host_port_keep() and
 * host_port_remove().
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "../cni/sysctl.h"
#include "../lib/field.h"
#include "../lib/network.h"
#include "../lib/port.h"
#include "../lib/route.h"
#include "host_rule.h"
#include "host_port.h"
#include "host_route.h"

#define DESCRIPTION "host"

static const int families[] = { AF_INET, AF_INET6 };

void host_port_set_number(struct host_port *port, uint32_t number)
{
	port->number = number;
	snprintf(port->device, sizeof(port->device), HOST_PORT_DEVICE "%u",
		 number);
	snprintf(port->vrf, sizeof(port->vrf), HOST_PORT_VRF "%u", number);
}

static uint32_t table_of(const struct host_port *port)
{
	return HOST_PORT_TABLE + port->number;
}

static const struct vr_ip *address_of(const struct host_port *port, int family)
{
	unsigned int i;

	for (i = 0; i < port->taken.count; i++) {
		if (port->taken.ips[i].family == family)
			return &port->taken.ips[i];
	}
	return NULL;
}

/* --- the device */

static int find_device(const struct host_port_context *context,
		       struct host_port *port, struct vr_error *err)
{
	struct podns_link link;
	int ret;

	ret = podns_link_find(context->own, port->device, &link, err);
	if (!ret && !link.ifindex) {
		ret = podns_link_create(&context->own->nl, context->own,
					port->device, port->taken.taker.mac,
					err);
		if (!ret)
			ret = podns_link_find(context->own, port->device, &link,
					      err);
	}
	if (!ret && strcmp(link.kind, "vr") != 0)
		ret = vr_error_set(err, EEXIST,
				   "device %s is there, but not of type vr",
				   port->device);
	port->ifindex = link.ifindex;
	return ret;
}

static int remove_link(const struct host_port_context *context,
		       const char *ifname, const char *kind,
		       struct vr_error *err)
{
	struct podns_link link;
	int ret;

	ret = podns_link_find(context->own, ifname, &link, err);
	if (ret || !link.ifindex || strcmp(link.kind, kind) != 0)
		return ret;
	return podns_link_delete(context->own, link.ifindex, err);
}

/* In its vrf, or in none and without one. */
static int keep_vrf(const struct host_port_context *context,
		    struct host_port *port, struct vr_error *err)
{
	struct vr_nl *nl = &context->own->nl;
	struct podns_link link;
	int ret;

	if (port->reached) {
		ret = vrf_set_master(nl, port->ifindex, 0, err);
		return ret ? ret : remove_link(context, port->vrf, "vrf", err);
	}
	ret = podns_link_find(context->own, port->vrf, &link, err);
	if (!ret && !link.ifindex) {
		ret = vrf_create(nl, port->vrf, table_of(port), err);
		if (!ret)
			ret = podns_link_find(context->own, port->vrf, &link,
					      err);
	}
	return ret ? ret : vrf_set_master(nl, port->ifindex, link.ifindex, err);
}

/* Whole ones: which prefixes are behind the device is said by routes. */
static int keep_addresses(const struct host_port_context *context,
			  const struct host_port *port, struct vr_error *err)
{
	struct vr_prefix address;
	unsigned int i;
	int ret;

	ret = podns_configure(context->own, port->device,
			      address_of(port, AF_INET6), false, err);
	for (i = 0; !ret && i < port->taken.count; i++) {
		address.ip = port->taken.ips[i];
		address.length = 8 * vr_family_bytes(address.ip.family);
		ret = podns_address_add(context->own, port->ifindex, &address,
					err);
		if (ret == -EEXIST)
			ret = 0;
	}
	return ret;
}

/*
 * The main table leads to some of its pods only: strict reverse path filtering
 * would have it that the others are somewhere else.  A vrf has a table of its own.
 */
static int keep_filter(const struct host_port_context *context,
		       const struct host_port *port, struct vr_error *err)
{
	cJSON *loose;
	int ret;

	if (!port->reached)
		return 0;
	loose = cJSON_CreateObject();
	cJSON_AddStringToObject(loose, "net.ipv4.conf.IFNAME.rp_filter", "2");
	ret = sysctl_write(context->own, port->device, loose, err);
	cJSON_Delete(loose);
	return ret;
}

/* What comes from outside has others' addresses. */
static int attach(const struct host_port_context *context,
		  const struct host_port *port, struct vr_error *err)
{
	struct vr_port request = {
		.set = VR_BIT(VR_A_PORT_NETWORK) | VR_BIT(VR_A_PORT_IFNAME) |
		       VR_BIT(VR_A_PORT_DESCRIPTION) |
		       VR_BIT(VR_A_PORT_ORIGIN) | VR_BIT(VR_A_PORT_ANTISPOOF),
		.origin = VR_ORIGIN_AGENT,
	};
	unsigned int i;
	int ret = 0;

	snprintf(request.network, sizeof(request.network), "%s",
		 port->entry.key);
	snprintf(request.ifname, sizeof(request.ifname), "%s", port->device);
	snprintf(request.description, sizeof(request.description), DESCRIPTION);
	for (i = 0; !ret && i < port->taken.count; i++)
		ret = vr_port_add_address(&request, &port->taken.ips[i], err);
	if (!ret)
		ret = vr_port_call(context->router, VR_CMD_PORT_NEW,
				   NLM_F_CREATE, &request, NULL, err);
	vr_port_free(&request);
	return ret;
}

static int set_up(const struct host_port_context *context,
		  const struct host_port *port, struct vr_error *err)
{
	struct vr_network request = { .set = VR_BIT(VR_A_NETWORK_NAME) };
	struct vr_network now = { 0 };
	int ret;

	snprintf(request.name, sizeof(request.name), "%s", port->entry.key);
	ret = vr_network_call(context->router, VR_CMD_NETWORK_GET, 0, &request,
			      &now, err);
	if (!ret)
		ret = podns_link_up(context->own, port->ifindex, now.mtu, err);
	vr_network_free(&now);
	return ret;
}

/* --- the ways */

static int keep_table(const struct host_port_context *context,
		      const struct host_port *port, struct vr_error *err)
{
	const struct vr_network *network = &port->network->definition.network;
	struct vr_prefix subnet;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < network->subnet_count; i++) {
		subnet = network->subnets[i];
		vr_prefix_mask(&subnet);
		ret = host_route_on_link(&context->own->nl, port->ifindex,
					 table_of(port), &subnet, err);
	}
	return ret;
}

/* Answers to what left are marked. */
static struct vr_rule marked_rule(const struct host_port *port)
{
	return (struct vr_rule){
		.priority = HOST_RULE_MARKED,
		.table = table_of(port),
		.mark = table_of(port),
		.protocol = HOST_ROUTE_PROTOCOL,
	};
}

static struct vr_rule incoming_rule(const struct host_port *port)
{
	return (struct vr_rule){
		.priority = HOST_RULE_DEVICE,
		.table = table_of(port),
		.device = port->device,
		.protocol = HOST_ROUTE_PROTOCOL,
	};
}

/* What comes in by a vrf the kernel knows. */
static int keep_rules(const struct host_port_context *context,
		      const struct host_port *port, int family,
		      struct vr_error *err)
{
	const struct vr_rule marked = marked_rule(port);
	const struct vr_rule incoming = incoming_rule(port);
	struct vr_nl *nl = &context->own->nl;
	int ret;

	ret = host_rule_local_later(nl, family, err);
	if (!ret)
		ret = vr_rule_add(nl, family, &marked, err);
	if (!ret)
		ret = port->reached ? vr_rule_add(nl, family, &incoming, err)
				    : vr_rule_del(nl, family, &incoming, err);
	return ret;
}

static int remove_rules(const struct host_port_context *context,
			const struct host_port *port, int family,
			struct vr_error *err)
{
	const struct vr_rule marked = marked_rule(port);
	const struct vr_rule incoming = incoming_rule(port);
	struct vr_nl *nl = &context->own->nl;
	int ret;

	ret = vr_rule_del(nl, family, &marked, err);
	return ret ? ret : vr_rule_del(nl, family, &incoming, err);
}

static struct vr_route default_route(const struct host_port *port, int family)
{
	const struct vr_prefix any = { .ip.family = family };
	struct vr_route route = { .set = VR_BIT(VR_A_ROUTE_NETWORK) };

	snprintf(route.network, sizeof(route.network), "%s", port->entry.key);
	vr_route_set_prefix(&route, &any);
	return route;
}

/* What the router has no other way for comes to us. */
static int lead_router(const struct host_port_context *context,
		       const struct host_port *port, int family,
		       struct vr_error *err)
{
	struct vr_nexthop nexthop = {
		.set = VR_BIT(VR_A_NEXTHOP_TYPE) | VR_BIT(VR_A_NEXTHOP_VIA),
		.type = VR_NEXTHOP_TYPE_ADDRESS,
		.via = *address_of(port, family),
	};
	struct vr_route route = default_route(port, family);
	int ret;

	route.set |= VR_BIT(VR_A_ROUTE_ORIGIN);
	route.origin = VR_ORIGIN_AGENT;
	ret = vr_route_add_nexthop(&route, &nexthop, err);
	if (!ret)
		ret = vr_route_call(context->router, VR_CMD_ROUTE_NEW,
				    NLM_F_CREATE | NLM_F_REPLACE, &route, NULL,
				    err);
	vr_route_free(&route);
	return ret;
}

static int keep_ways(const struct host_port_context *context,
		     const struct host_port *port, struct vr_error *err)
{
	size_t i;
	int ret;

	ret = keep_table(context, port, err);
	for (i = 0; !ret && i < ARRAY_SIZE(families); i++) {
		if (!address_of(port, families[i]))
			continue;
		ret = keep_rules(context, port, families[i], err);
		if (!ret)
			ret = host_route_forward(families[i], err);
		if (!ret)
			ret = lead_router(context, port, families[i], err);
	}
	return ret;
}

int host_port_keep(const struct host_port_context *context,
		   struct host_port *port, struct vr_error *err)
{
	int ret;

	ret = find_device(context, port, err);
	if (!ret)
		ret = keep_vrf(context, port, err);
	if (!ret)
		ret = keep_addresses(context, port, err);
	if (!ret)
		ret = keep_filter(context, port, err);
	if (!ret)
		ret = attach(context, port, err);
	if (!ret)
		ret = set_up(context, port, err);
	if (!ret)
		ret = keep_ways(context, port, err);
	return ret;
}

static bool is_in(const struct prefixes *list, const struct vr_prefix *prefix)
{
	unsigned int i;

	for (i = 0; i < list->count; i++) {
		if (vr_prefix_equal(&list->items[i], prefix))
			return true;
	}
	return false;
}

static bool is_link_local(const struct vr_ip *ip)
{
	return ip->family == AF_INET6 && ip->bytes[0] == 0xfe &&
	       (ip->bytes[1] & 0xc0) == 0x80;
}

/* What leads to it, and should not, goes; what does already is noted. */
static int take_stock(const struct host_port_context *context,
		      struct host_port *port, const struct cni_routes *routes,
		      const struct prefixes *wanted, struct vr_error *err)
{
	const struct cni_route *route;
	unsigned int i;
	int ret = 0;

	prefixes_free(&port->led);
	for (i = 0; !ret && i < routes->count; i++) {
		route = &routes->items[i];
		/* IPv6 has some of the link's own in the main table. */
		if (route->ifindex != port->ifindex || route->table ||
		    is_link_local(&route->dst.ip))
			continue;
		if (is_in(wanted, &route->dst))
			ret = prefixes_add(&port->led, &route->dst, err);
		else
			ret = host_route_off_link(&context->own->nl,
						  port->ifindex, RT_TABLE_MAIN,
						  &route->dst, err);
	}
	return ret;
}

int host_port_lead(const struct host_port_context *context,
		   struct host_port *port, const struct cni_routes *routes,
		   const struct prefixes *wanted, struct vr_error *err)
{
	unsigned int i;
	int ret;

	ret = take_stock(context, port, routes, wanted, err);
	for (i = 0; !ret && i < wanted->count; i++) {
		if (is_in(&port->led, &wanted->items[i]))
			continue;
		ret = host_route_on_link(&context->own->nl, port->ifindex,
					 RT_TABLE_MAIN, &wanted->items[i], err);
		if (!ret)
			ret = prefixes_add(&port->led, &wanted->items[i], err);
	}
	return ret;
}

int host_port_remove_devices(const struct host_port_context *context,
			     struct host_port *port, struct vr_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(families); i++)
		ret = remove_rules(context, port, families[i], err);
	if (!ret)
		ret = remove_link(context, port->device, "vr", err);
	if (!ret)
		ret = remove_link(context, port->vrf, "vrf", err);
	return ret;
}

int host_port_remove(const struct host_port_context *context,
		     struct host_port *port, struct vr_error *err)
{
	struct vr_route route;
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(families); i++) {
		route = default_route(port, families[i]);
		ret = vr_route_call(context->router, VR_CMD_ROUTE_DEL, 0,
				    &route, NULL, err);
		if (ret == -ENOENT)
			ret = 0;
	}
	return ret ? ret : host_port_remove_devices(context, port, err);
}
