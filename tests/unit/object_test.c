// SPDX-License-Identifier: Apache-2.0
/*
 * Objects: what goes into a request comes out of an answer, and malformed
 * answers are refused.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>

#include "lib/apply.h"
#include "lib/field.h"
#include "lib/limit.h"
#include "lib/uplink.h"
#include "tap.h"

static void start(struct vr_msg *msg)
{
	vr_msg_start_genl(msg, 33, 1, VR_GENL_VERSION, 0);
}

static const struct nlattr *attrs(const struct vr_msg *msg)
{
	int len;

	return vr_nl_attrs(nlmsg_hdr(msg->nl), &len);
}

static int length(const struct vr_msg *msg)
{
	int len;

	vr_nl_attrs(nlmsg_hdr(msg->nl), &len);
	return len;
}

static struct vr_prefix prefix_of(const char *text)
{
	struct vr_prefix prefix = { .length = 0 };

	vr_prefix_parse("prefix", text, &prefix, NULL);
	return prefix;
}

static struct vr_ip ip_of(const char *text)
{
	struct vr_ip ip = { .family = AF_UNSPEC };

	vr_ip_parse("ip", text, &ip, NULL);
	return ip;
}

static void fill_network(struct vr_network *network)
{
	struct vr_prefix four = prefix_of("10.1.1.1/24");
	struct vr_prefix six = prefix_of("2001:db8::1/64");

	memset(network, 0, sizeof(*network));
	network->id = 7;
	strcpy(network->name, "blue/one");
	network->vni = VR_MAX_VNI;
	network->mtu = 1400;
	memcpy(network->gateway_mac, "\x02\0\0\0\0\1", VR_MAC_LEN);
	strcpy(network->description, "the blue one");
	network->origin = VR_ORIGIN_AGENT;
	network->mtu_auto = true;
	network->unknown_flood = false;
	strcpy(network->uplink, "vx0");
	network->set = VR_BIT(VR_A_NETWORK_ID) | VR_BIT(VR_A_NETWORK_NAME) |
		       VR_BIT(VR_A_NETWORK_VNI) | VR_BIT(VR_A_NETWORK_MTU) |
		       VR_BIT(VR_A_NETWORK_GATEWAY_MAC) |
		       VR_BIT(VR_A_NETWORK_DESCRIPTION) |
		       VR_BIT(VR_A_NETWORK_ORIGIN) |
		       VR_BIT(VR_A_NETWORK_MTU_AUTO) |
		       VR_BIT(VR_A_NETWORK_UNKNOWN_FLOOD) |
		       VR_BIT(VR_A_NETWORK_UPLINK);
	vr_network_add_subnet(network, &four, NULL);
	vr_network_add_subnet(network, &six, NULL);
}

static int same_network(const struct vr_network *a, const struct vr_network *b)
{
	return a->set == b->set && a->id == b->id &&
	       strcmp(a->name, b->name) == 0 && a->vni == b->vni &&
	       a->mtu == b->mtu &&
	       memcmp(a->gateway_mac, b->gateway_mac, VR_MAC_LEN) == 0 &&
	       strcmp(a->description, b->description) == 0 &&
	       a->origin == b->origin && a->mtu_auto == b->mtu_auto &&
	       a->unknown_flood == b->unknown_flood &&
	       strcmp(a->uplink, b->uplink) == 0 &&
	       a->subnet_count == b->subnet_count &&
	       vr_prefix_equal(&a->subnets[0], &b->subnets[0]) &&
	       vr_prefix_equal(&a->subnets[1], &b->subnets[1]);
}

static void test_network(void)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	cleanup_msg struct vr_msg counts = VR_MSG_INIT;
	struct vr_network in, out;

	fill_network(&in);
	start(&msg);
	vr_network_put(&msg, &in);
	is_int(vr_network_parse(attrs(&msg), length(&msg), &out, NULL), 0,
	       "a network is parsed");
	ok(same_network(&in, &out), "and is what was put");
	vr_network_free(&out);
	is_int(out.subnet_count, 0, "a freed network is empty");
	vr_network_free(&in);

	start(&counts);
	vr_msg_put_u32(&counts, VR_A_NETWORK_PORTS, NULL, 3);
	vr_msg_put_u32(&counts, VR_A_NETWORK_ROUTES, NULL, 5);
	vr_network_parse(attrs(&counts), length(&counts), &out, NULL);
	ok(vr_is_set(&out, VR_A_NETWORK_PORTS) && out.ports == 3 &&
		   vr_is_set(&out, VR_A_NETWORK_ROUTES) && out.routes == 5,
	   "counts are parsed");
	ok(!vr_is_set(&out, VR_A_NETWORK_ENDPOINTS),
	   "what is not there is not set");
}

static void add_ip(struct vr_ip_list *list, const char *text)
{
	struct vr_ip ip = ip_of(text);

	vr_ip_list_add(list, &ip, NULL);
}

/* Attributes of one type are numbered from 0. */
static void is_address(const struct vr_msg *msg, int type, int number,
		       const char *want)
{
	const struct nlattr *nla = attrs(msg);
	int len = length(msg);
	char text[VR_IP_TEXT];
	struct vr_ip ip;

	for (; nla_ok(nla, len); nla = nla_next(nla, &len)) {
		if (nla_type(nla) == type && number-- == 0)
			break;
	}
	ok(nla_ok(nla, len) &&
		   vr_ip_from_bytes(&ip, nla_data(nla), nla_len(nla)) &&
		   strcmp(vr_ip_format(&ip, text), want) == 0,
	   "attribute %d has %s", type, want);
}

