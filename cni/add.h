/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_ADD_H
#define VR_CNI_ADD_H

#include <cjson/cJSON.h>

#include "environment.h"
#include "netconf.h"

/**
 * cni_add() - Give a container all its interfaces, or none
 *
 * Return: the result, in the version of the configuration; or NULL, with
 * everything taken back that was made.
 */
cJSON *cni_add(const struct environment *env, struct netconf *netconf,
	       struct vr_error *err);

#endif
