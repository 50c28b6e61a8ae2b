/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests about many objects: a whole pod added at once, and flushes.
 */
#ifndef VR_LIB_APPLY_H
#define VR_LIB_APPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"
#include "error.h"
#include "netlink.h"
#include "network.h"
#include "port.h"
#include "route.h"

/**
 * struct vr_apply - objects to add together, or that were
 *
 * In a request the arrays are the caller's.  In an answer vr_apply_free()
 * frees them and what their items hold.  All zero is empty.
 */
struct vr_apply {
	unsigned int network_count;
	struct vr_network *networks;
	unsigned int port_count;
	struct vr_port *ports;
	unsigned int endpoint_count;
	struct vr_endpoint *endpoints;
	unsigned int route_count;
	struct vr_route *routes;
};

/**
 * vr_apply - add objects, all of them or none
 * @flags: NLM_F_CREATE; with NLM_F_EXCL what exists is refused even when it
 *	is equal
 * @objects: what is set in each, as for its own NEW command
 * @reply: NULL, or gets every object as it is now, in the request's order
 *
 * A refusal names the object as well: "address is in use in this network:
 * address 10.1.1.3 of port eth1". Where @err is NULL nobody asks for that, and
 * a large request is made in less than half the time.
 *
 * Return: 0, or a negative errno and nothing has changed.
 */
int vr_apply(struct vr_nl *nl, uint16_t flags, const struct vr_apply *objects,
	     struct vr_apply *reply, struct vr_error *err);

/* Append the nests of all objects; vr_apply() does. */
void vr_apply_put(struct vr_msg *msg, const struct vr_apply *objects);

/* Parse an answer into an empty struct. Return: 0, -EBADMSG or -ENOMEM. */
int vr_apply_parse(const struct nlattr *attrs, int len,
		   struct vr_apply *objects, struct vr_error *err);

/* Free the arrays of an answer, and make it empty. */
void vr_apply_free(struct vr_apply *objects);

/**
 * struct vr_flush - what to delete
 * @set: see field.h, bits are VR_A_FLUSH_*; the kinds (VR_A_FLUSH_NETWORKS,
 *	_PORTS, _ENDPOINTS, _ROUTES) are bits without a member
 * @origin: only what this program made
 * @network, @network_id: only in this network
 * @deleted: how many objects went (answers)
 */
struct vr_flush {
	uint64_t set;
	unsigned int origin;
	char network[VR_MAX_NETWORK_NAME + 1];
	uint32_t network_id;
	uint32_t deleted;
};

/**
 * vr_flush - delete objects of the given kinds
 * @deleted: NULL, or gets how many went
 *
 * Return: 0 or a negative errno.
 */
int vr_flush(struct vr_nl *nl, const struct vr_flush *flush, uint32_t *deleted,
	     struct vr_error *err);

#endif /* VR_LIB_APPLY_H */
