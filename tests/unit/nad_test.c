// SPDX-License-Identifier: Apache-2.0
/*
 * NetworkAttachmentDefinitions: which are ours, what becomes of each setting,
 * and that whatever is wrong is refused by its name and value.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/nad.h"
#include "agent/vni.h"
#include "cni/json.h"
#include "lib/field.h"
#include "tap.h"

static const char *const ipam_types[] = { "static", "whereabouts", NULL };
static const char *const delegate_types[] = { "macvlan", NULL };
static const char *const devices[] = { "eth1", "bond0.*", NULL };

static const struct nad_rules rules = {
	.cluster = "k8s",
	.vni_first = 100,
	.vni_last = 200,
	.ipam_types = ipam_types,
	.delegate_types = delegate_types,
	.devices = devices,
};

/* Annotations, "spec.config", and the spec of the Network that comes of them. */
struct good {
	const char *annotations;
	const char *config;
	const char *spec;
};

#define OURS "{\"type\":\"vr-cni\"}"
#define WITH(x) "{\"type\":\"vr-cni\"," x "}"
#define IPAM "\"ipam\":{\"type\":\"vr-agent\"}"
#define SUBNET(prefix, first) \
	"{\"gateway\":\"" first "\",\"subnet\":\"" prefix "\"}"
#define SUBNETS(prefix, first) "\"subnets\":[" SUBNET(prefix, first) "]," IPAM
#define PLAIN "\"vrctl.dev/cidr\":\"192.0.2.0/24\""
#define PLAIN_SUBNETS SUBNETS("192.0.2.0/24", "192.0.2.1")
#define CONTRAIL "\"opencontrail.org/cidr\":\"192.0.2.0/24\""

