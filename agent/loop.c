// SPDX-License-Identifier: Apache-2.0
/*
 * libcurl's own waiting, with file descriptors and timers beside it.
 * Entry point: loop_run().
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include "log.h"
#include "loop.h"

/* Nobody is answered meanwhile: that is worth a line. */
#define BUSY_MILLISECONDS 20

/* How long to wait when no timer is set. */
#define IDLE_MILLISECONDS 60000

struct loop_fd {
	struct loop *loop;
	struct loop_fd *next;
	int fd;
	bool removed;
	loop_cb cb;
	void *arg;
};

struct loop_timer {
	struct loop *loop;
	struct loop_timer *next;
	uint64_t due; /* 0: not set */
	bool removed;
	loop_cb cb;
	void *arg;
};

struct loop {
	CURLM *multi;
	struct loop_fd *fds;
	struct loop_timer *timers;
	struct curl_waitfd *waiting;
	unsigned int waiting_size;
	uint64_t woke;	 /* on the clock of loop_now() */
	uint64_t worked; /* milliseconds on the CPU until then */
	bool stopped;
};

static uint64_t milliseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t loop_now(void)
{
	return milliseconds(CLOCK_MONOTONIC);
}

struct loop *loop_create(struct vr_error *err)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (loop)
		loop->multi = curl_multi_init();
	if (!loop || !loop->multi) {
		free(loop);
		vr_error_memory(err);
		return NULL;
	}
	return loop;
}

CURLM *loop_curl(struct loop *loop)
{
	return loop->multi;
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

struct loop_fd *loop_fd_add(struct loop *loop, int fd, loop_cb cb, void *arg,
			    struct vr_error *err)
{
	struct loop_fd *item = calloc(1, sizeof(*item));

	if (!item) {
		vr_error_memory(err);
		return NULL;
	}
	*item = (struct loop_fd){ loop, loop->fds, fd, false, cb, arg };
	loop->fds = item;
	return item;
}

/* Freed by sweep(): whoever goes over the list may be at it. */
void loop_fd_remove(struct loop_fd *fd)
{
	if (fd)
		fd->removed = true;
}

struct loop_timer *loop_timer_create(struct loop *loop, loop_cb cb, void *arg,
				     struct vr_error *err)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));

	if (!timer) {
		vr_error_memory(err);
		return NULL;
	}
	*timer = (struct loop_timer){ loop, loop->timers, 0, false, cb, arg };
	loop->timers = timer;
	return timer;
}

void loop_timer_set(struct loop_timer *timer, uint64_t milliseconds)
{
	timer->due = loop_now() + milliseconds;
}

void loop_timer_set_by(struct loop_timer *timer, uint64_t milliseconds)
{
	uint64_t due = loop_now() + milliseconds;

	if (!timer->due || due < timer->due)
		timer->due = due;
}

void loop_timer_stop(struct loop_timer *timer)
{
	timer->due = 0;
}

void loop_timer_destroy(struct loop_timer *timer)
{
	if (timer)
		timer->removed = true;
}

static void sweep(struct loop *loop)
{
	struct loop_timer **timer = &loop->timers;
	struct loop_fd **fd = &loop->fds;
	struct loop_timer *old_timer;
	struct loop_fd *old_fd;

	while (*fd) {
		old_fd = *fd;
		if (!old_fd->removed) {
			fd = &old_fd->next;
			continue;
		}
		*fd = old_fd->next;
		free(old_fd);
	}
	while (*timer) {
		old_timer = *timer;
		if (!old_timer->removed) {
			timer = &old_timer->next;
			continue;
		}
		*timer = old_timer->next;
		free(old_timer);
	}
}

void loop_destroy(struct loop *loop)
{
	if (!loop)
		return;
	sweep(loop);
	curl_multi_cleanup(loop->multi);
	free(loop->waiting);
	free(loop);
}

static unsigned int count_fds(const struct loop *loop)
{
	const struct loop_fd *fd;
	unsigned int count = 0;

	for (fd = loop->fds; fd; fd = fd->next)
		count++;
	return count;
}

