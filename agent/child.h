/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that are run while the loop goes on.
 */
#ifndef VR_AGENT_CHILD_H
#define VR_AGENT_CHILD_H

#include "../lib/error.h"
#include "loop.h"

struct child;

/**
 * typedef child_done - a program has ended
 * @status: as waitpid() has it
 * @output: what it printed
 */
typedef void (*child_done)(int status, const char *output, void *arg);

/**
 * child_run() - Run a program
 * @environment: all of it, NULL-terminated
 * @input: what it reads from standard input, at most 64 KiB
 * @done: called once, unless it is cancelled; standard error is ours
 *
 * Return: it, until it is done; or NULL.
 */
struct child *child_run(struct loop *loop, const char *program,
			char *const *environment, const char *input,
			child_done done, void *arg, struct vr_error *err);

/* Let it go on without anybody who waits for it; NULL is none. */
void child_cancel(struct child *child);

#endif /* VR_AGENT_CHILD_H */
