/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The networks of the cluster as a node sees them.  All are written as
 * definitions for vr-cni; of those that are in use here the addresses are
 * watched and told to the kernel module.
 */
#ifndef VR_AGENT_NETWORKS_H
#define VR_AGENT_NETWORKS_H

#include <stdbool.h>
#include <stdint.h>

#include "../cni/definition.h"
#include "../cni/pool.h"
#include "../lib/netlink.h"
#include "api.h"
#include "peers.h"
#include "stations.h"
#include "table.h"

#define NETWORK_PATH "/apis/vrctl.dev/v1alpha1/networks"

/* Addresses of an interface: one of each set. */
#define NETWORK_SETS 2

struct networks;

/**
 * struct network - a Network
 * @entry: by name
 * @seen: its "spec"
 * @object: the same, as far as a node needs it
 * @definition: the same, as vr-cni reads it
 * @pool: out of which its addresses are, when they are the cluster's to give
 * @others_give: they are not the cluster's to give, or there are none
 * @settings: another number after each change
 * @gone: its object is: it stays while it is in use
 * @users: how many need it here
 * @watch: its addresses, while it is in use
 */
struct network {
	struct table_entry entry;
	struct networks *networks;
	cJSON *seen;
	cJSON *object;
	uint32_t vni;
	struct definition definition;
	cJSON *ipam;
	struct pool pool;
	bool others_give;
	unsigned int settings;
	bool gone;

	unsigned int users;
	struct watch *watch;
	struct stations stations;
	uint32_t module_id;
	struct loop_timer *linger;

	/* Of those who allocate: what comes next, of each set, and how many. */
	uint64_t cursor[NETWORK_SETS];
	unsigned int allocating_spares;
	uint64_t spare_pause;
};

/**
 * struct networks - all of them
 * @folder: where vr-cni looks for definitions
 * @uplink: what leads to other nodes
 * @wanted: called when another node has found no address free
 */
struct networks {
	struct loop *loop;
	struct api *api;
	struct vr_nl *router;
	const struct peers *peers;
	const char *self;
	const char *folder;
	const char *uplink;
	loop_cb wanted;
	void *arg;
	struct table table;
	struct watch *watch;
	struct loop_timer *sweep;
};

int networks_start(struct networks *networks, struct vr_error *err);
void networks_stop(struct networks *networks);

/* Return: the network, or NULL. */
struct network *networks_find(const struct networks *networks,
			      const char *name);

/* Is it known which there are? */
bool networks_are_known(const struct networks *networks);

/**
 * network_get() - Begin to use a network: see that it is in the module
 *
 * Return: 0, or a negative errno and it is not used.
 */
int network_get(struct network *network, struct vr_error *err);

/* End a use; the last one leaves it as it is for a while. */
void network_put(struct network *network);

/* Is everything known of it, and in the module? */
bool network_is_ready(const struct network *network);

/* A node is reached by another tunnel address, or not at all. */
void networks_peer_changed(struct networks *networks, const char *node);

/* What leads to nodes is by another uplink now. */
void networks_uplink_changed(struct networks *networks);

/* Delete all definitions that an agent wrote. */
void networks_remove_definitions(const char *folder);

#endif /* VR_AGENT_NETWORKS_H */
