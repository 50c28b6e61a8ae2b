// SPDX-License-Identifier: Apache-2.0
/*
 * Rules of iptables and their listing.  Entry point: iptables_rule_make().
 */
#define _GNU_SOURCE

#include <stdio.h>
#include <string.h>

#include "iptables.h"

/* What tells a rule of ours from those of others. */
static const char *const comments[IPTABLES_CHAINS][IPTABLES_RULES] = {
	[IPTABLES_FORWARD] = { IPTABLES_COMMENT "from-pods",
			       IPTABLES_COMMENT "to-pods" },
	[IPTABLES_INPUT] = { IPTABLES_COMMENT "pods-to-node",
			     IPTABLES_COMMENT "vxlan" },
};

const char *iptables_chain_name(enum iptables_chain chain)
{
	return chain == IPTABLES_FORWARD ? "FORWARD" : "INPUT";
}

static bool is_vxlan(enum iptables_chain chain, unsigned int index)
{
	return chain == IPTABLES_INPUT && index == 1;
}

static void match(struct iptables_rule *rule, unsigned int *count,
		  const char *option, const char *value)
{
	rule->words[(*count)++] = option;
	rule->words[(*count)++] = value;
}

bool iptables_rule_make(enum iptables_chain chain, unsigned int index,
			const char *ifname, uint16_t vxlan_port,
			struct iptables_rule *rule)
{
	const char *comment = comments[chain][index];
	bool goes_out = chain == IPTABLES_FORWARD && index == 1;
	unsigned int count = 0;

	if (!ifname && !is_vxlan(chain, index))
		return false;
	memset(rule, 0, sizeof(*rule));
	snprintf(rule->port, sizeof(rule->port), "%u", vxlan_port);
	if (is_vxlan(chain, index)) {
		match(rule, &count, "-p", "udp");
		match(rule, &count, "--dport", rule->port);
	} else {
		match(rule, &count, goes_out ? "-o" : "-i", ifname);
	}
	match(rule, &count, "-m", "comment");
	match(rule, &count, "--comment", comment);
	match(rule, &count, "-j", "ACCEPT");
	rule->found_by[0] = comment;
	rule->found_by[1] = is_vxlan(chain, index) ? rule->port : ifname;
	return true;
}

bool iptables_drops(const char *listing)
{
	const char *policy = strstr(listing, "-P ");
	size_t len = policy ? strcspn(policy, "\n") : 0;

	return len && memmem(policy, len, " DROP", 5);
}

/* A word of a line, and not a part of one. */
static bool has_word(const char *line, size_t len, const char *word)
{
	const char *end = line + len, *at = line;
	size_t word_len = strlen(word);

	while ((at = memmem(at, (size_t)(end - at), word, word_len))) {
		if (at > line && strchr(" \"", at[-1]) &&
		    (at + word_len == end || strchr(" \"", at[word_len])))
			return true;
		at += word_len;
	}
	return false;
}

bool iptables_has(const char *listing, const struct iptables_rule *rule)
{
	const char *line;
	size_t len;

	for (line = listing; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		if (has_word(line, len, rule->found_by[0]) &&
		    has_word(line, len, rule->found_by[1]))
			return true;
	}
	return false;
}
