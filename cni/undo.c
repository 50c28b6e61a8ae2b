// SPDX-License-Identifier: Apache-2.0
/*
 * Taking back what ADD made: for DEL, and for an ADD that failed.
 * Entry point: undo_attachment().
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "code.h"
#include "delegate.h"
#include "host.h"
#include "ipam.h"
#include "router.h"
#include "source_route.h"
#include "state.h"
#include "tap.h"
#include "undo.h"

/*
 * Did this attachment make the device?  By its MAC, or when that was changed
 * in the container, by what its port is for.
 */
static int is_ours(const struct attachment *attachment,
		   const struct attachment_interface *interface,
		   struct vr_nl *nl, struct podns *podns,
		   const struct podns_link *link, bool *ours,
		   struct vr_error *err)
{
	*ours = false;
	if (strcmp(link->kind, interface->host_ifname[0] ? "veth" : "vr") != 0)
		return 0;
	*ours = !memcmp(link->mac, interface->mac, VR_MAC_LEN);
	if (*ours)
		return 0;
	return router_is_made_for(nl, podns, interface->ifname,
				  attachment->container_id, interface->ifname,
				  ours, err);
}

/* Of which we know that they are ours, and that are to go at once. */
struct doomed {
	uint32_t *ifindexes;
	unsigned int count;
};

static int find_device(const struct attachment *attachment,
		       const struct attachment_interface *interface,
		       struct vr_nl *nl, struct podns *podns,
		       struct doomed *doomed, struct vr_error *err)
{
	struct podns_link link;
	bool ours;
	int ret;

	/* The call may have ended before it renamed the device. */
	ret = podns_link_find(podns, interface->temporary, &link, err);
	if (!ret && link.ifindex)
		doomed->ifindexes[doomed->count++] = link.ifindex;
	if (!ret)
		ret = podns_link_find(podns, interface->ifname, &link, err);
	if (ret || !link.ifindex)
		return ret;
	ret = is_ours(attachment, interface, nl, podns, &link, &ours, err);
	if (!ret && ours)
		doomed->ifindexes[doomed->count++] = link.ifindex;
	return ret;
}

/* Is it the namespace the attachment was made in? */
static bool is_its_namespace(const struct attachment *attachment,
			     const struct podns *podns)
{
	const char *boot_id = attachment_boot_id(NULL);

	return podns->fd >= 0 && podns->inode == attachment->netns_inode &&
	       podns->device == attachment->netns_device && boot_id &&
	       !strcmp(boot_id, attachment->boot_id);
}

/* What of an interface is on the host, and what is inside as one of many. */
static int delete_interface(const struct attachment *attachment,
			    const struct attachment_interface *interface,
			    struct vr_nl *nl, struct podns *podns,
			    struct doomed *inside, struct vr_error *err)
{
	int ret = 0;

	if (interface->host_ifname[0])
		ret = tap_delete(attachment, interface, nl, err);
	if (!ret && inside)
		ret = find_device(attachment, interface, nl, podns, inside,
				  err);
	else if (!ret)
		ret = router_detach(nl, interface->network,
				    attachment->container_id, interface->ifname,
				    err);
	if (ret)
		return cni_wrap(err, CNI_ROUTER, "cannot delete interface %s",
				interface->ifname);
	return 0;
}

static int delete_devices(const struct attachment *attachment, struct vr_nl *nl,
			  struct podns *podns, struct vr_error *err)
{
	/* Of each, the one under its temporary name too. */
	cleanup_free uint32_t *ifindexes =
		calloc(2 * attachment->interface_count + 1, sizeof(*ifindexes));
	bool inside = is_its_namespace(attachment, podns);
	struct doomed doomed = { .ifindexes = ifindexes };
	unsigned int i;
	int ret = 0;

	if (!ifindexes)
		return vr_error_memory(err);
	for (i = attachment->interface_count; !ret && i-- > 0;)
		ret = delete_interface(attachment, &attachment->interfaces[i],
				       nl, podns, inside ? &doomed : NULL, err);
	if (ret)
		return ret;
	ret = source_rules_del(podns, doomed.ifindexes, doomed.count, err);
	if (!ret)
		ret = podns_links_delete(podns, doomed.ifindexes, doomed.count,
					 err);
	if (ret)
		return cni_wrap(err, CNI_ROUTER, "cannot delete interfaces");
	return 0;
}

static int release_networks(const struct attachment *attachment,
			    struct vr_nl *nl, const char *state_dir,
			    struct vr_error *err)
{
	unsigned int i;
	int ret;

