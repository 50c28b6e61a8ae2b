// SPDX-License-Identifier: Apache-2.0
/*
 * Everything inside the namespace of a container, by a socket that was opened
 * there: devices, addresses, routes, and the IPv6 settings of a device.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "../lib/netns.h"
#include "code.h"
#include "podns.h"

int podns_refuse_own(const struct podns *podns, const char *path,
		     struct vr_error *err)
{
	cleanup_fd int self = vr_netns_open_self(err);

	if (self < 0)
		return self;
	if (!vr_netns_same(self, podns->fd))
		return 0;
	return cni_fail(err, CNI_NETNS,
			"CNI_NETNS \"%s\" is the namespace of the plugin itself",
			path);
}

int podns_open(struct podns *podns, const char *path, struct vr_error *err)
{
	struct stat status;
	int ret = 0;

	*podns = (struct podns)PODNS_INIT;
	if (path[0] != '/')
		return cni_fail(err, CNI_NETNS,
				"CNI_NETNS \"%s\" is not an absolute path",
				path);
	podns->fd = vr_netns_open(path, err);
	if (podns->fd < 0) {
		ret = podns->fd;
		podns->fd = -1;
		cni_wrap(err, CNI_NETNS, "CNI_NETNS");
		return ret;
	}
	if (fstat(podns->fd, &status))
		ret = cni_fail(err, CNI_NETNS, "CNI_NETNS \"%s\": %s", path,
			       strerror(errno));
	if (!ret)
		ret = vr_nl_open_protocol(&podns->nl, NETLINK_ROUTE, podns->fd,
					  err);
	if (ret) {
		podns_close(podns);
		return ret;
	}
	podns->device = status.st_dev;
	podns->inode = status.st_ino;
	return 0;
}

int podns_open_own(struct podns *podns, struct vr_error *err)
{
	*podns = (struct podns)PODNS_INIT;
	return vr_nl_open_protocol(&podns->nl, NETLINK_ROUTE, -1, err);
}

void podns_close(struct podns *podns)
{
	vr_nl_close(&podns->nl);
	if (podns->fd >= 0)
		close(podns->fd);
	podns->fd = -1;
}

static void read_kind(struct nlattr *info, struct podns_link *link)
{
	struct nlattr *kind =
		nla_find(nla_data(info), nla_len(info), IFLA_INFO_KIND);

	if (kind)
		nla_strlcpy(link->kind, kind, sizeof(link->kind));
}

static int take_link(const struct nlmsghdr *header, void *arg,
		     struct vr_error *err)
{
	const struct ifinfomsg *info = nlmsg_data(header);
	struct nlattr *tb[IFLA_MAX + 1];
	struct podns_link *link = arg;

	if (header->nlmsg_type != RTM_NEWLINK)
		return 0;
	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(*info), tb, IFLA_MAX,
			NULL))
		return vr_error_set(err, EBADMSG,
				    "the kernel's answer is malformed");
	link->ifindex = info->ifi_index;
	link->up = info->ifi_flags & IFF_UP;
	if (tb[IFLA_IFNAME])
		nla_strlcpy(link->ifname, tb[IFLA_IFNAME],
			    sizeof(link->ifname));
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == VR_MAC_LEN)
		memcpy(link->mac, nla_data(tb[IFLA_ADDRESS]), VR_MAC_LEN);
	if (tb[IFLA_MTU])
		link->mtu = nla_get_u32(tb[IFLA_MTU]);
	if (tb[IFLA_LINKINFO])
		read_kind(tb[IFLA_LINKINFO], link);
	return 0;
}

int podns_link_find(struct podns *podns, const char *ifname,
		    struct podns_link *link, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
	int ret;

	memset(link, 0, sizeof(*link));
	vr_msg_start(&msg, RTM_GETLINK, 0, &info, sizeof(info));
	vr_msg_put_string(&msg, IFLA_IFNAME, "name", ifname);
	vr_msg_put_u32(&msg, IFLA_EXT_MASK, NULL, RTEXT_FILTER_SKIP_STATS);
	ret = vr_nl_call(&podns->nl, &msg, take_link, link, err);
	if (ret == -ENODEV)
		return 0;
	if (ret)
		return cni_wrap(err, CNI_ROUTER, "interface %s", ifname);
	return 0;
}

int podns_link_create(struct vr_nl *host, struct podns *podns,
		      const char *ifname, const uint8_t mac[VR_MAC_LEN],
		      struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC };

	vr_msg_start(&msg, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info,
		     sizeof(info));
	vr_msg_put_string(&msg, IFLA_IFNAME, "name", ifname);
	if (mac)
		vr_msg_put_mac(&msg, IFLA_ADDRESS, "mac", mac);
	if (podns->fd >= 0)
		vr_msg_put_u32(&msg, IFLA_NET_NS_FD, NULL, podns->fd);
	vr_msg_nest(&msg, IFLA_LINKINFO, NULL);
	vr_msg_put_string(&msg, IFLA_INFO_KIND, "type", "vr");
	vr_msg_end(&msg);
	return vr_nl_call(host, &msg, NULL, NULL, err);
}

int podns_link_rename(struct podns *podns, uint32_t ifindex, const char *ifname,
		      struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct ifinfomsg info = { .ifi_index = ifindex };

	vr_msg_start(&msg, RTM_NEWLINK, 0, &info, sizeof(info));
	vr_msg_put_string(&msg, IFLA_IFNAME, "name", ifname);
	return vr_nl_call(&podns->nl, &msg, NULL, NULL, err);
}

int podns_link_up(struct podns *podns, uint32_t ifindex, uint32_t mtu,
		  struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct ifinfomsg info = {
		.ifi_index = ifindex,
		.ifi_flags = IFF_UP,
		.ifi_change = IFF_UP,
	};

	vr_msg_start(&msg, RTM_NEWLINK, 0, &info, sizeof(info));
	if (mtu)
		vr_msg_put_u32(&msg, IFLA_MTU, "mtu", mtu);
	return vr_nl_call(&podns->nl, &msg, NULL, NULL, err);
}

int podns_link_delete(struct podns *podns, uint32_t ifindex,
		      struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct ifinfomsg info = { .ifi_index = ifindex };
	int ret;

	vr_msg_start(&msg, RTM_DELLINK, 0, &info, sizeof(info));
	ret = vr_nl_call(&podns->nl, &msg, NULL, NULL, err);
	return ret == -ENODEV ? 0 : ret;
}

static int set_group(struct podns *podns, uint32_t ifindex, uint32_t group,
		     struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct ifinfomsg info = { .ifi_index = ifindex };
	int ret;

	vr_msg_start(&msg, RTM_NEWLINK, 0, &info, sizeof(info));
	vr_msg_put_u32(&msg, IFLA_GROUP, NULL, group);
	ret = vr_nl_call(&podns->nl, &msg, NULL, NULL, err);
	return ret == -ENODEV ? 0 : ret;
}

int podns_links_delete(struct podns *podns, const uint32_t *ifindexes,
		       unsigned int count, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
	uint32_t group;
	unsigned int i;
	int ret = 0;

	if (!count)
		return 0;
	/* Nobody in there can know it, and put more into it. */
	if (getrandom(&group, sizeof(group), 0) != sizeof(group))
		return cni_fail(err, CNI_IO, "cannot get a random number");
	group |= 1;
	for (i = 0; !ret && i < count; i++)
		ret = set_group(podns, ifindexes[i], group, err);
	if (ret)
		return ret;
	vr_msg_start(&msg, RTM_DELLINK, 0, &info, sizeof(info));
	vr_msg_put_u32(&msg, IFLA_GROUP, NULL, group);
	ret = vr_nl_call(&podns->nl, &msg, NULL, NULL, err);
	return ret == -ENODEV ? 0 : ret;
}

