// SPDX-License-Identifier: Apache-2.0
/*
 * When no address seems to be free, or the one that is asked for is not.
 * Entry points: allocation_none_is_free() and allocation_look_at_asked().
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "allocation.h"
#include "own_address.h"
#include "pick.h"

/* After so long others are asked again, who may have given some back. */
#define PAUSE_MILLISECONDS 250

/* --- what this node has, and what it lacks */

void own_want(struct own *own, struct network *network)
{
	struct address address = {
		.network = network->entry.key,
		.node = (char *)own->node,
		.state = ADDRESS_WANTED,
		.vni = network->vni,
	};
	char name[ADDRESS_NAME_BYTES];
	struct own_address *item;

	address_want_mac(own->node, address.mac);
	item = table_find(&own->table, address_name(&address, name));
	if (!item) {
		item = own_add(own, &address);
		if (item)
			item->known = false;
	}
	if (!item)
		return;
	item->wanted.since = time(NULL);
	item->doomed = false;
	own_check_soon(own);
}

struct finding {
	const struct vr_ip *ip;
	struct spare found;
};

static int find_spare(const struct spare *spare, void *arg)
{
	struct finding *finding = arg;
	unsigned int i;

	for (i = 0; i < spare->count && !spare->taken; i++) {
		if (!vr_ip_equal(&spare->ips[i], finding->ip))
			continue;
		finding->found = *spare;
		return 1;
	}
	return 0;
}

/* What else was laid down with it is unlinked then, and goes. */
struct own_address *own_take_spare(struct own *own, struct network *network,
				   const struct vr_ip *ip)
{
	struct own_address *item = own_find(own, network, ip);
	struct finding finding = { .ip = ip };
	struct vr_error error = { 0 };

	if (!item || item->wanted.state != ADDRESS_SPARE || item->doomed ||
	    spares_for_each(own->spare_dir, network->entry.key, find_spare,
			    &finding, &error) != 1)
		return NULL;
	if (spares_remove(own->spare_dir, network->entry.key, &finding.found,
			  true, &error))
		return NULL;
	return item;
}

/* --- why there is none */

static void count_text(const struct allocation *allocation, char *text,
		       size_t size)
{
	static const struct {
		enum address_state state;
		const char *what;
	} others[] = {
		{ ADDRESS_SPARE, "spare on nodes" },
		{ ADDRESS_COOLING, "at rest" },
		{ ADDRESS_KEPT, "kept by IPAMClaims" },
	};
	const struct pool_set *set = allocation_set(allocation);
	unsigned int i, count;
	size_t len;

	snprintf(text, size, "%u are in use",
		 proof_count(allocation->proof, set, ADDRESS_BOUND));
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		count = proof_count(allocation->proof, set, others[i].state);
		len = strlen(text);
		if (count)
			snprintf(text + len, size - len, ", %u %s", count,
				 others[i].what);
	}
}

static void fail_exhausted(struct allocation *allocation)
{
	struct vr_error error = { 0 };
	char counts[160];

	count_text(allocation, counts, sizeof(counts));
	vr_error_set(&error, ENOSPC,
		     "network \"%s\" has no address left: %s, of %llu in its ranges",
		     allocation->wish.network->entry.key, counts,
		     (unsigned long long)pick_count(
			     allocation_set(allocation)));
	allocation_fail(allocation, &error);
}

void allocation_fail_asked(struct allocation *allocation, int errnum,
			   const struct vr_ip *ip, const char *why)
{
	struct vr_error error = { 0 };
	char text[VR_IP_TEXT];

	vr_error_set(&error, errnum,
		     "address %s is asked for in network \"%s\", but it is %s",
		     vr_ip_format(ip, text),
		     allocation->wish.network->entry.key, why);
	allocation_fail(allocation, &error);
}

static void again(void *arg)
{
	allocation_go_on(arg);
}

bool allocation_go_on_later(struct allocation *allocation, unsigned int seconds)
{
	uint64_t pause = 1000 * (uint64_t)seconds;

	if (pause < PAUSE_MILLISECONDS)
		pause = PAUSE_MILLISECONDS;
	if (loop_now() + pause >= allocation->end)
		return false;
	if (!allocation->timer)
		allocation->timer = loop_timer_create(allocation->own->loop,
						      again, allocation, NULL);
	if (!allocation->timer)
		return false;
	loop_timer_set(allocation->timer, pause);
	return true;
}

/* --- none seems to be free */

