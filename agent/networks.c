// SPDX-License-Identifier: Apache-2.0
/*
 * Network objects.  Entry points: networks_start() and network_get().
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cni/file.h"
#include "../cni/ipam.h"
#include "../cni/ipam_agent.h"
#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "../lib/network.h"
#include "log.h"
#include "networks.h"
#include "object.h"
#include "watch.h"

/* What nobody uses any more is watched on: the next pod may be near. */
#define LINGER_MILLISECONDS 60000

/*
 * Nothing that an agent before us told is taken back sooner: what is not known
 * yet is not gone.
 */
#define SWEEP_MILLISECONDS 60000

/* What the files of a folder that we write have in them, so that we delete no others. */
#define MANAGED_KEY "description"
#define MANAGED "of the cluster: written by vr-agent"

static char *file_name(const char *network)
{
	cleanup_free char *escaped = ipam_network_name(network);
	char *name;

	if (!escaped || asprintf(&name, "%s.json", escaped) < 0)
		return NULL;
	return name;
}

/* A definition has the keys of the object, and its name. */
static int write_definition(const struct network *network, struct vr_error *err)
{
	cleanup_json cJSON *json = cJSON_Duplicate(network->object, true);
	cleanup_free char *name = file_name(network->entry.key);
	cleanup_json_text char *text = NULL;
	cleanup_free char *path = NULL;
	cleanup_free char *old = NULL;

	if (!json || !name ||
	    json_replace(json, "name", cJSON_CreateString(network->entry.key),
			 err) ||
	    json_replace(json, MANAGED_KEY, cJSON_CreateString(MANAGED), err))
		return vr_error_memory(err);
	text = cJSON_Print(json);
	if (!text ||
	    asprintf(&path, "%s/%s", network->networks->folder, name) < 0) {
		path = NULL;
		return vr_error_memory(err);
	}
	/* A start finds most of them as they are to be. */
	old = file_read_path(path, NULL, NULL);
	if (old && !strcmp(old, text))
		return 0;
	return file_write(network->networks->folder, name, text, err);
}

static void remove_definition(const struct networks *networks,
			      const char *network)
{
	cleanup_free char *name = file_name(network);
	struct vr_error error = { 0 };

	if (name && file_remove(networks->folder, name, &error))
		agent_log(AGENT_WARNING, "%s", error.text);
}

static void forget_settings(struct network *network)
{
	pool_free(&network->pool);
	definition_free(&network->definition);
	cJSON_Delete(network->ipam);
	network->ipam = NULL;
}

/* The configuration that vr-cni would give to the IPAM plugin. */
static int parse_pool(struct network *network, struct vr_error *err)
{
	const cJSON *ipam = network->definition.ipam;
	const char *type = object_text(ipam, "type");
	int ret;

	if (strcmp(type, IPAM_AGENT_TYPE) != 0)
		return 0;
	network->ipam = cJSON_CreateObject();
	cJSON_AddStringToObject(network->ipam, "name", network->entry.key);
	cJSON_AddItemToObject(network->ipam, "ipam",
			      cJSON_Duplicate(ipam, true));
	ret = pool_parse(network->ipam, "", &network->pool, err);
	if (!ret && network->pool.set_count > NETWORK_SETS)
		ret = vr_error_set(err, EINVAL,
				   "ipam: %u sets of ranges, at most %d can be",
				   network->pool.set_count, NETWORK_SETS);
	return ret;
}

static int parse_settings(struct network *network, struct vr_error *err)
{
	int ret;

	network->vni = object_number(network->object, "vni");
	ret = definition_parse(network->object, network->entry.key, "spec",
			       &network->definition, err);
	if (!ret)
		ret = parse_pool(network, err);
	network->others_give = !ret && !network->pool.set_count;
	return ret;
}

static void take_settings(struct network *network, const cJSON *object)
{
	const cJSON *spec = cJSON_GetObjectItemCaseSensitive(object, "spec");
	struct vr_error error = { 0 };

	if (network->seen && cJSON_Compare(network->seen, spec, true))
		return;
	cJSON_Delete(network->seen);
	network->seen = cJSON_Duplicate(spec, true);
	network->settings++;
	/* What nobody uses is made anew. */
	if (network->watch && !network->users)
		loop_timer_set(network->linger, 0);
	cJSON_Delete(network->object);
	network->object = cJSON_Duplicate(spec, true);
	/* Whose it is, which a node need not know. */
	cJSON_DeleteItemFromObjectCaseSensitive(network->object, "source");
	forget_settings(network);
	if (parse_settings(network, &error) ||
	    write_definition(network, &error))
		agent_log(AGENT_ERROR, "network %s: %s", network->entry.key,
			  error.text);
}

