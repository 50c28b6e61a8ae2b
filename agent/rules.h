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
 * @vrf: what it is in, NULL for nothing
 * @zone: of connections that pods on it begin, 0 for that of all
 * @mark: of answers to those, which come in by other devices
 * @masquerade: what leaves the node by another device has the node's address
 * @services: pods on it reach the node and services, also of other networks; else
 *	the node answers their pings and no more
 * @outside: they reach what is behind other devices
 */
struct rules_port {
	const char *ifname;
	const char *vrf;
	uint32_t zone;
	uint32_t mark;
	bool masquerade;
	bool services;
	bool outside;
};

/**
 * struct rules - what they are made of
 * @vxlan_port: UDP port that pods may not speak to nodes on
 * @peers: the nodes
 * @ports: none where another plugin has the pods' first interface
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
