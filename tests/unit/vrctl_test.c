// SPDX-License-Identifier: Apache-2.0
/*
 * What vrctl prints, as text and as JSON, and the commands it refuses before
 * it asks the kernel.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/endpoint.h"
#include "lib/field.h"
#include "lib/network.h"
#include "lib/port.h"
#include "lib/route.h"
#include "lib/uplink.h"
#include "tap.h"
#include "vrctl/batch.h"
#include "vrctl/command.h"
#include "vrctl/drops.h"
#include "vrctl/endpoint.h"
#include "vrctl/network.h"
#include "vrctl/port.h"
#include "vrctl/route.h"
#include "vrctl/uplink.h"

static char *printed;
static size_t printed_len;

static void begin(struct print *p, bool json)
{
	memset(p, 0, sizeof(*p));
	p->out = open_memstream(&printed, &printed_len);
	p->json = json;
	print_begin(p);
}

/* The output, to be freed. */
static char *end(struct print *p)
{
	char *text;

	print_end(p);
	fclose(p->out);
	text = printed;
	printed = NULL;

	return text;
}

static void is_printed(struct print *p, const char *want, const char *desc)
{
	char *text = end(p);

	is_string(text, want, "%s", desc);
	free(text);
}

static void print_values(struct print *p)
{
	print_object(p, NULL);
	print_string(p, "name", "", "a\"b\\c\n\x1b");
	print_number(p, "large", " large ", UINT64_MAX);
	print_signed(p, "signed", " signed ", -1);
	print_switch(p, "on", " on", " off", true);
	print_switch(p, "off", " on", NULL, false);
	print_string(p, "json_only", NULL, "x");
	print_list(p, "list");
	print_text(p, " list");
	print_number(p, NULL, " ", 1);
	print_number(p, NULL, " ", 2);
	print_list_end(p);
	print_object(p, "nested");
	print_line(p);
	print_enum(p, "known", "", &vr_origin_names, 1);
	print_enum(p, "unknown", " ", &vr_origin_names, 200);
	print_object_end(p);
	print_object_end(p);
}

static void test_values(void)
{
	struct print p;

	begin(&p, false);
	print_values(&p);
	is_printed(&p,
		   "a\"b\\c?? large 18446744073709551615 signed -1 on"
		   " list 1 2\n    cni 200\n",
		   "values as text, without control characters");
	begin(&p, false);
	p.oneline = true;
	print_values(&p);
	is_printed(&p,
		   "a\"b\\c?? large 18446744073709551615 signed -1 on"
		   " list 1 2 cni 200\n",
		   "on one line");
	begin(&p, true);
	print_values(&p);
	is_printed(&p,
		   "[{\"name\":\"a\\\"b\\\\c\\n\\u001b\","
		   "\"large\":18446744073709551615,\"signed\":-1,"
		   "\"on\":1,\"off\":0,\"json_only\":\"x\",\"list\":[1,2],"
		   "\"nested\":{\"known\":\"cni\",\"unknown\":200}}]\n",
		   "values as JSON, numbers with all their digits");
}

static void test_utf8(void)
{
	static const struct {
		const char *value;
		const char *text;
		const char *json;
	} cases[] = {
		{ "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
		  "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\n",
		  "[{\"k\":\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"}]\n" },
		{ "a\xff"
		  "b",
		  "a?b\n", "[{\"k\":\"a?b\"}]\n" },
		{ "\xe2\x82", "??\n", "[{\"k\":\"??\"}]\n" },
		{ "\xc0\x80", "??\n", "[{\"k\":\"??\"}]\n" },
		{ "\xe0\x80\x80", "???\n", "[{\"k\":\"???\"}]\n" },
		{ "\xed\xa0\x80", "???\n", "[{\"k\":\"???\"}]\n" },
		{ "\xf5\x80\x80\x80", "????\n", "[{\"k\":\"????\"}]\n" },
		{ "\xc2\x9b", "?\n", "[{\"k\":\"\xc2\x9b\"}]\n" },
	};
	struct print p;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		begin(&p, false);
		print_object(&p, NULL);
		print_string(&p, "k", "", cases[i].value);
		print_object_end(&p);
		is_printed(&p, cases[i].text, "bytes as text");
		begin(&p, true);
		print_object(&p, NULL);
		print_string(&p, "k", "", cases[i].value);
		print_object_end(&p);
		is_printed(&p, cases[i].json, "bytes as JSON");
	}
}

