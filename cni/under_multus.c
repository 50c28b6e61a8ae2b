// SPDX-License-Identifier: Apache-2.0
/*
 * Calls of Multus.  Entry points: under_multus_conf(), then
 * under_multus_request().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "code.h"
#include "file.h"
#include "json.h"
#include "under_multus.h"

#define WHERE "network configuration"

/* A copy of those keys of an object that are in a list. */
static cJSON *pick(const cJSON *object, const char *const *keys, size_t count)
{
	cJSON *picked = cJSON_CreateObject();
	const cJSON *value;
	size_t i;

	for (i = 0; i < count; i++) {
		value = json_item(object, keys[i]);
		if (value)
			cJSON_AddItemToObject(picked, keys[i],
					      cJSON_Duplicate(value, true));
	}
	return picked;
}

/* What concerns one interface: "networks" and "ipRanges" do not. */
static cJSON *keep_safe(const cJSON *conf)
{
	static const char *const keys[] = {
		"cniVersion",
		"name",
		"type",
		"prevResult",
		"capabilities",
		"cni.dev/valid-attachments",
		"cni.dev/attachments",
	};
	static const char *const runtime_keys[] = {
		"mac",
		"ips",
		"bandwidth",
		"portMappings",
	};
	static const char *const arg_keys[] = { "mac", "ips" };
	cJSON *safe = pick(conf, keys, ARRAY_SIZE(keys));
	const cJSON *args = json_item(json_item(conf, "args"), "cni");

	cJSON_AddItemToObject(safe, "runtimeConfig",
			      pick(json_item(conf, "runtimeConfig"),
				   runtime_keys, ARRAY_SIZE(runtime_keys)));
	cJSON_AddItemToObject(cJSON_AddObjectToObject(safe, "args"), "cni",
			      pick(args, arg_keys, ARRAY_SIZE(arg_keys)));
	return safe;
}

/* The node's settings, among which are none that make another interface. */
static int add_settings(cJSON *conf, const cJSON *settings,
			struct vr_error *err)
{
	static const char *const keys[] = {
		"agentSocket", "networksDir", "stateDir", "spareDir",
		"cluster",     "compat",      "logFile",  "logLevel",
	};
	cleanup_json cJSON *known = pick(settings, keys, ARRAY_SIZE(keys));
	const cJSON *item;
	int ret = 0;

	cJSON_ArrayForEach(item, known) {
		ret = json_replace(conf, item->string,
				   cJSON_Duplicate(item, true), err);
		if (ret)
			break;
	}
	return ret;
}

int under_multus_conf(const char *path, cJSON **conf, bool *is_under,
		      struct vr_error *err)
{
	cleanup_json cJSON *settings = NULL;
	cleanup_free char *text = NULL;
	size_t len;
	cJSON *safe;
	int ret;

	*is_under = false;
	errno = 0;
	text = file_read_path(path, &len, err);
	if (!text)
		return errno == ENOENT ? 0 : -EIO;
	*is_under = true;
	settings = json_parse(text, len, path, err);
	if (!settings)
		return -EBADMSG;
	safe = keep_safe(*conf);
	ret = add_settings(safe, settings, err);
	cJSON_Delete(*conf);
	*conf = safe;
	return ret;
}

int under_multus_request(const char *name, const struct environment *env,
			 struct environment_pod *pod, struct requests *requests,
			 struct vr_error *err)
{
	cleanup_free char *network = NULL;
	struct request *request;
	int ret;

	ret = environment_pod_namespace(env->args, pod, err);
	if (ret)
		return ret;
	if (asprintf(&network, "%s.%s", pod->namespace, name) < 0) {
		network = NULL;
		return vr_error_memory(err);
	}
	ret = request_add(requests, WHERE, NULL, network, NULL, &request, err);
	if (ret)
		return ret;
	request->asked_from = pod->namespace;
	/* A name of another namespace says which. */
	if (!strchr(name, '.'))
		return 0;
	request->fallback = strdup(name);
	request->only_one = true;
	return request->fallback ? 0 : vr_error_memory(err);
}
