// SPDX-License-Identifier: Apache-2.0
/*
 * List and watch.  Entry point: watch_start().
 *
 * A list comes in pages; what it does not have is gone once its last page was
 * read.  The watch goes on from the version of the list, and from where it was
 * when a connection ends, until the server has forgotten that version: then all
 * is listed again.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "backoff.h"
#include "log.h"
#include "object.h"
#include "table.h"
#include "watch.h"

#define PAGE 500
#define STREAM_SECONDS 300
/* A server that ends streams sooner is not asked again at once. */
#define SHORT_STREAM 1000
#define FIRST_PAUSE 800

/* An object that is there, by "NAMESPACE/NAME". */
struct known {
	struct table_entry entry;
	unsigned int round;
	char version[24]; /* the begin of it, to see that it is the same */
};

struct watch {
	struct api *api;
	struct watch_kind kind;
	char *path;
	char *selector;
	void *arg;
	struct api_call *call;
	struct loop_timer *timer;
	struct table known;
	unsigned int round;
	char *version;
	char *next_page;
	unsigned int pause;
	uint64_t began;
	bool synced;
	bool complained;
	/* Set by watch_stop() for whoever is calling back. */
	bool *stopped;
};

static void begin(void *arg);

static int set_text(char **text, const char *new)
{
	char *copy = strdup(new);

	if (!copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

static char *key_of(const cJSON *object)
{
	char *key;

	if (asprintf(&key, "%s/%s", object_namespace(object),
		     object_name(object)) < 0)
		return NULL;
	return key;
}

static void try_later(struct watch *watch, unsigned int retry_after)
{
	loop_timer_set(watch->timer,
		       backoff_next(&watch->pause, FIRST_PAUSE, retry_after));
}

/* Once, and when it is over. */
static void complain(struct watch *watch, const struct vr_error *error)
{
	if (!watch->complained)
		agent_log(AGENT_WARNING, "watch of %s: %s", watch->path,
			  error->text);
	watch->complained = true;
}

static void recovered(struct watch *watch)
{
	if (watch->complained)
		agent_log(AGENT_INFO, "watch of %s: goes on", watch->path);
	watch->complained = false;
	watch->pause = 0;
}

/* Return: false when the watch was stopped, or memory is short. */
static bool object_changed(struct watch *watch, const cJSON *object)
{
	const char *version = object_version(object);
	cleanup_free char *key = key_of(object);
	struct known *known;
	bool stopped = false;
	bool same;

	known = key ? table_get(&watch->known, key, sizeof(*known)) : NULL;
	if (!known)
		return false;
	known->round = watch->round;
	same = version[0] && strlen(version) < sizeof(known->version) &&
	       !strcmp(known->version, version);
	snprintf(known->version, sizeof(known->version), "%s", version);
	if (same)
		return true;
	watch->stopped = &stopped;
	watch->kind.changed(object, watch->arg);
	if (stopped)
		return false;
	watch->stopped = NULL;
	return true;
}

static bool object_gone(struct watch *watch, struct known *known)
{
	cleanup_free char *key = strdup(known->entry.key);
	bool stopped = false;
	char *slash;

	if (!key)
		return false;
	table_remove(&watch->known, known);
	slash = strchr(key, '/');
	*slash = '\0';
	watch->stopped = &stopped;
	watch->kind.gone(key, slash + 1, watch->arg);
	if (stopped)
		return false;
	watch->stopped = NULL;
	return true;
}

static bool object_deleted(struct watch *watch, const cJSON *object)
{
	cleanup_free char *key = key_of(object);
	struct known *known = key ? table_find(&watch->known, key) : NULL;

	return known ? object_gone(watch, known) : true;
}

static bool tell_synced(struct watch *watch)
{
	bool stopped = false;

	watch->synced = true;
	if (!watch->kind.synced)
		return true;
	watch->stopped = &stopped;
	watch->kind.synced(watch->arg);
	if (stopped)
		return false;
	watch->stopped = NULL;
	return true;
}

static bool sweep(struct watch *watch)
{
	struct known *known, *next;

	table_for_each(known, next, &watch->known) {
		if (known->round != watch->round && !object_gone(watch, known))
			return false;
	}
	return true;
}

/* Where the server is, which a bookmark says as well. */
static void take_version(struct watch *watch, const cJSON *object)
{
	const char *version = object_version(object);

	if (version[0])
		set_text(&watch->version, version);
}

/* The server knows nothing any more of the version we are at. */
static void forget_version(struct watch *watch)
{
	free(watch->version);
	watch->version = NULL;
	free(watch->next_page);
	watch->next_page = NULL;
}

static void list_anew(struct watch *watch)
{
	forget_version(watch);
	api_cancel(watch->call);
	watch->call = NULL;
	try_later(watch, 0);
}

static void take_event(struct watch *watch, const char *type,
		       const cJSON *object)
{
	if (!strcmp(type, "DELETED")) {
		if (!object_deleted(watch, object))
			return;
	} else if (!strcmp(type, "ADDED") || !strcmp(type, "MODIFIED")) {
		if (!object_changed(watch, object))
			return;
	} else if (strcmp(type, "BOOKMARK") != 0) {
		return;
	}
	take_version(watch, object);
}

static void line(const char *text, size_t len, void *arg)
{
	cJSON *event = cJSON_ParseWithLength(text, len);
	struct watch *watch = arg;

	if (!strcmp(object_text(event, "type"), "ERROR")) {
		list_anew(watch);
	} else if (event) {
		recovered(watch);
		take_event(watch, object_text(event, "type"),
			   cJSON_GetObjectItemCaseSensitive(event, "object"));
	}
	cJSON_Delete(event);
}

static void stream_done(const struct api_answer *answer, void *arg)
{
	struct watch *watch = arg;

	watch->call = NULL;
	if (answer->error.errnum == EKEYEXPIRED)
		forget_version(watch);
	/* Every stream ends one day: we said for how long it is. */
	if (!answer->error.errnum &&
	    loop_now() - watch->began >= SHORT_STREAM) {
		loop_timer_set(watch->timer, 0);
		return;
	}
	if (!answer->error.errnum) {
		try_later(watch, 0);
		return;
	}
	complain(watch, &answer->error);
	try_later(watch, answer->retry_after);
}

static void list_done(const struct api_answer *answer, void *arg)
{
	const cJSON *items, *item, *metadata;
	struct watch *watch = arg;

	watch->call = NULL;
	if (answer->error.errnum == EKEYEXPIRED)
		forget_version(watch);
	items = cJSON_GetObjectItemCaseSensitive(answer->body, "items");
	/* What is no list does not say that there is nothing. */
	if (answer->error.errnum ||
	    (!cJSON_IsArray(items) && !cJSON_IsNull(items))) {
		complain(watch, &answer->error);
		try_later(watch, answer->retry_after);
		return;
	}
	cJSON_ArrayForEach(item, items) {
		if (!object_changed(watch, item))
			return;
	}
	metadata = cJSON_GetObjectItemCaseSensitive(answer->body, "metadata");
	free(watch->next_page);
	watch->next_page = NULL;
	if (object_text(metadata, "continue")[0]) {
		watch->next_page = strdup(object_text(metadata, "continue"));
	} else {
		take_version(watch, answer->body);
		recovered(watch);
		if (!sweep(watch) || !tell_synced(watch))
			return;
	}
	begin(watch);
}

static void send_request(struct watch *watch, const char *path, bool stream)
{
	struct vr_error error = { 0 };
	struct api_request request = {
		.method = "GET",
		.path = path,
		.line = stream ? line : NULL,
		.done = stream ? stream_done : list_done,
		.arg = watch,
	};

	if (path)
		watch->call = api_send(watch->api, &request, &error);
	else
		vr_error_memory(&error);
	if (watch->call)
		return;
	complain(watch, &error);
	try_later(watch, 0);
}

static void list(struct watch *watch)
{
	const char *and = watch->selector ? "&" : "";
	const char *selector = watch->selector ? watch->selector : "";
	cleanup_free char *next = NULL;
	cleanup_free char *path = NULL;

	if (watch->next_page)
		next = api_path("&continue=%s", watch->next_page);
	else
		watch->round++;
	if (asprintf(&path, "%s?limit=%u%s%s%s", watch->path,
		     watch->kind.page ? watch->kind.page : PAGE, and, selector,
		     next ? next : "") < 0)
		path = NULL;
	send_request(watch, path, false);
}

static void stream(struct watch *watch)
{
	const char *and = watch->selector ? "&" : "";
	const char *selector = watch->selector ? watch->selector : "";
	cleanup_free char *version = api_path("%s", watch->version);
	cleanup_free char *path = NULL;

	if (!version ||
	    asprintf(&path,
		     "%s?watch=1&allowWatchBookmarks=true&timeoutSeconds=%ld&resourceVersion=%s%s%s",
		     watch->path, STREAM_SECONDS + random() % STREAM_SECONDS,
		     version, and, selector) < 0)
		path = NULL;
	watch->began = loop_now();
	send_request(watch, path, true);
}

static void begin(void *arg)
{
	struct watch *watch = arg;

	if (watch->call)
		return;
	if (watch->version && !watch->next_page)
		stream(watch);
	else
		list(watch);
}

static void watch_free(struct watch *watch)
{
	loop_timer_destroy(watch->timer);
	table_free(&watch->known);
	free(watch->path);
	free(watch->selector);
	free(watch->version);
	free(watch->next_page);
	free(watch);
}

struct watch *watch_start(struct api *api, struct loop *loop,
			  const struct watch_kind *kind, void *arg,
			  struct vr_error *err)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch) {
		vr_error_memory(err);
		return NULL;
	}
	watch->api = api;
	watch->kind = *kind;
	watch->arg = arg;
	watch->path = strdup(kind->path);
	watch->selector = kind->selector ? strdup(kind->selector) : NULL;
	watch->timer = loop_timer_create(loop, begin, watch, err);
	if (!watch->path || (kind->selector && !watch->selector) ||
	    !watch->timer) {
		vr_error_memory(err);
		watch_free(watch);
		return NULL;
	}
	loop_timer_set(watch->timer, 0);
	return watch;
}

void watch_stop(struct watch *watch)
{
	if (!watch)
		return;
	if (watch->stopped)
		*watch->stopped = true;
	api_cancel(watch->call);
	watch_free(watch);
}

void watch_list_again(struct watch *watch)
{
	watch->synced = false;
	forget_version(watch);
	api_cancel(watch->call);
	watch->call = NULL;
	loop_timer_set(watch->timer, 0);
}

bool watch_is_synced(const struct watch *watch)
{
	return watch->synced;
}
