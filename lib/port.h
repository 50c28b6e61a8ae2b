/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports: struct to request, answer to struct.
 */
#ifndef VR_LIB_PORT_H
#define VR_LIB_PORT_H

#include <linux/if.h>
#include <linux/vr.h>
#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "drop.h"
#include "error.h"
#include "message.h"
#include "netlink.h"

struct nlattr;

/**
 * struct vr_port_stats - counters of a port since it was attached
 * @set: see field.h, bits are VR_A_PORT_STATS_*
 * @drops: by reason, only what is not 0
 */
struct vr_port_stats {
	uint64_t set;
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t tx_packets;
	uint64_t tx_bytes;
	unsigned int drop_count;
	struct vr_drop *drops;
};

/**
 * struct vr_allowed - a prefix a port may send from
 * @set: see field.h, bits are VR_A_ALLOWED_*
 * @prefix, @prefix_length: give both
 * @mode: VR_ALLOWED_MODE_*
 */
struct vr_allowed {
	uint64_t set;
	struct vr_ip prefix;
	uint8_t prefix_length;
	unsigned int mode;
};

/**
 * struct vr_port - a port
 * @set: which members are given, see field.h; bits are VR_A_PORT_*
 * @ifname, @ifindex: the device, give one of the two
 * @netns_fd: namespace the device is in (requests); the caller keeps it open
 *	until the request was answered, and closes it
 * @netns: what the user calls that namespace, for errors; borrowed, or NULL
 * @netns_id: the same in answers, as "ip netns list-id" counts
 * @kind: VR_PORT_KIND_*
 * @addresses: given when there is one, the bit VR_A_PORT_ADDRESS does not
 *	count
 * @allowed: the same, with VR_A_PORT_ALLOWED
 * @state: VR_ENDPOINT_STATE_*
 * @origin: VR_ORIGIN_*
 * @up, @mtu, @stats: of the device (answers)
 *
 * The other members are what vr.yaml says.  All zero is an empty port.
 * VR_A_PORT_NO_ADDRESSES and VR_A_PORT_NO_ALLOWED are bits without a member.
 */
struct vr_port {
	uint64_t set;

	uint32_t id;
	char network[VR_MAX_NETWORK_NAME + 1];
	uint32_t network_id;
	char ifname[IFNAMSIZ];
	uint32_t ifindex;
	int netns_fd;
	const char *netns;
	int32_t netns_id;
	unsigned int kind;
	uint8_t mac[VR_MAC_LEN];
	bool gateway;
	bool antispoof;
	bool vlan;
	bool dhcp_server;
	bool router_advertisement;
	uint32_t sequence;
	unsigned int state;
	unsigned int origin;
	char description[VR_MAX_DESCRIPTION + 1];
	uint64_t rate_in;
	uint32_t burst_in;
	uint64_t rate_out;
	uint32_t burst_out;
	uint32_t storm_rate;
	uint32_t storm_burst;
	bool learn;
	uint32_t learn_limit;
	uint32_t learn_ageing;

	unsigned int address_count;
	struct vr_ip *addresses;
	unsigned int allowed_count;
	struct vr_allowed *allowed;

	bool up;
	uint32_t mtu;
	struct vr_port_stats stats;
};

/* Append an address to the list. Return: 0 or -ENOMEM. */
int vr_port_add_address(struct vr_port *port, const struct vr_ip *address,
			struct vr_error *err);

/* Append an allowed prefix, the same. */
int vr_port_add_allowed(struct vr_port *port, const struct vr_allowed *allowed,
			struct vr_error *err);

/* Free the lists (not the struct), and make the port empty. */
void vr_port_free(struct vr_port *port);

/* Append what is set, at the top of a message or in a nest of APPLY. */
void vr_port_put(struct vr_msg *msg, const struct vr_port *port);

/**
 * vr_port_parse - take the attributes of an answer, event or nest
 * @port: overwritten; free it with vr_port_free(), on errors too
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int vr_port_parse(const struct nlattr *attrs, int len, struct vr_port *port,
		  struct vr_error *err);

/**
 * vr_port_call - one request about one port
 * @cmd: VR_CMD_PORT_NEW, _SET, _DEL or _GET
 * @flags: NLM_F_CREATE for NEW, with NLM_F_EXCL to refuse what exists, even
 *	when it is equal; else 0
 * @port: what is set goes into the request
 * @reply: NULL, or gets the port as it is now; free it afterwards
 *
 * Return: 0 or a negative errno.
 */
int vr_port_call(struct vr_nl *nl, uint8_t cmd, uint16_t flags,
		 const struct vr_port *port, struct vr_port *reply,
		 struct vr_error *err);

/* Gets each port of a dump. It is gone when the callback returns. */
typedef int (*vr_port_cb)(const struct vr_port *port, void *arg,
			  struct vr_error *err);

/**
 * vr_port_dump - go over the ports
 * @filter: NULL for all, or one with network (or its id) or origin set
 *
 * Return: 0, a negative errno, or what the callback returned.
 */
int vr_port_dump(struct vr_nl *nl, const struct vr_port *filter, vr_port_cb cb,
		 void *arg, struct vr_error *err);

#endif /* VR_LIB_PORT_H */
