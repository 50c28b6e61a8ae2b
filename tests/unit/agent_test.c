// SPDX-License-Identifier: Apache-2.0
/*
 * What of vr-agent asks nobody: tables, places in ranges, objects, the way to the
 * API, what is merged into an annotation, rules and configuration.
 */
#include <errno.h>
#include <linux/vr.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/access.h"
#include "agent/address.h"
#include "agent/api.h"
#include "agent/beside.h"
#include "agent/cni_conf.h"
#include "agent/iptables.h"
#include "agent/kube_version.h"
#include "agent/module.h"
#include "agent/peers.h"
#include "agent/pick.h"
#include "agent/plug_plan.h"
#include "agent/rules.h"
#include "agent/spares.h"
#include "agent/status.h"
#include "agent/table.h"
#include "agent/uplink.h"
#include "cni/json.h"
#include "lib/version.h"
#include "tap.h"

struct number {
	struct table_entry entry;
	unsigned int value;
};

static void test_table(void)
{
	struct table table = { 0 };
	unsigned int i, sum = 0;
	struct number *item, *next;
	char key[16];

	ok(!table_find(&table, "x"), "an empty table has nothing");
	for (i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "%u", i);
		item = table_get(&table, key, sizeof(*item));
		item->value = i;
	}
	is_int(table.count, 1000, "a thousand entries");
	item = table_get(&table, "77", sizeof(*item));
	is_int(item->value, 77, "getting one that is there makes no other");
	table_for_each(item, next, &table) {
		sum += item->value;
		if (item->value % 2)
			table_remove(&table, item);
	}
	is_int(sum, 499500, "all were seen once, while every second went");
	is_int(table.count, 500, "half of them is left");
	ok(!table_find(&table, "77"), "one that went is gone");
	ok(table_find(&table, "78"), "one that did not is there");
	table_free(&table);
	is_int(table.count, 0, "freed");
}

static struct pool_range range(const char *subnet, const char *start,
			       const char *end)
{
	struct pool_range made = { 0 };

	vr_prefix_parse("", subnet, &made.subnet, NULL);
	vr_ip_parse("", start, &made.start, NULL);
	vr_ip_parse("", end, &made.end, NULL);
	made.gateway = made.start;
	return made;
}

static void test_pick(void)
{
	struct pool_range ranges[] = {
		range("192.0.2.0/24", "192.0.2.1", "192.0.2.254"),
		range("198.51.100.0/24", "198.51.100.10", "198.51.100.19"),
	};
	struct pool_range wide[] = {
		range("2001:db8::/64", "2001:db8::1",
		      "2001:db8::ffff:ffff:ffff:fffe"),
	};
	struct pool_set set = { ranges, 2 }, wide_set = { wide, 1 };
	char text[VR_IP_TEXT];
	struct vr_ip ip;

	ranges[1].gateway.family = AF_UNSPEC;
	is_int(pick_count(&set), 264, "two ranges");
	ok(!pick_at(&set, 0, &ip), "the gateway is not to be had");
	ok(pick_at(&set, 253, &ip), "the last of the first range");
	is_string(vr_ip_format(&ip, text), "192.0.2.254", "... is its end");
	ok(pick_at(&set, 254, &ip), "the next");
	is_string(vr_ip_format(&ip, text), "198.51.100.10",
		  "... is the start of the second");
	ok(!pick_at(&set, 264, &ip), "there is none behind the last");
	ok(pick_count(&wide_set) == PICK_MAX, "a /64 counts as many");
	ok(pick_at(&wide_set, 0x10000, &ip), "one of them");
	is_string(vr_ip_format(&ip, text), "2001:db8::1:1", "... with a carry");
	ok(pick_start("a", "net", 1000) < 1000, "a start is a place");
	ok(pick_start("a", "net", 1000) != pick_start("b", "net", 1000),
	   "nodes begin at different ones");
}

