// SPDX-License-Identifier: Apache-2.0
/*
 * Ranges of addresses that vr-cni hands out itself: what is refused, and which
 * address comes after which.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/code.h"
#include "cni/json.h"
#include "cni/pool.h"
#include "tap.h"

/* "ipam", further keys, CNI_ARGS, and what the message has in it. */
struct sample {
	const char *ipam;
	const char *more;
	const char *args;
	enum cni_code code;
	const char *message;
};

#define SUBNET "\"subnet\":\"192.0.2.0/24\""
#define RANGES(x) "\"ranges\":[[{" x "}]]"
#define GOOD RANGES(SUBNET)

static const struct sample samples[] = {
	{ GOOD, "", "", CNI_OK, "" },
	{ SUBNET, "", "", CNI_OK, "" },
	{ "", "\"runtimeConfig\":{\"ipRanges\":[[{" SUBNET "}]]}", "", CNI_OK,
	  "" },
	{ "", "", "", CNI_CONFIG, "no \"ranges\"" },
	{ "\"ranges\":[]", "", "", CNI_CONFIG, "no \"ranges\"" },
	{ "\"ranges\":{}", "", "", CNI_CONFIG, "\"ranges\" is {}" },
	{ "\"ranges\":[{" SUBNET "}]", "", "", CNI_CONFIG, "not an array" },
	{ "\"ranges\":[[]]", "", "", CNI_CONFIG, "\"ranges\" is []" },
	{ "\"ranges\":[[7]]", "", "", CNI_CONFIG, "\"ranges\" is 7" },
	{ RANGES(""), "", "", CNI_CONFIG, "without \"subnet\"" },
	{ RANGES("\"subnet\":3"), "", "", CNI_CONFIG, "\"subnet\" is 3" },
	{ RANGES("\"subnet\":\"192.0.2.1/24\""), "", "", CNI_CONFIG,
	  "host bits" },
	{ RANGES("\"subnet\":\"192.0.2.0/31\""), "", "", CNI_CONFIG,
	  "too small" },
	{ RANGES("\"subnet\":\"192.0.2.0/30\""), "", "", CNI_OK, "" },
	{ RANGES("\"subnet\":\"2001:db8::/127\""), "", "", CNI_CONFIG,
	  "too small" },
	{ RANGES("\"subnet\":\"2001:db8::/126\""), "", "", CNI_OK, "" },
	{ RANGES(SUBNET ",\"rangeStart\":\"192.0.3.1\""), "", "", CNI_CONFIG,
	  "\"rangeStart\" is \"192.0.3.1\", not in the subnet" },
	{ RANGES(SUBNET ",\"rangeEnd\":\"x\""), "", "", CNI_CONFIG,
	  "rangeEnd \"x\"" },
	{ RANGES(SUBNET ",\"rangeEnd\":\"2001:db8::1\""), "", "", CNI_CONFIG,
	  "another family" },
	{ RANGES(SUBNET ",\"gateway\":\"2001:db8::1\""), "", "", CNI_CONFIG,
	  "another family" },
	{ RANGES(SUBNET ",\"rangeStart\":\"192.0.2.9\","
			"\"rangeEnd\":\"192.0.2.8\""),
	  "", "", CNI_CONFIG, "ends before it starts" },
	{ "\"ranges\":[[{" SUBNET "},{\"subnet\":\"2001:db8::/64\"}]]", "", "",
	  CNI_CONFIG, "another family than the rest" },
	{ "\"ranges\":[[{" SUBNET "}],[{" SUBNET "}]]", "", "", CNI_CONFIG,
	  "overlaps" },
	{ "\"ranges\":[[{" SUBNET "},{\"subnet\":\"192.0.0.0/16\"}]]", "", "",
	  CNI_CONFIG, "overlaps" },
	{ GOOD ",\"rangestart\":\"192.0.2.5\",\"resolvConf\":\"/x\"", "", "",
	  CNI_CONFIG, "\"resolvConf\" is \"/x\"" },
	{ GOOD ",\"dataDir\":\"store\"", "", "", CNI_CONFIG,
	  "\"dataDir\" is \"store\"" },
	{ GOOD ",\"dataDir\":1", "", "", CNI_CONFIG, "\"dataDir\" is 1" },
	{ GOOD ",\"routes\":[{\"dst\":\"x\"}]", "", "", CNI_CONFIG, "\"x\"" },
	{ GOOD, "\"runtimeConfig\":{\"ips\":[\"192.0.2.256\"]}", "", CNI_CONFIG,
	  "\"192.0.2.256\"" },
	{ GOOD, "\"args\":{\"cni\":{\"ips\":\"192.0.2.5\"}}", "", CNI_CONFIG,
	  "\"ips\"" },
	{ GOOD, "", "IP=192.0.2.5,2001:db8::5", CNI_OK, "" },
	{ GOOD, "", "IP=192.0.2.5/24", CNI_OK, "" },
	{ GOOD, "", "IP=five", CNI_ENVIRONMENT, "CNI_ARGS: IP \"five\"" },
	{ GOOD, "", "IP=192.0.2.5,,192.0.2.6", CNI_ENVIRONMENT, "IP \"\"" },
};

static cJSON *make_conf(const char *ipam, const char *more)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "{\"name\":\"n\",\"ipam\":{\"type\":\"vr\"%s%s}%s%s}",
		 ipam[0] ? "," : "", ipam, more[0] ? "," : "", more);
	return cJSON_Parse(text);
}

