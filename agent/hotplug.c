// SPDX-License-Identifier: Apache-2.0
/*
 * Plugging and unplugging.  Entry point: hotplug_check().
 *
 * It is by calls of vr-cni, as the runtime's, so that all of an interface is made
 * or none, and DEL of the pod finds it.  Steps of one pod come one after the
 * other; what was refused is tried again when the annotation changes, or after a
 * while.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cni/json.h"
#include "../cni/pod_networks.h"
#include "../lib/cleanup.h"
#include "child.h"
#include "event.h"
#include "hotplug.h"
#include "log.h"
#include "object.h"
#include "plug_plan.h"

/* Before what was refused is tried again. */
#define RETRY_MILLISECONDS 60000

#define MOST_INTERFACES 64

/**
 * struct plugging - a pod
 * @entry: by container
 * @refused: the annotation that was refused, NULL for none
 * @retry_at: when that is tried again all the same, by loop_now()
 * @what: is being done, for messages
 */
struct plugging {
	struct table_entry entry;
	struct hotplug *hotplug;
	struct child *child;
	char *refused;
	uint64_t retry_at;
	char *annotation;
	char *what;
	struct environment_pod pod;
	char *uid;
};

static void tell(struct plugging *plugging, const char *message)
{
	const struct event event = {
		.api_version = "v1",
		.kind = "Pod",
		.namespace = plugging->pod.namespace,
		.name = plugging->pod.name,
		.uid = plugging->uid,
		.component = "vr-agent",
		.reason = "NetworkPlugFailed",
		.message = message,
	};

	agent_log(AGENT_WARNING, "pod %s/%s: %s", plugging->pod.namespace,
		  plugging->pod.name, message);
	event_send(plugging->hotplug->api, &event);
}

static void refuse(struct plugging *plugging, const char *message)
{
	free(plugging->refused);
	plugging->refused = strdup(plugging->annotation);
	plugging->retry_at = loop_now() + RETRY_MILLISECONDS;
	loop_timer_set_by(plugging->hotplug->timer, RETRY_MILLISECONDS);
	tell(plugging, message);
}

static void child_is_done(int status, const char *output, void *arg)
{
	struct plugging *plugging = arg;
	cleanup_json cJSON *answer = cJSON_Parse(output);
	const char *reason = object_text(answer, "msg");
	cleanup_free char *message = NULL;

	plugging->child = NULL;
	loop_timer_set_by(plugging->hotplug->timer, 0);
	if (!status) {
		agent_log(AGENT_INFO, "pod %s/%s: %s", plugging->pod.namespace,
			  plugging->pod.name, plugging->what);
		return;
	}
	if (asprintf(&message, "%s: %s", plugging->what,
		     reason[0] ? reason : "vr-cni ended without a reason") < 0)
		message = NULL;
	else
		refuse(plugging, message);
}

/* The element of an annotation's list that a request is of, without its name. */
static cJSON *element_of(const char *annotation, const struct requests *wanted,
			 const struct request *request)
{
	cleanup_json cJSON *list = cJSON_Parse(annotation);
	int index = (int)(request - wanted->items);
	cJSON *element;
	char *dot;

	if (cJSON_IsArray(list)) {
		element = cJSON_DetachItemFromArray(list, index);
		cJSON_DeleteItemFromObjectCaseSensitive(element, "interface");
		return element;
	}
	/* "ns.name": a namespace has no dot. */
	element = cJSON_CreateObject();
	dot = strchr(request->network, '.');
	if (!dot)
		return element;
	cJSON_AddStringToObject(element, "name", dot + 1);
	*dot = '\0';
	cJSON_AddStringToObject(element, "namespace", request->network);
	*dot = '.';
	return element;
}

/* Of the same name as the runtime's call, by which DEL of the pod finds it. */
static cJSON *conf_of(const struct hotplug *hotplug,
		      const struct attachment *attachment)
{
	cJSON *conf = cJSON_CreateObject();

	cJSON_AddStringToObject(conf, "cniVersion", "1.0.0");
	cJSON_AddStringToObject(conf, "name", attachment->name);
	cJSON_AddStringToObject(conf, "type", "vr-cni");
	cJSON_AddStringToObject(conf, "result", "all");
	cni_conf_add_shared(conf, hotplug->conf);
	return conf;
}

static void environment_free(char **environment)
{
	char **item;

	for (item = environment; *item; item++)
		free(*item);
}