static void test_address(void)
{
	struct address address = {
		.network = strdup("ns.net"),
		.node = strdup("node1"),
		.pod_namespace = strdup("ns"),
		.pod_name = strdup("pod"),
		.pod_uid = strdup("uid"),
		.container = strdup("id"),
		.interface = strdup("eth1"),
		.mac = { 0x0a, 0x58, 10, 1, 1, 5 },
		.state = ADDRESS_COOLING,
		.since = 1700000000,
		.vni = 5001,
		.sequence = 7,
	};
	struct vr_error error = { 0 };
	char name[ADDRESS_NAME_BYTES], label[ADDRESS_LABEL_BYTES];
	char node[300], selector[ADDRESS_SELECTOR_BYTES];
	uint8_t mac[VR_MAC_LEN], other[VR_MAC_LEN];
	struct address read;
	cJSON *object;

	is_string(address_name(&address, name), "v5001-0a580a010105",
		  "without an address it is named by the MAC");
	vr_ip_parse("", "10.1.1.5", &address.ip, NULL);
	is_string(address_name(&address, name), "v5001-0a010105",
		  "else by the address");
	object = address_to_json(&address);
	ok(!address_parse(object, &read, &error), "it is read again");
	ok(read.state == ADDRESS_COOLING && read.since == 1700000000 &&
		   read.vni == 5001 && read.sequence == 7,
	   "... with its numbers");
	ok(!strcmp(read.network, "ns.net") && !strcmp(read.pod_uid, "uid") &&
		   !strcmp(read.interface, "eth1") && !read.claim[0],
	   "... and its names");
	address_free(&read);
	cJSON_ReplaceItemInObject(cJSON_GetObjectItem(object, "metadata"),
				  "name", cJSON_CreateString("v5001-0a010106"));
	ok(address_parse(object, &read, &error) == -EINVAL,
	   "a name that is another address's is refused");
	ok(strstr(error.text, "v5001-0a010105"), "... with the right one");
	address_free(&read);
	cJSON_Delete(object);
	address_free(&address);

	is_string(address_label("node1", label), "node1",
		  "a short name is its label");
	memset(node, 'a', sizeof(node) - 1);
	node[sizeof(node) - 1] = '\0';
	is_int(strlen(address_label(node, label)), 59,
	       "a long one is cut, with a hash");
	is_string(address_label("shop/db", label), "shop_db",
		  "a claim's has no character that labels do not have");
	is_string(address_selector("claim", "shop/db", selector),
		  "labelSelector=vrctl.dev%2Fclaim%3Dshop_db",
		  "and is asked for");
	address_want_mac("node1", mac);
	address_want_mac("node2", other);
	ok(vr_mac_is_station(mac) && memcmp(mac, other, VR_MAC_LEN) != 0,
	   "what nodes want has names of their own");
}

/* What the API says, and nobody of the node writes. */
static void test_claimed(void)
{
	static const char text[] =
		"{\"metadata\":{\"name\":\"v5001-0a010105\",\"uid\":\"u\","
		"\"resourceVersion\":\"77\"},\"spec\":{\"network\":\"ns.net\","
		"\"vni\":5001,\"address\":\"10.1.1.5\","
		"\"mac\":\"0a:58:0a:01:01:05\",\"node\":\"n1\",\"state\":\"kept\","
		"\"claim\":\"ns/db\",\"sequence\":4,\"standby\":{\"node\":\"n2\","
		"\"pod\":{\"name\":\"p\",\"uid\":\"p-uid\"}}}}";
	cJSON *object = cJSON_Parse(text), *spec;
	struct vr_error error = { 0 };
	struct address read, copy;

	ok(!address_parse(object, &read, &error), "an address that is kept");
	ok(read.state == ADDRESS_KEPT && !strcmp(read.claim, "ns/db"),
	   "... by whom");
	ok(!strcmp(read.standby_node, "n2") &&
		   !strcmp(read.standby_uid, "p-uid"),
	   "... who stands by");
	ok(!strcmp(read.uid, "u") && !strcmp(read.version, "77"),
	   "... and which object it is");
	ok(!address_copy(&copy, &read, &error) && !strcmp(copy.version, "77"),
	   "a copy has that, too");
	spec = address_spec_to_json(&copy);
	ok(!cJSON_GetObjectItem(spec, "standby") &&
		   !cJSON_GetObjectItem(spec, "uid"),
	   "none of it is written");
	cJSON_Delete(spec);
	cJSON_Delete(object);
	object = address_to_json(&copy);
	ok(!strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(
			   cJSON_GetObjectItem(cJSON_GetObjectItem(object,
								   "metadata"),
					       "labels"),
			   "vrctl.dev/claim")),
		   "ns_db"),
	   "a new object can be found by its claim");
	cJSON_Delete(object);
	address_free(&copy);
	address_free(&read);
}

