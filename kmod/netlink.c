// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family and what its commands share. Entry:
 * vr_nl_begin().
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>

#include "address.h"
#include "drop.h"
#include "instance.h"
#include "native.h"
#include "netlink.h"
#include "network.h"
#include "port.h"
#include "remote.h"
#include "uplink.h"

/* Room for any one object. */
#define VR_NL_REPLY_SIZE	8192

static const struct genl_multicast_group vr_nl_groups[] = {
	[VR_NLGRP_MONITOR] = {
		.name = VR_MCGRP_MONITOR,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

/* The generated ones, and what the contract cannot say of them. */
static struct genl_ops vr_nl_all_ops[ARRAY_SIZE(vr_nl_ops)] __ro_after_init;

struct genl_family vr_nl_family __ro_after_init = {
	.name		= VR_GENL_NAME,
	.version	= VR_GENL_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	/* NLM_F_EXCL and NLM_F_REPLACE mean something here, which generic
	 * netlink's strict check of newer families would refuse.
	 */
	.resv_start_op	= __VR_CMD_MAX,
	.module		= THIS_MODULE,
	.ops		= vr_nl_all_ops,
	.n_ops		= ARRAY_SIZE(vr_nl_all_ops),
	.mcgrps		= vr_nl_groups,
	.n_mcgrps	= ARRAY_SIZE(vr_nl_groups),
};

/* The family goes before the objects: its group is no longer ours then. */
static bool vr_nl_gone;

int vr_nl_begin(struct vr_nl_request *request, const struct sk_buff *message,
		struct genl_info *info, bool rtnl)
{
	*request = (struct vr_nl_request) {
		.message = message,
		.info = info,
		.extack = info->extack,
		.flags = info->nlhdr->nlmsg_flags,
		.rtnl = rtnl,
	};
	request->reply = nlmsg_new(VR_NL_REPLY_SIZE, GFP_KERNEL);
	if (!request->reply)
		return -ENOMEM;
	request->reply_header = genlmsg_put_reply(request->reply, info,
						  &vr_nl_family, 0,
						  info->genlhdr->cmd);
	if (rtnl)
		rtnl_lock();
	request->instance = vr_instance_get(genl_info_net(info));
	if (IS_ERR(request->instance)) {
		if (rtnl)
			rtnl_unlock();
		nlmsg_free(request->reply);
		return PTR_ERR(request->instance);
	}
	return 0;
}

int vr_nl_end(struct vr_nl_request *request, int err)
{
	vr_instance_put(request->instance);
	if (request->rtnl)
		rtnl_unlock();
	if (err) {
		nlmsg_free(request->reply);
		return err;
	}
	genlmsg_end(request->reply, request->reply_header);
	return genlmsg_reply(request->reply, request->info);
}

int vr_nl_do_locked(const struct sk_buff *message, struct genl_info *info,
		    int (*handle)(struct vr_nl_request *request))
{
	struct vr_nl_request request;
	int err;

	err = vr_nl_begin(&request, message, info, false);
	if (err)
		return err;
	mutex_lock(&request.instance->lock);
	err = handle(&request);
	mutex_unlock(&request.instance->lock);
	return vr_nl_end(&request, err);
}

struct vr_network *vr_nl_network_find(struct vr_instance *instance,
				      const struct nlattr *name,
				      const struct nlattr *id,
				      struct netlink_ext_ack *extack)
{
	struct vr_network *network;

	if (!name && !id) {
		NL_SET_ERR_MSG(extack, "network is missing");
		return ERR_PTR(-EINVAL);
	}
	if (id)
		network = vr_network_find_id(instance, nla_get_u32(id));
	else
		network = vr_network_find(instance, nla_data(name));
	if (!network) {
		NL_SET_ERR_MSG_ATTR(extack, id ?: name, "no such network");
		return ERR_PTR(-ENOENT);
	}
	if (id && name && strcmp(nla_data(name), network->name)) {
		NL_SET_ERR_MSG_ATTR(extack, name,
				    "network of this id has another name");
		return ERR_PTR(-EINVAL);
	}
	return network;
}

const struct nlattr *vr_nl_device_attr(const struct vr_nl_device *device)
{
	return device->id ?: device->ifname ?: device->ifindex;
}

/* The namespace the device is in, held. Its owner must let us. */
static struct net *vr_nl_get_netns(struct vr_nl_request *request,
				   const struct vr_nl_device *device)
{
	struct net *net;

	if (!device->netns_fd)
		return get_net(genl_info_net(request->info));
	net = get_net_ns_by_fd(nla_get_u32(device->netns_fd));
	if (IS_ERR(net)) {
		NL_SET_ERR_MSG_ATTR(request->extack, device->netns_fd,
				    "not a network namespace");
		return net;
	}
	if (!netlink_ns_capable(request->message, net->user_ns,
				CAP_NET_ADMIN)) {
		put_net(net);
		NL_SET_ERR_MSG_ATTR(request->extack, device->netns_fd,
				    "no CAP_NET_ADMIN over the namespace");
		return ERR_PTR(-EPERM);
	}
	return net;
}

/* Caller holds RCU or RTNL. */
static struct net_device *vr_nl_device_lookup(struct net *net,
					      const struct vr_nl_device *device)
{
	if (device->ifindex)
		return dev_get_by_index_rcu(net, nla_get_u32(device->ifindex));
	return dev_get_by_name_rcu(net, nla_data(device->ifname));
}

static int vr_nl_device_check(struct vr_nl_request *request,
			      const struct vr_nl_device *device,
			      const struct net_device *dev)
{
	const struct nlattr *attr = vr_nl_device_attr(device);

	if (!dev) {
		NL_SET_ERR_MSG_ATTR(request->extack, attr, "no such device");
		return -ENODEV;
	}
	if (!vr_native_is(dev)) {
		if (net_eq(dev_net(dev), request->instance->net))
			return 0;
		NL_SET_ERR_MSG_ATTR(request->extack, attr,
			"device is in another namespace and not of kind vr");
		return -EINVAL;
	}
	if (vr_native_instance(dev) != request->instance) {
		NL_SET_ERR_MSG_ATTR(request->extack, attr,
			"device was made in another namespace, which owns it");
		return -EPERM;
	}
	return 0;
}

/* By one thing alone: id, name or index; the last two in a namespace. */
static int vr_nl_device_named(struct vr_nl_request *request,
			      const struct vr_nl_device *device)
{
	const struct nlattr *attr = vr_nl_device_attr(device);

	if (!attr) {
		NL_SET_ERR_MSG(request->extack, "device is missing");
		return -EINVAL;
	}
	if (!!device->id + !!device->ifname + !!device->ifindex > 1) {
		NL_SET_ERR_MSG_ATTR(request->extack, attr,
				    "device is given in more than one way");
		return -EINVAL;
	}
	if (device->id && device->netns_fd) {
		NL_SET_ERR_MSG_ATTR(request->extack, device->netns_fd,
				    "namespace beside the port's id");
		return -EINVAL;
	}
	return 0;
}

struct net_device *vr_nl_device_find(struct vr_nl_request *request,
				     const struct vr_nl_device *device)
{
	struct net_device *dev;
	struct net *net;
	int err;

	ASSERT_RTNL();
	err = vr_nl_device_named(request, device);
	if (err)
		return ERR_PTR(err);
	net = vr_nl_get_netns(request, device);
	if (IS_ERR(net))
		return ERR_CAST(net);
	rcu_read_lock();
	dev = vr_nl_device_lookup(net, device);
	rcu_read_unlock();
	put_net(net);
	err = vr_nl_device_check(request, device, dev);
	return err ? ERR_PTR(err) : dev;
}

static struct vr_port *vr_nl_port_of_device(struct vr_nl_request *request,
					    const struct vr_nl_device *device)
{
	struct vr_port *port = NULL;
	struct net_device *dev;
	struct net *net;
	int err;

	net = vr_nl_get_netns(request, device);
	if (IS_ERR(net))
		return ERR_CAST(net);
	rcu_read_lock();
	dev = vr_nl_device_lookup(net, device);
	err = vr_nl_device_check(request, device, dev);
	if (!err)
		port = vr_port_of(dev);
	rcu_read_unlock();
	put_net(net);
	if (err)
		return ERR_PTR(err);
	/* A tap is its device's a moment before it is the network's. */
	if (port && vr_port_find_id(request->instance, port->id) == port)
		return port;
	NL_SET_ERR_MSG_ATTR(request->extack, vr_nl_device_attr(device),
			    "device is not attached");
	return ERR_PTR(-ENOENT);
}

struct vr_port *vr_nl_port_find(struct vr_nl_request *request,
				const struct vr_nl_device *device)
{
	struct vr_port *port;
	int err;

	lockdep_assert_held(&request->instance->lock);
	err = vr_nl_device_named(request, device);
	if (err)
		return ERR_PTR(err);
	if (device->id) {
		port = vr_port_find_id(request->instance,
				       nla_get_u32(device->id));
		if (port && !vr_port_is_remote(port))
			return port;
		NL_SET_ERR_MSG_ATTR(request->extack, device->id,
				    "no such port");
		return ERR_PTR(-ENOENT);
	}
	return vr_nl_port_of_device(request, device);
}

struct vr_remote *vr_nl_remote_get(struct vr_nl_request *request,
				   struct vr_network *network,
				   const struct nlattr *vtep_attr,
				   const struct nlattr *uplink_attr)
{
	struct vr_uplink *uplink;
	struct in6_addr vtep;
	int err;

	err = vr_nl_get_host(vtep_attr, &vtep, request->extack);
	if (err)
		return ERR_PTR(err);
	if (!network->vni) {
		NL_SET_ERR_MSG_ATTR(request->extack, vtep_attr,
				    "network has no VNI, give it one");
		return ERR_PTR(-EINVAL);
	}
	uplink = vr_uplink_choose(request->instance, uplink_attr, vtep_attr,
				  &vtep, request->extack);
	if (IS_ERR(uplink))
		return ERR_CAST(uplink);
	return vr_remote_get(network, uplink, &vtep);
}

int vr_nl_get_ip(const struct nlattr *attr, struct in6_addr *ip,
		 struct netlink_ext_ack *extack)
{
	switch (nla_len(attr)) {
	case sizeof(__be32):
		ipv6_addr_set_v4mapped(nla_get_in_addr(attr), ip);
		return 0;
	case sizeof(struct in6_addr):
		*ip = nla_get_in6_addr(attr);
		if (!vr_address_is_v4(ip))
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "address is an IPv4-mapped one");
		return -EINVAL;
	}
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "address is neither 4 nor 16 bytes long");
	return -EINVAL;
}

