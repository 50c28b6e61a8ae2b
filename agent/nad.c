// SPDX-License-Identifier: Apache-2.0
/*
 * From a NetworkAttachmentDefinition to the spec of a Network.
 * Entry point: nad_resolve().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../cni/definition.h"
#include "../cni/json.h"
#include "../lib/field.h"
#include "nad.h"
#include "nad_contrail.h"
#include "nad_delegate.h"
#include "nad_setting.h"
#include "object.h"

#define OUR_PREFIX "vrctl.dev/"
#define WHERE_CONFIG "spec.config"
#define WHERE_ANNOTATION "annotation"

/* Nodes have a file of that name, with ".", ".json" and ".new" while it is written. */
#define MAX_NAME 245

/* What of Contrail is read, apart from "cidr" and "network". */
#define CONTRAIL_CIDR CONTRAIL_PREFIX "cidr"
#define CONTRAIL_FORWARDING CONTRAIL_PREFIX "ip_fabric_forwarding"
#define CONTRAIL_SNAT CONTRAIL_PREFIX "ip_fabric_snat"

/* What was given, and what became of it. */
struct reading {
	const cJSON *annotations;
	cJSON *config; /* NULL when it is empty */
	const char *type;
	struct nad_settings settings;
	struct nad *nad;
};

