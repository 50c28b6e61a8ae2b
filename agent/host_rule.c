// SPDX-License-Identifier: Apache-2.0
/*
 * The order of the host's rules, and vrfs.  Entry points: host_rule_local_later()
 * and vrf_create().
 */
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "host_rule.h"
#include "host_route.h"

static const struct vr_rule local_first = {
	.table = RT_TABLE_LOCAL,
	.protocol = RTPROT_KERNEL,
};
static const struct vr_rule local_later = {
	.priority = HOST_RULE_LOCAL,
	.table = RT_TABLE_LOCAL,
	.protocol = HOST_ROUTE_PROTOCOL,
};

/*
 * The kernel takes no priority for any when it deletes: by whose it is, it finds
 * the right one of the two.  There is one of them at any time.
 */
int host_rule_local_later(struct vr_nl *nl, int family, struct vr_error *err)
{
	int ret;

	ret = vr_rule_add(nl, family, &local_later, err);
	return ret ? ret : vr_rule_del(nl, family, &local_first, err);
}

int host_rule_local_first(struct vr_nl *nl, int family, struct vr_error *err)
{
	int ret;

	ret = vr_rule_add(nl, family, &local_first, err);
	return ret ? ret : vr_rule_del(nl, family, &local_later, err);
}

int vrf_create(struct vr_nl *nl, const char *ifname, uint32_t table,
	       struct vr_error *err)
{
	struct ifinfomsg info = {
		.ifi_family = AF_UNSPEC,
		.ifi_flags = IFF_UP,
		.ifi_change = IFF_UP,
	};
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;

	vr_msg_start(&msg, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info,
		     sizeof(info));
	vr_msg_put_string(&msg, IFLA_IFNAME, "name", ifname);
	vr_msg_nest(&msg, IFLA_LINKINFO, NULL);
	vr_msg_put_string(&msg, IFLA_INFO_KIND, "type", "vrf");
	vr_msg_nest(&msg, IFLA_INFO_DATA, NULL);
	vr_msg_put_u32(&msg, IFLA_VRF_TABLE, NULL, table);
	vr_msg_end(&msg);
	vr_msg_end(&msg);
	return vr_nl_call(nl, &msg, NULL, NULL, err);
}

int vrf_set_master(struct vr_nl *nl, uint32_t ifindex, uint32_t master,
		   struct vr_error *err)
{
	struct ifinfomsg info = { .ifi_index = (int)ifindex };
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;

	vr_msg_start(&msg, RTM_NEWLINK, 0, &info, sizeof(info));
	vr_msg_put_u32(&msg, IFLA_MASTER, "vrf", master);
	return vr_nl_call(nl, &msg, NULL, NULL, err);
}
