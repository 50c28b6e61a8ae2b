/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_TAP_H
#define VR_CNI_TAP_H

#include "attachment.h"
#include "podns.h"

/**
 * tap_name() - The name of the host end of an interface
 * @attempt: another one for each, as two interfaces may get the same
 *
 * It is the same in each call about the interface.
 */
void tap_name(const char *container_id, const char *ifname,
	      unsigned int attempt, char name[IFNAMSIZ]);

/**
 * tap_choose_name() - Find a name for the host end that nobody has
 * @host: our own namespace
 * @attachment: whose interface it is; others of it may have a name already
 */
int tap_choose_name(struct podns *host, const struct attachment *attachment,
		    struct attachment_interface *interface,
		    struct vr_error *err);

/**
 * tap_create() - Make the pair, with one end in the container
 *
 * The host gets no IPv6 address on its end.
 */
int tap_create(struct podns *host, const struct podns *podns,
	       const struct attachment_interface *interface,
	       struct vr_error *err);

/* Set the host end up, with this MTU, after which it carries packets. */
int tap_up(struct podns *host, const struct attachment_interface *interface,
	   uint32_t mtu, struct vr_error *err);

/* The other end is up, too: have the kernel notice that at once. */
void tap_carry(const struct attachment_interface *interface);

/* The MAC of the host end. */
void tap_mac(const struct attachment_interface *interface,
	     uint8_t mac[VR_MAC_LEN]);

/**
 * tap_delete() - Delete the pair by its host end
 * @nl: a socket of the vr family in our own namespace
 *
 * A device of the name that is not of this interface stays.
 */
int tap_delete(const struct attachment *attachment,
	       const struct attachment_interface *interface, struct vr_nl *nl,
	       struct vr_error *err);

#endif
