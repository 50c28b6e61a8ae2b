/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Network and its NetworkAttachmentDefinition are made to say what was
 * decided.
 */
#ifndef VR_AGENT_PUBLISH_H
#define VR_AGENT_PUBLISH_H

#include "work.h"

#define PUBLISH_COMPONENT "vr-controller"

/* The step of a struct cluster_network; @arg is the controller. */
void publish_step(struct work *work, void *arg);

#endif /* VR_AGENT_PUBLISH_H */