static const struct good good[] = {
	{ "", OURS, "" },
	{ "", " {\"type\":\"contrail-k8s-cni\",\"cniVersion\":\"0.3.0\"} ",
	  "" },
	{ "", WITH("\"isGateway\":true,\"name\":\"x\",\"capabilities\":{}"),
	  "" },
	{ PLAIN, "", PLAIN_SUBNETS },
	{ PLAIN, " \n", PLAIN_SUBNETS },
	{ PLAIN, OURS, PLAIN_SUBNETS },
	{ "", WITH("\"cidr\":\"192.0.2.0/24\""), PLAIN_SUBNETS },
	{ "", WITH("\"cidr\":[\"192.0.2.0/24\"]"), PLAIN_SUBNETS },
	{ "", WITH("\"CIDR\":[\"192.0.2.0/24\"]"), PLAIN_SUBNETS },
	{ "\"vrctl.dev/cidr\":\" 192.0.2.0/24 , 2001:db8::/64\"", "",
	  "\"subnets\":[" SUBNET("192.0.2.0/24",
				 "192.0.2.1") "," SUBNET("2001:db8::/64",
							 "2001:db8::1") "]," IPAM },
	{ "\"vrctl.dev/cidr\":\"[\\\"192.0.2.0/30\\\",\\\"2001:db8::/126\\\"]\"",
	  "",
	  "\"subnets\":[" SUBNET("192.0.2.0/30",
				 "192.0.2.1") "," SUBNET("2001:db8::/126",
							 "2001:db8::1") "]," IPAM },
	{ PLAIN ",\"vrctl.dev/gateway\":\"192.0.2.9\"", "",
	  SUBNETS("192.0.2.0/24", "192.0.2.9") },
	{ PLAIN, WITH("\"gateway\":[\"192.0.2.9\"]"),
	  SUBNETS("192.0.2.0/24", "192.0.2.9") },
	{ PLAIN ",\"vrctl.dev/mtu\":\"1400\"", "",
	  PLAIN_SUBNETS ",\"mtu\":1400" },
	{ "", WITH("\"mtu\":9000"), "\"mtu\":9000" },
	{ PLAIN ",\"vrctl.dev/vni\":\"100\"", "", PLAIN_SUBNETS },
	{ "", WITH("\"vni\":200"), "" },
	{ PLAIN
	  ",\"vrctl.dev/routes\":\"[{\\\"dst\\\":\\\"198.51.100.0/24\\\"}]\"",
	  "", PLAIN_SUBNETS ",\"routes\":[{\"dst\":\"198.51.100.0/24\"}]" },
	{ PLAIN,
	  WITH("\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"192.0.2.7\",\"mtu\":1400}]"),
	  PLAIN_SUBNETS
	  ",\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"192.0.2.7\",\"mtu\":1400}]" },
	{ PLAIN, WITH("\"ipam\":{}"),
	  "\"subnets\":[" SUBNET("192.0.2.0/24", "192.0.2.1") "],\"ipam\":{}" },
	{ PLAIN,
	  WITH("\"ipam\":{\"rangeStart\":\"192.0.2.100\",\"subnet\":\"192.0.2.0/24\"}"),
	  "\"subnets\":[" SUBNET(
		  "192.0.2.0/24",
		  "192.0.2.1") "],\"ipam\":{\"rangeStart\":\"192.0.2.100\",\"subnet\":\"192.0.2.0/24\",\"type\":\"vr-agent\"}" },
	{ PLAIN
	  ",\"vrctl.dev/ipam\":\"{\\\"type\\\":\\\"static\\\",\\\"addresses\\\":[{\\\"address\\\":\\\"192.0.2.5/24\\\"}]}\"",
	  "",
	  "\"subnets\":[" SUBNET(
		  "192.0.2.0/24",
		  "192.0.2.1") "],\"ipam\":{\"type\":\"static\",\"addresses\":[{\"address\":\"192.0.2.5/24\"}]}" },
	{ PLAIN ",\"vrctl.dev/bandwidth\":\"{\\\"ingressRate\\\":1000000}\"",
	  "", PLAIN_SUBNETS ",\"bandwidth\":{\"ingressRate\":1000000}" },
	{ "\"vrctl.dev/device\":\"eth1\"", "", "\"device\":\"eth1\"" },
	{ "", WITH("\"device\":\"bond0.17\""), "\"device\":\"bond0.17\"" },
	{ PLAIN
	  ",\"vrctl.dev/allowed-addresses\":\"198.51.100.0/24, 2001:db8:9::/64\"",
	  "",
	  PLAIN_SUBNETS
	  ",\"allowedAddresses\":[\"198.51.100.0/24\",\"2001:db8:9::/64\"]" },
	{ PLAIN ",\"vrctl.dev/shared\":\"*\"", "",
	  PLAIN_SUBNETS ",\"shared\":\"*\"" },
	{ PLAIN ",\"vrctl.dev/shared\":\"shop,web\"", "",
	  PLAIN_SUBNETS ",\"shared\":[\"shop\",\"web\"]" },
	{ "", WITH("\"shared\":[\"shop\"]"), "\"shared\":[\"shop\"]" },
	{ CONTRAIL, "", SUBNETS("192.0.2.0/24", "192.0.2.254") },
	{ CONTRAIL, "{\"type\":\"contrail-k8s-cni\"}",
	  SUBNETS("192.0.2.0/24", "192.0.2.254") },
	{ "\"opencontrail.org/cidr\":\"192.0.2.0/30\"", "",
	  SUBNETS("192.0.2.0/30", "192.0.2.2") },
	{ "\"opencontrail.org/cidr\":\"10.32.0.0/12\"", "",
	  SUBNETS("10.32.0.0/12", "10.47.255.254") },
	{ "\"opencontrail.org/cidr\":\"2001:db8::/64\"", "",
	  SUBNETS("2001:db8::/64", "2001:db8::ffff:ffff:ffff:fffe") },
	{ CONTRAIL ",\"vrctl.dev/gateway\":\"192.0.2.1\"", "", PLAIN_SUBNETS },
	{ CONTRAIL ",\"opencontrail.org/ip_fabric_snat\":\"true\"", "",
	  SUBNETS("192.0.2.0/24", "192.0.2.254") ",\"snat\":true" },
	{ CONTRAIL ",\"opencontrail.org/ip_fabric_snat\":\"true\","
		   "\"opencontrail.org/ip_fabric_forwarding\":\"True\"",
	  "", SUBNETS("192.0.2.0/24", "192.0.2.254") ",\"forwarding\":true" },
	{ CONTRAIL ",\"opencontrail.org/ip_fabric_snat\":\"false\","
		   "\"opencontrail.org/ip_fabric_forwarding\":\"false\"",
	  "", SUBNETS("192.0.2.0/24", "192.0.2.254") },
	{ PLAIN ",\"vrctl.dev/conditions\":\"x\","
		"\"vrctl.dev/in-use-by\":\"x\",\"vrctl.dev/force-delete\":\"\"",
	  "", PLAIN_SUBNETS },
	{ PLAIN ",\"example.com/x\":\"y\"", "", PLAIN_SUBNETS },
};

