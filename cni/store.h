/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_STORE_H
#define VR_CNI_STORE_H

#include "../lib/error.h"

/* An id of a container, an interface, a pod, and a MAC, with the NUL. */
#define STORE_TEXT_BYTES 1024

/**
 * struct store - a folder of symbolic links, locked
 * @fd: the folder, -1 when it is not open
 * @path: its path, for error messages
 *
 * A link's name is the key and what it points to the value.  It comes into
 * being with its content or not at all, so that no crash leaves half of it.
 * Nothing is synced.  Names that begin with "." are not entries.
 */
struct store {
	int fd;
	char *path;
};

#define STORE_INIT        \
	{                 \
		.fd = -1, \
	}
#define cleanup_store __attribute__((cleanup(store_close)))

/**
 * store_open() - Open and lock the store of a name, made when there is none
 * @folder: of all stores
 */
int store_open(struct store *store, const char *folder, const char *name,
	       struct vr_error *err);

/* The same, but nothing is made: store->fd stays -1 where there is no folder. */
int store_open_existing(struct store *store, const char *folder,
			const char *name, struct vr_error *err);

void store_close(struct store *store);

/* The value of an entry, "" when there is none. */
void store_read(const struct store *store, const char *name,
		char text[STORE_TEXT_BYTES]);

typedef int (*store_cb)(const struct store *store, const char *name,
			const char *text, void *arg, struct vr_error *err);

/* Go over all entries; what the callback returns but 0 ends it. */
int store_for_each(const struct store *store, store_cb callback, void *arg,
		   struct vr_error *err);

/* Return: 0, -EEXIST (@err unset) when there is one, or another negative. */
int store_add(const struct store *store, const char *name, const char *text,
	      struct vr_error *err);

/* Make an entry, in the place of an old one. */
int store_replace(const struct store *store, const char *name, const char *text,
		  struct vr_error *err);

/* There need not be one. */
int store_remove(const struct store *store, const char *name,
		 struct vr_error *err);

#endif
