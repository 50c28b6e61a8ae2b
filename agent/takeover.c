// SPDX-License-Identifier: Apache-2.0
/*
 * An address changes its node.  Entry point: takeover_send().
 */
#include <errno.h>
#include <string.h>

#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "own_address.h"
#include "takeover.h"

bool takeover_is_allowed(const struct own *own, const struct address *address,
			 const char *pod_uid)
{
	return !strcmp(address->standby_node, own->node) &&
	       address->standby_uid[0] &&
	       !strcmp(address->standby_uid, pod_uid);
}

/* Strings are borrowed. */
static struct address taken(const struct own *own,
			    const struct address *address,
			    const struct spare_taker *who, uint32_t sequence)
{
	struct address new = *address;

	new.node = (char *)own->node;
	new.pod_namespace = (char *)who->pod_namespace;
	new.pod_name = (char *)who->pod_name;
	new.pod_uid = (char *)who->pod_uid;
	new.container = (char *)who->container;
	new.interface = (char *)who->interface;
	new.state = ADDRESS_BOUND;
	new.since = time(NULL);
	new.sequence = address->sequence + 1;
	if (new.sequence < sequence)
		new.sequence = sequence;
	return new;
}

static cJSON *patch_of(const struct own *own, const struct address *address,
		       const struct address *new)
{
	cJSON *patch = cJSON_CreateObject(), *metadata, *labels, *spec;
	char label[ADDRESS_LABEL_BYTES];

	metadata = cJSON_AddObjectToObject(patch, "metadata");
	cJSON_AddStringToObject(metadata, "uid", address->uid);
	cJSON_AddStringToObject(metadata, "resourceVersion", address->version);
	labels = cJSON_AddObjectToObject(metadata, "labels");
	cJSON_AddStringToObject(labels, ADDRESS_LABEL_NODE,
				address_label(own->node, label));
	cJSON_AddNullToObject(labels, ADDRESS_LABEL_STANDBY);
	spec = address_spec_to_json(new);
	cJSON_AddNullToObject(spec, "standby");
	cJSON_AddItemToObject(patch, "spec", spec);
	return patch;
}

struct api_call *takeover_send(struct own *own, const struct address *address,
			       const struct spare_taker *who, uint32_t sequence,
			       api_done done, void *arg, struct vr_error *err)
{
	struct address new = taken(own, address, who, sequence);
	cleanup_json cJSON *patch = patch_of(own, address, &new);
	char name[ADDRESS_NAME_BYTES];
	cleanup_free char *path =
		api_path(ADDRESS_PATH "/%s", address_name(address, name));
	const struct api_request request = {
		.method = "PATCH",
		.path = path,
		.body = patch,
		.done = done,
		.arg = arg,
	};

	if (path)
		return api_send(own->api, &request, err);
	vr_error_memory(err);
	return NULL;
}

int takeover_finish(struct own *own, const struct api_answer *answer,
		    struct vr_error *err)
{
	cleanup_address struct address address = { 0 };
	int ret;

	if (answer->error.errnum) {
		*err = answer->error;
		return -err->errnum;
	}
	ret = address_parse(answer->body, &address, err);
	if (ret)
		return ret;
	if (strcmp(address.node, own->node) != 0)
		return vr_error_set(err, EAGAIN, "it is of node %s",
				    address.node);
	if (!own_take(own, &address))
		return vr_error_memory(err);
	own_check_soon(own);
	return 0;
}
