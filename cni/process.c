// SPDX-License-Identifier: Apache-2.0
/*
 * Programs run side by side, each with what it reads, what it prints and a
 * time limit.  Entry point: process_run_all().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../lib/cleanup.h"
#include "code.h"
#include "file.h"
#include "process.h"

#define FIRST_BYTES 4096

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_ends(struct process *process)
{
	close_end(&process->pid_fd);
	close_end(&process->out_fd);
}

/* A file in memory as standard input: no pipe can fill up or break. */
static int open_input(const char *text, struct vr_error *err)
{
	ssize_t len = (ssize_t)strlen(text);
	cleanup_fd int fd = -1;
	int result;

	fd = memfd_create("vr-cni", MFD_CLOEXEC);
	if (fd < 0)
		return cni_fail(err, CNI_IO, "cannot make a file in memory: %s",
				strerror(errno));
	if (write(fd, text, len) != len || lseek(fd, 0, SEEK_SET))
		return cni_fail(err, CNI_IO,
				"cannot write to a file in memory");
	result = fd;
	fd = -1;
	return result;
}

static void free_environment(char ***environment)
{
	char **variable;

	for (variable = *environment; variable && *variable; variable++)
		free(*variable);
	free(*environment);
}

static bool is_replaced(const struct process *process, const char *variable)
{
	const char *name;
	unsigned int i;
	size_t len;

	for (i = 0; i < process->variable_count; i++) {
		name = process->variables[i].name;
		len = strlen(name);
		if (!strncmp(variable, name, len) && variable[len] == '=')
			return true;
	}
	return false;
}

/* Ours and the program's own; NULL without memory. */
static char **make_environment(const struct process *process)
{
	__attribute__((cleanup(free_environment))) char **made = NULL;
	const struct process_variable *variable;
	unsigned int i, used = 0, count = 0;
	char **result;

	while (environ[count])
		count++;
	made = calloc(process->variable_count + count + 1, sizeof(*made));
	if (!made)
		return NULL;
	for (i = 0; i < process->variable_count; i++, used++) {
		variable = &process->variables[i];
		if (asprintf(&made[used], "%s=%s", variable->name,
			     variable->value) < 0) {
			made[used] = NULL;
			return NULL;
		}
	}
	for (i = 0; i < count; i++) {
		if (is_replaced(process, environ[i]))
			continue;
		made[used] = strdup(environ[i]);
		if (!made[used++])
			return NULL;
	}
	result = made;
	made = NULL;
	return result;
}

/* What the child is to know, and what it tells. */
struct child {
	const char *program;
	char **environment;
	pid_t parent;
	int input;
	int output;
	/* An errno, written by whom the compiler does not see return. */
	volatile int failure;
};

