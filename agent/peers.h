/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nodes of the cluster: how each is reached, and which prefixes its pods of
 * the default network have.  From Node objects, and kept as long as those are.
 */
#ifndef VR_AGENT_PEERS_H
#define VR_AGENT_PEERS_H

#include "../lib/address.h"
#include "api.h"
#include "table.h"

#define PEER_VTEP_ANNOTATION "vrctl.dev/vtep"

/* What the controller writes where a Node has no podCIDRs: one or two prefixes. */
#define PEER_CIDRS_ANNOTATION "vrctl.dev/pod-cidrs"

/* IPv4 and IPv6. */
#define PEER_FAMILIES 2

/**
 * struct peer - a node
 * @entry: by name
 * @vtep: its tunnel address, AF_UNSPEC while it has none
 * @addresses: its own, an InternalIP of each family, AF_UNSPEC for none
 * @pod_cidrs: of each family, AF_UNSPEC for none
 */
struct peer {
	struct table_entry entry;
	struct vr_ip vtep;
	struct vr_ip addresses[PEER_FAMILIES];
	struct vr_prefix pod_cidrs[PEER_FAMILIES];
};

/* @now is NULL when the node is gone, @before when it is new. */
typedef void (*peer_changed)(const struct peer *before, const struct peer *now,
			     void *arg);

struct peers {
	struct table table;
	struct watch *watch;
	peer_changed changed;
	void *arg;
};

int peers_start(struct peers *peers, struct loop *loop, struct api *api,
		peer_changed changed, void *arg, struct vr_error *err);

void peers_stop(struct peers *peers);

/* Was the list of all nodes read once? */
bool peers_are_known(const struct peers *peers);

/* Has a node but @self this prefix as podCIDR? */
bool peers_have_cidr(const struct peers *peers, const char *self,
		     const struct vr_prefix *prefix);

/* Return: the node, or NULL. */
const struct peer *peers_find(const struct peers *peers, const char *node);

/**
 * peer_parse() - What an object Node says
 * @peer: its entry is left alone
 *
 * For the tunnel the annotation wins, then the first address that is an
 * InternalIP.  For the prefixes the annotation counts only without podCIDRs.
 */
void peer_parse(const cJSON *node, struct peer *peer);

#endif /* VR_AGENT_PEERS_H */
