/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses of a network are taken, as the API server has it now: what an
 * agent is told by its watch may be of a moment before.
 */
#ifndef VR_AGENT_PROOF_H
#define VR_AGENT_PROOF_H

#include "../cni/pool.h"
#include "address.h"
#include "api.h"

struct proof;

/* @err is NULL, or says why nothing is known; the proof is to be freed by then. */
typedef void (*proof_done)(const struct vr_error *err, void *arg);

/* Begin to ask. Return: NULL when that could not be. */
struct proof *proof_start(struct api *api, uint32_t vni, proof_done done,
			  void *arg, struct vr_error *err);

/* End it, at any time; NULL is none. */
void proof_free(struct proof *proof);

/* Is there an object of this name? */
bool proof_has(const struct proof *proof, const char *name);

/* How many addresses of a set are in a state. */
unsigned int proof_count(const struct proof *proof, const struct pool_set *set,
			 enum address_state state);

#endif /* VR_AGENT_PROOF_H */
