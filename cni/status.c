// SPDX-License-Identifier: Apache-2.0
/*
 * STATUS: is everything there for an ADD?  Nothing is written, and nothing
 * remembered.  Entry point: cni_status().
 */
#include "../lib/netlink.h"
#include "ask.h"
#include "code.h"
#include "forward.h"
#include "log.h"
#include "plan.h"
#include "router.h"
#include "status.h"

/* Runtimes ask every few seconds and wait for the answer. */
#define SECONDS 5

static int check_router(const struct netconf *netconf, struct vr_error *err)
{
	cleanup_nl struct vr_nl nl = VR_NL_INIT;
	int ret;

	ret = vr_nl_open(&nl, -1, err);
	if (!ret)
		ret = router_check_permission(&nl, netconf->name, err);
	if (ret)
		return cni_wrap(err, CNI_NOT_AVAILABLE,
				"cannot talk to the router");
	return 0;
}

/* One that is not there, or hangs, is one that cannot give an address. */
static int report(const struct forward *forward, struct vr_error *err)
{
	const struct vr_error *problem = NULL;
	unsigned int i;

	for (i = 0; i < forward->count && !problem; i++)
		problem = forward_problem(forward, i);
	if (!problem)
		return 0;
	if (cni_code(problem) == CNI_NOT_AVAILABLE ||
	    cni_code(problem) == CNI_LIMITED ||
	    cni_code(problem) == CNI_CONFIG) {
		*err = *problem;
		return -problem->errnum;
	}
	return cni_fail(err, CNI_NOT_AVAILABLE, "%s", problem->text);
}

/* Pods start without it as well, from what it has laid down on the node. */
static void look_for_agent(const struct netconf *netconf)
{
	struct vr_error problem = { 0 };
	uint64_t since = log_now();

	if ((netconf->pod_networks || netconf->under_multus) &&
	    !ask_is_there(netconf->agent_socket,
			  since + SECONDS * UINT64_C(1000000), &problem))
		log_event(LOG_WARNING, NULL, "ask vr-agent", since, &problem);
}

static int check_ipam(const struct environment *env, struct netconf *netconf,
		      struct vr_error *err)
{
	cleanup_forward struct forward forward = { .env = env,
						   .command = "STATUS" };
	cleanup_plan struct plan plan = { 0 };
	/* As for a container that asks for nothing of its own. */
	struct environment any =
		environment_for(env, env->container_id, "eth0");
	unsigned int i, seconds = netconf->ipam_timeout;
	int ret;

	ret = netconf_parse_rest(netconf, env, err);
	if (!ret)
		ret = plan_make(netconf, &any, false, &plan, err);
	for (i = 0; !ret && i < plan.attachment.interface_count; i++)
		ret = forward_add(&forward, plan.attachment.interfaces[i].ipam,
				  err);
	if (ret)
		return ret;
	look_for_agent(netconf);
	forward_run(&forward, seconds < SECONDS ? seconds : SECONDS);
	return report(&forward, err);
}

int cni_status(const struct environment *env, struct netconf *netconf,
	       struct vr_error *err)
{
	int ret;

	if (netconf->version < CNI_1_1_0)
		return cni_fail(err, CNI_VERSION,
				"STATUS needs cniVersion 1.1.0, it is \"%s\"",
				netconf_versions[netconf->version]);
	ret = check_router(netconf, err);
	if (!ret)
		ret = check_ipam(env, netconf, err);
	return ret;
}
