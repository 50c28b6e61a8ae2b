// SPDX-License-Identifier: Apache-2.0
/*
 * All that an instance of the router has.  Entry points: router_copy_take(), and
 * in this order router_copy_make_networks(), _port() and _ways().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "router_copy.h"

#define NAME_TEXT (VR_MAX_DESCRIPTION + 64)

/* --- taking it */

static int take_network(const struct nlmsghdr *hdr, void *arg,
			struct vr_error *err)
{
	struct vr_apply *objects = arg;
	struct vr_network *network = vr_list_grow(&objects->networks,
						  &objects->network_count,
						  sizeof(*network));
	const struct nlattr *attrs;
	int len, ret;

	if (!network)
		return vr_error_memory(err);
	attrs = vr_nl_attrs(hdr, &len);
	ret = vr_network_parse(attrs, len, network, err);
	network->set &=
		~(VR_BIT(VR_A_NETWORK_PORTS) | VR_BIT(VR_A_NETWORK_ENDPOINTS) |
		  VR_BIT(VR_A_NETWORK_ROUTES));
	/* It follows from the ways to others. */
	if (network->mtu_auto)
		network->set &= ~VR_BIT(VR_A_NETWORK_MTU);
	return ret;
}

static int take_port(const struct nlmsghdr *hdr, void *arg,
		     struct vr_error *err)
{
	struct vr_apply *objects = arg;
	struct vr_port *port = vr_list_grow(&objects->ports,
					    &objects->port_count,
					    sizeof(*port));
	const struct nlattr *attrs;
	int len;

	if (!port)
		return vr_error_memory(err);
	attrs = vr_nl_attrs(hdr, &len);
	return vr_port_parse(attrs, len, port, err);
}

/* A port's own comes with the port, and what was learned is learned again. */
static bool is_made_by_itself(const struct vr_endpoint *endpoint,
			      const struct vr_apply *objects)
{
	unsigned int i;

	if (endpoint->origin == VR_ORIGIN_LEARNED)
		return true;
	if (!vr_is_set(endpoint, VR_A_ENDPOINT_PORT_ID))
		return false;
	for (i = 0; i < objects->port_count; i++) {
		if (objects->ports[i].id == endpoint->port_id)
			return !memcmp(objects->ports[i].mac, endpoint->mac,
				       VR_MAC_LEN);
	}
	return false;
}

static int take_endpoint(const struct nlmsghdr *hdr, void *arg,
			 struct vr_error *err)
{
	struct vr_apply *objects = arg;
	struct vr_endpoint endpoint, *item;
	const struct nlattr *attrs;
	int len, ret;

	attrs = vr_nl_attrs(hdr, &len);
	ret = vr_endpoint_parse(attrs, len, &endpoint, err);
	if (ret || is_made_by_itself(&endpoint, objects)) {
		vr_endpoint_free(&endpoint);
		return ret;
	}
	item = vr_list_grow(&objects->endpoints, &objects->endpoint_count,
			    sizeof(*item));
	if (!item) {
		vr_endpoint_free(&endpoint);
		return vr_error_memory(err);
	}
	*item = endpoint;
	return 0;
}

static int take_route(const struct nlmsghdr *hdr, void *arg,
		      struct vr_error *err)
{
	struct vr_apply *objects = arg;
	const struct nlattr *attrs;
	struct vr_route route, *item;
	int len, ret;

	attrs = vr_nl_attrs(hdr, &len);
	ret = vr_route_parse(attrs, len, &route, err);
	/* A subnet's is made with its network. */
	if (ret || (route.nexthop_count &&
		    route.nexthops[0].type == VR_NEXTHOP_TYPE_CONNECTED)) {
		vr_route_free(&route);
		return ret;
	}
	item = vr_list_grow(&objects->routes, &objects->route_count,
			    sizeof(*item));
	if (!item) {
		vr_route_free(&route);
		return vr_error_memory(err);
	}
	*item = route;
	return 0;
}

static int take_uplink(const struct nlmsghdr *hdr, void *arg,
		       struct vr_error *err)
{
	struct router_copy *copy = arg;
	struct vr_uplink *uplink = vr_list_grow(&copy->uplinks,
						&copy->uplink_count,
						sizeof(*uplink));
	const struct nlattr *attrs;
	int len, ret;

	if (!uplink)
		return vr_error_memory(err);
	attrs = vr_nl_attrs(hdr, &len);
	ret = vr_uplink_parse(attrs, len, uplink, err);
	uplink->set &= ~(
		VR_BIT(VR_A_UPLINK_REMOTES) | VR_BIT(VR_A_UPLINK_RX_PACKETS) |
		VR_BIT(VR_A_UPLINK_RX_BYTES) | VR_BIT(VR_A_UPLINK_TX_PACKETS) |
		VR_BIT(VR_A_UPLINK_TX_BYTES));
	/* One of ours has its device's name, which is no part of a request. */
	if (uplink->type != VR_UPLINK_TYPE_DEVICE)
		uplink->set &= ~VR_BIT(VR_A_UPLINK_IFNAME);
	return ret;
}