	if (attachment->host_interface[0] && attachment->interface_count) {
		ret = host_leave(state_dir, nl,
				 attachment->interfaces[0].network,
				 attachment->host_interface, err);
		if (ret)
			return ret;
	}
	for (i = attachment->interface_count; i-- > 0;) {
		ret = router_release(nl, attachment->interfaces[i].network,
				     err);
		if (ret)
			return cni_wrap(err, CNI_ROUTER,
					"cannot delete network \"%s\"",
					attachment->interfaces[i].network);
	}
	return 0;
}

static unsigned int list_calls(const struct attachment *attachment,
			       const struct environment *env,
			       const char *others, bool by_link,
			       struct ipam_call *calls)
{
	const struct attachment_interface *interface;
	unsigned int i, count = 0;

	for (i = attachment->interface_count; i-- > 0;) {
		interface = &attachment->interfaces[i];
		if (!interface->ipam || !interface->ipam_begun ||
		    ipam_uses_link(interface->ipam) != by_link)
			continue;
		calls[count++] = ipam_call_for(attachment, interface, env,
					       others, "DEL");
	}
	return count;
}

/* All of them, whatever happens to one; the first error is kept. */
static int release_addresses(const struct attachment *attachment,
			     const struct environment *env,
			     const struct netconf *netconf, bool by_link,
			     struct vr_error *err)
{
	cleanup_free char *others = environment_args_of_others(env->args);
	struct ipam_call *calls =
		calloc(attachment->interface_count, sizeof(*calls));
	unsigned int count;
	int ret;

	if (!others || (!calls && attachment->interface_count)) {
		free(calls);
		return vr_error_memory(err);
	}
	count = list_calls(attachment, env, others, by_link, calls);
	ret = ipam_run_all(calls, count, netconf->ipam_timeout, err);
	ipam_calls_free(calls, count);
	return ret;
}

static int remove_from_kernel(const struct attachment *attachment,
			      struct podns *podns, const char *state_dir,
			      struct vr_error *err)
{
	cleanup_nl struct vr_nl nl = VR_NL_INIT;
	int ret;

	ret = vr_nl_open(&nl, -1, err);
	/* Without the module there is none of its devices. */
	if (ret == -ENOENT)
		return 0;
	if (ret)
		return cni_wrap(err, CNI_ROUTER, "cannot talk to the router");
	ret = delete_devices(attachment, &nl, podns, err);
	if (!ret)
		ret = release_networks(attachment, &nl, state_dir, err);
	return ret;
}

/* All of them, as far as they were begun; the first error is kept. */
static int undo_delegates(const struct attachment *attachment,
			  const struct environment *env,
			  const struct netconf *netconf,
			  const struct podns *podns, struct vr_error *err)
{
	const char *netns = env->netns[0] ? env->netns : attachment->netns;
	cleanup_free char *others = environment_args_of_others(env->args);
	const struct delegate_call call = {
		.env = env,
		.netns = is_its_namespace(attachment, podns) ? netns : "",
		.args = others,
		.seconds = netconf->ipam_timeout,
	};
	struct vr_error problem;
	unsigned int i;
	int ret = 0;

	if (!others)
		return vr_error_memory(err);
	for (i = attachment->delegate_count; i-- > 0;) {
		problem = (struct vr_error){ 0 };
		if (!attachment->delegates[i].begun ||
		    !delegate_del(&call, &attachment->delegates[i], &problem))
			continue;
		if (!ret && err)
			*err = problem;
		ret = -1;
	}
	return ret;
}

static int undo_own(const struct attachment *attachment,
		    const struct environment *env,
		    const struct netconf *netconf, struct podns *podns,
		    struct vr_error *err)
{
	int leases, ret;

	/* While there is an interface to give them back by. */
	leases = release_addresses(attachment, env, netconf, true, err);
	ret = remove_from_kernel(attachment, podns, netconf->state_dir,
				 leases ? NULL : err);
	if (!ret)
		ret = release_addresses(attachment, env, netconf, false,
					leases ? NULL : err);
	return leases ? leases : ret;
}

int undo_interfaces(const struct attachment *attachment,
		    const struct environment *env,
		    const struct netconf *netconf, struct podns *podns,
		    struct vr_error *err)
{
	int others, ret;

	others = undo_delegates(attachment, env, netconf, podns, err);
	ret = undo_own(attachment, env, netconf, podns, others ? NULL : err);
	return others ? others : ret;
}

int undo_attachment(const struct attachment *attachment,
		    const struct environment *env,
		    const struct netconf *netconf, struct podns *podns,
		    struct vr_error *err)
{
	int ret;

	ret = undo_interfaces(attachment, env, netconf, podns, err);
	if (ret)
		return ret;
	return state_remove(netconf->state_dir, attachment->name,
			    attachment->container_id, attachment->ifname, err);
}
