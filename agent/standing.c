// SPDX-License-Identifier: Apache-2.0
/*
 * When an address comes to this node: its port has become active, by what its
 * guest announced, or nobody has it any more.  Entry point: standing_check().
 *
 * Nothing is kept of an ADD: the objects that name this node, state files and
 * ports say all of it, to an agent that was restarted as well.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/endpoint.h"
#include "../lib/field.h"
#include "log.h"
#include "standing.h"
#include "takeover.h"
#include "watch.h"

#define RETRY_MILLISECONDS 1000

/* An object of another node that names this one. */
struct standing_address {
	struct table_entry entry; /* by the name of the object */
	struct standing *standing;
	struct address address;
	struct network *network; /* while a pod here stands by */
	struct api_call *call;
	uint64_t retry_at;
	bool taken;
};

static void release(struct standing_address *item)
{
	if (item->network)
		network_put(item->network);
	item->network = NULL;
}

static void forget(struct standing_address *item)
{
	release(item);
	api_cancel(item->call);
	address_free(&item->address);
	table_remove(&item->standing->table, item);
}

static const struct attachment *
find(const struct standing *standing, const struct address *address,
     const struct attachment_interface **interface)
{
	if (!takeover_is_allowed(standing->own, address, address->standby_uid))
		return NULL;
	return attachments_find(standing->attachments, address->standby_uid,
				address->network, address->interface,
				interface);
}

static const struct vr_port *find_port(const struct standing *standing,
				       const struct address *address)
{
	const struct attachment_interface *interface = NULL;
	const struct attachment *attachment =
		find(standing, address, &interface);

	return attachment ? attachments_port(standing->attachments, attachment,
					     interface)
			  : NULL;
}

/* Nobody announced it: who had it is gone. */
static void activate(const struct standing *standing,
		     const struct vr_port *port, uint32_t sequence)
{
	struct vr_endpoint endpoint = {
		.set = VR_BIT(VR_A_ENDPOINT_NETWORK) |
		       VR_BIT(VR_A_ENDPOINT_MAC) |
		       VR_BIT(VR_A_ENDPOINT_PORT_ID) |
		       VR_BIT(VR_A_ENDPOINT_SEQUENCE) |
		       VR_BIT(VR_A_ENDPOINT_ORIGIN),
		.port_id = port->id,
		.sequence = sequence,
		.origin = port->origin,
	};
	struct vr_error error = { 0 };
	unsigned int i;
	int ret = 0;

	snprintf(endpoint.network, sizeof(endpoint.network), "%s",
		 port->network);
	memcpy(endpoint.mac, port->mac, VR_MAC_LEN);
	for (i = 0; !ret && i < port->address_count; i++)
		ret = vr_endpoint_add_address(&endpoint, &port->addresses[i],
					      &error);
	if (!ret)
		ret = vr_endpoint_call(standing->router, VR_CMD_ENDPOINT_NEW,
				       NLM_F_CREATE | NLM_F_REPLACE, &endpoint,
				       NULL, &error);
	if (ret)
		agent_log(AGENT_WARNING, "port %s of network %s: %s",
			  port->description, port->network, error.text);
	vr_endpoint_free(&endpoint);
}

static void taken_over(const struct api_answer *answer, void *arg)
{
	struct standing_address *item = arg;
	struct standing *standing = item->standing;
	const struct vr_port *port = find_port(standing, &item->address);
	struct vr_error error = { 0 };

	item->call = NULL;
	loop_timer_set_by(standing->timer, 0);
	if (takeover_finish(standing->own, answer, &error)) {
		item->retry_at = loop_now() + RETRY_MILLISECONDS;
		agent_log(error.errnum == ESTALE ? AGENT_DEBUG : AGENT_WARNING,
			  "%s: %s", item->entry.key, error.text);
		return;
	}
	item->taken = true;
	agent_log(AGENT_INFO, "%s has moved here from node %s", item->entry.key,
		  item->address.node);
	if (port && port->state == VR_ENDPOINT_STATE_STANDBY)
		activate(standing, port, item->address.sequence + 1);
}

