// SPDX-License-Identifier: Apache-2.0
/*
 * Building a netlink request that remembers how the user wrote each of its
 * attributes.
 */
#define _GNU_SOURCE

#include "message.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"

/* Enough for one object; vr_msg_reserve() makes more room. */
#define VR_MSG_SIZE 4096

/**
 * struct vr_msg_record - how the user wrote one attribute
 * @offset: of the attribute from the start of the message
 * @parent: record of the nest it is in, -1 at the top
 * @object: a nest that is one of several objects
 * @text: NULL when the nest's text says it
 */
struct vr_msg_record {
	uint32_t offset;
	int parent;
	bool object;
	char *text;
};

static void vr_msg_fail(struct vr_msg *msg, int errnum)
{
	if (!msg->error)
		msg->error = errnum;
}

void vr_msg_start(struct vr_msg *msg, uint16_t type, uint16_t flags,
		  const void *header, size_t len)
{
	msg->nl = nlmsg_alloc_size(VR_MSG_SIZE);
	if (!msg->nl ||
	    !nlmsg_put(msg->nl, NL_AUTO_PORT, NL_AUTO_SEQ, type, 0, flags) ||
	    (header &&
	     nlmsg_append(msg->nl, (void *)header, len, NLMSG_ALIGNTO) < 0))
		vr_msg_fail(msg, ENOMEM);
}

void vr_msg_start_genl(struct vr_msg *msg, uint16_t family, uint8_t cmd,
		       uint8_t version, uint16_t flags)
{
	struct genlmsghdr header = { .cmd = cmd, .version = version };

	vr_msg_start(msg, family, flags, &header, sizeof(header));
}

void vr_msg_destroy(struct vr_msg *msg)
{
	unsigned int i;

	for (i = 0; i < msg->record_count; i++)
		free(msg->records[i].text);
	free(msg->records);
	nlmsg_free(msg->nl);
	*msg = (struct vr_msg)VR_MSG_INIT;
}

/* Append an attribute of @len bytes, for which libnl may lack the room. */
static struct nlattr *vr_msg_reserve(struct vr_msg *msg, int attr, size_t len)
{
	struct nlattr *nla;
	size_t size;

	if (len > UINT16_MAX - NLA_HDRLEN) {
		vr_msg_fail(msg, EMSGSIZE);
		return NULL;
	}

	nla = nla_reserve(msg->nl, attr, len);
	if (!nla) {
		size = nlmsg_get_max_size(msg->nl) * 2 + nla_total_size(len);
		if (nlmsg_expand(msg->nl, size) == 0)
			nla = nla_reserve(msg->nl, attr, len);
	}
	if (!nla)
		vr_msg_fail(msg, ENOMEM);

	return nla;
}

static struct vr_msg_record *vr_msg_record_new(struct vr_msg *msg)
{
	struct vr_msg_record *records;
	unsigned int room;

	if (msg->record_count == msg->record_room) {
		room = msg->record_room ? msg->record_room * 2 : 16;
		records = reallocarray(msg->records, room, sizeof(*records));
		if (!records)
			return NULL;
		msg->records = records;
		msg->record_room = room;
	}

	return &msg->records[msg->record_count++];
}

/* Append an attribute and the record of how it was written. */
__attribute__((format(printf, 4, 0))) static struct nlattr *
vr_msg_append(struct vr_msg *msg, int attr, size_t len, const char *fmt,
	      va_list args)
{
	struct vr_msg_record *record;
	struct nlattr *nla;

	if (msg->error)
		return NULL;
	nla = vr_msg_reserve(msg, attr, len);
	if (!nla)
		return NULL;

	record = vr_msg_record_new(msg);
	if (!record) {
		vr_msg_fail(msg, ENOMEM);
		return NULL;
	}
	record->offset = (char *)nla - (char *)nlmsg_hdr(msg->nl);
	record->parent = msg->open;
	record->object = false;
	record->text = NULL;
	if (fmt && !msg->untold && vasprintf(&record->text, fmt, args) < 0) {
		record->text = NULL;
		vr_msg_fail(msg, ENOMEM);
		return NULL;
	}

	return nla;
}

void vr_msg_put(struct vr_msg *msg, int attr, const void *data, size_t len,
		const char *fmt, ...)
{
	struct nlattr *nla;
	va_list args;

	va_start(args, fmt);
	nla = vr_msg_append(msg, attr, len, fmt, args);
	va_end(args);
	if (nla && len)
		memcpy(nla_data(nla), data, len);
}

