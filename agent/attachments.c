// SPDX-License-Identifier: Apache-2.0
/*
 * State files and ports.  Entry point: attachments_refresh().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "../cni/file.h"
#include "../cni/state.h"
#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "../lib/hash.h"
#include "attachments.h"
#include "log.h"

/* An interface's name ends a description, a container's id begins it. */
#define DESCRIPTION_BYTES (VR_MAX_DESCRIPTION + 1)

static void ports_free(struct table *ports)
{
	struct attached_port *item, *next;

	table_for_each(item, next, ports)
		vr_port_free(&item->port);
	table_free(ports);
}

/* The lists of a port are the dump's: what is needed of them is copied. */
static int copy_port(struct vr_port *to, const struct vr_port *from,
		     struct vr_error *err)
{
	unsigned int i;
	int ret = 0;

	*to = *from;
	to->address_count = 0;
	to->addresses = NULL;
	to->allowed_count = 0;
	to->allowed = NULL;
	to->stats = (struct vr_port_stats){ 0 };
	for (i = 0; !ret && i < from->address_count; i++)
		ret = vr_port_add_address(to, &from->addresses[i], err);
	return ret;
}

static int take_port(const struct vr_port *port, void *arg,
		     struct vr_error *err)
{
	struct attached_port *item;
	struct table *ports = arg;

	if (!port->description[0])
		return 0;
	item = table_get(ports, port->description, sizeof(*item));
	if (!item)
		return vr_error_memory(err);
	vr_port_free(&item->port);
	return copy_port(&item->port, port, err);
}

static int read_ports(struct attachments *attachments, struct vr_error *err)
{
	struct vr_port filter = {
		.set = VR_BIT(VR_A_PORT_ORIGIN),
		.origin = VR_ORIGIN_CNI,
	};
	struct table ports = { 0 };
	int ret;

	ret = vr_port_dump(attachments->router, &filter, take_port, &ports,
			   err);
	if (ret) {
		ports_free(&ports);
		return ret;
	}
	ports_free(&attachments->ports);
	attachments->ports = ports;
	return 0;
}

const struct vr_port *attachments_port_at(const struct attachments *attachments,
					  const char *container,
					  const char *ifname)
{
	char description[DESCRIPTION_BYTES];
	struct attached_port *item;

	attachment_describe(container, ifname, description,
			    sizeof(description));
	item = table_find(&attachments->ports, description);
	return item ? &item->port : NULL;
}

const struct vr_port *
attachments_port(const struct attachments *attachments,
		 const struct attachment *attachment,
		 const struct attachment_interface *interface)
{
	return attachments_port_at(attachments, attachment->container_id,
				   interface->ifname);
}

static void attached_remove(struct attachments *attachments,
			    struct attached *item)
{
	attachment_free(&item->attachment);
	free(item->container);
	table_remove(&attachments->table, item);
}

/* Files are replaced, not written into. */
static bool is_as_read(const struct attachments *attachments,
		       struct attached *item)
{
	cleanup_free char *path = NULL;
	struct stat now;
	bool same;

	if (asprintf(&path, "%s/%s", attachments->state_dir, item->entry.key) <
	    0) {
		path = NULL;
		return false;
	}
	if (stat(path, &now))
		return false;
	same = item->read && now.st_ino == item->inode &&
	       now.st_ctim.tv_sec == item->changed.tv_sec &&
	       now.st_ctim.tv_nsec == item->changed.tv_nsec;
	item->inode = now.st_ino;
	item->changed = now.st_ctim;
	return same;
}

/* A file is written before anything is made, and again when a MAC changes. */
static void read_state(struct attachments *attachments,
		       const struct state_key *key, struct attached *item)
{
	struct attachment attachment = { 0 };
	struct vr_error error = { 0 };
	bool found = false;

	if (is_as_read(attachments, item))
		return;
	if (state_load(attachments->state_dir, key->name, key->container_id,
		       key->ifname, &attachment, &found, &error) ||
	    !found) {
		if (found)
			agent_log(AGENT_WARNING, "%s", error.text);
		attachment_free(&attachment);
		return;
	}
	attachment_free(&item->attachment);
	item->attachment = attachment;
	item->read = true;
	item->version++;
}

