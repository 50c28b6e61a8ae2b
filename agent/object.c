// SPDX-License-Identifier: Apache-2.0
/*
 * Members of Kubernetes objects.
 */
#define _GNU_SOURCE

#include <stddef.h>
#include <string.h>

#include "object.h"

const cJSON *object_at(const cJSON *object, const char *first,
		       const char *second)
{
	return cJSON_GetObjectItemCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(object, first), second);
}

const char *object_text(const cJSON *object, const char *key)
{
	const char *text = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(object, key));

	return text ? text : "";
}

uint32_t object_number(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	if (!cJSON_IsNumber(item) || item->valuedouble < 0 ||
	    item->valuedouble > UINT32_MAX)
		return 0;
	return (uint32_t)item->valuedouble;
}

static const cJSON *metadata_of(const cJSON *object)
{
	return cJSON_GetObjectItemCaseSensitive(object, "metadata");
}

const char *object_name(const cJSON *object)
{
	return object_text(metadata_of(object), "name");
}

const char *object_namespace(const cJSON *object)
{
	return object_text(metadata_of(object), "namespace");
}

const char *object_uid(const cJSON *object)
{
	return object_text(metadata_of(object), "uid");
}

const char *object_version(const cJSON *object)
{
	return object_text(metadata_of(object), "resourceVersion");
}

const char *object_annotation(const cJSON *object, const char *key)
{
	return object_text(object_at(object, "metadata", "annotations"), key);
}

const char *object_format_time(time_t when, char text[OBJECT_TIME_BYTES])
{
	struct tm utc;

	strftime(text, OBJECT_TIME_BYTES, "%Y-%m-%dT%H:%M:%SZ",
		 gmtime_r(&when, &utc));
	return text;
}

time_t object_parse_time(const char *text)
{
	struct tm utc = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);

	return end ? timegm(&utc) : 0;
}