static void test_flood(void)
{
	cleanup_msg struct vr_msg request = VR_MSG_INIT;
	cleanup_msg struct vr_msg answer = VR_MSG_INIT;
	cleanup_msg struct vr_msg bad = VR_MSG_INIT;
	struct vr_network network = { .set = 0 };
	char text[128];

	add_ip(&network.flood, "192.0.2.9");
	add_ip(&network.flood_add, "192.0.2.1");
	add_ip(&network.flood_add, "2001:db8::1");
	add_ip(&network.flood_del, "192.0.2.2");
	start(&request);
	vr_network_put(&request, &network);
	is_int(length(&request), 8 + 20 + 8, "changes of a list are put");
	is_address(&request, VR_A_NETWORK_FLOOD_ADD, 0, "192.0.2.1");
	is_address(&request, VR_A_NETWORK_FLOOD_ADD, 1, "2001:db8::1");
	is_address(&request, VR_A_NETWORK_FLOOD_DEL, 0, "192.0.2.2");
	vr_msg_describe_all(&request, text, sizeof(text));
	is_string(text,
		  "flood add 192.0.2.1 flood add 2001:db8::1 flood del 192.0.2.2",
		  "as they were written");
	vr_network_free(&network);
	is_int(network.flood_add.count, 0, "and freed");

	start(&answer);
	vr_network_parse(attrs(&request), length(&request), &network, NULL);
	is_int(network.flood.count + network.flood_add.count, 0,
	       "no answer has changes");
	vr_msg_put_ip(&answer, VR_A_NETWORK_FLOOD, NULL,
		      &(struct vr_ip){ .family = AF_INET,
				       .bytes = { 192, 0, 2, 7 } });
	vr_msg_put(&answer, VR_A_NETWORK_FLOOD,
		   "\x20\x01\x0d\xb8\0\0\0"
		   "\0\0\0\0\0\0\0\0\7",
		   16, NULL);
	is_int(vr_network_parse(attrs(&answer), length(&answer), &network,
				NULL),
	       0, "a flood list is parsed");
	is_int(network.flood.count, 2, "with all of it");
	is_string(vr_ip_format(&network.flood.items[0], text), "192.0.2.7",
		  "in order");
	is_string(vr_ip_format(&network.flood.items[1], text), "2001:db8::7",
		  "of both families");
	vr_network_free(&network);

	start(&bad);
	vr_msg_put_u8(&bad, VR_A_NETWORK_FLOOD, NULL, 1);
	is_int(vr_network_parse(attrs(&bad), length(&bad), &network, NULL),
	       -EBADMSG, "a tunnel endpoint of a byte is malformed");
	vr_network_free(&network);
}

