/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The socket by which vr-cni asks for what the cluster decides: a line of JSON
 * and a line of answer.  docs/kubernetes.md has the protocol.
 */
#ifndef VR_AGENT_SERVER_H
#define VR_AGENT_SERVER_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "../lib/error.h"
#include "loop.h"

struct server_call;

/**
 * typedef server_handler - gets a request
 * @request: gone when it returns
 *
 * Answers by server_answer(), now or later.
 */
typedef void (*server_handler)(struct server_call *call, const cJSON *request,
			       void *arg);

struct server {
	struct loop *loop;
	char *path;
	int fd;
	struct loop_fd *listening;
	server_handler handler;
	void *arg;
};

/**
 * server_start() - Listen
 * @path: of the socket; its folder is made, and only root may connect
 */
int server_start(struct server *server, const char *path, struct vr_error *err);
void server_stop(struct server *server);

/**
 * server_answer() - Answer a request, once
 * @answer: taken
 *
 * Return: whether somebody waits for it. Who does not has done without.
 */
bool server_answer(struct server_call *call, cJSON *answer);

/* Answer with an error, which has a code of CNI. */
void server_refuse(struct server_call *call, int code, const char *message);

#endif /* VR_AGENT_SERVER_H */
