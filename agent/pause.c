// SPDX-License-Identifier: Apache-2.0
/*
 * The node's agent, stopped and let go on by signals.
 * Entry points: pause_agent() and pause_end().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../lib/cleanup.h"
#include "pause.h"

#define WAIT_MILLISECONDS 5000

int pause_find(const char *socket_path, pid_t *pid, struct vr_error *err)
{
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct ucred credentials;
	socklen_t len = sizeof(credentials);

	*pid = 0;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		if (errno == ENOENT || errno == ECONNREFUSED)
			return 0;
		return vr_error_set(err, errno, "%s: %s", socket_path,
				    strerror(errno));
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len))
		return vr_error_set(err, errno, "%s: %s", socket_path,
				    strerror(errno));
	if (!credentials.pid)
		return vr_error_set(
			err, EXDEV,
			"the agent that listens on %s is in another container: run this in its container (kubectl exec), or stop it first",
			socket_path);
	*pid = credentials.pid;
	return 0;
}

static bool is_stopped(pid_t pid)
{
	cleanup_file FILE *file = NULL;
	char path[32], state = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	return !file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1 ||
	       state == 'T' || state == 't' || state == 'Z';
}

int pause_agent(const char *socket_path, pid_t *pid, struct vr_error *err)
{
	static const struct timespec moment = { .tv_nsec = 1000000 };
	unsigned int i;
	int ret;

	ret = pause_find(socket_path, pid, err);
	if (ret || !*pid)
		return ret;
	if (kill(*pid, SIGSTOP))
		return vr_error_set(err, errno, "cannot stop the agent: %s",
				    strerror(errno));
	for (i = 0; i < WAIT_MILLISECONDS; i++) {
		if (is_stopped(*pid))
			return 0;
		nanosleep(&moment, NULL);
	}
	pause_end(*pid, false);
	return vr_error_set(err, ETIMEDOUT, "the agent does not stop");
}

void pause_end(pid_t pid, bool anew)
{
	if (!pid)
		return;
	if (anew)
		kill(pid, SIGHUP);
	kill(pid, SIGCONT);
}
