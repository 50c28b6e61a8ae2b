// SPDX-License-Identifier: Apache-2.0
/*
 * Which routes an interface gets in the container.
 * Entry point: plan_add_routes().
 */
#include <sys/socket.h>

#include "code.h"
#include "plan_routes.h"

#define IPV6_MIN_MTU 1280

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

struct vr_ip plan_gateway(const struct plan_interface *interface, int family)
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
		.gw = plan_gateway(interface, family),
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
			route.gw = plan_gateway(interface, route.dst.ip.family);
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
			route.gw = plan_gateway(interface, route.dst.ip.family);
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
		    plan_gateway(interface, family).family != AF_UNSPEC)
			return true;
	}
	return false;
}

/* Is the default route that of another interface than the first? */
static bool default_is_elsewhere(const struct plan *plan, int family)
{
	const struct plan_interface *interface = &plan->interfaces[0];

	return default_is_taken(plan, family) &&
	       interface->default_gateways[family == AF_INET6].family ==
		       AF_UNSPEC &&
	       !interface->own_default;
}

static bool is_on_link(const struct result *addresses,
		       const struct vr_prefix *dst)
{
	struct vr_prefix subnet;
	unsigned int i;

	for (i = 0; i < addresses->ip_count; i++) {
		subnet = addresses->ips[i].address;
		vr_prefix_mask(&subnet);
		if (vr_prefix_equal(&subnet, dst))
			return true;
	}
	return false;
}

/* Has any interface a subnet of this, or was the route asked for? */
static bool is_asked_for(const struct plan *plan, const struct cni_route *route)
{
	const struct plan_interface *interface;
	unsigned int i;

	for (i = 0; i < plan->attachment.interface_count; i++) {
		interface = &plan->interfaces[i];
		if (is_on_link(&interface->addresses, &route->dst) ||
		    (interface->wanted_routes &&
		     has_route(interface->wanted_routes, route)))
			return true;
	}
	return false;
}

/* To nodes, pods and services, when the rest is led elsewhere. */
static int add_cluster_routes(const struct plan *plan,
			      struct plan_interface *interface,
			      struct vr_error *err)
{
	struct cni_route route;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < plan->cluster_routes.count; i++) {
		route = plan->cluster_routes.items[i];
		route.gw = plan_gateway(interface, route.dst.ip.family);
		if (route.gw.family == AF_UNSPEC ||
		    !default_is_elsewhere(plan, route.dst.ip.family) ||
		    is_asked_for(plan, &route) || is_had(plan, &route))
			continue;
		ret = cni_routes_add(&interface->routes, &route, err);
	}
	return ret;
}

static int check_own_default(const struct plan_interface *interface,
			     struct vr_error *err)
{
	if (!interface->own_default ||
	    plan_gateway(interface, AF_INET).family != AF_UNSPEC ||
	    plan_gateway(interface, AF_INET6).family != AF_UNSPEC)
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
	bool first = !plan->keeps_default &&
		     attachment_is_first(&plan->attachment,
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
	if (!ret && first)
		ret = add_cluster_routes(plan, interface, err);
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