/* Nothing that is only in answers may be in a request. */
static void test_requests_only(void)
{
	cleanup_msg struct vr_msg network_msg = VR_MSG_INIT;
	cleanup_msg struct vr_msg port_msg = VR_MSG_INIT;
	cleanup_msg struct vr_msg uplink_msg = VR_MSG_INIT;
	struct vr_network network = { .set = VR_BIT(VR_A_NETWORK_PORTS) |
					     VR_BIT(VR_A_NETWORK_ROUTES) };
	struct vr_port port = { .set = VR_BIT(VR_A_PORT_KIND) |
				       VR_BIT(VR_A_PORT_UP) |
				       VR_BIT(VR_A_PORT_NETNS_ID) |
				       VR_BIT(VR_A_PORT_STATS) };
	struct vr_uplink uplink = { .set = VR_BIT(VR_A_UPLINK_REMOTES) |
					   VR_BIT(VR_A_UPLINK_RX_PACKETS) |
					   VR_BIT(VR_A_UPLINK_TX_BYTES) };

	start(&network_msg);
	vr_network_put(&network_msg, &network);
	is_int(length(&network_msg), 0, "a request has no counts of a network");
	start(&port_msg);
	vr_port_put(&port_msg, &port);
	is_int(length(&port_msg), 0, "a request has no state of a port");
	start(&uplink_msg);
	add_ip(&uplink.peers, "192.0.2.1");
	vr_uplink_put(&uplink_msg, &uplink);
	is_int(length(&uplink_msg), 0, "a request has no counts of an uplink");
	vr_uplink_free(&uplink);
}

static void fill_port(struct vr_port *port)
{
	struct vr_ip four = ip_of("10.1.1.3"), six = ip_of("2001:db8::3");

	memset(port, 0, sizeof(*port));
	strcpy(port->network, "blue");
	strcpy(port->ifname, "abcdefghijklmno");
	memcpy(port->mac, "\x02\0\0\0\0\3", VR_MAC_LEN);
	port->gateway = true;
	port->antispoof = false;
	port->sequence = UINT32_MAX;
	port->state = VR_ENDPOINT_STATE_STANDBY;
	port->origin = VR_ORIGIN_CNI;
	strcpy(port->description, "default/pod eth1");
	port->rate_in = UINT64_MAX;
	port->burst_in = 65536;
	port->rate_out = 1000;
	port->burst_out = UINT32_MAX;
	port->storm_rate = 0;
	port->storm_burst = 1;
	port->learn = true;
	port->learn_limit = UINT32_MAX;
	port->learn_ageing = 0;
	port->set = VR_BIT(VR_A_PORT_NETWORK) | VR_BIT(VR_A_PORT_IFNAME) |
		    VR_BIT(VR_A_PORT_MAC) | VR_BIT(VR_A_PORT_GATEWAY) |
		    VR_BIT(VR_A_PORT_ANTISPOOF) | VR_BIT(VR_A_PORT_SEQUENCE) |
		    VR_BIT(VR_A_PORT_STATE) | VR_BIT(VR_A_PORT_ORIGIN) |
		    VR_BIT(VR_A_PORT_DESCRIPTION) | VR_BIT(VR_A_PORT_RATE_IN) |
		    VR_BIT(VR_A_PORT_BURST_IN) | VR_BIT(VR_A_PORT_RATE_OUT) |
		    VR_BIT(VR_A_PORT_BURST_OUT) | VR_BIT(VR_A_PORT_STORM_RATE) |
		    VR_BIT(VR_A_PORT_STORM_BURST) | VR_BIT(VR_A_PORT_LEARN) |
		    VR_BIT(VR_A_PORT_LEARN_LIMIT) |
		    VR_BIT(VR_A_PORT_LEARN_AGEING);
	vr_port_add_address(port, &four, NULL);
	vr_port_add_address(port, &six, NULL);
}

