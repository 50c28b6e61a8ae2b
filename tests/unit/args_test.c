// SPDX-License-Identifier: Apache-2.0
/*
 * Words of the command line, and lines of a batch.
 */
#include <stdlib.h>

#include "lib/address.h"
#include "lib/field.h"
#include "tap.h"
#include "vrctl/args.h"
#include "vrctl/batch.h"

/* An object with a member of each kind. */
struct thing {
	uint64_t set;
	bool on;
	uint8_t tiny;
	uint16_t small;
	uint32_t large;
	unsigned int origin;
	char name[8];
	uint8_t mac[VR_MAC_LEN];
	struct vr_ip ip;
	unsigned int custom;
};

enum {
	FLAG,
	ON,
	SMALL,
	LARGE,
	ORIGIN,
	NAME,
	MAC,
	IP,
	TINY
};

static int parse_custom(struct args *args, const struct arg_key *key,
			void *object, struct vr_error *err)
{
	struct thing *thing = object;

	if (!args_value(args, key, err))
		return VRCTL_USAGE;
	thing->custom++;
	return VRCTL_OK;
}

static const struct arg_key keys[] = {
	{ "flag", "", ARG_WORD, .attr = FLAG },
	{ "on", "on|off", ARG_SWITCH, .attr = ON,
	  ARG_MEMBER(struct thing, on) },
	{ "tiny", "N", ARG_U8, .attr = TINY, ARG_MEMBER(struct thing, tiny) },
	{ "small", "N", ARG_U16, .attr = SMALL,
	  ARG_MEMBER(struct thing, small) },
	{ "large", "N", ARG_U32, .attr = LARGE,
	  ARG_MEMBER(struct thing, large) },
	{ "origin", "ORIGIN", ARG_ENUM, .attr = ORIGIN,
	  ARG_MEMBER(struct thing, origin), .names = &vr_origin_names },
	{ "name", "NAME", ARG_STRING, .attr = NAME,
	  ARG_MEMBER(struct thing, name) },
	{ "mac", "MAC", ARG_MAC, .attr = MAC, ARG_MEMBER(struct thing, mac) },
	{ "custom", "X", ARG_CUSTOM, .repeat = true, .parse = parse_custom },
	{ NULL, "IP", ARG_IP, .attr = IP, ARG_MEMBER(struct thing, ip) },
};

static const struct arg_key required[] = {
	{ "large", "N", ARG_U32, .required = true, .attr = LARGE,
	  ARG_MEMBER(struct thing, large) },
	{ NULL, "IP", ARG_IP, .required = true, .attr = IP,
	  ARG_MEMBER(struct thing, ip) },
};

/* Split a line and parse its words. */
static int parse(const char *text, const struct arg_key *table,
		 unsigned int count, struct thing *thing, struct vr_error *err)
{
	char *line = strdup(text), *words[16];
	struct args args = { .words = words };
	int ret;

	memset(thing, 0, sizeof(*thing));
	ret = batch_split(line, words, 16, err);
	if (ret >= 0) {
		args.count = ret;
		ret = args_parse(&args, table, count, thing, err);
	}
	args_close(&args);
	free(line);

	return ret;
}

#define PARSE(text, table) parse(text, table, ARRAY_SIZE(table), &thing, &err)

static void test_good(void)
{
	struct vr_error err;
	struct thing thing;

	is_int(PARSE("", keys), VRCTL_OK, "no words are fine");
	is_int(thing.set, 0, "and set nothing");
	is_int(PARSE("flag on off tiny 255 small 65535 large 4294967295 origin cni "
		     "name abcdefg mac 02:00:00:00:00:01 192.0.2.1",
		     keys),
	       VRCTL_OK, "each kind of key is taken");
	is_int(thing.set, 0x1ff, "each sets its bit");
	ok(!thing.on, "a switch");
	is_int(thing.tiny, 255, "a tiny number");
	is_int(thing.small, 65535, "a small number");
	is_int(thing.large, 4294967295, "a large number");
	is_int(thing.origin, 1, "a word of an enum");
	is_string(thing.name, "abcdefg", "a string");
	is_int(thing.mac[5], 1, "a MAC");
	is_int(thing.ip.bytes[3], 1, "an address that stands alone");
	is_int(PARSE("custom a custom b", keys), VRCTL_OK,
	       "a key may be repeated if its table says so");
	is_int(thing.custom, 2, "and each counts");
	is_int(PARSE("name flag", keys), VRCTL_OK, "a value may be a key");
	is_string(thing.name, "flag", "and is the value");
	is_int(PARSE("name ''", keys), VRCTL_OK, "a value may be empty");
	is_int(PARSE("large 0007", keys), VRCTL_OK, "zeros may lead");
	is_int(thing.large, 7, "and are not octal");
}

