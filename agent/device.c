// SPDX-License-Identifier: Apache-2.0
/*
 * Devices of the node as ports of networks.  Entry points: device_attach() and
 * devices_check().
 *
 * Which are attached is asked of the module, so that a start finds what an agent
 * before it did.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cni/code.h"
#include "../cni/podns.h"
#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "../lib/network.h"
#include "../lib/port.h"
#include "device.h"
#include "log.h"

/* Why a network has no device, by its name. */
struct complaint {
	struct table_entry entry;
	char *text;
};

struct port_name {
	char network[VR_MAX_NETWORK_NAME + 1];
	char ifname[IFNAMSIZ];
};

struct port_names {
	struct port_name *items;
	unsigned int count;
};

static bool is_open(const struct devices *devices, const char *device)
{
	const char *const *pattern = devices->patterns;

	for (; pattern && *pattern; pattern++) {
		if (!fnmatch(*pattern, device, 0))
			return true;
	}
	return false;
}

/* What is larger would be lost on the wire without a word. */
static int check_mtu(const struct devices *devices,
		     const struct network *network,
		     const struct podns_link *link, struct vr_error *err)
{
	struct vr_network request = { .set = VR_BIT(VR_A_NETWORK_NAME) };
	struct vr_network now = { 0 };
	int ret;

	snprintf(request.name, sizeof(request.name), "%s", network->entry.key);
	ret = vr_network_call(devices->router, VR_CMD_NETWORK_GET, 0, &request,
			      &now, err);
	if (!ret && now.mtu > link->mtu)
		ret = vr_error_set(
			err, EINVAL,
			"its MTU is %u, less than the network's, which is %u",
			link->mtu, now.mtu);
	vr_network_free(&now);
	return ret;
}

/* What else is on the wire may do all that the port of a pod may not. */
static int attach_port(const struct devices *devices,
		       const struct network *network, struct vr_error *err)
{
	struct vr_port port = {
		.set = VR_BIT(VR_A_PORT_NETWORK) | VR_BIT(VR_A_PORT_IFNAME) |
		       VR_BIT(VR_A_PORT_ANTISPOOF) | VR_BIT(VR_A_PORT_LEARN) |
		       VR_BIT(VR_A_PORT_DHCP_SERVER) |
		       VR_BIT(VR_A_PORT_ROUTER_ADVERTISEMENT) |
		       VR_BIT(VR_A_PORT_DESCRIPTION) | VR_BIT(VR_A_PORT_ORIGIN),
		.learn = true,
		.dhcp_server = true,
		.router_advertisement = true,
		.origin = VR_ORIGIN_AGENT,
	};

	snprintf(port.network, sizeof(port.network), "%s", network->entry.key);
	snprintf(port.ifname, sizeof(port.ifname), "%s",
		 network->definition.device);
	snprintf(port.description, sizeof(port.description),
		 DEVICE_DESCRIPTION);
	return vr_port_call(devices->router, VR_CMD_PORT_NEW, NLM_F_CREATE,
			    &port, NULL, err);
}

static int attach(const struct devices *devices, const struct network *network,
		  struct vr_error *err)
{
	const char *device = network->definition.device;
	cleanup_podns struct podns own = PODNS_INIT;
	struct podns_link link = { 0 };
	int ret;

	if (!is_open(devices, device))
		return vr_error_set(err, EPERM,
				    "it is not opened on this node (--devices)");
	ret = podns_open_own(&own, err);
	if (!ret)
		ret = podns_link_find(&own, device, &link, err);
	if (!ret && !link.ifindex)
		ret = vr_error_set(err, ENODEV, "this node has none");
	if (!ret)
		ret = check_mtu(devices, network, &link, err);
	if (!ret)
		ret = attach_port(devices, network, err);
	if (!ret && !link.up)
		ret = podns_link_up(&own, link.ifindex, 0, err);
	return ret;
}

int device_attach(const struct devices *devices, const struct network *network,
		  struct vr_error *err)
{
	if (!network->definition.device[0] || !attach(devices, network, err))
		return 0;
	return cni_wrap(err, CNI_CONFIG, "network \"%s\": device %s",
			network->entry.key, network->definition.device);
}

/* --- what is there and is not needed */

static bool is_used(const struct devices *devices, const char *network)
{
	struct attached *item, *next;
	unsigned int i;

	table_for_each(item, next, &devices->attachments->table) {
		for (i = 0; i < item->attachment.interface_count; i++) {
			if (!strcmp(item->attachment.interfaces[i].network,
				    network))
				return true;
		}
	}
	return false;
}

