// SPDX-License-Identifier: Apache-2.0
/*
 * One CNI call with all its interfaces, and its form in the state file.
 */
#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "attachment.h"
#include "code.h"
#include "definition.h"
#include "environment.h"
#include "file.h"
#include "json.h"

#define STATE_VERSION 1
/* File systems allow 255, and file_write() adds a few for a new file. */
#define KEY_BYTES 240
#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"

char *attachment_key(const char *name, const char *container_id,
		     const char *ifname, struct vr_error *err)
{
	char *key = NULL;

	if (strlen(name) + strlen(container_id) + IFNAMSIZ > KEY_BYTES) {
		cni_fail(err, CNI_ENVIRONMENT,
			 "CNI_CONTAINERID \"%s\" and name \"%s\" are together longer than %d bytes",
			 container_id, name, KEY_BYTES - IFNAMSIZ);
		return NULL;
	}
	if (asprintf(&key, "%s:%s:%s.json", name, container_id, ifname) < 0) {
		vr_error_memory(err);
		return NULL;
	}
	return key;
}

void attachment_describe(const char *container_id, const char *ifname,
			 char *text, size_t size)
{
	snprintf(text, size, "%s/%s", container_id, ifname);
}

bool attachment_is_first(const struct attachment *attachment,
			 const struct attachment_interface *interface)
{
	return !attachment->plugged &&
	       !strcmp(interface->ifname, attachment->ifname);
}

const char *attachment_boot_id(struct vr_error *err)
{
	static char id[sizeof(((struct attachment *)NULL)->boot_id)];
	cleanup_free char *content = NULL;

	if (id[0])
		return id;
	content = file_read_path(BOOT_ID_PATH, NULL, err);
	if (!content) {
		cni_fail(err, CNI_IO, "cannot read " BOOT_ID_PATH);
		return NULL;
	}
	snprintf(id, sizeof(id), "%.*s", (int)strcspn(content, "\n"), content);
	return id;
}

static void free_interface(struct attachment_interface *interface)
{
	free(interface->network);
	free(interface->requested);
	cJSON_Delete(interface->ipam);
}

void attachment_drop(struct attachment *attachment, unsigned int index)
{
	struct attachment_interface *interfaces = attachment->interfaces;

	free_interface(&interfaces[index]);
	attachment->interface_count--;
	memmove(&interfaces[index], &interfaces[index + 1],
		(attachment->interface_count - index) * sizeof(*interfaces));
}

static void free_delegate(struct attachment_delegate *delegate)
{
	free(delegate->network);
	cJSON_Delete(delegate->conf);
	cJSON_Delete(delegate->result);
}

void attachment_drop_delegate(struct attachment *attachment, unsigned int index)
{
	struct attachment_delegate *delegates = attachment->delegates;

	free_delegate(&delegates[index]);
	attachment->delegate_count--;
	memmove(&delegates[index], &delegates[index + 1],
		(attachment->delegate_count - index) * sizeof(*delegates));
}

void attachment_free(struct attachment *attachment)
{
	unsigned int i;

	for (i = 0; i < attachment->delegate_count; i++)
		free_delegate(&attachment->delegates[i]);
	free(attachment->delegates);

	for (i = 0; i < attachment->interface_count; i++)
		free_interface(&attachment->interfaces[i]);
	free(attachment->interfaces);
	free(attachment->name);
	free(attachment->container_id);
	free(attachment->netns);
	memset(attachment, 0, sizeof(*attachment));
}

static cJSON *interface_to_json(const struct attachment_interface *interface)
{
	cJSON *json = cJSON_CreateObject();
	char mac[VR_MAC_TEXT];

	cJSON_AddStringToObject(json, "network", interface->network);
	if (interface->requested)
		cJSON_AddStringToObject(json, "requested",
					interface->requested);
	cJSON_AddStringToObject(json, "ifname", interface->ifname);
	cJSON_AddStringToObject(json, "temporary", interface->temporary);
	cJSON_AddStringToObject(json, "mac",
				vr_mac_format(interface->mac, mac));
	if (interface->host_ifname[0])
		cJSON_AddStringToObject(json, "hostIfname",
					interface->host_ifname);
	if (interface->ipam)
		cJSON_AddItemToObject(json, "ipam",
				      cJSON_Duplicate(interface->ipam, true));
	return json;
}

