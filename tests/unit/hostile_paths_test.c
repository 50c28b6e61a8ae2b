// SPDX-License-Identifier: Apache-2.0
/*
 * What becomes a part of a path: values that lead elsewhere are refused, links are not
 * followed where files are made, and what is made is for its owner alone.
 */
#define _GNU_SOURCE

#include <ftw.h>
#include <linux/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/loop.h"
#include "agent/server.h"
#include "cni/attachment.h"
#include "cni/cluster_dir.h"
#include "cni/definition.h"
#include "cni/environment.h"
#include "cni/file.h"
#include "cni/ipam.h"
#include "cni/json.h"
#include "cni/pool.h"
#include "cni/sysctl.h"
#include "lib/cleanup.h"
#include "lib/netns.h"
#include "tap.h"

static char very_long[8192];

static const char *const hostile[] = {
	"../../x", "..", ".",	 "/etc/passwd", "a/../../x", "a/b",
	"-rf",	   "",	 "a\tb", "a b",		"a%sb",	     very_long,
};

/* The temporary folder of all this. */
static char top[] = "/tmp/vr-paths-XXXXXX";

static const char *below(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	return path;
}

static unsigned int mode_of(const char *name)
{
	struct stat status;

	return lstat(below(name), &status) ? 0 : status.st_mode & 07777;
}

static void test_names(const char *value)
{
	ok(!environment_name_is_valid(value) || value == very_long,
	   "\"%.12s\" is no container or network", value);
	/* "-rf" and "a/b" are refused by the kernel or harmless: no option, no path. */
	ok(environment_ifname_problem(value) || !strcmp(value, "-rf"),
	   "\"%.12s\" is no interface", value);
	ok(!definition_name_is_valid(value) || !strncmp(value, "a/", 2),
	   "\"%.12s\" is no network, unless of folders", value);
}

/* What has a "/" as the name of a network is one file all the same. */
static void test_escape(const char *value)
{
	cleanup_free char *name = ipam_network_name(value);

	ok(name && !strchr(name, '/'), "\"%.12s\" is escaped", value);
}

static void test_plugin(const char *value)
{
	struct vr_error err = { 0 };
	cleanup_free char *found = ipam_find("/bin:/usr/bin", value, &err);

	ok(!found && err.text[0], "\"%.12s\" is no plugin", value);
}

static void test_pool(const char *value)
{
	cleanup_json cJSON *conf = cJSON_CreateObject();
	cleanup_pool struct pool pool = { 0 };
	struct vr_error err = { 0 };

	cJSON_AddStringToObject(conf, "name", value);
	cJSON_AddObjectToObject(conf, "ipam");
	ok((pool_parse_store(conf, &pool, &err) && err.text[0]) ||
		   value == very_long,
	   "\"%.12s\" is no store of addresses", value);
}

static const char state[] =
	"{\"version\":1,\"name\":\"n\",\"containerID\":\"c\",\"ifname\":\"eth0\","
	"\"netns\":\"/n\",\"netnsDevice\":\"1\",\"netnsInode\":\"1\","
	"\"bootID\":\"b\",\"interfaces\":[]}";

static void test_state(const char *key, const char *value)
{
	cleanup_json cJSON *json =
		json_parse(state, sizeof(state) - 1, "state", NULL);
	cleanup_attachment struct attachment attachment = { 0 };
	struct vr_error err = { 0 };

	ok(json, "a state file");
	if (!json || value == very_long)
		return;
	ok(!attachment_from_json(json, "state", &attachment, &err), "is read");
	attachment_free(&attachment);
	cJSON_ReplaceItemInObject(json, key, cJSON_CreateString(value));
	ok(attachment_from_json(json, "state", &attachment, &err),
	   "but not with %s \"%.12s\"", key, value);
}

static void test_long_key(void)
{
	struct vr_error err = { 0 };
	cleanup_free char *key = attachment_key("n", very_long, "eth0", &err);

	ok(!key && err.text[0], "a container of a very long name has no file");
}

static void test_namespace(const char *value)
{
	struct vr_error err = { 0 };
	char *network = NULL;
	int fd;

	ok(!cluster_dir_network(top, value, &network, &err) && !network,
	   "\"%.12s\" is no namespace of pods", value);
	if (value[0] == '/')
		return;
	fd = vr_netns_open(value, &err);
	ok(fd < 0, "\"%.12s\" is no network namespace", value);
}