static void test_samples(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		const struct sample *sample = &samples[i];
		cleanup_json cJSON *conf =
			make_conf(sample->ipam, sample->more);
		cleanup_pool struct pool pool = { 0 };
		struct vr_error err = { 0 };
		int ret = pool_parse(conf, sample->args, &pool, &err);

		ok((ret == 0) == (sample->code == CNI_OK) && conf &&
			   strstr(err.text, sample->message) &&
			   (!ret || cni_code(&err) == sample->code),
		   "%s %s %s", sample->ipam, sample->more, sample->args);
		if (ret)
			printf("#   code %d: %s\n", cni_code(&err), err.text);
	}
}

/* All addresses of the first set in order, from an address on. */
static void order(const char *ipam, const char *from, const char *want,
		  const char *what)
{
	cleanup_json cJSON *conf = make_conf(ipam, "");
	cleanup_pool struct pool pool = { 0 };
	struct vr_ip ip = { .family = AF_UNSPEC };
	char got[512] = "", text[VR_IP_TEXT], first[VR_IP_TEXT] = "";
	size_t len;

	if (pool_parse(conf, "", &pool, NULL) ||
	    (from[0] && vr_ip_parse("", from, &ip, NULL))) {
		ok(0, "%s: parses", what);
		return;
	}
	while (pool_next(&pool.sets[0], &ip) && strlen(got) < 400) {
		vr_ip_format(&ip, text);
		if (!strcmp(text, first))
			break;
		if (!first[0])
			snprintf(first, sizeof(first), "%s", text);
		len = strlen(got);
		snprintf(got + len, sizeof(got) - len, "%s%s", len ? " " : "",
			 text);
	}
	is_string(got, want, "%s", what);
}

static void test_order(void)
{
	order(RANGES("\"subnet\":\"192.0.2.0/29\""), "",
	      "192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 192.0.2.6",
	      "no gateway, no network, no broadcast address");
	order(RANGES("\"subnet\":\"192.0.2.0/29\""), "192.0.2.4",
	      "192.0.2.5 192.0.2.6 192.0.2.2 192.0.2.3 192.0.2.4",
	      "after the last one it begins again");
	order(RANGES("\"subnet\":\"192.0.2.0/29\",\"gateway\":\"192.0.2.4\""),
	      "", "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.5 192.0.2.6",
	      "the gateway is where it is said to be");
	order(RANGES("\"subnet\":\"192.0.2.0/24\",\"rangeStart\":\"192.0.2.0\","
		     "\"rangeEnd\":\"192.0.2.3\""),
	      "", "192.0.2.2 192.0.2.3", "a range that begins too early");
	order(RANGES("\"subnet\":\"192.0.2.0/24\",\"rangeStart\":\"192.0.2.253\","
		     "\"rangeEnd\":\"192.0.2.255\""),
	      "", "192.0.2.253 192.0.2.254", "and one that ends too late");
	order(RANGES("\"subnet\":\"192.0.2.0/24\",\"rangeStart\":\"192.0.2.1\","
		     "\"rangeEnd\":\"192.0.2.1\""),
	      "", "", "nothing but the gateway");
	order(RANGES("\"subnet\":\"2001:db8::/126\""), "",
	      "2001:db8::2 2001:db8::3", "IPv6 has no broadcast address");
	order("\"ranges\":[[{\"subnet\":\"192.0.2.0/24\","
	      "\"rangeStart\":\"192.0.2.254\"},"
	      "{\"subnet\":\"198.51.100.0/30\"}]]",
	      "192.0.2.254", "198.51.100.2 192.0.2.254",
	      "several ranges are one");
	order("\"ranges\":[[{\"subnet\":\"192.0.2.0/24\","
	      "\"rangeStart\":\"192.0.2.2\",\"rangeEnd\":\"192.0.2.3\","
	      "\"gateway\":\"192.0.2.9\"},{\"subnet\":\"192.0.2.0/24\","
	      "\"rangeStart\":\"192.0.2.8\",\"rangeEnd\":\"192.0.2.10\","
	      "\"gateway\":\"192.0.2.3\"}]]",
	      "", "192.0.2.2 192.0.2.8 192.0.2.10",
	      "nor is the gateway of another range handed out");
	order(RANGES("\"subnet\":\"192.0.2.0/29\""), "203.0.113.7",
	      "192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 192.0.2.6",
	      "after one of another range it begins with the first");
	order(RANGES("\"subnet\":\"192.0.2.0/23\",\"rangeStart\":\"192.0.2.255\","
		     "\"rangeEnd\":\"192.0.3.0\""),
	      "", "192.0.2.255 192.0.3.0", "over the end of a byte");
}

static void test_asked(void)
{
	cleanup_json cJSON *conf =
		make_conf(GOOD,
			  "\"args\":{\"cni\":{\"ips\":[\"192.0.2.6\",\"192.0.2.5\"]}},"
			  "\"runtimeConfig\":{\"ips\":[\"2001:db8::7/64\"],"
			  "\"ipRanges\":[[{\"subnet\":\"198.51.100.0/24\"}]]}");
	cleanup_pool struct pool pool = { 0 };
	char text[VR_PREFIX_TEXT];
	struct vr_error err = { 0 };

	ok(!pool_parse(conf, "IgnoreUnknown=1;IP=192.0.2.5/24;MAC=x", &pool,
		       &err),
	   "what is asked for at all places");
	is_int(pool.asked.count, 3, "once each");
	is_string(vr_ip_format(&pool.asked.items[0], text), "192.0.2.5",
		  "CNI_ARGS is first");
	is_string(vr_ip_format(&pool.asked.items[2], text), "2001:db8::7",
		  "runtimeConfig last");
	is_int(pool.set_count, 2, "ranges of both places");
	is_string(vr_prefix_format(&pool.sets[0].ranges[0].subnet, text),
		  "198.51.100.0/24", "those of runtimeConfig first");
	is_string(pool.folder, POOL_FOLDER, "the folder is there by default");
}

int main(void)
{
	test_samples();
	test_order();
	test_asked();
	return tap_end();
}
