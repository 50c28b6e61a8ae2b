// SPDX-License-Identifier: Apache-2.0
/*
 * Requests about many objects: a whole pod added at once, and flushes.
 */
#include "apply.h"

#include <netlink/attr.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"

static void vr_apply_put_networks(struct vr_msg *msg,
				  const struct vr_apply *objects)
{
	unsigned int i;

	for (i = 0; i < objects->network_count; i++) {
		vr_msg_nest_object(msg, VR_A_APPLY_NETWORK, "network %s",
				   objects->networks[i].name);
		vr_network_put(msg, &objects->networks[i]);
		vr_msg_end(msg);
	}
}

static void vr_apply_put_ports(struct vr_msg *msg,
			       const struct vr_apply *objects)
{
	unsigned int i;

	for (i = 0; i < objects->port_count; i++) {
		vr_msg_nest_object(msg, VR_A_APPLY_PORT, "port %s",
				   objects->ports[i].ifname);
		vr_port_put(msg, &objects->ports[i]);
		vr_msg_end(msg);
	}
}

static void vr_apply_put_endpoints(struct vr_msg *msg,
				   const struct vr_apply *objects)
{
	char mac[VR_MAC_TEXT] = "";
	unsigned int i;

	for (i = 0; i < objects->endpoint_count; i++) {
		if (!msg->untold)
			vr_mac_format(objects->endpoints[i].mac, mac);
		vr_msg_nest_object(msg, VR_A_APPLY_ENDPOINT, "endpoint %s",
				   mac);
		vr_endpoint_put(msg, &objects->endpoints[i]);
		vr_msg_end(msg);
	}
}

static void vr_apply_put_routes(struct vr_msg *msg,
				const struct vr_apply *objects)
{
	char text[VR_PREFIX_TEXT] = "";
	struct vr_prefix prefix;
	unsigned int i;

	for (i = 0; i < objects->route_count; i++) {
		prefix.ip = objects->routes[i].prefix;
		prefix.length = objects->routes[i].prefix_length;
		if (!msg->untold)
			vr_prefix_format(&prefix, text);
		vr_msg_nest_object(msg, VR_A_APPLY_ROUTE, "route %s", text);
		vr_route_put(msg, &objects->routes[i]);
		vr_msg_end(msg);
	}
}

void vr_apply_put(struct vr_msg *msg, const struct vr_apply *objects)
{
	vr_apply_put_networks(msg, objects);
	vr_apply_put_ports(msg, objects);
	vr_apply_put_endpoints(msg, objects);
	vr_apply_put_routes(msg, objects);
}

static int vr_apply_parse_network(const struct nlattr *nest,
				  struct vr_apply *objects,
				  struct vr_error *err)
{
	struct vr_network *network;

	network = vr_list_grow(&objects->networks, &objects->network_count,
			       sizeof(*network));
	if (!network)
		return vr_error_memory(err);

	return vr_network_parse(nla_data(nest), nla_len(nest), network, err);
}

static int vr_apply_parse_port(const struct nlattr *nest,
			       struct vr_apply *objects, struct vr_error *err)
{
	struct vr_port *port;

	port = vr_list_grow(&objects->ports, &objects->port_count,
			    sizeof(*port));
	if (!port)
		return vr_error_memory(err);

	return vr_port_parse(nla_data(nest), nla_len(nest), port, err);
}

static int vr_apply_parse_endpoint(const struct nlattr *nest,
				   struct vr_apply *objects,
				   struct vr_error *err)
{
	struct vr_endpoint *endpoint;

	endpoint = vr_list_grow(&objects->endpoints, &objects->endpoint_count,
				sizeof(*endpoint));
	if (!endpoint)
		return vr_error_memory(err);

	return vr_endpoint_parse(nla_data(nest), nla_len(nest), endpoint, err);
}

static int vr_apply_parse_route(const struct nlattr *nest,
				struct vr_apply *objects, struct vr_error *err)
{
	struct vr_route *route;

	route = vr_list_grow(&objects->routes, &objects->route_count,
			     sizeof(*route));
	if (!route)
		return vr_error_memory(err);

	return vr_route_parse(nla_data(nest), nla_len(nest), route, err);
}

