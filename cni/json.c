// SPDX-License-Identifier: Apache-2.0
/*
 * Reading JSON with refusals that name where, key and value.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "code.h"
#include "json.h"

#define JSON_SHOWN 100

void json_cleanup(cJSON **json)
{
	cJSON_Delete(*json);
}

void json_text_cleanup(char **text)
{
	cJSON_free(*text);
}

cJSON *json_parse(const char *text, size_t len, const char *what,
		  struct vr_error *err)
{
	const char *end = NULL;
	const char *nul;
	cJSON *json;

	nul = memchr(text, '\0', len);
	if (nul) {
		cni_fail(err, CNI_DECODE, "%s: a NUL byte at offset %zu", what,
			 (size_t)(nul - text));
		return NULL;
	}
	if (strspn(text, " \t\r\n") == len) {
		cni_fail(err, CNI_DECODE, "%s: empty", what);
		return NULL;
	}
	json = cJSON_ParseWithLengthOpts(text, len + 1, &end, true);
	if (!json)
		cni_fail(err, CNI_DECODE,
			 "%s: not JSON from offset %zu on: %.*s", what,
			 end ? (size_t)(end - text) : 0, JSON_SHOWN,
			 end ? end : text);
	return json;
}

cJSON *json_item(const cJSON *object, const char *key)
{
	cJSON *item;

	item = cJSON_GetObjectItemCaseSensitive(object, key);
	if (!item)
		item = cJSON_GetObjectItem(object, key);
	return cJSON_IsNull(item) ? NULL : item;
}

bool json_key_is_in(const char *key, const char *const *keys, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!strcasecmp(keys[i], key))
			return true;
	}
	return false;
}

int json_refuse_code(enum cni_code code, const char *where, const char *key,
		     const cJSON *value, const char *reason,
		     struct vr_error *err)
{
	cleanup_json_text char *text = cJSON_PrintUnformatted(value);
	const char *shown = text ? text : "?";
	int len = (int)strnlen(shown, JSON_SHOWN + 1);
	const char *dots = "";

	if (len > JSON_SHOWN) {
		len = JSON_SHOWN;
		dots = "...";
	}
	if (!key)
		return cni_fail(err, code, "%s: %.*s%s %s", where, len, shown,
				dots, reason);
	return cni_fail(err, code, "%s: \"%s\" is %.*s%s, %s", where, key, len,
			shown, dots, reason);
}

int json_refuse(const char *where, const char *key, const cJSON *value,
		const char *reason, struct vr_error *err)
{
	return json_refuse_code(CNI_CONFIG, where, key, value, reason, err);
}

int json_string(const cJSON *object, const char *where, const char *key,
		const char **value, struct vr_error *err)
{
	const cJSON *item = json_item(object, key);

	if (!item)
		return 0;
	if (!cJSON_IsString(item))
		return json_refuse(where, key, item, "not a string", err);
	*value = item->valuestring;
	return 0;
}

int json_bool(const cJSON *object, const char *where, const char *key,
	      bool *value, struct vr_error *err)
{
	const cJSON *item = json_item(object, key);

	if (!item)
		return 0;
	if (!cJSON_IsBool(item))
		return json_refuse(where, key, item, "not true or false", err);
	*value = cJSON_IsTrue(item);
	return 0;
}

static int whole_number(const cJSON *object, const char *where, const char *key,
			uint64_t min, uint64_t max, uint64_t *value,
			struct vr_error *err)
{
	const cJSON *item = json_item(object, key);
	char reason[80];

	if (!item)
		return 0;
	if (!cJSON_IsNumber(item))
		return json_refuse(where, key, item, "not a number", err);
	/* valueint saturates silently, and a fraction is cut off. */
	if (!(item->valuedouble >= min && item->valuedouble <= max) ||
	    item->valuedouble != (uint64_t)item->valuedouble) {
		snprintf(reason, sizeof(reason),
			 "not a whole number from %llu to %llu",
			 (unsigned long long)min, (unsigned long long)max);
		return json_refuse(where, key, item, reason, err);
	}
	*value = (uint64_t)item->valuedouble;
	return 0;
}

int json_number(const cJSON *object, const char *where, const char *key,
		uint32_t min, uint32_t max, uint32_t *value,
		struct vr_error *err)
{
	uint64_t number = *value;
	int ret;

	ret = whole_number(object, where, key, min, max, &number, err);
	*value = (uint32_t)number;
	return ret;
}

int json_number64(const cJSON *object, const char *where, const char *key,
		  uint64_t max, uint64_t *value, struct vr_error *err)
{
	return whole_number(object, where, key, 0, max, value, err);
}

int json_object(const cJSON *object, const char *where, const char *key,
		const cJSON **value, struct vr_error *err)
{
	const cJSON *item = json_item(object, key);

	if (!item)
		return 0;
	if (!cJSON_IsObject(item))
		return json_refuse(where, key, item, "not an object", err);
	*value = item;
	return 0;
}

int json_array(const cJSON *object, const char *where, const char *key,
	       const cJSON **value, struct vr_error *err)
{
	const cJSON *item = json_item(object, key);

	if (!item)
		return 0;
	if (!cJSON_IsArray(item))
		return json_refuse(where, key, item, "not an array", err);
	*value = item;
	return 0;
}

int json_strings(const cJSON *object, const char *where, const char *key,
		 const cJSON **value, struct vr_error *err)
{
	const cJSON *array = NULL;
	const cJSON *item;
	int ret;

	ret = json_array(object, where, key, &array, err);
	if (ret || !array)
		return ret;
	cJSON_ArrayForEach(item, array) {
		if (!cJSON_IsString(item))
			return json_refuse(where, key, array,
					   "not an array of strings", err);
	}
	*value = array;
	return 0;
}

void json_remove(cJSON *object, const char *key)
{
	while (cJSON_HasObjectItem(object, key))
		cJSON_DeleteItemFromObject(object, key);
}

int json_replace(cJSON *object, const char *key, cJSON *value,
		 struct vr_error *err)
{
	json_remove(object, key);
	if (value && cJSON_AddItemToObject(object, key, value))
		return 0;
	cJSON_Delete(value);
	return cni_fail(err, CNI_IO, "not enough memory for \"%s\"", key);
}
