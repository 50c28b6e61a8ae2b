// SPDX-License-Identifier: Apache-2.0
/*
 * Addresses that vr-cni hands out itself.  Entry point: ipam_local_run().
 *
 * A folder a network, in it one symbolic link an address: its name is the
 * address, what it points to "CONTAINERID:IFNAME", whose it is.  None is made
 * where there is one, so that no two containers get one address.
 * Nothing is synced: what a crash of the node takes back belonged to a
 * container that is gone as well, and the state file, which is synced before,
 * lets everything else be given back.  The lock, on the folder, is for what
 * takes several steps: which address is next, and one of each range set or none
 * at all.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "code.h"
#include "ipam_local.h"
#include "json.h"
#include "pool.h"
#include "store.h"

/* The last address that was handed out of a set; no name of an address. */
#define LAST_FORMAT ".last.%u"

static void format_owner(const struct ipam_call *call,
			 char owner[STORE_TEXT_BYTES])
{
	snprintf(owner, STORE_TEXT_BYTES, "%s:%s", call->env->container_id,
		 call->ifname);
}

static int give_back_of_owner(const struct store *store, const char *name,
			      const char *owner, void *arg,
			      struct vr_error *err)
{
	if (strcmp(owner, arg) != 0)
		return 0;
	return store_remove(store, name, err);
}

/* Return: 0, -EEXIST when it is taken, or another negative with an error. */
static int take(const struct store *store, const struct vr_ip *ip,
		const char *owner, struct vr_error *err)
{
	char name[VR_IP_TEXT];

	return store_add(store, vr_ip_format(ip, name), owner, err);
}

static struct vr_ip read_last(const struct store *store, unsigned int index)
{
	struct vr_ip ip = { .family = 0 };
	char name[32], text[STORE_TEXT_BYTES];

	snprintf(name, sizeof(name), LAST_FORMAT, index);
	store_read(store, name, text);
	if (!text[0] || vr_ip_parse("", text, &ip, NULL))
		ip.family = 0;
	return ip;
}

/* Only a hint, so that an address rests before it is used again. */
static void write_last(const struct store *store, unsigned int index,
		       const struct vr_ip *ip)
{
	char name[32], text[VR_IP_TEXT];

	snprintf(name, sizeof(name), LAST_FORMAT, index);
	store_replace(store, name, vr_ip_format(ip, text), NULL);
}

static int is_exhausted(const struct pool *pool, const struct pool_set *set,
			unsigned int tries, struct vr_error *err)
{
	const struct pool_range *range = &set->ranges[0];
	char start[VR_IP_TEXT], end[VR_IP_TEXT], more[40] = "";

	if (set->count > 1)
		snprintf(more, sizeof(more), " and %u ranges more",
			 set->count - 1);
	return cni_fail(
		err, CNI_AGAIN,
		"network \"%s\" has no address left in %s-%s%s: %u of %u are in use",
		pool->network, vr_ip_format(&range->start, start),
		vr_ip_format(&range->end, end), more, tries, tries);
}

/* The next one that is free, after the last that was handed out. */
static int take_next(const struct store *store, const struct pool *pool,
		     unsigned int index, const char *owner, struct vr_ip *ip,
		     struct vr_error *err)
{
	const struct pool_set *set = &pool->sets[index];
	unsigned int tries = 0;
	struct vr_ip first;
	int ret;

	*ip = read_last(store, index);
	while (pool_next(set, ip)) {
		if (!tries++)
			first = *ip;
		else if (vr_ip_equal(ip, &first))
			return is_exhausted(pool, set, tries - 1, err);
		ret = take(store, ip, owner, err);
		if (!ret)
			write_last(store, index, ip);
		if (ret != -EEXIST)
			return ret;
	}
	return is_exhausted(pool, set, 0, err);
}

