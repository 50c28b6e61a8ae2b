// SPDX-License-Identifier: Apache-2.0
/*
 * Requests of vr-cni.  Entry point: asking_handle().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cni/code.h"
#include "../cni/ipam_agent.h"
#include "../cni/json.h"
#include "../cni/pod_networks.h"
#include "../lib/cleanup.h"
#include "asking.h"
#include "log.h"
#include "object.h"

/*
 * The first pod of a network here waits for where the others are.  What comes
 * later costs a flood, and no more.
 */
#define READY_MILLISECONDS 1000
#define READY_POLL 5

/* One of the networks that are asked for. */
struct asked {
	struct asking *asking;
	struct own_wish wish;
	bool first;
	struct spare given;
	bool is_given;
};

/* An ADD on its way. */
struct asking {
	struct asking_context *context;
	struct asking *next;
	struct server_call *call;
	struct asked *items;
	unsigned int count;
	unsigned int waiting;
	struct vr_error error;
	uint64_t since;
	struct loop_timer *timer;
};

static void asking_free(struct asking *asking)
{
	struct asking **at = &asking->context->adding;
	unsigned int i;

	while (*at != asking)
		at = &(*at)->next;
	*at = asking->next;
	for (i = 0; i < asking->count; i++)
		network_put(asking->items[i].wish.network);
	loop_timer_destroy(asking->timer);
	free(asking->items);
	free(asking);
}

/* A result of an IPAM plugin, and the MAC. */
static cJSON *answer_of(const struct asked *item)
{
	const struct pool *pool = &item->wish.network->pool;
	char text[VR_PREFIX_TEXT], mac[VR_MAC_TEXT];
	cJSON *result = cJSON_CreateObject();
	cJSON *ips = cJSON_AddArrayToObject(result, "ips");
	const struct pool_range *range;
	struct vr_prefix prefix;
	unsigned int i;
	cJSON *ip;

	for (i = 0; i < item->given.count && i < pool->set_count; i++) {
		range = pool_range_of(&pool->sets[i], &item->given.ips[i]);
		if (!range)
			continue;
		prefix.ip = item->given.ips[i];
		prefix.length = range->subnet.length;
		ip = cJSON_CreateObject();
		cJSON_AddStringToObject(ip, "address",
					vr_prefix_format(&prefix, text));
		cJSON_AddStringToObject(ip, "gateway",
					vr_ip_format(&range->gateway, text));
		cJSON_AddItemToArray(ips, ip);
	}
	if (item->given.count)
		cJSON_AddStringToObject(result, "mac",
					vr_mac_format(item->given.taker.mac,
						      mac));
	if (item->given.sequence)
		cJSON_AddNumberToObject(result, "sequence",
					item->given.sequence);
	if (item->given.standby)
		cJSON_AddTrueToObject(result, "standby");
	return result;
}

static void give_back(struct asking *asking)
{
	unsigned int i;

	for (i = 0; i < asking->count; i++) {
		if (asking->items[i].is_given &&
		    !asking->items[i].given.standby)
			own_free(asking->context->own,
				 asking->items[i].wish.network,
				 &asking->items[i].given);
	}
}

static void refuse(struct asking *asking)
{
	cJSON *answer = cJSON_CreateObject();
	enum cni_code code = cni_code(&asking->error);

	if (asking->error.errnum == EAGAIN || asking->error.errnum == ENOSPC ||
	    asking->error.errnum == EACCES)
		code = CNI_AGAIN;
	else if (asking->error.errnum == EEXIST)
		code = CNI_CONFIG;
	cJSON_AddNumberToObject(answer, "code", code);
	cJSON_AddStringToObject(answer, "msg", asking->error.text);
	/* We know less than what lies on the disk. */
	if (code == CNI_AGAIN && asking->error.errnum != ENOSPC)
		cJSON_AddTrueToObject(answer, "spares");
	server_answer(asking->call, answer);
}

static void finish(struct asking *asking)
{
	cJSON *answer, *networks;
	unsigned int i;

	if (asking->error.errnum) {
		give_back(asking);
		refuse(asking);
		asking_free(asking);
		return;
	}
	answer = cJSON_CreateObject();
	networks = cJSON_AddArrayToObject(answer, "networks");
	for (i = 0; i < asking->count; i++)
		cJSON_AddItemToArray(networks, answer_of(&asking->items[i]));
	if (!server_answer(asking->call, answer)) {
		agent_log(AGENT_WARNING, "vr-cni did not wait for %s",
			  asking->count ? asking->items[0].wish.who.container
					: "its answer");
		give_back(asking);
	}
	asking_free(asking);
}