static void test_array(void)
{
	struct print p;
	cJSON *json;
	char *text;

	begin(&p, true);
	is_printed(&p, "[]\n", "nothing is an empty array");
	begin(&p, false);
	is_printed(&p, "", "nothing is no text");

	begin(&p, true);
	print_values(&p);
	print_values(&p);
	text = end(&p);
	json = cJSON_Parse(text);
	is_int(cJSON_GetArraySize(json), 2, "two objects are one array");
	cJSON_Delete(json);
	free(text);

	begin(&p, true);
	p.pretty = true;
	print_values(&p);
	print_values(&p);
	text = end(&p);
	json = cJSON_Parse(text);
	is_int(cJSON_GetArraySize(json), 2, "and so they are with -p");
	ok(strchr(text, '\t'), "which indents");
	cJSON_Delete(json);
	free(text);
}

static void test_network(void)
{
	struct vr_prefix subnet = { .length = 0 };
	struct vr_network network = {
		.set = VR_BIT(VR_A_NETWORK_ID) | VR_BIT(VR_A_NETWORK_NAME) |
		       VR_BIT(VR_A_NETWORK_MTU) | VR_BIT(VR_A_NETWORK_PORTS),
		.id = 3,
		.name = "blue",
		.mtu = 1500,
		.ports = 2,
	};
	struct print p;

	vr_prefix_parse("subnet", "10.1.1.1/24", &subnet, NULL);
	vr_network_add_subnet(&network, &subnet, NULL);

	begin(&p, false);
	print_object(&p, NULL);
	vrctl_network_print(&p, &network);
	print_object_end(&p);
	is_printed(&p,
		   "3: blue mtu 1500\n    subnet 10.1.1.1/24\n    ports 2\n",
		   "a network as text");
	begin(&p, true);
	print_object(&p, NULL);
	vrctl_network_print(&p, &network);
	print_object_end(&p);
	is_printed(&p,
		   "[{\"id\":3,\"name\":\"blue\",\"mtu\":1500,"
		   "\"subnet\":[{\"gateway\":\"10.1.1.1\",\"prefix_length\":24}],"
		   "\"ports\":2}]\n",
		   "a network as JSON");
	vr_network_free(&network);
}

static void test_flood(void)
{
	struct vr_network network = {
		.set = VR_BIT(VR_A_NETWORK_ID) | VR_BIT(VR_A_NETWORK_MTU) |
		       VR_BIT(VR_A_NETWORK_MTU_AUTO) |
		       VR_BIT(VR_A_NETWORK_UNKNOWN_FLOOD) |
		       VR_BIT(VR_A_NETWORK_PORTS),
		.id = 3,
		.mtu = 1450,
		.mtu_auto = true,
	};
	struct vr_ip vtep = { .family = AF_UNSPEC };
	struct print p;

	vr_ip_parse("vtep", "192.0.2.2", &vtep, NULL);
	vr_ip_list_add(&network.flood, &vtep, NULL);
	vr_ip_parse("vtep", "2001:db8::2", &vtep, NULL);
	vr_ip_list_add(&network.flood, &vtep, NULL);

	begin(&p, false);
	print_object(&p, NULL);
	vrctl_network_print(&p, &network);
	print_object_end(&p);
	is_printed(&p,
		   "3 mtu 1450 mtu-auto on unknown-flood off\n"
		   "    flood 192.0.2.2 2001:db8::2\n    ports 0\n",
		   "a network with a flood list as text");
	begin(&p, true);
	print_object(&p, NULL);
	vrctl_network_print(&p, &network);
	print_object_end(&p);
	is_printed(&p,
		   "[{\"id\":3,\"mtu\":1450,\"mtu_auto\":1,\"unknown_flood\":0,"
		   "\"flood\":[\"192.0.2.2\",\"2001:db8::2\"],\"ports\":0}]\n",
		   "and as JSON");

	network.mtu_auto = false;
	network.unknown_flood = true;
	vr_ip_list_free(&network.flood);
	begin(&p, false);
	print_object(&p, NULL);
	vrctl_network_print(&p, &network);
	print_object_end(&p);
	is_printed(&p, "3 mtu 1450\n    ports 0\n",
		   "what is usual is not in text");
	vr_network_free(&network);
}

