// SPDX-License-Identifier: Apache-2.0
/*
 * Which Network a NetworkAttachmentDefinition becomes, and why not.
 * Entry point: decide().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../cni/definition.h"
#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "decision.h"
#include "object.h"

/* All that a decision looks at. */
struct case_file {
	const struct cluster *cluster;
	const struct controller_options *options;
	const struct cluster_network *network;
	struct nad nad;
	struct decision *decision;
};

static int refuse(struct decision *decision, const char *reason,
		  const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(struct decision *decision, const char *reason,
		  const char *format, ...)
{
	char text[sizeof(decision->message.text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	decision->reason = reason;
	return vr_error_set(&decision->message, EINVAL, "%s", text);
}

/* Because of others: when they change, it is looked at again. */
#define refuse_for_others(decision, ...) \
	((decision)->waits = true, refuse(decision, __VA_ARGS__))

static const char *created(const struct cluster_network *network)
{
	return object_text(cJSON_GetObjectItemCaseSensitive(network->object,
							    "metadata"),
			   "creationTimestamp");
}

/* Of two that should never have come to have the same. */
static bool has_precedence(const struct cluster_network *one,
			   const struct cluster_network *other)
{
	int order;

	if (!one->object || !other->object)
		return one->object != NULL;
	order = strcmp(created(one), created(other));
	return (order ? order : strcmp(one->entry.key, other->entry.key)) < 0;
}

static const struct cluster_network *holder_of(const struct case_file *file,
					       uint32_t vni)
{
	struct cluster_network *other, *next;

	table_for_each(other, next, &file->cluster->networks) {
		if (other != file->network &&
		    (other->vni == vni || other->pending == vni))
			return other;
	}
	return NULL;
}

/* Return: a VNI, or 0. */
static uint32_t choose_vni(const struct case_file *file)
{
	const struct table *networks = &file->cluster->networks;
	cleanup_free uint32_t *used =
		calloc(2 * networks->count + 1, sizeof(*used));
	struct cluster_network *other, *next;
	unsigned int count = 0;

	if (!used)
		return 0;
	used[count++] = file->options->default_vni;
	table_for_each(other, next, networks) {
		if (other == file->network)
			continue;
		used[count++] = other->vni;
		used[count++] = other->pending;
	}
	return vni_choose(&file->options->vnis, used, count);
}

static int new_vni(struct case_file *file, uint32_t *vni)
{
	const struct vni_range *range = &file->options->vnis;

	*vni = file->network->pending;
	if (!*vni || holder_of(file, *vni))
		*vni = choose_vni(file);
	if (*vni)
		return 0;
	return refuse_for_others(
		file->decision, "NoVNI",
		"all VNIs from %u to %u have networks, or had one less than %u s ago",
		range->first, range->last, file->options->vni_rest);
}

static int wanted_vni(struct case_file *file, uint32_t *vni)
{
	const struct cluster_network *network = file->network, *holder;

	*vni = file->nad.vni;
	if (network->vni && network->vni != *vni && network->address_count)
		return refuse(
			file->decision, "VNIInUse",
			"\"vni\" cannot change from %u to %u while %u addresses are in use",
			network->vni, *vni, network->address_count);
	holder = holder_of(file, *vni);
	if (*vni == file->options->default_vni)
		return refuse(file->decision, "VNITaken",
			      "\"vni\" is %u, which is the cluster-wide network's",
			      *vni);
	if (!holder ||
	    (network->vni == *vni && has_precedence(network, holder)))
		return 0;
	return refuse_for_others(file->decision, "VNITaken",
				 "\"vni\" is %u, which is that of network %s",
				 *vni, holder->entry.key);
}

/* The one it has is its own for as long as there is a trace of it. */
static int kept_vni(struct case_file *file, uint32_t *vni)
{
	const struct cluster_network *network = file->network;
	const struct cluster_network *holder = holder_of(file, network->vni);

	*vni = network->vni;
	if (!holder || has_precedence(network, holder))
		return 0;
	if (!network->address_count)
		return new_vni(file, vni);
	return refuse_for_others(file->decision, "VNIConflict",
				 "VNI %u is that of network %s as well", *vni,
				 holder->entry.key);
}

static int find_vni(struct case_file *file, uint32_t *vni)
{
	if (file->nad.vni)
		return wanted_vni(file, vni);
	if (file->network->vni)
		return kept_vni(file, vni);
	return new_vni(file, vni);
}

static int refuse_overlap(struct case_file *file,
			  const struct vr_prefix *subnet, const char *what,
			  const char *name, const struct vr_prefix *other)
{
	char text[VR_PREFIX_TEXT], other_text[VR_PREFIX_TEXT];

	return refuse_for_others(
		file->decision, "OverlappingCIDR",
		"\"cidr\" has %s, which with ip_fabric_forwarding must not overlap %s%s: %s",
		vr_prefix_format(subnet, text), what, name,
		vr_prefix_format(other, other_text));
}

static int check_nodes(struct case_file *file, const struct vr_prefix *subnet)
{
	struct cluster_node *node, *next;
	unsigned int i;

	table_for_each(node, next, &file->cluster->nodes) {
		for (i = 0; i < node->prefix_count; i++) {
			if (vr_prefix_overlap(subnet, &node->prefixes[i]))
				return refuse_overlap(file, subnet, "node ",
						      node->entry.key,
						      &node->prefixes[i]);
		}
	}
	return 0;
}

static int check_services(struct case_file *file,
			  const struct vr_prefix *subnet)
{
	unsigned int i;

	for (i = 0; i < file->options->service_count; i++) {
		if (vr_prefix_overlap(subnet, &file->options->services[i]))
			return refuse_overlap(file, subnet, "the services", "",
					      &file->options->services[i]);
	}
	return 0;
}

/* Out of which more nodes get theirs. */
static int check_ranges(struct case_file *file, const struct vr_prefix *subnet)
{
	const struct vr_prefix *range;
	unsigned int i;

	for (i = 0; i < NODE_BLOCK_FAMILIES; i++) {
		range = &file->options->node_ranges[i].range;
		if (range->ip.family && vr_prefix_overlap(subnet, range))
			return refuse_overlap(file, subnet,
					      "what nodes get blocks of", "",
					      range);
	}
	return 0;
}

static bool subnet_parse(const cJSON *item, struct vr_prefix *subnet)
{
	return !vr_prefix_parse("subnet", object_text(item, "subnet"), subnet,
				NULL);
}

static int check_network(struct case_file *file, const struct vr_prefix *subnet,
			 const struct cluster_network *other)
{
	const cJSON *spec = cluster_spec(other), *item;
	struct vr_prefix prefix;

	if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(spec, "forwarding")))
		return 0;
	cJSON_ArrayForEach(item,
			   cJSON_GetObjectItemCaseSensitive(spec, "subnets")) {
		if (subnet_parse(item, &prefix) &&
		    vr_prefix_overlap(subnet, &prefix))
			return refuse_overlap(file, subnet, "network ",
					      other->entry.key, &prefix);
	}
	return 0;
}

static int check_networks(struct case_file *file,
			  const struct vr_prefix *subnet)
{
	struct cluster_network *other, *next;
	int ret;

	table_for_each(other, next, &file->cluster->networks) {
		ret = other == file->network
			      ? 0
			      : check_network(file, subnet, other);
		if (ret)
			return ret;
	}
	return 0;
}

/* Its packets go where these go, as they are. */
static int check_forwarding(struct case_file *file)
{
	const cJSON *spec = file->nad.spec, *item;
	struct vr_prefix subnet;
	int ret;

	if (!cJSON_HasObjectItem(spec, "forwarding"))
		return 0;
	file->decision->waits = true;
	cJSON_ArrayForEach(item,
			   cJSON_GetObjectItemCaseSensitive(spec, "subnets")) {
		if (!subnet_parse(item, &subnet))
			continue;
		ret = check_nodes(file, &subnet);
		if (!ret)
			ret = check_services(file, &subnet);
		if (!ret)
			ret = check_ranges(file, &subnet);
		if (!ret)
			ret = check_networks(file, &subnet);
		if (ret)
			return ret;
	}
	return 0;
}

static const cJSON *type_of_ipam(const cJSON *spec)
{
	return object_at(spec, "ipam", "type");
}

static int refuse_change(struct case_file *file, const char *reason,
			 const char *key, const cJSON *old, const cJSON *new)
{
	cleanup_json_text char *from = cJSON_PrintUnformatted(old);
	cleanup_json_text char *to = cJSON_PrintUnformatted(new);

	return refuse(
		file->decision, reason,
		"\"%s\" cannot change from %.300s to %.300s while %u addresses are in use",
		key, from ? from : "nothing", to ? to : "nothing",
		file->network->address_count);
}

/* What pods that run would not follow. */
static int check_changes(struct case_file *file)
{
	static const struct {
		const char *key, *name, *reason;
	} keys[] = {
		{ "subnets", "cidr", "CIDRInUse" },
		{ "device", "device", "DeviceInUse" },
	};
	const cJSON *spec = cluster_spec(file->network), *old, *new;
	unsigned int i;

	if (!spec || !file->network->address_count)
		return 0;
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		old = cJSON_GetObjectItemCaseSensitive(spec, keys[i].key);
		new = cJSON_GetObjectItemCaseSensitive(file->nad.spec,
						       keys[i].key);
		if ((old || new) && !cJSON_Compare(old, new, true))
			return refuse_change(file, keys[i].reason, keys[i].name,
					     old, new);
	}
	old = type_of_ipam(spec);
	new = type_of_ipam(file->nad.spec);
	if ((old || new) && !cJSON_Compare(old, new, true))
		return refuse_change(file, "IPAMInUse", "ipam", old, new);
	return 0;
}

