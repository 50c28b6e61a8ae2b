/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_STATE_H
#define VR_CNI_STATE_H

#include <stdbool.h>

#include "attachment.h"

/**
 * struct state_key - whose a state file is, by its name
 * @name: of the network configuration
 */
struct state_key {
	char *name;
	char *container_id;
	char ifname[IFNAMSIZ];
};

struct state_keys {
	struct state_key *items;
	unsigned int count;
};

#define cleanup_state_keys __attribute__((cleanup(state_keys_free)))

/**
 * state_save() - Write the state file of an attachment, to the disk
 * @folder: folder of the state files
 */
int state_save(const char *folder, const struct attachment *attachment,
	       struct vr_error *err);

/**
 * state_update() - Write it again with what has become known since
 *
 * Not to the disk: a crash of the node takes with it what it is about.
 */
int state_update(const char *folder, const struct attachment *attachment,
		 struct vr_error *err);

/**
 * state_load() - Read the state file of an attachment
 * @found: whether there is one
 *
 * Return: 0, also when there is none; negative when it cannot be used.
 */
int state_load(const char *folder, const char *name, const char *container_id,
	       const char *ifname, struct attachment *attachment, bool *found,
	       struct vr_error *err);

/* Delete the state file; there need not be one. */
int state_remove(const char *folder, const char *name, const char *container_id,
		 const char *ifname, struct vr_error *err);

/**
 * state_list() - All attachments there are files of
 * @keys: to free with state_keys_free(), also after an error
 *
 * A folder that does not exist is empty.
 */
int state_list(const char *folder, struct state_keys *keys,
	       struct vr_error *err);

void state_keys_free(struct state_keys *keys);

#endif
