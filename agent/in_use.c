// SPDX-License-Identifier: Apache-2.0
/*
 * Pods of a network, for who wants to delete it.  Entry point: in_use_text().
 */
#include <stdlib.h>
#include <string.h>

#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "in_use.h"

#define SHOWN 10

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, each once. Return: how many. */
static unsigned int collect(const struct cluster_network *network,
			    const char *requested, const char **pods)
{
	const struct cluster_link *link;
	unsigned int count = 0, kept = 0, i;

	for (link = network->addresses; link; link = link->next) {
		if (requested && strcmp(link->address->requested, requested))
			continue;
		if (link->address->pod && link->address->pod[0])
			pods[count++] = link->address->pod;
	}
	if (count)
		qsort(pods, count, sizeof(*pods), compare);
	for (i = 0; i < count; i++) {
		if (!kept || strcmp(pods[kept - 1], pods[i]) != 0)
			pods[kept++] = pods[i];
	}
	return kept;
}

char *in_use_text(const struct cluster_network *network, const char *requested)
{
	cleanup_free const char **pods =
		calloc(network->address_count + 1, sizeof(*pods));
	cleanup_json cJSON *object = NULL;
	unsigned int count, i;
	cJSON *list;

	count = pods ? collect(network, requested, pods) : 0;
	if (!count)
		return NULL;
	object = cJSON_CreateObject();
	cJSON_AddNumberToObject(object, "count", count);
	list = cJSON_AddArrayToObject(object, "pods");
	for (i = 0; i < count && i < SHOWN; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(pods[i]));
	return cJSON_PrintUnformatted(object);
}
