// SPDX-License-Identifier: Apache-2.0
/*
 * Plans, and attachments on disk: what is written is read back, and what is no
 * state file is refused whole.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cni/code.h"
#include "cni/file.h"
#include "cni/ipam.h"
#include "cni/json.h"
#include "cni/plan.h"
#include "cni/state.h"
#include "tap.h"

static const char conf[] =
	"{\"cniVersion\":\"1.1.0\",\"name\":\"green\",\"type\":\"vr-cni\","
	"\"subnets\":[\"192.0.2.0/24\",\"2001:db8::/64\"],"
	"\"networksDir\":\"/nonexistent\",\"prevResult\":{},"
	"\"hostInterface\":\"host0\","
	"\"runtimeConfig\":{\"io.kubernetes.cri.pod-annotations\":{\"a\":\"b\"},"
	"\"ips\":[\"192.0.2.9\"]},"
	"\"networks\":[\"green@eth2\",\"green\",{\"name\":\"green\","
	"\"mac\":\"02:00:00:00:00:07\",\"ips\":[\"192.0.2.10\"]}]}";

static const struct environment env = {
	.command = CNI_CMD_ADD,
	.container_id = "c1",
	.netns = "/n",
	.ifname = "eth1",
	.args = "",
	.path = "",
};

static int make(const char *text, const struct environment *environment,
		bool lenient, struct netconf *netconf, struct plan *plan,
		struct vr_error *err)
{
	memset(plan, 0, sizeof(*plan));
	if (netconf_parse(text, strlen(text), netconf, err) ||
	    netconf_parse_rest(netconf, environment, err))
		return -1;
	return plan_make(netconf, environment, lenient, plan, err);
}

static void test_plan(void)
{
	cleanup_netconf struct netconf netconf = { 0 };
	cleanup_json_text char *first = NULL, *last = NULL;
	const struct attachment_interface *interfaces;
	cleanup_plan struct plan plan;
	struct vr_error err = { 0 };
	char mac[VR_MAC_TEXT];

	ok(!make(conf, &env, false, &netconf, &plan, &err), "make a plan");
	is_int(plan.attachment.interface_count, 4, "its interfaces");
	interfaces = plan.attachment.interfaces;
	is_string(interfaces[0].ifname, "eth1", "first: CNI_IFNAME");
	is_string(interfaces[1].ifname, "eth2", "second: its own name");
	is_string(interfaces[2].ifname, "eth3", "third: the next one free");
	is_string(interfaces[3].ifname, "eth4", "fourth: and the next");
	is_string(vr_mac_format(interfaces[3].mac, mac), "02:00:00:00:00:07",
		  "the MAC that was asked for");
	is_int(interfaces[0].mac[0], 2, "or one that is locally administered");
	first = cJSON_PrintUnformatted(interfaces[0].ipam);
	ok(strstr(first, "\"ips\":[\"192.0.2.9\"]") &&
		   !strstr(first, "annotations") &&
		   !strstr(first, "prevResult") &&
		   strstr(first, "\"cniVersion\":\"1.0.0\""),
	   "the first plugin gets what concerns it");
	last = cJSON_PrintUnformatted(interfaces[3].ipam);
	ok(strstr(last, "\"ips\":[\"192.0.2.10\"]") &&
		   !strstr(last, "192.0.2.9\""),
	   "and so does the last");
}

static void refused(const char *rest, const char *message)
{
	cleanup_netconf struct netconf netconf = { 0 };
	cleanup_plan struct plan plan;
	struct vr_error err = { 0 };
	char text[512];

	snprintf(text, sizeof(text),
		 "{\"cniVersion\":\"1.0.0\","
		 "\"networksDir\":\"/nonexistent\",\"name\":\"n\"%s}",
		 rest);
	ok(make(text, &env, false, &netconf, &plan, &err) < 0 &&
		   strstr(err.text, message) && cni_code(&err) == CNI_CONFIG,
	   "refused: %s", rest);
	if (!strstr(err.text, message))
		printf("#   %s\n", err.text);
}

static void test_refusals(void)
{
	struct environment bad = env;
	struct netconf netconf = { 0 };
	struct vr_error err = { 0 };
	struct plan plan;

	refused("", "\"n\" is defined by no file");
	refused(",\"vni\":1,\"networks\":[\"red\"]", "\"red\"");
	refused(",\"vni\":1,\"networks\":[\"n@eth1\"]", "\"eth1\"");
	refused(",\"vni\":1,\"networks\":[\"n@x\",\"n@x\"]", "\"x\"");
	refused(",\"vni\":1,\"runtimeConfig\":{\"mac\":\"x\"}", "x");
	refused(",\"vni\":1,\"runtimeConfig\":{\"mac\":\"01:00:00:00:00:00\"}",
		"01:00:00:00:00:00");
	refused(",\"vni\":1,\"networks\":[{\"name\":\"n\",\"ips\":[\"1\"]}]",
		"no IPAM plugin");
	bad.args = "x";
	ok(make(conf, &bad, false, &netconf, &plan, &err) < 0 &&
		   cni_code(&err) == CNI_ENVIRONMENT,
	   "refused: CNI_ARGS x");
	plan_free(&plan);
	netconf_free(&netconf);
}

static void test_lenient(void)
{
	static const char text[] =
		"{\"cniVersion\":\"1.0.0\",\"networksDir\":\"/nonexistent\","
		"\"name\":\"n\",\"networks\":[\"gone\",\"gone@x\"]}";
	cleanup_netconf struct netconf netconf = { 0 };
	cleanup_plan struct plan plan;
	struct vr_error err = { 0 };

	ok(!make(text, &env, true, &netconf, &plan, &err),
	   "a plan for DEL without definitions");
	is_int(plan.attachment.interface_count, 3, "has all interfaces");
	is_string(plan.attachment.interfaces[1].ifname, "eth2",
		  "under their names");
}

/* A file of the folder of definitions. */
static void definition(const char *folder, const char *name, const char *keys)
{
	char file[64], text[512];

	snprintf(file, sizeof(file), "%s.json", name);
	snprintf(text, sizeof(text), "{\"name\":\"%s\"%s}", name, keys);
	if (file_write(folder, file, text, NULL))
		abort();
}

