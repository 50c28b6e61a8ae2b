/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_PODNS_H
#define VR_CNI_PODNS_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/if.h>

#include "../lib/address.h"
#include "../lib/error.h"
#include "../lib/netlink.h"
#include "route.h"

/**
 * struct podns - a network namespace: of a container, or our own
 * @fd: the namespace; -1 for our own, and when none is open
 * @device, @inode: which one it is, of a container's
 * @nl: an rtnetlink socket inside of it
 */
struct podns {
	int fd;
	uint64_t device;
	uint64_t inode;
	struct vr_nl nl;
};

#define PODNS_INIT                         \
	{                                  \
		.fd = -1, .nl = VR_NL_INIT \
	}
#define cleanup_podns __attribute__((cleanup(podns_close)))

/* A device in the namespace. */
struct podns_link {
	uint32_t ifindex;
	char ifname[IFNAMSIZ];
	char kind[16]; /* "" for none */
	uint8_t mac[VR_MAC_LEN];
	uint32_t mtu;
	bool up;
};

struct podns_addresses {
	struct vr_prefix *items;
	unsigned int count;
};

/**
 * podns_open() - Open the namespace of a container
 * @path: CNI_NETNS
 *
 * Refusals have CNI code 8.
 */
int podns_open(struct podns *podns, const char *path, struct vr_error *err);

/**
 * podns_refuse_own() - Refuse the namespace we are in ourselves
 * @path: CNI_NETNS, for the error message
 */
int podns_refuse_own(const struct podns *podns, const char *path,
		     struct vr_error *err);

/* Open the namespace we are in ourselves. */
int podns_open_own(struct podns *podns, struct vr_error *err);

void podns_close(struct podns *podns);

/**
 * podns_link_find() - Look for a device by its name
 *
 * Return: 0, with link->ifindex 0 when there is none; or negative.
 */
int podns_link_find(struct podns *podns, const char *ifname,
		    struct podns_link *link, struct vr_error *err);

/**
 * podns_link_create() - Create a detached native port
 * @host: an rtnetlink socket in the namespace whose instance it shall belong to
 * @podns: the namespace it appears in
 * @ifname: a name that neither namespace has, or it is -EEXIST
 * @mac: NULL for a random one
 */
int podns_link_create(struct vr_nl *host, struct podns *podns,
		      const char *ifname, const uint8_t mac[VR_MAC_LEN],
		      struct vr_error *err);

int podns_link_rename(struct podns *podns, uint32_t ifindex, const char *ifname,
		      struct vr_error *err);

/* Set the MTU (but for 0) and set the device up. */
int podns_link_up(struct podns *podns, uint32_t ifindex, uint32_t mtu,
		  struct vr_error *err);

/* A device that is gone is no error. */
int podns_link_delete(struct podns *podns, uint32_t ifindex,
		      struct vr_error *err);

/**
 * podns_links_delete() - Delete several devices
 *
 * All in one request, by way of a group (ip-link(8)): the kernel waits for its
 * readers when a device goes, and so does it once. One that is gone is no error.
 */
int podns_links_delete(struct podns *podns, const uint32_t *ifindexes,
		       unsigned int count, struct vr_error *err);

/**
 * podns_configure() - The kernel's settings of a device
 * @ipv6: it gets an IPv6 address, so IPv6 is switched on
 * @announces: it tells who has its addresses when it is set up or gets a MAC
 *
 * Router advertisements are not accepted and IPv6 addresses usable at once.
 */
int podns_configure(struct podns *podns, const char *ifname, bool ipv6,
		    bool announces, struct vr_error *err);

/**
 * podns_announce() - Have a device tell who has its addresses
 * @mac: what it has
 *
 * An address may have been another container's a moment ago, and be known by
 * its MAC.  To give it its MAC once more makes the kernel send gratuitous ARP
 * (RFC 5227) and unsolicited neighbour advertisements (RFC 4861, 7.2.6), one for
 * each address; an AF_PACKET socket for it would wait for a grace period when it
 * is closed.  The device has to have been configured to announce.
 */
int podns_announce(struct podns *podns, uint32_t ifindex,
		   const uint8_t mac[VR_MAC_LEN], struct vr_error *err);

/* For a device that is not to have addresses of its own. */
int podns_disable_ipv6(struct podns *podns, const char *ifname,
		       struct vr_error *err);

/* An IPv6 address is usable at once: no duplicate address detection. */
int podns_address_add(struct podns *podns, uint32_t ifindex,
		      const struct vr_prefix *address, struct vr_error *err);

/**
 * podns_route_add() - Add a route by way of a device
 * @on_link: the gateway is in no subnet of the device
 *
 * Return: 0, or negative: -EEXIST when there is one to this prefix.
 */
int podns_route_add(struct podns *podns, uint32_t ifindex,
		    const struct cni_route *route, bool on_link,
		    struct vr_error *err);

/**
 * podns_addresses() - All addresses of a device, of all devices for 0
 *
 * free(addresses->items) afterwards.
 */
int podns_addresses(struct podns *podns, uint32_t ifindex,
		    struct podns_addresses *addresses, struct vr_error *err);

/**
 * podns_routes() - All routes to others, of whatever table
 *
 * Free them with cni_routes_free() afterwards.
 */
int podns_routes(struct podns *podns, struct cni_routes *routes,
		 struct vr_error *err);

#endif
