/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	uapi/vr.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_VR_GEN_H
#define _LINUX_VR_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/vr.h>

/* Common nested types */
extern const struct nla_policy vr_allowed_nl_policy[VR_A_ALLOWED_MODE + 1];
extern const struct nla_policy vr_endpoint_config_nl_policy[VR_A_ENDPOINT_UPLINK + 1];
extern const struct nla_policy vr_network_config_nl_policy[VR_A_NETWORK_ROUTES + 1];
extern const struct nla_policy vr_nexthop_nl_policy[VR_A_NEXTHOP_UPLINK + 1];
extern const struct nla_policy vr_port_config_nl_policy[VR_A_PORT_LEARN_AGEING + 1];
extern const struct nla_policy vr_route_config_nl_policy[VR_A_ROUTE_ORIGIN + 1];
extern const struct nla_policy vr_subnet_nl_policy[VR_A_SUBNET_PREFIX_LENGTH + 1];

extern const struct nla_policy vr_network_new_nl_policy[VR_A_NETWORK_UNKNOWN_FLOOD + 1];

extern const struct nla_policy vr_network_set_nl_policy[VR_A_NETWORK_UPLINK + 1];

extern const struct nla_policy vr_network_del_nl_policy[VR_A_NETWORK_IF_UNUSED + 1];

extern const struct nla_policy vr_network_get_nl_policy[VR_A_NETWORK_ORIGIN + 1];

extern const struct nla_policy vr_port_new_nl_policy[VR_A_PORT_LEARN_AGEING + 1];

extern const struct nla_policy vr_port_set_nl_policy[VR_A_PORT_LEARN_AGEING + 1];

extern const struct nla_policy vr_port_del_nl_policy[VR_A_PORT_NETNS_FD + 1];

extern const struct nla_policy vr_port_get_nl_policy[VR_A_PORT_ORIGIN + 1];

extern const struct nla_policy vr_endpoint_new_nl_policy[VR_A_ENDPOINT_UPLINK + 1];

extern const struct nla_policy vr_endpoint_del_nl_policy[VR_A_ENDPOINT_STATE + 1];

extern const struct nla_policy vr_endpoint_get_nl_policy[VR_A_ENDPOINT_ORIGIN + 1];

extern const struct nla_policy vr_route_new_nl_policy[VR_A_ROUTE_ORIGIN + 1];

extern const struct nla_policy vr_route_del_nl_policy[VR_A_ROUTE_PREFIX_LENGTH + 1];

extern const struct nla_policy vr_route_get_nl_policy[VR_A_ROUTE_ORIGIN + 1];

extern const struct nla_policy vr_route_lookup_nl_policy[VR_A_ROUTE_DESTINATION_PORT + 1];

extern const struct nla_policy vr_uplink_new_nl_policy[VR_A_UPLINK_ANY + 1];

extern const struct nla_policy vr_uplink_set_nl_policy[VR_A_UPLINK_PEER_DEL + 1];

extern const struct nla_policy vr_uplink_del_nl_policy[VR_A_UPLINK_IFNAME + 1];

extern const struct nla_policy vr_uplink_get_nl_policy[VR_A_UPLINK_IFNAME + 1];

extern const struct nla_policy vr_apply_nl_policy[VR_A_APPLY_ROUTE + 1];

extern const struct nla_policy vr_flush_nl_policy[VR_A_FLUSH_ROUTES + 1];

extern const struct nla_policy vr_limit_get_nl_policy[VR_A_LIMIT_RESOURCE + 1];

extern const struct nla_policy vr_drop_get_nl_policy[VR_A_DROP_REASON + 1];

/* Ops table for vr */
extern const struct genl_ops vr_nl_ops[23];

int vr_nl_network_new_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_network_set_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_network_del_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_network_get_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_network_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vr_nl_port_new_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_port_set_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_port_del_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vr_nl_endpoint_new_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_endpoint_del_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_endpoint_get_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_endpoint_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vr_nl_route_new_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_route_del_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_route_get_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_route_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vr_nl_route_lookup_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_uplink_new_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_uplink_set_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_uplink_del_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_uplink_get_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_uplink_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vr_nl_apply_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_flush_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_limit_get_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_limit_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vr_nl_drop_get_doit(struct sk_buff *skb, struct genl_info *info);
int vr_nl_drop_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);

enum {
	VR_NLGRP_MONITOR,
};

#endif /* _LINUX_VR_GEN_H */
