/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that choose a routing table (ip-rule(8)).
 */
#ifndef VR_LIB_RULE_H
#define VR_LIB_RULE_H

#include <stdint.h>

#include "address.h"
#include "netlink.h"

#define VR_RULE_ANYWHERE UINT32_MAX

/**
 * struct vr_rule - which packets are looked up in a table
 * @priority: its place; or VR_RULE_ANYWHERE: the kernel's choice, before all but
 *	the local table's
 * @mark: those with this mark; 0 for any
 * @device: those that come in by it; NULL for any
 * @source: those from this address; AF_UNSPEC for any
 * @protocol: whose rule it is, RTPROT_*
 */
struct vr_rule {
	uint32_t priority;
	uint32_t table;
	uint32_t mark;
	const char *device;
	struct vr_ip source;
	uint8_t protocol;
};

/**
 * vr_rule_add() - Add a rule
 * @nl: a socket of NETLINK_ROUTE
 * @family: AF_INET or AF_INET6
 *
 * Return: 0, also when there is the same; or negative.
 */
int vr_rule_add(struct vr_nl *nl, int family, const struct vr_rule *rule,
		struct vr_error *err);

/**
 * vr_rule_del() - Delete the first rule that has all that is set in @rule
 *
 * Return: 0, also when there is none; or negative.
 */
int vr_rule_del(struct vr_nl *nl, int family, const struct vr_rule *rule,
		struct vr_error *err);

#endif /* VR_LIB_RULE_H */
