/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Endpoints: struct to request, answer to struct.
 */
#ifndef VR_LIB_ENDPOINT_H
#define VR_LIB_ENDPOINT_H

#include <linux/if.h>
#include <linux/vr.h>
#include <stdint.h>

#include "address.h"
#include "error.h"
#include "message.h"
#include "netlink.h"

struct nlattr;

/**
 * struct vr_endpoint - an endpoint
 * @set: which members are given, see field.h; bits are VR_A_ENDPOINT_*
 * @addresses: given when there is one, the bit VR_A_ENDPOINT_ADDRESS does not
 *	count
 * @ifname, @ifindex, @port_id: the port it is behind, give one of the three
 * @netns_fd, @netns, @netns_id: as in struct vr_port
 * @remote: the tunnel endpoint it is behind, instead of a port
 * @uplink: what leads to @remote
 * @state: VR_ENDPOINT_STATE_*
 * @origin: VR_ORIGIN_*
 *
 * The other members are what vr.yaml says.  All zero is an empty endpoint.
 */
struct vr_endpoint {
	uint64_t set;

	uint32_t id;
	char network[VR_MAX_NETWORK_NAME + 1];
	uint32_t network_id;
	uint8_t mac[VR_MAC_LEN];
	uint32_t port_id;
	char ifname[IFNAMSIZ];
	uint32_t ifindex;
	int netns_fd;
	const char *netns;
	int32_t netns_id;
	struct vr_ip remote;
	char uplink[IFNAMSIZ];
	uint32_t sequence;
	unsigned int state;
	unsigned int origin;

	unsigned int address_count;
	struct vr_ip *addresses;
};

/* Append an address to the list. Return: 0 or -ENOMEM. */
int vr_endpoint_add_address(struct vr_endpoint *endpoint,
			    const struct vr_ip *address, struct vr_error *err);

/* Free the list (not the struct), and make the endpoint empty. */
void vr_endpoint_free(struct vr_endpoint *endpoint);

/* Append what is set, at the top of a message or in a nest of APPLY. */
void vr_endpoint_put(struct vr_msg *msg, const struct vr_endpoint *endpoint);

/**
 * vr_endpoint_parse - take the attributes of an answer, event or nest
 * @endpoint: overwritten; free it with vr_endpoint_free(), on errors too
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int vr_endpoint_parse(const struct nlattr *attrs, int len,
		      struct vr_endpoint *endpoint, struct vr_error *err);

/**
 * vr_endpoint_call - one request about one endpoint
 * @cmd: VR_CMD_ENDPOINT_NEW, _DEL or _GET
 * @flags: NLM_F_CREATE for NEW, with NLM_F_EXCL or NLM_F_REPLACE; else 0
 * @endpoint: what is set goes into the request
 * @reply: NULL, or gets the endpoint as it is now; free it afterwards
 *
 * Return: 0 or a negative errno.
 */
int vr_endpoint_call(struct vr_nl *nl, uint8_t cmd, uint16_t flags,
		     const struct vr_endpoint *endpoint,
		     struct vr_endpoint *reply, struct vr_error *err);

/* Gets each endpoint of a dump. It is gone when the callback returns. */
typedef int (*vr_endpoint_cb)(const struct vr_endpoint *endpoint, void *arg,
			      struct vr_error *err);

/**
 * vr_endpoint_dump - go over the endpoints
 * @filter: NULL for all, or one with network (or its id), port, remote or
 *	origin set
 *
 * Return: 0, a negative errno, or what the callback returned.
 */
int vr_endpoint_dump(struct vr_nl *nl, const struct vr_endpoint *filter,
		     vr_endpoint_cb cb, void *arg, struct vr_error *err);

#endif /* VR_LIB_ENDPOINT_H */
