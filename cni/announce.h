/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_ANNOUNCE_H
#define VR_CNI_ANNOUNCE_H

#include "../lib/error.h"
#include "plan.h"
#include "podns.h"

/**
 * announce_addresses() - Tell the networks of a plan who has its addresses now
 *
 * An address may have been another container's a moment ago, and be known by
 * its MAC: gratuitous ARP (RFC 5227) and unsolicited neighbour advertisements
 * (RFC 4861, 7.2.6), one for each address.
 */
int announce_addresses(const struct podns *podns, const struct plan *plan,
		       struct vr_error *err);

#endif
