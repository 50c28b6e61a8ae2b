// SPDX-License-Identifier: Apache-2.0
/*
 * The uplink.  Entry points: uplink_set_local() and keep().
 *
 * It cannot change its address.  A second one is made instead, with the other
 * name, which takes what all nodes send; those hear of the address and send
 * there; then what leads to them is by the new one, and the old one goes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/field.h"
#include "log.h"
#include "uplink.h"

#define RETRY_MILLISECONDS 5000

/* What others undo is made good by then. */
#define REPAIR_MILLISECONDS 30000

/* By then other nodes take what comes from the new address. */
#define SWITCH_MILLISECONDS 2000

/* By then other nodes send to the new address. */
#define DELETE_MILLISECONDS 3000

#define GRANT_MILLISECONDS 30000

/* The module's limit. */
#define MOST_GRANTS 256

void uplink_init(struct uplink *uplink, const char *name)
{
	int keep = IFNAMSIZ - 3;

	snprintf(uplink->names[0], IFNAMSIZ, "%s", name);
	snprintf(uplink->names[1], IFNAMSIZ, "%.*s-2", keep, name);
	if (!strcmp(uplink->names[0], uplink->names[1]))
		snprintf(uplink->names[1], IFNAMSIZ, "%.*s-3", keep, name);
	memcpy(uplink->name, uplink->names[0], IFNAMSIZ);
}

/* --- whose packets are taken */

static struct uplink_grant *find_grant(const struct uplink *uplink,
				       const struct vr_ip *ip)
{
	unsigned int i;

	for (i = 0; i < uplink->grant_count; i++) {
		if (vr_ip_equal(&uplink->grants[i].ip, ip))
			return &uplink->grants[i];
	}
	return NULL;
}

static void grant(struct uplink *uplink, const struct vr_ip *ip)
{
	struct uplink_grant *item = find_grant(uplink, ip);

	if (!item && uplink->grant_count < MOST_GRANTS)
		item = vr_list_grow(&uplink->grants, &uplink->grant_count,
				    sizeof(*item));
	if (!item)
		return;
	item->ip = *ip;
	item->until = loop_now() + GRANT_MILLISECONDS;
}

static void grant_all(struct uplink *uplink)
{
	struct peer *peer, *next;

	table_for_each(peer, next, &uplink->peers->table) {
		if (peer->vtep.family == uplink->local.family &&
		    strcmp(peer->entry.key, uplink->self) != 0)
			grant(uplink, &peer->vtep);
	}
}

static void forget_grants(struct uplink *uplink)
{
	unsigned int i, kept = 0;

	for (i = 0; i < uplink->grant_count; i++) {
		if (uplink->grants[i].until > loop_now())
			uplink->grants[kept++] = uplink->grants[i];
	}
	uplink->grant_count = kept;
}

static bool has_ip(const struct vr_ip_list *list, const struct vr_ip *ip)
{
	unsigned int i;

	for (i = 0; i < list->count; i++) {
		if (vr_ip_equal(&list->items[i], ip))
			return true;
	}
	return false;
}

/* Those that an agent before us granted go as well. */
static int tell_grants(struct uplink *uplink, const struct vr_uplink *there,
		       struct vr_error *err)
{
	struct vr_uplink change = { .set = VR_BIT(VR_A_UPLINK_NAME) };
	unsigned int i;
	int ret = 0;

	memcpy(change.name, there->name, sizeof(change.name));
	for (i = 0; !ret && i < uplink->grant_count; i++) {
		if (uplink->grants[i].ip.family == there->local.family &&
		    !has_ip(&there->peers, &uplink->grants[i].ip))
			ret = vr_ip_list_add(&change.peer_add,
					     &uplink->grants[i].ip, err);
	}
	for (i = 0; !ret && i < there->peers.count; i++) {
		if (!find_grant(uplink, &there->peers.items[i]))
			ret = vr_ip_list_add(&change.peer_del,
					     &there->peers.items[i], err);
	}
	if (!ret && (change.peer_add.count || change.peer_del.count))
		ret = vr_uplink_call(uplink->router, VR_CMD_UPLINK_SET, 0,
				     &change, NULL, err);
	vr_uplink_free(&change);
	return ret;
}

/* --- the one and the other */

static struct vr_uplink request_of(const char *name)
{
	struct vr_uplink request = { .set = VR_BIT(VR_A_UPLINK_NAME) };

	snprintf(request.name, sizeof(request.name), "%s", name);
	return request;
}

/* Return: 0, with its name "" when there is none; free it afterwards. */
static int look(struct uplink *uplink, const char *name,
		struct vr_uplink *there, struct vr_error *err)
{
	const struct vr_uplink request = request_of(name);
	int ret;

	ret = vr_uplink_call(uplink->router, VR_CMD_UPLINK_GET, 0, &request,
			     there, err);
	return ret == -ENOENT ? 0 : ret;
}

static bool is_wanted(const struct uplink *uplink,
		      const struct vr_uplink *there)
{
	return there->name[0] && there->type == VR_UPLINK_TYPE_VXLAN &&
	       vr_ip_equal(&there->local, &uplink->local) &&
	       there->port == uplink->port;
}

