// SPDX-License-Identifier: Apache-2.0
/*
 * One program with its input and output.  Entry point: child_run().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

#define OUTPUT_BYTES (1 << 20)

struct child {
	pid_t pid;
	int pid_fd;
	int out;
	struct loop_fd *ending;
	struct loop_fd *reading;
	struct loop_timer *limit;
	char *output;
	size_t len;
	child_done done;
	void *arg;
};

static void child_free(struct child *child)
{
	loop_fd_remove(child->ending);
	loop_fd_remove(child->reading);
	loop_timer_destroy(child->limit);
	if (child->pid_fd >= 0)
		close(child->pid_fd);
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

/* Return: whether there may be more of it. */
static bool take_output(struct child *child)
{
	char data[4096], *output;
	ssize_t len;

	errno = 0;
	len = read(child->out, data, sizeof(data));
	if (len <= 0)
		return len < 0 && errno == EINTR;
	if (child->len + (size_t)len > OUTPUT_BYTES)
		return true;
	output = realloc(child->output, child->len + (size_t)len + 1);
	if (!output)
		return true;
	memcpy(output + child->len, data, (size_t)len);
	child->output = output;
	child->len += (size_t)len;
	output[child->len] = '\0';
	return true;
}

/* At the end of its output it says no more, but may go on for a while. */
static void read_output(void *arg)
{
	struct child *child = arg;

	if (take_output(child) || errno == EAGAIN)
		return;
	loop_fd_remove(child->reading);
	child->reading = NULL;
}

/* What it started may still have its output open: that is not waited for. */
static void finish(void *arg)
{
	struct child *child = arg;
	int status = -1;

	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	while (take_output(child))
		;
	if (child->done)
		child->done(status, child->output ? child->output : "",
			    child->arg);
	child_free(child);
}

static void out_of_time(void *arg)
{
	const struct child *child = arg;

	kill(-child->pid, SIGKILL);
}

static int spawn(struct child *child, const struct child_program *program,
		 int in, int out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int ret;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (program->all_output)
		posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	posix_spawnattr_init(&attributes);
	/* We read signals from a descriptor; it is to have them as usual. */
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETPGROUP);
	ret = posix_spawn(&child->pid, program->arguments[0], &actions,
			  &attributes, (char *const *)program->arguments,
			  program->environment ? program->environment
					       : environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return ret;
}

/* All of it is there before anybody reads it, so that nobody has to write. */
static int make_input(const char *text)
{
	size_t len = text ? strlen(text) : 0;
	int fd = memfd_create("input", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	if (write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int start_program(struct child *child,
			 const struct child_program *program)
{
	int in = make_input(program->input), out[2] = { -1, -1 };
	int ret;

	if (in < 0 || pipe2(out, O_CLOEXEC))
		ret = errno;
	else
		ret = spawn(child, program, in, out[1]);
	if (in >= 0)
		close(in);
	if (out[1] >= 0)
		close(out[1]);
	child->out = out[0];
	if (ret)
		return ret;
	fcntl(child->out, F_SETFL, O_NONBLOCK);
	child->pid_fd = pidfd_open(child->pid, 0);
	return child->pid_fd < 0 ? errno : 0;
}

static int start(struct child *child, struct loop *loop,
		 const struct child_program *program, struct vr_error *err)
{
	int ret = start_program(child, program);

	if (ret)
		return vr_error_set(err, ret, "%s: %s", program->arguments[0],
				    strerror(ret));
	child->reading = loop_fd_add(loop, child->out, read_output, child, err);
	child->ending = loop_fd_add(loop, child->pid_fd, finish, child, err);
	if (!child->reading || !child->ending)
		return -ENOMEM;
	if (!program->seconds)
		return 0;
	child->limit = loop_timer_create(loop, out_of_time, child, err);
	if (!child->limit)
		return -ENOMEM;
	loop_timer_set(child->limit, program->seconds * 1000);
	return 0;
}

struct child *child_run(struct loop *loop, const struct child_program *program,
			child_done done, void *arg, struct vr_error *err)
{
	struct child *child = calloc(1, sizeof(*child));

	if (!child) {
		vr_error_memory(err);
		return NULL;
	}
	child->pid_fd = -1;
	child->out = -1;
	child->done = done;
	child->arg = arg;
	if (start(child, loop, program, err)) {
		child_free(child);
		return NULL;
	}
	return child;
}

struct waiting {
	struct loop *loop;
	int *status;
	char *output;
};

static void waited(int status, const char *output, void *arg)
{
	struct waiting *waiting = arg;

	*waiting->status = status;
	waiting->output = strdup(output);
	loop_stop(waiting->loop);
}

char *child_wait(const struct child_program *program, int *status,
		 struct vr_error *err)
{
	/* One that was stopped does not run again. */
	struct waiting waiting = {
		.loop = loop_create(err),
		.status = status,
	};

	if (!waiting.loop)
		return NULL;
	if (child_run(waiting.loop, program, waited, &waiting, err) &&
	    !loop_run(waiting.loop, err) && !waiting.output)
		vr_error_memory(err);
	loop_destroy(waiting.loop);
	return waiting.output;
}
