// SPDX-License-Identifier: Apache-2.0
/*
 * The configuration of the default network.  Entry point: cni_conf_write().
 */
#define _GNU_SOURCE

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../cni/cluster_dir.h"
#include "../cni/file.h"
#include "../cni/json.h"
#include "../cni/under_multus.h"
#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "cni_conf.h"
#include "log.h"
#include "object.h"

#define VERSION "1.0.0"

#define MANAGED "written by vr-agent --under-multus"

/* Beside another plugin: the first of these that is found before its file. */
static const char *const names_before[] = { "00-vr.conflist", "0-vr.conflist" };

static const char *const our_names[] = { CNI_CONF_NAME, "00-vr.conflist",
					 "0-vr.conflist" };

static void add_subnets(cJSON *plugin, const struct vr_network *network)
{
	cJSON *subnets = cJSON_AddArrayToObject(plugin, "subnets"), *subnet;
	char text[VR_PREFIX_TEXT];
	struct vr_prefix prefix;
	unsigned int i;

	for (i = 0; i < network->subnet_count; i++) {
		prefix = network->subnets[i];
		subnet = cJSON_CreateObject();
		cJSON_AddStringToObject(subnet, "gateway",
					vr_ip_format(&prefix.ip, text));
		vr_prefix_mask(&prefix);
		cJSON_AddStringToObject(subnet, "subnet",
					vr_prefix_format(&prefix, text));
		cJSON_AddItemToArray(subnets, subnet);
	}
}

/* What runtimes give, and vr-cni can use. */
static void add_capabilities(cJSON *plugin)
{
	static const char *const names[] = {
		"io.kubernetes.cri.pod-annotations",
		"bandwidth",
		"dns",
		"ips",
		"mac",
	};
	cJSON *capabilities = cJSON_AddObjectToObject(plugin, "capabilities");
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		cJSON_AddTrueToObject(capabilities, names[i]);
}

static void add_delegate_types(cJSON *conf, const char *const *types)
{
	cJSON *array;

	if (!types)
		return;
	array = cJSON_AddArrayToObject(conf, "delegateTypes");
	for (; *types; types++)
		cJSON_AddItemToArray(array, cJSON_CreateString(*types));
}

void cni_conf_add_shared(cJSON *conf, const struct cni_conf_options *options)
{
	cJSON_AddStringToObject(conf, "agentSocket", options->socket);
	cJSON_AddStringToObject(conf, "networksDir", options->networks_dir);
	cJSON_AddStringToObject(conf, "stateDir", options->state_dir);
	cJSON_AddStringToObject(conf, "spareDir", options->spare_dir);
	cJSON_AddStringToObject(conf, CLUSTER_DIR_KEY, options->cluster_dir);
	cJSON_AddStringToObject(conf, "cluster", options->cluster);
	if (options->open_networks)
		cJSON_AddStringToObject(conf, "compat", "contrail");
	add_delegate_types(conf, options->delegate_types);
}

static bool is_written_by_us(const char *text)
{
	cleanup_json cJSON *json = cJSON_Parse(text);

	return !strcmp(object_text(json, "description"), MANAGED);
}

int cni_conf_under_multus(const struct cni_conf_options *options, bool is_under,
			  struct vr_error *err)
{
	static const char path[] = UNDER_MULTUS_FILE;
	const char *name = strrchr(path, '/') + 1;
	cleanup_free char *dir = strndup(path, name - path - 1);
	cleanup_free char *old = file_read_path(path, NULL, NULL);
	cleanup_json cJSON *conf = cJSON_CreateObject();
	cleanup_json_text char *text = NULL;

	if (!dir)
		return vr_error_memory(err);
	if (!is_under)
		return old && is_written_by_us(old)
			       ? file_remove(dir, name, err)
			       : 0;
	cJSON_AddStringToObject(conf, "description", MANAGED);
	cni_conf_add_shared(conf, options);
	text = cJSON_Print(conf);
	if (!text)
		return vr_error_memory(err);
	if (old && !strcmp(old, text))
		return 0;
	return file_write(dir, name, text, err);
}

