// SPDX-License-Identifier: Apache-2.0
/*
 * Pods by UID and by name in one table: no name of a pod is a UID, as there is a
 * "/" in it.  Entry points: pod_index_add() and pod_index_has().
 */
#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "object.h"
#include "pod_index.h"

#define MIRROR_HASH "kubernetes.io/config.hash"

/* @uid: that of a name, "" of a UID */
struct pod {
	struct table_entry entry;
	char *uid;
};

static void set(struct table *pods, const char *key, const char *uid)
{
	struct pod *pod = table_get(pods, key, sizeof(*pod));

	if (!pod)
		return;
	free(pod->uid);
	pod->uid = strdup(uid);
}

static void unset(struct table *pods, const char *key)
{
	struct pod *pod = table_find(pods, key);

	if (!pod)
		return;
	free(pod->uid);
	table_remove(pods, pod);
}

void pod_index_remove(struct table *pods, const char *name)
{
	struct pod *pod = table_find(pods, name);

	if (!pod)
		return;
	if (pod->uid)
		unset(pods, pod->uid);
	unset(pods, name);
}

/* The UID that a static pod has on its node is not that of its object. */
void pod_index_add(struct table *pods, const cJSON *object)
{
	const char *uid = object_annotation(object, MIRROR_HASH);
	const struct pod *old;
	cleanup_free char *name = NULL;

	if (asprintf(&name, "%s/%s", object_namespace(object),
		     object_name(object)) < 0) {
		name = NULL;
		return;
	}
	if (!uid[0])
		uid = object_uid(object);
	old = table_find(pods, name);
	if (old && old->uid && !strcmp(old->uid, uid))
		return;
	pod_index_remove(pods, name);
	set(pods, name, uid);
	set(pods, uid, "");
}

bool pod_index_has(const struct table *pods, const char *uid, const char *name)
{
	return table_find(pods, uid[0] ? uid : name) != NULL;
}

void pod_index_free(struct table *pods)
{
	struct pod *pod, *next;

	table_for_each(pod, next, pods)
		free(pod->uid);
	table_free(pods);
}
