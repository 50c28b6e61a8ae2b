/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions of objects, as the Kubernetes API conventions have them.
 */
#ifndef VR_AGENT_CONDITION_H
#define VR_AGENT_CONDITION_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct condition - that of type "Ready"
 * @generation: of the object that it is about
 */
struct condition {
	bool ready;
	const char *reason;
	const char *message;
	uint32_t generation;
};

/* Does a list say so already?  NULL is an empty one. */
bool condition_is_in(const cJSON *list, const struct condition *condition);

/* Does a list say the same to a reader? */
bool condition_was_told(const cJSON *list, const struct condition *condition);

/**
 * condition_list() - The list that says so
 * @old: what it follows, for the time of the last change; NULL for none
 */
cJSON *condition_list(const cJSON *old, const struct condition *condition);

#endif /* VR_AGENT_CONDITION_H */
