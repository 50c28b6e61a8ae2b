// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports: attaching devices to networks. Entry: vr_port_attach(). How packets
 * get to them is in deliver.h.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "address.h"
#include "announce.h"
#include "drop.h"
#include "flood.h"
#include "learn.h"
#include "native.h"
#include "netlink.h"
#include "network.h"
#include "port.h"
#include "rate.h"
#include "route.h"
#include "tap.h"

struct vr_port *vr_port_of(const struct net_device *dev)
{
	return vr_native_is(dev) ? vr_native_port(dev) : vr_tap_port(dev);
}

struct vr_port *vr_port_find_id(struct vr_instance *instance, u32 id)
{
	lockdep_assert_held(&instance->lock);
	return xa_load(&instance->ports, id);
}

void vr_port_forget_endpoint(struct vr_port *port, struct vr_endpoint *endpoint)
{
	if (rcu_access_pointer(port->endpoint) == endpoint)
		RCU_INIT_POINTER(port->endpoint, NULL);
}

static void vr_port_destroy(struct vr_port *port)
{
	unsigned int i;

	for (i = 0; i < VR_RATE_DIRECTIONS; i++)
		kfree(rcu_access_pointer(port->rates[i]));
	free_percpu(port->flood_limit);
	kfree(port->drops);
	kfree(rcu_access_pointer(port->allowed));
	kfree(port->description);
	kfree(port);
}

static void vr_port_free_rcu(struct rcu_head *rcu)
{
	vr_port_destroy(container_of(rcu, struct vr_port, rcu));
}

/* Whether it is protected. @config has all addresses the port will have. */
static u32 vr_port_antispoof_flags(const struct vr_port_config *config,
				   u32 flags)
{
	if (config->antispoof_attr) {
		flags |= VR_PORT_ANTISPOOF_GIVEN;
		return config->antispoof ? flags | VR_PORT_ANTISPOOF :
					   flags & ~VR_PORT_ANTISPOOF;
	}
	if (flags & VR_PORT_ANTISPOOF_GIVEN ||
	    !(config->gateway_attr || config->addresses_given))
		return flags;
	if (config->n_addresses && !(flags & VR_PORT_GATEWAY))
		return flags | VR_PORT_ANTISPOOF;
	return flags & ~VR_PORT_ANTISPOOF;
}

/* What @config makes of the flags. */
static u32 vr_port_flags(const struct vr_port_config *config, u32 flags)
{
	if (config->gateway_attr)
		flags = config->gateway ? flags | VR_PORT_GATEWAY :
					  flags & ~VR_PORT_GATEWAY;
	if (config->learn_attr)
		flags = config->learn ? flags | VR_PORT_LEARN :
					flags & ~VR_PORT_LEARN;
	flags = vr_port_antispoof_flags(config, flags);
	return vr_allowed_flags(&config->allowed, flags);
}

/* The rates there are. */
static void vr_port_get_rates(const struct vr_port *port,
			      struct vr_rate *rates[VR_RATE_DIRECTIONS])
{
	unsigned int i;

	for (i = 0; i < VR_RATE_DIRECTIONS; i++)
		rates[i] = rcu_dereference_protected(port->rates[i],
						     lockdep_rtnl_is_held());
}

/* Those of @rates that are not in use. */
static void vr_port_free_rates(const struct vr_port *port,
			       struct vr_rate *rates[VR_RATE_DIRECTIONS])
{
	unsigned int i;

	for (i = 0; i < VR_RATE_DIRECTIONS; i++)
		if (rates[i] != rcu_access_pointer(port->rates[i]))
			kfree(rates[i]);
}

/* What @config makes of the rates. Nothing is left behind on error. */
static int vr_port_make_rates(const struct vr_port *port,
			      const struct vr_port_config *config,
			      struct vr_rate *rates[VR_RATE_DIRECTIONS],
			      struct netlink_ext_ack *extack)
{
	struct vr_rate *rate;
	unsigned int i;

	vr_port_get_rates(port, rates);
	for (i = 0; i < VR_RATE_DIRECTIONS; i++) {
		rate = vr_rate_make(rates[i], &config->rates[i], extack);
		if (IS_ERR(rate)) {
			vr_port_free_rates(port, rates);
			return PTR_ERR(rate);
		}
		rates[i] = rate;
	}
	return 0;
}