static int vr_apply_parse_nest(const struct nlattr *nest,
			       struct vr_apply *objects, struct vr_error *err)
{
	switch (nla_type(nest)) {
	case VR_A_APPLY_NETWORK:
		return vr_apply_parse_network(nest, objects, err);
	case VR_A_APPLY_PORT:
		return vr_apply_parse_port(nest, objects, err);
	case VR_A_APPLY_ENDPOINT:
		return vr_apply_parse_endpoint(nest, objects, err);
	case VR_A_APPLY_ROUTE:
		return vr_apply_parse_route(nest, objects, err);
	default:
		return 0;
	}
}

int vr_apply_parse(const struct nlattr *attrs, int len,
		   struct vr_apply *objects, struct vr_error *err)
{
	const struct nlattr *attr;
	int rem, ret;

	nla_for_each_attr(attr, attrs, len, rem) {
		ret = vr_apply_parse_nest(attr, objects, err);
		if (ret < 0)
			return ret;
	}

	return 0;
}

void vr_apply_free(struct vr_apply *objects)
{
	unsigned int i;

	for (i = 0; i < objects->network_count; i++)
		vr_network_free(&objects->networks[i]);
	for (i = 0; i < objects->port_count; i++)
		vr_port_free(&objects->ports[i]);
	for (i = 0; i < objects->endpoint_count; i++)
		vr_endpoint_free(&objects->endpoints[i]);
	for (i = 0; i < objects->route_count; i++)
		vr_route_free(&objects->routes[i]);

	free(objects->networks);
	free(objects->ports);
	free(objects->endpoints);
	free(objects->routes);
	memset(objects, 0, sizeof(*objects));
}

/* The module may spread its answer over several messages: they add up. */
static int vr_apply_take(const struct nlmsghdr *hdr, void *arg,
			 struct vr_error *err)
{
	struct vr_apply *reply = arg;
	const struct nlattr *attrs;
	int len;

	attrs = vr_nl_attrs(hdr, &len);
	return vr_apply_parse(attrs, len, reply, err);
}

int vr_apply(struct vr_nl *nl, uint16_t flags, const struct vr_apply *objects,
	     struct vr_apply *reply, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;

	msg.untold = !err;
	vr_msg_start_genl(&msg, nl->family, VR_CMD_APPLY, VR_GENL_VERSION,
			  flags);
	vr_apply_put(&msg, objects);

	if (reply)
		memset(reply, 0, sizeof(*reply));
	return vr_nl_call(nl, &msg, reply ? vr_apply_take : NULL, reply, err);
}

static const struct vr_field flush_fields[] = {
	VR_FIELD_NAMED(struct vr_flush, origin, VR_A_FLUSH_ORIGIN, "origin",
		       &vr_origin_names),
	VR_FIELD(struct vr_flush, network, VR_A_FLUSH_NETWORK, VR_FIELD_STRING,
		 "network"),
	VR_FIELD(struct vr_flush, network_id, VR_A_FLUSH_NETWORK_ID,
		 VR_FIELD_U32, "network-id"),
	{ .attr = VR_A_FLUSH_NETWORKS,
	  .type = VR_FIELD_FLAG,
	  .key = "networks" },
	{ .attr = VR_A_FLUSH_PORTS, .type = VR_FIELD_FLAG, .key = "ports" },
	{ .attr = VR_A_FLUSH_ENDPOINTS,
	  .type = VR_FIELD_FLAG,
	  .key = "endpoints" },
	{ .attr = VR_A_FLUSH_ROUTES, .type = VR_FIELD_FLAG, .key = "routes" },
	VR_FIELD(struct vr_flush, deleted, VR_A_FLUSH_DELETED, VR_FIELD_U32,
		 NULL),
};

static int vr_flush_take(const struct nlmsghdr *hdr, void *arg,
			 struct vr_error *err)
{
	const struct nlattr *attrs, *attr;
	int len, rem, ret;

	attrs = vr_nl_attrs(hdr, &len);
	nla_for_each_attr(attr, attrs, len, rem) {
		ret = vr_fields_parse(flush_fields, ARRAY_SIZE(flush_fields),
				      attr, arg, err);
		if (ret < 0)
			return ret;
	}

	return 0;
}

int vr_flush(struct vr_nl *nl, const struct vr_flush *flush, uint32_t *deleted,
	     struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_flush reply = { .set = 0 };
	int ret;

	vr_msg_start_genl(&msg, nl->family, VR_CMD_FLUSH, VR_GENL_VERSION, 0);
	vr_fields_put(&msg, flush_fields, ARRAY_SIZE(flush_fields), flush);

	ret = vr_nl_call(nl, &msg, vr_flush_take, &reply, err);
	if (deleted)
		*deleted = reply.deleted;

	return ret;
}
