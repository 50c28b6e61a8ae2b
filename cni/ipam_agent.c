// SPDX-License-Identifier: Apache-2.0
/*
 * Addresses that the node's agent gives, or has laid down as spares for when it
 * does not answer.  Entry point: ipam_agent_run().
 *
 * All interfaces of an attachment are one question, so that the agent gives all
 * of them or none.  What it gives is its own to take back: it sees that the state
 * file of the attachment is gone, so that a DEL it does not hear of is no loss.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "ask.h"
#include "code.h"
#include "ipam_agent.h"
#include "json.h"
#include "log.h"
#include "pool.h"
#include "spare.h"

/* The calls for the agent, and what the steps of one operation share. */
struct asking {
	struct ipam_call **calls;
	struct pool *pools;
	unsigned int count;
	const char *socket;
	const char *spares;
	uint64_t end;
	struct environment_pod pod;
};

static const char *network_of(const struct ipam_call *call)
{
	const cJSON *name = json_item(call->conf, "name");

	if (call->interface)
		return call->interface->network;
	return cJSON_IsString(name) ? name->valuestring : "";
}

/* The agent did not answer: no reason to fail, but one to look. */
static void tell(const struct vr_error *problem, uint64_t since)
{
	log_event(LOG_WARNING, NULL, "ask vr-agent", since, problem);
}

static void add_asked_addresses(cJSON *item, const struct pool *pool)
{
	char text[VR_IP_TEXT];
	cJSON *array;
	unsigned int i;

	if (!pool->asked.count)
		return;
	array = cJSON_AddArrayToObject(item, "ips");
	for (i = 0; i < pool->asked.count; i++)
		cJSON_AddItemToArray(array,
				     cJSON_CreateString(
					     vr_ip_format(&pool->asked.items[i],
							  text)));
}

static void add_wishes(cJSON *item, const struct ipam_call *call,
		       const struct pool *pool)
{
	const struct attachment_interface *interface = call->interface;
	char mac[VR_MAC_TEXT];

	if (interface && interface->mac_asked)
		cJSON_AddStringToObject(item, "mac",
					vr_mac_format(interface->mac, mac));
	add_asked_addresses(item, pool);
	if (interface && interface->claim)
		cJSON_AddStringToObject(item, "claim", interface->claim);
}

/* Of CHECK: what the interface has. */
static int add_told(cJSON *item, const struct ipam_call *call,
		    struct vr_error *err)
{
	const cJSON *json = json_item(call->conf, "prevResult");
	cleanup_result struct result told = { 0 };
	struct pool pool = { 0 };
	unsigned int i;
	int ret;

	ret = json ? result_parse(json, "prevResult", &told, err) : 0;
	for (i = 0; !ret && i < told.ip_count; i++)
		ret = vr_ip_list_add(&pool.asked, &told.ips[i].address.ip, err);
	if (!ret)
		add_asked_addresses(item, &pool);
	pool_free(&pool);
	return ret;
}

static int add_network(const struct asking *asking, unsigned int index,
		       cJSON *array, struct vr_error *err)
{
	const struct ipam_call *call = asking->calls[index];
	cJSON *item = cJSON_CreateObject();

	if (!cJSON_AddItemToArray(array, item)) {
		cJSON_Delete(item);
		return vr_error_memory(err);
	}
	cJSON_AddStringToObject(item, "network", network_of(call));
	cJSON_AddStringToObject(item, "interface", call->ifname);
	if (asking->pools)
		add_wishes(item, call, &asking->pools[index]);
	if (!strcmp(call->command, "CHECK"))
		return add_told(item, call, err);
	return 0;
}

static cJSON *make_question(const struct asking *asking, struct vr_error *err)
{
	const struct ipam_call *first = asking->calls[0];
	cleanup_json cJSON *question = ask_question(first->command, err);
	cJSON *array, *made;
	unsigned int i;
	int ret = 0;

	if (!question)
		return NULL;
	cJSON_AddStringToObject(question, "containerID",
				first->env->container_id);
	/* That of the attachment, not of one interface. */
	cJSON_AddStringToObject(question, "ifname", first->env->ifname);
	if (asking->pools)
		ret = ask_add_pod(question, &asking->pod, err);
	array = cJSON_AddArrayToObject(question, "networks");
	for (i = 0; !ret && i < asking->count; i++)
		ret = add_network(asking, i, array, err);
	if (ret)
		return NULL;
	made = question;
	question = NULL;
	return made;
}

static cJSON *ask(const struct asking *asking, struct vr_error *err)
{
	cleanup_json cJSON *question = make_question(asking, err);

	if (!question)
		return NULL;
	return ask_agent(asking->socket, question, asking->end, err);
}