/* A packet may see the flag of a rate that is gone, so both are looked at. */
static void vr_port_set_rates(struct vr_port *port,
			      struct vr_rate *rates[VR_RATE_DIRECTIONS])
{
	u32 flags = port->flags & ~(VR_PORT_RATE_IN | VR_PORT_RATE_OUT);
	struct vr_rate *old[VR_RATE_DIRECTIONS];
	unsigned int i;

	vr_port_get_rates(port, old);
	for (i = 0; i < VR_RATE_DIRECTIONS; i++) {
		rcu_assign_pointer(port->rates[i], rates[i]);
		if (old[i] && old[i] != rates[i])
			kfree_rcu(old[i], rcu);
	}
	if (rates[VR_RATE_IN])
		flags |= VR_PORT_RATE_IN;
	if (rates[VR_RATE_OUT])
		flags |= VR_PORT_RATE_OUT;
	WRITE_ONCE(port->flags, flags);
}

/* As its rates need it. A device that is not ours makes what it makes. */
static void vr_port_limit_gso(const struct vr_port *port)
{
	struct vr_rate *rates[VR_RATE_DIRECTIONS];

	if (vr_port_is_tap(port))
		return;
	vr_port_get_rates(port, rates);
	vr_native_limit_gso(port->dev, vr_rates_gso_size(rates));
}

static void vr_port_set_limits(struct vr_port *port,
			       const struct vr_port_config *config)
{
	if (config->learn_limit_attr)
		WRITE_ONCE(port->learn_limit, config->learn_limit);
	if (config->learn_ageing_attr)
		port->learn_ageing = config->learn_ageing;
	if (config->storm_rate_attr)
		WRITE_ONCE(port->storm_rate, config->storm_rate);
	if (config->storm_burst_attr)
		WRITE_ONCE(port->storm_burst, config->storm_burst);
}

static struct vr_port *vr_port_create(struct vr_network *network,
				      struct net_device *dev,
				      const struct vr_port_config *config,
				      struct netlink_ext_ack *extack)
{
	struct vr_port *port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);
	struct vr_rate *rates[VR_RATE_DIRECTIONS];
	bool native = vr_native_is(dev);
	struct vr_allowed *allowed;
	int err;

	if (!port)
		return ERR_PTR(-ENOMEM);
	err = vr_port_make_rates(port, config, rates, extack);
	if (err)
		goto err_destroy;
	port->flags = vr_port_flags(config, native ? 0 : VR_PORT_TAP);
	vr_port_set_rates(port, rates);
	port->storm_rate = VR_DEFAULT_STORM_RATE;
	port->storm_burst = VR_DEFAULT_STORM_BURST;
	port->learn_limit = VR_DEFAULT_LEARN_LIMIT;
	port->learn_ageing = VR_DEFAULT_LEARN_AGEING;
	vr_port_set_limits(port, config);
	err = -ENOMEM;
	allowed = vr_allowed_create(&config->allowed);
	if (IS_ERR(allowed))
		goto err_destroy;
	RCU_INIT_POINTER(port->allowed, allowed);
	port->link_local_refused = jiffies - HZ;
	port->flood_limit = vr_flood_limit_alloc(port->storm_burst);
	if (!port->flood_limit)
		goto err_destroy;
	if (config->description_attr) {
		port->description = kstrdup(config->description,
					    GFP_KERNEL_ACCOUNT);
		if (!port->description)
			goto err_destroy;
	}
	vr_icmp_limit_init(&port->icmp_limit);
	port->dev = dev;
	port->network = network;
	port->kind = native ? VR_PORT_KIND_NATIVE : VR_PORT_KIND_TAP;
	port->origin = config->origin;
	port->mac = native ? vr_mac_key(dev->dev_addr) : config->mac;
	strscpy(port->ifname, dev->name, sizeof(port->ifname));
	INIT_LIST_HEAD(&port->in_network);
	INIT_LIST_HEAD(&port->endpoints);
	INIT_LIST_HEAD(&port->nexthops);
	return port;

err_destroy:
	vr_port_destroy(port);
	return ERR_PTR(err);
}