static void test_sysctl(const char *key)
{
	cleanup_json cJSON *json = cJSON_CreateObject();
	struct vr_error err = { 0 };
	const cJSON *sysctls;

	cJSON_AddStringToObject(cJSON_AddObjectToObject(json, "sysctls"), key,
				"1");
	ok(sysctl_parse(json, "conf", &sysctls, &err) && err.text[0],
	   "\"%.40s\" is no setting of an interface", key);
}

/* Nothing behind a zero byte is left out of a check and used nevertheless. */
static void test_zero(void)
{
	static const char text[] = "{\"name\":\"a\0b\"}";
	static const char escaped[] = "{\"name\":\"a\\u0000b\"}";
	struct vr_error err = { 0 };
	cleanup_json cJSON *json = NULL, *other = NULL;

	json = json_parse(text, sizeof(text) - 1, "conf", &err);
	ok(!json && strstr(err.text, "NUL"), "no NUL in JSON");
	other = json_parse(escaped, sizeof(escaped) - 1, "conf", &err);
	ok(other && !strcmp(json_item(other, "name")->valuestring, "a"),
	   "as an escape it ends the text, for checks and for use");
}

static void test_modes(void)
{
	char folder[sizeof(top) + 8];
	struct vr_error err = { 0 };
	int fd;

	umask(0);
	snprintf(folder, sizeof(folder), "%s/state", top);
	ok(!file_write(folder, "f", "text", &err), "a file is written");
	is_int(mode_of("state"), 0700, "its folder is for its owner");
	is_int(mode_of("state/f"), 0600, "and the file");
	fd = file_open_lock(below("lock"), &err);
	ok(fd >= 0, "a lock is made");
	is_int(mode_of("lock"), 0600, "for its owner");
	close(fd);
	chmod(folder, 0707);
	ok(file_write(folder, "f", "text", &err) &&
		   strstr(err.text, "everybody may write"),
	   "a folder that everybody may write into is refused");
	fd = file_lock_folder(folder, &err);
	ok(fd < 0, "also for a lock");
	chmod(folder, 0755);
	ok(!file_write(folder, "f", "text", &err),
	   "one for all to read is not");
}

static void test_links(void)
{
	char folder[sizeof(top) + 8];
	struct vr_error err = { 0 };
	int fd;

	snprintf(folder, sizeof(folder), "%s/state", top);
	ok(!symlink("/dev/null", below("state/.g.new")) &&
		   file_write(folder, "g", "text", &err),
	   "a link in the way of a new file is not followed");
	ok(!symlink("../target", below("state/h")) &&
		   !file_write(folder, "h", "text", &err) &&
		   !mode_of("target") && mode_of("state/h") == 0600,
	   "one in place of the file is replaced");
	ok(!symlink("target", below("locklink")), "a link");
	fd = file_open_lock(below("locklink"), &err);
	ok(fd < 0 && !mode_of("target"), "is no lock");
}

static void test_socket(void)
{
	struct server server = { .loop = loop_create(NULL) };
	struct vr_error err = { 0 };
	char path[sizeof(top) + 16];

	snprintf(path, sizeof(path), "%s/run/s", top);
	ok(server.loop && !server_start(&server, path, &err), "a socket");
	is_int(mode_of("run"), 0700, "its folder is for its owner");
	is_int(mode_of("run/s"), 0600, "and the socket");
	server_stop(&server);
	loop_destroy(server.loop);
}

static int remove_entry(const char *path, const struct stat *status, int type,
			struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

int main(void)
{
	size_t i;

	memset(very_long, 'a', sizeof(very_long) - 1);
	ok(mkdtemp(top), "a folder");
	for (i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
		test_names(hostile[i]);
		test_escape(hostile[i]);
		test_plugin(hostile[i]);
		test_pool(hostile[i]);
		test_state("name", hostile[i]);
		test_state("containerID", hostile[i]);
		test_namespace(hostile[i]);
	}
	test_sysctl("net.ipv4.conf.IFNAME.../../../kernel/core_pattern");
	test_sysctl("net/ipv4/conf/IFNAME/rp_filter");
	test_sysctl("kernel.core_pattern");
	test_sysctl("net.ipv4.conf.all.rp_filter");
	test_long_key();
	test_zero();
	test_modes();
	test_links();
	test_socket();
	nftw(top, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	return tap_end();
}
