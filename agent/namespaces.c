// SPDX-License-Identifier: Apache-2.0
/*
 * Annotations of namespaces, as files.  Entry point: namespaces_start().
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cni/cluster_dir.h"
#include "../cni/contrail.h"
#include "../cni/file.h"
#include "../cni/json.h"
#include "../cni/pod_networks.h"
#include "../lib/cleanup.h"
#include "log.h"
#include "namespaces.h"
#include "object.h"
#include "watch.h"

static void remove_file(const struct namespaces *namespaces, const char *name)
{
	cleanup_free char *file = cluster_dir_namespace(name);
	struct vr_error error = { 0 };

	if (file && file_remove(namespaces->folder, file, &error))
		agent_log(AGENT_WARNING, "%s", error.text);
}

/* A start finds most of them as they are to be. */
static int write_file(const struct namespaces *namespaces, const char *name,
		      const char *network, struct vr_error *err)
{
	cleanup_free char *file = cluster_dir_namespace(name);
	cleanup_json cJSON *json = cJSON_CreateObject();
	cleanup_json_text char *text = NULL;
	cleanup_free char *path = NULL;
	cleanup_free char *old = NULL;

	/* It is part of a path. */
	if (!pod_networks_is_label(name, strlen(name)))
		return vr_error_set(err, EINVAL, "\"%s\" is not a namespace",
				    name);
	cJSON_AddStringToObject(cJSON_AddObjectToObject(json, "annotations"),
				CONTRAIL_NETWORK_KEY, network);
	text = cJSON_Print(json);
	if (!file || !text ||
	    asprintf(&path, "%s/%s", namespaces->folder, file) < 0) {
		path = NULL;
		return vr_error_memory(err);
	}
	old = file_read_path(path, NULL, NULL);
	if (old && !strcmp(old, text))
		return 0;
	return file_write(namespaces->folder, file, text, err);
}

static void forget(struct namespaces *namespaces, const char *name)
{
	struct table_entry *entry = table_find(&namespaces->table, name);

	if (entry)
		table_remove(&namespaces->table, entry);
	remove_file(namespaces, name);
}

static void changed(const cJSON *object, void *arg)
{
	struct namespaces *namespaces = arg;
	const char *name = object_name(object);
	const cJSON *annotations = object_at(object, "metadata", "annotations");
	const char *network = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(annotations,
						 CONTRAIL_NETWORK_KEY));
	struct vr_error error = { 0 };

	if (!network)
		forget(namespaces, name);
	else if (!table_get(&namespaces->table, name,
			    sizeof(struct table_entry)) ||
		 write_file(namespaces, name, network, &error))
		agent_log(AGENT_ERROR, "namespace %s: %s", name, error.text);
}

static void gone(const char *namespace, const char *name, void *arg)
{
	(void)namespace;
	forget(arg, name);
}

/* What an agent before us wrote of namespaces that went since. */
static void synced(void *arg)
{
	struct namespaces *namespaces = arg;
	DIR *folder = opendir(namespaces->folder);
	struct dirent *file;
	char name[64], end;

	while (folder && (file = readdir(folder))) {
		if (sscanf(file->d_name, CLUSTER_DIR_NAMESPACE "%63[^.].jso%c",
			   name, &end) == 2 &&
		    !table_find(&namespaces->table, name))
			remove_file(namespaces, name);
	}
	if (folder)
		closedir(folder);
}

int namespaces_start(struct namespaces *namespaces, struct loop *loop,
		     struct api *api, const char *folder, struct vr_error *err)
{
	const struct watch_kind kind = {
		.path = "/api/v1/namespaces",
		.changed = changed,
		.gone = gone,
		.synced = synced,
	};

	namespaces->folder = folder;
	namespaces->watch = watch_start(api, loop, &kind, namespaces, err);
	return namespaces->watch ? 0 : -ENOMEM;
}

void namespaces_stop(struct namespaces *namespaces)
{
	watch_stop(namespaces->watch);
	table_free(&namespaces->table);
}

bool namespaces_are_known(const struct namespaces *namespaces)
{
	return watch_is_synced(namespaces->watch);
}