static int dump(struct vr_nl *router, uint8_t cmd, vr_nl_cb take, void *arg,
		struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;

	vr_msg_start_genl(&msg, router->family, cmd, VR_GENL_VERSION, 0);
	return vr_nl_dump(router, &msg, take, arg, err);
}

int router_copy_take(struct router_copy *copy, struct vr_nl *router,
		     struct vr_error *err)
{
	struct vr_apply *objects = &copy->objects;
	int ret;

	*copy = (struct router_copy){ 0 };
	ret = dump(router, VR_CMD_UPLINK_GET, take_uplink, copy, err);
	if (!ret)
		ret = dump(router, VR_CMD_NETWORK_GET, take_network, objects,
			   err);
	if (!ret)
		ret = dump(router, VR_CMD_PORT_GET, take_port, objects, err);
	if (!ret)
		ret = dump(router, VR_CMD_ENDPOINT_GET, take_endpoint, objects,
			   err);
	if (!ret)
		ret = dump(router, VR_CMD_ROUTE_GET, take_route, objects, err);
	return ret;
}

/* --- making it */

static void complain(const struct router_copy_maker *maker, int ret,
		     const char *kind, const char *name,
		     const struct vr_error *err)
{
	char what[NAME_TEXT];

	if (!ret)
		return;
	snprintf(what, sizeof(what), "%s %s", kind, name);
	maker->failed(what, err, maker->arg);
}

static void make_uplink(const struct vr_uplink *uplink,
			const struct router_copy_maker *maker)
{
	struct vr_uplink request = *uplink, peers = { 0 };
	struct vr_error error = { 0 };
	int ret;

	request.peers = (struct vr_ip_list){ 0 };
	ret = vr_uplink_call(maker->router, VR_CMD_UPLINK_NEW, NLM_F_CREATE,
			     &request, NULL, &error);
	if (!ret && uplink->peers.count) {
		peers.set = VR_BIT(VR_A_UPLINK_NAME);
		memcpy(peers.name, uplink->name, sizeof(peers.name));
		peers.peer_add = uplink->peers;
		ret = vr_uplink_call(maker->router, VR_CMD_UPLINK_SET, 0,
				     &peers, NULL, &error);
	}
	complain(maker, ret, "uplink", uplink->name, &error);
}

/* A flood list does not say by which uplink, but what else is there does. */
static const char *uplink_to(const struct vr_apply *objects,
			     const struct vr_ip *vtep)
{
	const struct vr_endpoint *endpoint;
	unsigned int i;

	for (i = 0; i < objects->endpoint_count; i++) {
		endpoint = &objects->endpoints[i];
		if (vr_is_set(endpoint, VR_A_ENDPOINT_REMOTE) &&
		    vr_ip_equal(&endpoint->remote, vtep))
			return endpoint->uplink;
	}
	return NULL;
}

static void make_flood(const struct vr_apply *objects,
		       const struct vr_network *network,
		       const struct router_copy_maker *maker)
{
	struct vr_network change = { .set = VR_BIT(VR_A_NETWORK_NAME) };
	struct vr_error error = { 0 };
	const char *uplink;
	unsigned int i;
	int ret;

	memcpy(change.name, network->name, sizeof(change.name));
	change.flood_add.count = 1;
	for (i = 0; i < network->flood.count; i++) {
		change.flood_add.items = &network->flood.items[i];
		uplink = uplink_to(objects, &network->flood.items[i]);
		change.set &= ~VR_BIT(VR_A_NETWORK_UPLINK);
		if (uplink) {
			change.set |= VR_BIT(VR_A_NETWORK_UPLINK);
			snprintf(change.uplink, sizeof(change.uplink), "%s",
				 uplink);
		}
		ret = vr_network_call(maker->router, VR_CMD_NETWORK_SET, 0,
				      &change, NULL, &error);
		complain(maker, ret == -EEXIST ? 0 : ret,
			 "flood list of network", network->name, &error);
	}
}

static void make_network(const struct vr_apply *objects,
			 const struct vr_network *network,
			 const struct router_copy_maker *maker)
{
	struct vr_network request = *network;
	struct vr_error error = { 0 };
	int ret;

	request.flood = (struct vr_ip_list){ 0 };
	ret = vr_network_call(maker->router, VR_CMD_NETWORK_NEW, NLM_F_CREATE,
			      &request, NULL, &error);
	complain(maker, ret, "network", network->name, &error);
	if (!ret)
		make_flood(objects, network, maker);
}

void router_copy_make_networks(const struct router_copy *copy,
			       const struct router_copy_maker *maker)
{
	const struct vr_apply *objects = &copy->objects;
	unsigned int i;

	for (i = 0; i < copy->uplink_count; i++)
		make_uplink(&copy->uplinks[i], maker);
	for (i = 0; i < objects->network_count; i++)
		make_network(objects, &objects->networks[i], maker);
}

