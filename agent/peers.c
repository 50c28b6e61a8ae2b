// SPDX-License-Identifier: Apache-2.0
/*
 * Node objects.  Entry point: peers_start().
 */
#define _GNU_SOURCE

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/cleanup.h"
#include "log.h"
#include "object.h"
#include "peers.h"
#include "watch.h"

static void parse_vtep(const cJSON *node, struct vr_ip *vtep)
{
	const char *given = object_annotation(node, PEER_VTEP_ANNOTATION);
	struct vr_error error = { 0 };
	const cJSON *item;

	vtep->family = AF_UNSPEC;
	if (given[0] && vr_ip_parse(PEER_VTEP_ANNOTATION, given, vtep, &error))
		agent_log(AGENT_WARNING, "node %s: %s", object_name(node),
			  error.text);
	if (given[0])
		return;
	cJSON_ArrayForEach(item, object_at(node, "status", "addresses")) {
		if (!strcmp(object_text(item, "type"), "InternalIP") &&
		    !vr_ip_parse("InternalIP", object_text(item, "address"),
				 vtep, NULL))
			return;
	}
}

static void take_addresses(const cJSON *node, struct peer *peer)
{
	const cJSON *item;
	struct vr_ip ip, *known;

	cJSON_ArrayForEach(item, object_at(node, "status", "addresses")) {
		if (strcmp(object_text(item, "type"), "InternalIP") != 0 ||
		    vr_ip_parse("InternalIP", object_text(item, "address"), &ip,
				NULL))
			continue;
		known = &peer->addresses[ip.family == AF_INET6];
		if (known->family == AF_UNSPEC)
			*known = ip;
	}
}

static void take_cidr(const char *text, struct peer *peer)
{
	struct vr_prefix prefix;

	if (text[0] && !vr_prefix_parse("podCIDR", text, &prefix, NULL))
		peer->pod_cidrs[prefix.ip.family == AF_INET6] = prefix;
}

/* Where nobody else cuts them the controller does. */
static void take_given_cidrs(const cJSON *node, struct peer *peer)
{
	const char *given = object_annotation(node, PEER_CIDRS_ANNOTATION);
	cleanup_free char *text = strdup(given);
	char *rest = text, *word;

	while ((word = strsep(&rest, ",")))
		take_cidr(word, peer);
}

static bool has_cidrs(const struct peer *peer)
{
	int i;

	for (i = 0; i < PEER_FAMILIES; i++) {
		if (peer->pod_cidrs[i].ip.family)
			return true;
	}
	return false;
}

void peer_parse(const cJSON *node, struct peer *peer)
{
	const cJSON *spec = cJSON_GetObjectItemCaseSensitive(node, "spec");
	const cJSON *item;

	memset(peer->pod_cidrs, 0, sizeof(peer->pod_cidrs));
	memset(peer->addresses, 0, sizeof(peer->addresses));
	take_addresses(node, peer);
	parse_vtep(node, &peer->vtep);
	take_cidr(object_text(spec, "podCIDR"), peer);
	cJSON_ArrayForEach(item, object_at(node, "spec", "podCIDRs")) {
		if (cJSON_IsString(item))
			take_cidr(item->valuestring, peer);
	}
	if (!has_cidrs(peer))
		take_given_cidrs(node, peer);
}

static bool is_same(const struct peer *a, const struct peer *b)
{
	int i;

	for (i = 0; i < PEER_FAMILIES; i++) {
		if (!vr_prefix_equal(&a->pod_cidrs[i], &b->pod_cidrs[i]) ||
		    !vr_ip_equal(&a->addresses[i], &b->addresses[i]))
			return false;
	}
	return vr_ip_equal(&a->vtep, &b->vtep);
}

static void changed(const cJSON *object, void *arg)
{
	struct peers *peers = arg;
	struct peer *peer, before;
	bool is_new;

	is_new = !table_find(&peers->table, object_name(object));
	peer = table_get(&peers->table, object_name(object), sizeof(*peer));
	if (!peer)
		return;
	before = *peer;
	peer_parse(object, peer);
	if (is_new || !is_same(&before, peer))
		peers->changed(is_new ? NULL : &before, peer, peers->arg);
}

static void gone(const char *namespace, const char *name, void *arg)
{
	struct peers *peers = arg;
	struct peer *peer = table_find(&peers->table, name);
	struct peer before;

	(void)namespace;
	if (!peer)
		return;
	before = *peer;
	before.entry.key = (char *)name;
	table_remove(&peers->table, peer);
	peers->changed(&before, NULL, peers->arg);
}

int peers_start(struct peers *peers, struct loop *loop, struct api *api,
		peer_changed callback, void *arg, struct vr_error *err)
{
	const struct watch_kind kind = {
		.path = "/api/v1/nodes",
		.page = WATCH_PAGE_LARGE,
		.changed = changed,
		.gone = gone,
	};

	*peers = (struct peers){ .changed = callback, .arg = arg };
	peers->watch = watch_start(api, loop, &kind, peers, err);
	return peers->watch ? 0 : -err->errnum;
}

void peers_stop(struct peers *peers)
{
	watch_stop(peers->watch);
	table_free(&peers->table);
}

const struct peer *peers_find(const struct peers *peers, const char *node)
{
	return table_find(&peers->table, node);
}

bool peers_are_known(const struct peers *peers)
{
	return watch_is_synced(peers->watch);
}

bool peers_have_cidr(const struct peers *peers, const char *self,
		     const struct vr_prefix *prefix)
{
	struct peer *peer, *next;
	int i;

	table_for_each(peer, next, &peers->table) {
		for (i = 0; i < PEER_FAMILIES; i++) {
			if (vr_prefix_equal(&peer->pod_cidrs[i], prefix) &&
			    strcmp(peer->entry.key, self) != 0)
				return true;
		}
	}
	return false;
}
