// SPDX-License-Identifier: Apache-2.0
/*
 * The networks that a pod's annotations ask for.
 * Entry points: pod_networks_parse() and pod_networks_parse_default().
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

#define WHERE_OF(key) "annotation \"" key "\""

/* With the NUL; a namespace is a label. */
#define LABEL_BYTES 64

/* What the steps of one annotation share. */
struct parsing {
	const char *where;
	const char *namespace; /* of networks that name none */
	struct requests *requests;
	bool has_default_route;
};

static const char blanks[] = " \t\r\n";
static const char label_chars[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

/* RFC 1123, as Kubernetes has it. */
bool pod_networks_is_label(const char *text, size_t len)
{
	return len && len < LABEL_BYTES && text[0] != '-' &&
	       text[len - 1] != '-' && strspn(text, label_chars) >= len;
}

/* Labels with dots between them. */
static bool is_object_name(const char *text)
{
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, ".");
		if (!pod_networks_is_label(text, len))
			return false;
		if (!text[len])
			return true;
	}
}

static int add(struct parsing *parsing, const char *namespace, const char *name,
	       const char *ifname, struct request **request,
	       struct vr_error *err)
{
	cleanup_free char *network = NULL;

	if (!pod_networks_is_label(namespace, strlen(namespace)))
		return cni_fail(err, CNI_CONFIG,
				"%s: \"%s\" is not the name of a namespace",
				parsing->where, namespace);
	if (!is_object_name(name) ||
	    strlen(namespace) + 1 + strlen(name) > VR_MAX_NETWORK_NAME)
		return cni_fail(err, CNI_CONFIG,
				"%s: \"%s\" is not the name of a network",
				parsing->where, name);
	if (asprintf(&network, "%s.%s", namespace, name) < 0) {
		network = NULL;
		return vr_error_memory(err);
	}
	return request_add(parsing->requests, parsing->where, NULL, network,
			   ifname, request, err);
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
static int parse_word(struct parsing *parsing, char *word, struct vr_error *err)
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
	return add(parsing, slash ? word : parsing->namespace,
		   slash ? slash + 1 : word, ifname, &request, err);
}

static int parse_list(struct parsing *parsing, const char *annotation,
		      struct vr_error *err)
{
	cleanup_free char *copy = strdup(annotation);
	char *rest = copy;
	char *word;
	int ret = 0;

	if (!copy)
		return vr_error_memory(err);
	while (!ret && (word = strsep(&rest, ",")))
		ret = parse_word(parsing, trim(word), err);
	return ret;
}

/* What the standard has and a network of ours cannot do. */
static int refuse_unsupported(const struct parsing *parsing, const cJSON *item,
			      struct vr_error *err)
{
	static const char key[] = "infiniband-guid";
	const cJSON *value = json_item(item, key);

	if (!value)
		return 0;
	return json_refuse_code(CNI_UNSUPPORTED, parsing->where, key, value,
				"which is not supported", err);
}

/* Of which address it is the claim says, so that no other can be asked for. */
static int parse_claim(const struct parsing *parsing, const cJSON *item,
		       struct request *request, struct vr_error *err)
{
	static const char key[] = "ipam-claim-reference";
	const cJSON *value = json_item(item, key);
	int ret;

	ret = json_string(item, parsing->where, key, &request->claim, err);
	if (ret || !value)
		return ret;
	if (!is_object_name(request->claim))
		return json_refuse(parsing->where, key, value,
				   "not the name of an IPAMClaim", err);
	if (request->ips && request->ips->child)
		return json_refuse(parsing->where, key, value,
				   "together with \"ips\"", err);
	return 0;
}

/* An empty list asks for the network's own gateways. */
static int parse_default_route(struct parsing *parsing, const cJSON *item,
			       struct request *request, struct vr_error *err)
{
	const cJSON *value = json_item(item, "default-route");

	if (!value)
		return 0;
	request->own_default = !value->child;
	if (parsing->has_default_route)
		return json_refuse(parsing->where, "default-route", value,
				   "but only one network may have the default route",
				   err);
	parsing->has_default_route = true;
	return 0;
}

