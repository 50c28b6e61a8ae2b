// SPDX-License-Identifier: Apache-2.0
/*
 * Links named by addresses that point to "-" or to who took them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cni/ipam.h"
#include "../cni/spare.h"
#include "../cni/store.h"
#include "../lib/cleanup.h"
#include "spares.h"

#define NAME_BYTES (SPARE_ADDRESSES * VR_IP_TEXT)

static void format_name(const struct spare *spare, char name[NAME_BYTES])
{
	char ip[VR_IP_TEXT];
	unsigned int i;

	name[0] = '\0';
	for (i = 0; i < spare->count; i++)
		snprintf(name + strlen(name), NAME_BYTES - strlen(name), "%s%s",
			 i ? "," : "", vr_ip_format(&spare->ips[i], ip));
}

static bool parse_name(const char *name, struct spare *spare)
{
	char copy[NAME_BYTES], *text = copy, *word;

	spare->count = 0;
	if (strlen(name) >= sizeof(copy))
		return false;
	memcpy(copy, name, strlen(name) + 1);
	while ((word = strsep(&text, ","))) {
		if (spare->count == SPARE_ADDRESSES ||
		    vr_ip_parse("spare", word, &spare->ips[spare->count++],
				NULL))
			return false;
	}
	return true;
}

static void format_taker(const struct spare_taker *taker,
			 char text[STORE_TEXT_BYTES])
{
	struct environment_pod pod = { .namespace = "" };
	struct spare_owner owner = {
		.container_id = taker->container,
		.ifname = taker->interface,
		.pod = &pod,
		.has_mac = true,
	};

	snprintf(pod.namespace, sizeof(pod.namespace), "%s",
		 taker->pod_namespace);
	snprintf(pod.name, sizeof(pod.name), "%.253s", taker->pod_name);
	snprintf(pod.uid, sizeof(pod.uid), "%s", taker->pod_uid);
	memcpy(owner.mac, taker->mac, VR_MAC_LEN);
	spare_format_owner(&owner, text);
}

static bool take_word(char **text, const char *until, char *into, size_t size)
{
	char *word = strsep(text, until);

	if (!word || strlen(word) >= size)
		return false;
	memcpy(into, word, strlen(word) + 1);
	return true;
}

static bool parse_taker(const char *from, struct spare_taker *taker)
{
	char copy[STORE_TEXT_BYTES], *text = copy;

	*taker = (struct spare_taker){ 0 };
	snprintf(copy, sizeof(copy), "%s", from);
	return take_word(&text, ":", taker->container,
			 sizeof(taker->container)) &&
	       take_word(&text, " ", taker->interface,
			 sizeof(taker->interface)) &&
	       take_word(&text, " ", taker->pod_namespace,
			 sizeof(taker->pod_namespace)) &&
	       take_word(&text, " ", taker->pod_name,
			 sizeof(taker->pod_name)) &&
	       take_word(&text, " ", taker->pod_uid, sizeof(taker->pod_uid)) &&
	       text && !vr_mac_parse("mac", text, taker->mac, NULL);
}

/* Return: false for what nobody of us wrote. */
static bool parse(const char *name, const char *text, struct spare *spare)
{
	*spare = (struct spare){ .taken = strcmp(text, SPARE_FREE) != 0 };
	return parse_name(name, spare) &&
	       (!spare->taken || parse_taker(text, &spare->taker));
}

struct going {
	spare_cb cb;
	void *arg;
};

static int give(const struct store *store, const char *name, const char *text,
		void *arg, struct vr_error *err)
{
	const struct going *going = arg;
	struct spare spare;

	(void)store;
	(void)err;
	return parse(name, text, &spare) ? going->cb(&spare, going->arg) : 0;
}

static int open_existing(struct store *store, const char *folder,
			 const char *network, struct vr_error *err)
{
	cleanup_free char *name = ipam_network_name(network);

	if (!name)
		return vr_error_memory(err);
	return store_open_existing(store, folder, name, err);
}

int spares_for_each(const char *folder, const char *network, spare_cb cb,
		    void *arg, struct vr_error *err)
{
	cleanup_store struct store store = STORE_INIT;
	struct going going = { cb, arg };
	int ret;

	ret = open_existing(&store, folder, network, err);
	if (ret || store.fd < 0)
		return ret;
	return store_for_each(&store, give, &going, err);
}

int spares_add(const char *folder, const char *network,
	       const struct spare *spare, struct vr_error *err)
{
	cleanup_free char *folder_name = ipam_network_name(network);
	cleanup_store struct store store = STORE_INIT;
	char name[NAME_BYTES];
	int ret;

	if (!folder_name)
		return vr_error_memory(err);
	ret = store_open(&store, folder, folder_name, err);
	if (ret)
		return ret;
	format_name(spare, name);
	return store_replace(&store, name, SPARE_FREE, err);
}

static int take_first(const struct store *store, const char *name,
		      const char *text, void *arg, struct vr_error *err)
{
	char new[STORE_TEXT_BYTES];
	struct spare *spare = arg;
	struct spare_taker taker = spare->taker;
	static const uint8_t none[VR_MAC_LEN];
	struct spare found;
	int ret;

	if (!parse(name, text, &found) || found.taken)
		return 0;
	if (!memcmp(taker.mac, none, VR_MAC_LEN))
		vr_mac_of_ip(&found.ips[0], taker.mac);
	format_taker(&taker, new);
	ret = store_replace(store, name, new, err);
	if (ret)
		return ret;
	*spare = found;
	spare->taken = true;
	spare->taker = taker;
	return 1;
}

int spares_take(const char *folder, const char *network,
		struct spare_taker *taker, struct spare *spare,
		struct vr_error *err)
{
	cleanup_store struct store store = STORE_INIT;
	int ret;

	ret = open_existing(&store, folder, network, err);
	if (ret)
		return ret;
	spare->taker = *taker;
	if (store.fd >= 0)
		ret = store_for_each(&store, take_first, spare, err);
	if (ret < 0)
		return ret;
	if (!ret)
		return vr_error_set(err, ENOENT,
				    "network \"%s\" has no spare address",
				    network);
	*taker = spare->taker;
	return 0;
}

int spares_remove(const char *folder, const char *network,
		  const struct spare *spare, bool only_free,
		  struct vr_error *err)
{
	cleanup_store struct store store = STORE_INIT;
	char name[NAME_BYTES], text[STORE_TEXT_BYTES];
	int ret;

	ret = open_existing(&store, folder, network, err);
	if (ret || store.fd < 0)
		return ret;
	format_name(spare, name);
	store_read(&store, name, text);
	if (only_free && text[0] && strcmp(text, SPARE_FREE) != 0)
		return vr_error_set(err, EBUSY, "spare %s is taken", name);
	return store_remove(&store, name, err);
}