void vr_msg_put_flag(struct vr_msg *msg, int attr, const char *key)
{
	vr_msg_put(msg, attr, NULL, 0, key ? "%s" : NULL, key);
}

void vr_msg_put_u8(struct vr_msg *msg, int attr, const char *key, uint8_t v)
{
	vr_msg_put(msg, attr, &v, sizeof(v), key ? "%s %u" : NULL, key, v);
}

void vr_msg_put_u16(struct vr_msg *msg, int attr, const char *key, uint16_t v)
{
	vr_msg_put(msg, attr, &v, sizeof(v), key ? "%s %u" : NULL, key, v);
}

void vr_msg_put_u32(struct vr_msg *msg, int attr, const char *key, uint32_t v)
{
	vr_msg_put(msg, attr, &v, sizeof(v), key ? "%s %u" : NULL, key, v);
}

void vr_msg_put_string(struct vr_msg *msg, int attr, const char *key,
		       const char *v)
{
	vr_msg_put(msg, attr, v, strlen(v) + 1, key ? "%s %s" : NULL, key, v);
}

void vr_msg_put_mac(struct vr_msg *msg, int attr, const char *key,
		    const uint8_t v[VR_MAC_LEN])
{
	char text[VR_MAC_TEXT] = "";

	if (!msg->untold)
		vr_mac_format(v, text);
	vr_msg_put(msg, attr, v, VR_MAC_LEN, key ? "%s %s" : NULL, key, text);
}

void vr_msg_put_ip(struct vr_msg *msg, int attr, const char *key,
		   const struct vr_ip *v)
{
	char text[VR_IP_TEXT] = "";

	if (!msg->untold)
		vr_ip_format(v, text);
	vr_msg_put(msg, attr, v->bytes, vr_family_bytes(v->family),
		   key ? "%s %s" : NULL, key, text);
}

void vr_msg_put_netns(struct vr_msg *msg, int attr, int fd, const char *netns)
{
	uint32_t v = fd;

	vr_msg_put(msg, attr, &v, sizeof(v), "netns %s", netns ? netns : "");
}

__attribute__((format(printf, 4, 0))) static void
vr_msg_open(struct vr_msg *msg, int attr, bool object, const char *fmt,
	    va_list args)
{
	if (!vr_msg_append(msg, attr | NLA_F_NESTED, 0, fmt, args))
		return;

	msg->open = msg->record_count - 1;
	msg->records[msg->open].object = object;
}

void vr_msg_nest(struct vr_msg *msg, int attr, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vr_msg_open(msg, attr, false, fmt, args);
	va_end(args);
}

void vr_msg_nest_object(struct vr_msg *msg, int attr, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vr_msg_open(msg, attr, true, fmt, args);
	va_end(args);
}

void vr_msg_end(struct vr_msg *msg)
{
	const struct vr_msg_record *record;
	struct nlmsghdr *hdr;
	struct nlattr *nla;
	size_t len;

	if (msg->error)
		return;

	record = &msg->records[msg->open];
	hdr = nlmsg_hdr(msg->nl);
	nla = (struct nlattr *)((char *)hdr + record->offset);
	len = hdr->nlmsg_len - record->offset;
	msg->open = record->parent;
	if (len > UINT16_MAX)
		vr_msg_fail(msg, EMSGSIZE);
	else
		nla->nla_len = len;
}

bool vr_msg_describe(const struct vr_msg *msg, uint32_t offset, char *buf,
		     size_t size)
{
	const struct vr_msg_record *record = NULL;
	const char *text;
	int i;

	for (i = msg->record_count - 1; i >= 0; i--) {
		record = &msg->records[i];
		if (record->offset == offset)
			break;
	}
	while (i >= 0 && !msg->records[i].text)
		i = msg->records[i].parent;
	if (i < 0)
		return false;

	text = msg->records[i].text;
	i = msg->records[i].parent;
	while (i >= 0 && !(msg->records[i].object && msg->records[i].text))
		i = msg->records[i].parent;
	if (i >= 0)
		snprintf(buf, size, "%s of %s", text, msg->records[i].text);
	else
		snprintf(buf, size, "%s", text);

	return true;
}

bool vr_msg_describe_all(const struct vr_msg *msg, char *buf, size_t size)
{
	const struct vr_msg_record *record;
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < msg->record_count && len < size; i++) {
		record = &msg->records[i];
		if (record->parent < 0 && record->text)
			len += snprintf(buf + len, size - len, "%s%s",
					len ? " " : "", record->text);
	}

	return len > 0;
}
