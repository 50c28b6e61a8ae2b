// SPDX-License-Identifier: Apache-2.0
/*
 * A queue of what has to be looked at.  Entry points: work_mark() and
 * work_send().
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "backoff.h"
#include "log.h"
#include "work.h"

#define FIRST_PAUSE 500

/* More at once would only wait in the server. */
#define MOST_CALLS 16

/* Between two rounds, so that a burst of changes is looked at once. */
#define ROUND_MILLISECONDS 20
#define ROUND_STEPS 500

/* Rings of what is due, in order, and of what will be, in no order. */
struct work_queue {
	struct loop *loop;
	struct api *api;
	void *arg;
	struct work due;
	struct work late;
	uint64_t next_late;
	struct loop_timer *timer;
	struct work *calling[MOST_CALLS];
	unsigned int calls;
	bool runs;
};

static void ring_init(struct work *head)
{
	head->next = head;
	head->prev = head;
}

static void ring_add(struct work *head, struct work *work)
{
	work->prev = head->prev;
	work->next = head;
	head->prev->next = work;
	head->prev = work;
}

static void ring_remove(struct work *work)
{
	work->prev->next = work->next;
	work->next->prev = work->prev;
}

static void set_timer(struct work_queue *queue)
{
	uint64_t now = loop_now();

	if (!queue->runs)
		return;
	if (queue->due.next != &queue->due && queue->calls < MOST_CALLS)
		loop_timer_set_by(queue->timer, ROUND_MILLISECONDS);
	if (queue->late.next != &queue->late)
		loop_timer_set_by(queue->timer, queue->next_late > now
							? queue->next_late - now
							: 0);
}

static void unqueue(struct work *work)
{
	if (!work->queued)
		return;
	ring_remove(work);
	work->queued = false;
	work->failed = false;
}

void work_mark(struct work *work)
{
	/* What failed waits for its time. */
	if (work->queued && (!work->late || work->failed))
		return;
	unqueue(work);
	ring_add(&work->queue->due, work);
	work->queued = true;
	work->late = false;
	set_timer(work->queue);
}

void work_mark_in(struct work *work, uint64_t milliseconds)
{
	struct work_queue *queue = work->queue;
	uint64_t due = loop_now() + milliseconds;

	if (work->queued && (!work->late || work->due <= due))
		return;
	unqueue(work);
	if (queue->late.next == &queue->late || due < queue->next_late)
		queue->next_late = due;
	ring_add(&queue->late, work);
	work->queued = true;
	work->late = true;
	work->due = due;
	set_timer(queue);
}

/* Move what has become due, and find the next that will. */
static void take_late(struct work_queue *queue)
{
	uint64_t now = loop_now(), next_late = UINT64_MAX;
	struct work *work, *next;

	if (queue->late.next == &queue->late || queue->next_late > now)
		return;
	for (work = queue->late.next; work != &queue->late; work = next) {
		next = work->next;
		if (work->due > now) {
			if (work->due < next_late)
				next_late = work->due;
			continue;
		}
		ring_remove(work);
		ring_add(&queue->due, work);
		work->late = false;
	}
	queue->next_late = next_late;
}

static void run_round(void *arg)
{
	struct work_queue *queue = arg;
	unsigned int steps = 0;
	struct work *work;

	take_late(queue);
	while (queue->runs && queue->due.next != &queue->due &&
	       queue->calls < MOST_CALLS && steps++ < ROUND_STEPS) {
		work = queue->due.next;
		unqueue(work);
		/* Its answer will have it looked at again. */
		if (!work->call)
			work->step(work, queue->arg);
	}
	set_timer(queue);
}

struct work_queue *work_queue_create(struct loop *loop, struct api *api,
				     void *arg, struct vr_error *err)
{
	struct work_queue *queue = calloc(1, sizeof(*queue));

	if (!queue) {
		vr_error_memory(err);
		return NULL;
	}
	queue->loop = loop;
	queue->api = api;
	queue->arg = arg;
	ring_init(&queue->due);
	ring_init(&queue->late);
	queue->timer = loop_timer_create(loop, run_round, queue, err);
	if (!queue->timer) {
		free(queue);
		return NULL;
	}
	return queue;
}

void work_queue_destroy(struct work_queue *queue)
{
	if (!queue)
		return;
	loop_timer_destroy(queue->timer);
	free(queue);
}

void work_begin(struct work *work, struct work_queue *queue, work_step step)
{
	*work = (struct work){ .queue = queue, .step = step };
}

static void remember_call(struct work *work)
{
	work->queue->calling[work->queue->calls++] = work;
}

static void forget_call(struct work *work)
{
	struct work_queue *queue = work->queue;
	unsigned int i;

	for (i = 0; queue->calling[i] != work; i++)
		;
	queue->calling[i] = queue->calling[--queue->calls];
	work->call = NULL;
	free(work->what);
	work->what = NULL;
}

static void abandon_call(struct work *work)
{
	api_cancel(work->call);
	forget_call(work);
}

void work_queue_run(struct work_queue *queue, bool on)
{
	queue->runs = on;
	if (on) {
		set_timer(queue);
		return;
	}
	loop_timer_stop(queue->timer);
	while (queue->calls)
		abandon_call(queue->calling[0]);
}

void work_end(struct work *work)
{
	unqueue(work);
	if (work->call)
		abandon_call(work);
}

static void try_later(struct work *work, unsigned int retry_after)
{
	unsigned int pause =
		backoff_next(&work->pause, FIRST_PAUSE, retry_after);

	unqueue(work);
	work_mark_in(work, pause);
	work->failed = true;
}

/* A changed object is seen by the watch: the next look knows better. */
static void complain(const struct work *work, const struct vr_error *error)
{
	bool expected = error->errnum == ESTALE || error->errnum == EEXIST;

	agent_log(expected ? AGENT_DEBUG : AGENT_WARNING, "%s: %s", work->what,
		  error->text);
}

static void answered(const struct api_answer *answer, void *arg)
{
	struct work *work = arg;
	struct work_queue *queue = work->queue;
	work_done done = work->done;

	if (answer->error.errnum) {
		complain(work, &answer->error);
		forget_call(work);
		try_later(work, answer->retry_after);
	} else {
		forget_call(work);
		work->pause = 0;
		unqueue(work);
		work_mark(work);
	}
	set_timer(queue);
	if (done)
		done(work, answer, queue->arg);
}

static char *describe(const char *method, const char *path)
{
	char *text = malloc(strlen(method) + strlen(path) + 2);

	if (text)
		sprintf(text, "%s %s", method, path);
	return text;
}

void work_send(struct work *work, const char *method, char *path, cJSON *body,
	       work_done done)
{
	cleanup_json cJSON *owned = body;
	cleanup_free char *where = path;
	struct vr_error error = { 0 };
	struct api_request request = {
		.method = method,
		.path = path,
		.body = body,
		.done = answered,
		.arg = work,
	};

	work->what = path ? describe(method, path) : NULL;
	work->done = done;
	if (work->what)
		work->call = api_send(work->queue->api, &request, &error);
	if (work->call) {
		remember_call(work);
		return;
	}
	agent_log(AGENT_WARNING, "%s: %s", where ? where : method, error.text);
	free(work->what);
	work->what = NULL;
	try_later(work, 0);
}
