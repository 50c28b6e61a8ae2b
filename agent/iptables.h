/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the filter table of iptables has to accept, for packets of pods and of
 * tunnels to come through.
 */
#ifndef VR_AGENT_IPTABLES_H
#define VR_AGENT_IPTABLES_H

#include <stdbool.h>
#include <stdint.h>

enum iptables_chain {
	IPTABLES_FORWARD,
	IPTABLES_INPUT,
	IPTABLES_CHAINS,
};

#define IPTABLES_RULES 2

/* How the comments of ours begin. */
#define IPTABLES_COMMENT "vr-agent:"

/* Words of a rule; longer ones there are not. */
#define IPTABLES_WORDS 12

/**
 * struct iptables_rule - a rule that accepts
 * @words: what stands behind "-A CHAIN", NULL-terminated
 * @port: room for a word
 * @found_by: two texts that its line of "-S CHAIN" has
 */
struct iptables_rule {
	const char *words[IPTABLES_WORDS];
	char port[8];
	const char *found_by[2];
};

const char *iptables_chain_name(enum iptables_chain chain);

/**
 * iptables_rule_make() - One of the rules of a chain
 * @index: below IPTABLES_RULES
 * @ifname: the host's device on the default network, NULL for none; stays the
 *	caller's
 *
 * Return: false when there is none for want of a device.
 */
bool iptables_rule_make(enum iptables_chain chain, unsigned int index,
			const char *ifname, uint16_t vxlan_port,
			struct iptables_rule *rule);

/* Is the policy of the chain to drop?  @listing is what "-S CHAIN" printed. */
bool iptables_drops(const char *listing);

/* Does it have the rule? */
bool iptables_has(const char *listing, const struct iptables_rule *rule);

#endif /* VR_AGENT_IPTABLES_H */
