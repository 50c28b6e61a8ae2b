/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_PLAN_H
#define VR_CNI_PLAN_H

#include "attachment.h"
#include "definition.h"
#include "environment.h"
#include "netconf.h"
#include "result.h"

/**
 * struct plan_interface - what ADD knows of an interface beyond the state
 * @definition: of its network
 * @bandwidth: its limits
 * @wanted_mtu: what was asked for, 0 for the network's
 * @wanted_routes: of the request, borrowed, or NULL
 * @default_gateways, @own_default: as in a request
 * @sysctls: of the configuration, borrowed, or NULL
 * @addresses: what its IPAM plugin gave
 * @sequence, @standby: of its port, when the agent says so
 * @routes: what it gets in the container
 * @ifindex: of its device in the container, 0 until there is one
 * @mtu: its own, once attached
 */
struct plan_interface {
	struct definition definition;
	struct bandwidth bandwidth;
	uint32_t wanted_mtu;
	const struct cni_routes *wanted_routes;
	struct vr_ip default_gateways[2];
	bool own_default;
	const cJSON *sysctls;
	struct result addresses;
	uint32_t sequence;
	bool standby;
	struct cni_routes routes;
	uint32_t ifindex;
	uint32_t mtu;
};

/**
 * struct plan - what a call is to make
 * @attachment: what is kept on disk
 * @previous: what plugins before us in the list have made
 * @cluster_routes: what is reached by the first interface also when another one
 *	has the default route
 * @chained: CNI_IFNAME is one of that: no interface of this plan is the first
 * @keeps_default: the default routes are another call's
 * @interfaces: as many as in @attachment, in its order
 */
struct plan {
	struct attachment attachment;
	struct result previous;
	struct cni_routes cluster_routes;
	bool chained;
	bool keeps_default;
	struct plan_interface *interfaces;
};

#define cleanup_plan __attribute__((cleanup(plan_free)))

/**
 * plan_make() - Work out which interfaces a configuration asks for
 * @lenient: leave out networks that are not defined (any more), for a DEL
 *	without a state file
 *
 * Changes nothing. The namespace in the attachment is left to the caller.
 */
int plan_make(const struct netconf *netconf, const struct environment *env,
	      bool lenient, struct plan *plan, struct vr_error *err);

void plan_free(struct plan *plan);

#endif
