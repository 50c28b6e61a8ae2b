/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is where on one network: the addresses that other nodes advertise, as
 * endpoints and flood list of the kernel module.
 */
#ifndef VR_AGENT_STATIONS_H
#define VR_AGENT_STATIONS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "../lib/netlink.h"
#include "address.h"
#include "loop.h"
#include "peers.h"
#include "table.h"

/**
 * struct stations - what a network's NetworkAddress objects say
 * @network: its name in the module, borrowed
 * @self: our node, whose own addresses are ports
 * @uplink: what leads to other nodes
 * @by_wire: other nodes are reached by a device of this one, and nothing is told:
 *	by both ways a flood would not end
 * @addresses: all of them, ours too, by the name of the object
 * @by_mac: stations, by MAC
 * @by_node: the addresses of a node
 * @wanting: how many other nodes have found no address free
 * @dirty: what has to be told to the module, the rest is told
 * @dirty_nodes: the same of the flood list
 * @flood_is_full: the module takes no more nodes into it
 */
struct stations {
	const char *network;
	const char *self;
	const char *uplink;
	bool by_wire;
	struct vr_nl *router;
	const struct peers *peers;
	struct loop_timer *timer;
	struct table addresses;
	struct table by_mac;
	struct table by_node;
	unsigned int wanting;
	struct station *dirty;
	struct station_node *dirty_nodes;
	bool flood_is_full;
	bool attached;
};

int stations_start(struct stations *stations, struct loop *loop,
		   struct vr_error *err);
void stations_stop(struct stations *stations);

/* An object is new or changed. */
void stations_changed(struct stations *stations, const cJSON *object);
void stations_gone(struct stations *stations, const char *name);

/* A node is reached by another tunnel address, or not at all. */
void stations_peer_changed(struct stations *stations, const char *node);

/* What leads to nodes is by another uplink now. */
void stations_uplink_changed(struct stations *stations);

/* The network is in the module: what is known is told now. */
void stations_attach(struct stations *stations);
void stations_detach(struct stations *stations);

/* Has the module been told everything? */
bool stations_are_told(const struct stations *stations);

/* Remove what an agent before us told and nobody advertises. */
void stations_sweep(struct stations *stations);

/* Is there an object for the address? */
bool stations_have(const struct stations *stations, const char *name);

/* Is this MAC another's than a container's, or a claim's unless that is ""? */
bool stations_mac_is_taken(const struct stations *stations,
			   const uint8_t mac[VR_MAC_LEN], const char *container,
			   const char *claim);

#endif /* VR_AGENT_STATIONS_H */
