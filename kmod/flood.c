// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flooding. A copy costs the receiving CPU a place in its backlog, so a
 * source may cause only so many a second, and a flood to a large network goes
 * on from a work item. Entry: vr_flood().
 */
#include <linux/jiffies.h>
#include <linux/rculist.h>
#include <net/dst.h>

#include "drop.h"
#include "flood.h"
#include "network.h"
#include "port.h"
#include "remote.h"
#include "work.h"

/* Copies in one go: a quarter of the default netdev_max_backlog. */
#define VR_FLOOD_CHUNK		256
/* Floods of a network that may wait for the work item. */
#define VR_FLOOD_QUEUE		128

/* Of a flood in progress, in skb->cb while it waits for the work item. */
struct vr_flood_job {
	u32 in_id;			/* of the source port */
	u32 done_id;			/* last port that has its copy */
	bool unknown;
	bool ports_done;		/* it goes on with other nodes */
};

static struct vr_flood_job *vr_flood_job(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct vr_flood_job) > sizeof(skb->cb));
	return (struct vr_flood_job *)skb->cb;
}

struct vr_flood_limit __percpu *vr_flood_limit_alloc(u32 burst)
{
	struct vr_flood_limit __percpu *limit;
	int cpu;

	limit = alloc_percpu_gfp(struct vr_flood_limit, GFP_KERNEL_ACCOUNT);
	if (!limit)
		return NULL;
	for_each_possible_cpu(cpu) {
		per_cpu_ptr(limit, cpu)->last = jiffies;
		per_cpu_ptr(limit, cpu)->tokens = (u64)burst * HZ;
	}
	return limit;
}

/* Whether the port may cause one more copy now, on this CPU. */
static bool vr_flood_allowed(struct vr_port *in)
{
	struct vr_flood_limit *limit = this_cpu_ptr(in->flood_limit);
	u64 full = (u64)READ_ONCE(in->storm_burst) * HZ;
	u32 rate = READ_ONCE(in->storm_rate);
	unsigned long now = jiffies;
	/* A product of two numbers of 32 and 31 bits does not overflow. */
	u64 elapsed = min_t(unsigned long, now - limit->last, S32_MAX);

	if (!rate)
		return false;
	limit->tokens = min(full, limit->tokens + elapsed * rate);
	limit->last = now;
	if (limit->tokens < HZ)
		return false;
	limit->tokens -= HZ;
	return true;
}

static bool vr_flood_wants(const struct vr_port *port,
			   const struct vr_flood_job *job)
{
	if (port->id <= job->done_id || port->id == job->in_id)
		return false;
	return !job->unknown || !vr_port_is_protected(port);
}

/* The first port of the list behind @at that gets a copy. NULL: none. */
static struct vr_port *vr_flood_next_port(struct vr_network *network,
					  struct list_head *at,
					  const struct vr_flood_job *job)
{
	struct vr_port *port;

	for (;;) {
		port = list_next_or_null_rcu(&network->ports, at,
					     struct vr_port, in_network);
		if (!port || vr_flood_wants(port, job))
			return port;
		at = &port->in_network;
	}
}

/* The same of the other nodes. What came from one does not go to one. */
static struct vr_port *vr_flood_next_remote(struct vr_network *network,
					    struct list_head *at,
					    const struct vr_flood_job *job)
{
	struct vr_remote *remote;

	for (;;) {
		remote = list_next_or_null_rcu(&network->flood_remotes, at,
					       struct vr_remote, in_flood);
		if (!remote)
			return NULL;
		if (remote->port.id > job->done_id)
			return &remote->port;
		at = &remote->in_flood;
	}
}

/* The first behind @port, or of all, that gets a copy. NULL: none. */
static struct vr_port *vr_flood_next(struct vr_network *network,
				     const struct vr_port *in,
				     struct vr_port *port,
				     struct vr_flood_job *job)
{
	if (!job->ports_done) {
		port = vr_flood_next_port(network, port ? &port->in_network :
							  &network->ports,
					  job);
		if (port)
			return port;
		job->ports_done = true;
		job->done_id = 0;
	}
	if (vr_port_is_remote(in))
		return NULL;
	return vr_flood_next_remote(network, port ?
				    &vr_remote_of(port)->in_flood :
				    &network->flood_remotes, job);
}

