// SPDX-License-Identifier: Apache-2.0
/*
 * Usage, manual page and completion have the same words.
 */
#define _GNU_SOURCE

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "vrctl/command.h"

/* Run from the folder this file is in. */
#define MANUAL "../../docs/man/vrctl.8"
#define COMPLETION "../../vrctl/completion.bash"

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '-';
}

/* A file as one string; to be freed. */
static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!file)
		return NULL;
	if (getdelim(&text, &size, '\0', file) < 0)
		text[0] = '\0';
	fclose(file);

	return text;
}

/* Without the escapes of fonts (\fB) and of dashes, which stay. */
static void strip_escapes(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] == 'f' && text[2])
			text += 2;
		else if (text[0] != '\\')
			*to++ = *text;
	}
	*to = '\0';
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char *at = text;

	while ((at = strstr(at, word))) {
		if ((at == text || !is_word(at[-1])) && !is_word(at[len]))
			return true;
		at++;
	}

	return false;
}

/* Words of the grammar: in lower case, or an option. Values are not. */
static bool is_keyword(const char *word)
{
	static const char *const prose[] = {
		"usage",    "vrctl",	"options", "as",       "in",
		"one",	    "line",	"each",	   "counters", "the",
		"a",	    "instance", "of",	   "that",     "namespace",
		"versions", "indented", "batch",   "goes",     "on",
		"after",    "errors",	"path",	   "or"
	};
	size_t i;

	for (i = 0; i < sizeof(prose) / sizeof(prose[0]); i++) {
		if (strcmp(prose[i], word) == 0)
			return false;
	}
	if (word[0] == '-')
		return word[1] != '\0';
	for (; *word; word++) {
		if (!islower((unsigned char)*word) && *word != '-')
			return false;
	}

	return true;
}

/* Cut the next word off @text. Return: NULL at the end. */
static char *next_word(char **text)
{
	char *word;

	while (**text && !is_word(**text))
		(*text)++;
	if (!**text)
		return NULL;

	word = *text;
	while (is_word(**text))
		(*text)++;
	if (**text)
		*(*text)++ = '\0';

	return word;
}

int main(void)
{
	char *manual = read_file(MANUAL), *completion = read_file(COMPLETION);
	char *usage = NULL, *rest, *word;
	unsigned int count = 0;
	size_t size;
	FILE *out;

	ok(manual && completion, "manual page and completion are there");
	if (!manual || !completion)
		return tap_end();
	strip_escapes(manual);

	out = open_memstream(&usage, &size);
	vrctl_usage(out);
	fclose(out);

	for (rest = usage; (word = next_word(&rest));) {
		if (!is_keyword(word))
			continue;
		count++;
		if (!has_word(manual, word))
			ok(false, "\"%s\" is in the manual page", word);
		if (!has_word(completion, word))
			ok(false, "\"%s\" is in the completion", word);
	}
	ok(count > 100, "%u words of the usage were looked for", count);

	free(manual);
	free(completion);
	free(usage);

	return tap_end();
}
