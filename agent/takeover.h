/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking an address over from another node, as the controller has allowed it by
 * "standby".
 */
#ifndef VR_AGENT_TAKEOVER_H
#define VR_AGENT_TAKEOVER_H

#include "own.h"

/* May a pod of this node take it? */
bool takeover_is_allowed(const struct own *own, const struct address *address,
			 const char *pod_uid);

/**
 * takeover_send() - Ask for it
 * @address: as it is now; whoever changes it meanwhile is first (ESTALE)
 * @sequence: at least this
 * @done: gives its answer to takeover_finish()
 *
 * Return: the call, or NULL.
 */
struct api_call *takeover_send(struct own *own, const struct address *address,
			       const struct spare_taker *who, uint32_t sequence,
			       api_done done, void *arg, struct vr_error *err);

/* It is this node's, if that is the answer. Return: 0 or negative. */
int takeover_finish(struct own *own, const struct api_answer *answer,
		    struct vr_error *err);

#endif /* VR_AGENT_TAKEOVER_H */
