// SPDX-License-Identifier: Apache-2.0
/*
 * From attachments and ports to annotations.  Entry point: statuses_check().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../cni/json.h"
#include "../cni/podns.h"
#include "../lib/cleanup.h"
#include "../lib/hash.h"
#include "log.h"
#include "object.h"
#include "status.h"

#define RETRY_MILLISECONDS 2000

/* What others do inside of a pod is seen by then. */
#define LOOK_MILLISECONDS 30000

/**
 * struct writing - a value that was written, and is not seen yet
 * @entry: by "NAMESPACE/NAME" of the pod
 * @call: NULL when it is answered
 * @version: of the pod that we knew then
 */
struct writing {
	struct table_entry entry;
	struct statuses *statuses;
	struct api_call *call;
	char *value;
	unsigned int version;
};

/**
 * struct settled - a pod that says what there is
 * @entry: by the name of its state file
 * @pod: version of the pod
 * @attached: of its state files and ports, a hash
 * @until: on the clock of loop_now(), when it is looked at all the same
 */
struct settled {
	struct table_entry entry;
	unsigned int pod;
	uint64_t attached;
	uint64_t until;
};

/* "ns/name" of the network "ns.name". */
static void add_name(cJSON *entry, const char *network)
{
	cleanup_free char *name = strdup(network);
	char *dot = name ? strchr(name, '.') : NULL;

	if (dot)
		*dot = '/';
	cJSON_AddStringToObject(entry, "name", name ? name : network);
}

static void add_gateways(cJSON *entry, const struct cni_routes *routes,
			 uint32_t ifindex)
{
	cJSON *gateways = NULL;
	char text[VR_IP_TEXT];
	unsigned int i;

	for (i = 0; i < routes->count; i++) {
		if (!cni_route_is_default(&routes->items[i]) ||
		    routes->items[i].ifindex != ifindex ||
		    !routes->items[i].gw.family)
			continue;
		if (!gateways)
			gateways = cJSON_AddArrayToObject(entry, "gateway");
		cJSON_AddItemToArray(gateways,
				     cJSON_CreateString(
					     vr_ip_format(&routes->items[i].gw,
							  text)));
	}
}

static void add_ip(cJSON *ips, const struct vr_ip *ip)
{
	char text[VR_IP_TEXT];

	cJSON_AddItemToArray(ips, cJSON_CreateString(vr_ip_format(ip, text)));
}

/* Every interface has one of IPv6, which nobody gave it. */
static bool is_link_local(const struct vr_ip *ip)
{
	return ip->family == AF_INET6 && ip->bytes[0] == 0xfe &&
	       (ip->bytes[1] & 0xc0) == 0x80;
}

static cJSON *entry_of(const struct attachment *attachment,
		       const struct attachment_interface *interface,
		       const struct vr_port *port,
		       const struct cni_routes *routes, uint32_t ifindex)
{
	bool first = attachment_is_first(attachment, interface);
	cJSON *entry = cJSON_CreateObject(), *ips;
	char text[VR_IP_TEXT];
	unsigned int i;

	if (first && !strcmp(interface->network, attachment->name))
		cJSON_AddStringToObject(entry, "name", attachment->name);
	else
		add_name(entry, interface->requested ? interface->requested
						     : interface->network);
	cJSON_AddStringToObject(entry, "interface", interface->ifname);
	ips = cJSON_AddArrayToObject(entry, "ips");
	for (i = 0; i < port->address_count; i++)
		add_ip(ips, &port->addresses[i]);
	cJSON_AddStringToObject(entry, "mac", vr_mac_format(port->mac, text));
	if (port->mtu)
		cJSON_AddNumberToObject(entry, "mtu", port->mtu);
	cJSON_AddBoolToObject(entry, "default", first);
	cJSON_AddObjectToObject(entry, "dns");
	add_gateways(entry, routes, ifindex);
	cJSON_AddStringToObject(entry, STATUS_OURS, attachment->container_id);
	return entry;
}

/*
 * Of an interface that is none of ours: what the kernel has.
 * @network: NULL for the pod's first one
 */
