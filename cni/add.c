// SPDX-License-Identifier: Apache-2.0
/*
 * ADD: all interfaces of a container in one call.  Entry point: cni_add().
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "add.h"
#include "code.h"
#include "delegate.h"
#include "host.h"
#include "ipam.h"
#include "json.h"
#include "log.h"
#include "passthrough.h"
#include "plan.h"
#include "plan_routes.h"
#include "podns.h"
#include "router.h"
#include "source_route.h"
#include "state.h"
#include "sysctl.h"
#include "tap.h"
#include "undo.h"

/* What the steps of one ADD share. */
struct adding {
	const struct environment *env;
	const struct netconf *netconf;
	struct plan plan;
	struct podns podns;
	struct podns own;
	struct vr_nl router;
	bool macs_given; /* other ones than are in the state file */
};

static int open_sockets(struct adding *adding, struct vr_error *err)
{
	int ret;

	ret = vr_nl_open(&adding->router, -1, err);
	if (!ret)
		ret = router_check_permission(&adding->router,
					      adding->netconf->name, err);
	if (ret)
		return cni_wrap(err, CNI_ROUTER, "cannot talk to the router");
	return podns_open_own(&adding->own, err);
}

static int check_name(struct adding *adding, const char *ifname,
		      struct vr_error *err)
{
	struct podns_link link;
	int ret;

	ret = podns_link_find(&adding->podns, ifname, &link, err);
	if (!ret && link.ifindex)
		ret = cni_fail(err, CNI_ROUTER,
			       "interface \"%s\" exists already in CNI_NETNS \"%s\"",
			       ifname, adding->env->netns);
	return ret;
}

static int check_names(struct adding *adding, struct vr_error *err)
{
	const struct attachment *attachment = &adding->plan.attachment;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < attachment->interface_count; i++)
		ret = check_name(adding, attachment->interfaces[i].ifname, err);
	for (i = 0; !ret && i < attachment->delegate_count; i++)
		ret = check_name(adding, attachment->delegates[i].ifname, err);
	return ret;
}

/* Did the call before us in the list make CNI_IFNAME? */
static bool is_twice_in_list(const struct adding *adding,
			     const struct attachment *old)
{
	const struct attachment *attachment = &adding->plan.attachment;
	unsigned int i;

	if (!adding->plan.chained ||
	    old->netns_inode != attachment->netns_inode ||
	    strcmp(old->boot_id, attachment->boot_id) != 0)
		return false;
	for (i = 0; i < old->interface_count; i++) {
		if (attachment_is_first(old, &old->interfaces[i]))
			return true;
	}
	return false;
}

/*
 * What a call left that was killed, or whose namespace or boot is gone: its
 * addresses are still taken.  None of its devices is in this namespace, or
 * their names were not free.
 */
static int clear_leftovers(struct adding *adding, struct vr_error *err)
{
	const struct attachment *attachment = &adding->plan.attachment;
	cleanup_attachment struct attachment old = { 0 };
	const char *folder = adding->netconf->state_dir;
	bool found;
	int ret;

	ret = state_load(folder, attachment->name, attachment->container_id,
			 attachment->ifname, &old, &found, err);
	if (ret && found)
		return 0; /* will be overwritten */
	if (ret || !found)
		return ret;
	if (is_twice_in_list(adding, &old))
		return cni_fail(
			err, CNI_CONFIG,
			"vr-cni is twice in the list \"%s\": one of them makes all interfaces",
			attachment->name);
	ret = undo_attachment(&old, adding->env, adding->netconf,
			      &adding->podns, err);
	if (ret)
		return cni_wrap(err, CNI_IO,
				"cannot remove what an earlier ADD left");
	return 0;
}

static int choose_host_names(struct adding *adding, struct vr_error *err)
{
	struct attachment *attachment = &adding->plan.attachment;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < attachment->interface_count; i++) {
		if (attachment->interfaces[i].host_ifname[0])
			ret = tap_choose_name(&adding->own, attachment,
					      &attachment->interfaces[i], err);
	}
	return ret;
}