/* Return: false without memory. */
static bool make_environment(const struct hotplug *hotplug,
			     const struct attachment *attachment,
			     const char *command, const char *ifname,
			     char *environment[8])
{
	const struct environment_pod *pod = &attachment->pod;
	int i = 0;

	if (asprintf(&environment[i], "CNI_COMMAND=%s", command) >= 0 &&
	    asprintf(&environment[++i], "CNI_CONTAINERID=%s",
		     attachment->container_id) >= 0 &&
	    asprintf(&environment[++i], "CNI_NETNS=%s", attachment->netns) >=
		    0 &&
	    asprintf(&environment[++i], "CNI_IFNAME=%s", ifname) >= 0 &&
	    asprintf(&environment[++i], "CNI_PATH=%s",
		     hotplug->conf->bin_dir) >= 0 &&
	    asprintf(&environment[++i],
		     "CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=%s;K8S_POD_NAME=%s;K8S_POD_UID=%s",
		     pod->namespace, pod->name, pod->uid) >= 0) {
		environment[++i] = NULL;
		return true;
	}
	environment[i] = NULL;
	environment_free(environment);
	return false;
}

static void call(struct plugging *plugging, const struct attachment *attachment,
		 const char *command, const char *ifname, const cJSON *conf)
{
	struct hotplug *hotplug = plugging->hotplug;
	cleanup_json_text char *input = cJSON_PrintUnformatted(conf);
	const char *arguments[] = { NULL, NULL };
	cleanup_free char *path = NULL;
	struct vr_error error = { 0 };
	char *environment[8];
	const struct child_program program = {
		.arguments = arguments,
		.environment = environment,
		.input = input,
	};

	if (!input ||
	    asprintf(&path, "%s/vr-cni", hotplug->conf->bin_dir) < 0) {
		path = NULL;
		return;
	}
	arguments[0] = path;
	if (!make_environment(hotplug, attachment, command, ifname,
			      environment))
		return;
	plugging->child = child_run(hotplug->loop, &program, child_is_done,
				    plugging, &error);
	environment_free(environment);
	if (!plugging->child)
		refuse(plugging, error.text);
}

static void say(struct plugging *plugging, const char *verb, const char *ifname,
		const char *network)
{
	free(plugging->what);
	if (asprintf(&plugging->what, "%s %s of network \"%s\"", verb, ifname,
		     network) < 0)
		plugging->what = NULL;
}

/* One of the first call by its interface, any other by a call of its own. */
static void take_away(struct plugging *plugging,
		      const struct attachment *attachment,
		      const struct plug_interface *interface)
{
	cleanup_json cJSON *conf = conf_of(plugging->hotplug, attachment);

	say(plugging, "take away", interface->ifname, interface->network);
	if (interface->plugged) {
		call(plugging, attachment, "DEL", interface->ifname, conf);
		return;
	}
	cJSON_AddStringToObject(conf, "unplug", interface->ifname);
	call(plugging, attachment, "DEL", attachment->ifname, conf);
}

static void add(struct plugging *plugging, const struct attachment *attachment,
		const struct requests *wanted, const struct plug_plan *plan)
{
	cleanup_json cJSON *conf = conf_of(plugging->hotplug, attachment);

	say(plugging, "add", plan->ifname, plan->add->network);
	cJSON_AddItemToObject(conf, "plug",
			      element_of(plugging->annotation, wanted,
					 plan->add));
	call(plugging, attachment, "ADD", plan->ifname, conf);
}

static unsigned int list_interfaces(const struct attachment *attachment,
				    struct plug_interface *list,
				    unsigned int count)
{
	const struct attachment_interface *interface;
	unsigned int i;

	for (i = 0; i < attachment->interface_count && count < MOST_INTERFACES;
	     i++) {
		interface = &attachment->interfaces[i];
		if (attachment_is_first(attachment, interface))
			continue;
		list[count++] = (struct plug_interface){
			.network = interface->requested ? interface->requested
							: interface->network,
			.ifname = interface->ifname,
			.plugged = attachment->plugged,
		};
	}
	for (i = 0; i < attachment->delegate_count && count < MOST_INTERFACES;
	     i++)
		list[count++] = (struct plug_interface){
			.network = attachment->delegates[i].network,
			.ifname = attachment->delegates[i].ifname,
			.plugged = attachment->plugged,
		};
	return count;
}

static unsigned int list_all(const struct hotplug *hotplug,
			     const struct attachment *attachment,
			     struct plug_interface *list)
{
	struct attached *other, *next;
	unsigned int count;

	count = list_interfaces(attachment, list, 0);
	table_for_each(other, next, &hotplug->attachments->table) {
		if (other->read && other->attachment.plugged &&
		    !strcmp(other->attachment.container_id,
			    attachment->container_id))
			count = list_interfaces(&other->attachment, list,
						count);
	}
	return count;
}

