/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_JSON_H
#define VR_CNI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "../lib/error.h"
#include "code.h"

void json_cleanup(cJSON **json);
void json_text_cleanup(char **text);

/* For variables that own a tree, or a text printed by cJSON. */
#define cleanup_json __attribute__((cleanup(json_cleanup)))
#define cleanup_json_text __attribute__((cleanup(json_text_cleanup)))

/**
 * json_parse() - Parse one JSON document
 * @text: the document
 * @len: its length in bytes
 * @what: what it is, for the error message
 *
 * Return: the tree, or NULL (CNI code 6).
 */
cJSON *json_parse(const char *text, size_t len, const char *what,
		  struct vr_error *err);

/**
 * json_item() - Find a key as Go's programs do
 *
 * The exact name wins, else the first that differs only in case: containerd
 * writes the names of its Go structs. A null counts as absent.
 */
cJSON *json_item(const cJSON *object, const char *key);

/*
 * Each of these leaves *value as it is when the key is absent, and refuses a
 * value of another type (CNI code 7), naming where, key and value.
 */
int json_string(const cJSON *object, const char *where, const char *key,
		const char **value, struct vr_error *err);
int json_bool(const cJSON *object, const char *where, const char *key,
	      bool *value, struct vr_error *err);
int json_number(const cJSON *object, const char *where, const char *key,
		uint32_t min, uint32_t max, uint32_t *value,
		struct vr_error *err);
/* From 0 on, up to what a number of JSON holds exactly. */
#define JSON_MAX_WHOLE (UINT64_C(1) << 53)
int json_number64(const cJSON *object, const char *where, const char *key,
		  uint64_t max, uint64_t *value, struct vr_error *err);
int json_object(const cJSON *object, const char *where, const char *key,
		const cJSON **value, struct vr_error *err);
int json_array(const cJSON *object, const char *where, const char *key,
	       const cJSON **value, struct vr_error *err);
/* An array of strings. */
int json_strings(const cJSON *object, const char *where, const char *key,
		 const cJSON **value, struct vr_error *err);

/* Is a key one of these?  In any case, as json_item() finds them. */
bool json_key_is_in(const char *key, const char *const *keys, size_t count);

/**
 * json_refuse() - Refuse a value, naming it
 * @where: the document or the part of it
 * @key: the key, or NULL for the whole document
 * @value: the value, printed shortened
 * @reason: completes 'KEY is VALUE, '
 *
 * Return: negative, for return statements.
 */
int json_refuse(const char *where, const char *key, const cJSON *value,
		const char *reason, struct vr_error *err);

/* The same with another code than 7. */
int json_refuse_code(enum cni_code code, const char *where, const char *key,
		     const cJSON *value, const char *reason,
		     struct vr_error *err);

/**
 * json_replace() - Set a key, in the place of an old value of any case
 *
 * Takes @value, also when it fails.
 *
 * Return: 0, or negative when memory is short.
 */
int json_replace(cJSON *object, const char *key, cJSON *value,
		 struct vr_error *err);
void json_remove(cJSON *object, const char *key);

#endif
