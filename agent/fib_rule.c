// SPDX-License-Identifier: Apache-2.0
/*
 * Rules and vrfs over rtnetlink.  Entry points: fib_rule_add() and vrf_create().
 */
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "fib_rule.h"
#include "host_route.h"

static int call(struct vr_nl *nl, uint16_t type, uint16_t flags, int family,
		const struct fib_rule *rule, uint8_t protocol,
		struct vr_error *err)
{
	struct fib_rule_hdr header = {
		.family = (uint8_t)family,
		.action = FR_ACT_TO_TBL,
	};
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;

	vr_msg_start(&msg, type, flags, &header, sizeof(header));
	vr_msg_put_u32(&msg, FRA_PRIORITY, NULL, rule->priority);
	vr_msg_put_u32(&msg, FRA_TABLE, NULL, rule->table);
	vr_msg_put_u8(&msg, FRA_PROTOCOL, NULL, protocol);
	if (rule->mark) {
		vr_msg_put_u32(&msg, FRA_FWMARK, NULL, rule->mark);
		vr_msg_put_u32(&msg, FRA_FWMASK, NULL, UINT32_MAX);
	}
	if (rule->device)
		vr_msg_put_string(&msg, FRA_IIFNAME, NULL, rule->device);
	return vr_nl_call(nl, &msg, NULL, NULL, err);
}

static int add(struct vr_nl *nl, int family, const struct fib_rule *rule,
	       uint8_t protocol, struct vr_error *err)
{
	int ret = call(nl, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, family, rule,
		       protocol, err);

	return ret == -EEXIST ? 0 : ret;
}

static int del(struct vr_nl *nl, int family, const struct fib_rule *rule,
	       uint8_t protocol, struct vr_error *err)
{
	int ret = call(nl, RTM_DELRULE, 0, family, rule, protocol, err);

	/* A kernel without IPv6 has none to begin with. */
	return ret == -ENOENT || ret == -EAFNOSUPPORT ? 0 : ret;
}

int fib_rule_add(struct vr_nl *nl, int family, const struct fib_rule *rule,
		 struct vr_error *err)
{
	return add(nl, family, rule, HOST_ROUTE_PROTOCOL, err);
}

int fib_rule_del(struct vr_nl *nl, int family, const struct fib_rule *rule,
		 struct vr_error *err)
{
	return del(nl, family, rule, HOST_ROUTE_PROTOCOL, err);
}

static const struct fib_rule local_first = { .table = RT_TABLE_LOCAL };
static const struct fib_rule local_later = {
	.priority = FIB_RULE_LOCAL,
	.table = RT_TABLE_LOCAL,
};

/*
 * The kernel takes no priority for any when it deletes: by whose it is, it finds
 * the right one of the two.  There is one of them at any time.
 */
int fib_rule_local_later(struct vr_nl *nl, int family, struct vr_error *err)
{
	int ret;

	ret = add(nl, family, &local_later, HOST_ROUTE_PROTOCOL, err);
	return ret ? ret : del(nl, family, &local_first, RTPROT_KERNEL, err);
}

int fib_rule_local_first(struct vr_nl *nl, int family, struct vr_error *err)
{
	int ret;

	ret = add(nl, family, &local_first, RTPROT_KERNEL, err);
	return ret ? ret
		   : del(nl, family, &local_later, HOST_ROUTE_PROTOCOL, err);
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
