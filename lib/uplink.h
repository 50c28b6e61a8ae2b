/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uplinks: struct to request, answer to struct.
 */
#ifndef VR_LIB_UPLINK_H
#define VR_LIB_UPLINK_H

#include <linux/if.h>
#include <linux/vr.h>
#include <stdint.h>

#include "address.h"
#include "error.h"
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
 */
struct vr_uplink {
	uint64_t set;
	char name[IFNAMSIZ];
	unsigned int type;
	struct vr_ip local;
	uint16_t port;
	char ifname[IFNAMSIZ];
};

/* Append what is set. */
void vr_uplink_put(struct vr_msg *msg, const struct vr_uplink *uplink);

/* Parse the attributes of a message. Return: 0 or -EBADMSG. */
int vr_uplink_parse(const struct nlattr *attrs, int len,
		    struct vr_uplink *uplink, struct vr_error *err);

/**
 * vr_uplink_call - one request about one uplink
 * @cmd: VR_CMD_UPLINK_NEW, _DEL or _GET
 * @flags: NLM_F_CREATE for NEW, with NLM_F_EXCL; else 0
 * @reply: NULL, or gets the uplink as it is now
 *
 * Return: 0 or a negative errno.
 */
int vr_uplink_call(struct vr_nl *nl, uint8_t cmd, uint16_t flags,
		   const struct vr_uplink *uplink, struct vr_uplink *reply,
		   struct vr_error *err);

typedef int (*vr_uplink_cb)(const struct vr_uplink *uplink, void *arg,
			    struct vr_error *err);

/* Go over the uplinks. Return: 0 or a negative errno. */
int vr_uplink_dump(struct vr_nl *nl, vr_uplink_cb cb, void *arg,
		   struct vr_error *err);

#endif /* VR_LIB_UPLINK_H */
