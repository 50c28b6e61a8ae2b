// SPDX-License-Identifier: Apache-2.0
/*
 * Policies of others that drop.  Entry point: look().
 *
 * One program runs at a time: for each chain that drops a listing, and then an
 * addition for each rule that it lacks.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <linux/if.h>
#include <linux/netfilter.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "event.h"
#include "firewall.h"
#include "iptables.h"
#include "log.h"
#include "nft_chain.h"
#include "rp_filter.h"
#include "rules.h"

#define LOOK_MILLISECONDS 30000

/* An API server keeps Events for an hour, as a rule. */
#define TELL_MILLISECONDS 600000

/* Others may hold the lock of iptables for as long as they like. */
#define PROGRAM_SECONDS 20
#define LOCK_SECONDS "10"

#define STEPS (FIREWALL_PROGRAMS * IPTABLES_CHAINS)

/**
 * struct program - a program for a table "filter"
 * @family: of that table in nf_tables; 0 for the older kind
 * @tables: says which tables of the older kind there are
 */
struct program {
	const char *paths[3];
	uint8_t family;
	const char *tables;
};

static const struct program programs[FIREWALL_PROGRAMS] = {
	{ .paths = { "/usr/sbin/iptables-nft", "/sbin/iptables-nft" },
	  .family = NFPROTO_IPV4 },
	{ .paths = { "/usr/sbin/ip6tables-nft", "/sbin/ip6tables-nft" },
	  .family = NFPROTO_IPV6 },
	{ .paths = { "/usr/sbin/iptables-legacy", "/sbin/iptables-legacy" },
	  .tables = "/proc/self/net/ip_tables_names" },
	{ .paths = { "/usr/sbin/ip6tables-legacy", "/sbin/ip6tables-legacy" },
	  .tables = "/proc/self/net/ip6_tables_names" },
};

/* --- what is wrong, a line each */

static void add_problem(struct firewall *firewall, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void add_problem(struct firewall *firewall, const char *fmt, ...)
{
	char *old = firewall->problems, *line = NULL;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&line, fmt, args);
	va_end(args);
	if (len < 0)
		return;
	if (asprintf(&firewall->problems, "%s%s\n", old ? old : "", line) < 0)
		firewall->problems = old;
	else
		free(old);
	free(line);
}

static void posted(const struct api_answer *answer, void *arg)
{
	(void)arg;
	if (answer->error.errnum && answer->error.errnum != EEXIST)
		agent_log(AGENT_WARNING, "event: %s", answer->error.text);
}

static void post(const struct firewall *firewall, const char *message)
{
	const struct event event = {
		.api_version = "v1",
		.kind = "Node",
		.namespace = "",
		.name = firewall->node,
		.uid = firewall->node,
		.component = "vr-agent",
		.reason = "FirewallInTheWay",
		.message = message,
	};
	cleanup_json cJSON *body = event_to_json(&event);
	cleanup_free char *path = event_path(&event);
	struct api_request request = {
		.method = "POST",
		.path = path,
		.body = body,
		.done = posted,
	};

	if (path && body)
		api_send(firewall->api, &request, NULL);
}

/* News at once, in the log as well; what stays so every now and then. */
static void tell(struct firewall *firewall)
{
	char *problems = firewall->problems, *line, *rest;
	bool is_new = problems && (!firewall->told ||
				   strcmp(problems, firewall->told) != 0);
	cleanup_free char *copy = problems ? strdup(problems) : NULL;

	if (!problems && firewall->told)
		agent_log(AGENT_INFO, "no firewall is in the way any more");
	if (is_new || loop_now() >= firewall->tell_again) {
		firewall->tell_again = loop_now() + TELL_MILLISECONDS;
		rest = copy;
		while (rest && (line = strsep(&rest, "\n")) && line[0]) {
			if (is_new)
				agent_log(AGENT_WARNING, "firewall: %s", line);
			post(firewall, line);
		}
	}
	free(firewall->told);
	firewall->told = problems;
	firewall->problems = NULL;
}

/* --- chains of nf_tables */

static const char *family_name(uint8_t family)
{
	switch (family) {
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_IPV6:
		return "ip6";
	default:
		return "inet";
	}
}

/* One of iptables: its program may mend it. */
static bool take_iptables(struct firewall *firewall,
			  const struct nft_chain *chain)
{
	enum iptables_chain which = chain->hook == NF_INET_FORWARD
					    ? IPTABLES_FORWARD
					    : IPTABLES_INPUT;
	unsigned int i;

	if (strcmp(chain->table, "filter") != 0 ||
	    strcmp(chain->name, iptables_chain_name(which)) != 0)
		return false;
	for (i = 0; i < FIREWALL_PROGRAMS; i++) {
		if (programs[i].family != chain->family)
			continue;
		firewall->drops[i][which] = true;
		return true;
	}
	return false;
}

