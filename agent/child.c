// SPDX-License-Identifier: Apache-2.0
/*
 * One program with its input and output.  Entry point: child_run().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

#define OUTPUT_BYTES (1 << 20)

struct child {
	pid_t pid;
	int out;
	struct loop_fd *reading;
	char *output;
	size_t len;
	child_done done;
	void *arg;
};

static void child_free(struct child *child)
{
	loop_fd_remove(child->reading);
	if (child->out >= 0)
		close(child->out);
	free(child->output);
	free(child);
}

void child_cancel(struct child *child)
{
	if (child)
		child_free(child);
}

/* Its output ends when it does, or a moment before. */
static void finish(struct child *child)
{
	int status = -1;

	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (child->done)
		child->done(status, child->output ? child->output : "",
			    child->arg);
	child_free(child);
}

static void read_output(void *arg)
{
	struct child *child = arg;
	char data[4096], *output;
	ssize_t len = read(child->out, data, sizeof(data));

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		finish(child);
		return;
	}
	if (child->len + (size_t)len > OUTPUT_BYTES)
		return;
	output = realloc(child->output, child->len + (size_t)len + 1);
	if (!output)
		return;
	memcpy(output + child->len, data, (size_t)len);
	child->output = output;
	child->len += (size_t)len;
	output[child->len] = '\0';
}

static int spawn(struct child *child, const char *program,
		 char *const *environment, int in, int out)
{
	char *const arguments[] = { (char *)program, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int ret;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawnattr_init(&attributes);
	/* We read signals from a descriptor; it is to have them as usual. */
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	ret = posix_spawn(&child->pid, program, &actions, &attributes,
			  arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return ret;
}

/* What fits into a pipe is written before anybody reads it. */
static int make_input(const char *text)
{
	size_t len = strlen(text);
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
		return -1;
	if (write(fds[1], text, len) != (ssize_t)len) {
		close(fds[0]);
		fds[0] = -1;
	}
	close(fds[1]);
	if (fds[0] >= 0)
		fcntl(fds[0], F_SETFL, 0);
	return fds[0];
}

static int start(struct child *child, struct loop *loop, const char *program,
		 char *const *environment, const char *input,
		 struct vr_error *err)
{
	int in = make_input(input), out[2] = { -1, -1 };
	int ret;

	if (in < 0 || pipe2(out, O_CLOEXEC))
		ret = errno;
	else
		ret = spawn(child, program, environment, in, out[1]);
	if (in >= 0)
		close(in);
	if (out[1] >= 0)
		close(out[1]);
	child->out = out[0];
	if (ret)
		return vr_error_set(err, ret, "%s: %s", program, strerror(ret));
	fcntl(child->out, F_SETFL, O_NONBLOCK);
	child->reading = loop_fd_add(loop, child->out, read_output, child, err);
	return child->reading ? 0 : -ENOMEM;
}

struct child *child_run(struct loop *loop, const char *program,
			char *const *environment, const char *input,
			child_done done, void *arg, struct vr_error *err)
{
	struct child *child = calloc(1, sizeof(*child));

	if (!child) {
		vr_error_memory(err);
		return NULL;
	}
	child->out = -1;
	child->done = done;
	child->arg = arg;
	if (start(child, loop, program, environment, input, err)) {
		child_free(child);
		return NULL;
	}
	return child;
}
