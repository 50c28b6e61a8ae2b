// SPDX-License-Identifier: Apache-2.0
/*
 * Calls of IPAM plugins, the only programs that are run.
 * Entry point: ipam_run_all().
 */
#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../lib/cleanup.h"
#include "code.h"
#include "ipam.h"
#include "ipam_agent.h"
#include "ipam_local.h"
#include "json.h"
#include "log.h"
#include "process.h"

#define SHOWN_BYTES 200

char *ipam_network_name(const char *network)
{
	char *name = calloc(1, 4 * strlen(network) + 1);
	const char *c;
	char *end = name;

	for (c = network; name && *c; c++) {
		/* "._" begins an escape, so it is escaped itself. */
		if (*c == '/' || (c[0] == '.' && c[1] == '_'))
			end += sprintf(end, "._%02x", (unsigned char)*c);
		else
			*end++ = *c;
	}
	return name;
}

char *ipam_find(const char *path, const char *name, struct vr_error *err)
{
	const char *folder = path;
	struct stat status;
	char *program;
	int len;

	/* A "/" would lead out of the folders. */
	if (!name[0] || strchr(name, '/')) {
		cni_fail(err, CNI_IPAM, "\"%s\" is not the name of a plugin",
			 name);
		return NULL;
	}
	for (;;) {
		len = (int)strcspn(folder, ":");
		if (len &&
		    asprintf(&program, "%.*s/%s", len, folder, name) >= 0) {
			if (!stat(program, &status) && S_ISREG(status.st_mode))
				return program;
			free(program);
		}
		if (!folder[len])
			break;
		folder += len + 1;
	}
	cni_fail(err, CNI_IPAM, "\"%s\" is not in CNI_PATH \"%s\"", name, path);
	return NULL;
}

static const char *type_of(const cJSON *conf)
{
	const cJSON *type = json_item(json_item(conf, "ipam"), "type");

	return cJSON_IsString(type) ? type->valuestring : "";
}

bool ipam_is_of_type(const cJSON *conf, const char *type)
{
	return !strcmp(type_of(conf), type);
}

bool ipam_uses_link(const cJSON *conf)
{
	return ipam_is_of_type(conf, "dhcp");
}

struct ipam_call ipam_call_for(const struct attachment *attachment,
			       const struct attachment_interface *interface,
			       const struct environment *env,
			       const char *others, const char *command)
{
	bool first = attachment_is_first(attachment, interface);

	return (struct ipam_call){
		.env = env,
		.command = command,
		.ifname = interface->ifname,
		.args = first ? env->args : others,
		.conf = interface->ipam,
		.interface = interface,
		.doubtful = interface->ipam_doubtful,
	};
}

static const char *network_name(const struct ipam_call *call)
{
	const cJSON *name = json_item(call->conf, "name");

	return cJSON_IsString(name) ? name->valuestring : "";
}

int ipam_failure(const char *text, int status, int *theirs,
		 struct vr_error *err)
{
	cleanup_json cJSON *json = cJSON_Parse(text);
	const cJSON *details = json_item(json, "details");
	const cJSON *code = json_item(json, "code");
	const cJSON *msg = json_item(json, "msg");
	enum cni_code ours = CNI_IPAM;

	if (WIFSIGNALED(status))
		return cni_fail(err, CNI_IPAM, "killed by signal %d",
				WTERMSIG(status));
	if (!cJSON_IsString(msg))
		return cni_fail(err, CNI_IPAM,
				"exit code %d without an error object, but %.*s",
				WEXITSTATUS(status), SHOWN_BYTES,
				text[0] ? text : "nothing");
	if (cJSON_IsNumber(code))
		*theirs = code->valueint;
	/* What a runtime acts on is passed through. */
	if (*theirs == CNI_AGAIN || *theirs == CNI_NOT_AVAILABLE ||
	    *theirs == CNI_LIMITED)
		ours = *theirs;
	return cni_fail(err, ours, "%s%s%s (code %d)", msg->valuestring,
			cJSON_IsString(details) ? "; " : "",
			cJSON_IsString(details) ? details->valuestring : "",
			*theirs);
}

/* Old plugins name none; what a later version means nobody knows. */
static int check_version(const cJSON *json, struct vr_error *err)
{
	const cJSON *item = json_item(json, "cniVersion");
	enum netconf_version version;

	if (!item || (cJSON_IsString(item) &&
		      netconf_version_parse(item->valuestring, &version)))
		return 0;
	return json_refuse("its result", "cniVersion", item,
			   "a version that is not known", err);
}

static int parse_addresses(const char *text, struct result *result,
			   struct vr_error *err)
{
	cleanup_json cJSON *json = cJSON_ParseWithOpts(text, NULL, true);
	int ret;

	if (!json)
		return cni_fail(err, CNI_IPAM, "printed no JSON, but %.*s",
				SHOWN_BYTES, text[0] ? text : "nothing");
	ret = check_version(json, err);
	if (!ret)
		ret = result_parse(json, "its result", result, err);
	if (!ret && !result->ip_count)
		ret = cni_fail(err, CNI_IPAM, "gave no address");
	/* What a plugin writes is no mistake in our configuration. */
	if (ret && (cni_code(err) == CNI_CONFIG || cni_code(err) == CNI_DECODE))
		err->errnum += CNI_IPAM - (int)cni_code(err);
	return ret;
}

