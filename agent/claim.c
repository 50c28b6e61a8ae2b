// SPDX-License-Identifier: Apache-2.0
/*
 * The status of IPAMClaims.  Entry point: claim_step().
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "claim.h"
#include "controller.h"
#include "object.h"

#define CLAIM_PATH \
	"/apis/k8s.cni.cncf.io/v1alpha1/namespaces/%s/ipamclaims/%s/status"

static struct cluster_claim *claim_of(struct work *work)
{
	return (struct cluster_claim *)((char *)work -
					offsetof(struct cluster_claim, work));
}

/* A prefix, or an object that has one. */
static const char *subnet_text(const cJSON *item)
{
	return cJSON_IsString(item) ? item->valuestring
				    : object_text(item, "subnet");
}

/* The standard's examples have the length of the subnet's prefix. */
static const char *format(const struct cluster_address *address,
			  char text[VR_PREFIX_TEXT])
{
	struct vr_prefix prefix = { .ip = address->ip }, subnet;
	const cJSON *item;

	prefix.length = 8 * vr_family_bytes(address->ip.family);
	cJSON_ArrayForEach(item,
			   cJSON_GetObjectItemCaseSensitive(
				   cluster_spec(address->network), "subnets")) {
		if (!vr_prefix_parse("", subnet_text(item), &subnet, NULL) &&
		    vr_prefix_contains(&subnet, &address->ip))
			prefix.length = subnet.length;
	}
	return vr_prefix_format(&prefix, text);
}

static int compare(const void *a, const void *b)
{
	return vr_ip_compare(&(*(const struct cluster_address *const *)a)->ip,
			     &(*(const struct cluster_address *const *)b)->ip);
}

static cJSON *list_of(const struct cluster_address **addresses,
		      unsigned int count)
{
	cJSON *list = cJSON_CreateArray();
	char text[VR_PREFIX_TEXT];
	unsigned int i;

	if (count)
		qsort(addresses, count, sizeof(*addresses), compare);
	for (i = 0; i < count; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(
						   format(addresses[i], text)));
	return list;
}

static cJSON *make_list(const struct cluster_claim *claim)
{
	cleanup_free const struct cluster_address **addresses = NULL;
	const struct cluster_link *link;
	unsigned int count = 0;

	for (link = claim->addresses; link; link = link->next)
		count++;
	addresses = calloc(count + 1, sizeof(*addresses));
	if (!addresses)
		return NULL;
	count = 0;
	for (link = claim->addresses; link; link = link->next) {
		/* What cools was a claim's of this name before. */
		if (link->address->ip.family != AF_UNSPEC &&
		    link->address->network &&
		    link->address->state != ADDRESS_COOLING)
			addresses[count++] = link->address;
	}
	return list_of(addresses, count);
}

static char *path_of(const struct cluster_claim *claim)
{
	cleanup_free char *namespace = strdup(claim->entry.key);
	char *slash = namespace ? strchr(namespace, '/') : NULL;

	if (!slash)
		return NULL;
	*slash = '\0';
	return api_path(CLAIM_PATH, namespace, slash + 1);
}

static void written(struct work *work, const struct api_answer *answer,
		    void *arg)
{
	struct controller *controller = arg;

	(void)work;
	if (!answer->error.errnum && answer->body)
		cluster_claim_changed(answer->body, &controller->cluster);
}

/* What it had may be its own again: nothing is taken from the status. */
void claim_step(struct work *work, void *arg)
{
	struct cluster_claim *claim = claim_of(work);
	cleanup_json cJSON *list = NULL;
	cJSON *patch;

	if (!claim->exists || !claim->addresses ||
	    !controller_knows(arg, WATCH_CLAIMS))
		return;
	list = make_list(claim);
	if (!list || !list->child || cJSON_Compare(list, claim->ips, true))
		return;
	patch = cJSON_CreateObject();
	cJSON_AddItemToObject(cJSON_AddObjectToObject(patch, "status"), "ips",
			      list);
	list = NULL;
	work_send(work, "PATCH", path_of(claim), patch, written);
}
