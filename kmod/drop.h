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

/* X(reason, its name in the contract, reason of the kernel) */
#define VR_DROP_REASONS(X)				\
	X(DETACHED, "detached", DEV_READY) \
	X(TRUNCATED, "truncated", PKT_TOO_SMALL) \
	X(NO_MEMORY, "no-memory", NOMEM) \
	X(SOURCE_MAC, "source-mac", NOT_SPECIFIED) \
	X(SOURCE_ADDRESS, "source-address", IP_RPFILTER) \
	X(ARP_SENDER, "arp-sender", IP_RPFILTER) \
	X(ND_SENDER, "nd-sender", IP_RPFILTER) \
	X(PROTOCOL, "protocol", UNHANDLED_PROTO) \
	X(INVALID_SOURCE_MAC, "invalid-source-mac", NOT_SPECIFIED) \
	X(LINK_LOCAL_GROUP, "link-local-group", NOT_SPECIFIED) \
	X(SAME_PORT, "same-port", NOT_SPECIFIED) \
	X(UNKNOWN_DESTINATION, "unknown-destination", OTHERHOST) \
	X(STORM_LIMIT, "storm-limit", QDISC_DROP) \
	X(NO_PORT, "no-port", NOT_SPECIFIED) \
	X(ARP_INVALID, "arp-invalid", HDR_TRUNC) \
	X(ND_INVALID, "nd-invalid", HDR_TRUNC) \
	X(NOT_ROUTABLE, "not-routable", UNHANDLED_PROTO) \
	X(IP_HEADER, "ip-header", IP_INHDR) \
	X(IP_SOURCE, "ip-source", IP_INADDRERRORS) \
	X(IP_DESTINATION, "ip-destination", IP_INADDRERRORS) \
	X(TTL, "ttl", IP_INHDR) \
	X(NO_ROUTE, "no-route", IP_INNOROUTES) \
	X(NO_ENDPOINT, "no-endpoint", NEIGH_FAILED) \
	X(BLACKHOLE, "blackhole", IP_INNOROUTES) \
	X(UNREACHABLE, "unreachable", IP_INNOROUTES) \
	X(NEXTHOP, "nexthop", NEIGH_FAILED) \
	X(GATEWAY, "gateway", IP_NOPROTO) \
	X(ICMP_CHECKSUM, "icmp-checksum", ICMP_CSUM) \
	X(TOO_BIG, "too-big", PKT_TOO_BIG) \
	X(PORT_DOWN, "port-down", DEV_READY) \
	X(BACKLOG, "backlog", CPU_BACKLOG) \
	X(DHCP_SERVER, "dhcp-server", NOT_SPECIFIED) \
	X(ROUTER_ADVERTISEMENT, "router-advertisement", NOT_SPECIFIED) \
	X(ANNOUNCEMENT_LIMIT, "announcement-limit", NOT_SPECIFIED) \
	X(RATE_IN, "rate-in", QDISC_DROP) \
	X(RATE_OUT, "rate-out", QDISC_DROP) \
	X(LOOP, "loop", NOT_SPECIFIED) \
	X(SOURCE_ROUTE, "source-route", IP_INHDR) \
	X(SPLIT_HORIZON, "split-horizon", NOT_SPECIFIED) \
	X(UPLINK_HEADER, "uplink-header", HDR_TRUNC) \
	X(UNKNOWN_VNI, "unknown-vni", NOT_SPECIFIED) \
	X(UNKNOWN_REMOTE, "unknown-remote", NOT_SPECIFIED) \
	X(ECN, "ecn", NOT_SPECIFIED) \
	X(UNDERLAY, "underlay", IP_OUTNOROUTES) \
	X(LEARN_LIMIT, "learn-limit", NOT_SPECIFIED)

#define VR_DROP_REASON_COUNT	__VR_DROP_REASON_MAX

/* Per CPU and instance. A reader adds the CPUs up. */
struct vr_drop_counters {
	u64 packets[VR_DROP_REASON_COUNT];
};

/* Of one port, made when it first drops. */
struct vr_drop_port_counters {
	atomic64_t packets[VR_DROP_REASON_COUNT];
};

/* As in the contract: "no-route". NULL for a number out of range. */
const char *vr_drop_name(unsigned int reason);

/* Whether it lies with the port a packet goes to, and not with the sender. */
bool vr_drop_is_receivers(enum vr_drop_reason reason);

/* Counts without freeing. Any context, port may be NULL. Needs RCU. */
void vr_drop_count(struct vr_instance *instance, struct vr_port *port,
		   enum vr_drop_reason reason);

/* Frees and counts: consumes @skb. Any context, needs RCU. */
void vr_drop(struct sk_buff *skb, struct vr_instance *instance,
	     struct vr_port *port, enum vr_drop_reason reason);

/* Sum over all CPUs. */
u64 vr_drop_total(const struct vr_instance *instance, unsigned int reason);

#endif /* VR_DROP_H */
