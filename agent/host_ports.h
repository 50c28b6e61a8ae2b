/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which networks this node has a host port on: those with "snat" or "forwarding"
 * that pods here are on, and those that pods here have for their first.
 */
#ifndef VR_AGENT_HOST_PORTS_H
#define VR_AGENT_HOST_PORTS_H

#include <stdbool.h>

#include "attachments.h"
#include "host_port.h"
#include "networks.h"
#include "own.h"
#include "peers.h"
#include "rules.h"

/* By these a NetworkAddress is a host port's. */
#define HOST_PORTS_CONTAINER "node"
#define HOST_PORTS_INTERFACE "host"

/**
 * struct host_ports - all of them
 * @changed: called when others are to be in the rules
 */
struct host_ports {
	struct vr_nl *router;
	struct networks *networks;
	const struct attachments *attachments;
	const struct peers *peers;
	struct own *own;
	loop_cb changed;
	void *arg;

	struct podns namespace;
	struct table table;
	bool known;
	char *told;
};

int host_ports_start(struct host_ports *ports, struct vr_error *err);
void host_ports_stop(struct host_ports *ports);

/* Look at what is attached, after attachments_refresh(). */
void host_ports_check(struct host_ports *ports);

/* Is the host's address of a network still needed?  Also while that is not known. */
bool host_ports_need(const struct host_ports *ports, const char *network);

/**
 * host_ports_are_ready() - Is there what pods need that are on a network?
 * @first: as their first one
 */
bool host_ports_are_ready(const struct host_ports *ports,
			  const struct network *network, bool first);

/**
 * host_ports_rules() - What the rules have to say of them
 * @list, @count: appended to
 *
 * Names are borrowed until the next host_ports_check().
 */
int host_ports_rules(const struct host_ports *ports, struct rules_port **list,
		     unsigned int *count, struct vr_error *err);

/**
 * host_ports_are_ruled() - What host_ports_rules() said last is in the kernel
 *
 * Only then are they made.
 *
 * Return: whether some are to be, by the next host_ports_check().
 */
bool host_ports_are_ruled(struct host_ports *ports);

/* Take away what any agent left of them on the host. */
int host_ports_clear(struct vr_error *err);

#endif /* VR_AGENT_HOST_PORTS_H */
