// SPDX-License-Identifier: Apache-2.0
/*
 * Lines of the log.  Entry point: agent_log().
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log.h"

#define LINE_BYTES 2048

static const char *const level_names[AGENT_LOG_LEVELS] = {
	[AGENT_ERROR] = "error",
	[AGENT_WARNING] = "warning",
	[AGENT_INFO] = "info",
	[AGENT_DEBUG] = "debug",
};

static enum agent_log_level threshold = AGENT_INFO;

bool agent_log_level_parse(const char *name, enum agent_log_level *level)
{
	int i;

	for (i = 0; i < AGENT_LOG_LEVELS; i++) {
		if (strcmp(name, level_names[i]) != 0)
			continue;
		*level = i;
		return true;
	}
	return false;
}

void agent_log_configure(enum agent_log_level level)
{
	threshold = level;
}

void agent_log(enum agent_log_level level, const char *format, ...)
{
	struct timespec now;
	char line[LINE_BYTES];
	struct tm utc;
	char when[32];
	va_list args;
	char *c;

	if (level > threshold)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	for (c = line; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
	clock_gettime(CLOCK_REALTIME, &now);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S",
		 gmtime_r(&now.tv_sec, &utc));
	fprintf(stderr, "%s.%03ldZ %s: %s\n", when, now.tv_nsec / 1000000,
		level_names[level], line);
}
