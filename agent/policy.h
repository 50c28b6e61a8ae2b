/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Authors of NetworkPolicies, and of isolated namespaces, are told that nothing
 * enforces them.
 */
#ifndef VR_AGENT_POLICY_H
#define VR_AGENT_POLICY_H

#include "work.h"

/* The word by which these Events are found again. */
#define POLICY_REASON "NotEnforced"

/* The step of a struct cluster_policy; @arg is the controller. */
void policy_step(struct work *work, void *arg);

#endif /* VR_AGENT_POLICY_H */
