// SPDX-License-Identifier: Apache-2.0
/*
 * Files for programs of the node, in a folder that stands for it.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/host_files.h"
#include "agent/log.h"
#include "cni/file.h"
#include "lib/cleanup.h"
#include "tap.h"

#define UNIT "/etc/systemd/system/vr-cni-conf.service"

static char root[] = "/tmp/host-files-XXXXXX";

static struct host_files_options options = {
	.root = root,
	.cni_conf = "/etc/cni/net.d/10-vr.conflist",
	.host_interface = "vr-host",
};

static char *path_of(const char *name)
{
	char *path = NULL;

	return asprintf(&path, "%s%s", root, name) < 0 ? NULL : path;
}

static void make_folder(const char *name)
{
	cleanup_free char *path = path_of(name);

	mkdir(path, 0755);
}

static char *content(const char *name)
{
	cleanup_free char *path = path_of(name);

	return file_read_path(path, NULL, NULL);
}

static bool has(const char *name, const char *text)
{
	cleanup_free char *all = content(name);

	return all && strstr(all, text);
}

static unsigned int mode_of(const char *name)
{
	cleanup_free char *path = path_of(name);
	struct stat stat_of;

	return stat(path, &stat_of) ? 0 : stat_of.st_mode & 07777;
}

static void test_none(void)
{
	struct vr_error error = { 0 };

	is_int(host_files_write(&options, &error), 0, "a node without them");
	is_int(mode_of("/etc"), 0, "gets no file");
}

static void test_systemd(void)
{
	cleanup_free char *link = path_of(
		"/etc/systemd/system/multi-user.target.wants/vr-cni-conf.service");
	struct vr_error error = { 0 };
	char target[64] = "";

	make_folder("/run/systemd");
	make_folder("/run/systemd/system");
	is_int(host_files_write(&options, &error), 0, "a node with systemd");
	ok(has(UNIT, "\nExecStart=/bin/rm -f /etc/cni/net.d/10-vr.conflist\n"),
	   "has a unit that removes the configuration");
	ok(has(UNIT, "\nBefore=kubelet.service "), "before kubelet");
	is_int(mode_of(UNIT), 0644, "that all may read");
	ok(readlink(link, target, sizeof(target) - 1) > 0, "it is enabled");
	is_string(target, "../vr-cni-conf.service", "as systemctl does it");
	ok(!has("/etc/systemd/network/00-vr.network", ""),
	   "nothing for networkd, which is not there");
	is_int(host_files_write(&options, &error), 0, "and once more");
}

static void test_managers(void)
{
	struct vr_error error = { 0 };

	make_folder("/run/systemd/netif");
	make_folder("/run/NetworkManager");
	is_int(host_files_write(&options, &error), 0, "with both managers");
	ok(has("/etc/systemd/network/00-vr.network", "\nUnmanaged=yes\n") &&
		   has("/etc/systemd/network/00-vr.network",
		       "\nName=vr-host vr-out* vr-vrf* tap????????????\n"),
	   "networkd leaves our devices alone");
	ok(has("/etc/systemd/networkd.conf.d/vr.conf",
	       "\nManageForeignRoutes=no\n"),
	   "and our routes");
	ok(has("/etc/NetworkManager/conf.d/vr.conf", "\nmanaged=0\n"),
	   "NetworkManager, too");
}

static void test_refused(void)
{
	cleanup_free char *file = path_of("/etc/systemd/network");
	cleanup_free char *dropin =
		path_of("/etc/systemd/network/00-vr.network");
	struct vr_error error = { 0 };

	unlink(dropin);
	rmdir(file);
	close(open(file, O_CREAT | O_WRONLY, 0644));
	options.host_interface = "other0";
	ok(host_files_write(&options, &error) < 0 &&
		   strstr(error.text, "/etc/systemd/network"),
	   "one that cannot be written is told: %s", error.text);
	ok(has("/etc/NetworkManager/conf.d/vr.conf", "interface-name:other0;"),
	   "the others are written all the same");
}

static void test_removed(void)
{
	struct vr_error error = { 0 };
	cleanup_free char *link = path_of(
		"/etc/systemd/system/multi-user.target.wants/vr-cni-conf.service");
	cleanup_free char *other =
		path_of("/etc/systemd/networkd.conf.d/vr.conf");
	FILE *file = fopen(other, "w");
	char target[64];

	fputs("[Network]\n", file);
	fclose(file);
	is_int(host_files_remove(root, &error), 0, "they are removed");
	ok(!has(UNIT, "") && !has("/etc/NetworkManager/conf.d/vr.conf", ""),
	   "and are gone");
	is_int(readlink(link, target, sizeof(target)), -1, "so is the link");
	ok(has("/etc/systemd/networkd.conf.d/vr.conf", "[Network]"),
	   "what another wrote is not");
	is_int(host_files_remove(root, &error), 0, "and once more");
}

int main(void)
{
	char command[64];

	agent_log_configure(AGENT_ERROR);
	if (!mkdtemp(root))
		return EXIT_FAILURE;
	test_none();
	make_folder("/run");
	test_systemd();
	test_managers();
	test_refused();
	test_removed();
	snprintf(command, sizeof(command), "rm -r %s", root);
	ok(!system(command), "all of it was in the folder");
	return tap_end();
}