/* The same, and the word and the message of the refusal. */
struct bad {
	const char *annotations;
	const char *config;
	const char *reason;
	const char *message;
};

#define CIDR(x) "\"vrctl.dev/cidr\":\"" x "\""

static const struct bad bad[] = {
	{ CIDR(""), "", "InvalidCIDR", "vrctl.dev/cidr \"\"" },
	{ CIDR("x"), "", "InvalidCIDR", "vrctl.dev/cidr \"x\"" },
	{ CIDR("192.0.2.0"), "", "InvalidCIDR", "\"192.0.2.0\"" },
	{ CIDR("192.0.2.1/24"), "", "InvalidCIDR", "host bits" },
	{ CIDR("192.0.2.0/33"), "", "InvalidCIDR", "\"192.0.2.0/33\"" },
	{ CIDR("192.0.2.0/31"), "", "InvalidCIDR", "too small" },
	{ CIDR("2001:db8::/127"), "", "InvalidCIDR", "too small" },
	{ CIDR("192.0.2.0/24,192.0.2.128/25"), "", "InvalidCIDR", "overlaps" },
	{ CIDR("192.0.2.0/24,"), "", "InvalidCIDR", "cidr \"\"" },
	{ CIDR("127.0.0.0/8"), "", "InvalidCIDR", "no pod" },
	{ CIDR("0.0.0.0/0"), "", "InvalidCIDR", "no pod" },
	{ CIDR("224.0.0.0/8"), "", "InvalidCIDR", "no pod" },
	{ CIDR("fe80::/64"), "", "InvalidCIDR", "no pod" },
	{ CIDR("[]"), "", "InvalidCIDR", "without a prefix" },
	{ CIDR("[1]"), "", "InvalidCIDR", "not a list of strings" },
	{ CIDR("[\\\"192.0.2.0/24\\\""), "", "InvalidCIDR", "not JSON" },
	{ "", WITH("\"cidr\":7"), "InvalidCIDR", "\"cidr\" is 7" },
	{ "", WITH("\"cidr\":{}"), "InvalidCIDR", "\"cidr\" is {}" },
	{ PLAIN, WITH("\"cidr\":\"192.0.2.0/24\""), "SettingTwice",
	  "\"cidr\" is given twice" },
	{ PLAIN "," CONTRAIL, "", "SettingTwice", "opencontrail.org/cidr" },
	{ CONTRAIL, WITH("\"cidr\":\"192.0.2.0/24\""), "SettingTwice",
	  "opencontrail.org/cidr" },
	{ "", WITH("\"mtu\":1400,\"mtu\":1500"), "SettingTwice", "\"mtu\"" },
	{ "\"vrctl.dev/gateway\":\"192.0.2.1\"", "", "InvalidGateway",
	  "not in a prefix" },
	{ PLAIN ",\"vrctl.dev/gateway\":\"198.51.100.1\"", "", "InvalidGateway",
	  "\"198.51.100.1\"" },
	{ PLAIN ",\"vrctl.dev/gateway\":\"first\"", "", "InvalidGateway",
	  "\"first\"" },
	{ PLAIN ",\"vrctl.dev/gateway\":\"192.0.2.0\"", "", "InvalidGateway",
	  "no host" },
	{ PLAIN ",\"vrctl.dev/gateway\":\"192.0.2.255\"", "", "InvalidGateway",
	  "no host" },
	{ PLAIN ",\"vrctl.dev/gateway\":\"192.0.2.1,192.0.2.2\"", "",
	  "InvalidGateway", "two gateways" },
	{ "\"vrctl.dev/mtu\":\"big\"", "", "InvalidMTU", "\"big\"" },
	{ "\"vrctl.dev/mtu\":\"67\"", "", "InvalidMTU", "67" },
	{ "\"vrctl.dev/mtu\":\"65536\"", "", "InvalidMTU", "65536" },
	{ "\"vrctl.dev/mtu\":\"-1\"", "", "InvalidMTU", "-1" },
	{ "\"vrctl.dev/mtu\":\"99999999999\"", "", "InvalidMTU",
	  "99999999999" },
	{ "", WITH("\"mtu\":1400.5"), "InvalidMTU", "1400.5" },
	{ CIDR("2001:db8::/64") ",\"vrctl.dev/mtu\":\"1279\"", "", "InvalidMTU",
	  "1280" },
	{ "\"vrctl.dev/vni\":\"0\"", "", "InvalidVNI", "0" },
	{ "\"vrctl.dev/vni\":\"16777216\"", "", "InvalidVNI", "16777216" },
	{ "\"vrctl.dev/vni\":\"99\"", "", "VNINotAllowed", "100 to 200" },
	{ "", WITH("\"vni\":201"), "VNINotAllowed", "\"vni\" is 201" },
	{ PLAIN ",\"vrctl.dev/routes\":\"x\"", "", "InvalidRoutes",
	  "not JSON" },
	{ PLAIN ",\"vrctl.dev/routes\":\"{}\"", "", "InvalidRoutes",
	  "not a list" },
	{ PLAIN, WITH("\"routes\":[{}]"), "InvalidRoutes", "\"dst\"" },
	{ PLAIN, WITH("\"routes\":[{\"dst\":\"x\"}]"), "InvalidRoutes",
	  "\"x\"" },
	{ PLAIN,
	  WITH("\"routes\":[{\"dst\":\"10.0.0.0/8\",\"gw\":\"198.51.100.1\"}]"),
	  "InvalidRoutes", "not in \"cidr\"" },
	{ PLAIN, WITH("\"routes\":[{\"dst\":\"10.0.0.0/8\",\"dev\":\"x\"}]"),
	  "InvalidRoutes", "\"dev\"" },
	{ PLAIN, WITH("\"ipam\":7"), "InvalidIPAM", "\"ipam\" is 7" },
	{ PLAIN, WITH("\"ipam\":{\"type\":7}"), "InvalidIPAM", "7" },
	{ PLAIN, WITH("\"ipam\":{\"type\":\"host-local\"}"), "IPAMNotAllowed",
	  "\"host-local\"" },
	{ PLAIN, WITH("\"ipam\":{\"type\":\"../x\"}"), "IPAMNotAllowed",
	  "\"../x\"" },
	{ PLAIN, WITH("\"ipam\":{\"type\":\"static\",\"dataDir\":\"/etc\"}"),
	  "InvalidIPAM", "\"dataDir\" is \"/etc\"" },
	{ PLAIN, WITH("\"ipam\":{\"type\":\"static\",\"DATADIR\":\"/etc\"}"),
	  "InvalidIPAM", "\"DATADIR\"" },
	{ PLAIN, WITH("\"ipam\":{\"resolvConf\":\"/etc/shadow\"}"),
	  "InvalidIPAM", "\"resolvConf\"" },
	{ PLAIN, WITH("\"ipam\":{\"ranges\":[[{\"subnet\":\"x\"}]]}"),
	  "InvalidIPAM", "\"x\"" },
	{ PLAIN, WITH("\"ipam\":{\"addresses\":[{\"address\":\"x\"}]}"),
	  "InvalidIPAM", "\"x\"" },
	{ PLAIN, WITH("\"ipam\":{\"routes\":[{\"dst\":\"x\"}]}"), "InvalidIPAM",
	  "\"x\"" },
	{ PLAIN, WITH("\"bandwidth\":{\"ingressRate\":-1}"), "InvalidBandwidth",
	  "-1" },
	{ PLAIN, WITH("\"bandwidth\":{\"rate\":1}"), "InvalidBandwidth",
	  "\"rate\"" },
	{ "\"vrctl.dev/device\":\"eth0\"", "", "DeviceNotAllowed", "\"eth0\"" },
	{ "\"vrctl.dev/device\":\"bond0\"", "", "DeviceNotAllowed",
	  "\"bond0\"" },
	{ "\"vrctl.dev/device\":\"bond0.1234567890\"", "", "InvalidDevice",
	  "bond0.1234567890" },
	{ "\"vrctl.dev/device\":\"bond0./\"", "", "InvalidDevice", "bond0./" },
	{ "", WITH("\"device\":1"), "InvalidDevice", "1" },
	{ "\"vrctl.dev/allowed-addresses\":\"192.0.2.1\"", "",
	  "InvalidAllowedAddresses", "\"192.0.2.1\"" },
	{ "\"vrctl.dev/allowed-addresses\":\"192.0.2.1/24\"", "",
	  "InvalidAllowedAddresses", "host bits" },
	{ "\"vrctl.dev/shared\":\"Shop\"", "", "InvalidShared", "\"Shop\"" },
	{ "\"vrctl.dev/shared\":\"a,*\"", "", "InvalidShared", "\"a,*\"" },
	{ "", WITH("\"shared\":true"), "InvalidShared", "true" },
	{ PLAIN ",\"vrctl.dev/cidrs\":\"x\"", "", "UnknownSetting",
	  "vrctl.dev/cidrs" },
	{ "\"vrctl.dev/vnid\":\"5\"", OURS, "UnknownSetting",
	  "\"vrctl.dev/vnid\" is \"5\"" },
	{ "", WITH("\"bridge\":\"br0\""), "UnknownSetting",
	  "\"bridge\" is \"br0\"" },
	{ "", WITH("\"delegate\":{\"type\":\"bridge\"}"), "NodeSetting",
	  "\"delegate\"" },
	{ "", WITH("\"delegates\":[]"), "NodeSetting", "\"delegates\"" },
	{ "", WITH("\"dataDir\":\"/\""), "NodeSetting", "\"dataDir\"" },
	{ "", WITH("\"sysctls\":{}"), "NodeSetting", "\"sysctls\"" },
	{ "", WITH("\"podNetworks\":true"), "NodeSetting", "\"podNetworks\"" },
	{ "", WITH("\"PodNetworks\":true"), "NodeSetting", "\"PodNetworks\"" },
	{ "", WITH("\"networksDir\":\"/\""), "NodeSetting", "\"networksDir\"" },
	{ "", WITH("\"stateDir\":\"/\""), "NodeSetting", "\"stateDir\"" },
	{ "", WITH("\"networks\":[]"), "NodeSetting", "\"networks\"" },
	{ "", WITH("\"logFile\":\"/etc/passwd\""), "NodeSetting",
	  "\"logFile\"" },
	{ "", WITH("\"network\":\"other.net\""), "NodeSetting", "\"network\"" },
	{ "", "{\"plugins\":[{\"type\":\"vr-cni\"}]}", "UnknownSetting",
	  "plugins" },
	{ PLAIN, "{", "InvalidConfig", "not JSON" },
	{ "", "{\"type\":\"vr-cni\"", "InvalidConfig", "not JSON" },
	{ PLAIN, "{\"type\":\"macvlan\"}", "ForeignType", "\"macvlan\"" },
	{ CONTRAIL ",\"opencontrail.org/ip_fabric_snat\":\"yes\"", "",
	  "InvalidFabric", "\"yes\"" },
	{ "\"opencontrail.org/ip_fabric_snat\":\"true\"", "", "InvalidFabric",
	  "no \"cidr\"" },
	{ "\"opencontrail.org/cidr\":\"192.0.2.0/24,198.51.100.0/24\"", "",
	  "InvalidCIDR", "192.0.2.0/24,198.51.100.0/24" },
	{ "\"opencontrail.org/network\":\"blue\"", "", "InvalidNetwork",
	  "blue" },
	{ "\"opencontrail.org/network\":\"[]\"", "", "InvalidNetwork",
	  "dictionary" },
	{ "\"opencontrail.org/network\":\"{'project':'p','name':'n'}\"", "",
	  "InvalidNetwork", "domain" },
	{ "\"opencontrail.org/network\":\"{'domain':'d','project':'p','name':'n'}\"",
	  "", "InvalidNetwork", "\"d\"" },
	{ "\"opencontrail.org/network\":\"{'domain':'default-domain','project':'p','name':''}\"",
	  "", "InvalidNetwork", "\"name\"" },
	{ "\"opencontrail.org/network\":\"{'domain':'default-domain','project':'p','name':'n'}\","
	  "\"vrctl.dev/mtu\":\"1400\"",
	  "", "SettingTwice", "\"mtu\"" },
};

