// SPDX-License-Identifier: Apache-2.0
/*
 * NetworkAddress: object to struct and back.
 * Entry points: address_parse() and address_to_json().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cni/json.h"
#include "../lib/field.h"
#include "../lib/hash.h"
#include "address.h"
#include "object.h"

/* Members that are strings, in "spec" and in its "pod". */
struct text_field {
	const char *key;
	size_t offset;
};

#define FIELD(name, member)                              \
	{                                                \
		(name), offsetof(struct address, member) \
	}

static const struct text_field spec_fields[] = {
	FIELD("network", network),     FIELD("node", node),
	FIELD("container", container), FIELD("interface", interface),
	FIELD("claim", claim),	       FIELD("requested", requested),
};

static const struct text_field pod_fields[] = {
	FIELD("namespace", pod_namespace),
	FIELD("name", pod_name),
	FIELD("uid", pod_uid),
};

/* What is read, and not ours to write. */
static const struct text_field standby_fields[] = {
	FIELD("node", standby_node),
};

static const struct text_field standby_pod_fields[] = {
	FIELD("name", standby_name),
	FIELD("uid", standby_uid),
};

static const struct text_field metadata_fields[] = {
	FIELD("uid", uid),
	FIELD("resourceVersion", version),
};

static const struct {
	const struct text_field *fields;
	size_t count;
} all_fields[] = {
	{ spec_fields, ARRAY_SIZE(spec_fields) },
	{ pod_fields, ARRAY_SIZE(pod_fields) },
	{ standby_fields, ARRAY_SIZE(standby_fields) },
	{ standby_pod_fields, ARRAY_SIZE(standby_pod_fields) },
	{ metadata_fields, ARRAY_SIZE(metadata_fields) },
};

static const char *const state_names[] = {
	[ADDRESS_BOUND] = "bound",     [ADDRESS_SPARE] = "spare",
	[ADDRESS_COOLING] = "cooling", [ADDRESS_WANTED] = "wanted",
	[ADDRESS_KEPT] = "kept",
};

static char **member(const struct address *address,
		     const struct text_field *field)
{
	return (char **)((char *)address + field->offset);
}

static void append_hex(char *name, const uint8_t *bytes, unsigned int count)
{
	unsigned int i;

	name += strlen(name);
	for (i = 0; i < count; i++)
		name += sprintf(name, "%02x", bytes[i]);
}

const char *address_name(const struct address *address,
			 char name[ADDRESS_NAME_BYTES])
{
	unsigned int bytes = vr_family_bytes(address->ip.family);

	sprintf(name, "v%u-", address->vni & 0xffffff);
	append_hex(name, bytes ? address->ip.bytes : address->mac,
		   bytes ? bytes : VR_MAC_LEN);
	return name;
}

void address_want_mac(const char *node, uint8_t mac[VR_MAC_LEN])
{
	uint32_t hash = vr_hash32(node, strlen(node));

	mac[0] = 0x02;
	mac[1] = 'w';
	memcpy(mac + 2, &hash, sizeof(hash));
}

/* What is no character of a label is one of none of the names. */
const char *address_label(const char *name, char label[ADDRESS_LABEL_BYTES])
{
	char *slash;

	if (strlen(name) < ADDRESS_LABEL_BYTES)
		snprintf(label, ADDRESS_LABEL_BYTES, "%s", name);
	else
		snprintf(label, ADDRESS_LABEL_BYTES, "%.50s-%08x", name,
			 vr_hash32(name, strlen(name)));
	slash = strchr(label, '/');
	if (slash)
		*slash = '_';
	return label;
}

const char *address_selector(const char *key, const char *name,
			     char selector[ADDRESS_SELECTOR_BYTES])
{
	char label[ADDRESS_LABEL_BYTES];

	snprintf(selector, ADDRESS_SELECTOR_BYTES,
		 "labelSelector=vrctl.dev%%2F%s%%3D%s", key,
		 address_label(name, label));
	return selector;
}

static int parse_texts(const cJSON *object, const struct text_field *fields,
		       size_t count, struct address *address,
		       struct vr_error *err)
{
	size_t i;

	for (i = 0; i < count; i++) {
		*member(address, &fields[i]) =
			strdup(object_text(object, fields[i].key));
		if (!*member(address, &fields[i]))
			return vr_error_memory(err);
	}
	return 0;
}

static int parse_state(const cJSON *spec, struct address *address,
		       struct vr_error *err)
{
	const char *text = object_text(spec, "state");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(state_names); i++) {
		if (strcmp(text, state_names[i]) != 0)
			continue;
		address->state = i;
		return 0;
	}
	return vr_error_set(err, EINVAL, "state is \"%s\"", text);
}

static int parse_values(const cJSON *spec, struct address *address,
			struct vr_error *err)
{
	const char *ip = object_text(spec, "address");
	int ret;

	address->vni = object_number(spec, "vni");
	address->sequence = object_number(spec, "sequence");
	address->since = object_parse_time(object_text(spec, "since"));
	ret = parse_state(spec, address, err);
	if (!ret && ip[0])
		ret = vr_ip_parse("address", ip, &address->ip, err);
	if (!ret)
		ret = vr_mac_parse("mac", object_text(spec, "mac"),
				   address->mac, err);
	return ret;
}

