// SPDX-License-Identifier: Apache-2.0
/*
 * IPAM: plugins side by side, what misbehaves among them, and the addresses
 * vr-cni hands out itself, by many processes at a time.
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cni/code.h"
#include "cni/file.h"
#include "cni/ipam.h"
#include "cni/json.h"
#include "lib/cleanup.h"
#include "lib/field.h"
#include "tap.h"

static char folder[] = "/tmp/vr-ipam-test.XXXXXX";

static struct environment env = {
	.container_id = "c",
	.netns = "/n",
	.path = folder,
};

/* A plugin that is a script. */
static void plugin(const char *name, const char *script)
{
	cleanup_free char *path = NULL, *text = NULL;

	if (asprintf(&path, "%s/%s", folder, name) < 0 ||
	    asprintf(&text, "#!/bin/sh\n%s\n", script) < 0 ||
	    file_write(folder, name, text, NULL) || chmod(path, 0700))
		abort();
}

static cJSON *conf_of_type(const char *type)
{
	char text[200];

	snprintf(text, sizeof(text),
		 "{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"ipam\":{\"type\":\"%s\"}}",
		 type);
	return cJSON_Parse(text);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* What a plugin does, the code that comes of it, and what the message says. */
static const struct {
	const char *script;
	enum cni_code code;
	const char *message;
} plugins[] = {
	{ "echo '{\"ips\":[{\"address\":\"192.0.2.5/24\"}]}'", CNI_OK, "" },
	{ "echo '{\"ip4\":{\"ip\":\"192.0.2.5/24\"},"
	  "\"ip6\":{\"ip\":\"2001:db8::5/64\"}}'",
	  CNI_OK, "" },
	{ "sleep 5 & echo '{\"ips\":[{\"address\":\"192.0.2.5/24\"}]}'", CNI_OK,
	  "" },
	{ "", CNI_IPAM, "printed no JSON, but nothing" },
	{ "echo garbage", CNI_IPAM, "printed no JSON, but garbage" },
	{ "echo '{}'", CNI_IPAM, "gave no address" },
	{ "echo '{\"cniVersion\":\"9.9.9\",\"ips\":[]}'", CNI_IPAM,
	  "\"cniVersion\" is \"9.9.9\", a version" },
	{ "echo '{\"cniVersion\":1,\"ips\":[]}'", CNI_IPAM,
	  "\"cniVersion\" is 1" },
	{ "echo '[]'", CNI_IPAM, "not a JSON object" },
	{ "echo '{\"ips\":[{\"address\":\"192.0.2.5\"}]}'", CNI_IPAM,
	  "192.0.2.5" },
	{ "echo '{\"ips\":[]} x'", CNI_IPAM, "printed no JSON" },
	{ "exit 3", CNI_IPAM, "exit code 3 without an error object" },
	{ "kill -9 $$", CNI_IPAM, "killed by signal 9" },
	{ "echo '{\"code\":11,\"msg\":\"m\",\"details\":\"d\"}'; exit 1",
	  CNI_AGAIN, "m; d (code 11)" },
	{ "echo '{\"code\":1,\"msg\":\"wrong version\"}'; exit 1", CNI_IPAM,
	  "wrong version (code 1)" },
	{ "echo '{\"code\":50,\"msg\":\"m\"}'; exit 1", CNI_NOT_AVAILABLE,
	  "m" },
	{ "exec yes", CNI_IO, "longer than" },
	{ "sleep 100; :", CNI_IPAM, "did not end within 2 seconds" },
	{ "exec >&-; sleep 100", CNI_IPAM, "did not end within 2 seconds" },
	{ "trap '' TERM; while :; do sleep 100; done", CNI_IPAM,
	  "did not end within 2 seconds" },
};

#define PLUGINS ARRAY_SIZE(plugins)

static void test_plugins(void)
{
	struct ipam_call *calls = calloc(PLUGINS + 2, sizeof(*calls));
	char name[PLUGINS + 2][16];
	struct vr_error err = { 0 };
	double begin = now();
	unsigned int i;
	int ret;

	for (i = 0; i < PLUGINS + 2; i++) {
		snprintf(name[i], sizeof(name[i]), "p%u", i);
		if (i < PLUGINS)
			plugin(name[i], plugins[i].script);
		calls[i] = (struct ipam_call){
			.env = &env,
			.command = "ADD",
			.ifname = name[i],
			.args = "",
			.conf = conf_of_type(name[i]),
		};
	}
	/* One that is no program, and one that is not there. */
	if (file_write(folder, name[PLUGINS], "text", NULL))
		abort();
	ret = ipam_run_all(calls, PLUGINS + 2, 2, &err);
	ok(ret < 0, "some fail");
	ok(now() - begin < 4, "all together take as long as the slowest");
	for (i = 0; i < PLUGINS; i++) {
		is_int(calls[i].error.errnum ? cni_code(&calls[i].error)
					     : CNI_OK,
		       plugins[i].code, "%s", plugins[i].script);
		ok(strstr(calls[i].error.text, plugins[i].message),
		   "its message: %s", calls[i].error.text);
		ok(calls[i].begun, "it was begun");
		ok(plugins[i].code == CNI_OK ||
			   strstr(calls[i].error.text, name[i]),
		   "it is named");
	}
	is_int(calls[1].result.ip_count, 2, "a result of 0.2.0");
	ok(!calls[PLUGINS].begun &&
		   strstr(calls[PLUGINS].error.text, "cannot run"),
	   "what is no program was not begun");
	ok(!calls[PLUGINS + 1].begun &&
		   strstr(calls[PLUGINS + 1].error.text, "not in CNI_PATH"),
	   "nor was what is not there");
	is_string(err.text, calls[3].error.text, "the first error goes up");
	for (i = 0; i < PLUGINS + 2; i++)
		cJSON_Delete((cJSON *)calls[i].conf);
	ipam_calls_free(calls, PLUGINS + 2);
}

/* A process that ended may wait for a parent that does not look after it. */
static bool is_running(pid_t pid)
{
	cleanup_free char *path = NULL, *text = NULL;

	if (asprintf(&path, "/proc/%d/stat", pid) < 0)
		abort();
	text = file_read_path(path, NULL, NULL);
	return text && !strstr(text, ") Z ");
}

/* What it was given, and that it dies with what it has started. */
static void test_process(void)
{
	cleanup_json cJSON *conf = conf_of_type("given");
	cleanup_json cJSON *hangs = conf_of_type("hangs");
	struct ipam_call calls[] = {
		{ .env = &env,
		  .command = "DEL",
		  .ifname = "eth7",
		  .args = "A=B",
		  .conf = conf },
		{ .env = &env,
		  .command = "DEL",
		  .ifname = "eth8",
		  .args = "",
		  .conf = hangs },
	};
	cleanup_free char *text = NULL, *child = NULL, *path = NULL;
	struct vr_error err = { 0 };
	double begin = now();
	pid_t pid;

	plugin("given", "dir=$(dirname \"$0\"); { cat; echo; echo "
			"$CNI_COMMAND $CNI_CONTAINERID $CNI_NETNS $CNI_IFNAME "
			"$CNI_ARGS $CNI_PATH; } > \"$dir/out\"");
	plugin("hangs", "dir=$(dirname \"$0\"); sleep 100 & echo $! > "
			"\"$dir/child\"; wait");
	ok(ipam_run_all(calls, 2, 1, &err) < 0 && !calls[0].error.errnum,
	   "one hangs, the other does not");
	if (asprintf(&path, "%s/out", folder) < 0)
		abort();
	text = file_read_path(path, NULL, NULL);
	ok(text && strstr(text, "{\"cniVersion\":\"1.0.0\",\"name\":\"net\""),
	   "the whole configuration is on its standard input");
	ok(text && strstr(text, "DEL c /n eth7 A=B /tmp/vr-ipam-test"),
	   "the variables are its own: %s", text ? text : "none");
	free(path);
	if (asprintf(&path, "%s/child", folder) < 0)
		abort();
	child = file_read_path(path, NULL, NULL);
	pid = child ? atoi(child) : 0;
	while (pid > 0 && is_running(pid) && now() - begin < 10)
		usleep(1000);
	ok(pid > 0 && !is_running(pid),
	   "what hangs is killed with its children");
}

#define RANGE29                                        \
	"\"ranges\":[[{\"subnet\":\"192.0.2.0/29\"}]," \
	"[{\"subnet\":\"2001:db8::/64\"}]]"

static cJSON *local_conf(const char *ipam, const char *more)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"ipam\":{\"type\":"
		 "\"vr\",\"dataDir\":\"%s/pool\"%s%s}%s%s}",
		 folder, ipam[0] ? "," : "", ipam, more[0] ? "," : "", more);
	return cJSON_Parse(text);
}

