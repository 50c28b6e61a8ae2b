/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_GC_H
#define VR_CNI_GC_H

#include "environment.h"
#include "netconf.h"

/**
 * cni_gc() - Take back what is held for containers that are gone
 *
 * Of the network configuration's own attachments those that the runtime does
 * not list as valid, and those of earlier boots or of a namespace that is gone.
 * Goes on after errors; the text has all of them, the code is the first one's.
 */
int cni_gc(const struct environment *env, struct netconf *netconf,
	   struct vr_error *err);

#endif
