// SPDX-License-Identifier: Apache-2.0
/*
 * Calls of Multus: what of a configuration that users wrote is kept, and which
 * network its name means.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cni/code.h"
#include "cni/json.h"
#include "cni/under_multus.h"
#include "tap.h"

static char path[] = "/tmp/under_multus_test.XXXXXX";

static const char *const samples[][2] = {
	{ "{\"cniVersion\":\"1.0.0\",\"name\":\"left\",\"type\":\"vr-cni\"}",
	  "{\"cniVersion\":\"1.0.0\",\"name\":\"left\",\"type\":\"vr-cni\",\"runtimeConfig\":{},\"args\":{\"cni\":{}},\"agentSocket\":\"/s\"}" },
	/* Those of a network, and of a node. */
	{ "{\"name\":\"left\",\"cidr\":\"192.0.2.0/24\",\"subnets\":[],\"vni\":7,\"ipam\":{\"dataDir\":\"/\"},\"sysctls\":{},"
	  "\"podNetworks\":true,\"hostInterface\":\"x\",\"networks\":[\"a\"],\"plug\":{},\"unplug\":\"eth0\",\"stateDir\":\"/\","
	  "\"logFile\":\"/etc/passwd\",\"agentSocket\":\"/evil\",\"AgentSocket\":\"/evil\",\"result\":\"all\",\"ipMasq\":true}",
	  "{\"name\":\"left\",\"runtimeConfig\":{},\"args\":{\"cni\":{}},\"agentSocket\":\"/s\"}" },
	{ "{\"name\":\"left\",\"runtimeConfig\":{\"mac\":\"m\",\"ips\":[\"i\"],\"ipRanges\":[],\"dns\":{},"
	  "\"io.kubernetes.cri.pod-annotations\":{}},\"args\":{\"cni\":{\"ips\":[],\"networks\":[\"b\"]},\"other\":1}}",
	  "{\"name\":\"left\",\"runtimeConfig\":{\"mac\":\"m\",\"ips\":[\"i\"]},\"args\":{\"cni\":{\"ips\":[]}},\"agentSocket\":\"/s\"}" },
};

static void test_conf(void)
{
	struct vr_error err = { 0 };
	bool is_under = true;
	cJSON *conf;
	char *text;
	size_t i;

	conf = cJSON_Parse("{\"podNetworks\":true}");
	ok(!under_multus_conf("/nonexistent/file", &conf, &is_under, &err) &&
		   !is_under && cJSON_GetObjectItem(conf, "podNetworks"),
	   "without a file a configuration is as it was");
	cJSON_Delete(conf);
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		conf = cJSON_Parse(samples[i][0]);
		ok(!under_multus_conf(path, &conf, &is_under, &err) && is_under,
		   "%s", samples[i][0]);
		text = cJSON_PrintUnformatted(conf);
		is_string(text, samples[i][1], "what is left of it");
		cJSON_free(text);
		cJSON_Delete(conf);
	}
}

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	fputs(text, file);
	fclose(file);
}

static void test_broken(void)
{
	cJSON *conf = cJSON_Parse("{\"name\":\"left\"}");
	struct vr_error err = { 0 };
	bool is_under;

	write_file("{");
	ok(under_multus_conf(path, &conf, &is_under, &err) &&
		   cni_code(&err) == CNI_DECODE,
	   "a file that cannot be read is refused: %s", err.text);
	cJSON_Delete(conf);
}

static void means(const char *name, const char *network, const char *fallback)
{
	const struct environment env = {
		.args = "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=a",
	};
	struct environment_pod pod;
	struct requests requests = { 0 };
	struct vr_error err = { 0 };
	const struct request *request;

	ok(!under_multus_request(name, &env, &pod, &requests, &err), "%s",
	   name);
	request = requests.items;
	is_string(request->network, network, "its network");
	is_string(request->fallback ? request->fallback : "", fallback,
		  "or that");
	is_string(request->asked_from, "shop", "by the rights of the pod");
	requests_free(&requests);
}

static void test_request(void)
{
	const struct environment env = { .args = "IgnoreUnknown=1" };
	struct environment_pod pod;
	struct requests requests = { 0 };
	struct vr_error err = { 0 };

	means("left", "shop.left", "");
	means("other.right", "shop.other.right", "other.right");
	ok(under_multus_request("left", &env, &pod, &requests, &err) &&
		   cni_code(&err) == CNI_ENVIRONMENT,
	   "of no pod it is none: %s", err.text);
	requests_free(&requests);
}

int main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	write_file(
		"{\"description\":\"x\",\"agentSocket\":\"/s\",\"hostInterface\":\"h\"}");
	test_conf();
	test_broken();
	test_request();
	unlink(path);
	return tap_end();
}
