/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the agent says of itself, on standard error: the container's log.
 */
#ifndef VR_AGENT_LOG_H
#define VR_AGENT_LOG_H

#include <stdbool.h>

enum agent_log_level {
	AGENT_ERROR,   /* something does not work until somebody acts */
	AGENT_WARNING, /* it will be tried again */
	AGENT_INFO,    /* what changed */
	AGENT_DEBUG,
	AGENT_LOG_LEVELS
};

/* Return: false when the name ("error" ... "debug") is of no level. */
bool agent_log_level_parse(const char *name, enum agent_log_level *level);

/* What is written from now on; AGENT_INFO at first. */
void agent_log_configure(enum agent_log_level level);

/**
 * agent_log() - Write one line
 *
 * Control characters become "?": lines quote what users wrote.
 */
void agent_log(enum agent_log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* VR_AGENT_LOG_H */
