// SPDX-License-Identifier: Apache-2.0
/*
 * Leader election as other controllers of Kubernetes do it: a Lease that its
 * holder renews, and that others take when they have not seen that for as long
 * as it lasts.  Clocks of machines are not compared.  Entry point: lease_start().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "lease.h"
#include "log.h"
#include "object.h"

#define COLLECTION "/apis/coordination.k8s.io/v1/namespaces/%s/leases"
#define DURATION_SECONDS 15
#define DEADLINE_MILLISECONDS 10000
#define RETRY_MILLISECONDS 2000
#define RELEASE_MILLISECONDS 2000
#define MICRO_TIME_BYTES 40

/*
 * @object: the Lease as we saw it last, NULL when there is none
 * @seen: when it was seen to change
 * @asked: when the request on its way was sent
 * @released: it is not to be ours any more, of which this one is told
 */
struct lease {
	struct api *api;
	struct lease_kind kind;
	void *arg;
	struct api_call *call;
	struct loop_timer *retry;
	struct loop_timer *deadline;
	cJSON *object;
	bool known;
	uint64_t seen;
	uint64_t asked;
	bool ours;
	loop_cb released;
	void *released_arg;
};

static const char *holder(const struct lease *lease)
{
	return object_text(cJSON_GetObjectItemCaseSensitive(lease->object,
							    "spec"),
			   "holderIdentity");
}

static const char *version(const cJSON *object)
{
	return object_text(cJSON_GetObjectItemCaseSensitive(object, "metadata"),
			   "resourceVersion");
}

static void set_ours(struct lease *lease, bool ours)
{
	if (lease->ours == ours)
		return;
	lease->ours = ours;
	agent_log(AGENT_INFO, "lease %s/%s: %s", lease->kind.namespace,
		  lease->kind.name, ours ? "ours" : "not ours any more");
	lease->kind.changed(ours, lease->arg);
}

/* Whoever waits for us may take it soon: we have to be quiet before. */
static void deadline(void *arg)
{
	struct lease *lease = arg;

	api_cancel(lease->call);
	lease->call = NULL;
	lease->known = false;
	if (lease->released) {
		lease->released(lease->released_arg);
		return;
	}
	loop_timer_set(lease->retry, RETRY_MILLISECONDS);
	set_ours(lease, false);
}

static void take_object(struct lease *lease, const cJSON *object)
{
	if (!lease->object ||
	    strcmp(version(lease->object), version(object)) != 0)
		lease->seen = loop_now();
	cJSON_Delete(lease->object);
	lease->object = cJSON_Duplicate(object, true);
	lease->known = true;
}

static void renewed(struct lease *lease, const cJSON *object)
{
	uint64_t spent = loop_now() - lease->asked;

	take_object(lease, object);
	loop_timer_set(lease->deadline, DEADLINE_MILLISECONDS > spent
						? DEADLINE_MILLISECONDS - spent
						: 0);
	set_ours(lease, true);
}

static void written(const struct api_answer *answer, void *arg)
{
	struct lease *lease = arg;

	lease->call = NULL;
	/* 2 s at most between two tries, whatever became of the first. */
	loop_timer_set(lease->retry, RETRY_MILLISECONDS);
	if (!answer->error.errnum && answer->body) {
		renewed(lease, answer->body);
		return;
	}
	if (answer->error.errnum != ESTALE && answer->error.errnum != EEXIST)
		agent_log(AGENT_WARNING, "lease %s/%s: %s",
			  lease->kind.namespace, lease->kind.name,
			  answer->error.text);
	lease->known = false;
}

static void ask(struct lease *lease, const char *method, char *path,
		const cJSON *body, api_done done)
{
	cleanup_free char *owned = path;
	struct vr_error error = { 0 };
	const struct api_request request = {
		.method = method,
		.path = path,
		.body = body,
		.done = done,
		.arg = lease,
	};

	lease->asked = loop_now();
	if (path)
		lease->call = api_send(lease->api, &request, &error);
	if (lease->call)
		return;
	agent_log(AGENT_WARNING, "lease: %s", error.text);
	if (!lease->released)
		loop_timer_set(lease->retry, RETRY_MILLISECONDS);
}

static char *path_of(const struct lease *lease)
{
	return api_path(COLLECTION "/%s", lease->kind.namespace,
			lease->kind.name);
}

static const char *micro_time(char text[MICRO_TIME_BYTES])
{
	struct timespec now;
	struct tm utc;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	len = strftime(text, MICRO_TIME_BYTES, "%Y-%m-%dT%H:%M:%S",
		       gmtime_r(&now.tv_sec, &utc));
	snprintf(text + len, MICRO_TIME_BYTES - len, ".%06ldZ",
		 now.tv_nsec / 1000);
	return text;
}

static void set_text(cJSON *object, const char *key, const char *text)
{
	json_replace(object, key, cJSON_CreateString(text), NULL);
}

static void fill_spec(const struct lease *lease, cJSON *spec)
{
	bool another = strcmp(object_text(spec, "holderIdentity"),
			      lease->kind.identity) != 0;
	uint32_t transitions = object_number(spec, "leaseTransitions");
	char now[MICRO_TIME_BYTES];

	micro_time(now);
	if (another) {
		set_text(spec, "acquireTime", now);
		json_replace(spec, "leaseTransitions",
			     cJSON_CreateNumber(lease->object ? transitions + 1
							      : 0),
			     NULL);
	}
	set_text(spec, "holderIdentity", lease->kind.identity);
	set_text(spec, "renewTime", now);
	json_replace(spec, "leaseDurationSeconds",
		     cJSON_CreateNumber(DURATION_SECONDS), NULL);
}

