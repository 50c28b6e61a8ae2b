/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent of a node.
 */
#ifndef VR_AGENT_NODE_H
#define VR_AGENT_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/error.h"
#include "api.h"
#include "loop.h"
#include "prefixes.h"

#define NODE_SPARES 4
#define NODE_UPLINK "vr-uplink"
#define NODE_VXLAN_PORT 4789
#define NODE_CNI_BIN_DIR "/opt/cni/bin"

/**
 * struct node_options - what the agent was started with
 * @name: of the Node object
 * @socket: where vr-cni asks
 * @networks_dir, @state_dir, @spare_dir, @cluster_dir: what it shares with vr-cni
 * @spares: addresses in store for each network in use
 * @uplink: name of the uplink to other nodes
 * @vxlan_port: its UDP port
 * @devices: patterns of devices that networks may end on, NULL for none
 * @delegate_types: plugins of others that vr-cni may call, NULL for none
 * @open_networks: any pod may use any network
 * @network, @vni, @host_interface, @masquerade: the default network
 * @cni_conf_dir: where the runtime looks for its configuration; NULL: none is
 *	written, and there is no default network
 * @beside: nor is there one beside another plugin, which has the pods' first
 *	interface: what is written is its configuration with vr-cni behind
 * @under_multus: vr-cni is called by Multus, for single networks; told it by
 *	UNDER_MULTUS_FILE
 * @cni_bin_dir: where the runtime's plugins are
 * @reached: prefixes of services and of the cluster, that a pod reaches by the
 *	default network also when its default route is elsewhere
 * @host_root: folder in which the node's /etc and /run are seen; NULL: nothing is
 *	written there
 * @cluster: name of the cluster in Contrail's annotations
 */
struct node_options {
	const char *name;
	const char *socket;
	const char *networks_dir;
	const char *state_dir;
	const char *spare_dir;
	const char *cluster_dir;
	unsigned int spares;
	const char *uplink;
	uint16_t vxlan_port;
	const char *const *devices;
	const char *const *delegate_types;
	bool open_networks;

	const char *network;
	uint32_t vni;
	const char *host_interface;
	bool masquerade;
	const char *cni_conf_dir;
	bool beside;
	bool under_multus;
	const char *cni_bin_dir;
	struct prefixes reached;
	const char *host_root;
	const char *cluster;
};

struct node;

/* @options: borrowed. Return: a node, or NULL. */
struct node *node_start(struct loop *loop, struct api *api,
			const struct node_options *options,
			struct vr_error *err);
void node_stop(struct node *node);

#endif /* VR_AGENT_NODE_H */
