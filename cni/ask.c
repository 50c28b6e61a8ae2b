// SPDX-License-Identifier: Apache-2.0
/*
 * Questions to the node's agent, over its socket: a line of JSON each way, one
 * question a connection.  Entry point: ask_agent().
 */
#define _GNU_SOURCE

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../lib/cleanup.h"
#include "ask.h"
#include "code.h"
#include "json.h"
#include "log.h"

#define FIRST_BYTES 4096
#define MAX_BYTES (1 << 20)
#define MAX_CODE 999

cJSON *ask_question(const char *command, struct vr_error *err)
{
	cJSON *question = cJSON_CreateObject();

	cJSON_AddNumberToObject(question, "version", ASK_VERSION);
	if (question && cJSON_AddStringToObject(question, "command", command))
		return question;
	cJSON_Delete(question);
	vr_error_memory(err);
	return NULL;
}

int ask_add_pod(cJSON *question, const struct environment_pod *pod,
		struct vr_error *err)
{
	cJSON *object = cJSON_AddObjectToObject(question, "pod");

	if (cJSON_AddStringToObject(object, "namespace", pod->namespace) &&
	    cJSON_AddStringToObject(object, "name", pod->name) &&
	    cJSON_AddStringToObject(object, "uid", pod->uid))
		return 0;
	return vr_error_memory(err);
}

static int no_answer(const char *path, const char *reason, struct vr_error *err)
{
	return cni_fail(err, CNI_AGAIN, "vr-agent does not answer on %s (%c%s)",
			path, tolower((unsigned char)reason[0]), reason + 1);
}

/* Milliseconds, at least one. */
static int time_left(uint64_t end)
{
	uint64_t now = log_now();

	return now + 1000 < end ? (int)((end - now) / 1000) : 1;
}

/* With a full backlog, connect() waits as long as send() would. */
static int limit_sending(int fd, uint64_t end)
{
	int left = time_left(end);
	struct timeval time = {
		.tv_sec = left / 1000,
		.tv_usec = left % 1000 * 1000,
	};

	return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
}

/* Return: the connection, or a negative errno. */
static int dial(const char *path, uint64_t end)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	cleanup_fd int fd = -1;
	int connected;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || limit_sending(fd, end) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	connected = fd;
	fd = -1;
	return connected;
}

/* Return: 0 or a negative errno. */
static int send_text(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t sent;

	while (left) {
		sent = send(fd, text, left, MSG_NOSIGNAL);
		if (sent < 0 && errno != EINTR)
			return -errno;
		if (sent > 0) {
			text += sent;
			left -= sent;
		}
	}
	return 0;
}

static int send_question(int fd, const cJSON *question)
{
	cleanup_json_text char *text = cJSON_PrintUnformatted(question);
	int ret;

	if (!text)
		return -ENOMEM;
	ret = send_text(fd, text);
	return ret ? ret : send_text(fd, "\n");
}

/* What has come, without waiting beyond the time: bytes or a negative errno. */
static ssize_t receive_some(int fd, char *buf, size_t size, uint64_t end)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	ssize_t got;
	int ready;

	do {
		if (log_now() >= end)
			return -ETIMEDOUT;
		ready = poll(&poll_fd, 1, time_left(end));
		got = ready > 0 ? recv(fd, buf, size, MSG_DONTWAIT) : -1;
	} while (!ready || (got < 0 && (errno == EINTR || errno == EAGAIN)));
	if (got < 0)
		return -errno;
	/* An end without a whole line is none. */
	return got ? got : -ECONNRESET;
}

/* Return: 0, with the line in *line, without its end; or a negative errno. */
static int receive_line(int fd, uint64_t end, char **line, size_t *len)
{
	size_t size = 0, used = 0;
	char *larger, *newline = NULL;
	ssize_t got;

	while (!newline) {
		if (used == size) {
			size = size ? 2 * size : FIRST_BYTES;
			larger = size > MAX_BYTES ? NULL : realloc(*line, size);
			if (!larger)
				return size > MAX_BYTES ? -EMSGSIZE : -ENOMEM;
			*line = larger;
		}
		got = receive_some(fd, *line + used, size - used, end);
		if (got < 0)
			return (int)got;
		newline = memchr(*line + used, '\n', got);
		used += got;
	}
	*newline = '\0';
	*len = newline - *line;
	return 0;
}

cJSON *ask_parse(const char *line, size_t len, struct vr_error *err)
{
	static const char where[] = "its answer";
	cleanup_json cJSON *json = json_parse(line, len, where, err);
	uint32_t version = 0, code = 0;
	const char *msg = NULL;
	cJSON *answer;

	if (!json ||
	    json_number(json, where, "version", ASK_VERSION, ASK_VERSION,
			&version, err) ||
	    json_number(json, where, "code", 1, MAX_CODE, &code, err) ||
	    json_string(json, where, "msg", &msg, err))
		return NULL;
	if (!version || (code && !msg)) {
		json_refuse(where, NULL, json,
			    "is without \"version\" or \"msg\"", err);
		return NULL;
	}
	answer = json;
	json = NULL;
	return answer;
}

int ask_refusal(const cJSON *answer, struct vr_error *err)
{
	const cJSON *code = json_item(answer, "code");

	if (!code)
		return 0;
	return cni_fail(err, code->valueint, "%s",
			cJSON_GetStringValue(json_item(answer, "msg")));
}

static const char *reason_of(int errnum)
{
	switch (errnum) {
	case ETIMEDOUT:
	case EAGAIN:
		return "nothing came in time";
	case ECONNRESET:
	case EPIPE:
		return "it ended the connection";
	default:
		return strerror(errnum);
	}
}

cJSON *ask_agent(const char *path, const cJSON *question, uint64_t end,
		 struct vr_error *err)
{
	struct vr_error problem = { 0 };
	cleanup_free char *line = NULL;
	cleanup_fd int fd = dial(path, end);
	cJSON *answer;
	size_t len = 0;
	int ret;

	ret = fd < 0 ? fd : send_question(fd, question);
	if (!ret)
		ret = receive_line(fd, end, &line, &len);
	if (ret) {
		no_answer(path, reason_of(-ret), err);
		return NULL;
	}
	answer = ask_parse(line, len, &problem);
	if (!answer)
		no_answer(path, problem.text, err);
	return answer;
}

bool ask_is_there(const char *path, uint64_t end, struct vr_error *err)
{
	cleanup_fd int fd = dial(path, end);

	if (fd < 0)
		no_answer(path, reason_of(-fd), err);
	return fd >= 0;
}