/* A network that is not known (any more) keeps what its pods have. */
static bool is_needed(const struct devices *devices, const struct vr_port *port)
{
	const struct network *network =
		networks_find(devices->networks, port->network);

	return is_used(devices, port->network) &&
	       (!network || !strcmp(network->definition.device, port->ifname));
}

struct looking {
	const struct devices *devices;
	struct port_names stale;
};

static int look_at(const struct vr_port *port, void *arg, struct vr_error *err)
{
	struct looking *looking = arg;
	struct port_name *name;

	if (strcmp(port->description, DEVICE_DESCRIPTION) != 0 ||
	    is_needed(looking->devices, port))
		return 0;
	name = vr_list_grow(&looking->stale.items, &looking->stale.count,
			    sizeof(*name));
	if (!name)
		return vr_error_memory(err);
	snprintf(name->network, sizeof(name->network), "%s", port->network);
	snprintf(name->ifname, sizeof(name->ifname), "%s", port->ifname);
	return 0;
}

/* As vr-cni would have deleted it with the last pod. */
static int leave_network(const struct devices *devices, const char *name,
			 struct vr_error *err)
{
	struct vr_network request = { .set = VR_BIT(VR_A_NETWORK_NAME) };
	struct vr_network now = { 0 };
	int ret;

	snprintf(request.name, sizeof(request.name), "%s", name);
	ret = vr_network_call(devices->router, VR_CMD_NETWORK_GET, 0, &request,
			      &now, err);
	request.set |= VR_BIT(VR_A_NETWORK_IF_UNUSED);
	if (!ret && now.origin == VR_ORIGIN_CNI)
		ret = vr_network_call(devices->router, VR_CMD_NETWORK_DEL, 0,
				      &request, NULL, err);
	vr_network_free(&now);
	return ret == -ENOENT || ret == -EBUSY ? 0 : ret;
}

static void let_go(const struct devices *devices, const struct port_name *name)
{
	struct vr_port port = { .set = VR_BIT(VR_A_PORT_IFNAME) };
	struct vr_error error = { 0 };
	int ret;

	snprintf(port.ifname, sizeof(port.ifname), "%s", name->ifname);
	ret = vr_port_call(devices->router, VR_CMD_PORT_DEL, 0, &port, NULL,
			   &error);
	if (ret == -ENOENT)
		ret = 0;
	if (!ret)
		ret = leave_network(devices, name->network, &error);
	if (ret)
		agent_log(AGENT_WARNING, "network %s: device %s: %s",
			  name->network, name->ifname, error.text);
	else
		agent_log(AGENT_INFO, "network %s lets device %s go",
			  name->network, name->ifname);
}

static void let_go_of_stale(const struct devices *devices)
{
	struct vr_port filter = {
		.set = VR_BIT(VR_A_PORT_ORIGIN),
		.origin = VR_ORIGIN_AGENT,
	};
	struct looking looking = { .devices = devices };
	struct vr_error error = { 0 };
	unsigned int i;

	if (vr_port_dump(devices->router, &filter, look_at, &looking, &error))
		agent_log(AGENT_WARNING, "%s", error.text);
	for (i = 0; i < looking.stale.count; i++)
		let_go(devices, &looking.stale.items[i]);
	free(looking.stale.items);
}

/* --- what is needed */

/* Each reason once: pods that run wait for it, and new ones are told. */
static void tell(struct devices *devices, const char *network, const char *text)
{
	struct complaint *complaint =
		table_get(&devices->told, network, sizeof(*complaint));

	if (!complaint || (complaint->text && !strcmp(complaint->text, text)))
		return;
	free(complaint->text);
	complaint->text = strdup(text);
	agent_log(AGENT_ERROR, "%s", text);
}

static void forget(struct devices *devices, const char *network)
{
	struct complaint *complaint = table_find(&devices->told, network);

	if (!complaint)
		return;
	free(complaint->text);
	table_remove(&devices->told, complaint);
}

void devices_check(struct devices *devices)
{
	struct network *network, *next;
	struct vr_error error;

	let_go_of_stale(devices);
	table_for_each(network, next, &devices->networks->table) {
		error = (struct vr_error){ 0 };
		if (network->definition.device[0] &&
		    is_used(devices, network->entry.key) &&
		    device_attach(devices, network, &error))
			tell(devices, network->entry.key, error.text);
		else
			forget(devices, network->entry.key);
	}
}

void devices_stop(struct devices *devices)
{
	struct complaint *complaint, *next;

	table_for_each(complaint, next, &devices->told)
		forget(devices, complaint->entry.key);
	table_free(&devices->told);
}
