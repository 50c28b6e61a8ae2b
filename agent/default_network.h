/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network that every pod is on: each node has a part of its addresses, the
 * podCIDRs of its Node object, and is its gateway.  The host is a member, so
 * that probes, services and the way out are ordinary Linux routing; docs/host.md
 * says how.
 */
#ifndef VR_AGENT_DEFAULT_NETWORK_H
#define VR_AGENT_DEFAULT_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "../cni/podns.h"
#include "../lib/netlink.h"
#include "../lib/network.h"
#include "host_ports.h"
#include "host_watch.h"
#include "loop.h"
#include "nft.h"
#include "peers.h"

#define DEFAULT_NETWORK_NAME "cluster-wide-network"
#define DEFAULT_NETWORK_VNI 4094
#define DEFAULT_NETWORK_HOST "vr-host"

/**
 * struct default_network_options - how it is in this deployment
 * @name, @vni: of the network
 * @host_interface: name of the host's device on it
 * @masquerade: what leaves the node has the node's address
 * @vxlan_port: UDP port that pods may not speak to nodes on
 * @state_dir: of vr-cni, whose lock the host's device has
 * @guard_only: another plugin has the pods' first interface: there is no network to
 *	keep, but its pods may not speak as nodes either
 */
struct default_network_options {
	const char *name;
	uint32_t vni;
	const char *host_interface;
	bool masquerade;
	uint16_t vxlan_port;
	const char *state_dir;
	bool guard_only;
};

/**
 * struct default_network - what keeps it
 * @uplink: what leads to other nodes
 * @self: our node
 * @further: host ports of other networks, for the rules
 * @ready: called, at first and after changes, when pods can be attached
 */
struct default_network {
	struct loop *loop;
	struct vr_nl *router;
	const struct peers *peers;
	const char *self;
	const char *uplink;
	const struct default_network_options *options;
	const struct host_ports *further;
	void (*ready)(const struct vr_network *network, void *arg);
	void *arg;

	struct podns own;
	struct host_watch watch;
	struct vr_network network;
	struct loop_timer *timer;
	bool complained;
	bool swept;
	uint64_t sweep_at;
	struct nft nft;

	/* What leads to other nodes: as it was said, to whom, and when again. */
	struct table led;
	unsigned int round;
	uint64_t repair_at;
	uint32_t led_ifindex;
	uint32_t led_network;
	unsigned int led_subnets;
};

int default_network_start(struct default_network *net, struct vr_error *err);
void default_network_stop(struct default_network *net);

/* Call @ready again, soon: allowed in it. */
void default_network_check_soon(struct default_network *net);

/* What leads to nodes is by another uplink now, or somebody has touched it. */
void default_network_keep_soon(struct default_network *net);

/* Others of @further are to be in the rules. */
void default_network_ports_changed(struct default_network *net);

/* A node is new, gone, or has other prefixes or another tunnel address. */
void default_network_peer_changed(struct default_network *net,
				  const struct peer *before,
				  const struct peer *now);

#endif /* VR_AGENT_DEFAULT_NETWORK_H */
