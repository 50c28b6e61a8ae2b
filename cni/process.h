/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_PROCESS_H
#define VR_CNI_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../lib/error.h"

/**
 * struct process_variable - a variable of a program's environment
 */
struct process_variable {
	const char *name;
	const char *value;
};

/**
 * struct process - a program that is run to its end
 * @program: its path
 * @variables: set in addition to our own environment
 * @variable_count: how many
 * @input: what it reads from standard input
 * @ran: it was started, so that it may have done something
 * @output: what it printed, to free(); NULL when it has no end of its own
 * @status: how it ended, as waitpid() has it; where there is an @output
 * @error: why there is no @output, with a code of CNI
 *
 * The rest is process_run_all()'s own.
 */
struct process {
	const char *program;
	const struct process_variable *variables;
	unsigned int variable_count;
	const char *input;

	bool ran;
	char *output;
	int status;
	struct vr_error error;

	pid_t pid;
	int pid_fd;
	int out_fd;
	size_t used;
	size_t size;
};

/**
 * process_run_all() - Run programs side by side
 * @seconds: what they have together; who has not ended by then is killed with
 *	the processes it has started
 *
 * A program dies when we do. Its standard error is ours.
 */
void process_run_all(struct process *processes, unsigned int count,
		     unsigned int seconds);

#endif