/* One call; the addresses in a line, or the message. */
static const char *local(const char *command, const char *id,
			 const char *ifname, const char *ipam, const char *more,
			 enum cni_code code)
{
	cleanup_json cJSON *conf = local_conf(ipam, more);
	struct environment own = env;
	struct ipam_call call = {
		.env = &own,
		.command = command,
		.ifname = ifname,
		.args = "",
		.conf = conf,
	};
	static char answer[1600];
	struct vr_error err = { 0 };
	char text[VR_PREFIX_TEXT];
	unsigned int i;
	size_t len;
	int ret;

	own.container_id = id;
	ret = ipam_run_all(&call, 1, 1, &err);
	if ((ret ? cni_code(&err) : CNI_OK) != code)
		printf("#   code %d: %s\n", ret ? cni_code(&err) : 0, err.text);
	snprintf(answer, sizeof(answer), "%s",
		 ret && cni_code(&err) == code ? err.text : "");
	for (i = 0; i < call.result.ip_count; i++) {
		len = strlen(answer);
		snprintf(answer + len, sizeof(answer) - len, "%s%s",
			 len ? " " : "",
			 vr_prefix_format(&call.result.ips[i].address, text));
	}
	result_free(&call.result);
	return answer;
}

/* How many addresses are in the store. */
static unsigned int stored(void)
{
	cleanup_free char *path = NULL;
	struct dirent *entry;
	unsigned int count = 0;
	DIR *dir;

	if (asprintf(&path, "%s/pool/net", folder) < 0)
		abort();
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return count;
}

