// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	uapi/vr.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/vr.h>

/* Integer value ranges */
static const struct netlink_range_validation vr_a_network_vni_range = {
	.max	= VR_MAX_VNI,
};

static const struct netlink_range_validation vr_a_network_mtu_range = {
	.min	= VR_MIN_MTU,
	.max	= VR_MAX_MTU,
};

static const struct netlink_range_validation vr_a_port_learn_ageing_range = {
	.max	= 1000000ULL,
};

/* Common nested types */
const struct nla_policy vr_allowed_nl_policy[VR_A_ALLOWED_MODE + 1] = {
	[VR_A_ALLOWED_PREFIX] = { .type = NLA_BINARY, },
	[VR_A_ALLOWED_PREFIX_LENGTH] = NLA_POLICY_MAX(NLA_U8, 128),
	[VR_A_ALLOWED_MODE] = NLA_POLICY_MAX(NLA_U8, 2),
};

const struct nla_policy vr_endpoint_config_nl_policy[VR_A_ENDPOINT_UPLINK + 1] = {
	[VR_A_ENDPOINT_NETWORK] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_ENDPOINT_NETWORK_ID] = { .type = NLA_U32, },
	[VR_A_ENDPOINT_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VR_A_ENDPOINT_ADDRESS] = { .type = NLA_BINARY, },
	[VR_A_ENDPOINT_PORT_ID] = { .type = NLA_U32, },
	[VR_A_ENDPOINT_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_ENDPOINT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_ENDPOINT_NETNS_FD] = { .type = NLA_U32, },
	[VR_A_ENDPOINT_REMOTE] = { .type = NLA_BINARY, },
	[VR_A_ENDPOINT_UPLINK] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_ENDPOINT_SEQUENCE] = { .type = NLA_U32, },
	[VR_A_ENDPOINT_STATE] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_ENDPOINT_ORIGIN] = NLA_POLICY_MAX(NLA_U8, 3),
	[VR_A_ENDPOINT_ID] = { .type = NLA_U32, },
	[VR_A_ENDPOINT_NETNS_ID] = { .type = NLA_S32, },
};

const struct nla_policy vr_network_config_nl_policy[VR_A_NETWORK_ROUTES + 1] = {
	[VR_A_NETWORK_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_NETWORK_NAME] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_NETWORK_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vr_a_network_vni_range),
	[VR_A_NETWORK_MTU] = NLA_POLICY_FULL_RANGE(NLA_U32, &vr_a_network_mtu_range),
	[VR_A_NETWORK_GATEWAY_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VR_A_NETWORK_SUBNET] = NLA_POLICY_NESTED(vr_subnet_nl_policy),
	[VR_A_NETWORK_DESCRIPTION] = { .type = NLA_NUL_STRING, .len = VR_MAX_DESCRIPTION, },
	[VR_A_NETWORK_ORIGIN] = NLA_POLICY_MAX(NLA_U8, 3),
	[VR_A_NETWORK_MTU_AUTO] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_NETWORK_UNKNOWN_FLOOD] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_NETWORK_FLOOD] = { .type = NLA_BINARY, },
	[VR_A_NETWORK_PORTS] = { .type = NLA_U32, },
	[VR_A_NETWORK_ENDPOINTS] = { .type = NLA_U32, },
	[VR_A_NETWORK_ROUTES] = { .type = NLA_U32, },
};

const struct nla_policy vr_nexthop_nl_policy[VR_A_NEXTHOP_UPLINK + 1] = {
	[VR_A_NEXTHOP_TYPE] = NLA_POLICY_MAX(NLA_U8, 4),
	[VR_A_NEXTHOP_VIA] = { .type = NLA_BINARY, },
	[VR_A_NEXTHOP_PORT_ID] = { .type = NLA_U32, },
	[VR_A_NEXTHOP_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_NEXTHOP_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_NEXTHOP_NETNS_FD] = { .type = NLA_U32, },
	[VR_A_NEXTHOP_NETNS_ID] = { .type = NLA_S32, },
	[VR_A_NEXTHOP_REMOTE] = { .type = NLA_BINARY, },
	[VR_A_NEXTHOP_WEIGHT] = NLA_POLICY_MIN(NLA_U16, 1),
	[VR_A_NEXTHOP_MAC] = { .type = NLA_BINARY, },
	[VR_A_NEXTHOP_UPLINK] = { .type = NLA_NUL_STRING, .len = 15, },
};