static void add_other(cJSON *entries, const struct attachment *attachment,
		      struct podns *podns, const struct cni_routes *routes,
		      const char *ifname, const char *network)
{
	struct podns_addresses addresses = { 0 };
	struct podns_link link = { 0 };
	char text[VR_MAC_TEXT];
	cJSON *entry, *ips;
	unsigned int i;

	if (podns_link_find(podns, ifname, &link, NULL) || !link.ifindex ||
	    podns_addresses(podns, link.ifindex, &addresses, NULL))
		return;
	entry = cJSON_CreateObject();
	if (network)
		add_name(entry, network);
	else
		cJSON_AddStringToObject(entry, "name", attachment->name);
	cJSON_AddStringToObject(entry, "interface", ifname);
	ips = cJSON_AddArrayToObject(entry, "ips");
	for (i = 0; i < addresses.count; i++) {
		if (!is_link_local(&addresses.items[i].ip))
			add_ip(ips, &addresses.items[i].ip);
	}
	free(addresses.items);
	cJSON_AddStringToObject(entry, "mac", vr_mac_format(link.mac, text));
	cJSON_AddNumberToObject(entry, "mtu", link.mtu);
	cJSON_AddBoolToObject(entry, "default", !network);
	cJSON_AddObjectToObject(entry, "dns");
	add_gateways(entry, routes, link.ifindex);
	cJSON_AddStringToObject(entry, STATUS_OURS, attachment->container_id);
	cJSON_AddItemToArray(entries, entry);
}

/* Did a plugin before vr-cni make the interface that the runtime asked for? */
static bool is_chained(const struct attachment *attachment)
{
	unsigned int i;

	for (i = 0; i < attachment->interface_count; i++) {
		if (attachment_is_first(attachment, &attachment->interfaces[i]))
			return false;
	}
	return !attachment->plugged;
}

/* Return: false while there is nothing to say. */
static bool add_entries(const struct statuses *statuses,
			const struct attachment *attachment, cJSON *entries)
{
	cleanup_podns struct podns podns = PODNS_INIT;
	const struct attachment_interface *interface;
	struct podns_link link = { 0 };
	struct cni_routes routes = { 0 };
	const struct vr_port *port;
	unsigned int i;

	if (podns_open(&podns, attachment->netns, NULL) ||
	    podns_routes(&podns, &routes, NULL))
		return false;
	if (is_chained(attachment))
		add_other(entries, attachment, &podns, &routes,
			  attachment->ifname, NULL);
	for (i = 0; i < attachment->interface_count; i++) {
		interface = &attachment->interfaces[i];
		port = attachments_port(statuses->attachments, attachment,
					interface);
		if (!port ||
		    podns_link_find(&podns, interface->ifname, &link, NULL))
			continue;
		cJSON_AddItemToArray(entries,
				     entry_of(attachment, interface, port,
					      &routes, link.ifindex));
	}
	for (i = 0; i < attachment->delegate_count; i++)
		add_other(entries, attachment, &podns, &routes,
			  attachment->delegates[i].ifname,
			  attachment->delegates[i].network);
	cni_routes_free(&routes);
	return true;
}

static bool is_plugged_into(const struct attached *attached,
			    const char *container)
{
	return attached->read && attached->attachment.plugged &&
	       attached->ports == attached->attachment.interface_count &&
	       !strcmp(attached->attachment.container_id, container);
}

/* The next by name after one, "" for the first: tables have no order. */
static const struct attachment *next_plugged(const struct statuses *statuses,
					     const char *container,
					     const char *after)
{
	const struct attachment *best = NULL, *attachment;
	struct attached *item, *next;

	table_for_each(item, next, &statuses->attachments->table) {
		attachment = &item->attachment;
		if (is_plugged_into(item, container) &&
		    strcmp(attachment->ifname, after) > 0 &&
		    (!best || strcmp(attachment->ifname, best->ifname) < 0))
			best = attachment;
	}
	return best;
}

