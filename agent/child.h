/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that are run while the loop goes on.
 */
#ifndef VR_AGENT_CHILD_H
#define VR_AGENT_CHILD_H

#include <stdbool.h>

#include "../lib/error.h"
#include "loop.h"

struct child;

/**
 * struct child_program - what to run
 * @arguments: its path first, NULL-terminated
 * @environment: all of it, NULL-terminated; NULL is ours
 * @input: what it reads from standard input; NULL is nothing
 * @seconds: it is killed then, with what it started in its process group; 0 is
 *	never
 * @all_output: what it writes to standard error is output, too, and not ours
 */
struct child_program {
	const char *const *arguments;
	char *const *environment;
	const char *input;
	unsigned int seconds;
	bool all_output;
};

/**
 * typedef child_done - a program has ended
 * @status: as waitpid() has it
 * @output: what it printed
 */
typedef void (*child_done)(int status, const char *output, void *arg);

/**
 * child_run() - Run a program
 * @done: called once, unless it is cancelled
 *
 * Return: it, until it is done; or NULL.
 */
struct child *child_run(struct loop *loop, const struct child_program *program,
			child_done done, void *arg, struct vr_error *err);

/**
 * child_wait() - Run a program and wait for it, where no loop runs
 * @status: as waitpid() has it
 *
 * Return: what it printed, to free(), or NULL when it could not be run.
 */
char *child_wait(const struct child_program *program, int *status,
		 struct vr_error *err);

/* Let it go on without anybody who waits for it; NULL is none. */
void child_cancel(struct child *child);

#endif /* VR_AGENT_CHILD_H */
