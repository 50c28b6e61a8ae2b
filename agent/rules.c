// SPDX-License-Identifier: Apache-2.0
/*
 * Sets and chains of the table "inet vr".  Entry point: rules_text().
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "rules.h"

static void add_nodes(FILE *out, const struct peers *peers, const char *name,
		      const char *type, int family)
{
	const char *before = "\t\telements = { ", *end = "";
	struct peer *peer, *next;
	char text[VR_IP_TEXT];

	fprintf(out, "\tset %s {\n\t\ttype %s\n", name, type);
	table_for_each(peer, next, &peers->table) {
		if (peer->vtep.family != family)
			continue;
		fprintf(out, "%s%s", before, vr_ip_format(&peer->vtep, text));
		before = ", ";
		end = " }\n";
	}
	fprintf(out, "%s\t}\n", end);
}

static void add_ports(FILE *out, const struct rules *rules)
{
	const char *before = "";
	unsigned int i;

	fputs("\tset host-ports {\n\t\ttype ifname\n\t\telements = { ", out);
	for (i = 0; i < rules->port_count; i++) {
		fprintf(out, "%s\"%s\"", before, rules->ports[i].ifname);
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

static void add_source(FILE *out, const struct rules_port *port)
{
	const char *name = port->ifname;

	fprintf(out,
		"\t\tiifname \"%s\" oifname \"%s\" ct status dnat masquerade\n",
		name, name);
	if (port->masquerade)
		fprintf(out,
			"\t\tiifname \"%s\" oifname != { \"%s\", \"lo\" } masquerade\n",
			name, name);
}

static void write_rules(FILE *out, const struct rules *rules)
{
	unsigned int i;

	fputs("table inet " RULES_TABLE " {\n}\n"
	      "delete table inet " RULES_TABLE "\n"
	      "table inet " RULES_TABLE " {\n",
	      out);
	add_nodes(out, rules->peers, "nodes4", "ipv4_addr", AF_INET);
	add_nodes(out, rules->peers, "nodes6", "ipv6_addr", AF_INET6);
	add_ports(out, rules);
	add_guard(out, rules, "prerouting", "raw");
	/* Behind the translation of services, which may lead to a node as well. */
	add_guard(out, rules, "forward", "filter");
	add_guard(out, rules, "input", "filter");
	fputs("\tchain postrouting {\n"
	      "\t\ttype nat hook postrouting priority srcnat\n",
	      out);
	for (i = 0; i < rules->port_count; i++)
		add_source(out, &rules->ports[i]);
	fputs("\t}\n}\n", out);
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