static void test_local(void)
{
	const char *told = "\"prevResult\":{\"ips\":[{\"address\":\"%s\"}]}";
	char text[200];

	is_string(local("DEL", "a", "eth0", RANGE29, "", CNI_OK), "",
		  "DEL before there is anything");
	is_int(stored(), 0, "and makes nothing");
	is_string(local("ADD", "a", "eth0", RANGE29, "", CNI_OK),
		  "192.0.2.2/29 2001:db8::2/64", "one of each range set");
	is_string(local("ADD", "a", "eth1", RANGE29, "", CNI_OK),
		  "192.0.2.3/29 2001:db8::3/64", "another interface");
	is_string(local("DEL", "a", "eth0", "", "", CNI_OK), "",
		  "DEL without ranges");
	is_string(local("DEL", "a", "eth0", "", "", CNI_OK), "",
		  "and once more");
	is_int(stored(), 2, "the other interface has its addresses yet");
	is_string(local("ADD", "b", "eth0", RANGE29, "", CNI_OK),
		  "192.0.2.4/29 2001:db8::4/64",
		  "what was given back rests a while");
	is_string(local("ADD", "b", "eth0", RANGE29, "", CNI_OK),
		  "192.0.2.5/29 2001:db8::5/64",
		  "who asks again has died before");
	is_int(stored(), 4, "and loses what it had");
	is_string(local("ADD", "c", "eth0", RANGE29,
			"\"runtimeConfig\":{\"ips\":[\"2001:db8::9/64\"]}",
			CNI_OK),
		  "192.0.2.6/29 2001:db8::9/64",
		  "an address that is asked for");
	ok(strstr(local("ADD", "d", "eth0", RANGE29,
			"\"runtimeConfig\":{\"ips\":[\"2001:db8::9\"]}",
			CNI_CONFIG),
		  "\"c:eth0\" has it"),
	   "one that is taken");
	ok(strstr(local("ADD", "d", "eth0", RANGE29,
			"\"runtimeConfig\":{\"ips\":[\"192.0.2.1\"]}",
			CNI_CONFIG),
		  "the gateway's"),
	   "the gateway's");
	ok(strstr(local("ADD", "d", "eth0", RANGE29,
			"\"args\":{\"cni\":{\"ips\":[\"203.0.113.1\"]}}",
			CNI_CONFIG),
		  "203.0.113.1 is asked for, but in no range"),
	   "one of no range");
	is_int(stored(), 6, "a refusal leaves nothing taken");
	is_string(local("ADD", "d", "eth0", RANGE29, "", CNI_OK),
		  "192.0.2.2/29 2001:db8::7/64", "from the beginning again");
	is_string(local("ADD", "f", "eth0", RANGE29, "", CNI_OK),
		  "192.0.2.4/29 2001:db8::8/64", "the last one");
	ok(strstr(local("ADD", "e", "eth0", RANGE29, "", CNI_AGAIN),
		  "no address left in 192.0.2.1-192.0.2.6: 5 of 5 are in use"),
	   "none is left");
	is_int(stored(), 10, "nor is one of IPv6 taken then");

	snprintf(text, sizeof(text), told, "192.0.2.2/29");
	is_string(local("CHECK", "d", "eth0", RANGE29, text, CNI_OK), "",
		  "CHECK of what is right");
	ok(strstr(local("CHECK", "c", "eth0", RANGE29, text, CNI_CHANGED),
		  "192.0.2.2 is not kept for it, but d:eth0"),
	   "CHECK of another's address");
	ok(strstr(local("CHECK", "x", "eth0", RANGE29, text, CNI_CHANGED),
		  "0 addresses are kept for it instead of 2"),
	   "CHECK of a stranger");
	is_string(local("STATUS", "", "", RANGE29, "", CNI_OK), "", "STATUS");
	ok(strstr(local("STATUS", "", "", "", "", CNI_CONFIG), "ranges"),
	   "STATUS without ranges");

	ok(strstr(local("GC", "", "", "", "", CNI_CONFIG), "missing"),
	   "GC that is told nothing");
	is_int(stored(), 10, "deletes nothing");
	is_string(local("GC", "", "", "",
			"\"cni.dev/valid-attachments\":[{\"containerID\":\"a\","
			"\"ifname\":\"eth0\"},{\"containerID\":\"d\"}]",
			CNI_OK),
		  "", "GC");
	is_int(stored(), 4, "leaves all interfaces of who is valid");
	is_string(local("GC", "", "", "", "\"cni.dev/valid-attachments\":[]",
			CNI_OK),
		  "", "GC of all");
	is_int(stored(), 0, "leaves none");
}

