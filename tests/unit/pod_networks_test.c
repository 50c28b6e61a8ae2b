// SPDX-License-Identifier: Apache-2.0
/*
 * The annotation in which a pod names its networks: both forms, every field, and
 * what is refused.
 */
#include <string.h>

#include "cni/code.h"
#include "cni/pod_networks.h"
#include "tap.h"

struct parsed {
	struct requests requests;
	cJSON *json;
	struct vr_error err;
	int ret;
};

static struct parsed parse(const char *annotation)
{
	struct parsed parsed = { 0 };

	parsed.ret = pod_networks_parse(annotation, "shop", &parsed.requests,
					&parsed.json, &parsed.err);
	return parsed;
}

static void parsed_free(struct parsed *parsed)
{
	requests_free(&parsed->requests);
	cJSON_Delete(parsed->json);
}

/* "network@interface ..." of what was asked for. */
static void gives(const char *annotation, const char *want)
{
	struct parsed parsed = parse(annotation);
	const struct request *request;
	char got[512] = "";
	unsigned int i;

	for (i = 0; i < parsed.requests.count; i++) {
		request = &parsed.requests.items[i];
		snprintf(got + strlen(got), sizeof(got) - strlen(got),
			 "%s%s%s%s", i ? " " : "", request->network,
			 request->ifname ? "@" : "",
			 request->ifname ? request->ifname : "");
	}
	ok(!parsed.ret && !strcmp(got, want), "%s gives %s", annotation, want);
	if (parsed.ret || strcmp(got, want) != 0)
		printf("#   %s %s\n", got, parsed.err.text);
	parsed_free(&parsed);
}

static void refused(const char *annotation, enum cni_code code,
		    const char *message)
{
	struct parsed parsed = parse(annotation);
	bool right = parsed.ret < 0 && cni_code(&parsed.err) == code &&
		     strstr(parsed.err.text, message) &&
		     strstr(parsed.err.text, POD_NETWORKS_KEY);

	ok(right, "refused: %s", annotation);
	if (!right)
		printf("#   code %d: %s\n", cni_code(&parsed.err),
		       parsed.err.text);
	parsed_free(&parsed);
}

static void test_short_form(void)
{
	gives("", "");
	gives(" \n", "");
	gives("left", "shop.left");
	gives("left,right", "shop.left shop.right");
	gives(" left , other/right ,left", "shop.left other.right shop.left");
	gives("left@net7,other/right@x", "shop.left@net7 other.right@x");
	gives("left.v2", "shop.left.v2");
	refused("left,", CNI_CONFIG, "\"\" is not the name of a network");
	refused(",", CNI_CONFIG, "\"\" is not the name of a network");
	refused("/left", CNI_CONFIG, "\"\" is not the name of a namespace");
	refused("other/", CNI_CONFIG, "\"\" is not the name of a network");
	refused("a/b/c", CNI_CONFIG, "\"b/c\" is not the name of a network");
	refused("a.b/c", CNI_CONFIG, "\"a.b\" is not the name of a namespace");
	refused("Left", CNI_CONFIG, "\"Left\"");
	refused("-left", CNI_CONFIG, "\"-left\"");
	refused("left.", CNI_CONFIG, "\"left.\"");
	refused("left right", CNI_CONFIG, "\"left right\"");
	refused("left@", CNI_CONFIG, "interface \"\"");
	refused("left@name-is-too-long", CNI_CONFIG, "name-is-too-long");
}

static void test_objects(void)
{
	gives("[]", "");
	gives("[{\"name\":\"left\"}]", "shop.left");
	gives("[{\"name\":\"left\",\"namespace\":\"other\",\"interface\":\"x\"},"
	      "{\"name\":\"left\"}]",
	      "other.left@x shop.left");
	gives("[{\"name\":\"left\",\"org.example.key\":1,\"unknown\":[]}]",
	      "shop.left");
	gives("[{\"name\":\"left\",\"portMappings\":[]}]", "shop.left");
	refused("[", CNI_DECODE, "not JSON");
	refused("{\"name\":\"left\"}", CNI_CONFIG, "is not an array");
	refused("[\"left\"]", CNI_CONFIG, "is not an object");
	refused("[{}]", CNI_CONFIG, "without \"name\"");
	refused("[{\"name\":1}]", CNI_CONFIG, "\"name\" is 1");
	refused("[{\"name\":\"a\",\"namespace\":[]}]", CNI_CONFIG,
		"\"namespace\" is []");
	refused("[{\"name\":\"a\",\"ips\":\"192.0.2.1\"}]", CNI_CONFIG,
		"\"ips\"");
	refused("[{\"name\":\"a\",\"mac\":2}]", CNI_CONFIG, "\"mac\" is 2");
	refused("[{\"name\":\"a\",\"cni-args\":[]}]", CNI_CONFIG,
		"\"cni-args\" is []");
	refused("[{\"name\":\"a\",\"bandwidth\":{\"ingressRate\":-1}}]",
		CNI_CONFIG, "ingressRate");
	refused("[{\"name\":\"a\",\"portMappings\":[{\"hostPort\":1,"
		"\"containerPort\":1}]}]",
		CNI_UNSUPPORTED, "portMappings");
	refused("[{\"name\":\"a\",\"infiniband-guid\":\"x\"}]", CNI_UNSUPPORTED,
		"infiniband-guid");
	gives("[{\"name\":\"a\",\"ipam-claim-reference\":\"disk.vm1\",\"ips\":[]}]",
	      "shop.a");
	refused("[{\"name\":\"a\",\"ipam-claim-reference\":\"A b\"}]",
		CNI_CONFIG, "\"A b\", not the name of an IPAMClaim");
	refused("[{\"name\":\"a\",\"ipam-claim-reference\":1}]", CNI_CONFIG,
		"\"ipam-claim-reference\" is 1");
	refused("[{\"name\":\"a\",\"ipam-claim-reference\":\"x\","
		"\"ips\":[\"192.0.2.9\"]}]",
		CNI_CONFIG, "together with \"ips\"");
	refused("[{\"name\":\"a\",\"default-route\":[\"x\"]}]", CNI_CONFIG,
		"\"x\"");
	refused("[{\"name\":\"a\",\"default-route\":[]},"
		"{\"name\":\"b\",\"default-route\":[\"192.0.2.1\"]}]",
		CNI_CONFIG, "only one network");
}

