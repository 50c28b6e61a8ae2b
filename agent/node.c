// SPDX-License-Identifier: Apache-2.0
/*
 * What an agent has.  Entry point: node_start().
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/netlink.h"
#include "asking.h"
#include "attachments.h"
#include "beside.h"
#include "cluster_routes.h"
#include "cni_conf.h"
#include "default_network.h"
#include "device.h"
#include "firewall.h"
#include "host_files.h"
#include "host_ports.h"
#include "hotplug.h"
#include "log.h"
#include "module.h"
#include "namespaces.h"
#include "networks.h"
#include "node.h"
#include "own.h"
#include "peers.h"
#include "pods.h"
#include "server.h"
#include "standing.h"
#include "status.h"
#include "uplink.h"

#define CHECK_MILLISECONDS 20
#define CHECK_RETRY 1000

struct node {
	const struct node_options *options;
	struct loop *loop;
	struct vr_nl router;
	struct uplink uplink;
	struct loop_timer *check_timer;
	struct peers peers;
	struct namespaces namespaces;
	struct table moving; /* nodes, by name */
	struct loop_timer *moving_timer;
	struct networks networks;
	struct default_network_options default_options;
	struct default_network default_network;
	struct firewall firewall;
	struct cni_conf_options conf;
	struct beside beside;
	struct attachments attachments;
	struct devices devices;
	struct own own;
	struct standing standing;
	struct host_ports host_ports;
	struct pods pods;
	struct statuses statuses;
	struct hotplug hotplug;
	struct asking_context asking;
	struct server server;
};

/* Or does another plugin make the pods' first interface? */
static bool has_default_network(const struct node *node)
{
	return node->options->cni_conf_dir && !node->options->beside;
}

/* All that leads to other nodes, by its name. */
static void uplink_is_moved(void *arg)
{
	struct node *node = arg;

	networks_uplink_changed(&node->networks);
	if (has_default_network(node))
		default_network_keep_soon(&node->default_network);
}

/* What leads to these nodes does now, too. */
static void peers_are_moved(void *arg)
{
	struct node *node = arg;
	struct table_entry *entry, *next;
	const struct peer *peer;

	table_for_each(entry, next, &node->moving) {
		peer = peers_find(&node->peers, entry->key);
		networks_peer_changed(&node->networks, entry->key);
		if (peer)
			default_network_peer_changed(&node->default_network,
						     peer, peer);
		table_remove(&node->moving, entry);
	}
}

/* Return: whether it moves and has to be given time for it. */
static bool is_moving(struct node *node, const struct peer *before,
		      const struct peer *now)
{
	int i;

	if (!before || !now || !before->vtep.family || !now->vtep.family ||
	    vr_ip_equal(&before->vtep, &now->vtep))
		return false;
	uplink_peer_moved(&node->uplink, &before->vtep, &now->vtep);
	for (i = 0; i < PEER_FAMILIES; i++) {
		if (!vr_prefix_equal(&before->pod_cidrs[i], &now->pod_cidrs[i]))
			return false;
	}
	if (!table_get(&node->moving, now->entry.key,
		       sizeof(struct table_entry)))
		return false;
	loop_timer_set_by(node->moving_timer, UPLINK_PEER_MILLISECONDS);
	return true;
}

static void peer_is_changed(const struct peer *before, const struct peer *now,
			    void *arg)
{
	const char *name = now ? now->entry.key : before->entry.key;
	char text[VR_IP_TEXT] = "nothing";
	struct node *node = arg;

	if (!strcmp(name, node->options->name)) {
		/* A node that lost its object goes on as it was. */
		if (now && now->vtep.family)
			uplink_set_local(&node->uplink, &now->vtep);
	} else {
		if (now && now->vtep.family)
			vr_ip_format(&now->vtep, text);
		agent_log(AGENT_INFO, "node %s is reached by %s", name, text);
		if (is_moving(node, before, now))
			return;
		networks_peer_changed(&node->networks, name);
	}
	default_network_peer_changed(&node->default_network, before, now);
}

/* Whatever may be new: all is looked at once, soon. */
static void check_soon(void *arg)
{
	struct node *node = arg;

	loop_timer_set_by(node->check_timer, CHECK_MILLISECONDS);
}

static void check(void *arg)
{
	struct vr_error error = { 0 };
	struct node *node = arg;

	if (attachments_refresh(&node->attachments, &error)) {
		agent_log(AGENT_WARNING, "%s", error.text);
		loop_timer_set(node->check_timer, CHECK_RETRY);
		return;
	}
	standing_check(&node->standing);
	devices_check(&node->devices);
	if (has_default_network(node))
		host_ports_check(&node->host_ports);
	own_check(&node->own);
	statuses_check(&node->statuses);
	hotplug_check(&node->hotplug);
}

