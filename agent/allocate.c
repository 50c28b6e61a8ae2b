// SPDX-License-Identifier: Apache-2.0
/*
 * An address of each family, by creating objects until one is ours.
 * Entry points: own_allocate() and allocate_spare().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "allocate.h"
#include "allocation.h"
#include "claiming.h"
#include "log.h"
#include "own_address.h"

/* Ranges up to this are gone through in order, larger ones at random first. */
#define IN_ORDER 4096
#define RANDOM_TRIES 64

/* Before the next try, in milliseconds, when there was none to be had. */
#define SPARE_PAUSE 5000
#define MOST_PLACES (UINT64_C(1) << 20)

/* How long others are waited for, who may give some back. */
#define WAIT_MILLISECONDS 4000

/* So many objects may be created in vain: others take addresses as well. */
#define MOST_CONFLICTS 1000

static void unlist(const struct allocation *allocation)
{
	struct allocation **at = &allocation->own->allocations;

	while (*at != allocation)
		at = &(*at)->next;
	*at = allocation->next;
}

static void finish(struct allocation *allocation, const struct vr_error *err)
{
	struct network *network = allocation->wish.network;

	own_check_soon(allocation->own);
	unlist(allocation);
	proof_free(allocation->proof);
	loop_timer_destroy(allocation->timer);
	if (allocation->spare)
		network->allocating_spares--;
	if (allocation->cb)
		allocation->cb(err ? NULL : &allocation->made, err,
			       allocation->arg);
	network_put(network);
	free(allocation);
}

/* None or all: what is ours by now is given back, or its claim keeps it. */
void allocation_fail(struct allocation *allocation, const struct vr_error *err)
{
	struct own *own = allocation->own;
	char name[ADDRESS_NAME_BYTES];
	struct own_address *item;
	struct address address;
	unsigned int i;

	for (i = 0; i < allocation->made.count; i++) {
		address = (struct address){
			.vni = allocation->wish.network->vni,
			.ip = allocation->made.ips[i],
		};
		item = table_find(&own->table, address_name(&address, name));
		if (item && item->wanted.claim[0])
			own_address_release(item);
		else if (item)
			item->doomed = true;
	}
	own_check_soon(own);
	finish(allocation, err);
}

static void lay_down(struct allocation *allocation)
{
	struct own *own = allocation->own;
	struct vr_error error = { 0 };

	if (spares_add(own->spare_dir, allocation->wish.network->entry.key,
		       &allocation->made, &error)) {
		allocation_fail(allocation, &error);
		return;
	}
	finish(allocation, NULL);
}

const struct pool_set *allocation_set(const struct allocation *allocation)
{
	const struct pool *pool = &allocation->wish.network->pool;

	return allocation->made.count < pool->set_count
		       ? &pool->sets[allocation->made.count]
		       : NULL;
}

void allocation_start_over(struct allocation *allocation)
{
	allocation->tried = 0;
	allocation->in_order = false;
}

static uint64_t random_below(uint64_t limit)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		number = (uint64_t)random();
	return number % limit;
}

static bool is_taken(const struct allocation *allocation,
		     const struct vr_ip *ip)
{
	const struct network *network = allocation->wish.network;
	struct address address = { .vni = network->vni, .ip = *ip };
	char name[ADDRESS_NAME_BYTES];

	address_name(&address, name);
	if (allocation->proof)
		return proof_has(allocation->proof, name);
	return stations_have(&network->stations, name);
}

/* Behind that of the last one who looked: what was given last is last. */
static uint64_t first_place(const struct allocation *allocation, uint64_t count)
{
	struct network *network = allocation->wish.network;
	uint64_t *cursor = &network->cursor[allocation->made.count];

	if (!*cursor)
		*cursor = 1 + pick_start(allocation->own->node,
					 network->entry.key, count);
	else
		*cursor = 1 + *cursor % count;
	return *cursor - 1;
}

/* All places, from one of its own on: others look at the same time. */
static uint64_t next_place(struct allocation *allocation, uint64_t count)
{
	if (count > IN_ORDER && allocation->tried < RANDOM_TRIES)
		return random_below(count);
	if (allocation->in_order)
		allocation->place = (allocation->place + 1) % count;
	else
		allocation->place = first_place(allocation, count);
	allocation->in_order = true;
	return allocation->place;
}

