// SPDX-License-Identifier: Apache-2.0
/*
 * Routes and their next hops: struct to request, answer to struct.
 */
#include "route.h"

#include <netlink/attr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"

/* Prefix and length are one word to the user: vr_route_put_prefix(). */
static const struct vr_field fields[] = {
	VR_FIELD(struct vr_route, network, VR_A_ROUTE_NETWORK, VR_FIELD_STRING,
		 "network"),
	VR_FIELD(struct vr_route, network_id, VR_A_ROUTE_NETWORK_ID,
		 VR_FIELD_U32, "network-id"),
	VR_FIELD(struct vr_route, prefix, VR_A_ROUTE_PREFIX, VR_FIELD_IP, NULL),
	VR_FIELD(struct vr_route, prefix_length, VR_A_ROUTE_PREFIX_LENGTH,
		 VR_FIELD_U8, NULL),
	VR_FIELD_NAMED(struct vr_route, origin, VR_A_ROUTE_ORIGIN, "origin",
		       &vr_origin_names),
	VR_FIELD(struct vr_route, address, VR_A_ROUTE_ADDRESS, VR_FIELD_IP,
		 "address"),
	VR_FIELD(struct vr_route, source, VR_A_ROUTE_SOURCE, VR_FIELD_IP,
		 "from"),
	VR_FIELD(struct vr_route, protocol, VR_A_ROUTE_PROTOCOL, VR_FIELD_U8,
		 "proto"),
	VR_FIELD(struct vr_route, source_port, VR_A_ROUTE_SOURCE_PORT,
		 VR_FIELD_U16, "sport"),
	VR_FIELD(struct vr_route, destination_port, VR_A_ROUTE_DESTINATION_PORT,
		 VR_FIELD_U16, "dport"),
};

static const struct vr_field nexthop_fields[] = {
	VR_FIELD_NAMED(struct vr_nexthop, type, VR_A_NEXTHOP_TYPE, "via",
		       &vr_nexthop_type_names),
	VR_FIELD(struct vr_nexthop, via, VR_A_NEXTHOP_VIA, VR_FIELD_IP, "via"),
	VR_FIELD(struct vr_nexthop, port_id, VR_A_NEXTHOP_PORT_ID, VR_FIELD_U32,
		 "via port"),
	VR_FIELD(struct vr_nexthop, ifname, VR_A_NEXTHOP_IFNAME,
		 VR_FIELD_STRING, "via dev"),
	VR_FIELD(struct vr_nexthop, ifindex, VR_A_NEXTHOP_IFINDEX, VR_FIELD_U32,
		 "via ifindex"),
	VR_FIELD(struct vr_nexthop, netns_id, VR_A_NEXTHOP_NETNS_ID,
		 VR_FIELD_S32, NULL),
	VR_FIELD(struct vr_nexthop, remote, VR_A_NEXTHOP_REMOTE, VR_FIELD_IP,
		 "via remote"),
	VR_FIELD(struct vr_nexthop, uplink, VR_A_NEXTHOP_UPLINK,
		 VR_FIELD_STRING, "uplink"),
	VR_FIELD(struct vr_nexthop, weight, VR_A_NEXTHOP_WEIGHT, VR_FIELD_U16,
		 "weight"),
	VR_FIELD(struct vr_nexthop, mac, VR_A_NEXTHOP_MAC, VR_FIELD_MAC, "mac"),
};

void vr_route_set_prefix(struct vr_route *route, const struct vr_prefix *prefix)
{
	route->prefix = prefix->ip;
	route->prefix_length = prefix->length;
	route->set |= VR_BIT(VR_A_ROUTE_PREFIX) |
		      VR_BIT(VR_A_ROUTE_PREFIX_LENGTH);
}

int vr_route_add_nexthop(struct vr_route *route,
			 const struct vr_nexthop *nexthop, struct vr_error *err)
{
	struct vr_nexthop *item;

	item = vr_list_grow(&route->nexthops, &route->nexthop_count,
			    sizeof(*item));
	if (!item)
		return vr_error_memory(err);

	*item = *nexthop;
	return 0;
}

void vr_route_free(struct vr_route *route)
{
	free(route->nexthops);
	memset(route, 0, sizeof(*route));
}

static void vr_route_put_prefix(struct vr_msg *msg,
				const struct vr_route *route)
{
	struct vr_prefix prefix = {
		.ip = route->prefix,
		.length = route->prefix_length,
	};
	char text[VR_PREFIX_TEXT] = "";

	if (!msg->untold)
		vr_prefix_format(&prefix, text);
	vr_msg_put(msg, VR_A_ROUTE_PREFIX, prefix.ip.bytes,
		   vr_family_bytes(prefix.ip.family), "prefix %s", text);
	vr_msg_put(msg, VR_A_ROUTE_PREFIX_LENGTH, &prefix.length,
		   sizeof(prefix.length), "prefix %s", text);
}

