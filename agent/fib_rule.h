/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that choose a routing table (ip-rule(8)), and vrf devices.
 */
#ifndef VR_AGENT_FIB_RULE_H
#define VR_AGENT_FIB_RULE_H

#include <stdint.h>

#include "../lib/netlink.h"

/* What is before the kernel's rule for vrfs (1000), and what is behind it. */
#define FIB_RULE_MARKED 900
#define FIB_RULE_LOCAL 1001
#define FIB_RULE_DEVICE 1002

/**
 * struct fib_rule - which packets are looked up in a table
 * @priority: FIB_RULE_*
 * @mark: those with this mark; 0 for any
 * @device: those that come in by it; NULL for any
 */
struct fib_rule {
	uint32_t priority;
	uint32_t table;
	uint32_t mark;
	const char *device;
};

/* It may be there, and need not be when it is deleted. */
int fib_rule_add(struct vr_nl *nl, int family, const struct fib_rule *rule,
		 struct vr_error *err);
int fib_rule_del(struct vr_nl *nl, int family, const struct fib_rule *rule,
		 struct vr_error *err);

/**
 * fib_rule_local_later() - Look up the host's own addresses behind FIB_RULE_MARKED
 *
 * And behind vrfs: an address of the host may be one of a network's, too.
 * fib_rule_local_first() is as the kernel has it.
 */
int fib_rule_local_later(struct vr_nl *nl, int family, struct vr_error *err);
int fib_rule_local_first(struct vr_nl *nl, int family, struct vr_error *err);

/* Make a vrf device with a table, and set it up. */
int vrf_create(struct vr_nl *nl, const char *ifname, uint32_t table,
	       struct vr_error *err);

/* Put a device into a vrf, or with @master 0 into none. It may be so already. */
int vrf_set_master(struct vr_nl *nl, uint32_t ifindex, uint32_t master,
		   struct vr_error *err);

#endif /* VR_AGENT_FIB_RULE_H */
