/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's other firewalls.  What one of them drops no accept of our own table
 * brings back, so ours stand in the chains of iptables that drop by policy; what
 * cannot be mended that way is told, in the log and as Events of the Node.
 */
#ifndef VR_AGENT_FIREWALL_H
#define VR_AGENT_FIREWALL_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/address.h"
#include "../lib/error.h"
#include "../lib/netlink.h"
#include "api.h"
#include "child.h"
#include "loop.h"

/* iptables and ip6tables, of nf_tables and of the older kind. */
#define FIREWALL_PROGRAMS 4

/**
 * struct firewall - what is looked at every half a minute
 * @node: name of the Node object
 * @host_interface: the host's device on the default network; NULL for none,
 *	then it is of tunnels alone
 * @vxlan_port: of the tunnels
 * @local: our tunnel address, AF_UNSPEC as long as it is not known
 * @masquerade: what leaves a node has the node's address
 *
 * The rest is private: at which chain of which program it is, its listing, which
 * of them drop by policy, and what is wrong, as it was found this time and the
 * last.
 */
struct firewall {
	struct loop *loop;
	struct api *api;
	const char *node;
	const char *host_interface;
	uint16_t vxlan_port;
	const struct vr_ip *local;
	bool masquerade;

	struct loop_timer *timer;
	struct vr_nl nl;
	struct child *child;
	unsigned int step;
	unsigned int rule;
	char *listing;
	bool drops[FIREWALL_PROGRAMS][2];
	char *problems;
	char *told;
	uint64_t tell_again;
};

/* Begins with a look. */
int firewall_start(struct firewall *firewall, struct vr_error *err);
void firewall_stop(struct firewall *firewall);

/*
 * Return: the path of a program, by its number, for a table "filter" that is there;
 * NULL without either.  To ask the program would make the table.
 */
const char *firewall_program(unsigned int index);

/* Delete all rules of ours from tables of iptables, and wait for it. */
int firewall_clear(struct vr_error *err);

#endif /* VR_AGENT_FIREWALL_H */
