// SPDX-License-Identifier: Apache-2.0
/*
 * What this node's addresses are to be; own_write.c makes the API say so.
 * Entry point: own_check().
 *
 * Each address has what the API says of it and what it is to say; a request is
 * on its way as long as they differ.  own_check() can be called at any time:
 * it looks at the spares on the disk and at who is attached, and changes what
 * is wanted.  So whatever happened while no agent or no API was there is made
 * good by the same way.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "advertise.h"
#include "allocate.h"
#include "claiming.h"
#include "host_ports.h"
#include "log.h"
#include "object.h"
#include "own.h"
#include "own_address.h"
#include "watch.h"

#define CHECK_MILLISECONDS 20
#define CLOCK_MILLISECONDS 5000

/* How long the others are told: whoever asks again wants it anew. */
#define WANT_SECONDS 30

/* Networks as small as this are not laid in store on every node. */
#define SPARES_FROM 256

void own_check_soon(struct own *own)
{
	loop_timer_set_by(own->timer, CHECK_MILLISECONDS);
}

/* --- what is wanted */

void own_address_bind(struct own_address *item, const struct spare_taker *who)
{
	struct address *wanted = &item->wanted;

	item->doomed = false;
	address_set_text(&wanted->container, who->container);
	address_set_text(&wanted->interface, who->interface);
	address_set_text(&wanted->pod_namespace, who->pod_namespace);
	address_set_text(&wanted->pod_name, who->pod_name);
	address_set_text(&wanted->pod_uid, who->pod_uid);
	memcpy(wanted->mac, who->mac, VR_MAC_LEN);
	if (wanted->state == ADDRESS_BOUND)
		return;
	wanted->state = ADDRESS_BOUND;
	wanted->since = time(NULL);
	wanted->sequence++;
}

/* The interface of a claim is the same for all of its pods. */
static void keep(struct address *wanted)
{
	wanted->state = ADDRESS_KEPT;
	address_set_text(&wanted->pod_namespace, "");
	address_set_text(&wanted->pod_name, "");
	address_set_text(&wanted->pod_uid, "");
}

void own_address_release(struct own_address *item)
{
	struct address *wanted = &item->wanted;

	wanted->since = time(NULL);
	address_set_text(&wanted->container, "");
	address_set_text(&wanted->requested, "");
	if (wanted->claim[0]) {
		keep(wanted);
		return;
	}
	/* Who gave it may give it again at once. */
	if (item->network && item->network->others_give) {
		item->doomed = true;
		return;
	}
	wanted->state = ADDRESS_COOLING;
	address_set_text(&wanted->interface, "");
}

static bool is_used(const struct own *own, const struct address *address)
{
	if (!strcmp(address->container, HOST_PORTS_CONTAINER))
		return own->ports &&
		       host_ports_need(own->ports, address->network);
	return attachments_have(own->attachments, address->container,
				address->interface);
}

static time_t lasts(enum address_state state)
{
	return state == ADDRESS_COOLING ? OWN_COOLING : WANT_SECONDS;
}

/*
 * Was it made for an ADD that failed, by a request whose answer was lost, before
 * the same container's next one?
 */
static bool is_left_over(const struct own *own, const struct own_address *item)
{
	const struct vr_port *port =
		attachments_port_at(own->attachments, item->wanted.container,
				    item->wanted.interface);
	unsigned int i;

	if (!port || !port->address_count || !item->wanted.ip.family)
		return false;
	for (i = 0; i < port->address_count; i++) {
		if (vr_ip_equal(&port->addresses[i], &item->wanted.ip))
			return false;
	}
	return true;
}

static void check_address(struct own *own, struct own_address *item)
{
	struct address *wanted = &item->wanted;
	time_t now = time(NULL);

	if (wanted->state == ADDRESS_BOUND &&
	    (!is_used(own, wanted) || is_left_over(own, item))) {
		agent_log(AGENT_INFO, "%s of %s%s%s is free", item->entry.key,
			  wanted->pod_name[0] ? wanted->pod_namespace : "the",
			  wanted->pod_name[0] ? "/" : " ",
			  wanted->pod_name[0] ? wanted->pod_name : "node");
		own_address_release(item);
	}
	/* Nor does a clock that was put back keep it for ever. */
	if ((wanted->state == ADDRESS_COOLING ||
	     wanted->state == ADDRESS_WANTED) &&
	    (now - wanted->since >= lasts(wanted->state) ||
	     wanted->since > now))
		item->doomed = true;
}