/* Those of the call of the runtime, then those that were plugged in later. */
static cJSON *entries_of(const struct statuses *statuses,
			 const struct attachment *attachment)
{
	const char *container = attachment->container_id;
	cJSON *entries = cJSON_CreateArray();
	const struct attachment *plugged;

	if (!add_entries(statuses, attachment, entries)) {
		cJSON_Delete(entries);
		return NULL;
	}
	plugged = next_plugged(statuses, container, "");
	for (; plugged;
	     plugged = next_plugged(statuses, container, plugged->ifname))
		add_entries(statuses, plugged, entries);
	return entries;
}

static bool has_interface(const cJSON *entries, const char *interface)
{
	const cJSON *entry;

	cJSON_ArrayForEach(entry, entries) {
		if (!strcmp(object_text(entry, "interface"), interface))
			return true;
	}
	return false;
}

/* What the plugin that made it, or whoever is behind that, told of it stays. */
static void leave_first(const char *old, const char *ifname, cJSON *ours)
{
	cleanup_json cJSON *before = cJSON_Parse(old);
	const cJSON *entry;

	if (!ours->child ||
	    strcmp(object_text(ours->child, "interface"), ifname) != 0)
		return;
	cJSON_ArrayForEach(entry, before) {
		if (object_text(entry, STATUS_OURS)[0] ||
		    strcmp(object_text(entry, "interface"), ifname) != 0)
			continue;
		cJSON_DeleteItemFromArray(ours, 0);
		return;
	}
}

char *status_merge(const char *old, cJSON *ours)
{
	cleanup_json cJSON *entries = ours;
	cleanup_json cJSON *before = cJSON_Parse(old);
	const cJSON *entry;

	cJSON_ArrayForEach(entry, before) {
		if (!cJSON_IsObject(entry) ||
		    object_text(entry, STATUS_OURS)[0] ||
		    has_interface(entries, object_text(entry, "interface")))
			continue;
		cJSON_AddItemToArray(entries, cJSON_Duplicate(entry, true));
	}
	return cJSON_PrintUnformatted(entries);
}

static void writing_free(struct statuses *statuses, struct writing *writing)
{
	api_cancel(writing->call);
	free(writing->value);
	table_remove(&statuses->writing, writing);
}

/* Not while one is on its way, nor what is only not back from the API yet. */
static bool is_to_write(struct statuses *statuses, const char *key,
			const struct pod *pod, const char *value)
{
	struct writing *writing = table_find(&statuses->writing, key);

	if (!writing)
		return true;
	if (writing->call)
		return false;
	if (writing->version == pod->version && !strcmp(writing->value, value))
		return false;
	writing_free(statuses, writing);
	return true;
}

static void written(const struct api_answer *answer, void *arg)
{
	struct writing *writing = arg;
	struct statuses *statuses = writing->statuses;
	int errnum = answer->error.errnum;

	/* The pod is gone, or another one of its name is there. */
	if (errnum && errnum != ENOENT && errnum != EINVAL) {
		agent_log(AGENT_WARNING, "network-status of pod %s: %s",
			  writing->entry.key, answer->error.text);
		loop_timer_set_by(statuses->timer, RETRY_MILLISECONDS);
	}
	writing->call = NULL;
	if (errnum)
		writing_free(statuses, writing);
	else
		/* It may be another one by now. */
		loop_timer_set_by(statuses->timer, 0);
}

