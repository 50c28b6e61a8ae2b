// SPDX-License-Identifier: Apache-2.0
/*
 * From NetworkAddress objects to endpoints.  Entry points: stations_changed()
 * and tell().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/endpoint.h"
#include "../lib/field.h"
#include "../lib/network.h"
#include "log.h"
#include "stations.h"

/* Changes of one moment are told together. */
#define TELL_MILLISECONDS 5
#define RETRY_MILLISECONDS 2000

/* Of one turn, so that whoever asks is heard in between. */
#define MOST_STATIONS 128

struct held {
	struct table_entry entry; /* by the name of the object */
	struct address address;
	struct held *next; /* of the same station */
	struct held *next_on_node;
};

struct station {
	struct table_entry entry; /* by MAC */
	struct held *held;
	struct station *next_dirty;
	bool is_dirty;
	bool told;
};

struct station_node {
	struct table_entry entry; /* by name */
	struct held *held;
	struct station_node *next_dirty;
	bool is_dirty;
	struct vr_ip flooded; /* as told, AF_UNSPEC for not */
};

static bool is_remote(const struct stations *stations,
		      const struct address *address)
{
	return strcmp(address->node, stations->self) != 0;
}

static void plan_tell(struct stations *stations)
{
	loop_timer_set_by(stations->timer, TELL_MILLISECONDS);
}

static void mark_dirty(struct stations *stations, struct station *station)
{
	plan_tell(stations);
	if (station->is_dirty)
		return;
	station->is_dirty = true;
	station->next_dirty = stations->dirty;
	stations->dirty = station;
}

static void mark_node_dirty(struct stations *stations,
			    struct station_node *node)
{
	plan_tell(stations);
	if (node->is_dirty)
		return;
	node->is_dirty = true;
	node->next_dirty = stations->dirty_nodes;
	stations->dirty_nodes = node;
}

/* It says something to agents, and nothing of a place. */
static bool is_want(const struct stations *stations, const struct held *held,
		    unsigned int *others)
{
	*others = is_remote(stations, &held->address);
	return held->address.state == ADDRESS_WANTED;
}

static void unlink_held(struct stations *stations, struct held *held)
{
	struct station_node *node;
	struct station *station;
	char mac[VR_MAC_TEXT];
	unsigned int others;
	struct held **at;

	if (is_want(stations, held, &others)) {
		stations->wanting -= others;
		return;
	}
	vr_mac_format(held->address.mac, mac);
	station = table_find(&stations->by_mac, mac);
	if (station) {
		for (at = &station->held; *at && *at != held; at = &(*at)->next)
			;
		if (*at)
			*at = held->next;
		mark_dirty(stations, station);
	}
	node = table_find(&stations->by_node, held->address.node);
	if (!node)
		return;
	for (at = &node->held; *at && *at != held; at = &(*at)->next_on_node)
		;
	if (*at)
		*at = held->next_on_node;
	if (!node->held)
		mark_node_dirty(stations, node);
}

static void link_held(struct stations *stations, struct held *held)
{
	struct station_node *node;
	struct station *station;
	char mac[VR_MAC_TEXT];
	unsigned int others;

	if (is_want(stations, held, &others)) {
		stations->wanting += others;
		return;
	}
	vr_mac_format(held->address.mac, mac);
	station = table_get(&stations->by_mac, mac, sizeof(*station));
	if (station) {
		held->next = station->held;
		station->held = held;
		mark_dirty(stations, station);
	}
	node = table_get(&stations->by_node, held->address.node, sizeof(*node));
	if (!node)
		return;
	if (!node->held)
		mark_node_dirty(stations, node);
	held->next_on_node = node->held;
	node->held = held;
}

void stations_changed(struct stations *stations, const cJSON *object)
{
	struct vr_error error = { 0 };
	char name[ADDRESS_NAME_BYTES];
	struct address address;
	struct held *held;

	if (address_parse(object, &address, &error)) {
		agent_log(AGENT_WARNING, "%s", error.text);
		address_free(&address);
		return;
	}
	address_name(&address, name);
	held = table_find(&stations->addresses, name);
	if (held) {
		unlink_held(stations, held);
		address_free(&held->address);
	} else {
		held = table_get(&stations->addresses, name, sizeof(*held));
	}
	if (!held) {
		address_free(&address);
		return;
	}
	held->address = address;
	link_held(stations, held);
}

