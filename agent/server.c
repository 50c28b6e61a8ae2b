// SPDX-License-Identifier: Apache-2.0
/*
 * A unix socket with one request a connection.  Entry point: server_start().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "../cni/ask.h"
#include "../cni/file.h"
#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "log.h"
#include "server.h"

struct server_call {
	struct server *server;
	struct loop_fd *reading;
	int fd;
	char *text;
	size_t len;
	bool asked;
};

static void call_end(struct server_call *call)
{
	loop_fd_remove(call->reading);
	close(call->fd);
	free(call->text);
	free(call);
}

bool server_answer(struct server_call *call, cJSON *answer)
{
	cleanup_json_text char *text = NULL;
	cleanup_free char *line = NULL;
	bool waits;
	ssize_t len;

	cJSON_AddNumberToObject(answer, "version", ASK_VERSION);
	text = cJSON_PrintUnformatted(answer);
	len = text ? asprintf(&line, "%s\n", text) : -1;
	if (len < 0)
		line = NULL;
	waits = len > 0 &&
		send(call->fd, line, len, MSG_NOSIGNAL | MSG_DONTWAIT) == len;
	cJSON_Delete(answer);
	call_end(call);
	return waits;
}

void server_refuse(struct server_call *call, int code, const char *message)
{
	cJSON *answer = cJSON_CreateObject();

	cJSON_AddNumberToObject(answer, "code", code);
	cJSON_AddStringToObject(answer, "msg", message);
	server_answer(call, answer);
}

static void handle(struct server_call *call)
{
	cleanup_json cJSON *request = cJSON_Parse(call->text);
	const cJSON *version =
		cJSON_GetObjectItemCaseSensitive(request, "version");
	char text[128];

	call->asked = true;
	if (!cJSON_IsNumber(version)) {
		server_refuse(call, 6, "vr-agent: not a request of vr-cni");
	} else if (version->valueint != ASK_VERSION) {
		snprintf(text, sizeof(text),
			 "vr-agent speaks version %d of the protocol, vr-cni %d: install both of one release",
			 ASK_VERSION, version->valueint);
		server_refuse(call, 1, text);
	} else {
		call->server->handler(call, request, call->server->arg);
	}
}

static bool append(struct server_call *call, const char *data, size_t len)
{
	char *text;

	if (call->len + len > FILE_MAX_BYTES)
		return false;
	text = realloc(call->text, call->len + len + 1);
	if (!text)
		return false;
	memcpy(text + call->len, data, len);
	call->text = text;
	call->len += len;
	text[call->len] = '\0';
	return true;
}

static void read_request(void *arg)
{
	struct server_call *call = arg;
	char data[16384];
	ssize_t len = recv(call->fd, data, sizeof(data), MSG_DONTWAIT);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* It is still answered: whoever waits for it owns it. */
	if (call->asked) {
		loop_fd_remove(call->reading);
		call->reading = NULL;
		return;
	}
	if (len <= 0 || !append(call, data, len)) {
		call_end(call);
		return;
	}
	if (memchr(data, '\n', len))
		handle(call);
}

static bool is_root(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) &&
	       peer.uid == 0;
}

static void accept_call(void *arg)
{
	static const int send_buffer = FILE_MAX_BYTES;
	struct server *server = arg;
	struct server_call *call;
	int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	/* An answer is at most some annotations: it fits. */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &send_buffer,
		   sizeof(send_buffer));
	call = is_root(fd) ? calloc(1, sizeof(*call)) : NULL;
	if (call) {
		call->server = server;
		call->fd = fd;
		call->reading =
			loop_fd_add(server->loop, fd, read_request, call, NULL);
		if (call->reading)
			return;
	}
	free(call);
	close(fd);
}

static int make_folder(const char *path, struct vr_error *err)
{
	cleanup_free char *folder = strdup(path);
	char *slash = folder ? strrchr(folder, '/') : NULL;
	int fd;

	if (!slash)
		return vr_error_set(err, EINVAL,
				    "socket \"%s\" is not an absolute path",
				    path);
	*slash = '\0';
	fd = file_lock_folder(folder, err);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static int listen_at(struct server *server, struct vr_error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t mask;
	int ret;

	if (strlen(server->path) >= sizeof(address.sun_path))
		return vr_error_set(err, EINVAL, "socket \"%s\" is too long",
				    server->path);
	strcpy(address.sun_path, server->path);
	server->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unlink(server->path);
	mask = umask(0177);
	ret = server->fd < 0 ||
	      bind(server->fd, (struct sockaddr *)&address, sizeof(address)) ||
	      listen(server->fd, 128);
	umask(mask);
	if (ret)
		return vr_error_set(err, errno, "%s: %s", server->path,
				    strerror(errno));
	return 0;
}

int server_start(struct server *server, const char *path, struct vr_error *err)
{
	int ret;

	server->fd = -1;
	server->path = strdup(path);
	if (!server->path)
		return vr_error_memory(err);
	ret = make_folder(path, err);
	if (!ret)
		ret = listen_at(server, err);
	if (ret)
		return ret;
	server->listening =
		loop_fd_add(server->loop, server->fd, accept_call, server, err);
	return server->listening ? 0 : -ENOMEM;
}

void server_stop(struct server *server)
{
	loop_fd_remove(server->listening);
	if (server->fd >= 0)
		close(server->fd);
	if (server->listening)
		unlink(server->path);
	free(server->path);
}
