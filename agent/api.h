/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to the Kubernetes API, which are answered by callbacks from the
 * loop.
 */
#ifndef VR_AGENT_API_H
#define VR_AGENT_API_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "../lib/error.h"
#include "access.h"
#include "loop.h"

struct api;
struct api_call;

/**
 * struct api_answer - how a request ended
 * @status: of HTTP, 0 when there was no answer
 * @body: JSON, NULL when it is none; gone when the callback returns
 * @retry_after: seconds that the server asks us to leave it alone, or 0
 * @error: what went wrong, in the server's words; errnum 0 for 2xx.  ENOENT is
 *	404 of an object, ENOSYS of a kind that the server does not know, EEXIST
 *	409 of a name that is taken, ESTALE 409 of a changed object, EKEYEXPIRED
 *	410, EACCES 401 and 403, EINVAL what else of 4xx, EAGAIN the rest:
 *	whoever tries again may have success
 */
struct api_answer {
	long status;
	const cJSON *body;
	unsigned int retry_after;
	struct vr_error error;
};

typedef void (*api_done)(const struct api_answer *answer, void *arg);

/* Gets a line, of a request that has one: the answer is none of JSON then. */
typedef void (*api_line)(const char *line, size_t len, void *arg);

/**
 * struct api_request - what to ask
 * @method: "GET", "POST", "PUT", "PATCH" (a merge patch of RFC 7396) or "DELETE"
 * @path: with its query, names in it from api_path()
 * @body: NULL for none; printed at once, and the caller's
 * @line: NULL, or for a stream of lines, which has no end in time
 * @done: always called, once, and never from api_send(); not after api_cancel()
 */
struct api_request {
	const char *method;
	const char *path;
	const cJSON *body;
	api_line line;
	api_done done;
	void *arg;
};

/* @access: borrowed. Return: a client, or NULL. */
struct api *api_create(struct loop *loop, const struct access *access,
		       struct vr_error *err);

/* There must be no calls left. */
void api_destroy(struct api *api);

/**
 * api_send() - Ask
 *
 * Return: the call, until it is done; NULL when it could not be made, and
 * nobody is called.
 */
struct api_call *api_send(struct api *api, const struct api_request *request,
			  struct vr_error *err);

/* End a call without calling back; NULL is none.  Allowed in its @line. */
void api_cancel(struct api_call *call);

/**
 * api_path() - Put names into a path
 * @format: with %s for each, and %% for a "%"; what is no character of an URL's path in one is
 *	escaped
 *
 * Return: a string to free(), or NULL.
 */
char *api_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* VR_AGENT_API_H */
