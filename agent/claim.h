/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPAMClaims say which addresses they keep.
 */
#ifndef VR_AGENT_CLAIM_H
#define VR_AGENT_CLAIM_H

#include "work.h"

/* The step of a struct cluster_claim; @arg is the controller. */
void claim_step(struct work *work, void *arg);

#endif /* VR_AGENT_CLAIM_H */
