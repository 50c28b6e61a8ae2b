/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interfaces of pods that run already: when the annotation of one changes, the
 * node's vr-cni adds what is new and takes away what is not asked for any more.
 */
#ifndef VR_AGENT_HOTPLUG_H
#define VR_AGENT_HOTPLUG_H

#include "api.h"
#include "attachments.h"
#include "cni_conf.h"
#include "pods.h"
#include "table.h"

/**
 * struct hotplug - what is under way
 * @conf: what vr-cni is told, as in the runtime's configuration
 * @timer: whoever set it up calls hotplug_check() when it is due
 * @pods: by container
 */
struct hotplug {
	struct loop *loop;
	struct api *api;
	const struct attachments *attachments;
	const struct pods *known_pods;
	const struct cni_conf_options *conf;
	struct loop_timer *timer;
	struct table pods;
};

/* After attachments_refresh(): begin what is to be done, a step for each pod. */
void hotplug_check(struct hotplug *hotplug);

void hotplug_stop(struct hotplug *hotplug);

#endif /* VR_AGENT_HOTPLUG_H */
