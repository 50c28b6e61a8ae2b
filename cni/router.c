// SPDX-License-Identifier: Apache-2.0
/*
 * What is asked of the kernel module.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/apply.h"
#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "code.h"
#include "ipam.h"
#include "router.h"

/* Has an interface before this one the same network? */
static bool is_listed(const struct attachment *attachment, unsigned int index)
{
	unsigned int i;

	for (i = 0; i < index; i++) {
		if (!strcmp(attachment->interfaces[i].network,
			    attachment->interfaces[index].network))
			return true;
	}
	return false;
}

/* The device that is the port: in the container, or on the host. */
static void fill_device(const struct attachment_interface *interface,
			const struct podns *podns, const char *netns,
			struct vr_port *port)
{
	bool native = !interface->host_ifname[0];

	port->set |= VR_BIT(VR_A_PORT_IFNAME);
	snprintf(port->ifname, sizeof(port->ifname), "%s",
		 native ? interface->ifname : interface->host_ifname);
	if (!native)
		return;
	port->set |= VR_BIT(VR_A_PORT_NETNS_FD);
	port->netns_fd = podns->fd;
	port->netns = netns;
}

static int add_addresses(struct vr_port *port, const struct result *addresses,
			 struct vr_error *err)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < addresses->ip_count; i++)
		ret = vr_port_add_address(port, &addresses->ips[i].address.ip,
					  err);
	return ret;
}

static int add_allowed(struct vr_port *port,
		       const struct definition *definition,
		       struct vr_error *err)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < definition->allowed_count; i++)
		ret = vr_port_add_allowed(port, &definition->allowed[i], err);
	return ret;
}

static int fill_port(const struct plan *plan, unsigned int index,
		     const struct podns *podns, struct vr_port *port,
		     struct vr_error *err)
{
	const struct attachment *attachment = &plan->attachment;
	const struct attachment_interface *interface =
		&attachment->interfaces[index];
	const struct plan_interface *planned = &plan->interfaces[index];
	int ret;

	port->set = VR_BIT(VR_A_PORT_NETWORK) | VR_BIT(VR_A_PORT_MAC) |
		    VR_BIT(VR_A_PORT_DESCRIPTION) | VR_BIT(VR_A_PORT_ORIGIN);
	snprintf(port->network, sizeof(port->network), "%s",
		 interface->network);
	fill_device(interface, podns, attachment->netns, port);
	memcpy(port->mac, interface->mac, VR_MAC_LEN);
	attachment_describe(attachment->container_id, interface->ifname,
			    port->description, sizeof(port->description));
	port->origin = VR_ORIGIN_CNI;
	bandwidth_fill(&planned->bandwidth, port);
	/*
	 * Without an address a protected port sends what asks for one, DHCP and
	 * duplicate address detection, and what is local to the link.
	 */
	if (ipam_uses_link(interface->ipam)) {
		port->set |= VR_BIT(VR_A_PORT_ANTISPOOF);
		port->antispoof = true;
	}
	if (planned->sequence) {
		port->set |= VR_BIT(VR_A_PORT_SEQUENCE);
		port->sequence = planned->sequence;
	}
	if (planned->standby) {
		port->set |= VR_BIT(VR_A_PORT_STATE);
		port->state = VR_ENDPOINT_STATE_STANDBY;
	}
	ret = add_allowed(port, &planned->definition, err);
	return ret ? ret : add_addresses(port, &planned->addresses, err);
}

/* Networks and the host's port are borrowed, not freed with the request. */
static int fill_apply(const struct plan *plan, const struct podns *podns,
		      const struct vr_port *host, struct vr_apply *apply,
		      struct vr_error *err)
{
	const struct attachment *attachment = &plan->attachment;
	unsigned int i;
	int ret;

	apply->networks =
		calloc(attachment->interface_count, sizeof(*apply->networks));
	apply->ports =
		calloc(attachment->interface_count + 1, sizeof(*apply->ports));
	if (!apply->networks || !apply->ports)
		return vr_error_memory(err);
	for (i = 0; i < attachment->interface_count; i++) {
		if (!is_listed(attachment, i))
			apply->networks[apply->network_count++] =
				plan->interfaces[i].definition.network;
		ret = fill_port(plan, i, podns,
				&apply->ports[apply->port_count++], err);
		if (ret)
			return ret;
	}
	if (host)
		apply->ports[apply->port_count++] = *host;
	return 0;
}

