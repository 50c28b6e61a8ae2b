/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that an instance of the router has, as requests that make it again.
 */
#ifndef VR_AGENT_ROUTER_COPY_H
#define VR_AGENT_ROUTER_COPY_H

#include "../lib/apply.h"
#include "../lib/error.h"
#include "../lib/netlink.h"
#include "../lib/uplink.h"

/**
 * struct router_copy - what there was
 * @objects: networks with their flood lists, ports, endpoints and routes; what the
 *	router makes by itself is not in it
 * @uplinks: all of them
 *
 * @netns_id of a port, of an endpoint's or of a next hop's tells its namespace; the
 * descriptor of a request is to be set by whoever makes it.
 */
struct router_copy {
	struct vr_apply objects;
	struct vr_uplink *uplinks;
	unsigned int uplink_count;
};

/* Ask for everything. Free it also after an error. */
int router_copy_take(struct router_copy *copy, struct vr_nl *router,
		     struct vr_error *err);

/**
 * typedef router_copy_netns - the descriptor of a namespace
 * Return: it, borrowed, or negative.
 */
typedef int (*router_copy_netns)(int32_t netns_id, void *arg);

/* Told of each thing that could not be made. */
typedef void (*router_copy_failed)(const char *what, const struct vr_error *err,
				   void *arg);

/**
 * struct router_copy_maker - how it is made again
 * @netns, @failed: called with @arg
 */
struct router_copy_maker {
	struct vr_nl *router;
	router_copy_netns netns;
	router_copy_failed failed;
	void *arg;
};

/* Uplinks, then networks with their flood lists. */
void router_copy_make_networks(const struct router_copy *copy,
			       const struct router_copy_maker *maker);

/* A port whose device is there. */
void router_copy_make_port(const struct vr_port *port,
			   const struct router_copy_maker *maker);

/* Endpoints and routes, when all ports are there. */
void router_copy_make_ways(const struct router_copy *copy,
			   const struct router_copy_maker *maker);

void router_copy_free(struct router_copy *copy);

#endif /* VR_AGENT_ROUTER_COPY_H */
