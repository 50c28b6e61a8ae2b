/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What vr-cni has attached on this node, by its state files and by the ports
 * that the kernel module has.
 */
#ifndef VR_AGENT_ATTACHMENTS_H
#define VR_AGENT_ATTACHMENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "../cni/attachment.h"
#include "../lib/netlink.h"
#include "../lib/port.h"
#include "loop.h"
#include "spares.h"
#include "table.h"

/**
 * struct attached_port - a port that vr-cni made
 * @entry: by its description, see attachment_describe()
 */
struct attached_port {
	struct table_entry entry;
	struct vr_port port;
};

/**
 * struct attached - a state file
 * @entry: by its name
 * @container: by its name too
 * @attachment: its content, if it could be @read
 * @had_ports: its ports were there once: an ADD that goes on has none yet
 * @ports: how many of its interfaces have one now
 * @version: another one whenever the file or one of the ports is another
 */
struct attached {
	struct table_entry entry;
	char *container;
	struct attachment attachment;
	bool read;
	bool had_ports;
	unsigned int ports;
	unsigned int version;
	unsigned int round;

	/* By which it is seen that nothing is. */
	struct timespec changed;
	ino_t inode;
	uint64_t ports_hash;
};

/**
 * struct attachments - all of them
 * @state_dir: folder of the state files
 * @changed: called when something may be new
 */
struct attachments {
	struct loop *loop;
	struct vr_nl *router;
	const char *state_dir;
	loop_cb changed;
	void *arg;

	struct table table;
	struct table ports;
	struct vr_nl events;
	struct loop_fd *events_fd;
	struct loop_fd *inotify;
	int inotify_fd;
	unsigned int round;
};

int attachments_start(struct attachments *attachments, struct vr_error *err);
void attachments_stop(struct attachments *attachments);

/* Look what there is now. Return: 0, or negative and nothing is different. */
int attachments_refresh(struct attachments *attachments, struct vr_error *err);

/**
 * attachments_have() - Is a container attached?
 * @ifname: by this interface, NULL for any
 *
 * Not when its ports died, of which the kernel says so: its namespace is gone.
 */
bool attachments_have(const struct attachments *attachments,
		      const char *container, const char *ifname);

/**
 * attachments_find() - The interface of a pod on a network
 * @ifname: its name
 *
 * Return: the attachment, NULL when there is none.
 */
const struct attachment *
attachments_find(const struct attachments *attachments, const char *pod_uid,
		 const char *network, const char *ifname,
		 const struct attachment_interface **interface);

/* The port of an interface, or NULL. */
const struct vr_port *attachments_port_at(const struct attachments *attachments,
					  const char *container,
					  const char *ifname);

/* The same. */
const struct vr_port *
attachments_port(const struct attachments *attachments,
		 const struct attachment *attachment,
		 const struct attachment_interface *interface);

/* Who has an interface, by which an address is taken; without a MAC. */
struct spare_taker
attachments_taker(const struct attachment *attachment,
		  const struct attachment_interface *interface);

#endif /* VR_AGENT_ATTACHMENTS_H */