static void free_request(struct vr_apply *apply, const struct vr_port *host)
{
	unsigned int i;

	for (i = 0; i < apply->port_count - (host != NULL); i++)
		vr_port_free(&apply->ports[i]);
	free(apply->networks);
	free(apply->ports);
}

/* That of the network, or less if it was asked for. */
static int read_mtu(struct plan_interface *interface,
		    const struct vr_apply *reply, struct vr_error *err)
{
	const char *name = interface->definition.network.name;
	unsigned int i;

	for (i = 0; i < reply->network_count; i++) {
		if (!strcmp(reply->networks[i].name, name))
			interface->mtu = reply->networks[i].mtu;
	}
	if (interface->wanted_mtu > interface->mtu)
		return cni_fail(err, CNI_CONFIG,
				"\"mtu\" is %u, but that of network \"%s\" is %u",
				interface->wanted_mtu, name, interface->mtu);
	if (interface->wanted_mtu)
		interface->mtu = interface->wanted_mtu;
	return 0;
}

static int read_mtus(struct plan *plan, const struct vr_apply *reply,
		     struct vr_error *err)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < plan->attachment.interface_count; i++)
		ret = read_mtu(&plan->interfaces[i], reply, err);
	return ret;
}

int router_apply(struct vr_nl *nl, struct plan *plan, const struct podns *podns,
		 const struct vr_port *host, struct vr_error *err)
{
	struct vr_apply request = { 0 }, reply = { 0 };
	int ret;

	ret = fill_apply(plan, podns, host, &request, err);
	if (!ret)
		ret = vr_apply(nl, NLM_F_CREATE, &request, &reply, err);
	if (!ret)
		ret = read_mtus(plan, &reply, err);
	free_request(&request, host);
	vr_apply_free(&reply);
	return ret;
}

int router_set_addresses(struct vr_nl *nl, const struct podns *podns,
			 const struct attachment_interface *interface,
			 const struct result *addresses, struct vr_error *err)
{
	struct vr_port request = { 0 };
	int ret;

	fill_device(interface, podns, NULL, &request);
	ret = add_addresses(&request, addresses, err);
	if (!ret)
		ret = vr_port_call(nl, VR_CMD_PORT_SET, 0, &request, NULL, err);
	vr_port_free(&request);
	if (ret)
		return cni_wrap(err, CNI_ROUTER, "addresses of interface %s",
				interface->ifname);
	return 0;
}

int router_check_permission(struct vr_nl *nl, const char *network,
			    struct vr_error *err)
{
	struct vr_network request = { .set = VR_BIT(VR_A_NETWORK_NAME) };
	int ret;

	snprintf(request.name, sizeof(request.name), "%s", network);
	ret = vr_network_call(nl, VR_CMD_NETWORK_GET, 0, &request, NULL, err);
	return ret == -ENOENT ? 0 : ret;
}

static int get_port(struct vr_nl *nl, const struct vr_port *request,
		    struct vr_port *port, bool *found, struct vr_error *err)
{
	int ret;

	memset(port, 0, sizeof(*port));
	ret = vr_port_call(nl, VR_CMD_PORT_GET, 0, request, port, err);
	*found = !ret;
	if (ret == -ENOENT || ret == -ENODEV)
		return 0;
	return ret;
}

int router_port(struct vr_nl *nl, const struct podns *podns, const char *ifname,
		struct vr_port *port, bool *found, struct vr_error *err)
{
	struct vr_port request = {
		.set = VR_BIT(VR_A_PORT_IFNAME),
		.netns_fd = podns->fd,
	};

	if (podns->fd >= 0)
		request.set |= VR_BIT(VR_A_PORT_NETNS_FD);
	snprintf(request.ifname, sizeof(request.ifname), "%s", ifname);
	return get_port(nl, &request, port, found, err);
}

