// SPDX-License-Identifier: Apache-2.0
/*
 * Networks of other plugins.  Entry point: nad_delegate_read().
 */
#include <errno.h>
#include <string.h>

#include "../cni/ipam_agent.h"
#include "../cni/json.h"
#include "../lib/field.h"
#include "nad_delegate.h"
#include "nad_setting.h"
#include "object.h"

#define WHERE "spec.config"

/* With these a user would run programs and write files on nodes. */
static int check_keys(const cJSON *plugin, struct vr_error *err)
{
	static const char *const keys[] = {
		"delegate",   "delegates",  "dataDir",	"resolvConf",
		"sysctls",    "kubeconfig", "confDir",	"cniDir",
		"binDir",     "logFile",    "stateDir", "runtimeConfig",
		"prevResult", "args",
	};
	const cJSON *item;

	cJSON_ArrayForEach(item, plugin) {
		if (json_key_is_in(item->string, keys, ARRAY_SIZE(keys)))
			return json_refuse(
				WHERE, item->string, item,
				"which only the configuration of the nodes may set",
				err);
	}
	return 0;
}

static int check_type(const cJSON *plugin, const struct nad_rules *rules,
		      struct vr_error *err)
{
	const char *const *type = rules->delegate_types;
	const char *given = object_text(plugin, "type");

	for (; type && *type; type++) {
		if (!strcmp(*type, given))
			return 0;
	}
	return vr_error_set(
		err, EINVAL,
		WHERE
		": \"type\" is \"%.60s\", a plugin that is not opened here (--delegate-types)",
		given);
}

/* Ours are no programs that others could call. */
static int check_ipam(const cJSON *ipam, const struct nad_rules *rules,
		      struct vr_error *err)
{
	struct nad_settings settings = { .rules = rules };

	if (ipam->child &&
	    (!object_text(ipam, "type")[0] ||
	     !strcmp(object_text(ipam, "type"), IPAM_AGENT_TYPE)))
		return json_refuse(WHERE, "ipam", ipam,
				   "not of a type that other plugins can call",
				   err);
	return nad_setting_check_ipam(&settings, WHERE, "ipam", ipam, err);
}

static int check_plugin(const cJSON *plugin, const struct nad_rules *rules,
			struct vr_error *err)
{
	const cJSON *ipam = json_item(plugin, "ipam");
	int ret;

	ret = check_type(plugin, rules, err);
	if (!ret)
		ret = check_keys(plugin, err);
	if (!ret && ipam)
		ret = check_ipam(ipam, rules, err);
	return ret;
}

/* What nodes read: one that is alone is a list as well. */
static cJSON *list_of(const cJSON *config)
{
	const cJSON *version = json_item(config, "cniVersion");
	const cJSON *disable = json_item(config, "disableCheck");
	const cJSON *plugins = json_item(config, "plugins");
	cJSON *list = cJSON_CreateObject();

	if (version)
		cJSON_AddItemToObject(list, "cniVersion",
				      cJSON_Duplicate(version, true));
	if (disable)
		cJSON_AddItemToObject(list, "disableCheck",
				      cJSON_Duplicate(disable, true));
	if (plugins)
		cJSON_AddItemToObject(list, "plugins",
				      cJSON_Duplicate(plugins, true));
	else
		cJSON_AddItemToArray(cJSON_AddArrayToObject(list, "plugins"),
				     cJSON_Duplicate(config, true));
	return list;
}

int nad_delegate_read(const cJSON *config, const struct nad_rules *rules,
		      char **text, struct vr_error *err)
{
	cleanup_json cJSON *list = list_of(config);
	const cJSON *plugin;
	int ret;

	cJSON_ArrayForEach(plugin, json_item(list, "plugins")) {
		ret = check_plugin(plugin, rules, err);
		if (ret)
			return ret;
	}
	*text = cJSON_PrintUnformatted(list);
	return *text ? 0 : vr_error_memory(err);
}
