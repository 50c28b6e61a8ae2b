// SPDX-License-Identifier: Apache-2.0
/*
 * GC: take back what is held for containers that are gone.  Entry point:
 * cni_gc().
 *
 * The runtime knows one interface of each container, the one ADD was called
 * for.  State files say which others came with it, so that what IPAM plugins
 * are told is valid is complete.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../lib/cleanup.h"
#include "../lib/netlink.h"
#include "code.h"
#include "del.h"
#include "forward.h"
#include "gc.h"
#include "json.h"
#include "plan.h"
#include "router.h"
#include "state.h"

#define VALID_KEY "cni.dev/valid-attachments"
/* As the tag of version 1.1.0 of the specification has it. */
#define OTHER_KEY "cni.dev/attachments"

/* What the steps of one GC share. */
struct collecting {
	const struct environment *env;
	struct netconf *netconf;
	const char *boot_id;
	cJSON *valid; /* {"containerID", "ifname"}, from the runtime */
	cJSON *used;  /* the same and "network", what there is */
	struct vr_nl router;
	bool router_known; /* there may be ports */
	struct forward forward;
	struct vr_error *err;
	unsigned int failed;
};

/* Keep a problem and go on. */
static void note(struct collecting *collecting, const struct vr_error *problem)
{
	struct vr_error *err = collecting->err;
	size_t len;

	collecting->failed++;
	if (collecting->failed == 1) {
		*err = *problem;
		/* Whoever reads the code has to find one. */
		if (!err->errnum)
			cni_fail(err, CNI_IO, "unknown");
		return;
	}
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, "; %s",
		 problem->text);
}

static int add_valid(cJSON *list, const char *network, const char *id,
		     const char *ifname, struct vr_error *err)
{
	cJSON *item = cJSON_CreateObject();

	if (network)
		cJSON_AddStringToObject(item, "network", network);
	cJSON_AddStringToObject(item, "containerID", id);
	cJSON_AddStringToObject(item, "ifname", ifname);
	if (item && cJSON_AddItemToArray(list, item))
		return 0;
	cJSON_Delete(item);
	return vr_error_memory(err);
}

static int read_valid(struct collecting *collecting, const char *key,
		      const cJSON *array, struct vr_error *err)
{
	const char *id, *ifname;
	const cJSON *item;
	int ret;

	cJSON_ArrayForEach(item, array) {
		id = NULL;
		ifname = NULL;
		/* Whatever is misread here would be taken for gone. */
		if (!cJSON_IsObject(item))
			return json_refuse("network configuration", key, item,
					   "not an object", err);
		ret = json_string(item, key, "containerID", &id, err);
		if (!ret)
			ret = json_string(item, key, "ifname", &ifname, err);
		if (ret)
			return ret;
		if (!id || !ifname)
			return json_refuse("network configuration", key, item,
					   "without \"containerID\" or \"ifname\"",
					   err);
		ret = add_valid(collecting->valid, NULL, id, ifname, err);
		if (ret)
			return ret;
	}
	return 0;
}

static int parse_valid(struct collecting *collecting, struct vr_error *err)
{
	const cJSON *json = collecting->netconf->json;
	const cJSON *valid = NULL, *other = NULL;
	int ret;

	ret = json_array(json, "network configuration", VALID_KEY, &valid, err);
	if (!ret)
		ret = json_array(json, "network configuration", OTHER_KEY,
				 &other, err);
	if (ret)
		return ret;
	if (!valid && !other)
		return cni_fail(
			err, CNI_CONFIG,
			"GC needs \"" VALID_KEY
			"\", which is missing: nothing is taken for gone without it");
	collecting->valid = cJSON_CreateArray();
	collecting->used = cJSON_CreateArray();
	if (!collecting->valid || !collecting->used)
		return vr_error_memory(err);
	ret = read_valid(collecting, VALID_KEY, valid, err);
	if (!ret)
		ret = read_valid(collecting, OTHER_KEY, other, err);
	return ret;
}

static const char *text_of(const cJSON *item, const char *key)
{
	return cJSON_GetStringValue(json_item(item, key));
}

static bool is_valid(const struct collecting *collecting, const char *id,
		     const char *ifname)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, collecting->valid) {
		if (!strcmp(text_of(item, "containerID"), id) &&
		    !strcmp(text_of(item, "ifname"), ifname))
			return true;
	}
	return false;
}

/* Does the path still lead to the namespace it was made in? */
static bool is_at_its_path(const struct attachment *attachment)
{
	struct stat status;

	return !stat(attachment->netns, &status) &&
	       status.st_dev == attachment->netns_device &&
	       status.st_ino == attachment->netns_inode;
}

/*
 * A namespace lives on without a path while a process is in it.  Its ports live
 * as long, so it is gone only when all of them are; where that cannot be found
 * out it is not.
 */