static int take_asked(const struct store *store, const struct pool *pool,
		      unsigned int index, const char *owner,
		      const struct vr_ip *ip, struct vr_error *err)
{
	const char *reserved = pool_reserved(&pool->sets[index], ip);
	char text[VR_IP_TEXT], holder[STORE_TEXT_BYTES];
	int ret;

	vr_ip_format(ip, text);
	if (reserved)
		return cni_fail(
			err, CNI_CONFIG,
			"address %s is asked for in network \"%s\", but it is %s",
			text, pool->network, reserved);
	ret = take(store, ip, owner, err);
	if (ret != -EEXIST)
		return ret;
	store_read(store, text, holder);
	return cni_fail(
		err, CNI_CONFIG,
		"address %s is asked for in network \"%s\", but \"%s\" has it",
		text, pool->network, holder);
}

/* The first that is asked for and is in the set, or NULL; it is marked so. */
static const struct vr_ip *asked_in(const struct pool *pool,
				    const struct pool_set *set, bool *used)
{
	unsigned int i;

	for (i = 0; i < pool->asked.count; i++) {
		if (used[i] || !pool_range_of(set, &pool->asked.items[i]))
			continue;
		used[i] = true;
		return &pool->asked.items[i];
	}
	return NULL;
}

static int take_of_set(const struct store *store, const struct pool *pool,
		       unsigned int index, const char *owner, bool *used,
		       struct result *result, struct vr_error *err)
{
	const struct pool_set *set = &pool->sets[index];
	const struct vr_ip *asked = asked_in(pool, set, used);
	const struct pool_range *range;
	struct result_ip ip = { .interface = -1 };
	int ret;

	if (asked) {
		ip.address.ip = *asked;
		ret = take_asked(store, pool, index, owner, asked, err);
	} else {
		ret = take_next(store, pool, index, owner, &ip.address.ip, err);
	}
	if (ret)
		return ret;
	range = pool_range_of(set, &ip.address.ip);
	ip.address.length = range->subnet.length;
	ip.gateway = range->gateway;
	return result_add_ip(result, &ip, err);
}

static int take_all(const struct store *store, const struct pool *pool,
		    const char *owner, struct result *result,
		    struct vr_error *err)
{
	cleanup_free bool *used = calloc(pool->asked.count + 1, sizeof(*used));
	char text[VR_IP_TEXT];
	unsigned int i;
	int ret = 0;

	if (!used)
		return vr_error_memory(err);
	for (i = 0; !ret && i < pool->set_count; i++)
		ret = take_of_set(store, pool, i, owner, used, result, err);
	for (i = 0; !ret && i < pool->asked.count; i++) {
		if (!used[i])
			ret = cni_fail(
				err, CNI_CONFIG,
				"address %s is asked for, but in no range of network \"%s\" that is left",
				vr_ip_format(&pool->asked.items[i], text),
				pool->network);
	}
	for (i = 0; !ret && i < pool->routes.count; i++)
		ret = cni_routes_add(&result->routes, &pool->routes.items[i],
				     err);
	return ret;
}

static int add(struct ipam_call *call)
{
	cleanup_pool struct pool pool = { 0 };
	cleanup_store struct store store = STORE_INIT;
	struct vr_error *err = &call->error;
	char owner[STORE_TEXT_BYTES];
	int ret;

	ret = pool_parse(call->conf, call->args, &pool, err);
	if (!ret)
		ret = store_open(&store, pool.folder, pool.network, err);
	if (ret)
		return ret;
	format_owner(call, owner);
	/* There is no such interface: what it has is of a call that died. */
	ret = store_for_each(&store, give_back_of_owner, owner, err);
	if (!ret)
		ret = take_all(&store, &pool, owner, &call->result, err);
	if (ret) {
		store_for_each(&store, give_back_of_owner, owner, NULL);
		result_free(&call->result);
	}
	return ret;
}

static int del(struct ipam_call *call)
{
	cleanup_pool struct pool pool = { 0 };
	cleanup_store struct store store = STORE_INIT;
	char owner[STORE_TEXT_BYTES];
	int ret;

	ret = pool_parse_store(call->conf, &pool, &call->error);
	if (!ret)
		ret = store_open_existing(&store, pool.folder, pool.network,
					  &call->error);
	if (ret || store.fd < 0)
		return ret;
	format_owner(call, owner);
	return store_for_each(&store, give_back_of_owner, owner, &call->error);
}

struct counting {
	const char *owner;
	unsigned int count;
};

