/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one thread of the agent: it waits for transfers of HTTP, for other file
 * descriptors and for the time, and calls back.
 */
#ifndef VR_AGENT_LOOP_H
#define VR_AGENT_LOOP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "../lib/error.h"

struct loop;
struct loop_fd;
struct loop_timer;

typedef void (*loop_cb)(void *arg);

/* Return: a loop, or NULL. */
struct loop *loop_create(struct vr_error *err);

/* What was added to it must have been removed. */
void loop_destroy(struct loop *loop);

/**
 * loop_run() - Wait and call back, until loop_stop()
 *
 * Return: 0, or a negative errno.
 */
int loop_run(struct loop *loop, struct vr_error *err);

void loop_stop(struct loop *loop);

/* Transfers are added to this, with a struct loop_transfer as private data. */
CURLM *loop_curl(struct loop *loop);

/* How a transfer tells that it is over; it is not in the loop any more. */
struct loop_transfer {
	void (*done)(struct loop_transfer *transfer, CURLcode code);
};

/**
 * loop_fd_add() - Call back whenever a file descriptor can be read
 * @fd: stays the caller's
 *
 * Return: what loop_fd_remove() takes, or NULL.
 */
struct loop_fd *loop_fd_add(struct loop *loop, int fd, loop_cb cb, void *arg,
			    struct vr_error *err);

/* Allowed in any callback, its own included; NULL is none. */
void loop_fd_remove(struct loop_fd *fd);

/* Return: a timer that is not set, or NULL. */
struct loop_timer *loop_timer_create(struct loop *loop, loop_cb cb, void *arg,
				     struct vr_error *err);

/* Call back once, in so many milliseconds, and not when it was set to before. */
void loop_timer_set(struct loop_timer *timer, uint64_t milliseconds);

/* The same, but when it is set to an earlier time already, that stays. */
void loop_timer_set_by(struct loop_timer *timer, uint64_t milliseconds);

void loop_timer_stop(struct loop_timer *timer);

/* Allowed in any callback, its own included; NULL is none. */
void loop_timer_destroy(struct loop_timer *timer);

/* Milliseconds on a clock that only goes forward. */
uint64_t loop_now(void);

#endif /* VR_AGENT_LOOP_H */