static uint64_t hash_port(uint64_t hash, const struct vr_port *port)
{
	hash = vr_hash(hash, port->mac, VR_MAC_LEN);
	hash = vr_hash(hash, &port->mtu, sizeof(port->mtu));
	return vr_hash(hash, port->addresses,
		       port->address_count * sizeof(*port->addresses));
}

static void count_ports(const struct attachments *attachments,
			struct attached *item)
{
	const struct attachment *attachment = &item->attachment;
	uint64_t hash = VR_HASH_START;
	const struct vr_port *port;
	unsigned int i;

	item->ports = 0;
	for (i = 0; i < attachment->interface_count; i++) {
		port = attachments_port(attachments, attachment,
					&attachment->interfaces[i]);
		hash = vr_hash(hash, &i, sizeof(i));
		if (!port)
			continue;
		hash = hash_port(hash, port);
		item->ports++;
	}
	item->had_ports |= item->ports && item->read;
	if (item->ports_hash != hash)
		item->version++;
	item->ports_hash = hash;
}

static int read_states(struct attachments *attachments, struct vr_error *err)
{
	cleanup_state_keys struct state_keys keys = { 0 };
	const struct state_key *key;
	struct attached *item, *next;
	unsigned int i;
	int ret;

	ret = state_list(attachments->state_dir, &keys, err);
	if (ret)
		return ret;
	attachments->round++;
	for (i = 0; i < keys.count; i++) {
		cleanup_free char *name = NULL;

		key = &keys.items[i];
		name = attachment_key(key->name, key->container_id, key->ifname,
				      err);
		item = name ? table_get(&attachments->table, name,
					sizeof(*item))
			    : NULL;
		if (!item)
			return vr_error_memory(err);
		if (!item->container)
			item->container = strdup(key->container_id);
		if (!item->container)
			return vr_error_memory(err);
		item->round = attachments->round;
		read_state(attachments, key, item);
	}
	table_for_each(item, next, &attachments->table) {
		if (item->round != attachments->round)
			attached_remove(attachments, item);
		else
			count_ports(attachments, item);
	}
	return 0;
}

int attachments_refresh(struct attachments *attachments, struct vr_error *err)
{
	int ret;

	ret = read_ports(attachments, err);
	return ret ? ret : read_states(attachments, err);
}

static bool has_interface(const struct attachment *attachment,
			  const char *ifname)
{
	unsigned int i;

	for (i = 0; i < attachment->interface_count; i++) {
		if (!strcmp(attachment->interfaces[i].ifname, ifname))
			return true;
	}
	return false;
}

bool attachments_have(const struct attachments *attachments,
		      const char *container, const char *ifname)
{
	struct attached *item, *next;

	if (!container || !container[0])
		return false;
	table_for_each(item, next, &attachments->table) {
		if (strcmp(item->container, container) != 0)
			continue;
		/* What is not known is not gone. */
		if (!item->read)
			return true;
		if ((ifname && !has_interface(&item->attachment, ifname)))
			continue;
		if (item->ports || !item->had_ports)
			return true;
	}
	return false;
}

static const struct attachment_interface *
find_interface(const struct attachment *attachment, const char *network,
	       const char *ifname)
{
	unsigned int i;

	for (i = 0; i < attachment->interface_count; i++) {
		if (!strcmp(attachment->interfaces[i].network, network) &&
		    !strcmp(attachment->interfaces[i].ifname, ifname))
			return &attachment->interfaces[i];
	}
	return NULL;
}

const struct attachment *
attachments_find(const struct attachments *attachments, const char *pod_uid,
		 const char *network, const char *ifname,
		 const struct attachment_interface **interface)
{
	struct attached *item, *next;

	table_for_each(item, next, &attachments->table) {
		if (!item->read ||
		    strcmp(item->attachment.pod.uid, pod_uid) != 0)
			continue;
		*interface = find_interface(&item->attachment, network, ifname);
		if (*interface)
			return &item->attachment;
	}
	return NULL;
}