const struct nla_policy vr_port_config_nl_policy[VR_A_PORT_LEARN_AGEING + 1] = {
	[VR_A_PORT_NETWORK] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_PORT_NETWORK_ID] = { .type = NLA_U32, },
	[VR_A_PORT_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_PORT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_PORT_NETNS_FD] = { .type = NLA_U32, },
	[VR_A_PORT_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VR_A_PORT_ADDRESS] = { .type = NLA_BINARY, },
	[VR_A_PORT_GATEWAY] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_ANTISPOOF] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_SEQUENCE] = { .type = NLA_U32, },
	[VR_A_PORT_STATE] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_DESCRIPTION] = { .type = NLA_NUL_STRING, .len = VR_MAX_DESCRIPTION, },
	[VR_A_PORT_ORIGIN] = NLA_POLICY_MAX(NLA_U8, 3),
	[VR_A_PORT_ALLOWED] = NLA_POLICY_NESTED(vr_allowed_nl_policy),
	[VR_A_PORT_VLAN] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_DHCP_SERVER] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_ROUTER_ADVERTISEMENT] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_RATE_IN] = { .type = NLA_U64, },
	[VR_A_PORT_BURST_IN] = { .type = NLA_U32, },
	[VR_A_PORT_RATE_OUT] = { .type = NLA_U64, },
	[VR_A_PORT_BURST_OUT] = { .type = NLA_U32, },
	[VR_A_PORT_STORM_RATE] = { .type = NLA_U32, },
	[VR_A_PORT_STORM_BURST] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_PORT_LEARN] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_LEARN_LIMIT] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_PORT_LEARN_AGEING] = NLA_POLICY_FULL_RANGE(NLA_U32, &vr_a_port_learn_ageing_range),
	[VR_A_PORT_ID] = { .type = NLA_U32, },
	[VR_A_PORT_NETNS_ID] = { .type = NLA_S32, },
	[VR_A_PORT_KIND] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_UP] = { .type = NLA_U8, },
	[VR_A_PORT_MTU] = { .type = NLA_U32, },
};

const struct nla_policy vr_route_config_nl_policy[VR_A_ROUTE_ORIGIN + 1] = {
	[VR_A_ROUTE_NETWORK] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_ROUTE_NETWORK_ID] = { .type = NLA_U32, },
	[VR_A_ROUTE_PREFIX] = { .type = NLA_BINARY, },
	[VR_A_ROUTE_PREFIX_LENGTH] = NLA_POLICY_MAX(NLA_U8, 128),
	[VR_A_ROUTE_NEXTHOP] = NLA_POLICY_NESTED(vr_nexthop_nl_policy),
	[VR_A_ROUTE_ORIGIN] = NLA_POLICY_MAX(NLA_U8, 3),
};

const struct nla_policy vr_subnet_nl_policy[VR_A_SUBNET_PREFIX_LENGTH + 1] = {
	[VR_A_SUBNET_GATEWAY] = { .type = NLA_BINARY, },
	[VR_A_SUBNET_PREFIX_LENGTH] = NLA_POLICY_MAX(NLA_U8, 128),
};

/* VR_CMD_NETWORK_NEW - do */
const struct nla_policy vr_network_new_nl_policy[VR_A_NETWORK_UNKNOWN_FLOOD + 1] = {
	[VR_A_NETWORK_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_NETWORK_NAME] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_NETWORK_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vr_a_network_vni_range),
	[VR_A_NETWORK_MTU] = NLA_POLICY_FULL_RANGE(NLA_U32, &vr_a_network_mtu_range),
	[VR_A_NETWORK_GATEWAY_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VR_A_NETWORK_SUBNET] = NLA_POLICY_NESTED(vr_subnet_nl_policy),
	[VR_A_NETWORK_DESCRIPTION] = { .type = NLA_NUL_STRING, .len = VR_MAX_DESCRIPTION, },
	[VR_A_NETWORK_ORIGIN] = NLA_POLICY_MAX(NLA_U8, 3),
	[VR_A_NETWORK_MTU_AUTO] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_NETWORK_UNKNOWN_FLOOD] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* VR_CMD_NETWORK_SET - do */
