/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What leads to other nodes: an uplink of the kernel module, which follows this
 * node's tunnel address.
 */
#ifndef VR_AGENT_UPLINK_H
#define VR_AGENT_UPLINK_H

#include <linux/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "../lib/error.h"
#include "../lib/netlink.h"
#include "../lib/uplink.h"
#include "loop.h"
#include "peers.h"

/* How long after it is known that a node moves what leads to it does. */
#define UPLINK_PEER_MILLISECONDS 1000

/* Whose packets are taken although nothing leads to it, until when. */
struct uplink_grant {
	struct vr_ip ip;
	uint64_t until;
};

/**
 * struct uplink - the uplink
 * @names: one of them is its name; the other is free, but while it moves
 * @port: UDP port
 * @self: our node
 * @moved: what leads to nodes has to be told again, by @name
 * @name: by which endpoints and routes are made now
 * @local: our tunnel address, AF_UNSPEC as long as it is not known
 *
 * The rest is private.
 */
struct uplink {
	struct loop *loop;
	struct vr_nl *router;
	const struct peers *peers;
	const char *self;
	char names[2][IFNAMSIZ];
	uint16_t port;
	loop_cb moved;
	void *arg;

	char name[IFNAMSIZ];
	struct vr_ip local;
	struct loop_timer *timer;
	struct uplink_grant *grants;
	unsigned int grant_count;
	uint64_t switch_at;
	uint64_t delete_at;
};

/* @name: what it is called, and the other name is made of it. */
void uplink_init(struct uplink *uplink, const char *name);

int uplink_start(struct uplink *uplink, struct vr_error *err);
void uplink_stop(struct uplink *uplink);

/* This node has this tunnel address. */
void uplink_set_local(struct uplink *uplink, const struct vr_ip *local);

/*
 * A node goes from one tunnel address to another: for a while it may send from
 * either.
 */
void uplink_peer_moved(struct uplink *uplink, const struct vr_ip *before,
		       const struct vr_ip *now);

#endif /* VR_AGENT_UPLINK_H */
