// SPDX-License-Identifier: Apache-2.0
/*
 * Execution of IPAM plugins, the only programs that are run.
 * Entry points: ipam_add() and ipam_run().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/cleanup.h"
#include "code.h"
#include "file.h"
#include "ipam.h"
#include "json.h"

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
	cni_fail(err, CNI_IPAM, "IPAM plugin \"%s\" is not in CNI_PATH \"%s\"",
		 name, path);
	return NULL;
}

static const char *plugin_type(const struct ipam_call *call)
{
	const cJSON *type = json_item(json_item(call->conf, "ipam"), "type");

	return cJSON_IsString(type) ? type->valuestring : "";
}

static const char *network_name(const struct ipam_call *call)
{
	const cJSON *name = json_item(call->conf, "name");

	return cJSON_IsString(name) ? name->valuestring : "";
}

/* A file in memory as standard input: no pipe can fill up or break. */
static int open_input(const cJSON *conf, struct vr_error *err)
{
	cleanup_json_text char *text = cJSON_PrintUnformatted(conf);
	cleanup_fd int fd = -1;
	ssize_t len;
	int result;

	if (!text)
		return vr_error_memory(err);
	fd = memfd_create("vr-cni-ipam", MFD_CLOEXEC);
	if (fd < 0)
		return cni_fail(err, CNI_IO, "cannot make a file in memory: %s",
				strerror(errno));
	len = (ssize_t)strlen(text);
	if (write(fd, text, len) != len || lseek(fd, 0, SEEK_SET))
		return cni_fail(err, CNI_IO,
				"cannot write to a file in memory");
	result = fd;
	fd = -1;
	return result;
}

static int set_environment(const struct ipam_call *call)
{
	return setenv("CNI_COMMAND", call->command, 1) ||
	       setenv("CNI_CONTAINERID", call->env->container_id, 1) ||
	       setenv("CNI_NETNS", call->env->netns, 1) ||
	       setenv("CNI_IFNAME", call->ifname, 1) ||
	       setenv("CNI_ARGS", call->args, 1) ||
	       setenv("CNI_PATH", call->env->path, 1);
}

