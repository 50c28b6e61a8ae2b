// SPDX-License-Identifier: Apache-2.0
/*
 * Rules over rtnetlink.  Entry points: vr_rule_add() and vr_rule_del().
 */
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "rule.h"

static int call(struct vr_nl *nl, uint16_t type, uint16_t flags, int family,
		const struct vr_rule *rule, struct vr_error *err)
{
	struct fib_rule_hdr header = {
		.family = (uint8_t)family,
		.action = FR_ACT_TO_TBL,
	};
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;

	if (rule->source.family)
		header.src_len = rule->source.family == AF_INET6 ? 128 : 32;
	vr_msg_start(&msg, type, flags, &header, sizeof(header));
	if (rule->priority != VR_RULE_ANYWHERE)
		vr_msg_put_u32(&msg, FRA_PRIORITY, NULL, rule->priority);
	vr_msg_put_u32(&msg, FRA_TABLE, NULL, rule->table);
	vr_msg_put_u8(&msg, FRA_PROTOCOL, NULL, rule->protocol);
	if (rule->mark) {
		vr_msg_put_u32(&msg, FRA_FWMARK, NULL, rule->mark);
		vr_msg_put_u32(&msg, FRA_FWMASK, NULL, UINT32_MAX);
	}
	if (rule->device)
		vr_msg_put_string(&msg, FRA_IIFNAME, NULL, rule->device);
	if (rule->source.family)
		vr_msg_put_ip(&msg, FRA_SRC, "source", &rule->source);
	return vr_nl_call(nl, &msg, NULL, NULL, err);
}

int vr_rule_add(struct vr_nl *nl, int family, const struct vr_rule *rule,
		struct vr_error *err)
{
	int ret = call(nl, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, family, rule,
		       err);

	return ret == -EEXIST ? 0 : ret;
}

int vr_rule_del(struct vr_nl *nl, int family, const struct vr_rule *rule,
		struct vr_error *err)
{
	int ret = call(nl, RTM_DELRULE, 0, family, rule, err);

	/* A kernel without IPv6 has none to begin with. */
	return ret == -ENOENT || ret == -EAFNOSUPPORT ? 0 : ret;
}
