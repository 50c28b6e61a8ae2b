// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uplinks: making, changing and removing them. Entries:
 * vr_uplink_source_rcu() for packets, vr_uplink_add() for commands.
 */
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "address.h"
#include "instance.h"
#include "metadata.h"
#include "native.h"
#include "netlink.h"
#include "network.h"
#include "remote.h"
#include "uplink.h"
#include "vxlan.h"
#include "work.h"

bool vr_uplink_carries(const struct vr_uplink *uplink,
		       const struct in6_addr *vtep)
{
	if (uplink->dev)
		return true;
	return vr_address_is_v4(vtep) ? uplink->sock4 : uplink->sock6;
}

bool vr_uplink_admits_rcu(const struct vr_uplink *uplink,
			  const struct in6_addr *vtep)
{
	const struct vr_uplink_peers *peers = rcu_dereference(uplink->peers);
	unsigned int i;

	if (READ_ONCE(uplink->any))
		return true;
	for (i = 0; peers && i < peers->n; i++)
		if (ipv6_addr_equal(&peers->vtep[i], vtep))
			return true;
	return false;
}

void vr_uplink_count_rx(struct vr_uplink *uplink, unsigned int len)
{
	struct pcpu_sw_netstats *stats = this_cpu_ptr(uplink->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->rx_bytes, len);
	u64_stats_inc(&stats->rx_packets);
	u64_stats_update_end(&stats->syncp);
}

void vr_uplink_count_tx(struct vr_uplink *uplink, unsigned int len)
{
	struct pcpu_sw_netstats *stats = this_cpu_ptr(uplink->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->tx_bytes, len);
	u64_stats_inc(&stats->tx_packets);
	u64_stats_update_end(&stats->syncp);
}

void vr_uplink_sum(const struct vr_uplink *uplink,
		   struct rtnl_link_stats64 *sum)
{
	memset(sum, 0, sizeof(*sum));
	dev_fetch_sw_netstats(sum, uplink->stats);
}

enum vr_drop_reason vr_uplink_source_rcu(struct vr_uplink *uplink, u32 vni,
					 const struct in6_addr *vtep,
					 struct vr_port **in)
{
	struct vr_network *network;

	network = xa_load(&uplink->instance->networks_by_vni, vni);
	if (unlikely(!network))
		return VR_DROP_REASON_UNKNOWN_VNI;
	*in = vr_remote_source_rcu(uplink, network, vtep);
	return likely(*in) ? 0 : VR_DROP_REASON_UNKNOWN_REMOTE;
}

struct vr_uplink *vr_uplink_find(struct vr_instance *instance,
				 const char *name)
{
	struct vr_uplink *uplink;

	lockdep_assert_held(&instance->lock);
	list_for_each_entry(uplink, &instance->uplinks, in_instance)
		if (!strcmp(uplink->name, name))
			return uplink;
	return NULL;
}

/* The only one that carries the VTEP's family. */
static struct vr_uplink *
vr_uplink_choose_only(struct vr_instance *instance,
		      const struct nlattr *vtep_attr,
		      const struct in6_addr *vtep,
		      struct netlink_ext_ack *extack)
{
	struct vr_uplink *uplink, *found = NULL;

	list_for_each_entry(uplink, &instance->uplinks, in_instance) {
		if (!vr_uplink_carries(uplink, vtep))
			continue;
		if (found) {
			NL_SET_ERR_MSG_ATTR(extack, vtep_attr,
				"more than one uplink leads there, name one");
			return ERR_PTR(-EINVAL);
		}
		found = uplink;
	}
	if (found)
		return found;
	NL_SET_ERR_MSG_ATTR(extack, vtep_attr,
			    "no uplink leads there, add one first");
	return ERR_PTR(-ENETUNREACH);
}

struct vr_uplink *vr_uplink_choose(struct vr_instance *instance,
				   const struct nlattr *name,
				   const struct nlattr *vtep_attr,
				   const struct in6_addr *vtep,
				   struct netlink_ext_ack *extack)
{
	struct vr_uplink *uplink;

