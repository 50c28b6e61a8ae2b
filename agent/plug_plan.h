/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a running pod's annotation asks for, beside what the pod has: which
 * interface to take away, and which to add.
 */
#ifndef VR_AGENT_PLUG_PLAN_H
#define VR_AGENT_PLUG_PLAN_H

#include <linux/if.h>
#include <stdbool.h>

#include "../cni/request.h"

/**
 * struct plug_interface - a further interface that a pod has
 * @network: by the name it was asked for
 * @plugged: it was added while the pod ran
 */
struct plug_interface {
	const char *network;
	const char *ifname;
	bool plugged;
};

/**
 * struct plug_plan - the next step
 * @remove: the interface to take away, or NULL
 * @add: the request to fulfil, or NULL; not before there is nothing to remove
 * @ifname: the name of that
 */
struct plug_plan {
	const struct plug_interface *remove;
	const struct request *add;
	char ifname[IFNAMSIZ];
};

/**
 * plug_plan_make() - Compare what is wanted with what is there
 *
 * An interface is that of a request when network and name are the same, or the
 * network is and the request names no interface: the first such for the first
 * such.  So an interface keeps its name for as long as it lives.
 */
void plug_plan_make(const struct requests *wanted,
		    const struct plug_interface *there, unsigned int count,
		    struct plug_plan *plan);

#endif /* VR_AGENT_PLUG_PLAN_H */
