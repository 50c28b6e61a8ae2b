// SPDX-License-Identifier: GPL-2.0-only
/* Commands on uplinks. Entries: vr_nl_uplink_*_doit(). */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "address.h"
#include "instance.h"
#include "netlink.h"
#include "uplink.h"

static int vr_nl_uplink_peers_fill(struct sk_buff *msg,
				   const struct vr_uplink *uplink)
{
	const struct vr_uplink_peers *peers =
		rcu_dereference_protected(uplink->peers,
				lockdep_is_held(&uplink->instance->lock));
	unsigned int i;

	for (i = 0; peers && i < peers->n; i++)
		if (vr_nl_put_ip(msg, VR_A_UPLINK_PEER, &peers->vtep[i]))
			return -EMSGSIZE;
	return 0;
}

static int vr_nl_uplink_stats_fill(struct sk_buff *msg,
				   const struct vr_uplink *uplink)
{
	struct rtnl_link_stats64 sum;

	vr_uplink_sum(uplink, &sum);
	if (nla_put_u64_64bit(msg, VR_A_UPLINK_RX_PACKETS, sum.rx_packets,
			      VR_A_UPLINK_PAD) ||
	    nla_put_u64_64bit(msg, VR_A_UPLINK_RX_BYTES, sum.rx_bytes,
			      VR_A_UPLINK_PAD) ||
	    nla_put_u64_64bit(msg, VR_A_UPLINK_TX_PACKETS, sum.tx_packets,
			      VR_A_UPLINK_PAD) ||
	    nla_put_u64_64bit(msg, VR_A_UPLINK_TX_BYTES, sum.tx_bytes,
			      VR_A_UPLINK_PAD))
		return -EMSGSIZE;
	return 0;
}

static int vr_nl_uplink_fill(struct sk_buff *msg,
			     const struct vr_uplink *uplink)
{
	if (nla_put_string(msg, VR_A_UPLINK_NAME, uplink->name) ||
	    nla_put_u8(msg, VR_A_UPLINK_TYPE, uplink->type) ||
	    nla_put_u8(msg, VR_A_UPLINK_TTL, uplink->ttl) ||
	    nla_put_u8(msg, VR_A_UPLINK_DSCP, uplink->dscp) ||
	    nla_put_u8(msg, VR_A_UPLINK_ANY, uplink->any) ||
	    nla_put_u32(msg, VR_A_UPLINK_REMOTES, uplink->n_remotes) ||
	    vr_nl_uplink_peers_fill(msg, uplink) ||
	    vr_nl_uplink_stats_fill(msg, uplink))
		return -EMSGSIZE;
	if (uplink->has_local &&
	    vr_nl_put_ip(msg, VR_A_UPLINK_LOCAL, &uplink->local))
		return -EMSGSIZE;
	if (uplink->dev)
		return nla_put_string(msg, VR_A_UPLINK_IFNAME, uplink->name);
	return nla_put_u16(msg, VR_A_UPLINK_PORT, uplink->port);
}

void vr_nl_uplink_notify(const struct vr_uplink *uplink, u8 cmd)
{
	struct vr_instance *instance = uplink->instance;
	struct sk_buff *msg;
	void *header;

	msg = vr_nl_event_create(instance, cmd, &header);
	if (msg)
		vr_nl_event_send(instance, msg, header,
				 vr_nl_uplink_fill(msg, uplink));
}

static int vr_nl_uplink_check_name(const struct nlattr *attr,
				   struct netlink_ext_ack *extack)
{
	if (dev_valid_name(nla_data(attr)))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "not a name a device could have either");
	return -EINVAL;
}

/* One of the module's own has a name and a type, a stock one is a device. */
static int vr_nl_uplink_check_new(const struct vr_uplink_config *config,
				  struct netlink_ext_ack *extack)
{
	if (config->ifname_attr) {
		if (config->name_attr || config->local_attr ||
		    config->port_attr ||
		    (config->type_attr &&
		     config->type != VR_UPLINK_TYPE_DEVICE)) {
			NL_SET_ERR_MSG_ATTR(extack, config->name_attr ?:
					    config->local_attr ?:
					    config->port_attr ?:
					    config->type_attr,
					    "beside a device, which has its own");
			return -EINVAL;
		}
		return 0;
	}
	if (!config->name_attr) {
		NL_SET_ERR_MSG(extack, "name or device is missing");
		return -EINVAL;
	}
	if (!config->type_attr || config->type != VR_UPLINK_TYPE_VXLAN) {
		NL_SET_ERR_MSG_ATTR(extack, config->type_attr,
				    "type is missing or needs a device");
		return -EINVAL;
	}
	return vr_nl_uplink_check_name(config->name_attr, extack);
}