/* One file of the settings of a device, inside the namespace. */
struct setting {
	const char *ifname;
	const char *family;
	const char *name;
	const char *value; /* NULL: left as it is */
};

static int write_setting(const struct setting *setting, struct vr_error *err)
{
	cleanup_fd int fd = -1;
	char path[96];

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s",
		 setting->family, setting->ifname, setting->name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	/* A kernel or a container without IPv6. */
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || write(fd, setting->value, 1) != 1)
		return cni_fail(err, CNI_ROUTER, "cannot write %s to %s: %s",
				setting->value, path, strerror(errno));
	return 0;
}

static int write_settings(void *arg, struct vr_error *err)
{
	const struct setting *setting;
	int ret = 0;

	for (setting = arg; !ret && setting->ifname; setting++) {
		if (setting->value)
			ret = write_setting(setting, err);
	}
	return ret;
}

int podns_configure(struct podns *podns, const char *ifname, bool ipv6,
		    bool announces, struct vr_error *err)
{
	const char *notify = announces ? "1" : NULL;
	struct setting settings[] = {
		{ ifname, "ipv6", "accept_ra", "0" },
		{ ifname, "ipv6", "accept_dad", "0" },
		{ ifname, "ipv6", "keep_addr_on_down", "1" },
		{ ifname, "ipv6", "disable_ipv6", ipv6 ? "0" : NULL },
		{ ifname, "ipv4", "arp_notify", notify },
		{ ifname, "ipv6", "ndisc_notify", notify },
		{ 0 },
	};

	return vr_netns_run(podns->fd, write_settings, settings, err);
}

