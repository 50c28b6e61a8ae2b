// SPDX-License-Identifier: Apache-2.0
/*
 * A list of a network's addresses, read to its end.  Entry point: proof_start().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../lib/cleanup.h"
#include "object.h"
#include "proof.h"
#include "table.h"

#define PAGE "500"

struct proven {
	struct table_entry entry; /* by the name of the object */
	struct vr_ip ip;
	enum address_state state;
};

struct proof {
	struct api *api;
	uint32_t vni;
	struct api_call *call;
	struct table table;
	proof_done done;
	void *arg;
};

static int ask(struct proof *proof, const char *page, struct vr_error *err);

static void take(struct proof *proof, const cJSON *object)
{
	cleanup_address struct address address = { 0 };
	struct proven *item =
		table_get(&proof->table, object_name(object), sizeof(*item));

	/* Whatever it is, the name is taken. */
	if (item && !address_parse(object, &address, NULL)) {
		item->ip = address.ip;
		item->state = address.state;
	}
}

static void listed(const struct api_answer *answer, void *arg)
{
	const cJSON *item, *metadata;
	struct vr_error error = answer->error;
	struct proof *proof = arg;
	const char *next;

	proof->call = NULL;
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(answer->body,
								  "items"))
		take(proof, item);
	metadata = cJSON_GetObjectItemCaseSensitive(answer->body, "metadata");
	next = object_text(metadata, "continue");
	/* It took so long that the server has forgotten the first page. */
	if (error.errnum == EKEYEXPIRED)
		error.errnum = EAGAIN;
	if (!error.errnum && next[0] && !ask(proof, next, &error))
		return;
	proof->done(error.errnum ? &error : NULL, proof->arg);
}

/* Without a resourceVersion, so that nothing is older than the question. */
static int ask(struct proof *proof, const char *page, struct vr_error *err)
{
	cleanup_free char *next = page ? api_path("&continue=%s", page) : NULL;
	cleanup_free char *path = NULL;
	struct api_request request = {
		.method = "GET",
		.done = listed,
		.arg = proof,
	};

	if (asprintf(&path,
		     ADDRESS_PATH "?limit=" PAGE
				  "&labelSelector=vrctl.dev%%2Fvni%%3D%u%s",
		     proof->vni, next ? next : "") < 0) {
		path = NULL;
		return vr_error_memory(err);
	}
	request.path = path;
	proof->call = api_send(proof->api, &request, err);
	return proof->call ? 0 : -EAGAIN;
}

struct proof *proof_start(struct api *api, uint32_t vni, proof_done done,
			  void *arg, struct vr_error *err)
{
	struct proof *proof = calloc(1, sizeof(*proof));

	if (!proof) {
		vr_error_memory(err);
		return NULL;
	}
	proof->api = api;
	proof->vni = vni;
	proof->done = done;
	proof->arg = arg;
	if (!ask(proof, NULL, err))
		return proof;
	free(proof);
	return NULL;
}

void proof_free(struct proof *proof)
{
	if (!proof)
		return;
	api_cancel(proof->call);
	table_free(&proof->table);
	free(proof);
}

bool proof_has(const struct proof *proof, const char *name)
{
	return table_find(&proof->table, name);
}

unsigned int proof_count(const struct proof *proof, const struct pool_set *set,
			 enum address_state state)
{
	const struct proven *item, *next;
	unsigned int count = 0;

	table_for_each(item, next, &proof->table)
		count += item->state == state && item->ip.family &&
			 pool_range_of(set, &item->ip) != NULL;
	return count;
}
