// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instances: one for each network namespace that uses vr. Entry:
 * vr_instance_get().
 *
 * DOC: locks
 *
 * genl (cb_lock) > RTNL > instance->lock > vr_instances_lock.
 *
 * A command that touches a device takes RTNL first; commands on endpoints and
 * routes and all dumps never take it. With instance->lock held nothing is
 * called that needs RTNL, can raise a netdevice notifier, or (un)registers a
 * family. A network's list of ports changes under RTNL and instance->lock
 * together, so either is enough to read it. Packets take none of these:
 * everything they reach is RCU's, freed after a grace period.
 */
#include <linux/random.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "instance.h"
#include "native.h"
#include "network.h"
#include "port.h"
#include "uplink.h"
#include "work.h"

struct vr_net {
	struct vr_instance *instance;	/* under vr_instances_lock */
};

static unsigned int vr_net_id;

/* Innermost lock: which namespace has which instance, and its users. */
static DEFINE_MUTEX(vr_instances_lock);

/* Where the next instance's dump sequence starts. Never 0. */
static u32 vr_instances_seq = 1;
#define VR_INSTANCE_SEQ_STEP	BIT(20)

static void vr_instance_free_work(struct work_struct *work)
{
	struct vr_instance *instance =
		container_of(to_rcu_work(work), struct vr_instance, free_work);

	xa_destroy(&instance->networks);
	xa_destroy(&instance->networks_by_vni);
	xa_destroy(&instance->ports);
	xa_destroy(&instance->endpoints);
	mutex_destroy(&instance->lock);
	free_percpu(instance->drops);
	kfree(instance);
}

static struct vr_instance *vr_instance_create(struct net *net)
{
	struct vr_instance *instance;

	instance = kzalloc(sizeof(*instance), GFP_KERNEL_ACCOUNT);
	if (!instance)
		return NULL;
	instance->drops = alloc_percpu_gfp(struct vr_drop_counters,
					   GFP_KERNEL_ACCOUNT);
	if (!instance->drops) {
		kfree(instance);
		return NULL;
	}
	/* Unlike that of an earlier instance here, of which a dump may be. */
	instance->seq = vr_instances_seq += VR_INSTANCE_SEQ_STEP;
	instance->net = net;
	instance->netns = net->ns.inum;
	get_random_bytes(&instance->flow_key, sizeof(instance->flow_key));
	vr_icmp_limit_init(&instance->icmp_limit);
	mutex_init(&instance->lock);
	xa_init_flags(&instance->networks, XA_FLAGS_ALLOC1);
	xa_init(&instance->networks_by_vni);
	xa_init_flags(&instance->ports, XA_FLAGS_ALLOC1);
	xa_init_flags(&instance->endpoints, XA_FLAGS_ALLOC1);
	hash_init(instance->networks_by_name);
	INIT_LIST_HEAD(&instance->natives);
	INIT_LIST_HEAD(&instance->uplinks);
	INIT_RCU_WORK(&instance->free_work, vr_instance_free_work);
	refcount_set(&instance->ref, 1);
	return instance;
}

void vr_instance_memory_get(struct vr_instance *instance)
{
	refcount_inc(&instance->ref);
}

void vr_instance_memory_put(struct vr_instance *instance)
{
	if (refcount_dec_and_test(&instance->ref))
		vr_work_queue_rcu(&instance->free_work);
}

struct vr_instance *vr_instance_find(struct net *net)
{
	struct vr_net *vr_net = net_generic(net, vr_net_id);
	struct vr_instance *instance;

	mutex_lock(&vr_instances_lock);
	instance = vr_net->instance;
	if (instance)
		instance->users++;
	mutex_unlock(&vr_instances_lock);
	return instance;
}

struct vr_instance *vr_instance_get(struct net *net)
{
	struct vr_net *vr_net = net_generic(net, vr_net_id);
	struct vr_instance *instance;

	mutex_lock(&vr_instances_lock);
	instance = vr_net->instance;
	if (!instance) {
		instance = vr_instance_create(net);
		vr_net->instance = instance;
	}
	if (instance)
		instance->users++;
	mutex_unlock(&vr_instances_lock);
	return instance ?: ERR_PTR(-ENOMEM);
}

void vr_instance_hold(struct vr_instance *instance)
{
	mutex_lock(&vr_instances_lock);
	instance->users++;
	mutex_unlock(&vr_instances_lock);
}

void vr_instance_put(struct vr_instance *instance)
{
	bool last;

	mutex_lock(&vr_instances_lock);
	last = !--instance->users;
	if (last) {
		struct vr_net *vr_net = net_generic(instance->net, vr_net_id);

		vr_net->instance = NULL;
	}
	mutex_unlock(&vr_instances_lock);
	if (last)
		vr_instance_memory_put(instance);
}

/* The namespace dies: its ports die with it, wherever they live. */
static void __net_exit vr_instance_net_exit_rtnl(struct net *net,
						 struct list_head *kill_list)
{
	struct vr_instance *instance = vr_instance_find(net);

	if (!instance)
		return;
	vr_native_kill_all(instance, kill_list);
	vr_ports_detach_taps(instance);
	vr_uplinks_del(instance);
	vr_instance_put(instance);
}

static void __net_exit vr_instance_net_exit(struct net *net)
{
	struct vr_instance *instance = vr_instance_find(net);

	if (!instance)
		return;
	mutex_lock(&instance->lock);
	vr_network_destroy_all(instance);
	mutex_unlock(&instance->lock);
	vr_instance_put(instance);
}

#ifndef VR_HAVE_EXIT_RTNL
static void __net_exit vr_instance_net_exit_batch_rtnl(struct list_head *nets,
						       struct list_head *kill)
{
	struct net *net;

	list_for_each_entry(net, nets, exit_list)
		vr_instance_net_exit_rtnl(net, kill);
}
#endif

static struct pernet_operations vr_instance_net_ops = {
#ifdef VR_HAVE_EXIT_RTNL
	.exit_rtnl = vr_instance_net_exit_rtnl,
#else
	.exit_batch_rtnl = vr_instance_net_exit_batch_rtnl,
#endif
	.exit = vr_instance_net_exit,
	.id = &vr_net_id,
	.size = sizeof(struct vr_net),
};

int vr_instances_init(void)
{
	return register_pernet_subsys(&vr_instance_net_ops);
}

void vr_instances_exit(void)
{
	unregister_pernet_subsys(&vr_instance_net_ops);
}