static int same_port(const struct vr_port *a, const struct vr_port *b)
{
	return a->set == b->set && strcmp(a->network, b->network) == 0 &&
	       strcmp(a->ifname, b->ifname) == 0 &&
	       memcmp(a->mac, b->mac, VR_MAC_LEN) == 0 &&
	       a->gateway == b->gateway && a->antispoof == b->antispoof &&
	       a->sequence == b->sequence && a->state == b->state &&
	       a->origin == b->origin &&
	       strcmp(a->description, b->description) == 0 &&
	       a->rate_in == b->rate_in && a->burst_in == b->burst_in &&
	       a->rate_out == b->rate_out && a->burst_out == b->burst_out &&
	       a->storm_rate == b->storm_rate &&
	       a->storm_burst == b->storm_burst && a->learn == b->learn &&
	       a->learn_limit == b->learn_limit &&
	       a->learn_ageing == b->learn_ageing &&
	       a->address_count == b->address_count &&
	       vr_ip_equal(&a->addresses[0], &b->addresses[0]) &&
	       vr_ip_equal(&a->addresses[1], &b->addresses[1]);
}

static void test_port(void)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_port in, out;

	fill_port(&in);
	start(&msg);
	vr_port_put(&msg, &in);
	is_int(vr_port_parse(attrs(&msg), length(&msg), &out, NULL), 0,
	       "a port is parsed");
	ok(same_port(&in, &out), "and is what was put");
	vr_port_free(&in);
	vr_port_free(&out);
}

static void put_u64(struct vr_msg *msg, int attr, uint64_t value)
{
	vr_msg_put(msg, attr, &value, sizeof(value), NULL);
}

/* What only the module sends. */
static void test_port_answer(void)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	int32_t netns_id = -4;
	struct vr_port port;

	start(&msg);
	vr_msg_put(&msg, VR_A_PORT_NETNS_ID, &netns_id, sizeof(netns_id), NULL);
	vr_msg_put_u8(&msg, VR_A_PORT_KIND, NULL, VR_PORT_KIND_TAP);
	vr_msg_put_u8(&msg, VR_A_PORT_UP, NULL, 1);
	vr_msg_nest(&msg, VR_A_PORT_STATS, NULL);
	put_u64(&msg, VR_A_PORT_STATS_RX_PACKETS, UINT64_MAX);
	put_u64(&msg, VR_A_PORT_STATS_TX_BYTES, 5);
	vr_msg_nest(&msg, VR_A_PORT_STATS_DROP, NULL);
	vr_msg_put_u32(&msg, VR_A_DROP_REASON, NULL, VR_DROP_REASON_SOURCE_MAC);
	vr_msg_put_string(&msg, VR_A_DROP_NAME, NULL, "source-mac");
	put_u64(&msg, VR_A_DROP_PACKETS, 12);
	vr_msg_end(&msg);
	vr_msg_end(&msg);

	is_int(vr_port_parse(attrs(&msg), length(&msg), &port, NULL), 0,
	       "an answer about a port is parsed");
	is_int(port.netns_id, -4, "with a negative netns-id");
	is_int(port.kind, VR_PORT_KIND_TAP, "its kind");
	ok(port.up, "that it is up");
	ok(port.stats.rx_packets == UINT64_MAX && port.stats.tx_bytes == 5,
	   "its counters");
	is_int(port.stats.drop_count, 1, "and its drops");
	is_string(port.stats.drops[0].name, "source-mac", "by name");
	is_int(port.stats.drops[0].packets, 12, "and how many");
	vr_port_free(&port);
}

static void fill_endpoint(struct vr_endpoint *endpoint)
{
	struct vr_ip address = ip_of("10.1.1.9");

	memset(endpoint, 0, sizeof(*endpoint));
	strcpy(endpoint->network, "blue");
	memcpy(endpoint->mac, "\x02\0\0\0\0\x9", VR_MAC_LEN);
	endpoint->remote = ip_of("2001:db8:ffff::1");
	strcpy(endpoint->uplink, "abcdefghijklmno");
	endpoint->sequence = 4;
	endpoint->state = VR_ENDPOINT_STATE_ACTIVE;
	endpoint->origin = VR_ORIGIN_STATIC;
	endpoint->set =
		VR_BIT(VR_A_ENDPOINT_NETWORK) | VR_BIT(VR_A_ENDPOINT_MAC) |
		VR_BIT(VR_A_ENDPOINT_REMOTE) | VR_BIT(VR_A_ENDPOINT_UPLINK) |
		VR_BIT(VR_A_ENDPOINT_SEQUENCE) | VR_BIT(VR_A_ENDPOINT_STATE) |
		VR_BIT(VR_A_ENDPOINT_ORIGIN);
	vr_endpoint_add_address(endpoint, &address, NULL);
}