static void test_access(void)
{
	static const char config[] =
		"{\"current-context\":\"x\",\"contexts\":[{\"name\":\"y\"},{\"name\":\"x\","
		"\"context\":{\"cluster\":\"c\",\"user\":\"u\"}}],\"clusters\":[{\"name\":\"c\","
		"\"cluster\":{\"server\":\"https://192.0.2.1:6443//\","
		"\"certificate-authority\":\"ca.crt\",\"tls-server-name\":\"api\"}}],"
		"\"users\":[{\"name\":\"u\",\"user\":{%s}}]}";
	struct vr_error error = { 0 };
	struct access access;
	char text[1024];

	snprintf(text, sizeof(text), config,
		 "\"tokenFile\":\"/t\",\"client-key-data\":\"a2V5\"");
	ok(!access_parse_kubeconfig(text, "/etc/vr/kubeconfig", &access,
				    &error),
	   "a kubeconfig");
	is_string(access.server, "https://192.0.2.1:6443", "the server");
	is_string(access.ca_file, "/etc/vr/ca.crt",
		  "a path of the file's folder");
	is_string(access.token_file, "/t", "a path from the root");
	is_string(access.client_key_data, "key", "base64");
	is_string(access.server_name, "api", "the server's name");
	is_string(access.proxy_url, "", "no proxy of the environment");
	access_free(&access);

	snprintf(text, sizeof(text), config, "\"exec\":{}");
	ok(access_parse_kubeconfig(text, "f", &access, &error) &&
		   strstr(error.text, "\"exec\""),
	   "what runs a program is refused by name");
	access_free(&access);
	ok(access_parse_kubeconfig("apiVersion: v1", "f", &access, &error) &&
		   strstr(error.text, "kubectl config view"),
	   "YAML is refused with what to do");
	access_free(&access);
	ok(access_parse_kubeconfig("{}", "f", &access, &error) < 0,
	   "so is one without a context");
	access_free(&access);
}

static void test_path(void)
{
	char *path = api_path("/a/%s/b/%s?x%%3D%s", "n-1.x", "../p", "&");

	is_string(path, "/a/n-1.x/b/..%2Fp?x%3D%26", "names are escaped");
	free(path);
}

static void test_status(void)
{
	static const char ours[] = "[{\"name\":\"d\",\"interface\":\"eth0\"}]";
	char *value;

	value = status_merge("", cJSON_Parse(ours));
	is_string(value, ours, "nothing was there");
	cJSON_free(value);
	value = status_merge("no json", cJSON_Parse(ours));
	is_string(value, ours, "nor anything of use");
	cJSON_free(value);
	value = status_merge(
		"[{\"name\":\"o\",\"interface\":\"net1\"},{\"name\":\"f\",\"interface\":\"eth0\"},"
		"{\"name\":\"old\",\"interface\":\"eth7\",\"" STATUS_OURS
		"\":\"id\"},3]",
		cJSON_Parse(ours));
	is_string(value,
		  "[{\"name\":\"d\",\"interface\":\"eth0\"},{\"name\":\"o\",\"interface\":\"net1\"}]",
		  "others' entries are kept, ours and those of our interfaces are not");
	cJSON_free(value);
}

