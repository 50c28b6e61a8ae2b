/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables that tie the attributes of an object to the members of its struct,
 * for what is one value.  Lists and nests are handled by the object's file.
 *
 * Every struct that has a table begins with "uint64_t set": bit N says that
 * the attribute of number N is given (in a request) or was there (in an
 * answer).  A member whose bit is clear means nothing.
 */
#ifndef VR_LIB_FIELD_H
#define VR_LIB_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "error.h"
#include "message.h"
#include "names.h"

struct nlattr;

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif

/* The bit of an attribute in "set". */
#define VR_BIT(attr) (UINT64_C(1) << (attr))
#define vr_is_set(object, attr) (((object)->set & VR_BIT(attr)) != 0)

enum vr_field_type {
	VR_FIELD_FLAG,	 /* no member, only the bit */
	VR_FIELD_SWITCH, /* bool, a u8 of 0 or 1, "on" and "off" */
	VR_FIELD_U8,
	VR_FIELD_U16,
	VR_FIELD_U32,
	VR_FIELD_S32,	 /* int32_t */
	VR_FIELD_U64,	 /* only in answers */
	VR_FIELD_RATE,	 /* uint64_t, bits per second */
	VR_FIELD_SIZE,	 /* uint32_t, bytes */
	VR_FIELD_ENUM,	 /* unsigned int, a u8, with names */
	VR_FIELD_STRING, /* char[size] */
	VR_FIELD_MAC,	 /* uint8_t[VR_MAC_LEN] */
	VR_FIELD_IP,	 /* struct vr_ip */
};

/**
 * struct vr_field - one attribute and the member that holds its value
 * @attr: number of the attribute
 * @type: type of both
 * @offset: of the member in the struct
 * @size: of the member in bytes
 * @key: the word the user writes for it, NULL when vr_fields_put() leaves it
 *	out: it is only in answers, or the object's file puts it
 * @names: words of the values (VR_FIELD_ENUM)
 */
struct vr_field {
	uint16_t attr;
	uint16_t type;
	uint32_t offset;
	uint32_t size;
	const char *key;
	const struct vr_names *names;
};

#define VR_FIELD(object, member, number, kind, word)                    \
	{                                                               \
		.attr = (number), .type = (kind),                       \
		.offset = offsetof(object, member),                     \
		.size = sizeof(((object *)NULL)->member), .key = (word) \
	}
#define VR_FIELD_NAMED(object, member, number, word, words)              \
	{                                                                \
		.attr = (number), .type = VR_FIELD_ENUM,                 \
		.offset = offsetof(object, member),                      \
		.size = sizeof(((object *)NULL)->member), .key = (word), \
		.names = (words)                                         \
	}

/* Append the attributes of the fields whose bit is set, in table order. */
void vr_fields_put(struct vr_msg *msg, const struct vr_field *fields,
		   unsigned int count, const void *object);

/**
 * vr_fields_parse - take one attribute into the struct
 *
 * An attribute that is in no table is from a newer module and is left alone.
 *
 * Return: 0, or -EBADMSG when its length is wrong.
 */
int vr_fields_parse(const struct vr_field *fields, unsigned int count,
		    const struct nlattr *attr, void *object,
		    struct vr_error *err);

/* Addresses of an attribute that may be there several times. All zero is none. */
struct vr_ip_list {
	unsigned int count;
	struct vr_ip *items;
};

/* Append an address. Return: 0 or -ENOMEM. */
int vr_ip_list_add(struct vr_ip_list *list, const struct vr_ip *ip,
		   struct vr_error *err);

/* Append an attribute for each address, remembered as "<key> <address>". */
void vr_ip_list_put(struct vr_msg *msg, int attr, const char *key,
		    const struct vr_ip_list *list);

/* Append the address of an attribute. Return: 0, -EBADMSG or -ENOMEM. */
int vr_ip_list_parse(const struct nlattr *attr, struct vr_ip_list *list,
		     struct vr_error *err);

/* Free the addresses (not the struct). */
void vr_ip_list_free(struct vr_ip_list *list);

/**
 * vr_string_copy - copy a string into an array that has to hold all of it
 * @key: what the user calls it, for the error text
 *
 * Return: 0, or -EINVAL (the text names key and limit) and @dst is empty.
 */
int vr_string_copy(const char *key, char *dst, size_t size, const char *src,
		   struct vr_error *err);

/**
 * vr_list_grow - make room for one more item of a list
 * @list: address of the pointer to the items
 * @count: how many it holds; counts the new one on success
 * @size: of one item
 *
 * Return: the new item, all zero, or NULL without memory.
 */
void *vr_list_grow(void *list, unsigned int *count, size_t size);

/**
 * vr_msg_put_netns - append a namespace
 * @fd: of the namespace, open until the request was answered
 * @netns: what the user calls it, or NULL
 */
void vr_msg_put_netns(struct vr_msg *msg, int attr, int fd, const char *netns);

/* Parse an attribute that holds an address. Return: 0 or -EBADMSG. */
int vr_ip_parse_attr(const struct nlattr *attr, struct vr_ip *ip,
		     struct vr_error *err);

#endif /* VR_LIB_FIELD_H */
