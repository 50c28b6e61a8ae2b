/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An instance: everything vr has in one network namespace. A namespace
 * without one costs a pointer. It is made by the first command that writes or
 * the first device of kind vr, and goes with the last object.
 */
#ifndef VR_INSTANCE_H
#define VR_INSTANCE_H

#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/siphash.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "drop.h"
#include "icmp.h"

struct net;

/* Limits, readable by VR_CMD_LIMIT_GET. */
#define VR_LIMIT_NETWORKS		16384
#define VR_LIMIT_PORTS			65536
#define VR_LIMIT_ENDPOINTS		1048576
#define VR_LIMIT_ROUTES			4194304
#define VR_LIMIT_NETWORK_SUBNETS	32
#define VR_LIMIT_ENDPOINT_ADDRESSES	32
#define VR_LIMIT_ROUTE_NEXTHOPS		64
#define VR_LIMIT_APPLY_OBJECTS		64
#define VR_LIMIT_PORT_ALLOWED		32
#define VR_LIMIT_UPLINKS		64
#define VR_LIMIT_UPLINK_PEERS		256
#define VR_LIMIT_NETWORK_FLOOD		256

struct vr_instance {
	/* fast path */
	struct vr_drop_counters __percpu *drops;
	struct net *net;	/* not held: there as long as there are users */
	hsiphash_key_t flow_key;	/* secret, see flow.h */
	struct vr_icmp_limit icmp_limit;	/* of all errors together */

	/* configuration, under lock */
	struct mutex lock;
	struct xarray networks;		/* by id */
	struct xarray networks_by_vni;
	DECLARE_HASHTABLE(networks_by_name, 8);
	struct xarray ports;		/* by id */
	struct xarray endpoints;	/* by id */
	u32 next_network_id;
	u32 next_port_id;
	u32 next_endpoint_id;
	u32 seq;			/* of dumps: changes with each change */
	u32 n_networks;
	u32 n_ports;			/* detached native ones included */
	u32 n_endpoints;
	u32 n_routes;
	struct list_head natives;	/* wherever they live now */
	struct list_head uplinks;	/* changes under RTNL, too */
	unsigned short headroom;	/* that senders leave; RTNL */

	/* life cycle */
	unsigned int netns;		/* inode of @net, for traces at the end */
	unsigned int users;		/* under vr_instances_lock */
	refcount_t ref;
	struct rcu_work free_work;
};

/*
 * Objects and running commands hold the instance in its namespace. Without a
 * holder it leaves the namespace. get() makes it where there is none and
 * returns ERR_PTR(-ENOMEM) if that fails, find() returns NULL then.
 */
struct vr_instance *vr_instance_get(struct net *net);
struct vr_instance *vr_instance_find(struct net *net);
void vr_instance_hold(struct vr_instance *instance);
void vr_instance_put(struct vr_instance *instance);

/* What may still be read when it has left its namespace: the memory alone. */
void vr_instance_memory_get(struct vr_instance *instance);
void vr_instance_memory_put(struct vr_instance *instance);

/* After a change, under lock: a dump in progress is no longer consistent. */
static inline void vr_instance_changed(struct vr_instance *instance)
{
	lockdep_assert_held(&instance->lock);
	instance->seq++;
}

int vr_instances_init(void);
void vr_instances_exit(void);

#endif /* VR_INSTANCE_H */
