/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One command: the table OBJECT x VERB, and what a verb runs with.
 */
#ifndef VRCTL_COMMAND_H
#define VRCTL_COMMAND_H

#include <stdbool.h>

#include "args.h"
#include "lib/error.h"
#include "lib/netlink.h"
#include "print.h"

struct batch;

/**
 * struct vrctl - what all commands of one run share
 * @nl: the socket, opened by the first command that needs it
 * @netns_fd: whose instance to talk to (-n), -1 for our own
 * @print: where output goes
 * @stats: counters as well (-s)
 * @batch: the batch that runs, or NULL
 */
struct vrctl {
	struct vr_nl nl;
	int netns_fd;
	struct print print;
	bool stats;
	struct batch *batch;
};

/**
 * typedef vrctl_run - run one verb
 * @args: the words behind the verb
 *
 * Return: VRCTL_*, and @err is filled unless it is VRCTL_OK.
 */
typedef int (*vrctl_run)(struct vrctl *vrctl, struct args *args,
			 struct vr_error *err);

struct vrctl_verb {
	const char *name;
	vrctl_run run;
};

/**
 * struct vrctl_object - an object and its verbs
 * @usage: the lines that "help" shows
 * @verbs: the first one is what runs without a verb
 * @run: of an object without verbs
 */
struct vrctl_object {
	const char *name;
	const char *usage;
	const struct vrctl_verb *verbs;
	unsigned int verb_count;
	vrctl_run run;
};

/**
 * vrctl_connect - open the socket if it is not open
 *
 * Return: VRCTL_OK or VRCTL_REFUSED, which without a text means "not yet":
 * lines of a batch wait, see batch.h.
 */
int vrctl_connect(struct vrctl *vrctl, struct vr_error *err);

/* VRCTL_* of what a function of lib/ returned. */
int vrctl_result(int ret);

/**
 * vrctl_shown - end the output of a dump
 * @ret: how it ended
 *
 * Says so if the dump was interrupted every time it was tried.
 *
 * Return: VRCTL_*.
 */
int vrctl_shown(struct vrctl *vrctl, int ret);

/**
 * vrctl_command - run one command
 * @args: OBJECT VERB KEY VALUE ...
 *
 * Return: VRCTL_*, and @err begins with object and verb.
 */
int vrctl_command(struct vrctl *vrctl, struct args *args, struct vr_error *err);

/* Print the usage of all objects. */
void vrctl_usage(FILE *out);

#endif /* VRCTL_COMMAND_H */
