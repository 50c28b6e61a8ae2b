// SPDX-License-Identifier: Apache-2.0
/*
 * Files of the node's agent.  Entry points: cluster_dir_routes() and
 * cluster_dir_network().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "cluster_dir.h"
#include "code.h"
#include "contrail.h"
#include "file.h"
#include "json.h"
#include "pod_networks.h"

/* Return: 0, with *json NULL when there is no such file; or negative. */
static int read_file(const char *folder, const char *name, cJSON **json,
		     struct vr_error *err)
{
	struct vr_error problem = { 0 };
	cleanup_free char *path = NULL;
	cleanup_free char *text = NULL;
	size_t len;

	*json = NULL;
	if (asprintf(&path, "%s/%s", folder, name) < 0) {
		path = NULL;
		return vr_error_memory(err);
	}
	text = file_read_path(path, &len, &problem);
	if (!text && !problem.errnum)
		return 0;
	if (text)
		*json = json_parse(text, len, path, &problem);
	return *json ? 0 : cni_fail(err, CNI_IO, "%s", problem.text);
}

static int add_route(const cJSON *item, struct cni_routes *routes,
		     struct vr_error *err)
{
	struct cni_route route = { .dst.ip.family = 0 };
	int ret;

	ret = cni_prefix_parse(CLUSTER_DIR_ROUTES, CLUSTER_DIR_ROUTES_KEY,
			       item->valuestring, &route.dst, err);
	return ret ? ret : cni_routes_add(routes, &route, err);
}

int cluster_dir_routes(const char *folder, struct cni_routes *routes,
		       struct vr_error *err)
{
	cleanup_json cJSON *json = NULL;
	const cJSON *list = NULL, *item;
	int ret;

	ret = read_file(folder, CLUSTER_DIR_ROUTES, &json, err);
	if (!ret && !json)
		return cni_fail(
			err, CNI_AGAIN,
			"%s/" CLUSTER_DIR_ROUTES
			" is not there yet: vr-agent writes it when it knows the nodes",
			folder);
	if (!ret)
		ret = json_strings(json, CLUSTER_DIR_ROUTES,
				   CLUSTER_DIR_ROUTES_KEY, &list, err);
	cJSON_ArrayForEach(item, list) {
		if (!ret)
			ret = add_route(item, routes, err);
	}
	return ret;
}

char *cluster_dir_namespace(const char *namespace)
{
	char *name;

	if (asprintf(&name, CLUSTER_DIR_NAMESPACE "%s.json", namespace) < 0)
		return NULL;
	return name;
}

int cluster_dir_network(const char *folder, const char *namespace,
			char **network, struct vr_error *err)
{
	cleanup_free char *name = cluster_dir_namespace(namespace);
	const cJSON *annotations = NULL;
	cleanup_json cJSON *json = NULL;
	const char *value = NULL;
	int ret;

	*network = NULL;
	/* It is part of a path. */
	if (!pod_networks_is_label(namespace, strlen(namespace)))
		return 0;
	if (!name)
		return vr_error_memory(err);
	ret = read_file(folder, name, &json, err);
	if (!ret && json)
		ret = json_object(json, name, "annotations", &annotations, err);
	if (!ret && annotations)
		ret = json_string(annotations, name, CONTRAIL_NETWORK_KEY,
				  &value, err);
	if (ret || !value)
		return ret;
	*network = strdup(value);
	return *network ? 0 : vr_error_memory(err);
}
