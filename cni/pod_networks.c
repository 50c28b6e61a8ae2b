// SPDX-License-Identifier: Apache-2.0
/*
 * The networks that a pod's annotation asks for.
 * Entry point: pod_networks_parse().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "../lib/network.h"
#include "code.h"
#include "json.h"
#include "pod_networks.h"

#define WHERE "annotation \"" POD_NETWORKS_KEY "\""

static const char blanks[] = " \t\r\n";
static const char label_chars[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

/* RFC 1123, as Kubernetes has it. */
static bool is_label(const char *text, size_t len)
{
	return len && len < POD_NAMESPACE_BYTES && text[0] != '-' &&
	       text[len - 1] != '-' && strspn(text, label_chars) >= len;
}

/* Labels with dots between them. */
static bool is_object_name(const char *text)
{
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, ".");
		if (!is_label(text, len))
			return false;
		if (!text[len])
			return true;
	}
}

static int add(struct requests *requests, const char *namespace,
	       const char *name, const char *ifname, struct request **request,
	       struct vr_error *err)
{
	cleanup_free char *network = NULL;

	if (!is_label(namespace, strlen(namespace)))
		return cni_fail(err, CNI_CONFIG,
				WHERE ": \"%s\" is not the name of a namespace",
				namespace);
	if (!is_object_name(name) ||
	    strlen(namespace) + 1 + strlen(name) > VR_MAX_NETWORK_NAME)
		return cni_fail(err, CNI_CONFIG,
				WHERE ": \"%s\" is not the name of a network",
				name);
	if (asprintf(&network, "%s.%s", namespace, name) < 0) {
		network = NULL;
		return vr_error_memory(err);
	}
	return request_add(requests, WHERE, NULL, network, ifname, request,
			   err);
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, blanks);
	len = strlen(text);
	while (len && strchr(blanks, text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* "[namespace/]name[@interface]" */
static int parse_word(char *word, const char *pod_namespace,
		      struct requests *requests, struct vr_error *err)
{
	char *ifname = strchr(word, '@');
	char *slash = strchr(word, '/');
	struct request *request;

	if (slash && (!ifname || slash < ifname))
		*slash = '\0';
	else
		slash = NULL;
	if (ifname)
		*ifname++ = '\0';
	return add(requests, slash ? word : pod_namespace,
		   slash ? slash + 1 : word, ifname, &request, err);
}

static int parse_list(const char *annotation, const char *pod_namespace,
		      struct requests *requests, struct vr_error *err)
{
	cleanup_free char *copy = strdup(annotation);
	char *rest = copy;
	char *word;
	int ret = 0;

	if (!copy)
		return vr_error_memory(err);
	while (!ret && (word = strsep(&rest, ",")))
		ret = parse_word(trim(word), pod_namespace, requests, err);
	return ret;
}

/* What the standard has and a network of ours cannot do. */
static int refuse_unsupported(const cJSON *item, struct vr_error *err)
{
	static const char *const keys[] = {
		"infiniband-guid",
		"ipam-claim-reference",
	};
	const cJSON *value;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		value = json_item(item, keys[i]);
		if (value)
			return json_refuse_code(CNI_UNSUPPORTED, WHERE, keys[i],
						value, "which is not supported",
						err);
	}
	return 0;
}

/* An empty list asks for the network's own gateways. */
static int parse_default_route(const cJSON *item, struct request *request,
			       bool *has_default, struct vr_error *err)
{
	const cJSON *value = json_item(item, "default-route");

	if (!value)
		return 0;
	request->own_default = !value->child;
	if (*has_default)
		return json_refuse(WHERE, "default-route", value,
				   "but only one network may have the default route",
				   err);
	*has_default = true;
	return 0;
}

static int parse_object(const cJSON *item, const char *pod_namespace,
			struct requests *requests, bool *has_default,
			struct vr_error *err)
{
	const char *namespace = pod_namespace, *name = NULL, *ifname = NULL;
	const cJSON *ignored = NULL;
	struct request *request;
	int ret;

	if (!cJSON_IsObject(item))
		return json_refuse(WHERE, NULL, item, "is not an object", err);
	ret = json_string(item, WHERE, "name", &name, err);
	if (!ret)
		ret = json_string(item, WHERE, "namespace", &namespace, err);
	if (!ret)
		ret = json_string(item, WHERE, "interface", &ifname, err);
	if (!ret)
		ret = json_object(item, WHERE, "cni-args", &ignored, err);
	if (ret)
		return ret;
	if (!name)
		return json_refuse(WHERE, NULL, item, "is without \"name\"",
				   err);
	ret = add(requests, namespace, name, ifname, &request, err);
	if (!ret)
		ret = request_parse_standard(item, WHERE, request, err);
	if (!ret)
		ret = parse_default_route(item, request, has_default, err);
	if (!ret)
		ret = refuse_unsupported(item, err);
	return ret;
}

static int parse_json(const char *annotation, const char *pod_namespace,
		      struct requests *requests, cJSON **json,
		      struct vr_error *err)
{
	bool has_default = false;
	const cJSON *item;
	int ret;

	*json = json_parse(annotation, strlen(annotation), WHERE, err);
	if (!*json)
		return -EINVAL;
	if (!cJSON_IsArray(*json))
		return json_refuse(WHERE, NULL, *json, "is not an array", err);
	cJSON_ArrayForEach(item, *json) {
		ret = parse_object(item, pod_namespace, requests, &has_default,
				   err);
		if (ret)
			return ret;
	}
	return 0;
}

int pod_networks_parse(const char *annotation, const char *pod_namespace,
		       struct requests *requests, cJSON **json,
		       struct vr_error *err)
{
	*json = NULL;
	if (!annotation[strspn(annotation, blanks)])
		return 0;
	/* No name has one of these, as Multus sees it too. */
	if (strpbrk(annotation, "[{\""))
		return parse_json(annotation, pod_namespace, requests, json,
				  err);
	return parse_list(annotation, pod_namespace, requests, err);
}
