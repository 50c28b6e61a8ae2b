/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spare addresses on the node's disk, which vr-cni may take from when no agent
 * answers.  docs/kubernetes.md has the format, cni/ipam_agent.c the other side.
 */
#ifndef VR_AGENT_SPARES_H
#define VR_AGENT_SPARES_H

#include <stdbool.h>

#include "../lib/address.h"
#include "../lib/error.h"

/* Of each family one. */
#define SPARE_ADDRESSES 2

/* What vr-cni says of itself when it takes one; "" for what it does not know. */
struct spare_taker {
	char container[256];
	char interface[16];
	char pod_namespace[64];
	char pod_name[256];
	char pod_uid[64];
	uint8_t mac[VR_MAC_LEN];
};

/**
 * struct spare - addresses for one interface
 * @ips, @count: one of each family of the network
 * @taken: by @taker
 * @standby: another node's pod has them; this one gets them when that one goes
 * @sequence: of a claim's, for the port, or 0
 */
struct spare {
	struct vr_ip ips[SPARE_ADDRESSES];
	unsigned int count;
	bool taken;
	bool standby;
	uint32_t sequence;
	struct spare_taker taker;
};

/* Return: 0 to go on. */
typedef int (*spare_cb)(const struct spare *spare, void *arg);

/**
 * spares_for_each() - Go over those of a network, under its lock
 *
 * A network without any has no folder, which is no error.
 *
 * Return: 0, a negative errno, or what the callback returned.
 */
int spares_for_each(const char *folder, const char *network, spare_cb cb,
		    void *arg, struct vr_error *err);

/* Lay one down that nobody has. */
int spares_add(const char *folder, const char *network,
	       const struct spare *spare, struct vr_error *err);

/**
 * spares_take() - Take one that nobody has
 * @taker: for whom; its MAC is filled in when it is all zero
 * @spare: which one it is
 *
 * Return: 0, or -ENOENT when there is none.
 */
int spares_take(const char *folder, const char *network,
		struct spare_taker *taker, struct spare *spare,
		struct vr_error *err);

/* Remove one, or, with @only_free, unless it is taken (-EBUSY). */
int spares_remove(const char *folder, const char *network,
		  const struct spare *spare, bool only_free,
		  struct vr_error *err);

#endif /* VR_AGENT_SPARES_H */
