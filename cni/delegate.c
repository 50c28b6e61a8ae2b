// SPDX-License-Identifier: Apache-2.0
/*
 * Lists of other plugins.  Entry points: delegate_prepare(), then delegate_add().
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "code.h"
#include "delegate.h"
#include "ipam.h"
#include "json.h"
#include "process.h"

/* --- what plugins are given */

static const char *type_of(const cJSON *plugin)
{
	const char *type = cJSON_GetStringValue(json_item(plugin, "type"));

	return type ? type : "";
}

static const cJSON *plugins_of(const struct attachment_delegate *delegate)
{
	return json_item(delegate->conf, "plugins");
}

static bool is_opened(const struct netconf *netconf, const char *type)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, netconf->delegate_types) {
		if (!strcmp(item->valuestring, type))
			return true;
	}
	return false;
}

static int check_types(const struct netconf *netconf,
		       const struct attachment_delegate *delegate,
		       struct vr_error *err)
{
	const cJSON *plugin;

	cJSON_ArrayForEach(plugin, plugins_of(delegate)) {
		if (!is_opened(netconf, type_of(plugin)))
			return cni_fail(
				err, CNI_CONFIG,
				"network \"%s\" is of type \"%s\", which is not opened on this node (\"delegateTypes\")",
				delegate->network, type_of(plugin));
	}
	return 0;
}

static int refuse(const struct attachment_delegate *delegate, const char *key,
		  struct vr_error *err)
{
	return cni_fail(
		err, CNI_UNSUPPORTED,
		"network \"%s\": \"%s\" is asked for, which the plugin \"%s\" is not told",
		delegate->network, key, type_of(plugins_of(delegate)->child));
}

/* What we would have to do ourselves, in an interface that is not ours. */
static int check_request(const struct attachment_delegate *delegate,
			 const struct request *request, struct vr_error *err)
{
	if (request->own_default ||
	    request->default_gateways[0].family != AF_UNSPEC ||
	    request->default_gateways[1].family != AF_UNSPEC)
		return refuse(delegate, "default-route", err);
	if (request->claim)
		return refuse(delegate, "ipam-claim-reference", err);
	if (request->mtu)
		return refuse(delegate, "mtu", err);
	if (request->routes.count)
		return refuse(delegate, "routes", err);
	return 0;
}

/* What is asked for, by the names of capabilities. */
static cJSON *wishes_of(const struct request *request)
{
	cJSON *wishes = cJSON_CreateObject();

	if (request->mac)
		cJSON_AddStringToObject(wishes, "mac", request->mac);
	if (request->ips && request->ips->child)
		cJSON_AddItemToObject(wishes, "ips",
				      cJSON_Duplicate(request->ips, true));
	if (bandwidth_is_limited(&request->bandwidth))
		cJSON_AddItemToObject(wishes, "bandwidth",
				      bandwidth_to_json(&request->bandwidth));
	return wishes;
}

static bool has_capability(const cJSON *plugin, const char *name)
{
	return cJSON_IsTrue(json_item(json_item(plugin, "capabilities"), name));
}

static int add_runtime_config(const struct attachment_delegate *delegate,
			      const cJSON *wish, struct vr_error *err)
{
	cJSON *plugin, *runtime;
	bool taken = false;

	cJSON_ArrayForEach(plugin, plugins_of(delegate)) {
		if (!has_capability(plugin, wish->string))
			continue;
		runtime = json_item(plugin, "runtimeConfig");
		if (!runtime)
			runtime = cJSON_AddObjectToObject(plugin,
							  "runtimeConfig");
		cJSON_AddItemToObject(runtime, wish->string,
				      cJSON_Duplicate(wish, true));
		taken = true;
	}
	return taken ? 0 : refuse(delegate, wish->string, err);
}

static void add_args(const struct attachment_delegate *delegate,
		     const cJSON *args)
{
	cJSON *plugin;

	if (!args)
		return;
	cJSON_ArrayForEach(plugin, plugins_of(delegate)) {
		cJSON_AddItemToObject(cJSON_AddObjectToObject(plugin, "args"),
				      "cni", cJSON_Duplicate(args, true));
	}
}

int delegate_prepare(const struct netconf *netconf,
		     const struct request *request,
		     const struct definition *definition,
		     struct attachment_delegate *delegate, struct vr_error *err)
{
	cleanup_free char *name = ipam_network_name(delegate->network);
	cleanup_json cJSON *wishes = wishes_of(request);
	const cJSON *wish;
	int ret;

	delegate->conf = cJSON_Duplicate(definition->delegate, true);
	if (!name || !delegate->conf)
		return vr_error_memory(err);
	ret = check_types(netconf, delegate, err);
	if (!ret)
		ret = check_request(delegate, request, err);
	/* Stores go by it: a name of the author's could be another's store. */
	if (!ret)
		ret = json_replace(delegate->conf, "name",
				   cJSON_CreateString(name), err);
	cJSON_ArrayForEach(wish, wishes) {
		if (!ret)
			ret = add_runtime_config(delegate, wish, err);
	}
	if (!ret)
		add_args(delegate, request->cni_args);
	return ret;
}

/* --- calls */

