// SPDX-License-Identifier: Apache-2.0
/*
 * DEL: by the state file, and without one by what the configuration says.
 * Entry point: cni_del().
 */
#include <string.h>

#include "code.h"
#include "del.h"
#include "json.h"
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

/* Those that were plugged in later, which the runtime does not know. */
static int undo_plugged(const struct environment *env, struct netconf *netconf,
			struct podns *podns, struct vr_error *err)
{
	cleanup_state_keys struct state_keys keys = { 0 };
	unsigned int i;
	bool found;
	int ret;

	ret = state_list(netconf->state_dir, &keys, err);
	for (i = 0; !ret && i < keys.count; i++) {
		cleanup_attachment struct attachment attachment = { 0 };

		if (strcmp(keys.items[i].container_id, env->container_id) !=
			    0 ||
		    strcmp(keys.items[i].name, netconf->name) != 0 ||
		    state_load(netconf->state_dir, keys.items[i].name,
			       keys.items[i].container_id, keys.items[i].ifname,
			       &attachment, &found, NULL) ||
		    !found || !attachment.plugged)
			continue;
		ret = undo_attachment(&attachment, env, netconf, podns, err);
	}
	return ret;
}

static int unplug_delegate(const struct environment *env,
			   struct netconf *netconf, struct podns *podns,
			   const char *ifname, struct attachment *attachment,
			   struct vr_error *err)
{
	struct attachment gone = *attachment;
	unsigned int i;
	int ret;

	for (i = 0; i < attachment->delegate_count; i++) {
		if (!strcmp(attachment->delegates[i].ifname, ifname))
			break;
	}
	if (i == attachment->delegate_count)
		return 0;
	gone.interface_count = 0;
	gone.delegates = &attachment->delegates[i];
	gone.delegate_count = 1;
	gone.host_interface[0] = '\0';
	ret = undo_interfaces(&gone, env, netconf, podns, err);
	if (ret)
		return ret;
	attachment_drop_delegate(attachment, i);
	return state_save(netconf->state_dir, attachment, err);
}

/* One interface of several, of a container that goes on. */
static int unplug(const struct environment *env, struct netconf *netconf,
		  struct podns *podns, const char *ifname,
		  struct attachment *attachment, struct vr_error *err)
{
	struct attachment gone = *attachment;
	unsigned int i;
	int ret;

	for (i = 0; i < attachment->interface_count; i++) {
		if (!strcmp(attachment->interfaces[i].ifname, ifname))
			break;
	}
	if (i == attachment->interface_count)
		return unplug_delegate(env, netconf, podns, ifname, attachment,
				       err);
	if (attachment_is_first(attachment, &attachment->interfaces[i]))
		return cni_fail(
			err, CNI_CONFIG,
			"interface %s is the container's first: it goes with the container",
			ifname);
	gone.interfaces = &attachment->interfaces[i];
	gone.interface_count = 1;
	gone.delegate_count = 0;
	gone.host_interface[0] = '\0';
	ret = undo_interfaces(&gone, env, netconf, podns, err);
	if (ret)
		return ret;
	attachment_drop(attachment, i);
	return state_save(netconf->state_dir, attachment, err);
}

static int undo_found(const struct environment *env, struct netconf *netconf,
		      struct podns *podns, const char *ifname,
		      struct attachment *attachment, struct vr_error *err)
{
	/* The runtime need not say where, and the namespace may live on. */
	if (podns->fd < 0)
		podns_open(podns, attachment->netns, NULL);
	if (ifname)
		return unplug(env, netconf, podns, ifname, attachment, err);
	return undo_attachment(attachment, env, netconf, podns, err);
}

int cni_del(const struct environment *env, struct netconf *netconf,
	    struct vr_error *err)
{
	cleanup_attachment struct attachment attachment = { 0 };
	cleanup_podns struct podns podns = PODNS_INIT;
	const char *ifname = NULL;
	bool found;
	int ret;

	ret = json_string(netconf->json, "network configuration", UNPLUG_KEY,
			  &ifname, err);
	if (!ret)
		ret = open_netns(env, &podns, err);
	if (ret)
		return ret;
	ret = state_load(netconf->state_dir, netconf->name, env->container_id,
			 env->ifname, &attachment, &found, err);
	if (ret && !found)
		return ret;
	/* A file that cannot be read says as much as none. */
	if (!ret && !found && ifname)
		return 0;
	if (ret || !found)
		ret = undo_plan(env, netconf, &podns, err);
	else
		ret = undo_found(env, netconf, &podns, ifname, &attachment,
				 err);
	if (!ret && !ifname && !attachment.plugged)
		ret = undo_plugged(env, netconf, &podns, err);
	return ret;
}