/* The next that nobody is known to have. */
static bool choose(struct allocation *allocation, struct vr_ip *ip)
{
	const struct pool_set *set = allocation_set(allocation);
	uint64_t count = pick_count(set);
	uint64_t most = count > IN_ORDER ? count + RANDOM_TRIES : count;

	if (most > MOST_PLACES)
		most = MOST_PLACES;
	for (; allocation->tried < most; allocation->tried++) {
		if (pick_at(set, next_place(allocation, count), ip) &&
		    !is_taken(allocation, ip)) {
			allocation->tried++;
			allocation->fresh = false;
			return true;
		}
	}
	return false;
}

const struct vr_ip *allocation_asked(const struct allocation *allocation)
{
	const struct pool_set *set = allocation_set(allocation);
	unsigned int i;

	for (i = 0; set && i < allocation->wish.asked_count; i++) {
		if (pool_range_of(set, &allocation->wish.asked[i]))
			return &allocation->wish.asked[i];
	}
	return NULL;
}

/* The ranges are others now: what was made of the old ones goes. */
static void fail_edited(struct allocation *allocation,
			const struct api_answer *answer)
{
	struct own_address *item = NULL;
	struct vr_error error = { 0 };

	if (answer && !answer->error.errnum)
		item = own_add(allocation->own, &allocation->trying);
	if (item) {
		own_set_version(&item->now, answer->body);
		item->doomed = true;
	}
	vr_error_set(&error, EAGAIN,
		     "network \"%s\" was edited while an address was taken",
		     allocation->wish.network->entry.key);
	allocation_fail(allocation, &error);
}

void allocation_made(struct allocation *allocation, const cJSON *object)
{
	struct own_address *item =
		own_add(allocation->own, &allocation->trying);
	struct vr_error error = { 0 };

	allocation->repeat = false;
	if (!item) {
		vr_error_memory(&error);
		allocation_fail(allocation, &error);
		return;
	}
	own_set_version(&item->now, object);
	allocation->made.ips[allocation->made.count++] = allocation->trying.ip;
	allocation_start_over(allocation);
	allocation_go_on(allocation);
}

/* Whoever asks again may have success; it may have been done all the same. */
static bool is_busy(const struct api_answer *answer)
{
	return answer->status == 429 || answer->status >= 500;
}

static void created(const struct api_answer *answer, void *arg)
{
	struct allocation *allocation = arg;
	struct vr_error error = answer->error;

	allocation->call = NULL;
	if (allocation->settings != allocation->wish.network->settings) {
		fail_edited(allocation, answer);
		return;
	}
	if (error.errnum == EEXIST &&
	    (allocation->repeat || allocation_asked(allocation))) {
		allocation_look_at_asked(allocation);
	} else if (error.errnum == EEXIST &&
		   allocation->conflicts++ < MOST_CONFLICTS) {
		allocation_go_on(allocation);
	} else if (is_busy(answer) && !allocation->spare &&
		   allocation_go_on_later(allocation, answer->retry_after)) {
		allocation->repeat = true;
	} else if (error.errnum) {
		vr_error_prefix(&error, "network \"%s\"",
				allocation->wish.network->entry.key);
		allocation_fail(allocation, &error);
	} else {
		allocation_made(allocation, answer->body);
	}
}

/* The one that was asked for, or that of the first address, for all of them. */
static void choose_mac(const struct allocation *allocation,
		       const struct vr_ip *trying, uint8_t mac[VR_MAC_LEN])
{
	const struct spare *made = &allocation->made;
	static const uint8_t none[VR_MAC_LEN];

	if (memcmp(allocation->wish.who.mac, none, VR_MAC_LEN) != 0)
		memcpy(mac, allocation->wish.who.mac, VR_MAC_LEN);
	else
		vr_mac_of_ip(made->count ? &made->ips[0] : trying, mac);
}

static void describe(struct allocation *allocation, const struct vr_ip *ip)
{
	struct spare_taker *who = &allocation->wish.who;
	struct network *network = allocation->wish.network;

	allocation->trying = (struct address){
		.network = network->entry.key,
		.ip = *ip,
		.node = (char *)allocation->own->node,
		.pod_namespace = who->pod_namespace,
		.pod_name = who->pod_name,
		.pod_uid = who->pod_uid,
		.container = who->container,
		.interface = who->interface,
		.claim = allocation->wish.claim,
		.state = allocation->spare ? ADDRESS_SPARE : ADDRESS_BOUND,
		.since = time(NULL),
		.vni = network->vni,
		.sequence = 1,
	};
	choose_mac(allocation, ip, allocation->trying.mac);
}

