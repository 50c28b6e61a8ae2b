// SPDX-License-Identifier: Apache-2.0
/*
 * The network configuration and the definitions of networks: what is read, and
 * that every key of a wrong type or value is refused by name.
 */
#define _GNU_SOURCE

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cni/bandwidth.h"
#include "cni/code.h"
#include "cni/definitions.h"
#include "cni/json.h"
#include "cni/netconf.h"
#include "lib/field.h"
#include "tap.h"

#define HEAD "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"type\":\"vr-cni\""

#define ANNOTATIONS "io.kubernetes.cri.pod-annotations"

/* Up to where a path of a socket ends. */
#define TEN "0123456789"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "1234567"

#define POD_WITH(annotations)                                          \
	HEAD ",\"podNetworks\":true,\"runtimeConfig\":{\"" ANNOTATIONS \
	     "\":{" annotations "}}"

static const struct environment env = {
	.command = CNI_CMD_ADD,
	.args = "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=p",
};

/* A configuration, its code (0: none), and what the message has in it. */
struct sample {
	const char *text;
	enum cni_code code;
	const char *message;
};

static const struct sample samples[] = {
	{ "", CNI_DECODE, "empty" },
	{ " \n", CNI_DECODE, "empty" },
	{ "{", CNI_DECODE, "not JSON" },
	{ HEAD "}x", CNI_DECODE, "not JSON" },
	{ "[]", CNI_DECODE, "not a JSON object" },
	{ "null", CNI_DECODE, "not a JSON object" },
	{ "{\"cniVersion\":\"1.0.0\"}", CNI_CONFIG, "\"name\" is missing" },
	{ "{\"cniVersion\":\"9\",\"name\":3}", CNI_CONFIG, "\"name\" is 3" },
	{ "{\"name\":\"a/b\"}", CNI_CONFIG, "\"a/b\"" },
	{ "{\"name\":\"\"}", CNI_CONFIG, "\"name\"" },
	{ "{\"name\":\"a\"}", CNI_OK, "" },
	{ "{\"name\":\"a\",\"cniVersion\":\"0.3.2\"}", CNI_VERSION,
	  "\"0.3.2\"" },
	{ "{\"name\":\"a\",\"cniVersion\":\"1.0\"}", CNI_VERSION, "\"1.0\"" },
	{ "{\"name\":\"a\",\"cniVersion\":1}", CNI_CONFIG, "\"cniVersion\"" },
	{ HEAD "}", CNI_OK, "" },
	{ HEAD ",\"networksDir\":1}", CNI_CONFIG, "\"networksDir\" is 1" },
	{ HEAD ",\"stateDir\":\"a\"}", CNI_CONFIG, "\"stateDir\" is \"a\"" },
	{ HEAD ",\"logFile\":\"a\"}", CNI_CONFIG, "\"logFile\" is \"a\"" },
	{ HEAD ",\"logFile\":1}", CNI_CONFIG, "\"logFile\" is 1" },
	{ HEAD ",\"logLevel\":\"all\"}", CNI_CONFIG, "\"logLevel\"" },
	{ HEAD ",\"logLevel\":2}", CNI_CONFIG, "\"logLevel\" is 2" },
	{ HEAD ",\"logFile\":null,\"logLevel\":\"debug\"}", CNI_OK, "" },
	{ HEAD ",\"ipamTimeout\":0}", CNI_CONFIG, "\"ipamTimeout\" is 0" },
	{ HEAD ",\"ipamTimeout\":3601}", CNI_CONFIG, "\"ipamTimeout\"" },
	{ HEAD ",\"ipamTimeout\":\"1s\"}", CNI_CONFIG, "\"1s\"" },
	{ HEAD ",\"ipamTimeout\":3600}", CNI_OK, "" },
	{ HEAD ",\"result\":\"some\"}", CNI_CONFIG, "\"some\"" },
	{ HEAD ",\"result\":true}", CNI_CONFIG, "\"result\" is true" },
	{ HEAD ",\"ipMasq\":true}", CNI_UNSUPPORTED, "\"ipMasq\" is true" },
	{ HEAD ",\"ipMasq\":\"no\"}", CNI_CONFIG, "\"ipMasq\" is \"no\"" },
	{ HEAD ",\"dns\":[]}", CNI_CONFIG, "\"dns\" is []" },
	{ HEAD ",\"prevResult\":[]}", CNI_CONFIG, "\"prevResult\"" },
	{ HEAD ",\"capabilities\":1}", CNI_CONFIG, "\"capabilities\"" },
	{ HEAD ",\"runtimeConfig\":1}", CNI_CONFIG, "\"runtimeConfig\"" },
	{ HEAD ",\"runtimeConfig\":{\"mac\":1}}", CNI_CONFIG, "\"mac\" is 1" },
	{ HEAD ",\"runtimeConfig\":{\"ips\":\"x\"}}", CNI_CONFIG, "\"ips\"" },
	{ HEAD ",\"runtimeConfig\":{\"ips\":[1]}}", CNI_CONFIG, "[1]" },
	{ HEAD ",\"runtimeConfig\":{\"bandwidth\":{\"IngressRate\":1}}}",
	  CNI_CONFIG, "\"ingressRate\" is 1, not 0 and below" },
	{ HEAD ",\"runtimeConfig\":{\"bandwidth\":{\"egressRate\":1e4,"
	       "\"egressBurst\":32767}}}",
	  CNI_CONFIG, "\"egressBurst\" is 32767" },
	{ HEAD ",\"runtimeConfig\":{\"bandwidth\":{\"ingressRate\":-1}}}",
	  CNI_CONFIG, "\"ingressRate\" is -1" },
	{ HEAD ",\"runtimeConfig\":{\"bandwidth\":{\"ingressRate\":\"1M\"}}}",
	  CNI_CONFIG, "\"ingressRate\" is \"1M\"" },
	{ HEAD ",\"runtimeConfig\":{\"bandwidth\":{\"egressRate\":1000.5}}}",
	  CNI_CONFIG, "\"egressRate\" is 1000.5" },
	{ HEAD ",\"runtimeConfig\":{\"bandwidth\":"
	       "{\"ingressBurst\":34359738368}}}",
	  CNI_CONFIG, "to 34359738367" },
	{ HEAD ",\"runtimeConfig\":{\"bandwidth\":[]}}", CNI_CONFIG,
	  "\"bandwidth\" is []" },
	{ HEAD ",\"bandwidth\":{\"shapedSubnets\":[\"x\"]}}", CNI_UNSUPPORTED,
	  "\"shapedSubnets\" is [\"x\"]" },
	{ HEAD ",\"networks\":[{\"name\":\"a\",\"bandwidth\":1}]}", CNI_CONFIG,
	  "\"bandwidth\" is 1" },
	{ HEAD ",\"runtimeConfig\":{\"PortMappings\":[{\"HostPort\":1}]}}",
	  CNI_UNSUPPORTED, "chain the plugin portmap" },
	{ HEAD ",\"networks\":[{\"name\":\"a\",\"portMappings\":[{}]}]}",
	  CNI_UNSUPPORTED, "\"portMappings\" is [{}]" },
	{ HEAD ",\"runtimeConfig\":{\"bandwidth\":null,\"portMappings\":[]}}",
	  CNI_OK, "" },
	{ HEAD ",\"runtimeConfig\":{\"dns\":{\"Servers\":null,"
	       "\"Searches\":[\"a\"],\"Options\":null},\"ips\":null,"
	       "\"mac\":null,\"ipRanges\":null,\"cgroupPath\":\"/a\","
	       "\"aliases\":{\"n\":[\"a\"]},"
	       "\"io.kubernetes.cri.pod-annotations\":{\"a\":\"b\"}}}",
	  CNI_OK, "" },
	{ HEAD ",\"runtimeConfig\":{\"dns\":[]}}", CNI_CONFIG,
	  "\"dns\" is []" },
	{ HEAD ",\"runtimeConfig\":{\"dns\":{\"Servers\":\"192.0.2.1\"}}}",
	  CNI_CONFIG, "\"servers\" is \"192.0.2.1\"" },
	{ HEAD ",\"runtimeConfig\":{\"aliases\":\"a\"}}", CNI_CONFIG,
	  "\"aliases\" is \"a\"" },
	{ HEAD ",\"runtimeConfig\":{\"aliases\":[\"a\"]}}", CNI_OK, "" },
	{ HEAD ",\"runtimeConfig\":{\"cgroupPath\":7}}", CNI_CONFIG,
	  "\"cgroupPath\" is 7" },
	{ HEAD ",\"runtimeConfig\":{\"ipRanges\":{}}}", CNI_CONFIG,
	  "\"ipRanges\" is {}" },
	{ HEAD ",\"runtimeConfig\":"
	       "{\"io.kubernetes.cri.pod-annotations\":[]}}",
	  CNI_CONFIG, "pod-annotations\" is []" },
	{ HEAD ",\"args\":{\"cni\":{\"networks\":[1]}}}", CNI_CONFIG, "is 1" },
	{ HEAD ",\"args\":{\"cni\":[]}}", CNI_CONFIG, "\"cni\" is []" },
	{ HEAD ",\"args\":[]}", CNI_CONFIG, "\"args\" is []" },
	{ HEAD ",\"args\":{\"cni\":{\"labels\":7}}}", CNI_OK, "" },
	{ HEAD ",\"networks\":\"red\"}", CNI_CONFIG, "\"red\"" },
	{ HEAD ",\"networks\":[\"a@b/c\"]}", CNI_CONFIG, "\"b/c\"" },
	{ HEAD ",\"networks\":[\"a@\"]}", CNI_CONFIG, "is empty" },
	{ HEAD ",\"networks\":[\"@b\"]}", CNI_CONFIG, "\"@b\"" },
	{ HEAD ",\"networks\":[\"a b\"]}", CNI_CONFIG, "\"a b\"" },
	{ HEAD ",\"networks\":[{}]}", CNI_CONFIG, "without \"name\"" },
	{ HEAD ",\"networks\":[{\"name\":1}]}", CNI_CONFIG, "is 1" },
	{ HEAD ",\"networks\":[{\"name\":\"a\",\"mac\":1}]}", CNI_CONFIG,
	  "\"mac\" is 1" },
	{ HEAD ",\"networks\":[{\"name\":\"a\",\"ips\":1}]}", CNI_CONFIG,
	  "\"ips\" is 1" },
	{ HEAD ",\"networks\":[{\"name\":\"a\",\"interface\":1}]}", CNI_CONFIG,
	  "\"interface\" is 1" },
	{ HEAD ",\"networks\":null}", CNI_OK, "" },
	{ HEAD ",\"networks\":[{\"name\":\"a\",\"mtu\":67}]}", CNI_CONFIG,
	  "\"mtu\" is 67" },
	{ HEAD ",\"networks\":[{\"name\":\"a\",\"routes\":{}}]}", CNI_CONFIG,
	  "\"routes\" is {}" },
	{ HEAD ",\"networks\":[{\"name\":\"a\",\"routes\":"
	       "[{\"dst\":\"192.0.2.0/24\"},{\"dst\":\"::/0\"}]}]}",
	  CNI_CONFIG, "default-route" },
	{ HEAD ",\"networks\":[{\"name\":\"a\",\"default-route\":[\"x\"]}]}",
	  CNI_CONFIG, "\"x\"" },
	{ HEAD ",\"networks\":[{\"name\":\"a\",\"default-route\":\"x\"}]}",
	  CNI_CONFIG, "\"default-route\" is \"x\"" },
	{ HEAD ",\"networks\":[{\"name\":\"a\",\"default-route\":"
	       "[\"192.0.2.1\",\"2001:db8::1\",\"192.0.2.2\"]}]}",
	  CNI_CONFIG, "two gateways of one family" },
	{ HEAD ",\"networks\":[{\"name\":\"a\",\"sysctls\":{}}]}",
	  CNI_UNSUPPORTED, "\"sysctls\" is {}" },
	{ HEAD ",\"port\":\"veth\"}", CNI_CONFIG, "\"port\" is \"veth\"" },
	{ HEAD ",\"port\":1}", CNI_CONFIG, "\"port\" is 1" },
	{ HEAD ",\"interfacePrefix\":1}", CNI_CONFIG,
	  "\"interfacePrefix\" is 1" },
	{ HEAD ",\"interfacePrefix\":\"\"}", CNI_CONFIG, "is empty" },
	{ HEAD ",\"interfacePrefix\":\"net1x\"}", CNI_CONFIG, "a digit" },
	{ HEAD ",\"interfacePrefix\":\"a/b\"}", CNI_CONFIG, "a/b" },
	{ HEAD ",\"interfacePrefix\":\"elevenbytes\"}", CNI_CONFIG,
	  "10 bytes" },
	{ HEAD ",\"interfacePrefix\":\"net\"}", CNI_OK, "" },
	{ HEAD ",\"podNetworks\":1}", CNI_CONFIG, "\"podNetworks\" is 1" },
	{ HEAD ",\"podNetworks\":true}", CNI_AGAIN,
	  "the runtime gives no annotations of pod \"shop/p\": vr-agent does not answer on /run/vr/agent.sock" },
	{ HEAD ",\"podNetworks\":true,\"agentSocket\":\"/nonexistent/a\"}",
	  CNI_AGAIN,
	  "vr-agent does not answer on /nonexistent/a (no such file or directory)" },
	{ HEAD ",\"podNetworks\":true,\"runtimeConfig\":{\"" ANNOTATIONS
	       "\":{}}}",
	  CNI_OK, "" },
	{ HEAD ",\"agentSocket\":\"run\"}", CNI_CONFIG,
	  "\"agentSocket\" is \"run\"" },
	{ HEAD ",\"agentSocket\":\"/" LONG "\"}", CNI_CONFIG,
	  "below 108 bytes" },
	{ HEAD ",\"agentSocket\":3}", CNI_CONFIG, "\"agentSocket\" is 3" },
	{ HEAD ",\"spareDir\":\"x\"}", CNI_CONFIG, "\"spareDir\" is \"x\"" },
	{ HEAD ",\"cluster\":\"\"}", CNI_CONFIG, "\"cluster\" is \"\"" },
	{ HEAD ",\"cluster\":\"east\"}", CNI_OK, "" },
	{ HEAD ",\"compat\":\"multus\"}", CNI_CONFIG,
	  "\"compat\" is \"multus\", not \"contrail\"" },
	{ HEAD ",\"compat\":\"contrail\"}", CNI_OK, "" },
	{ POD_WITH("\"v1.multus-cni.io/default-network\":\"a/b\"") "}", CNI_OK,
	  "" },
	{ POD_WITH("\"v1.multus-cni.io/default-network\":\"a_b\"") "}",
	  CNI_CONFIG,
	  "default-network\": \"a_b\" is not the name of a network" },
	{ POD_WITH("\"opencontrail.org/network\":\"x\"") "}", CNI_DECODE,
	  "opencontrail.org/network" },
	{ POD_WITH("\"opencontrail.org/network\":\"{}\"") "}", CNI_CONFIG,
	  "\"domain\" is missing" },
	{ POD_WITH("\"opencontrail.org/network\":\"{}\","
		   "\"v1.multus-cni.io/default-network\":\"a\"") "}",
	  CNI_CONFIG, "both say which network is the first" },
	{ HEAD ",\"podNetworks\":true,\"runtimeConfig\":{\"" ANNOTATIONS
	       "\":{\"k8s.v1.cni.cncf.io/networks\":\"a_b\"}}}",
	  CNI_CONFIG, "\"a_b\" is not the name of a network" },
	{ HEAD ",\"runtimeConfig\":{\"" ANNOTATIONS
	       "\":{\"k8s.v1.cni.cncf.io/networks\":\"a_b\"}}}",
	  CNI_OK, "" },
	{ HEAD ",\"portByRuntime\":\"tap\"}", CNI_CONFIG,
	  "\"portByRuntime\" is \"tap\"" },
	{ HEAD ",\"portByRuntime\":{\"kata\":\"x\"}}", CNI_CONFIG,
	  "\"kata\" is \"x\"" },
	{ HEAD ",\"port\":\"tap\",\"portByRuntime\":{\"runc\":\"native\"}}",
	  CNI_OK, "" },
	{ HEAD ",\"sysctls\":[]}", CNI_CONFIG, "\"sysctls\" is []" },
	{ HEAD ",\"sysctls\":{\"net.ipv4.conf.IFNAME.rp_filter\":1}}",
	  CNI_CONFIG, "not a string" },
	{ HEAD ",\"sysctls\":{\"net.ipv4.conf.eth0.rp_filter\":\"1\"}}",
	  CNI_CONFIG, "not one of an interface" },
	{ HEAD ",\"sysctls\":{\"net.ipv4.conf.IFNAME.\":\"1\"}}", CNI_CONFIG,
	  "not one of an interface" },
	{ HEAD ",\"sysctls\":{\"net.ipv6.conf.IFNAME.mtu\":\"1400\"}}", CNI_OK,
	  "" },
};