/* Those of one kind: before there is anything, or by an attached interface. */
static unsigned int list_calls(struct adding *adding, const char *others,
			       bool by_link, struct ipam_call *calls)
{
	const struct attachment *attachment = &adding->plan.attachment;
	const struct attachment_interface *interface;
	unsigned int i, count = 0;

	for (i = 0; i < attachment->interface_count; i++) {
		interface = &attachment->interfaces[i];
		if (!interface->ipam ||
		    ipam_uses_link(interface->ipam) != by_link)
			continue;
		calls[count++] = ipam_call_for(attachment, interface,
					       adding->env, others, "ADD");
	}
	return count;
}

/* What nobody asked for follows from the address, where IPAM says so. */
static void take_mac(struct adding *adding, const struct ipam_call *call,
		     struct attachment_interface *interface)
{
	if (interface->mac_asked || !call->has_mac)
		return;
	memcpy(interface->mac, call->mac, VR_MAC_LEN);
	adding->macs_given = true;
}

/* Each to the interface whose configuration it was made of. */
static void take_answers(struct adding *adding, struct ipam_call *calls,
			 unsigned int count)
{
	struct attachment *attachment = &adding->plan.attachment;
	unsigned int i, next = 0;

	for (i = 0; i < attachment->interface_count && next < count; i++) {
		if (attachment->interfaces[i].ipam != calls[next].conf)
			continue;
		attachment->interfaces[i].ipam_begun = calls[next].begun;
		/* An error object, and not an end without a word. */
		attachment->interfaces[i].ipam_doubtful = calls[next].code;
		adding->plan.interfaces[i].addresses = calls[next].result;
		adding->plan.interfaces[i].sequence = calls[next].sequence;
		adding->plan.interfaces[i].standby = calls[next].standby;
		take_mac(adding, &calls[next], &attachment->interfaces[i]);
		calls[next++].result = (struct result){ 0 };
	}
}

static int call_plugins(struct adding *adding, bool by_link,
			struct vr_error *err)
{
	const unsigned int count = adding->plan.attachment.interface_count;
	cleanup_free char *others =
		environment_args_of_others(adding->env->args);
	struct ipam_call *calls = calloc(count, sizeof(*calls));
	unsigned int listed;
	int ret;

	if (!others || !calls) {
		free(calls);
		return vr_error_memory(err);
	}
	listed = list_calls(adding, others, by_link, calls);
	ret = ipam_run_all(calls, listed, adding->netconf->ipam_timeout, err);
	take_answers(adding, calls, listed);
	ipam_calls_free(calls, listed);
	return ret;
}

static int get_addresses(struct adding *adding, struct vr_error *err)
{
	int ret;

	ret = call_plugins(adding, false, err);
	if (ret || !adding->macs_given)
		return ret;
	/* Before there is a device: CHECK and who takes it back know it by MAC. */
	return state_update(adding->netconf->state_dir,
			    &adding->plan.attachment, err);
}

static int plan_routes(struct adding *adding, struct vr_error *err)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < adding->plan.attachment.interface_count; i++)
		ret = plan_add_routes(&adding->plan, i, err);
	return ret;
}

/*
 * The kernel looks for the name in our namespace too, which may well have an
 * eth0 of its own: then it gets there under another one.
 */
static int create_native(struct adding *adding,
			 const struct attachment_interface *interface,
			 struct podns_link *link, struct vr_error *err)
{
	const char *name = interface->ifname;
	int ret;

	ret = podns_link_create(&adding->own.nl, &adding->podns, name,
				interface->mac, err);
	if (ret == -EEXIST) {
		name = interface->temporary;
		ret = podns_link_create(&adding->own.nl, &adding->podns, name,
					interface->mac, err);
	}
	if (!ret)
		ret = podns_link_find(&adding->podns, name, link, err);
	if (!ret && name == interface->temporary)
		ret = podns_link_rename(&adding->podns, link->ifindex,
					interface->ifname, err);
	return ret;
}

static int create_tap(struct adding *adding,
		      const struct attachment_interface *interface,
		      struct podns_link *link, struct vr_error *err)
{
	int ret;

	ret = tap_create(&adding->own, &adding->podns, interface, err);
	if (!ret)
		ret = podns_link_find(&adding->podns, interface->ifname, link,
				      err);
	return ret;
}

static int create_device(struct adding *adding, unsigned int index,
			 struct vr_error *err)
{
	const struct attachment_interface *interface =
		&adding->plan.attachment.interfaces[index];
	struct plan_interface *planned = &adding->plan.interfaces[index];
	struct podns_link link;
	int ret;