/* What can be edited while pods are on it; the rest is the controller's to refuse. */
static void tell_settings(struct network *network)
{
	const struct vr_network *wanted = &network->definition.network;
	struct vr_network request = {
		.set = VR_BIT(VR_A_NETWORK_NAME) | VR_BIT(VR_A_NETWORK_MTU),
		.mtu = wanted->mtu,
	};
	struct vr_error error = { 0 };
	int ret;

	if (!network->watch || !vr_is_set(wanted, VR_A_NETWORK_MTU))
		return;
	snprintf(request.name, sizeof(request.name), "%s", network->entry.key);
	ret = vr_network_call(network->networks->router, VR_CMD_NETWORK_SET, 0,
			      &request, NULL, &error);
	if (ret && ret != -ENOENT)
		agent_log(AGENT_WARNING, "network %s: %s", network->entry.key,
			  error.text);
}

static void network_changed(const cJSON *object, void *arg)
{
	struct networks *networks = arg;
	struct network *network;

	network = table_get(&networks->table, object_name(object),
			    sizeof(*network));
	if (!network)
		return;
	network->networks = networks;
	network->gone = false;
	take_settings(network, object);
	tell_settings(network);
}

static void network_remove(struct network *network)
{
	forget_settings(network);
	cJSON_Delete(network->object);
	cJSON_Delete(network->seen);
	table_remove(&network->networks->table, network);
}

static void network_gone(const char *namespace, const char *name, void *arg)
{
	struct networks *networks = arg;
	struct network *network = networks_find(networks, name);

	(void)namespace;
	remove_definition(networks, name);
	if (!network)
		return;
	network->gone = true;
	cJSON_Delete(network->seen);
	network->seen = NULL;
	/* Its pods go on. */
	if (!network->watch)
		network_remove(network);
}

/* Ours, but of a network that went while no agent was here? */
static void remove_stale(struct networks *networks, const char *file)
{
	cleanup_json cJSON *json = NULL;
	cleanup_free char *path = NULL;
	cleanup_free char *text = NULL;
	const char *name;

	if (asprintf(&path, "%s/%s", networks->folder, file) < 0) {
		path = NULL;
		return;
	}
	text = file_read_path(path, NULL, NULL);
	json = text ? cJSON_Parse(text) : NULL;
	name = object_text(json, "name");
	if (!strcmp(object_text(json, MANAGED_KEY), MANAGED) &&
	    !networks_find(networks, name))
		remove_definition(networks, name);
}

static void remove_all_stale(struct networks *networks)
{
	DIR *folder = opendir(networks->folder);
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		if (entry->d_name[0] != '.')
			remove_stale(networks, entry->d_name);
	}
	if (folder)
		closedir(folder);
}

void networks_remove_definitions(const char *folder)
{
	struct networks none = { .folder = folder };

	remove_all_stale(&none);
}

static void networks_synced(void *arg)
{
	struct networks *networks = arg;

	agent_log(AGENT_INFO, "%u networks", networks->table.count);
	remove_all_stale(networks);
}

static void address_changed(const cJSON *object, void *arg)
{
	struct network *network = arg;
	unsigned int before = network->stations.wanting;

	stations_changed(&network->stations, object);
	if (network->stations.wanting > before)
		network->networks->wanted(network->networks->arg);
}

static void address_gone(const char *namespace, const char *name, void *arg)
{
	struct network *network = arg;

	(void)namespace;
	stations_gone(&network->stations, name);
}

static int watch_addresses(struct network *network, struct vr_error *err)
{
	struct networks *networks = network->networks;
	char selector[64];
	const struct watch_kind kind = {
		.path = ADDRESS_PATH,
		.selector = selector,
		.changed = address_changed,
		.gone = address_gone,
	};

	snprintf(selector, sizeof(selector),
		 "labelSelector=vrctl.dev%%2Fvni%%3D%u", network->vni);
	network->watch =
		watch_start(networks->api, networks->loop, &kind, network, err);
	return network->watch ? 0 : -ENOMEM;
}

/* Leave a network that nobody used for a while; what others made of it stays. */
static void leave(void *arg)
{
	struct network *network = arg;
	struct vr_network request = { .set = VR_BIT(VR_A_NETWORK_NAME) };
	struct vr_network now = { 0 };
	struct vr_error error = { 0 };
	int ret;

	if (network->users || !network->watch)
		return;
	watch_stop(network->watch);
	network->watch = NULL;
	stations_stop(&network->stations);
	loop_timer_destroy(network->linger);
	network->linger = NULL;
	snprintf(request.name, sizeof(request.name), "%s", network->entry.key);
	ret = vr_network_call(network->networks->router, VR_CMD_NETWORK_GET, 0,
			      &request, &now, &error);
	request.set |= VR_BIT(VR_A_NETWORK_IF_UNUSED);
	if (!ret && now.origin == VR_ORIGIN_AGENT)
		ret = vr_network_call(network->networks->router,
				      VR_CMD_NETWORK_DEL, 0, &request, NULL,
				      &error);
	vr_network_free(&now);
	if (ret && ret != -ENOENT && ret != -EBUSY)
		agent_log(AGENT_WARNING, "network %s: %s", network->entry.key,
			  error.text);
	if (network->gone)
		network_remove(network);
}

