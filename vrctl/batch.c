// SPDX-License-Identifier: Apache-2.0
/*
 * Commands from a file, one a line.  Entry point: batch_run().
 */
#define _GNU_SOURCE

#include "batch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/apply.h"
#include "lib/cleanup.h"
#include "lib/field.h"

#define BATCH_WORDS 1024
/* What one request may add, see "vrctl limits". */
#define BATCH_LINES 64

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

/* A line that waits. */
struct batch_line {
	char *text;
	unsigned long number;
};

/**
 * struct batch - a batch that runs
 * @name: of the file
 * @text, @number: the line that runs
 * @lines, @line_count: those that wait to be added in one request
 * @objects: what they add
 * @alone: each line is a request of its own
 * @first: VRCTL_* of the first that failed
 */
struct batch {
	struct vrctl *vrctl;
	const char *name;
	bool force;
	const char *text;
	unsigned long number;
	struct batch_line lines[BATCH_LINES];
	unsigned int line_count;
	struct vr_apply objects;
	bool alone;
	int first;
};

static void batch_forget(struct batch *batch)
{
	while (batch->line_count)
		free(batch->lines[--batch->line_count].text);
	vr_apply_free(&batch->objects);
}

bool batch_waiting(const struct batch *batch)
{
	return batch && !batch->alone && batch->line_count;
}

/* Whether the line may wait; then there is room for its object in @list. */
static void *batch_keep(struct batch *batch, void *list, unsigned int *count,
			size_t size)
{
	struct batch_line *line;
	void *item;

	if (batch->alone)
		return NULL;
	line = &batch->lines[batch->line_count];
	line->number = batch->number;
	line->text = strdup(batch->text);
	if (!line->text)
		return NULL;
	item = vr_list_grow(list, count, size);
	if (!item)
		free(line->text);
	else
		batch->line_count++;
	return item;
}

bool batch_take_route(struct batch *batch, struct vr_route *route)
{
	struct vr_apply *objects = batch ? &batch->objects : NULL;
	struct vr_route *item = NULL;

	if (batch)
		item = batch_keep(batch, &objects->routes,
				  &objects->route_count, sizeof(*item));
	if (!item)
		return false;
	*item = *route;
	memset(route, 0, sizeof(*route));
	return true;
}

bool batch_take_endpoint(struct batch *batch, struct vr_endpoint *endpoint)
{
	struct vr_apply *objects = batch ? &batch->objects : NULL;
	struct vr_endpoint *item = NULL;

	if (batch)
		item = batch_keep(batch, &objects->endpoints,
				  &objects->endpoint_count, sizeof(*item));
	if (!item)
		return false;
	*item = *endpoint;
	memset(endpoint, 0, sizeof(*endpoint));
	return true;
}

static int batch_run_words(struct batch *batch, struct vr_error *err)
{
	cleanup_free char *line = strdup(batch->text);
	char *words[BATCH_WORDS];
	struct args args = { .words = words };
	int count, ret;

	if (!line)
		return vrctl_result(vr_error_memory(err));
	count = batch_split(line, words, BATCH_WORDS, err);
	if (count < 0)
		return VRCTL_USAGE;
	if (count == 0)
		return VRCTL_OK;

	args.count = count;
	ret = vrctl_command(batch->vrctl, &args, err);
	args_close(&args);

	return ret;
}

/* Run batch->text. Return: VRCTL_OK if that or if the batch goes on. */
static int batch_run_line(struct batch *batch, struct vr_error *err)
{
	int ret = batch_run_words(batch, err);

	if (ret == VRCTL_OK || batch_waiting(batch))
		return ret;
	vr_error_prefix(err, "%s:%lu", batch->name, batch->number);
	if (!batch->force)
		return ret;
	fprintf(stderr, "vrctl: %s\n", err->text);
	err->text[0] = '\0';
	if (batch->first == VRCTL_OK)
		batch->first = ret;
	return VRCTL_OK;
}

/* The lines that wait, one by one: as if they had never waited. */
static int batch_run_alone(struct batch *batch, struct vr_error *err)
{
	const char *text = batch->text;
	unsigned long number = batch->number;
	int ret = VRCTL_OK;
	unsigned int i;

	batch->alone = true;
	for (i = 0; ret == VRCTL_OK && i < batch->line_count; i++) {
		batch->text = batch->lines[i].text;
		batch->number = batch->lines[i].number;
		ret = batch_run_line(batch, err);
	}
	batch->alone = false;
	batch->text = text;
	batch->number = number;
	return ret;
}

/*
 * Add what waits in one request, all or nothing. If it is refused, the lines
 * run one by one, up to the one to blame.
 */
static int batch_add(struct batch *batch, struct vr_error *err)
{
	struct vrctl *vrctl = batch->vrctl;
	int ret = VRCTL_OK;

	if (!batch->line_count)
		return VRCTL_OK;
	batch->alone = true;
	ret = vrctl_connect(vrctl, err);
	batch->alone = false;
	/* Without an error to fill, the request is made much faster. */
	if (ret == VRCTL_OK && vr_apply(&vrctl->nl, NLM_F_CREATE | NLM_F_EXCL,
					&batch->objects, NULL, NULL) < 0)
		ret = batch_run_alone(batch, err);
	batch_forget(batch);
	return ret;
}

/* What does not wait comes after what does. */
static int batch_line(struct batch *batch, struct vr_error *err)
{
	unsigned int waiting = batch->line_count;
	int ret;

	ret = batch_run_line(batch, err);
	if (batch->line_count > waiting)
		return batch->line_count < BATCH_LINES ? VRCTL_OK
						       : batch_add(batch, err);
	if (ret == VRCTL_OK || !waiting)
		return ret;

	err->text[0] = '\0';
	ret = batch_add(batch, err);
	if (ret == VRCTL_OK)
		ret = batch_run_line(batch, err);
	return ret;
}

/* Who writes to a pipe may look at what a line did before the next one. */
static bool batch_must_wait(FILE *file)
{
	struct pollfd fd = { .fd = fileno(file), .events = POLLIN };

	return poll(&fd, 1, 0) == 0;
}

static int batch_lines(struct batch *batch, FILE *file, struct vr_error *err)
{
	cleanup_free char *line = NULL;
	int ret = VRCTL_OK;
	size_t size = 0;

	while (ret == VRCTL_OK) {
		if (batch->line_count && batch_must_wait(file))
			ret = batch_add(batch, err);
		if (ret != VRCTL_OK || getline(&line, &size, file) < 0)
			break;
		batch->text = line;
		batch->number++;
		ret = batch_line(batch, err);
	}
	if (ret == VRCTL_OK)
		ret = batch_add(batch, err);

	return ret == VRCTL_OK ? batch->first : ret;
}

int batch_run(struct vrctl *vrctl, const char *name, bool force,
	      struct vr_error *err)
{
	struct batch batch = { .vrctl = vrctl, .name = name, .force = force };
	cleanup_file FILE *opened = NULL;
	FILE *file = stdin;
	int ret;

	if (strcmp(name, "-") != 0) {
		file = opened = fopen(name, "re");
		if (!file) {
			vr_error_set(err, errno, "%s: %s", name,
				     strerror(errno));
			return VRCTL_REFUSED;
		}
	}

	vrctl->batch = &batch;
	ret = batch_lines(&batch, file, err);
	vrctl->batch = NULL;
	batch_forget(&batch);

	return ret;
}