const struct nla_policy vr_network_set_nl_policy[VR_A_NETWORK_UPLINK + 1] = {
	[VR_A_NETWORK_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_NETWORK_NAME] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_NETWORK_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vr_a_network_vni_range),
	[VR_A_NETWORK_MTU] = NLA_POLICY_FULL_RANGE(NLA_U32, &vr_a_network_mtu_range),
	[VR_A_NETWORK_GATEWAY_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VR_A_NETWORK_SUBNET] = NLA_POLICY_NESTED(vr_subnet_nl_policy),
	[VR_A_NETWORK_DESCRIPTION] = { .type = NLA_NUL_STRING, .len = VR_MAX_DESCRIPTION, },
	[VR_A_NETWORK_ORIGIN] = NLA_POLICY_MAX(NLA_U8, 3),
	[VR_A_NETWORK_MTU_AUTO] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_NETWORK_UNKNOWN_FLOOD] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_NETWORK_FLOOD_ADD] = { .type = NLA_BINARY, },
	[VR_A_NETWORK_FLOOD_DEL] = { .type = NLA_BINARY, },
	[VR_A_NETWORK_UPLINK] = { .type = NLA_NUL_STRING, .len = 15, },
};

/* VR_CMD_NETWORK_DEL - do */
const struct nla_policy vr_network_del_nl_policy[VR_A_NETWORK_IF_UNUSED + 1] = {
	[VR_A_NETWORK_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_NETWORK_NAME] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_NETWORK_IF_UNUSED] = { .type = NLA_FLAG, },
};

/* VR_CMD_NETWORK_GET - do */
const struct nla_policy vr_network_get_nl_policy[VR_A_NETWORK_ORIGIN + 1] = {
	[VR_A_NETWORK_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_NETWORK_NAME] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_NETWORK_ORIGIN] = NLA_POLICY_MAX(NLA_U8, 3),
};

/* VR_CMD_PORT_NEW - do */
const struct nla_policy vr_port_new_nl_policy[VR_A_PORT_LEARN_AGEING + 1] = {
	[VR_A_PORT_NETWORK] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_PORT_NETWORK_ID] = { .type = NLA_U32, },
	[VR_A_PORT_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_PORT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_PORT_NETNS_FD] = { .type = NLA_U32, },
	[VR_A_PORT_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VR_A_PORT_ADDRESS] = { .type = NLA_BINARY, },
	[VR_A_PORT_GATEWAY] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_ANTISPOOF] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_SEQUENCE] = { .type = NLA_U32, },
	[VR_A_PORT_STATE] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_DESCRIPTION] = { .type = NLA_NUL_STRING, .len = VR_MAX_DESCRIPTION, },
	[VR_A_PORT_ORIGIN] = NLA_POLICY_MAX(NLA_U8, 3),
	[VR_A_PORT_ALLOWED] = NLA_POLICY_NESTED(vr_allowed_nl_policy),
	[VR_A_PORT_VLAN] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_DHCP_SERVER] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_ROUTER_ADVERTISEMENT] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_RATE_IN] = { .type = NLA_U64, },
	[VR_A_PORT_BURST_IN] = { .type = NLA_U32, },
	[VR_A_PORT_RATE_OUT] = { .type = NLA_U64, },
	[VR_A_PORT_BURST_OUT] = { .type = NLA_U32, },
	[VR_A_PORT_STORM_RATE] = { .type = NLA_U32, },
	[VR_A_PORT_STORM_BURST] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_PORT_LEARN] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_LEARN_LIMIT] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_PORT_LEARN_AGEING] = NLA_POLICY_FULL_RANGE(NLA_U32, &vr_a_port_learn_ageing_range),
};