static int start_using(struct network *network, struct vr_error *err)
{
	struct networks *networks = network->networks;
	int ret;

	network->stations = (struct stations){
		.network = network->entry.key,
		.self = networks->self,
		.uplink = networks->uplink,
		.router = networks->router,
		.peers = networks->peers,
		.by_wire = network->definition.device[0],
	};
	network->linger =
		loop_timer_create(networks->loop, leave, network, err);
	if (!network->linger)
		return -ENOMEM;
	ret = stations_start(&network->stations, networks->loop, err);
	if (!ret)
		ret = watch_addresses(network, err);
	if (!ret)
		return 0;
	stations_stop(&network->stations);
	loop_timer_destroy(network->linger);
	network->linger = NULL;
	return ret;
}

/* As vr-cni asks for it: what exists and is equal is fine. */
static int see_in_module(struct network *network, struct vr_error *err)
{
	struct vr_network request = network->definition.network;
	struct vr_network now = { 0 };
	int ret;

	request.origin = VR_ORIGIN_AGENT;
	ret = vr_network_call(network->networks->router, VR_CMD_NETWORK_NEW,
			      NLM_F_CREATE, &request, &now, err);
	if (ret)
		return ret;
	/* A new one of the old name knows nothing. */
	if (!network->stations.attached || network->module_id != now.id)
		stations_attach(&network->stations);
	network->module_id = now.id;
	vr_network_free(&now);
	return 0;
}

int network_get(struct network *network, struct vr_error *err)
{
	int ret = 0;

	if (!network->watch)
		ret = start_using(network, err);
	if (ret)
		return ret;
	network->users++;
	loop_timer_stop(network->linger);
	/* Whoever deletes networks may have done so. */
	ret = see_in_module(network, err);
	if (!ret)
		return 0;
	network_put(network);
	/* What is there may be of older settings: the next try finds none. */
	if (!network->users)
		loop_timer_set(network->linger, 0);
	return ret;
}

void network_put(struct network *network)
{
	if (!--network->users)
		loop_timer_set(network->linger, LINGER_MILLISECONDS);
}

bool network_is_ready(const struct network *network)
{
	return network->watch && watch_is_synced(network->watch) &&
	       stations_are_told(&network->stations);
}

struct network *networks_find(const struct networks *networks, const char *name)
{
	return table_find(&networks->table, name);
}

bool networks_are_known(const struct networks *networks)
{
	return watch_is_synced(networks->watch);
}

void networks_peer_changed(struct networks *networks, const char *node)
{
	struct network *network, *next;

	table_for_each(network, next, &networks->table) {
		if (network->watch)
			stations_peer_changed(&network->stations, node);
	}
}

void networks_uplink_changed(struct networks *networks)
{
	struct network *network, *next;

	table_for_each(network, next, &networks->table) {
		if (network->watch)
			stations_uplink_changed(&network->stations);
	}
}

static void sweep(void *arg)
{
	struct networks *networks = arg;
	struct network *network, *next;
	bool again = false;

	table_for_each(network, next, &networks->table) {
		if (!network->watch)
			continue;
		if (watch_is_synced(network->watch))
			stations_sweep(&network->stations);
		else
			again = true;
	}
	if (again)
		loop_timer_set(networks->sweep, SWEEP_MILLISECONDS);
}

int networks_start(struct networks *networks, struct vr_error *err)
{
	const struct watch_kind kind = {
		.path = NETWORK_PATH,
		.changed = network_changed,
		.gone = network_gone,
		.synced = networks_synced,
	};

	networks->sweep =
		loop_timer_create(networks->loop, sweep, networks, err);
	if (!networks->sweep)
		return -ENOMEM;
	loop_timer_set(networks->sweep, SWEEP_MILLISECONDS);
	networks->watch = watch_start(networks->api, networks->loop, &kind,
				      networks, err);
	return networks->watch ? 0 : -ENOMEM;
}

void networks_stop(struct networks *networks)
{
	struct network *network, *next;

	watch_stop(networks->watch);
	loop_timer_destroy(networks->sweep);
	table_for_each(network, next, &networks->table) {
		if (network->watch) {
			watch_stop(network->watch);
			stations_stop(&network->stations);
			loop_timer_destroy(network->linger);
		}
		forget_settings(network);
		cJSON_Delete(network->object);
		cJSON_Delete(network->seen);
	}
	table_free(&networks->table);
}