static bool vr_nl_is_host(const struct in6_addr *ip)
{
	__be32 v4 = vr_address_v4(ip);

	if (!vr_address_is_v4(ip))
		return !(ipv6_addr_type(ip) & (IPV6_ADDR_MULTICAST |
					       IPV6_ADDR_LOOPBACK)) &&
		       !ipv6_addr_any(ip);
	return !ipv4_is_zeronet(v4) && !ipv4_is_loopback(v4) &&
	       !ipv4_is_multicast(v4) && !ipv4_is_lbcast(v4);
}

int vr_nl_get_host(const struct nlattr *attr, struct in6_addr *ip,
		   struct netlink_ext_ack *extack)
{
	int err = vr_nl_get_ip(attr, ip, extack);

	if (err || vr_nl_is_host(ip))
		return err;
	NL_SET_ERR_MSG_ATTR(extack, attr, "not an address a host may have");
	return -EINVAL;
}

int vr_nl_get_hosts(const struct nlattr *head, int len, int type,
		    struct in6_addr *ips, const struct nlattr **attrs,
		    struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem, err, i, n = 0;

	nla_for_each_attr(attr, head, len, rem) {
		if (nla_type(attr) != type)
			continue;
		if (n == VR_LIMIT_ENDPOINT_ADDRESSES) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
				"more than the limit of 32 addresses");
			return -ENOSPC;
		}
		err = vr_nl_get_host(attr, &ips[n], extack);
		if (err)
			return err;
		for (i = 0; i < n; i++) {
			if (!ipv6_addr_equal(&ips[i], &ips[n]))
				continue;
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "address is given twice");
			return -EINVAL;
		}
		attrs[n++] = attr;
	}
	return n;
}