/* The port's own endpoint, as it will be with these flags. */
static void vr_port_fill_endpoint(struct vr_endpoint_config *endpoint,
				  struct vr_port *port,
				  const struct vr_port_config *config,
				  u32 flags)
{
	*endpoint = (struct vr_endpoint_config) {
		.addresses = config->addresses,
		.n_addresses = config->n_addresses,
		.port = port,
		.mac = config->mac_attr ? config->mac : port->mac,
		.sequence = config->sequence,
		.state = config->state,
		.origin = config->origin_attr ? config->origin : port->origin,
		.gateway = flags & VR_PORT_GATEWAY,
		.mac_attr = config->mac_attr ?: config->device_attr,
	};
	memcpy(endpoint->address_attrs, config->address_attrs,
	       sizeof(endpoint->address_attrs));
}

static int vr_port_check_gateway(const struct vr_port *port,
				 const struct vr_port_config *config,
				 u32 flags, struct netlink_ext_ack *extack)
{
	struct vr_port *gateway =
		rcu_access_pointer(port->network->gateway_port);

	if (!(flags & VR_PORT_GATEWAY) || !gateway || gateway == port)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, config->gateway_attr,
			    "network has a gateway port already");
	return -EBUSY;
}

static int vr_port_check_learn(const struct vr_port_config *config,
			       u32 flags, struct netlink_ext_ack *extack)
{
	if (!(flags & VR_PORT_LEARN))
		return 0;
	if (!(flags & VR_PORT_TAP)) {
		NL_SET_ERR_MSG_ATTR(extack, config->learn_attr,
			"only tap ports learn, a native port's MACs are known");
		return -EOPNOTSUPP;
	}
	if (flags & VR_PORT_ANTISPOOF) {
		NL_SET_ERR_MSG_ATTR(extack, config->learn_attr ?:
				    config->antispoof_attr,
			"learn beside antispoof, which is on where there are addresses");
		return -EINVAL;
	}
	return 0;
}

/* Who is behind a tap is not the device itself: its MAC has to be given. */
static int vr_port_check_mac(const struct vr_port_config *config, u64 mac,
			     u32 flags, struct netlink_ext_ack *extack)
{
	if (mac || !(flags & VR_PORT_TAP))
		return 0;
	if (config->n_addresses) {
		NL_SET_ERR_MSG_ATTR(extack, config->address_attrs[0],
				    "addresses of a tap port need a mac");
		return -EINVAL;
	}
	if (flags & VR_PORT_ANTISPOOF) {
		NL_SET_ERR_MSG_ATTR(extack, config->antispoof_attr,
				    "antispoof of a tap port needs a mac");
		return -EINVAL;
	}
	if (flags & VR_PORT_GATEWAY) {
		NL_SET_ERR_MSG_ATTR(extack, config->gateway_attr,
				    "a gateway port that is a tap needs a mac");
		return -EINVAL;
	}
	return 0;
}

/* Whether a port may be so. @mac is what it will have, or 0. */
static int vr_port_check(const struct vr_port *port,
			 const struct vr_port_config *config, u64 mac,
			 u32 flags, struct netlink_ext_ack *extack)
{
	int err;

	err = vr_port_check_gateway(port, config, flags, extack);
	if (!err)
		err = vr_port_check_learn(config, flags, extack);
	if (!err)
		err = vr_port_check_mac(config, mac, flags, extack);
	return err;
}

/* Native ones count from when their device is made. */
static int vr_port_check_count(const struct vr_port *port,
			       struct netlink_ext_ack *extack)
{
	if (!vr_port_is_tap(port) ||
	    port->network->instance->n_ports < VR_LIMIT_PORTS)
		return 0;
	NL_SET_ERR_MSG(extack, "limit of 65536 ports is reached");
	return -ENOSPC;
}

/* The endpoint that a port has of its own, if it has a MAC. */
static int vr_port_add_endpoint(struct vr_port *port,
				const struct vr_port_config *config,
				unsigned int flags,
				struct netlink_ext_ack *extack)
{
	struct vr_endpoint_config endpoint_config;
	struct vr_endpoint *endpoint;
	bool changed;

	if (!port->mac)
		return 0;
	vr_port_fill_endpoint(&endpoint_config, port, config, port->flags);
	endpoint = vr_endpoint_add(port->network, &endpoint_config, NULL,
				   flags & VR_ADD_NO_MOVE, &changed, extack);
	if (IS_ERR(endpoint))
		return PTR_ERR(endpoint);
	rcu_assign_pointer(port->endpoint, endpoint);
	return 0;
}