static cJSON *make(const char *annotations, const char *config)
{
	cJSON *object, *spec;
	char text[4096];

	snprintf(text, sizeof(text),
		 "{\"metadata\":{\"namespace\":\"shop\",\"name\":\"blue\","
		 "\"annotations\":{%s}}}",
		 annotations);
	object = cJSON_Parse(text);
	spec = cJSON_AddObjectToObject(object, "spec");
	if (config[0])
		cJSON_AddStringToObject(spec, "config", config);
	return object;
}

static void test_good(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		const struct good *sample = &good[i];
		cleanup_json cJSON *object =
			make(sample->annotations, sample->config);
		cleanup_nad struct nad nad = { 0 };
		char text[1024];
		cJSON *want;
		int verdict;

		snprintf(text, sizeof(text), "{%s}", sample->spec);
		want = cJSON_Parse(text);
		verdict = nad_resolve(object, &rules, &nad);
		ok(object && want && verdict == NAD_OURS &&
			   cJSON_Compare(nad.spec, want, true),
		   "%s %s", sample->annotations, sample->config);
		if (!cJSON_Compare(nad.spec, want, true))
			printf("#   %s %s: %s\n#   %s\n", nad.reason,
			       nad.message.text,
			       nad.spec ? cJSON_PrintUnformatted(nad.spec) : "",
			       text);
		cJSON_Delete(want);
	}
}

