// SPDX-License-Identifier: Apache-2.0
/*
 * The file of the cluster's routes.  Entry point: cluster_routes_write().
 */
#define _GNU_SOURCE

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cni/cluster_dir.h"
#include "../cni/file.h"
#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "cluster_routes.h"
#include "log.h"

/* Each pod that needs them has them all. */
#define MANY 64

static int list_all(const struct peers *peers, const struct prefixes *given,
		    struct prefixes *list, struct vr_error *err)
{
	struct peer *peer, *next;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < given->count; i++)
		ret = prefixes_add(list, &given->items[i], err);
	table_for_each(peer, next, &peers->table) {
		for (i = 0; !ret && i < PEER_FAMILIES; i++) {
			ret = prefixes_add(list, &peer->pod_cidrs[i], err);
			if (!ret)
				ret = prefixes_add_ip(list, &peer->addresses[i],
						      err);
		}
	}
	prefixes_join(list);
	return ret;
}

char *cluster_routes_text(const struct peers *peers,
			  const struct prefixes *given, unsigned int *count)
{
	cleanup_json cJSON *json = cJSON_CreateObject();
	cJSON *routes = cJSON_AddArrayToObject(json, CLUSTER_DIR_ROUTES_KEY);
	struct prefixes list = { 0 };
	char text[VR_PREFIX_TEXT];
	unsigned int i;
	int ret;

	ret = list_all(peers, given, &list, NULL);
	for (i = 0; i < list.count; i++)
		cJSON_AddItemToArray(routes,
				     cJSON_CreateString(
					     vr_prefix_format(&list.items[i],
							      text)));
	*count = list.count;
	prefixes_free(&list);
	return ret ? NULL : cJSON_Print(json);
}

int cluster_routes_write(const char *folder, const struct peers *peers,
			 const struct prefixes *given, struct vr_error *err)
{
	unsigned int count = 0;
	cleanup_json_text char *text =
		cluster_routes_text(peers, given, &count);
	cleanup_free char *path = NULL;
	cleanup_free char *old = NULL;

	if (!text || asprintf(&path, "%s/" CLUSTER_DIR_ROUTES, folder) < 0) {
		path = NULL;
		return vr_error_memory(err);
	}
	old = file_read_path(path, NULL, NULL);
	if (old && !strcmp(old, text))
		return 0;
	if (count > MANY)
		agent_log(AGENT_WARNING,
			  "%u routes for each pod whose default route is elsewhere: --cluster-cidrs makes them fewer",
			  count);
	return file_write(folder, CLUSTER_DIR_ROUTES, text, err);
}
