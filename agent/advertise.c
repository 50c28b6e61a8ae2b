// SPDX-License-Identifier: Apache-2.0
/*
 * From ports to objects.  Entry point: advertise_ports().
 *
 * These come after the fact: who gave an address is trusted to give it once.
 * Where that fails the API server refuses the second object, so that no address
 * is told of two nodes, and the second pod's Event says whose it is not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advertise.h"
#include "event.h"
#include "log.h"

static struct spare_taker taker_of(const struct attachment *attachment,
				   const struct attachment_interface *interface,
				   const struct vr_port *port)
{
	struct spare_taker who = attachments_taker(attachment, interface);

	memcpy(who.mac, port->mac, VR_MAC_LEN);
	return who;
}

/* @ip: NULL for the port itself */
static void see_object(struct own *own, struct network *network,
		       const struct spare_taker *who, const struct vr_ip *ip)
{
	struct address address = {
		.network = network->entry.key,
		.node = (char *)own->node,
		.state = ADDRESS_BOUND,
		.since = time(NULL),
		.vni = network->vni,
		.sequence = 1,
	};
	char name[ADDRESS_NAME_BYTES];
	struct own_address *item;

	memcpy(address.mac, who->mac, VR_MAC_LEN);
	if (ip)
		address.ip = *ip;
	item = table_find(&own->table, address_name(&address, name));
	if (!item) {
		item = own_add(own, &address);
		if (!item)
			return;
		item->known = false;
	}
	item->advertised = true;
	own_address_bind(item, who);
}

static void advertise_port(struct own *own, struct network *network,
			   const struct attachment *attachment,
			   const struct attachment_interface *interface)
{
	const struct vr_port *port =
		attachments_port(own->attachments, attachment, interface);
	struct spare_taker who;
	unsigned int i;

	if (!port || port->state != VR_ENDPOINT_STATE_ACTIVE)
		return;
	who = taker_of(attachment, interface, port);
	for (i = 0; i < port->address_count; i++)
		see_object(own, network, &who, &port->addresses[i]);
	if (!port->address_count)
		see_object(own, network, &who, NULL);
}

static void advertise_attached(struct own *own, const struct attached *attached)
{
	const struct attachment *attachment = &attached->attachment;
	struct network *network;
	unsigned int i;

	for (i = 0; attached->read && i < attachment->interface_count; i++) {
		network = networks_find(own->networks,
					attachment->interfaces[i].network);
		if (network && network->others_give)
			advertise_port(own, network, attachment,
				       &attachment->interfaces[i]);
	}
}

/* A lease has ended, or was another. */
static void drop_old(struct own *own)
{
	struct own_address *item, *next;

	table_for_each(item, next, &own->table) {
		if (!item->advertised && item->wanted.state == ADDRESS_BOUND &&
		    item->network && item->network->others_give &&
		    attachments_port_at(own->attachments,
					item->wanted.container,
					item->wanted.interface))
			item->doomed = true;
	}
}

static void note_name(struct own *own, const struct attachment *attachment,
		      const struct attachment_interface *interface)
{
	const struct network *network =
		networks_find(own->networks, interface->network);
	const struct vr_port *port =
		attachments_port(own->attachments, attachment, interface);
	struct own_address *item;
	unsigned int i;

	for (i = 0; network && port && i < port->address_count; i++) {
		item = own_find(own, network, &port->addresses[i]);
		if (item && item->wanted.state == ADDRESS_BOUND &&
		    strcmp(item->wanted.requested, interface->requested) != 0)
			address_set_text(&item->wanted.requested,
					 interface->requested);
	}
}

/* Whoever wants to delete what is another name of a network is told who uses it. */
static void note_names(struct own *own)
{
	const struct attached *item, *next;
	unsigned int i;

	table_for_each(item, next, &own->attachments->table) {
		for (i = 0; item->read && i < item->attachment.interface_count;
		     i++) {
			if (item->attachment.interfaces[i].requested)
				note_name(own, &item->attachment,
					  &item->attachment.interfaces[i]);
		}
	}
}

void advertise_ports(struct own *own)
{
	struct attached *attached, *next_attached;
	struct own_address *item, *next;

	table_for_each(item, next, &own->table)
		item->advertised = false;
	table_for_each(attached, next_attached, &own->attachments->table)
		advertise_attached(own, attached);
	drop_old(own);
	note_names(own);
}

void advertise_conflict(struct own_address *item)
{
	const struct address *wanted = &item->wanted;
	char text[VR_IP_TEXT], message[512];
	const struct event event = {
		.api_version = "v1",
		.kind = "Pod",
		.namespace = wanted->pod_namespace,
		.name = wanted->pod_name,
		.uid = wanted->pod_uid,
		.component = "vr-agent",
		.reason = "AddressConflict",
		.message = message,
	};

	snprintf(message, sizeof(message),
		 "%s of %s in network %.255s is another pod's already (" ADDRESS_KIND
		 " %s): other nodes do not reach this one by it",
		 wanted->ip.family ? vr_ip_format(&wanted->ip, text)
				   : vr_mac_format(wanted->mac, text),
		 wanted->interface, wanted->network, item->entry.key);
	agent_log(AGENT_WARNING, "pod %s/%s: %s", wanted->pod_namespace,
		  wanted->pod_name, message);
	event_send(item->own->api, &event);
}