/* --- spares */

struct checking {
	struct own *own;
	struct network *network;
	unsigned int free;
	struct spare *stale;
	unsigned int stale_count;
};

static void mark_stale(struct checking *checking, const struct spare *spare)
{
	struct spare *item = vr_list_grow(&checking->stale,
					  &checking->stale_count,
					  sizeof(*item));

	if (item)
		*item = *spare;
}

struct own_address *own_find(const struct own *own,
			     const struct network *network,
			     const struct vr_ip *ip)
{
	struct address address = { .vni = network->vni, .ip = *ip };
	char name[ADDRESS_NAME_BYTES];

	return table_find(&own->table, address_name(&address, name));
}

static struct own_address *add_unknown(struct own *own,
				       const struct network *network,
				       const struct vr_ip *ip)
{
	struct address address = {
		.network = network->entry.key,
		.ip = *ip,
		.node = (char *)own->node,
		.state = ADDRESS_SPARE,
		.since = time(NULL),
		.vni = network->vni,
	};
	struct own_address *item = own_add(own, &address);

	if (item)
		item->known = false;
	return item;
}

/* Its addresses are the taker's.  Return: whether the API says so already. */
static bool bind_spare(struct own *own, const struct network *network,
		       const struct spare *spare)
{
	bool is_used = attachments_have(own->attachments,
					spare->taker.container,
					spare->taker.interface);
	struct own_address *item;
	bool all = true;
	unsigned int i;

	for (i = 0; i < spare->count; i++) {
		item = own_find(own, network, &spare->ips[i]);
		/* Its object went while it was taken: it has to be had again. */
		if (!item && is_used)
			item = add_unknown(own, network, &spare->ips[i]);
		if (!item)
			continue;
		item->linked = true;
		if (is_used || item->wanted.state == ADDRESS_SPARE)
			own_address_bind(item, &spare->taker);
		all = all && item->known && item->now.state != ADDRESS_SPARE;
	}
	return all;
}

/* Ranges may have been edited since. */
static bool fits(const struct network *network, const struct spare *spare)
{
	const struct pool *pool = &network->pool;
	unsigned int i;

	for (i = 0; i < spare->count && i < pool->set_count; i++) {
		if (!pool_range_of(&pool->sets[i], &spare->ips[i]) ||
		    pool_reserved(&pool->sets[i], &spare->ips[i]))
			return false;
	}
	return spare->count == pool->set_count;
}

static bool mark_linked(struct own *own, const struct network *network,
			const struct spare *spare)
{
	bool all = fits(network, spare);
	struct own_address *item;
	unsigned int i;

	/* Its addresses are unlinked then, and go. */
	for (i = 0; all && i < spare->count; i++) {
		item = own_find(own, network, &spare->ips[i]);
		if (item)
			item->linked = true;
		all = all && item && item->wanted.state == ADDRESS_SPARE &&
		      !item->doomed;
	}
	return all;
}

static int check_spare(const struct spare *spare, void *arg)
{
	struct checking *checking = arg;
	struct own *own = checking->own;

	if (spare->taken) {
		if (bind_spare(own, checking->network, spare))
			mark_stale(checking, spare);
	} else if (mark_linked(own, checking->network, spare)) {
		checking->free++;
	} else {
		mark_stale(checking, spare);
	}
	return 0;
}

/* Is any address of the network in use here, or resting from that? */
static bool is_in_use(const struct own *own, const struct network *network)
{
	const struct own_address *item, *next;

	table_for_each(item, next, &own->table) {
		if (item->wanted.state != ADDRESS_SPARE &&
		    item->wanted.state != ADDRESS_KEPT &&
		    item->wanted.state != ADDRESS_WANTED &&
		    item->wanted.vni == network->vni)
			return true;
	}
	return false;
}

/* The last ones are for pods: more than seven of eight are taken. */
static bool is_scarce(const struct network *network, uint64_t count)
{
	return network->stations.wanting ||
	       network->stations.addresses.count >
		       network->pool.set_count * (count - count / 8);
}