void stations_gone(struct stations *stations, const char *name)
{
	struct held *held = table_find(&stations->addresses, name);

	if (!held)
		return;
	unlink_held(stations, held);
	address_free(&held->address);
	table_remove(&stations->addresses, held);
}

void stations_peer_changed(struct stations *stations, const char *node)
{
	struct station_node *known = table_find(&stations->by_node, node);
	struct station *station;
	char mac[VR_MAC_TEXT];
	struct held *held;

	if (!known)
		return;
	mark_node_dirty(stations, known);
	for (held = known->held; held; held = held->next_on_node) {
		vr_mac_format(held->address.mac, mac);
		station = table_find(&stations->by_mac, mac);
		if (station)
			mark_dirty(stations, station);
	}
}

bool stations_have(const struct stations *stations, const char *name)
{
	return table_find(&stations->addresses, name);
}

bool stations_mac_is_taken(const struct stations *stations,
			   const uint8_t mac[VR_MAC_LEN], const char *container,
			   const char *claim)
{
	const struct station *station;
	const struct held *held;
	char text[VR_MAC_TEXT];

	station = table_find(&stations->by_mac, vr_mac_format(mac, text));
	for (held = station ? station->held : NULL; held; held = held->next) {
		if (held->address.state != ADDRESS_BOUND &&
		    held->address.state != ADDRESS_KEPT)
			continue;
		if (strcmp(held->address.container, container) != 0 &&
		    (!claim[0] || strcmp(held->address.claim, claim) != 0))
			return true;
	}
	return false;
}

bool stations_are_told(const struct stations *stations)
{
	return !stations->dirty;
}

/* Sequences of two objects say nothing of each other. */
static bool is_before(const struct held *a, const struct held *b)
{
	if (a->address.since != b->address.since)
		return a->address.since < b->address.since;
	return strcmp(a->entry.key, b->entry.key) < 0;
}

/*
 * Who has the MAC: of two the first one who had it, so that nobody takes it by
 * asking for it, and nobody when one is of ours, whose port has it.
 */
static const struct held *leading(const struct stations *stations,
				  const struct station *station)
{
	const struct held *best = NULL, *held;

	if (stations->by_wire)
		return NULL;
	for (held = station->held; held; held = held->next) {
		if (held->address.state != ADDRESS_BOUND)
			continue;
		if (!is_remote(stations, &held->address))
			return NULL;
		if (!best || is_before(held, best))
			best = held;
	}
	return best;
}

static bool is_with(const struct held *held, const struct held *best)
{
	return held->address.state == ADDRESS_BOUND &&
	       !strcmp(held->address.node, best->address.node);
}

static int fill_endpoint(const struct stations *stations,
			 const struct station *station, const struct held *best,
			 const struct vr_ip *vtep, struct vr_endpoint *endpoint,
			 struct vr_error *err)
{
	const struct held *held;
	int ret = 0;

	endpoint->set |=
		VR_BIT(VR_A_ENDPOINT_REMOTE) | VR_BIT(VR_A_ENDPOINT_UPLINK) |
		VR_BIT(VR_A_ENDPOINT_SEQUENCE) | VR_BIT(VR_A_ENDPOINT_ORIGIN);
	endpoint->remote = *vtep;
	snprintf(endpoint->uplink, sizeof(endpoint->uplink), "%s",
		 stations->uplink);
	endpoint->origin = VR_ORIGIN_AGENT;
	for (held = station->held; !ret && held; held = held->next) {
		if (!is_with(held, best))
			continue;
		if (held->address.sequence > endpoint->sequence)
			endpoint->sequence = held->address.sequence;
		if (held->address.ip.family)
			ret = vr_endpoint_add_address(endpoint,
						      &held->address.ip, err);
	}
	return ret;
}

static struct vr_endpoint endpoint_of(const struct stations *stations,
				      const char *mac)
{
	struct vr_endpoint endpoint = {
		.set = VR_BIT(VR_A_ENDPOINT_NETWORK) |
		       VR_BIT(VR_A_ENDPOINT_MAC),
	};

	snprintf(endpoint.network, sizeof(endpoint.network), "%s",
		 stations->network);
	vr_mac_parse("mac", mac, endpoint.mac, NULL);
	return endpoint;
}

/* An agent told it: a port's own is none, also where an agent made the port. */
static bool was_told(const struct vr_endpoint *endpoint)
{
	return endpoint->origin == VR_ORIGIN_AGENT &&
	       vr_is_set(endpoint, VR_A_ENDPOINT_REMOTE);
}

