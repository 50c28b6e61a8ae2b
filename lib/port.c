// SPDX-License-Identifier: Apache-2.0
/*
 * Ports: struct to request, answer to struct.
 */
#include "port.h"

#include <netlink/attr.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"

static const struct vr_field fields[] = {
	VR_FIELD(struct vr_port, id, VR_A_PORT_ID, VR_FIELD_U32, "id"),
	VR_FIELD(struct vr_port, network, VR_A_PORT_NETWORK, VR_FIELD_STRING,
		 "network"),
	VR_FIELD(struct vr_port, network_id, VR_A_PORT_NETWORK_ID, VR_FIELD_U32,
		 "network-id"),
	VR_FIELD(struct vr_port, ifname, VR_A_PORT_IFNAME, VR_FIELD_STRING,
		 "dev"),
	VR_FIELD(struct vr_port, ifindex, VR_A_PORT_IFINDEX, VR_FIELD_U32,
		 "ifindex"),
	VR_FIELD(struct vr_port, netns_id, VR_A_PORT_NETNS_ID, VR_FIELD_S32,
		 NULL),
	VR_FIELD_NAMED(struct vr_port, kind, VR_A_PORT_KIND, NULL,
		       &vr_port_kind_names),
	VR_FIELD(struct vr_port, mac, VR_A_PORT_MAC, VR_FIELD_MAC, "mac"),
	{ .attr = VR_A_PORT_NO_ADDRESSES,
	  .type = VR_FIELD_FLAG,
	  .key = "no-addresses" },
	VR_FIELD(struct vr_port, gateway, VR_A_PORT_GATEWAY, VR_FIELD_SWITCH,
		 "gateway"),
	VR_FIELD(struct vr_port, antispoof, VR_A_PORT_ANTISPOOF,
		 VR_FIELD_SWITCH, "antispoof"),
	{ .attr = VR_A_PORT_NO_ALLOWED,
	  .type = VR_FIELD_FLAG,
	  .key = "no-allowed" },
	VR_FIELD(struct vr_port, vlan, VR_A_PORT_VLAN, VR_FIELD_SWITCH, "vlan"),
	VR_FIELD(struct vr_port, dhcp_server, VR_A_PORT_DHCP_SERVER,
		 VR_FIELD_SWITCH, "dhcp-server"),
	VR_FIELD(struct vr_port, router_advertisement,
		 VR_A_PORT_ROUTER_ADVERTISEMENT, VR_FIELD_SWITCH,
		 "router-advertisement"),
	VR_FIELD(struct vr_port, sequence, VR_A_PORT_SEQUENCE, VR_FIELD_U32,
		 "sequence"),
	VR_FIELD_NAMED(struct vr_port, state, VR_A_PORT_STATE, "state",
		       &vr_endpoint_state_names),
	VR_FIELD(struct vr_port, description, VR_A_PORT_DESCRIPTION,
		 VR_FIELD_STRING, "description"),
	VR_FIELD_NAMED(struct vr_port, origin, VR_A_PORT_ORIGIN, "origin",
		       &vr_origin_names),
	VR_FIELD(struct vr_port, rate_in, VR_A_PORT_RATE_IN, VR_FIELD_RATE,
		 "rate-in"),
	VR_FIELD(struct vr_port, burst_in, VR_A_PORT_BURST_IN, VR_FIELD_SIZE,
		 "burst-in"),
	VR_FIELD(struct vr_port, rate_out, VR_A_PORT_RATE_OUT, VR_FIELD_RATE,
		 "rate-out"),
	VR_FIELD(struct vr_port, burst_out, VR_A_PORT_BURST_OUT, VR_FIELD_SIZE,
		 "burst-out"),
	VR_FIELD(struct vr_port, storm_rate, VR_A_PORT_STORM_RATE, VR_FIELD_U32,
		 "storm-rate"),
	VR_FIELD(struct vr_port, storm_burst, VR_A_PORT_STORM_BURST,
		 VR_FIELD_U32, "storm-burst"),
	VR_FIELD(struct vr_port, learn, VR_A_PORT_LEARN, VR_FIELD_SWITCH,
		 "learn"),
	VR_FIELD(struct vr_port, learn_limit, VR_A_PORT_LEARN_LIMIT,
		 VR_FIELD_U32, "learn-limit"),
	VR_FIELD(struct vr_port, learn_ageing, VR_A_PORT_LEARN_AGEING,
		 VR_FIELD_U32, "learn-ageing"),
	VR_FIELD(struct vr_port, up, VR_A_PORT_UP, VR_FIELD_SWITCH, NULL),
	VR_FIELD(struct vr_port, mtu, VR_A_PORT_MTU, VR_FIELD_U32, NULL),
};

