/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_STATE_H
#define VR_CNI_STATE_H

#include <stdbool.h>

#include "attachment.h"

/**
 * state_save() - Write the state file of an attachment, to the disk
 * @folder: folder of the state files
 */
int state_save(const char *folder, const struct attachment *attachment,
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

#endif
