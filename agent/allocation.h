/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An allocation on its way, between allocate.c and exhausted.c.
 */
#ifndef VR_AGENT_ALLOCATION_H
#define VR_AGENT_ALLOCATION_H

#include "address.h"
#include "own.h"
#include "proof.h"

/**
 * struct allocation - addresses on their way
 * @settings: of the network, when this began
 * @spare: they are for nobody yet
 * @made: those that are ours by now, one of each set before this one
 * @trying: the object that is being created
 * @call: that creates it
 * @repeat: nobody knows what became of that
 * @proof: what the API server said is taken, once nothing seemed free
 * @fresh: it was not of use yet
 * @end: when to give up
 * @tried: places of this set that were looked at, at last those from @place on
 */
struct allocation {
	struct own *own;
	struct allocation *next;
	struct api_call *call;
	struct own_wish wish;
	unsigned int settings;
	bool spare;
	own_given cb;
	void *arg;
	struct spare made;
	struct address trying;
	bool repeat;
	struct proof *proof;
	bool fresh;
	struct loop_timer *timer;
	uint64_t end;
	uint64_t place;
	uint64_t tried;
	bool in_order;
	unsigned int conflicts;
};

/* The set that an address is looked for in, NULL when there is one of each. */
const struct pool_set *allocation_set(const struct allocation *allocation);

/* Look at all places of the set again. */
void allocation_start_over(struct allocation *allocation);

/* Take the next step. */
void allocation_go_on(struct allocation *allocation);

/* @trying is ours, as this object. */
void allocation_made(struct allocation *allocation, const cJSON *object);

/* Take the next step a little later. Return: false when there is no time. */
bool allocation_go_on_later(struct allocation *allocation,
			    unsigned int seconds);

/* The address that is asked for, or NULL. */
const struct vr_ip *allocation_asked(const struct allocation *allocation);

/* End it: none or all. */
void allocation_fail(struct allocation *allocation, const struct vr_error *err);

/* By all that is known here. */
void allocation_none_is_free(struct allocation *allocation);

/* @trying is asked for, or was tried before, and has an object. */
void allocation_look_at_asked(struct allocation *allocation);

void allocation_fail_asked(struct allocation *allocation, int errnum,
			   const struct vr_ip *ip, const char *why);

#endif /* VR_AGENT_ALLOCATION_H */
