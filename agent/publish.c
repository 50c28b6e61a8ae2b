// SPDX-License-Identifier: Apache-2.0
/*
 * What is written of networks.  Entry point: publish_step().
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "condition.h"
#include "controller.h"
#include "decision.h"
#include "event.h"
#include "in_use.h"
#include "networks.h"
#include "object.h"
#include "publish.h"

#define NAD_API "k8s.cni.cncf.io/v1"
#define NAD_KIND "NetworkAttachmentDefinition"
#define NAD_PATH \
	"/apis/" NAD_API "/namespaces/%s/network-attachment-definitions/%s"

/* Which pods a network has is written no more often. */
#define IN_USE_MILLISECONDS 1000

#define PATIENCE_MILLISECONDS 2000

static struct cluster_network *network_of(struct work *work)
{
	return (struct cluster_network *)((char *)work -
					  offsetof(struct cluster_network,
						   work));
}

static uint32_t generation_of(const cJSON *object)
{
	return object_number(cJSON_GetObjectItemCaseSensitive(object,
							      "metadata"),
			     "generation");
}

static struct condition condition_of(const struct decision *decision,
				     const cJSON *object)
{
	return (struct condition){
		.ready = decision->ready,
		.reason = decision->reason,
		.message = decision->message.text,
		.generation = generation_of(object),
	};
}

/* --- the Network */

static void network_written(struct work *work, const struct api_answer *answer,
			    void *arg)
{
	struct controller *controller = arg;

	(void)work;
	if (!answer->error.errnum && answer->body)
		cluster_network_written(&controller->cluster, answer->body);
}

static void network_deleted(struct work *work, const struct api_answer *answer,
			    void *arg)
{
	(void)arg;
	network_of(work)->deleting = !answer->error.errnum;
}

static void create_network(struct cluster_network *network, cJSON *spec)
{
	cJSON *object = cJSON_CreateObject();

	cJSON_AddStringToObject(object, "apiVersion", ADDRESS_API);
	cJSON_AddStringToObject(object, "kind", "Network");
	cJSON_AddStringToObject(cJSON_AddObjectToObject(object, "metadata"),
				"name", network->entry.key);
	network->pending = object_number(spec, "vni");
	cJSON_AddItemToObject(object, "spec", spec);
	work_send(&network->work, "POST", api_path(NETWORK_PATH), object,
		  network_written);
}

static void replace_network(struct cluster_network *network, cJSON *spec)
{
	cJSON *object = cJSON_Duplicate(network->object, true);

	json_replace(object, "spec", spec, NULL);
	work_send(&network->work, "PUT",
		  api_path(NETWORK_PATH "/%s", network->entry.key), object,
		  network_written);
}

/* Not another of this name, and not one that has changed. */
static cJSON *preconditions(const cJSON *object)
{
	const cJSON *metadata =
		cJSON_GetObjectItemCaseSensitive(object, "metadata");
	cJSON *body = cJSON_CreateObject();
	cJSON *list;

	cJSON_AddStringToObject(body, "apiVersion", "v1");
	cJSON_AddStringToObject(body, "kind", "DeleteOptions");
	list = cJSON_AddObjectToObject(body, "preconditions");
	cJSON_AddStringToObject(list, "uid", object_text(metadata, "uid"));
	cJSON_AddStringToObject(list, "resourceVersion",
				object_text(metadata, "resourceVersion"));
	return body;
}

static time_t retired_at(const struct cluster_network *network)
{
	return object_parse_time(
		object_text(cJSON_GetObjectItemCaseSensitive(network->object,
							     "status"),
			    "retiredAt"));
}

/* Its VNI rests as long as the object is there. */
static bool delete_network(struct cluster_network *network,
			   const struct controller *controller)
{
	time_t now = time(NULL), when = retired_at(network);
	unsigned int rest = controller->options.vni_rest;

	if (network->deleting || (network->vni && network->address_count))
		return false;
	if (network->vni && !when)
		return false;
	if (network->vni && now < when + rest) {
		work_mark_in(&network->work, 1000 * (when + rest - now));
		return false;
	}
	work_send(&network->work, "DELETE",
		  api_path(NETWORK_PATH "/%s", network->entry.key),
		  preconditions(network->object), network_deleted);
	return true;
}

