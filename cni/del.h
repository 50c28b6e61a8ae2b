/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_DEL_H
#define VR_CNI_DEL_H

#include "environment.h"
#include "netconf.h"

/**
 * cni_del() - Remove what an ADD made
 *
 * Works with namespace, definitions, state file or configuration gone, and
 * any number of times.
 */
int cni_del(const struct environment *env, struct netconf *netconf,
	    struct vr_error *err);

#endif
