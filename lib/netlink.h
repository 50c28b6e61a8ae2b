/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A netlink socket, requests with the kernel's own words on refusal, and
 * dumps that are consistent or say that they are not.
 */
#ifndef VR_LIB_NETLINK_H
#define VR_LIB_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "message.h"

struct nl_sock;
struct nlattr;

/**
 * struct vr_nl - a netlink socket
 * @sk: the socket, NULL when closed
 * @family: id of the vr family; 0 on a socket of another protocol
 * @inconsistent: the last dump was interrupted by changes each time it was
 *	tried, what it gave may lack or repeat objects
 *
 * Belongs to the network namespace it was opened in.  Not for two threads at
 * once.  Initialize with VR_NL_INIT; declare it cleanup_nl or vr_nl_close().
 */
struct vr_nl {
	struct nl_sock *sk;
	uint16_t family;
	bool inconsistent;
};

#define VR_NL_INIT         \
	{                  \
		.sk = NULL \
	}
#define cleanup_nl __attribute__((cleanup(vr_nl_close)))

/**
 * vr_nl_open - open a socket to the vr module
 * @netns_fd: whose instance to talk to, -1 for the thread's own namespace
 *
 * Return: 0 or a negative errno, -ENOENT when the module is not loaded (the
 * kernel tried to load it then).
 */
int vr_nl_open(struct vr_nl *nl, int netns_fd, struct vr_error *err);

/**
 * vr_nl_open_protocol - open a socket of another protocol (NETLINK_ROUTE)
 *
 * The same requests, refusals and dumps, for messages made by vr_msg_start().
 *
 * Return: 0 or a negative errno.
 */
int vr_nl_open_protocol(struct vr_nl *nl, int protocol, int netns_fd,
			struct vr_error *err);

void vr_nl_close(struct vr_nl *nl);

/**
 * vr_nl_contract - which version of the contract the loaded module speaks
 * @version: VR_GENL_VERSION of what it was built with
 *
 * Return: 0 or a negative errno.
 */
int vr_nl_contract(struct vr_nl *nl, unsigned int *version,
		   struct vr_error *err);

/**
 * typedef vr_nl_cb - gets each message of an answer, a dump or of events
 * @hdr: the message, gone when the callback returns
 *
 * Return: 0 to go on.  A negative errno (and @err filled) ends the call that
 * called it, which returns the same.
 */
typedef int (*vr_nl_cb)(const struct nlmsghdr *hdr, void *arg,
			struct vr_error *err);

/**
 * vr_nl_call - send a request and wait for what it answers
 * @cb: gets the messages of the answer, or NULL
 *
 * Adds NLM_F_REQUEST and NLM_F_ACK.  A refusal reads as "<kernel's text>:
 * <attribute as in the request>".
 *
 * Return: 0, or the kernel's errno, negative.
 */
int vr_nl_call(struct vr_nl *nl, struct vr_msg *msg, vr_nl_cb cb, void *arg,
	       struct vr_error *err);

/**
 * vr_nl_dump - send a dump request and go over what it gives
 *
 * Adds NLM_F_REQUEST and NLM_F_DUMP.  Interrupted dumps (NLM_F_DUMP_INTR) are
 * tried again a few times before the first call of @cb; see @inconsistent.
 *
 * Return: 0 or a negative errno.
 */
int vr_nl_dump(struct vr_nl *nl, struct vr_msg *msg, vr_nl_cb cb, void *arg,
	       struct vr_error *err);

/**
 * vr_nl_subscribe - get the events of the instance
 *
 * From then on the socket is for vr_nl_listen() only.
 *
 * Return: 0 or a negative errno.
 */
int vr_nl_subscribe(struct vr_nl *nl, struct vr_error *err);

/**
 * vr_nl_listen - wait for events and give them to @cb
 *
 * Returns only when the callback asks for it or on an error; -ENOBUFS: events
 * came faster than they were read and some are lost, calling again goes on.
 */
int vr_nl_listen(struct vr_nl *nl, vr_nl_cb cb, void *arg,
		 struct vr_error *err);

/* File descriptor of the socket, for poll(). */
int vr_nl_fd(const struct vr_nl *nl);

/* The VR_CMD_* of a message, 0 when it is too short to have one. */
uint8_t vr_nl_cmd(const struct nlmsghdr *hdr);

/* First attribute of a message, and in @len the bytes of all of them. */
const struct nlattr *vr_nl_attrs(const struct nlmsghdr *hdr, int *len);

#endif /* VR_LIB_NETLINK_H */
