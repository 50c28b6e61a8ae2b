// SPDX-License-Identifier: Apache-2.0
/*
 * Neighbours and routes over rtnetlink.  Entry point: host_route_add().
 */
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/field.h"
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

static struct rtmsg header(const struct vr_prefix *prefix)
{
	return (struct rtmsg){
		.rtm_family = (uint8_t)prefix->ip.family,
		.rtm_dst_len = prefix->length,
		.rtm_protocol = HOST_ROUTE_PROTOCOL,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
}

static void begin(struct vr_msg *msg, uint16_t type, uint16_t flags,
		  const struct rtmsg *info, const struct vr_prefix *prefix,
		  uint32_t ifindex)
{
	vr_msg_start(msg, type, flags, info, sizeof(*info));
	put_ip(msg, RTA_DST, &prefix->ip);
	vr_msg_put_u32(msg, RTA_OIF, NULL, ifindex);
}

static void start(struct vr_msg *msg, uint16_t type, uint16_t flags,
		  uint32_t ifindex, const struct vr_prefix *prefix)
{
	struct rtmsg info = header(prefix);

	info.rtm_table = RT_TABLE_MAIN;
	info.rtm_flags = RTNH_F_ONLINK;
	begin(msg, type, flags, &info, prefix, ifindex);
}

int host_route_forward(int family, struct vr_error *err)
{
	const char *path = family == AF_INET
				   ? "/proc/sys/net/ipv4/ip_forward"
				   : "/proc/sys/net/ipv6/conf/all/forwarding";
	FILE *file = fopen(path, "w");
	int ret = file ? 0 : -errno;

	if (file && fputs("1", file) < 0)
		ret = -errno;
	if (file && fclose(file))
		ret = -errno;
	return ret ? vr_error_set(err, -ret, "%s: %s", path, strerror(-ret))
		   : 0;
}

static void start_on_link(struct vr_msg *msg, uint16_t type, uint16_t flags,
			  uint32_t ifindex, uint32_t table,
			  const struct vr_prefix *prefix)
{
	struct rtmsg info = header(prefix);

	if (info.rtm_family == AF_INET)
		info.rtm_scope = RT_SCOPE_LINK;
	begin(msg, type, flags, &info, prefix, ifindex);
	vr_msg_put_u32(msg, RTA_TABLE, NULL, table);
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

struct route_list {
	struct vr_prefix *prefixes;
	unsigned int count;
	uint32_t ifindex;
};

static int take_route(const struct nlmsghdr *header, void *arg,
		      struct vr_error *err)
{
	const struct rtmsg *info = nlmsg_data(header);
	struct route_list *list = arg;
	struct nlattr *tb[RTA_MAX + 1];
	struct vr_prefix *prefix;

	if (header->nlmsg_type != RTM_NEWROUTE ||
	    info->rtm_protocol != HOST_ROUTE_PROTOCOL ||
	    info->rtm_table != RT_TABLE_MAIN || info->rtm_type != RTN_UNICAST)
		return 0;
	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(*info), tb, RTA_MAX,
			NULL))
		return vr_error_set(err, EBADMSG,
				    "the kernel's answer is malformed");
	if (!tb[RTA_DST] || !tb[RTA_OIF] ||
	    nla_get_u32(tb[RTA_OIF]) != list->ifindex)
		return 0;
	prefix = vr_list_grow(&list->prefixes, &list->count, sizeof(*prefix));
	if (!prefix)
		return vr_error_memory(err);
	prefix->length = info->rtm_dst_len;
	return vr_ip_parse_attr(tb[RTA_DST], &prefix->ip, err);
}

int host_route_list(struct vr_nl *nl, uint32_t ifindex,
		    struct vr_prefix **prefixes, unsigned int *count,
		    struct vr_error *err)
{
	struct rtmsg info = { .rtm_family = AF_UNSPEC };
	struct route_list list = { .ifindex = ifindex };
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	int ret;

	vr_msg_start(&msg, RTM_GETROUTE, 0, &info, sizeof(info));
	ret = vr_nl_dump(nl, &msg, take_route, &list, err);
	*prefixes = list.prefixes;
	*count = list.count;
	return ret;
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

int host_route_on_link(struct vr_nl *nl, uint32_t ifindex, uint32_t table,
		       const struct vr_prefix *prefix, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;

	start_on_link(&msg, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, ifindex,
		      table, prefix);
	return vr_nl_call(nl, &msg, NULL, NULL, err);
}

int host_route_off_link(struct vr_nl *nl, uint32_t ifindex, uint32_t table,
			const struct vr_prefix *prefix, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	int ret;

	start_on_link(&msg, RTM_DELROUTE, 0, ifindex, table, prefix);
	ret = vr_nl_call(nl, &msg, NULL, NULL, err);
	return ret == -ESRCH || ret == -ENODEV ? 0 : ret;
}
