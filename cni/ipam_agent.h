/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_IPAM_AGENT_H
#define VR_CNI_IPAM_AGENT_H

#include "ipam.h"
#include "pool.h"

/* The type of IPAM that is no program: the node's agent gives the addresses. */
#define IPAM_AGENT_TYPE "vr-agent"

/* Keys of a configuration that say where agent and spares are. */
#define IPAM_AGENT_SOCKET_KEY "agentSocket"
#define IPAM_AGENT_SPARES_KEY "spareDir"

/**
 * ipam_agent_run() - Do what IPAM plugins would be executed for, together
 * @calls: of any type, of one operation; those of type "vr-agent" are done
 * @end: when to give up on the agent, as log_now() counts
 *
 * One question for all of them. When the agent does not answer, ADD takes
 * addresses that it has laid down on the node, and the others succeed.  Errors
 * are those of the calls and name their network.
 */
void ipam_agent_run(struct ipam_call *calls, unsigned int count, uint64_t end);

/**
 * ipam_agent_take() - Take the answer to an ADD
 * @calls: those that were asked for, in order; gets results and MACs, free the
 *	results after an error too
 * @pools: of each, which says whether there has to be an address
 */
int ipam_agent_take(const cJSON *answer, struct ipam_call *const *calls,
		    const struct pool *pools, unsigned int count,
		    struct vr_error *err);

#endif
