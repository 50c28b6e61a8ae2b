/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_ATTACHMENT_H
#define VR_CNI_ATTACHMENT_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <linux/if.h>

#include "../lib/address.h"
#include "../lib/error.h"
#include "environment.h"

/**
 * struct attachment_interface - one interface of a container
 * @network: name of its network
 * @requested: the name it was asked for by, when that is of another which stands
 *	for @network; else NULL
 * @temporary: its name until it is inside the container
 * @host_ifname: the host end of a tap, "" for a native port
 * @mac_asked: somebody asked for @mac; not in the state file
 * @claim: IPAMClaim that keeps its addresses, borrowed, or NULL; not in the state
 *	file
 * @ipam: the whole configuration for its IPAM plugin, NULL without one
 * @ipam_begun: the plugin may hold an address for it; not in the state file
 * @ipam_doubtful: it most likely does not, having said so; not in the state file
 */
struct attachment_interface {
	char *network;
	char *requested;
	char ifname[IFNAMSIZ];
	char temporary[IFNAMSIZ];
	char host_ifname[IFNAMSIZ];
	uint8_t mac[VR_MAC_LEN];
	bool mac_asked;
	const char *claim;
	cJSON *ipam;
	bool ipam_begun;
	bool ipam_doubtful;
};

/**
 * struct attachment_delegate - an interface that other plugins make
 * @network: name of its network
 * @conf: their list, with what they are told
 * @result: what the last of them said, NULL until then
 * @begun: one of them was started; not in the state file
 */
struct attachment_delegate {
	char *network;
	char ifname[IFNAMSIZ];
	cJSON *conf;
	cJSON *result;
	bool begun;
};

/**
 * struct attachment - one CNI call with all its interfaces
 * @name: that of the network configuration; with the next two the key
 * @netns: path the runtime gave for the container's namespace
 * @netns_device, @netns_inode: which namespace that was
 * @host_interface: what the host is a member of the first network by, "" if
 *	it is none
 * @pod: of which pod it is, with an empty namespace when nobody said
 * @plugged: it is a further interface of a container that ran already
 * @pod_networks: its networks are what the pod's annotations say, so that they
 *	may change with them
 * @boot_id: when it was: inodes mean nothing after a reboot
 *
 * What DEL and CHECK need when configuration, definitions and namespace are
 * gone, and the content of the state file.
 */
struct attachment {
	char *name;
	char *container_id;
	char ifname[IFNAMSIZ];
	char *netns;
	uint64_t netns_device;
	uint64_t netns_inode;
	char host_interface[IFNAMSIZ];
	bool plugged;
	bool pod_networks;
	char boot_id[40];
	struct environment_pod pod;
	struct attachment_interface *interfaces;
	unsigned int interface_count;
	struct attachment_delegate *delegates;
	unsigned int delegate_count;
};

#define cleanup_attachment __attribute__((cleanup(attachment_free)))

/**
 * attachment_key() - Name of the state file of an attachment
 *
 * No part of the key has ":" in it.
 *
 * Return: a string to free(), or NULL.
 */
char *attachment_key(const char *name, const char *container_id,
		     const char *ifname, struct vr_error *err);

/**
 * attachment_describe() - The description of an interface's port
 *
 * It tells whose a port is when there is no state file.
 */
void attachment_describe(const char *container_id, const char *ifname,
			 char *text, size_t size);

/**
 * attachment_is_first() - Is it the interface that the runtime asked for?
 *
 * That is CNI_IFNAME; behind another plugin that made it there is none.
 */
bool attachment_is_first(const struct attachment *attachment,
			 const struct attachment_interface *interface);

/* The id of this boot, which is read once; NULL when it cannot be. */
const char *attachment_boot_id(struct vr_error *err);

/* Forget one of its interfaces. */
void attachment_drop(struct attachment *attachment, unsigned int index);
void attachment_drop_delegate(struct attachment *attachment,
			      unsigned int index);

cJSON *attachment_to_json(const struct attachment *attachment);

/* Refusals have CNI code 6. */
int attachment_from_json(const cJSON *json, const char *where,
			 struct attachment *attachment, struct vr_error *err);

void attachment_free(struct attachment *attachment);

#endif
