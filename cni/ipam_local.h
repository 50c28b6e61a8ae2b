/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_IPAM_LOCAL_H
#define VR_CNI_IPAM_LOCAL_H

#include "ipam.h"

/* The type of IPAM that is no program: vr-cni hands the addresses out itself. */
#define IPAM_LOCAL_TYPE "vr"

/**
 * ipam_local_run() - Do what an IPAM plugin would be executed for
 * @call: of type "vr"; ADD fills in call->result
 *
 * Return: 0, or negative with call->error.
 */
int ipam_local_run(struct ipam_call *call);

#endif