/**
 * struct foreign - a chain of others that drops
 * @is_firewalld: by a rule at its end
 */
struct foreign {
	uint8_t family;
	char table[64];
	char name[64];
	bool forwards;
	bool is_firewalld;
};

struct foreigns {
	struct firewall *firewall;
	struct foreign items[16];
	unsigned int count;
};

static void take_chain(const struct nft_chain *chain, void *arg)
{
	bool is_firewalld = !strcmp(chain->table, "firewalld");
	struct foreigns *foreigns = arg;
	struct foreign *item;

	if (!chain->is_base ||
	    (chain->family != NFPROTO_IPV4 && chain->family != NFPROTO_IPV6 &&
	     chain->family != NFPROTO_INET) ||
	    (chain->hook != NF_INET_FORWARD &&
	     chain->hook != NF_INET_LOCAL_IN) ||
	    !strcmp(chain->table, RULES_TABLE))
		return;
	if (is_firewalld ? strncmp(chain->name, "filter_", 7) != 0
			 : !chain->drops)
		return;
	if (take_iptables(foreigns->firewall, chain) ||
	    foreigns->count == sizeof(foreigns->items) / sizeof(*item))
		return;
	item = &foreigns->items[foreigns->count++];
	item->family = chain->family;
	snprintf(item->table, sizeof(item->table), "%s", chain->table);
	snprintf(item->name, sizeof(item->name), "%s", chain->name);
	item->forwards = chain->hook == NF_INET_FORWARD;
	item->is_firewalld = is_firewalld;
}

/* Whoever made a rule for our device knows what it does. */
static void name_foreign(struct firewall *firewall, const struct foreign *item)
{
	const char *device = firewall->host_interface;
	const char *family = family_name(item->family);

	if (!device ||
	    nft_table_names(&firewall->nl, item->family, item->table, device))
		return;
	if (item->is_firewalld)
		add_problem(firewall,
			    "chain %s of table %s %s (firewalld) rejects packets of pods: firewall-cmd --permanent --zone=trusted --add-interface=%s; firewall-cmd --permanent --add-port=%u/udp; firewall-cmd --reload",
			    item->name, family, item->table, device,
			    firewall->vxlan_port);
	else if (item->forwards)
		add_problem(firewall,
			    "chain %s of table %s %s drops packets of pods by its policy: it has to accept iifname %s and oifname %s",
			    item->name, family, item->table, device, device);
	else
		add_problem(firewall,
			    "chain %s of table %s %s drops packets to this node by its policy: it has to accept iifname %s, and udp dport %u from other nodes",
			    item->name, family, item->table, device,
			    firewall->vxlan_port);
}

static void look_at_chains(struct firewall *firewall)
{
	struct foreigns foreigns = { .firewall = firewall };
	struct vr_error error = { 0 };
	unsigned int i;

	memset(firewall->drops, 0, sizeof(firewall->drops));
	if (nft_chain_each(&firewall->nl, NFPROTO_UNSPEC, take_chain, &foreigns,
			   &error))
		agent_log(AGENT_DEBUG, "nf_tables: %s", error.text);
	for (i = 0; i < foreigns.count; i++)
		name_foreign(firewall, &foreigns.items[i]);
}

/* --- what is no firewall, but drops like one */

/* Pods of others come in by the underlay then, but are led to by the router. */
static void look_at_rp_filter(struct firewall *firewall)
{
	char device[IFNAMSIZ];

	if (!firewall->masquerade && firewall->host_interface &&
	    rp_filter_is_strict(firewall->local, device))
		add_problem(firewall,
			    "rp_filter of %s is strict: without masquerading it drops what pods of other nodes send to this node; sysctl -w net.ipv4.conf.%s.rp_filter=2",
			    device, device);
}

/* --- tables of iptables */

/* Is the table "filter" of the older kind there?  To ask would make it. */
static bool has_older_table(const struct program *program)
{
	FILE *file = program->tables ? fopen(program->tables, "re") : NULL;
	char line[64];
	bool found = false;

	while (file && fgets(line, sizeof(line), file))
		found |= !strcmp(line, "filter\n");
	if (file)
		fclose(file);
	return found;
}

static const char *find_path(const struct program *program)
{
	unsigned int i;

	for (i = 0; program->paths[i]; i++) {
		if (!access(program->paths[i], X_OK))
			return program->paths[i];
	}
	return NULL;
}

static void find_filter(const struct nft_chain *chain, void *arg)
{
	if (!strcmp(chain->table, "filter"))
		*(bool *)arg = true;
}

