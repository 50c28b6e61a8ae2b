// SPDX-License-Identifier: Apache-2.0
/*
 * The host as a member of a network: a device in our own namespace, attached
 * as the gateway.  It comes with the first container and goes with the last.
 * Entry points: host_prepare() and host_leave().
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "code.h"
#include "file.h"
#include "host.h"
#include "router.h"

#define DESCRIPTION "host"

/* What the module knows of the device; free @port afterwards. */
static int find_port(struct vr_nl *router, const char *ifname,
		     struct vr_port *port, bool *attached, struct vr_error *err)
{
	static const struct podns own = PODNS_INIT;
	int ret;

	ret = router_port(router, &own, ifname, port, attached, err);
	*attached = *attached && vr_is_set(port, VR_A_PORT_NETWORK);
	return ret;
}

/*
 * Its device, made when there is none.  A detached one is what a call left
 * that was killed, or was made for us.
 */
static int find_device(struct host *host, const char *ifname,
		       struct vr_error *err)
{
	struct podns_link link;
	int ret;

	ret = podns_link_find(host->own, ifname, &link, err);
	if (!ret && !link.ifindex) {
		ret = podns_link_create(&host->own->nl, host->own, ifname, NULL,
					err);
		host->made = !ret;
		if (!ret)
			ret = podns_link_find(host->own, ifname, &link, err);
	}
	if (ret)
		return ret;
	if (strcmp(link.kind, "vr") != 0)
		return cni_fail(err, CNI_CONFIG,
				"it exists, but not as a device of type vr");
	host->ifindex = link.ifindex;
	return 0;
}

/* The gateway's addresses are the device's and the port's. */
static int add_addresses(struct host *host, const struct vr_network *network,
			 const char *ifname, struct vr_error *err)
{
	const struct vr_prefix *subnet;
	bool has_ipv6 = false;
	unsigned int i;
	int ret;

	for (i = 0; i < network->subnet_count; i++)
		has_ipv6 |= network->subnets[i].ip.family == AF_INET6;
	ret = podns_configure(host->own, ifname, has_ipv6, false, err);
	for (i = 0; !ret && i < network->subnet_count; i++) {
		subnet = &network->subnets[i];
		ret = podns_address_add(host->own, host->ifindex, subnet, err);
		if (!ret || ret == -EEXIST)
			ret = vr_port_add_address(&host->port, &subnet->ip,
						  err);
	}
	return ret;
}

static int make_device(struct host *host, const struct vr_network *network,
		       const char *ifname, struct vr_error *err)
{
	struct vr_port *port = &host->port;
	int ret;

	if (!network->subnet_count)
		return cni_fail(
			err, CNI_CONFIG,
			"network \"%s\" has no \"subnets\", whose gateway it could be",
			network->name);
	ret = find_device(host, ifname, err);
	if (!ret)
		ret = add_addresses(host, network, ifname, err);
	if (ret)
		return ret;
	port->set |= VR_BIT(VR_A_PORT_NETWORK) | VR_BIT(VR_A_PORT_IFNAME) |
		     VR_BIT(VR_A_PORT_GATEWAY) | VR_BIT(VR_A_PORT_DESCRIPTION) |
		     VR_BIT(VR_A_PORT_ORIGIN);
	snprintf(port->network, sizeof(port->network), "%s", network->name);
	snprintf(port->ifname, sizeof(port->ifname), "%s", ifname);
	snprintf(port->description, sizeof(port->description), DESCRIPTION);
	port->gateway = true;
	port->origin = VR_ORIGIN_CNI;
	host->attach = true;
	return 0;
}

/* An attached one is complete, or a killed call did not set it up yet. */
static int keep_device(struct host *host, const struct vr_port *port,
		       const char *network, struct vr_error *err)
{
	if (strcmp(port->network, network) != 0)
		return cni_fail(err, CNI_CONFIG,
				"it is attached to network \"%s\" instead of \"%s\"",
				port->network, network);
	if (!port->up && port->origin == VR_ORIGIN_CNI)
		host->ifindex = port->ifindex;
	return 0;
}