int podns_disable_ipv6(struct podns *podns, const char *ifname,
		       struct vr_error *err)
{
	struct setting settings[] = {
		{ ifname, "ipv6", "disable_ipv6", "1" },
		{ 0 },
	};

	return vr_netns_run(podns->fd, write_settings, settings, err);
}

int podns_announce(struct podns *podns, uint32_t ifindex,
		   const uint8_t mac[VR_MAC_LEN], struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct ifinfomsg info = { .ifi_index = ifindex };

	vr_msg_start(&msg, RTM_NEWLINK, 0, &info, sizeof(info));
	vr_msg_put_mac(&msg, IFLA_ADDRESS, "mac", mac);
	return vr_nl_call(&podns->nl, &msg, NULL, NULL, err);
}

int podns_address_add(struct podns *podns, uint32_t ifindex,
		      const struct vr_prefix *address, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct ifaddrmsg info = {
		.ifa_family = address->ip.family,
		.ifa_prefixlen = address->length,
		.ifa_flags = address->ip.family == AF_INET6 ? IFA_F_NODAD : 0,
		.ifa_index = ifindex,
	};

	vr_msg_start(&msg, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &info,
		     sizeof(info));
	vr_msg_put_ip(&msg, IFA_LOCAL, "address", &address->ip);
	vr_msg_put_ip(&msg, IFA_ADDRESS, "address", &address->ip);
	return vr_nl_call(&podns->nl, &msg, NULL, NULL, err);
}

int podns_route_add(struct podns *podns, uint32_t ifindex,
		    const struct cni_route *route, bool on_link,
		    struct vr_error *err)
{
	bool has_gw = route->gw.family != AF_UNSPEC;
	uint32_t table = route->table ? route->table : RT_TABLE_MAIN;
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct rtmsg info = {
		.rtm_family = route->dst.ip.family,
		.rtm_dst_len = route->dst.length,
		.rtm_table = table < 256 ? table : RT_TABLE_COMPAT,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = has_gw ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
		.rtm_flags = has_gw && on_link ? RTNH_F_ONLINK : 0,
	};