/* VR_CMD_PORT_SET - do */
const struct nla_policy vr_port_set_nl_policy[VR_A_PORT_LEARN_AGEING + 1] = {
	[VR_A_PORT_ID] = { .type = NLA_U32, },
	[VR_A_PORT_NETWORK] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_PORT_NETWORK_ID] = { .type = NLA_U32, },
	[VR_A_PORT_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_PORT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_PORT_NETNS_FD] = { .type = NLA_U32, },
	[VR_A_PORT_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VR_A_PORT_ADDRESS] = { .type = NLA_BINARY, },
	[VR_A_PORT_NO_ADDRESSES] = { .type = NLA_FLAG, },
	[VR_A_PORT_GATEWAY] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_ANTISPOOF] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_SEQUENCE] = { .type = NLA_U32, },
	[VR_A_PORT_STATE] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_DESCRIPTION] = { .type = NLA_NUL_STRING, .len = VR_MAX_DESCRIPTION, },
	[VR_A_PORT_ORIGIN] = NLA_POLICY_MAX(NLA_U8, 3),
	[VR_A_PORT_ALLOWED] = NLA_POLICY_NESTED(vr_allowed_nl_policy),
	[VR_A_PORT_NO_ALLOWED] = { .type = NLA_FLAG, },
	[VR_A_PORT_VLAN] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_DHCP_SERVER] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_ROUTER_ADVERTISEMENT] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_RATE_IN] = { .type = NLA_U64, },
	[VR_A_PORT_BURST_IN] = { .type = NLA_U32, },
	[VR_A_PORT_RATE_OUT] = { .type = NLA_U64, },
	[VR_A_PORT_BURST_OUT] = { .type = NLA_U32, },
	[VR_A_PORT_STORM_RATE] = { .type = NLA_U32, },
	[VR_A_PORT_STORM_BURST] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_PORT_LEARN] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_PORT_LEARN_LIMIT] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_PORT_LEARN_AGEING] = NLA_POLICY_FULL_RANGE(NLA_U32, &vr_a_port_learn_ageing_range),
};

/* VR_CMD_PORT_DEL - do */
const struct nla_policy vr_port_del_nl_policy[VR_A_PORT_NETNS_FD + 1] = {
	[VR_A_PORT_ID] = { .type = NLA_U32, },
	[VR_A_PORT_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_PORT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_PORT_NETNS_FD] = { .type = NLA_U32, },
};

/* VR_CMD_PORT_GET - do */
const struct nla_policy vr_port_get_nl_policy[VR_A_PORT_ORIGIN + 1] = {
	[VR_A_PORT_ID] = { .type = NLA_U32, },
	[VR_A_PORT_NETWORK] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_PORT_NETWORK_ID] = { .type = NLA_U32, },
	[VR_A_PORT_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_PORT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_PORT_NETNS_FD] = { .type = NLA_U32, },
	[VR_A_PORT_ORIGIN] = NLA_POLICY_MAX(NLA_U8, 3),
};

/* VR_CMD_ENDPOINT_NEW - do */
const struct nla_policy vr_endpoint_new_nl_policy[VR_A_ENDPOINT_UPLINK + 1] = {
	[VR_A_ENDPOINT_NETWORK] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_ENDPOINT_NETWORK_ID] = { .type = NLA_U32, },
	[VR_A_ENDPOINT_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VR_A_ENDPOINT_ADDRESS] = { .type = NLA_BINARY, },
	[VR_A_ENDPOINT_PORT_ID] = { .type = NLA_U32, },
	[VR_A_ENDPOINT_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_ENDPOINT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VR_A_ENDPOINT_NETNS_FD] = { .type = NLA_U32, },
	[VR_A_ENDPOINT_REMOTE] = { .type = NLA_BINARY, },
	[VR_A_ENDPOINT_UPLINK] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_ENDPOINT_SEQUENCE] = { .type = NLA_U32, },
	[VR_A_ENDPOINT_STATE] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_ENDPOINT_ORIGIN] = NLA_POLICY_MAX(NLA_U8, 3),
};

/* VR_CMD_ENDPOINT_DEL - do */
const struct nla_policy vr_endpoint_del_nl_policy[VR_A_ENDPOINT_STATE + 1] = {
	[VR_A_ENDPOINT_NETWORK] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_ENDPOINT_NETWORK_ID] = { .type = NLA_U32, },
	[VR_A_ENDPOINT_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VR_A_ENDPOINT_STATE] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* VR_CMD_ENDPOINT_GET - do */
