/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of a packet's way: where it comes in, where it goes out, and
 * why it does not. Each costs a no-op while nobody listens.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vr

#if !defined(VR_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VR_TRACE_H

#include <linux/etherdevice.h>
#include <linux/skbuff.h>
#include <linux/tracepoint.h>

#include "drop.h"
#include "instance.h"
#include "network.h"
#include "port.h"

#ifndef VR_TRACE_HELPERS
#define VR_TRACE_HELPERS

/* Of the packet's Ethernet header; 0 without one. Machine's byte order. */
static inline u16 vr_trace_protocol(const struct sk_buff *skb)
{
	if (!skb || skb_headlen(skb) < ETH_HLEN)
		return 0;
	return ntohs(((const struct ethhdr *)skb->data)->h_proto);
}

#define VR_TRACE_ENUM(reason, name, core)		\
	TRACE_DEFINE_ENUM(VR_DROP_REASON_##reason);
#define VR_TRACE_SYMBOL(reason, name, core)		\
	{ VR_DROP_REASON_##reason, name },

#endif /* VR_TRACE_HELPERS */

/* The format that tools read shows the numbers, not the kernel's names. */
VR_DROP_REASONS(VR_TRACE_ENUM)

DECLARE_EVENT_CLASS(vr_packet,
	TP_PROTO(const struct vr_port *port, const struct sk_buff *skb),
	TP_ARGS(port, skb),

	TP_STRUCT__entry(
		__field(const void *, skbaddr)
		__field(unsigned int, netns)
		__field(u32, network)
		__field(u32, port)
		__array(char, ifname, IFNAMSIZ)
		__field(unsigned int, len)
		__field(u16, protocol)
	),

	TP_fast_assign(
		__entry->skbaddr = skb;
		__entry->netns = port->network->instance->netns;
		__entry->network = port->network->id;
		__entry->port = port->id;
		memcpy(__entry->ifname, port->ifname, IFNAMSIZ);
		__entry->len = skb->len;
		__entry->protocol = vr_trace_protocol(skb);
	),

	TP_printk("netns=%u network=%u port=%u ifname=%s protocol=0x%04x len=%u skbaddr=%p",
		  __entry->netns, __entry->network, __entry->port,
		  __entry->ifname, __entry->protocol, __entry->len,
		  __entry->skbaddr)
);

/* A packet comes in by a port, before anything is checked. */
DEFINE_EVENT(vr_packet, vr_input,
	TP_PROTO(const struct vr_port *port, const struct sk_buff *skb),
	TP_ARGS(port, skb)
);

/* A packet is handed to a port's device. Of a flood, each copy is. */
DEFINE_EVENT(vr_packet, vr_output,
	TP_PROTO(const struct vr_port *port, const struct sk_buff *skb),
	TP_ARGS(port, skb)
);

/*
 * A packet is dropped. The port is the one that the reason is counted for;
 * network and port are 0 where there is none. Of what is gone already (the
 * backlog's) or never came to be, skbaddr and len are 0.
 */
TRACE_EVENT(vr_drop,
	TP_PROTO(const struct vr_instance *instance, const struct vr_port *port,
		 const struct sk_buff *skb, enum vr_drop_reason reason),
	TP_ARGS(instance, port, skb, reason),

	TP_STRUCT__entry(
		__field(const void *, skbaddr)
		__field(unsigned int, netns)
		__field(u32, network)
		__field(u32, port)
		__array(char, ifname, IFNAMSIZ)
		__field(unsigned int, len)
		__field(u16, protocol)
		__field(u32, reason)
	),

	TP_fast_assign(
		__entry->skbaddr = skb;
		__entry->netns = instance->netns;
		__entry->network = port ? port->network->id : 0;
		__entry->port = port ? port->id : 0;
		if (port)
			memcpy(__entry->ifname, port->ifname, IFNAMSIZ);
		else
			__entry->ifname[0] = '\0';
		__entry->len = skb ? skb->len : 0;
		__entry->protocol = vr_trace_protocol(skb);
		__entry->reason = reason;
	),

	TP_printk("netns=%u network=%u port=%u ifname=%s protocol=0x%04x len=%u skbaddr=%p reason=%s",
		  __entry->netns, __entry->network, __entry->port,
		  __entry->ifname, __entry->protocol, __entry->len,
		  __entry->skbaddr,
		  __print_symbolic(__entry->reason,
				   VR_DROP_REASONS(VR_TRACE_SYMBOL)
				   { VR_DROP_REASON_NONE, "none" }))
);

#endif /* VR_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH kmod
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