static int vr_nl_uplink_parse(struct vr_uplink_config *config,
			      struct nlattr **attrs,
			      struct netlink_ext_ack *extack)
{
	config->name_attr = attrs[VR_A_UPLINK_NAME];
	config->type_attr = attrs[VR_A_UPLINK_TYPE];
	config->local_attr = attrs[VR_A_UPLINK_LOCAL];
	config->port_attr = attrs[VR_A_UPLINK_PORT];
	config->ifname_attr = attrs[VR_A_UPLINK_IFNAME];
	config->ttl_attr = attrs[VR_A_UPLINK_TTL];
	config->dscp_attr = attrs[VR_A_UPLINK_DSCP];
	config->any_attr = attrs[VR_A_UPLINK_ANY];
	if (config->name_attr)
		config->name = nla_data(config->name_attr);
	if (config->type_attr)
		config->type = nla_get_u8(config->type_attr);
	if (config->port_attr)
		config->port = nla_get_u16(config->port_attr);
	if (config->ttl_attr)
		config->ttl = nla_get_u8(config->ttl_attr);
	if (config->dscp_attr)
		config->dscp = nla_get_u8(config->dscp_attr);
	if (config->any_attr)
		config->any = nla_get_u8(config->any_attr);
	if (config->local_attr)
		return vr_nl_get_host(config->local_attr, &config->local,
				      extack);
	return 0;
}

/* The device of the instance's namespace that is to be one. Under RTNL. */
static int vr_nl_uplink_find_dev(struct vr_nl_request *request,
				 struct vr_uplink_config *config)
{
	if (!config->ifname_attr)
		return 0;
	config->dev = __dev_get_by_name(request->instance->net,
					nla_data(config->ifname_attr));
	if (config->dev)
		return 0;
	NL_SET_ERR_MSG_ATTR(request->extack, config->ifname_attr,
			    "no such device");
	return -ENODEV;
}

static int vr_nl_uplink_answer(struct vr_nl_request *request,
			       const struct vr_uplink *uplink)
{
	int err;

	mutex_lock(&request->instance->lock);
	err = vr_nl_uplink_fill(request->reply, uplink);
	mutex_unlock(&request->instance->lock);
	return err;
}

static int vr_nl_uplink_new(struct vr_nl_request *request)
{
	struct vr_uplink_config config = {};
	struct vr_uplink *uplink;
	int err;

	err = vr_nl_no_replace(request);
	if (!err)
		err = vr_nl_uplink_parse(&config, request->info->attrs,
					 request->extack);
	if (!err)
		err = vr_nl_uplink_check_new(&config, request->extack);
	if (!err)
		err = vr_nl_uplink_find_dev(request, &config);
	if (err)
		return err;
	uplink = vr_uplink_add(request->instance, &config, request->flags,
			       request->extack);
	if (IS_ERR(uplink))
		return PTR_ERR(uplink);
	return vr_nl_uplink_answer(request, uplink);
}

int vr_nl_uplink_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vr_nl_request request;
	int err;

	err = vr_nl_begin(&request, skb, info, true);
	if (err)
		return err;
	return vr_nl_end(&request, vr_nl_uplink_new(&request));
}

/* By its name, which is the device's of one that is a device. */
static struct vr_uplink *vr_nl_uplink_find(struct vr_nl_request *request)
{
	struct nlattr **attrs = request->info->attrs;
	const struct nlattr *attr = attrs[VR_A_UPLINK_NAME] ?:
				    attrs[VR_A_UPLINK_IFNAME];
	struct vr_uplink *uplink;

	if (!attr) {
		NL_SET_ERR_MSG(request->extack, "name or device is missing");
		return ERR_PTR(-EINVAL);
	}
	if (attrs[VR_A_UPLINK_NAME] && attrs[VR_A_UPLINK_IFNAME]) {
		NL_SET_ERR_MSG_ATTR(request->extack, attr,
				    "uplink is given in more than one way");
		return ERR_PTR(-EINVAL);
	}
	uplink = vr_uplink_find(request->instance, nla_data(attr));
	if (uplink && (uplink->dev || !attrs[VR_A_UPLINK_IFNAME]))
		return uplink;
	NL_SET_ERR_MSG_ATTR(request->extack, attr, "no such uplink");
	return ERR_PTR(-ENOENT);
}

/* None is in a list twice, so neither is it in a request. */
static int vr_nl_node_parse(struct vr_uplink_nodes *nodes,
			    const struct nlattr *attr,
			    struct netlink_ext_ack *extack)
{
	struct in6_addr *vtep = &nodes->vtep[nodes->n];
	unsigned int i;
	int err;

