// SPDX-License-Identifier: Apache-2.0
/*
 * Results: the shape of each version, and what of an IPAM plugin's or a
 * prevResult is refused.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/code.h"
#include "cni/json.h"
#include "cni/result.h"
#include "tap.h"

static const char full[] =
	"{\"interfaces\":[{\"name\":\"eth0\",\"mac\":\"02:00:00:00:00:01\","
	"\"mtu\":1400,\"sandbox\":\"/n\"},{\"name\":\"host\"}],"
	"\"ips\":[{\"version\":\"4\",\"interface\":0,"
	"\"address\":\"192.0.2.5/24\",\"gateway\":\"192.0.2.1\"},"
	"{\"interface\":0,\"address\":\"2001:db8::5/64\"}],"
	"\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"192.0.2.1\","
	"\"mtu\":1300,\"advmss\":1200,\"priority\":7,\"table\":9,\"scope\":0}]}";

static const char *const shapes[CNI_VERSIONS] = {
	[CNI_0_2_0] =
		"{\"cniVersion\":\"0.2.0\","
		"\"ip4\":{\"ip\":\"192.0.2.5/24\",\"gateway\":\"192.0.2.1\","
		"\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"192.0.2.1\"}]},"
		"\"ip6\":{\"ip\":\"2001:db8::5/64\",\"routes\":[]},\"dns\":{}}",
	[CNI_0_3_0] =
		"{\"cniVersion\":\"0.3.0\",\"interfaces\":[{\"name\":\"eth0\","
		"\"mac\":\"02:00:00:00:00:01\",\"sandbox\":\"/n\"},{\"name\":\"host\"}],"
		"\"ips\":[{\"version\":\"4\",\"interface\":0,"
		"\"address\":\"192.0.2.5/24\",\"gateway\":\"192.0.2.1\"},"
		"{\"version\":\"6\",\"interface\":0,\"address\":\"2001:db8::5/64\"}],"
		"\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"192.0.2.1\"}],\"dns\":{}}",
	[CNI_1_0_0] =
		"{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"eth0\","
		"\"mac\":\"02:00:00:00:00:01\",\"sandbox\":\"/n\"},{\"name\":\"host\"}],"
		"\"ips\":[{\"interface\":0,"
		"\"address\":\"192.0.2.5/24\",\"gateway\":\"192.0.2.1\"},"
		"{\"interface\":0,\"address\":\"2001:db8::5/64\"}],"
		"\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"192.0.2.1\"}]}",
	[CNI_1_1_0] =
		"{\"cniVersion\":\"1.1.0\",\"interfaces\":[{\"name\":\"eth0\","
		"\"mac\":\"02:00:00:00:00:01\",\"mtu\":1400,\"sandbox\":\"/n\"},"
		"{\"name\":\"host\"}],\"ips\":[{\"interface\":0,"
		"\"address\":\"192.0.2.5/24\",\"gateway\":\"192.0.2.1\"},"
		"{\"interface\":0,\"address\":\"2001:db8::5/64\"}],"
		"\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"192.0.2.1\","
		"\"mtu\":1300,\"advmss\":1200,\"priority\":7,\"table\":9,\"scope\":0}]}",
};

static void test_shapes(void)
{
	cleanup_json cJSON *json = cJSON_Parse(full);
	cleanup_result struct result result = { 0 };
	struct vr_error err = { 0 };
	unsigned int i;

	ok(!result_parse(json, "here", &result, &err), "parse a result");
	for (i = 0; i < CNI_VERSIONS; i++) {
		cleanup_json_text char *text = NULL;
		cleanup_json cJSON *shape = NULL;

		shape = result_to_json(&result, (enum netconf_version)i, &err);
		text = cJSON_PrintUnformatted(shape);
		if (shapes[i])
			is_string(text, shapes[i], "in the shape of %s",
				  netconf_versions[i]);
		else
			ok(text && strstr(text, i < CNI_0_3_0
							? "\"ip6\":{"
							: "\"version\":\"6\""),
			   "families are told by %s", netconf_versions[i]);
	}
}

static void test_old(void)
{
	cleanup_json cJSON *json = cJSON_Parse(
		"{\"ip4\":{\"ip\":\"192.0.2.5/24\",\"gateway\":\"192.0.2.1\","
		"\"routes\":[{\"dst\":\"198.51.100.0/24\"}]},"
		"\"ip6\":{\"ip\":\"2001:db8::5/64\"},\"dns\":{\"domain\":\"x\"}}");
	cleanup_result struct result result = { 0 };
	struct vr_error err = { 0 };

	ok(!result_parse(json, "here", &result, &err), "a result of 0.2.0");
	is_int(result.ip_count, 2, "its addresses");
	is_int(result.routes.count, 1, "its routes");
	ok(result.dns, "its name servers");
}

static const char *const bad[] = {
	"[]",
	"{\"ips\":{}}",
	"{\"ips\":[1]}",
	"{\"ips\":[{}]}",
	"{\"ips\":[{\"address\":\"192.0.2.5\"}]}",
	"{\"ips\":[{\"address\":\"192.0.2.5/40\"}]}",
	"{\"ips\":[{\"address\":\"192.0.2.5/24\",\"gateway\":\"2001:db8::1\"}]}",
	"{\"ips\":[{\"address\":\"192.0.2.5/24\",\"gateway\":\"x\"}]}",
	"{\"ips\":[{\"address\":\"192.0.2.5/24\",\"interface\":0}]}",
	"{\"interfaces\":[{\"name\":\"a\"}],"
	"\"ips\":[{\"address\":\"192.0.2.5/24\",\"interface\":1}]}",
	"{\"interfaces\":[{\"name\":\"a\"}],"
	"\"ips\":[{\"address\":\"192.0.2.5/24\",\"interface\":0.5}]}",
	"{\"interfaces\":[{}]}",
	"{\"interfaces\":[1]}",
	"{\"interfaces\":[{\"name\":\"a\",\"mac\":1}]}",
	"{\"routes\":[{\"dst\":\"x\"}]}",
	"{\"routes\":1}",
	"{\"dns\":1}",
	"{\"ip4\":{}}",
};

static void test_bad(void)
{
	struct result result;
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cleanup_json cJSON *json = cJSON_Parse(bad[i]);
		struct vr_error err = { 0 };

		ok(json && result_parse(json, "here", &result, &err) < 0 &&
			   strstr(err.text, "here"),
		   "refused: %s", bad[i]);
	}
}

static void test_index(void)
{
	cleanup_result struct result result = { 0 };
	struct result_ip ip = { .interface = 0 };
	struct vr_error err = { 0 };

	ip.address.ip.family = AF_INET;
	ok(!result_add_ip(&result, &ip, &err), "an address without interface");
	ok(!result_to_json(&result, CNI_1_0_0, &err) &&
		   strstr(err.text, "interface 0 of 0"),
	   "an index that makes runtimes crash is not printed");
}

int main(void)
{
	test_shapes();
	test_old();
	test_bad();
	test_index();
	return tap_end();
}