/* What to wait for, in the order of the list. */
static int list_fds(struct loop *loop, unsigned int *count,
		    struct vr_error *err)
{
	const struct loop_fd *fd;
	struct curl_waitfd *new;
	unsigned int i = 0;

	*count = count_fds(loop);
	if (*count > loop->waiting_size) {
		new = realloc(loop->waiting, *count * sizeof(*new));
		if (!new)
			return vr_error_memory(err);
		loop->waiting = new;
		loop->waiting_size = *count;
	}
	for (fd = loop->fds; fd; fd = fd->next)
		loop->waiting[i++] = (struct curl_waitfd){
			.fd = fd->fd,
			.events = CURL_WAIT_POLLIN,
		};
	return 0;
}

static int time_to_wait(const struct loop *loop)
{
	uint64_t now = loop_now(), wait = IDLE_MILLISECONDS;
	const struct loop_timer *timer;

	for (timer = loop->timers; timer; timer = timer->next) {
		if (!timer->due || timer->removed)
			continue;
		if (timer->due <= now)
			return 0;
		if (timer->due - now < wait)
			wait = timer->due - now;
	}
	return (int)wait;
}

static void call_timers(struct loop *loop)
{
	uint64_t now = loop_now();
	struct loop_timer *timer;

	/* New ones are put in front: they are not seen here. */
	for (timer = loop->timers; timer; timer = timer->next) {
		if (timer->removed || !timer->due || timer->due > now)
			continue;
		timer->due = 0;
		timer->cb(timer->arg);
	}
}

static void call_transfers(struct loop *loop)
{
	struct loop_transfer *transfer;
	CURLMsg *message;
	CURL *curl;
	CURLcode code;
	int left;

	while ((message = curl_multi_info_read(loop->multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		/* The message is gone with the removal. */
		curl = message->easy_handle;
		code = message->data.result;
		curl_easy_getinfo(curl, CURLINFO_PRIVATE, &transfer);
		curl_multi_remove_handle(loop->multi, curl);
		transfer->done(transfer, code);
	}
}

static void woke_up(struct loop *loop)
{
	loop->woke = loop_now();
	loop->worked = milliseconds(CLOCK_THREAD_CPUTIME_ID);
}

static void tell_busy(const struct loop *loop)
{
	uint64_t busy = loop_now() - loop->woke;

	if (loop->woke && busy >= BUSY_MILLISECONDS)
		agent_log(AGENT_DEBUG,
			  "busy for %llu ms, on the CPU for %llu ms of them",
			  (unsigned long long)busy,
			  (unsigned long long)(milliseconds(
						       CLOCK_THREAD_CPUTIME_ID) -
					       loop->worked));
}

static int wait_and_call(struct loop *loop, struct vr_error *err)
{
	struct loop_fd *fd, *first = loop->fds;
	unsigned int count, i = 0;
	CURLMcode code;
	int running;
	int ret;

	ret = list_fds(loop, &count, err);
	if (ret)
		return ret;
	code = curl_multi_perform(loop->multi, &running);
	if (code)
		return vr_error_set(err, EIO, "libcurl: %s",
				    curl_multi_strerror(code));
	call_transfers(loop);
	if (loop->stopped)
		return 0;
	tell_busy(loop);
	/* Descriptors that were added or removed by now wait for the next turn. */
	code = curl_multi_poll(loop->multi, loop->waiting, count,
			       time_to_wait(loop), NULL);
	woke_up(loop);
	if (code)
		return vr_error_set(err, EIO, "libcurl: %s",
				    curl_multi_strerror(code));
	for (fd = first; fd; fd = fd->next, i++) {
		if (loop->waiting[i].revents && !fd->removed)
			fd->cb(fd->arg);
	}
	call_timers(loop);
	sweep(loop);
	return 0;
}

int loop_run(struct loop *loop, struct vr_error *err)
{
	int ret = 0;

	sweep(loop);
	while (!ret && !loop->stopped)
		ret = wait_and_call(loop, err);
	return ret;
}