static void test_port(void)
{
	struct vr_port port = {
		.set = VR_BIT(VR_A_PORT_ID) | VR_BIT(VR_A_PORT_IFNAME) |
		       VR_BIT(VR_A_PORT_NETNS_ID) | VR_BIT(VR_A_PORT_MAC) |
		       VR_BIT(VR_A_PORT_STATS),
		.id = 1,
		.ifname = "eth1",
		.netns_id = 4,
		.mac = { 2, 0, 0, 0, 0, 1 },
	};
	struct print p;

	port.stats.drops = vr_list_grow(&port.stats.drops,
					&port.stats.drop_count,
					sizeof(*port.stats.drops));
	port.stats.drops[0] = (struct vr_drop){
		.set = VR_BIT(VR_A_DROP_NAME) | VR_BIT(VR_A_DROP_PACKETS),
		.name = "source-mac",
		.packets = 9,
	};

	begin(&p, false);
	print_object(&p, NULL);
	vrctl_port_print(&p, &port, true);
	print_object_end(&p);
	is_printed(&p,
		   "1: eth1 netns-id 4\n    mac 02:00:00:00:00:01\n"
		   "    rx packets 0 bytes 0 tx packets 0 bytes 0\n"
		   "    drop source-mac 9\n",
		   "a port with counters as text");
	begin(&p, true);
	print_object(&p, NULL);
	vrctl_port_print(&p, &port, false);
	print_object_end(&p);
	is_printed(&p,
		   "[{\"id\":1,\"ifname\":\"eth1\",\"netns_id\":4,"
		   "\"mac\":\"02:00:00:00:00:01\"}]\n",
		   "a port without counters as JSON");
	vr_port_free(&port);
}

static void test_endpoint(void)
{
	struct vr_endpoint endpoint = {
		.set = VR_BIT(VR_A_ENDPOINT_ID) | VR_BIT(VR_A_ENDPOINT_REMOTE) |
		       VR_BIT(VR_A_ENDPOINT_UPLINK),
		.id = 9,
		.uplink = "vx0",
	};
	struct print p;

	vr_ip_parse("remote", "192.0.2.2", &endpoint.remote, NULL);
	begin(&p, false);
	print_object(&p, NULL);
	vrctl_endpoint_print(&p, &endpoint);
	print_object_end(&p);
	is_printed(&p, "9 remote 192.0.2.2 uplink vx0\n",
		   "an endpoint of another node as text");
	begin(&p, true);
	print_object(&p, NULL);
	vrctl_endpoint_print(&p, &endpoint);
	print_object_end(&p);
	is_printed(&p,
		   "[{\"id\":9,\"remote\":\"192.0.2.2\",\"uplink\":\"vx0\"}]\n",
		   "and as JSON");
}

static void test_learn(void)
{
	struct vr_port port = {
		.set = VR_BIT(VR_A_PORT_ID) | VR_BIT(VR_A_PORT_LEARN) |
		       VR_BIT(VR_A_PORT_LEARN_LIMIT) |
		       VR_BIT(VR_A_PORT_LEARN_AGEING),
		.id = 1,
		.learn = true,
		.learn_limit = 8,
		.learn_ageing = 60,
	};
	struct print p;

	begin(&p, false);
	print_object(&p, NULL);
	vrctl_port_print(&p, &port, false);
	print_object_end(&p);
	is_printed(&p, "1\n    \n    learn on learn-limit 8 learn-ageing 60\n",
		   "a port that learns as text");
	port.learn = false;
	begin(&p, false);
	print_object(&p, NULL);
	vrctl_port_print(&p, &port, false);
	print_object_end(&p);
	is_printed(&p, "1\n    \n", "one that does not says nothing of it");
	begin(&p, true);
	print_object(&p, NULL);
	vrctl_port_print(&p, &port, false);
	print_object_end(&p);
	is_printed(&p,
		   "[{\"id\":1,\"learn\":0,\"learn_limit\":8,"
		   "\"learn_ageing\":60}]\n",
		   "but in JSON");
}