static void test_bad(void)
{
	static const struct {
		const char *line;
		const char *text;
	} cases[] = {
		{ "on yes", "on \"yes\": expected on or off" },
		{ "on", "missing value of key \"on\": expected on|off" },
		{ "tiny 256", "tiny \"256\": expected a number from 0 to 255" },
		{ "small 65536",
		  "small \"65536\": expected a number from 0 to 65535" },
		{ "large 4294967296",
		  "large \"4294967296\": expected a number from 0 to 4294967295" },
		{ "large 99999999999999999999999",
		  "large \"99999999999999999999999\": expected a number from 0 to 4294967295" },
		{ "large -1",
		  "large \"-1\": expected a number from 0 to 4294967295" },
		{ "large ''",
		  "large \"\": expected a number from 0 to 4294967295" },
		{ "large 1x",
		  "large \"1x\": expected a number from 0 to 4294967295" },
		{ "large 0x10",
		  "large \"0x10\": expected a number from 0 to 4294967295" },
		{ "origin me",
		  "origin \"me\": expected one of static, cni, agent, learned" },
		{ "name abcdefgh", "name \"abcdefgh\": longer than 7 bytes" },
		{ "mac 1",
		  "mac \"1\": expected a MAC address (xx:xx:xx:xx:xx:xx)" },
		{ "1.2", "IP \"1.2\": expected an IPv4 or IPv6 address" },
		{ "flag flag", "flag \"\": expected this key only once" },
		{ "large 1 large 2",
		  "large \"2\": expected this key only once" },
		{ "1.2.3.4 nam",
		  "unknown key \"nam\": expected one of flag, on, tiny, small, large, origin, name, mac, custom, IP" },
		{ "custom", "missing value of key \"custom\": expected X" },
		{ "name 'a", "a quote is not closed" },
	};
	struct vr_error err;
	struct thing thing;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ok(PARSE(cases[i].line, keys) != VRCTL_OK, "\"%s\" is refused",
		   cases[i].line);
		is_string(err.text, cases[i].text, "with what was expected");
	}
}

static void test_required(void)
{
	struct vr_error err;
	struct thing thing;

	is_int(PARSE("large 1 ::1", required), VRCTL_OK,
	       "all that is required is there");
	is_int(PARSE("::1", required), VRCTL_USAGE, "a key is missing");
	is_string(err.text, "missing large N", "and named");
	is_int(PARSE("large 1", required), VRCTL_USAGE, "a word is missing");
	is_string(err.text, "missing IP", "and named");
	is_int(PARSE("large 1 ::1 x", required), VRCTL_USAGE,
	       "a second word is too much");
}

static void test_netns(void)
{
	char *words[] = { "/proc/self/ns/net", "no-such-namespace" };
	struct arg_key key = { .word = "netns", .value = "NAME" };
	struct args args = { .words = words, .count = 2 };
	struct vr_error err;
	const char *netns;
	int fd;

	is_int(args_netns(&args, &key, &fd, &netns, &err), VRCTL_OK,
	       "a namespace is opened");
	is_string(netns, words[0], "and its word kept");
	is_int(args_netns(&args, &key, &fd, &netns, &err), VRCTL_REFUSED,
	       "one that is not there is no usage error");
	is_string(err.text, "no network namespace \"no-such-namespace\"",
		  "and named");
	is_int(args_netns(&args, &key, &fd, &netns, &err), VRCTL_USAGE,
	       "a missing word is");
	args_close(&args);
	is_int(args.fd_count, 0, "all is closed");
}