static bool all_ready(const struct asking *asking)
{
	const struct host_ports *ports = asking->context->host_ports;
	const struct asked *item;
	unsigned int i;

	for (i = 0; i < asking->count; i++) {
		item = &asking->items[i];
		if (!network_is_ready(item->wish.network) ||
		    (ports && !host_ports_are_ready(ports, item->wish.network,
						    item->first)))
			return false;
	}
	return true;
}

static void wait_for_networks(void *arg)
{
	struct asking *asking = arg;

	if (asking->waiting)
		return;
	if (asking->error.errnum || all_ready(asking) ||
	    loop_now() - asking->since >= READY_MILLISECONDS)
		finish(asking);
	else
		loop_timer_set(asking->timer, READY_POLL);
}

static void given(const struct spare *spare, const struct vr_error *err,
		  void *arg)
{
	struct asked *item = arg;
	struct asking *asking = item->asking;

	if (spare) {
		item->given = *spare;
		item->is_given = true;
	} else if (!asking->error.errnum) {
		asking->error = *err;
	}
	asking->waiting--;
	/* Not from here: who asks for the next one may still be at it. */
	loop_timer_set(asking->timer, 0);
}

static int check_right(const struct asking_context *context,
		       const struct network *network,
		       const struct spare_taker *who, struct vr_error *err)
{
	if (context->open_networks ||
	    definition_allows(&network->definition, who->pod_namespace))
		return 0;
	return cni_fail(
		err, CNI_CONFIG,
		"network \"%s\" is not shared with namespace \"%s\" (annotation vrctl.dev/shared of its NetworkAttachmentDefinition)",
		network->entry.key, who->pod_namespace);
}

static int parse_asked_ips(const cJSON *item, struct own_wish *wish,
			   struct vr_error *err)
{
	const cJSON *ips = NULL, *ip;
	struct vr_prefix prefix;
	int ret;

	ret = json_strings(item, "request", "ips", &ips, err);
	if (ret)
		return ret;
	cJSON_ArrayForEach(ip, ips) {
		if (wish->asked_count == SPARE_ADDRESSES)
			return cni_fail(err, CNI_CONFIG,
					"more than %d addresses are asked for",
					SPARE_ADDRESSES);
		if (strchr(ip->valuestring, '/'))
			ret = vr_prefix_parse("ips", ip->valuestring, &prefix,
					      err);
		else
			ret = vr_ip_parse("ips", ip->valuestring, &prefix.ip,
					  err);
		if (ret)
			return cni_wrap(err, CNI_CONFIG, "request");
		wish->asked[wish->asked_count++] = prefix.ip;
	}
	return 0;
}

static int parse_who(const cJSON *request, const cJSON *item,
		     struct spare_taker *who, struct vr_error *err)
{
	const cJSON *pod = cJSON_GetObjectItemCaseSensitive(request, "pod");
	const char *mac = object_text(item, "mac");

	snprintf(who->container, sizeof(who->container), "%s",
		 object_text(request, "containerID"));
	snprintf(who->interface, sizeof(who->interface), "%s",
		 object_text(item, "interface"));
	snprintf(who->pod_namespace, sizeof(who->pod_namespace), "%s",
		 object_text(pod, "namespace"));
	snprintf(who->pod_name, sizeof(who->pod_name), "%s",
		 object_text(pod, "name"));
	snprintf(who->pod_uid, sizeof(who->pod_uid), "%s",
		 object_text(pod, "uid"));
	if (!who->container[0] || !who->interface[0])
		return cni_fail(err, CNI_CONFIG,
				"request without container or interface");
	if (mac[0] && vr_mac_parse("mac", mac, who->mac, err))
		return cni_wrap(err, CNI_CONFIG, "request");
	return 0;
}

/* As vr-agent's IPAM has it, to whom no ranges were given. */
static bool has_none(const struct network *network)
{
	return network->others_give &&
	       !strcmp(object_text(network->definition.ipam, "type"),
		       IPAM_AGENT_TYPE);
}

static int find_network(struct asking_context *context, const char *name,
			struct network **network, struct vr_error *err)
{
	*network = networks_find(context->networks, name);
	if (*network && ((*network)->pool.set_count || has_none(*network)))
		return 0;
	if (*network)
		return cni_fail(err, CNI_CONFIG,
				"network \"%s\" has no addresses of the cluster",
				name);
	if (!networks_are_known(context->networks))
		return cni_fail(
			err, CNI_AGAIN,
			"network \"%s\" is not known: vr-agent has not heard of the Kubernetes API yet",
			name);
	return cni_fail(err, CNI_AGAIN, "there is no network \"%s\"", name);
}