static int take_mac(const cJSON *item, struct ipam_call *call,
		    struct vr_error *err)
{
	const char *text = NULL;
	int ret;

	ret = json_string(item, "its answer", "mac", &text, err);
	if (ret || !text)
		return ret;
	if (vr_mac_parse("mac", text, call->mac, err))
		return cni_wrap(err, CNI_CONFIG, "its answer");
	if (!vr_mac_is_station(call->mac))
		ret = json_refuse("its answer", "mac", json_item(item, "mac"),
				  "not the MAC of one station", err);
	call->has_mac = !ret;
	return ret;
}

static int take_one(const cJSON *item, struct ipam_call *call,
		    const struct pool *pool, struct vr_error *err)
{
	int ret;

	ret = result_parse(item, "its answer", &call->result, err);
	if (!ret && pool->set_count && !call->result.ip_count)
		ret = json_refuse("its answer", "networks", item,
				  "without an address", err);
	if (!ret)
		ret = json_number(item, "its answer", "sequence", 0, UINT32_MAX,
				  &call->sequence, err);
	if (!ret)
		ret = json_bool(item, "its answer", "standby", &call->standby,
				err);
	return ret ? ret : take_mac(item, call, err);
}

int ipam_agent_take(const cJSON *answer, struct ipam_call *const *calls,
		    const struct pool *pools, unsigned int count,
		    struct vr_error *err)
{
	const cJSON *array = NULL;
	unsigned int i;
	int ret;

	ret = json_array(answer, "its answer", "networks", &array, err);
	if (!ret && cJSON_GetArraySize(array) != (int)count)
		ret = json_refuse("its answer", NULL, answer,
				  "is not about as many networks as were asked for",
				  err);
	for (i = 0; !ret && i < count; i++)
		ret = take_one(cJSON_GetArrayItem(array, (int)i), calls[i],
			       &pools[i], err);
	return ret;
}

static void forget_answer(const struct asking *asking)
{
	unsigned int i;

	for (i = 0; i < asking->count; i++) {
		result_free(&asking->calls[i]->result);
		asking->calls[i]->has_mac = false;
		asking->calls[i]->sequence = 0;
		asking->calls[i]->standby = false;
	}
}

static struct spare_owner owner_of(const struct asking *asking,
				   const struct ipam_call *call)
{
	struct spare_owner owner = {
		.container_id = call->env->container_id,
		.ifname = call->ifname,
		.pod = &asking->pod,
		.has_mac = call->interface && call->interface->mac_asked,
	};

	if (owner.has_mac)
		memcpy(owner.mac, call->interface->mac, VR_MAC_LEN);
	return owner;
}

static int no_spare(const struct ipam_call *call, const struct pool *pool,
		    const struct vr_error *why, struct vr_error *err)
{
	char text[VR_IP_TEXT];

	if (call->interface && call->interface->claim)
		return cni_fail(
			err, CNI_AGAIN,
			"%s, and it alone knows the IPAMClaim \"%s\" in network \"%s\"",
			why->text, call->interface->claim, network_of(call));
	if (pool->asked.count)
		return cni_fail(
			err, CNI_AGAIN,
			"%s, and it alone can give the address %s that is asked for in network \"%s\"",
			why->text, vr_ip_format(&pool->asked.items[0], text),
			network_of(call));
	return cni_fail(
		err, CNI_AGAIN,
		"%s and network \"%s\" has no spare address left on this node",
		why->text, network_of(call));
}

static int take_spare(const struct asking *asking, unsigned int index,
		      const struct vr_error *why, struct vr_error *err)
{
	struct ipam_call *call = asking->calls[index];
	struct spare_owner owner = owner_of(asking, call);
	const struct pool *pool = &asking->pools[index];
	int ret;

	if (pool->asked.count || (call->interface && call->interface->claim))
		return no_spare(call, pool, why, err);
	/* There are no addresses, and nothing to run out of. */
	if (!pool->set_count)
		return 0;
	ret = spare_take(asking->spares, pool, &owner, &call->result, err);
	if (ret == -ENOENT)
		return no_spare(call, pool, why, err);
	call->has_mac = owner.has_mac;
	memcpy(call->mac, owner.mac, VR_MAC_LEN);
	return ret;
}

/* Of all calls or of none. */
static int take_spares(const struct asking *asking, const struct vr_error *why,
		       struct vr_error *err)
{
	struct spare_owner owner;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < asking->count; i++)
		ret = take_spare(asking, i, why, err);
	if (!ret)
		return 0;
	while (i-- > 0) {
		owner = owner_of(asking, asking->calls[i]);
		spare_put_back(asking->spares, &asking->pools[i], &owner, NULL);
	}
	forget_answer(asking);
	return ret;
}