static void write_status(struct statuses *statuses,
			 const struct environment_pod *name,
			 const struct pod *pod, const char *value)
{
	cleanup_free char *path =
		api_path("/api/v1/namespaces/%s/pods/%s/status",
			 name->namespace, name->name);
	cleanup_json cJSON *body = cJSON_CreateObject();
	cleanup_free char *key = NULL;
	struct api_request request = {
		.method = "PATCH",
		.path = path,
		.body = body,
		.done = written,
	};
	struct writing *writing;
	cJSON *metadata;

	if (!path || asprintf(&key, "%s/%s", name->namespace, name->name) < 0) {
		key = NULL;
		return;
	}
	if (!is_to_write(statuses, key, pod, value))
		return;
	metadata = cJSON_AddObjectToObject(body, "metadata");
	cJSON_AddStringToObject(metadata, "uid", pod->uid);
	cJSON_AddStringToObject(cJSON_AddObjectToObject(metadata,
							"annotations"),
				STATUS_KEY, value);
	writing = table_get(&statuses->writing, key, sizeof(*writing));
	if (!writing)
		return;
	writing->statuses = statuses;
	writing->version = pod->version;
	writing->value = strdup(value);
	request.arg = writing;
	writing->call = api_send(statuses->api, &request, NULL);
	if (!writing->call || !writing->value)
		writing_free(statuses, writing);
}

/* All that is attached to the same container. */
static uint64_t version_of(const struct statuses *statuses,
			   const char *container)
{
	struct attached *item, *next;
	uint64_t sum = 0, hash;

	/* In whatever order. */
	table_for_each(item, next, &statuses->attachments->table) {
		if (strcmp(item->container, container) != 0)
			continue;
		hash = vr_hash_text(VR_HASH_START, item->entry.key);
		sum += vr_hash(hash, &item->version, sizeof(item->version));
	}
	return sum;
}

/* To enter its namespace takes longer than all else. */
static bool is_settled(const struct statuses *statuses,
		       const struct attached *attached, const struct pod *pod)
{
	const struct settled *settled =
		table_find(&statuses->settled, attached->entry.key);

	return settled && settled->pod == pod->version &&
	       settled->until > loop_now() &&
	       settled->attached == version_of(statuses, attached->container);
}

static void settle(struct statuses *statuses, const struct attached *attached,
		   const struct pod *pod)
{
	struct settled *settled = table_get(&statuses->settled,
					    attached->entry.key,
					    sizeof(*settled));

	if (!settled)
		return;
	settled->pod = pod->version;
	settled->attached = version_of(statuses, attached->container);
	settled->until = loop_now() + LOOK_MILLISECONDS;
}

static void check_attached(struct statuses *statuses,
			   const struct attached *attached)
{
	const struct attachment *attachment = &attached->attachment;
	cleanup_json_text char *value = NULL;
	const struct pod *pod;
	const char *old;
	cJSON *ours;

	/* Of one that does not follow the annotation, who does follow it tells. */
	if (!attached->read || attachment->plugged ||
	    !attachment->pod_networks || !attachment->pod.namespace[0] ||
	    attached->ports != attachment->interface_count)
		return;
	pod = pods_find(statuses->pods, attachment->pod.namespace,
			attachment->pod.name);
	if (!pod || !pod_is(pod, attachment->pod.uid) ||
	    is_settled(statuses, attached, pod))
		return;
	ours = entries_of(statuses, attachment);
	if (!ours)
		return;
	old = object_text(pod->annotations, STATUS_KEY);
	if (is_chained(attachment))
		leave_first(old, attachment->ifname, ours);
	value = status_merge(old, ours);
	if (value && strcmp(value, old) != 0)
		write_status(statuses, &attachment->pod, pod, value);
	else if (value)
		settle(statuses, attached, pod);
}

void statuses_check(struct statuses *statuses)
{
	struct settled *settled, *next_settled;
	struct writing *writing, *next_writing;
	struct attached *attached, *next;

	table_for_each(attached, next, &statuses->attachments->table)
		check_attached(statuses, attached);
	table_for_each(writing, next_writing, &statuses->writing) {
		if (!writing->call &&
		    !table_find(&statuses->pods->table, writing->entry.key))
			writing_free(statuses, writing);
	}
	table_for_each(settled, next_settled, &statuses->settled) {
		if (!table_find(&statuses->attachments->table,
				settled->entry.key))
			table_remove(&statuses->settled, settled);
	}
}

void statuses_stop(struct statuses *statuses)
{
	struct writing *writing, *next;

	table_for_each(writing, next, &statuses->writing)
		writing_free(statuses, writing);
	table_free(&statuses->writing);
	table_free(&statuses->settled);
}