const struct nla_policy vr_endpoint_get_nl_policy[VR_A_ENDPOINT_ORIGIN + 1] = {
	[VR_A_ENDPOINT_NETWORK] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_ENDPOINT_NETWORK_ID] = { .type = NLA_U32, },
	[VR_A_ENDPOINT_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VR_A_ENDPOINT_STATE] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_ENDPOINT_PORT_ID] = { .type = NLA_U32, },
	[VR_A_ENDPOINT_REMOTE] = { .type = NLA_BINARY, },
	[VR_A_ENDPOINT_ORIGIN] = NLA_POLICY_MAX(NLA_U8, 3),
};

/* VR_CMD_ROUTE_NEW - do */
const struct nla_policy vr_route_new_nl_policy[VR_A_ROUTE_ORIGIN + 1] = {
	[VR_A_ROUTE_NETWORK] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_ROUTE_NETWORK_ID] = { .type = NLA_U32, },
	[VR_A_ROUTE_PREFIX] = { .type = NLA_BINARY, },
	[VR_A_ROUTE_PREFIX_LENGTH] = NLA_POLICY_MAX(NLA_U8, 128),
	[VR_A_ROUTE_NEXTHOP] = NLA_POLICY_NESTED(vr_nexthop_nl_policy),
	[VR_A_ROUTE_ORIGIN] = NLA_POLICY_MAX(NLA_U8, 3),
};

/* VR_CMD_ROUTE_DEL - do */
const struct nla_policy vr_route_del_nl_policy[VR_A_ROUTE_PREFIX_LENGTH + 1] = {
	[VR_A_ROUTE_NETWORK] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_ROUTE_NETWORK_ID] = { .type = NLA_U32, },
	[VR_A_ROUTE_PREFIX] = { .type = NLA_BINARY, },
	[VR_A_ROUTE_PREFIX_LENGTH] = NLA_POLICY_MAX(NLA_U8, 128),
};

/* VR_CMD_ROUTE_GET - do */
const struct nla_policy vr_route_get_nl_policy[VR_A_ROUTE_ORIGIN + 1] = {
	[VR_A_ROUTE_NETWORK] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_ROUTE_NETWORK_ID] = { .type = NLA_U32, },
	[VR_A_ROUTE_PREFIX] = { .type = NLA_BINARY, },
	[VR_A_ROUTE_PREFIX_LENGTH] = NLA_POLICY_MAX(NLA_U8, 128),
	[VR_A_ROUTE_ORIGIN] = NLA_POLICY_MAX(NLA_U8, 3),
};

/* VR_CMD_ROUTE_LOOKUP - do */
const struct nla_policy vr_route_lookup_nl_policy[VR_A_ROUTE_DESTINATION_PORT + 1] = {
	[VR_A_ROUTE_NETWORK] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_ROUTE_NETWORK_ID] = { .type = NLA_U32, },
	[VR_A_ROUTE_ADDRESS] = { .type = NLA_BINARY, },
	[VR_A_ROUTE_SOURCE] = { .type = NLA_BINARY, },
	[VR_A_ROUTE_PROTOCOL] = { .type = NLA_U8, },
	[VR_A_ROUTE_SOURCE_PORT] = { .type = NLA_U16, },
	[VR_A_ROUTE_DESTINATION_PORT] = { .type = NLA_U16, },
};

