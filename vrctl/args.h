/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of a command line: KEY VALUE pairs by table, and one word that
 * stands alone.
 */
#ifndef VRCTL_ARGS_H
#define VRCTL_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"
#include "lib/names.h"

struct vr_ip;
struct vr_ip_list;

/* What a command ends with. */
enum vrctl_exit {
	VRCTL_OK,
	VRCTL_REFUSED, /* by the kernel, or the system */
	VRCTL_USAGE,
};

/**
 * struct args - the words not parsed yet
 * @words, @count: all of them, borrowed
 * @next: index of the next one
 *
 * File descriptors of namespaces stay open until args_close().
 */
struct args {
	char *const *words;
	unsigned int count;
	unsigned int next;

	unsigned int fd_count;
	int *fds;
};

enum arg_type {
	ARG_WORD,   /* the key alone sets the bit */
	ARG_SWITCH, /* bool: on or off */
	ARG_U8,
	ARG_U16,
	ARG_U32,
	ARG_RATE,   /* uint64_t: bits per second, in tc's units */
	ARG_SIZE,   /* uint32_t: bytes, the same */
	ARG_ENUM,   /* unsigned int, with names */
	ARG_STRING, /* char[size] */
	ARG_MAC,    /* uint8_t[6] */
	ARG_IP,	    /* struct vr_ip */
	ARG_CUSTOM, /* parse() */
};

/**
 * struct arg_key - one key and the member of the object its value goes to
 * @word: the key; NULL takes a word that is no key (of which there is one)
 * @value: what the value is called in help and errors
 * @type: of the value
 * @required: an error without it
 * @repeat: may be given more than once
 * @attr: its bit in the "set" of the object, see lib/field.h
 * @offset, @size: of the member
 * @names: of ARG_ENUM
 * @parse: of ARG_CUSTOM; takes its words itself, returns VRCTL_*
 */
struct arg_key {
	const char *word;
	const char *value;
	enum arg_type type;
	bool required;
	bool repeat;
	unsigned int attr;
	size_t offset;
	size_t size;
	const struct vr_names *names;
	int (*parse)(struct args *args, const struct arg_key *key, void *object,
		     struct vr_error *err);
};

#define ARG_MEMBER(object, member)          \
	.offset = offsetof(object, member), \
	.size = sizeof(((object *)NULL)->member)

/* The next word and step over it, NULL at the end. */
const char *args_take(struct args *args);
/* The next word without a step, NULL at the end. */
const char *args_peek(const struct args *args);
/* Step over the next word if it is this one. */
bool args_match(struct args *args, const char *word);

/**
 * args_value - take the value of a key
 *
 * Return: the value, or NULL and @err is filled when there is none.
 */
const char *args_value(struct args *args, const struct arg_key *key,
		       struct vr_error *err);

/**
 * args_parse_key - parse the value of one key, which was taken already
 *
 * Return: as args_parse().
 */
int args_parse_key(struct args *args, const struct arg_key *key, void *object,
		   struct vr_error *err);

/**
 * args_parse - parse all words that are left
 * @keys: the keys there are
 * @object: what they go to, begins with "uint64_t set"
 *
 * Return: VRCTL_OK, VRCTL_USAGE, or what a custom parser returned.
 */
int args_parse(struct args *args, const struct arg_key *keys,
	       unsigned int count, void *object, struct vr_error *err);

/* Complain of a word that should not be there. Return: VRCTL_OK or _USAGE. */
int args_end(const struct args *args, struct vr_error *err);

/**
 * args_netns - take the value of a namespace key and open it
 * @fd: gets the file descriptor, which args_close() closes
 * @netns: gets the word
 *
 * Return: VRCTL_OK, VRCTL_USAGE, VRCTL_REFUSED when there is no such one.
 */
int args_netns(struct args *args, const struct arg_key *key, int *fd,
	       const char **netns, struct vr_error *err);

/* Parse a value that is a number. Return: VRCTL_OK or VRCTL_USAGE. */
int args_u8(const struct arg_key *key, const char *value, uint8_t *number,
	    struct vr_error *err);

/* Parse one value of an address list. Return: VRCTL_OK or VRCTL_USAGE. */
int args_ip(struct args *args, const struct arg_key *key, struct vr_ip *ip,
	    struct vr_error *err);

/**
 * args_ip_list - parse several addresses in a row
 *
 * The first has to be there; the list ends before a word that cannot be meant
 * as an address, as it has neither a dot nor a colon.
 *
 * Return: VRCTL_OK, VRCTL_USAGE, or VRCTL_REFUSED without memory.
 */
int args_ip_list(struct args *args, const struct arg_key *key,
		 struct vr_ip_list *list, struct vr_error *err);

void args_close(struct args *args);

#endif /* VRCTL_ARGS_H */
