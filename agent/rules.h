/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of nftables of a node, as text; docs/kubernetes.md shows them.
 */
#ifndef VR_AGENT_RULES_H
#define VR_AGENT_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "peers.h"

#define RULES_TABLE "vr"

/**
 * struct rules_port - a device of the host's on a network
 * @masquerade: what leaves the node by another device has the node's address
 */
struct rules_port {
	const char *ifname;
	bool masquerade;
};

/**
 * struct rules - what they are made of
 * @vxlan_port: UDP port that pods may not speak to nodes on
 * @peers: the nodes
 * @ports: at least one
 */
struct rules {
	uint16_t vxlan_port;
	const struct peers *peers;
	const struct rules_port *ports;
	unsigned int port_count;
};

/**
 * rules_text() - What "nft -f -" reads
 *
 * It replaces the table "inet vr" at once.
 *
 * Return: to free(); NULL without memory.
 */
char *rules_text(const struct rules *rules);

#endif /* VR_AGENT_RULES_H */
