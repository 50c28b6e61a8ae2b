/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_ROUTER_H
#define VR_CNI_ROUTER_H

#include <stdbool.h>

#include "../lib/port.h"
#include "plan.h"
#include "podns.h"

/**
 * router_apply() - Attach all interfaces of a plan, or none
 * @nl: a socket of the vr family in the host's namespace
 * @podns: where the devices are, under their final names
 * @host: the host's port, to attach together with them, or NULL
 *
 * Networks that do not exist are made. Fills in the MTUs of the plan.
 */
int router_apply(struct vr_nl *nl, struct plan *plan, const struct podns *podns,
		 const struct vr_port *host, struct vr_error *err);

/**
 * router_set_addresses() - Tell which addresses a port has
 *
 * For one that was attached before they were known.
 */
int router_set_addresses(struct vr_nl *nl, const struct podns *podns,
			 const struct attachment_interface *interface,
			 const struct result *addresses, struct vr_error *err);

/**
 * router_check_permission() - Find out early whether anything will be allowed
 */
int router_check_permission(struct vr_nl *nl, const char *network,
			    struct vr_error *err);

/**
 * router_port() - Ask for the port of a device
 * @podns: its namespace
 * @found: whether it is attached
 *
 * Free @port with vr_port_free() afterwards.
 */
int router_port(struct vr_nl *nl, const struct podns *podns, const char *ifname,
		struct vr_port *port, bool *found, struct vr_error *err);

/* The same for an interface, whose port may be its other end on the host. */
int router_interface_port(struct vr_nl *nl, const struct podns *podns,
			  const struct attachment_interface *interface,
			  struct vr_port *port, bool *found,
			  struct vr_error *err);

/**
 * router_is_made_for() - Is a device the port of an interface of a container?
 * @device: its name, in the namespace @podns
 *
 * By what the port's description says.
 */
int router_is_made_for(struct vr_nl *nl, const struct podns *podns,
		       const char *device, const char *container_id,
		       const char *ifname, bool *made, struct vr_error *err);

/**
 * router_detach() - Detach what is left of an interface
 *
 * For a container whose namespace cannot be entered any more but may live on
 * for a while: its ports are found by their description.
 */
int router_detach(struct vr_nl *nl, const char *network,
		  const char *container_id, const char *ifname,
		  struct vr_error *err);

/**
 * router_is_attached() - Is there a port that was made for an interface?
 *
 * As long as the interface is anywhere, even in a namespace nobody can name any
 * more, there is.
 */
int router_is_attached(struct vr_nl *nl, const char *network,
		       const char *container_id, const char *ifname,
		       bool *attached, struct vr_error *err);

/**
 * router_release() - Delete a network that we made and nobody uses
 *
 * One that is gone, in use, or made by another program is left alone.
 */
int router_release(struct vr_nl *nl, const char *network, struct vr_error *err);

#endif