/* The addresses that @text begins with, and the word behind them. */
static const char *ip_list(const char *text)
{
	struct arg_key key = { .word = "flood add", .value = "VTEP" };
	char *line = strdup(text), *words[8], ip[VR_IP_TEXT];
	struct args args = { .words = words };
	struct vr_ip_list list = { .count = 0 };
	static char joined[256];
	struct vr_error err;
	unsigned int i;

	joined[0] = '\0';
	args.count = batch_split(line, words, 8, NULL);
	if (args_ip_list(&args, &key, &list, &err) != VRCTL_OK)
		snprintf(joined, sizeof(joined), "!%.200s", err.text);
	else
		for (i = 0; i < list.count; i++)
			snprintf(joined + strlen(joined),
				 sizeof(joined) - strlen(joined), "%s|",
				 vr_ip_format(&list.items[i], ip));
	if (joined[0] != '!' && args_peek(&args))
		strcat(joined, args_peek(&args));
	vr_ip_list_free(&list);
	free(line);

	return joined;
}

static void test_ip_list(void)
{
	static const struct {
		const char *line;
		const char *want;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1|" },
		{ "192.0.2.1 2001:db8::1 ::", "192.0.2.1|2001:db8::1|::|" },
		{ "192.0.2.1 mtu 1400", "192.0.2.1|mtu" },
		{ "192.0.2.1 1400", "192.0.2.1|1400" },
		{ "", "!missing value of key \"flood add\": expected VTEP" },
		{ "mtu",
		  "!flood add \"mtu\": expected an IPv4 or IPv6 address" },
		{ "192.0.2.1 192.0.2.256",
		  "!flood add \"192.0.2.256\": expected an IPv4 or IPv6 address" },
		{ "192.0.2.1 fe80:::",
		  "!flood add \"fe80:::\": expected an IPv4 or IPv6 address" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		is_string(ip_list(cases[i].line), cases[i].want,
			  "\"%s\" has addresses", cases[i].line);
}

/* Words joined by "|". */
static const char *split(const char *text)
{
	static char joined[128];
	char *line = strdup(text), *words[8];
	struct vr_error err;
	int count, i;

	joined[0] = '\0';
	count = batch_split(line, words, 8, &err);
	if (count < 0)
		snprintf(joined, sizeof(joined), "!%.99s", err.text);
	for (i = 0; i < count; i++) {
		strcat(joined, i ? "|" : "");
		strcat(joined, words[i]);
	}
	free(line);

	return joined;
}

static void test_split(void)
{
	static const struct {
		const char *line;
		const char *words;
	} cases[] = {
		{ "", "" },
		{ "\n", "" },
		{ "   \t ", "" },
		{ "# all of it", "" },
		{ "  # all of it", "" },
		{ "a b\tc\r\n", "a|b|c" },
		{ "a#b #c", "a#b" },
		{ "a '#b' c", "a|#b|c" },
		{ "a 'b c' d", "a|b c|d" },
		{ "a \"b c\" d\n", "a|b c|d" },
		{ "a 'b\"c' \"d'e\"", "a|b\"c|d'e" },
		{ "x'y z'w", "xy zw" },
		{ "a\\ b c", "a b|c" },
		{ "'a\\b'", "a\\b" },
		{ "\"a\\\"b\"", "a\"b" },
		{ "a '' b", "a||b" },
		{ "a\\", "a\\" },
		{ "a 'b", "!a quote is not closed" },
		{ "a \"b\n", "!a quote is not closed" },
		{ "1 2 3 4 5 6 7 8", "1|2|3|4|5|6|7|8" },
		{ "1 2 3 4 5 6 7 8 # 9", "1|2|3|4|5|6|7|8" },
		{ "1 2 3 4 5 6 7 8 9", "!more than 8 words" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		is_string(split(cases[i].line), cases[i].words,
			  "line %zu is split", i);
}

int main(void)
{
	test_good();
	test_bad();
	test_required();
	test_netns();
	test_ip_list();
	test_split();

	return tap_end();
}
