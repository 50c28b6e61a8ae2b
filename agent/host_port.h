/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host as a member of a further network: a device with an address of its own
 * in it, by which pods leave the network and the node reaches them.  Everything of
 * one has the same number: the device, its vrf, the routing table, the mark of
 * packets for it and the conntrack zone.  docs/kubernetes.md says why.
 */
#ifndef VR_AGENT_HOST_PORT_H
#define VR_AGENT_HOST_PORT_H

#include <linux/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "../cni/podns.h"
#include "networks.h"
#include "prefixes.h"
#include "spares.h"

#define HOST_PORT_DEVICE "vr-out"
#define HOST_PORT_VRF "vr-vrf"

/* Below 2^14: kube-proxy's bits in marks are above. */
#define HOST_PORT_MOST 16383

/* Tables and marks, with the number added. */
#define HOST_PORT_TABLE 0x76720000u

/**
 * struct host_port - one network's
 * @entry: by the network's name
 * @number: 0 while it has none
 * @device, @vrf: names, by the number
 * @network: in use by it
 * @reached: pods have the network for their first: the node reaches them, and
 *	they the node and services; then the port is in no vrf
 * @snat: pods reach outside, with the node's address
 * @forwarding: with their own, and are reached; it wins over @snat
 * @taken: its addresses and MAC, when it @has_addresses
 * @ifindex: of the device
 * @led: what the main table leads to it
 * @ruled: the rules have it; before, nothing would keep it apart from others
 *
 * The rest is for host_ports.c: it is still needed, addresses are on their way,
 * and what was wrong has been told.
 */
struct host_port {
	struct table_entry entry;
	uint32_t number;
	char device[IFNAMSIZ];
	char vrf[IFNAMSIZ];
	struct network *network;
	bool reached;
	bool snat;
	bool forwarding;
	struct spare taken;
	bool has_addresses;
	uint32_t ifindex;
	struct prefixes led;
	bool ruled;

	bool wanted;
	bool asking;
	bool complained;
	struct prefixes pods;
};

/* By which everything is asked for: rtnetlink and the module. */
struct host_port_context {
	struct podns *own;
	struct vr_nl *router;
};

void host_port_set_number(struct host_port *port, uint32_t number);

/* Make what is missing of it, as @port says. */
int host_port_keep(const struct host_port_context *context,
		   struct host_port *port, struct vr_error *err);

/**
 * host_port_lead() - Make what the main table leads to it
 * @routes: all of the host's, by podns_routes()
 * @wanted: by prefixes
 */
int host_port_lead(const struct host_port_context *context,
		   struct host_port *port, const struct cni_routes *routes,
		   const struct prefixes *wanted, struct vr_error *err);

/* Take away what the host has of it, which is found by its number. */
int host_port_remove_devices(const struct host_port_context *context,
			     struct host_port *port, struct vr_error *err);

/* Take all of it away. */
int host_port_remove(const struct host_port_context *context,
		     struct host_port *port, struct vr_error *err);

#endif /* VR_AGENT_HOST_PORT_H */
