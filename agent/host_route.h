/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes of the host to prefixes that are behind the router.
 */
#ifndef VR_AGENT_HOST_ROUTE_H
#define VR_AGENT_HOST_ROUTE_H

#include <stdint.h>

#include "../lib/address.h"
#include "../lib/netlink.h"

/* Who made a route, in rtm_protocol; none of rtnetlink's own numbers. */
#define HOST_ROUTE_PROTOCOL 118

/**
 * host_route_gateway() - Make the router a neighbour of the host
 * @nl: an rtnetlink socket
 * @ifindex: of the host's device on the network
 * @family: AF_INET or AF_INET6
 * @mac: the network's gateway MAC
 *
 * By an address that is on this link alone: the gateway's own is the host's.
 */
int host_route_gateway(struct vr_nl *nl, uint32_t ifindex, int family,
		       const uint8_t mac[VR_MAC_LEN], struct vr_error *err);

/* Lead a prefix there, from a source address.  It may be so already. */
int host_route_add(struct vr_nl *nl, uint32_t ifindex,
		   const struct vr_prefix *prefix, const struct vr_ip *source,
		   struct vr_error *err);

/* Prefixes that were led there, of both families; free(*prefixes) afterwards. */
int host_route_list(struct vr_nl *nl, uint32_t ifindex,
		    struct vr_prefix **prefixes, unsigned int *count,
		    struct vr_error *err);

/* Such a route need not be there. */
int host_route_del(struct vr_nl *nl, uint32_t ifindex,
		   const struct vr_prefix *prefix, struct vr_error *err);

/* Let the host forward packets of a family. */
int host_route_forward(int family, struct vr_error *err);

/**
 * host_route_on_link() - Lead a prefix to a device whose neighbours have it
 * @table: RT_TABLE_MAIN, or another one
 *
 * host_route_off_link() takes such a route away, which need not be there.
 */
int host_route_on_link(struct vr_nl *nl, uint32_t ifindex, uint32_t table,
		       const struct vr_prefix *prefix, struct vr_error *err);
int host_route_off_link(struct vr_nl *nl, uint32_t ifindex, uint32_t table,
			const struct vr_prefix *prefix, struct vr_error *err);

#endif /* VR_AGENT_HOST_ROUTE_H */