static void test_endpoint(void)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_endpoint in, out;

	fill_endpoint(&in);
	start(&msg);
	vr_endpoint_put(&msg, &in);
	is_int(vr_endpoint_parse(attrs(&msg), length(&msg), &out, NULL), 0,
	       "an endpoint is parsed");
	is_int(out.set, in.set, "and has what was put");
	is_string(out.network, in.network, "its network");
	ok(memcmp(out.mac, in.mac, VR_MAC_LEN) == 0, "its MAC");
	ok(vr_ip_equal(&out.remote, &in.remote), "its remote");
	is_string(out.uplink, in.uplink, "the uplink to it");
	is_int(out.sequence, in.sequence, "its sequence");
	is_int(out.address_count, 1, "its address");
	ok(vr_ip_equal(&out.addresses[0], &in.addresses[0]), "as it was");
	vr_endpoint_free(&in);
	vr_endpoint_free(&out);
}

static void fill_route(struct vr_route *route)
{
	struct vr_nexthop via = { .set = VR_BIT(VR_A_NEXTHOP_VIA) |
					 VR_BIT(VR_A_NEXTHOP_WEIGHT),
				  .weight = 65535 };
	struct vr_nexthop dev = { .set = VR_BIT(VR_A_NEXTHOP_IFNAME),
				  .ifname = "eth1" };
	struct vr_prefix prefix = prefix_of("2001:db8:1::/48");

	memset(route, 0, sizeof(*route));
	via.via = ip_of("2001:db8::5");
	strcpy(route->network, "blue");
	route->origin = VR_ORIGIN_AGENT;
	route->set = VR_BIT(VR_A_ROUTE_NETWORK) | VR_BIT(VR_A_ROUTE_ORIGIN);
	vr_route_set_prefix(route, &prefix);
	vr_route_add_nexthop(route, &via, NULL);
	vr_route_add_nexthop(route, &dev, NULL);
}

static void test_route(void)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_route in, out;

	fill_route(&in);
	start(&msg);
	vr_route_put(&msg, &in);
	is_int(vr_route_parse(attrs(&msg), length(&msg), &out, NULL), 0,
	       "a route is parsed");
	is_int(out.set, in.set, "and has what was put");
	ok(vr_ip_equal(&out.prefix, &in.prefix), "its prefix");
	is_int(out.prefix_length, 48, "and its length");
	is_int(out.nexthop_count, 2, "its next hops");
	ok(vr_ip_equal(&out.nexthops[0].via, &in.nexthops[0].via),
	   "an address");
	is_int(out.nexthops[0].weight, 65535, "with its weight");
	is_string(out.nexthops[1].ifname, "eth1", "and a device");
	ok(!vr_is_set(&out.nexthops[1], VR_A_NEXTHOP_WEIGHT),
	   "without a weight");
	vr_route_free(&in);
	vr_route_free(&out);
}

