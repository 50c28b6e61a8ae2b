// SPDX-License-Identifier: Apache-2.0
/*
 * Host ports of further networks.  Entry point: host_ports_check(), which can be
 * called at any time: all of it is made, found as it should be or taken away.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "../lib/port.h"
#include "host_rule.h"
#include "host_ports.h"
#include "log.h"
#include "object.h"

/* --- those that are there already */

static int adopt(const struct vr_port *found, void *arg, struct vr_error *err)
{
	struct host_ports *ports = arg;
	struct host_port *port;
	unsigned int number;
	char end;

	if (sscanf(found->ifname, HOST_PORT_DEVICE "%5u%c", &number, &end) !=
		    1 ||
	    !number || number > HOST_PORT_MOST)
		return 0;
	port = table_get(&ports->table, found->network, sizeof(*port));
	if (!port)
		return vr_error_memory(err);
	host_port_set_number(port, number);
	return 0;
}

static int adopt_all(struct host_ports *ports, struct vr_error *err)
{
	struct vr_port filter = {
		.set = VR_BIT(VR_A_PORT_ORIGIN),
		.origin = VR_ORIGIN_AGENT,
	};

	return vr_port_dump(ports->router, &filter, adopt, ports, err);
}

/* --- what is wanted */

static void unmark(struct host_ports *ports)
{
	struct host_port *port, *next;

	table_for_each(port, next, &ports->table) {
		port->wanted = false;
		port->reached = false;
		prefixes_free(&port->pods);
	}
}

static bool has_switch(const struct network *network, const char *name)
{
	return cJSON_IsTrue(
		cJSON_GetObjectItemCaseSensitive(network->object, name));
}

/* The node reaches pods by what they have on their first interface. */
static void reach(struct host_port *port, const struct vr_port *pod)
{
	unsigned int i;

	port->reached = true;
	for (i = 0; pod && i < pod->address_count; i++)
		prefixes_add_ip(&port->pods, &pod->addresses[i], NULL);
}

static void mark(struct host_ports *ports, const struct attachment *attachment,
		 const struct attachment_interface *interface)
{
	struct network *network =
		networks_find(ports->networks, interface->network);
	bool first = !attachment->plugged &&
		     attachment_is_first(attachment, interface);
	struct host_port *port;

	/* The default one is none of these, nor one that vr-cni alone knows. */
	if (!network ||
	    !attachments_have(ports->attachments, attachment->container_id,
			      interface->ifname))
		return;
	if (!first && !has_switch(network, "snat") &&
	    !has_switch(network, "forwarding"))
		return;
	port = table_get(&ports->table, network->entry.key, sizeof(*port));
	if (!port)
		return;
	port->wanted = true;
	port->forwarding = has_switch(network, "forwarding");
	port->snat = !port->forwarding && has_switch(network, "snat");
	if (first)
		reach(port, attachments_port(ports->attachments, attachment,
					     interface));
}

static void mark_all(struct host_ports *ports)
{
	const struct attachment *attachment;
	struct attached *attached, *next;
	unsigned int i;

	unmark(ports);
	table_for_each(attached, next, &ports->attachments->table) {
		attachment = &attached->attachment;
		for (i = 0; attached->read && i < attachment->interface_count;
		     i++)
			mark(ports, attachment, &attachment->interfaces[i]);
	}
}

/* --- addresses */

static void given(const struct spare *spare, const struct vr_error *err,
		  void *arg)
{
	struct host_port *port = arg;

	port->asking = false;
	if (spare) {
		port->taken = *spare;
		port->has_addresses = true;
		return;
	}
	agent_log(port->complained ? AGENT_DEBUG : AGENT_ERROR,
		  "host port of network %s: %s", port->entry.key, err->text);
	port->complained = true;
}

static int ask_for_addresses(struct host_ports *ports, struct host_port *port,
			     struct vr_error *err)
{
	struct own_wish wish = { .network = port->network };