static void test_route(void)
{
	struct vr_nexthop via = {
		.set = VR_BIT(VR_A_NEXTHOP_TYPE) | VR_BIT(VR_A_NEXTHOP_VIA) |
		       VR_BIT(VR_A_NEXTHOP_WEIGHT),
		.type = VR_NEXTHOP_TYPE_ADDRESS,
		.weight = 2,
	};
	struct vr_nexthop blackhole = {
		.set = VR_BIT(VR_A_NEXTHOP_TYPE),
		.type = VR_NEXTHOP_TYPE_BLACKHOLE,
	};
	struct vr_prefix prefix = { .length = 0 };
	struct vr_route route = { .set = VR_BIT(VR_A_ROUTE_NETWORK) |
					 VR_BIT(VR_A_ROUTE_ORIGIN),
				  .network = "blue" };
	struct print p;

	vr_prefix_parse("prefix", "10.2.0.0/16", &prefix, NULL);
	vr_ip_parse("via", "10.1.1.5", &via.via, NULL);
	vr_route_set_prefix(&route, &prefix);
	vr_route_add_nexthop(&route, &via, NULL);

	begin(&p, false);
	print_object(&p, NULL);
	vrctl_route_print(&p, &route);
	print_object_end(&p);
	is_printed(&p, "network blue 10.2.0.0/16 via 10.1.1.5 origin static\n",
		   "a route as text");

	vr_route_add_nexthop(&route, &blackhole, NULL);
	begin(&p, false);
	print_object(&p, NULL);
	vrctl_route_print(&p, &route);
	print_object_end(&p);
	is_printed(&p,
		   "network blue 10.2.0.0/16 origin static\n"
		   "    nexthop via 10.1.1.5 weight 2\n"
		   "    nexthop blackhole\n",
		   "a route with two next hops as text");
	begin(&p, true);
	print_object(&p, NULL);
	vrctl_route_print(&p, &route);
	print_object_end(&p);
	is_printed(&p,
		   "[{\"network\":\"blue\",\"prefix\":\"10.2.0.0\","
		   "\"prefix_length\":16,\"origin\":\"static\",\"nexthop\":["
		   "{\"type\":\"address\",\"via\":\"10.1.1.5\",\"weight\":2},"
		   "{\"type\":\"blackhole\"}]}]\n",
		   "and as JSON");
	vr_route_free(&route);
}

static void test_uplink(void)
{
	struct vr_uplink uplink = {
		.set = VR_BIT(VR_A_UPLINK_NAME) | VR_BIT(VR_A_UPLINK_TYPE) |
		       VR_BIT(VR_A_UPLINK_PORT) | VR_BIT(VR_A_UPLINK_TTL) |
		       VR_BIT(VR_A_UPLINK_DSCP) | VR_BIT(VR_A_UPLINK_ANY) |
		       VR_BIT(VR_A_UPLINK_REMOTES) |
		       VR_BIT(VR_A_UPLINK_RX_PACKETS),
		.name = "vx0",
		.port = 4789,
		.ttl = 64,
		.remotes = 3,
		.rx_packets = 1,
		.rx_bytes = 2,
		.tx_packets = UINT64_MAX,
		.tx_bytes = 4,
	};
	struct vr_ip peer = { .family = AF_UNSPEC };
	struct print p;

	begin(&p, false);
	print_object(&p, NULL);
	vrctl_uplink_print(&p, &uplink, false);
	print_object_end(&p);
	is_printed(&p, "vx0 type vxlan port 4789 ttl 64 remotes 3\n",
		   "a usual uplink as text");

	uplink.dscp = 46;
	uplink.any = true;
	vr_ip_parse("peer", "192.0.2.2", &peer, NULL);
	vr_ip_list_add(&uplink.peers, &peer, NULL);
	vr_ip_list_add(&uplink.peers, &peer, NULL);
	begin(&p, false);
	print_object(&p, NULL);
	vrctl_uplink_print(&p, &uplink, true);
	print_object_end(&p);
	is_printed(&p,
		   "vx0 type vxlan port 4789 ttl 64 dscp 46 any on remotes 3\n"
		   "    peer 192.0.2.2 192.0.2.2\n"
		   "    rx packets 1 bytes 2 tx packets 18446744073709551615"
		   " bytes 4\n",
		   "an unusual one with counters as text");
	begin(&p, true);
	print_object(&p, NULL);
	vrctl_uplink_print(&p, &uplink, true);
	print_object_end(&p);
	is_printed(&p,
		   "[{\"name\":\"vx0\",\"type\":\"vxlan\",\"port\":4789,"
		   "\"ttl\":64,\"dscp\":46,\"any\":1,\"remotes\":3,"
		   "\"peer\":[\"192.0.2.2\",\"192.0.2.2\"],"
		   "\"rx_packets\":1,\"rx_bytes\":2,"
		   "\"tx_packets\":18446744073709551615,\"tx_bytes\":4}]\n",
		   "and as JSON");
	vr_uplink_free(&uplink);
}

