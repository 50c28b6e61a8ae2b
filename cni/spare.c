// SPDX-License-Identifier: Apache-2.0
/*
 * Addresses that the agent has laid down on the node, for when it does not
 * answer.  Entry point: spare_take().
 *
 * A folder a network, in it a link for each spare: its name is one address of
 * each family the network has, with "," between them; what it points to is
 * SPARE_FREE, or "CONTAINERID:IFNAME NAMESPACE NAME UID MAC" of who took it.  The
 * agent makes and deletes the links, under the folder's lock as we do.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "code.h"
#include "spare.h"
#include "store.h"

void spare_format_owner(const struct spare_owner *owner, char *text)
{
	char mac[VR_MAC_TEXT];

	snprintf(text, STORE_TEXT_BYTES, "%s:%s %s %s %s %s",
		 owner->container_id, owner->ifname, owner->pod->namespace,
		 owner->pod->name, owner->pod->uid,
		 vr_mac_format(owner->mac, mac));
}

/* By its first word. */
static bool is_of_owner(const struct spare_owner *owner, const char *text)
{
	size_t id = strlen(owner->container_id);
	size_t ifname = strlen(owner->ifname);

	return !strncmp(text, owner->container_id, id) && text[id] == ':' &&
	       !strncmp(text + id + 1, owner->ifname, ifname) &&
	       text[id + 1 + ifname] == ' ';
}

/* The address of a set among those of a name, "" when there is none. */
static bool find_in(const struct pool_set *set, const char *name,
		    struct vr_ip *ip)
{
	char text[VR_IP_TEXT];
	size_t len;

	for (;; name += len + 1) {
		len = strcspn(name, ",");
		if (len && len < sizeof(text)) {
			memcpy(text, name, len);
			text[len] = '\0';
			if (!vr_ip_parse("", text, ip, NULL) &&
			    pool_range_of(set, ip) && !pool_reserved(set, ip))
				return true;
		}
		if (!name[len])
			return false;
	}
}

/* One of the ranges as they are now: they may have been edited. */
static bool fits(const struct pool *pool, const char *name)
{
	unsigned int i, count = 1;
	const char *c;
	struct vr_ip ip;

	for (c = name; *c; c++)
		count += *c == ',';
	for (i = 0; i < pool->set_count; i++) {
		if (!find_in(&pool->sets[i], name, &ip))
			return false;
	}
	return count == pool->set_count;
}

struct choosing {
	const struct pool *pool;
	const struct spare_owner *owner;
	bool owned;
	char name[256];
};

static int choose(const struct store *store, const char *name, const char *text,
		  void *arg, struct vr_error *err)
{
	struct choosing *choosing = arg;
	bool owned = is_of_owner(choosing->owner, text);

	(void)store;
	(void)err;
	if ((!owned && strcmp(text, SPARE_FREE) != 0) || choosing->owned ||
	    !fits(choosing->pool, name))
		return 0;
	/* In order, whatever the folder's is. */
	if (!owned && choosing->name[0] && strcmp(choosing->name, name) < 0)
		return 0;
	choosing->owned = owned;
	snprintf(choosing->name, sizeof(choosing->name), "%s", name);
	return 0;
}

static int give(const struct pool *pool, const char *name,
		struct spare_owner *owner, struct result *result,
		struct vr_error *err)
{
	struct result_ip ip = { .interface = -1 };
	const struct pool_range *range;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < pool->set_count; i++) {
		find_in(&pool->sets[i], name, &ip.address.ip);
		range = pool_range_of(&pool->sets[i], &ip.address.ip);
		ip.address.length = range->subnet.length;
		ip.gateway = range->gateway;
		ret = result_add_ip(result, &ip, err);
	}
	for (i = 0; !ret && i < pool->routes.count; i++)
		ret = cni_routes_add(&result->routes, &pool->routes.items[i],
				     err);
	if (!ret && !owner->has_mac)
		vr_mac_of_ip(&result->ips[0].address.ip, owner->mac);
	return ret;
}

int spare_take(const char *folder, const struct pool *pool,
	       struct spare_owner *owner, struct result *result,
	       struct vr_error *err)
{
	struct choosing choosing = { .pool = pool, .owner = owner };
	cleanup_store struct store store = STORE_INIT;
	char text[STORE_TEXT_BYTES];
	int ret;

	ret = store_open_existing(&store, folder, pool->network, err);
	if (!ret && store.fd < 0)
		return -ENOENT;
	if (!ret)
		ret = store_for_each(&store, choose, &choosing, err);
	if (!ret && !choosing.name[0])
		return -ENOENT;
	if (!ret)
		ret = give(pool, choosing.name, owner, result, err);
	if (ret)
		return ret;
	owner->has_mac = true;
	spare_format_owner(owner, text);
	return store_replace(&store, choosing.name, text, err);
}

static int free_of_owner(const struct store *store, const char *name,
			 const char *text, void *arg, struct vr_error *err)
{
	if (!is_of_owner(arg, text))
		return 0;
	return store_replace(store, name, SPARE_FREE, err);
}

int spare_put_back(const char *folder, const struct pool *pool,
		   const struct spare_owner *owner, struct vr_error *err)
{
	cleanup_store struct store store = STORE_INIT;
	int ret;

	ret = store_open_existing(&store, folder, pool->network, err);
	if (ret || store.fd < 0)
		return ret;
	return store_for_each(&store, free_of_owner, (void *)owner, err);
}
