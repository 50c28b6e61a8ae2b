/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests/analyze tells the analyzers of functions that they do not see into:
 * who fails returns a negative number, and NULL is of no type.  Included before
 * everything else.
 */
#ifndef VR_TESTS_ANALYZE_H
#define VR_TESTS_ANALYZE_H

#ifdef VR_CPPCHECK
/* It does not look for headers of the system. */
#define cJSON_ArrayForEach(item, list) \
	for (item = (list)->child; item; item = item->next)
#else

#include "cni/json.h"

#define vr_analyze_failed(call)             \
	({                                  \
		int failed_ = (call);       \
		failed_ < 0 ? failed_ : -1; \
	})

#define vr_error_set(...) vr_analyze_failed(vr_error_set(__VA_ARGS__))
#define vr_error_prefix(...) vr_analyze_failed(vr_error_prefix(__VA_ARGS__))
#define vr_error_memory(err) vr_analyze_failed(vr_error_memory(err))
#define cni_fail(...) vr_analyze_failed(cni_fail(__VA_ARGS__))
#define cni_wrap(...) vr_analyze_failed(cni_wrap(__VA_ARGS__))
#define json_refuse(...) vr_analyze_failed(json_refuse(__VA_ARGS__))

#define cJSON_IsString(item) ((item) && cJSON_IsString(item))
#define cJSON_IsArray(item) ((item) && cJSON_IsArray(item))
#define cJSON_IsObject(item) ((item) && cJSON_IsObject(item))

#endif /* VR_CPPCHECK */

#endif