	if (route->has_scope)
		info.rtm_scope = route->scope;
	vr_msg_start(&msg, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &info,
		     sizeof(info));
	if (route->dst.length)
		vr_msg_put_ip(&msg, RTA_DST, "dst", &route->dst.ip);
	if (has_gw)
		vr_msg_put_ip(&msg, RTA_GATEWAY, "gw", &route->gw);
	vr_msg_put_u32(&msg, RTA_OIF, NULL, ifindex);
	if (route->priority)
		vr_msg_put_u32(&msg, RTA_PRIORITY, "priority", route->priority);
	vr_msg_put_u32(&msg, RTA_TABLE, "table", table);
	if (route->mtu || route->advmss) {
		vr_msg_nest(&msg, RTA_METRICS, NULL);
		if (route->mtu)
			vr_msg_put_u32(&msg, RTAX_MTU, "mtu", route->mtu);
		if (route->advmss)
			vr_msg_put_u32(&msg, RTAX_ADVMSS, "advmss",
				       route->advmss);
		vr_msg_end(&msg);
	}
	return vr_nl_call(&podns->nl, &msg, NULL, NULL, err);
}

struct address_dump {
	uint32_t ifindex;
	struct podns_addresses *addresses;
};

static int take_address(const struct nlmsghdr *header, void *arg,
			struct vr_error *err)
{
	const struct ifaddrmsg *info = nlmsg_data(header);
	struct address_dump *dump = arg;
	struct nlattr *tb[IFA_MAX + 1];
	struct vr_prefix *address;
	struct nlattr *local;

	if (header->nlmsg_type != RTM_NEWADDR ||
	    (dump->ifindex && info->ifa_index != dump->ifindex))
		return 0;
	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(*info), tb, IFA_MAX,
			NULL))
		return vr_error_set(err, EBADMSG,
				    "the kernel's answer is malformed");
	local = tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS];
	if (!local)
		return 0;
	address = vr_list_grow(&dump->addresses->items, &dump->addresses->count,
			       sizeof(*address));
	if (!address)
		return vr_error_memory(err);
	address->length = info->ifa_prefixlen;
	return vr_ip_parse_attr(local, &address->ip, err);
}

int podns_addresses(struct podns *podns, uint32_t ifindex,
		    struct podns_addresses *addresses, struct vr_error *err)
{
	struct address_dump dump = {
		.ifindex = ifindex,
		.addresses = addresses,
	};
	struct ifaddrmsg info = { .ifa_family = AF_UNSPEC };
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;

	*addresses = (struct podns_addresses){ 0 };
	vr_msg_start(&msg, RTM_GETADDR, 0, &info, sizeof(info));
	return vr_nl_dump(&podns->nl, &msg, take_address, &dump, err);
}

static int take_route(const struct nlmsghdr *header, void *arg,
		      struct vr_error *err)
{
	const struct rtmsg *info = nlmsg_data(header);
	struct cni_routes *routes = arg;
	struct nlattr *tb[RTA_MAX + 1];
	struct cni_route route = {
		.dst.ip.family = info->rtm_family,
		.dst.length = info->rtm_dst_len,
	};
	int ret = 0;

	if (header->nlmsg_type != RTM_NEWROUTE || info->rtm_type != RTN_UNICAST)
		return 0;
	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(*info), tb, RTA_MAX,
			NULL))
		return vr_error_set(err, EBADMSG,
				    "the kernel's answer is malformed");
	if (tb[RTA_OIF])
		route.ifindex = nla_get_u32(tb[RTA_OIF]);
	if (tb[RTA_TABLE] && nla_get_u32(tb[RTA_TABLE]) != RT_TABLE_MAIN)
		route.table = nla_get_u32(tb[RTA_TABLE]);
	if (tb[RTA_DST])
		ret = vr_ip_parse_attr(tb[RTA_DST], &route.dst.ip, err);
	if (!ret && tb[RTA_GATEWAY])
		ret = vr_ip_parse_attr(tb[RTA_GATEWAY], &route.gw, err);
	if (!ret)
		ret = cni_routes_add(routes, &route, err);
	return ret;
}

int podns_routes(struct podns *podns, struct cni_routes *routes,
		 struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct rtmsg info = { .rtm_family = AF_UNSPEC };

	*routes = (struct cni_routes){ 0 };
	vr_msg_start(&msg, RTM_GETROUTE, 0, &info, sizeof(info));
	return vr_nl_dump(&podns->nl, &msg, take_route, routes, err);
}
