/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes and their next hops: struct to request, answer to struct.
 */
#ifndef VR_LIB_ROUTE_H
#define VR_LIB_ROUTE_H

#include <linux/if.h>
#include <linux/vr.h>
#include <stdint.h>

#include "address.h"
#include "error.h"
#include "message.h"
#include "netlink.h"

struct nlattr;

/**
 * struct vr_nexthop - where a route leads
 * @set: which members are given, see field.h; bits are VR_A_NEXTHOP_*
 * @type: VR_NEXTHOP_TYPE_*
 * @via: an address inside the network
 * @ifname, @ifindex, @port_id: a port, give one of the three
 * @netns_fd, @netns, @netns_id: as in struct vr_port
 * @remote: a tunnel endpoint
 * @uplink: what leads to @remote
 * @weight: share of the flows, 1 and more
 * @mac: of @remote, whom the frame is for there; else, where a lookup's answer
 *	sends to
 */
struct vr_nexthop {
	uint64_t set;

	unsigned int type;
	struct vr_ip via;
	uint32_t port_id;
	char ifname[IFNAMSIZ];
	uint32_t ifindex;
	int netns_fd;
	const char *netns;
	int32_t netns_id;
	struct vr_ip remote;
	char uplink[IFNAMSIZ];
	uint16_t weight;
	uint8_t mac[VR_MAC_LEN];
};

/**
 * struct vr_route - a route
 * @set: which members are given, see field.h; bits are VR_A_ROUTE_*
 * @prefix, @prefix_length: give both
 * @nexthops: given when there is one, the bit VR_A_ROUTE_NEXTHOP does not
 *	count
 * @origin: VR_ORIGIN_*
 * @address: what to look up (VR_CMD_ROUTE_LOOKUP)
 * @source, @protocol, @source_port, @destination_port: the rest of its flow
 *
 * All zero is an empty route.
 */
struct vr_route {
	uint64_t set;

	char network[VR_MAX_NETWORK_NAME + 1];
	uint32_t network_id;
	struct vr_ip prefix;
	uint8_t prefix_length;
	unsigned int origin;
	struct vr_ip address;
	struct vr_ip source;
	uint8_t protocol;
	uint16_t source_port;
	uint16_t destination_port;

	unsigned int nexthop_count;
	struct vr_nexthop *nexthops;
};

/* Set prefix and prefix_length. */
void vr_route_set_prefix(struct vr_route *route,
			 const struct vr_prefix *prefix);

/* Append a next hop to the list. Return: 0 or -ENOMEM. */
int vr_route_add_nexthop(struct vr_route *route,
			 const struct vr_nexthop *nexthop,
			 struct vr_error *err);

/* Free the list (not the struct), and make the route empty. */
void vr_route_free(struct vr_route *route);

/* Append what is set, at the top of a message or in a nest of APPLY. */
void vr_route_put(struct vr_msg *msg, const struct vr_route *route);

/**
 * vr_route_parse - take the attributes of an answer, event or nest
 * @route: overwritten; free it with vr_route_free(), on errors too
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int vr_route_parse(const struct nlattr *attrs, int len, struct vr_route *route,
		   struct vr_error *err);

/**
 * vr_route_call - one request about one route
 * @cmd: VR_CMD_ROUTE_NEW, _DEL, _GET or _LOOKUP
 * @flags: NLM_F_CREATE for NEW, with NLM_F_EXCL or NLM_F_REPLACE; else 0
 * @route: what is set goes into the request
 * @reply: NULL, or gets the route as it is now; free it afterwards
 *
 * Return: 0 or a negative errno.
 */
int vr_route_call(struct vr_nl *nl, uint8_t cmd, uint16_t flags,
		  const struct vr_route *route, struct vr_route *reply,
		  struct vr_error *err);

/* Gets each route of a dump. It is gone when the callback returns. */
typedef int (*vr_route_cb)(const struct vr_route *route, void *arg,
			   struct vr_error *err);

/**
 * vr_route_dump - go over the routes
 * @filter: NULL for all, or one with network (or its id) or origin set
 *
 * Return: 0, a negative errno, or what the callback returned.
 */
int vr_route_dump(struct vr_nl *nl, const struct vr_route *filter,
		  vr_route_cb cb, void *arg, struct vr_error *err);

#endif /* VR_LIB_ROUTE_H */
