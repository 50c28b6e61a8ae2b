// SPDX-License-Identifier: Apache-2.0
/*
 * Values of settings as words, numbers and JSON.
 * Entry points: nad_value_words(), nad_value_tree() and nad_value_number().
 */
#define _GNU_SOURCE

#include <stdlib.h>
#include <string.h>

#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "nad_value.h"

int nad_value_refuse(const struct nad_value *value, const char *reason,
		     struct vr_error *err)
{
	return json_refuse(value->where, value->name, value->json, reason, err);
}

static const char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t\r\n");
	end = text + strlen(text);
	while (end > text && strchr(" \t\r\n", end[-1]))
		*--end = '\0';
	return text;
}

static cJSON *split(const char *text)
{
	cleanup_free char *copy = strdup(text);
	cJSON *list = cJSON_CreateArray();
	char *rest = copy, *word;

	while ((word = strsep(&rest, ",")))
		cJSON_AddItemToArray(list, cJSON_CreateString(trim(word)));
	return list;
}

/* JSON as such, or as the text of an annotation. */
cJSON *nad_value_tree(const struct nad_value *value, struct vr_error *err)
{
	const char *text = cJSON_GetStringValue(value->json);

	if (!text)
		return cJSON_Duplicate(value->json, true);
	return json_parse(text, strlen(text), value->name, err);
}

/* One word, words with commas, or a list in JSON. Return: words, or NULL. */
cJSON *nad_value_words(const struct nad_value *value, struct vr_error *err)
{
	const char *text = cJSON_GetStringValue(value->json);
	cleanup_json cJSON *list = NULL;
	const cJSON *item;
	cJSON *result;

	if (text && text[strspn(text, " \t\r\n")] != '[')
		return split(text);
	list = nad_value_tree(value, err);
	if (!list)
		return NULL;
	if (!cJSON_IsArray(list)) {
		nad_value_refuse(value,
				 "neither a string nor a list of strings", err);
		return NULL;
	}
	cJSON_ArrayForEach(item, list) {
		if (cJSON_IsString(item))
			continue;
		nad_value_refuse(value, "not a list of strings", err);
		return NULL;
	}
	result = list;
	list = NULL;
	return result;
}

int nad_value_number(const struct nad_value *value, uint32_t min, uint32_t max,
		     uint32_t *result, struct vr_error *err)
{
	cleanup_json cJSON *object = cJSON_CreateObject();
	const char *text = cJSON_GetStringValue(value->json);
	size_t digits = text ? strspn(text, "0123456789") : 0;

	if (text && digits && digits < 10 && !text[digits])
		cJSON_AddNumberToObject(object, value->name, atoi(text));
	else
		cJSON_AddItemToObject(object, value->name,
				      cJSON_Duplicate(value->json, true));
	return json_number(object, value->where, value->name, min, max, result,
			   err);
}

int nad_value_refuse_keys(const struct nad_value *value, const cJSON *object,
			  const char *const *keys, size_t count,
			  struct vr_error *err)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, object) {
		if (!json_key_is_in(item->string, keys, count))
			return json_refuse(value->name, item->string, item,
					   "a key that is not known there",
					   err);
	}
	return 0;
}
