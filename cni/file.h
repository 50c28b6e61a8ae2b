/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_FILE_H
#define VR_CNI_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "../lib/error.h"

/* More than any runtime sends: annotations of a pod alone may be 256 KiB. */
#define FILE_MAX_BYTES (4 << 20)

/**
 * file_read() - Read a file, pipe or standard input to its end
 * @fd: what to read
 * @what: what it is, for the error message
 * @len: length in bytes, may be NULL
 *
 * Return: the content with a zero byte behind it, to free(); NULL (CNI code
 * 5) when it cannot be read or is longer than FILE_MAX_BYTES.
 */
char *file_read(int fd, const char *what, size_t *len, struct vr_error *err);

/* The same by path, NULL with errno ENOENT and @err unset if there is none. */
char *file_read_path(const char *path, size_t *len, struct vr_error *err);

/**
 * file_write() - Replace a file, so that it is old or new after a crash
 * @folder: its folder, made (mode 0700) when it does not exist
 * @name: its name in the folder
 * @text: its content
 */
int file_write(const char *folder, const char *name, const char *text,
	       struct vr_error *err);

/**
 * file_update() - The same, but it need not be on disk when this returns
 *
 * After a crash of the node the file is old, new or cut off.
 */
int file_update(const char *folder, const char *name, const char *text,
		struct vr_error *err);

/**
 * file_remove() - Delete a file, and what a file_write() that died left of it
 *
 * There need not be one.
 */
int file_remove(const char *folder, const char *name, struct vr_error *err);

/**
 * file_lock_folder() - Keep other calls out until the lock is closed
 * @folder: made (mode 0700) when it does not exist
 *
 * Return: a file descriptor to close, or negative (CNI code 5).
 */
int file_lock_folder(const char *folder, struct vr_error *err);

/* Open a file to lock; it and the folders above it are made. */
int file_open_lock(const char *path, struct vr_error *err);

/**
 * file_lock() - Lock an open file, or change between the kinds of lock
 * @exclusive: keep all others out, and not only who is exclusive
 * @path: its path, for the error message
 */
int file_lock(int fd, bool exclusive, const char *path, struct vr_error *err);

#endif
