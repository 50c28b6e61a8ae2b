// SPDX-License-Identifier: Apache-2.0
/*
 * Multicast groups of rtnetlink.  Entry point: read_notices().
 */
#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/field.h"
#include "host_route.h"
#include "host_watch.h"

static const int groups[] = {
	RTNLGRP_LINK,	    RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
	RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
};

static bool is_ours(const struct host_watch *watch, const struct nlmsghdr *hdr)
{
	const struct ifinfomsg *link = nlmsg_data(hdr);
	const struct ifaddrmsg *address = nlmsg_data(hdr);
	const struct rtmsg *route = nlmsg_data(hdr);

	switch (hdr->nlmsg_type) {
	case RTM_NEWLINK:
		return (uint32_t)link->ifi_index == watch->ifindex &&
		       !(link->ifi_flags & IFF_UP);
	case RTM_DELLINK:
		return (uint32_t)link->ifi_index == watch->ifindex;
	case RTM_DELADDR:
		return address->ifa_index == watch->ifindex;
	case RTM_DELROUTE:
		return route->rtm_protocol == HOST_ROUTE_PROTOCOL;
	default:
		return false;
	}
}

/* That some were lost (ENOBUFS) may be anything. */
static void read_notices(void *arg)
{
	struct host_watch *watch = arg;
	char data[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *hdr;
	bool touched = false;
	int len;

	for (;;) {
		len = (int)recv(vr_nl_fd(&watch->nl), data, sizeof(data),
				MSG_DONTWAIT);
		if (len < 0 && errno == ENOBUFS)
			touched = true;
		else if (len <= 0)
			break;
		for (hdr = (struct nlmsghdr *)data; nlmsg_ok(hdr, len);
		     hdr = nlmsg_next(hdr, &len))
			touched |= is_ours(watch, hdr);
	}
	if (touched)
		watch->touched(watch->arg);
}

int host_watch_start(struct host_watch *watch, struct vr_error *err)
{
	size_t i;
	int ret;

	ret = vr_nl_open_protocol(&watch->nl, NETLINK_ROUTE, -1, err);
	for (i = 0; !ret && i < ARRAY_SIZE(groups); i++) {
		if (setsockopt(vr_nl_fd(&watch->nl), SOL_NETLINK,
			       NETLINK_ADD_MEMBERSHIP, &groups[i],
			       sizeof(groups[i])))
			ret = vr_error_set(err, errno,
					   "cannot listen to rtnetlink: %s",
					   strerror(errno));
	}
	if (ret)
		return ret;
	watch->reading = loop_fd_add(watch->loop, vr_nl_fd(&watch->nl),
				     read_notices, watch, err);
	return watch->reading ? 0 : -ENOMEM;
}

void host_watch_stop(struct host_watch *watch)
{
	loop_fd_remove(watch->reading);
	vr_nl_close(&watch->nl);
}