	if (interface->host_ifname[0])
		ret = create_tap(adding, interface, &link, err);
	else
		ret = create_native(adding, interface, &link, err);
	if (ret)
		return ret;
	planned->ifindex = link.ifindex;
	/* Its first announcement is how one that stands by goes on. */
	ret = podns_configure(&adding->podns, interface->ifname,
			      result_has_family(&planned->addresses, AF_INET6),
			      !planned->standby, err);
	/* Those of the configuration win. */
	if (!ret)
		ret = sysctl_write(&adding->podns, interface->ifname,
				   planned->definition.sysctls, err);
	if (!ret)
		ret = sysctl_write(&adding->podns, interface->ifname,
				   planned->sysctls, err);
	return ret;
}

static int create_devices(struct adding *adding, struct vr_error *err)
{
	const struct attachment *attachment = &adding->plan.attachment;
	uint64_t since;
	unsigned int i;
	int ret;

	for (i = 0; i < attachment->interface_count; i++) {
		since = log_now();
		ret = create_device(adding, i, err);
		log_event(LOG_DEBUG, attachment->interfaces[i].ifname, "create",
			  since, ret ? err : NULL);
		if (ret)
			return cni_wrap(err, CNI_ROUTER,
					"cannot create interface %s",
					attachment->interfaces[i].ifname);
	}
	return 0;
}

/* Is the gateway outside of what is on the link? */
static bool is_off_link(const struct result *addresses, const struct vr_ip *gw)
{
	unsigned int i;

	for (i = 0; i < addresses->ip_count; i++) {
		if (vr_prefix_contains(&addresses->ips[i].address, gw))
			return false;
	}
	return true;
}

static int configure_routes(struct adding *adding,
			    struct plan_interface *planned,
			    struct vr_error *err)
{
	struct cni_routes added = { 0 };
	struct cni_route *route;
	char dst[VR_PREFIX_TEXT];
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < planned->routes.count; i++) {
		route = &planned->routes.items[i];
		ret = podns_route_add(&adding->podns, planned->ifindex, route,
				      is_off_link(&planned->addresses,
						  &route->gw),
				      err);
		/* A default route from before this call stays. */
		if (ret == -EEXIST && cni_route_is_default(route)) {
			ret = 0;
			continue;
		}
		if (!ret)
			ret = cni_routes_add(&added, route, err);
		else
			cni_wrap(err, CNI_ROUTER, "route to %s",
				 vr_prefix_format(&route->dst, dst));
	}
	cni_routes_free(&planned->routes);
	planned->routes = added;
	return ret;
}

/* Both ends of it, if it has two. */
static int set_up(struct adding *adding, unsigned int index,
		  struct vr_error *err)
{
	const struct attachment_interface *interface =
		&adding->plan.attachment.interfaces[index];
	const struct plan_interface *planned = &adding->plan.interfaces[index];
	bool tap = interface->host_ifname[0];
	int ret = 0;

	if (tap)
		ret = tap_up(&adding->own, interface, planned->mtu, err);
	if (!ret)
		ret = podns_link_up(&adding->podns, planned->ifindex,
				    planned->mtu, err);
	/* The network's became less since, and the device has it already. */
	if (ret == -EINVAL && !tap && !planned->wanted_mtu)
		ret = podns_link_up(&adding->podns, planned->ifindex, 0, err);
	if (!ret && tap)
		tap_carry(interface);
	return ret;
}

/* @here: those of the interfaces before it, and after that its own as well. */
static int add_addresses(struct adding *adding,
			 const struct plan_interface *planned,
			 struct podns_addresses *here, struct vr_error *err)
{
	const struct result *addresses = &planned->addresses;
	struct vr_prefix *known;
	char text[VR_PREFIX_TEXT];
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < addresses->ip_count; i++) {
		ret = podns_address_add(&adding->podns, planned->ifindex,
					&addresses->ips[i].address, err);
		if (ret)
			cni_wrap(err, CNI_ROUTER, "address %s",
				 vr_prefix_format(&addresses->ips[i].address,
						  text));
	}
	if (!ret)
		ret = source_routes_add(&adding->podns, here, planned, err);
	for (i = 0; !ret && i < addresses->ip_count; i++) {
		known = vr_list_grow(&here->items, &here->count,
				     sizeof(*known));
		if (!known)
			return vr_error_memory(err);
		*known = addresses->ips[i].address;
	}
	return ret;
}