static int make_pod(const char *folder, const char *annotation,
		    const char *value, const char *keys,
		    struct netconf *netconf, struct plan *plan,
		    struct vr_error *err)
{
	struct environment pod = env;
	cleanup_json_text char *text = NULL;
	cleanup_json cJSON *json = cJSON_Parse(keys);
	cJSON *object;

	pod.ifname = "eth0";
	pod.args = "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=p;K8S_POD_UID=u";
	cJSON_AddStringToObject(json, "cniVersion", "1.0.0");
	cJSON_AddStringToObject(json, "name", "own");
	cJSON_AddNumberToObject(json, "vni", 1);
	cJSON_AddTrueToObject(json, "podNetworks");
	cJSON_AddStringToObject(json, "hostInterface", "host0");
	cJSON_AddStringToObject(json, "networksDir", folder);
	object = cJSON_AddObjectToObject(json, "runtimeConfig");
	object = cJSON_AddObjectToObject(object, NETCONF_POD_ANNOTATIONS);
	cJSON_AddStringToObject(object, annotation, value);
	text = cJSON_Print(json);
	return make(text, &pod, false, netconf, plan, err);
}

/* The networks of all interfaces, and by which names; or the message. */
static void pod(const char *folder, const char *annotation, const char *value,
		const char *keys, const char *want)
{
	cleanup_netconf struct netconf netconf = { 0 };
	const struct attachment_interface *interface;
	cleanup_plan struct plan plan;
	struct vr_error err = { 0 };
	char got[1600] = "";
	unsigned int i;

	if (make_pod(folder, annotation, value, keys, &netconf, &plan, &err)) {
		ok(strstr(err.text, want), "%s: %s is refused: %s", annotation,
		   value, want);
		printf("#   code %d: %s\n", cni_code(&err), err.text);
		return;
	}
	for (i = 0; i < plan.attachment.interface_count; i++) {
		interface = &plan.attachment.interfaces[i];
		snprintf(got + strlen(got), sizeof(got) - strlen(got),
			 "%s%s%s%s ", interface->network,
			 interface->requested ? " as " : "",
			 interface->requested ? interface->requested : "",
			 interface->claim ? " claimed" : "");
	}
	snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s",
		 plan.attachment.host_interface);
	is_string(got, want, "%s: %s %s", annotation, value, keys);
}