	if (!port->network->pool.set_count)
		return vr_error_set(
			err, EINVAL,
			"the node can have no address in it: that takes IPAM of type \"vr-agent\"");
	if (own_bound(ports->own, port->network, HOST_PORTS_CONTAINER,
		      HOST_PORTS_INTERFACE, &port->taken)) {
		port->has_addresses = true;
		return 0;
	}
	snprintf(wish.who.container, sizeof(wish.who.container),
		 HOST_PORTS_CONTAINER);
	snprintf(wish.who.interface, sizeof(wish.who.interface),
		 HOST_PORTS_INTERFACE);
	port->asking = true;
	own_allocate(ports->own, &wish, given, port);
	return 0;
}

/* --- which addresses of pods the main table can have */

/* Does the main table lead to it by this address, or to the host itself? */
static bool leads(const struct host_port *port, const struct vr_ip *ip)
{
	unsigned int i;

	for (i = 0; i < port->led.count; i++) {
		if (vr_prefix_contains(&port->led.items[i], ip))
			return true;
	}
	for (i = 0; port->reached && i < port->taken.count; i++) {
		if (vr_ip_equal(&port->taken.ips[i], ip))
			return true;
	}
	return false;
}

/* Another port that leads there, or NULL. */
static const struct host_port *find_leader(const struct host_ports *ports,
					   const struct host_port *port,
					   const struct vr_ip *ip)
{
	struct host_port *other, *next;

	table_for_each(other, next, &ports->table) {
		if (other != port && leads(other, ip))
			return other;
	}
	return NULL;
}

/* The node that has the address itself, or NULL. */
static const char *find_node(const struct host_ports *ports,
			     const struct vr_ip *ip)
{
	struct peer *peer, *next;
	int i;

	table_for_each(peer, next, &ports->peers->table) {
		for (i = 0; i < PEER_FAMILIES; i++) {
			if (vr_ip_equal(&peer->addresses[i], ip))
				return peer->entry.key;
		}
	}
	return NULL;
}

static bool overlaps(const struct vr_network *network,
		     const struct vr_prefix *prefix)
{
	unsigned int i;

	for (i = 0; prefix->ip.family != AF_UNSPEC && i < network->subnet_count;
	     i++) {
		if (vr_prefix_contains(prefix, &network->subnets[i].ip) ||
		    vr_prefix_contains(&network->subnets[i], &prefix->ip))
			return true;
	}
	return false;
}

/* With its addresses the node would not reach pods of the default network. */
static int check_reached(const struct host_ports *ports, struct host_port *port,
			 struct vr_error *err)
{
	const struct vr_network *network = &port->network->definition.network;
	struct peer *peer, *next;
	char text[VR_PREFIX_TEXT];
	int i;

	table_for_each(peer, next, &ports->peers->table) {
		for (i = 0; port->reached && i < PEER_FAMILIES; i++) {
			if (!overlaps(network, &peer->pod_cidrs[i]))
				continue;
			port->reached = false;
			return vr_error_set(
				err, EEXIST,
				"the node does not reach its pods: its addresses overlap podCIDR %s of node %s",
				vr_prefix_format(&peer->pod_cidrs[i], text),
				peer->entry.key);
		}
	}
	return 0;
}

static bool is_free(const struct host_ports *ports,
		    const struct host_port *port,
		    const struct vr_prefix *prefix, struct vr_error *err)
{
	const struct host_port *other = find_leader(ports, port, &prefix->ip);
	const char *node = find_node(ports, &prefix->ip);
	char text[VR_IP_TEXT];

	if (!other && !node)
		return true;
	vr_error_set(err, EEXIST,
		     "the node does not reach pod %s, an address that %s %s has too",
		     vr_ip_format(&prefix->ip, text),
		     other ? "network" : "node",
		     other ? other->entry.key : node);
	return false;
}

/* Return: 0, -ENOMEM, or -EEXIST when some address is another's. */
static int list_led(const struct host_ports *ports,
		    const struct host_port *port, struct prefixes *list,
		    struct vr_error *err)
{
	const struct vr_network *network = &port->network->definition.network;
	struct vr_prefix subnet;
	bool all = true;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && port->forwarding && i < network->subnet_count;
	     i++) {
		subnet = network->subnets[i];
		vr_prefix_mask(&subnet);
		ret = prefixes_add(list, &subnet, err);
	}
	for (i = 0; !ret && port->reached && i < port->pods.count; i++) {
		if (is_free(ports, port, &port->pods.items[i], err))
			ret = prefixes_add(list, &port->pods.items[i], err);
		else
			all = false;
	}
	return ret || all ? ret : -EEXIST;
}

