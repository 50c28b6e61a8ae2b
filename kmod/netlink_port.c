// SPDX-License-Identifier: GPL-2.0-only
/* Commands on ports. Entries: vr_nl_port_*_doit(). */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "address.h"
#include "drop.h"
#include "instance.h"
#include "netlink.h"
#include "network.h"
#include "port.h"
#include "rate.h"

static int vr_nl_port_drops_fill(struct sk_buff *msg,
				 const struct vr_port *port)
{
	struct vr_drop_port_counters *counters = READ_ONCE(port->drops);
	struct nlattr *nest;
	unsigned int i;
	u64 packets;

	for (i = 0; counters && i < VR_DROP_REASON_COUNT; i++) {
		packets = atomic64_read(&counters->packets[i]);
		if (!packets)
			continue;
		nest = nla_nest_start(msg, VR_A_PORT_STATS_DROP);
		if (!nest || vr_nl_drop_fill(msg, i, packets))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	return 0;
}

/* The device's counters, as who is behind the port would count. */
static int vr_nl_port_stats_fill(struct sk_buff *msg,
				 const struct vr_port *port)
{
	struct rtnl_link_stats64 stats;
	struct nlattr *nest;

	dev_get_stats(port->dev, &stats);
	if (vr_port_is_tap(port)) { /* what its device receives, it sent */
		swap(stats.rx_packets, stats.tx_packets);
		swap(stats.rx_bytes, stats.tx_bytes);
	}
	nest = nla_nest_start(msg, VR_A_PORT_STATS);
	if (!nest ||
	    nla_put_u64_64bit(msg, VR_A_PORT_STATS_RX_PACKETS,
			      stats.rx_packets, VR_A_PORT_STATS_PAD) ||
	    nla_put_u64_64bit(msg, VR_A_PORT_STATS_RX_BYTES,
			      stats.rx_bytes, VR_A_PORT_STATS_PAD) ||
	    nla_put_u64_64bit(msg, VR_A_PORT_STATS_TX_PACKETS,
			      stats.tx_packets, VR_A_PORT_STATS_PAD) ||
	    nla_put_u64_64bit(msg, VR_A_PORT_STATS_TX_BYTES,
			      stats.tx_bytes, VR_A_PORT_STATS_PAD) ||
	    vr_nl_port_drops_fill(msg, port))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int vr_nl_port_endpoint_fill(struct sk_buff *msg,
				    const struct vr_port *port)
{
	const struct vr_endpoint *endpoint;
	unsigned int i;

	endpoint = rcu_dereference_protected(port->endpoint,
			lockdep_is_held(&port->network->instance->lock));
	if (!endpoint)
		return 0;
	for (i = 0; i < endpoint->n_addresses; i++)
		if (vr_nl_put_ip(msg, VR_A_PORT_ADDRESS,
				 &endpoint->addresses[i].ip))
			return -EMSGSIZE;
	if (nla_put_u32(msg, VR_A_PORT_SEQUENCE, endpoint->sequence) ||
	    nla_put_u8(msg, VR_A_PORT_STATE, endpoint->state))
		return -EMSGSIZE;
	return 0;
}

static int vr_nl_allowed_fill(struct sk_buff *msg,
			      const struct vr_allowed_prefix *prefix)
{
	u8 plen = prefix->plen - (128 - vr_address_bits(&prefix->prefix));
	struct nlattr *nest = nla_nest_start(msg, VR_A_PORT_ALLOWED);

	if (!nest ||
	    vr_nl_put_ip(msg, VR_A_ALLOWED_PREFIX, &prefix->prefix) ||
	    nla_put_u8(msg, VR_A_ALLOWED_PREFIX_LENGTH, plen) ||
	    nla_put_u8(msg, VR_A_ALLOWED_MODE, prefix->mode))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* What it may send beside what is its own. */
static int vr_nl_port_allowed_fill(struct sk_buff *msg,
				   const struct vr_port *port)
{
	const struct vr_allowed *allowed =
		rcu_dereference_protected(port->allowed,
			lockdep_is_held(&port->network->instance->lock));
	unsigned int i;

	for (i = 0; allowed && i < allowed->n; i++)
		if (vr_nl_allowed_fill(msg, &allowed->prefixes[i]))
			return -EMSGSIZE;
	if (nla_put_u8(msg, VR_A_PORT_VLAN,
		       !!(port->flags & VR_PORT_VLAN)) ||
	    nla_put_u8(msg, VR_A_PORT_DHCP_SERVER,
		       !(port->flags & VR_PORT_NO_DHCP)) ||
	    nla_put_u8(msg, VR_A_PORT_ROUTER_ADVERTISEMENT,
		       !(port->flags & VR_PORT_NO_ROUTER)))
		return -EMSGSIZE;
	return 0;
}

static int vr_nl_port_rate_fill(struct sk_buff *msg,
				const struct vr_port *port,
				enum vr_rate_direction direction,
				int rate_type, int burst_type)
{
	const struct vr_rate *rate;

	rate = rcu_dereference_protected(port->rates[direction],
			lockdep_is_held(&port->network->instance->lock));
	if (!rate)
		return 0;
	if (nla_put(msg, rate_type, sizeof(rate->bits), &rate->bits) ||
	    nla_put_u32(msg, burst_type, rate->burst))
		return -EMSGSIZE;
	return 0;
}

static int vr_nl_port_limits_fill(struct sk_buff *msg,
				  const struct vr_port *port)
{
	if (vr_nl_port_rate_fill(msg, port, VR_RATE_IN, VR_A_PORT_RATE_IN,
				 VR_A_PORT_BURST_IN) ||
	    vr_nl_port_rate_fill(msg, port, VR_RATE_OUT, VR_A_PORT_RATE_OUT,
				 VR_A_PORT_BURST_OUT) ||
	    nla_put_u32(msg, VR_A_PORT_STORM_RATE, port->storm_rate) ||
	    nla_put_u32(msg, VR_A_PORT_STORM_BURST, port->storm_burst))
		return -EMSGSIZE;
	if (!vr_port_is_tap(port))
		return 0;
	if (nla_put_u8(msg, VR_A_PORT_LEARN, !!(port->flags & VR_PORT_LEARN)) ||
	    nla_put_u32(msg, VR_A_PORT_LEARN_LIMIT, port->learn_limit) ||
	    nla_put_u32(msg, VR_A_PORT_LEARN_AGEING, port->learn_ageing))
		return -EMSGSIZE;
	return 0;
}

int vr_nl_port_fill(struct sk_buff *msg, const struct vr_port *port, bool stats)
{
	const struct net_device *dev = port->dev;

	if (nla_put_u32(msg, VR_A_PORT_ID, port->id) ||
	    nla_put_string(msg, VR_A_PORT_NETWORK, port->network->name) ||
	    nla_put_u32(msg, VR_A_PORT_NETWORK_ID, port->network->id) ||
	    nla_put_string(msg, VR_A_PORT_IFNAME, port->ifname) ||
	    nla_put_u32(msg, VR_A_PORT_IFINDEX, READ_ONCE(dev->ifindex)) ||
	    vr_nl_put_netns_id(msg, VR_A_PORT_NETNS_ID, port) ||
	    nla_put_u8(msg, VR_A_PORT_KIND, port->kind) ||
	    nla_put_u8(msg, VR_A_PORT_GATEWAY, vr_port_is_gateway(port)) ||
	    nla_put_u8(msg, VR_A_PORT_ANTISPOOF, vr_port_is_protected(port)) ||
	    vr_nl_port_endpoint_fill(msg, port) ||
	    vr_nl_port_allowed_fill(msg, port) ||
	    vr_nl_port_limits_fill(msg, port) ||
	    nla_put_u8(msg, VR_A_PORT_ORIGIN, port->origin) ||
	    nla_put_u8(msg, VR_A_PORT_UP, !!(READ_ONCE(dev->flags) & IFF_UP)) ||
	    nla_put_u32(msg, VR_A_PORT_MTU, READ_ONCE(dev->mtu)))
		return -EMSGSIZE;
	if (port->mac && vr_nl_put_mac(msg, VR_A_PORT_MAC, port->mac))
		return -EMSGSIZE;
	if (port->description &&
	    nla_put_string(msg, VR_A_PORT_DESCRIPTION, port->description))
		return -EMSGSIZE;
	return stats ? vr_nl_port_stats_fill(msg, port) : 0;
}

void vr_nl_port_notify(const struct vr_port *port, u8 cmd)
{
	struct vr_instance *instance = port->network->instance;
	struct sk_buff *msg;
	void *header;

	msg = vr_nl_event_create(instance, cmd, &header);
	if (msg)
		vr_nl_event_send(instance, msg, header,
				 vr_nl_port_fill(msg, port, false));
}

static void vr_nl_port_device(struct nlattr **attrs,
			      struct vr_nl_device *device)
{
	*device = (struct vr_nl_device) {
		.id = attrs[VR_A_PORT_ID],
		.ifname = attrs[VR_A_PORT_IFNAME],
		.ifindex = attrs[VR_A_PORT_IFINDEX],
		.netns_fd = attrs[VR_A_PORT_NETNS_FD],
	};
}

static int vr_nl_port_addresses_parse(struct vr_port_config *config,
				      const struct nlattr *head, int len,
				      struct netlink_ext_ack *extack)
{
	int n = vr_nl_get_hosts(head, len, VR_A_PORT_ADDRESS,
				config->addresses, config->address_attrs,
				extack);

	if (n < 0)
		return n;
	config->n_addresses = n;
	if (n)
		config->addresses_given = true;
	return 0;
}

static int vr_nl_allowed_parse(const struct nlattr *nest,
			       struct vr_allowed_prefix *prefix,
			       struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[VR_A_ALLOWED_MAX + 1];
	int err;

	err = nla_parse_nested(attrs, VR_A_ALLOWED_MODE, nest,
			       vr_allowed_nl_policy, extack);
	if (err)
		return err;
	prefix->mode = VR_ALLOWED_MODE_SOURCE;
	if (attrs[VR_A_ALLOWED_MODE])
		prefix->mode = nla_get_u8(attrs[VR_A_ALLOWED_MODE]);
	return vr_nl_get_prefix(attrs[VR_A_ALLOWED_PREFIX],
				attrs[VR_A_ALLOWED_PREFIX_LENGTH],
				&prefix->prefix, &prefix->plen, extack);
}

/* Whether the last one is not there before. */
static int vr_nl_allowed_check_unique(const struct vr_allowed_config *config,
				      const struct nlattr *nest,
				      struct netlink_ext_ack *extack)
{
	const struct vr_allowed_prefix *last = &config->prefixes[config->n];
	unsigned int i;

	for (i = 0; i < config->n; i++)
		if (config->prefixes[i].plen == last->plen &&
		    ipv6_addr_equal(&config->prefixes[i].prefix,
				    &last->prefix)) {
			NL_SET_ERR_MSG_ATTR(extack, nest,
					    "allowed prefix is given twice");
			return -EINVAL;
		}
	return 0;
}

static int vr_nl_port_prefixes_parse(struct vr_allowed_config *config,
				     const struct nlattr *head, int len,
				     struct netlink_ext_ack *extack)
{
	const struct nlattr *nest;
	int rem, err;

	nla_for_each_attr(nest, head, len, rem) {
		if (nla_type(nest) != VR_A_PORT_ALLOWED)
			continue;
		if (config->n == VR_LIMIT_PORT_ALLOWED) {
			NL_SET_ERR_MSG_ATTR(extack, nest,
				"more than the limit of 32 allowed prefixes");
			return -ENOSPC;
		}
		err = vr_nl_allowed_parse(nest, &config->prefixes[config->n],
					  extack);
		if (!err)
			err = vr_nl_allowed_check_unique(config, nest, extack);
		if (err)
			return err;
		config->attrs[config->n++] = nest;
		config->given = true;
	}
	return 0;
}

static int vr_nl_port_allowed_parse(struct vr_allowed_config *config,
				    struct nlattr **attrs,
				    const struct nlattr *head, int len,
				    struct netlink_ext_ack *extack)
{
	config->vlan_attr = attrs[VR_A_PORT_VLAN];
	config->dhcp_attr = attrs[VR_A_PORT_DHCP_SERVER];
	config->router_attr = attrs[VR_A_PORT_ROUTER_ADVERTISEMENT];
	if (config->vlan_attr)
		config->vlan = nla_get_u8(config->vlan_attr);
	if (config->dhcp_attr)
		config->dhcp = nla_get_u8(config->dhcp_attr);
	if (config->router_attr)
		config->router = nla_get_u8(config->router_attr);
	return vr_nl_port_prefixes_parse(config, head, len, extack);
}

static void vr_nl_port_rate_parse(struct vr_rate_config *rate,
				  const struct nlattr *rate_attr,
				  const struct nlattr *burst_attr)
{
	rate->rate_attr = rate_attr;
	rate->burst_attr = burst_attr;
	if (rate_attr)
		rate->bits = nla_get_u64(rate_attr);
	if (burst_attr)
		rate->burst = nla_get_u32(burst_attr);
}

static void vr_nl_port_limits_parse(struct vr_port_config *config,
				    struct nlattr **attrs)
{
	vr_nl_port_rate_parse(&config->rates[VR_RATE_IN],
			      attrs[VR_A_PORT_RATE_IN],
			      attrs[VR_A_PORT_BURST_IN]);
	vr_nl_port_rate_parse(&config->rates[VR_RATE_OUT],
			      attrs[VR_A_PORT_RATE_OUT],
			      attrs[VR_A_PORT_BURST_OUT]);
	config->storm_rate_attr = attrs[VR_A_PORT_STORM_RATE];
	config->storm_burst_attr = attrs[VR_A_PORT_STORM_BURST];
	if (config->storm_rate_attr)
		config->storm_rate = nla_get_u32(config->storm_rate_attr);
	if (config->storm_burst_attr)
		config->storm_burst = nla_get_u32(config->storm_burst_attr);
	config->learn_attr = attrs[VR_A_PORT_LEARN];
	config->learn_limit_attr = attrs[VR_A_PORT_LEARN_LIMIT];
	config->learn_ageing_attr = attrs[VR_A_PORT_LEARN_AGEING];
	if (config->learn_attr)
		config->learn = nla_get_u8(config->learn_attr);
	if (config->learn_limit_attr)
		config->learn_limit = nla_get_u32(config->learn_limit_attr);
	if (config->learn_ageing_attr)
		config->learn_ageing = nla_get_u32(config->learn_ageing_attr);
}

static int vr_nl_port_parse(struct vr_port_config *config,
			    struct nlattr **attrs, const struct nlattr *head,
			    int len, struct netlink_ext_ack *extack)
{
	int err;

	config->network_attr = attrs[VR_A_PORT_NETWORK] ?:
			       attrs[VR_A_PORT_NETWORK_ID];
	config->mac_attr = attrs[VR_A_PORT_MAC];
	config->gateway_attr = attrs[VR_A_PORT_GATEWAY];
	config->antispoof_attr = attrs[VR_A_PORT_ANTISPOOF];
	config->sequence_attr = attrs[VR_A_PORT_SEQUENCE];
	config->state_attr = attrs[VR_A_PORT_STATE];
	config->description_attr = attrs[VR_A_PORT_DESCRIPTION];
	config->origin_attr = attrs[VR_A_PORT_ORIGIN];
	if (config->gateway_attr)
		config->gateway = nla_get_u8(config->gateway_attr);
	if (config->antispoof_attr)
		config->antispoof = nla_get_u8(config->antispoof_attr);
	if (config->sequence_attr)
		config->sequence = nla_get_u32(config->sequence_attr);
	if (config->state_attr)
		config->state = nla_get_u8(config->state_attr);
	if (config->description_attr)
		config->description = nla_data(config->description_attr);
	if (config->origin_attr)
		config->origin = nla_get_u8(config->origin_attr);
	vr_nl_port_limits_parse(config, attrs);
	if (config->mac_attr &&
	    vr_nl_get_mac(config->mac_attr, &config->mac, extack))
		return -EINVAL;
	err = vr_nl_port_allowed_parse(&config->allowed, attrs, head, len,
				       extack);
	if (err)
		return err;
	return vr_nl_port_addresses_parse(config, head, len, extack);
}

/* Under RTNL alone. */
static struct vr_port *vr_nl_port_attach(struct vr_nl_request *request,
					 struct nlattr **attrs,
					 const struct vr_nl_device *device,
					 const struct vr_port_config *config,
					 bool *changed)
{
	struct vr_instance *instance = request->instance;
	struct vr_network *network;
	struct net_device *dev;

	dev = vr_nl_device_find(request, device);
	if (IS_ERR(dev))
		return ERR_CAST(dev);
	mutex_lock(&instance->lock);
	network = vr_nl_network_find(instance, attrs[VR_A_PORT_NETWORK],
				     attrs[VR_A_PORT_NETWORK_ID],
				     request->extack);
	mutex_unlock(&instance->lock);
	if (IS_ERR(network))
		return ERR_CAST(network);
	return vr_port_attach(network, dev, config, request->flags, changed,
			      request->extack);
}

struct vr_port *vr_nl_port_add(struct vr_nl_request *request,
			       struct nlattr **attrs,
			       const struct nlattr *head, int len,
			       bool *changed)
{
	struct vr_port_config *config;
	struct vr_nl_device device;
	struct vr_port *port;
	int err;

	err = vr_nl_no_replace(request);
	if (err)
		return ERR_PTR(err);
	config = kzalloc(sizeof(*config), GFP_KERNEL);
	if (!config)
		return ERR_PTR(-ENOMEM);
	vr_nl_port_device(attrs, &device);
	config->device_attr = vr_nl_device_attr(&device);
	err = vr_nl_port_parse(config, attrs, head, len, request->extack);
	if (err)
		port = ERR_PTR(err);
	else
		port = vr_nl_port_attach(request, attrs, &device, config,
					 changed);
	kfree(config);
	return port;
}

/* The answer shows the port as it is now. */
static int vr_nl_port_answer(struct vr_nl_request *request,
			     const struct vr_port *port)
{
	int err;

	mutex_lock(&request->instance->lock);
	err = vr_nl_port_fill(request->reply, port, true);
	mutex_unlock(&request->instance->lock);
	return err;
}

int vr_nl_port_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vr_nl_request request;
	struct vr_port *port;
	bool changed;
	int err;

	err = vr_nl_begin(&request, skb, info, true);
	if (err)
		return err;
	port = vr_nl_port_add(&request, info->attrs,
			      genlmsg_data(info->genlhdr),
			      genlmsg_len(info->genlhdr), &changed);
	err = PTR_ERR_OR_ZERO(port);
	if (!err)
		err = vr_nl_port_answer(&request, port);
	return vr_nl_end(&request, err);
}

/* Under RTNL, which keeps the port. */
static struct vr_port *vr_nl_port_locate(struct vr_nl_request *request)
{
	struct vr_nl_device device;
	struct vr_port *port;

	vr_nl_port_device(request->info->attrs, &device);
	mutex_lock(&request->instance->lock);
	port = vr_nl_port_find(request, &device);
	mutex_unlock(&request->instance->lock);
	return port;
}

static int vr_nl_port_check_network(struct vr_nl_request *request,
				    const struct vr_port *port)
{
	struct nlattr **attrs = request->info->attrs;
	struct vr_network *network;

	if (!attrs[VR_A_PORT_NETWORK] && !attrs[VR_A_PORT_NETWORK_ID])
		return 0;
	mutex_lock(&request->instance->lock);
	network = vr_nl_network_find(request->instance,
				     attrs[VR_A_PORT_NETWORK],
				     attrs[VR_A_PORT_NETWORK_ID],
				     request->extack);
	mutex_unlock(&request->instance->lock);
	if (IS_ERR(network))
		return PTR_ERR(network);
	if (network == port->network)
		return 0;
	NL_SET_ERR_MSG_ATTR(request->extack, attrs[VR_A_PORT_NETWORK] ?:
			    attrs[VR_A_PORT_NETWORK_ID],
			    "port is in another network, detach it first");
	return -EBUSY;
}

/* What takes lists away, which a request that gives one must not have. */
static int vr_nl_port_parse_empty(struct vr_port_config *config,
				  struct nlattr **attrs,
				  struct netlink_ext_ack *extack)
{
	if (attrs[VR_A_PORT_NO_ADDRESSES]) {
		if (config->addresses_given) {
			NL_SET_ERR_MSG_ATTR(extack, config->address_attrs[0],
					    "address beside no-addresses");
			return -EINVAL;
		}
		config->addresses_given = true;
	}
	if (attrs[VR_A_PORT_NO_ALLOWED]) {
		if (config->allowed.given) {
			NL_SET_ERR_MSG_ATTR(extack, config->allowed.attrs[0],
					    "allowed beside no-allowed");
			return -EINVAL;
		}
		config->allowed.given = true;
	}
	return 0;
}

static int vr_nl_port_change(struct vr_nl_request *request,
			     struct vr_port *port)
{
	struct genl_info *info = request->info;
	struct vr_port_config *config;
	struct vr_nl_device device;
	int err;

	config = kzalloc(sizeof(*config), GFP_KERNEL);
	if (!config)
		return -ENOMEM;
	vr_nl_port_device(info->attrs, &device);
	config->device_attr = vr_nl_device_attr(&device);
	err = vr_nl_port_parse(config, info->attrs, genlmsg_data(info->genlhdr),
			       genlmsg_len(info->genlhdr), info->extack);
	if (!err)
		err = vr_nl_port_parse_empty(config, info->attrs,
					     info->extack);
	if (!err)
		err = vr_port_set(port, config, info->extack);
	kfree(config);
	return err;
}

int vr_nl_port_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vr_nl_request request;
	struct vr_port *port;
	int err;

	err = vr_nl_begin(&request, skb, info, true);
	if (err)
		return err;
	port = vr_nl_port_locate(&request);
	err = PTR_ERR_OR_ZERO(port);
	if (!err)
		err = vr_nl_port_check_network(&request, port);
	if (!err)
		err = vr_nl_port_change(&request, port);
	if (!err)
		err = vr_nl_port_answer(&request, port);
	return vr_nl_end(&request, err);
}

int vr_nl_port_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vr_nl_request request;
	struct vr_port *port;
	int err;

	err = vr_nl_begin(&request, skb, info, true);
	if (err)
		return err;
	port = vr_nl_port_locate(&request);
	if (!IS_ERR(port))
		vr_port_detach(port);
	return vr_nl_end(&request, PTR_ERR_OR_ZERO(port));
}

