/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the agent's rules (ip-rule(8)) stand among the host's, and vrf devices.
 */
#ifndef VR_AGENT_HOST_RULE_H
#define VR_AGENT_HOST_RULE_H

#include <stdint.h>

#include "../lib/netlink.h"
#include "../lib/rule.h"

/* What is before the kernel's rule for vrfs (1000), and what is behind it. */
#define HOST_RULE_MARKED 900
#define HOST_RULE_LOCAL 1001
#define HOST_RULE_DEVICE 1002

/**
 * host_rule_local_later() - Look up the host's own addresses behind HOST_RULE_MARKED
 *
 * And behind vrfs: an address of the host may be one of a network's, too.
 * host_rule_local_first() is as the kernel has it.
 */
int host_rule_local_later(struct vr_nl *nl, int family, struct vr_error *err);
int host_rule_local_first(struct vr_nl *nl, int family, struct vr_error *err);

/* Make a vrf device with a table, and set it up. */
int vrf_create(struct vr_nl *nl, const char *ifname, uint32_t table,
	       struct vr_error *err);

/* Put a device into a vrf, or with @master 0 into none. It may be so already. */
int vrf_set_master(struct vr_nl *nl, uint32_t ifindex, uint32_t master,
		   struct vr_error *err);

#endif /* VR_AGENT_HOST_RULE_H */
