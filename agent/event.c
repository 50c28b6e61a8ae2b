// SPDX-License-Identifier: Apache-2.0
/*
 * Events of the core API.  Entry point: event_to_json().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "../lib/hash.h"
#include "api.h"
#include "event.h"
#include "log.h"
#include "object.h"

/* What the server takes. */
#define MAX_MESSAGE 1024

/* With its end, so that parts are told from each other. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	return vr_hash(hash, text, strlen(text) + 1);
}

uint64_t event_hash(const struct event *event)
{
	uint64_t hash = VR_HASH_START;

	hash = hash_text(hash, event->uid);
	hash = hash_text(hash, event->reason);
	hash = hash_text(hash, event->message);
	return hash;
}

const char *event_name(const struct event *event, char name[EVENT_NAME_BYTES])
{
	size_t len;

	snprintf(name, EVENT_NAME_BYTES - 20, "%s", event->name);
	len = strlen(name);
	/* A part of a name ends with a letter or a digit. */
	while (len && strchr("-.", name[len - 1]))
		len--;
	snprintf(name + len, EVENT_NAME_BYTES - len, ".%016llx",
		 (unsigned long long)event_hash(event));
	return name;
}

const char *event_namespace(const struct event *event)
{
	return event->namespace[0] ? event->namespace : "default";
}

char *event_path(const struct event *event)
{
	return api_path("/api/v1/namespaces/%s/events", event_namespace(event));
}

static void add_object(cJSON *object, const struct event *event)
{
	cJSON_AddStringToObject(object, "apiVersion", event->api_version);
	cJSON_AddStringToObject(object, "kind", event->kind);
	if (event->namespace[0])
		cJSON_AddStringToObject(object, "namespace", event->namespace);
	cJSON_AddStringToObject(object, "name", event->name);
	cJSON_AddStringToObject(object, "uid", event->uid);
}

cJSON *event_to_json(const struct event *event)
{
	char now[OBJECT_TIME_BYTES], name[EVENT_NAME_BYTES];
	cJSON *object = cJSON_CreateObject();
	char message[MAX_MESSAGE];
	cJSON *metadata;

	cJSON_AddStringToObject(object, "apiVersion", "v1");
	cJSON_AddStringToObject(object, "kind", "Event");
	metadata = cJSON_AddObjectToObject(object, "metadata");
	cJSON_AddStringToObject(metadata, "name", event_name(event, name));
	cJSON_AddStringToObject(metadata, "namespace", event_namespace(event));
	add_object(cJSON_AddObjectToObject(object, "involvedObject"), event);
	cJSON_AddStringToObject(object, "type", "Warning");
	cJSON_AddStringToObject(object, "reason", event->reason);
	snprintf(message, sizeof(message), "%s", event->message);
	cJSON_AddStringToObject(object, "message", message);
	object_format_time(time(NULL), now);
	cJSON_AddStringToObject(object, "firstTimestamp", now);
	cJSON_AddStringToObject(object, "lastTimestamp", now);
	cJSON_AddNumberToObject(object, "count", 1);
	cJSON_AddStringToObject(cJSON_AddObjectToObject(object, "source"),
				"component", event->component);
	cJSON_AddStringToObject(object, "reportingComponent", event->component);
	cJSON_AddStringToObject(object, "reportingInstance", "");
	return object;
}

static void told(const struct api_answer *answer, void *arg)
{
	(void)arg;
	if (answer->error.errnum && answer->error.errnum != EEXIST)
		agent_log(AGENT_WARNING, "event: %s", answer->error.text);
}

void event_send(struct api *api, const struct event *event)
{
	cleanup_json cJSON *body = event_to_json(event);
	cleanup_free char *path = event_path(event);
	const struct api_request request = {
		.method = "POST",
		.path = path,
		.body = body,
		.done = told,
	};

	if (path && body)
		api_send(api, &request, NULL);
}
