// SPDX-License-Identifier: Apache-2.0
/*
 * Files of systemd, networkd and NetworkManager.  Entry point:
 * host_files_write().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../cni/file.h"
#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "host_files.h"
#include "host_port.h"
#include "log.h"

#define UNIT "vr-cni-conf.service"
#define WANTS "/etc/systemd/system/multi-user.target.wants"

#define BEGIN "# Written by vr-agent.\n"

/* What vr-cni calls the host's ends of ports of kind tap. */
#define TAPS "tap????????????"

/**
 * struct host_file - a file
 * @sign: is there when the program is on the node
 * @folder, @name: where it is
 * @text: what it has; %s is filled in by @word
 * @word: which of the options that is
 * @reload: how the program takes notice, NULL for by itself
 */
struct host_file {
	const char *sign;
	const char *folder;
	const char *name;
	const char *text;
	enum {
		WORD_CNI_CONF,
		WORD_DEVICE
	} word;
	const char *reload;
};

static const struct host_file files[] = {
	{ "/run/systemd/system", "/etc/systemd/system", UNIT,
	  BEGIN
	  "[Unit]\n"
	  "Description=No pods before vr-agent is ready\n"
	  "After=local-fs.target\n"
	  "Before=kubelet.service containerd.service crio.service docker.service k3s.service k3s-agent.service rke2-server.service rke2-agent.service\n"
	  "\n"
	  "[Service]\n"
	  "Type=oneshot\n"
	  "RemainAfterExit=yes\n"
	  "ExecStart=/bin/rm -f %s\n"
	  "\n"
	  "[Install]\n"
	  "WantedBy=multi-user.target\n",
	  WORD_CNI_CONF, NULL },
	{ "/run/systemd/netif", "/etc/systemd/network", "00-vr.network",
	  BEGIN "[Match]\n"
		"Name=%s " HOST_PORT_DEVICE "* " HOST_PORT_VRF "* " TAPS "\n"
		"\n"
		"[Link]\n"
		"Unmanaged=yes\n",
	  WORD_DEVICE, "networkctl reload" },
	/* Else it deletes our routes when it starts. */
	{ "/run/systemd/netif", "/etc/systemd/networkd.conf.d", "vr.conf",
	  BEGIN "# For the routes by %s.\n"
		"[Network]\n"
		"ManageForeignRoutes=no\n"
		"ManageForeignRoutingPolicyRules=no\n",
	  WORD_DEVICE, NULL },
	{ "/run/NetworkManager", "/etc/NetworkManager/conf.d", "vr.conf",
	  BEGIN
	  "[device-vr]\n"
	  "match-device=interface-name:%s;interface-name:" HOST_PORT_DEVICE
	  "*;interface-name:" HOST_PORT_VRF "*;interface-name:" TAPS "\n"
	  "managed=0\n",
	  WORD_DEVICE, "nmcli general reload" },
};

static bool is_there(const char *root, const char *path)
{
	cleanup_free char *full = NULL;

	if (asprintf(&full, "%s%s", root, path) < 0) {
		full = NULL;
		return false;
	}
	return !access(full, F_OK);
}

/* With those above, which others have to be able to read. */
static int make_folder(char *path, struct vr_error *err)
{
	char *at;
	int ret;

	for (at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		mkdir(path, 0755);
		*at = '/';
	}
	ret = mkdir(path, 0755);
	if (ret && errno != EEXIST)
		return vr_error_set(err, errno, "%s: %s", path,
				    strerror(errno));
	return 0;
}

static int write_text(char *folder, const struct host_file *file,
		      const char *text, struct vr_error *err)
{
	cleanup_free char *path = NULL;
	cleanup_free char *old = NULL;
	int ret;

	if (asprintf(&path, "%s/%s", folder, file->name) < 0) {
		path = NULL;
		return vr_error_memory(err);
	}
	old = file_read_path(path, NULL, NULL);
	if (old && !strcmp(old, text))
		return 0;
	ret = make_folder(folder, err);
	if (!ret)
		ret = file_write(folder, file->name, text, err);
	if (!ret && chmod(path, 0644))
		ret = vr_error_set(err, errno, "%s: %s", path, strerror(errno));
	if (!ret)
		agent_log(AGENT_INFO, "%s is written%s%s", path,
			  file->reload
				  ? "; it counts from a reboot, or at once: "
				  : "",
			  file->reload ? file->reload : "");
	return ret;
}

static int write_file(const struct host_files_options *options,
		      const struct host_file *file, struct vr_error *err)
{
	const char *word = file->word == WORD_CNI_CONF
				   ? options->cni_conf
				   : options->host_interface;
	const char *rest = strstr(file->text, "%s") + 2;
	cleanup_free char *folder = NULL;
	cleanup_free char *text = NULL;

	if (!is_there(options->root, file->sign))
		return 0;
	if (asprintf(&text, "%.*s%s%s", (int)(rest - 2 - file->text),
		     file->text, word, rest) < 0) {
		text = NULL;
		return vr_error_memory(err);
	}
	if (asprintf(&folder, "%s%s", options->root, file->folder) < 0) {
		folder = NULL;
		return vr_error_memory(err);
	}
	return write_text(folder, file, text, err);
}

/* As "systemctl enable" does, which a container cannot call. */
static int enable_unit(const struct host_files_options *options,
		       struct vr_error *err)
{
	cleanup_free char *folder = NULL;
	cleanup_free char *link = NULL;

	if (!is_there(options->root, files[0].sign))
		return 0;
	if (asprintf(&folder, "%s" WANTS, options->root) < 0) {
		folder = NULL;
		return vr_error_memory(err);
	}
	if (make_folder(folder, err))
		return -err->errnum;
	if (asprintf(&link, "%s/" UNIT, folder) < 0) {
		link = NULL;
		return vr_error_memory(err);
	}
	if (symlink("../" UNIT, link) && errno != EEXIST)
		return vr_error_set(err, errno, "%s: %s", link,
				    strerror(errno));
	return 0;
}

int host_files_write(const struct host_files_options *options,
		     struct vr_error *err)
{
	int ret = 0, one;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		one = write_file(options, &files[i], err);
		if (one)
			ret = one;
	}
	one = enable_unit(options, err);
	return one ? one : ret;
}

/* What somebody else wrote by that name stays. */
static int remove_written(const char *root, const struct host_file *file,
			  struct vr_error *err)
{
	cleanup_free char *path = NULL;
	cleanup_free char *text = NULL;

	if (asprintf(&path, "%s%s/%s", root, file->folder, file->name) < 0) {
		path = NULL;
		return vr_error_memory(err);
	}
	text = file_read_path(path, NULL, NULL);
	if (!text || strncmp(text, BEGIN, strlen(BEGIN)) != 0)
		return 0;
	if (unlink(path))
		return vr_error_set(err, errno, "%s: %s", path,
				    strerror(errno));
	return 0;
}

/* A link that leads nowhere is what the unit left. */
static int disable_unit(const char *root, struct vr_error *err)
{
	cleanup_free char *link = NULL;

	if (asprintf(&link, "%s" WANTS "/" UNIT, root) < 0) {
		link = NULL;
		return vr_error_memory(err);
	}
	if (access(link, F_OK) && unlink(link) && errno != ENOENT)
		return vr_error_set(err, errno, "%s: %s", link,
				    strerror(errno));
	return 0;
}

int host_files_remove(const char *root, struct vr_error *err)
{
	int ret = 0, one;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		one = remove_written(root, &files[i], err);
		if (one)
			ret = one;
	}
	one = disable_unit(root, err);
	return one ? one : ret;
}