static int parse_fields(struct parsing *parsing, const cJSON *item,
			struct request *request, struct vr_error *err)
{
	int ret;

	ret = request_parse_standard(item, parsing->where, request, err);
	if (!ret)
		ret = parse_default_route(parsing, item, request, err);
	if (!ret)
		ret = parse_claim(parsing, item, request, err);
	if (!ret)
		ret = refuse_unsupported(parsing, item, err);
	return ret;
}

static int parse_object(struct parsing *parsing, const cJSON *item,
			struct vr_error *err)
{
	const char *namespace = parsing->namespace, *name = NULL;
	const char *ifname = NULL;
	const cJSON *args = NULL;
	struct request *request;
	int ret;

	if (!cJSON_IsObject(item))
		return json_refuse(parsing->where, NULL, item,
				   "is not an object", err);
	ret = json_string(item, parsing->where, "name", &name, err);
	if (!ret)
		ret = json_string(item, parsing->where, "namespace", &namespace,
				  err);
	if (!ret)
		ret = json_string(item, parsing->where, "interface", &ifname,
				  err);
	if (!ret)
		ret = json_object(item, parsing->where, "cni-args", &args, err);
	if (ret)
		return ret;
	if (!name)
		return json_refuse(parsing->where, NULL, item,
				   "is without \"name\"", err);
	ret = add(parsing, namespace, name, ifname, &request, err);
	if (ret)
		return ret;
	request->cni_args = args;
	return parse_fields(parsing, item, request, err);
}

static int parse_json(struct parsing *parsing, const char *annotation,
		      cJSON **json, struct vr_error *err)
{
	const cJSON *item;
	int ret;

	*json = json_parse(annotation, strlen(annotation), parsing->where, err);
	if (!*json)
		return -EINVAL;
	if (!cJSON_IsArray(*json))
		return json_refuse(parsing->where, NULL, *json,
				   "is not an array", err);
	cJSON_ArrayForEach(item, *json) {
		ret = parse_object(parsing, item, err);
		if (ret)
			return ret;
	}
	return 0;
}

static int parse(struct parsing *parsing, const char *annotation, cJSON **json,
		 struct vr_error *err)
{
	*json = NULL;
	if (!annotation[strspn(annotation, blanks)])
		return 0;
	/* No name has one of these, as Multus sees it too. */
	if (strpbrk(annotation, "[{\""))
		return parse_json(parsing, annotation, json, err);
	return parse_list(parsing, annotation, err);
}

int pod_networks_parse(const char *annotation, const char *pod_namespace,
		       struct requests *requests, cJSON **json,
		       struct vr_error *err)
{
	struct parsing parsing = {
		.where = WHERE_OF(POD_NETWORKS_KEY),
		.namespace = pod_namespace,
		.requests = requests,
	};

	return parse(&parsing, annotation, json, err);
}

int pod_networks_parse_default(const char *annotation,
			       struct requests *requests, cJSON **json,
			       struct vr_error *err)
{
	struct parsing parsing = {
		.where = WHERE_OF(POD_NETWORKS_DEFAULT_KEY),
		.namespace = POD_NETWORKS_DEFAULT_NAMESPACE,
		.requests = requests,
	};
	int ret;

	ret = parse(&parsing, annotation, json, err);
	if (ret)
		return ret;
	if (requests->count != 1)
		return cni_fail(err, CNI_CONFIG,
				"%s: \"%s\" is %u networks instead of one",
				parsing.where, annotation, requests->count);
	if (requests->items[0].ifname)
		return cni_fail(
			err, CNI_CONFIG,
			"%s: interface \"%s\", but the default network's is CNI_IFNAME",
			parsing.where, requests->items[0].ifname);
	/* As the standard has it. */
	if (requests->items[0].claim)
		return cni_fail(
			err, CNI_CONFIG,
			"%s: \"ipam-claim-reference\" is \"%s\", but a claim is for further networks",
			parsing.where, requests->items[0].claim);
	return 0;
}
