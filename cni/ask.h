/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_ASK_H
#define VR_CNI_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "../lib/error.h"
#include "environment.h"

#define ASK_SOCKET "/run/vr/agent.sock"
#define ASK_VERSION 1

/* What fits into an address of the kernel's. */
#define ASK_SOCKET_BYTES 108

/* Return: {"version", "command"}, to cJSON_Delete(), or NULL. */
cJSON *ask_question(const char *command, struct vr_error *err);

/* Add "pod" to a question. */
int ask_add_pod(cJSON *question, const struct environment_pod *pod,
		struct vr_error *err);

/**
 * ask_agent() - Put a question to the node's agent
 * @path: of its socket
 * @end: when to give up, as log_now() counts
 *
 * A line of JSON each way.
 *
 * Return: its answer, which may be a refusal; NULL when there is none that can
 * be read (CNI code 11).
 */
cJSON *ask_agent(const char *path, const cJSON *question, uint64_t end,
		 struct vr_error *err);

/* Can it be connected to?  If not, @err says why (CNI code 11). */
bool ask_is_there(const char *path, uint64_t end, struct vr_error *err);

/**
 * ask_parse() - Parse the line of an answer
 *
 * Return: an answer of a version we know, whose "code", if it has one, is a code
 * with a "msg"; or NULL.
 */
cJSON *ask_parse(const char *line, size_t len, struct vr_error *err);

/* Return: 0, or what the agent refuses the question with. */
int ask_refusal(const cJSON *answer, struct vr_error *err);

#endif
