// SPDX-License-Identifier: Apache-2.0
/*
 * The environment of a CNI call: what is required, what is refused and how.
 */
#include <stdlib.h>
#include <string.h>

#include "cni/code.h"
#include "cni/environment.h"
#include "tap.h"

static const char *const variables[] = {
	"CNI_COMMAND", "CNI_CONTAINERID",    "CNI_NETNS", "CNI_IFNAME",
	"CNI_ARGS",    "CNI_NETNS_OVERRIDE", "CNI_PATH",
};

static void set_all(const char *command, const char *id, const char *netns,
		    const char *ifname)
{
	unsigned int i;

	for (i = 0; i < sizeof(variables) / sizeof(*variables); i++)
		unsetenv(variables[i]);
	if (command)
		setenv("CNI_COMMAND", command, 1);
	if (id)
		setenv("CNI_CONTAINERID", id, 1);
	if (netns)
		setenv("CNI_NETNS", netns, 1);
	if (ifname)
		setenv("CNI_IFNAME", ifname, 1);
}

static void refused(const char *what, const char *text)
{
	struct vr_error err = { 0 };
	struct environment env;

	ok(environment_read(&env, &err) < 0 && strstr(err.text, text),
	   "%s is refused", what);
	is_int(cni_code(&err), CNI_ENVIRONMENT, "%s: code 4", what);
	if (!strstr(err.text, text))
		printf("#   %s\n", err.text);
}

static void test_required(void)
{
	struct vr_error err = { 0 };
	struct environment env;

	set_all("ADD", NULL, "", NULL);
	refused("ADD without anything",
		"[CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME]");
	set_all("CHECK", "c", NULL, "eth0");
	refused("CHECK without a namespace", "[CNI_NETNS]");
	set_all("DEL", "c", NULL, "eth0");
	ok(!environment_read(&env, &err), "DEL needs no namespace");
	is_string(env.netns, "", "and has none then");
	set_all("VERSION", NULL, NULL, NULL);
	ok(!environment_read(&env, &err), "VERSION needs nothing");
	set_all("STATUS", NULL, NULL, NULL);
	ok(!environment_read(&env, &err), "nor does STATUS");
	set_all("GC", NULL, NULL, NULL);
	refused("GC without plugins", "[CNI_PATH]");
	setenv("CNI_PATH", "/p", 1);
	ok(!environment_read(&env, &err) && env.command == CNI_CMD_GC,
	   "GC needs no container");
	set_all(NULL, NULL, NULL, NULL);
	ok(!environment_read(&env, &err) && env.command == CNI_CMD_NONE,
	   "no command is no error");
	set_all("add", "c", "/n", "eth0");
	refused("a command in lower case", "\"add\"");
}

static void test_values(void)
{
	static const char *const bad_ids[] = { "-a", ".a", "a/b", "a b",
					       "a:b" };
	static const char *const bad_names[] = {
		".",	 "..",	  "a/b",      "a:b",	 "a b",
		"a\tb",	 "eth%d", "a\u00a0b", "\u3000a", "sixteen_bytes___",
		"a\x7f",
	};
	struct vr_error err = { 0 };
	struct environment env;
	unsigned int i;

	for (i = 0; i < sizeof(bad_ids) / sizeof(*bad_ids); i++) {
		set_all("ADD", bad_ids[i], "/n", "eth0");
		refused(bad_ids[i], bad_ids[i]);
	}
	for (i = 0; i < sizeof(bad_names) / sizeof(*bad_names); i++) {
		set_all("ADD", "c", "/n", bad_names[i]);
		refused("an interface name", bad_names[i]);
	}
	set_all("ADD", "c_-.9", "/n", "fifteen_bytes__");
	ok(!environment_read(&env, &err), "longest name, all characters");
	setenv("CNI_NETNS_OVERRIDE", "True", 1);
	ok(!environment_read(&env, &err) && env.own_netns, "override True");
	setenv("CNI_NETNS_OVERRIDE", "yes", 1);
	ok(!environment_read(&env, &err) && !env.own_netns, "override yes");
}

static void test_args(void)
{
	static const char *const bad[] = {
		"a",
		"IP=1;",
		"IP=1=2;IgnoreUnknown=1",
		";IP=1",
		"FOO=1",
		"FOO=1;IgnoreUnknown=0",
		"MAC=1234567890123456789012345678901234567890",
		"IgnoreUnknown=maybe",
	};
	struct environment_args args;
	struct vr_error err = { 0 };
	unsigned int i;
	char *others;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		ok(environment_parse_args(bad[i], &args, &err) < 0 &&
			   cni_code(&err) == CNI_ENVIRONMENT &&
			   strstr(err.text, "CNI_ARGS"),
		   "refused: %s", bad[i]);
	}
	ok(!environment_parse_args("", &args, &err) && !args.mac[0], "none");
	ok(!environment_parse_args("FOO=1;MAC=02:00:00:00:00:01;"
				   "IgnoreUnknown=TRUE",
				   &args, &err),
	   "unknown ones are ignored when asked for");
	is_string(args.mac, "02:00:00:00:00:01", "the MAC is found");
	ok(!environment_parse_args("K8S_POD_NAME=p;IP=192.0.2.1", &args, &err),
	   "known ones need no asking");
	ok(args.ip_len == strlen("192.0.2.1") &&
		   !strncmp(args.ip, "192.0.2.1", args.ip_len),
	   "the address is found");
	others = environment_args_of_others("IP=192.0.2.1;K8S_POD_NAME=p;"
					    "MAC=x;GATEWAY=y;IgnoreUnknown=1");
	is_string(others, "K8S_POD_NAME=p;IgnoreUnknown=1",
		  "addresses are for the first interface only");
	free(others);
}

int main(void)
{
	test_required();
	test_values();
	test_args();
	return tap_end();
}