static void test_route_remote(void)
{
	struct vr_nexthop remote = { .set = VR_BIT(VR_A_NEXTHOP_REMOTE) |
					    VR_BIT(VR_A_NEXTHOP_UPLINK) |
					    VR_BIT(VR_A_NEXTHOP_MAC),
				     .remote = ip_of("192.0.2.2"),
				     .uplink = "vx0",
				     .mac = { 2, 0, 0, 0, 0, 9 } };
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_route in = { .set = 0 }, out;
	const struct nlattr *nest, *nla;
	char text[128];

	vr_route_add_nexthop(&in, &remote, NULL);
	start(&msg);
	vr_route_put(&msg, &in);
	nest = attrs(&msg);
	vr_msg_describe(&msg, (char *)nest - (char *)nlmsg_hdr(msg.nl), text,
			sizeof(text));
	is_string(text, "nexthop via remote 192.0.2.2", "a remote next hop");
	nla = nla_find(nla_data(nest), nla_len(nest), VR_A_NEXTHOP_MAC);
	ok(nla, "with a MAC");
	vr_msg_describe(&msg, (char *)nla - (char *)nlmsg_hdr(msg.nl), text,
			sizeof(text));
	is_string(text, "mac 02:00:00:00:00:09", "is described");

	is_int(vr_route_parse(attrs(&msg), length(&msg), &out, NULL), 0,
	       "and parsed");
	is_int(out.nexthops[0].set, remote.set, "with what was put");
	ok(vr_ip_equal(&out.nexthops[0].remote, &remote.remote), "its node");
	is_string(out.nexthops[0].uplink, "vx0", "the uplink to it");
	ok(memcmp(out.nexthops[0].mac, remote.mac, VR_MAC_LEN) == 0,
	   "and whom it is for there");
	vr_route_free(&in);
	vr_route_free(&out);
}

static void test_uplink(void)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_uplink in = {
		.set = VR_BIT(VR_A_UPLINK_NAME) | VR_BIT(VR_A_UPLINK_TYPE) |
		       VR_BIT(VR_A_UPLINK_LOCAL) | VR_BIT(VR_A_UPLINK_PORT) |
		       VR_BIT(VR_A_UPLINK_TTL) | VR_BIT(VR_A_UPLINK_DSCP) |
		       VR_BIT(VR_A_UPLINK_ANY),
		.name = "vx0",
		.type = VR_UPLINK_TYPE_VXLAN,
		.local = ip_of("192.0.2.1"),
		.port = 4789,
		.ttl = 255,
		.dscp = 46,
		.any = true,
	};
	struct vr_uplink out;

	start(&msg);
	vr_uplink_put(&msg, &in);
	is_int(vr_uplink_parse(attrs(&msg), length(&msg), &out, NULL), 0,
	       "an uplink is parsed");
	ok(out.set == in.set && strcmp(out.name, "vx0") == 0 &&
		   out.port == 4789 && vr_ip_equal(&out.local, &in.local) &&
		   out.ttl == 255 && out.dscp == 46 && out.any,
	   "and is what was put");
	vr_uplink_free(&out);
}

static void test_uplink_peers(void)
{
	cleanup_msg struct vr_msg request = VR_MSG_INIT;
	cleanup_msg struct vr_msg answer = VR_MSG_INIT;
	struct vr_uplink uplink = { .set = VR_BIT(VR_A_UPLINK_IFNAME),
				    .ifname = "vxlan0" };
	struct vr_ip peer = ip_of("192.0.2.3");
	char text[128];

	add_ip(&uplink.peer_add, "192.0.2.1");
	add_ip(&uplink.peer_del, "2001:db8::2");
	start(&request);
	vr_uplink_put(&request, &uplink);
	is_address(&request, VR_A_UPLINK_PEER_ADD, 0, "192.0.2.1");
	is_address(&request, VR_A_UPLINK_PEER_DEL, 0, "2001:db8::2");
	vr_msg_describe_all(&request, text, sizeof(text));
	is_string(text, "dev vxlan0 peer add 192.0.2.1 peer del 2001:db8::2",
		  "changes of peers are described");
	vr_uplink_free(&uplink);

	start(&answer);
	vr_msg_put_ip(&answer, VR_A_UPLINK_PEER, NULL, &peer);
	vr_msg_put_ip(&answer, VR_A_UPLINK_PEER, NULL, &peer);
	vr_msg_put_u32(&answer, VR_A_UPLINK_REMOTES, NULL, 5);
	put_u64(&answer, VR_A_UPLINK_RX_PACKETS, UINT64_MAX);
	put_u64(&answer, VR_A_UPLINK_RX_BYTES, 2);
	put_u64(&answer, VR_A_UPLINK_TX_PACKETS, 3);
	put_u64(&answer, VR_A_UPLINK_TX_BYTES, 4);
	vr_msg_put(&answer, VR_A_UPLINK_PAD, NULL, 0, NULL);
	is_int(vr_uplink_parse(attrs(&answer), length(&answer), &uplink, NULL),
	       0, "an answer about an uplink is parsed");
	is_int(uplink.peers.count, 2, "with its peers");
	ok(vr_ip_equal(&uplink.peers.items[1], &peer), "as they were");
	is_int(uplink.remotes, 5, "how many nodes");
	ok(uplink.rx_packets == UINT64_MAX && uplink.rx_bytes == 2 &&
		   uplink.tx_packets == 3 && uplink.tx_bytes == 4,
	   "and its counters");
	vr_uplink_free(&uplink);
	is_int(uplink.peers.count, 0, "what was freed is empty");
}