static void test_bad(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		const struct bad *sample = &bad[i];
		cleanup_json cJSON *object =
			make(sample->annotations, sample->config);
		cleanup_nad struct nad nad = { 0 };
		int verdict = nad_resolve(object, &rules, &nad);
		bool is_right = object && verdict == NAD_REFUSED &&
				!strcmp(nad.reason, sample->reason) &&
				strstr(nad.message.text, sample->message);

		ok(is_right, "refused: %s %s", sample->annotations,
		   sample->config);
		if (!is_right)
			printf("#   %d %s: %s\n", verdict, nad.reason,
			       nad.message.text);
	}
}

/* What is somebody else's, and does it run here? */
static void test_foreign(void)
{
	static const struct {
		const char *annotations, *config;
	} samples[] = {
		{ "", "" },
		{ "\"example.com/x\":\"y\"", "" },
		{ "\"vrctl.dev/conditions\":\"[]\"", "" },
		{ "", "{\"type\":\"bridge\"}" },
		{ CONTRAIL, "{\"type\":\"bridge\"}" },
		{ "", "{" },
		{ "", "[]" },
		{ "", "{}" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		cleanup_json cJSON *object =
			make(samples[i].annotations, samples[i].config);
		cleanup_nad struct nad nad = { 0 };

		ok(nad_resolve(object, &rules, &nad) == NAD_FOREIGN,
		   "foreign: %s %s", samples[i].annotations, samples[i].config);
	}
}

/* What other plugins make: the list that nodes run, or a refusal. */
static const struct {
	const char *annotations, *config, *delegate, *error;
} delegated[] = {
	{ "",
	  "{\"cniVersion\":\"1.0.0\",\"name\":\"x\",\"type\":\"macvlan\",\"master\":\"eth1\"}",
	  "{\"cniVersion\":\"1.0.0\",\"plugins\":[{\"cniVersion\":\"1.0.0\",\"name\":\"x\",\"type\":\"macvlan\",\"master\":\"eth1\"}]}",
	  NULL },
	{ "\"vrctl.dev/shared\":\"*\"",
	  "{\"cniVersion\":\"1.0.0\",\"plugins\":[{\"type\":\"macvlan\"}]}",
	  "{\"cniVersion\":\"1.0.0\",\"plugins\":[{\"type\":\"macvlan\"}]}",
	  NULL },
	{ "", "{\"plugins\":[{\"type\":\"macvlan\"},{\"type\":\"tuning\"}]}",
	  NULL, "\"type\" is \"tuning\", a plugin that is not opened" },
	{ "",
	  "{\"type\":\"macvlan\",\"ipam\":{\"type\":\"static\",\"dataDir\":\"/etc\"}}",
	  NULL, "dataDir" },
	{ "",
	  "{\"type\":\"macvlan\",\"ipam\":{\"type\":\"host-local\",\"subnet\":\"192.0.2.0/24\"}}",
	  NULL, "host-local" },
	{ "", "{\"type\":\"macvlan\",\"ipam\":{\"type\":\"vr-agent\"}}", NULL,
	  "vr-agent" },
	{ "", "{\"type\":\"macvlan\",\"runtimeConfig\":{}}", NULL,
	  "\"runtimeConfig\"" },
	{ "", "{\"type\":\"macvlan\",\"DataDir\":\"/\"}", NULL, "\"DataDir\"" },
	{ "\"vrctl.dev/cidr\":\"192.0.2.0/24\"", "{\"type\":\"macvlan\"}", NULL,
	  "vrctl.dev/cidr" },
};

static void test_delegated(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(delegated); i++) {
		cleanup_json cJSON *object =
			make(delegated[i].annotations, delegated[i].config);
		cleanup_nad struct nad nad = { 0 };
		enum nad_verdict verdict = nad_resolve(object, &rules, &nad);
		const char *text = cJSON_GetStringValue(
			cJSON_GetObjectItem(nad.spec, "delegate"));

		if (delegated[i].error)
			ok(verdict == NAD_REFUSED &&
				   strstr(nad.message.text, delegated[i].error),
			   "refused: %s: %s", delegated[i].config,
			   nad.message.text);
		else
			ok(verdict == NAD_OURS && nad.delegated && text &&
				   !strcmp(text, delegated[i].delegate),
			   "delegated: %s: %s%s", delegated[i].config,
			   text ? text : "", nad.message.text);
	}
}