static void test_fields(void)
{
	struct parsed parsed = parse(
		"[{\"name\":\"left\",\"ips\":[\"192.0.2.9/24\",\"2001:db8::9\"],"
		"\"mac\":\"02:00:00:00:00:09\","
		"\"bandwidth\":{\"ingressRate\":8000,\"ingressBurst\":64000},"
		"\"default-route\":[\"192.0.2.1\",\"2001:db8::1\"]},"
		"{\"name\":\"right\"}]");
	const struct request *request = parsed.requests.items;

	ok(!parsed.ret && parsed.requests.count == 2, "every field");
	if (parsed.ret)
		printf("#   %s\n", parsed.err.text);
	ok(cJSON_GetArraySize(request->ips) == 2, "ips");
	ok(request->mac && !strcmp(request->mac, "02:00:00:00:00:09"), "mac");
	ok(bandwidth_is_limited(&request->bandwidth), "bandwidth");
	ok(request->default_gateways[0].family && !request->own_default &&
		   request->default_gateways[1].family,
	   "default-route");
	ok(!request[1].mac && !request[1].ips && !request[1].own_default &&
		   !bandwidth_is_limited(&request[1].bandwidth),
	   "and none for the other");
	parsed_free(&parsed);
	parsed = parse("[{\"name\":\"left\",\"default-route\":[]}]");
	ok(!parsed.ret && parsed.requests.items[0].own_default,
	   "an empty default-route");
	parsed_free(&parsed);
}

static void first(const char *annotation, const char *want)
{
	struct parsed parsed = { 0 };

	parsed.ret = pod_networks_parse_default(annotation, &parsed.requests,
						&parsed.json, &parsed.err);
	ok(!parsed.ret && parsed.requests.count == 1 &&
		   !strcmp(parsed.requests.items[0].network, want),
	   "default network %s is %s", annotation, want);
	parsed_free(&parsed);
}

static void no_first(const char *annotation, enum cni_code code,
		     const char *message)
{
	struct parsed parsed = { 0 };
	bool right;

	parsed.ret = pod_networks_parse_default(annotation, &parsed.requests,
						&parsed.json, &parsed.err);
	right = parsed.ret < 0 && cni_code(&parsed.err) == code &&
		strstr(parsed.err.text, message) &&
		strstr(parsed.err.text, POD_NETWORKS_DEFAULT_KEY);
	ok(right, "default network refused: %s", annotation);
	if (!right)
		printf("#   %s\n", parsed.err.text);
	parsed_free(&parsed);
}

static void test_default(void)
{
	first("left", "kube-system.left");
	first(" shop/left ", "shop.left");
	first("[{\"name\":\"left\"}]", "kube-system.left");
	first("[{\"name\":\"left\",\"namespace\":\"a\",\"mac\":"
	      "\"02:00:00:00:00:01\"}]",
	      "a.left");
	no_first("", CNI_CONFIG, "\"\" is 0 networks instead of one");
	no_first("left,right", CNI_CONFIG, "is 2 networks instead of one");
	no_first("[]", CNI_CONFIG, "is 0 networks");
	no_first("left@x", CNI_CONFIG, "interface \"x\", but");
	no_first("[{\"name\":\"a\",\"ipam-claim-reference\":\"x\"}]",
		 CNI_CONFIG, "a claim is for further networks");
	no_first("[{", CNI_DECODE, "not JSON");
}

int main(void)
{
	test_default();
	test_short_form();
	test_objects();
	test_fields();
	return tap_end();
}
