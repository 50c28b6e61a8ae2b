// SPDX-License-Identifier: Apache-2.0
/*
 * vr-cni: a CNI plugin that gives a container all its interfaces in one call.
 * Environment, standard input, versions, dispatch; the only place that prints
 * and exits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/cleanup.h"
#include "add.h"
#include "boot.h"
#include "check.h"
#include "code.h"
#include "del.h"
#include "environment.h"
#include "file.h"
#include "gc.h"
#include "json.h"
#include "log.h"
#include "netconf.h"
#include "status.h"

#ifndef VR_VERSION
#define VR_VERSION "unknown"
#endif

/* What to say of the version when the input does not. */
#define NEWEST (CNI_VERSIONS - 1)

static int print(const cJSON *json)
{
	cleanup_json_text char *text = cJSON_Print(json);

	if (!text || puts(text) < 0 || fflush(stdout)) {
		fputs("vr-cni: cannot write to standard output\n", stderr);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

/* The version the caller used, also one that is not supported. */
static const char *version_of(const cJSON *input)
{
	const cJSON *version = json_item(input, "cniVersion");

	if (cJSON_IsString(version))
		return version->valuestring;
	return netconf_versions[NEWEST];
}

/* As the library of the CNI project puts it. */
static void add_versions(cJSON *json, const cJSON *input)
{
	char text[256];
	size_t len;
	unsigned int i;

	snprintf(text, sizeof(text), "config is \"%s\", plugin supports [",
		 version_of(input));
	for (i = 0; i < CNI_VERSIONS; i++) {
		len = strlen(text);
		snprintf(text + len, sizeof(text) - len, "%s\"%s\"%s",
			 i ? " " : "", netconf_versions[i],
			 i + 1 < CNI_VERSIONS ? "" : "]");
	}
	cJSON_AddStringToObject(json, "details", text);
}

static int print_error(const cJSON *input, const struct vr_error *err)
{
	cleanup_json cJSON *json = cJSON_CreateObject();

	log_call(err);
	cJSON_AddStringToObject(json, "cniVersion", version_of(input));
	cJSON_AddNumberToObject(json, "code", cni_code(err));
	cJSON_AddStringToObject(json, "msg", err->text);
	if (cni_code(err) == CNI_VERSION)
		add_versions(json, input);
	print(json);
	return EXIT_FAILURE;
}

/* Callers ask this with next to no input: whatever it is, there is an answer. */
static int print_versions(void)
{
	cleanup_json cJSON *json = cJSON_CreateObject();
	cleanup_free char *text = NULL;
	cleanup_json cJSON *input = NULL;

	text = file_read(STDIN_FILENO, "standard input", NULL, NULL);
	if (text)
		input = cJSON_Parse(text);
	cJSON_AddStringToObject(json, "cniVersion", version_of(input));
	cJSON_AddItemToObject(json, "supportedVersions",
			      cJSON_CreateStringArray((const char **)
							      netconf_versions,
						      CNI_VERSIONS));
	return print(json);
}

static int introduce(void)
{
	unsigned int i;

	fputs("CNI plugin vr-cni " VR_VERSION "\nCNI versions:", stderr);
	for (i = 0; i < CNI_VERSIONS; i++)
		fprintf(stderr, " %s", netconf_versions[i]);
	fputs("\n", stderr);
	return EXIT_SUCCESS;
}

static int call(const struct environment *env, struct netconf *netconf,
		struct vr_error *err)
{
	bool changes = env->command == CNI_CMD_ADD ||
		       env->command == CNI_CMD_DEL ||
		       env->command == CNI_CMD_GC;
	cleanup_json cJSON *result = NULL;
	cleanup_fd int turn = -1;
	int ret = -1;

	if (changes)
		turn = boot_begin(env, netconf, env->command == CNI_CMD_GC);
	switch (env->command) {
	case CNI_CMD_ADD:
		result = cni_add(env, netconf, err);
		break;
	case CNI_CMD_DEL:
		ret = cni_del(env, netconf, err);
		break;
	case CNI_CMD_CHECK:
		ret = cni_check(env, netconf, err);
		break;
	case CNI_CMD_GC:
		ret = cni_gc(env, netconf, err);
		break;
	case CNI_CMD_STATUS:
		ret = cni_status(env, netconf, err);
		break;
	case CNI_CMD_NONE:
	case CNI_CMD_VERSION:
		break;
	}
	if (!result && ret)
		return print_error(netconf->json, err);
	log_call(NULL);
	return result ? print(result) : EXIT_SUCCESS;
}

static int run(const struct environment *env, struct vr_error *err)
{
	cleanup_netconf struct netconf netconf = { 0 };
	cleanup_free char *text = NULL;
	size_t len;

	text = file_read(STDIN_FILENO, "standard input", &len, err);
	if (!text || netconf_parse(text, len, &netconf, err))
		return print_error(netconf.json, err);
	log_configure(netconf.log_file, netconf.log_level);
	return call(env, &netconf, err);
}

int main(void)
{
	struct vr_error err = { 0 };
	struct environment env;

	if (environment_read(&env, &err))
		return print_error(NULL, &err);
	if (env.command == CNI_CMD_NONE)
		return introduce();
	if (env.command == CNI_CMD_VERSION)
		return print_versions();
	log_begin(&env);
	return run(&env, &err);
}
