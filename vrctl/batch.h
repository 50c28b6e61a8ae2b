/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands from a file, one a line.
 */
#ifndef VRCTL_BATCH_H
#define VRCTL_BATCH_H

#include <stdbool.h>

#include "command.h"
#include "lib/endpoint.h"
#include "lib/route.h"

struct batch;

/**
 * batch_split - split a line into words, in place
 *
 * Words are separated by blanks.  Quotes of both kinds keep blanks, a
 * backslash outside of single quotes takes the next character as it is, and
 * "#" at the beginning of a word begins a comment.
 *
 * @words: gets the words, which point into @line
 * @max: room in @words
 *
 * Return: how many words, or -1 and @err is filled (a quote that is not
 * closed, too many words).
 */
int batch_split(char *line, char **words, int max, struct vr_error *err);

/**
 * batch_run - run all commands of a file
 * @name: of the file, "-" for standard input
 * @force: go on after a command that failed, whose error is printed
 *
 * Return: VRCTL_*; with @force that of the first command that failed, and
 * @err has no text.
 */
int batch_run(struct vrctl *vrctl, const char *name, bool force,
	      struct vr_error *err);

/*
 * Many objects are added faster by one request than by one each. So what
 * "route add" and "endpoint add" of a batch add waits for that of the next
 * lines; every other command is refused by vrctl_connect() while something
 * waits, and runs again when it is added.
 *
 * Return: whether it waits now, and @route (or @endpoint) is empty. False
 * without a batch (NULL).
 */
bool batch_take_route(struct batch *batch, struct vr_route *route);
bool batch_take_endpoint(struct batch *batch, struct vr_endpoint *endpoint);

/* Whether something waits. False without a batch (NULL). */
bool batch_waiting(const struct batch *batch);

#endif /* VRCTL_BATCH_H */
