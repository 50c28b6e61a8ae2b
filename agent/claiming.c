// SPDX-License-Identifier: Apache-2.0
/*
 * From a claim to its addresses.  Entry points: claiming_begin() and look().
 *
 * Which they are only the API server knows, so it is asked for the objects that
 * have the claim's label, and asked again after whatever was done about it, until
 * all of them are this node's, or this node stands by for all of them.  When two
 * nodes make the first ones at the same moment, at least one of them sees so and
 * gives its own back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "allocate.h"
#include "claiming.h"
#include "log.h"
#include "object.h"
#include "own_address.h"
#include "takeover.h"

#define CLAIM_PATH "/apis/k8s.cni.cncf.io/v1alpha1/namespaces/%s/ipamclaims/%s"

/* How long others are waited for: a pod that ends, the controller. */
#define WAIT_MILLISECONDS 10000
#define PAUSE_MILLISECONDS 250

/**
 * struct claiming - addresses on their way
 * @end: when to give up
 * @found: what the API server said last
 * @why: what is waited for
 */
struct claiming {
	struct own *own;
	struct claiming *next;
	struct own_wish wish;
	own_given cb;
	void *arg;
	uint64_t end;
	struct loop_timer *timer;
	struct api_call *call;
	struct address *found;
	unsigned int found_count;
	struct vr_error why;
};

static void forget_found(struct claiming *claiming)
{
	unsigned int i;

	for (i = 0; i < claiming->found_count; i++)
		address_free(&claiming->found[i]);
	free(claiming->found);
	claiming->found = NULL;
	claiming->found_count = 0;
}

static void claiming_free(struct claiming *claiming)
{
	struct claiming **at = &claiming->own->claimings;

	while (*at != claiming)
		at = &(*at)->next;
	*at = claiming->next;
	api_cancel(claiming->call);
	loop_timer_destroy(claiming->timer);
	network_put(claiming->wish.network);
	forget_found(claiming);
	free(claiming);
}

static void finish(struct claiming *claiming, const struct spare *given,
		   const struct vr_error *err)
{
	claiming->cb(given, err, claiming->arg);
	claiming_free(claiming);
}

static void fail(struct claiming *claiming)
{
	/* Somebody else was faster each time. */
	if (claiming->why.errnum == ESTALE)
		claiming->why.errnum = EAGAIN;
	vr_error_prefix(&claiming->why, "IPAMClaim \"%s\" of network \"%s\"",
			claiming->wish.claim,
			claiming->wish.network->entry.key);
	finish(claiming, NULL, &claiming->why);
}

/* For the reason that is in @why. */
static void try_again_in(struct claiming *claiming, uint64_t milliseconds)
{
	milliseconds +=
		PAUSE_MILLISECONDS + (uint64_t)random() % PAUSE_MILLISECONDS;
	if (loop_now() + milliseconds >= claiming->end)
		fail(claiming);
	else
		loop_timer_set(claiming->timer, milliseconds);
}

static void try_again(struct claiming *claiming)
{
	try_again_in(claiming, 0);
}

/* It did not do what it was asked for, or did not answer at all. */
static void api_failed(struct claiming *claiming,
		       const struct api_answer *answer)
{
	int errnum = answer->error.errnum;

	claiming->why = answer->error;
	if ((errnum == EAGAIN && answer->status) || errnum == ESTALE)
		try_again_in(claiming, 1000 * (uint64_t)answer->retry_after);
	else
		fail(claiming);
}

static void not_asked(struct claiming *claiming, const struct vr_error *err)
{
	claiming->why = *err;
	fail(claiming);
}

static void ask(struct claiming *claiming, char *path, api_done done)
{
	cleanup_free char *owned = path;
	struct vr_error error = { 0 };
	const struct api_request request = {
		.method = "GET",
		.path = path,
		.done = done,
		.arg = claiming,
	};

	if (path)
		claiming->call = api_send(claiming->own->api, &request, &error);
	else
		vr_error_memory(&error);
	if (!claiming->call)
		not_asked(claiming, &error);
}

static void look(struct claiming *claiming);

/* --- new ones */

static void allocated(const struct spare *given, const struct vr_error *err,
		      void *arg)
{
	struct claiming *claiming = arg;

	/* Where it was prefixed with the network. */
	if (!given) {
		finish(claiming, NULL, err);
		return;
	}
	/* Nobody else may have done that, too. */
	look(claiming);
}