static unsigned int spares_wanted(const struct own *own,
				  const struct network *network)
{
	uint64_t count;
	unsigned int i;

	if (!network->pool.set_count || network->gone ||
	    !is_in_use(own, network))
		return 0;
	for (i = 0; i < network->pool.set_count; i++) {
		count = pick_count(&network->pool.sets[i]);
		if (count < SPARES_FROM || is_scarce(network, count))
			return 0;
	}
	return own->spares_wanted;
}

static int doom_spare(const struct spare *spare, void *arg)
{
	struct checking *checking = arg;
	struct own_address *item;
	unsigned int i;

	if (spare->taken)
		return 0;
	for (i = 0; i < spare->count; i++) {
		item = own_find(checking->own, checking->network,
				&spare->ips[i]);
		if (item)
			item->doomed = true;
	}
	mark_stale(checking, spare);
	return 0;
}

static void remove_stale(struct checking *checking)
{
	struct vr_error error = { 0 };
	unsigned int i;

	for (i = 0; i < checking->stale_count; i++) {
		if (spares_remove(checking->own->spare_dir,
				  checking->network->entry.key,
				  &checking->stale[i],
				  !checking->stale[i].taken, &error))
			agent_log(AGENT_WARNING, "%s", error.text);
	}
	free(checking->stale);
	checking->stale = NULL;
	checking->stale_count = 0;
}

static void check_network(struct own *own, struct network *network)
{
	struct checking checking = { .own = own, .network = network };
	struct vr_error error = { 0 };
	unsigned int wanted;

	if (spares_for_each(own->spare_dir, network->entry.key, check_spare,
			    &checking, &error))
		agent_log(AGENT_WARNING, "%s", error.text);
	remove_stale(&checking);
	wanted = spares_wanted(own, network);
	if (!wanted && checking.free) {
		spares_for_each(own->spare_dir, network->entry.key, doom_spare,
				&checking, NULL);
		remove_stale(&checking);
	}
	while (checking.free + network->allocating_spares < wanted) {
		if (allocate_spare(own, network))
			break;
	}
}

/* An agent before us died between the two: nobody can take it. */
static void doom_unlinked(struct own_address *item)
{
	/* One that is on its way may be it. */
	if (item->wanted.state == ADDRESS_SPARE && !item->linked &&
	    !(item->network && item->network->allocating_spares))
		item->doomed = true;
}

/* --- all of it */

static void hold_network(struct own *own, struct own_address *item)
{
	struct vr_error error = { 0 };
	struct network *network;

	if (item->network)
		return;
	network = networks_find(own->networks, item->wanted.network);
	if (!network)
		return;
	if (network_get(network, &error)) {
		agent_log(AGENT_WARNING, "network %s: %s", network->entry.key,
			  error.text);
		return;
	}
	item->network = network;
}

void own_check(struct own *own)
{
	struct network *network, *next_network;
	struct own_address *item, *next;

	/* What is not known yet is not gone. */
	if (!watch_is_synced(own->watch) || !networks_are_known(own->networks))
		return;
	table_for_each(item, next, &own->table) {
		item->linked = false;
		hold_network(own, item);
	}
	advertise_ports(own);
	table_for_each(network, next_network, &own->networks->table)
		check_network(own, network);
	table_for_each(item, next, &own->table) {
		doom_unlinked(item);
		check_address(own, item);
		own_push(item);
	}
}

static void tick(void *arg)
{
	struct own *own = arg;

	own_check_soon(own);
	loop_timer_set(own->clock, CLOCK_MILLISECONDS);
}

struct own_address *own_add(struct own *own, const struct address *address)
{
	char name[ADDRESS_NAME_BYTES];
	struct own_address *item;

	item = table_get(&own->table, address_name(address, name),
			 sizeof(*item));
	if (!item || item->own)
		return item;
	item->own = own;
	if (address_copy(&item->now, address, NULL) ||
	    address_copy(&item->wanted, address, NULL)) {
		address_free(&item->now);
		table_remove(&own->table, item);
		return NULL;
	}
	item->known = true;
	hold_network(own, item);
	return item;
}

struct own_address *own_take(struct own *own, const struct address *address)
{
	struct own_address *item = own_add(own, address);
	struct address now, wanted;

