// SPDX-License-Identifier: Apache-2.0
/*
 * A list and the lines of a stream, as an API server may send them: who follows hears of
 * an object that goes only when he has heard that it came.
 */
#include "agent/log.h"
#include "agent/watch.c"
#include "fuzz.h"

/* In place of agent/api.c: nothing is sent. */
struct api_call *api_send(struct api *api, const struct api_request *request,
			  struct vr_error *err)
{
	(void)api;
	(void)request;
	vr_error_set(err, EAGAIN, "nobody is there");
	return NULL;
}

void api_cancel(struct api_call *call)
{
	fuzz_assert(!call);
}

char *api_path(const char *format, ...)
{
	return strdup(format);
}

/* In place of agent/loop.c: no time goes by. */
struct loop_timer *loop_timer_create(struct loop *loop, loop_cb callback,
				     void *arg, struct vr_error *err)
{
	static char timer;

	(void)loop;
	(void)callback;
	(void)arg;
	(void)err;
	return (struct loop_timer *)&timer;
}

void loop_timer_set(struct loop_timer *timer, uint64_t milliseconds)
{
	fuzz_assert(timer);
	(void)milliseconds;
}

void loop_timer_destroy(struct loop_timer *timer)
{
	(void)timer;
}

uint64_t loop_now(void)
{
	return 1;
}

struct heard {
	unsigned int changed;
	unsigned int gone;
};

static void hear_changed(const cJSON *object, void *arg)
{
	struct heard *heard = arg;

	fuzz_assert(object_name(object));
	heard->changed++;
}

static void hear_gone(const char *namespace, const char *name, void *arg)
{
	struct heard *heard = arg;

	fuzz_assert(namespace && name);
	heard->gone++;
	fuzz_assert(heard->gone <= heard->changed);
}

/* The input's first line is a list, the others are a stream. */
static void follow(struct watch *watch, const char *text)
{
	size_t len = strcspn(text, "\n");
	cleanup_json cJSON *body = cJSON_ParseWithLength(text, len);
	struct api_answer answer = { .status = 200, .body = body };

	list_done(&answer, watch);
	while (text[len]) {
		text += len + 1;
		len = strcspn(text, "\n");
		line(text, len, watch);
	}
	list_done(&answer, watch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct watch_kind kind = {
		.path = "/p",
		.changed = hear_changed,
		.gone = hear_gone,
	};
	struct heard heard = { 0 };
	char *text = fuzz_text(data, size);
	struct watch *watch;

	agent_log_configure(AGENT_ERROR);
	watch = watch_start(NULL, NULL, &kind, &heard, NULL);
	fuzz_assert(watch);
	follow(watch, text);
	watch_stop(watch);
	free(text);
	return 0;
}
