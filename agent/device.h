/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks that end on a device of the node, a NIC or a VLAN on one: whoever is
 * on that wire is on the network, the pods of other nodes included.  The device
 * is a port of it while the node has pods there.
 */
#ifndef VR_AGENT_DEVICE_H
#define VR_AGENT_DEVICE_H

#include "../lib/error.h"
#include "../lib/netlink.h"
#include "attachments.h"
#include "networks.h"

/* What tells such a port from those of others. */
#define DEVICE_DESCRIPTION "device of the network: by vr-agent"

/**
 * struct devices - all of them
 * @patterns: of fnmatch(3), which the operator of the node opened; NULL for none,
 *	else with a NULL at the end
 * @told: names of networks whose device could not be had, with why
 */
struct devices {
	struct networks *networks;
	const struct attachments *attachments;
	struct vr_nl *router;
	const char *const *patterns;
	struct table told;
};

/**
 * device_attach() - See that a network has its device
 *
 * Return: 0, also for a network without one; a negative errno with CNI code 7
 * when it cannot be had, which names device and reason.
 */
int device_attach(const struct devices *devices, const struct network *network,
		  struct vr_error *err);

/* After attachments_refresh(): attach what is needed, and let go of the rest. */
void devices_check(struct devices *devices);

void devices_stop(struct devices *devices);

#endif /* VR_AGENT_DEVICE_H */
