// SPDX-License-Identifier: Apache-2.0
/*
 * What was done, a line an event, on standard error and in a file.
 * Entry points: log_event() and log_call().
 */
#define _GNU_SOURCE

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "code.h"
#include "log.h"

static const char *const level_names[LOG_LEVELS] = {
	[LOG_ERROR] = "error",
	[LOG_WARNING] = "warning",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

/* The one call of this process. */
static struct {
	const struct environment *env;
	uint64_t begun;
	enum log_level level;
	int fd;
} log_state = { .level = LOG_INFO, .fd = -1 };

bool log_level_parse(const char *name, enum log_level *level)
{
	unsigned int i;

	for (i = 0; i < LOG_LEVELS; i++) {
		if (strcmp(level_names[i], name) != 0)
			continue;
		*level = (enum log_level)i;
		return true;
	}
	return false;
}

uint64_t log_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000) + now.tv_nsec / 1000;
}

void log_begin(const struct environment *env)
{
	log_state.env = env;
	log_state.begun = log_now();
}

/* Nobody may read a pipe any more: that kills no call. */
static void write_line(int fd, const char *line, size_t len)
{
	static const struct timespec at_once;
	sigset_t pipe, old;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigprocmask(SIG_BLOCK, &pipe, &old);
	if (write(fd, line, len) < 0 && errno == EPIPE)
		sigtimedwait(&pipe, NULL, &at_once);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

/* The file, opened without waiting: a pipe without a reader is no log. */
static int open_file(const char *path)
{
	struct stat status;
	int fd;

	fd = open(path,
		  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY |
			  O_NONBLOCK,
		  0600);
	if (fd < 0 || fstat(fd, &status))
		return -errno;
	if (S_ISREG(status.st_mode))
		return fd;
	close(fd);
	return -EINVAL;
}

void log_configure(const char *path, enum log_level level)
{
	struct vr_error err = { 0 };

	log_state.level = level;
	if (!path)
		return;
	log_state.fd = open_file(path);
	if (log_state.fd >= 0)
		return;
	vr_error_set(&err, -log_state.fd, "logFile \"%s\": %s", path,
		     log_state.fd == -EINVAL ? "not a regular file"
					     : strerror(-log_state.fd));
	log_event(LOG_WARNING, NULL, "open log", log_now(), &err);
}

static void format_time(char *text, size_t size)
{
	struct timespec now;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	len = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, size - len, ".%03ldZ", now.tv_nsec / 1000000);
}

static const char *or_dash(const char *text)
{
	return text && text[0] ? text : "-";
}

/* Ids that a command does not need were not checked. */
static void keep_one_line(char *line, int len)
{
	int i;

	for (i = 0; i < len - 1; i++) {
		if (iscntrl((unsigned char)line[i]))
			line[i] = '?';
	}
	line[len - 1] = '\n';
}

static void format_outcome(char *text, size_t size, const struct vr_error *err)
{
	if (err)
		snprintf(text, size, "outcome=failed code=%d message=%s",
			 cni_code(err), err->text);
	else
		snprintf(text, size, "outcome=ok");
}

void log_event(enum log_level level, const char *ifname, const char *operation,
	       uint64_t since, const struct vr_error *err)
{
	const struct environment *env = log_state.env;
	char line[sizeof(err->text) + 1024], outcome[sizeof(err->text) + 64];
	uint64_t took = log_now() - since;
	char when[40];
	int len;

	if (level > log_state.level)
		return;
	format_time(when, sizeof(when));
	format_outcome(outcome, sizeof(outcome), err);
	if (!ifname && env)
		ifname = env->ifname;
	len = snprintf(
		line, sizeof(line),
		"%s vr-cni %s container=%.256s interface=%s operation=\"%s\" duration=%llu.%03llums %s\n",
		when, level_names[level],
		or_dash(env ? env->container_id : NULL), or_dash(ifname),
		operation, (unsigned long long)took / 1000,
		(unsigned long long)took % 1000, outcome);
	if (len >= (int)sizeof(line))
		len = sizeof(line) - 1;
	keep_one_line(line, len);
	write_line(STDERR_FILENO, line, len);
	if (log_state.fd >= 0)
		write_line(log_state.fd, line, len);
}

void log_call(const struct vr_error *err)
{
	const struct environment *env = log_state.env;
	enum log_level level = LOG_INFO;

	if (err)
		level = LOG_ERROR;
	else if (env && env->command == CNI_CMD_STATUS)
		level = LOG_DEBUG; /* asked every few seconds */
	/* The name of the command was checked when the environment was read. */
	log_event(level, NULL, env ? getenv("CNI_COMMAND") : "start",
		  env ? log_state.begun : log_now(), err);
}
