// SPDX-License-Identifier: Apache-2.0
/*
 * Sets and chains of the table "inet vr".  Entry point: rules_text().
 */
#include <linux/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "rules.h"

static void add_node(FILE *out, const struct vr_ip *ip, bool *any)
{
	char text[VR_IP_TEXT];

	fprintf(out, "%s%s", *any ? ", " : "\t\telements = { ",
		vr_ip_format(ip, text));
	*any = true;
}

/* Its socket hears tunnels at each of its addresses. */
static void add_nodes(FILE *out, const struct peers *peers, const char *name,
		      const char *type, int family)
{
	const struct vr_ip *own;
	struct peer *peer, *next;
	bool any = false;

	fprintf(out, "\tset %s {\n\t\ttype %s\n", name, type);
	table_for_each(peer, next, &peers->table) {
		own = &peer->addresses[family == AF_INET6];
		if (peer->vtep.family == family)
			add_node(out, &peer->vtep, &any);
		if (own->family == family && !vr_ip_equal(own, &peer->vtep))
			add_node(out, own, &any);
	}
	fprintf(out, "%s\t}\n", any ? " }\n" : "");
}

/* Two names in quotes, and what is around them. */
#define NAMES_BYTES (2 * IFNAMSIZ + 16)

/* A hook sees the one or the other. */
static const char *names_of(const struct rules_port *port,
			    char names[NAMES_BYTES])
{
	if (port->vrf)
		snprintf(names, NAMES_BYTES, "\"%s\", \"%s\"", port->ifname,
			 port->vrf);
	else
		snprintf(names, NAMES_BYTES, "\"%s\"", port->ifname);
	return names;
}

static void add_ports(FILE *out, const struct rules *rules)
{
	char names[NAMES_BYTES];
	const char *before = "";
	unsigned int i;

	fputs("\tset host-ports {\n\t\ttype ifname\n\t\telements = { ", out);
	for (i = 0; i < rules->port_count; i++) {
		fprintf(out, "%s%s", before, names_of(&rules->ports[i], names));
		before = ", ";
	}
	fputs(" }\n\t}\n", out);
}

/* A pod that could would speak as a node, on any network. */
static void add_guard(FILE *out, const struct rules *rules, const char *hook,
		      const char *priority)
{
	fprintf(out,
		"\tchain %s {\n"
		"\t\ttype filter hook %s priority %s\n"
		"\t\tiifname @host-ports udp dport %u ip daddr @nodes4 counter drop\n"
		"\t\tiifname @host-ports udp dport %u ip6 daddr @nodes6 counter drop\n"
		"\t}\n",
		hook, hook, priority, rules->vxlan_port, rules->vxlan_port);
}

/*
 * Two networks may have the same addresses: connections that their pods begin are
 * told apart by zones.  Only in that direction, so that answers, to an address of
 * the node's, are found without one.
 */
static void add_zones(FILE *out, const struct rules *rules, const char *hook,
		      const char *direction)
{
	const struct rules_port *port;
	char names[NAMES_BYTES];
	unsigned int i;

	fprintf(out,
		"\tchain zones-%s {\n"
		"\t\ttype filter hook %s priority raw\n",
		hook, hook);
	for (i = 0; i < rules->port_count; i++) {
		port = &rules->ports[i];
		if (port->zone)
			fprintf(out, "\t\t%s { %s } ct original zone set %u\n",
				direction, names_of(port, names), port->zone);
	}
	fputs("\t}\n", out);
}

/* And they find back by a mark, for which there is a routing table. */
static void add_answers(FILE *out, const struct rules *rules)
{
	const struct rules_port *port;
	char names[NAMES_BYTES];
	unsigned int i;

	fputs("\tchain answers {\n"
	      "\t\ttype filter hook prerouting priority mangle\n",
	      out);
	for (i = 0; i < rules->port_count; i++) {
		port = &rules->ports[i];
		if (port->zone)
			fprintf(out,
				"\t\tiifname != { %s } ct direction reply ct original zone %u meta mark set 0x%x\n",
				names_of(port, names), port->zone, port->mark);
	}
	fputs("\t}\n", out);
}

