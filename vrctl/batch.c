// SPDX-License-Identifier: Apache-2.0
/*
 * Commands from a file, one a line.  Entry point: batch_run().
 */
#define _GNU_SOURCE

#include "batch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

#define BATCH_WORDS 1024

static bool batch_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/*
 * Take one word from @from, write it without its quotes to @to, which is
 * never ahead of @from.
 *
 * Return: what is behind the word, or NULL when a quote is not closed.
 */
static char *batch_word(char *from, char *to)
{
	char quote = '\0';

	for (; *from && (quote || !batch_blank(*from)); from++) {
		if (quote && *from == quote)
			quote = '\0';
		else if (!quote && (*from == '"' || *from == '\''))
			quote = *from;
		else if (*from == '\\' && quote != '\'' && from[1])
			*to++ = *++from;
		else
			*to++ = *from;
	}
	if (quote)
		return NULL;

	/* The end of the word may be where @from is. */
	if (*from)
		from++;
	*to = '\0';
	return from;
}

int batch_split(char *line, char **words, int max, struct vr_error *err)
{
	char *from = line;
	int count = 0;

	for (;;) {
		while (batch_blank(*from))
			from++;
		if (*from == '\0' || *from == '#')
			return count;
		if (count == max) {
			vr_error_set(err, EINVAL, "more than %d words", max);
			return -1;
		}

		words[count] = from;
		from = batch_word(from, from);
		if (!from) {
			vr_error_set(err, EINVAL, "a quote is not closed");
			return -1;
		}
		count++;
	}
}

static int batch_line(struct vrctl *vrctl, char *line, struct vr_error *err)
{
	char *words[BATCH_WORDS];
	struct args args = { .words = words };
	int count, ret;

	count = batch_split(line, words, BATCH_WORDS, err);
	if (count < 0)
		return VRCTL_USAGE;
	if (count == 0)
		return VRCTL_OK;

	args.count = count;
	ret = vrctl_command(vrctl, &args, err);
	args_close(&args);

	return ret;
}

static int batch_lines(struct vrctl *vrctl, FILE *file, const char *name,
		       bool force, struct vr_error *err)
{
	cleanup_free char *line = NULL;
	int ret, first = VRCTL_OK;
	unsigned long number = 0;
	size_t size = 0;

	while (getline(&line, &size, file) >= 0) {
		number++;
		ret = batch_line(vrctl, line, err);
		if (ret == VRCTL_OK)
			continue;

		vr_error_prefix(err, "%s:%lu", name, number);
		if (!force)
			return ret;
		fprintf(stderr, "vrctl: %s\n", err->text);
		err->text[0] = '\0';
		if (first == VRCTL_OK)
			first = ret;
	}

	return first;
}

int batch_run(struct vrctl *vrctl, const char *name, bool force,
	      struct vr_error *err)
{
	cleanup_file FILE *file = NULL;

	if (strcmp(name, "-") == 0)
		return batch_lines(vrctl, stdin, name, force, err);

	file = fopen(name, "re");
	if (!file) {
		vr_error_set(err, errno, "%s: %s", name, strerror(errno));
		return VRCTL_REFUSED;
	}

	return batch_lines(vrctl, file, name, force, err);
}