/* What is of the claim already, of one family, gives the other the same MAC. */
static void allocate(struct claiming *claiming)
{
	struct own_wish wish = claiming->wish;
	unsigned int i;

	for (i = 0; i < claiming->found_count && i < SPARE_ADDRESSES; i++) {
		wish.had[wish.had_count++] = claiming->found[i].ip;
		memcpy(wish.who.mac, claiming->found[i].mac, VR_MAC_LEN);
	}
	allocate_new(claiming->own, &wish, allocated, claiming);
}

/* Two nodes made some at once: each gives back, and one is the first to try again. */
static void give_way(struct claiming *claiming)
{
	struct own_address *item;
	unsigned int i;

	for (i = 0; i < claiming->found_count; i++) {
		item = own_find(claiming->own, claiming->wish.network,
				&claiming->found[i].ip);
		if (item && !strcmp(item->wanted.container,
				    claiming->wish.who.container))
			item->doomed = true;
	}
	own_check_soon(claiming->own);
	vr_error_set(&claiming->why, EAGAIN,
		     "another node takes addresses for it, too");
	try_again(claiming);
}

/* --- what there is */

enum found_state {
	FOUND_OURS,	/* of this node, and free for this pod */
	FOUND_TO_TAKE,	/* of another, nobody's, and we may */
	FOUND_STANDBY,	/* another's, who is to be replaced by us */
	FOUND_NOT_OURS, /* for the reason that is in @why */
};

static enum found_state say_in_use(struct claiming *claiming,
				   const struct address *address)
{
	char text[VR_IP_TEXT];

	vr_ip_format(&address->ip, text);
	if (address->state == ADDRESS_KEPT)
		vr_error_set(&claiming->why, EAGAIN,
			     "its address %s was used on node %s last, and vr's controller has not let this node have it yet",
			     text, address->node);
	else if (address->standby_uid[0])
		vr_error_set(&claiming->why, EAGAIN,
			     "its address %s is in use by pod %s/%s of node %s, and pod %s of node %s stands by for it",
			     text, address->pod_namespace, address->pod_name,
			     address->node, address->standby_name,
			     address->standby_node);
	else
		vr_error_set(&claiming->why, EAGAIN,
			     "its address %s is in use by pod %s/%s of node %s",
			     text, address->pod_namespace, address->pod_name,
			     address->node);
	return FOUND_NOT_OURS;
}

/* The API's words are of a moment ago: what we want of our own is newer. */
static enum found_state judge_own(struct claiming *claiming,
				  const struct address *address)
{
	const struct spare_taker *who = &claiming->wish.who;
	struct own_address *item = own_add(claiming->own, address);
	const struct address *wanted;

	if (!item) {
		vr_error_memory(&claiming->why);
		return FOUND_NOT_OURS;
	}
	if (item->doomed) {
		vr_error_set(&claiming->why, EAGAIN,
			     "an address that it had is being given back");
		return FOUND_NOT_OURS;
	}
	wanted = &item->wanted;
	if (wanted->state == ADDRESS_BOUND &&
	    strcmp(wanted->container, who->container) != 0 &&
	    strcmp(wanted->pod_uid, who->pod_uid) != 0 &&
	    attachments_have(claiming->own->attachments, wanted->container,
			     wanted->interface))
		return say_in_use(claiming, wanted);
	return FOUND_OURS;
}

static enum found_state judge(struct claiming *claiming,
			      const struct address *address)
{
	if (!strcmp(address->node, claiming->own->node))
		return judge_own(claiming, address);
	if (!takeover_is_allowed(claiming->own, address,
				 claiming->wish.who.pod_uid))
		return say_in_use(claiming, address);
	return address->state == ADDRESS_KEPT ? FOUND_TO_TAKE : FOUND_STANDBY;
}

static void taken_over(const struct api_answer *answer, void *arg)
{
	struct claiming *claiming = arg;
	struct vr_error error = { 0 };

	claiming->call = NULL;
	if (answer->error.errnum)
		api_failed(claiming, answer);
	else if (takeover_finish(claiming->own, answer, &error))
		not_asked(claiming, &error);
	else
		look(claiming);
}

static void take_over(struct claiming *claiming, const struct address *address)
{
	struct vr_error error = { 0 };

	claiming->call = takeover_send(claiming->own, address,
				       &claiming->wish.who, 0, taken_over,
				       claiming, &error);
	if (!claiming->call)
		not_asked(claiming, &error);
}

