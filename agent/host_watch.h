/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's notices that somebody took away what is ours on the host.
 */
#ifndef VR_AGENT_HOST_WATCH_H
#define VR_AGENT_HOST_WATCH_H

#include <stdint.h>

#include "../lib/error.h"
#include "../lib/netlink.h"
#include "loop.h"

/**
 * struct host_watch - what is listened for
 * @touched: the device went or was changed, or lost an address, or a route of
 *	ours (HOST_ROUTE_PROTOCOL) went; it may be nothing
 * @ifindex: of the device, 0 while there is none; whoever makes it sets it
 */
struct host_watch {
	struct loop *loop;
	loop_cb touched;
	void *arg;
	uint32_t ifindex;

	struct vr_nl nl;
	struct loop_fd *reading;
};

int host_watch_start(struct host_watch *watch, struct vr_error *err);
void host_watch_stop(struct host_watch *watch);

#endif /* VR_AGENT_HOST_WATCH_H */