/* Return: whether a request is on its way. */
static bool write_network(struct cluster_network *network,
			  struct decision *decision,
			  const struct controller *controller)
{
	cJSON *spec = decision->spec;

	if (network->deleting)
		return false;
	if (decision->gone)
		return network->object && delete_network(network, controller);
	if (!spec || (network->object &&
		      cJSON_Compare(cluster_spec(network), spec, true)))
		return false;
	decision->spec = NULL;
	if (network->object)
		replace_network(network, spec);
	else
		create_network(network, spec);
	return true;
}

/* --- its status */

/* Since when nobody has needed it, or 0. */
static time_t retirement(const struct cluster_network *network,
			 const struct decision *decision)
{
	time_t when = retired_at(network);

	if (!decision->gone || network->address_count)
		return 0;
	return when ? when : time(NULL);
}

static cJSON *status_patch(const struct cluster_network *network,
			   const struct condition *condition, time_t retired)
{
	const cJSON *old = object_at(network->object, "status", "conditions");
	cJSON *patch = cJSON_CreateObject();
	char text[OBJECT_TIME_BYTES];
	cJSON *status;

	cJSON_AddStringToObject(cJSON_AddObjectToObject(patch, "metadata"),
				"uid", object_uid(network->object));
	status = cJSON_AddObjectToObject(patch, "status");
	cJSON_AddItemToObject(status, "conditions",
			      condition_list(old, condition));
	if (retired)
		cJSON_AddStringToObject(status, "retiredAt",
					object_format_time(retired, text));
	else
		cJSON_AddNullToObject(status, "retiredAt");
	return patch;
}

static bool write_status(struct cluster_network *network,
			 const struct decision *decision)
{
	struct condition condition = condition_of(decision, network->object);
	time_t retired;

	if (!network->object || network->deleting)
		return false;
	retired = retirement(network, decision);
	if (retired == retired_at(network) &&
	    condition_is_in(object_at(network->object, "status", "conditions"),
			    &condition))
		return false;
	work_send(&network->work, "PATCH",
		  api_path(NETWORK_PATH "/%s/status", network->entry.key),
		  status_patch(network, &condition, retired), network_written);
	return true;
}

/* --- the author */

static cJSON *told_conditions(const struct cluster_network *network)
{
	return cJSON_Parse(object_annotation(network->nad, NAD_CONDITIONS));
}

/* What the server refuses for good is not said again either. */
static void event_written(struct work *work, const struct api_answer *answer,
			  void *arg)
{
	struct cluster_network *network = network_of(work);

	(void)arg;
	if (answer->error.errnum == EAGAIN)
		network->told = 0;
}

/* Before the annotation: whoever dies between them says it again. */
static bool write_event(struct cluster_network *network,
			const struct decision *decision)
{
	struct condition condition = condition_of(decision, network->nad);
	cleanup_json cJSON *told = told_conditions(network);
	const struct event event = {
		.api_version = NAD_API,
		.kind = NAD_KIND,
		.namespace = object_namespace(network->nad),
		.name = object_name(network->nad),
		.uid = object_uid(network->nad),
		.component = PUBLISH_COMPONENT,
		.reason = decision->reason,
		.message = decision->message.text,
	};
	uint64_t hash = event_hash(&event);

	if (decision->gone || decision->ready || network->told == hash ||
	    condition_was_told(told, &condition))
		return false;
	network->told = hash;
	work_send(&network->work, "POST", event_path(&event),
		  event_to_json(&event), event_written);
	return true;
}

