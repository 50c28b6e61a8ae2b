/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_LOG_H
#define VR_CNI_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/error.h"
#include "environment.h"

/* Each has those before it. */
enum log_level {
	LOG_ERROR,
	LOG_WARNING,
	LOG_INFO,
	LOG_DEBUG,
	LOG_LEVELS
};

/* Return: false when the name is of no level. */
bool log_level_parse(const char *name, enum log_level *level);

/**
 * log_begin() - A call begins: its time runs, and its events are of @env
 */
void log_begin(const struct environment *env);

/**
 * log_configure() - Say what is written, and where besides standard error
 * @path: absolute path of a file, appended to, NULL for none
 *
 * Whatever is wrong with the file is told on standard error and no reason to
 * fail.
 */
void log_configure(const char *path, enum log_level level);

/* Microseconds on a clock that only goes forward. */
uint64_t log_now(void);

/**
 * log_event() - Write one line
 * @ifname: the interface, NULL for the call's own
 * @operation: what was done
 * @since: log_now() when it began
 * @err: why it failed, NULL when it did not
 *
 * No configuration, annotation or environment is in it, but what the message
 * of an error names.
 */
void log_event(enum log_level level, const char *ifname, const char *operation,
	       uint64_t since, const struct vr_error *err);

/* The whole call, when it ends. */
void log_call(const struct vr_error *err);

#endif