/* Of the pod's own namespace; whoever may use the network may not use any claim. */
static int parse_claim(const cJSON *object, struct own_wish *wish,
		       struct vr_error *err)
{
	const char *name = object_text(object, "claim");

	if (!name[0])
		return 0;
	if (strlen(name) > 253 || strchr(name, '/') || wish->asked_count)
		return cni_fail(err, CNI_CONFIG,
				"request with a claim \"%.253s\"%s", name,
				wish->asked_count ? " and addresses" : "");
	snprintf(wish->claim, sizeof(wish->claim), "%s/%s",
		 wish->who.pod_namespace, name);
	return 0;
}

/* Does a pod get it for its first network?  Not when it runs already. */
static bool is_first(const struct asking_context *context, const cJSON *request,
		     const cJSON *object)
{
	const char *container = object_text(request, "containerID");
	const char *ifname = object_text(request, "ifname");
	struct attached *attached, *next;

	if (strcmp(object_text(object, "interface"), ifname) != 0)
		return false;
	table_for_each(attached, next, &context->attachments->table) {
		if (attached->read && !strcmp(attached->container, container) &&
		    strcmp(attached->attachment.ifname, ifname) != 0)
			return false;
	}
	return true;
}

/* Interfaces that the container has on a network already. */
static unsigned int count_attached(const struct asking_context *context,
				   const struct own_wish *wish)
{
	struct attached *item, *next;
	unsigned int i, count = 0;

	table_for_each(item, next, &context->attachments->table) {
		if (strcmp(item->container, wish->who.container) != 0)
			continue;
		for (i = 0; i < item->attachment.interface_count; i++) {
			if (!strcmp(item->attachment.interfaces[i].network,
				    wish->network->entry.key) &&
			    strcmp(item->attachment.interfaces[i].ifname,
				   wish->who.interface) != 0)
				count++;
		}
	}
	return count;
}

/*
 * Multus says of which pod a call is, but not of which namespace its network: a
 * name without one means the pod's.  What the pod asks for shows when that is
 * not what was meant.
 */
static int compare_meant(const struct asking_context *context,
			 const struct own_wish *wish,
			 const struct requests *wanted, struct vr_error *err)
{
	const char *network = wish->network->entry.key;
	const char *name = strchr(network, '.');
	unsigned int i, same = 0;
	const char *other = NULL;

	for (i = 0; i < wanted->count; i++) {
		if (!strcmp(wanted->items[i].network, network))
			same++;
		else if (name &&
			 !strcmp(strchr(wanted->items[i].network, '.'), name))
			other = wanted->items[i].network;
	}
	if (!other || same > count_attached(context, wish))
		return 0;
	return cni_fail(
		err, CNI_CONFIG,
		"the pod asks for network \"%s\": \"name\" in spec.config of its NetworkAttachmentDefinition has to be \"%s\", or it means \"%s\"",
		other, other, network);
}

static int check_meant(const struct asking_context *context,
		       const struct own_wish *wish, struct vr_error *err)
{
	const char *namespace = wish->who.pod_namespace;
	struct requests wanted = { 0 };
	cleanup_json cJSON *json = NULL;
	const struct pod *pod;
	int ret = 0;

	if (!context->under_multus)
		return 0;
	pod = pods_find(context->pods, namespace, wish->who.pod_name);
	if (pod &&
	    !pod_networks_parse(object_text(pod->annotations, POD_NETWORKS_KEY),
				namespace, &wanted, &json, NULL))
		ret = compare_meant(context, wish, &wanted, err);
	requests_free(&wanted);
	return ret;
}

static int add_item(struct asking *asking, const cJSON *request,
		    const cJSON *object, struct vr_error *err)
{
	struct asked *item = &asking->items[asking->count];
	int ret;

	item->first = is_first(asking->context, request, object);
	ret = find_network(asking->context, object_text(object, "network"),
			   &item->wish.network, err);
	if (!ret)
		ret = parse_who(request, object, &item->wish.who, err);
	if (!ret)
		ret = check_right(asking->context, item->wish.network,
				  &item->wish.who, err);
	if (!ret)
		ret = check_meant(asking->context, &item->wish, err);
	if (!ret)
		ret = parse_asked_ips(object, &item->wish, err);
	if (!ret)
		ret = parse_claim(object, &item->wish, err);
	if (!ret)
		ret = network_get(item->wish.network, err);
	if (ret)
		return ret;
	asking->count++;
	return device_attach(asking->context->devices, item->wish.network, err);
}