/* What it was does not matter: the whole is looked at. */
static void files_changed(void *arg)
{
	struct attachments *attachments = arg;
	char events[4096];

	while (read(attachments->inotify_fd, events, sizeof(events)) > 0)
		;
	attachments->changed(attachments->arg);
}

/* Of the endpoints of other nodes, which we change ourselves, there are many. */
static bool have_ports(const char *events, int len)
{
	const struct nlmsghdr *event = (const struct nlmsghdr *)events;
	uint8_t cmd;

	for (; NLMSG_OK(event, len); event = NLMSG_NEXT(event, len)) {
		cmd = vr_nl_cmd(event);
		if (cmd == VR_CMD_PORT_NTF || cmd == VR_CMD_PORT_DEL_NTF)
			return true;
	}
	return false;
}

/* That some were lost (ENOBUFS) is a change, too. */
static void ports_changed(void *arg)
{
	struct attachments *attachments = arg;
	int fd = vr_nl_fd(&attachments->events);
	_Alignas(struct nlmsghdr) char events[16384];
	bool changed = false;
	ssize_t len;

	for (;;) {
		len = recv(fd, events, sizeof(events),
			   MSG_DONTWAIT | MSG_TRUNC);
		if (len < 0 && errno == ENOBUFS) {
			changed = true;
			continue;
		}
		if (len <= 0)
			break;
		if ((size_t)len > sizeof(events))
			changed = true;
		else if (!changed)
			changed = have_ports(events, (int)len);
	}
	if (changed)
		attachments->changed(attachments->arg);
}

static int watch_files(struct attachments *attachments, struct vr_error *err)
{
	int fd = file_lock_folder(attachments->state_dir, err);

	/* For that it makes the folder. */
	if (fd < 0)
		return fd;
	close(fd);
	fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	attachments->inotify_fd = fd;
	if (fd < 0 ||
	    inotify_add_watch(fd, attachments->state_dir,
			      IN_DELETE | IN_MOVED_TO | IN_ONLYDIR) < 0)
		return vr_error_set(err, errno, "cannot watch %s: %s",
				    attachments->state_dir, strerror(errno));
	attachments->inotify = loop_fd_add(attachments->loop, fd, files_changed,
					   attachments, err);
	return attachments->inotify ? 0 : -ENOMEM;
}

static int watch_ports(struct attachments *attachments, struct vr_error *err)
{
	int ret;

	ret = vr_nl_open(&attachments->events, -1, err);
	if (!ret)
		ret = vr_nl_subscribe(&attachments->events, err);
	if (ret)
		return ret;
	attachments->events_fd = loop_fd_add(attachments->loop,
					     vr_nl_fd(&attachments->events),
					     ports_changed, attachments, err);
	return attachments->events_fd ? 0 : -ENOMEM;
}

int attachments_start(struct attachments *attachments, struct vr_error *err)
{
	int ret;

	attachments->inotify_fd = -1;
	ret = watch_files(attachments, err);
	return ret ? ret : watch_ports(attachments, err);
}

void attachments_stop(struct attachments *attachments)
{
	struct attached *item, *next;

	loop_fd_remove(attachments->inotify);
	loop_fd_remove(attachments->events_fd);
	if (attachments->inotify_fd >= 0)
		close(attachments->inotify_fd);
	vr_nl_close(&attachments->events);
	table_for_each(item, next, &attachments->table)
		attached_remove(attachments, item);
	table_free(&attachments->table);
	ports_free(&attachments->ports);
}

struct spare_taker
attachments_taker(const struct attachment *attachment,
		  const struct attachment_interface *interface)
{
	struct spare_taker who = { 0 };

	snprintf(who.container, sizeof(who.container), "%.255s",
		 attachment->container_id);
	snprintf(who.interface, sizeof(who.interface), "%s", interface->ifname);
	snprintf(who.pod_namespace, sizeof(who.pod_namespace), "%s",
		 attachment->pod.namespace);
	snprintf(who.pod_name, sizeof(who.pod_name), "%s",
		 attachment->pod.name);
	snprintf(who.pod_uid, sizeof(who.pod_uid), "%s", attachment->pod.uid);
	return who;
}
