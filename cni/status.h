/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_STATUS_H
#define VR_CNI_STATUS_H

#include "environment.h"
#include "netconf.h"

/**
 * cni_status() - Is everything there for an ADD?
 *
 * Refusals have CNI code 50, or 51 when an IPAM plugin says so; 7 when the
 * configuration or a definition would be refused.
 */
int cni_status(const struct environment *env, struct netconf *netconf,
	       struct vr_error *err);

#endif