static void test_limit_and_drop(void)
{
	cleanup_msg struct vr_msg limit_msg = VR_MSG_INIT;
	cleanup_msg struct vr_msg drop_msg = VR_MSG_INIT;
	struct vr_limit limit;
	struct vr_drop drop;

	start(&limit_msg);
	vr_msg_put_u32(&limit_msg, VR_A_LIMIT_RESOURCE, NULL, 99);
	vr_msg_put_string(&limit_msg, VR_A_LIMIT_NAME, NULL, "things");
	vr_msg_put_u32(&limit_msg, VR_A_LIMIT_MAXIMUM, NULL, 10);
	is_int(vr_limit_parse(attrs(&limit_msg), length(&limit_msg), &limit,
			      NULL),
	       0, "a limit of a newer module is parsed");
	ok(limit.resource == 99 && limit.max == 10 &&
		   strcmp(limit.name, "things") == 0 &&
		   !vr_is_set(&limit, VR_A_LIMIT_USED),
	   "and is what was put");

	start(&drop_msg);
	vr_msg_put_u32(&drop_msg, VR_A_DROP_REASON, NULL, 4);
	put_u64(&drop_msg, VR_A_DROP_PACKETS, 1);
	is_int(vr_drop_parse(attrs(&drop_msg), length(&drop_msg), &drop, NULL),
	       0, "a drop counter is parsed");
	ok(drop.reason == 4 && drop.packets == 1, "and is what was put");
}

/* Whether the one attribute of a message makes an answer malformed. */
static int parse_bad(int attr, const void *data, size_t size,
		     struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_port port;
	int ret;

	start(&msg);
	vr_msg_put(&msg, attr, data, size, NULL);
	ret = vr_port_parse(attrs(&msg), length(&msg), &port, err);
	vr_port_free(&port);

	return ret;
}

static void test_malformed(void)
{
	static const char zeros[600] = { 0 };
	static const char filled[16] = "xxxxxxxxxxxxxxxx";
	static const struct {
		const char *desc;
		int attr;
		size_t size;
	} cases[] = {
		{ "a short integer", VR_A_PORT_ID, 2 },
		{ "a long integer", VR_A_PORT_ID, 8 },
		{ "an empty integer", VR_A_PORT_ID, 0 },
		{ "a wide switch", VR_A_PORT_GATEWAY, 4 },
		{ "an empty enum", VR_A_PORT_KIND, 0 },
		{ "a short MAC", VR_A_PORT_MAC, 5 },
		{ "a long MAC", VR_A_PORT_MAC, 8 },
		{ "an address of 5 bytes", VR_A_PORT_ADDRESS, 5 },
		{ "an empty address", VR_A_PORT_ADDRESS, 0 },
	};
	struct vr_error err;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(parse_bad(cases[i].attr, zeros, cases[i].size, &err),
		       -EBADMSG, "%s is malformed", cases[i].desc);
	ok(strstr(err.text, "malformed"), "and the error says so");

	is_int(parse_bad(VR_A_PORT_IFNAME, filled, 16, &err), -EBADMSG,
	       "a name without room for its end is malformed");
	is_int(parse_bad(VR_A_PORT_IFNAME, filled, 15, &err), 0,
	       "a name without its end is not");
	is_int(parse_bad(4000, zeros, 7, &err), 0,
	       "an attribute of a newer module is left alone");
	is_int(parse_bad(VR_A_PORT_STATS, filled, 3, &err), 0,
	       "a nest too short for an attribute is empty");
}

