/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the steps of a packet's way know of it. Lives on the stack of
 * vr_input(). Header pointers are never kept: a step that may move the data
 * makes them stale.
 */
#ifndef VR_PACKET_H
#define VR_PACKET_H

#include <linux/in6.h>
#include <linux/types.h>

struct vr_network;
struct vr_port;

/* What becomes of a packet that no step refused. */
enum vr_verdict {
	VR_VERDICT_DELIVER,	/* to packet->out, where it fits */
	VR_VERDICT_OFFER,	/* to packet->out, which may find it too big */
	VR_VERDICT_FRAGMENT,	/* to packet->out in pieces */
	VR_VERDICT_FLOOD,	/* to all others */
	VR_VERDICT_FLOOD_UNKNOWN, /* to those with unknown stations */
	VR_VERDICT_ANSWERED,	/* the router itself answered: done */
};

struct vr_packet {
	struct vr_port *in;
	struct vr_network *network;
	struct vr_port *out;
	u64 mac;		/* behind it, see address.h */
	enum vr_verdict verdict;
	__be16 protocol;	/* of the Ethernet header */
};

#endif /* VR_PACKET_H */