static void peer_of(const char *json, struct peer *peer)
{
	cJSON *node = cJSON_Parse(json);

	peer_parse(node, peer);
	cJSON_Delete(node);
}

static void test_peer(void)
{
	struct peer peer = { .entry.key = NULL };
	char text[VR_IP_TEXT];

	peer_of("{\"spec\":{\"podCIDR\":\"10.0.1.0/24\",\"podCIDRs\":[\"10.0.1.0/24\",\"2001:db8:1::/64\"]},"
		"\"status\":{\"addresses\":[{\"type\":\"Hostname\",\"address\":\"x\"},"
		"{\"type\":\"InternalIP\",\"address\":\"192.0.2.7\"},"
		"{\"type\":\"InternalIP\",\"address\":\"2001:db8::7\"}]}}",
		&peer);
	is_string(vr_ip_format(&peer.vtep, text), "192.0.2.7",
		  "the first InternalIP");
	ok(peer.pod_cidrs[0].length == 24 && peer.pod_cidrs[1].length == 64,
	   "prefixes of both families");
	peer_of("{\"metadata\":{\"annotations\":{\"vrctl.dev/vtep\":\"198.51.100.1\"}},"
		"\"status\":{\"addresses\":[{\"type\":\"InternalIP\",\"address\":\"192.0.2.7\"}]}}",
		&peer);
	is_string(vr_ip_format(&peer.vtep, text), "198.51.100.1",
		  "the annotation wins");
	is_int(peer.pod_cidrs[0].ip.family, AF_UNSPEC, "no prefixes");
	peer_of("{\"metadata\":{\"annotations\":{\"vrctl.dev/pod-cidrs\":"
		"\"10.0.2.0/24,2001:db8:2::/64,x\"}}}",
		&peer);
	ok(peer.pod_cidrs[0].length == 24 && peer.pod_cidrs[1].length == 64,
	   "prefixes of the annotation, without what is none");
	peer_of("{\"metadata\":{\"annotations\":{\"vrctl.dev/pod-cidrs\":"
		"\"10.0.2.0/25,2001:db8:2::/64\"}},\"spec\":{\"podCIDRs\":[\"10.0.1.0/24\"]}}",
		&peer);
	ok(peer.pod_cidrs[0].length == 24 && !peer.pod_cidrs[1].ip.family,
	   "which counts only without others");
	peer_of("{}", &peer);
	is_int(peer.vtep.family, AF_UNSPEC, "nothing is no address");
}

static int count_spares(const struct spare *spare, void *arg)
{
	unsigned int *counts = arg;

	counts[spare->taken]++;
	return 0;
}

static void test_spares(void)
{
	char folder[] = "/tmp/vr-spares-XXXXXX", command[64];
	struct spare_taker taker = { .container = "id",
				     .interface = "eth1",
				     .pod_namespace = "ns",
				     .pod_name = "pod",
				     .pod_uid = "uid" };
	struct spare spare = { .count = 2 }, taken = { .count = 0 };
	struct vr_error error = { 0 };
	unsigned int counts[2] = { 0 };
	char text[VR_MAC_TEXT];

	if (!mkdtemp(folder))
		return;
	vr_ip_parse("", "10.1.1.5", &spare.ips[0], NULL);
	vr_ip_parse("", "2001:db8::5", &spare.ips[1], NULL);
	ok(spares_take(folder, "ns.net", &taker, &taken, &error) == -ENOENT,
	   "there is none at first");
	ok(!spares_add(folder, "ns.net", &spare, &error), "one is laid down");
	ok(!spares_take(folder, "ns.net", &taker, &taken, &error),
	   "and can be taken");
	ok(taken.count == 2 && vr_ip_equal(&taken.ips[1], &spare.ips[1]),
	   "with both addresses");
	is_string(vr_mac_format(taker.mac, text), "0a:58:0a:01:01:05",
		  "and the MAC of the first");
	ok(spares_take(folder, "ns.net", &taker, &taken, &error) == -ENOENT,
	   "but once");
	ok(!spares_for_each(folder, "ns.net", count_spares, counts, &error) &&
		   counts[0] == 0 && counts[1] == 1,
	   "it is there, and somebody's");
	ok(spares_remove(folder, "ns.net", &spare, true, &error) == -EBUSY,
	   "so that it is not removed as free");
	ok(!spares_remove(folder, "ns.net", &spare, false, &error),
	   "but when it is done with");
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ok(!system(command), "nothing is left");
}