static int count_of_owner(const struct store *store, const char *name,
			  const char *owner, void *arg, struct vr_error *err)
{
	struct counting *counting = arg;

	(void)store;
	(void)name;
	(void)err;
	if (!strcmp(owner, counting->owner))
		counting->count++;
	return 0;
}

/* Each address of prevResult that is ours to hand out. */
static int check_told(const struct store *store, const struct pool *pool,
		      const struct ipam_call *call, const char *owner,
		      struct vr_error *err)
{
	cleanup_result struct result told = { 0 };
	char name[VR_IP_TEXT], holder[STORE_TEXT_BYTES];
	const cJSON *json = json_item(call->conf, "prevResult");
	unsigned int i, j;
	int ret = 0;

	if (json)
		ret = result_parse(json, "prevResult", &told, err);
	for (i = 0; !ret && i < told.ip_count; i++) {
		for (j = 0; j < pool->set_count; j++) {
			if (pool_range_of(&pool->sets[j],
					  &told.ips[i].address.ip))
				break;
		}
		vr_ip_format(&told.ips[i].address.ip, name);
		store_read(store, name, holder);
		if (j < pool->set_count && strcmp(holder, owner) != 0)
			ret = cni_fail(err, CNI_CHANGED,
				       "address %s is not kept for it, but %s",
				       name, holder[0] ? holder : "free");
	}
	return ret;
}

static int check(struct ipam_call *call)
{
	cleanup_pool struct pool pool = { 0 };
	cleanup_store struct store store = STORE_INIT;
	struct vr_error *err = &call->error;
	char owner[STORE_TEXT_BYTES];
	struct counting counting = { .owner = owner };
	int ret;

	ret = pool_parse(call->conf, call->args, &pool, err);
	if (!ret)
		ret = store_open_existing(&store, pool.folder, pool.network,
					  err);
	format_owner(call, owner);
	if (!ret && store.fd >= 0)
		ret = store_for_each(&store, count_of_owner, &counting, err);
	if (ret)
		return ret;
	if (counting.count < pool.set_count)
		return cni_fail(err, CNI_CHANGED,
				"%u addresses are kept for it instead of %u",
				counting.count, pool.set_count);
	return check_told(&store, &pool, call, owner, err);
}

/* Of a container that is valid, under whatever name of an interface. */
static bool is_valid(const cJSON *valid, const char *owner)
{
	size_t len = strcspn(owner, ":");
	const cJSON *item, *id;

	cJSON_ArrayForEach(item, valid) {
		id = json_item(item, "containerID");
		if (cJSON_IsString(id) && strlen(id->valuestring) == len &&
		    !strncmp(id->valuestring, owner, len))
			return true;
	}
	return false;
}

static int collect(const struct store *store, const char *name,
		   const char *owner, void *arg, struct vr_error *err)
{
	if (is_valid(arg, owner))
		return 0;
	return store_remove(store, name, err);
}

static int gc(struct ipam_call *call)
{
	cJSON *valid = json_item(call->conf, "cni.dev/valid-attachments");
	cleanup_pool struct pool pool = { 0 };
	cleanup_store struct store store = STORE_INIT;
	int ret;

	ret = pool_parse_store(call->conf, &pool, &call->error);
	if (!ret && !cJSON_IsArray(valid))
		ret = cni_fail(
			&call->error, CNI_CONFIG,
			"GC needs \"cni.dev/valid-attachments\", which is missing");
	if (!ret)
		ret = store_open_existing(&store, pool.folder, pool.network,
					  &call->error);
	if (ret || store.fd < 0)
		return ret;
	return store_for_each(&store, collect, valid, &call->error);
}

static int status(struct ipam_call *call)
{
	cleanup_pool struct pool pool = { 0 };

	return pool_parse(call->conf, call->args, &pool, &call->error);
}

int ipam_local_run(struct ipam_call *call)
{
	static const struct {
		const char *command;
		int (*run)(struct ipam_call *call);
	} commands[] = {
		{ "ADD", add }, { "DEL", del },	      { "CHECK", check },
		{ "GC", gc },	{ "STATUS", status },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].command, call->command))
			return commands[i].run(call);
	}
	return cni_fail(&call->error, CNI_IPAM, "no operation %s",
			call->command);
}
