// SPDX-License-Identifier: Apache-2.0
/*
 * Tables that tie the attributes of an object to the members of its struct.
 */
#include "field.h"

#include <errno.h>
#include <netlink/attr.h>
#include <stdlib.h>
#include <string.h>

#include "rate.h"

static void vr_field_put_named(struct vr_msg *msg, const struct vr_field *field,
			       unsigned int value)
{
	const char *text = vr_names_text(field->names, value);
	uint8_t v = value;

	if (text)
		vr_msg_put(msg, field->attr, &v, sizeof(v), "%s %s", field->key,
			   text);
	else
		vr_msg_put_u8(msg, field->attr, field->key, v);
}

static void vr_field_put(struct vr_msg *msg, const struct vr_field *field,
			 const void *member)
{
	char text[VR_RATE_TEXT];
	uint8_t v;

	switch ((enum vr_field_type)field->type) {
	case VR_FIELD_FLAG:
		vr_msg_put_flag(msg, field->attr, field->key);
		break;
	case VR_FIELD_SWITCH:
		v = *(const bool *)member;
		vr_msg_put(msg, field->attr, &v, sizeof(v), "%s %s", field->key,
			   v ? "on" : "off");
		break;
	case VR_FIELD_U8:
		vr_msg_put_u8(msg, field->attr, field->key,
			      *(const uint8_t *)member);
		break;
	case VR_FIELD_U16:
		vr_msg_put_u16(msg, field->attr, field->key,
			       *(const uint16_t *)member);
		break;
	case VR_FIELD_U32:
		vr_msg_put_u32(msg, field->attr, field->key,
			       *(const uint32_t *)member);
		break;
	case VR_FIELD_ENUM:
		vr_field_put_named(msg, field, *(const unsigned int *)member);
		break;
	case VR_FIELD_STRING:
		vr_msg_put_string(msg, field->attr, field->key, member);
		break;
	case VR_FIELD_MAC:
		vr_msg_put_mac(msg, field->attr, field->key, member);
		break;
	case VR_FIELD_IP:
		vr_msg_put_ip(msg, field->attr, field->key, member);
		break;
	case VR_FIELD_RATE:
		vr_msg_put(msg, field->attr, member, field->size, "%s %s",
			   field->key,
			   vr_rate_format(*(const uint64_t *)member, text));
		break;
	case VR_FIELD_SIZE:
		vr_msg_put(msg, field->attr, member, field->size, "%s %s",
			   field->key,
			   vr_size_format(*(const uint32_t *)member, text));
		break;
	case VR_FIELD_S32:
	case VR_FIELD_U64:
		/* Only in answers. */
		break;
	}
}

void vr_fields_put(struct vr_msg *msg, const struct vr_field *fields,
		   unsigned int count, const void *object)
{
	uint64_t set = *(const uint64_t *)object;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (fields[i].key && set & VR_BIT(fields[i].attr))
			vr_field_put(msg, &fields[i],
				     (const char *)object + fields[i].offset);
	}
}

static bool vr_field_copy(const struct nlattr *attr, void *member, size_t size)
{
	if ((size_t)nla_len(attr) != size)
		return false;

	memcpy(member, nla_data(attr), size);
	return true;
}

static bool vr_field_copy_string(const struct nlattr *attr, char *member,
				 size_t size)
{
	size_t len = strnlen(nla_data(attr), nla_len(attr));

	if (len >= size)
		return false;

	memcpy(member, nla_data(attr), len);
	member[len] = '\0';
	return true;
}

static bool vr_field_take(const struct vr_field *field,
			  const struct nlattr *attr, void *member)
{
	uint8_t v;

	switch ((enum vr_field_type)field->type) {
	case VR_FIELD_FLAG:
		return true;
	case VR_FIELD_SWITCH:
		if (!vr_field_copy(attr, &v, sizeof(v)))
			return false;
		*(bool *)member = v;
		return true;
	case VR_FIELD_ENUM:
		if (!vr_field_copy(attr, &v, sizeof(v)))
			return false;
		*(unsigned int *)member = v;
		return true;
	case VR_FIELD_U8:
	case VR_FIELD_U16:
	case VR_FIELD_U32:
	case VR_FIELD_S32:
	case VR_FIELD_U64:
	case VR_FIELD_RATE:
	case VR_FIELD_SIZE:
	case VR_FIELD_MAC:
		return vr_field_copy(attr, member, field->size);
	case VR_FIELD_STRING:
		return vr_field_copy_string(attr, member, field->size);
	case VR_FIELD_IP:
		return vr_ip_from_bytes(member, nla_data(attr), nla_len(attr));
	}

	return false;
}

static int vr_field_bad(const struct nlattr *attr, struct vr_error *err)
{
	return vr_error_set(err, EBADMSG,
			    "attribute %d of the module's answer is malformed",
			    nla_type(attr));
}

int vr_fields_parse(const struct vr_field *fields, unsigned int count,
		    const struct nlattr *attr, void *object,
		    struct vr_error *err)
{
	uint64_t *set = object;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (fields[i].attr == nla_type(attr))
			break;
	}
	if (i == count)
		return 0;

	if (!vr_field_take(&fields[i], attr, (char *)object + fields[i].offset))
		return vr_field_bad(attr, err);

	*set |= VR_BIT(fields[i].attr);
	return 0;
}

int vr_string_copy(const char *key, char *dst, size_t size, const char *src,
		   struct vr_error *err)
{
	size_t len = strlen(src);

	if (len >= size) {
		dst[0] = '\0';
		return vr_error_set(err, EINVAL,
				    "%s \"%s\": longer than %zu bytes", key,
				    src, size - 1);
	}

	memcpy(dst, src, len + 1);
	return 0;
}

void *vr_list_grow(void *list, unsigned int *count, size_t size)
{
	void *items, *item;

	memcpy(&items, list, sizeof(items));
	items = reallocarray(items, *count + 1, size);
	if (!items)
		return NULL;
	memcpy(list, &items, sizeof(items));

	item = (char *)items + *count * size;
	memset(item, 0, size);
	(*count)++;
	return item;
}

int vr_ip_parse_attr(const struct nlattr *attr, struct vr_ip *ip,
		     struct vr_error *err)
{
	if (!vr_ip_from_bytes(ip, nla_data(attr), nla_len(attr)))
		return vr_field_bad(attr, err);

	return 0;
}

int vr_ip_list_add(struct vr_ip_list *list, const struct vr_ip *ip,
		   struct vr_error *err)
{
	struct vr_ip *item;

	item = vr_list_grow(&list->items, &list->count, sizeof(*item));
	if (!item)
		return vr_error_memory(err);

	*item = *ip;
	return 0;
}

void vr_ip_list_put(struct vr_msg *msg, int attr, const char *key,
		    const struct vr_ip_list *list)
{
	unsigned int i;

	for (i = 0; i < list->count; i++)
		vr_msg_put_ip(msg, attr, key, &list->items[i]);
}

int vr_ip_list_parse(const struct nlattr *attr, struct vr_ip_list *list,
		     struct vr_error *err)
{
	struct vr_ip ip;
	int ret;

	ret = vr_ip_parse_attr(attr, &ip, err);
	if (ret < 0)
		return ret;

	return vr_ip_list_add(list, &ip, err);
}

void vr_ip_list_free(struct vr_ip_list *list)
{
	free(list->items);
	list->items = NULL;
	list->count = 0;
}