/* In the child.  The errno of a failure goes through the failure pipe. */
static void __attribute__((noreturn))
become_plugin(const struct ipam_call *call, char *program, pid_t parent,
	      int input, int output, int failure)
{
	char *argv[] = { program, NULL };
	int reason;

	/* The runtime ends only us when we take too long. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent && dup2(input, STDIN_FILENO) >= 0 &&
	    dup2(output, STDOUT_FILENO) >= 0 && !set_environment(call))
		execv(program, argv);
	reason = errno;
	if (write(failure, &reason, sizeof(reason)) < 0)
		_exit(126);
	_exit(127);
}

static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return 0;
	}
	return status;
}

/* Run the plugin to its end; its output, to free(), and its wait status. */
static char *run_plugin(const struct ipam_call *call, char *program,
			int *status, bool *begun, struct vr_error *err)
{
	cleanup_fd int output = -1, failure = -1, input = -1;
	int out_pipe[2], failure_pipe[2];
	pid_t parent = getpid(), child;
	char *text = NULL;
	int reason = 0;

	input = open_input(call->conf, err);
	if (input < 0)
		return NULL;
	if (pipe2(out_pipe, O_CLOEXEC)) {
		cni_fail(err, CNI_IO, "cannot make a pipe: %s",
			 strerror(errno));
		return NULL;
	}
	output = out_pipe[0];
	if (pipe2(failure_pipe, O_CLOEXEC)) {
		cni_fail(err, CNI_IO, "cannot make a pipe: %s",
			 strerror(errno));
		close(out_pipe[1]);
		return NULL;
	}
	failure = failure_pipe[0];
	child = fork();
	if (!child)
		become_plugin(call, program, parent, input, out_pipe[1],
			      failure_pipe[1]);
	close(out_pipe[1]);
	close(failure_pipe[1]);
	if (child < 0) {
		cni_fail(err, CNI_IO, "cannot fork: %s", strerror(errno));
		return NULL;
	}
	if (read(failure, &reason, sizeof(reason)) > 0) {
		cni_fail(err, CNI_IPAM, "cannot run %s: %s", program,
			 strerror(reason));
	} else {
		*begun = true;
		text = file_read(output, program, NULL, err);
	}
	/* One that prints without end gets SIGPIPE. */
	close(output);
	output = -1;
	*status = wait_for(child);
	return text;
}

/* The error object of the specification, printed by a plugin that failed. */
static int report_failure(const char *text, int status, struct vr_error *err)
{
	cleanup_json cJSON *json = cJSON_Parse(text);
	const cJSON *details = json_item(json, "details");
	const cJSON *code = json_item(json, "code");
	const cJSON *msg = json_item(json, "msg");
	enum cni_code our_code = CNI_IPAM;

	if (WIFSIGNALED(status))
		return cni_fail(err, CNI_IPAM, "killed by signal %d",
				WTERMSIG(status));
	if (!cJSON_IsString(msg))
		return cni_fail(err, CNI_IPAM,
				"exit code %d without an error object, but %.*s",
				WEXITSTATUS(status), SHOWN_BYTES,
				text[0] ? text : "nothing");
	if (cJSON_IsNumber(code) && code->valueint == CNI_AGAIN)
		our_code = CNI_AGAIN;
	return cni_fail(err, our_code, "%s%s%s (code %d)", msg->valuestring,
			cJSON_IsString(details) ? "; " : "",
			cJSON_IsString(details) ? details->valuestring : "",
			cJSON_IsNumber(code) ? code->valueint : 0);
}

static char *run(const struct ipam_call *call, bool *begun,
		 struct vr_error *err)
{
	cleanup_free char *program = NULL;
	cleanup_free char *text = NULL;
	char *result;
	int status = 0;

	program = ipam_find(call->env->path, plugin_type(call), err);
	if (!program)
		return NULL;
	text = run_plugin(call, program, &status, begun, err);
	if (text && status)
		report_failure(text, status, err);
	if (!text || status) {
		cni_wrap(err, CNI_IPAM,
			 "IPAM plugin \"%s\", %s of %s in network \"%s\"",
			 plugin_type(call), call->command, call->ifname,
			 network_name(call));
		return NULL;
	}
	result = text;
	text = NULL;
	return result;
}

int ipam_run(const struct ipam_call *call, struct vr_error *err)
{
	bool begun = false;
	cleanup_free char *text = run(call, &begun, err);

	return text ? 0 : -EPROTO;
}

static int parse_addresses(const char *text, const char *where,
			   struct result *result, struct vr_error *err)
{
	cleanup_json cJSON *json = cJSON_ParseWithOpts(text, NULL, true);
	int ret;

	if (!json)
		return cni_fail(err, CNI_IPAM, "%s: printed no JSON, but %.*s",
				where, SHOWN_BYTES, text[0] ? text : "nothing");
	ret = result_parse(json, where, result, err);
	if (!ret && !result->ip_count)
		ret = cni_fail(err, CNI_IPAM, "%s: gave no address", where);
	/* What a plugin writes is no mistake in our configuration. */
	if (ret && err && cni_code(err) == CNI_CONFIG)
		err->errnum += CNI_IPAM - CNI_CONFIG;
	return ret;
}

int ipam_add(const struct ipam_call *call, struct result *result, bool *begun,
	     struct vr_error *err)
{
	cleanup_free char *where = NULL;
	cleanup_free char *text = NULL;

	memset(result, 0, sizeof(*result));
	text = run(call, begun, err);
	if (!text)
		return -EPROTO;
	if (asprintf(&where, "IPAM plugin \"%s\", ADD of %s in network \"%s\"",
		     plugin_type(call), call->ifname, network_name(call)) < 0) {
		where = NULL;
		return vr_error_memory(err);
	}
	return parse_addresses(text, where, result, err);
}
