// SPDX-License-Identifier: GPL-2.0-only
/*
 * Announcements: of addresses that ports share, of MACs that are learned, of
 * who stood by and has come. A packet asks in vr_announce() and the like; the
 * tables change in vr_announce_work(), under the instance's lock. A job names
 * its port by id, as the port may be gone by then.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "address.h"
#include "allowed.h"
#include "announce.h"
#include "anycast.h"
#include "endpoint.h"
#include "instance.h"
#include "learn.h"
#include "neighbour.h"
#include "netlink.h"
#include "network.h"
#include "packet.h"
#include "port.h"
#include "work.h"

/* Shared addresses of one port. */
#define VR_ANNOUNCE_ADDRESSES	256
/* Announcements of a network that may wait. */
#define VR_ANNOUNCE_JOBS	1024

struct vr_announce_job {
	struct llist_node node;
	struct in6_addr ip;		/* of a shared address */
	u64 mac;
	u32 port_id;
	enum vr_drop_reason (*run)(struct vr_port *port,
				   const struct vr_announce_job *job);
};

unsigned int vr_announce_moves_left(const struct vr_endpoint *learned)
{
	unsigned long seconds = (jiffies - learned->moved) / HZ;

	return min_t(unsigned long, VR_ANNOUNCE_MOVES,
		     learned->moves_left + seconds);
}

static bool vr_announce_is_too_soon(const struct vr_port *port,
				    const struct vr_endpoint *holder)
{
	if (holder && !vr_announce_moves_left(holder))
		return true;
	return !(holder && holder->port == port) &&
	       READ_ONCE(port->n_shared) >= VR_ANNOUNCE_ADDRESSES;
}

static bool vr_announce_is_at(const struct vr_endpoint *holder,
			      const struct vr_port *port, u64 mac)
{
	return holder && holder->port == port && holder->mac == mac;
}

static enum vr_drop_reason vr_announce_defer(struct vr_network *network,
					     const struct vr_announce_job *what)
{
	struct vr_announce *announce = &network->announce;
	struct vr_announce_job *job;

	if (atomic_read(&announce->n_jobs) >= VR_ANNOUNCE_JOBS)
		return VR_DROP_REASON_ANNOUNCEMENT_LIMIT;
	job = kmemdup(what, sizeof(*job), GFP_ATOMIC);
	if (!job)
		return VR_DROP_REASON_NO_MEMORY;
	atomic_inc(&announce->n_jobs);
	if (llist_add(&job->node, &announce->jobs))
		vr_work_queue(&announce->work);
	return 0;
}

/* Whether the port may take over the virtual MAC with all its addresses. */
static bool vr_announce_may_take_mac(const struct vr_port *port,
				     const struct vr_endpoint *virtual)
{
	const struct vr_endpoint *endpoint;

	list_for_each_entry(endpoint, &virtual->port->endpoints, on_port)
		if (endpoint->shared && endpoint->mac == virtual->mac &&
		    vr_allowed_mode(port, &endpoint->addresses[0].ip) !=
		    VR_ALLOWED_MODE_ACTIVE_STANDBY)
			return false;
	return true;
}

/*
 * Whether the MAC is, or now becomes, one that is behind the port. A virtual
 * MAC gets an endpoint without addresses, so that packets to it find the port.
 */
static bool vr_announce_claim_mac(struct vr_port *port, u64 mac)
{
	struct vr_network *network = port->network;
	struct vr_endpoint_config config = {
		.port = port,
		.mac = mac,
		.origin = VR_ORIGIN_LEARNED,
	};
	struct vr_endpoint *holder;
	bool changed;

	holder = vr_endpoint_find(network, mac, VR_ENDPOINT_STATE_ACTIVE);
	if (holder && holder->port == port)
		return true;
	if (!vr_mac_is_vrrp(mac))
		return false;
	if (holder) {
		if (holder->origin != VR_ORIGIN_LEARNED ||
		    !vr_announce_may_take_mac(port, holder))
			return false;
		config.sequence = holder->sequence + 1;
	}
	return !IS_ERR(vr_endpoint_add(network, &config, NULL, 0, &changed,
				       NULL));
}

/* Whether the port has shared addresses with this MAC. */
static bool vr_announce_port_shares(const struct vr_port *port, u64 mac)
{
	const struct vr_endpoint *endpoint;

	list_for_each_entry(endpoint, &port->endpoints, on_port)
		if (endpoint->shared && endpoint->mac == mac)
			return true;
	return false;
}

