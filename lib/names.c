// SPDX-License-Identifier: Apache-2.0
/*
 * The words vr.yaml has for the values of its enums.
 */
#include "names.h"

#include <linux/vr.h>
#include <stddef.h>
#include <string.h>

#define VR_NAMES(list)                                                     \
	{                                                                  \
		.count = sizeof(list) / sizeof((list)[0]), .names = (list) \
	}

static const char *const origins[] = {
	[VR_ORIGIN_STATIC] = "static",
	[VR_ORIGIN_CNI] = "cni",
	[VR_ORIGIN_AGENT] = "agent",
	[VR_ORIGIN_LEARNED] = "learned",
};

static const char *const port_kinds[] = {
	[VR_PORT_KIND_NATIVE] = "native",
	[VR_PORT_KIND_TAP] = "tap",
};

static const char *const endpoint_states[] = {
	[VR_ENDPOINT_STATE_ACTIVE] = "active",
	[VR_ENDPOINT_STATE_STANDBY] = "standby",
};

static const char *const nexthop_types[] = {
	[VR_NEXTHOP_TYPE_PORT] = "port",
	[VR_NEXTHOP_TYPE_ADDRESS] = "address",
	[VR_NEXTHOP_TYPE_REMOTE] = "remote",
	[VR_NEXTHOP_TYPE_BLACKHOLE] = "blackhole",
	[VR_NEXTHOP_TYPE_UNREACHABLE] = "unreachable",
	[VR_NEXTHOP_TYPE_CONNECTED] = "connected",
	[VR_NEXTHOP_TYPE_ENDPOINT] = "endpoint",
};

static const char *const uplink_types[] = {
	[VR_UPLINK_TYPE_VXLAN] = "vxlan",
	[VR_UPLINK_TYPE_DEVICE] = "device",
};

static const char *const allowed_modes[] = {
	[VR_ALLOWED_MODE_SOURCE] = "source",
	[VR_ALLOWED_MODE_ACTIVE_STANDBY] = "active-standby",
	[VR_ALLOWED_MODE_ECMP] = "ecmp",
};

const struct vr_names vr_origin_names = VR_NAMES(origins);
const struct vr_names vr_port_kind_names = VR_NAMES(port_kinds);
const struct vr_names vr_endpoint_state_names = VR_NAMES(endpoint_states);
const struct vr_names vr_nexthop_type_names = VR_NAMES(nexthop_types);
const struct vr_names vr_uplink_type_names = VR_NAMES(uplink_types);
const struct vr_names vr_allowed_mode_names = VR_NAMES(allowed_modes);

const char *vr_names_text(const struct vr_names *names, unsigned int value)
{
	return value < names->count ? names->names[value] : NULL;
}

bool vr_names_parse(const struct vr_names *names, const char *text,
		    unsigned int *value)
{
	unsigned int i;

	for (i = 0; i < names->count; i++) {
		if (strcmp(names->names[i], text) == 0) {
			*value = i;
			return true;
		}
	}

	return false;
}
