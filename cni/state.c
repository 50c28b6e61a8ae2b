// SPDX-License-Identifier: Apache-2.0
/*
 * One file per attachment, written before anything is made and deleted when
 * everything is gone.
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
#include "../lib/field.h"
#include "code.h"
#include "environment.h"
#include "file.h"
#include "json.h"
#include "state.h"

typedef int (*write_cb)(const char *folder, const char *name, const char *text,
			struct vr_error *err);

static int save(const char *folder, const struct attachment *attachment,
		write_cb write_file, struct vr_error *err)
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
	return write_file(folder, key, text, err);
}

int state_save(const char *folder, const struct attachment *attachment,
	       struct vr_error *err)
{
	return save(folder, attachment, file_write, err);
}

int state_update(const char *folder, const struct attachment *attachment,
		 struct vr_error *err)
{
	return save(folder, attachment, file_update, err);
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
	cleanup_free char *key =
		attachment_key(name, container_id, ifname, err);

	return key ? file_remove(folder, key, err) : -ENAMETOOLONG;
}

/* NAME:CONTAINERID:IFNAME.json, as attachment_key() writes it. */
static bool parse_key(char *text, struct state_key *key)
{
	size_t len = strlen(text);
	char *id, *ifname;

	if (len < 5 || strcmp(text + len - 5, ".json") != 0)
		return false;
	text[len - 5] = '\0';
	id = strchr(text, ':');
	ifname = id ? strchr(id + 1, ':') : NULL;
	if (!ifname)
		return false;
	*id++ = '\0';
	*ifname++ = '\0';
	if (!environment_name_is_valid(text) ||
	    !environment_name_is_valid(id) ||
	    environment_ifname_problem(ifname))
		return false;
	key->name = text;
	key->container_id = id;
	snprintf(key->ifname, sizeof(key->ifname), "%s", ifname);
	return true;
}

static int add_key(struct state_keys *keys, const char *file,
		   struct vr_error *err)
{
	cleanup_free char *text = strdup(file);
	struct state_key parsed, *key;

	if (!text)
		return vr_error_memory(err);
	/* Files that are none of ours do not matter. */
	if (!parse_key(text, &parsed))
		return 0;
	key = vr_list_grow(&keys->items, &keys->count, sizeof(*key));
	if (!key)
		return vr_error_memory(err);
	*key = parsed;
	key->name = strdup(parsed.name);
	key->container_id = strdup(parsed.container_id);
	if (!key->name || !key->container_id)
		return vr_error_memory(err);
	return 0;
}

int state_list(const char *folder, struct state_keys *keys,
	       struct vr_error *err)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int ret = 0;

	*keys = (struct state_keys){ 0 };
	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return cni_fail(err, CNI_IO, "%s: cannot read: %s", folder,
				strerror(errno));
	while (!ret && (entry = readdir(dir)))
		ret = add_key(keys, entry->d_name, err);
	closedir(dir);
	return ret;
}

void state_keys_free(struct state_keys *keys)
{
	unsigned int i;

	for (i = 0; i < keys->count; i++) {
		free(keys->items[i].name);
		free(keys->items[i].container_id);
	}
	free(keys->items);
	*keys = (struct state_keys){ 0 };
}