static void test_route_remote(void)
{
	struct vr_nexthop remote = {
		.set = VR_BIT(VR_A_NEXTHOP_TYPE) | VR_BIT(VR_A_NEXTHOP_REMOTE) |
		       VR_BIT(VR_A_NEXTHOP_UPLINK) | VR_BIT(VR_A_NEXTHOP_MAC),
		.type = VR_NEXTHOP_TYPE_REMOTE,
		.uplink = "vx0",
		.mac = { 2, 0, 0, 0, 0, 1 },
	};
	struct vr_route route = { .set = VR_BIT(VR_A_ROUTE_NETWORK),
				  .network = "blue" };
	struct print p;

	vr_ip_parse("remote", "2001:db8::2", &remote.remote, NULL);
	vr_route_add_nexthop(&route, &remote, NULL);
	begin(&p, false);
	print_object(&p, NULL);
	vrctl_route_print(&p, &route);
	print_object_end(&p);
	is_printed(&p,
		   "network blue remote 2001:db8::2 uplink vx0"
		   " mac 02:00:00:00:00:01\n",
		   "a route to another node as text");
	begin(&p, true);
	print_object(&p, NULL);
	vrctl_route_print(&p, &route);
	print_object_end(&p);
	is_printed(&p,
		   "[{\"network\":\"blue\",\"nexthop\":[{\"type\":\"remote\","
		   "\"remote\":\"2001:db8::2\",\"uplink\":\"vx0\","
		   "\"mac\":\"02:00:00:00:00:01\"}]}]\n",
		   "and as JSON");
	vr_route_free(&route);
}