	if (!item || address_copy(&now, address, NULL))
		return NULL;
	if (address_copy(&wanted, address, NULL)) {
		address_free(&now);
		return NULL;
	}
	address_free(&item->now);
	address_free(&item->wanted);
	item->now = now;
	item->wanted = wanted;
	item->known = true;
	item->doomed = false;
	return item;
}

/* What only the controller knows: the claim that kept it is gone. */
static void follow(struct own_address *item)
{
	if (item->wanted.state == ADDRESS_KEPT &&
	    item->now.state == ADDRESS_COOLING) {
		item->wanted.state = ADDRESS_COOLING;
		item->wanted.since = item->now.since;
	}
}

static void object_changed(const cJSON *object, void *arg)
{
	struct vr_error error = { 0 };
	struct own *own = arg;
	struct own_address *item;
	struct address address;

	if (address_parse(object, &address, &error)) {
		agent_log(AGENT_WARNING, "%s", error.text);
		address_free(&address);
		return;
	}
	/* A label can say anything; what others have is not ours. */
	item = strcmp(address.node, own->node) ? NULL : own_add(own, &address);
	if (item) {
		item->lost = false;
		address_free(&item->now);
		item->now = address;
		item->known = true;
		follow(item);
	} else {
		address_free(&address);
	}
	own_check_soon(own);
}

static void object_gone(const char *namespace, const char *name, void *arg)
{
	struct own *own = arg;
	struct own_address *item = table_find(&own->table, name);

	(void)namespace;
	if (!item)
		return;
	item->known = false;
	item->lost = item->call;
	/* Only what somebody has is made anew. */
	if (item->wanted.state != ADDRESS_BOUND)
		item->doomed = true;
	own_check_soon(own);
}

static void synced(void *arg)
{
	struct own *own = arg;

	agent_log(AGENT_INFO, "%u addresses of this node", own->table.count);
	own_check_soon(own);
}

bool own_has(const struct own *own, const struct network *network,
	     const struct vr_ip *ip, const char *container,
	     const char *interface)
{
	const struct own_address *item = own_find(own, network, ip);

	return item && item->wanted.state == ADDRESS_BOUND &&
	       !strcmp(item->wanted.container, container) &&
	       !strcmp(item->wanted.interface, interface);
}

bool own_is_known(const struct own *own)
{
	return watch_is_synced(own->watch);
}

bool own_bound(const struct own *own, const struct network *network,
	       const char *container, const char *interface,
	       struct spare *bound)
{
	const struct own_address *item, *next;

	*bound = (struct spare){ .count = 0 };
	table_for_each(item, next, &own->table) {
		if (item->doomed || item->wanted.state != ADDRESS_BOUND ||
		    item->wanted.vni != network->vni ||
		    strcmp(item->wanted.container, container) != 0 ||
		    strcmp(item->wanted.interface, interface) != 0 ||
		    bound->count == SPARE_ADDRESSES)
			continue;
		bound->ips[bound->count++] = item->wanted.ip;
		memcpy(bound->taker.mac, item->wanted.mac, VR_MAC_LEN);
	}
	return bound->count;
}

void own_free(struct own *own, struct network *network,
	      const struct spare *given)
{
	struct own_address *item;
	unsigned int i;

	for (i = 0; i < given->count; i++) {
		item = own_find(own, network, &given->ips[i]);
		if (item && item->wanted.state == ADDRESS_BOUND)
			own_address_release(item);
	}
	own_check_soon(own);
}

int own_start(struct own *own, struct vr_error *err)
{
	char selector[ADDRESS_SELECTOR_BYTES];
	const struct watch_kind kind = {
		.path = ADDRESS_PATH,
		.selector = address_selector("node", own->node, selector),
		.changed = object_changed,
		.gone = object_gone,
		.synced = synced,
	};

	own->clock = loop_timer_create(own->loop, tick, own, err);
	if (!own->clock)
		return vr_error_memory(err);
	loop_timer_set(own->clock, CLOCK_MILLISECONDS);
	own->watch = watch_start(own->api, own->loop, &kind, own, err);
	return own->watch ? 0 : -ENOMEM;
}

void own_stop(struct own *own)
{
	struct own_address *item, *next;

	claiming_stop(own);
	allocate_stop(own);
	watch_stop(own->watch);
	loop_timer_destroy(own->clock);
	table_for_each(item, next, &own->table)
		own_forget(item);
	table_free(&own->table);
}
