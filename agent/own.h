/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses of this node: NetworkAddress objects that it, and nobody else,
 * takes, changes and frees.
 */
#ifndef VR_AGENT_OWN_H
#define VR_AGENT_OWN_H

#include <stdbool.h>

#include "api.h"
#include "attachments.h"
#include "networks.h"
#include "spares.h"
#include "table.h"

/* A namespace, "/", a name, NUL. */
#define OWN_CLAIM_BYTES 320

/* How long an address rests that nobody has any more, in seconds. */
#define OWN_COOLING 60

struct allocation;
struct claiming;

/**
 * struct own - this node's addresses
 * @node: its name
 * @spare_dir: folder of the spares of all networks
 * @attachments: who is attached
 * @ports: what the host itself needs addresses for, NULL for nothing
 * @timer: whoever set it up calls own_check() when it is due
 * @spares_wanted: for each network that is in use here
 */
struct own {
	struct loop *loop;
	struct api *api;
	struct networks *networks;
	const char *node;
	const char *spare_dir;
	const struct attachments *attachments;
	const struct host_ports *ports;
	struct loop_timer *timer;
	unsigned int spares_wanted;

	struct table table;
	struct watch *watch;
	struct loop_timer *clock;
	struct allocation *allocations;
	struct claiming *claimings;
};

int own_start(struct own *own, struct vr_error *err);
void own_stop(struct own *own);

/* Look at what is there, after attachments_refresh(), and begin what has to be done. */
void own_check(struct own *own);

/* Have it looked at soon. */
void own_check_soon(struct own *own);

/**
 * struct own_wish - for whom addresses are
 * @claim: "NAMESPACE/NAME" of the IPAMClaim that is to keep them, or ""
 * @asked: that are asked for
 * @had: of the claim, this node's already
 */
struct own_wish {
	struct network *network;
	struct spare_taker who;
	char claim[OWN_CLAIM_BYTES];
	struct vr_ip asked[SPARE_ADDRESSES];
	unsigned int asked_count;
	struct vr_ip had[SPARE_ADDRESSES];
	unsigned int had_count;
};

/* @err is NULL when @given is given. */
typedef void (*own_given)(const struct spare *given, const struct vr_error *err,
			  void *arg);

/**
 * own_allocate() - Take an address of each family of a network
 * @wish: copied
 * @cb: called once, and perhaps before this returns
 *
 * A spare one is given at once. The error's errnum is EAGAIN when the API does
 * not answer, ENOSPC when all are in use, EEXIST when one that was asked for
 * is.  Addresses of a claim that are in use elsewhere are given on standby.
 */
void own_allocate(struct own *own, const struct own_wish *wish, own_given cb,
		  void *arg);

/* Give back what own_allocate() gave and nobody used. */
void own_free(struct own *own, struct network *network,
	      const struct spare *given);

/* Does an interface have this address? */
bool own_has(const struct own *own, const struct network *network,
	     const struct vr_ip *ip, const char *container,
	     const char *interface);

/* Is it known which addresses this node has? */
bool own_is_known(const struct own *own);

/* The addresses of an interface in a network. Return: whether it has any. */
bool own_bound(const struct own *own, const struct network *network,
	       const char *container, const char *interface,
	       struct spare *bound);

#endif /* VR_AGENT_OWN_H */