#define DICTIONARY(project, name)                           \
	"{'domain': 'default-domain', 'project': '" project \
	"', 'name': '" name "'}"

/* Which Networks a reference may mean, in order. */
static void test_references(void)
{
	static const struct {
		const char *text, *names;
	} samples[] = {
		{ DICTIONARY("k8s-extns", "k8s-extns-pod-network"),
		  "extns.extns extns.k8s-extns-pod-network k8s-extns-pod-network" },
		{ DICTIONARY("k8s-extns", "blue"), "extns.blue blue" },
		{ DICTIONARY("k8s-a-b", "k8s-c-d-pod-network"),
		  "a-b.c-d a-b.k8s-c-d-pod-network k8s-c-d-pod-network" },
		{ DICTIONARY("admin", "k8s-blue-pod-network"),
		  "k8s-blue-pod-network" },
		{ DICTIONARY("k8s-", "blue"), "blue" },
		{ DICTIONARY("k8s-x", "k8s--pod-network"),
		  "x.k8s--pod-network k8s--pod-network" },
		{ "{u'domain': u'default-domain', u'project': u'k8s-x', u'name': u'y'}",
		  "x.y y" },
		{ "{\"domain\":\"default-domain\",\"project\":\"k8s-x\",\"name\":\"y\"}",
		  "x.y y" },
	};
	cleanup_json cJSON *object = NULL;
	cJSON *annotations;
	unsigned int i;

	object = make("\"opencontrail.org/network\":\"\"", "");
	annotations =
		cJSON_GetObjectItem(cJSON_GetObjectItem(object, "metadata"),
				    "annotations");
	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		cleanup_nad struct nad nad = { 0 };
		char got[512] = "";
		unsigned int j;
		int verdict;

		cJSON_ReplaceItemInObject(annotations,
					  "opencontrail.org/network",
					  cJSON_CreateString(samples[i].text));
		verdict = nad_resolve(object, &rules, &nad);
		for (j = 0; nad.same_as[j]; j++) {
			strcat(got, j ? " " : "");
			strcat(got, nad.same_as[j]);
		}
		is_int(verdict, NAD_OURS, "%s", samples[i].text);
		is_string(got, samples[i].names, "names of %s",
			  samples[i].text);
	}
}