	if (!name)
		return vr_uplink_choose_only(instance, vtep_attr, vtep, extack);
	uplink = vr_uplink_find(instance, nla_data(name));
	if (!uplink) {
		NL_SET_ERR_MSG_ATTR(extack, name, "no such uplink");
		return ERR_PTR(-ENOENT);
	}
	if (vr_uplink_carries(uplink, vtep))
		return uplink;
	NL_SET_ERR_MSG_ATTR(extack, vtep_attr,
			    "node is of a family that the uplink does not carry");
	return ERR_PTR(-EAFNOSUPPORT);
}

static void vr_uplink_free(struct vr_uplink *uplink)
{
	rhashtable_destroy(&uplink->remotes);
	free_percpu(uplink->stats);
	kfree(rcu_access_pointer(uplink->peers));
	kfree(uplink);
}

static void vr_uplink_free_work(struct work_struct *work)
{
	struct vr_uplink *uplink =
		container_of(to_rcu_work(work), struct vr_uplink, free_work);
	struct vr_instance *instance = uplink->instance;

	vr_uplink_free(uplink);
	vr_instance_memory_put(instance);
}

static struct vr_uplink *
vr_uplink_create(struct vr_instance *instance,
		 const struct vr_uplink_config *config)
{
	struct vr_uplink *uplink = kzalloc(sizeof(*uplink), GFP_KERNEL_ACCOUNT);

	if (!uplink)
		return ERR_PTR(-ENOMEM);
	uplink->stats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (!uplink->stats || vr_remotes_table_init(&uplink->remotes)) {
		free_percpu(uplink->stats);
		kfree(uplink);
		return ERR_PTR(-ENOMEM);
	}
	uplink->instance = instance;
	uplink->type = config->dev ? VR_UPLINK_TYPE_DEVICE :
				     VR_UPLINK_TYPE_VXLAN;
	uplink->dev = config->dev;
	strscpy(uplink->name, config->dev ? config->dev->name : config->name,
		sizeof(uplink->name));
	uplink->has_local = config->local_attr;
	uplink->local = config->local;
	uplink->ttl = config->ttl_attr ? config->ttl : VR_UPLINK_TTL;
	uplink->dscp = config->dscp;
	uplink->any = config->any;
	INIT_RCU_WORK(&uplink->free_work, vr_uplink_free_work);
	return uplink;
}

static int vr_uplink_open(struct vr_uplink *uplink,
			  const struct vr_uplink_config *config,
			  struct netlink_ext_ack *extack)
{
	if (uplink->dev)
		return vr_metadata_open(uplink, config->ifname_attr, extack);
	return vr_vxlan_open(uplink, config, extack);
}

static void vr_uplink_close(struct vr_uplink *uplink)
{
	if (uplink->dev)
		vr_metadata_close(uplink);
	else
		vr_vxlan_close(uplink);
}

/* What differs from the uplink there is, in what @config gives. */
static int vr_uplink_check_equal(const struct vr_uplink *uplink,
				 const struct vr_uplink_config *config,
				 struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = NULL;

	if (config->dev != uplink->dev)
		attr = config->type_attr ?: config->ifname_attr;
	else if (config->local_attr &&
		 !(uplink->has_local &&
		   ipv6_addr_equal(&config->local, &uplink->local)))
		attr = config->local_attr;
	else if (config->port_attr && config->port != uplink->port)
		attr = config->port_attr;
	else if (config->ttl_attr && config->ttl != uplink->ttl)
		attr = config->ttl_attr;
	else if (config->dscp_attr && config->dscp != uplink->dscp)
		attr = config->dscp_attr;
	else if (config->any_attr && config->any != uplink->any)
		attr = config->any_attr;
	else
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "uplink exists and differs in this");
	return -EEXIST;
}

/* 1: there is one that is equal. */
static int vr_uplink_check_new(struct vr_instance *instance,
			       const struct vr_uplink_config *config,
			       unsigned int flags, struct vr_uplink **present,
			       struct netlink_ext_ack *extack)
{
	struct vr_uplink *uplink;
	unsigned int n = 0;
	int err;

	*present = vr_uplink_find(instance, config->dev ? config->dev->name :
							  config->name);
	if (*present) {
		if (flags & NLM_F_EXCL) {
			NL_SET_ERR_MSG_ATTR(extack, config->name_attr ?:
					    config->ifname_attr,
					    "uplink exists");
			return -EEXIST;
		}
		err = vr_uplink_check_equal(*present, config, extack);
		return err ?: 1;
	}
	list_for_each_entry(uplink, &instance->uplinks, in_instance)
		n++;
	if (n < VR_LIMIT_UPLINKS)
		return 0;
	NL_SET_ERR_MSG(extack, "limit of 64 uplinks is reached");
	return -ENOSPC;
}