#define MULTUS POD_NETWORKS_DEFAULT_KEY
#define CONTRAIL "opencontrail.org/network"
#define PROJECT(project, name) \
	"{'domain':'default-domain','project':'" project "','name':'" name "'}"

static void define_all(const char *folder)
{
	definition(folder, "shop.left", "");
	definition(folder, "shop.claims",
		   ",\"ipam\":{\"type\":\"vr-agent\"},\"snat\":true,"
		   "\"forwarding\":false,\"device\":\"eth7\"");
	definition(folder, "other.closed", "");
	definition(folder, "other.open", ",\"shared\":[\"shop\"]");
	definition(folder, "kube-system.main", ",\"shared\":\"*\"");
	definition(folder, "kube-system.secret", "");
	definition(folder, "blue", ",\"shared\":[\"shop\"]");
	definition(folder, "shop.alias", ",\"sameAs\":\"other.open\"");
	definition(folder, "shop.badalias", ",\"sameAs\":\"other.closed\"");
	definition(folder, "shop.loop", ",\"sameAs\":\"shop.alias\"");
	definition(folder, "shop.lost", ",\"sameAs\":\"shop.nothing\"");
	definition(folder, "shop.both", ",\"sameAs\":\"other.open\",\"vni\":7");
	definition(folder, "other.alias", ",\"sameAs\":\"other.closed\"");
}

static void test_pods(const char *folder)
{
	define_all(folder);
	pod(folder, POD_NETWORKS_KEY, "left,other/open", "{}",
	    "own shop.left other.open host0");
	pod(folder, POD_NETWORKS_KEY, "other/closed", "{}",
	    "\"other.closed\" is not shared with namespace \"shop\"");
	pod(folder, POD_NETWORKS_KEY, "other/closed",
	    "{\"compat\":\"contrail\"}", "own other.closed host0");
	pod(folder, POD_NETWORKS_KEY, "alias", "{}",
	    "own other.open as shop.alias host0");
	pod(folder, POD_NETWORKS_KEY, "badalias", "{}",
	    "network \"shop.badalias\" is the same as \"other.closed\", which is not shared with namespace \"shop\"");
	pod(folder, POD_NETWORKS_KEY, "badalias", "{\"compat\":\"contrail\"}",
	    "own other.closed as shop.badalias host0");
	pod(folder, POD_NETWORKS_KEY, "other/alias", "{}",
	    "\"other.alias\" is not shared with namespace \"shop\"");
	pod(folder, POD_NETWORKS_KEY, "loop", "{}",
	    "\"shop.loop\" is the same as \"shop.alias\", which itself is");
	pod(folder, POD_NETWORKS_KEY, "lost", "{}",
	    "network \"shop.lost\": network configuration: network \"shop.nothing\" is defined by no file");
	pod(folder, POD_NETWORKS_KEY, "both", "{}",
	    "\"vni\" is 7, beside \"sameAs\"");
	pod(folder, POD_NETWORKS_KEY,
	    "[{\"name\":\"claims\",\"ipam-claim-reference\":\"c\"}]", "{}",
	    "own shop.claims claimed host0");
	pod(folder, POD_NETWORKS_KEY,
	    "[{\"name\":\"left\",\"ipam-claim-reference\":\"c\"}]", "{}",
	    "\"ipam-claim-reference\" is \"c\", which is not supported");

	pod(folder, MULTUS, "main", "{}", "kube-system.main ");
	pod(folder, MULTUS, "shop/left", "{}", "shop.left ");
	pod(folder, MULTUS, "left", "{}", "\"kube-system.left\" is defined by");
	pod(folder, MULTUS, "secret", "{}",
	    "\"kube-system.secret\" is not shared with namespace \"shop\"");
	pod(folder, MULTUS, "shop/alias", "{}", "other.open as shop.alias ");
	pod(folder, MULTUS,
	    "[{\"name\":\"main\",\"default-route\":[\"192.0.2.1\"]}]",
	    "{\"networks\":[{\"name\":\"shop.left\",\"default-route\":[\"192.0.2.1\"]}]}",
	    "of one family for network \"kube-system.main\" and for network \"shop.left\"");

	pod(folder, CONTRAIL, PROJECT("k8s-shop", "k8s-left-pod-network"), "{}",
	    "shop.left ");
	pod(folder, CONTRAIL, PROJECT("k8s-shop", "left"), "{}", "shop.left ");
	pod(folder, CONTRAIL, PROJECT("k8s-shop", "blue"), "{}", "blue ");
	pod(folder, CONTRAIL, PROJECT("admin", "blue"), "{}", "blue ");
	pod(folder, CONTRAIL, PROJECT("east-shop", "left"),
	    "{\"cluster\":\"east\"}", "shop.left ");
	pod(folder, CONTRAIL, PROJECT("k8s-other", "closed"), "{}",
	    "\"other.closed\" is not shared with namespace \"shop\"");
	pod(folder, CONTRAIL, PROJECT("k8s-shop", "k8s-x-pod-network"), "{}",
	    "neither network \"shop.x\" nor network \"k8s-x-pod-network\" is defined by a file in ");
	pod(folder, CONTRAIL, PROJECT("admin", "x"), "{}",
	    "network \"x\" is defined by no file in ");
}