/* --- making, and taking away */

static bool is_used(const struct host_ports *ports, uint32_t number)
{
	struct host_port *port, *next;

	table_for_each(port, next, &ports->table) {
		if (port->number == number)
			return true;
	}
	return false;
}

static int number(const struct host_ports *ports, struct host_port *port,
		  struct vr_error *err)
{
	uint32_t number;

	for (number = 1; number <= HOST_PORT_MOST; number++) {
		if (is_used(ports, number))
			continue;
		host_port_set_number(port, number);
		return 0;
	}
	return vr_error_set(err, ENOSPC, "all %d host ports are taken",
			    HOST_PORT_MOST);
}

static struct host_port_context context_of(struct host_ports *ports)
{
	return (struct host_port_context){
		.own = &ports->namespace,
		.router = ports->router,
	};
}

static int use_network(struct host_ports *ports, struct host_port *port,
		       struct vr_error *err)
{
	struct network *network =
		networks_find(ports->networks, port->entry.key);
	int ret;

	if (port->network)
		return 0;
	ret = network_get(network, err);
	if (!ret)
		port->network = network;
	return ret;
}

static int keep(struct host_ports *ports, struct host_port *port,
		const struct cni_routes *routes, struct vr_error *err)
{
	struct host_port_context context = context_of(ports);
	struct prefixes led = { 0 };
	int conflict, ret;

	ret = use_network(ports, port, err);
	if (!ret && !port->has_addresses)
		ret = ask_for_addresses(ports, port, err);
	if (ret || !port->has_addresses)
		return ret;
	conflict = check_reached(ports, port, err);
	/* Nothing is left that it would be for. */
	if (conflict && !port->snat && !port->forwarding)
		return conflict;
	if (!port->number)
		ret = number(ports, port, err);
	if (!ret && !port->ruled)
		return conflict;
	if (!ret)
		ret = host_port_keep(&context, port, err);
	if (!ret)
		ret = list_led(ports, port, &led, err);
	if (ret == -EEXIST) {
		conflict = ret;
		ret = 0;
	}
	if (!ret)
		ret = host_port_lead(&context, port, routes, &led, err);
	prefixes_free(&led);
	return ret ? ret : conflict;
}

static void complain(struct host_port *port, const struct vr_error *error)
{
	agent_log(port->complained ? AGENT_DEBUG : AGENT_ERROR,
		  "host port of network %s: %s", port->entry.key, error->text);
	port->complained = true;
}

static void keep_or_complain(struct host_ports *ports, struct host_port *port,
			     const struct cni_routes *routes)
{
	struct vr_error error = { 0 };

	if (port->asking)
		return;
	if (keep(ports, port, routes, &error))
		complain(port, &error);
	else if (port->has_addresses)
		port->complained = false;
}

static void forget(struct host_ports *ports, struct host_port *port)
{
	if (port->network)
		network_put(port->network);
	prefixes_free(&port->led);
	prefixes_free(&port->pods);
	table_remove(&ports->table, port);
}

/* Its addresses are freed by whoever asks host_ports_need(). */
static void take_away(struct host_ports *ports, struct host_port *port)
{
	struct host_port_context context = context_of(ports);
	struct vr_error error = { 0 };

	if (port->asking)
		return;
	if (port->number && host_port_remove(&context, port, &error)) {
		complain(port, &error);
		return;
	}
	agent_log(AGENT_INFO, "no host port on network %s any more",
		  port->entry.key);
	forget(ports, port);
}

/* As the kernel has it, when nobody needs it otherwise. */
static void restore(struct host_ports *ports)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct vr_nl *nl = &ports->namespace.nl;
	struct vr_error error = { 0 };
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		ret = host_rule_local_first(nl, families[i], &error);
		if (ret && ret != -EAFNOSUPPORT)
			agent_log(AGENT_WARNING, "%s", error.text);
	}
}