/* VR_CMD_UPLINK_NEW - do */
const struct nla_policy vr_uplink_new_nl_policy[VR_A_UPLINK_ANY + 1] = {
	[VR_A_UPLINK_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_UPLINK_TYPE] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_UPLINK_LOCAL] = { .type = NLA_BINARY, },
	[VR_A_UPLINK_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[VR_A_UPLINK_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_UPLINK_TTL] = NLA_POLICY_MIN(NLA_U8, 1),
	[VR_A_UPLINK_DSCP] = NLA_POLICY_MAX(NLA_U8, 63),
	[VR_A_UPLINK_ANY] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* VR_CMD_UPLINK_SET - do */
const struct nla_policy vr_uplink_set_nl_policy[VR_A_UPLINK_PEER_DEL + 1] = {
	[VR_A_UPLINK_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_UPLINK_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_UPLINK_TTL] = NLA_POLICY_MIN(NLA_U8, 1),
	[VR_A_UPLINK_DSCP] = NLA_POLICY_MAX(NLA_U8, 63),
	[VR_A_UPLINK_ANY] = NLA_POLICY_MAX(NLA_U8, 1),
	[VR_A_UPLINK_PEER_ADD] = { .type = NLA_BINARY, },
	[VR_A_UPLINK_PEER_DEL] = { .type = NLA_BINARY, },
};

/* VR_CMD_UPLINK_DEL - do */
const struct nla_policy vr_uplink_del_nl_policy[VR_A_UPLINK_IFNAME + 1] = {
	[VR_A_UPLINK_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_UPLINK_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
};

/* VR_CMD_UPLINK_GET - do */
const struct nla_policy vr_uplink_get_nl_policy[VR_A_UPLINK_IFNAME + 1] = {
	[VR_A_UPLINK_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VR_A_UPLINK_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
};

/* VR_CMD_APPLY - do */
const struct nla_policy vr_apply_nl_policy[VR_A_APPLY_ROUTE + 1] = {
	[VR_A_APPLY_NETWORK] = NLA_POLICY_NESTED(vr_network_config_nl_policy),
	[VR_A_APPLY_PORT] = NLA_POLICY_NESTED(vr_port_config_nl_policy),
	[VR_A_APPLY_ENDPOINT] = NLA_POLICY_NESTED(vr_endpoint_config_nl_policy),
	[VR_A_APPLY_ROUTE] = NLA_POLICY_NESTED(vr_route_config_nl_policy),
};

/* VR_CMD_FLUSH - do */
const struct nla_policy vr_flush_nl_policy[VR_A_FLUSH_ROUTES + 1] = {
	[VR_A_FLUSH_ORIGIN] = NLA_POLICY_MAX(NLA_U8, 3),
	[VR_A_FLUSH_NETWORK] = { .type = NLA_NUL_STRING, .len = VR_MAX_NETWORK_NAME, },
	[VR_A_FLUSH_NETWORK_ID] = { .type = NLA_U32, },
	[VR_A_FLUSH_NETWORKS] = { .type = NLA_FLAG, },
	[VR_A_FLUSH_PORTS] = { .type = NLA_FLAG, },
	[VR_A_FLUSH_ENDPOINTS] = { .type = NLA_FLAG, },
	[VR_A_FLUSH_ROUTES] = { .type = NLA_FLAG, },
};

/* VR_CMD_LIMIT_GET - do */
const struct nla_policy vr_limit_get_nl_policy[VR_A_LIMIT_RESOURCE + 1] = {
	[VR_A_LIMIT_RESOURCE] = NLA_POLICY_MAX(NLA_U32, 11),
};

/* VR_CMD_DROP_GET - do */
const struct nla_policy vr_drop_get_nl_policy[VR_A_DROP_REASON + 1] = {
	[VR_A_DROP_REASON] = NLA_POLICY_MAX(NLA_U32, 45),
};

/* Ops table for vr */
const struct genl_ops vr_nl_ops[23] = {
	{
		.cmd		= VR_CMD_NETWORK_NEW,
		.doit		= vr_nl_network_new_doit,
		.policy		= vr_network_new_nl_policy,
		.maxattr	= VR_A_NETWORK_UNKNOWN_FLOOD,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_NETWORK_SET,
		.doit		= vr_nl_network_set_doit,
		.policy		= vr_network_set_nl_policy,
		.maxattr	= VR_A_NETWORK_UPLINK,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_NETWORK_DEL,
		.doit		= vr_nl_network_del_doit,
		.policy		= vr_network_del_nl_policy,
		.maxattr	= VR_A_NETWORK_IF_UNUSED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_NETWORK_GET,
		.doit		= vr_nl_network_get_doit,
		.dumpit		= vr_nl_network_get_dumpit,
		.policy		= vr_network_get_nl_policy,
		.maxattr	= VR_A_NETWORK_ORIGIN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_PORT_NEW,
		.doit		= vr_nl_port_new_doit,
		.policy		= vr_port_new_nl_policy,
		.maxattr	= VR_A_PORT_LEARN_AGEING,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_PORT_SET,
		.doit		= vr_nl_port_set_doit,
		.policy		= vr_port_set_nl_policy,
		.maxattr	= VR_A_PORT_LEARN_AGEING,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_PORT_DEL,
		.doit		= vr_nl_port_del_doit,
		.policy		= vr_port_del_nl_policy,
		.maxattr	= VR_A_PORT_NETNS_FD,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_PORT_GET,
		.doit		= vr_nl_port_get_doit,
		.dumpit		= vr_nl_port_get_dumpit,
		.policy		= vr_port_get_nl_policy,
		.maxattr	= VR_A_PORT_ORIGIN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_ENDPOINT_NEW,
		.doit		= vr_nl_endpoint_new_doit,
		.policy		= vr_endpoint_new_nl_policy,
		.maxattr	= VR_A_ENDPOINT_UPLINK,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_ENDPOINT_DEL,
		.doit		= vr_nl_endpoint_del_doit,
		.policy		= vr_endpoint_del_nl_policy,
		.maxattr	= VR_A_ENDPOINT_STATE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_ENDPOINT_GET,
		.doit		= vr_nl_endpoint_get_doit,
		.dumpit		= vr_nl_endpoint_get_dumpit,
		.policy		= vr_endpoint_get_nl_policy,
		.maxattr	= VR_A_ENDPOINT_ORIGIN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_ROUTE_NEW,
		.doit		= vr_nl_route_new_doit,
		.policy		= vr_route_new_nl_policy,
		.maxattr	= VR_A_ROUTE_ORIGIN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_ROUTE_DEL,
		.doit		= vr_nl_route_del_doit,
		.policy		= vr_route_del_nl_policy,
		.maxattr	= VR_A_ROUTE_PREFIX_LENGTH,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_ROUTE_GET,
		.doit		= vr_nl_route_get_doit,
		.dumpit		= vr_nl_route_get_dumpit,
		.policy		= vr_route_get_nl_policy,
		.maxattr	= VR_A_ROUTE_ORIGIN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_ROUTE_LOOKUP,
		.doit		= vr_nl_route_lookup_doit,
		.policy		= vr_route_lookup_nl_policy,
		.maxattr	= VR_A_ROUTE_DESTINATION_PORT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_UPLINK_NEW,
		.doit		= vr_nl_uplink_new_doit,
		.policy		= vr_uplink_new_nl_policy,
		.maxattr	= VR_A_UPLINK_ANY,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_UPLINK_SET,
		.doit		= vr_nl_uplink_set_doit,
		.policy		= vr_uplink_set_nl_policy,
		.maxattr	= VR_A_UPLINK_PEER_DEL,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_UPLINK_DEL,
		.doit		= vr_nl_uplink_del_doit,
		.policy		= vr_uplink_del_nl_policy,
		.maxattr	= VR_A_UPLINK_IFNAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_UPLINK_GET,
		.doit		= vr_nl_uplink_get_doit,
		.dumpit		= vr_nl_uplink_get_dumpit,
		.policy		= vr_uplink_get_nl_policy,
		.maxattr	= VR_A_UPLINK_IFNAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_APPLY,
		.doit		= vr_nl_apply_doit,
		.policy		= vr_apply_nl_policy,
		.maxattr	= VR_A_APPLY_ROUTE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_FLUSH,
		.doit		= vr_nl_flush_doit,
		.policy		= vr_flush_nl_policy,
		.maxattr	= VR_A_FLUSH_ROUTES,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_LIMIT_GET,
		.doit		= vr_nl_limit_get_doit,
		.dumpit		= vr_nl_limit_get_dumpit,
		.policy		= vr_limit_get_nl_policy,
		.maxattr	= VR_A_LIMIT_RESOURCE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VR_CMD_DROP_GET,
		.doit		= vr_nl_drop_get_doit,
		.dumpit		= vr_nl_drop_get_dumpit,
		.policy		= vr_drop_get_nl_policy,
		.maxattr	= VR_A_DROP_REASON,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group vr_nl_mcgrps[] = {
	[VR_NLGRP_MONITOR] = { "monitor", },
};
