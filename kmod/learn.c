// SPDX-License-Identifier: GPL-2.0-only
/*
 * Learning MACs. A packet asks for it in vr_learn(); the table changes in the
 * work item of announce.c, and forgets in one of its own.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>

#include "address.h"
#include "announce.h"
#include "endpoint.h"
#include "instance.h"
#include "learn.h"
#include "network.h"
#include "port.h"
#include "work.h"

/* How often is looked at least for what is to be forgotten. */
#define VR_LEARN_INTERVAL_MAX	(30 * HZ)

/* What is configured is not ours, nor are VRRP's MACs (announce.c). */
static bool vr_learn_is_ours(const struct vr_endpoint *endpoint)
{
	return vr_endpoint_is_learned(endpoint) && !endpoint->n_addresses &&
	       !vr_mac_is_vrrp(endpoint->mac) &&
	       !vr_endpoint_is_ports(endpoint);
}

static bool vr_learn_may_move(const struct vr_endpoint *holder)
{
	return vr_learn_is_ours(holder) &&
	       READ_ONCE(holder->port->flags) & VR_PORT_LEARN;
}

/* Written once a tick at most: others read what is beside it. */
static void vr_learn_seen(struct vr_endpoint *endpoint)
{
	unsigned long now = jiffies;

	if (READ_ONCE(endpoint->seen) != now)
		WRITE_ONCE(endpoint->seen, now);
}

static bool vr_learn_is_full(const struct vr_port *port)
{
	return READ_ONCE(port->n_learned) >= READ_ONCE(port->learn_limit);
}

enum vr_drop_reason vr_learn(struct vr_port *port, const struct sk_buff *skb)
{
	u64 mac = vr_mac_key(((const struct ethhdr *)skb->data)->h_source);
	struct vr_network *network = port->network;
	enum vr_drop_reason reason;
	struct vr_endpoint *holder;

	holder = vr_endpoint_lookup_rcu(&network->endpoints, mac);
	if (likely(holder && holder->port == port)) {
		vr_learn_seen(holder);
		return 0;
	}
	/* It is not learned: it comes by announcing itself (announce.c). */
	if (vr_endpoint_standby_rcu(port, mac))
		return 0;
	if (holder && !vr_learn_may_move(holder))
		return VR_DROP_REASON_SOURCE_MAC;
	if (vr_learn_is_full(port) ||
	    (holder && !vr_announce_moves_left(holder)))
		reason = VR_DROP_REASON_LEARN_LIMIT;
	else
		reason = vr_announce_heard(port, mac);
	if (reason)
		vr_drop_count(network->instance, port, reason);
	return 0;
}

enum vr_drop_reason vr_learn_take(struct vr_port *port, u64 mac)
{
	struct vr_network *network = port->network;
	struct vr_endpoint_config config = {
		.port = port,
		.mac = mac,
		.origin = VR_ORIGIN_LEARNED,
		.moves_left = VR_ANNOUNCE_MOVES,
	};
	struct vr_endpoint *holder, *standby;
	bool changed;

	lockdep_assert_held(&network->instance->lock);
	if (!(port->flags & VR_PORT_LEARN))
		return 0;
	standby = vr_endpoint_find(network, mac, VR_ENDPOINT_STATE_STANDBY);
	if (standby && standby->port == port)
		return 0;
	holder = vr_endpoint_find(network, mac, VR_ENDPOINT_STATE_ACTIVE);
	if (holder && holder->port == port)
		return 0;
	if (vr_learn_is_full(port) ||
	    (holder && !vr_learn_may_move(holder)))
		return VR_DROP_REASON_LEARN_LIMIT;
	if (holder) {
		config.sequence = holder->sequence + 1;
		config.moves_left = vr_announce_moves_left(holder);
		if (!config.moves_left--)
			return VR_DROP_REASON_LEARN_LIMIT;
	}
	if (IS_ERR(vr_endpoint_add(network, &config, NULL, 0, &changed, NULL)))
		return VR_DROP_REASON_LEARN_LIMIT;
	return 0;
}

/* What a port has learned, and has not heard of for @ticks. */
static void vr_learn_forget(struct vr_port *port, unsigned long ticks)
{
	struct vr_endpoint *endpoint, *next;

	list_for_each_entry_safe(endpoint, next, &port->endpoints, on_port)
		if (vr_learn_is_ours(endpoint) &&
		    jiffies - READ_ONCE(endpoint->seen) >= ticks)
			vr_endpoint_del(endpoint);
}

static void vr_learn_start(struct vr_network *network, unsigned long ticks)
{
	unsigned long delay = clamp(ticks / 4, HZ, VR_LEARN_INTERVAL_MAX);
	struct delayed_work *work = &network->learn.work;

	/* It may wait for longer, as another port or an older time allows. */
	if (delayed_work_pending(work) &&
	    time_after(work->timer.expires, jiffies + delay))
		cancel_delayed_work(work);
	vr_work_queue_delayed(work, delay);
}

void vr_learn_set(struct vr_port *port)
{
	lockdep_assert_held(&port->network->instance->lock);
	if (!(port->flags & VR_PORT_LEARN))
		vr_learn_forget(port, 0);
	else if (port->learn_ageing)
		vr_learn_start(port->network, port->learn_ageing * HZ);
}

/* Of all ports that learn. Goes on as long as there is one. */
static void vr_learn_work(struct work_struct *work)
{
	struct vr_network *network = container_of(to_delayed_work(work),
						  struct vr_network,
						  learn.work);
	struct vr_instance *instance = network->instance;
	unsigned long least = ULONG_MAX, ticks;
	struct vr_port *port;

	mutex_lock(&instance->lock);
	list_for_each_entry(port, &network->ports, in_network) {
		if (!(port->flags & VR_PORT_LEARN) || !port->learn_ageing)
			continue;
		ticks = port->learn_ageing * HZ;
		vr_learn_forget(port, ticks);
		least = min(least, ticks);
	}
	if (least != ULONG_MAX)
		vr_learn_start(network, least);
	mutex_unlock(&instance->lock);
}

void vr_learn_init(struct vr_learn *learn)
{
	INIT_DELAYED_WORK(&learn->work, vr_learn_work);
}

void vr_learn_destroy(struct vr_learn *learn)
{
	cancel_delayed_work_sync(&learn->work);
}