static bool is_gone(struct collecting *collecting,
		    const struct attachment *attachment)
{
	const struct attachment_interface *interface;
	bool attached;
	unsigned int i;

	if (strcmp(attachment->boot_id, collecting->boot_id) != 0)
		return true;
	if (is_at_its_path(attachment) || !collecting->router_known)
		return false;
	for (i = 0; i < attachment->interface_count && collecting->router.sk;
	     i++) {
		interface = &attachment->interfaces[i];
		if (router_is_attached(&collecting->router, interface->network,
				       attachment->container_id,
				       interface->ifname, &attached, NULL) ||
		    attached)
			return false;
	}
	return true;
}

/* What was plugged in later is valid as long as its container is. */
static bool is_valid_container(const struct collecting *collecting,
			       const char *id)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, collecting->valid) {
		if (!strcmp(text_of(item, "containerID"), id))
			return true;
	}
	return false;
}

static bool is_to_go(struct collecting *collecting, const struct state_key *key)
{
	cleanup_attachment struct attachment attachment = { 0 };
	bool found = false;
	bool read;

	read = !state_load(collecting->netconf->state_dir, key->name,
			   key->container_id, key->ifname, &attachment, &found,
			   NULL) &&
	       found;
	if (read && attachment.plugged) {
		if (!is_valid_container(collecting, key->container_id))
			return true;
	} else if (!is_valid(collecting, key->container_id, key->ifname)) {
		return true;
	}
	return read && is_gone(collecting, &attachment);
}

static void remove_attachment(struct collecting *collecting,
			      const struct state_key *key)
{
	struct environment env = environment_for(collecting->env,
						 key->container_id,
						 key->ifname);
	struct vr_error problem = { 0 };

	if (!cni_del(&env, collecting->netconf, &problem))
		return;
	cni_wrap(&problem, CNI_IO, "container %s", key->container_id);
	note(collecting, &problem);
}

static void remove_attachments(struct collecting *collecting,
			       const struct state_keys *keys)
{
	const struct state_key *key;
	unsigned int i;

	for (i = 0; i < keys->count; i++) {
		key = &keys->items[i];
		if (!strcmp(key->name, collecting->netconf->name) &&
		    is_to_go(collecting, key))
			remove_attachment(collecting, key);
	}
}

/* The interfaces of one attachment: in use, and their plugins to be called. */
static int take_in(struct collecting *collecting,
		   const struct attachment *attachment, struct vr_error *err)
{
	bool ours = !strcmp(attachment->name, collecting->netconf->name);
	const struct attachment_interface *interface;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < attachment->interface_count; i++) {
		interface = &attachment->interfaces[i];
		if (!interface->ipam)
			continue;
		ret = add_valid(collecting->used,
				text_of(interface->ipam, "name"),
				attachment->container_id, interface->ifname,
				err);
		if (!ret && ours)
			ret = forward_add(&collecting->forward, interface->ipam,
					  err);
	}
	return ret;
}

/* What the configuration would give to a container there is no state of. */
static int take_in_plan(struct collecting *collecting, const char *id,
			const char *ifname, struct vr_error *err)
{
	struct environment env = environment_for(collecting->env, id, ifname);
	cleanup_plan struct plan plan = { 0 };
	int ret;

	ret = plan_make(collecting->netconf, &env, true, &plan, err);
	if (!ret)
		ret = take_in(collecting, &plan.attachment, err);
	return ret;
}

/* By the state file, or as far as it can be told without. */
static int take_in_key(struct collecting *collecting,
		       const struct state_key *key, struct vr_error *err)
{
	cleanup_attachment struct attachment attachment = { 0 };
	bool found;
	int ret;

	ret = state_load(collecting->netconf->state_dir, key->name,
			 key->container_id, key->ifname, &attachment, &found,
			 NULL);
	if (!ret)
		return found ? take_in(collecting, &attachment, err) : 0;
	ret = add_valid(collecting->used, NULL, key->container_id, key->ifname,
			err);
	if (!ret && !strcmp(key->name, collecting->netconf->name))
		ret = take_in_plan(collecting, key->container_id, key->ifname,
				   err);
	return ret;
}

static bool has_state(const struct collecting *collecting,
		      const struct state_keys *keys, const cJSON *item)
{
	unsigned int i;

	for (i = 0; i < keys->count; i++) {
		if (!strcmp(keys->items[i].name, collecting->netconf->name) &&
		    !strcmp(keys->items[i].container_id,
			    text_of(item, "containerID")) &&
		    !strcmp(keys->items[i].ifname, text_of(item, "ifname")))
			return true;
	}
	return false;
}