/* Adds to @annotations what has to change. */
static void patch_conditions(const struct cluster_network *network,
			     const struct decision *decision,
			     cJSON *annotations)
{
	struct condition condition = condition_of(decision, network->nad);
	cleanup_json cJSON *told = told_conditions(network);
	cleanup_json cJSON *list = NULL;
	cleanup_json_text char *text = NULL;

	if (decision->gone) {
		if (object_annotation(network->nad, NAD_CONDITIONS)[0])
			cJSON_AddNullToObject(annotations, NAD_CONDITIONS);
		return;
	}
	if (condition_is_in(told, &condition))
		return;
	list = condition_list(told, &condition);
	text = cJSON_PrintUnformatted(list);
	if (text)
		cJSON_AddStringToObject(annotations, NAD_CONDITIONS, text);
}

/* One that is another's name has no addresses of its own. */
static char *users_of(const struct cluster *cluster,
		      const struct cluster_network *network)
{
	const char *name = object_text(cluster_spec(network), "sameAs");
	const struct cluster_network *other;

	if (!name[0])
		return in_use_text(network, NULL);
	other = cluster_network_find(cluster, name);
	return other ? in_use_text(other, network->entry.key) : NULL;
}

/* The first pod and the last are told of at once, the others together. */
static void patch_in_use(const struct cluster *cluster,
			 struct cluster_network *network, cJSON *annotations)
{
	const char *old = object_annotation(network->nad, NAD_IN_USE_BY);
	uint64_t now = loop_now(), next;
	cleanup_json_text char *new = NULL;

	next = network->in_use_written + IN_USE_MILLISECONDS;
	if (old[0] && network->addresses && now < next) {
		work_mark_in(&network->work, next - now);
		return;
	}
	new = users_of(cluster, network);
	if (new &&strcmp(old, new) != 0)
		cJSON_AddStringToObject(annotations, NAD_IN_USE_BY, new);
	else if (!new &&old[0])
		cJSON_AddNullToObject(annotations, NAD_IN_USE_BY);
	network->in_use_written = now;
}

static void nad_written(struct work *work, const struct api_answer *answer,
			void *arg)
{
	struct controller *controller = arg;

	(void)work;
	if (!answer->error.errnum && answer->body)
		cluster_nad_written(&controller->cluster, answer->body);
}

static void write_nad(const struct cluster *cluster,
		      struct cluster_network *network,
		      const struct decision *decision)
{
	cJSON *patch = cJSON_CreateObject();
	cJSON *metadata = cJSON_AddObjectToObject(patch, "metadata");
	cJSON *annotations;

	cJSON_AddStringToObject(metadata, "uid", object_uid(network->nad));
	annotations = cJSON_AddObjectToObject(metadata, "annotations");
	patch_conditions(network, decision, annotations);
	patch_in_use(cluster, network, annotations);
	if (!annotations || !annotations->child) {
		cJSON_Delete(patch);
		return;
	}
	work_send(&network->work, "PATCH",
		  api_path(NAD_PATH, object_namespace(network->nad),
			   object_name(network->nad)),
		  patch, nad_written);
}

/* What was made by one command comes in any order, and is no mistake. */
static bool is_patient(struct cluster_network *network,
		       const struct decision *decision)
{
	uint64_t now = loop_now();

	if (!decision->patience) {
		network->lacking = 0;
		return false;
	}
	if (!network->lacking)
		network->lacking = now;
	if (now - network->lacking >= PATIENCE_MILLISECONDS)
		return false;
	work_mark_in(&network->work,
		     network->lacking + PATIENCE_MILLISECONDS - now);
	return true;
}

void publish_step(struct work *work, void *arg)
{
	struct cluster_network *network = network_of(work);
	cleanup_decision struct decision decision = { 0 };
	struct controller *controller = arg;

	if (cluster_network_is_empty(network)) {
		cluster_network_forget(&controller->cluster, network);
		return;
	}
	decide(&controller->cluster, &controller->options, network, &decision);
	network->waits = decision.waits;
	if (is_patient(network, &decision))
		return;
	if (write_network(network, &decision, controller) ||
	    write_status(network, &decision) || !network->nad)
		return;
	if (!write_event(network, &decision))
		write_nad(&controller->cluster, network, &decision);
}
