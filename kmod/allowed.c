// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a port may send beside what is its own. Entries: vr_allowed_mode()
 * for packets, vr_allowed_create() for commands.
 */
#include <linux/jiffies.h>
#include <linux/netlink.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "address.h"
#include "allowed.h"
#include "endpoint.h"
#include "network.h"
#include "port.h"

int vr_allowed_mode(const struct vr_port *port, const struct in6_addr *ip)
{
	const struct vr_allowed *allowed =
		rcu_dereference_check(port->allowed,
			lockdep_is_held(&port->network->instance->lock));
	const struct vr_allowed_prefix *prefix;
	int mode = -1, longest = -1;
	unsigned int i;

	for (i = 0; allowed && i < allowed->n; i++) {
		prefix = &allowed->prefixes[i];
		if (prefix->plen <= longest ||
		    !ipv6_prefix_equal(&prefix->prefix, ip, prefix->plen) ||
		    vr_address_is_v4(&prefix->prefix) != vr_address_is_v4(ip))
			continue;
		longest = prefix->plen;
		mode = prefix->mode;
	}
	return mode;
}

static bool vr_allowed_has_link_local(const struct vr_port *port, u64 id)
{
	unsigned int i;

	for (i = 0; i < VR_PORT_LINK_LOCALS; i++)
		if (READ_ONCE(port->link_locals[i]) == id)
			return true;
	return false;
}

/* Whether it is known to be another's: in the table, or learned before. */
static bool vr_allowed_link_local_taken(const struct vr_port *port,
					const struct in6_addr *ip, u64 id)
{
	const struct vr_endpoint *endpoint;
	const struct vr_port *other;

	endpoint = vr_endpoint_lookup_ip_rcu(port->network, ip);
	if (endpoint && endpoint->port != port)
		return true;
	list_for_each_entry_rcu(other, &port->network->ports, in_network)
		if (other != port && vr_allowed_has_link_local(other, id))
			return true;
	return false;
}

/*
 * Takes a free slot first and looks around then: of two ports that learn one
 * address at the same time at most one keeps it.
 */
static bool vr_allowed_learn_link_local(struct vr_port *port,
					const struct in6_addr *ip, u64 id)
{
	unsigned int i;
	u64 holds;

	for (i = 0; i < VR_PORT_LINK_LOCALS; i++) {
		holds = cmpxchg(&port->link_locals[i], 0, id);
		if (holds == id)
			return true; /* another CPU was faster */
		if (!holds)
			break;
	}
	if (i == VR_PORT_LINK_LOCALS)
		return false;
	if (!vr_allowed_link_local_taken(port, ip, id))
		return true;
	WRITE_ONCE(port->link_locals[i], 0);
	WRITE_ONCE(port->link_local_refused, jiffies);
	return false;
}

bool vr_allowed_link_local_rcu(struct vr_port *port, const struct in6_addr *ip)
{
	u64 id;

	if (ip->s6_addr32[0] != htonl(0xfe800000) || ip->s6_addr32[1])
		return false;
	/* What has the form of a MAC's belongs to that MAC. */
	if (ip->s6_addr[11] == 0xff && ip->s6_addr[12] == 0xfe)
		return false;
	memcpy(&id, ip->s6_addr + 8, sizeof(id));
	if (!id)
		return false; /* the routers' anycast address (RFC 4291 2.6.1) */
	if (vr_allowed_has_link_local(port, id))
		return true;
	/* To look around costs, so who was refused waits. */
	if (time_before(jiffies, READ_ONCE(port->link_local_refused) + HZ / 10))
		return false;
	return vr_allowed_learn_link_local(port, ip, id);
}

/* A guard is on at protected ports, unless the user says otherwise. */
static u32 vr_allowed_guard(u32 flags, const struct nlattr *attr, bool may,
			    u32 guard, u32 given)
{
	if (attr)
		flags |= given;
	else if (!(flags & given))
		may = !(flags & VR_PORT_ANTISPOOF);
	else
		return flags;
	return may ? flags & ~guard : flags | guard;
}

u32 vr_allowed_flags(const struct vr_allowed_config *config, u32 flags)
{
	unsigned int i;

	if (config->vlan_attr)
		flags = config->vlan ? flags | VR_PORT_VLAN :
				       flags & ~VR_PORT_VLAN;
	if (config->given) {
		flags &= ~VR_PORT_ANNOUNCES;
		for (i = 0; i < config->n; i++)
			if (config->prefixes[i].mode != VR_ALLOWED_MODE_SOURCE)
				flags |= VR_PORT_ANNOUNCES;
	}
	flags = vr_allowed_guard(flags, config->dhcp_attr, config->dhcp,
				 VR_PORT_NO_DHCP, VR_PORT_DHCP_GIVEN);
	return vr_allowed_guard(flags, config->router_attr, config->router,
				VR_PORT_NO_ROUTER, VR_PORT_ROUTER_GIVEN);
}

struct vr_allowed *vr_allowed_create(const struct vr_allowed_config *config)
{
	struct vr_allowed *allowed;

	if (!config->n)
		return NULL;
	allowed = kzalloc(struct_size(allowed, prefixes, config->n),
			  GFP_KERNEL_ACCOUNT);
	if (!allowed)
		return ERR_PTR(-ENOMEM);
	allowed->n = config->n;
	memcpy(allowed->prefixes, config->prefixes,
	       array_size(config->n, sizeof(*config->prefixes)));
	return allowed;
}

static bool vr_allowed_has(const struct vr_allowed *allowed,
			   const struct vr_allowed_prefix *prefix)
{
	unsigned int i;

	for (i = 0; i < allowed->n; i++)
		if (allowed->prefixes[i].plen == prefix->plen &&
		    allowed->prefixes[i].mode == prefix->mode &&
		    ipv6_addr_equal(&allowed->prefixes[i].prefix,
				    &prefix->prefix))
			return true;
	return false;
}

static int vr_allowed_check_prefixes(const struct vr_port *port,
				     const struct vr_allowed_config *config,
				     struct netlink_ext_ack *extack)
{
	const struct vr_allowed *allowed =
		rcu_dereference_protected(port->allowed,
			lockdep_is_held(&port->network->instance->lock));
	unsigned int i;

	for (i = 0; i < config->n; i++)
		if (!allowed || allowed->n != config->n ||
		    !vr_allowed_has(allowed, &config->prefixes[i])) {
			NL_SET_ERR_MSG_ATTR(extack, config->attrs[i],
				"device is attached with other allowed prefixes");
			return -EEXIST;
		}
	return 0;
}

int vr_allowed_check_equal(const struct vr_port *port,
			   const struct vr_allowed_config *config,
			   struct netlink_ext_ack *extack)
{
	if (config->vlan_attr &&
	    config->vlan != !!(port->flags & VR_PORT_VLAN)) {
		NL_SET_ERR_MSG_ATTR(extack, config->vlan_attr,
				    "device is attached with another vlan");
		return -EEXIST;
	}
	if (config->dhcp_attr &&
	    config->dhcp == !!(port->flags & VR_PORT_NO_DHCP)) {
		NL_SET_ERR_MSG_ATTR(extack, config->dhcp_attr,
			"device is attached with another dhcp-server");
		return -EEXIST;
	}
	if (config->router_attr &&
	    config->router == !!(port->flags & VR_PORT_NO_ROUTER)) {
		NL_SET_ERR_MSG_ATTR(extack, config->router_attr,
			"device is attached with another router-advertisement");
		return -EEXIST;
	}
	return vr_allowed_check_prefixes(port, config, extack);
}