/* What became a port of ours went from the module by that. */
static int withdraw(const struct stations *stations, const char *mac,
		    struct vr_error *err)
{
	struct vr_endpoint endpoint = endpoint_of(stations, mac);
	struct vr_endpoint now = { 0 };
	int ret;

	ret = vr_endpoint_call(stations->router, VR_CMD_ENDPOINT_GET, 0,
			       &endpoint, &now, err);
	if (!ret && was_told(&now))
		ret = vr_endpoint_call(stations->router, VR_CMD_ENDPOINT_DEL, 0,
				       &endpoint, NULL, err);
	vr_endpoint_free(&now);
	return ret == -ENOENT ? 0 : ret;
}

/* Was all that a port has taken over by the other node, as a claim's may be? */
static bool has_moved(const struct station *station, const struct held *best,
		      const struct vr_endpoint *now)
{
	const struct held *held;
	unsigned int i;

	for (i = 0; i < now->address_count; i++) {
		for (held = station->held; held; held = held->next) {
			if (is_with(held, best) && held->address.claim[0] &&
			    vr_ip_equal(&held->address.ip, &now->addresses[i]))
				break;
		}
		if (!held)
			return false;
	}
	return now->address_count;
}

/*
 * What has the MAC now.  A port's own endpoint would be lost, and so would the
 * pod.  Of an agent's a higher sequence is of a time before: the object was made
 * anew.
 */
static int make_way(const struct stations *stations,
		    const struct station *station, const struct held *best,
		    const struct vr_endpoint *wanted, bool *is_here,
		    struct vr_error *err)
{
	struct vr_endpoint endpoint = endpoint_of(stations, station->entry.key);
	struct vr_endpoint now = { 0 };
	int ret = 0;

	if (!vr_endpoint_call(stations->router, VR_CMD_ENDPOINT_GET, 0,
			      &endpoint, &now, NULL)) {
		if (was_told(&now)) {
			if (now.sequence > wanted->sequence)
				ret = withdraw(stations, station->entry.key,
					       err);
		} else if (!has_moved(station, best, &now)) {
			ret = vr_error_set(
				err, EEXIST,
				"the MAC is that of an endpoint of this node");
		} else {
			/* It has become active, and the others are told soon. */
			*is_here = now.sequence >= wanted->sequence;
		}
	}
	vr_endpoint_free(&now);
	return ret;
}

static int advertise(const struct stations *stations,
		     const struct station *station, const struct held *best,
		     const struct vr_ip *vtep, struct vr_error *err)
{
	struct vr_endpoint endpoint = endpoint_of(stations, station->entry.key);
	bool is_here = false;
	int ret;

	ret = fill_endpoint(stations, station, best, vtep, &endpoint, err);
	if (!ret)
		ret = make_way(stations, station, best, &endpoint, &is_here,
			       err);
	if (!ret && !is_here)
		ret = vr_endpoint_call(stations->router, VR_CMD_ENDPOINT_NEW,
				       NLM_F_CREATE | NLM_F_REPLACE, &endpoint,
				       NULL, err);
	vr_endpoint_free(&endpoint);
	return ret;
}

static int tell_station(struct stations *stations, struct station *station,
			struct vr_error *err)
{
	const struct held *best = leading(stations, station);
	const struct peer *peer =
		best ? peers_find(stations->peers, best->address.node) : NULL;
	int ret = 0;

	if (peer && peer->vtep.family)
		ret = advertise(stations, station, best, &peer->vtep, err);
	else if (station->told)
		ret = withdraw(stations, station->entry.key, err);
	if (ret)
		return vr_error_prefix(err, "network %s, MAC %s",
				       stations->network, station->entry.key);
	station->told = peer && peer->vtep.family;
	return 0;
}

static int change_flood(const struct stations *stations,
			const struct vr_ip *vtep, bool add,
			struct vr_error *err)
{
	struct vr_network network = { .set = VR_BIT(VR_A_NETWORK_NAME) };
	struct vr_ip_list *list = add ? &network.flood_add : &network.flood_del;
	int ret;

	snprintf(network.name, sizeof(network.name), "%s", stations->network);
	if (add) {
		network.set |= VR_BIT(VR_A_NETWORK_UPLINK);
		snprintf(network.uplink, sizeof(network.uplink), "%s",
			 stations->uplink);
	}
	ret = vr_ip_list_add(list, vtep, err);
	if (!ret)
		ret = vr_network_call(stations->router, VR_CMD_NETWORK_SET, 0,
				      &network, NULL, err);
	vr_network_free(&network);
	/* It is as it should be: an agent before us did it. */
	if ((add && ret == -EEXIST) || (!add && ret == -ENOENT))
		return 0;
	return ret ? vr_error_prefix(err, "flood list of network %s",
				     stations->network)
		   : 0;
}