/* What is for no other network, or is a service's. */
static void add_allowed(FILE *out, const struct rules_port *port)
{
	char names[NAMES_BYTES];

	names_of(port, names);
	fprintf(out, "\t\tiifname { %s } oifname { %s } accept\n", names,
		names);
	if (port->services)
		fprintf(out, "\t\tiifname { %s } ct status dnat accept\n",
			names);
	if (!port->outside)
		fprintf(out, "\t\tiifname { %s } counter drop\n", names);
}

static void add_between(FILE *out, const struct rules *rules)
{
	unsigned int i;

	fputs("\tchain between {\n"
	      "\t\ttype filter hook forward priority filter\n"
	      "\t\tct state established,related accept\n",
	      out);
	for (i = 0; i < rules->port_count; i++)
		add_allowed(out, &rules->ports[i]);
	fputs("\t\tiifname @host-ports oifname @host-ports counter drop\n"
	      "\t}\n",
	      out);
}

/* ICMP and ICMPv6 by number: an image need not have /etc/protocols for their names. */
static void add_input(FILE *out, const struct rules *rules)
{
	char names[NAMES_BYTES];
	unsigned int i;

	fputs("\tchain pings {\n"
	      "\t\tct state established,related accept\n"
	      "\t\tmeta l4proto { 1, 58 } accept\n"
	      "\t\tcounter drop\n"
	      "\t}\n"
	      "\tchain node {\n"
	      "\t\ttype filter hook input priority filter\n",
	      out);
	for (i = 0; i < rules->port_count; i++) {
		if (!rules->ports[i].services)
			fprintf(out, "\t\tiifname { %s } jump pings\n",
				names_of(&rules->ports[i], names));
	}
	fputs("\t}\n", out);
}

/* What a service's answer would not find the way back from by itself. */
static void add_source(FILE *out, const struct rules_port *port)
{
	char names[NAMES_BYTES];

	names_of(port, names);
	if (port->zone && port->services)
		fprintf(out, "\t\tiifname { %s } ct status dnat masquerade\n",
			names);
	else
		fprintf(out,
			"\t\tiifname { %s } oifname { %s } ct status dnat masquerade\n",
			names, names);
	/* The host's own, with an address that pods of other nodes answer past it. */
	if (port->services)
		fprintf(out,
			"\t\toifname { %s } fib saddr type local ct status dnat masquerade\n",
			names);
	if (port->masquerade)
		fprintf(out,
			"\t\tiifname { %s } oifname != { %s, \"lo\" } masquerade\n",
			names, names);
}

/*
 * Of another plugin's pods no device is known, but what a node forwards is never
 * its own; what they send to it directly the uplink refuses by its source.
 */
static void add_guard_alone(FILE *out, const struct rules *rules)
{
	fprintf(out,
		"\tchain forward {\n"
		"\t\ttype filter hook forward priority filter\n"
		"\t\tudp dport %u ip daddr @nodes4 counter drop\n"
		"\t\tudp dport %u ip6 daddr @nodes6 counter drop\n"
		"\t}\n",
		rules->vxlan_port, rules->vxlan_port);
}

static void add_chains(FILE *out, const struct rules *rules)
{
	unsigned int i;

	add_ports(out, rules);
	add_guard(out, rules, "prerouting", "raw");
	/* Behind the translation of services, which may lead to a node as well. */
	add_guard(out, rules, "forward", "filter");
	add_guard(out, rules, "input", "filter");
	add_zones(out, rules, "prerouting", "iifname");
	add_zones(out, rules, "output", "oifname");
	add_answers(out, rules);
	add_between(out, rules);
	add_input(out, rules);
	fputs("\tchain postrouting {\n"
	      "\t\ttype nat hook postrouting priority srcnat\n",
	      out);
	for (i = 0; i < rules->port_count; i++)
		add_source(out, &rules->ports[i]);
	fputs("\t}\n", out);
}

static void write_rules(FILE *out, const struct rules *rules)
{
	fputs("table inet " RULES_TABLE " {\n}\n"
	      "delete table inet " RULES_TABLE "\n"
	      "table inet " RULES_TABLE " {\n",
	      out);
	add_nodes(out, rules->peers, "nodes4", "ipv4_addr", AF_INET);
	add_nodes(out, rules->peers, "nodes6", "ipv6_addr", AF_INET6);
	if (rules->port_count)
		add_chains(out, rules);
	else
		add_guard_alone(out, rules);
	fputs("}\n", out);
}

char *rules_text(const struct rules *rules)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	write_rules(out, rules);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