/* What the agent's type of IPAM is given, and what is kept for others. */
static void test_kept(const char *folder)
{
	cleanup_attachment struct attachment loaded = { 0 };
	cleanup_netconf struct netconf netconf = { 0 };
	cleanup_json cJSON *json = NULL;
	cleanup_plan struct plan plan;
	struct vr_error err = { 0 };
	const cJSON *conf;

	if (make_pod(folder, POD_NETWORKS_KEY, "claims,alias",
		     "{\"agentSocket\":\"/run/x\",\"spareDir\":\"/spares\"}",
		     &netconf, &plan, &err)) {
		ok(0, "a plan: %s", err.text);
		return;
	}
	conf = plan.attachment.interfaces[1].ipam;
	is_string(cJSON_GetStringValue(json_item(conf, "agentSocket")),
		  "/run/x", "where the agent is");
	is_string(cJSON_GetStringValue(json_item(conf, "spareDir")), "/spares",
		  "and where its spares are");
	json = attachment_to_json(&plan.attachment);
	ok(!attachment_from_json(json, "here", &loaded, &err), "read again");
	is_string(loaded.pod.namespace, "shop", "namespace");
	is_string(loaded.pod.name, "p", "and name");
	is_string(loaded.pod.uid, "u", "and UID of the pod are kept");
	is_string(loaded.interfaces[2].network, "other.open", "the network");
	is_string(loaded.interfaces[2].requested ?: "", "shop.alias",
		  "and what it was asked for by");
	ok(!loaded.interfaces[1].requested, "but for who asked by its name");
}

#define OPEN "{\"delegateTypes\":[\"macvlan\"]}"