static cJSON *delegate_to_json(const struct attachment_delegate *delegate)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "network", delegate->network);
	cJSON_AddStringToObject(json, "ifname", delegate->ifname);
	cJSON_AddItemToObject(json, "conf",
			      cJSON_Duplicate(delegate->conf, true));
	if (delegate->result)
		cJSON_AddItemToObject(json, "result",
				      cJSON_Duplicate(delegate->result, true));
	return json;
}

static void add_delegates(cJSON *json, const struct attachment *attachment)
{
	cJSON *array;
	unsigned int i;

	if (!attachment->delegate_count)
		return;
	array = cJSON_AddArrayToObject(json, "delegates");
	for (i = 0; i < attachment->delegate_count; i++)
		cJSON_AddItemToArray(array, delegate_to_json(
						    &attachment->delegates[i]));
}

/* As text: numbers in JSON are doubles, which do not hold all inodes. */
static void add_identity(cJSON *json, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	cJSON_AddStringToObject(json, key, text);
}

static void add_pod(cJSON *json, const struct environment_pod *pod)
{
	cJSON *object;

	if (!pod->namespace[0])
		return;
	object = cJSON_AddObjectToObject(json, "pod");
	cJSON_AddStringToObject(object, "namespace", pod->namespace);
	cJSON_AddStringToObject(object, "name", pod->name);
	cJSON_AddStringToObject(object, "uid", pod->uid);
}

cJSON *attachment_to_json(const struct attachment *attachment)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *array;
	unsigned int i;

	cJSON_AddNumberToObject(json, "version", STATE_VERSION);
	cJSON_AddStringToObject(json, "name", attachment->name);
	cJSON_AddStringToObject(json, "containerID", attachment->container_id);
	cJSON_AddStringToObject(json, "ifname", attachment->ifname);
	cJSON_AddStringToObject(json, "netns", attachment->netns);
	add_identity(json, "netnsDevice", attachment->netns_device);
	add_identity(json, "netnsInode", attachment->netns_inode);
	cJSON_AddStringToObject(json, "bootID", attachment->boot_id);
	if (attachment->host_interface[0])
		cJSON_AddStringToObject(json, "hostInterface",
					attachment->host_interface);
	if (attachment->plugged)
		cJSON_AddTrueToObject(json, "plugged");
	if (attachment->pod_networks)
		cJSON_AddTrueToObject(json, "podNetworks");
	add_pod(json, &attachment->pod);
	array = cJSON_AddArrayToObject(json, "interfaces");
	for (i = 0; i < attachment->interface_count; i++)
		cJSON_AddItemToArray(array,
				     interface_to_json(
					     &attachment->interfaces[i]));
	add_delegates(json, attachment);
	return json;
}

/* A string that has to be there. */
static const char *text_of(const cJSON *json, const char *key)
{
	const cJSON *item = json_item(json, key);

	return cJSON_IsString(item) ? item->valuestring : NULL;
}

static bool copy_name(char name[IFNAMSIZ], const char *text)
{
	if (!text || environment_ifname_problem(text))
		return false;
	snprintf(name, IFNAMSIZ, "%s", text);
	return true;
}

static bool read_interface(const cJSON *json,
			   struct attachment_interface *interface)
{
	const char *network = text_of(json, "network");
	const char *requested = text_of(json, "requested");
	const cJSON *ipam = json_item(json, "ipam");
	const char *host = text_of(json, "hostIfname");
	const char *mac = text_of(json, "mac");

	if (!network || !definition_name_is_valid(network) || !mac ||
	    !copy_name(interface->ifname, text_of(json, "ifname")) ||
	    !copy_name(interface->temporary, text_of(json, "temporary")) ||
	    vr_mac_parse("mac", mac, interface->mac, NULL) ||
	    (requested && !definition_name_is_valid(requested)) ||
	    (host && !copy_name(interface->host_ifname, host)) ||
	    (ipam && !cJSON_IsObject(ipam)))
		return false;
	interface->network = strdup(network);
	interface->requested = requested ? strdup(requested) : NULL;
	interface->ipam = cJSON_Duplicate(ipam, true);
	interface->ipam_begun = true;
	return interface->network && (interface->requested || !requested) &&
	       (interface->ipam || !ipam);
}