static void mark_all_nodes(struct stations *stations)
{
	struct station_node *node, *next;

	table_for_each(node, next, &stations->by_node)
		mark_node_dirty(stations, node);
}

/* Who has no place is told nothing but what he is asked: endpoints are known. */
static int flood_to(struct stations *stations, const struct vr_ip *vtep,
		    struct vr_error *err)
{
	int ret = change_flood(stations, vtep, true, err);

	if (ret != -ENOSPC)
		return ret;
	if (!stations->flood_is_full)
		agent_log(AGENT_WARNING,
			  "network %s: broadcasts do not reach all %u nodes: %s",
			  stations->network, stations->by_node.count,
			  err->text);
	stations->flood_is_full = true;
	return ret;
}

static int flood_no_more(struct stations *stations, const struct vr_ip *vtep,
			 struct vr_error *err)
{
	int ret = change_flood(stations, vtep, false, err);

	/* There is a place for another. */
	if (!ret && stations->flood_is_full) {
		stations->flood_is_full = false;
		mark_all_nodes(stations);
	}
	return ret;
}

/* Add before remove. */
static int tell_node(struct stations *stations, struct station_node *node,
		     struct vr_error *err)
{
	const struct peer *peer = peers_find(stations->peers, node->entry.key);
	struct vr_ip wanted = { 0 };
	bool has_place = true;
	int ret = 0;

	if (node->held && peer && !stations->by_wire &&
	    strcmp(node->entry.key, stations->self) != 0)
		wanted = peer->vtep;
	if (wanted.family == node->flooded.family &&
	    vr_ip_equal(&wanted, &node->flooded))
		return 0;
	if (wanted.family && stations->flood_is_full)
		has_place = false;
	else if (wanted.family)
		ret = flood_to(stations, &wanted, err);
	if (ret == -ENOSPC) {
		has_place = false;
		ret = 0;
	}
	if (!ret && node->flooded.family)
		ret = flood_no_more(stations, &node->flooded, err);
	if (!ret)
		node->flooded = has_place ? wanted : (struct vr_ip){ 0 };
	return ret;
}

/* One that the module refuses does not keep the others from it. */
static int tell_nodes(struct stations *stations, struct vr_error *err)
{
	struct station_node *node, *next, *failed = NULL;
	int ret = 0, one;

	node = stations->dirty_nodes;
	stations->dirty_nodes = NULL;
	for (; node; node = next) {
		next = node->next_dirty;
		node->is_dirty = false;
		one = tell_node(stations, node, err);
		if (one) {
			ret = one;
			node->is_dirty = true;
			node->next_dirty = failed;
			failed = node;
		} else if (!node->held && !node->flooded.family &&
			   !node->is_dirty) {
			table_remove(&stations->by_node, node);
		}
	}
	while (failed) {
		node = failed;
		failed = node->next_dirty;
		node->next_dirty = stations->dirty_nodes;
		stations->dirty_nodes = node;
	}
	return ret;
}

/* Behind all: one that is always refused does not keep others waiting. */
static void append_dirty(struct stations *stations, struct station *first)
{
	struct station **at = &stations->dirty;

	while (*at)
		at = &(*at)->next_dirty;
	*at = first;
}

static int tell_stations(struct stations *stations, struct vr_error *err)
{
	struct station *station, *next, *failed = NULL;
	unsigned int left = MOST_STATIONS;
	int ret = 0, one;

	for (station = stations->dirty; station && left--; station = next) {
		next = station->next_dirty;
		one = tell_station(stations, station, err);
		if (one) {
			ret = one;
			station->next_dirty = failed;
			failed = station;
			continue;
		}
		station->is_dirty = false;
		if (!station->held && !station->told)
			table_remove(&stations->by_mac, station);
	}
	stations->dirty = station;
	append_dirty(stations, failed);
	return ret;
}

static void tell(void *arg)
{
	struct stations *stations = arg;
	struct vr_error error = { 0 };
	int nodes, ret;

	if (!stations->attached)
		return;
	nodes = tell_nodes(stations, &error);
	ret = tell_stations(stations, &error);
	if (!nodes && !ret) {
		if (stations->dirty)
			loop_timer_set_by(stations->timer, 0);
		return;
	}
	agent_log(AGENT_WARNING, "%s", error.text);
	loop_timer_set(stations->timer, RETRY_MILLISECONDS);
}

