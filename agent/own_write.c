// SPDX-License-Identifier: Apache-2.0
/*
 * Making the API say of this node's addresses what it is to say.
 * Entry point: own_push().
 *
 * A change is of the object as we know it: the API server refuses it (ESTALE)
 * when somebody else was faster, or when it is another one of the same name.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "advertise.h"
#include "log.h"
#include "object.h"
#include "own_address.h"

#define RETRY_MILLISECONDS 2000

/* What another has it may have for long. */
#define CONFLICT_MILLISECONDS 5000

/* What we do not know yet is on its way. */
#define STALE_MILLISECONDS 200

static bool is_same(const struct address *a, const struct address *b)
{
	return a->state == b->state && a->sequence == b->sequence &&
	       !memcmp(a->mac, b->mac, VR_MAC_LEN) &&
	       !strcmp(a->container, b->container) &&
	       !strcmp(a->interface, b->interface) &&
	       !strcmp(a->pod_uid, b->pod_uid) &&
	       !strcmp(a->pod_name, b->pod_name) &&
	       !strcmp(a->claim, b->claim) &&
	       !strcmp(a->requested, b->requested);
}

void own_set_version(struct address *address, const cJSON *object)
{
	const cJSON *metadata =
		cJSON_GetObjectItemCaseSensitive(object, "metadata");

	address_set_text(&address->uid, object_text(metadata, "uid"));
	address_set_text(&address->version,
			 object_text(metadata, "resourceVersion"));
}

void own_forget(struct own_address *item)
{
	struct network *network = item->network;

	address_free(&item->now);
	address_free(&item->wanted);
	address_free(&item->sent);
	api_cancel(item->call);
	table_remove(&item->own->table, item);
	if (network)
		network_put(network);
}

static void take_outcome(struct own_address *item,
			 const struct api_answer *answer)
{
	const struct vr_error *error = &answer->error;

	if (!error->errnum) {
		own_set_version(&item->sent, answer->body);
		address_free(&item->now);
		item->now = item->sent;
		item->sent = (struct address){ 0 };
		item->known = true;
		item->refused = false;
	} else if (error->errnum == ENOENT) {
		item->known = false;
	} else if (error->errnum == EEXIST) {
		if (!item->refused)
			advertise_conflict(item);
		item->refused = true;
		item->retry_at = loop_now() + CONFLICT_MILLISECONDS;
	} else if (error->errnum == ESTALE) {
		item->retry_at = loop_now() + STALE_MILLISECONDS;
	} else {
		agent_log(AGENT_WARNING, "%s: %s", item->entry.key,
			  error->text);
		item->retry_at = loop_now() + RETRY_MILLISECONDS;
		if (1000 * (uint64_t)answer->retry_after > RETRY_MILLISECONDS)
			item->retry_at = loop_now() +
					 1000 * (uint64_t)answer->retry_after;
	}
}

static void written(const struct api_answer *answer, void *arg)
{
	struct own_address *item = arg;
	struct own *own = item->own;

	item->call = NULL;
	/* Another node has it by now, as a claim's may. */
	if (answer->error.errnum == EEXIST && item->wanted.claim[0]) {
		own_forget(item);
		return;
	}
	take_outcome(item, answer);
	/* It went after that was done. */
	if (item->lost)
		item->known = false;
	item->lost = false;
	own_check_soon(own);
	if (!item->retry_at)
		own_push(item);
}

static void deleted(const struct api_answer *answer, void *arg)
{
	struct own_address *item = arg;
	struct own *own = item->own;

	item->call = NULL;
	if (!answer->error.errnum || answer->error.errnum == ENOENT) {
		item->known = false;
		/* It may have been taken while that was on its way. */
		if (item->doomed)
			own_forget(item);
		own_check_soon(own);
		return;
	}
	take_outcome(item, answer);
	own_check_soon(own);
}

static void ask(struct own_address *item, const char *method, const cJSON *body)
{
	cleanup_free char *path =
		!strcmp(method, "POST")
			? strdup(ADDRESS_PATH)
			: api_path(ADDRESS_PATH "/%s", item->entry.key);
	struct api_request request = {
		.method = method,
		.path = path,
		.body = body,
		.done = strcmp(method, "DELETE") ? written : deleted,
		.arg = item,
	};

	if (path)
		item->call = api_send(item->own->api, &request, NULL);
	if (!item->call)
		item->retry_at = loop_now() + RETRY_MILLISECONDS;
}

/* "metadata" of a patch, or "preconditions". */
static void add_version(cJSON *object, const char *key,
			const struct address *now)
{
	cJSON *condition = cJSON_AddObjectToObject(object, key);

	cJSON_AddStringToObject(condition, "uid", now->uid);
	cJSON_AddStringToObject(condition, "resourceVersion", now->version);
}

static void write_wanted(struct own_address *item)
{
	cleanup_json cJSON *body = NULL;

	address_free(&item->sent);
	if (address_copy(&item->sent, &item->wanted, NULL))
		return;
	if (item->known) {
		body = cJSON_CreateObject();
		add_version(body, "metadata", &item->now);
		cJSON_AddItemToObject(body, "spec",
				      address_spec_to_json(&item->wanted));
	} else {
		body = address_to_json(&item->wanted);
	}
	ask(item, item->known ? "PATCH" : "POST", body);
}

static void delete (struct own_address *item)
{
	cleanup_json cJSON *body = cJSON_CreateObject();

	cJSON_AddStringToObject(body, "apiVersion", "v1");
	cJSON_AddStringToObject(body, "kind", "DeleteOptions");
	add_version(body, "preconditions", &item->now);
	ask(item, "DELETE", body);
}

void own_push(struct own_address *item)
{
	if (item->call)
		return;
	if (item->retry_at > loop_now()) {
		loop_timer_set_by(item->own->timer,
				  item->retry_at - loop_now());
		return;
	}
	item->retry_at = 0;
	if (item->doomed && !item->known)
		own_forget(item);
	else if (item->known && !item->now.version[0])
		return; /* The watch will say which object it is. */
	else if (item->doomed)
		delete (item);
	else if (!item->known || !is_same(&item->now, &item->wanted))
		write_wanted(item);
}