static void test_samples(void)
{
	const struct sample *sample;
	struct netconf netconf;
	unsigned int i;

	for (i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		struct vr_error err = { .errnum = 4096 };
		int ret;

		sample = &samples[i];
		ret = netconf_parse(sample->text, strlen(sample->text),
				    &netconf, &err);
		if (!ret)
			ret = netconf_parse_rest(&netconf, &env, &err);
		ok((ret != 0) == (sample->code != CNI_OK) &&
			   cni_code(&err) == sample->code &&
			   strstr(err.text, sample->message),
		   "%s", sample->text);
		if (!strstr(err.text, sample->message) ||
		    cni_code(&err) != sample->code)
			printf("#   code %d: %s\n", cni_code(&err), err.text);
		netconf_free(&netconf);
	}
}

static void test_nul(void)
{
	struct vr_error err = { 0 };
	struct netconf netconf;

	ok(netconf_parse("{}\0{}", 5, &netconf, &err) < 0 &&
		   cni_code(&err) == CNI_DECODE && strstr(err.text, "NUL"),
	   "a NUL byte is refused");
	netconf_free(&netconf);
}

static void test_requests(void)
{
	static const char text[] = HEAD
		",\"networks\":[\"red\",\"a/b@data0\"],\"result\":\"all\","
		"\"args\":{\"cni\":{\"mac\":\"02:00:00:00:00:09\",\"networks\":"
		"[{\"Name\":\"blue\",\"Interface\":\"x\",\"ips\":[\"1\"]}]}},"
		"\"runtimeConfig\":{\"mac\":\"02:00:00:00:00:08\"}}";
	struct vr_error err = { 0 };
	struct netconf netconf;

	ok(!netconf_parse(text, strlen(text), &netconf, &err) &&
		   !netconf_parse_rest(&netconf, &env, &err),
	   "further networks");
	is_int(netconf.requests.count, 3, "of configuration and args");
	is_string(netconf.requests.items[0].network, "red", "a name");
	ok(!netconf.requests.items[0].ifname,
	   "its interface is to be numbered");
	is_string(netconf.requests.items[1].network, "a/b",
		  "name@ifname: name");
	is_string(netconf.requests.items[1].ifname, "data0",
		  "name@ifname: ifname");
	is_string(netconf.requests.items[2].network, "blue",
		  "an object, Go's case");
	is_string(netconf.requests.items[2].ifname, "x", "its interface");
	ok(cJSON_GetArraySize(netconf.requests.items[2].ips) == 1,
	   "its addresses");
	is_string(netconf.mac, "02:00:00:00:00:09", "args win");
	ok(netconf.all_results, "all results");
	netconf_free(&netconf);
}

