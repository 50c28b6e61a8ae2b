/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_SYSCTL_H
#define VR_CNI_SYSCTL_H

#include <cjson/cJSON.h>

#include "../lib/error.h"
#include "podns.h"

/**
 * sysctl_parse() - Parse the key "sysctls" of an object
 * @where: what @object is, for the error message
 * @sysctls: left as it is when the key is absent
 *
 * {"net.ipv4.conf.IFNAME.rp_filter": "0"}: those of an interface, and with
 * IFNAME in the place of its name.  All others are the container's own, or
 * other interfaces', and refused (CNI code 7).
 */
int sysctl_parse(const cJSON *object, const char *where, const cJSON **sysctls,
		 struct vr_error *err);

/**
 * sysctl_write() - Set them for an interface of a container
 * @sysctls: from sysctl_parse(), or NULL
 */
int sysctl_write(const struct podns *podns, const char *ifname,
		 const cJSON *sysctls, struct vr_error *err);

#endif
