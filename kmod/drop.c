// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one place that frees a refused packet and counts it: per instance and
 * CPU, and per port. Entry: vr_drop().
 */
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "drop.h"
#include "instance.h"
#include "native.h"
#include "port.h"
#include "trace.h"

struct vr_drop_info {
	const char *name;
	enum skb_drop_reason core;
};

#define VR_DROP_INFO(reason, reason_name, core_reason)	\
	[VR_DROP_REASON_##reason] = {			\
		.name = reason_name,			\
		.core = SKB_DROP_REASON_##core_reason,	\
	},

static const struct vr_drop_info vr_drop_infos[VR_DROP_REASON_COUNT] = {
	[VR_DROP_REASON_NONE] = {
		.name = "none",
		.core = SKB_DROP_REASON_NOT_SPECIFIED,
	},
	VR_DROP_REASONS(VR_DROP_INFO)
};

#define VR_DROP_ONE(reason, name, core_reason)	+ 1
static_assert(1 VR_DROP_REASONS(VR_DROP_ONE) == VR_DROP_REASON_COUNT,
	      "a drop reason of the contract is missing in VR_DROP_REASONS");

const char *vr_drop_name(unsigned int reason)
{
	if (reason >= VR_DROP_REASON_COUNT)
		return NULL;
	return vr_drop_infos[reason].name;
}

bool vr_drop_is_receivers(enum vr_drop_reason reason)
{
	return reason == VR_DROP_REASON_TOO_BIG ||
	       reason == VR_DROP_REASON_PORT_DOWN ||
	       reason == VR_DROP_REASON_UNDERLAY ||
	       reason == VR_DROP_REASON_RATE_IN;
}

static void vr_drop_count_port(struct vr_port *port, enum vr_drop_reason reason)
{
	struct vr_drop_port_counters *counters = READ_ONCE(port->drops);

	if (reason == VR_DROP_REASON_BACKLOG || !vr_native_is(port->dev))
		; /* the core has counted it, or the device is not ours */
	else if (vr_drop_is_receivers(reason))
		DEV_STATS_INC(port->dev, rx_dropped);
	else
		DEV_STATS_INC(port->dev, tx_dropped);

	if (!counters) {
		counters = kzalloc(sizeof(*counters), GFP_ATOMIC);
		if (!counters)
			return; /* the instance's counter has it */
		if (cmpxchg(&port->drops, NULL, counters)) {
			kfree(counters);
			counters = READ_ONCE(port->drops);
		}
	}
	atomic64_inc(&counters->packets[reason]);
}

static void vr_drop_note(const struct sk_buff *skb,
			 struct vr_instance *instance, struct vr_port *port,
			 enum vr_drop_reason reason)
{
	trace_vr_drop(instance, port, skb, reason);
	this_cpu_inc(instance->drops->packets[reason]);
	if (port)
		vr_drop_count_port(port, reason);
}

void vr_drop_count(struct vr_instance *instance, struct vr_port *port,
		   enum vr_drop_reason reason)
{
	vr_drop_note(NULL, instance, port, reason);
}

void vr_drop(struct sk_buff *skb, struct vr_instance *instance,
	     struct vr_port *port, enum vr_drop_reason reason)
{
	vr_drop_note(skb, instance, port, reason);
	kfree_skb_reason(skb, vr_drop_infos[reason].core);
}

u64 vr_drop_total(const struct vr_instance *instance, unsigned int reason)
{
	u64 total = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		total += READ_ONCE(per_cpu_ptr(instance->drops,
					       cpu)->packets[reason]);
	return total;
}