/* Commands that must not come as far as the socket. */
static void test_commands(void)
{
	static const struct {
		const char *line;
		int ret;
		const char *text;
	} cases[] = {
		{ "help", VRCTL_OK, "" },
		{ "network help", VRCTL_OK, "" },
		{ "monitor help", VRCTL_OK, "" },
		{ "thing", VRCTL_USAGE,
		  "unknown object \"thing\": expected network, port, endpoint, route, uplink, monitor, drops, limits, help" },
		{ "net show", VRCTL_USAGE, "unknown object \"net\"" },
		{ "port ad", VRCTL_USAGE,
		  "port: unknown verb \"ad\": expected show, add, set, del, flush, help" },
		{ "network add", VRCTL_USAGE, "network add: missing NAME" },
		{ "network add a mtu x", VRCTL_USAGE,
		  "network add: mtu \"x\": expected a number" },
		{ "network add a subnet 10.0.0.1", VRCTL_USAGE,
		  "network add: subnet \"10.0.0.1\": expected ADDRESS/LENGTH" },
		{ "network set a name b", VRCTL_USAGE,
		  "network set: unknown key \"name\"" },
		{ "network add a flood add 192.0.2.1", VRCTL_USAGE,
		  "network add: unknown key \"flood\"" },
		{ "network add a uplink vx0", VRCTL_USAGE,
		  "network add: unknown key \"uplink\"" },
		{ "network set a mtu-auto yes", VRCTL_USAGE,
		  "network set: mtu-auto \"yes\": expected on or off" },
		{ "network set a unknown-flood", VRCTL_USAGE,
		  "network set: missing value of key \"unknown-flood\"" },
		{ "network set a flood", VRCTL_USAGE,
		  "network set: missing value of key \"flood\": expected add or del" },
		{ "network set a flood 192.0.2.1", VRCTL_USAGE,
		  "network set: flood \"192.0.2.1\": expected add or del" },
		{ "network set a flood add", VRCTL_USAGE,
		  "network set: missing value of key \"flood add\": expected VTEP" },
		{ "network set a flood add 192.0.2.1 192.0.2.300", VRCTL_USAGE,
		  "network set: flood add \"192.0.2.300\": expected an IPv4" },
		{ "network set a flood add 192.0.2.1 uplink vx0 flood del 192.0.2.2 ::1 name b",
		  VRCTL_USAGE, "network set: unknown key \"name\"" },
		{ "network set id 1 flood del ::1 name b unknown-flood off mtu x",
		  VRCTL_USAGE, "network set: mtu \"x\"" },
		{ "network set a uplink vx0", VRCTL_USAGE,
		  "network set: uplink \"vx0\": expected flood add as well" },
		{ "network del", VRCTL_USAGE, "network del: missing NAME" },
		{ "network del a b", VRCTL_USAGE,
		  "network del: unknown key \"b\": expected if-unused" },
		{ "network show a b", VRCTL_USAGE,
		  "network show: unexpected word \"b\"" },
		{ "network flush", VRCTL_USAGE,
		  "network flush: expected origin ORIGIN, network NAME or all" },
		{ "port add network a", VRCTL_USAGE,
		  "port add: missing dev IFNAME" },
		{ "port add dev a", VRCTL_USAGE,
		  "port add: missing network NAME" },
		{ "port add dev abcdefghijklmnop network a", VRCTL_USAGE,
		  "port add: dev \"abcdefghijklmnop\": longer than 15 bytes" },
		{ "port add dev a id 1", VRCTL_USAGE,
		  "port add: unknown key \"id\"" },
		{ "port add dev a network b address 1", VRCTL_USAGE,
		  "port add: address \"1\": expected an IPv4 or IPv6 address" },
		{ "port add dev a netns no-such-one network b", VRCTL_REFUSED,
		  "port add: no network namespace \"no-such-one\"" },
		{ "port add dev a network b learn yes", VRCTL_USAGE,
		  "port add: learn \"yes\": expected on or off" },
		{ "port set id 1 learn-limit -1", VRCTL_USAGE,
		  "port set: learn-limit \"-1\": expected a number" },
		{ "port show learn on", VRCTL_USAGE,
		  "port show: unknown key \"learn\"" },
		{ "port set mtu 1", VRCTL_USAGE,
		  "port set: unknown key \"mtu\"" },
		{ "port set mac 02:00:00:00:00:01", VRCTL_USAGE,
		  "port set: missing dev IFNAME or id N" },
		{ "port del", VRCTL_USAGE,
		  "port del: missing dev IFNAME or id N" },
		{ "port show netns /proc/self/ns/net", VRCTL_USAGE,
		  "port show: netns \"/proc/self/ns/net\": expected dev" },
		{ "endpoint add network a", VRCTL_USAGE,
		  "endpoint add: missing mac MAC" },
		{ "endpoint replace mac 02:00:00:00:00:01", VRCTL_USAGE,
		  "endpoint replace: missing network NAME" },
		{ "endpoint del network a", VRCTL_USAGE,
		  "endpoint del: missing mac MAC" },
		{ "endpoint show mac 02:00:00:00:00:01", VRCTL_USAGE,
		  "endpoint show: missing network NAME" },
		{ "endpoint show remote x", VRCTL_USAGE,
		  "endpoint show: remote \"x\": expected an IPv4 or IPv6" },
		{ "endpoint show uplink vx0", VRCTL_USAGE,
		  "endpoint show: unknown key \"uplink\"" },
		{ "endpoint add network a mac 02:00:00:00:00:01 port 1 uplink vx0",
		  VRCTL_USAGE,
		  "endpoint add: uplink \"vx0\": expected remote VTEP as well" },
		{ "route add network a via blackhole", VRCTL_USAGE,
		  "route add: missing PREFIX" },
		{ "route add 10.0.0.0/8 via blackhole", VRCTL_USAGE,
		  "route add: missing network NAME" },
		{ "route add network a 10.0.0.0/8", VRCTL_USAGE,
		  "route add: missing via " },
		{ "route add network a 10.0.0.0/8 via", VRCTL_USAGE,
		  "route add: missing value of key \"via\"" },
		{ "route add network a 10.0.0.0/8 via x", VRCTL_USAGE,
		  "route add: via \"x\": expected IP, dev" },
		{ "route add network a 10.0.0.0/8 via remote x", VRCTL_USAGE,
		  "route add: remote \"x\": expected an IPv4 or IPv6" },
		{ "route add network a 10.0.0.0/8 via 1.1.1.1 weight 70000",
		  VRCTL_USAGE, "route add: weight \"70000\": expected" },
		{ "route add network a 10.0.0.0/8 via 1.1.1.1 via 1.1.1.2",
		  VRCTL_USAGE, "route add: via \"1.1.1.2\": expected this" },
		{ "route add network a 10.0.0.0/8 nexthop 1.1.1.1", VRCTL_USAGE,
		  "route add: nexthop \"1.1.1.1\": expected via, dev, port or remote" },
		{ "route add network a 10.0.0/8 via blackhole", VRCTL_USAGE,
		  "route add: PREFIX \"10.0.0/8\": expected ADDRESS/LENGTH" },
		{ "route add network a 10.0.0.0/8 via 1.1.1.1 uplink vx0",
		  VRCTL_USAGE,
		  "route add: uplink \"vx0\": expected via remote VTEP" },
		{ "route add network a 10.0.0.0/8 nexthop port 1 mac 02:00:00:00:00:01",
		  VRCTL_USAGE,
		  "route add: mac \"02:00:00:00:00:01\": expected via remote" },
		{ "route add network a 10.0.0.0/8 via remote 1.1.1.1 mac 1",
		  VRCTL_USAGE, "route add: mac \"1\": expected a MAC address" },
		{ "route add network a 10.0.0.0/8 via remote 1.1.1.1 uplink vx0 weight 2 uplink vx1",
		  VRCTL_USAGE,
		  "route add: uplink \"vx1\": expected this key only once" },
		{ "route add network a 10.0.0.0/8 nexthop remote 1.1.1.1 mac 02:00:00:00:00:01"
		  " uplink vx0 nexthop via remote ::1 uplink vx0 weight 2 mtu",
		  VRCTL_USAGE, "route add: unknown key \"mtu\"" },
		{ "route get network a", VRCTL_USAGE,
		  "route get: missing ADDRESS" },
		{ "route get network a 10.0.0.0/8", VRCTL_USAGE,
		  "route get: ADDRESS \"10.0.0.0/8\": expected an IPv4" },
		{ "uplink add type vxlan", VRCTL_USAGE,
		  "uplink add: missing NAME or dev DEV" },
		{ "uplink add a type gre", VRCTL_USAGE,
		  "uplink add: type \"gre\": expected one of vxlan, device" },
		{ "uplink add a type vxlan ttl 256", VRCTL_USAGE,
		  "uplink add: ttl \"256\": expected a number from 0 to 255" },
		{ "uplink add dev a any yes", VRCTL_USAGE,
		  "uplink add: any \"yes\": expected on or off" },
		{ "uplink add abcdefghijklmnop type vxlan", VRCTL_USAGE,
		  "uplink add: NAME \"abcdefghijklmnop\": longer than 15" },
		{ "uplink set ttl 5", VRCTL_USAGE,
		  "uplink set: missing NAME or dev DEV" },
		{ "uplink set a local ::1", VRCTL_USAGE,
		  "uplink set: unknown key \"local\"" },
		{ "uplink peer", VRCTL_USAGE,
		  "uplink peer: expected add or del" },
		{ "uplink peer set a", VRCTL_USAGE,
		  "uplink peer: expected add or del" },
		{ "uplink peer add", VRCTL_USAGE,
		  "uplink peer: missing NAME or dev DEV" },
		{ "uplink peer del dev", VRCTL_USAGE,
		  "uplink peer: missing value of key \"dev\": expected DEV" },
		{ "uplink peer del a", VRCTL_USAGE,
		  "uplink peer: missing value of key \"peer del\": expected VTEP" },
		{ "uplink peer add dev a x", VRCTL_USAGE,
		  "uplink peer: peer add \"x\": expected an IPv4 or IPv6" },
		{ "uplink peer add a 192.0.2.1 ::1 any on", VRCTL_USAGE,
		  "uplink peer: unexpected word \"any\"" },
		{ "uplink del a ttl 5", VRCTL_USAGE,
		  "uplink del: unknown key \"ttl\"" },
		{ "uplink show dev", VRCTL_USAGE,
		  "uplink show: missing value of key \"dev\"" },
		{ "uplink ad", VRCTL_USAGE,
		  "uplink: unknown verb \"ad\": expected show, add, set, peer, del, help" },
		{ "monitor uplinks", VRCTL_USAGE,
		  "monitor: unknown key \"uplinks\": expected one of network, port, endpoint, route, uplink" },
		{ "monitor ports", VRCTL_USAGE,
		  "monitor: unknown key \"ports\"" },
		{ "drops show all", VRCTL_USAGE,
		  "drops show: unexpected word \"all\"" },
		{ "limits set", VRCTL_USAGE, "limits: unknown verb \"set\"" },
	};
	struct vrctl vrctl = { .nl = VR_NL_INIT, .netns_fd = -1 };
	char *line, *words[32], *text;
	struct vr_error err;
	struct args args;
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		line = strdup(cases[i].line);
		args = (struct args){ .words = words };
		args.count = batch_split(line, words, 32, NULL);
		err.text[0] = '\0';
		begin(&vrctl.print, false);
		ret = vrctl_command(&vrctl, &args, &err);
		text = end(&vrctl.print);
		args_close(&args);

		is_int(ret, cases[i].ret, "\"%s\": exit code", cases[i].line);
		ok(strncmp(err.text, cases[i].text, strlen(cases[i].text)) == 0,
		   "\"%s\": %s", cases[i].line, err.text);
		is_int(text[0] != '\0', cases[i].ret == VRCTL_OK,
		       "\"%s\": output only of success", cases[i].line);
		free(text);
		free(line);
	}
	ok(!vrctl.nl.sk, "none of them opened a socket");
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	fputs(text, file);
	fclose(file);
}