static int configure_device(struct adding *adding, unsigned int index,
			    struct podns_addresses *here, struct vr_error *err)
{
	struct plan_interface *planned = &adding->plan.interfaces[index];
	int ret = 0;

	/* What has its addresses by way of the link is up already. */
	if (!ipam_uses_link(adding->plan.attachment.interfaces[index].ipam))
		ret = set_up(adding, index, err);
	if (!ret)
		ret = add_addresses(adding, planned, here, err);
	if (!ret)
		ret = configure_routes(adding, planned, err);
	return ret;
}

static int configure_devices(struct adding *adding, struct vr_error *err)
{
	const struct attachment *attachment = &adding->plan.attachment;
	struct podns_addresses here;
	uint64_t since;
	unsigned int i;
	int ret;

	ret = podns_addresses(&adding->podns, 0, &here, err);
	for (i = 0; !ret && i < attachment->interface_count; i++) {
		since = log_now();
		ret = configure_device(adding, i, &here, err);
		log_event(LOG_DEBUG, attachment->interfaces[i].ifname,
			  "configure", since, ret ? err : NULL);
		if (ret)
			cni_wrap(err, CNI_ROUTER, "interface %s",
				 attachment->interfaces[i].ifname);
	}
	free(here.items);
	return ret;
}

/* Together with the host's port, when that is the first network's first. */
static int attach_devices(struct adding *adding, struct vr_error *err)
{
	const struct attachment *attachment = &adding->plan.attachment;
	struct plan_interface *first = &adding->plan.interfaces[0];
	cleanup_host struct host host = HOST_INIT;
	int ret = 0;

	if (!attachment->interface_count)
		return 0;
	if (attachment->host_interface[0])
		ret = host_prepare(&host, &adding->own,
				   adding->netconf->state_dir, &adding->router,
				   &first->definition.network,
				   attachment->host_interface, err);
	if (ret)
		return ret;
	ret = router_apply(&adding->router, &adding->plan, &adding->podns,
			   host.attach ? &host.port : NULL, err);
	if (ret) {
		host_abandon(&host);
		return cni_wrap(err, CNI_ROUTER, "cannot attach");
	}
	return host_finish(&host, first->mtu, err);
}

/*
 * By interfaces that are attached, and so far may send nothing but what asks
 * for an address.  Only what was given is then theirs to send from.
 */
static int get_leases(struct adding *adding, struct vr_error *err)
{
	const struct attachment *attachment = &adding->plan.attachment;
	const struct attachment_interface *interface;
	unsigned int i, count = 0;
	int ret = 0;

	for (i = 0; !ret && i < attachment->interface_count; i++) {
		if (!ipam_uses_link(attachment->interfaces[i].ipam))
			continue;
		count++;
		ret = set_up(adding, i, err);
	}
	if (ret || !count)
		return ret;
	ret = call_plugins(adding, true, err);
	for (i = 0; !ret && i < attachment->interface_count; i++) {
		interface = &attachment->interfaces[i];
		if (ipam_uses_link(interface->ipam))
			ret = router_set_addresses(&adding->router,
						   &adding->podns, interface,
						   &adding->plan.interfaces[i]
							    .addresses,
						   err);
	}
	return ret;
}

/* Whoever knows an address by another MAC finds out later if this fails. */
static int announce(struct adding *adding, struct vr_error *err)
{
	const struct attachment *attachment = &adding->plan.attachment;
	const struct attachment_interface *interface;
	const struct plan_interface *planned;
	struct vr_error problem = { 0 };
	uint64_t since = log_now();
	unsigned int i;

	(void)err;
	for (i = 0; i < attachment->interface_count; i++) {
		interface = &attachment->interfaces[i];
		planned = &adding->plan.interfaces[i];
		/* Who stands by announces when it goes on. */
		if (planned->addresses.ip_count && !planned->standby &&
		    podns_announce(&adding->podns, planned->ifindex,
				   interface->mac, &problem))
			log_event(LOG_WARNING, interface->ifname,
				  "announce addresses", since, &problem);
	}
	return 0;
}

