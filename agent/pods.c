// SPDX-License-Identifier: Apache-2.0
/*
 * Pods of one node.  Entry point: pods_start().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "object.h"
#include "pods.h"
#include "watch.h"

/* Of a mirror pod, which stands for a static one: the uid that runtimes use. */
#define MIRROR_KEY "kubernetes.io/config.mirror"

static char *key_of(const char *namespace, const char *name)
{
	char *key;

	if (asprintf(&key, "%s/%s", namespace, name) < 0)
		return NULL;
	return key;
}

static void pod_clear(struct pod *pod)
{
	free(pod->uid);
	cJSON_Delete(pod->annotations);
}

static bool is_ending(const cJSON *object)
{
	const cJSON *status =
		cJSON_GetObjectItemCaseSensitive(object, "status");
	const char *phase = object_text(status, "phase");

	return object_at(object, "metadata", "deletionTimestamp") ||
	       !strcmp(phase, "Succeeded") || !strcmp(phase, "Failed");
}

static void changed(const cJSON *object, void *arg)
{
	const cJSON *annotations = object_at(object, "metadata", "annotations");
	cleanup_free char *key =
		key_of(object_namespace(object), object_name(object));
	struct pods *pods = arg;
	struct pod *pod;

	pod = key ? table_get(&pods->table, key, sizeof(*pod)) : NULL;
	if (!pod)
		return;
	pod_clear(pod);
	pod->uid = strdup(object_uid(object));
	pod->ending = is_ending(object);
	pod->version = ++pods->version;
	pod->annotations = annotations ? cJSON_Duplicate(annotations, true)
				       : cJSON_CreateObject();
	pods->changed(pods->arg);
}

static void gone(const char *namespace, const char *name, void *arg)
{
	cleanup_free char *key = key_of(namespace, name);
	struct pods *pods = arg;
	struct pod *pod = key ? table_find(&pods->table, key) : NULL;

	if (!pod)
		return;
	pod_clear(pod);
	table_remove(&pods->table, pod);
}

int pods_start(struct pods *pods, struct loop *loop, struct api *api,
	       const char *node, loop_cb callback, void *arg,
	       struct vr_error *err)
{
	cleanup_free char *selector =
		api_path("fieldSelector=spec.nodeName%%3D%s", node);
	const struct watch_kind kind = {
		.path = "/api/v1/pods",
		.selector = selector,
		.changed = changed,
		.gone = gone,
	};

	*pods = (struct pods){ .changed = callback, .arg = arg };
	if (!selector)
		return vr_error_memory(err);
	pods->watch = watch_start(api, loop, &kind, pods, err);
	return pods->watch ? 0 : -ENOMEM;
}

void pods_stop(struct pods *pods)
{
	struct pod *pod, *next;

	watch_stop(pods->watch);
	table_for_each(pod, next, &pods->table)
		pod_clear(pod);
	table_free(&pods->table);
}

const struct pod *pods_find(const struct pods *pods, const char *namespace,
			    const char *name)
{
	cleanup_free char *key = key_of(namespace, name);

	return key ? table_find(&pods->table, key) : NULL;
}

bool pod_is(const struct pod *pod, const char *uid)
{
	return !uid[0] || !strcmp(pod->uid, uid) ||
	       !strcmp(object_text(pod->annotations, MIRROR_KEY), uid);
}
