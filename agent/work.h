/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has to be looked at, because something about it changed or because its
 * time has come.  A look sends at most one request; when that is answered, or
 * has failed and a while has gone, one looks again.
 */
#ifndef VR_AGENT_WORK_H
#define VR_AGENT_WORK_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "api.h"
#include "loop.h"

struct work;
struct work_queue;

/* Look at it, and work_send() or not.  May free it. */
typedef void (*work_step)(struct work *work, void *arg);

/* A request was answered; with an error it is tried again by another look. */
typedef void (*work_done)(struct work *work, const struct api_answer *answer,
			  void *arg);

/**
 * struct work - part of what is looked at
 * @late, @due: not before that time, on the clock of loop_now()
 * @failed: that is because a request failed
 * @pause: milliseconds of the last wait, 0 when nothing failed
 */
struct work {
	struct work_queue *queue;
	work_step step;
	work_done done;
	struct work *next;
	struct work *prev;
	bool queued;
	bool late;
	bool failed;
	uint64_t due;
	struct api_call *call;
	unsigned int pause;
	char *what;
};

/* @arg: for all callbacks. Return: a queue that stands still, or NULL. */
struct work_queue *work_queue_create(struct loop *loop, struct api *api,
				     void *arg, struct vr_error *err);

/* All work must have been ended. */
void work_queue_destroy(struct work_queue *queue);

/* Go, or stand still: then what is on its way is abandoned. */
void work_queue_run(struct work_queue *queue, bool on);

/* @step: of this work. It is not looked at yet. */
void work_begin(struct work *work, struct work_queue *queue, work_step step);

/* Before it is freed. */
void work_end(struct work *work);

/* Look at it soon, or in so many milliseconds unless it is to be sooner. */
void work_mark(struct work *work);
void work_mark_in(struct work *work, uint64_t milliseconds);

/**
 * work_send() - Write something
 * @path: owned by this from now on, NULL when memory was short
 * @body: the same
 * @done: NULL for none
 *
 * Only in a step, and once.
 */
void work_send(struct work *work, const char *method, char *path, cJSON *body,
	       work_done done);

#endif /* VR_AGENT_WORK_H */
