/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reverse path filtering of the host's devices.
 */
#ifndef VR_AGENT_RP_FILTER_H
#define VR_AGENT_RP_FILTER_H

#include <linux/if.h>
#include <stdbool.h>

#include "../lib/address.h"

/**
 * rp_filter_is_strict() - Does the device that has an address drop what comes in
 * by another way than an answer would take?
 * @ip: of IPv4, else it does not
 * @device: gets its name
 */
bool rp_filter_is_strict(const struct vr_ip *ip, char device[IFNAMSIZ]);

#endif /* VR_AGENT_RP_FILTER_H */