int address_parse(const cJSON *object, struct address *address,
		  struct vr_error *err)
{
	const cJSON *spec = cJSON_GetObjectItemCaseSensitive(object, "spec");
	const cJSON *standby = object_at(object, "spec", "standby");
	/* In the order of all_fields. */
	const cJSON *const from[] = {
		spec,
		object_at(object, "spec", "pod"),
		standby,
		cJSON_GetObjectItemCaseSensitive(standby, "pod"),
		cJSON_GetObjectItemCaseSensitive(object, "metadata"),
	};
	char name[ADDRESS_NAME_BYTES];
	int ret = 0;
	size_t i;

	*address = (struct address){ 0 };
	for (i = 0; !ret && i < ARRAY_SIZE(all_fields); i++)
		ret = parse_texts(from[i], all_fields[i].fields,
				  all_fields[i].count, address, err);
	if (!ret)
		ret = parse_values(spec, address, err);
	/* The name is what nobody else has: nothing else may be said by it. */
	if (!ret && strcmp(object_name(object), address_name(address, name)))
		ret = vr_error_set(err, EINVAL, "the name is not \"%s\"", name);
	return ret ? vr_error_prefix(err, ADDRESS_KIND " %s",
				     object_name(object))
		   : 0;
}

static void add_texts(cJSON *object, const struct text_field *fields,
		      size_t count, const struct address *address)
{
	const char *text;
	size_t i;

	for (i = 0; i < count; i++) {
		text = *member(address, &fields[i]);
		if (text && text[0])
			cJSON_AddStringToObject(object, fields[i].key, text);
		else
			cJSON_AddNullToObject(object, fields[i].key);
	}
}

cJSON *address_spec_to_json(const struct address *address)
{
	cJSON *spec = cJSON_CreateObject();
	char text[OBJECT_TIME_BYTES], ip[VR_IP_TEXT], mac[VR_MAC_TEXT];

	add_texts(spec, spec_fields, ARRAY_SIZE(spec_fields), address);
	cJSON_AddNumberToObject(spec, "vni", address->vni);
	if (address->ip.family)
		cJSON_AddStringToObject(spec, "address",
					vr_ip_format(&address->ip, ip));
	cJSON_AddStringToObject(spec, "mac", vr_mac_format(address->mac, mac));
	cJSON_AddStringToObject(spec, "state", state_names[address->state]);
	cJSON_AddStringToObject(spec, "since",
				object_format_time(address->since, text));
	cJSON_AddNumberToObject(spec, "sequence", address->sequence);
	if (address->pod_name && address->pod_name[0])
		add_texts(cJSON_AddObjectToObject(spec, "pod"), pod_fields,
			  ARRAY_SIZE(pod_fields), address);
	else
		cJSON_AddNullToObject(spec, "pod");
	return spec;
}

/* A new object has nothing to take away. */
static void remove_nulls(cJSON *object)
{
	cJSON *item = object->child, *next;

	for (; item; item = next) {
		next = item->next;
		if (cJSON_IsNull(item))
			cJSON_Delete(cJSON_DetachItemViaPointer(object, item));
		else if (cJSON_IsObject(item))
			remove_nulls(item);
	}
}

cJSON *address_to_json(const struct address *address)
{
	char name[ADDRESS_NAME_BYTES], label[ADDRESS_LABEL_BYTES], vni[12];
	cJSON *object = cJSON_CreateObject();
	cJSON *metadata, *labels, *spec;

	cJSON_AddStringToObject(object, "apiVersion", ADDRESS_API);
	cJSON_AddStringToObject(object, "kind", ADDRESS_KIND);
	metadata = cJSON_AddObjectToObject(object, "metadata");
	cJSON_AddStringToObject(metadata, "name", address_name(address, name));
	labels = cJSON_AddObjectToObject(metadata, "labels");
	snprintf(vni, sizeof(vni), "%u", address->vni);
	cJSON_AddStringToObject(labels, ADDRESS_LABEL_VNI, vni);
	cJSON_AddStringToObject(labels, ADDRESS_LABEL_NODE,
				address_label(address->node, label));
	if (address->claim && address->claim[0])
		cJSON_AddStringToObject(labels, ADDRESS_LABEL_CLAIM,
					address_label(address->claim, label));
	spec = address_spec_to_json(address);
	remove_nulls(spec);
	cJSON_AddItemToObject(object, "spec", spec);
	return object;
}

static int copy_texts(struct address *to, const struct address *from,
		      const struct text_field *fields, size_t count)
{
	const char *text;
	size_t i;

	for (i = 0; i < count; i++) {
		text = *member(from, &fields[i]);
		*member(to, &fields[i]) = strdup(text ? text : "");
		if (!*member(to, &fields[i]))
			return -ENOMEM;
	}
	return 0;
}

static void clear_texts(struct address *address)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(all_fields); i++) {
		for (j = 0; j < all_fields[i].count; j++)
			*member(address, &all_fields[i].fields[j]) = NULL;
	}
}

int address_copy(struct address *to, const struct address *from,
		 struct vr_error *err)
{
	size_t i;

	*to = *from;
	clear_texts(to);
	for (i = 0; i < ARRAY_SIZE(all_fields); i++) {
		if (copy_texts(to, from, all_fields[i].fields,
			       all_fields[i].count)) {
			address_free(to);
			return vr_error_memory(err);
		}
	}
	return 0;
}

void address_set_text(char **to, const char *from)
{
	char *copy = strdup(from);

	if (!copy)
		return;
	free(*to);
	*to = copy;
}

void address_free(struct address *address)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(all_fields); i++) {
		for (j = 0; j < all_fields[i].count; j++)
			free(*member(address, &all_fields[i].fields[j]));
	}
	*address = (struct address){ 0 };
}
