// SPDX-License-Identifier: Apache-2.0
/*
 * Namespaces by their ids.  Entry point: port_namespaces_find_all().
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "../cni/state.h"
#include "../lib/field.h"
#include "port_namespaces.h"

static int take_id(const struct nlmsghdr *hdr, void *arg, struct vr_error *err)
{
	struct nlattr *attr = nlmsg_find_attr((struct nlmsghdr *)hdr,
					      sizeof(struct rtgenmsg),
					      NETNSA_NSID);

	(void)err;
	if (attr)
		*(int32_t *)arg = (int32_t)nla_get_u32(attr);
	return 0;
}

static int32_t ask_id(struct port_namespaces *namespaces, int fd)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct rtgenmsg header = { .rtgen_family = AF_UNSPEC };
	int32_t id = -1;

	vr_msg_start(&msg, RTM_GETNSID, 0, &header, sizeof(header));
	vr_msg_put_u32(&msg, NETNSA_FD, NULL, (uint32_t)fd);
	if (vr_nl_call(&namespaces->own.nl, &msg, take_id, &id, NULL))
		return -1;
	return id;
}

/* The kernel chooses one where there is none, and the module tells it then. */
static int32_t id_of(struct port_namespaces *namespaces, int fd)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct rtgenmsg header = { .rtgen_family = AF_UNSPEC };
	int32_t id = ask_id(namespaces, fd);

	if (id >= 0)
		return id;
	vr_msg_start(&msg, RTM_NEWNSID, 0, &header, sizeof(header));
	vr_msg_put_u32(&msg, NETNSA_FD, NULL, (uint32_t)fd);
	vr_msg_put_u32(&msg, NETNSA_NSID, NULL, (uint32_t)-1);
	vr_nl_call(&namespaces->own.nl, &msg, NULL, NULL, NULL);
	return ask_id(namespaces, fd);
}

static bool is_known(const struct port_namespaces *namespaces,
		     const struct stat *status)
{
	unsigned int i;

	for (i = 0; i < namespaces->count; i++) {
		if (namespaces->items[i]->podns.device == status->st_dev &&
		    namespaces->items[i]->podns.inode == status->st_ino)
			return true;
	}
	return false;
}

static bool is_own(const struct stat *status)
{
	struct stat own;

	return !stat("/proc/self/ns/net", &own) &&
	       own.st_dev == status->st_dev && own.st_ino == status->st_ino;
}

/* What cannot be opened is of nobody who is there. */
static int consider(struct port_namespaces *namespaces, const char *path,
		    struct vr_error *err)
{
	struct port_namespace *item, **place;
	struct stat status;

	if (stat(path, &status) || is_known(namespaces, &status) ||
	    is_own(&status))
		return 0;
	item = calloc(1, sizeof(*item));
	if (!item)
		return vr_error_memory(err);
	if (podns_open(&item->podns, path, NULL)) {
		free(item);
		return 0;
	}
	item->id = id_of(namespaces, item->podns.fd);
	place = vr_list_grow(&namespaces->items, &namespaces->count,
			     sizeof(struct port_namespace *));
	if (!place) {
		podns_close(&item->podns);
		free(item);
		return vr_error_memory(err);
	}
	*place = item;
	return 0;
}

static int consider_states(struct port_namespaces *namespaces,
			   const char *state_dir, struct vr_error *err)
{
	cleanup_state_keys struct state_keys keys = { 0 };
	const struct state_key *key;
	unsigned int i;
	int ret;

	ret = state_list(state_dir, &keys, err);
	for (i = 0; !ret && i < keys.count; i++) {
		cleanup_attachment struct attachment attachment = { 0 };
		bool found;

		key = &keys.items[i];
		if (!state_load(state_dir, key->name, key->container_id,
				key->ifname, &attachment, &found, NULL) &&
		    found)
			ret = consider(namespaces, attachment.netns, err);
	}
	return ret;
}

/* Each entry of a folder, or what is below it. */
static int consider_folder(struct port_namespaces *namespaces,
			   const char *folder, const char *below,
			   struct vr_error *err)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[320];
	int ret = 0;

	while (dir && !ret && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s%s", folder, entry->d_name,
			 below);
		if (entry->d_name[0] != '.')
			ret = consider(namespaces, path, err);
	}
	if (dir)
		closedir(dir);
	return ret;
}

int port_namespaces_find_all(struct port_namespaces *namespaces,
			     const char *state_dir, struct vr_error *err)
{
	int ret = 0;

	if (!namespaces->own.nl.sk)
		ret = podns_open_own(&namespaces->own, err);
	if (!ret)
		ret = consider_states(namespaces, state_dir, err);
	if (!ret)
		ret = consider_folder(namespaces, "/run/netns", "", err);
	if (!ret)
		ret = consider_folder(namespaces, "/proc", "/ns/net", err);
	return ret;
}

struct podns *port_namespaces_get(const struct port_namespaces *namespaces,
				  int32_t id)
{
	unsigned int i;

	for (i = 0; i < namespaces->count; i++) {
		if (namespaces->items[i]->id == id)
			return &namespaces->items[i]->podns;
	}
	return NULL;
}

void port_namespaces_free(struct port_namespaces *namespaces)
{
	unsigned int i;

	for (i = 0; i < namespaces->count; i++) {
		podns_close(&namespaces->items[i]->podns);
		free(namespaces->items[i]);
	}
	free(namespaces->items);
	podns_close(&namespaces->own);
	*namespaces = (struct port_namespaces)PORT_NAMESPACES_INIT;
}