static void test_conf(void)
{
	const struct cni_conf_options options = {
		.dir = "/etc/cni/net.d",
		.bin_dir = "/nowhere",
		.host_interface = "vr-host",
		.socket = "/s",
		.networks_dir = "/n",
		.state_dir = "/t",
		.spare_dir = "/p",
		.cluster = "k8s",
	};
	struct vr_network network = { .name = "net", .vni = 7 };
	struct vr_prefix subnet;
	cJSON *conf, *plugin;
	char *text;

	vr_prefix_parse("", "10.244.1.1/24", &subnet, NULL);
	vr_network_add_subnet(&network, &subnet, NULL);
	text = cni_conf_text(&options, &network);
	conf = cJSON_Parse(text);
	plugin = cJSON_GetArrayItem(cJSON_GetObjectItem(conf, "plugins"), 0);
	is_int(cJSON_GetArraySize(cJSON_GetObjectItem(conf, "plugins")), 1,
	       "portmap is not in the list when it is not there");
	ok(cJSON_IsTrue(cJSON_GetObjectItem(plugin, "podNetworks")),
	   "annotations are read");
	ok(!cJSON_GetObjectItem(plugin, "compat"), "and rights are kept");
	is_string(cJSON_GetStringValue(cJSON_GetObjectItem(
			  cJSON_GetArrayItem(cJSON_GetObjectItem(plugin,
								 "subnets"),
					     0),
			  "subnet")),
		  "10.244.1.0/24", "the node's prefix");
	cJSON_Delete(conf);
	cJSON_free(text);
	vr_network_free(&network);
}

/* What the other plugin's file says, and the types of ours or an error. */
static const struct {
	const char *primary;
	const char *types;
	const char *error;
} beside_samples[] = {
	{ "{\"cniVersion\":\"0.4.0\",\"name\":\"n\",\"plugins\":[{\"type\":\"a\"},{\"type\":\"b\"}]}",
	  "a b vr-cni", NULL },
	{ "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"type\":\"a\",\"mtu\":7}",
	  "a vr-cni", NULL },
	{ "{\"cniVersion\":\"0.2.0\",\"name\":\"n\",\"type\":\"a\"}", NULL,
	  "\"0.2.0\"" },
	{ "{\"cniVersion\":\"9.9.9\",\"name\":\"n\",\"type\":\"a\"}", NULL,
	  "\"9.9.9\"" },
	{ "{\"name\":\"n\",\"type\":\"a\"}", NULL, "\"\"" },
	{ "{\"cniVersion\":\"1.0.0\",\"plugins\":[]}", NULL,
	  "no configuration" },
	{ "{\"cniVersion\":\"1.0.0\"}", NULL, "no configuration" },
	{ "[]", NULL, "no configuration" },
	{ "{", NULL, "10-x.conf" },
	{ "{\"cniVersion\":\"1.0.0\",\"plugins\":[{\"type\":\"a\"},{\"type\":\"vr-cni\"}]}",
	  NULL, "has vr-cni already" },
	{ "{\"cniVersion\":\"0.3.1\",\"type\":\"multus\"}", NULL, "Multus" },
};

static void list_types(const char *text, char *types, size_t size)
{
	cJSON *conf = cJSON_Parse(text);
	const cJSON *plugin;
	size_t len;

	types[0] = '\0';
	cJSON_ArrayForEach(plugin, cJSON_GetObjectItem(conf, "plugins")) {
		len = strlen(types);
		snprintf(types + len, size - len, "%s%s", len ? " " : "",
			 cJSON_GetStringValue(
				 cJSON_GetObjectItem(plugin, "type")));
	}
	cJSON_Delete(conf);
}