/* Interfaces of other plugins: their place among ours, and what they are told. */
static void test_delegates(const char *folder)
{
	cleanup_attachment struct attachment loaded = { 0 };
	cleanup_netconf struct netconf netconf = { 0 };
	cleanup_json cJSON *json = NULL;
	cleanup_plan struct plan plan;
	struct vr_error err = { 0 };
	char *text;

	definition(
		folder, "shop.mv",
		",\"delegate\":\"{\\\"cniVersion\\\":\\\"1.0.0\\\",\\\"name\\\":\\\"evil\\\",\\\"plugins\\\":"
		"[{\\\"type\\\":\\\"macvlan\\\",\\\"capabilities\\\":{\\\"mac\\\":true}}]}\"");
	definition(folder, "shop.bad", ",\"delegate\":\"{}\"");
	pod(folder, POD_NETWORKS_KEY, "mv", "{}",
	    "network \"shop.mv\" is of type \"macvlan\", which is not opened on this node");
	pod(folder, POD_NETWORKS_KEY, "bad", OPEN, "not a list of plugins");
	pod(folder, MULTUS, "shop/mv", OPEN,
	    "network \"shop.mv\" is another plugin's: the first network has to be one of vr");
	pod(folder, POD_NETWORKS_KEY,
	    "[{\"name\":\"mv\",\"ips\":[\"192.0.2.1\"]}]", OPEN,
	    "network \"shop.mv\": \"ips\" is asked for, which the plugin \"macvlan\" is not told");
	pod(folder, POD_NETWORKS_KEY,
	    "[{\"name\":\"mv\",\"default-route\":[\"192.0.2.1\"]}]", OPEN,
	    "\"default-route\" is asked for");
	if (make_pod(folder, POD_NETWORKS_KEY,
		     "[{\"name\":\"left\"},{\"name\":\"mv\",\"mac\":\"02:00:00:00:00:01\",\"cni-args\":{\"a\":1}},{\"name\":\"left\"}]",
		     OPEN, &netconf, &plan, &err)) {
		ok(0, "a plan: %s", err.text);
		return;
	}
	json = attachment_to_json(&plan.attachment);
	ok(!attachment_from_json(json, "here", &loaded, &err), "read again");
	is_int(loaded.interface_count, 3, "interfaces of ours");
	is_string(loaded.interfaces[2].ifname, "eth3",
		  "numbered with all others");
	is_int(loaded.delegate_count, 1, "one of another plugin");
	is_string(loaded.delegates[0].ifname, "eth2", "in its place");
	text = cJSON_PrintUnformatted(loaded.delegates[0].conf);
	is_string(text,
		  "{\"cniVersion\":\"1.0.0\",\"plugins\":[{\"type\":\"macvlan\",\"capabilities\":{\"mac\":true},"
		  "\"runtimeConfig\":{\"mac\":\"02:00:00:00:00:01\"},\"args\":{\"cni\":{\"a\":1}}}],\"name\":\"shop.mv\"}",
		  "by the network's name, with what is asked for");
	cJSON_free(text);
}

static void test_pod(void)
{
	char folder[] = "/tmp/vr-pod-XXXXXX";
	char command[64];

	if (!mkdtemp(folder)) {
		ok(0, "a folder");
		return;
	}
	test_pods(folder);
	test_kept(folder);
	test_delegates(folder);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ok(system(command) == 0, "clean up");
}

/* A folder with one state file, and with what is none. */
static void test_list(const char *deep)
{
	static const char *const others[] = {
		".green:c2:eth0.json.new",
		"green:c2.json",
		"green:c2:eth0",
		"green:c2:eth0:x.json",
		"gr/een:c2:eth0.json",
		":c2:eth0.json",
		"green::eth0.json",
		"green:c2:.json",
		"lock",
	};
	cleanup_state_keys struct state_keys keys = { 0 };
	struct state_keys none;
	struct vr_error err = { 0 };
	char path[128];
	unsigned int i;

	ok(!state_list("/nonexistent", &none, &err) && !none.count,
	   "no folder is an empty one");
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		file_write(deep, others[i], "{}", NULL);
	file_write(deep, ".green:c1:eth1.json.new", "{", NULL);
	ok(!state_list(deep, &keys, &err), "list");
	is_int(keys.count, 1, "what is no state file is not listed");
	if (keys.count) {
		is_string(keys.items[0].name, "green", "the name");
		is_string(keys.items[0].container_id, "c1", "the container");
		is_string(keys.items[0].ifname, "eth1", "the interface");
	}
	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		snprintf(path, sizeof(path), "%s/%s", deep, others[i]);
		unlink(path);
	}
}