void router_copy_make_port(const struct vr_port *port,
			   const struct router_copy_maker *maker)
{
	struct vr_port request = *port;
	struct vr_error error = { 0 };
	int ret;

	request.set &= ~(VR_BIT(VR_A_PORT_ID) | VR_BIT(VR_A_PORT_NETWORK_ID) |
			 VR_BIT(VR_A_PORT_IFNAME) | VR_BIT(VR_A_PORT_NETNS_ID) |
			 VR_BIT(VR_A_PORT_KIND) | VR_BIT(VR_A_PORT_UP) |
			 VR_BIT(VR_A_PORT_MTU) | VR_BIT(VR_A_PORT_STATS));
	if (vr_is_set(port, VR_A_PORT_NETNS_ID)) {
		request.set |= VR_BIT(VR_A_PORT_NETNS_FD);
		request.netns_fd = maker->netns(port->netns_id, maker->arg);
	}
	ret = vr_port_call(maker->router, VR_CMD_PORT_NEW, NLM_F_CREATE,
			   &request, NULL, &error);
	complain(maker, ret, "port",
		 port->description[0] ? port->description : port->ifname,
		 &error);
}

static void make_endpoint(const struct vr_endpoint *endpoint,
			  const struct router_copy_maker *maker)
{
	struct vr_endpoint request = *endpoint;
	struct vr_error error = { 0 };
	char mac[VR_MAC_TEXT];
	int ret;

	request.set &=
		~(VR_BIT(VR_A_ENDPOINT_ID) | VR_BIT(VR_A_ENDPOINT_NETWORK_ID) |
		  VR_BIT(VR_A_ENDPOINT_PORT_ID) | VR_BIT(VR_A_ENDPOINT_IFNAME) |
		  VR_BIT(VR_A_ENDPOINT_NETNS_ID));
	if (vr_is_set(endpoint, VR_A_ENDPOINT_NETNS_ID)) {
		request.set |= VR_BIT(VR_A_ENDPOINT_NETNS_FD);
		request.netns_fd = maker->netns(endpoint->netns_id, maker->arg);
	}
	ret = vr_endpoint_call(maker->router, VR_CMD_ENDPOINT_NEW,
			       NLM_F_CREATE | NLM_F_REPLACE, &request, NULL,
			       &error);
	complain(maker, ret, "endpoint", vr_mac_format(endpoint->mac, mac),
		 &error);
}

static void aim(struct vr_nexthop *nexthop,
		const struct router_copy_maker *maker)
{
	nexthop->set &=
		~(VR_BIT(VR_A_NEXTHOP_PORT_ID) | VR_BIT(VR_A_NEXTHOP_IFNAME));
	if (!vr_is_set(nexthop, VR_A_NEXTHOP_NETNS_ID))
		return;
	nexthop->set &= ~VR_BIT(VR_A_NEXTHOP_NETNS_ID);
	nexthop->set |= VR_BIT(VR_A_NEXTHOP_NETNS_FD);
	nexthop->netns_fd = maker->netns(nexthop->netns_id, maker->arg);
}

static void make_route(const struct vr_route *route,
		       const struct router_copy_maker *maker)
{
	struct vr_route request = *route;
	struct vr_error error = { 0 };
	char prefix[VR_IP_TEXT];
	unsigned int i;
	int ret = 0;

	request.set &= ~VR_BIT(VR_A_ROUTE_NETWORK_ID);
	request.nexthops = NULL;
	request.nexthop_count = 0;
	for (i = 0; !ret && i < route->nexthop_count; i++) {
		struct vr_nexthop nexthop = route->nexthops[i];

		aim(&nexthop, maker);
		ret = vr_route_add_nexthop(&request, &nexthop, &error);
	}
	if (!ret)
		ret = vr_route_call(maker->router, VR_CMD_ROUTE_NEW,
				    NLM_F_CREATE | NLM_F_REPLACE, &request,
				    NULL, &error);
	complain(maker, ret, "route", vr_ip_format(&route->prefix, prefix),
		 &error);
	vr_route_free(&request);
}

void router_copy_make_ways(const struct router_copy *copy,
			   const struct router_copy_maker *maker)
{
	const struct vr_apply *objects = &copy->objects;
	unsigned int i;

	for (i = 0; i < objects->endpoint_count; i++)
		make_endpoint(&objects->endpoints[i], maker);
	for (i = 0; i < objects->route_count; i++)
		make_route(&objects->routes[i], maker);
}

void router_copy_free(struct router_copy *copy)
{
	unsigned int i;

	vr_apply_free(&copy->objects);
	for (i = 0; i < copy->uplink_count; i++)
		vr_uplink_free(&copy->uplinks[i]);
	free(copy->uplinks);
	*copy = (struct router_copy){ 0 };
}
