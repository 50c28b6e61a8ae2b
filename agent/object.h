/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading Kubernetes objects, which lack whatever nobody wrote.
 */
#ifndef VR_AGENT_OBJECT_H
#define VR_AGENT_OBJECT_H

#include <cjson/cJSON.h>
#include <stdint.h>
#include <time.h>

/* A member of a member, as in object_at(pod, "metadata", "labels"); or NULL. */
const cJSON *object_at(const cJSON *object, const char *first,
		       const char *second);

/* The string of a key, "" when there is none. */
const char *object_text(const cJSON *object, const char *key);

/* The number of a key, 0 when there is none that is whole and in range. */
uint32_t object_number(const cJSON *object, const char *key);

/* Members of "metadata", "" when there is none. */
const char *object_name(const cJSON *object);
const char *object_namespace(const cJSON *object);
const char *object_uid(const cJSON *object);
const char *object_version(const cJSON *object);
const char *object_annotation(const cJSON *object, const char *key);

/* "2026-01-02T03:04:05Z" of RFC 3339. */
#define OBJECT_TIME_BYTES 32
const char *object_format_time(time_t when, char text[OBJECT_TIME_BYTES]);

/* Return: 0 when it is no such time. */
time_t object_parse_time(const char *text);

#endif /* VR_AGENT_OBJECT_H */