static void vr_flood_copy(struct vr_port *port, struct sk_buff *skb)
{
	struct sk_buff *copy = skb_clone(skb, GFP_ATOMIC);

	if (copy)
		vr_port_deliver(port, copy);
	else
		vr_drop_count(port->network->instance, port,
			      VR_DROP_REASON_NO_MEMORY);
}

/* The rest is for the work item. Nothing of the source's is kept. */
static void vr_flood_defer(struct vr_network *network, struct vr_port *in,
			   struct sk_buff *skb, const struct vr_flood_job *job)
{
	struct vr_flood *flood = &network->flood;

	if (skb_queue_len_lockless(&flood->queue) >= VR_FLOOD_QUEUE) {
		vr_drop(skb, network->instance, in, VR_DROP_REASON_STORM_LIMIT);
		return;
	}
	skb->dev = NULL;
	skb_dst_drop(skb);
	*vr_flood_job(skb) = *job;
	skb_queue_tail(&flood->queue, skb);
	vr_work_queue(&flood->work);
}

/* From @port on. The last port gets the packet itself, the others copies. */
static void vr_flood_run(struct vr_network *network, struct vr_port *in,
			 struct vr_port *port, struct sk_buff *skb,
			 struct vr_flood_job *job)
{
	struct vr_flood_job before;
	unsigned int copies;
	struct vr_port *next;

	for (copies = 0; copies < VR_FLOOD_CHUNK; copies++) {
		if (!vr_flood_allowed(in)) {
			vr_drop(skb, network->instance, in,
				VR_DROP_REASON_STORM_LIMIT);
			return;
		}
		before = *job;
		next = vr_flood_next(network, in, port, job);
		if (!next) {
			vr_port_deliver(port, skb);
			return;
		}
		vr_flood_copy(port, skb);
		if (before.ports_done == job->ports_done)
			job->done_id = port->id;
		port = next;
	}
	vr_flood_defer(network, in, skb, job);
}

void vr_flood(struct vr_network *network, struct vr_port *in,
	      struct sk_buff *skb, bool unknown)
{
	struct vr_flood_job job = { .in_id = in->id, .unknown = unknown };
	struct vr_port *port;

	if (unknown && !READ_ONCE(network->unknown_flood))
		port = NULL;
	else
		port = vr_flood_next(network, in, NULL, &job);
	if (port)
		vr_flood_run(network, in, port, skb, &job);
	else
		vr_drop(skb, network->instance, in,
			unknown ? VR_DROP_REASON_UNKNOWN_DESTINATION :
				  VR_DROP_REASON_NO_PORT);
}

/* Whom the flood is of. Who stands for unknown nodes has no id. */
static struct vr_port *vr_flood_source(struct vr_network *network, u32 id)
{
	struct vr_remote *stranger;

	if (id)
		return xa_load(&network->instance->ports, id);
	stranger = rcu_dereference(network->stranger);
	return stranger ? &stranger->port : NULL;
}

/* Goes on with a flood, unless its source or the other ports are gone. */
static void vr_flood_resume(struct vr_network *network, struct sk_buff *skb)
{
	struct vr_flood_job job = *vr_flood_job(skb);
	struct vr_port *in = vr_flood_source(network, job.in_id);
	struct vr_port *port = NULL;

	if (in && in->network == network)
		port = vr_flood_next(network, in, NULL, &job);
	if (port)
		vr_flood_run(network, in, port, skb, &job);
	else
		vr_drop(skb, network->instance, in, VR_DROP_REASON_NO_PORT);
}

static void vr_flood_work(struct work_struct *work)
{
	struct vr_flood *flood = container_of(work, struct vr_flood, work);
	struct vr_network *network =
		container_of(flood, struct vr_network, flood);
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&flood->queue))) {
		local_bh_disable();
		rcu_read_lock();
		vr_flood_resume(network, skb);
		rcu_read_unlock();
		local_bh_enable();
		cond_resched();
	}
}

void vr_flood_init(struct vr_flood *flood)
{
	skb_queue_head_init(&flood->queue);
	INIT_WORK(&flood->work, vr_flood_work);
}

void vr_flood_destroy(struct vr_flood *flood)
{
	cancel_work_sync(&flood->work);
	skb_queue_purge(&flood->queue);
}
