// SPDX-License-Identifier: Apache-2.0
/*
 * The annotation by which pods of Contrail chose another default network.
 * Entry point: contrail_parse().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "../lib/network.h"
#include "code.h"
#include "contrail.h"
#include "definition.h"
#include "json.h"

#define WHERE "annotation \"" CONTRAIL_NETWORK_KEY "\""
#define DOMAIN "default-domain"
#define SUFFIX "-pod-network"

/* Python's quotes are JSON's, where there is none of these. */
static cJSON *parse_text(const char *annotation, struct vr_error *err)
{
	cleanup_free char *copy = strdup(annotation);
	char *c;

	if (!copy) {
		vr_error_memory(err);
		return NULL;
	}
	if (!strchr(copy, '"')) {
		for (c = copy; *c; c++) {
			if (*c == '\'')
				*c = '"';
		}
	}
	return json_parse(copy, strlen(copy), WHERE, err);
}

static int get_text(const cJSON *json, const char *key, const char **text,
		    struct vr_error *err)
{
	int ret;

	*text = NULL;
	ret = json_string(json, WHERE, key, text, err);
	if (!ret && !*text)
		ret = cni_fail(err, CNI_CONFIG, WHERE ": \"%s\" is missing",
			       key);
	if (!ret && !(*text)[0])
		ret = json_refuse(WHERE, key, json_item(json, key), "empty",
				  err);
	return ret;
}

/* What is behind "CLUSTER-", or NULL. */
static const char *behind_cluster(const char *text, const char *cluster)
{
	size_t len = strlen(cluster);

	if (strncmp(text, cluster, len) != 0 || text[len] != '-')
		return NULL;
	return text + len + 1;
}

/* NAMESPACE.NAD, or NULL when project and name are not of that form. */
static char *nad_name(const char *project, const char *name,
		      const char *cluster)
{
	const char *namespace = behind_cluster(project, cluster);
	const char *nad = behind_cluster(name, cluster);
	size_t len = nad ? strlen(nad) : 0;
	char *network;

	if (!namespace || !namespace[0])
		return NULL;
	if (len > strlen(SUFFIX) &&
	    !strcmp(nad + len - strlen(SUFFIX), SUFFIX)) {
		len -= strlen(SUFFIX);
	} else {
		nad = name;
		len = strlen(name);
	}
	if (asprintf(&network, "%s.%.*s", namespace, (int)len, nad) < 0)
		return NULL;
	return network;
}

static int add(struct requests *requests, const char *nad, const char *name,
	       const cJSON *json, struct vr_error *err)
{
	struct request *request;
	int ret;

	if (!definition_name_is_valid(name) ||
	    (nad && !definition_name_is_valid(nad)))
		return json_refuse(WHERE, "name", json_item(json, "name"),
				   "not the name of a network", err);
	ret = request_add(requests, WHERE, NULL, nad ? nad : name, NULL,
			  &request, err);
	if (ret || !nad)
		return ret;
	request->fallback = strdup(name);
	return request->fallback ? 0 : vr_error_memory(err);
}

int contrail_parse(const char *annotation, const char *cluster,
		   struct requests *requests, struct vr_error *err)
{
	cleanup_json cJSON *json = parse_text(annotation, err);
	const char *domain, *project, *name;
	cleanup_free char *nad = NULL;
	int ret;

	if (!json)
		return -EINVAL;
	if (!cJSON_IsObject(json))
		return json_refuse(WHERE, NULL, json, "is not an object", err);
	ret = get_text(json, "domain", &domain, err);
	if (!ret)
		ret = get_text(json, "project", &project, err);
	if (!ret)
		ret = get_text(json, "name", &name, err);
	if (!ret && strcmp(domain, DOMAIN) != 0)
		ret = json_refuse(WHERE, "domain", json_item(json, "domain"),
				  "but there is only \"" DOMAIN "\"", err);
	if (ret)
		return ret;
	nad = nad_name(project, name, cluster);
	return add(requests, nad, name, json, err);
}