void vr_announce_sweep(struct vr_port *port)
{
	struct vr_endpoint *endpoint, *next;

	lockdep_assert_held(&port->network->instance->lock);
	list_for_each_entry_safe(endpoint, next, &port->endpoints, on_port)
		if (endpoint->shared &&
		    vr_allowed_mode(port, &endpoint->addresses[0].ip) !=
		    VR_ALLOWED_MODE_ACTIVE_STANDBY)
			vr_endpoint_del(endpoint);
	list_for_each_entry_safe(endpoint, next, &port->endpoints, on_port)
		if (!endpoint->shared &&
		    endpoint->origin == VR_ORIGIN_LEARNED &&
		    vr_mac_is_vrrp(endpoint->mac) &&
		    !vr_announce_port_shares(port, endpoint->mac))
			vr_endpoint_del(endpoint);
	vr_anycast_sweep(port);
}

/* Puts the address at the port, in the place of where it was. */
static int vr_announce_publish(struct vr_port *port,
			       const struct vr_announce_job *job,
			       struct vr_endpoint *holder)
{
	struct vr_endpoint_config config = {
		.addresses = &job->ip,
		.n_addresses = 1,
		.port = port,
		.mac = job->mac,
		.sequence = holder ? holder->sequence + 1 : 0,
		.origin = VR_ORIGIN_LEARNED,
		.moves_left = VR_ANNOUNCE_MOVES,
		.shared = true,
	};
	struct vr_port *before = holder ? holder->port : port;
	struct vr_endpoint *shared;
	int err;

	if (!holder && port->network->instance->n_endpoints >=
	    VR_LIMIT_ENDPOINTS)
		return -ENOSPC;
	if (holder)
		config.moves_left = vr_announce_moves_left(holder) - 1;
	shared = vr_endpoint_create(port->network, &config);
	if (IS_ERR(shared))
		return PTR_ERR(shared);
	err = vr_endpoint_publish(shared, holder, NULL, &config, NULL);
	if (err) {
		vr_endpoint_destroy(shared);
		return err;
	}
	vr_nl_endpoint_notify(shared, VR_CMD_ENDPOINT_NTF);
	/* Of its virtual MAC it may have been the last one, here as well. */
	vr_announce_sweep(before);
	return 0;
}

static enum vr_drop_reason vr_announce_join(struct vr_port *port,
					    const struct in6_addr *ip)
{
	enum vr_drop_reason reason = vr_anycast_join(port, ip);

	if (reason)
		return reason;
	local_bh_disable();
	rcu_read_lock();
	if (vr_anycast_is_at_rcu(port, ip))
		vr_neighbour_announce(port, ip);
	rcu_read_unlock();
	local_bh_enable();
	return 0;
}

/* Much may have changed since the packet came, so all is checked again. */
static enum vr_drop_reason vr_announce_run(struct vr_port *port,
					   const struct vr_announce_job *job)
{
	int mode = vr_allowed_mode(port, &job->ip);
	struct vr_endpoint *holder;

	if (mode < VR_ALLOWED_MODE_ACTIVE_STANDBY)
		return 0;
	holder = vr_endpoint_find_ip(port->network, &job->ip);
	if (holder && !holder->shared)
		return 0;
	if (mode == VR_ALLOWED_MODE_ECMP)
		return holder ? 0 : vr_announce_join(port, &job->ip);
	if (vr_announce_is_at(holder, port, job->mac))
		return 0;
	if (vr_announce_is_too_soon(port, holder) ||
	    !vr_announce_claim_mac(port, job->mac) ||
	    vr_announce_publish(port, job, holder))
		return VR_DROP_REASON_ANNOUNCEMENT_LIMIT;
	return 0;
}

/* Others have to go on sending to the gateway. */
static enum vr_drop_reason vr_announce_anycast(struct vr_packet *packet,
					       const struct vr_announce_job *job)
{
	packet->verdict = VR_VERDICT_ANSWERED;
	if (!vr_anycast_is_at_rcu(packet->in, &job->ip))
		return vr_announce_defer(packet->network, job);
	vr_neighbour_announce(packet->in, &job->ip);
	return 0;
}

