/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building a netlink request that remembers how the user wrote each of its
 * attributes.
 *
 * The kernel refuses with a constant text and the offset of the attribute it
 * did not like (Linux 6.1 cannot format more).  vr_msg_describe() turns the
 * offset back into "address 10.1.1.3", which the tools show behind the text.
 *
 * Nothing here returns an error: the first one stays in the message, and
 * sending it fails with that.
 */
#ifndef VR_LIB_MESSAGE_H
#define VR_LIB_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "error.h"

struct nl_msg;
struct vr_msg_record;

/**
 * struct vr_msg - a request that is being built
 * @nl: the message as libnl has it
 * @error: 0, or the errno of the first thing that went wrong
 * @untold: nobody is going to ask how the user wrote anything: no text is kept.
 *	To be set before anything is put.
 *
 * The rest is private.  Initialize with VR_MSG_INIT, give back with
 * vr_msg_destroy() (or declare it cleanup_msg).
 */
struct vr_msg {
	struct nl_msg *nl;
	int error;
	bool untold;

	struct vr_msg_record *records;
	unsigned int record_count;
	unsigned int record_room;
	/* Record of the nest that is open, -1 for none. */
	int open;
};

#define VR_MSG_INIT        \
	{                  \
		.open = -1 \
	}
#define cleanup_msg __attribute__((cleanup(vr_msg_destroy)))

/**
 * vr_msg_start - start a message of any netlink protocol
 * @type: nlmsg_type
 * @flags: nlmsg_flags; vr_nl_call() and vr_nl_dump() add what they need
 * @header: the fixed header (struct ifinfomsg, say), or NULL
 */
void vr_msg_start(struct vr_msg *msg, uint16_t type, uint16_t flags,
		  const void *header, size_t len);

/**
 * vr_msg_start_genl - start a generic netlink message
 * @family: id of the family, from vr_nl
 */
void vr_msg_start_genl(struct vr_msg *msg, uint16_t family, uint8_t cmd,
		       uint8_t version, uint16_t flags);

void vr_msg_destroy(struct vr_msg *msg);

/**
 * vr_msg_put - append an attribute
 * @fmt: how the user wrote it ("netns blue"), or NULL when what encloses it
 *	says it already
 */
void vr_msg_put(struct vr_msg *msg, int attr, const void *data, size_t len,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/*
 * Append one value and remember "<key> <value>"; without a value to show
 * (flags), "<key>".  @key may be NULL, see vr_msg_put().  Integers go in host
 * byte order, as vr.yaml has them.
 */
void vr_msg_put_flag(struct vr_msg *msg, int attr, const char *key);
void vr_msg_put_u8(struct vr_msg *msg, int attr, const char *key, uint8_t v);
void vr_msg_put_u16(struct vr_msg *msg, int attr, const char *key, uint16_t v);
void vr_msg_put_u32(struct vr_msg *msg, int attr, const char *key, uint32_t v);
void vr_msg_put_string(struct vr_msg *msg, int attr, const char *key,
		       const char *v);
void vr_msg_put_mac(struct vr_msg *msg, int attr, const char *key,
		    const uint8_t v[VR_MAC_LEN]);
void vr_msg_put_ip(struct vr_msg *msg, int attr, const char *key,
		   const struct vr_ip *v);

/**
 * vr_msg_nest - open a nested attribute, to be closed by vr_msg_end()
 * @fmt: how the user wrote it ("subnet 10.1.1.1/24"), or NULL
 */
void vr_msg_nest(struct vr_msg *msg, int attr, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * vr_msg_nest_object - open a nest that is one of several objects
 * @fmt: which one it is ("port eth1"): what is inside reads "... of port eth1"
 */
void vr_msg_nest_object(struct vr_msg *msg, int attr, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void vr_msg_end(struct vr_msg *msg);

/**
 * vr_msg_describe - say which attribute is at an offset
 * @offset: from the start of the message's header (NLMSGERR_ATTR_OFFS)
 *
 * Writes "address 10.1.1.3" or, in an object of several, "address 10.1.1.3 of
 * port eth1".  An attribute without a text of its own has that of its nest.
 *
 * Return: false when there is nothing to say.
 */
bool vr_msg_describe(const struct vr_msg *msg, uint32_t offset, char *buf,
		     size_t size);

/**
 * vr_msg_describe_all - say which attributes the message has
 *
 * Writes "network blue origin cni", what is in nests not included.
 *
 * Return: false when there is nothing to say.
 */
bool vr_msg_describe_all(const struct vr_msg *msg, char *buf, size_t size);

#endif /* VR_LIB_MESSAGE_H */
