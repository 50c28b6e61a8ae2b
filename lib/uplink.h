/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uplinks: struct to request, answer to struct.
 */
#ifndef VR_LIB_UPLINK_H
#define VR_LIB_UPLINK_H

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
 * struct vr_uplink - what carries networks between nodes
 * @set: which members are given, see field.h; bits are VR_A_UPLINK_*
 * @type: VR_UPLINK_TYPE_*
 * @local: local address of the tunnel
 * @port: UDP port, host byte order
 * @ifname: the tunnel device (VR_UPLINK_TYPE_DEVICE)
 * @any: take what any node sends
 * @peers: nodes that every network takes packets from (answers)
 * @peer_add, @peer_del: changes of that list (VR_CMD_UPLINK_SET)
 * @remotes: tunnels to nodes (answers, as the counters are)
 *
 * The other members are what vr.yaml says.  All zero is an empty uplink.  The
 * lists of addresses are given when they have one, their bits do not count.
 */
struct vr_uplink {
	uint64_t set;

	char name[IFNAMSIZ];
	unsigned int type;
	struct vr_ip local;
	uint16_t port;
	char ifname[IFNAMSIZ];
	uint8_t ttl;
	uint8_t dscp;
	bool any;

	struct vr_ip_list peers;
	struct vr_ip_list peer_add;
	struct vr_ip_list peer_del;

	uint32_t remotes;
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t tx_packets;
	uint64_t tx_bytes;
};

/* Free the lists (not the struct), and make the uplink empty. */
void vr_uplink_free(struct vr_uplink *uplink);

/* Append what is set. */
void vr_uplink_put(struct vr_msg *msg, const struct vr_uplink *uplink);

/**
 * vr_uplink_parse - take the attributes of an answer or event
 * @uplink: overwritten; free it with vr_uplink_free(), on errors too
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int vr_uplink_parse(const struct nlattr *attrs, int len,
		    struct vr_uplink *uplink, struct vr_error *err);

/**
 * vr_uplink_call - one request about one uplink
 * @cmd: VR_CMD_UPLINK_NEW, _SET, _DEL or _GET
 * @flags: NLM_F_CREATE for NEW, with NLM_F_EXCL; else 0
 * @reply: NULL, or gets the uplink as it is now; free it afterwards
 *
 * Return: 0 or a negative errno.
 */
int vr_uplink_call(struct vr_nl *nl, uint8_t cmd, uint16_t flags,
		   const struct vr_uplink *uplink, struct vr_uplink *reply,
		   struct vr_error *err);

/* Gets each uplink of a dump. It is gone when the callback returns. */
typedef int (*vr_uplink_cb)(const struct vr_uplink *uplink, void *arg,
			    struct vr_error *err);

/* Go over the uplinks. Return: 0 or a negative errno. */
int vr_uplink_dump(struct vr_nl *nl, vr_uplink_cb cb, void *arg,
		   struct vr_error *err);

#endif /* VR_LIB_UPLINK_H */