const char *firewall_program(unsigned int index)
{
	const struct program *program = &programs[index];
	struct vr_nl nl = VR_NL_INIT;
	bool found = false;

	if (program->tables)
		found = has_older_table(program);
	else if (nft_chain_each(&nl, program->family, find_filter, &found,
				NULL))
		found = false;
	vr_nl_close(&nl);
	return found ? find_path(program) : NULL;
}

static const struct program *program_of(const struct firewall *firewall)
{
	return &programs[firewall->step / IPTABLES_CHAINS];
}

static enum iptables_chain chain_of(const struct firewall *firewall)
{
	return firewall->step % IPTABLES_CHAINS;
}

static bool has_to_be_looked_at(const struct firewall *firewall)
{
	const struct program *program = program_of(firewall);

	if (program->family)
		return firewall->drops[program - programs][chain_of(firewall)];
	return has_older_table(program);
}

static bool run(struct firewall *firewall, const char *const *words,
		child_done done)
{
	const char *chain = iptables_chain_name(chain_of(firewall));
	const char *path = find_path(program_of(firewall));
	const char *arguments[IPTABLES_WORDS + 6] = { path, "-w",
						      LOCK_SECONDS };
	const struct child_program program = {
		.arguments = arguments,
		.seconds = PROGRAM_SECONDS,
		.all_output = true,
	};
	struct vr_error error = { 0 };
	unsigned int count = 3;

	if (!path) {
		add_problem(firewall,
			    "chain %s of iptables drops packets of pods, and there is no %s to mend it",
			    chain, program_of(firewall)->paths[0]);
		return false;
	}
	arguments[count++] = words[0] ? "-A" : "-S";
	arguments[count++] = chain;
	for (; *words; words++)
		arguments[count++] = *words;
	firewall->child =
		child_run(firewall->loop, &program, done, firewall, &error);
	if (!firewall->child)
		add_problem(firewall, "%s", error.text);
	return firewall->child;
}

static void failed(struct firewall *firewall, const char *output)
{
	/* By its first path: on none may it be any more. */
	add_problem(firewall, "%s, chain %s: %.*s",
		    strrchr(program_of(firewall)->paths[0], '/') + 1,
		    iptables_chain_name(chain_of(firewall)),
		    (int)strcspn(output, "\n"), output);
}

static void next_chain(struct firewall *firewall);
static void next_rule(struct firewall *firewall);

static void rule_is_added(int status, const char *output, void *arg)
{
	struct firewall *firewall = arg;

	firewall->child = NULL;
	if (status)
		failed(firewall, output);
	else
		agent_log(AGENT_INFO,
			  "firewall: chain %s of %s dropped by policy, it accepts what is of pods now",
			  iptables_chain_name(chain_of(firewall)),
			  strrchr(program_of(firewall)->paths[0], '/') + 1);
	next_rule(firewall);
}

/* Behind those of others, and before the policy. */
static void next_rule(struct firewall *firewall)
{
	struct iptables_rule rule;

	while (firewall->rule < IPTABLES_RULES) {
		if (iptables_rule_make(chain_of(firewall), firewall->rule++,
				       firewall->host_interface,
				       firewall->vxlan_port, &rule) &&
		    !iptables_has(firewall->listing, &rule) &&
		    run(firewall, rule.words, rule_is_added))
			return;
	}
	firewall->step++;
	next_chain(firewall);
}

static void chain_is_listed(int status, const char *output, void *arg)
{
	struct firewall *firewall = arg;

	firewall->child = NULL;
	free(firewall->listing);
	firewall->listing = strdup(output);
	firewall->rule = 0;
	if (status)
		failed(firewall, output);
	if (status || !firewall->listing || !iptables_drops(output))
		firewall->rule = IPTABLES_RULES;
	next_rule(firewall);
}

static void next_chain(struct firewall *firewall)
{
	static const char *const no_words[] = { NULL };

	for (; firewall->step < STEPS; firewall->step++) {
		if (has_to_be_looked_at(firewall) &&
		    run(firewall, no_words, chain_is_listed))
			return;
	}
	tell(firewall);
	loop_timer_set(firewall->timer, LOOK_MILLISECONDS);
}

static void look(void *arg)
{
	struct firewall *firewall = arg;

	look_at_chains(firewall);
	look_at_rp_filter(firewall);
	firewall->step = 0;
	next_chain(firewall);
}

int firewall_start(struct firewall *firewall, struct vr_error *err)
{
	firewall->timer =
		loop_timer_create(firewall->loop, look, firewall, err);
	if (!firewall->timer)
		return -ENOMEM;
	loop_timer_set(firewall->timer, 0);
	return 0;
}

void firewall_stop(struct firewall *firewall)
{
	child_cancel(firewall->child);
	loop_timer_destroy(firewall->timer);
	vr_nl_close(&firewall->nl);
	free(firewall->listing);
	free(firewall->problems);
	free(firewall->told);
}