static void take_over(struct standing_address *item,
		      const struct attachment *attachment,
		      const struct attachment_interface *interface,
		      const struct vr_port *port)
{
	struct standing *standing = item->standing;
	struct spare_taker who = attachments_taker(attachment, interface);
	struct vr_error error = { 0 };

	item->call = takeover_send(standing->own, &item->address, &who,
				   port->state == VR_ENDPOINT_STATE_ACTIVE
					   ? port->sequence
					   : 0,
				   taken_over, item, &error);
	if (item->call)
		return;
	item->retry_at = loop_now() + RETRY_MILLISECONDS;
	agent_log(AGENT_WARNING, "%s: %s", item->entry.key, error.text);
}

/* Where it is now is to be known here, as long as a pod stands by. */
static void hold(struct standing_address *item)
{
	struct vr_error error = { 0 };
	struct network *network;

	if (item->network)
		return;
	network =
		networks_find(item->standing->networks, item->address.network);
	if (!network)
		return;
	if (network_get(network, &error))
		agent_log(AGENT_WARNING, "network %s: %s", network->entry.key,
			  error.text);
	else
		item->network = network;
}

static void check(struct standing_address *item)
{
	const struct attachment_interface *interface = NULL;
	const struct attachment *attachment =
		find(item->standing, &item->address, &interface);
	const struct vr_port *port;

	if (!attachment) {
		release(item);
		return;
	}
	hold(item);
	port = attachments_port(item->standing->attachments, attachment,
				interface);
	if (!port || item->call || item->taken)
		return;
	if (port->state != VR_ENDPOINT_STATE_ACTIVE &&
	    item->address.state != ADDRESS_KEPT)
		return;
	if (item->retry_at > loop_now())
		loop_timer_set_by(item->standing->timer,
				  item->retry_at - loop_now());
	else
		take_over(item, attachment, interface, port);
}

void standing_check(struct standing *standing)
{
	struct standing_address *item, *next;

	table_for_each(item, next, &standing->table)
		check(item);
}

bool standing_has(const struct standing *standing,
		  const struct network *network, const struct vr_ip *ip,
		  const char *container, const char *ifname)
{
	struct address address = { .vni = network->vni, .ip = *ip };
	const struct attachment_interface *interface = NULL;
	const struct attachment *attachment;
	const struct standing_address *item;
	char name[ADDRESS_NAME_BYTES];

	item = table_find(&standing->table, address_name(&address, name));
	attachment = item ? find(standing, &item->address, &interface) : NULL;
	return attachment && !strcmp(attachment->container_id, container) &&
	       !strcmp(interface->ifname, ifname);
}

static void object_changed(const cJSON *object, void *arg)
{
	struct standing *standing = arg;
	struct standing_address *item;
	struct vr_error error = { 0 };
	char name[ADDRESS_NAME_BYTES];
	struct address address;

	if (address_parse(object, &address, &error)) {
		agent_log(AGENT_WARNING, "%s", error.text);
		address_free(&address);
		return;
	}
	item = table_get(&standing->table, address_name(&address, name),
			 sizeof(*item));
	if (!item) {
		address_free(&address);
		return;
	}
	item->standing = standing;
	address_free(&item->address);
	item->address = address;
	item->retry_at = 0;
	item->taken = false;
	loop_timer_set_by(standing->timer, 0);
}

static void object_gone(const char *namespace, const char *name, void *arg)
{
	struct standing *standing = arg;
	struct standing_address *item = table_find(&standing->table, name);

	(void)namespace;
	if (item)
		forget(item);
}

int standing_start(struct standing *standing, struct vr_error *err)
{
	char selector[ADDRESS_SELECTOR_BYTES];
	const struct watch_kind kind = {
		.path = ADDRESS_PATH,
		.selector = address_selector("standby", standing->own->node,
					     selector),
		.changed = object_changed,
		.gone = object_gone,
	};

	standing->watch = watch_start(standing->api, standing->own->loop, &kind,
				      standing, err);
	return standing->watch ? 0 : -ENOMEM;
}

void standing_stop(struct standing *standing)
{
	struct standing_address *item, *next;

	watch_stop(standing->watch);
	table_for_each(item, next, &standing->table)
		forget(item);
	table_free(&standing->table);
}