/* Prefix and length are one word to the user: vr_port_put_allowed(). */
static const struct vr_field allowed_fields[] = {
	VR_FIELD(struct vr_allowed, prefix, VR_A_ALLOWED_PREFIX, VR_FIELD_IP,
		 NULL),
	VR_FIELD(struct vr_allowed, prefix_length, VR_A_ALLOWED_PREFIX_LENGTH,
		 VR_FIELD_U8, NULL),
	VR_FIELD_NAMED(struct vr_allowed, mode, VR_A_ALLOWED_MODE, "allowed",
		       &vr_allowed_mode_names),
};

static const struct vr_field stats_fields[] = {
	VR_FIELD(struct vr_port_stats, rx_packets, VR_A_PORT_STATS_RX_PACKETS,
		 VR_FIELD_U64, NULL),
	VR_FIELD(struct vr_port_stats, rx_bytes, VR_A_PORT_STATS_RX_BYTES,
		 VR_FIELD_U64, NULL),
	VR_FIELD(struct vr_port_stats, tx_packets, VR_A_PORT_STATS_TX_PACKETS,
		 VR_FIELD_U64, NULL),
	VR_FIELD(struct vr_port_stats, tx_bytes, VR_A_PORT_STATS_TX_BYTES,
		 VR_FIELD_U64, NULL),
};

int vr_port_add_address(struct vr_port *port, const struct vr_ip *address,
			struct vr_error *err)
{
	struct vr_ip *item;

	item = vr_list_grow(&port->addresses, &port->address_count,
			    sizeof(*item));
	if (!item)
		return vr_error_memory(err);

	*item = *address;
	return 0;
}

int vr_port_add_allowed(struct vr_port *port, const struct vr_allowed *allowed,
			struct vr_error *err)
{
	struct vr_allowed *item;

	item = vr_list_grow(&port->allowed, &port->allowed_count,
			    sizeof(*item));
	if (!item)
		return vr_error_memory(err);

	*item = *allowed;
	return 0;
}

void vr_port_free(struct vr_port *port)
{
	free(port->addresses);
	free(port->allowed);
	free(port->stats.drops);
	memset(port, 0, sizeof(*port));
}

static void vr_port_put_allowed(struct vr_msg *msg,
				const struct vr_allowed *allowed)
{
	struct vr_prefix prefix = {
		.ip = allowed->prefix,
		.length = allowed->prefix_length,
	};
	char text[VR_PREFIX_TEXT];

	vr_msg_nest(msg, VR_A_PORT_ALLOWED, "allowed %s",
		    vr_prefix_format(&prefix, text));
	vr_msg_put(msg, VR_A_ALLOWED_PREFIX, prefix.ip.bytes,
		   vr_family_bytes(prefix.ip.family), NULL);
	vr_msg_put(msg, VR_A_ALLOWED_PREFIX_LENGTH, &prefix.length,
		   sizeof(prefix.length), NULL);
	vr_fields_put(msg, allowed_fields, ARRAY_SIZE(allowed_fields), allowed);
	vr_msg_end(msg);
}

void vr_port_put(struct vr_msg *msg, const struct vr_port *port)
{
	unsigned int i;

	vr_fields_put(msg, fields, ARRAY_SIZE(fields), port);
	if (vr_is_set(port, VR_A_PORT_NETNS_FD))
		vr_msg_put_netns(msg, VR_A_PORT_NETNS_FD, port->netns_fd,
				 port->netns);
	for (i = 0; i < port->address_count; i++)
		vr_msg_put_ip(msg, VR_A_PORT_ADDRESS, "address",
			      &port->addresses[i]);
	for (i = 0; i < port->allowed_count; i++)
		vr_port_put_allowed(msg, &port->allowed[i]);
}

static int vr_port_parse_address(const struct nlattr *attr,
				 struct vr_port *port, struct vr_error *err)
{
	struct vr_ip address;
	int ret;

	ret = vr_ip_parse_attr(attr, &address, err);
	if (ret < 0)
		return ret;

	return vr_port_add_address(port, &address, err);
}