static void test_beside_versions(const struct cni_conf_options *options)
{
	char *text = beside_conf_text(
		options,
		"{\"cniVersion\":\"1.0.0\",\"cniVersions\":[\"0.2.0\",\"1.0.0\",\"2.0.0\"],"
		"\"name\":\"n\",\"disableCheck\":true,\"plugins\":[{\"type\":\"a\"}]}",
		"x", NULL);
	cJSON *conf = cJSON_Parse(text);
	char *versions;

	versions = cJSON_PrintUnformatted(
		cJSON_GetObjectItem(conf, "cniVersions"));
	is_string(versions, "[\"1.0.0\"]", "versions that both know");
	ok(cJSON_IsTrue(cJSON_GetObjectItem(conf, "disableCheck")),
	   "the other's keys are kept");
	cJSON_free(versions);
	cJSON_Delete(conf);
	cJSON_free(text);
}

static void test_beside(void)
{
	const struct cni_conf_options options = {
		.socket = "/s",
		.networks_dir = "/n",
		.state_dir = "/t",
		.spare_dir = "/p",
		.cluster = "k8s",
	};
	struct vr_error err;
	char types[64];
	char *text;
	size_t i;

	for (i = 0; i < sizeof(beside_samples) / sizeof(*beside_samples); i++) {
		err = (struct vr_error){ 0 };
		text = beside_conf_text(&options, beside_samples[i].primary,
					"10-x.conf", &err);
		list_types(text, types, sizeof(types));
		if (beside_samples[i].types)
			is_string(types, beside_samples[i].types,
				  beside_samples[i].primary);
		else
			ok(!text && strstr(err.text, beside_samples[i].error),
			   beside_samples[i].primary);
		cJSON_free(text);
	}
	test_beside_versions(&options);
	is_string(cni_conf_name_before("05-x.conf", NULL), "00-vr.conflist",
		  "a name before another's");
	is_string(cni_conf_name_before("00-calico.conflist", NULL),
		  "0-vr.conflist", "also when it was to be the first");
	ok(!cni_conf_name_before("-x.conf", NULL), "and none before that");
}

static void test_rules(void)
{
	struct rules_port ports[] = {
		{ .ifname = "vr-host" },
		{ .ifname = "vr-more" },
	};
	struct peers peers = { .watch = NULL };
	struct rules rules = {
		.vxlan_port = 4790,
		.peers = &peers,
		.ports = ports,
		.port_count = 1,
	};
	struct peer *peer;
	char *text;

	text = rules_text(&rules);
	ok(text && !strstr(text, "{ }") && !strstr(text, "\"lo\"") &&
		   !strstr(text, "vr-more"),
	   "without nodes and masquerading");
	free(text);
	peer = table_get(&peers.table, "n", sizeof(*peer));
	vr_ip_parse("", "192.0.2.1", &peer->vtep, NULL);
	peer->addresses[0] = peer->vtep;
	vr_ip_parse("", "2001:db8::1", &peer->addresses[1], NULL);
	ports[0].masquerade = true;
	text = rules_text(&rules);
	ok(text && strstr(text, "elements = { 192.0.2.1 }") &&
		   strstr(text, "elements = { 2001:db8::1 }") &&
		   strstr(text, "\"lo\" } masquerade") &&
		   strstr(text, "udp dport 4790"),
	   "and with both");
	free(text);
	rules.port_count = 2;
	text = rules_text(&rules);
	ok(text && strstr(text, "elements = { \"vr-host\", \"vr-more\" }") &&
		   strstr(text,
			  "iifname { \"vr-more\" } oifname { \"vr-more\" } ct status dnat") &&
		   !strstr(text, "iifname { \"vr-more\" } oifname != ") &&
		   !strstr(text, "zone set"),
	   "two ports, each as it is told");
	free(text);
	ports[1].vrf = "vr-vrf7";
	ports[1].zone = 7;
	ports[1].mark = 0x76720007;
	text = rules_text(&rules);
	ok(text &&
		   strstr(text,
			  "iifname { \"vr-more\", \"vr-vrf7\" } ct original zone set 7") &&
		   strstr(text,
			  "ct original zone 7 meta mark set 0x76720007") &&
		   strstr(text,
			  "iifname { \"vr-more\", \"vr-vrf7\" } jump pings"),
	   "a zone, and only pings for the node");
	free(text);
	ports[1].services = true;
	text = rules_text(&rules);
	ok(text && strstr(text, "\"vr-vrf7\" } ct status dnat masquerade") &&
		   strstr(text,
			  "oifname { \"vr-more\", \"vr-vrf7\" } fib saddr type local ct status dnat masquerade") &&
		   strstr(text, "\"vr-vrf7\" } counter drop") &&
		   !strstr(text, "\"vr-vrf7\" } jump pings"),
	   "or all of it and services, but nothing outside");
	free(text);
	rules.port_count = 0;
	text = rules_text(&rules);
	ok(text && !strstr(text, "host-ports") && !strstr(text, "masquerade") &&
		   strstr(text, "hook forward") &&
		   strstr(text, "\t\tudp dport 4790 ip daddr @nodes4"),
	   "without a first interface of ours the guard alone");
	free(text);
	table_free(&peers.table);
}