struct vr_uplink *vr_uplink_add(struct vr_instance *instance,
				const struct vr_uplink_config *config,
				unsigned int flags,
				struct netlink_ext_ack *extack)
{
	struct vr_uplink *uplink;
	int err;

	ASSERT_RTNL();
	mutex_lock(&instance->lock);
	err = vr_uplink_check_new(instance, config, flags, &uplink, extack);
	mutex_unlock(&instance->lock);
	if (err)
		return err > 0 ? uplink : ERR_PTR(err);
	uplink = vr_uplink_create(instance, config);
	if (IS_ERR(uplink))
		return uplink;
	err = vr_uplink_open(uplink, config, extack);
	if (err) {
		vr_uplink_free(uplink);
		return ERR_PTR(err);
	}
	vr_instance_hold(instance);
	vr_instance_memory_get(instance);
	vr_natives_set_headroom(instance, VR_UPLINK_HEADROOM);
	mutex_lock(&instance->lock);
	list_add_tail(&uplink->in_instance, &instance->uplinks);
	vr_instance_changed(instance);
	vr_nl_uplink_notify(uplink, VR_CMD_UPLINK_NTF);
	mutex_unlock(&instance->lock);
	return uplink;
}

/* All remotes of all networks that it leads to. */
static void vr_uplink_lose_remotes(struct vr_uplink *uplink)
{
	struct vr_remote *remote, *next;
	struct vr_network *network;
	unsigned long id;

	xa_for_each(&uplink->instance->networks, id, network)
		list_for_each_entry_safe(remote, next, &network->remotes,
					 in_network)
			if (remote->uplink == uplink)
				vr_remote_destroy(remote);
}

void vr_uplink_del(struct vr_uplink *uplink)
{
	struct vr_instance *instance = uplink->instance;

	ASSERT_RTNL();
	mutex_lock(&instance->lock);
	vr_nl_uplink_notify(uplink, VR_CMD_UPLINK_DEL_NTF);
	list_del(&uplink->in_instance);
	vr_uplink_lose_remotes(uplink);
	vr_instance_changed(instance);
	mutex_unlock(&instance->lock);
	/* Senders that have met a remote still use the sockets. */
	synchronize_net();
	vr_uplink_close(uplink);
	vr_work_queue_rcu(&uplink->free_work);
	vr_instance_put(instance);
}

void vr_uplinks_del(struct vr_instance *instance)
{
	struct vr_uplink *uplink, *next;

	ASSERT_RTNL();
	/* Uplinks come and go under RTNL only. */
	list_for_each_entry_safe(uplink, next, &instance->uplinks, in_instance)
		vr_uplink_del(uplink);
}

static bool vr_uplink_nodes_have(const struct vr_uplink_nodes *nodes,
				 const struct in6_addr *vtep)
{
	unsigned int i;

	for (i = 0; i < nodes->n; i++)
		if (ipv6_addr_equal(&nodes->vtep[i], vtep))
			return true;
	return false;
}

/* The peers there are, those of @add, and not those of @del. */
static struct vr_uplink_peers *
vr_uplink_make_peers(const struct vr_uplink_peers *old,
		     const struct vr_uplink_nodes *add,
		     const struct vr_uplink_nodes *del,
		     struct netlink_ext_ack *extack)
{
	unsigned int n = old ? old->n : 0, i;
	struct vr_uplink_peers *peers;

	peers = kzalloc(struct_size(peers, vtep, n + add->n),
			GFP_KERNEL_ACCOUNT);
	if (!peers)
		return ERR_PTR(-ENOMEM);
	peers->n = n + add->n; /* for the compiler's checks of bounds */
	n = 0;
	for (i = 0; old && i < old->n; i++)
		if (!vr_uplink_nodes_have(del, &old->vtep[i]) &&
		    !vr_uplink_nodes_have(add, &old->vtep[i]))
			peers->vtep[n++] = old->vtep[i];
	for (i = 0; i < add->n; i++)
		peers->vtep[n++] = add->vtep[i];
	peers->n = n;
	if (n <= VR_LIMIT_UPLINK_PEERS)
		return peers;
	NL_SET_ERR_MSG_ATTR(extack, add->attr,
			    "more than the limit of 256 peers");
	kfree(peers);
	return ERR_PTR(-ENOSPC);
}