enum vr_drop_reason vr_announce(struct vr_packet *packet,
				const struct in6_addr *ip, u64 mac)
{
	struct vr_announce_job job = {
		.ip = *ip,
		.mac = mac,
		.port_id = packet->in->id,
		.run = vr_announce_run,
	};
	int mode = vr_allowed_mode(packet->in, ip);
	const struct vr_endpoint *holder;

	if (mode < VR_ALLOWED_MODE_ACTIVE_STANDBY)
		return 0;
	holder = vr_endpoint_lookup_ip_rcu(packet->network, ip);
	if (holder && !holder->shared)
		return 0; /* configured, so it stays; vr_guard() has had its say */
	if (mode == VR_ALLOWED_MODE_ECMP)
		return holder ? 0 : vr_announce_anycast(packet, &job);
	if (vr_announce_is_at(holder, packet->in, mac))
		return 0;
	if (vr_announce_is_too_soon(packet->in, holder))
		return VR_DROP_REASON_ANNOUNCEMENT_LIMIT;
	return vr_announce_defer(packet->network, &job);
}

static enum vr_drop_reason vr_announce_learn(struct vr_port *port,
					     const struct vr_announce_job *job)
{
	return vr_learn_take(port, job->mac);
}

enum vr_drop_reason vr_announce_heard(struct vr_port *port, u64 mac)
{
	const struct vr_announce_job job = {
		.mac = mac,
		.port_id = port->id,
		.run = vr_announce_learn,
	};

	/* A place is kept for those that have something to say. */
	if (atomic_read(&port->network->announce.n_jobs) >=
	    VR_ANNOUNCE_JOBS / 2)
		return VR_DROP_REASON_LEARN_LIMIT;
	return vr_announce_defer(port->network, &job);
}

/* In the place of the one elsewhere, with a higher sequence than both. */
static enum vr_drop_reason
vr_announce_activate(struct vr_port *port, const struct vr_announce_job *job)
{
	struct vr_network *network = port->network;
	struct vr_endpoint *standby, *active;

	standby = vr_endpoint_find(network, job->mac,
				   VR_ENDPOINT_STATE_STANDBY);
	if (!standby || standby->port != port)
		return 0;
	active = vr_endpoint_find(network, job->mac, VR_ENDPOINT_STATE_ACTIVE);
	return vr_endpoint_activate(standby, active) ?
	       VR_DROP_REASON_NO_MEMORY : 0;
}

void vr_announce_standby(struct sk_buff *skb, const struct vr_packet *packet)
{
	const struct vr_announce_job job = {
		.mac = vr_mac_key(eth_hdr(skb)->h_source),
		.port_id = packet->in->id,
		.run = vr_announce_activate,
	};

	if (vr_neighbour_is_announcement(skb, packet->protocol) &&
	    vr_announce_defer(packet->network, &job))
		vr_drop_count(packet->network->instance, packet->in,
			      VR_DROP_REASON_ANNOUNCEMENT_LIMIT);
}

static void vr_announce_take(struct vr_network *network,
			     const struct vr_announce_job *job)
{
	struct vr_instance *instance = network->instance;
	enum vr_drop_reason reason;
	struct vr_port *port;

	mutex_lock(&instance->lock);
	port = vr_port_find_id(instance, job->port_id);
	if (port && port->network == network) {
		reason = job->run(port, job);
		if (reason)
			vr_drop_count(instance, port, reason);
	}
	mutex_unlock(&instance->lock);
}

static void vr_announce_work(struct work_struct *work)
{
	struct vr_announce *announce =
		container_of(work, struct vr_announce, work);
	struct vr_network *network =
		container_of(announce, struct vr_network, announce);
	struct vr_announce_job *job, *next;
	struct llist_node *jobs;

	/* The last one came first. */
	jobs = llist_reverse_order(llist_del_all(&announce->jobs));
	llist_for_each_entry_safe(job, next, jobs, node) {
		vr_announce_take(network, job);
		kfree(job);
		atomic_dec(&announce->n_jobs);
		cond_resched();
	}
}

void vr_announce_init(struct vr_announce *announce)
{
	init_llist_head(&announce->jobs);
	INIT_WORK(&announce->work, vr_announce_work);
}

void vr_announce_destroy(struct vr_announce *announce)
{
	struct vr_announce_job *job, *next;

	cancel_work_sync(&announce->work);
	llist_for_each_entry_safe(job, next, llist_del_all(&announce->jobs),
				  node)
		kfree(job);
}