static void test_state(void)
{
	cleanup_attachment struct attachment loaded = { 0 };
	cleanup_json cJSON *before = NULL, *after = NULL;
	cleanup_netconf struct netconf netconf = { 0 };
	char folder[] = "/tmp/vr-state-XXXXXX";
	char deep[64], command[64];
	cleanup_plan struct plan plan;
	struct vr_error err = { 0 };
	struct stat status = { 0 };
	bool found;

	if (!mkdtemp(folder) ||
	    make(conf, &env, false, &netconf, &plan, &err)) {
		ok(0, "a folder and a plan");
		return;
	}
	snprintf(deep, sizeof(deep), "%s/a/b", folder);
	plan.attachment.netns_inode = UINT64_MAX;
	ok(!state_load(deep, "green", "c1", "eth1", &loaded, &found, &err) &&
		   !found,
	   "no file, no folder");
	ok(!state_save(deep, &plan.attachment, &err), "save");
	ok(!stat(deep, &status) && (status.st_mode & 0777) == 0700,
	   "the folder is private");
	ok(!state_load(deep, "green", "c1", "eth1", &loaded, &found, &err) &&
		   found,
	   "load");
	before = attachment_to_json(&plan.attachment);
	after = attachment_to_json(&loaded);
	ok(cJSON_Compare(before, after, true), "it is the same");
	test_list(deep);
	ok(!state_remove(deep, "green", "c1", "eth1", &err) &&
		   !state_remove(deep, "green", "c1", "eth1", &err),
	   "remove, twice");
	ok(!rmdir(deep), "nor is a file left of a write that died");
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ok(system(command) == 0, "clean up");
}

/* Every part of a state file that is cut off at some place. */
static void test_truncated(void)
{
	cleanup_netconf struct netconf netconf = { 0 };
	cleanup_json_text char *text = NULL;
	cleanup_json cJSON *json = NULL;
	struct attachment attachment;
	cleanup_plan struct plan plan;
	struct vr_error err = { 0 };
	unsigned int accepted = 0;
	size_t len;

	if (make(conf, &env, false, &netconf, &plan, &err)) {
		ok(0, "a plan");
		return;
	}
	json = attachment_to_json(&plan.attachment);
	text = cJSON_PrintUnformatted(json);
	for (len = strlen(text) - 1; len > 0; len--) {
		cleanup_json cJSON *part = NULL;

		text[len] = '\0';
		part = cJSON_Parse(text);
		if (part &&
		    !attachment_from_json(part, "here", &attachment, &err))
			accepted++;
	}
	is_int(accepted, 0, "no part of a state file is a state file");
	cJSON_DeleteItemFromObject(json, "bootID");
	ok(attachment_from_json(json, "here", &attachment, &err) < 0,
	   "nor is one without boot id");
}

static void test_names(void)
{
	static const char *const names[][2] = {
		{ "blue", "blue" },
		{ "a.b-c_d", "a.b-c_d" },
		{ "default/blue", "default._2fblue" },
		{ "default._2fblue", "default._2e_2fblue" },
	};
	struct vr_error err = { 0 };
	char id[300];
	unsigned int i;
	char *name;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		name = ipam_network_name(names[i][0]);
		is_string(name, names[i][1], "%s for IPAM", names[i][0]);
		free(name);
	}
	name = attachment_key("n", "c", "eth0", &err);
	is_string(name, "n:c:eth0.json", "name of a state file");
	free(name);
	memset(id, 'a', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	ok(!attachment_key("n", id, "eth0", &err), "one that is too long");
}

int main(void)
{
	test_plan();
	test_refusals();
	test_lenient();
	test_pod();
	test_state();
	test_truncated();
	test_names();
	return tap_end();
}