int vr_uplink_set(struct vr_uplink *uplink,
		  const struct vr_uplink_config *config,
		  const struct vr_uplink_nodes *add,
		  const struct vr_uplink_nodes *del,
		  struct netlink_ext_ack *extack)
{
	struct vr_uplink_peers *peers;

	lockdep_assert_held(&uplink->instance->lock);
	if (add->n || del->n) {
		peers = rcu_dereference_protected(uplink->peers,
				lockdep_is_held(&uplink->instance->lock));
		peers = vr_uplink_make_peers(peers, add, del, extack);
		if (IS_ERR(peers))
			return PTR_ERR(peers);
		peers = rcu_replace_pointer(uplink->peers, peers,
				lockdep_is_held(&uplink->instance->lock));
		if (peers)
			kfree_rcu(peers, rcu);
	}
	if (config->ttl_attr)
		WRITE_ONCE(uplink->ttl, config->ttl);
	if (config->dscp_attr)
		WRITE_ONCE(uplink->dscp, config->dscp);
	if (config->any_attr)
		WRITE_ONCE(uplink->any, config->any);
	vr_instance_changed(uplink->instance);
	vr_nl_uplink_notify(uplink, VR_CMD_UPLINK_NTF);
	return 0;
}

static void vr_uplink_renamed(struct vr_uplink *uplink)
{
	mutex_lock(&uplink->instance->lock);
	/* One of ours may have that name: then it keeps the one it had. */
	if (!vr_uplink_find(uplink->instance, uplink->dev->name)) {
		strscpy(uplink->name, uplink->dev->name, sizeof(uplink->name));
		vr_instance_changed(uplink->instance);
		vr_nl_uplink_notify(uplink, VR_CMD_UPLINK_NTF);
	}
	mutex_unlock(&uplink->instance->lock);
}

static void vr_uplinks_push_ports(struct net_device *dev, bool push)
{
	struct vr_instance *instance = vr_instance_find(dev_net(dev));
	struct vr_uplink *uplink;

	if (!instance)
		return;
	list_for_each_entry(uplink, &instance->uplinks, in_instance)
		if (!uplink->dev)
			vr_vxlan_push_ports(uplink, dev, push);
	vr_instance_put(instance);
}

/* The MTU of a device of the underlay: that of paths may be another now. */
static void vr_uplinks_probe(struct net *net)
{
	struct vr_instance *instance = vr_instance_find(net);
	struct vr_remote *remote;
	struct vr_network *network;
	unsigned long id;

	if (!instance)
		return;
	mutex_lock(&instance->lock);
	xa_for_each(&instance->networks, id, network)
		list_for_each_entry(remote, &network->remotes, in_network)
			if (remote->uplink->dev)
				vr_metadata_probe(remote);
			else
				vr_vxlan_probe(remote);
	mutex_unlock(&instance->lock);
	vr_instance_put(instance);
}

static int vr_uplink_event(struct notifier_block *block, unsigned long event,
			   void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct vr_uplink *uplink = vr_metadata_uplink(dev);

	switch (event) {
	case NETDEV_UNREGISTER:
		if (uplink)
			vr_uplink_del(uplink);
		break;
	case NETDEV_CHANGENAME:
		if (uplink)
			vr_uplink_renamed(uplink);
		break;
	case NETDEV_CHANGEMTU:
		if (!vr_native_is(dev))
			vr_uplinks_probe(dev_net(dev));
		break;
	case NETDEV_UDP_TUNNEL_PUSH_INFO:
		vr_uplinks_push_ports(dev, true);
		break;
	case NETDEV_UDP_TUNNEL_DROP_INFO:
		vr_uplinks_push_ports(dev, false);
		break;
	}
	return NOTIFY_DONE;
}

/* Behind the kernel's own, which forget routes of the old MTU. */
static struct notifier_block vr_uplink_notifier = {
	.notifier_call = vr_uplink_event,
	.priority = INT_MIN,
};

int vr_uplinks_init(void)
{
	return register_netdevice_notifier(&vr_uplink_notifier);
}

void vr_uplinks_exit(void)
{
	unregister_netdevice_notifier(&vr_uplink_notifier);
}