/* All or nothing. The last step lets packets in. */
static int vr_port_publish(struct vr_port *port,
			   const struct vr_port_config *config,
			   unsigned int flags, struct netlink_ext_ack *extack)
{
	struct vr_network *network = port->network;
	struct vr_instance *instance = network->instance;
	int err;

	err = vr_port_check(port, config, port->mac, port->flags, extack);
	if (!err)
		err = vr_port_check_count(port, extack);
	if (err)
		return err;
	err = xa_alloc_cyclic(&instance->ports, &port->id, port, xa_limit_32b,
			      &instance->next_port_id, GFP_KERNEL_ACCOUNT);
	if (err < 0)
		return err;
	err = vr_port_add_endpoint(port, config, flags, extack);
	if (err) {
		xa_erase(&instance->ports, port->id);
		return err;
	}
	list_add_tail_rcu(&port->in_network, &network->ports);
	network->n_ports++;
	if (port->flags & VR_PORT_GATEWAY)
		rcu_assign_pointer(network->gateway_port, port);
	if (vr_port_is_tap(port))
		instance->n_ports++;
	else
		vr_native_set_port(port->dev, port);
	vr_learn_set(port);
	vr_instance_changed(instance);
	vr_nl_port_notify(port, VR_CMD_PORT_NTF);
	return 0;
}

static int
vr_port_check_endpoint_equal(const struct vr_endpoint *endpoint,
			     const struct vr_port_config *config,
			     struct netlink_ext_ack *extack)
{
	unsigned int i;

	if (config->sequence_attr &&
	    (!endpoint || config->sequence != endpoint->sequence)) {
		NL_SET_ERR_MSG_ATTR(extack, config->sequence_attr,
				    "device is attached with another sequence");
		return -EEXIST;
	}
	if (config->state_attr &&
	    (!endpoint || config->state != endpoint->state)) {
		NL_SET_ERR_MSG_ATTR(extack, config->state_attr,
				    "device is attached in another state");
		return -EEXIST;
	}
	if (!config->addresses_given)
		return 0;
	for (i = 0; i < config->n_addresses; i++)
		if (!endpoint ||
		    endpoint->n_addresses != config->n_addresses ||
		    !vr_endpoint_has(endpoint, &config->addresses[i])) {
			NL_SET_ERR_MSG_ATTR(extack, config->address_attrs[i],
				"device is attached with other addresses");
			return -EEXIST;
		}
	return 0;
}

static int vr_port_check_limits_equal(const struct vr_port *port,
				      const struct vr_port_config *config,
				      struct netlink_ext_ack *extack)
{
	struct vr_rate *rates[VR_RATE_DIRECTIONS];

	if (config->storm_rate_attr && config->storm_rate != port->storm_rate) {
		NL_SET_ERR_MSG_ATTR(extack, config->storm_rate_attr,
				    "device is attached with another storm-rate");
		return -EEXIST;
	}
	if (config->storm_burst_attr &&
	    config->storm_burst != port->storm_burst) {
		NL_SET_ERR_MSG_ATTR(extack, config->storm_burst_attr,
				    "device is attached with another storm-burst");
		return -EEXIST;
	}
	if (config->learn_attr &&
	    config->learn != !!(port->flags & VR_PORT_LEARN)) {
		NL_SET_ERR_MSG_ATTR(extack, config->learn_attr,
				    "device is attached with another learn");
		return -EEXIST;
	}
	if (config->learn_limit_attr &&
	    config->learn_limit != port->learn_limit) {
		NL_SET_ERR_MSG_ATTR(extack, config->learn_limit_attr,
				    "device is attached with another learn-limit");
		return -EEXIST;
	}
	if (config->learn_ageing_attr &&
	    config->learn_ageing != port->learn_ageing) {
		NL_SET_ERR_MSG_ATTR(extack, config->learn_ageing_attr,
				    "device is attached with another learn-ageing");
		return -EEXIST;
	}
	vr_port_get_rates(port, rates);
	return vr_rates_check_equal(rates, config->rates, extack);
}

