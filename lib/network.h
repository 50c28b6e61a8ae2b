/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks: struct to request, answer to struct.
 */
#ifndef VR_LIB_NETWORK_H
#define VR_LIB_NETWORK_H

#include <linux/if.h>
#include <linux/vr.h>
#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "error.h"
#include "field.h"
#include "message.h"
#include "netlink.h"

struct nlattr;

/**
 * struct vr_network - a network
 * @set: which members are given, see field.h; bits are VR_A_NETWORK_*
 * @subnets: gateway address and prefix length of each subnet; given when
 *	there is one, the bit VR_A_NETWORK_SUBNET does not count
 * @mtu: bytes
 * @origin: VR_ORIGIN_*
 * @flood: tunnel endpoints that get what is flooded (answers)
 * @flood_add, @flood_del: changes of that list (VR_CMD_NETWORK_SET)
 * @uplink: to what is in @flood_add
 * @ports, @endpoints, @routes: how many it has (answers)
 *
 * The other members are what vr.yaml says.  All zero is an empty network.
 * The lists of addresses are given when they have one, their bits do not count.
 * VR_A_NETWORK_IF_UNUSED is a bit without a member.
 */
struct vr_network {
	uint64_t set;

	uint32_t id;
	char name[VR_MAX_NETWORK_NAME + 1];
	uint32_t vni;
	uint32_t mtu;
	uint8_t gateway_mac[VR_MAC_LEN];
	unsigned int origin;
	char description[VR_MAX_DESCRIPTION + 1];

	bool mtu_auto;
	bool unknown_flood;
	char uplink[IFNAMSIZ];

	unsigned int subnet_count;
	struct vr_prefix *subnets;
	struct vr_ip_list flood;
	struct vr_ip_list flood_add;
	struct vr_ip_list flood_del;

	uint32_t ports;
	uint32_t endpoints;
	uint32_t routes;
};

/* Append a subnet to the list. Return: 0 or -ENOMEM. */
int vr_network_add_subnet(struct vr_network *network,
			  const struct vr_prefix *subnet, struct vr_error *err);

/* Free the lists (not the struct), and make the network empty. */
void vr_network_free(struct vr_network *network);

/* Append what is set, at the top of a message or in a nest of APPLY. */
void vr_network_put(struct vr_msg *msg, const struct vr_network *network);

/**
 * vr_network_parse - take the attributes of an answer, event or nest
 * @network: overwritten; free it with vr_network_free(), on errors too
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int vr_network_parse(const struct nlattr *attrs, int len,
		     struct vr_network *network, struct vr_error *err);

/**
 * vr_network_call - one request about one network
 * @cmd: VR_CMD_NETWORK_NEW, _SET, _DEL or _GET
 * @flags: NLM_F_CREATE for NEW, with NLM_F_EXCL to refuse what exists, even
 *	when it is equal; else 0
 * @network: what is set goes into the request
 * @reply: NULL, or gets the network as it is now; free it afterwards
 *
 * Return: 0 or a negative errno.
 */
int vr_network_call(struct vr_nl *nl, uint8_t cmd, uint16_t flags,
		    const struct vr_network *network, struct vr_network *reply,
		    struct vr_error *err);

/* Gets each network of a dump. It is gone when the callback returns. */
typedef int (*vr_network_cb)(const struct vr_network *network, void *arg,
			     struct vr_error *err);

/**
 * vr_network_dump - go over the networks
 * @filter: NULL for all, or one with the origin set
 *
 * Return: 0, a negative errno, or what the callback returned.
 */
int vr_network_dump(struct vr_nl *nl, const struct vr_network *filter,
		    vr_network_cb cb, void *arg, struct vr_error *err);

#endif /* VR_LIB_NETWORK_H */