static void test_batch(void)
{
	char path[] = "/tmp/vr-test-XXXXXX", want[128];
	struct vrctl vrctl = { .nl = VR_NL_INIT, .netns_fd = -1 };
	struct vr_error err = { .errnum = 0 };
	int fd = mkstemp(path);
	char *text;

	ok(fd >= 0, "a file");
	close(fd);
	begin(&vrctl.print, false);

	write_file(path, "# nothing\n\n  \n");
	is_int(batch_run(&vrctl, path, false, &err), VRCTL_OK,
	       "a batch of comments succeeds");
	write_file(path, "drops help\n\nport ad\nlimits x");
	is_int(batch_run(&vrctl, path, false, &err), VRCTL_USAGE,
	       "a batch stops at its first error");
	snprintf(want, sizeof(want), "%s:3: port: unknown verb \"ad\"", path);
	ok(strncmp(err.text, want, strlen(want)) == 0, "%s is named", err.text);
	is_int(batch_run(&vrctl, path, true, &err), VRCTL_USAGE,
	       "with force it fails as well");
	is_string(err.text, "", "but has said why");
	unlink(path);
	is_int(batch_run(&vrctl, path, false, &err), VRCTL_REFUSED,
	       "a file that is not there is no usage error");

	text = end(&vrctl.print);
	is_string(text, "vrctl drops [show]\nvrctl drops [show]\n",
		  "the lines before the error ran");
	free(text);
}