static void tell_all(struct stations *stations)
{
	struct station_node *node, *next_node;
	struct station *station, *next;

	table_for_each(station, next, &stations->by_mac)
		mark_dirty(stations, station);
	table_for_each(node, next_node, &stations->by_node)
		node->flooded = (struct vr_ip){ 0 };
	mark_all_nodes(stations);
	stations->flood_is_full = false;
	tell(stations);
}

void stations_attach(struct stations *stations)
{
	/* The network may be a new one of the old name. */
	stations->attached = true;
	tell_all(stations);
}

void stations_uplink_changed(struct stations *stations)
{
	struct station_node *node, *next;
	struct vr_error error = { 0 };

	if (!stations->attached)
		return;
	/* A list may have a node by two uplinks, and it would get all twice. */
	table_for_each(node, next, &stations->by_node) {
		if (node->flooded.family &&
		    change_flood(stations, &node->flooded, false, &error))
			agent_log(AGENT_WARNING, "%s", error.text);
	}
	tell_all(stations);
}

void stations_detach(struct stations *stations)
{
	stations->attached = false;
}

/* Only marks: the module may not be asked for more during a dump. */
static int sweep_endpoint(const struct vr_endpoint *endpoint, void *arg,
			  struct vr_error *err)
{
	struct stations *stations = arg;
	struct station *station;
	char mac[VR_MAC_TEXT];

	(void)err;
	if (!was_told(endpoint))
		return 0;
	vr_mac_format(endpoint->mac, mac);
	station = table_get(&stations->by_mac, mac, sizeof(*station));
	if (station && !station->told) {
		station->told = true;
		mark_dirty(stations, station);
	}
	return 0;
}

/* Who has addresses here and is reached by it, or was told to be. */
static struct station_node *node_of(const struct stations *stations,
				    const struct vr_ip *vtep)
{
	struct station_node *node, *next;
	const struct peer *peer;

	table_for_each(node, next, &stations->by_node) {
		if (node->flooded.family && vr_ip_equal(&node->flooded, vtep))
			return node;
		peer = peers_find(stations->peers, node->entry.key);
		if (node->held && peer && vr_ip_equal(&peer->vtep, vtep))
			return node;
	}
	return NULL;
}

static void sweep_flood(struct stations *stations)
{
	struct vr_network request = { .set = VR_BIT(VR_A_NETWORK_NAME) };
	struct vr_network now = { 0 };
	struct vr_error error = { 0 };
	struct station_node *node;
	unsigned int i;
	int ret;

	snprintf(request.name, sizeof(request.name), "%s", stations->network);
	ret = vr_network_call(stations->router, VR_CMD_NETWORK_GET, 0, &request,
			      &now, &error);
	for (i = 0; !ret && i < now.flood.count; i++) {
		node = node_of(stations, &now.flood.items[i]);
		/* When the list is full, those an agent before us told stay. */
		if (node)
			node->flooded = now.flood.items[i];
		else
			ret = flood_no_more(stations, &now.flood.items[i],
					    &error);
	}
	if (ret)
		agent_log(AGENT_WARNING, "%s", error.text);
	vr_network_free(&now);
}

void stations_sweep(struct stations *stations)
{
	struct vr_endpoint filter = {
		.set = VR_BIT(VR_A_ENDPOINT_NETWORK) |
		       VR_BIT(VR_A_ENDPOINT_ORIGIN),
		.origin = VR_ORIGIN_AGENT,
	};
	struct vr_error error = { 0 };

	if (!stations->attached)
		return;
	snprintf(filter.network, sizeof(filter.network), "%s",
		 stations->network);
	if (vr_endpoint_dump(stations->router, &filter, sweep_endpoint,
			     stations, &error))
		agent_log(AGENT_WARNING, "network %s: %s", stations->network,
			  error.text);
	sweep_flood(stations);
}

int stations_start(struct stations *stations, struct loop *loop,
		   struct vr_error *err)
{
	stations->timer = loop_timer_create(loop, tell, stations, err);
	return stations->timer ? 0 : -ENOMEM;
}

void stations_stop(struct stations *stations)
{
	struct held *held, *next;

	table_for_each(held, next, &stations->addresses)
		address_free(&held->address);
	table_free(&stations->addresses);
	table_free(&stations->by_mac);
	table_free(&stations->by_node);
	loop_timer_destroy(stations->timer);
}