/* The answer of a program that was run, or was not. */
static void take_answer(struct ipam_call *call, const struct process *process)
{
	call->begun = process->ran;
	if (!process->output)
		call->error = process->error;
	else if (process->status)
		ipam_failure(process->output, process->status, &call->code,
			     &call->error);
	else if (!strcmp(call->command, "ADD"))
		parse_addresses(process->output, &call->result, &call->error);
}

/* Variables of one call; those that are of the call alone come first. */
static void set_variables(const struct ipam_call *call,
			  struct process_variable *variables)
{
	const struct environment *env = call->env;

	variables[0] =
		(struct process_variable){ "CNI_COMMAND", call->command };
	variables[1] = (struct process_variable){ "CNI_IFNAME", call->ifname };
	variables[2] = (struct process_variable){ "CNI_ARGS", call->args };
	variables[3] = (struct process_variable){ "CNI_CONTAINERID",
						  env->container_id };
	variables[4] = (struct process_variable){ "CNI_NETNS", env->netns };
	variables[5] = (struct process_variable){ "CNI_PATH", env->path };
}

#define VARIABLES 6

/* A call that needs a program, and what the program is given. */
struct execution {
	struct ipam_call *call;
	char *program;
	char *input;
	struct process_variable variables[VARIABLES];
};

static int prepare(struct execution *execution, struct ipam_call *call,
		   struct process *process)
{
	execution->call = call;
	execution->program =
		ipam_find(call->env->path, type_of(call->conf), &call->error);
	if (!execution->program)
		return -1;
	execution->input = cJSON_PrintUnformatted(call->conf);
	if (!execution->input)
		return vr_error_memory(&call->error);
	set_variables(call, execution->variables);
	*process = (struct process){
		.program = execution->program,
		.input = execution->input,
		.variables = execution->variables,
		.variable_count = VARIABLES,
	};
	return 0;
}

/* Programs of those calls that need one and can have it. */
static unsigned int prepare_all(struct ipam_call *calls, unsigned int count,
				struct execution *executions,
				struct process *processes)
{
	unsigned int i, prepared = 0;

	for (i = 0; i < count; i++) {
		if (ipam_is_of_type(calls[i].conf, IPAM_LOCAL_TYPE) ||
		    ipam_is_of_type(calls[i].conf, IPAM_AGENT_TYPE))
			continue;
		if (!prepare(&executions[prepared], &calls[i],
			     &processes[prepared])) {
			prepared++;
			continue;
		}
		free(executions[prepared].program);
		executions[prepared].program = NULL;
	}
	return prepared;
}

static int execute_all(struct ipam_call *calls, unsigned int count,
		       unsigned int seconds, struct vr_error *err)
{
	struct execution *executions = calloc(count, sizeof(*executions));
	struct process *processes = calloc(count, sizeof(*processes));
	unsigned int i, prepared = 0;
	int ret = 0;

	if (executions && processes)
		prepared = prepare_all(calls, count, executions, processes);
	else
		ret = vr_error_memory(err);
	if (prepared)
		process_run_all(processes, prepared, seconds);
	for (i = 0; i < prepared; i++) {
		take_answer(executions[i].call, &processes[i]);
		free(processes[i].output);
		free(executions[i].input);
		free(executions[i].program);
	}
	free(executions);
	free(processes);
	return ret;
}

static void run_local(struct ipam_call *calls, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!ipam_is_of_type(calls[i].conf, IPAM_LOCAL_TYPE))
			continue;
		calls[i].begun = true;
		if (ipam_local_run(&calls[i]))
			calls[i].code = (int)cni_code(&calls[i].error);
	}
}

/* Say whose error it is; the agent's is about all calls and names its network. */
static void name_error(struct ipam_call *call)
{
	if (ipam_is_of_type(call->conf, IPAM_AGENT_TYPE))
		return;
	cni_wrap(&call->error, CNI_IPAM,
		 "IPAM plugin \"%s\", %s%s%s in network \"%s\"",
		 type_of(call->conf), call->command,
		 call->ifname[0] ? " of " : "", call->ifname,
		 network_name(call));
}

/* Code 11 says that it may yet do it. */
static bool is_forgiven(const struct ipam_call *call)
{
	return call->doubtful &&
	       (!call->begun || (call->code && call->code != CNI_AGAIN));
}

int ipam_run_all(struct ipam_call *calls, unsigned int count,
		 unsigned int seconds, struct vr_error *err)
{
	uint64_t since = log_now();
	unsigned int i;
	int ret = 0;

	if (!count)
		return 0;
	ret = execute_all(calls, count, seconds, err);
	if (ret)
		return ret;
	run_local(calls, count);
	ipam_agent_run(calls, count, since + seconds * UINT64_C(1000000));
	for (i = 0; i < count; i++) {
		if (!calls[i].error.errnum)
			continue;
		name_error(&calls[i]);
		if (is_forgiven(&calls[i])) {
			log_event(LOG_WARNING, calls[i].ifname, "take back",
				  since, &calls[i].error);
		} else if (!ret) {
			ret = -calls[i].error.errnum;
			if (err)
				*err = calls[i].error;
		}
	}
	return ret;
}

void ipam_calls_free(struct ipam_call *calls, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		result_free(&calls[i].result);
	free(calls);
}