static void proven(const struct vr_error *err, void *arg)
{
	struct allocation *allocation = arg;
	struct vr_error error;

	if (err) {
		error = *err;
		vr_error_prefix(&error, "network \"%s\"",
				allocation->wish.network->entry.key);
		allocation_fail(allocation, &error);
		return;
	}
	allocation->fresh = true;
	allocation_start_over(allocation);
	allocation_go_on(allocation);
}

static void prove(struct allocation *allocation)
{
	struct vr_error error = { 0 };

	proof_free(allocation->proof);
	allocation->proof = proof_start(allocation->own->api,
					allocation->wish.network->vni, proven,
					allocation, &error);
	if (!allocation->proof)
		allocation_fail(allocation, &error);
}

/*
 * By what the watch said, or by a proof that others have used meanwhile: the API
 * server is asked.  When it says so, too, other nodes may have spare ones.
 */
void allocation_none_is_free(struct allocation *allocation)
{
	struct vr_error error = { 0 };

	if (allocation->spare) {
		vr_error_set(&error, ENOSPC,
			     "network \"%s\" has no address left for one",
			     allocation->wish.network->entry.key);
		allocation_fail(allocation, &error);
	} else if (!allocation->fresh) {
		prove(allocation);
	} else if (proof_count(allocation->proof, allocation_set(allocation),
			       ADDRESS_SPARE)) {
		own_want(allocation->own, allocation->wish.network);
		allocation->fresh = false;
		if (!allocation_go_on_later(allocation, 0))
			fail_exhausted(allocation);
	} else {
		fail_exhausted(allocation);
	}
}

/* --- an address that is asked for has an object */

static void judge_asked(struct allocation *allocation,
			const struct address *address)
{
	char text[512];

	switch (address->state) {
	case ADDRESS_SPARE:
		own_want(allocation->own, allocation->wish.network);
		if (allocation_go_on_later(allocation, 0))
			return;
		snprintf(text, sizeof(text),
			 "a spare one of node %s, which was asked to give it back",
			 address->node);
		allocation_fail_asked(allocation, EAGAIN, &address->ip, text);
		return;
	case ADDRESS_COOLING:
		allocation_fail_asked(
			allocation, EAGAIN, &address->ip,
			"at rest, as others may still send to who had it");
		return;
	case ADDRESS_KEPT:
		snprintf(text, sizeof(text),
			 "in use: IPAMClaim \"%s\" keeps it", address->claim);
		allocation_fail_asked(allocation, EEXIST, &address->ip, text);
		return;
	case ADDRESS_BOUND:
	case ADDRESS_WANTED:
	default:
		allocation_fail_asked(allocation, EEXIST, &address->ip,
				      "in use");
	}
}

/* It was made, and the answer was that it may not have been. */
static bool is_ours(const struct allocation *allocation,
		    const struct address *address)
{
	return address->state == ADDRESS_BOUND &&
	       !strcmp(address->node, allocation->own->node) &&
	       !strcmp(address->container, allocation->wish.who.container) &&
	       !strcmp(address->interface, allocation->wish.who.interface);
}

static void got_asked(const struct api_answer *answer, void *arg)
{
	cleanup_address struct address address = { 0 };
	struct allocation *allocation = arg;
	struct vr_error error = answer->error;

	allocation->call = NULL;
	/* It has just become free. */
	if (error.errnum == ENOENT) {
		if (!allocation_go_on_later(allocation, 0))
			allocation_fail(allocation, &error);
		return;
	}
	if (!error.errnum)
		address_parse(answer->body, &address, &error);
	if (error.errnum) {
		allocation_fail(allocation, &error);
		return;
	}
	allocation->repeat = false;
	if (is_ours(allocation, &address))
		allocation_made(allocation, answer->body);
	else if (allocation_asked(allocation))
		judge_asked(allocation, &address);
	else
		allocation_go_on(allocation);
}

void allocation_look_at_asked(struct allocation *allocation)
{
	char name[ADDRESS_NAME_BYTES];
	cleanup_free char *path =
		api_path(ADDRESS_PATH "/%s",
			 address_name(&allocation->trying, name));
	struct vr_error error = { 0 };
	const struct api_request request = {
		.method = "GET",
		.path = path,
		.done = got_asked,
		.arg = allocation,
	};

	if (path)
		allocation->call =
			api_send(allocation->own->api, &request, &error);
	else
		vr_error_memory(&error);
	if (!allocation->call)
		allocation_fail(allocation, &error);
}
