/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzz targets share.  A target aborts when something that holds for
 * every input does not.
 */
#ifndef VR_FUZZ_H
#define VR_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cni/code.h"
#include "cni/json.h"
#include "lib/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define fuzz_assert(condition)                                             \
	do {                                                               \
		if (!(condition)) {                                        \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, \
				__LINE__, #condition);                     \
			abort();                                           \
		}                                                          \
	} while (0)

/* The input with a zero byte behind it, to free(). */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	fuzz_assert(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* The input as JSON, to delete, or NULL: then there is nothing to test. */
static inline cJSON *fuzz_json(const uint8_t *data, size_t size)
{
	struct vr_error err = { 0 };
	char *text = fuzz_text(data, size);
	cJSON *json = json_parse(text, size, "input", &err);

	fuzz_assert(json || (cni_code(&err) == CNI_DECODE && err.text[0]));
	free(text);
	return json;
}

/* What is refused has a code of the specification and a reason. */
static inline void fuzz_refusal(int ret, const struct vr_error *err)
{
	fuzz_assert(!ret || (cni_code(err) != CNI_OK && err->text[0]));
}

#endif