/* In the order of the network's families, as vr-cni expects them. */
static void add_given(const struct claiming *claiming, struct spare *given)
{
	const struct pool *pool = &claiming->wish.network->pool;
	unsigned int i, j;

	for (i = 0; i < pool->set_count; i++) {
		for (j = 0; j < claiming->found_count; j++) {
			if (given->count < SPARE_ADDRESSES &&
			    pool_range_of(&pool->sets[i],
					  &claiming->found[j].ip))
				given->ips[given->count++] =
					claiming->found[j].ip;
		}
	}
	given->taker = claiming->wish.who;
	memcpy(given->taker.mac, claiming->found[0].mac, VR_MAC_LEN);
}

static void give(struct claiming *claiming, bool standby)
{
	struct spare given = { .standby = standby };
	struct own_address *item;
	uint32_t sequence;
	unsigned int i;

	add_given(claiming, &given);
	for (i = 0; i < claiming->found_count; i++) {
		item = standby ? NULL
			       : own_find(claiming->own, claiming->wish.network,
					  &claiming->found[i].ip);
		if (item)
			own_address_bind(item, &given.taker);
		sequence = item ? item->wanted.sequence
				: claiming->found[i].sequence + 1;
		if (given.sequence < sequence)
			given.sequence = sequence;
	}
	own_check_soon(claiming->own);
	finish(claiming, &given, NULL);
}

/* --- one look */

static bool is_mac_another(struct claiming *claiming)
{
	static const uint8_t none[VR_MAC_LEN];
	const uint8_t *asked = claiming->wish.who.mac;
	char text[VR_MAC_TEXT], other[VR_MAC_TEXT];

	if (!claiming->found_count || !memcmp(asked, none, VR_MAC_LEN) ||
	    !memcmp(asked, claiming->found[0].mac, VR_MAC_LEN))
		return false;
	vr_error_set(&claiming->why, EEXIST,
		     "its MAC is %s, but %s is asked for",
		     vr_mac_format(claiming->found[0].mac, other),
		     vr_mac_format(asked, text));
	return true;
}

static bool is_of_another_network(struct claiming *claiming)
{
	const char *network = claiming->wish.network->entry.key;
	char text[VR_IP_TEXT];
	unsigned int i;

	for (i = 0; i < claiming->found_count; i++) {
		if (!strcmp(claiming->found[i].network, network))
			continue;
		vr_error_set(&claiming->why, EEXIST,
			     "it keeps the address %s of network \"%s\"",
			     vr_ip_format(&claiming->found[i].ip, text),
			     claiming->found[i].network);
		return true;
	}
	return false;
}

/* Return: how many sets have one address, or -1 when one has several. */
static int count_sets(const struct claiming *claiming)
{
	const struct pool *pool = &claiming->wish.network->pool;
	unsigned int i, j, met;
	int count = 0;

	for (i = 0; i < pool->set_count; i++) {
		for (j = 0, met = 0; j < claiming->found_count; j++)
			met += pool_range_of(&pool->sets[i],
					     &claiming->found[j].ip) != NULL;
		if (met > 1)
			return -1;
		count += (int)met;
	}
	return count;
}

/* All of one kind, or something has to be done first. */
static void decide_found(struct claiming *claiming, bool complete)
{
	unsigned int ours = 0, standby = 0, i;
	enum found_state state;

	for (i = 0; i < claiming->found_count; i++) {
		state = judge(claiming, &claiming->found[i]);
		if (state == FOUND_NOT_OURS) {
			try_again(claiming);
			return;
		}
		if (state == FOUND_TO_TAKE) {
			take_over(claiming, &claiming->found[i]);
			return;
		}
		ours += state == FOUND_OURS;
		standby += state == FOUND_STANDBY;
	}
	if (ours == claiming->found_count && !complete) {
		allocate(claiming);
	} else if (ours == claiming->found_count ||
		   (standby == claiming->found_count && complete)) {
		give(claiming, standby);
	} else {
		say_in_use(claiming, &claiming->found[0]);
		try_again(claiming);
	}
}

static void decide(struct claiming *claiming)
{
	int count;

	if (is_of_another_network(claiming) || is_mac_another(claiming)) {
		fail(claiming);
		return;
	}
	count = count_sets(claiming);
	if (count < 0)
		give_way(claiming);
	else
		decide_found(claiming, count == (int)claiming->wish.network
							->pool.set_count);
}

/* What cools was freed with the claim of this name that was before. */
static int take_found(struct claiming *claiming, const cJSON *object)
{
	struct vr_error error = { 0 };
	struct address address, *found;

	if (address_parse(object, &address, &error)) {
		agent_log(AGENT_WARNING, "%s", error.text);
		address_free(&address);
		return 0;
	}
	if (strcmp(address.claim, claiming->wish.claim) != 0 ||
	    address.state == ADDRESS_COOLING) {
		address_free(&address);
		return 0;
	}
	found = vr_list_grow(&claiming->found, &claiming->found_count,
			     sizeof(*found));
	if (found)
		*found = address;
	else
		address_free(&address);
	return found ? 0 : -ENOMEM;
}