/* Everything that is in use after what is gone was removed. */
static int take_in_all(struct collecting *collecting, struct vr_error *err)
{
	cleanup_state_keys struct state_keys keys = { 0 };
	const cJSON *item;
	unsigned int i;
	int ret;

	ret = state_list(collecting->netconf->state_dir, &keys, err);
	for (i = 0; !ret && i < keys.count; i++)
		ret = take_in_key(collecting, &keys.items[i], err);
	cJSON_ArrayForEach(item, collecting->valid) {
		if (!ret && !has_state(collecting, &keys, item))
			ret = take_in_plan(collecting,
					   text_of(item, "containerID"),
					   text_of(item, "ifname"), err);
	}
	return ret;
}

/* The plugins of the configuration, whether anybody uses them or not. */
static int take_in_conf(struct collecting *collecting, struct vr_error *err)
{
	struct environment env = environment_for(collecting->env, "gc", "eth0");
	cleanup_plan struct plan plan = { 0 };
	unsigned int i;
	int ret;

	ret = plan_make(collecting->netconf, &env, true, &plan, err);
	for (i = 0; !ret && i < plan.attachment.interface_count; i++)
		ret = forward_add(&collecting->forward,
				  plan.attachment.interfaces[i].ipam, err);
	return ret;
}

/* What of a network is in use, under the keys of old and of new. */
static int set_valid(struct collecting *collecting, cJSON *conf,
		     struct vr_error *err)
{
	const char *name = text_of(conf, "name");
	cJSON *list = cJSON_CreateArray();
	const char *network;
	const cJSON *item;
	int ret = 0;

	if (!list)
		return vr_error_memory(err);
	cJSON_ArrayForEach(item, collecting->used) {
		network = text_of(item, "network");
		if (!ret && (!network || (name && !strcmp(network, name))))
			ret = add_valid(list, NULL,
					text_of(item, "containerID"),
					text_of(item, "ifname"), err);
	}
	if (ret) {
		cJSON_Delete(list);
		return ret;
	}
	ret = json_replace(conf, OTHER_KEY, cJSON_Duplicate(list, true), err);
	if (ret) {
		cJSON_Delete(list);
		return ret;
	}
	return json_replace(conf, VALID_KEY, list, err);
}

static int plan_forward(struct collecting *collecting, struct vr_error *err)
{
	unsigned int i;
	int ret;

	ret = netconf_parse_rest(collecting->netconf, collecting->env, err);
	if (!ret)
		ret = take_in_conf(collecting, err);
	if (!ret)
		ret = take_in_all(collecting, err);
	for (i = 0; !ret && i < collecting->forward.count; i++)
		ret = set_valid(collecting,
				forward_conf(&collecting->forward, i), err);
	return ret;
}

/* Without a complete list of what is in use none of them is called. */
static void forward(struct collecting *collecting)
{
	struct vr_error problem = { 0 };
	const struct vr_error *told;
	unsigned int i;

	if (plan_forward(collecting, &problem)) {
		note(collecting, &problem);
		return;
	}
	forward_run(&collecting->forward, collecting->netconf->ipam_timeout);
	for (i = 0; i < collecting->forward.count; i++) {
		told = forward_problem(&collecting->forward, i);
		if (told)
			note(collecting, told);
	}
}

static int collect(struct collecting *collecting)
{
	cleanup_state_keys struct state_keys keys = { 0 };
	struct vr_error *err = collecting->err;
	int ret;

	ret = parse_valid(collecting, err);
	if (ret)
		return ret;
	collecting->boot_id = attachment_boot_id(err);
	ret = collecting->boot_id ? 0 : -EIO;
	if (!ret)
		ret = state_list(collecting->netconf->state_dir, &keys, err);
	if (ret)
		return ret;
	/* Without the module there is no port, and no socket either. */
	ret = vr_nl_open(&collecting->router, -1, NULL);
	collecting->router_known = !ret || ret == -ENOENT;
	remove_attachments(collecting, &keys);
	forward(collecting);
	return collecting->failed ? -err->errnum : 0;
}

int cni_gc(const struct environment *env, struct netconf *netconf,
	   struct vr_error *err)
{
	struct collecting collecting = {
		.env = env,
		.netconf = netconf,
		.router = VR_NL_INIT,
		.forward = { .env = env, .command = "GC" },
		.err = err,
	};
	int ret;

	if (netconf->version < CNI_1_1_0)
		return cni_fail(err, CNI_VERSION,
				"GC needs cniVersion 1.1.0, it is \"%s\"",
				netconf_versions[netconf->version]);
	ret = collect(&collecting);
	forward_free(&collecting.forward);
	vr_nl_close(&collecting.router);
	cJSON_Delete(collecting.valid);
	cJSON_Delete(collecting.used);
	return ret;
}
