/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A native port's device as it is in its namespace, to be made again when its
 * kind was unloaded: by the same name and index, so that what names it still does.
 */
#ifndef VR_AGENT_SAVED_DEVICE_H
#define VR_AGENT_SAVED_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/if.h>

#include "../cni/podns.h"
#include "../lib/address.h"
#include "../lib/error.h"

/**
 * struct saved_message - what the kernel said of it, and is told again
 * @data: what is behind the netlink header
 */
struct saved_message {
	uint16_t type;
	void *data;
	size_t len;
};

/**
 * struct saved_sysctl - a setting that is not the namespace's default
 * @path: below /proc/sys/net
 */
struct saved_sysctl {
	char *path;
	char *value;
};

/**
 * struct saved_device - all of it
 * @podns: its namespace, borrowed
 * @ifindex: 0 when it was not there
 */
struct saved_device {
	struct podns *podns;
	uint32_t ifindex;
	char ifname[IFNAMSIZ];
	uint8_t mac[VR_MAC_LEN];
	uint32_t mtu;
	uint32_t queue_len;
	uint32_t group;
	uint32_t master;
	uint32_t flags;

	struct saved_message *messages;
	unsigned int message_count;
	struct saved_sysctl *sysctls;
	unsigned int sysctl_count;
};

/**
 * saved_device_save() - Look at a device with its addresses, routes, permanent
 *	neighbours and settings
 * @device: freed by saved_device_free(), also after an error
 */
int saved_device_save(struct saved_device *device, struct podns *podns,
		      uint32_t ifindex, struct vr_error *err);

/**
 * saved_device_create() - Make the device again, without what it has
 * @own: the namespace whose instance it belongs to, ours
 */
int saved_device_create(const struct saved_device *device, struct podns *own,
			struct vr_error *err);

/**
 * saved_device_configure() - Give it what it had
 *
 * All that can be done is, and the first thing that could not is what it says.
 */
int saved_device_configure(const struct saved_device *device,
			   struct vr_error *err);

void saved_device_free(struct saved_device *device);

#endif /* VR_AGENT_SAVED_DEVICE_H */