/*
 * Return: 0, or a negative error. Then *spares says whether they are as good: an
 * answer is final, unless it makes no sense or allows them.
 */
static int take_answer(const struct asking *asking, const cJSON *answer,
		       bool *spares, struct vr_error *err)
{
	struct vr_error problem = { 0 };
	int ret;

	ret = ask_refusal(answer, err);
	*spares = !ret || (cni_code(err) == CNI_AGAIN &&
			   cJSON_IsTrue(json_item(answer, "spares")));
	if (ret)
		return ret;
	if (!ipam_agent_take(answer, asking->calls, asking->pools,
			     asking->count, &problem))
		return 0;
	forget_answer(asking);
	return cni_fail(err, CNI_AGAIN, "vr-agent does not answer on %s (%s)",
			asking->socket, problem.text);
}

static int get_addresses(const struct asking *asking, struct vr_error *err)
{
	cleanup_json cJSON *answer = NULL;
	struct vr_error why = { 0 };
	uint64_t since = log_now();
	bool spares = true;

	answer = ask(asking, &why);
	if (answer && !take_answer(asking, answer, &spares, &why))
		return 0;
	if (spares) {
		tell(&why, since);
		if (!take_spares(asking, &why, err))
			return 0;
	}
	/* What the agent said tells more than that there is no spare. */
	if (answer && json_item(answer, "code"))
		*err = why;
	return -err->errnum;
}

static int parse_pools(struct asking *asking)
{
	struct ipam_call *call;
	unsigned int i;

	for (i = 0; i < asking->count; i++) {
		call = asking->calls[i];
		if (pool_parse(call->conf, call->args, &asking->pools[i],
			       &call->error))
			return cni_wrap(&call->error, CNI_IPAM,
					"network \"%s\"", network_of(call));
	}
	return environment_pod(asking->calls[0]->env->args, &asking->pod,
			       &asking->calls[0]->error);
}

/* ADD; STATUS asks nothing, but what is wrong with a network it tells. */
static void run_with_pools(struct asking *asking, bool add)
{
	struct vr_error *err = &asking->calls[0]->error;
	unsigned int i;

	asking->pools = calloc(asking->count, sizeof(*asking->pools));
	if (!asking->pools) {
		vr_error_memory(err);
		return;
	}
	if (!parse_pools(asking) && add) {
		for (i = 0; i < asking->count; i++)
			asking->calls[i]->begun = true;
		get_addresses(asking, err);
	}
	for (i = 0; i < asking->count; i++)
		pool_free(&asking->pools[i]);
	free(asking->pools);
}

/* DEL and CHECK, which go on without an answer. */
static void run_other(struct asking *asking)
{
	struct vr_error *err = &asking->calls[0]->error;
	cleanup_json cJSON *answer = NULL;
	uint64_t since = log_now();
	unsigned int i;

	for (i = 0; i < asking->count; i++)
		asking->calls[i]->begun = true;
	answer = ask(asking, err);
	if (answer) {
		ask_refusal(answer, err);
		return;
	}
	tell(err, since);
	*err = (struct vr_error){ 0 };
}

static void run(struct asking *asking)
{
	const char *command = asking->calls[0]->command;
	const cJSON *conf = asking->calls[0]->conf;
	unsigned int i;

	asking->socket = ASK_SOCKET;
	asking->spares = SPARE_FOLDER;
	/* Of the right type, or netconf would have refused them. */
	json_string(conf, "", IPAM_AGENT_SOCKET_KEY, &asking->socket, NULL);
	json_string(conf, "", IPAM_AGENT_SPARES_KEY, &asking->spares, NULL);
	/* GC is the agent's own business. */
	if (!strcmp(command, "ADD") || !strcmp(command, "STATUS"))
		run_with_pools(asking, !strcmp(command, "ADD"));
	else if (!strcmp(command, "DEL") || !strcmp(command, "CHECK"))
		run_other(asking);
	for (i = 0; i < asking->count; i++) {
		if (asking->calls[i]->error.errnum)
			asking->calls[i]->code =
				(int)cni_code(&asking->calls[i]->error);
	}
}

void ipam_agent_run(struct ipam_call *calls, unsigned int count, uint64_t end)
{
	struct asking asking = { .end = end };
	unsigned int i;

	asking.calls = calloc(count, sizeof(struct ipam_call *));
	for (i = 0; i < count; i++) {
		if (!ipam_is_of_type(calls[i].conf, IPAM_AGENT_TYPE))
			continue;
		if (asking.calls)
			asking.calls[asking.count++] = &calls[i];
		else
			vr_error_memory(&calls[i].error);
	}
	if (asking.count)
		run(&asking);
	free(asking.calls);
}
