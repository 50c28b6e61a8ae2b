// SPDX-License-Identifier: Apache-2.0
/*
 * Rules of iptables, when no agent will look after them any more.  Entry point:
 * firewall_clear().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "child.h"
#include "firewall.h"
#include "iptables.h"

#define PROGRAM_SECONDS 20
#define LOCK_SECONDS "10"

/* Return: what it printed, to free(), or NULL with @err. */
static char *run(const char *const *arguments, struct vr_error *err)
{
	const struct child_program program = {
		.arguments = arguments,
		.seconds = PROGRAM_SECONDS,
		.all_output = true,
	};
	int status = 0;
	char *output = child_wait(&program, &status, err);

	if (!output || !status)
		return output;
	vr_error_set(err, EIO, "%s: %.*s", arguments[0],
		     (int)strcspn(output, "\n"), output);
	free(output);
	return NULL;
}

/* A line of "-S" is the words that made the rule, a comment perhaps in quotes. */
static int delete_rule(const char *path, char *line, struct vr_error *err)
{
	const char *arguments[IPTABLES_WORDS + 8] = { path, "-w", LOCK_SECONDS,
						      "-D" };
	cleanup_free char *output = NULL;
	unsigned int count = 4;
	char *word;

	strsep(&line, " ");
	while ((word = strsep(&line, " ")) &&
	       count < ARRAY_SIZE(arguments) - 1) {
		if (word[0] == '"')
			word++;
		word[strcspn(word, "\"")] = '\0';
		arguments[count++] = word;
	}
	output = run(arguments, err);
	return output ? 0 : -err->errnum;
}

static int clear_chain(const char *path, const char *chain,
		       struct vr_error *err)
{
	const char *const arguments[] = { path, "-w",  LOCK_SECONDS,
					  "-S", chain, NULL };
	cleanup_free char *output = run(arguments, err);
	char *rest = output, *line;
	int ret = 0;

	/* iptables-nft fails for a chain that nobody has made. */
	if (!output)
		return 0;
	while (!ret && (line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "-A ", 3) && strstr(line, IPTABLES_COMMENT))
			ret = delete_rule(path, line, err);
	}
	return ret;
}

int firewall_clear(struct vr_error *err)
{
	int ret = 0;
	unsigned int i, chain;
	const char *path;

	for (i = 0; !ret && i < FIREWALL_PROGRAMS; i++) {
		path = firewall_program(i);
		for (chain = 0; !ret && path && chain < IPTABLES_CHAINS;
		     chain++)
			ret = clear_chain(path, iptables_chain_name(chain),
					  err);
	}
	return ret;
}