static void create(struct allocation *allocation, const struct vr_ip *ip)
{
	struct vr_error error = { 0 };
	struct api_request request = {
		.method = "POST",
		.path = ADDRESS_PATH,
		.done = created,
		.arg = allocation,
	};
	cJSON *body;

	describe(allocation, ip);
	body = address_to_json(&allocation->trying);
	request.body = body;
	allocation->call = api_send(allocation->own->api, &request, &error);
	cJSON_Delete(body);
	if (!allocation->call)
		allocation_fail(allocation, &error);
}

static void all_made(struct allocation *allocation)
{
	choose_mac(allocation, NULL, allocation->made.taker.mac);
	if (allocation->spare)
		lay_down(allocation);
	else
		finish(allocation, NULL);
}

/* A spare one of this node has its object already. */
static void create_asked(struct allocation *allocation, const struct vr_ip *ip)
{
	struct own_wish *wish = &allocation->wish;
	struct own_address *item;
	struct spare_taker who = wish->who;

	item = own_take_spare(allocation->own, wish->network, ip);
	if (!item) {
		create(allocation, ip);
		return;
	}
	choose_mac(allocation, ip, who.mac);
	own_address_bind(item, &who);
	own_push(item);
	allocation->made.ips[allocation->made.count++] = *ip;
	allocation_start_over(allocation);
	allocation_go_on(allocation);
}

/* Sets of which the claim has an address. */
static void pass_had(struct allocation *allocation)
{
	const struct own_wish *wish = &allocation->wish;
	struct spare *made = &allocation->made;
	const struct pool_set *set;
	unsigned int i;

	while ((set = allocation_set(allocation))) {
		for (i = 0; i < wish->had_count; i++) {
			if (pool_range_of(set, &wish->had[i]))
				break;
		}
		if (i == wish->had_count)
			return;
		made->ips[made->count++] = wish->had[i];
	}
}

void allocation_go_on(struct allocation *allocation)
{
	const struct pool_set *set;
	const struct vr_ip *asked;
	const char *reserved;
	struct vr_ip ip;

	if (allocation->settings != allocation->wish.network->settings) {
		fail_edited(allocation, NULL);
		return;
	}
	if (allocation->repeat) {
		ip = allocation->trying.ip;
		create(allocation, &ip);
		return;
	}
	pass_had(allocation);
	set = allocation_set(allocation);
	if (!set) {
		all_made(allocation);
		return;
	}
	asked = allocation_asked(allocation);
	reserved = asked ? pool_reserved(set, asked) : NULL;
	if (reserved)
		allocation_fail_asked(allocation, EEXIST, asked, reserved);
	else if (asked)
		create_asked(allocation, asked);
	else if (choose(allocation, &ip))
		create(allocation, &ip);
	else
		allocation_none_is_free(allocation);
}

static int begin(struct own *own, const struct own_wish *wish, bool spare,
		 own_given cb, void *arg, struct vr_error *err)
{
	struct allocation *allocation = calloc(1, sizeof(*allocation));
	int ret;

	if (!allocation)
		return vr_error_memory(err);
	ret = network_get(wish->network, err);
	if (ret) {
		free(allocation);
		return ret;
	}
	allocation->own = own;
	allocation->next = own->allocations;
	own->allocations = allocation;
	allocation->wish = *wish;
	allocation->settings = wish->network->settings;
	allocation->spare = spare;
	allocation->cb = cb;
	allocation->arg = arg;
	allocation->end = loop_now() + WAIT_MILLISECONDS;
	if (spare)
		wish->network->allocating_spares++;
	allocation_go_on(allocation);
	return 0;
}

static void spare_done(const struct spare *given, const struct vr_error *err,
		       void *arg)
{
	struct network *network = arg;

	/* Whoever allocates has it looked at again. */
	if (given)
		return;
	network->spare_pause = loop_now() + SPARE_PAUSE;
	agent_log(err->errnum == EAGAIN ? AGENT_DEBUG : AGENT_WARNING,
		  "spare address: %s", err->text);
}