static bool read_interfaces(const cJSON *json, struct attachment *attachment)
{
	const cJSON *array = json_item(json, "interfaces");
	struct attachment_interface *interface;
	const cJSON *item;

	if (!cJSON_IsArray(array))
		return false;
	cJSON_ArrayForEach(item, array) {
		interface = vr_list_grow(&attachment->interfaces,
					 &attachment->interface_count,
					 sizeof(*interface));
		if (!interface || !read_interface(item, interface))
			return false;
	}
	return true;
}

static bool read_delegate(const cJSON *json,
			  struct attachment_delegate *delegate)
{
	const char *network = text_of(json, "network");
	const cJSON *result = json_item(json, "result");
	const cJSON *conf = json_item(json, "conf");

	if (!network || !definition_name_is_valid(network) ||
	    !copy_name(delegate->ifname, text_of(json, "ifname")) ||
	    !cJSON_IsArray(json_item(conf, "plugins")))
		return false;
	delegate->network = strdup(network);
	delegate->conf = cJSON_Duplicate(conf, true);
	delegate->result = cJSON_Duplicate(result, true);
	delegate->begun = true;
	return delegate->network && delegate->conf &&
	       (delegate->result || !result);
}

/* Before there were any, state files had none. */
static bool read_delegates(const cJSON *json, struct attachment *attachment)
{
	struct attachment_delegate *delegate;
	const cJSON *item;

	cJSON_ArrayForEach(item, json_item(json, "delegates")) {
		delegate = vr_list_grow(&attachment->delegates,
					&attachment->delegate_count,
					sizeof(*delegate));
		if (!delegate || !read_delegate(item, delegate))
			return false;
	}
	return true;
}

static bool read_identity(const cJSON *json, const char *key, uint64_t *value)
{
	const char *text = text_of(json, key);
	char *end;

	if (!text)
		return false;
	*value = strtoull(text, &end, 10);
	return end != text && !*end;
}

static bool copy_text(char *to, size_t bytes, const char *text)
{
	if (!text || strlen(text) >= bytes)
		return false;
	strcpy(to, text);
	return true;
}

static bool read_pod(const cJSON *json, struct environment_pod *pod)
{
	const cJSON *object = json_item(json, "pod");

	return !object ||
	       (copy_text(pod->namespace, sizeof(pod->namespace),
			  text_of(object, "namespace")) &&
		copy_text(pod->name, sizeof(pod->name),
			  text_of(object, "name")) &&
		copy_text(pod->uid, sizeof(pod->uid), text_of(object, "uid")));
}

static bool read_attachment(const cJSON *json, struct attachment *attachment)
{
	const char *container_id = text_of(json, "containerID");
	const cJSON *version = json_item(json, "version");
	const char *host = text_of(json, "hostInterface");
	const char *boot_id = text_of(json, "bootID");
	const char *netns = text_of(json, "netns");
	const char *name = text_of(json, "name");

	if (!cJSON_IsNumber(version) || version->valueint != STATE_VERSION ||
	    !name || !environment_name_is_valid(name) || !container_id ||
	    !environment_name_is_valid(container_id) || !netns || !boot_id ||
	    !copy_name(attachment->ifname, text_of(json, "ifname")) ||
	    (host && !copy_name(attachment->host_interface, host)) ||
	    !read_identity(json, "netnsDevice", &attachment->netns_device) ||
	    !read_identity(json, "netnsInode", &attachment->netns_inode))
		return false;
	attachment->plugged = cJSON_IsTrue(json_item(json, "plugged"));
	attachment->pod_networks = cJSON_IsTrue(json_item(json, "podNetworks"));
	attachment->name = strdup(name);
	attachment->container_id = strdup(container_id);
	attachment->netns = strdup(netns);
	snprintf(attachment->boot_id, sizeof(attachment->boot_id), "%s",
		 boot_id);
	return attachment->name && attachment->container_id &&
	       attachment->netns && read_pod(json, &attachment->pod) &&
	       read_interfaces(json, attachment) &&
	       read_delegates(json, attachment);
}

int attachment_from_json(const cJSON *json, const char *where,
			 struct attachment *attachment, struct vr_error *err)
{
	memset(attachment, 0, sizeof(*attachment));
	if (read_attachment(json, attachment))
		return 0;
	attachment_free(attachment);
	return cni_fail(err, CNI_DECODE, "%s: not a state file of vr-cni",
			where);
}
