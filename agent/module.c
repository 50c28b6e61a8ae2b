// SPDX-License-Identifier: Apache-2.0
/*
 * The loaded kernel module.  Entry points: module_check() of an agent that
 * starts, and module_try(), module_unload(), module_load() of "vr-agent replug".
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/module.h>
#include <linux/vr.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "../lib/version.h"
#include "child.h"
#include "log.h"
#include "module.h"

#define MODULE_FOLDER "/sys/module/vr"
#define UNLOAD_TRIES 100
#define MODINFO_SECONDS 20

/* Not in every distribution's headers. */
#ifndef MODULE_INIT_COMPRESSED_FILE
#define MODULE_INIT_COMPRESSED_FILE 4
#endif

static const char *const modinfo_paths[] = { "/usr/sbin/modinfo",
					     "/sbin/modinfo",
					     "/usr/bin/modinfo" };

int module_compare(const char *version, unsigned int contract, bool *differs,
		   struct vr_error *err)
{
	*differs = strcmp(version, VR_VERSION) != 0;
	if (contract == VR_GENL_VERSION)
		return 0;
	return vr_error_set(
		err, EPROTO,
		"the loaded module (version %s) speaks version %u of the contract, and this agent (" VR_VERSION
		") version %u: load the module of " VR_VERSION
		" (vr-agent replug, or restart the drained node), or run the agent of the module's version",
		version[0] ? version : "unknown", contract, VR_GENL_VERSION);
}

void module_version(char version[MODULE_VERSION_TEXT])
{
	cleanup_file FILE *file = fopen(MODULE_FOLDER "/version", "re");

	if (!file || !fgets(version, MODULE_VERSION_TEXT, file))
		version[0] = '\0';
	version[strcspn(version, "\n")] = '\0';
}

int module_check(struct vr_nl *router, struct vr_error *err)
{
	char version[MODULE_VERSION_TEXT];
	unsigned int contract = 0;
	bool differs;
	int ret;

	module_version(version);
	ret = vr_nl_contract(router, &contract, err);
	if (!ret)
		ret = module_compare(version, contract, &differs, err);
	if (!ret && differs)
		agent_log(AGENT_WARNING,
			  "the loaded module is version %s and this agent " VR_VERSION
			  ": they work together; vr-agent replug, or a restart of the node, loads the module that is installed",
			  version[0] ? version : "unknown");
	return ret;
}

bool module_is_loaded(void)
{
	return !access(MODULE_FOLDER, F_OK);
}

static const char *find_modinfo(struct vr_error *err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modinfo_paths); i++) {
		if (!access(modinfo_paths[i], X_OK))
			return modinfo_paths[i];
	}
	vr_error_set(err, ENOENT, "there is no modinfo: give --module FILE");
	return NULL;
}

char *module_find(struct vr_error *err)
{
	const char *arguments[] = { find_modinfo(err), "-n", "vr", NULL };
	const struct child_program program = {
		.arguments = arguments,
		.seconds = MODINFO_SECONDS,
	};
	int status = 0;
	char *path;

	if (!arguments[0])
		return NULL;
	path = child_wait(&program, &status, err);
	if (path && (status || path[0] != '/')) {
		free(path);
		vr_error_set(
			err, ENOENT,
			"no module vr is installed for this kernel: give --module FILE");
		return NULL;
	}
	if (path)
		path[strcspn(path, "\n")] = '\0';
	return path;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

static const char *refusal(int errnum)
{
	switch (errnum) {
	case ENOKEY:
	case EKEYREJECTED:
		return "the kernel takes only modules that are signed by a key it knows";
	case EPERM:
		return "not permitted: the kernel is locked down, or kernel.modules_disabled is 1";
	case ENOEXEC:
		return "it is no module for this kernel";
	case ENOENT:
		return "it needs what this kernel does not have (udp_tunnel, ip6_udp_tunnel)";
	case EOPNOTSUPP:
		return "this kernel does not take compressed modules by itself: give the file uncompressed";
	default:
		return strerror(errnum);
	}
}

static int insert(const char *path, struct vr_error *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	int flags = ends_with(path, ".ko") ? 0 : MODULE_INIT_COMPRESSED_FILE;

	if (fd < 0)
		return vr_error_set(err, errno, "%s: %s", path,
				    strerror(errno));
	if (!syscall(SYS_finit_module, fd, "", flags))
		return 0;
	return vr_error_set(err, errno, "%s: %s", path, refusal(errno));
}

int module_try(const char *path, struct vr_error *err)
{
	int ret = insert(path, err);

	return ret == -EEXIST ? 0 : ret;
}

int module_load(const char *path, struct vr_error *err)
{
	return insert(path, err);
}

int module_unload(struct vr_error *err)
{
	static const struct timespec moment = { .tv_nsec = 10000000 };
	unsigned int i;

	/* What is being taken down holds it for a moment. */
	for (i = 0; i < UNLOAD_TRIES; i++) {
		if (!syscall(SYS_delete_module, "vr", O_NONBLOCK))
			return 0;
		if (errno != EWOULDBLOCK)
			break;
		nanosleep(&moment, NULL);
	}
	return vr_error_set(err, errno, "cannot unload the module: %s",
			    errno == EWOULDBLOCK ? "it is in use"
						 : strerror(errno));
}
