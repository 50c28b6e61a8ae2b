/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a port may send beside what is its own: from allowed prefixes and
 * link-local addresses, with tags, as a server or router.
 */
#ifndef VR_ALLOWED_H
#define VR_ALLOWED_H

#include <linux/in6.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "instance.h"

struct netlink_ext_ack;
struct nlattr;
struct vr_port;

struct vr_allowed_prefix {
	struct in6_addr prefix;
	u8 plen;			/* in 128 bits, see address.h */
	u8 mode;			/* enum vr_allowed_mode */
};

/* Replaced as a whole. A port without a prefix has none. */
struct vr_allowed {
	struct rcu_head rcu;
	u8 n;
	struct vr_allowed_prefix prefixes[] __counted_by(n);
};

/* What a request says of it. Attributes not given are NULL. */
struct vr_allowed_config {
	const struct nlattr *attrs[VR_LIMIT_PORT_ALLOWED];
	const struct nlattr *vlan_attr;
	const struct nlattr *dhcp_attr;
	const struct nlattr *router_attr;

	struct vr_allowed_prefix prefixes[VR_LIMIT_PORT_ALLOWED];
	bool given;			/* prefixes, which may be none */
	bool vlan;
	bool dhcp;
	bool router;
	u8 n;
};

/*
 * The mode of the longest prefix that has the address, or -1. Needs RCU or the
 * instance's lock.
 */
int vr_allowed_mode(const struct vr_port *port, const struct in6_addr *ip);

/*
 * Whether the port may use a link-local address that does not follow from its
 * MAC, which is one of its first two. Needs RCU.
 */
bool vr_allowed_link_local_rcu(struct vr_port *port, const struct in6_addr *ip);

/* The flags of a port, antispoof decided, as @config makes them. */
u32 vr_allowed_flags(const struct vr_allowed_config *config, u32 flags);

/* NULL for no prefixes, or ERR_PTR. */
struct vr_allowed *vr_allowed_create(const struct vr_allowed_config *config);

/* What differs from the port there is. Under the instance's lock. */
int vr_allowed_check_equal(const struct vr_port *port,
			   const struct vr_allowed_config *config,
			   struct netlink_ext_ack *extack);

#endif /* VR_ALLOWED_H */