static void create(struct lease *lease)
{
	cleanup_json cJSON *object = cJSON_CreateObject();

	cJSON_AddStringToObject(object, "apiVersion", "coordination.k8s.io/v1");
	cJSON_AddStringToObject(object, "kind", "Lease");
	cJSON_AddStringToObject(cJSON_AddObjectToObject(object, "metadata"),
				"name", lease->kind.name);
	fill_spec(lease, cJSON_AddObjectToObject(object, "spec"));
	ask(lease, "POST", api_path(COLLECTION, lease->kind.namespace), object,
	    written);
}

/* The version in it makes the server refuse all but one. */
static void update(struct lease *lease)
{
	cleanup_json cJSON *object = cJSON_Duplicate(lease->object, true);
	cJSON *spec = cJSON_GetObjectItemCaseSensitive(object, "spec");

	if (!spec)
		spec = cJSON_AddObjectToObject(object, "spec");
	fill_spec(lease, spec);
	ask(lease, "PUT", path_of(lease), object, written);
}

/* Nobody's, ours, or of one who has not renewed it for its whole time. */
static bool is_free(const struct lease *lease)
{
	uint32_t duration =
		object_number(cJSON_GetObjectItemCaseSensitive(lease->object,
							       "spec"),
			      "leaseDurationSeconds");

	return !holder(lease)[0] ||
	       !strcmp(holder(lease), lease->kind.identity) ||
	       loop_now() - lease->seen > 1000 * (uint64_t)duration;
}

static void take(struct lease *lease)
{
	if (!lease->object)
		create(lease);
	else if (is_free(lease))
		update(lease);
	else
		loop_timer_set(lease->retry, RETRY_MILLISECONDS);
}

static void got(const struct api_answer *answer, void *arg)
{
	struct lease *lease = arg;

	lease->call = NULL;
	if (answer->error.errnum == ENOENT) {
		cJSON_Delete(lease->object);
		lease->object = NULL;
		take(lease);
		return;
	}
	if (answer->error.errnum || !answer->body) {
		agent_log(AGENT_WARNING, "lease %s/%s: %s",
			  lease->kind.namespace, lease->kind.name,
			  answer->error.text);
		loop_timer_set(lease->retry, RETRY_MILLISECONDS);
		return;
	}
	take_object(lease, answer->body);
	take(lease);
}

static void retry(void *arg)
{
	struct lease *lease = arg;

	if (lease->call)
		return;
	/* What is ours has changed for nobody else's doing. */
	if (lease->ours && lease->known)
		update(lease);
	else
		ask(lease, "GET", path_of(lease), NULL, got);
}

struct lease *lease_start(struct api *api, struct loop *loop,
			  const struct lease_kind *kind, void *arg,
			  struct vr_error *err)
{
	struct lease *lease = calloc(1, sizeof(*lease));

	if (!lease) {
		vr_error_memory(err);
		return NULL;
	}
	lease->api = api;
	lease->kind = *kind;
	lease->arg = arg;
	lease->retry = loop_timer_create(loop, retry, lease, err);
	lease->deadline = loop_timer_create(loop, deadline, lease, err);
	if (!lease->retry || !lease->deadline) {
		lease_stop(lease);
		return NULL;
	}
	loop_timer_set(lease->retry, 0);
	return lease;
}

static void given_up(const struct api_answer *answer, void *arg)
{
	struct lease *lease = arg;

	lease->call = NULL;
	if (answer->error.errnum)
		agent_log(AGENT_WARNING, "lease %s/%s: %s",
			  lease->kind.namespace, lease->kind.name,
			  answer->error.text);
	loop_timer_set(lease->deadline, 0);
}

/* As others do it: nobody's, and for no longer than a second. */
static void give_up(struct lease *lease)
{
	cleanup_json cJSON *object = cJSON_Duplicate(lease->object, true);
	cJSON *spec = cJSON_GetObjectItemCaseSensitive(object, "spec");
	char now[MICRO_TIME_BYTES];

	set_text(spec, "holderIdentity", "");
	set_text(spec, "renewTime", micro_time(now));
	json_replace(spec, "leaseDurationSeconds", cJSON_CreateNumber(1), NULL);
	ask(lease, "PUT", path_of(lease), object, given_up);
}

void lease_release(struct lease *lease, loop_cb done, void *arg)
{
	bool ours = lease->ours && lease->known;

	api_cancel(lease->call);
	lease->call = NULL;
	loop_timer_stop(lease->retry);
	lease->released = done;
	lease->released_arg = arg;
	/* Quiet before the next one begins. */
	set_ours(lease, false);
	loop_timer_set(lease->deadline, ours ? RELEASE_MILLISECONDS : 0);
	if (ours)
		give_up(lease);
}

void lease_stop(struct lease *lease)
{
	if (!lease)
		return;
	api_cancel(lease->call);
	loop_timer_destroy(lease->retry);
	loop_timer_destroy(lease->deadline);
	cJSON_Delete(lease->object);
	free(lease);
}
