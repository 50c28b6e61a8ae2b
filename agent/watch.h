/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All objects of a kind, first listed and then watched, as the page "Kubernetes
 * API concepts" describes it.
 */
#ifndef VR_AGENT_WATCH_H
#define VR_AGENT_WATCH_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "api.h"

struct watch;

/* Objects of a page of those that are large: Nodes list their images. */
#define WATCH_PAGE_LARGE 50

/**
 * struct watch_kind - what to watch, and who is told
 * @path: of the collection, without a query
 * @selector: "labelSelector=..." or "fieldSelector=...", escaped; NULL for all
 * @page: objects that are asked for at a time, 0 for many: nobody is heard while
 *	a page is read, and it is in memory several times over
 * @changed: an object is new or another than before; it is gone afterwards
 * @gone: an object is no more; @namespace is "" for a kind without
 * @synced: a list was read to its end and @gone said what it lacks: after the
 *	start, and whenever the watch had to begin anew
 *
 * A watch that is broken or behind calls nobody: what is known stays. All
 * callbacks are made from the loop, and may stop the watch.
 */
struct watch_kind {
	const char *path;
	const char *selector;
	unsigned int page;
	void (*changed)(const cJSON *object, void *arg);
	void (*gone)(const char *namespace, const char *name, void *arg);
	void (*synced)(void *arg);
};

/**
 * watch_start() - Begin
 * @kind: borrowed; its strings are copied
 *
 * Return: the watch, or NULL.
 */
struct watch *watch_start(struct api *api, struct loop *loop,
			  const struct watch_kind *kind, void *arg,
			  struct vr_error *err);

/* NULL is none. */
void watch_stop(struct watch *watch);

/* List again: what others wrote before this moment is known when it is synced. */
void watch_list_again(struct watch *watch);

/* Was everything listed once? */
bool watch_is_synced(const struct watch *watch);

#endif /* VR_AGENT_WATCH_H */