int vr_nl_get_mac(const struct nlattr *attr, u64 *mac,
		  struct netlink_ext_ack *extack)
{
	if (!is_valid_ether_addr(nla_data(attr))) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "not a unicast MAC");
		return -EINVAL;
	}
	*mac = vr_mac_key(nla_data(attr));
	return 0;
}

int vr_nl_get_prefix_length(const struct nlattr *attr,
			    const struct in6_addr *ip, u8 *plen,
			    struct netlink_ext_ack *extack)
{
	u8 bits = vr_address_bits(ip);

	if (!attr) {
		NL_SET_ERR_MSG(extack, "prefix length is missing");
		return -EINVAL;
	}
	if (nla_get_u8(attr) > bits) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "prefix is longer than the address");
		return -ERANGE;
	}
	*plen = 128 - bits + nla_get_u8(attr);
	return 0;
}

int vr_nl_get_prefix(const struct nlattr *attr, const struct nlattr *length,
		     struct in6_addr *prefix, u8 *plen,
		     struct netlink_ext_ack *extack)
{
	struct in6_addr masked;
	int err;

	if (!attr) {
		NL_SET_ERR_MSG(extack, "prefix is missing");
		return -EINVAL;
	}
	err = vr_nl_get_ip(attr, prefix, extack);
	if (err)
		return err;
	err = vr_nl_get_prefix_length(length, prefix, plen, extack);
	if (err)
		return err;
	ipv6_addr_prefix(&masked, prefix, *plen);
	if (ipv6_addr_equal(&masked, prefix))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "prefix has host bits set");
	return -EINVAL;
}

int vr_nl_put_ip(struct sk_buff *msg, int type, const struct in6_addr *ip)
{
	return nla_put(msg, type, vr_address_bits(ip) / 8,
		       vr_address_bytes(ip));
}