static void add_source(const struct cluster_network *network, cJSON *spec)
{
	cJSON *source = cJSON_AddObjectToObject(spec, "source");

	cJSON_AddStringToObject(source, "namespace",
				object_namespace(network->nad));
	cJSON_AddStringToObject(source, "name", object_name(network->nad));
	cJSON_AddStringToObject(source, "uid", object_uid(network->nad));
}

static void take_spec(struct case_file *file)
{
	file->decision->spec = file->nad.spec;
	file->nad.spec = NULL;
	add_source(file->network, file->decision->spec);
}

static void grant(struct case_file *file, const char *reason,
		  const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void grant(struct case_file *file, const char *reason,
		  const char *format, ...)
{
	struct vr_error *message = &file->decision->message;
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	file->decision->ready = true;
	file->decision->reason = reason;
	vr_error_set(message, EINVAL, "%s%s%s", text,
		     file->nad.message.text[0] ? "; " : "",
		     file->nad.message.text);
}

static void decide_own(struct case_file *file)
{
	uint32_t vni;

	if (check_changes(file) || check_forwarding(file) ||
	    find_vni(file, &vni))
		return;
	cJSON_AddNumberToObject(file->nad.spec, "vni", vni);
	take_spec(file);
	grant(file, "Accepted", "network %s has VNI %u",
	      file->network->entry.key, vni);
}

static const struct cluster_network *find_target(const struct case_file *file)
{
	const struct cluster_network *target;
	unsigned int i;

	for (i = 0; file->nad.same_as[i]; i++) {
		target = cluster_network_find(file->cluster,
					      file->nad.same_as[i]);
		if (target && target->object && target != file->network)
			return target;
	}
	return NULL;
}

static void refuse_target(struct case_file *file)
{
	char **names = file->nad.same_as;
	char text[900] = "";
	unsigned int i;
	size_t len;

	for (i = 0; names[i]; i++) {
		len = strlen(text);
		snprintf(text + len, sizeof(text) - len, "%s\"%s\"",
			 i ? " or " : "", names[i]);
	}
	refuse_for_others(file->decision, "NetworkNotFound",
			  "opencontrail.org/network: there is no Network %s",
			  text);
	file->decision->patience = true;
}

/* By the rule that holds for pods, too. */
static bool may_use(const struct case_file *file,
		    const struct cluster_network *target)
{
	const cJSON *shared =
		cJSON_GetObjectItemCaseSensitive(cluster_spec(target),
						 "shared");
	cleanup_json cJSON *object = cJSON_CreateObject();
	struct definition definition;
	bool allowed;

	if (file->options->rules.compat_contrail)
		return true;
	if (shared)
		cJSON_AddItemToObject(object, "shared",
				      cJSON_Duplicate(shared, true));
	if (definition_parse(object, target->entry.key, "", &definition, NULL))
		return false;
	allowed = definition_allows(&definition,
				    object_namespace(file->network->nad));
	definition_free(&definition);
	return allowed;
}

static void decide_same_as(struct case_file *file)
{
	const struct cluster_network *target = find_target(file);
	struct decision *decision = file->decision;

	decision->waits = true;
	if (!target) {
		refuse_target(file);
		return;
	}
	if (cJSON_HasObjectItem(cluster_spec(target), "sameAs")) {
		refuse(decision, "InvalidNetwork",
		       "opencontrail.org/network: network \"%s\" is itself another one",
		       target->entry.key);
		return;
	}
	if (!may_use(file, target)) {
		refuse(decision, "NotShared",
		       "opencontrail.org/network: network \"%s\" is not shared with namespace \"%s\"",
		       target->entry.key, object_namespace(file->network->nad));
		return;
	}
	if (file->network->address_count) {
		refuse(decision, "NetworkInUse",
		       "opencontrail.org/network cannot be set while %u addresses are in use",
		       file->network->address_count);
		return;
	}
	cJSON_AddStringToObject(file->nad.spec, "sameAs", target->entry.key);
	take_spec(file);
	grant(file, "Accepted", "it is network %s", target->entry.key);
}

static bool is_of_operator(const struct cluster_network *network)
{
	return network->object &&
	       !cJSON_HasObjectItem(cluster_spec(network), "source");
}

/* A Network that somebody made: it only has to be one that nodes can read. */
static void decide_of_operator(struct case_file *file)
{
	const cJSON *spec = cluster_spec(file->network);
	struct decision *decision = file->decision;
	struct definition definition;
	uint32_t vni = file->network->vni;

	decision->of_operator = true;
	if (definition_parse(spec, file->network->entry.key, "spec",
			     &definition, &decision->message)) {
		decision->reason = "InvalidSpec";
		return;
	}
	definition_free(&definition);
	if (vni ? kept_vni(file, &vni) : new_vni(file, &vni))
		return;
	if (vni != file->network->vni) {
		decision->spec = cJSON_Duplicate(spec, true);
		json_replace(decision->spec, "vni", cJSON_CreateNumber(vni),
			     NULL);
	}
	grant(file, "Accepted", "network %s has VNI %u",
	      file->network->entry.key, vni);
}

/* No packet of it comes to the router: it has no VNI. */
static void decide_delegated(struct case_file *file)
{
	if (file->network->address_count) {
		refuse(file->decision, "NetworkInUse",
		       "\"type\" cannot be another plugin's while %u addresses are in use",
		       file->network->address_count);
		return;
	}
	take_spec(file);
	grant(file, "Accepted",
	      "network %s is made by other plugins, where nodes let them",
	      file->network->entry.key);
}

static void decide_ours(struct case_file *file)
{
	if (is_of_operator(file->network)) {
		if (!file->nad.settings) {
			decide_of_operator(file);
			return;
		}
		refuse(file->decision, "NetworkExists",
		       "Network \"%s\" was not made for it: it may have no settings",
		       file->network->entry.key);
		file->decision->of_operator = true;
		return;
	}
	if (file->nad.same_as[0])
		decide_same_as(file);
	else if (file->nad.delegated)
		decide_delegated(file);
	else
		decide_own(file);
}

static void decide_gone(struct case_file *file)
{
	if (is_of_operator(file->network)) {
		decide_of_operator(file);
		return;
	}
	file->decision->gone = true;
	refuse(file->decision, "Deleted",
	       "there is no NetworkAttachmentDefinition for it any more");
}

void decide(const struct cluster *cluster,
	    const struct controller_options *options,
	    const struct cluster_network *network, struct decision *decision)
{
	struct case_file file = {
		.cluster = cluster,
		.options = options,
		.network = network,
		.decision = decision,
	};
	enum nad_verdict verdict = NAD_FOREIGN;

	*decision = (struct decision){ .reason = "" };
	if (network->nad)
		verdict = nad_resolve(network->nad, &options->rules, &file.nad);
	switch (verdict) {
	case NAD_FOREIGN:
		decide_gone(&file);
		break;
	case NAD_OURS:
		decide_ours(&file);
		break;
	case NAD_REFUSED:
		decision->of_operator = is_of_operator(network);
		refuse(decision, file.nad.reason, "%s", file.nad.message.text);
		break;
	}
	nad_free(&file.nad);
}

void decision_free(struct decision *decision)
{
	cJSON_Delete(decision->spec);
	*decision = (struct decision){ 0 };
}