int router_interface_port(struct vr_nl *nl, const struct podns *podns,
			  const struct attachment_interface *interface,
			  struct vr_port *port, bool *found,
			  struct vr_error *err)
{
	struct vr_port request = { 0 };

	fill_device(interface, podns, NULL, &request);
	return get_port(nl, &request, port, found, err);
}

int router_is_made_for(struct vr_nl *nl, const struct podns *podns,
		       const char *device, const char *container_id,
		       const char *ifname, bool *made, struct vr_error *err)
{
	char description[VR_MAX_DESCRIPTION + 1];
	struct vr_port port;
	bool found;
	int ret;

	ret = router_port(nl, podns, device, &port, &found, err);
	attachment_describe(container_id, ifname, description,
			    sizeof(description));
	*made = !ret && found && port.origin == VR_ORIGIN_CNI &&
		!strcmp(port.description, description);
	vr_port_free(&port);
	return ret;
}

struct leftover {
	const char *description;
	uint32_t id; /* 0: none was found */
};

static int find_leftover(const struct vr_port *port, void *arg,
			 struct vr_error *err)
{
	struct leftover *leftover = arg;

	(void)err;
	if (vr_is_set(port, VR_A_PORT_ID) && port->origin == VR_ORIGIN_CNI &&
	    !strcmp(port->description, leftover->description))
		leftover->id = port->id;
	return 0;
}

/* The id of the port that was made for an interface, 0 when there is none. */
static int find_port(struct vr_nl *nl, const char *network,
		     const char *container_id, const char *ifname, uint32_t *id,
		     struct vr_error *err)
{
	char description[VR_MAX_DESCRIPTION + 1];
	struct leftover leftover = { .description = description };
	struct vr_port filter = {
		.set = VR_BIT(VR_A_PORT_NETWORK) | VR_BIT(VR_A_PORT_ORIGIN),
		.origin = VR_ORIGIN_CNI,
	};
	int ret;

	attachment_describe(container_id, ifname, description,
			    sizeof(description));
	snprintf(filter.network, sizeof(filter.network), "%s", network);
	ret = vr_port_dump(nl, &filter, find_leftover, &leftover, err);
	*id = ret ? 0 : leftover.id;
	return ret == -ENOENT ? 0 : ret;
}

int router_is_attached(struct vr_nl *nl, const char *network,
		       const char *container_id, const char *ifname,
		       bool *attached, struct vr_error *err)
{
	uint32_t id;
	int ret;

	ret = find_port(nl, network, container_id, ifname, &id, err);
	*attached = id != 0;
	return ret;
}

int router_detach(struct vr_nl *nl, const char *network,
		  const char *container_id, const char *ifname,
		  struct vr_error *err)
{
	struct vr_port request = { .set = VR_BIT(VR_A_PORT_ID) };
	int ret;

	ret = find_port(nl, network, container_id, ifname, &request.id, err);
	if (ret || !request.id)
		return ret;
	ret = vr_port_call(nl, VR_CMD_PORT_DEL, 0, &request, NULL, err);
	return ret == -ENOENT || ret == -ENODEV ? 0 : ret;
}

int router_release(struct vr_nl *nl, const char *network, struct vr_error *err)
{
	struct vr_network request = { .set = VR_BIT(VR_A_NETWORK_NAME) };
	struct vr_network reply = { 0 };
	bool ours;
	int ret;

	snprintf(request.name, sizeof(request.name), "%s", network);
	ret = vr_network_call(nl, VR_CMD_NETWORK_GET, 0, &request, &reply, err);
	ours = !ret && reply.origin == VR_ORIGIN_CNI;
	vr_network_free(&reply);
	if (ret == -ENOENT || (!ret && !ours))
		return 0;
	if (ret)
		return ret;
	request.set |= VR_BIT(VR_A_NETWORK_IF_UNUSED);
	ret = vr_network_call(nl, VR_CMD_NETWORK_DEL, 0, &request, NULL, err);
	return ret == -ENOENT || ret == -EBUSY ? 0 : ret;
}
