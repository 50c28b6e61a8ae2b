/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Drop reasons: the one list that gives each its name and the nearest reason
 * of the kernel's own, which is what kfree_skb tracers see. The numbers are
 * those of enum vr_drop_reason in the contract.
 */
#ifndef VR_DROP_H
#define VR_DROP_H

#include <linux/skbuff.h>
#include <uapi/linux/vr.h>

struct vr_instance;
struct vr_port;

/* X(reason, reason of the kernel) */
#define VR_DROP_REASONS(X)				\
	X(DETACHED,		DEV_READY)		\
	X(TRUNCATED,		PKT_TOO_SMALL)		\
	X(NO_MEMORY,		NOMEM)			\
	X(SOURCE_MAC,		NOT_SPECIFIED)		\
	X(SOURCE_ADDRESS,	IP_RPFILTER)		\
	X(ARP_SENDER,		IP_RPFILTER)		\
	X(ND_SENDER,		IP_RPFILTER)		\
	X(PROTOCOL,		UNHANDLED_PROTO)	\
	X(INVALID_SOURCE_MAC,	NOT_SPECIFIED)		\
	X(LINK_LOCAL_GROUP,	NOT_SPECIFIED)		\
	X(SAME_PORT,		NOT_SPECIFIED)		\
	X(UNKNOWN_DESTINATION,	OTHERHOST)		\
	X(STORM_LIMIT,		QDISC_DROP)		\
	X(NO_PORT,		NOT_SPECIFIED)		\
	X(ARP_INVALID,		HDR_TRUNC)		\
	X(ND_INVALID,		HDR_TRUNC)		\
	X(NOT_ROUTABLE,		UNHANDLED_PROTO)	\
	X(IP_HEADER,		IP_INHDR)		\
	X(IP_SOURCE,		IP_INADDRERRORS)	\
	X(IP_DESTINATION,	IP_INADDRERRORS)	\
	X(TTL,			IP_INHDR)		\
	X(NO_ROUTE,		IP_INNOROUTES)		\
	X(NO_ENDPOINT,		NEIGH_FAILED)		\
	X(BLACKHOLE,		IP_INNOROUTES)		\
	X(UNREACHABLE,		IP_INNOROUTES)		\
	X(NEXTHOP,		NEIGH_FAILED)		\
	X(GATEWAY,		IP_NOPROTO)		\
	X(ICMP_CHECKSUM,	ICMP_CSUM)		\
	X(TOO_BIG,		PKT_TOO_BIG)		\
	X(PORT_DOWN,		DEV_READY)		\
	X(BACKLOG,		CPU_BACKLOG)		\
	X(DHCP_SERVER,		NOT_SPECIFIED)		\
	X(ROUTER_ADVERTISEMENT,	NOT_SPECIFIED)		\
	X(ANNOUNCEMENT_LIMIT,	NOT_SPECIFIED)		\
	X(RATE_IN,		QDISC_DROP)		\
	X(RATE_OUT,		QDISC_DROP)		\
	X(LOOP,			NOT_SPECIFIED)		\
	X(SOURCE_ROUTE,		IP_INHDR)

#define VR_DROP_REASON_COUNT	__VR_DROP_REASON_MAX

/* Per CPU and instance. A reader adds the CPUs up. */
struct vr_drop_counters {
	u64 packets[VR_DROP_REASON_COUNT];
};

/* Of one port, made when it first drops. */
struct vr_drop_port_counters {
	atomic64_t packets[VR_DROP_REASON_COUNT];
};

/* "no-route" is shown as "no_route". NULL for a number out of range. */
const char *vr_drop_name(unsigned int reason);

/* Counts without freeing. Any context, port may be NULL. Needs RCU. */
void vr_drop_count(struct vr_instance *instance, struct vr_port *port,
		   enum vr_drop_reason reason);

/* Frees and counts: consumes @skb. Any context, needs RCU. */
void vr_drop(struct sk_buff *skb, struct vr_instance *instance,
	     struct vr_port *port, enum vr_drop_reason reason);

/* Sum over all CPUs. */
u64 vr_drop_total(const struct vr_instance *instance, unsigned int reason);

#endif /* VR_DROP_H */