static void test_iptables(void)
{
	static const char listing[] =
		"-P FORWARD DROP\n"
		"-A FORWARD -i vr-host0 -m comment --comment \"vr-agent:from-pods\" -j ACCEPT\n"
		"-A FORWARD -o vr-host -m comment --comment vr-agent:to-pods -j ACCEPT\n";
	struct iptables_rule rule;

	ok(iptables_drops(listing), "a policy that drops");
	ok(!iptables_drops("-P INPUT ACCEPT\n-A INPUT -j DROP\n"),
	   "and one that does not");
	iptables_rule_make(IPTABLES_FORWARD, 0, "vr-host", 4789, &rule);
	ok(!iptables_has(listing, &rule), "a rule of another device");
	iptables_rule_make(IPTABLES_FORWARD, 1, "vr-host", 4789, &rule);
	ok(iptables_has(listing, &rule), "a rule that is there");
	ok(iptables_rule_make(IPTABLES_INPUT, 1, NULL, 4790, &rule) &&
		   !strcmp(rule.words[3], "4790") &&
		   iptables_has("-A INPUT -p udp -m udp --dport 4790 -m comment --comment vr-agent:vxlan -j ACCEPT",
				&rule),
	   "one for tunnels needs no device");
	ok(!iptables_rule_make(IPTABLES_INPUT, 0, NULL, 4790, &rule),
	   "others do");
}

static void test_uplink_names(void)
{
	static const char *const samples[][2] = {
		{ "vr-uplink", "vr-uplink-2" },
		{ "fifteen-letters", "fifteen-lette-2" },
		{ "fifteen-lette-2", "fifteen-lette-3" },
	};
	struct uplink uplink = { .switch_at = 0 };
	size_t i;

	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		uplink_init(&uplink, samples[i][0]);
		is_string(uplink.name, samples[i][0], "an uplink's name");
		is_string(uplink.names[1], samples[i][1], "and its other one");
	}
}

static void test_kube_version(void)
{
	static const struct {
		const char *answer;
		int ret;
	} samples[] = {
		{ "{\"major\":\"1\",\"minor\":\"30\"}", 0 },
		{ "{\"major\":\"1\",\"minor\":\"35+\"}", 0 },
		{ "{\"major\":\"2\",\"minor\":\"0\"}", 0 },
		{ "{\"major\":\"1\",\"minor\":\"29+\"}", -EPROTONOSUPPORT },
		{ "{\"gitVersion\":\"v1.30.0\"}", -EINVAL },
		{ "null", -EINVAL },
	};
	struct vr_error error;
	cJSON *answer;
	size_t i;

	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		answer = cJSON_Parse(samples[i].answer);
		is_int(kube_version_check(answer, &error), samples[i].ret,
		       "Kubernetes %s", samples[i].answer);
		cJSON_Delete(answer);
	}
}

