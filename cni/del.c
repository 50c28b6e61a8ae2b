// SPDX-License-Identifier: Apache-2.0
/*
 * DEL: by the state file, and without one by what the configuration says.
 * Entry point: cni_del().
 */
#include "code.h"
#include "del.h"
#include "plan.h"
#include "podns.h"
#include "state.h"
#include "undo.h"

/*
 * Nothing is known of this attachment: its ADD failed, or it was removed
 * already, or the state was lost.  What a configuration that cannot be used
 * asks for was never made.
 */
static int undo_plan(const struct environment *env, struct netconf *netconf,
		     struct podns *podns, struct vr_error *err)
{
	cleanup_plan struct plan plan = { 0 };
	unsigned int i;

	/* A file that was cut off may be there, and has nothing more to say. */
	if (netconf_parse_rest(netconf, env, NULL) ||
	    plan_make(netconf, env, true, &plan, NULL))
		return state_remove(netconf->state_dir, netconf->name,
				    env->container_id, env->ifname, err);
	plan.attachment.netns_device = podns->device;
	plan.attachment.netns_inode = podns->inode;
	for (i = 0; i < plan.attachment.interface_count; i++) {
		plan.attachment.interfaces[i].ipam_begun = true;
		plan.attachment.interfaces[i].ipam_doubtful = true;
	}
	return undo_attachment(&plan.attachment, env, netconf, podns, err);
}

/* A namespace that cannot be opened is as good as deleted. */
static int open_netns(const struct environment *env, struct podns *podns,
		      struct vr_error *err)
{
	if (!env->netns[0] || podns_open(podns, env->netns, NULL))
		return 0;
	if (env->own_netns)
		return 0;
	return podns_refuse_own(podns, env->netns, err);
}

int cni_del(const struct environment *env, struct netconf *netconf,
	    struct vr_error *err)
{
	cleanup_attachment struct attachment attachment = { 0 };
	cleanup_podns struct podns podns = PODNS_INIT;
	bool found;
	int ret;

	ret = open_netns(env, &podns, err);
	if (ret)
		return ret;
	ret = state_load(netconf->state_dir, netconf->name, env->container_id,
			 env->ifname, &attachment, &found, err);
	if (ret && !found)
		return ret;
	/* A file that cannot be read says as much as none. */
	if (ret || !found)
		return undo_plan(env, netconf, &podns, err);
	/* The runtime need not say where, and the namespace may live on. */
	if (podns.fd < 0)
		podns_open(&podns, attachment.netns, NULL);
	return undo_attachment(&attachment, env, netconf, &podns, err);
}