static int refuse(struct nad *nad, const char *reason, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(struct nad *nad, const char *reason, const char *format, ...)
{
	char text[sizeof(nad->message.text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	nad->reason = reason;
	return vr_error_set(&nad->message, EINVAL, "%s", text);
}

/* The message is there already. */
static int because(struct nad *nad, const char *reason, int ret)
{
	if (ret)
		nad->reason = reason;
	return ret;
}

static bool begins(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static bool is_bookkeeping(const char *key)
{
	return !strcmp(key, NAD_CONDITIONS) || !strcmp(key, NAD_IN_USE_BY) ||
	       !strcmp(key, NAD_FORCE_DELETE);
}

static bool is_our_type(const char *type)
{
	return !strcmp(type, "vr-cni") || !strcmp(type, "contrail-k8s-cni");
}

static bool has_setting(const struct reading *reading, const char *prefix)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, reading->annotations) {
		if (begins(item->string, prefix) &&
		    !is_bookkeeping(item->string))
			return true;
	}
	return false;
}

static const char *annotation(const struct reading *reading, const char *key)
{
	return cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(reading->annotations, key));
}

/* Of a chain of plugins it is the first one's. */
static const char *type_of(const cJSON *config)
{
	const cJSON *plugins = json_item(config, "plugins");
	const cJSON *item;

	cJSON_ArrayForEach(item, plugins) {
		if (is_our_type(object_text(item, "type")))
			return object_text(item, "type");
	}
	return object_text(cJSON_IsArray(plugins) ? plugins->child : config,
			   "type");
}

static bool is_allowed(const char *const *list, const char *type)
{
	for (; list && *list; list++) {
		if (!strcmp(*list, type))
			return true;
	}
	return false;
}

/* Return: 0 when it is ours, 1 when it is not, or negative. */
static int classify_broken(struct reading *reading, const char *text)
{
	struct vr_error *message = &reading->nad->message;

	if (!has_setting(reading, OUR_PREFIX) &&
	    !has_setting(reading, CONTRAIL_PREFIX) && !strstr(text, "vr-cni") &&
	    !strstr(text, "contrail-k8s-cni"))
		return 1;
	json_parse(text, strlen(text), WHERE_CONFIG, message);
	return because(reading->nad, "InvalidConfig", -EINVAL);
}

static int classify_foreign(struct reading *reading,
			    const struct nad_rules *rules)
{
	reading->nad->delegated =
		is_allowed(rules->delegate_types, reading->type);
	if (reading->nad->delegated)
		return 0;
	if (has_setting(reading, OUR_PREFIX))
		return refuse(reading->nad, "ForeignType",
			      WHERE_CONFIG
			      ": \"type\" is \"%.100s\", so annotations of " OUR_PREFIX
			      " mean nothing; it would have to be \"vr-cni\"",
			      reading->type);
	return 1;
}

static int classify(struct reading *reading, const cJSON *object,
		    const struct nad_rules *rules)
{
	const char *text =
		object_text(cJSON_GetObjectItemCaseSensitive(object, "spec"),
			    "config");

	if (!text[strspn(text, " \t\r\n")])
		return !has_setting(reading, OUR_PREFIX) &&
		       !has_setting(reading, CONTRAIL_PREFIX);
	reading->config = cJSON_ParseWithOpts(text, NULL, true);
	if (!reading->config)
		return classify_broken(reading, text);
	reading->type = type_of(reading->config);
	if (!is_our_type(reading->type))
		return classify_foreign(reading, rules);
	return 0;
}

static bool is_setting(const char *key)
{
	unsigned int i;

	for (i = 0; nad_setting_key(i); i++) {
		if (!strcasecmp(nad_setting_key(i), key))
			return true;
	}
	return false;
}

/* What every configuration may have, or what examples of Contrail have. */
static bool means_nothing(const char *key)
{
	static const char *const keys[] = {
		"cniVersion", "name", "type", "capabilities", "isGateway",
	};

	return json_key_is_in(key, keys, ARRAY_SIZE(keys));
}

/* With these a tenant could run programs and write files on the nodes. */
static bool is_of_the_node(const char *key)
{
	static const char *const keys[] = {
		"delegate",	 "delegates",	  "dataDir",
		"resolvConf",	 "sysctls",	  "podNetworks",
		"networksDir",	 "stateDir",	  "networks",
		"network",	 "runtimeConfig", "prevResult",
		"logFile",	 "logLevel",	  "ipamTimeout",
		"hostInterface", "ipMasq",	  "compat",
		"agentSocket",	 "kubeconfig",	  "interfacePrefix",
		"result",	 "port",	  "gatewayMac",
		"subnets",	 "ips",		  "mac",
		"clusterDir",
	};

	return json_key_is_in(key, keys, ARRAY_SIZE(keys));
}

static int check_config_key(struct nad *nad, const cJSON *config,
			    const cJSON *item)
{
	const char *key = item->string;

	if (json_item(config, key) != item && !cJSON_IsNull(item))
		return refuse(nad, "SettingTwice",
			      WHERE_CONFIG ": \"%.60s\" is there twice", key);
	if (means_nothing(key) || is_setting(key))
		return 0;
	if (!strcasecmp(key, "plugins"))
		return refuse(
			nad, "UnknownSetting",
			WHERE_CONFIG
			": \"plugins\": no chain of plugins is run for a network of vr");
	json_refuse(WHERE_CONFIG, key, item,
		    is_of_the_node(key)
			    ? "which only the configuration of the nodes may set"
			    : "a setting that is not known",
		    &nad->message);
	return because(nad,
		       is_of_the_node(key) ? "NodeSetting" : "UnknownSetting",
		       -EINVAL);
}

static int check_config_keys(struct reading *reading)
{
	const cJSON *item;
	int ret;

	if (reading->config && !cJSON_IsObject(reading->config))
		return refuse(reading->nad, "InvalidConfig",
			      WHERE_CONFIG " is not an object");
	cJSON_ArrayForEach(item, reading->config) {
		ret = check_config_key(reading->nad, reading->config, item);
		if (ret)
			return ret;
	}
	return 0;
}

static int check_annotation_keys(struct reading *reading)
{
	const cJSON *item;
	const char *key;

	cJSON_ArrayForEach(item, reading->annotations) {
		key = item->string;
		if (!begins(key, OUR_PREFIX) || is_bookkeeping(key) ||
		    is_setting(key + strlen(OUR_PREFIX)))
			continue;
		json_refuse(WHERE_ANNOTATION, key, item,
			    "a setting that is not known",
			    &reading->nad->message);
		return because(reading->nad, "UnknownSetting", -EINVAL);
	}
	return 0;
}

static int read_setting(struct reading *reading, unsigned int index)
{
	const char *key = nad_setting_key(index), *where = WHERE_CONFIG;
	const cJSON *value = json_item(reading->config, key);
	const char *name = key;
	const cJSON *annotated;
	char annotated_name[64];
	int ret;

	snprintf(annotated_name, sizeof(annotated_name), OUR_PREFIX "%s", key);
	annotated = cJSON_GetObjectItemCaseSensitive(reading->annotations,
						     annotated_name);
	if (annotated && value)
		return refuse(
			reading->nad, "SettingTwice",
			"\"%s\" is given twice, by the annotation %s and in " WHERE_CONFIG,
			key, annotated_name);
	if (annotated) {
		where = WHERE_ANNOTATION;
		name = annotated_name;
		value = annotated;
	}
	if (!value)
		return 0;
	reading->nad->settings = true;
	ret = nad_setting_read(&reading->settings, index, where, name, value,
			       &reading->nad->message);
	return because(reading->nad, reading->settings.reason, ret);
}

static int read_contrail_cidr(struct reading *reading)
{
	const cJSON *value =
		cJSON_GetObjectItemCaseSensitive(reading->annotations,
						 CONTRAIL_CIDR);
	int ret;

	if (!cJSON_IsString(value))
		return 0;
	if (json_item(reading->config, "cidr") ||
	    annotation(reading, OUR_PREFIX "cidr"))
		return refuse(
			reading->nad, "SettingTwice",
			"\"cidr\" is given twice, once by the annotation " CONTRAIL_CIDR);
	reading->nad->settings = true;
	ret = nad_setting_read_contrail_cidr(&reading->settings,
					     WHERE_ANNOTATION, CONTRAIL_CIDR,
					     value, &reading->nad->message);
	return because(reading->nad, reading->settings.reason, ret);
}

static int read_settings(struct reading *reading)
{
	unsigned int i;
	int ret;

	ret = read_contrail_cidr(reading);
	for (i = 0; !ret && nad_setting_key(i); i++)
		ret = read_setting(reading, i);
	if (!ret)
		ret = because(reading->nad, "InvalidConfig",
			      nad_settings_finish(&reading->settings,
						  &reading->nad->message));
	return ret;
}

/* Forwarding wins, as the original's was tried first. */
static int read_fabric(struct reading *reading)
{
	struct vr_error *message = &reading->nad->message;
	bool forwarding = false, snat = false;
	int ret;

	ret = nad_contrail_switch(CONTRAIL_FORWARDING,
				  annotation(reading, CONTRAIL_FORWARDING),
				  &forwarding, message);
	if (!ret)
		ret = nad_contrail_switch(CONTRAIL_SNAT,
					  annotation(reading, CONTRAIL_SNAT),
					  &snat, message);
	if (ret)
		return because(reading->nad, "InvalidFabric", ret);
	if (!forwarding && !snat)
		return 0;
	reading->nad->settings = true;
	if (!reading->settings.cidr_count)
		return refuse(reading->nad, "InvalidFabric",
			      "%s is \"true\", but there is no \"cidr\"",
			      forwarding ? CONTRAIL_FORWARDING : CONTRAIL_SNAT);
	cJSON_AddTrueToObject(reading->settings.spec,
			      forwarding ? "forwarding" : "snat");
	return 0;
}

/* With a reference to a network, a setting of ours is a contradiction. */
static int check_lonely(struct reading *reading)
{
	char name[64];
	unsigned int i;

	for (i = 0; nad_setting_key(i); i++) {
		snprintf(name, sizeof(name), OUR_PREFIX "%s",
			 nad_setting_key(i));
		if (!annotation(reading, name) &&
		    !json_item(reading->config, nad_setting_key(i)))
			continue;
		return refuse(reading->nad, "SettingTwice",
			      "\"%s\" cannot be set: by " CONTRAIL_NETWORK
			      " it is a network that has its own",
			      nad_setting_key(i));
	}
	return 0;
}

static int read_reference(struct reading *reading, const char *text)
{
	struct nad *nad = reading->nad;
	int ret;

	nad->settings = true;
	ret = check_lonely(reading);
	if (ret)
		return ret;
	return because(nad, "InvalidNetwork",
		       nad_contrail_network(text,
					    reading->settings.rules->cluster,
					    nad->same_as, &nad->message));
}

/* What the original ignored is not refused, or its objects could not move. */
static void note_ignored(struct reading *reading)
{
	bool reference = annotation(reading, CONTRAIL_NETWORK);
	struct vr_error *message = &reading->nad->message;
	const cJSON *item;
	const char *key;
	size_t len;

	cJSON_ArrayForEach(item, reading->annotations) {
		key = item->string;
		if (!begins(key, CONTRAIL_PREFIX) ||
		    !strcmp(key, CONTRAIL_NETWORK))
			continue;
		if (!reference && (!strcmp(key, CONTRAIL_CIDR) ||
				   !strcmp(key, CONTRAIL_FORWARDING) ||
				   !strcmp(key, CONTRAIL_SNAT)))
			continue;
		len = strlen(message->text);
		snprintf(message->text + len, sizeof(message->text) - len,
			 "%s%.100s",
			 len ? ", " : "without meaning here: ", key);
	}
}

/* By the code that the nodes read it with. */
static int check_as_definition(struct reading *reading)
{
	struct nad *nad = reading->nad;
	struct definition definition;
	int ret;

	ret = definition_parse(reading->settings.spec, nad->name, nad->name,
			       &definition, &nad->message);
	if (!ret)
		definition_free(&definition);
	return because(nad, "InvalidConfig", ret);
}

/* Of our settings there is one that is not of what the network is. */
static int read_delegated(struct reading *reading)
{
	struct nad *nad = reading->nad;
	cleanup_json_text char *text = NULL;
	const cJSON *item;
	int ret;

	cJSON_ArrayForEach(item, reading->annotations) {
		if (!begins(item->string, OUR_PREFIX) ||
		    is_bookkeeping(item->string) ||
		    !strcmp(item->string, OUR_PREFIX "shared"))
			continue;
		return refuse(
			nad, "ForeignType",
			"annotation \"%.60s\": " WHERE_CONFIG
			" is of type \"%.100s\", whose networks have \"shared\" alone",
			item->string, reading->type);
	}
	ret = because(nad, "InvalidDelegate",
		      nad_delegate_read(reading->config,
					reading->settings.rules, &text,
					&nad->message));
	if (ret)
		return ret;
	cJSON_AddStringToObject(reading->settings.spec, "delegate", text);
	return read_setting(reading, nad_setting_index("shared"));
}

static int read_ours(struct reading *reading)
{
	const char *reference = annotation(reading, CONTRAIL_NETWORK);
	int ret;

	ret = check_config_keys(reading);
	if (!ret)
		ret = check_annotation_keys(reading);
	if (ret)
		return ret;
	if (reference)
		return read_reference(reading, reference);
	ret = read_settings(reading);
	return ret ? ret : read_fabric(reading);
}

static int read_all(struct reading *reading)
{
	int ret;

	if (strlen(reading->nad->name) > MAX_NAME)
		return refuse(
			reading->nad, "NameTooLong",
			"the network's name would be \"%s\", of %zu bytes: %d are the most, as nodes have files of that name",
			reading->nad->name, strlen(reading->nad->name),
			MAX_NAME);
	ret = reading->nad->delegated ? read_delegated(reading)
				      : read_ours(reading);
	/* One that is another network's has nothing of its own. */
	if (!ret && !reading->nad->same_as[0])
		ret = check_as_definition(reading);
	return ret;
}

static enum nad_verdict resolve(struct reading *reading, const cJSON *object)
{
	struct nad *nad = reading->nad;
	int ret;

	ret = classify(reading, object, reading->settings.rules);
	if (ret > 0)
		return NAD_FOREIGN;
	if (!ret)
		ret = read_all(reading);
	if (ret)
		return NAD_REFUSED;
	note_ignored(reading);
	nad->vni = reading->settings.vni;
	nad->spec = reading->settings.spec;
	reading->settings.spec = NULL;
	return NAD_OURS;
}

enum nad_verdict nad_resolve(const cJSON *object, const struct nad_rules *rules,
			     struct nad *nad)
{
	struct reading reading = {
		.annotations = object_at(object, "metadata", "annotations"),
		.type = "",
		.settings = { .rules = rules, .spec = cJSON_CreateObject() },
		.nad = nad,
	};
	enum nad_verdict verdict = NAD_REFUSED;

	*nad = (struct nad){ .reason = "" };
	if (!reading.settings.spec ||
	    asprintf(&nad->name, "%s.%s", object_namespace(object),
		     object_name(object)) < 0) {
		nad->name = NULL;
		because(nad, "OutOfMemory", vr_error_memory(&nad->message));
	} else {
		verdict = resolve(&reading, object);
	}
	cJSON_Delete(reading.settings.spec);
	cJSON_Delete(reading.config);
	return verdict;
}

void nad_free(struct nad *nad)
{
	unsigned int i;

	free(nad->name);
	cJSON_Delete(nad->spec);
	for (i = 0; i < NAD_MAX_SAME_AS; i++)
		free(nad->same_as[i]);
	*nad = (struct nad){ 0 };
}
