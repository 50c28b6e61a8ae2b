// SPDX-License-Identifier: Apache-2.0
/*
 * The condition "Ready".  Entry point: condition_list().
 */
#include <string.h>
#include <time.h>

#include "condition.h"
#include "object.h"

static const char *status_text(const struct condition *condition)
{
	return condition->ready ? "True" : "False";
}

static const cJSON *find(const cJSON *list)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list) {
		if (!strcmp(object_text(item, "type"), "Ready"))
			return item;
	}
	return NULL;
}

bool condition_was_told(const cJSON *list, const struct condition *condition)
{
	const cJSON *item = find(list);

	return item &&
	       !strcmp(object_text(item, "status"), status_text(condition)) &&
	       !strcmp(object_text(item, "reason"), condition->reason) &&
	       !strcmp(object_text(item, "message"), condition->message);
}

bool condition_is_in(const cJSON *list, const struct condition *condition)
{
	return condition_was_told(list, condition) &&
	       object_number(find(list), "observedGeneration") ==
		       condition->generation;
}

static const char *time_of_change(const cJSON *old,
				  const struct condition *condition,
				  char text[OBJECT_TIME_BYTES])
{
	const cJSON *item = find(old);

	if (item && object_text(item, "lastTransitionTime")[0] &&
	    !strcmp(object_text(item, "status"), status_text(condition)))
		return object_text(item, "lastTransitionTime");
	return object_format_time(time(NULL), text);
}

cJSON *condition_list(const cJSON *old, const struct condition *condition)
{
	cJSON *list = cJSON_CreateArray();
	cJSON *item = cJSON_CreateObject();
	char text[OBJECT_TIME_BYTES];

	cJSON_AddStringToObject(item, "type", "Ready");
	cJSON_AddStringToObject(item, "status", status_text(condition));
	cJSON_AddStringToObject(item, "reason", condition->reason);
	cJSON_AddStringToObject(item, "message", condition->message);
	cJSON_AddStringToObject(item, "lastTransitionTime",
				time_of_change(old, condition, text));
	cJSON_AddNumberToObject(item, "observedGeneration",
				condition->generation);
	cJSON_AddItemToArray(list, item);
	return list;
}