/* Of a runtime in Go, of the configuration, and as CRI-O has its burst. */
static void test_bandwidth(void)
{
	static const char text[] = HEAD
		",\"bandwidth\":{\"egressRate\":7000000},"
		"\"runtimeConfig\":{\"Bandwidth\":"
		"{\"IngressRate\":100000000000,"
		"\"IngressBurst\":34359738359,\"EgressRate\":0}},"
		"\"networks\":[{\"name\":\"red\",\"bandwidth\":"
		"{\"egressRate\":9000,\"egressBurst\":80000,"
		"\"ingressBurst\":32768}}]}";
	struct vr_port port = { 0 };
	struct vr_error err = { 0 };
	struct netconf netconf;

	ok(!netconf_parse(text, strlen(text), &netconf, &err) &&
		   !netconf_parse_rest(&netconf, &env, &err),
	   "bandwidth");
	ok(netconf.bandwidth.ingress.rate == 100000000000 &&
		   netconf.bandwidth.ingress.burst == 34359738359 &&
		   netconf.bandwidth.egress.rate == 0,
	   "the runtime's instead of the configuration's");
	bandwidth_fill(&netconf.bandwidth, &port);
	ok(port.set == (VR_BIT(VR_A_PORT_RATE_IN) |
			VR_BIT(VR_A_PORT_BURST_IN)) &&
		   port.rate_in == 100000000000 &&
		   port.burst_in == UINT32_MAX - 1,
	   "of the port: bits a second, bytes of burst");
	port.set = 0;
	bandwidth_fill(&netconf.requests.items[0].bandwidth, &port);
	ok(port.set == (VR_BIT(VR_A_PORT_RATE_OUT) |
			VR_BIT(VR_A_PORT_BURST_OUT)) &&
		   port.rate_out == 9000 && port.burst_out == 10000,
	   "of a request; a burst without a rate limits nothing");
	netconf_free(&netconf);
}