/* What differs from the port there is, in what @config gives. */
static int vr_port_check_equal(struct vr_port *port,
			       const struct vr_network *network,
			       const struct vr_port_config *config,
			       unsigned int flags,
			       struct netlink_ext_ack *extack)
{
	struct vr_endpoint *endpoint = rcu_dereference_protected(port->endpoint,
				lockdep_is_held(&network->instance->lock));
	int err;

	if (port->network != network) {
		NL_SET_ERR_MSG_ATTR(extack, config->device_attr,
				    "device is attached to another network");
		return -EBUSY;
	}
	if (flags & NLM_F_EXCL) {
		NL_SET_ERR_MSG_ATTR(extack, config->device_attr,
				    "device is attached already");
		return -EBUSY;
	}
	if (config->mac_attr && config->mac != port->mac) {
		NL_SET_ERR_MSG_ATTR(extack, config->mac_attr,
				    "device is attached with another MAC");
		return -EEXIST;
	}
	if (config->gateway_attr && config->gateway != vr_port_is_gateway(port)) {
		NL_SET_ERR_MSG_ATTR(extack, config->gateway_attr,
				    "device is attached in another role");
		return -EEXIST;
	}
	if (config->antispoof_attr &&
	    config->antispoof != vr_port_is_protected(port)) {
		NL_SET_ERR_MSG_ATTR(extack, config->antispoof_attr,
				    "device is attached with another antispoof");
		return -EEXIST;
	}
	if (config->description_attr &&
	    strcmp(config->description, port->description ?: "")) {
		NL_SET_ERR_MSG_ATTR(extack, config->description_attr,
				    "device is attached with another description");
		return -EEXIST;
	}
	err = vr_allowed_check_equal(port, &config->allowed, extack);
	if (err)
		return err;
	return vr_port_check_endpoint_equal(endpoint, config, extack);
}

/* The device as a port has it. @old is what a native one was. */
static int vr_port_prepare(const struct vr_network *network,
			   struct net_device *dev,
			   const struct vr_port_config *config,
			   struct vr_native_settings *old,
			   struct netlink_ext_ack *extack)
{
	if (!vr_native_is(dev))
		return vr_tap_check(dev, config->device_attr, extack);
	return vr_native_configure(dev, network->mtu,
				   config->mac_attr ? &config->mac : NULL,
				   old, extack);
}

static void vr_port_restore(struct net_device *dev,
			    const struct vr_native_settings *old)
{
	if (vr_native_is(dev))
		vr_native_restore(dev, old);
}

/* Packets of a tap come in from here on, but find nothing until published. */
static int vr_port_open(struct vr_port *port,
			const struct vr_port_config *config,
			unsigned int flags, struct netlink_ext_ack *extack)
{
	struct vr_instance *instance = port->network->instance;
	int err;

	if (vr_port_is_tap(port)) {
		err = vr_tap_take(port->dev, port, config->device_attr, extack);
		if (err)
			return err;
	}
	mutex_lock(&instance->lock);
	err = vr_port_publish(port, config, flags, extack);
	mutex_unlock(&instance->lock);
	if (err && vr_port_is_tap(port))
		vr_tap_release(port->dev);
	return err;
}

static struct vr_port *vr_port_attach_new(struct vr_network *network,
					  struct net_device *dev,
					  const struct vr_port_config *config,
					  unsigned int flags,
					  struct netlink_ext_ack *extack)
{
	struct vr_native_settings old = {};
	struct vr_port *port;
	int err;

	err = vr_port_prepare(network, dev, config, &old, extack);
	if (err)
		return ERR_PTR(err);
	port = vr_port_create(network, dev, config, extack);
	if (IS_ERR(port)) {
		err = PTR_ERR(port);
		goto err_restore;
	}
	port->before = old;
	err = vr_port_open(port, config, flags, extack);
	if (err)
		goto err_destroy;
	if (!vr_port_is_tap(port)) {
		vr_port_limit_gso(port);
		netif_carrier_on(dev);
	}
	return port;

err_destroy:
	/* Packets may have seen it or its endpoint for a moment. */
	call_rcu(&port->rcu, vr_port_free_rcu);
err_restore:
	vr_port_restore(dev, &old);
	return ERR_PTR(err);
}

struct vr_port *vr_port_attach(struct vr_network *network,
			       struct net_device *dev,
			       const struct vr_port_config *config,
			       unsigned int flags, bool *changed,
			       struct netlink_ext_ack *extack)
{
	struct vr_instance *instance = network->instance;
	struct vr_port *port;
	int err;

