// SPDX-License-Identifier: Apache-2.0
/*
 * Whole files: read with a limit, written so that a crash leaves the old or
 * the new content.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/cleanup.h"
#include "code.h"
#include "file.h"

#define FIRST_BYTES 4096

/* Read once more; the number of bytes, 0 at the end, or negative. */
static ssize_t read_some(int fd, char *buf, size_t size, const char *what,
			 struct vr_error *err)
{
	ssize_t got;

	do {
		got = read(fd, buf, size);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return cni_fail(err, CNI_IO, "%s: cannot read: %s", what,
				strerror(errno));
	return got;
}

char *file_read(int fd, const char *what, size_t *len, struct vr_error *err)
{
	cleanup_free char *text = NULL;
	size_t size = 0, used = 0;
	ssize_t got = 1;
	char *larger;

	while (got) {
		if (used + 1 >= size) {
			size = size ? 2 * size : FIRST_BYTES;
			larger = realloc(text, size);
			if (!larger) {
				vr_error_memory(err);
				return NULL;
			}
			text = larger;
		}
		got = read_some(fd, text + used, size - used - 1, what, err);
		if (got < 0)
			return NULL;
		used += got;
		if (used > FILE_MAX_BYTES) {
			cni_fail(err, CNI_IO, "%s: longer than %d bytes", what,
				 FILE_MAX_BYTES);
			return NULL;
		}
	}
	text[used] = '\0';
	if (len)
		*len = used;
	larger = text;
	text = NULL;
	return larger;
}

char *file_read_path(const char *path, size_t *len, struct vr_error *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		if (errno != ENOENT)
			cni_fail(err, CNI_IO, "%s: cannot open: %s", path,
				 strerror(errno));
		return NULL;
	}
	return file_read(fd, path, len, err);
}

/* Make the folders above a path. */
static int make_parents(const char *of, struct vr_error *err)
{
	cleanup_free char *path = strdup(of);
	char *slash;

	if (!path)
		return vr_error_memory(err);
	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return cni_fail(err, CNI_IO,
					"%s: cannot make this folder: %s", path,
					strerror(errno));
		*slash++ = '/';
	}
	return 0;
}

/* Make a folder and those above it. */
static int make_folder(const char *folder, struct vr_error *err)
{
	int ret;

	ret = make_parents(folder, err);
	if (ret)
		return ret;
	if (mkdir(folder, 0700) && errno != EEXIST)
		return cni_fail(err, CNI_IO, "%s: cannot make this folder: %s",
				folder, strerror(errno));
	return 0;
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t done;

	while (left) {
		done = write(fd, text, left);
		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			text += done;
			left -= done;
		}
	}
	return 0;
}

static int write_new(int folder, const char *name, const char *text, bool sync)
{
	cleanup_fd int fd = -1;
	int ret;

	fd = openat(folder, name,
		    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	ret = write_all(fd, text);
	if (!ret && sync && fsync(fd))
		ret = -errno;
	return ret;
}

/* Where anybody may put files in place of ours, none of ours is read or written. */
static int refuse_open_to_all(int fd, const char *folder, struct vr_error *err)
{
	struct stat status;

	if (fstat(fd, &status))
		return cni_fail(err, CNI_IO, "%s: %s", folder, strerror(errno));
	if ((status.st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH)
		return cni_fail(
			err, CNI_IO,
			"%s: everybody may write into this folder: chmod o-w",
			folder);
	return 0;
}

/* Open a folder, made when it does not exist. */
static int open_folder(const char *folder, struct vr_error *err)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd = open(folder, flags);
	int ret;

	/* It is there but for the first time. */
	if (fd < 0) {
		ret = make_folder(folder, err);
		if (ret)
			return ret;
		fd = open(folder, flags);
	}
	if (fd < 0)
		return cni_fail(err, CNI_IO, "%s: cannot open: %s", folder,
				strerror(errno));
	ret = refuse_open_to_all(fd, folder, err);
	if (ret)
		close(fd);
	return ret ? ret : fd;
}

int file_open_lock(const char *path, struct vr_error *err)
{
	const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
	int fd = open(path, flags, 0600);
	int ret;

	if (fd < 0 && errno == ENOENT) {
		ret = make_parents(path, err);
		if (ret)
			return ret;
		fd = open(path, flags, 0600);
	}
	if (fd < 0)
		return cni_fail(err, CNI_IO, "%s: cannot open: %s", path,
				strerror(errno));
	return fd;
}

int file_lock(int fd, bool exclusive, const char *path, struct vr_error *err)
{
	while (flock(fd, exclusive ? LOCK_EX : LOCK_SH)) {
		if (errno != EINTR)
			return cni_fail(err, CNI_IO, "%s: cannot lock: %s",
					path, strerror(errno));
	}
	return 0;
}

int file_lock_folder(const char *folder, struct vr_error *err)
{
	int fd = open_folder(folder, err);
	int ret;

	if (fd < 0)
		return fd;
	ret = file_lock(fd, true, folder, err);
	if (ret)
		close(fd);
	return ret ? ret : fd;
}

/* What a file is called until it is complete; no name of an attachment. */
static char *temporary_name(const char *name, struct vr_error *err)
{
	char *temporary;

	if (asprintf(&temporary, ".%s.new", name) >= 0)
		return temporary;
	vr_error_memory(err);
	return NULL;
}

static int replace(const char *folder, const char *name, const char *text,
		   bool sync, struct vr_error *err)
{
	cleanup_free char *temporary = NULL;
	cleanup_fd int fd = -1;
	int ret;

	fd = open_folder(folder, err);
	if (fd < 0)
		return fd;
	temporary = temporary_name(name, err);
	if (!temporary)
		return -ENOMEM;
	ret = write_new(fd, temporary, text, sync);
	if (!ret && renameat(fd, temporary, fd, name))
		ret = -errno;
	/* The name is on disk only when the folder is. */
	if (!ret && sync && fsync(fd))
		ret = -errno;
	if (!ret)
		return 0;
	unlinkat(fd, temporary, 0);
	return cni_fail(err, CNI_IO, "%s/%s: cannot write: %s", folder, name,
			strerror(-ret));
}

int file_write(const char *folder, const char *name, const char *text,
	       struct vr_error *err)
{
	return replace(folder, name, text, true, err);
}

int file_update(const char *folder, const char *name, const char *text,
		struct vr_error *err)
{
	return replace(folder, name, text, false, err);
}

int file_remove(const char *folder, const char *name, struct vr_error *err)
{
	cleanup_free char *temporary = temporary_name(name, err);
	cleanup_fd int fd = -1;

	if (!temporary)
		return -ENOMEM;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	/* Not synced: what comes back after a crash is removed once more. */
	if (fd < 0 || (unlinkat(fd, name, 0) && errno != ENOENT) ||
	    (unlinkat(fd, temporary, 0) && errno != ENOENT))
		return cni_fail(err, CNI_IO, "%s/%s: cannot delete: %s", folder,
				name, strerror(errno));
	return 0;
}
