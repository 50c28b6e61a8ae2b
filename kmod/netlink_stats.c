// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an instance limits and counts.
 * Entries: vr_nl_limit_get_dumpit(), vr_nl_drop_get_dumpit().
 */
#include "drop.h"
#include "instance.h"
#include "netlink.h"

struct vr_limit {
	const char *name;
	u32 max;
};

static const struct vr_limit vr_limits[VR_RESOURCE_MAX + 1] = {
	[VR_RESOURCE_NETWORKS] = { "networks", VR_LIMIT_NETWORKS },
	[VR_RESOURCE_PORTS] = { "ports", VR_LIMIT_PORTS },
	[VR_RESOURCE_ENDPOINTS] = { "endpoints", VR_LIMIT_ENDPOINTS },
	[VR_RESOURCE_ROUTES] = { "routes", VR_LIMIT_ROUTES },
	[VR_RESOURCE_NETWORK_SUBNETS] = {
		"network-subnets", VR_LIMIT_NETWORK_SUBNETS
	},
	[VR_RESOURCE_ENDPOINT_ADDRESSES] = {
		"endpoint-addresses", VR_LIMIT_ENDPOINT_ADDRESSES
	},
	[VR_RESOURCE_ROUTE_NEXTHOPS] = {
		"route-nexthops", VR_LIMIT_ROUTE_NEXTHOPS
	},
	[VR_RESOURCE_APPLY_OBJECTS] = {
		"apply-objects", VR_LIMIT_APPLY_OBJECTS
	},
	[VR_RESOURCE_PORT_ALLOWED] = {
		"port-allowed", VR_LIMIT_PORT_ALLOWED
	},
	[VR_RESOURCE_UPLINKS] = { "uplinks", VR_LIMIT_UPLINKS },
	[VR_RESOURCE_UPLINK_PEERS] = { "uplink-peers", VR_LIMIT_UPLINK_PEERS },
	[VR_RESOURCE_NETWORK_FLOOD] = {
		"network-flood", VR_LIMIT_NETWORK_FLOOD
	},
};

/* How many there are, or -1 where the limit is one of each object. */
static s64 vr_limit_used(const struct vr_instance *instance, u32 resource)
{
	switch (resource) {
	case VR_RESOURCE_NETWORKS:
		return instance ? instance->n_networks : 0;
	case VR_RESOURCE_PORTS:
		return instance ? instance->n_ports : 0;
	case VR_RESOURCE_ENDPOINTS:
		return instance ? instance->n_endpoints : 0;
	case VR_RESOURCE_ROUTES:
		return instance ? instance->n_routes : 0;
	}
	return -1;
}

static int vr_nl_limit_fill(struct sk_buff *msg,
			    const struct vr_instance *instance, u32 resource)
{
	const struct vr_limit *limit = &vr_limits[resource];
	s64 used = vr_limit_used(instance, resource);

	if (nla_put_u32(msg, VR_A_LIMIT_RESOURCE, resource) ||
	    nla_put_string(msg, VR_A_LIMIT_NAME, limit->name) ||
	    nla_put_u32(msg, VR_A_LIMIT_MAXIMUM, limit->max) ||
	    (used >= 0 && nla_put_u32(msg, VR_A_LIMIT_USED, used)))
		return -EMSGSIZE;
	return 0;
}

int vr_nl_limit_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *resource = info->attrs[VR_A_LIMIT_RESOURCE];
	struct vr_nl_request request;
	int err;

	err = vr_nl_begin(&request, skb, info, false);
	if (err)
		return err;
	if (resource) {
		mutex_lock(&request.instance->lock);
		err = vr_nl_limit_fill(request.reply, request.instance,
				       nla_get_u32(resource));
		mutex_unlock(&request.instance->lock);
	} else {
		NL_SET_ERR_MSG(info->extack, "resource is missing");
		err = -EINVAL;
	}
	return vr_nl_end(&request, err);
}

/* An instance that is not there has limits too. */
int vr_nl_limit_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vr_instance *instance = vr_nl_dump_begin(cb);
	void *header;

	for (; cb->args[0] <= VR_RESOURCE_MAX; cb->args[0]++) {
		header = vr_nl_dump_start(skb, cb, VR_CMD_LIMIT_GET);
		if (!header ||
		    vr_nl_dump_end(skb, header,
				   vr_nl_limit_fill(skb, instance,
						    cb->args[0])))
			break;
	}
	if (instance)
		vr_nl_dump_finish(instance);
	return skb->len;
}

int vr_nl_drop_fill(struct sk_buff *msg, unsigned int reason, u64 packets)
{
	if (nla_put_u32(msg, VR_A_DROP_REASON, reason) ||
	    nla_put_string(msg, VR_A_DROP_NAME, vr_drop_name(reason)) ||
	    nla_put_u64_64bit(msg, VR_A_DROP_PACKETS, packets, VR_A_DROP_PAD))
		return -EMSGSIZE;
	return 0;
}

int vr_nl_drop_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[VR_A_DROP_REASON];
	struct vr_nl_request request;
	u32 reason;
	int err;

	err = vr_nl_begin(&request, skb, info, false);
	if (err)
		return err;
	if (attr) {
		reason = nla_get_u32(attr);
		err = vr_nl_drop_fill(request.reply, reason,
				      vr_drop_total(request.instance, reason));
	} else {
		NL_SET_ERR_MSG(info->extack, "reason is missing");
		err = -EINVAL;
	}
	return vr_nl_end(&request, err);
}

int vr_nl_drop_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vr_instance *instance = vr_nl_dump_begin(cb);
	u32 reason;
	void *header;

	if (!instance)
		return 0;
	/* Reason 0 is none. */
	for (; cb->args[0] < VR_DROP_REASON_MAX; cb->args[0]++) {
		reason = cb->args[0] + 1;
		header = vr_nl_dump_start(skb, cb, VR_CMD_DROP_GET);
		if (!header ||
		    vr_nl_dump_end(skb, header,
				   vr_nl_drop_fill(skb, reason,
						   vr_drop_total(instance,
								 reason))))
			break;
	}
	vr_nl_dump_finish(instance);
	return skb->len;
}