int allocate_spare(struct own *own, struct network *network)
{
	struct own_wish wish = { .network = network };

	if (network->spare_pause > loop_now())
		return -EAGAIN;
	return begin(own, &wish, true, spare_done, network, NULL);
}

static bool take_spare(struct own *own, const struct own_wish *wish,
		       own_given cb, void *arg)
{
	struct spare_taker who = wish->who;
	struct spare spare = { .count = 0 };

	if (wish->asked_count ||
	    spares_take(own->spare_dir, wish->network->entry.key, &who, &spare,
			NULL))
		return false;
	own_check_soon(own);
	cb(&spare, NULL, arg);
	return true;
}

/* Each of them is of a set of its own. */
static int check_asked(const struct own_wish *wish, struct vr_error *err)
{
	const struct pool *pool = &wish->network->pool;
	char text[VR_IP_TEXT];
	unsigned int i, j, met;

	for (i = 0; i < pool->set_count; i++) {
		met = 0;
		for (j = 0; j < wish->asked_count; j++)
			met += pool_range_of(&pool->sets[i], &wish->asked[j]) !=
			       NULL;
		if (met > 1)
			return vr_error_set(
				err, EEXIST,
				"network \"%s\" gives one address of each family, but %u of one are asked for",
				wish->network->entry.key, met);
	}
	for (j = 0; j < wish->asked_count; j++) {
		for (i = 0, met = 0; i < pool->set_count; i++)
			met += pool_range_of(&pool->sets[i], &wish->asked[j]) !=
			       NULL;
		if (!met)
			return vr_error_set(
				err, EEXIST,
				"address %s is asked for, but in no range of network \"%s\"",
				vr_ip_format(&wish->asked[j], text),
				wish->network->entry.key);
	}
	return 0;
}

/* Two with one MAC would take each other's packets. */
static int check_mac(const struct own_wish *wish, struct vr_error *err)
{
	static const uint8_t none[VR_MAC_LEN];
	char text[VR_MAC_TEXT];

	if (!memcmp(wish->who.mac, none, VR_MAC_LEN) ||
	    !stations_mac_is_taken(&wish->network->stations, wish->who.mac,
				   wish->who.container, wish->claim))
		return 0;
	return vr_error_set(
		err, EEXIST,
		"MAC %s is asked for in network \"%s\", but it is in use",
		vr_mac_format(wish->who.mac, text), wish->network->entry.key);
}

void allocate_new(struct own *own, const struct own_wish *wish, own_given cb,
		  void *arg)
{
	struct vr_error error = { 0 };

	if (check_mac(wish, &error) || begin(own, wish, false, cb, arg, &error))
		cb(NULL, &error, arg);
}

/* Of a network without addresses: the MAC is vr-cni's to choose. */
static void give_none(const struct own_wish *wish, own_given cb, void *arg)
{
	const struct spare none = { .count = 0 };
	struct vr_error error = { 0 };

	if (wish->claim[0] || wish->asked_count)
		vr_error_set(&error, EEXIST, "network \"%s\" has no addresses",
			     wish->network->entry.key);
	if (error.errnum || check_mac(wish, &error))
		cb(NULL, &error, arg);
	else
		cb(&none, NULL, arg);
}

void own_allocate(struct own *own, const struct own_wish *wish, own_given cb,
		  void *arg)
{
	struct vr_error error = { 0 };

	if (!wish->network->pool.set_count)
		give_none(wish, cb, arg);
	else if (wish->claim[0])
		claiming_begin(own, wish, cb, arg);
	else if (check_asked(wish, &error) || check_mac(wish, &error))
		cb(NULL, &error, arg);
	else if (!take_spare(own, wish, cb, arg))
		allocate_new(own, wish, cb, arg);
}

/* Whoever waits for them is gone; the next agent finds what was made for nobody. */
void allocate_stop(struct own *own)
{
	struct allocation *allocation;

	while (own->allocations) {
		allocation = own->allocations;
		own->allocations = allocation->next;
		api_cancel(allocation->call);
		proof_free(allocation->proof);
		loop_timer_destroy(allocation->timer);
		network_put(allocation->wish.network);
		free(allocation);
	}
}
