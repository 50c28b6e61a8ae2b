// SPDX-License-Identifier: Apache-2.0
/*
 * Neighbours and routes over rtnetlink.  Entry point: host_route_add().
 */
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include "host_route.h"

static struct vr_ip gateway_of(int family)
{
	struct vr_ip ip = { .family = AF_UNSPEC };

	vr_ip_parse("", family == AF_INET ? "169.254.1.1" : "fe80::1", &ip,
		    NULL);
	return ip;
}

static void put_ip(struct vr_msg *msg, int attr, const struct vr_ip *ip)
{
	vr_msg_put_ip(msg, attr, NULL, ip);
}

int host_route_gateway(struct vr_nl *nl, uint32_t ifindex, int family,
		       const uint8_t mac[VR_MAC_LEN], struct vr_error *err)
{
	struct ndmsg info = {
		.ndm_family = (uint8_t)family,
		.ndm_ifindex = (int)ifindex,
		.ndm_state = NUD_PERMANENT,
	};
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_ip gateway = gateway_of(family);

	vr_msg_start(&msg, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &info,
		     sizeof(info));
	put_ip(&msg, NDA_DST, &gateway);
	vr_msg_put_mac(&msg, NDA_LLADDR, NULL, mac);
	return vr_nl_call(nl, &msg, NULL, NULL, err);
}

static void start(struct vr_msg *msg, uint16_t type, uint16_t flags,
		  uint32_t ifindex, const struct vr_prefix *prefix)
{
	struct rtmsg info = {
		.rtm_family = (uint8_t)prefix->ip.family,
		.rtm_dst_len = prefix->length,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = HOST_ROUTE_PROTOCOL,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
		.rtm_flags = RTNH_F_ONLINK,
	};

	vr_msg_start(msg, type, flags, &info, sizeof(info));
	put_ip(msg, RTA_DST, &prefix->ip);
	vr_msg_put_u32(msg, RTA_OIF, NULL, ifindex);
}

int host_route_add(struct vr_nl *nl, uint32_t ifindex,
		   const struct vr_prefix *prefix, const struct vr_ip *source,
		   struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_ip gateway = gateway_of(prefix->ip.family);

	start(&msg, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, ifindex,
	      prefix);
	put_ip(&msg, RTA_GATEWAY, &gateway);
	put_ip(&msg, RTA_PREFSRC, source);
	return vr_nl_call(nl, &msg, NULL, NULL, err);
}

int host_route_del(struct vr_nl *nl, uint32_t ifindex,
		   const struct vr_prefix *prefix, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	int ret;

	start(&msg, RTM_DELROUTE, 0, ifindex, prefix);
	ret = vr_nl_call(nl, &msg, NULL, NULL, err);
	return ret == -ESRCH || ret == -ENODEV ? 0 : ret;
}
