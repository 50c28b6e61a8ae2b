// SPDX-License-Identifier: Apache-2.0
/*
 * Contrail's reference to another network.
 * Entry point: nad_contrail_network().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "nad_contrail.h"

#define DOMAIN "default-domain"
#define SUFFIX "-pod-network"

/* One string in single quotes, up to behind its end. */
static const char *copy_string(const char *text, char **end)
{
	while (*text && *text != '\'') {
		if (*text == '\\' && text[1] == '\'') {
			text++;
		} else if (*text == '\\' && text[1]) {
			*(*end)++ = *text++;
		} else if (*text == '"') {
			*(*end)++ = '\\';
		}
		*(*end)++ = *text++;
	}
	return *text ? text + 1 : text;
}

static const char *copy_double_quoted(const char *text, char **end)
{
	*(*end)++ = *text++;
	while (*text && *text != '"') {
		if (*text == '\\' && text[1])
			*(*end)++ = *text++;
		*(*end)++ = *text++;
	}
	if (*text)
		*(*end)++ = *text++;
	return text;
}

/*
 * kube-manager read the annotation as a literal of Python, and wrote such ones:
 * 'a' and u'a' are what JSON has as "a".
 */
static char *from_python(const char *text)
{
	char *json = malloc(2 * strlen(text) + 1), *end = json;

	if (!json)
		return NULL;
	while (*text) {
		if (*text == 'u' && (text[1] == '\'' || text[1] == '"'))
			text++;
		if (*text == '"') {
			text = copy_double_quoted(text, &end);
		} else if (*text == '\'') {
			*end++ = '"';
			text = copy_string(text + 1, &end);
			*end++ = '"';
		} else {
			*end++ = *text++;
		}
	}
	*end = '\0';
	return json;
}

static cJSON *parse(const char *text, struct vr_error *err)
{
	cJSON *json = cJSON_ParseWithOpts(text, NULL, true);
	cleanup_free char *converted = NULL;

	if (json)
		return json;
	converted = from_python(text);
	if (!converted) {
		vr_error_memory(err);
		return NULL;
	}
	return json_parse(converted, strlen(converted), CONTRAIL_NETWORK, err);
}

static int read_member(const cJSON *json, const char *key, const char **value,
		       struct vr_error *err)
{
	int ret = json_string(json, CONTRAIL_NETWORK, key, value, err);

	if (ret)
		return ret;
	if (*value && **value)
		return 0;
	return vr_error_set(err, EINVAL, CONTRAIL_NETWORK " is without \"%s\"",
			    key);
}

static int add(char **names, struct vr_error *err, const char *namespace,
	       const char *name, size_t len)
{
	int ret;

	while (*names)
		names++;
	if (namespace)
		ret = asprintf(names, "%s.%.*s", namespace, (int)len, name);
	else
		ret = asprintf(names, "%.*s", (int)len, name);
	if (ret >= 0)
		return 0;
	*names = NULL;
	return vr_error_memory(err);
}

/* What follows "CLUSTER-", or NULL. */
static const char *in_cluster(const char *name, const char *cluster)
{
	size_t len = strlen(cluster);

	if (strncmp(name, cluster, len) != 0 || name[len] != '-' ||
	    !name[len + 1])
		return NULL;
	return name + len + 1;
}

static int add_names(const char *project, const char *name, const char *cluster,
		     char **names, struct vr_error *err)
{
	const char *namespace = in_cluster(project, cluster);
	const char *nad = in_cluster(name, cluster);
	size_t len = nad ? strlen(nad) : 0;
	size_t suffix = strlen(SUFFIX);
	int ret = 0;

	if (namespace && len > suffix && !strcmp(nad + len - suffix, SUFFIX))
		ret = add(names, err, namespace, nad, len - suffix);
	if (!ret && namespace)
		ret = add(names, err, namespace, name, strlen(name));
	if (!ret)
		ret = add(names, err, NULL, name, strlen(name));
	return ret;
}

int nad_contrail_network(const char *text, const char *cluster,
			 char *names[NAD_MAX_SAME_AS + 1], struct vr_error *err)
{
	const char *domain = NULL, *project = NULL, *name = NULL;
	cleanup_json cJSON *json = parse(text, err);
	int ret;

	if (!json)
		return -EINVAL;
	if (!cJSON_IsObject(json))
		return json_refuse(CONTRAIL_NETWORK, NULL, json,
				   "is not a dictionary", err);
	ret = read_member(json, "domain", &domain, err);
	if (!ret)
		ret = read_member(json, "project", &project, err);
	if (!ret)
		ret = read_member(json, "name", &name, err);
	if (ret)
		return ret;
	if (strcmp(domain, DOMAIN) != 0)
		return json_refuse(CONTRAIL_NETWORK, "domain",
				   json_item(json, "domain"),
				   "the only one is \"" DOMAIN "\"", err);
	return add_names(project, name, cluster, names, err);
}

int nad_contrail_switch(const char *key, const char *text, bool *value,
			struct vr_error *err)
{
	if (!text)
		return 0;
	*value = !strcasecmp(text, "true");
	if (*value || !strcasecmp(text, "false"))
		return 0;
	return vr_error_set(err, EINVAL,
			    "%s is \"%s\", neither \"true\" nor \"false\"", key,
			    text);
}