static void keep_all(struct host_ports *ports)
{
	struct cni_routes routes = { 0 };
	struct host_port *port, *next;
	struct vr_error error = { 0 };
	bool any = ports->table.count;

	if (any && podns_routes(&ports->namespace, &routes, &error)) {
		agent_log(AGENT_WARNING, "%s", error.text);
		cni_routes_free(&routes);
		return;
	}
	table_for_each(port, next, &ports->table) {
		if (port->wanted)
			keep_or_complain(ports, port, &routes);
		else
			take_away(ports, port);
	}
	cni_routes_free(&routes);
	if (any && !ports->table.count)
		restore(ports);
}

/* --- the rules */

/* It has its names. */
static bool is_planned(const struct host_port *port)
{
	return port->wanted && port->number;
}

static struct rules_port rules_port(const struct host_port *port)
{
	return (struct rules_port){
		.ifname = port->device,
		.vrf = port->vrf,
		.zone = port->number,
		.mark = HOST_PORT_TABLE + port->number,
		.masquerade = port->snat,
		.services = port->reached,
		.outside = port->snat || port->forwarding,
	};
}

int host_ports_rules(const struct host_ports *ports, struct rules_port **list,
		     unsigned int *count, struct vr_error *err)
{
	struct host_port *port, *next;
	struct rules_port *item;

	table_for_each(port, next, &ports->table) {
		if (!is_planned(port))
			continue;
		item = vr_list_grow(list, count, sizeof(*item));
		if (!item)
			return vr_error_memory(err);
		*item = rules_port(port);
	}
	return 0;
}

bool host_ports_are_ruled(struct host_ports *ports)
{
	struct host_port *port, *next;
	bool any = false;

	table_for_each(port, next, &ports->table) {
		if (!is_planned(port) || port->ruled)
			continue;
		port->ruled = true;
		any = true;
	}
	return any;
}

/* One line for each. */
static char *describe(const struct host_ports *ports)
{
	struct host_port *port, *next;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	table_for_each(port, next, &ports->table) {
		if (is_planned(port))
			fprintf(out, "%u %d %d %d\n", port->number,
				port->reached, port->snat, port->forwarding);
	}
	fclose(out);
	return text;
}

static void tell(struct host_ports *ports)
{
	char *now = describe(ports);

	if (!now || (ports->told && !strcmp(ports->told, now))) {
		free(now);
		return;
	}
	free(ports->told);
	ports->told = now;
	ports->changed(ports->arg);
}

/* --- all of it */

void host_ports_check(struct host_ports *ports)
{
	struct vr_error error = { 0 };

	/* What is not known yet is not gone. */
	if (!own_is_known(ports->own) || !networks_are_known(ports->networks))
		return;
	if (!ports->known && adopt_all(ports, &error)) {
		agent_log(AGENT_WARNING, "%s", error.text);
		return;
	}
	ports->known = true;
	mark_all(ports);
	keep_all(ports);
	tell(ports);
}

bool host_ports_are_ready(const struct host_ports *ports,
			  const struct network *network, bool first)
{
	const struct host_port *port =
		table_find(&ports->table, network->entry.key);

	if (!first && !has_switch(network, "snat") &&
	    !has_switch(network, "forwarding"))
		return true;
	/* What went wrong is not waited for. */
	return port &&
	       ((is_planned(port) && port->ifindex) || port->complained);
}

bool host_ports_need(const struct host_ports *ports, const char *network)
{
	return !ports->known || table_find(&ports->table, network);
}

int host_ports_start(struct host_ports *ports, struct vr_error *err)
{
	ports->namespace = (struct podns)PODNS_INIT;
	return podns_open_own(&ports->namespace, err);
}

/* What is in the kernel stays: pods go on without us. */
void host_ports_stop(struct host_ports *ports)
{
	struct host_port *port, *next;

	table_for_each(port, next, &ports->table)
		forget(ports, port);
	table_free(&ports->table);
	free(ports->told);
	podns_close(&ports->namespace);
}