static void listed(const struct api_answer *answer, void *arg)
{
	struct claiming *claiming = arg;
	const cJSON *item;

	claiming->call = NULL;
	if (answer->error.errnum) {
		api_failed(claiming, answer);
		return;
	}
	forget_found(claiming);
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(answer->body,
								  "items")) {
		if (take_found(claiming, item)) {
			vr_error_memory(&claiming->why);
			fail(claiming);
			return;
		}
	}
	decide(claiming);
}

/* Without a resourceVersion: what the server has now. */
static void look(struct claiming *claiming)
{
	char selector[ADDRESS_SELECTOR_BYTES];
	char *path = NULL;

	address_selector("claim", claiming->wish.claim, selector);
	path = malloc(sizeof(ADDRESS_PATH "?") + strlen(selector));
	if (path)
		sprintf(path, ADDRESS_PATH "?%s", selector);
	ask(claiming, path, listed);
}

/* --- the claim itself */

/* As the Network is called, or its NetworkAttachmentDefinition. */
static bool means_network(const struct claiming *claiming, const char *name)
{
	const char *network = claiming->wish.network->entry.key;
	const char *dot = strchr(network, '.');
	size_t len = dot ? (size_t)(dot - network) : 0;

	if (!strcmp(name, network))
		return true;
	if (!dot)
		return false;
	return !strcmp(name, dot + 1) ||
	       (strlen(name) > len && name[len] == '/' &&
		!strncmp(name, network, len) &&
		!strcmp(name + len + 1, dot + 1));
}

static int check_claim(struct claiming *claiming, const cJSON *claim)
{
	const cJSON *spec = cJSON_GetObjectItemCaseSensitive(claim, "spec");
	const char *network = object_text(spec, "network");
	const char *interface = object_text(spec, "interface");

	if (object_at(claim, "metadata", "deletionTimestamp"))
		return vr_error_set(&claiming->why, EAGAIN,
				    "it is being deleted");
	if (!means_network(claiming, network))
		return vr_error_set(&claiming->why, EEXIST,
				    "it is of network \"%s\"", network);
	if (strcmp(interface, claiming->wish.who.interface) != 0)
		return vr_error_set(
			&claiming->why, EEXIST,
			"it is of interface \"%s\" of its pods, and this one is \"%s\"",
			interface, claiming->wish.who.interface);
	return 0;
}

static void got_claim(const struct api_answer *answer, void *arg)
{
	struct claiming *claiming = arg;

	claiming->call = NULL;
	if (answer->error.errnum == ENOENT) {
		vr_error_set(&claiming->why, EAGAIN, "there is none");
		fail(claiming);
	} else if (answer->error.errnum) {
		api_failed(claiming, answer);
	} else if (check_claim(claiming, answer->body)) {
		fail(claiming);
	} else {
		look(claiming);
	}
}

static void step(void *arg)
{
	struct claiming *claiming = arg;
	const char *slash = strchr(claiming->wish.claim, '/');
	cleanup_free char *namespace =
		strndup(claiming->wish.claim, slash - claiming->wish.claim);

	ask(claiming,
	    namespace ? api_path(CLAIM_PATH, namespace, slash + 1) : NULL,
	    got_claim);
}

void claiming_begin(struct own *own, const struct own_wish *wish, own_given cb,
		    void *arg)
{
	struct claiming *claiming = calloc(1, sizeof(*claiming));
	struct vr_error error = { 0 };

	if (claiming)
		claiming->timer =
			loop_timer_create(own->loop, step, claiming, NULL);
	if (!claiming || !claiming->timer) {
		free(claiming);
		vr_error_memory(&error);
		cb(NULL, &error, arg);
		return;
	}
	if (network_get(wish->network, &error)) {
		loop_timer_destroy(claiming->timer);
		free(claiming);
		cb(NULL, &error, arg);
		return;
	}
	claiming->own = own;
	claiming->next = own->claimings;
	own->claimings = claiming;
	claiming->wish = *wish;
	claiming->cb = cb;
	claiming->arg = arg;
	claiming->end = loop_now() + WAIT_MILLISECONDS;
	step(claiming);
}

void claiming_stop(struct own *own)
{
	while (own->claimings)
		claiming_free(own->claimings);
}