/* The router leaves the network to the wire, and addresses are of it all the same. */
static void test_device(void)
{
	cJSON *json = cJSON_Parse(
		"{\"device\":\"eth7\",\"subnets\":[{\"subnet\":\"192.0.2.0/24\",\"gateway\":\"192.0.2.9\"}],"
		"\"ipam\":{\"type\":\"vr-agent\"}}");
	struct definition definition;
	struct vr_error err = { 0 };
	char *text;

	ok(!definition_parse(json, "n", "x", &definition, &err),
	   "a network on a device");
	is_string(definition.device, "eth7", "which it is");
	is_int(definition.network.subnet_count, 0,
	       "the router has no address in it");
	text = cJSON_PrintUnformatted(definition.ipam);
	ok(strstr(text, "192.0.2.0/24") && strstr(text, "192.0.2.9"),
	   "its addresses are of the subnet: %s", text);
	cJSON_free(text);
	definition_free(&definition);
	cJSON_Delete(json);
}

static const struct sample definitions[] = {
	{ "{}", CNI_OK, "" },
	{ "{\"ipam\":{}}", CNI_OK, "" },
	{ "{\"allowedAddresses\":[\"203.0.113.0/24\",\"2001:db8::/32\"]}",
	  CNI_OK, "" },
	{ "{\"allowedAddresses\":[\"203.0.113.1/24\"]}", CNI_CONFIG,
	  "allowedAddresses \"203.0.113.1/24\"" },
	{ "{\"allowedAddresses\":\"203.0.113.0/24\"}", CNI_CONFIG,
	  "\"allowedAddresses\" is \"203" },
	{ "{\"allowedAddresses\":[7]}", CNI_CONFIG, "\"allowedAddresses\"" },
	{ "{\"device\":\"eth7\",\"snat\":true,\"forwarding\":false}", CNI_OK,
	  "" },
	{ "{\"device\":\"a/b\"}", CNI_CONFIG, "\"device\" is \"a/b\"" },
	{ "{\"device\":7}", CNI_CONFIG, "\"device\" is 7" },
	{ "{\"snat\":\"yes\"}", CNI_CONFIG, "\"snat\" is \"yes\"" },
	{ "{\"forwarding\":1}", CNI_CONFIG, "\"forwarding\" is 1" },
	{ "{\"sameAs\":\"other.open\",\"shared\":\"*\"}", CNI_OK, "" },
	{ "{\"sameAs\":\"a b\"}", CNI_CONFIG,
	  "\"sameAs\" is \"a b\", not the name of a network" },
	{ "{\"sameAs\":7}", CNI_CONFIG, "\"sameAs\" is 7" },
	{ "{\"sameAs\":\"a\",\"subnets\":[\"192.0.2.0/24\"]}", CNI_CONFIG,
	  "beside \"sameAs\"" },
	{ "{\"subnets\":[\"192.0.2.0/24\"]}", CNI_OK, "" },
	{ "{\"subnets\":\"192.0.2.0/24\"}", CNI_CONFIG, "\"subnets\"" },
	{ "{\"subnets\":[\"192.0.2.1/24\"]}", CNI_CONFIG, "192.0.2.0/24" },
	{ "{\"subnets\":[\"192.0.2.0\"]}", CNI_CONFIG, "192.0.2.0" },
	{ "{\"subnets\":[\"192.0.2.0/33\"]}", CNI_CONFIG, "192.0.2.0/33" },
	{ "{\"subnets\":[\"2001:db8::/129\"]}", CNI_CONFIG, "2001:db8::/129" },
	{ "{\"subnets\":[\"2001:db8::1/64\"]}", CNI_CONFIG, "host bits" },
	{ "{\"subnets\":[\"192.0.2.1/32\"]}", CNI_CONFIG, "192.0.2.1/32" },
	{ "{\"subnets\":[7]}", CNI_CONFIG, "is 7" },
	{ "{\"subnets\":[{}]}", CNI_CONFIG, "is {}" },
	{ "{\"subnets\":[{\"subnet\":\"192.0.2.0/24\",\"gateway\":1}]}",
	  CNI_CONFIG, "\"gateway\" is 1" },
	{ "{\"subnets\":[{\"subnet\":\"192.0.2.0/24\",\"gateway\":\"x\"}]}",
	  CNI_CONFIG, "x" },
	{ "{\"subnets\":[{\"subnet\":\"192.0.2.0/24\","
	  "\"gateway\":\"198.51.100.1\"}]}",
	  CNI_CONFIG, "198.51.100.1" },
	{ "{\"vni\":0}", CNI_CONFIG, "\"vni\" is 0" },
	{ "{\"vni\":16777216}", CNI_CONFIG, "16777215" },
	{ "{\"vni\":1.5}", CNI_CONFIG, "1.5" },
	{ "{\"vni\":\"1\"}", CNI_CONFIG, "\"vni\" is \"1\"" },
	{ "{\"mtu\":67}", CNI_CONFIG, "\"mtu\" is 67" },
	{ "{\"mtu\":1e300}", CNI_CONFIG, "\"mtu\"" },
	{ "{\"mtu\":-1}", CNI_CONFIG, "\"mtu\" is -1" },
	{ "{\"gatewayMac\":\"02:00\"}", CNI_CONFIG, "02:00" },
	{ "{\"gatewayMac\":2}", CNI_CONFIG, "\"gatewayMac\" is 2" },
	{ "{\"ipam\":[]}", CNI_CONFIG, "\"ipam\" is []" },
	{ "{\"ipam\":{\"type\":3}}", CNI_CONFIG, "\"type\" is 3" },
	{ "{\"ipam\":{\"type\":\"../x\"}}", CNI_CONFIG, "../x" },
	{ "{\"ipam\":{\"type\":\"\"}}", CNI_CONFIG, "\"\"" },
	{ "{\"bandwidth\":{\"ingressRate\":999}}", CNI_CONFIG,
	  "\"ingressRate\" is 999" },
	{ "{\"port\":\"bridge\"}", CNI_CONFIG, "\"port\" is \"bridge\"" },
	{ "{\"sysctls\":{\"net.core.somaxconn\":\"1\"}}", CNI_CONFIG,
	  "\"net.core.somaxconn\" is \"1\"" },
	{ "{\"routes\":{}}", CNI_CONFIG, "\"routes\" is {}" },
	{ "{\"routes\":[{}]}", CNI_CONFIG, "without \"dst\"" },
	{ "{\"routes\":[\"x\"]}", CNI_CONFIG, "\"x\"" },
	{ "{\"routes\":[{\"dst\":\"198.51.100.1/24\"}]}", CNI_CONFIG,
	  "host bits" },
	{ "{\"routes\":[{\"dst\":\"198.51.100.0/24\",\"gw\":\"2001:db8::1\"}]}",
	  CNI_CONFIG, "different families" },
	{ "{\"routes\":[{\"dst\":\"198.51.100.0/24\",\"gw\":4}]}", CNI_CONFIG,
	  "\"gw\" is 4" },
};