/* As the user writes it behind "via", without a namespace or a weight. */
static void vr_nexthop_format(const struct vr_nexthop *nexthop, char *buf,
			      size_t size)
{
	const char *type = vr_names_text(&vr_nexthop_type_names, nexthop->type);
	char ip[VR_IP_TEXT];

	if (vr_is_set(nexthop, VR_A_NEXTHOP_VIA))
		snprintf(buf, size, "%s", vr_ip_format(&nexthop->via, ip));
	else if (vr_is_set(nexthop, VR_A_NEXTHOP_REMOTE))
		snprintf(buf, size, "remote %s",
			 vr_ip_format(&nexthop->remote, ip));
	else if (vr_is_set(nexthop, VR_A_NEXTHOP_IFNAME))
		snprintf(buf, size, "dev %s", nexthop->ifname);
	else if (vr_is_set(nexthop, VR_A_NEXTHOP_PORT_ID))
		snprintf(buf, size, "port %u", nexthop->port_id);
	else if (vr_is_set(nexthop, VR_A_NEXTHOP_IFINDEX))
		snprintf(buf, size, "ifindex %u", nexthop->ifindex);
	else
		snprintf(buf, size, "%s", type ? type : "?");
}

static void vr_route_put_nexthop(struct vr_msg *msg,
				 const struct vr_nexthop *nexthop)
{
	char text[64] = "";

	if (!msg->untold)
		vr_nexthop_format(nexthop, text, sizeof(text));
	vr_msg_nest(msg, VR_A_ROUTE_NEXTHOP, "nexthop via %s", text);
	vr_fields_put(msg, nexthop_fields, ARRAY_SIZE(nexthop_fields), nexthop);
	if (vr_is_set(nexthop, VR_A_NEXTHOP_NETNS_FD))
		vr_msg_put_netns(msg, VR_A_NEXTHOP_NETNS_FD, nexthop->netns_fd,
				 nexthop->netns);
	vr_msg_end(msg);
}

void vr_route_put(struct vr_msg *msg, const struct vr_route *route)
{
	unsigned int i;

	vr_fields_put(msg, fields, ARRAY_SIZE(fields), route);
	if (vr_is_set(route, VR_A_ROUTE_PREFIX))
		vr_route_put_prefix(msg, route);
	for (i = 0; i < route->nexthop_count; i++)
		vr_route_put_nexthop(msg, &route->nexthops[i]);
}

static int vr_route_parse_nexthop(const struct nlattr *nest,
				  struct vr_route *route, struct vr_error *err)
{
	struct vr_nexthop nexthop = { .set = 0 };
	const struct nlattr *attr;
	int rem, ret;

	nla_for_each_nested(attr, (struct nlattr *)nest, rem) {
		ret = vr_fields_parse(nexthop_fields,
				      ARRAY_SIZE(nexthop_fields), attr,
				      &nexthop, err);
		if (ret < 0)
			return ret;
	}

	return vr_route_add_nexthop(route, &nexthop, err);
}

int vr_route_parse(const struct nlattr *attrs, int len, struct vr_route *route,
		   struct vr_error *err)
{
	const struct nlattr *attr;
	int rem, ret;

	memset(route, 0, sizeof(*route));
	nla_for_each_attr(attr, attrs, len, rem) {
		if (nla_type(attr) == VR_A_ROUTE_NEXTHOP)
			ret = vr_route_parse_nexthop(attr, route, err);
		else
			ret = vr_fields_parse(fields, ARRAY_SIZE(fields), attr,
					      route, err);
		if (ret < 0)
			return ret;
	}

	return 0;
}

/* The answer to a request is one route: the last one counts. */
static int vr_route_take(const struct nlmsghdr *hdr, void *arg,
			 struct vr_error *err)
{
	struct vr_route *reply = arg;
	const struct nlattr *attrs;
	int len;

	attrs = vr_nl_attrs(hdr, &len);
	vr_route_free(reply);
	return vr_route_parse(attrs, len, reply, err);
}

int vr_route_call(struct vr_nl *nl, uint8_t cmd, uint16_t flags,
		  const struct vr_route *route, struct vr_route *reply,
		  struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;

	vr_msg_start_genl(&msg, nl->family, cmd, VR_GENL_VERSION, flags);
	vr_route_put(&msg, route);

	if (reply)
		memset(reply, 0, sizeof(*reply));
	return vr_nl_call(nl, &msg, reply ? vr_route_take : NULL, reply, err);
}

struct vr_route_each {
	vr_route_cb cb;
	void *arg;
};

static int vr_route_each(const struct nlmsghdr *hdr, void *arg,
			 struct vr_error *err)
{
	const struct vr_route_each *each = arg;
	const struct nlattr *attrs;
	struct vr_route route;
	int len, ret;

	attrs = vr_nl_attrs(hdr, &len);
	ret = vr_route_parse(attrs, len, &route, err);
	if (ret == 0)
		ret = each->cb(&route, each->arg, err);
	vr_route_free(&route);

	return ret;
}

int vr_route_dump(struct vr_nl *nl, const struct vr_route *filter,
		  vr_route_cb cb, void *arg, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_route_each each = { .cb = cb, .arg = arg };

	vr_msg_start_genl(&msg, nl->family, VR_CMD_ROUTE_GET, VR_GENL_VERSION,
			  0);
	if (filter)
		vr_route_put(&msg, filter);
	return vr_nl_dump(nl, &msg, vr_route_each, &each, err);
}