/* "net1=eth1 net2=eth2", wanted "net1,net2@data0", and the next step. */
struct plug_sample {
	const char *there;
	const char *wanted;
	const char *step;
};

static const struct plug_sample plug_samples[] = {
	{ "", "", "nothing" },
	{ "a=eth1", "a", "nothing" },
	{ "a=eth1", "a@eth1", "nothing" },
	{ "", "a", "add a eth1" },
	{ "a=eth1", "", "remove eth1" },
	{ "a=eth1 b=eth2", "b", "remove eth1" },
	{ "b=eth2", "b,a", "add a eth1" },
	{ "a=eth1 b=eth2", "b,a", "nothing" },
	{ "a=eth1", "a,a", "add a eth2" },
	{ "a=eth1 a=eth2", "a", "remove eth2" },
	{ "a=eth1 a=eth2", "a@eth2", "remove eth1" },
	{ "a=eth1 a=eth2", "a,a@eth1", "nothing" },
	{ "a=eth1", "a@data0", "remove eth1" },
	{ "", "a,b@eth1", "add a eth2" },
	{ "b=eth1", "a,b", "add a eth2" },
	{ "a=eth1 b=eth2", "c", "remove eth1" },
};

static unsigned int read_there(char *text, struct plug_interface *there)
{
	unsigned int count = 0;
	char *word;

	while ((word = strsep(&text, " "))) {
		if (!word[0])
			continue;
		there[count].network = strsep(&word, "=");
		there[count++].ifname = word;
	}
	return count;
}

static void test_plug(const struct plug_sample *sample)
{
	struct request items[8] = { { .network = NULL } };
	struct requests wanted = { .items = items };
	struct plug_interface there[8];
	char a[64], b[64], step[128], *text = b, *word;
	struct plug_plan plan;
	unsigned int count;

	snprintf(a, sizeof(a), "%s", sample->there);
	snprintf(b, sizeof(b), "%s", sample->wanted);
	count = read_there(a, there);
	while ((word = strsep(&text, ","))) {
		if (!word[0])
			continue;
		items[wanted.count].network = strsep(&word, "@");
		items[wanted.count++].ifname = word;
	}
	plug_plan_make(&wanted, there, count, &plan);
	if (plan.remove)
		snprintf(step, sizeof(step), "remove %s", plan.remove->ifname);
	else if (plan.add)
		snprintf(step, sizeof(step), "add %s %s", plan.add->network,
			 plan.ifname);
	else
		snprintf(step, sizeof(step), "nothing");
	is_string(step, sample->step, "\"%s\" is wanted, there is \"%s\"",
		  sample->wanted, sample->there);
}

static void test_plugs(void)
{
	size_t i;

	for (i = 0; i < sizeof(plug_samples) / sizeof(plug_samples[0]); i++)
		test_plug(&plug_samples[i]);
}

static void test_module(void)
{
	struct vr_error error = { 0 };
	bool differs;

	ok(!module_compare(VR_VERSION, VR_GENL_VERSION, &differs, &error) &&
		   !differs,
	   "a module of this version");
	ok(!module_compare("9.9.9", VR_GENL_VERSION, &differs, &error) &&
		   differs,
	   "one of another, with the same contract");
	ok(module_compare("9.9.9", VR_GENL_VERSION + 1, &differs, &error) ==
			   -EPROTO &&
		   strstr(error.text, "version 9.9.9") &&
		   strstr(error.text, "vr-agent replug"),
	   "one with another contract: what to do");
}

int main(void)
{
	test_table();
	test_pick();
	test_address();
	test_claimed();
	test_access();
	test_path();
	test_status();
	test_peer();
	test_spares();
	test_conf();
	test_beside();
	test_rules();
	test_iptables();
	test_kube_version();
	test_uplink_names();
	test_plugs();
	test_module();
	return tap_end();
}