static void write_conf(const struct vr_network *network, void *arg)
{
	struct vr_error error = { 0 };
	struct node *node = arg;

	if (host_ports_are_ruled(&node->host_ports))
		check_soon(node);
	/* The first pod would ask for networks that are not written yet. */
	if (!networks_are_known(&node->networks) ||
	    !namespaces_are_known(&node->namespaces)) {
		default_network_check_soon(&node->default_network);
		return;
	}
	if (cluster_routes_write(node->options->cluster_dir, &node->peers,
				 &node->options->reached, &error) ||
	    cni_conf_write(&node->conf, network, &error))
		agent_log(AGENT_ERROR, "%s", error.text);
}

static bool networks_known(void *arg)
{
	struct node *node = arg;

	return networks_are_known(&node->networks);
}

static void ports_are_changed(void *arg)
{
	struct node *node = arg;

	default_network_ports_changed(&node->default_network);
}

static void set_up_default(struct node *node)
{
	const struct node_options *options = node->options;

	node->conf = (struct cni_conf_options){
		.dir = options->cni_conf_dir,
		.bin_dir = options->cni_bin_dir,
		.host_interface = options->host_interface,
		.socket = options->socket,
		.networks_dir = options->networks_dir,
		.state_dir = options->state_dir,
		.spare_dir = options->spare_dir,
		.cluster_dir = options->cluster_dir,
		.cluster = options->cluster,
		.open_networks = options->open_networks,
		.delegate_types = options->delegate_types,
	};
	node->beside = (struct beside){
		.loop = node->loop,
		.conf = &node->conf,
		.is_ready = networks_known,
		.arg = node,
	};
	node->default_options = (struct default_network_options){
		.name = options->network,
		.vni = options->vni,
		.host_interface = options->host_interface,
		.masquerade = options->masquerade,
		.vxlan_port = options->vxlan_port,
		.state_dir = options->state_dir,
		.guard_only = !has_default_network(node),
	};
	node->default_network = (struct default_network){
		.loop = node->loop,
		.router = &node->router,
		.peers = &node->peers,
		.self = options->name,
		.uplink = node->uplink.name,
		.options = &node->default_options,
		.further = &node->host_ports,
		.ready = write_conf,
		.arg = node,
		.own = PODNS_INIT,
	};
}

static void set_up(struct node *node, struct api *api)
{
	const struct node_options *options = node->options;

	node->uplink = (struct uplink){
		.loop = node->loop,
		.router = &node->router,
		.peers = &node->peers,
		.self = options->name,
		.port = options->vxlan_port,
		.moved = uplink_is_moved,
		.arg = node,
	};
	uplink_init(&node->uplink, options->uplink);
	set_up_default(node);
	node->firewall = (struct firewall){
		.loop = node->loop,
		.api = api,
		.node = options->name,
		.host_interface = has_default_network(node)
					  ? options->host_interface
					  : NULL,
		.vxlan_port = options->vxlan_port,
		.local = &node->uplink.local,
		.masquerade = options->masquerade,
	};
	node->networks = (struct networks){
		.loop = node->loop,
		.api = api,
		.router = &node->router,
		.peers = &node->peers,
		.self = options->name,
		.folder = options->networks_dir,
		.uplink = node->uplink.name,
		.wanted = check_soon,
		.arg = node,
	};
	node->attachments = (struct attachments){
		.loop = node->loop,
		.router = &node->router,
		.state_dir = options->state_dir,
		.changed = check_soon,
		.arg = node,
		.inotify_fd = -1,
	};
	node->devices = (struct devices){
		.networks = &node->networks,
		.attachments = &node->attachments,
		.router = &node->router,
		.patterns = options->devices,
	};
	node->statuses = (struct statuses){
		.api = api,
		.attachments = &node->attachments,
		.pods = &node->pods,
		.timer = node->check_timer,
	};
	node->hotplug = (struct hotplug){
		.loop = node->loop,
		.api = api,
		.attachments = &node->attachments,
		.known_pods = &node->pods,
		.conf = &node->conf,
		.timer = node->check_timer,
	};
	node->host_ports = (struct host_ports){
		.router = &node->router,
		.networks = &node->networks,
		.attachments = &node->attachments,
		.peers = &node->peers,
		.own = &node->own,
		.changed = ports_are_changed,
		.arg = node,
	};
	node->own = (struct own){
		.loop = node->loop,
		.api = api,
		.networks = &node->networks,
		.node = options->name,
		.spare_dir = options->spare_dir,
		.attachments = &node->attachments,
		.ports = has_default_network(node) ? &node->host_ports : NULL,
		.timer = node->check_timer,
		.spares_wanted = options->spares,
	};
	node->standing = (struct standing){
		.api = api,
		.own = &node->own,
		.router = &node->router,
		.attachments = &node->attachments,
		.networks = &node->networks,
		.timer = node->check_timer,
	};
	node->asking = (struct asking_context){
		.loop = node->loop,
		.networks = &node->networks,
		.own = &node->own,
		.standing = &node->standing,
		.devices = &node->devices,
		.attachments = &node->attachments,
		.pods = &node->pods,
		.under_multus = options->under_multus,
		.host_ports = has_default_network(node) ? &node->host_ports
							: NULL,
		.open_networks = options->open_networks,
	};
	node->server = (struct server){
		.loop = node->loop,
		.fd = -1,
		.handler = asking_handle,
		.arg = &node->asking,
	};
}