	err = vr_nl_get_host(attr, vtep, extack);
	if (err)
		return err;
	for (i = 0; i < nodes->n; i++) {
		if (!ipv6_addr_equal(&nodes->vtep[i], vtep))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr, "node is given twice");
		return -EINVAL;
	}
	if (!nodes->n++)
		nodes->attr = attr;
	return 0;
}

int vr_nl_nodes_parse(struct vr_uplink_nodes *nodes, const struct nlattr *head,
		      int len, int type, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	unsigned int n = 0;
	int rem, err;

	BUILD_BUG_ON(VR_LIMIT_UPLINK_PEERS != VR_LIMIT_NETWORK_FLOOD);
	nla_for_each_attr(attr, head, len, rem) {
		if (nla_type(attr) != type || n++ < VR_LIMIT_UPLINK_PEERS)
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "more than the limit of 256 nodes");
		return -ENOSPC;
	}
	if (!n)
		return 0;
	nodes->vtep = kvcalloc(n, sizeof(*nodes->vtep), GFP_KERNEL);
	if (!nodes->vtep)
		return -ENOMEM;
	nla_for_each_attr(attr, head, len, rem) {
		if (nla_type(attr) != type)
			continue;
		err = vr_nl_node_parse(nodes, attr, extack);
		if (err)
			return err;
	}
	return 0;
}

static int vr_nl_uplink_change(struct vr_nl_request *request,
			       struct vr_uplink_nodes *add,
			       struct vr_uplink_nodes *del)
{
	struct genl_info *info = request->info;
	struct vr_uplink_config config = {};
	struct vr_uplink *uplink;
	int err;

	uplink = vr_nl_uplink_find(request);
	if (IS_ERR(uplink))
		return PTR_ERR(uplink);
	err = vr_nl_uplink_parse(&config, info->attrs, request->extack);
	if (!err)
		err = vr_nl_nodes_parse(add, genlmsg_data(info->genlhdr),
					genlmsg_len(info->genlhdr),
					VR_A_UPLINK_PEER_ADD, request->extack);
	if (!err)
		err = vr_nl_nodes_parse(del, genlmsg_data(info->genlhdr),
					genlmsg_len(info->genlhdr),
					VR_A_UPLINK_PEER_DEL, request->extack);
	if (!err)
		err = vr_uplink_set(uplink, &config, add, del,
				    request->extack);
	return err ?: vr_nl_uplink_fill(request->reply, uplink);
}

static int vr_nl_uplink_set(struct vr_nl_request *request)
{
	struct vr_uplink_nodes add = {}, del = {};
	int err;

	err = vr_nl_uplink_change(request, &add, &del);
	kvfree(add.vtep);
	kvfree(del.vtep);
	return err;
}

int vr_nl_uplink_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vr_nl_do_locked(skb, info, vr_nl_uplink_set);
}

int vr_nl_uplink_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vr_nl_request request;
	struct vr_uplink *uplink;
	int err;

	err = vr_nl_begin(&request, skb, info, true);
	if (err)
		return err;
	mutex_lock(&request.instance->lock);
	uplink = vr_nl_uplink_find(&request);
	mutex_unlock(&request.instance->lock);
	/* RTNL keeps it. */
	if (!IS_ERR(uplink))
		vr_uplink_del(uplink);
	return vr_nl_end(&request, PTR_ERR_OR_ZERO(uplink));
}

static int vr_nl_uplink_get(struct vr_nl_request *request)
{
	struct vr_uplink *uplink = vr_nl_uplink_find(request);

	if (IS_ERR(uplink))
		return PTR_ERR(uplink);
	return vr_nl_uplink_fill(request->reply, uplink);
}

int vr_nl_uplink_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vr_nl_do_locked(skb, info, vr_nl_uplink_get);
}

int vr_nl_uplink_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct vr_instance *instance = vr_nl_dump_begin(cb);
	struct vr_uplink *uplink;
	void *header;
	long i = 0;
	int err;

	if (!instance)
		return 0;
	err = vr_nl_dump_refuse(cb, attrs[VR_A_UPLINK_NAME] ?:
				attrs[VR_A_UPLINK_IFNAME]);
	if (err)
		goto out;
	/* Few, in the order they came. A change in between is told. */
	list_for_each_entry(uplink, &instance->uplinks, in_instance) {
		if (i++ < cb->args[0])
			continue;
		header = vr_nl_dump_start(skb, cb, VR_CMD_UPLINK_GET);
		if (!header || vr_nl_dump_end(skb, header,
					      vr_nl_uplink_fill(skb, uplink)))
			break;
		cb->args[0] = i;
	}
out:
	vr_nl_dump_finish(instance);
	return err ?: skb->len;
}