static cJSON *our_plugin(const struct cni_conf_options *options,
			 const struct vr_network *network)
{
	cJSON *plugin = cJSON_CreateObject();

	cJSON_AddStringToObject(plugin, "type", "vr-cni");
	cJSON_AddTrueToObject(plugin, "podNetworks");
	cJSON_AddNumberToObject(plugin, "vni", network->vni);
	add_subnets(plugin, network);
	cJSON_AddStringToObject(cJSON_AddObjectToObject(plugin, "ipam"), "type",
				"vr");
	cJSON_AddStringToObject(plugin, "hostInterface",
				options->host_interface);
	cni_conf_add_shared(plugin, options);
	add_capabilities(plugin);
	return plugin;
}

/*
 * Pods with a hostPort need it; a list with a plugin that is not there fails all.  A
 * link may lead where only the node sees it.
 */
static void add_portmap(cJSON *plugins, const struct cni_conf_options *options)
{
	cleanup_free char *path = NULL;
	cJSON *plugin;

	if (asprintf(&path, "%s/portmap", options->bin_dir) < 0) {
		path = NULL;
		return;
	}
	if (faccessat(AT_FDCWD, path, X_OK, AT_SYMLINK_NOFOLLOW))
		return;
	plugin = cJSON_CreateObject();
	cJSON_AddStringToObject(plugin, "type", "portmap");
	cJSON_AddTrueToObject(cJSON_AddObjectToObject(plugin, "capabilities"),
			      "portMappings");
	cJSON_AddItemToArray(plugins, plugin);
}

char *cni_conf_text(const struct cni_conf_options *options,
		    const struct vr_network *network)
{
	cleanup_json cJSON *conf = cJSON_CreateObject();
	cJSON *plugins;

	cJSON_AddStringToObject(conf, "cniVersion", VERSION);
	cJSON_AddStringToObject(conf, "name", network->name);
	plugins = cJSON_AddArrayToObject(conf, "plugins");
	cJSON_AddItemToArray(plugins, our_plugin(options, network));
	add_portmap(plugins, options);
	return cJSON_Print(conf);
}

bool cni_conf_is_ours(const char *file)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(our_names); i++) {
		if (!strcmp(our_names[i], file))
			return true;
	}
	return false;
}

const char *cni_conf_name_before(const char *file, struct vr_error *err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names_before); i++) {
		if (strcmp(names_before[i], file) < 0)
			return names_before[i];
	}
	vr_error_set(err, EINVAL,
		     "%s sorts before %s, so that runtimes would find it first",
		     file, names_before[ARRAY_SIZE(names_before) - 1]);
	return NULL;
}

int cni_conf_remove(const char *dir, const char *name, struct vr_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(our_names); i++) {
		if (!name || strcmp(our_names[i], name) != 0)
			ret = file_remove(dir, our_names[i], err);
	}
	return ret;
}

int cni_conf_replace(const char *dir, const char *name, const char *text,
		     struct vr_error *err)
{
	cleanup_free char *path = NULL;
	cleanup_free char *old = NULL;
	int ret = 0;

	if (asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL;
		return vr_error_memory(err);
	}
	/* Runtimes read it again whenever it is written. */
	old = file_read_path(path, NULL, NULL);
	if (!old || strcmp(old, text) != 0) {
		agent_log(AGENT_INFO, "pods can be attached: %s", path);
		ret = file_write(dir, name, text, err);
	}
	return ret ? ret : cni_conf_remove(dir, name, err);
}

int cni_conf_write(const struct cni_conf_options *options,
		   const struct vr_network *network, struct vr_error *err)
{
	cleanup_json_text char *text = NULL;

	if (!options->dir)
		return 0;
	text = cni_conf_text(options, network);
	if (!text)
		return vr_error_memory(err);
	return cni_conf_replace(options->dir, CNI_CONF_NAME, text, err);
}