#define PARALLEL 200

/* As many processes as pods on a large node, and addresses for no more. */
static void test_parallel(void)
{
	static const char ranges[] =
		"\"ranges\":[[{\"subnet\":\"198.51.100.0/24\","
		"\"rangeStart\":\"198.51.100.10\",\"rangeEnd\":\"198.51.100.209\"}],"
		"[{\"subnet\":\"2001:db8:1::/64\"}]]";
	unsigned int i, good = 0;
	int status;

	fflush(stdout);
	for (i = 0; i < PARALLEL; i++) {
		char id[16];

		snprintf(id, sizeof(id), "p%u", i);
		if (fork())
			continue;
		_exit(!local("ADD", id, "eth0", ranges, "", CNI_OK)[0]);
	}
	while (wait(&status) > 0)
		good += !status;
	is_int(good, PARALLEL, "%d processes get addresses", PARALLEL);
	is_int(stored(), 2 * PARALLEL, "no two get one");
	ok(strstr(local("ADD", "late", "eth0", ranges, "", CNI_AGAIN),
		  "200 of 200 are in use"),
	   "and there is none for another");
}

/* Killed at any moment: the store can be used, and given back by the owner. */
static void test_killed(void)
{
	unsigned int i, used = 0;
	int status;
	pid_t pid;

	local("GC", "", "", "", "\"cni.dev/valid-attachments\":[]", CNI_OK);
	for (i = 0; i < 100; i++) {
		fflush(stdout);
		pid = fork();
		if (!pid) {
			for (;;) {
				local("ADD", "k", "eth0", RANGE29, "", CNI_OK);
				local("DEL", "k", "eth0", "", "", CNI_OK);
			}
		}
		usleep(200 + 37 * i);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		used += stored() > 0;
		local("DEL", "k", "eth0", "", "", CNI_OK);
		if (stored())
			break;
	}
	ok(used, "%u of 100 died with an address", used);
	is_int(i, 100, "DEL gives back what one left that was killed");
}

int main(void)
{
	char command[100];

	if (!mkdtemp(folder))
		return 1;
	test_plugins();
	test_process();
	test_local();
	test_parallel();
	test_killed();
	snprintf(command, sizeof(command), "rm -r %s", folder);
	if (system(command))
		return 1;
	return tap_end();
}