int vr_nl_put_mac(struct sk_buff *msg, int type, u64 mac)
{
	u8 bytes[ETH_ALEN];

	vr_mac_from_key(bytes, mac);
	return nla_put(msg, type, ETH_ALEN, bytes);
}

int vr_nl_put_netns_id(struct sk_buff *msg, int type,
		       const struct vr_port *port)
{
	struct net *own = port->network->instance->net;
	struct net *net;
	int id = -1;

	rcu_read_lock();
	net = dev_net(port->dev);
	if (!net_eq(net, own))
		id = peernet2id(own, net);
	rcu_read_unlock();
	return id < 0 ? 0 : nla_put_s32(msg, type, id);
}

struct sk_buff *vr_nl_event_create(struct vr_instance *instance, u8 cmd,
				   void **header)
{
	struct sk_buff *msg;

	if (READ_ONCE(vr_nl_gone))
		return NULL;
	if (!genl_has_listeners(&vr_nl_family, instance->net,
				VR_NLGRP_MONITOR))
		return NULL;
	msg = nlmsg_new(VR_NL_REPLY_SIZE, GFP_KERNEL);
	if (msg) {
		*header = genlmsg_put(msg, 0, 0, &vr_nl_family, 0, cmd);
		return msg;
	}
	/* Listeners learn that they missed something (ENOBUFS). */
	genl_set_err(&vr_nl_family, instance->net, 0, VR_NLGRP_MONITOR,
		     -ENOBUFS);
	return NULL;
}

void vr_nl_event_send(struct vr_instance *instance, struct sk_buff *msg,
		      void *header, int err)
{
	if (err) {
		nlmsg_free(msg);
		genl_set_err(&vr_nl_family, instance->net, 0,
			     VR_NLGRP_MONITOR, err);
		return;
	}
	genlmsg_end(msg, header);
	genlmsg_multicast_netns(&vr_nl_family, instance->net, msg, 0,
				VR_NLGRP_MONITOR, GFP_KERNEL);
}

struct vr_instance *vr_nl_dump_begin(struct netlink_callback *cb)
{
	struct vr_instance *instance =
		vr_instance_find(sock_net(cb->skb->sk));

	if (!instance) {
		cb->seq = 0;
		return NULL;
	}
	mutex_lock(&instance->lock);
	cb->seq = instance->seq;
	return instance;
}

int vr_nl_dump_refuse(struct netlink_callback *cb, const struct nlattr *attr)
{
	if (!attr)
		return 0;
	NL_SET_ERR_MSG_ATTR(cb->extack, attr, "dumps do not filter by this");
	return -EINVAL;
}

int vr_nl_no_replace(struct vr_nl_request *request)
{
	if (!(request->flags & NLM_F_REPLACE))
		return 0;
	NL_SET_ERR_MSG(request->extack, "not to be replaced, use set");
	return -EOPNOTSUPP;
}

int vr_nl_dump_nothing(struct netlink_callback *cb, const struct nlattr *name,
		       const struct nlattr *id)
{
	if (!name && !id)
		return 0;
	NL_SET_ERR_MSG_ATTR(cb->extack, id ?: name, "no such network");
	return -ENOENT;
}

void vr_nl_dump_finish(struct vr_instance *instance)
{
	mutex_unlock(&instance->lock);
	vr_instance_put(instance);
}

void *vr_nl_dump_start(struct sk_buff *msg, struct netlink_callback *cb, u8 cmd)
{
	void *header = genlmsg_put(msg, NETLINK_CB(cb->skb).portid,
				   cb->nlh->nlmsg_seq, &vr_nl_family,
				   NLM_F_MULTI, cmd);

	if (header)
		genl_dump_check_consistent(cb, header);
	return header;
}

int vr_nl_dump_end(struct sk_buff *msg, void *header, int err)
{
	if (err)
		genlmsg_cancel(msg, header);
	else
		genlmsg_end(msg, header);
	return err;
}

/* A dump that finds no room for its first object would end there. */
static int vr_nl_dump_reserve(struct netlink_callback *cb)
{
	cb->min_dump_alloc = VR_NL_REPLY_SIZE;
	return 0;
}

int vr_netlink_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vr_nl_ops); i++) {
		vr_nl_all_ops[i] = vr_nl_ops[i];
		if (vr_nl_ops[i].dumpit)
			vr_nl_all_ops[i].start = vr_nl_dump_reserve;
	}
	return genl_register_family(&vr_nl_family);
}

void vr_netlink_exit(void)
{
	WRITE_ONCE(vr_nl_gone, true);
	genl_unregister_family(&vr_nl_family);
}

MODULE_ALIAS_GENL_FAMILY(VR_GENL_NAME);