static int vr_port_parse_allowed(const struct nlattr *nest,
				 struct vr_port *port, struct vr_error *err)
{
	struct vr_allowed allowed = { .set = 0 };
	const struct nlattr *attr;
	int rem, ret;

	nla_for_each_nested(attr, (struct nlattr *)nest, rem) {
		ret = vr_fields_parse(allowed_fields,
				      ARRAY_SIZE(allowed_fields), attr,
				      &allowed, err);
		if (ret < 0)
			return ret;
	}

	return vr_port_add_allowed(port, &allowed, err);
}

static int vr_port_parse_drop(const struct nlattr *nest,
			      struct vr_port_stats *stats, struct vr_error *err)
{
	struct vr_drop *drop;

	drop = vr_list_grow(&stats->drops, &stats->drop_count, sizeof(*drop));
	if (!drop)
		return vr_error_memory(err);

	return vr_drop_parse(nla_data(nest), nla_len(nest), drop, err);
}

static int vr_port_parse_stats(const struct nlattr *nest, struct vr_port *port,
			       struct vr_error *err)
{
	const struct nlattr *attr;
	int rem, ret;

	port->set |= VR_BIT(VR_A_PORT_STATS);
	nla_for_each_nested(attr, (struct nlattr *)nest, rem) {
		if (nla_type(attr) == VR_A_PORT_STATS_DROP)
			ret = vr_port_parse_drop(attr, &port->stats, err);
		else
			ret = vr_fields_parse(stats_fields,
					      ARRAY_SIZE(stats_fields), attr,
					      &port->stats, err);
		if (ret < 0)
			return ret;
	}

	return 0;
}

int vr_port_parse(const struct nlattr *attrs, int len, struct vr_port *port,
		  struct vr_error *err)
{
	const struct nlattr *attr;
	int rem, ret;

	memset(port, 0, sizeof(*port));
	nla_for_each_attr(attr, attrs, len, rem) {
		switch (nla_type(attr)) {
		case VR_A_PORT_ADDRESS:
			ret = vr_port_parse_address(attr, port, err);
			break;
		case VR_A_PORT_ALLOWED:
			ret = vr_port_parse_allowed(attr, port, err);
			break;
		case VR_A_PORT_STATS:
			ret = vr_port_parse_stats(attr, port, err);
			break;
		default:
			ret = vr_fields_parse(fields, ARRAY_SIZE(fields), attr,
					      port, err);
			break;
		}
		if (ret < 0)
			return ret;
	}

	return 0;
}

/* The answer to a request is one port: the last one counts. */
static int vr_port_take(const struct nlmsghdr *hdr, void *arg,
			struct vr_error *err)
{
	struct vr_port *reply = arg;
	const struct nlattr *attrs;
	int len;

	attrs = vr_nl_attrs(hdr, &len);
	vr_port_free(reply);
	return vr_port_parse(attrs, len, reply, err);
}

int vr_port_call(struct vr_nl *nl, uint8_t cmd, uint16_t flags,
		 const struct vr_port *port, struct vr_port *reply,
		 struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;

	vr_msg_start_genl(&msg, nl->family, cmd, VR_GENL_VERSION, flags);
	vr_port_put(&msg, port);

	if (reply)
		memset(reply, 0, sizeof(*reply));
	return vr_nl_call(nl, &msg, reply ? vr_port_take : NULL, reply, err);
}

struct vr_port_each {
	vr_port_cb cb;
	void *arg;
};

static int vr_port_each(const struct nlmsghdr *hdr, void *arg,
			struct vr_error *err)
{
	const struct vr_port_each *each = arg;
	const struct nlattr *attrs;
	struct vr_port port;
	int len, ret;

	attrs = vr_nl_attrs(hdr, &len);
	ret = vr_port_parse(attrs, len, &port, err);
	if (ret == 0)
		ret = each->cb(&port, each->arg, err);
	vr_port_free(&port);

	return ret;
}

int vr_port_dump(struct vr_nl *nl, const struct vr_port *filter, vr_port_cb cb,
		 void *arg, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_port_each each = { .cb = cb, .arg = arg };

	vr_msg_start_genl(&msg, nl->family, VR_CMD_PORT_GET, VR_GENL_VERSION,
			  0);
	if (filter)
		vr_port_put(&msg, filter);
	return vr_nl_dump(nl, &msg, vr_port_each, &each, err);
}