static void test_definitions(void)
{
	struct definition definition;
	const struct sample *sample;
	unsigned int i;

	for (i = 0; i < sizeof(definitions) / sizeof(*definitions); i++) {
		struct vr_error err = { .errnum = 4096 };
		cleanup_json cJSON *json = cJSON_Parse(definitions[i].text);
		int ret;

		sample = &definitions[i];
		ret = definition_parse(json, "net", "here", &definition, &err);
		ok(json && (ret != 0) == (sample->code != CNI_OK) &&
			   cni_code(&err) == sample->code &&
			   strstr(err.text, sample->message),
		   "%s", sample->text);
		if (!strstr(err.text, sample->message))
			printf("#   %s\n", err.text);
		if (!ret)
			definition_free(&definition);
	}
}

static void test_defaults(void)
{
	cleanup_json cJSON *json = cJSON_Parse(
		"{\"subnets\":[\"192.0.2.0/25\",{\"subnet\":\"2001:db8::/64\","
		"\"gateway\":\"2001:db8::fe\"},\"192.0.2.128/25\"],\"vni\":7,"
		"\"routes\":[{\"dst\":\"198.51.100.0/24\"}]}");
	cleanup_json_text char *ipam = NULL;
	struct definition definition;
	struct vr_error err = { 0 };
	char text[VR_PREFIX_TEXT];

	ok(!definition_parse(json, "a/b", "here", &definition, &err),
	   "a definition");
	is_int(definition.network.subnet_count, 3, "its subnets");
	is_string(vr_prefix_format(&definition.network.subnets[0], text),
		  "192.0.2.1/25", "the first address is the gateway's");
	is_string(vr_prefix_format(&definition.network.subnets[1], text),
		  "2001:db8::fe/64", "or the one given");
	is_string(vr_ip_format(&definition.routes.items[0].gw, text),
		  "192.0.2.1", "by which a route without one goes");
	ipam = cJSON_PrintUnformatted(definition.ipam);
	is_string(ipam,
		  "{\"type\":\"host-local\",\"ranges\":["
		  "[{\"gateway\":\"192.0.2.1\",\"subnet\":\"192.0.2.0/25\"},"
		  "{\"gateway\":\"192.0.2.129\",\"subnet\":\"192.0.2.128/25\"}],"
		  "[{\"gateway\":\"2001:db8::fe\",\"subnet\":\"2001:db8::/64\"}]]}",
		  "one range set a family for host-local");
	definition_free(&definition);
}

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (file) {
		fputs(text, file);
		fclose(file);
	}
}

