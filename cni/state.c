// SPDX-License-Identifier: Apache-2.0
/*
 * One file per attachment, written before anything is made and deleted when
 * everything is gone.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/cleanup.h"
#include "code.h"
#include "file.h"
#include "json.h"
#include "state.h"

int state_save(const char *folder, const struct attachment *attachment,
	       struct vr_error *err)
{
	cleanup_json cJSON *json = attachment_to_json(attachment);
	cleanup_json_text char *text = cJSON_Print(json);
	cleanup_free char *key = NULL;

	if (!text)
		return vr_error_memory(err);
	key = attachment_key(attachment->name, attachment->container_id,
			     attachment->ifname, err);
	if (!key)
		return -ENAMETOOLONG;
	return file_write(folder, key, text, err);
}

static char *state_path(const char *folder, const char *name,
			const char *container_id, const char *ifname,
			struct vr_error *err)
{
	cleanup_free char *key =
		attachment_key(name, container_id, ifname, err);
	char *path;

	if (!key)
		return NULL;
	if (asprintf(&path, "%s/%s", folder, key) < 0) {
		vr_error_memory(err);
		return NULL;
	}
	return path;
}

int state_load(const char *folder, const char *name, const char *container_id,
	       const char *ifname, struct attachment *attachment, bool *found,
	       struct vr_error *err)
{
	cleanup_free char *path = NULL, *text = NULL;
	cleanup_json cJSON *json = NULL;
	size_t len;

	*found = false;
	memset(attachment, 0, sizeof(*attachment));
	path = state_path(folder, name, container_id, ifname, err);
	if (!path)
		return -ENAMETOOLONG;
	errno = 0;
	text = file_read_path(path, &len, err);
	if (!text)
		return errno == ENOENT ? 0 : -EIO;
	*found = true;
	json = json_parse(text, len, path, err);
	if (!json)
		return -EBADMSG;
	return attachment_from_json(json, path, attachment, err);
}

int state_remove(const char *folder, const char *name, const char *container_id,
		 const char *ifname, struct vr_error *err)
{
	cleanup_free char *path =
		state_path(folder, name, container_id, ifname, err);

	if (!path)
		return -ENAMETOOLONG;
	/* Not synced: what comes back after a crash is removed once more. */
	if (unlink(path) && errno != ENOENT)
		return cni_fail(err, CNI_IO, "%s: cannot delete: %s", path,
				strerror(errno));
	return 0;
}
