/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_PASSTHROUGH_H
#define VR_CNI_PASSTHROUGH_H

#include <cjson/cJSON.h>

#include "../lib/error.h"

/**
 * passthrough_join() - Put what earlier plugins of a list answered into ours
 * @previous: prevResult, which result_parse() took; unchanged
 * @own: our result
 * @leading: so many addresses of @own come before theirs
 *
 * Their interfaces come first, and all they say is kept as they wrote it, keys
 * that nobody knows included.
 */
int passthrough_join(const cJSON *previous, cJSON *own, int leading,
		     struct vr_error *err);

#endif
