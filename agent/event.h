/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events, which "kubectl describe" shows below an object.
 */
#ifndef VR_AGENT_EVENT_H
#define VR_AGENT_EVENT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct api;

#define EVENT_NAME_BYTES 96

/**
 * struct event - what to tell of an object
 * @namespace: "" for an object that has none: the Event is in "default"
 * @uid: of a Node it is the name, as kubelet has it
 * @component: who tells it
 *
 * The same thing told of the same object has the same name, so that the server
 * refuses it a second time for as long as it keeps the first.
 */
struct event {
	const char *api_version;
	const char *kind;
	const char *namespace;
	const char *name;
	const char *uid;
	const char *component;
	const char *reason;
	const char *message;
};

/* Of all that tells it from others. */
uint64_t event_hash(const struct event *event);

const char *event_name(const struct event *event, char name[EVENT_NAME_BYTES]);

/* The namespace that the Event itself is in. */
const char *event_namespace(const struct event *event);

/* Where to POST it. Return: to free(), or NULL. */
char *event_path(const struct event *event);

cJSON *event_to_json(const struct event *event);

/* Tell it, and do not wait for what becomes of that. */
void event_send(struct api *api, const struct event *event);

#endif /* VR_AGENT_EVENT_H */