	ASSERT_RTNL();
	*changed = false;
	port = vr_port_of(dev);
	if (port) {
		mutex_lock(&instance->lock);
		err = vr_port_check_equal(port, network, config, flags, extack);
		if (!err)
			err = vr_port_check_limits_equal(port, config, extack);
		mutex_unlock(&instance->lock);
		return err ? ERR_PTR(err) : port;
	}
	port = vr_port_attach_new(network, dev, config, flags, extack);
	*changed = !IS_ERR(port);
	return port;
}

static void vr_port_unpublish(struct vr_port *port)
{
	struct vr_network *network = port->network;
	struct vr_instance *instance = network->instance;
	struct vr_endpoint *endpoint, *next_endpoint;

	lockdep_assert_held(&instance->lock);
	if (vr_port_is_tap(port))
		instance->n_ports--;
	else
		vr_native_set_port(port->dev, NULL);
	if (rcu_access_pointer(network->gateway_port) == port)
		RCU_INIT_POINTER(network->gateway_port, NULL);
	list_del_rcu(&port->in_network);
	vr_routes_lose_port(port);
	list_for_each_entry_safe(endpoint, next_endpoint, &port->endpoints,
				 on_port)
		vr_endpoint_del(endpoint);
	vr_nl_port_notify(port, VR_CMD_PORT_DEL_NTF);
	xa_erase(&instance->ports, port->id);
	network->n_ports--;
	vr_instance_changed(instance);
}

void vr_port_detach(struct vr_port *port)
{
	struct vr_instance *instance = port->network->instance;
	struct net_device *dev = port->dev;

	ASSERT_RTNL();
	if (vr_port_is_tap(port))
		vr_tap_release(dev);
	mutex_lock(&instance->lock);
	vr_port_unpublish(port);
	mutex_unlock(&instance->lock);
	if (!vr_port_is_tap(port))
		vr_native_release(dev);
	call_rcu(&port->rcu, vr_port_free_rcu);
}

void vr_ports_detach_taps(struct vr_instance *instance)
{
	struct vr_network *network;
	struct vr_port *port, *next;
	unsigned long id;

	ASSERT_RTNL();
	xa_for_each(&instance->networks, id, network)
		list_for_each_entry_safe(port, next, &network->ports,
					 in_network)
			if (vr_port_is_tap(port))
				vr_port_detach(port);
}

void vr_port_undo(struct vr_port *port)
{
	struct vr_native_settings before = port->before;
	struct net_device *dev = port->dev;

	vr_port_detach(port);
	vr_port_restore(dev, &before);
}

/* What a change leaves as it is comes from the present endpoint. */
static void vr_port_complete_config(struct vr_port_config *config,
				    const struct vr_endpoint *endpoint)
{
	unsigned int i;

	if (!endpoint)
		return;
	if (!config->addresses_given) {
		config->n_addresses = endpoint->n_addresses;
		for (i = 0; i < endpoint->n_addresses; i++)
			config->addresses[i] = endpoint->addresses[i].ip;
	}
	if (!config->sequence_attr)
		config->sequence = endpoint->sequence;
	if (!config->state_attr)
		config->state = endpoint->state;
}

/* Whether the request says anything of the port's endpoint. */
static bool vr_port_config_has_endpoint(const struct vr_port_config *config)
{
	return config->mac_attr || config->addresses_given ||
	       config->sequence_attr || config->state_attr ||
	       config->gateway_attr || config->origin_attr;
}

/*
 * Changes the port's own endpoint. One that has moved away is not taken back
 * by a request that says nothing of it.
 */
static int vr_port_set_endpoint(struct vr_port *port,
				struct vr_port_config *config, u32 flags,
				struct netlink_ext_ack *extack)
{
	struct vr_network *network = port->network;
	struct vr_endpoint_config endpoint_config;
	struct vr_endpoint *endpoint;
	bool changed;

