// SPDX-License-Identifier: Apache-2.0
/*
 * What a reboot left behind: state files, and addresses that IPAM plugins keep
 * for containers that are gone.  Entry point: boot_begin().
 *
 * A file beside the folder of state files has the id of the boot for which that
 * was seen to.  It is the lock of all calls as well: they share it, GC and who
 * clears up after a reboot have it alone.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../lib/cleanup.h"
#include "attachment.h"
#include "boot.h"
#include "code.h"
#include "file.h"
#include "log.h"
#include "state.h"
#include "undo.h"

/* What the steps of clearing up share. */
struct booting {
	const struct environment *env;
	const struct netconf *netconf;
	const char *boot_id;
	char *path;
	unsigned int failed;
	bool complete;
};

/* What goes wrong is no reason not to go on. */
static void tell(const struct vr_error *problem)
{
	log_event(LOG_WARNING, NULL, "begin", log_now(), problem);
}

static bool is_seen_to(const struct booting *booting, int fd)
{
	char text[64] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		return false;
	return !strcmp(text, booting->boot_id);
}

/* Need not reach the disk: after a crash of the node it is another boot. */
static void write_seen_to(const struct booting *booting, int fd)
{
	ssize_t len = (ssize_t)strlen(booting->boot_id);
	struct vr_error problem = { 0 };

	if (!ftruncate(fd, 0) && pwrite(fd, booting->boot_id, len, 0) == len)
		return;
	cni_fail(&problem, CNI_IO, "%s: cannot write: %s", booting->path,
		 strerror(errno));
	tell(&problem);
}

static void reclaim(struct booting *booting, const struct state_key *key)
{
	cleanup_attachment struct attachment attachment = { 0 };
	cleanup_podns struct podns podns = PODNS_INIT;
	struct environment env =
		environment_for(booting->env, key->container_id, key->ifname);
	struct vr_error problem = { 0 };
	bool found;
	int ret;

	ret = state_load(booting->netconf->state_dir, key->name,
			 key->container_id, key->ifname, &attachment, &found,
			 NULL);
	/* Which boot is not known of one that cannot be read: GC sees to it. */
	if (ret || !found || !strcmp(attachment.boot_id, booting->boot_id))
		return;
	if (!undo_attachment(&attachment, &env, booting->netconf, &podns,
			     &problem))
		return;
	cni_wrap(&problem, CNI_IO, "after a reboot: container %s",
		 key->container_id);
	tell(&problem);
	booting->failed++;
}

/*
 * Those that fail are left to their DEL and to GC.  A plugin that hangs shall
 * not hold up every call after this one; one that is only slow may.
 */
static void reclaim_all(struct booting *booting)
{
	uint64_t end =
		log_now() + booting->netconf->ipam_timeout * UINT64_C(1000000);
	cleanup_state_keys struct state_keys keys = { 0 };
	struct vr_error problem = { 0 };
	unsigned int i;

	if (state_list(booting->netconf->state_dir, &keys, &problem)) {
		cni_wrap(&problem, CNI_IO, "after a reboot");
		tell(&problem);
		return;
	}
	for (i = 0; i < keys.count && log_now() < end; i++)
		reclaim(booting, &keys.items[i]);
	booting->complete = i == keys.count || booting->failed;
}

static int path_of(struct booting *booting, struct vr_error *err)
{
	const char *folder = booting->netconf->state_dir;
	int len = (int)strlen(folder);

	while (len > 1 && folder[len - 1] == '/')
		len--;
	if (asprintf(&booting->path, "%.*s.boot", len, folder) >= 0)
		return 0;
	booting->path = NULL;
	return vr_error_memory(err);
}

/* Return: the file, locked and up to date, or negative. */
static int begin(struct booting *booting, bool alone, struct vr_error *err)
{
	int fd, ret;

	booting->boot_id = attachment_boot_id(err);
	ret = booting->boot_id ? path_of(booting, err) : -EIO;
	if (ret)
		return ret;
	fd = file_open_lock(booting->path, err);
	if (fd < 0)
		return fd;
	ret = file_lock(fd, alone, booting->path, err);
	if (!ret && !is_seen_to(booting, fd)) {
		ret = file_lock(fd, true, booting->path, err);
		/* Another call may have been first. */
		if (!ret && !is_seen_to(booting, fd)) {
			reclaim_all(booting);
			if (booting->complete)
				write_seen_to(booting, fd);
		}
		if (!ret && !alone)
			ret = file_lock(fd, false, booting->path, err);
	}
	if (ret)
		close(fd);
	return ret ? ret : fd;
}

int boot_begin(const struct environment *env, const struct netconf *netconf,
	       bool alone)
{
	struct booting booting = { .env = env, .netconf = netconf };
	cleanup_free char *path = NULL;
	struct vr_error problem = { 0 };
	int fd;

	fd = begin(&booting, alone, &problem);
	path = booting.path;
	if (fd >= 0)
		return fd;
	tell(&problem);
	return -1;
}