static void find(struct definitions *list, const char *name,
		 const char *message)
{
	struct vr_error err = { 0 };
	struct definition definition;
	int ret = definitions_find(list, name, "here", &definition, &err);

	if (!ret)
		definition_free(&definition);
	ok(message ? ret && strstr(err.text, message) : !ret, "find %s", name);
	if (ret && (!message || !strstr(err.text, message)))
		printf("#   %s\n", err.text);
}

static void test_folder(void)
{
	char folder[] = "/tmp/vr-netconf-XXXXXX";
	struct definitions list;
	char command[64];

	if (!mkdtemp(folder)) {
		ok(0, "a temporary folder");
		return;
	}
	write_file(folder, "1.json", "{\"name\":\"red\"}");
	write_file(folder, "2.json", "{\"name\":\"two\"}");
	write_file(folder, "3.json", "{\"name\":\"two\"}");
	write_file(folder, "4.json", "{\"name\":\"key\",\"subnet\":\"x\"}");
	write_file(folder, "5.json", "{\"name\":");
	write_file(folder, "6.json", "[]");
	write_file(folder, "7.conf", "{\"name\":\"other\"}");
	write_file(folder, "key2.json", "{\"name\":\"key2\"}");
	write_file(folder, "8.json", "{\"name\":\"key2\"}");
	write_file(folder, "a.b.json", "{\"name\":\"other2\"}");
	write_file(folder, "9.json", "{\"name\":\"a.b\"}");
	write_file(folder, "ns._2fx.json", "{\"name\":\"ns/x\"}");
	write_file(folder, "odd.json", "{\"name\":\"odd\",\"vni\":0}");
	definitions_open(&list, folder);
	find(&list, "key2", NULL);
	find(&list, "ns/x", NULL);
	find(&list, "odd", "odd.json: \"vni\" is 0");
	is_int(list.count, 0, "what is in the file of its name is not sought");
	find(&list, "a.b", NULL);
	is_int(list.count, 12, "what is not is sought in all files");
	find(&list, "key2", NULL);
	find(&list, "red", NULL);
	find(&list, "two", "defined twice");
	find(&list, "key", "\"subnet\" is \"x\"");
	find(&list, "other", "5.json");
	definitions_free(&list);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ok(system(command) == 0, "clean up");
	definitions_open(&list, folder);
	find(&list, "red", "defined by no file");
	definitions_free(&list);
}

int main(void)
{
	test_samples();
	test_nul();
	test_requests();
	test_bandwidth();
	test_definitions();
	test_defaults();
	test_folder();
	test_device();
	return tap_end();
}