/*
 * A command that waits for the next lines says nothing of its line when they
 * cannot be sent. The namespace is none, so no socket is opened.
 */
static void test_batch_waits(void)
{
	static const struct {
		const char *line;
		bool waits;
	} cases[] = {
		{ "endpoint add network a mac 02:00:00:00:00:01 port 1", true },
		{ "endpoint add network a mac 02:00:00:00:00:01 remote ::1"
		  " uplink vx0",
		  true },
		{ "route add network a 10.0.0.0/8 via remote 192.0.2.1"
		  " uplink vx0 mac 02:00:00:00:00:01",
		  true },
		{ "route add network a 10.0.0.0/8 nexthop remote 192.0.2.1"
		  " nexthop remote 192.0.2.2",
		  true },
		{ "endpoint replace network a mac 02:00:00:00:00:01 remote ::1",
		  false },
		{ "route replace network a 10.0.0.0/8 via remote 192.0.2.1",
		  false },
		{ "network set a flood add 192.0.2.1", false },
		{ "uplink peer add vx0 192.0.2.1", false },
	};
	struct vr_error err = { .errnum = 0 };
	char path[] = "/tmp/vr-test-XXXXXX";
	int fd = mkstemp(path), file = open("/dev/null", O_RDONLY);
	struct vrctl vrctl = { .nl = VR_NL_INIT, .netns_fd = file };
	size_t i;

	ok(fd >= 0 && file >= 0, "a file, and one that is no namespace");
	close(fd);
	begin(&vrctl.print, false);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		write_file(path, cases[i].line);
		is_int(batch_run(&vrctl, path, false, &err), VRCTL_REFUSED,
		       "\"%s\" is not sent", cases[i].line);
		is_int(strncmp(err.text, path, strlen(path)) != 0,
		       cases[i].waits, "and %s: %s",
		       cases[i].waits ? "waited" : "did not wait", err.text);
	}
	free(end(&vrctl.print));
	unlink(path);
	close(file);
}

int main(void)
{
	test_values();
	test_utf8();
	test_array();
	test_network();
	test_flood();
	test_port();
	test_learn();
	test_endpoint();
	test_route();
	test_route_remote();
	test_uplink();
	test_commands();
	test_batch();
	test_batch_waits();

	return tap_end();
}