/* In the child, which has our memory until it is the program. */
static void __attribute__((noreturn)) become_program(struct child *child)
{
	char *argv[] = { (char *)child->program, NULL };

	setpgid(0, 0);
	/* The runtime ends only us when we take too long. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == child->parent &&
	    dup2(child->input, STDIN_FILENO) >= 0 &&
	    dup2(child->output, STDOUT_FILENO) >= 0)
		execve(child->program, argv, child->environment);
	child->failure = errno;
	_exit(127);
}

/*
 * Not fork(): to copy the memory costs more than all else here.  Not
 * posix_spawn(), which knows no signal of a parent's death.
 */
static pid_t spawn(struct child *child)
{
	pid_t pid = vfork();

	if (!pid)
		become_program(child);
	return pid;
}

static int start_program(struct process *process, int input, int output)
{
	__attribute__((cleanup(free_environment))) char **environment =
		make_environment(process);
	struct child child = {
		.program = process->program,
		.environment = environment,
		.parent = getpid(),
		.input = input,
		.output = output,
	};
	struct vr_error *err = &process->error;
	pid_t pid;

	if (!environment)
		return vr_error_memory(err);
	pid = spawn(&child);
	if (pid < 0)
		return cni_fail(err, CNI_IO, "cannot fork: %s",
				strerror(errno));
	if (child.failure) {
		waitpid(pid, NULL, 0);
		return cni_fail(err, CNI_IPAM, "cannot run %s: %s",
				process->program, strerror(child.failure));
	}
	process->pid = pid;
	process->ran = true;
	return 0;
}

static int watch_end(struct process *process)
{
	process->pid_fd = pidfd_open(process->pid, 0);
	if (process->pid_fd >= 0)
		return 0;
	cni_fail(&process->error, CNI_IO, "cannot watch a process: %s",
		 strerror(errno));
	kill(-process->pid, SIGKILL);
	waitpid(process->pid, NULL, 0);
	return -EIO;
}

static int start(struct process *process)
{
	cleanup_fd int input = -1, output = -1;
	struct vr_error *err = &process->error;
	int ends[2], ret;

	input = open_input(process->input, err);
	if (input < 0)
		return input;
	if (pipe2(ends, O_CLOEXEC))
		return cni_fail(err, CNI_IO, "cannot make a pipe: %s",
				strerror(errno));
	process->out_fd = ends[0];
	output = ends[1];
	/* Only our own end: that of the program is none of our business. */
	fcntl(process->out_fd, F_SETFL, O_NONBLOCK);
	ret = start_program(process, input, output);
	if (!ret)
		ret = watch_end(process);
	return ret;
}

/* Its end has been seen, or is brought about. */
static void reap(struct process *process)
{
	while (waitpid(process->pid, &process->status, 0) < 0 && errno == EINTR)
		;
	close_ends(process);
}

/* With what it has started, unless that left its group. */
static void kill_program(struct process *process)
{
	kill(-process->pid, SIGKILL);
	reap(process);
	free(process->output);
	process->output = NULL;
	process->size = 0;
	process->used = 0;
}

static int make_room(struct process *process)
{
	size_t size = process->size ? 2 * process->size : FIRST_BYTES;
	char *larger;

	if (process->used + 1 < process->size)
		return 0;
	larger = realloc(process->output, size);
	if (!larger)
		return vr_error_memory(&process->error);
	process->output = larger;
	process->size = size;
	return 0;
}

/* All there is now. Return: 0 until the end, 1 there, or negative. */
static int read_output(struct process *process)
{
	ssize_t got;

	for (;;) {
		if (make_room(process))
			return -ENOMEM;
		process->output[process->used] = '\0';
		got = read(process->out_fd, process->output + process->used,
			   process->size - process->used - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return 0;
		if (got < 0)
			return cni_fail(&process->error, CNI_IO,
					"cannot read what it prints: %s",
					strerror(errno));
		if (!got)
			return 1;
		process->used += got;
		if (process->used > FILE_MAX_BYTES)
			return cni_fail(&process->error, CNI_IO,
					"%s: printed longer than %d bytes",
					process->program, FILE_MAX_BYTES);
	}
}

/* What poll() said of one.  A child of it may keep the pipe open: no matter. */
static void advance(struct process *process, const struct pollfd *output,
		    const struct pollfd *end)
{
	int ret = 0;

	if (process->out_fd >= 0 && (output->revents || end->revents))
		ret = read_output(process);
	if (ret < 0) {
		kill_program(process);
		return;
	}
	if (ret)
		close_end(&process->out_fd);
	if (end->revents)
		reap(process);
}

static int milliseconds_until(const struct timespec *deadline)
{
	struct timespec now;
	long long left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left = (deadline->tv_sec - now.tv_sec) * 1000LL +
	       (deadline->tv_nsec - now.tv_nsec) / 1000000;
	return left > 0 ? (int)left : 0;
}

/* Those that are running; their descriptors in pairs. */
static unsigned int watch(const struct process *processes, unsigned int count,
			  struct pollfd *fds)
{
	unsigned int i, running = 0;

	for (i = 0; i < count; i++) {
		/* poll() leaves out what is negative. */
		fds[2 * i] = (struct pollfd){ .fd = processes[i].out_fd,
					      .events = POLLIN };
		fds[2 * i + 1] = (struct pollfd){ .fd = processes[i].pid_fd,
						  .events = POLLIN };
		if (processes[i].pid_fd >= 0)
			running++;
	}
	return running;
}

static void collect(struct process *processes, unsigned int count,
		    struct pollfd *fds, const struct timespec *deadline)
{
	unsigned int i;
	int got;

	while (watch(processes, count, fds)) {
		got = poll(fds, 2 * count, milliseconds_until(deadline));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return;
		for (i = 0; i < count; i++) {
			if (processes[i].pid_fd >= 0)
				advance(&processes[i], &fds[2 * i],
					&fds[2 * i + 1]);
		}
	}
}

void process_run_all(struct process *processes, unsigned int count,
		     unsigned int seconds)
{
	struct pollfd *fds = calloc(2 * count, sizeof(*fds));
	struct timespec deadline;
	unsigned int i;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += seconds;
	for (i = 0; i < count; i++) {
		processes[i].pid_fd = -1;
		processes[i].out_fd = -1;
		if (!fds)
			vr_error_memory(&processes[i].error);
		else if (start(&processes[i]))
			close_ends(&processes[i]);
	}
	if (fds)
		collect(processes, count, fds, &deadline);
	for (i = 0; i < count; i++) {
		if (processes[i].pid_fd < 0)
			continue;
		kill_program(&processes[i]);
		cni_fail(&processes[i].error, CNI_IPAM,
			 "did not end within %u seconds and was killed",
			 seconds);
	}
	free(fds);
}