/* As libcni does it: what is the list's goes into each of its plugins. */
static char *input_of(const struct attachment_delegate *delegate,
		      const cJSON *plugin, const cJSON *previous)
{
	static const char *const keys[] = { "cniVersion", "name" };
	cleanup_json cJSON *conf = cJSON_Duplicate(plugin, true);
	const cJSON *value;
	size_t i;

	for (i = 0; conf && i < ARRAY_SIZE(keys); i++) {
		value = json_item(delegate->conf, keys[i]);
		if (value && json_replace(conf, keys[i],
					  cJSON_Duplicate(value, true), NULL))
			return NULL;
	}
	if (conf && previous &&
	    json_replace(conf, "prevResult", cJSON_Duplicate(previous, true),
			 NULL))
		return NULL;
	return conf ? cJSON_PrintUnformatted(conf) : NULL;
}

static int execute(const struct delegate_call *call,
		   const struct attachment_delegate *delegate,
		   const char *command, struct process *process,
		   struct vr_error *err)
{
	const struct process_variable variables[] = {
		{ "CNI_COMMAND", command },
		{ "CNI_IFNAME", delegate->ifname },
		{ "CNI_ARGS", call->args },
		{ "CNI_CONTAINERID", call->env->container_id },
		{ "CNI_NETNS", call->netns },
		{ "CNI_PATH", call->env->path },
	};
	int code;

	process->variables = variables;
	process->variable_count = ARRAY_SIZE(variables);
	process_run_all(process, 1, call->seconds);
	process->variables = NULL;
	if (!process->output) {
		*err = process->error;
		return -err->errnum;
	}
	return process->status ? ipam_failure(process->output, process->status,
					      &code, err)
			       : 0;
}

/* @output: what it printed, to free(); NULL when it was not started */
static int run(const struct delegate_call *call,
	       const struct attachment_delegate *delegate, const cJSON *plugin,
	       const char *command, const cJSON *previous, char **output,
	       struct vr_error *err)
{
	cleanup_json_text char *input = input_of(delegate, plugin, previous);
	cleanup_free char *program =
		ipam_find(call->env->path, type_of(plugin), err);
	struct process process = { .program = program, .input = input };
	int ret;

	*output = NULL;
	if (!program)
		return -1;
	if (!input)
		return vr_error_memory(err);
	ret = execute(call, delegate, command, &process, err);
	*output = process.output;
	if (!ret)
		return 0;
	return cni_wrap(err, CNI_IPAM,
			"plugin \"%s\", %s of %s in network \"%s\"",
			type_of(plugin), command, delegate->ifname,
			delegate->network);
}

/* The result is the next one's to build on, and the last one's that of all. */
static int take_result(struct attachment_delegate *delegate, const char *output,
		       const cJSON *plugin, struct vr_error *err)
{
	cJSON *result = cJSON_Parse(output);

	if (!cJSON_IsObject(result)) {
		cJSON_Delete(result);
		return cni_fail(
			err, CNI_IPAM,
			"plugin \"%s\", ADD of %s in network \"%s\": printed no result",
			type_of(plugin), delegate->ifname, delegate->network);
	}
	cJSON_Delete(delegate->result);
	delegate->result = result;
	return 0;
}

int delegate_add(const struct delegate_call *call,
		 struct attachment_delegate *delegate, struct vr_error *err)
{
	const cJSON *plugin;
	int ret;

	delegate->begun = true;
	cJSON_ArrayForEach(plugin, plugins_of(delegate)) {
		cleanup_free char *output = NULL;

		ret = run(call, delegate, plugin, "ADD", delegate->result,
			  &output, err);
		if (!ret)
			ret = take_result(delegate, output, plugin, err);
		if (ret)
			return ret;
	}
	return 0;
}

static bool has_version(const struct attachment_delegate *delegate,
			enum netconf_version least)
{
	const char *text =
		cJSON_GetStringValue(json_item(delegate->conf, "cniVersion"));
	enum netconf_version version;

	return text && netconf_version_parse(text, &version) &&
	       version >= least;
}

int delegate_check(const struct delegate_call *call,
		   const struct attachment_delegate *delegate,
		   struct vr_error *err)
{
	const cJSON *plugin;
	int ret;

	if (!has_version(delegate, CNI_0_4_0) ||
	    cJSON_IsTrue(json_item(delegate->conf, "disableCheck")))
		return 0;
	cJSON_ArrayForEach(plugin, plugins_of(delegate)) {
		cleanup_free char *output = NULL;

		ret = run(call, delegate, plugin, "CHECK", delegate->result,
			  &output, err);
		if (ret)
			return ret;
	}
	return 0;
}

int delegate_del(const struct delegate_call *call,
		 const struct attachment_delegate *delegate,
		 struct vr_error *err)
{
	const cJSON *plugins = plugins_of(delegate);
	const cJSON *previous =
		has_version(delegate, CNI_0_4_0) ? delegate->result : NULL;
	int i, ret = 0;

	for (i = cJSON_GetArraySize(plugins) - 1; !ret && i >= 0; i--) {
		cleanup_free char *output = NULL;

		ret = run(call, delegate, cJSON_GetArrayItem(plugins, i), "DEL",
			  previous, &output, err);
	}
	return ret;
}
