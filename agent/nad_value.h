/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The value of a setting, which is JSON in a configuration and text in an
 * annotation.
 */
#ifndef VR_AGENT_NAD_VALUE_H
#define VR_AGENT_NAD_VALUE_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/error.h"

struct nad_settings;

/**
 * struct nad_value - one of them
 * @settings: what it is for
 * @where: what it is in, and @name it there, for messages
 */
struct nad_value {
	struct nad_settings *settings;
	const char *where;
	const char *name;
	const cJSON *json;
};

/* @reason: completes 'NAME is VALUE, '. Return: negative. */
int nad_value_refuse(const struct nad_value *value, const char *reason,
		     struct vr_error *err);

/* JSON as such, or in a string. Return: a tree that is the caller's, or NULL. */
cJSON *nad_value_tree(const struct nad_value *value, struct vr_error *err);

/* One word, words with commas, or a list in JSON. Return: strings, or NULL. */
cJSON *nad_value_words(const struct nad_value *value, struct vr_error *err);

/* A number as such, or in a string. */
int nad_value_number(const struct nad_value *value, uint32_t min, uint32_t max,
		     uint32_t *result, struct vr_error *err);

/* Refuse what an object in the value has beside these keys, in any case. */
int nad_value_refuse_keys(const struct nad_value *value, const cJSON *object,
			  const char *const *keys, size_t count,
			  struct vr_error *err);

#endif /* VR_AGENT_NAD_VALUE_H */