/* Last: what they do to the container finds all of ours. */
static int run_delegates(struct adding *adding, struct vr_error *err)
{
	struct attachment *attachment = &adding->plan.attachment;
	cleanup_free char *others =
		environment_args_of_others(adding->env->args);
	const struct delegate_call call = {
		.env = adding->env,
		.netns = adding->env->netns,
		.args = others,
		.seconds = adding->netconf->ipam_timeout,
	};
	unsigned int i;
	int ret = 0;

	if (!attachment->delegate_count)
		return 0;
	if (!others)
		return vr_error_memory(err);
	for (i = 0; !ret && i < attachment->delegate_count; i++)
		ret = delegate_add(&call, &attachment->delegates[i], err);
	/* With their results, which DEL and CHECK have to give back to them. */
	return ret ? ret
		   : state_update(adding->netconf->state_dir, attachment, err);
}

/* Who looks for the other end of a veth finds it without a sandbox. */
static int report_host_end(const struct adding *adding, unsigned int index,
			   struct result *result, struct vr_error *err)
{
	const struct attachment_interface *interface =
		&adding->plan.attachment.interfaces[index];
	uint8_t mac[VR_MAC_LEN];
	char text[VR_MAC_TEXT];
	int number;

	if (!interface->host_ifname[0])
		return 0;
	tap_mac(interface, mac);
	number = result_add_interface(result, interface->host_ifname,
				      vr_mac_format(mac, text), NULL,
				      adding->plan.interfaces[index].mtu, err);
	return number < 0 ? number : 0;
}

static int report_interface(const struct adding *adding, unsigned int index,
			    struct result *result, struct vr_error *err)
{
	const struct attachment_interface *interface =
		&adding->plan.attachment.interfaces[index];
	const struct plan_interface *planned = &adding->plan.interfaces[index];
	char mac[VR_MAC_TEXT];
	struct result_ip ip;
	unsigned int i;
	int number, ret = 0;

	number = result_add_interface(result, interface->ifname,
				      vr_mac_format(interface->mac, mac),
				      adding->env->netns, planned->mtu, err);
	if (number < 0)
		return number;
	for (i = 0; !ret && i < planned->addresses.ip_count; i++) {
		ip = planned->addresses.ips[i];
		ip.interface = number;
		ret = result_add_ip(result, &ip, err);
	}
	for (i = 0; !ret && i < planned->routes.count; i++)
		ret = cni_routes_add(&result->routes, &planned->routes.items[i],
				     err);
	return ret;
}

/* What the runtime says of a pod wins over the configuration, key by key. */
static int take_runtime_dns(const cJSON *given, cJSON *dns,
			    struct vr_error *err)
{
	static const struct {
		const char *key;
		const char *result_key;
	} lists[] = {
		{ "servers", "nameservers" },
		{ "searches", "search" },
		{ "options", "options" },
	};
	const cJSON *list;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(lists); i++) {
		list = json_item(given, lists[i].key);
		if (list && list->child)
			ret = json_replace(dns, lists[i].result_key,
					   cJSON_Duplicate(list, true), err);
	}
	return ret;
}

static int report_dns(const struct adding *adding, struct result *result,
		      struct vr_error *err)
{
	const struct netconf *netconf = adding->netconf;
	const cJSON *dns = netconf->dns;
	cJSON *reported;
	int ret;

	if (!dns || !dns->child)
		dns = adding->plan.interfaces[0].addresses.dns;
	if (!dns && !netconf->runtime_dns)
		return 0;
	reported = dns ? cJSON_Duplicate(dns, true) : cJSON_CreateObject();
	if (!reported)
		return vr_error_memory(err);
	ret = take_runtime_dns(netconf->runtime_dns, reported, err);
	if (ret || !reported->child) {
		cJSON_Delete(reported);
		return ret;
	}
	cJSON_Delete(result->dns);
	result->dns = reported;
	return 0;
}

/* How many interfaces the runtime is told of. */
static unsigned int reported_count(const struct adding *adding)
{
	if (adding->netconf->all_results)
		return adding->plan.attachment.interface_count;
	return adding->plan.chained || !adding->plan.attachment.interface_count
		       ? 0
		       : 1;
}

/*
 * The addresses of CNI_IFNAME come first, whoever made it: some runtimes take
 * the first for the pod's.
 */
