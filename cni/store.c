// SPDX-License-Identifier: Apache-2.0
/*
 * Folders of symbolic links, in which addresses are kept.
 * Entry points: store_open() and store_for_each().
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/cleanup.h"
#include "code.h"
#include "file.h"
#include "store.h"

/* What an entry is called until it takes its place. */
#define NEW_NAME ".new"

void store_close(struct store *store)
{
	if (store->fd >= 0)
		close(store->fd);
	free(store->path);
	*store = (struct store)STORE_INIT;
}

static int set_path(struct store *store, const char *folder, const char *name,
		    struct vr_error *err)
{
	store->fd = -1;
	if (asprintf(&store->path, "%s/%s", folder, name) < 0) {
		store->path = NULL;
		return vr_error_memory(err);
	}
	return 0;
}

static int lock(struct store *store, struct vr_error *err)
{
	store->fd = file_lock_folder(store->path, err);
	return store->fd < 0 ? store->fd : 0;
}

int store_open(struct store *store, const char *folder, const char *name,
	       struct vr_error *err)
{
	int ret;

	ret = set_path(store, folder, name, err);
	return ret ? ret : lock(store, err);
}

int store_open_existing(struct store *store, const char *folder,
			const char *name, struct vr_error *err)
{
	int ret;

	ret = set_path(store, folder, name, err);
	if (ret)
		return ret;
	if (access(store->path, F_OK) && errno == ENOENT)
		return 0;
	return lock(store, err);
}

void store_read(const struct store *store, const char *name,
		char text[STORE_TEXT_BYTES])
{
	ssize_t len = readlinkat(store->fd, name, text, STORE_TEXT_BYTES - 1);

	text[len < 0 ? 0 : len] = '\0';
}

int store_for_each(const struct store *store, store_cb callback, void *arg,
		   struct vr_error *err)
{
	/* Of its own: where it has read to is not the lock's business. */
	int fd = openat(store->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	char text[STORE_TEXT_BYTES];
	struct dirent *entry;
	int ret = 0;

	if (!folder) {
		ret = cni_fail(err, CNI_IO, "%s: cannot read: %s", store->path,
			       strerror(errno));
		if (fd >= 0)
			close(fd);
		return ret;
	}
	while (!ret && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		store_read(store, entry->d_name, text);
		ret = callback(store, entry->d_name, text, arg, err);
	}
	closedir(folder);
	return ret;
}

static int cannot(const struct store *store, const char *name, const char *what,
		  struct vr_error *err)
{
	return cni_fail(err, CNI_IO, "%s/%s: cannot %s: %s", store->path, name,
			what, strerror(errno));
}

int store_add(const struct store *store, const char *name, const char *text,
	      struct vr_error *err)
{
	if (!symlinkat(text, store->fd, name))
		return 0;
	if (errno == EEXIST)
		return -EEXIST;
	return cannot(store, name, "make", err);
}

int store_replace(const struct store *store, const char *name, const char *text,
		  struct vr_error *err)
{
	/* Of one that died; the lock keeps others out. */
	unlinkat(store->fd, NEW_NAME, 0);
	if (symlinkat(text, store->fd, NEW_NAME) ||
	    renameat(store->fd, NEW_NAME, store->fd, name))
		return cannot(store, name, "make", err);
	return 0;
}

int store_remove(const struct store *store, const char *name,
		 struct vr_error *err)
{
	if (unlinkat(store->fd, name, 0) && errno != ENOENT)
		return cannot(store, name, "delete", err);
	return 0;
}
