/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The namespaces that ports of our instance are in, by the ids which the module
 * tells them by.
 */
#ifndef VR_AGENT_PORT_NAMESPACES_H
#define VR_AGENT_PORT_NAMESPACES_H

#include <stdbool.h>
#include <stdint.h>

#include "../cni/podns.h"

/**
 * struct port_namespace - one of them
 * @id: as "ip netns list-id" counts
 */
struct port_namespace {
	int32_t id;
	struct podns podns;
};

/**
 * struct port_namespaces - all that can be found
 * @own: ours
 */
struct port_namespaces {
	struct podns own;
	struct port_namespace **items;
	unsigned int count;
};

#define PORT_NAMESPACES_INIT       \
	{                          \
		.own = PODNS_INIT, \
	}

/**
 * port_namespaces_find_all() - Look for them
 * @state_dir: vr-cni's state, whose files have paths
 *
 * Each gets an id that had none. Those that are known stay. Besides there, among the names of "ip netns" and those of processes. Free it
 * with port_namespaces_free(), also after an error.
 */
int port_namespaces_find_all(struct port_namespaces *namespaces,
			     const char *state_dir, struct vr_error *err);

/* Return: the namespace, or NULL. */
struct podns *port_namespaces_get(const struct port_namespaces *namespaces,
				  int32_t id);

void port_namespaces_free(struct port_namespaces *namespaces);

#endif /* VR_AGENT_PORT_NAMESPACES_H */
