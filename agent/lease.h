/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of several controllers acts: the holder of a Lease.
 */
#ifndef VR_AGENT_LEASE_H
#define VR_AGENT_LEASE_H

#include <stdbool.h>

#include "api.h"
#include "loop.h"

struct lease;

/**
 * struct lease_kind - which one, and who wants it
 * @identity: differs from all others', like the name of a pod
 * @changed: it is ours from now on, or not any more
 */
struct lease_kind {
	const char *namespace;
	const char *name;
	const char *identity;
	void (*changed)(bool ours, void *arg);
};

/* @kind: its strings have to stay. Return: the lease, or NULL. */
struct lease *lease_start(struct api *api, struct loop *loop,
			  const struct lease_kind *kind, void *arg,
			  struct vr_error *err);

/**
 * lease_release() - Let others have it at once
 * @done: called once, soon, whatever became of that; never from here
 */
void lease_release(struct lease *lease, loop_cb done, void *arg);

/* Without a word to the server: others wait until it has run out. */
void lease_stop(struct lease *lease);

#endif /* VR_AGENT_LEASE_H */
