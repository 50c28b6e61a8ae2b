/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text and JSON from one description: each value is printed once, with its
 * JSON key and the text before it.
 */
#ifndef VRCTL_PRINT_H
#define VRCTL_PRINT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct cJSON;
struct vr_ip;
struct vr_names;

/* A list in an object in a list, and the same once more, in a message. */
#define PRINT_DEPTH 8

/**
 * struct print - where and how to print
 * @json, @pretty: JSON, with indentation
 * @oneline: text, each object on one line
 * @failed: memory ran out, part of the output is missing
 *
 * A command prints print_begin(), its objects and, unless it fails,
 * print_end().  Nothing comes out before the first object, so that a refusal
 * leaves no output.
 */
struct print {
	FILE *out;
	bool json;
	bool pretty;
	bool oneline;
	bool failed;

	bool first;
	unsigned int depth;
	struct cJSON *open[PRINT_DEPTH];
};

void print_begin(struct print *p);
void print_end(struct print *p);

/*
 * An object: @key is its key in the object around it, NULL at the top or in
 * a list.  At the top, closing it ends the line and writes it out.
 */
void print_object(struct print *p, const char *key);
void print_object_end(struct print *p);

/* A list, whose items are printed with key NULL. */
void print_list(struct print *p, const char *key);
void print_list_end(struct print *p);

/*
 * One value.  @key: its JSON key with "_" for "-", NULL in a list.  @before:
 * the text before its text form, NULL to leave it out of text.
 */
void print_string(struct print *p, const char *key, const char *before,
		  const char *value);
void print_number(struct print *p, const char *key, const char *before,
		  uint64_t value);
void print_signed(struct print *p, const char *key, const char *before,
		  int64_t value);
/* A number in JSON, another text for it in text. */
void print_quantity(struct print *p, const char *key, const char *before,
		    uint64_t value, const char *text);
/* A number, 0 or 1, in JSON; in text the word for it (NULL: nothing). */
void print_switch(struct print *p, const char *key, const char *on,
		  const char *off, bool value);

/* The word of an enum's value, or the number when it has none. */
void print_enum(struct print *p, const char *key, const char *before,
		const struct vr_names *names, unsigned int value);
void print_ip(struct print *p, const char *key, const char *before,
	      const struct vr_ip *ip);
void print_mac(struct print *p, const char *key, const char *before,
	       const uint8_t *mac);

/* For text only. */
void print_text(struct print *p, const char *text);

/* Begin a new line of the same object, in text. */
void print_line(struct print *p);

#endif /* VRCTL_PRINT_H */