static int read_items(struct asking *asking, const cJSON *request)
{
	const cJSON *networks =
		cJSON_GetObjectItemCaseSensitive(request, "networks");
	const cJSON *object;
	int ret;

	asking->items = calloc(cJSON_GetArraySize(networks) + 1,
			       sizeof(*asking->items));
	if (!asking->items)
		return vr_error_memory(&asking->error);
	cJSON_ArrayForEach(object, networks) {
		asking->items[asking->count].asking = asking;
		ret = add_item(asking, request, object, &asking->error);
		if (ret)
			return ret;
	}
	return 0;
}

static void handle_add(struct server_call *call, const cJSON *request,
		       struct asking_context *context)
{
	struct asking *asking = calloc(1, sizeof(*asking));
	unsigned int i;

	if (asking)
		asking->timer = loop_timer_create(context->loop,
						  wait_for_networks, asking,
						  NULL);
	if (!asking || !asking->timer) {
		free(asking);
		server_refuse(call, CNI_AGAIN, "vr-agent is out of memory");
		return;
	}
	asking->context = context;
	asking->next = context->adding;
	context->adding = asking;
	asking->call = call;
	asking->since = loop_now();
	if (read_items(asking, request)) {
		finish(asking);
		return;
	}
	asking->waiting = asking->count;
	loop_timer_set(asking->timer, 0);
	for (i = 0; i < asking->count; i++)
		own_allocate(context->own, &asking->items[i].wish, given,
			     &asking->items[i]);
}

/* What it frees shows by its state file, which goes last. */
static void handle_del(struct server_call *call, struct asking_context *context)
{
	own_check_soon(context->own);
	server_answer(call, cJSON_CreateObject());
}

static void handle_check(struct server_call *call, const cJSON *request,
			 struct asking_context *context)
{
	const cJSON *item, *ip;
	struct network *network;
	struct vr_ip address;
	char text[512];

	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(request,
								  "networks")) {
		network = networks_find(context->networks,
					object_text(item, "network"));
		cJSON_ArrayForEach(ip,
				   cJSON_GetObjectItemCaseSensitive(item,
								    "ips")) {
			if (!network || !cJSON_IsString(ip) ||
			    vr_ip_parse("ips", ip->valuestring, &address, NULL))
				continue;
			if (own_has(context->own, network, &address,
				    object_text(request, "containerID"),
				    object_text(item, "interface")) ||
			    standing_has(context->standing, network, &address,
					 object_text(request, "containerID"),
					 object_text(item, "interface")))
				continue;
			snprintf(text, sizeof(text),
				 "address %s of network \"%.255s\" is not kept for it",
				 ip->valuestring, network->entry.key);
			server_refuse(call, CNI_CHANGED, text);
			return;
		}
	}
	server_answer(call, cJSON_CreateObject());
}

static void handle_annotations(struct server_call *call, const cJSON *request,
			       struct asking_context *context)
{
	const cJSON *pod = cJSON_GetObjectItemCaseSensitive(request, "pod");
	const struct pod *found;
	char text[512];
	cJSON *answer;

	found = pods_find(context->pods, object_text(pod, "namespace"),
			  object_text(pod, "name"));
	/* One of its name from before is another pod. */
	if (!found || !pod_is(found, object_text(pod, "uid"))) {
		snprintf(text, sizeof(text),
			 "pod %.63s/%.253s is not known to vr-agent (yet)",
			 object_text(pod, "namespace"),
			 object_text(pod, "name"));
		server_refuse(call, CNI_AGAIN, text);
		return;
	}
	answer = cJSON_CreateObject();
	cJSON_AddItemToObject(answer, "annotations",
			      cJSON_Duplicate(found->annotations, true));
	server_answer(call, answer);
}

void asking_handle(struct server_call *call, const cJSON *request, void *arg)
{
	const char *command = object_text(request, "command");
	struct asking_context *context = arg;
	char text[128];

	if (!strcmp(command, "ADD")) {
		handle_add(call, request, context);
	} else if (!strcmp(command, "DEL")) {
		handle_del(call, context);
	} else if (!strcmp(command, "CHECK")) {
		handle_check(call, request, context);
	} else if (!strcmp(command, "ANNOTATIONS")) {
		handle_annotations(call, request, context);
	} else {
		snprintf(text, sizeof(text),
			 "vr-agent does not know the command \"%.40s\"",
			 command);
		server_refuse(call, CNI_UNSUPPORTED, text);
	}
}

/* What they were given is not used: the next agent frees it. */
void asking_stop(struct asking_context *context)
{
	while (context->adding) {
		vr_error_set(&context->adding->error, EAGAIN,
			     "vr-agent is told to stop");
		refuse(context->adding);
		asking_free(context->adding);
	}
}