/* Without them all works, but for what they are there for. */
static void write_host_files(const struct node_options *options)
{
	char conf[PATH_MAX];
	const struct host_files_options files = {
		.root = options->host_root,
		.cni_conf = conf,
		.host_interface = options->host_interface,
	};
	struct vr_error error = { 0 };

	if (!options->host_root || !options->cni_conf_dir)
		return;
	snprintf(conf, sizeof(conf), "%s/" CNI_CONF_NAME,
		 options->cni_conf_dir);
	if (host_files_write(&files, &error))
		agent_log(AGENT_WARNING, "%s", error.text);
}

static int start_all(struct node *node, struct api *api, struct vr_error *err)
{
	const struct node_options *options = node->options;
	int ret;

	write_host_files(options);
	ret = cni_conf_under_multus(&node->conf, options->under_multus, err);
	if (!ret)
		ret = vr_nl_open(&node->router, -1, err);
	if (!ret)
		ret = module_check(&node->router, err);
	if (!ret)
		ret = uplink_start(&node->uplink, err);
	if (!ret && has_default_network(node))
		ret = namespaces_start(&node->namespaces, node->loop, api,
				       options->cluster_dir, err);
	if (!ret && has_default_network(node))
		ret = host_ports_start(&node->host_ports, err);
	if (!ret)
		ret = default_network_start(&node->default_network, err);
	if (!ret)
		ret = firewall_start(&node->firewall, err);
	if (!ret)
		ret = peers_start(&node->peers, node->loop, api,
				  peer_is_changed, node, err);
	if (!ret)
		ret = networks_start(&node->networks, err);
	if (!ret)
		ret = pods_start(&node->pods, node->loop, api, options->name,
				 check_soon, node, err);
	if (!ret)
		ret = attachments_start(&node->attachments, err);
	if (!ret)
		ret = own_start(&node->own, err);
	if (!ret)
		ret = standing_start(&node->standing, err);
	/* Last: who asks finds all of it. */
	if (!ret)
		ret = server_start(&node->server, options->socket, err);
	if (!ret && options->beside)
		ret = beside_start(&node->beside, err);
	return ret;
}

struct node *node_start(struct loop *loop, struct api *api,
			const struct node_options *options,
			struct vr_error *err)
{
	struct node *node = calloc(1, sizeof(*node));

	if (!node) {
		vr_error_memory(err);
		return NULL;
	}
	node->options = options;
	node->loop = loop;
	node->check_timer = loop_timer_create(loop, check, node, err);
	node->moving_timer =
		loop_timer_create(loop, peers_are_moved, node, err);
	set_up(node, api);
	if (!node->moving_timer || !node->check_timer ||
	    start_all(node, api, err)) {
		node_stop(node);
		return NULL;
	}
	return node;
}

/* What is in the module stays: pods go on without us. */
void node_stop(struct node *node)
{
	if (!node)
		return;
	beside_stop(&node->beside);
	server_stop(&node->server);
	asking_stop(&node->asking);
	standing_stop(&node->standing);
	own_stop(&node->own);
	devices_stop(&node->devices);
	host_ports_stop(&node->host_ports);
	statuses_stop(&node->statuses);
	hotplug_stop(&node->hotplug);
	attachments_stop(&node->attachments);
	pods_stop(&node->pods);
	networks_stop(&node->networks);
	namespaces_stop(&node->namespaces);
	peers_stop(&node->peers);
	firewall_stop(&node->firewall);
	default_network_stop(&node->default_network);
	uplink_stop(&node->uplink);
	loop_timer_destroy(node->moving_timer);
	loop_timer_destroy(node->check_timer);
	table_free(&node->moving);
	vr_nl_close(&node->router);
	free(node);
}