static cJSON *report(const struct adding *adding, struct vr_error *err)
{
	const struct netconf *netconf = adding->netconf;
	const struct plan *plan = &adding->plan;
	cleanup_result struct result result = { 0 };
	cleanup_json cJSON *own = NULL;
	cJSON *answer;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < reported_count(adding); i++)
		ret = report_interface(adding, i, &result, err);
	for (i = 0; !ret && netconf->all_results && i < reported_count(adding);
	     i++)
		ret = report_host_end(adding, i, &result, err);
	if (!ret && !plan->chained)
		ret = report_dns(adding, &result, err);
	if (ret)
		return NULL;
	own = result_to_json(&result, netconf->version, err);
	if (!own)
		return NULL;
	if (netconf->prev_result &&
	    passthrough_join(netconf->prev_result, own,
			     plan->chained ? 0
					   : (int)plan->interfaces[0]
						     .addresses.ip_count,
			     err))
		return NULL;
	answer = own;
	own = NULL;
	return answer;
}

static const struct {
	const char *name; /* in the log */
	int (*run)(struct adding *adding, struct vr_error *err);
} steps[] = {
	{ "get addresses", get_addresses },
	{ "create interfaces", create_devices },
	{ "attach to networks", attach_devices },
	{ "get leases", get_leases },
	{ "plan routes", plan_routes },
	{ "configure interfaces", configure_devices },
	{ "announce addresses", announce },
	{ "call other plugins", run_delegates },
};

static cJSON *make(struct adding *adding, struct vr_error *err)
{
	uint64_t since;
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		since = log_now();
		ret = steps[i].run(adding, err);
		log_event(LOG_DEBUG, NULL, steps[i].name, since,
			  ret ? err : NULL);
		if (ret)
			return NULL;
	}
	return report(adding, err);
}

static void take_back(struct adding *adding, struct vr_error *err)
{
	struct vr_error problem = { 0 };
	size_t len = strlen(err->text);
	uint64_t since = log_now();

	if (!undo_attachment(&adding->plan.attachment, adding->env,
			     adding->netconf, &adding->podns, &problem))
		return;
	log_event(LOG_WARNING, NULL, "take back", since, &problem);
	snprintf(err->text + len, sizeof(err->text) - len,
		 "; then, taking back what was made: %s", problem.text);
}

/* Everything that can be refused without having changed anything. */
static int prepare(struct adding *adding, struct vr_error *err)
{
	struct attachment *attachment = &adding->plan.attachment;
	const struct environment *env = adding->env;
	int ret;

	ret = plan_make(adding->netconf, env, false, &adding->plan, err);
	if (!ret)
		ret = podns_open(&adding->podns, env->netns, err);
	if (!ret && !env->own_netns)
		ret = podns_refuse_own(&adding->podns, env->netns, err);
	if (ret)
		return ret;
	attachment->netns_device = adding->podns.device;
	attachment->netns_inode = adding->podns.inode;
	ret = open_sockets(adding, err);
	if (!ret)
		ret = check_names(adding, err);
	if (!ret)
		ret = clear_leftovers(adding, err);
	if (!ret)
		ret = choose_host_names(adding, err);
	return ret;
}

static cJSON *add(struct adding *adding, struct vr_error *err)
{
	struct attachment *attachment = &adding->plan.attachment;
	const char *folder = adding->netconf->state_dir;
	cJSON *answer;

	if (prepare(adding, err))
		return NULL;
	if (state_save(folder, attachment, err)) {
		state_remove(folder, attachment->name, attachment->container_id,
			     attachment->ifname, NULL);
		return NULL;
	}
	answer = make(adding, err);
	if (!answer)
		take_back(adding, err);
	return answer;
}

cJSON *cni_add(const struct environment *env, struct netconf *netconf,
	       struct vr_error *err)
{
	struct adding adding = {
		.env = env,
		.netconf = netconf,
		.podns = PODNS_INIT,
		.own = PODNS_INIT,
		.router = VR_NL_INIT,
	};
	cJSON *answer = NULL;

	if (!netconf_parse_rest(netconf, env, err))
		answer = add(&adding, err);
	vr_nl_close(&adding.router);
	podns_close(&adding.own);
	podns_close(&adding.podns);
	plan_free(&adding.plan);
	return answer;
}