static void next_step(struct plugging *plugging,
		      const struct attachment *attachment,
		      const struct requests *wanted)
{
	struct plug_interface list[MOST_INTERFACES];
	struct plug_plan plan;
	unsigned int count;

	count = list_all(plugging->hotplug, attachment, list);
	plug_plan_make(wanted, list, count, &plan);
	if (plan.remove)
		take_away(plugging, attachment, plan.remove);
	else if (plan.add)
		add(plugging, attachment, wanted, &plan);
}

static void check_annotation(struct plugging *plugging,
			     const struct attachment *attachment)
{
	struct requests wanted = { 0 };
	struct vr_error error = { 0 };
	cleanup_json cJSON *json = NULL;

	if (plugging->refused &&
	    !strcmp(plugging->refused, plugging->annotation) &&
	    plugging->retry_at > loop_now())
		return;
	if (plugging->annotation[0] &&
	    pod_networks_parse(plugging->annotation, attachment->pod.namespace,
			       &wanted, &json, &error))
		refuse(plugging, error.text);
	else
		next_step(plugging, attachment, &wanted);
	requests_free(&wanted);
}

static void set_text(char **to, const char *from)
{
	free(*to);
	*to = strdup(from);
}

static void check_attached(struct hotplug *hotplug,
			   const struct attached *attached)
{
	const struct attachment *attachment = &attached->attachment;
	struct plugging *plugging;
	const struct pod *pod;

	/* An ADD that goes on is the runtime's. */
	if (!attached->read || attachment->plugged ||
	    !attachment->pod_networks ||
	    attached->ports != attachment->interface_count)
		return;
	pod = pods_find(hotplug->known_pods, attachment->pod.namespace,
			attachment->pod.name);
	if (!pod || pod->ending || !pod_is(pod, attachment->pod.uid))
		return;
	plugging = table_get(&hotplug->pods, attachment->container_id,
			     sizeof(*plugging));
	if (!plugging || plugging->child)
		return;
	plugging->hotplug = hotplug;
	plugging->pod = attachment->pod;
	set_text(&plugging->uid, pod->uid);
	set_text(&plugging->annotation,
		 object_text(pod->annotations, POD_NETWORKS_KEY));
	if (plugging->uid && plugging->annotation)
		check_annotation(plugging, attachment);
}

static bool has_first_call(const struct hotplug *hotplug, const char *container)
{
	struct attached *item, *next;

	table_for_each(item, next, &hotplug->attachments->table) {
		if (!strcmp(item->container, container) &&
		    (!item->read || !item->attachment.plugged))
			return true;
	}
	return false;
}

/* The pod went while it was being plugged: the runtime's DEL did not find it. */
static void check_orphan(struct hotplug *hotplug,
			 const struct attached *attached)
{
	const struct attachment *attachment = &attached->attachment;
	const struct plug_interface interface = {
		.network = attachment->name,
		.ifname = attachment->ifname,
		.plugged = true,
	};
	struct plugging *plugging;

	if (!attached->read || !attachment->plugged ||
	    has_first_call(hotplug, attachment->container_id))
		return;
	plugging = table_get(&hotplug->pods, attachment->container_id,
			     sizeof(*plugging));
	if (!plugging || plugging->child || plugging->retry_at > loop_now())
		return;
	plugging->hotplug = hotplug;
	plugging->pod = attachment->pod;
	set_text(&plugging->uid, attachment->pod.uid);
	set_text(&plugging->annotation, "");
	take_away(plugging, attachment, &interface);
}

static void plugging_free(struct hotplug *hotplug, struct plugging *plugging)
{
	child_cancel(plugging->child);
	free(plugging->refused);
	free(plugging->annotation);
	free(plugging->what);
	free(plugging->uid);
	table_remove(&hotplug->pods, plugging);
}

void hotplug_check(struct hotplug *hotplug)
{
	struct plugging *plugging, *next_plugging;
	struct attached *attached, *next;

	table_for_each(attached, next, &hotplug->attachments->table)
		check_attached(hotplug, attached);
	table_for_each(attached, next, &hotplug->attachments->table)
		check_orphan(hotplug, attached);
	table_for_each(plugging, next_plugging, &hotplug->pods) {
		if (!plugging->child &&
		    !attachments_have(hotplug->attachments, plugging->entry.key,
				      NULL))
			plugging_free(hotplug, plugging);
	}
}

void hotplug_stop(struct hotplug *hotplug)
{
	struct plugging *plugging, *next;

	table_for_each(plugging, next, &hotplug->pods)
		plugging_free(hotplug, plugging);
	table_free(&hotplug->pods);
}