/* Both halves of a network that moved with a cidr it no longer needs. */
static void test_notes(void)
{
	cleanup_json cJSON *object =
		make(CONTRAIL ",\"opencontrail.org/isolation\":\"true\"", "");
	cleanup_nad struct nad nad = { 0 };

	is_int(nad_resolve(object, &rules, &nad), NAD_OURS,
	       "an annotation of Contrail that means nothing here");
	is_string(nad.message.text,
		  "without meaning here: opencontrail.org/isolation",
		  "is not ignored in silence");
	is_string(nad.name, "shop.blue", "the name of its Network");
}

static void test_vnis(void)
{
	static const struct vni_range range = { 10, 12 };
	uint32_t used[] = { 11, 5, 10, 99, 10 };
	uint32_t all[] = { 12, 11, 10 };
	uint32_t others[] = { 13, 9 };
	struct vni_range parsed;

	is_int(vni_choose(&range, NULL, 0), 10, "the first VNI");
	is_int(vni_choose(&range, used, ARRAY_SIZE(used)), 12,
	       "the first that nobody has");
	is_int(vni_choose(&range, all, ARRAY_SIZE(all)), 0, "none is left");
	is_int(vni_choose(&range, others, ARRAY_SIZE(others)), 10,
	       "others do not matter");
	ok(vni_range_parse("7", &parsed) && parsed.first == 7 &&
		   parsed.last == 7,
	   "a range of one");
	ok(vni_range_parse("1-16777215", &parsed), "all of them");
	ok(!vni_range_parse("0-5", &parsed), "0 is none");
	ok(!vni_range_parse("5-4", &parsed), "the wrong way round");
	ok(!vni_range_parse("1-16777216", &parsed), "too many");
	ok(!vni_range_parse("1-", &parsed), "without an end");
	ok(!vni_range_parse("", &parsed), "nothing");
	ok(!vni_range_parse("1-2x", &parsed), "something behind it");
}

int main(void)
{
	test_good();
	test_bad();
	test_foreign();
	test_delegated();
	test_references();
	test_notes();
	test_vnis();
	return tap_end();
}
