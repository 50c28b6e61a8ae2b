/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_CHECK_H
#define VR_CNI_CHECK_H

#include "environment.h"
#include "netconf.h"

/**
 * cni_check() - Find out whether what ADD made is still there
 *
 * A difference has CNI code 102.
 */
int cni_check(const struct environment *env, struct netconf *netconf,
	      struct vr_error *err);

#endif