static int vr_nl_port_get(struct vr_nl_request *request)
{
	struct vr_nl_device device;
	struct vr_port *port;

	vr_nl_port_device(request->info->attrs, &device);
	port = vr_nl_port_find(request, &device);
	if (IS_ERR(port))
		return PTR_ERR(port);
	return vr_nl_port_fill(request->reply, port, true);
}

int vr_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vr_nl_do_locked(skb, info, vr_nl_port_get);
}

/* The network that a dump is of, NULL for all. */
static struct vr_network *vr_nl_port_dump_network(struct vr_instance *instance,
						  struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;

	if (!attrs[VR_A_PORT_NETWORK] && !attrs[VR_A_PORT_NETWORK_ID])
		return NULL;
	return vr_nl_network_find(instance, attrs[VR_A_PORT_NETWORK],
				  attrs[VR_A_PORT_NETWORK_ID], cb->extack);
}

int vr_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	const struct nlattr *origin = attrs[VR_A_PORT_ORIGIN];
	struct vr_instance *instance = vr_nl_dump_begin(cb);
	const struct vr_network *network;
	struct vr_port *port;
	unsigned long id;
	void *header;
	int err = 0;

	if (!instance)
		return vr_nl_dump_nothing(cb, attrs[VR_A_PORT_NETWORK],
					  attrs[VR_A_PORT_NETWORK_ID]);
	err = vr_nl_dump_refuse(cb, attrs[VR_A_PORT_ID] ?:
				attrs[VR_A_PORT_IFNAME] ?:
				attrs[VR_A_PORT_IFINDEX] ?:
				attrs[VR_A_PORT_NETNS_FD]);
	if (err || cb->args[1])
		goto out;
	network = vr_nl_port_dump_network(instance, cb);
	if (IS_ERR(network)) {
		err = PTR_ERR(network);
		goto out;
	}
	xa_for_each_start(&instance->ports, id, port, cb->args[0]) {
		cb->args[0] = id;
		if (vr_port_is_remote(port) ||
		    (origin && port->origin != nla_get_u8(origin)) ||
		    (network && port->network != network))
			continue;
		header = vr_nl_dump_start(skb, cb, VR_CMD_PORT_GET);
		if (!header || vr_nl_dump_end(skb, header,
					      vr_nl_port_fill(skb, port, true)))
			goto out;
	}
	cb->args[1] = true; /* all of them */
out:
	vr_nl_dump_finish(instance);
	return err ?: skb->len;
}