	if (config->origin_attr)
		port->origin = config->origin;
	if (!vr_port_config_has_endpoint(config) ||
	    !(port->mac || config->mac_attr))
		return 0;
	endpoint = rcu_dereference_protected(port->endpoint,
			lockdep_is_held(&network->instance->lock));
	vr_port_fill_endpoint(&endpoint_config, port, config, flags);
	endpoint = vr_endpoint_add(network, &endpoint_config, endpoint, 0,
				   &changed, extack);
	if (IS_ERR(endpoint))
		return PTR_ERR(endpoint);
	rcu_assign_pointer(port->endpoint, endpoint);
	WRITE_ONCE(port->mac, endpoint_config.mac);
	return 0;
}

static void vr_port_set_flags(struct vr_port *port, u32 flags)
{
	struct vr_network *network = port->network;

	WRITE_ONCE(port->flags, flags);
	if (flags & VR_PORT_GATEWAY)
		rcu_assign_pointer(network->gateway_port, port);
	else if (rcu_access_pointer(network->gateway_port) == port)
		RCU_INIT_POINTER(network->gateway_port, NULL);
}

/* Prefixes, and what the port has by them. Frees the old ones. */
static void vr_port_set_allowed(struct vr_port *port,
				struct vr_allowed *allowed)
{
	allowed = rcu_replace_pointer(port->allowed, allowed,
			lockdep_is_held(&port->network->instance->lock));
	if (allowed)
		kfree_rcu(allowed, rcu);
	vr_announce_sweep(port);
}

static int vr_port_set_locked(struct vr_port *port,
			      struct vr_port_config *config,
			      struct netlink_ext_ack *extack)
{
	struct vr_network *network = port->network;
	struct vr_rate *rates[VR_RATE_DIRECTIONS];
	struct vr_allowed *allowed;
	char *description = NULL;
	u32 flags;
	int err;

	vr_port_complete_config(config, rcu_dereference_protected(port->endpoint,
			lockdep_is_held(&network->instance->lock)));
	flags = vr_port_flags(config, port->flags);
	err = vr_port_check(port, config,
			    config->mac_attr ? config->mac : port->mac, flags,
			    extack);
	if (err)
		return err;
	err = vr_port_make_rates(port, config, rates, extack);
	if (err)
		return err;
	allowed = vr_allowed_create(&config->allowed);
	if (IS_ERR(allowed)) {
		vr_port_free_rates(port, rates);
		return PTR_ERR(allowed);
	}
	if (config->description_attr) {
		description = kstrdup(config->description, GFP_KERNEL_ACCOUNT);
		err = description ? 0 : -ENOMEM;
	}
	if (!err)
		err = vr_port_set_endpoint(port, config, flags, extack);
	if (!err) {
		vr_port_set_flags(port, flags);
		if (config->allowed.given) {
			vr_port_set_allowed(port, allowed);
			allowed = NULL;
		}
		vr_port_set_rates(port, rates);
		vr_port_set_limits(port, config);
		vr_learn_set(port);
		if (config->description_attr)
			swap(port->description, description);
		vr_instance_changed(network->instance);
		vr_nl_port_notify(port, VR_CMD_PORT_NTF);
	}
	kfree(allowed);
	vr_port_free_rates(port, rates);
	kfree(description);
	return err;
}

int vr_port_set(struct vr_port *port, const struct vr_port_config *config,
		struct netlink_ext_ack *extack)
{
	struct vr_instance *instance = port->network->instance;
	struct vr_port_config *complete;
	struct vr_native_settings old;
	bool tap = vr_port_is_tap(port);
	int err = 0;

	ASSERT_RTNL();
	complete = kmemdup(config, sizeof(*config), GFP_KERNEL);
	if (!complete)
		return -ENOMEM;
	if (!tap)
		err = vr_native_configure(port->dev, port->network->mtu,
					  config->mac_attr ? &config->mac : NULL,
					  &old, extack);
	if (err)
		goto out_free;
	mutex_lock(&instance->lock);
	err = vr_port_set_locked(port, complete, extack);
	mutex_unlock(&instance->lock);
	if (!err)
		vr_port_limit_gso(port);
	else if (!tap)
		vr_native_restore(port->dev, &old);
out_free:
	kfree(complete);
	return err;
}

void vr_ports_set_mtu(struct vr_network *network, u32 old)
{
	struct vr_port *port;

	ASSERT_RTNL();
	list_for_each_entry(port, &network->ports, in_network)
		if (!vr_port_is_tap(port))
			vr_native_set_mtu(port->dev, old, network->mtu);
}