static int prepare(struct host *host, const char *state_dir,
		   struct vr_nl *router, const struct vr_network *network,
		   const char *ifname, struct vr_error *err)
{
	struct vr_port port = { 0 };
	bool attached = false;
	int ret;

	host->lock = file_lock_folder(state_dir, err);
	if (host->lock < 0)
		return host->lock;
	ret = find_port(router, ifname, &port, &attached, err);
	if (!ret && attached)
		ret = keep_device(host, &port, network->name, err);
	else if (!ret)
		ret = make_device(host, network, ifname, err);
	vr_port_free(&port);
	return ret;
}

int host_prepare(struct host *host, struct podns *own, const char *state_dir,
		 struct vr_nl *router, const struct vr_network *network,
		 const char *ifname, struct vr_error *err)
{
	host->own = own;
	if (!prepare(host, state_dir, router, network, ifname, err))
		return 0;
	host_abandon(host);
	return cni_wrap(err, CNI_ROUTER, "hostInterface \"%s\"", ifname);
}

int host_finish(struct host *host, uint32_t mtu, struct vr_error *err)
{
	if (!host->ifindex)
		return 0;
	if (podns_link_up(host->own, host->ifindex, mtu, err))
		return cni_wrap(err, CNI_ROUTER, "hostInterface");
	return 0;
}

void host_abandon(struct host *host)
{
	if (host->made)
		podns_link_delete(host->own, host->ifindex, NULL);
	host->made = false;
}

void host_close(struct host *host)
{
	vr_port_free(&host->port);
	if (host->lock >= 0)
		close(host->lock);
	host->lock = -1;
}

/* Has the network a port beside this one? */
static int is_in_use(struct vr_nl *router, const char *network, bool attached,
		     bool *in_use, struct vr_error *err)
{
	struct vr_network request = { .set = VR_BIT(VR_A_NETWORK_NAME) };
	struct vr_network reply = { 0 };
	int ret;

	snprintf(request.name, sizeof(request.name), "%s", network);
	ret = vr_network_call(router, VR_CMD_NETWORK_GET, 0, &request, &reply,
			      err);
	*in_use = !ret && reply.ports > attached;
	vr_network_free(&reply);
	return ret == -ENOENT ? 0 : ret;
}

static int leave(struct vr_nl *router, const char *network, const char *ifname,
		 struct vr_error *err)
{
	cleanup_podns struct podns own = PODNS_INIT;
	bool attached = false, in_use = false;
	struct vr_port port = { 0 };
	struct podns_link link;
	bool ours;
	int ret;

	ret = find_port(router, ifname, &port, &attached, err);
	ours = !attached ||
	       (port.origin == VR_ORIGIN_CNI && !strcmp(port.network, network));
	vr_port_free(&port);
	if (ret || !ours)
		return ret;
	ret = is_in_use(router, network, attached, &in_use, err);
	if (ret || in_use)
		return ret;
	ret = podns_open_own(&own, err);
	if (!ret)
		ret = podns_link_find(&own, ifname, &link, err);
	if (ret || strcmp(link.kind, "vr") != 0)
		return ret;
	return podns_link_delete(&own, link.ifindex, err);
}

int host_leave(const char *state_dir, struct vr_nl *router, const char *network,
	       const char *ifname, struct vr_error *err)
{
	cleanup_fd int lock = file_lock_folder(state_dir, err);
	int ret;

	ret = lock < 0 ? lock : leave(router, network, ifname, err);
	if (ret)
		return cni_wrap(err, CNI_ROUTER, "hostInterface \"%s\"",
				ifname);
	return 0;
}

int host_check(struct vr_nl *router, const char *network, const char *ifname,
	       struct vr_error *err)
{
	struct vr_port port = { 0 };
	const char *problem = NULL;
	bool attached;
	int ret;

	ret = find_port(router, ifname, &port, &attached, err);
	if (!ret && (!attached || strcmp(port.network, network) != 0))
		problem = "is not attached to the network";
	else if (!ret && !port.up)
		problem = "is down";
	if (problem)
		ret = cni_fail(err, CNI_CHANGED,
			       "the host's interface %s in network \"%s\" %s",
			       ifname, network, problem);
	vr_port_free(&port);
	return ret;
}