static int make(struct uplink *uplink, const char *name, struct vr_error *err)
{
	struct vr_uplink request = request_of(name);
	char text[VR_IP_TEXT];
	int ret;

	request.set |= VR_BIT(VR_A_UPLINK_TYPE) | VR_BIT(VR_A_UPLINK_LOCAL) |
		       VR_BIT(VR_A_UPLINK_PORT);
	request.type = VR_UPLINK_TYPE_VXLAN;
	request.local = uplink->local;
	request.port = uplink->port;
	ret = vr_uplink_call(uplink->router, VR_CMD_UPLINK_NEW, NLM_F_CREATE,
			     &request, NULL, err);
	if (!ret)
		agent_log(AGENT_INFO, "uplink %s: this node is reached by %s",
			  name, vr_ip_format(&uplink->local, text));
	return ret;
}

static int drop(struct uplink *uplink, const char *name, struct vr_error *err)
{
	const struct vr_uplink request = request_of(name);
	int ret;

	ret = vr_uplink_call(uplink->router, VR_CMD_UPLINK_DEL, 0, &request,
			     NULL, err);
	return ret == -ENOENT ? 0 : ret;
}

static const char *other_name(const struct uplink *uplink)
{
	return uplink->names[!strcmp(uplink->name, uplink->names[0])];
}

static void turn(struct uplink *uplink)
{
	memcpy(uplink->name, other_name(uplink), sizeof(uplink->name));
	uplink->switch_at = 0;
	uplink->delete_at = loop_now() + DELETE_MILLISECONDS;
	uplink->moved(uplink->arg);
}

/* The one by which all is, is as it should be. */
static int keep_current(struct uplink *uplink, const struct vr_uplink *current,
			const struct vr_uplink *other, struct vr_error *err)
{
	int ret = 0;

	uplink->switch_at = 0;
	if (other->name[0] && loop_now() >= uplink->delete_at) {
		ret = drop(uplink, other->name, err);
		/* What was still by it went with it. */
		if (!ret)
			uplink->moved(uplink->arg);
	}
	return ret ? ret : tell_grants(uplink, current, err);
}

/* It is not: the other one takes over, when it may. */
static int move(struct uplink *uplink, const struct vr_uplink *current,
		struct vr_uplink *other, struct vr_error *err)
{
	int ret = 0;

	if (other->name[0] && !is_wanted(uplink, other)) {
		ret = drop(uplink, other->name, err);
		vr_uplink_free(other);
	}
	if (!ret && !other->name[0]) {
		ret = make(uplink, other_name(uplink), err);
		grant_all(uplink);
		uplink->switch_at = loop_now() + SWITCH_MILLISECONDS;
		if (!ret)
			ret = look(uplink, other_name(uplink), other, err);
	}
	if (!ret)
		ret = tell_grants(uplink, other, err);
	if (!ret && current->name[0])
		ret = tell_grants(uplink, current, err);
	if (!ret && loop_now() >= uplink->switch_at)
		turn(uplink);
	return ret;
}

static int keep_both(struct uplink *uplink, struct vr_error *err)
{
	struct vr_uplink current = { 0 }, other = { 0 };
	int ret;

	forget_grants(uplink);
	ret = look(uplink, uplink->name, &current, err);
	if (!ret)
		ret = look(uplink, other_name(uplink), &other, err);
	if (!ret && !current.name[0] && !is_wanted(uplink, &other)) {
		ret = make(uplink, uplink->name, err);
		if (!ret)
			ret = look(uplink, uplink->name, &current, err);
		if (!ret)
			uplink->moved(uplink->arg);
	}
	if (!ret && is_wanted(uplink, &current))
		ret = keep_current(uplink, &current, &other, err);
	else if (!ret)
		ret = move(uplink, &current, &other, err);
	vr_uplink_free(&current);
	vr_uplink_free(&other);
	return ret;
}

static void wait_until(struct uplink *uplink, uint64_t when)
{
	uint64_t now = loop_now();

	if (when > now)
		loop_timer_set_by(uplink->timer, when - now);
}

static void keep(void *arg)
{
	struct vr_error error = { 0 };
	struct uplink *uplink = arg;
	unsigned int i;

	if (!uplink->local.family)
		return;
	if (keep_both(uplink, &error)) {
		agent_log(AGENT_ERROR, "uplink %s: %s", uplink->name,
			  error.text);
		loop_timer_set(uplink->timer, RETRY_MILLISECONDS);
		return;
	}
	loop_timer_set_by(uplink->timer, REPAIR_MILLISECONDS);
	wait_until(uplink, uplink->switch_at);
	wait_until(uplink, uplink->delete_at);
	for (i = 0; i < uplink->grant_count; i++)
		wait_until(uplink, uplink->grants[i].until);
}

void uplink_set_local(struct uplink *uplink, const struct vr_ip *local)
{
	uplink->local = *local;
	keep(uplink);
}

void uplink_peer_moved(struct uplink *uplink, const struct vr_ip *before,
		       const struct vr_ip *now)
{
	grant(uplink, before);
	grant(uplink, now);
	keep(uplink);
}

/* An agent before us may have ended with the other name. */
int uplink_start(struct uplink *uplink, struct vr_error *err)
{
	struct vr_uplink first = { 0 }, second = { 0 };
	int ret;

	uplink->timer = loop_timer_create(uplink->loop, keep, uplink, err);
	if (!uplink->timer)
		return -ENOMEM;
	ret = look(uplink, uplink->names[0], &first, err);
	if (!ret)
		ret = look(uplink, uplink->names[1], &second, err);
	if (!ret && !first.name[0] && second.name[0])
		memcpy(uplink->name, second.name, sizeof(uplink->name));
	vr_uplink_free(&first);
	vr_uplink_free(&second);
	return ret;
}

void uplink_stop(struct uplink *uplink)
{
	loop_timer_destroy(uplink->timer);
	free(uplink->grants);
}
