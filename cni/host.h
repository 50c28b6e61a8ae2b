/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_HOST_H
#define VR_CNI_HOST_H

#include <stdbool.h>

#include "../lib/network.h"
#include "../lib/port.h"
#include "podns.h"

/**
 * struct host - the host's port on a network, while a call sees to it
 * @lock: held from host_prepare() to host_close(), -1 when it is not
 * @own: the namespace we are in
 * @ifindex: of the device
 * @made: it was made by this call
 * @attach: @port is still to be attached
 * @port: the request for that, as the gateway
 */
struct host {
	int lock;
	struct podns *own;
	uint32_t ifindex;
	bool made;
	bool attach;
	struct vr_port port;
};

#define HOST_INIT           \
	{                   \
		.lock = -1, \
	}
#define cleanup_host __attribute__((cleanup(host_close)))

/**
 * host_prepare() - Make the host's device on a network, with its addresses
 * @own: the namespace we are in, to stay open until host_close()
 * @state_dir: the folder to lock
 * @router: a socket of the vr family in our namespace
 * @network: as it is defined; its gateway addresses become the host's
 * @ifname: name of the device
 *
 * One that is attached to this network already, by whomever, is left as it is.
 * What is to be attached afterwards, together with the rest of the call, is in
 * host->port.  Until host_close() no other call changes anything about it.
 */
int host_prepare(struct host *host, struct podns *own, const char *state_dir,
		 struct vr_nl *router, const struct vr_network *network,
		 const char *ifname, struct vr_error *err);

/* The port is attached now: set the device up, with the network's MTU. */
int host_finish(struct host *host, uint32_t mtu, struct vr_error *err);

/* The port could not be attached: the device goes if this call made it. */
void host_abandon(struct host *host);

void host_close(struct host *host);

/**
 * host_leave() - Delete the host's device when it is alone on its network
 *
 * One that another program attached stays, as one on another network does.
 */
int host_leave(const char *state_dir, struct vr_nl *router, const char *network,
	       const char *ifname, struct vr_error *err);

/**
 * host_check() - Is the host's device there, attached and up?
 *
 * Refusals have CNI code 102.
 */
int host_check(struct vr_nl *router, const char *network, const char *ifname,
	       struct vr_error *err);

#endif