static void test_malformed_subnet(void)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_network network;

	start(&msg);
	vr_msg_nest(&msg, VR_A_NETWORK_SUBNET, NULL);
	vr_msg_put_u8(&msg, VR_A_SUBNET_PREFIX_LENGTH, NULL, 24);
	vr_msg_end(&msg);
	is_int(vr_network_parse(attrs(&msg), length(&msg), &network, NULL),
	       -EBADMSG, "a subnet without its gateway is malformed");
	vr_network_free(&network);
}

static void test_apply(void)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_apply in = { .network_count = 1,
			       .port_count = 2,
			       .endpoint_count = 1,
			       .route_count = 1 };
	struct vr_apply out = { .network_count = 0 };
	struct vr_endpoint endpoint;
	struct vr_network network;
	struct vr_port ports[2];
	struct vr_route route;
	char text[128];
	int len;

	fill_network(&network);
	fill_port(&ports[0]);
	fill_port(&ports[1]);
	strcpy(ports[1].ifname, "eth2");
	fill_endpoint(&endpoint);
	fill_route(&route);
	in.networks = &network;
	in.ports = ports;
	in.endpoints = &endpoint;
	in.routes = &route;

	start(&msg);
	vr_apply_put(&msg, &in);
	is_int(vr_apply_parse(attrs(&msg), length(&msg), &out, NULL), 0,
	       "a whole pod is parsed");
	ok(out.network_count == 1 && out.port_count == 2 &&
		   out.endpoint_count == 1 && out.route_count == 1,
	   "and has what was put");
	ok(same_network(&network, &out.networks[0]), "its network");
	ok(same_port(&ports[0], &out.ports[0]), "its first port");
	ok(same_port(&ports[1], &out.ports[1]), "its second port");

	/* Every record has an object, from the last one on: the route. */
	for (len = nlmsg_hdr(msg.nl)->nlmsg_len; len > 0; len--) {
		if (vr_msg_describe(&msg, len, text, sizeof(text)))
			break;
	}
	is_string(text, "via dev eth1 of route 2001:db8:1::/48",
		  "an attribute names its object");

	vr_apply_free(&out);
	is_int(out.port_count, 0, "what was freed is empty");
	vr_network_free(&network);
	vr_port_free(&ports[0]);
	vr_port_free(&ports[1]);
	vr_endpoint_free(&endpoint);
	vr_route_free(&route);
}

/* All parsers on bytes that mean nothing: the sanitizers are the judges. */
static void test_noise(void)
{
	uint32_t state = 1, words[64];
	struct vr_apply apply = { .network_count = 0 };
	struct vr_endpoint endpoint;
	struct vr_network network;
	const struct nlattr *nla;
	struct vr_uplink uplink;
	struct vr_route route;
	struct vr_port port;
	int i, round;

	for (round = 0; round < 20000; round++) {
		for (i = 0; i < 64; i++) {
			state = state * 1664525 + 1013904223;
			/* Small numbers are likely types and lengths. */
			words[i] = state >> 8 & (i & 1 ? 0xffffff : 0x1f003f);
		}
		nla = (const struct nlattr *)words;
		vr_network_parse(nla, round % 257, &network, NULL);
		vr_network_free(&network);
		vr_port_parse(nla, round % 257, &port, NULL);
		vr_port_free(&port);
		vr_endpoint_parse(nla, round % 257, &endpoint, NULL);
		vr_endpoint_free(&endpoint);
		vr_route_parse(nla, round % 257, &route, NULL);
		vr_route_free(&route);
		vr_uplink_parse(nla, round % 257, &uplink, NULL);
		vr_uplink_free(&uplink);
		vr_apply_parse(nla, round % 257, &apply, NULL);
		vr_apply_free(&apply);
	}
	ok(round == 20000, "noise does no harm");
}

int main(void)
{
	test_network();
	test_flood();
	test_requests_only();
	test_port();
	test_port_answer();
	test_endpoint();
	test_route();
	test_route_remote();
	test_uplink();
	test_uplink_peers();
	test_limit_and_drop();
	test_malformed();
	test_malformed_subnet();
	test_apply();
	test_noise();

	return tap_end();
}
