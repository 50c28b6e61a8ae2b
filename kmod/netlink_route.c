// SPDX-License-Identifier: GPL-2.0-only
/* Commands on routes. Entries: vr_nl_route_*_doit(). */
#include <linux/slab.h>

#include "address.h"
#include "flow.h"
#include "instance.h"
#include "netlink.h"
#include "network.h"
#include "port.h"
#include "remote.h"
#include "route.h"
#include "uplink.h"

static int vr_nl_nexthop_port_fill(struct sk_buff *msg,
				   const struct vr_port *port)
{
	if (nla_put_u32(msg, VR_A_NEXTHOP_PORT_ID, port->id) ||
	    nla_put_string(msg, VR_A_NEXTHOP_IFNAME, port->ifname) ||
	    nla_put_u32(msg, VR_A_NEXTHOP_IFINDEX,
			READ_ONCE(port->dev->ifindex)) ||
	    vr_nl_put_netns_id(msg, VR_A_NEXTHOP_NETNS_ID, port))
		return -EMSGSIZE;
	return 0;
}

/* Whom packets go to: a port, or a node by an uplink. */
static int vr_nl_nexthop_place_fill(struct sk_buff *msg, struct vr_port *port)
{
	const struct vr_remote *remote;

	if (!vr_port_is_remote(port))
		return vr_nl_nexthop_port_fill(msg, port);
	remote = vr_remote_of(port);
	if (vr_nl_put_ip(msg, VR_A_NEXTHOP_REMOTE, &remote->key.vtep) ||
	    nla_put_string(msg, VR_A_NEXTHOP_UPLINK, remote->uplink->name))
		return -EMSGSIZE;
	return 0;
}

static int vr_nl_nexthop_fill(struct sk_buff *msg,
			      const struct vr_nexthop_key *nexthop)
{
	if (nla_put_u8(msg, VR_A_NEXTHOP_TYPE, nexthop->type))
		return -EMSGSIZE;
	if (nexthop->port && vr_nl_nexthop_place_fill(msg, nexthop->port))
		return -EMSGSIZE;
	if (nexthop->mac && vr_nl_put_mac(msg, VR_A_NEXTHOP_MAC, nexthop->mac))
		return -EMSGSIZE;
	if (nexthop->type == VR_NEXTHOP_TYPE_ADDRESS)
		return vr_nl_put_ip(msg, VR_A_NEXTHOP_VIA, &nexthop->via);
	return 0;
}

static int vr_nl_prefix_fill(struct sk_buff *msg,
			     const struct vr_fib_entry *entry)
{
	if (vr_nl_put_ip(msg, VR_A_ROUTE_PREFIX, &entry->prefix) ||
	    nla_put_u8(msg, VR_A_ROUTE_PREFIX_LENGTH,
		       entry->plen - (128 - vr_address_bits(&entry->prefix))))
		return -EMSGSIZE;
	return 0;
}

static int vr_nl_route_network_fill(struct sk_buff *msg,
				    const struct vr_network *network)
{
	if (nla_put_string(msg, VR_A_ROUTE_NETWORK, network->name) ||
	    nla_put_u32(msg, VR_A_ROUTE_NETWORK_ID, network->id))
		return -EMSGSIZE;
	return 0;
}

/* One of several has a weight. */
static int vr_nl_nexthops_fill(struct sk_buff *msg,
			       const struct vr_nexthop *nexthop)
{
	unsigned int n = vr_nexthop_count(nexthop), i;
	const struct vr_nexthop *one;
	struct nlattr *nest;
	u16 weight;

	for (i = 0; i < n; i++) {
		one = vr_nexthop_at(nexthop, i, &weight);
		nest = nla_nest_start(msg, VR_A_ROUTE_NEXTHOP);
		if (!nest || vr_nl_nexthop_fill(msg, &one->key) ||
		    (n > 1 && nla_put_u16(msg, VR_A_NEXTHOP_WEIGHT, weight)))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	return 0;
}

int vr_nl_route_fill(struct sk_buff *msg, const struct vr_route *route)
{
	if (vr_nl_route_network_fill(msg, route->network) ||
	    vr_nl_prefix_fill(msg, &route->entry) ||
	    nla_put_u8(msg, VR_A_ROUTE_ORIGIN, route->origin))
		return -EMSGSIZE;
	return vr_nl_nexthops_fill(msg, route->nexthop);
}

void vr_nl_route_notify(const struct vr_route *route, u8 cmd)
{
	struct vr_instance *instance = route->network->instance;
	struct sk_buff *msg;
	void *header;

	if (!route->network->id)
		return; /* a subnet's, in a network that is not there yet */
	msg = vr_nl_event_create(instance, cmd, &header);
	if (msg)
		vr_nl_event_send(instance, msg, header,
				 vr_nl_route_fill(msg, route));
}

static struct vr_network *vr_nl_route_network(struct vr_instance *instance,
					      struct nlattr **attrs,
					      struct netlink_ext_ack *extack)
{
	return vr_nl_network_find(instance, attrs[VR_A_ROUTE_NETWORK],
				  attrs[VR_A_ROUTE_NETWORK_ID], extack);
}

static int vr_nl_prefix_parse(struct nlattr **attrs, struct in6_addr *prefix,
			      u8 *plen, struct netlink_ext_ack *extack)
{
	return vr_nl_get_prefix(attrs[VR_A_ROUTE_PREFIX],
				attrs[VR_A_ROUTE_PREFIX_LENGTH], prefix, plen,
				extack);
}

static bool vr_nl_nexthop_has_port(struct nlattr **attrs)
{
	return attrs[VR_A_NEXTHOP_PORT_ID] || attrs[VR_A_NEXTHOP_IFNAME] ||
	       attrs[VR_A_NEXTHOP_IFINDEX];
}

/* What the attributes say it is, which a type that is given must equal. */
static int vr_nl_nexthop_type(struct nlattr **attrs, const struct nlattr *nest,
			      struct netlink_ext_ack *extack)
{
	const struct nlattr *type = attrs[VR_A_NEXTHOP_TYPE];
	bool port = vr_nl_nexthop_has_port(attrs);
	int implied = -1;

	if (attrs[VR_A_NEXTHOP_VIA])
		implied = VR_NEXTHOP_TYPE_ADDRESS;
	else if (port)
		implied = VR_NEXTHOP_TYPE_PORT;
	else if (attrs[VR_A_NEXTHOP_REMOTE])
		implied = VR_NEXTHOP_TYPE_REMOTE;
	if (!!attrs[VR_A_NEXTHOP_VIA] + port + !!attrs[VR_A_NEXTHOP_REMOTE] >
	    1) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "next hop is more than one thing");
		return -EINVAL;
	}
	if (implied < 0 && type &&
	    nla_get_u8(type) >= VR_NEXTHOP_TYPE_BLACKHOLE)
		return nla_get_u8(type);
	if (attrs[VR_A_NEXTHOP_NETNS_FD] && !port) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[VR_A_NEXTHOP_NETNS_FD],
				    "namespace without a device");
		return -EINVAL;
	}
	if (implied < 0 || (type && nla_get_u8(type) != implied)) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "next hop lacks what its type needs");
		return -EINVAL;
	}
	return implied;
}

static int vr_nl_nexthop_port_parse(struct vr_nl_request *request,
				    struct nlattr **attrs,
				    const struct vr_network *network,
				    struct vr_nexthop_key *nexthop)
{
	const struct vr_nl_device device = {
		.id = attrs[VR_A_NEXTHOP_PORT_ID],
		.ifname = attrs[VR_A_NEXTHOP_IFNAME],
		.ifindex = attrs[VR_A_NEXTHOP_IFINDEX],
		.netns_fd = attrs[VR_A_NEXTHOP_NETNS_FD],
	};
	struct vr_port *port = vr_nl_port_find(request, &device);

	if (IS_ERR(port))
		return PTR_ERR(port);
	if (port->network != network) {
		NL_SET_ERR_MSG_ATTR(request->extack,
				    vr_nl_device_attr(&device),
				    "port is in another network");
		return -EINVAL;
	}
	if (!port->mac) {
		NL_SET_ERR_MSG_ATTR(request->extack,
				    vr_nl_device_attr(&device),
				    "port has no mac to send to");
		return -EINVAL;
	}
	nexthop->port = port;
	return 0;
}

static int vr_nl_nexthop_via_parse(const struct nlattr *attr,
				   const struct in6_addr *prefix,
				   struct vr_nexthop_key *nexthop,
				   struct netlink_ext_ack *extack)
{
	int err = vr_nl_get_host(attr, &nexthop->via, extack);

	if (err)
		return err;
	if (vr_address_is_v4(prefix) == vr_address_is_v4(&nexthop->via))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "next hop is of another family than the prefix");
	return -EINVAL;
}

static int vr_nl_nexthop_remote_parse(struct vr_nl_request *request,
				      struct nlattr **attrs,
				      struct vr_network *network,
				      struct vr_nexthop_key *nexthop)
{
	const struct nlattr *mac = attrs[VR_A_NEXTHOP_MAC];
	struct vr_remote *remote;

	if (mac && vr_nl_get_mac(mac, &nexthop->mac, request->extack))
		return -EINVAL;
	remote = vr_nl_remote_get(request, network, attrs[VR_A_NEXTHOP_REMOTE],
				  attrs[VR_A_NEXTHOP_UPLINK]);
	if (IS_ERR(remote))
		return PTR_ERR(remote);
	nexthop->port = &remote->port;
	return 0;
}

static int vr_nl_nexthop_parse(struct vr_nl_request *request,
			       const struct nlattr *nest,
			       struct vr_network *network,
			       const struct in6_addr *prefix,
			       struct vr_nexthop_config *config)
{
	struct nlattr *attrs[VR_A_NEXTHOP_MAX + 1];
	const struct nlattr *answer;
	int type, err;

	err = nla_parse_nested(attrs, VR_A_NEXTHOP_MAX, nest,
			       vr_nexthop_nl_policy, request->extack);
	if (err)
		return err;
	type = vr_nl_nexthop_type(attrs, nest, request->extack);
	if (type < 0)
		return type;
	answer = attrs[VR_A_NEXTHOP_NETNS_ID];
	if (!answer && type != VR_NEXTHOP_TYPE_REMOTE)
		answer = attrs[VR_A_NEXTHOP_MAC] ?: attrs[VR_A_NEXTHOP_UPLINK];
	if (answer) {
		NL_SET_ERR_MSG_ATTR(request->extack, answer,
				    "attribute is for answers only");
		return -EINVAL;
	}
	config->key.type = type;
	config->weight = 1;
	if (attrs[VR_A_NEXTHOP_WEIGHT])
		config->weight = nla_get_u16(attrs[VR_A_NEXTHOP_WEIGHT]);
	switch (type) {
	case VR_NEXTHOP_TYPE_PORT:
		return vr_nl_nexthop_port_parse(request, attrs, network,
						&config->key);
	case VR_NEXTHOP_TYPE_ADDRESS:
		return vr_nl_nexthop_via_parse(attrs[VR_A_NEXTHOP_VIA],
					       prefix, &config->key,
					       request->extack);
	case VR_NEXTHOP_TYPE_REMOTE:
		return vr_nl_nexthop_remote_parse(request, attrs, network,
						  &config->key);
	}
	return 0;
}

static int vr_nl_nexthops_count(const struct nlattr *head, int len,
				struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem, n = 0;

	BUILD_BUG_ON(VR_LIMIT_ROUTE_NEXTHOPS > VR_ECMP_MEMBERS);
	nla_for_each_attr(attr, head, len, rem) {
		if (nla_type(attr) != VR_A_ROUTE_NEXTHOP)
			continue;
		if (n++ < VR_LIMIT_ROUTE_NEXTHOPS)
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "more than the limit of 64 next hops");
		return -ENOSPC;
	}
	if (n)
		return n;
	NL_SET_ERR_MSG(extack, "next hop is missing");
	return -EINVAL;
}

/* Of several, each is a place to go to, and another one. */
static int vr_nl_nexthop_check(const struct vr_nexthop_config *configs,
			       unsigned int n, const struct nlattr *nest,
			       struct netlink_ext_ack *extack)
{
	const struct vr_nexthop_config *last = &configs[n];

	if (last->key.type == VR_NEXTHOP_TYPE_BLACKHOLE ||
	    last->key.type == VR_NEXTHOP_TYPE_UNREACHABLE) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
			"blackhole and unreachable are not one of several");
		return -EINVAL;
	}
	while (n--)
		if (!memcmp(&configs[n].key, &last->key, sizeof(last->key))) {
			NL_SET_ERR_MSG_ATTR(extack, nest,
					    "next hop is given twice");
			return -EINVAL;
		}
	return 0;
}

static int vr_nl_nexthops_parse(struct vr_nl_request *request,
				const struct nlattr *head, int len,
				struct vr_network *network,
				const struct vr_route_config *config)
{
	const struct nlattr *attr;
	unsigned int n = 0;
	int rem, err;

	nla_for_each_attr(attr, head, len, rem) {
		if (nla_type(attr) != VR_A_ROUTE_NEXTHOP)
			continue;
		err = vr_nl_nexthop_parse(request, attr, network,
					  &config->prefix,
					  &config->nexthops[n]);
		if (!err && config->n_nexthops > 1)
			err = vr_nl_nexthop_check(config->nexthops, n, attr,
						  request->extack);
		if (err)
			return err;
		n++;
	}
	return 0;
}

/* Those that were found: the route holds them now, if there is one. */
static void vr_nl_nexthops_unpin(const struct vr_route_config *config)
{
	unsigned int i;

	for (i = 0; i < config->n_nexthops; i++)
		if (config->nexthops[i].key.port)
			vr_remote_unpin(config->nexthops[i].key.port);
}

/* Where it leads, and then it is added. */
static struct vr_route *
vr_nl_route_add_nexthops(struct vr_nl_request *request,
			 struct vr_network *network,
			 struct vr_route_config *config,
			 const struct nlattr *head, int len, bool *changed)
{
	struct vr_nexthop_config one = {};
	struct vr_route *route;
	int n, err;

	n = vr_nl_nexthops_count(head, len, request->extack);
	if (n < 0)
		return ERR_PTR(n);
	config->n_nexthops = n;
	config->nexthops = n == 1 ? &one : kcalloc(n, sizeof(one), GFP_KERNEL);
	if (!config->nexthops)
		return ERR_PTR(-ENOMEM);
	err = vr_nl_nexthops_parse(request, head, len, network, config);
	if (err)
		route = ERR_PTR(err);
	else
		route = vr_route_add(network, config, request->flags, changed,
				     request->extack);
	vr_nl_nexthops_unpin(config);
	if (n > 1)
		kfree(config->nexthops);
	return route;
}

struct vr_route *vr_nl_route_add(struct vr_nl_request *request,
				 struct nlattr **attrs,
				 const struct nlattr *head, int len,
				 bool *changed)
{
	struct vr_route_config config = {};
	struct vr_network *network;
	int err;

	network = vr_nl_route_network(request->instance, attrs,
				      request->extack);
	if (IS_ERR(network))
		return ERR_CAST(network);
	config.prefix_attr = attrs[VR_A_ROUTE_PREFIX];
	err = vr_nl_prefix_parse(attrs, &config.prefix, &config.plen,
				 request->extack);
	if (err)
		return ERR_PTR(err);
	if (attrs[VR_A_ROUTE_ORIGIN])
		config.origin = nla_get_u8(attrs[VR_A_ROUTE_ORIGIN]);
	return vr_nl_route_add_nexthops(request, network, &config, head, len,
					changed);
}

static int vr_nl_route_new(struct vr_nl_request *request)
{
	struct genl_info *info = request->info;
	struct vr_route *route;
	bool changed;

	route = vr_nl_route_add(request, info->attrs,
				genlmsg_data(info->genlhdr),
				genlmsg_len(info->genlhdr), &changed);
	if (IS_ERR(route))
		return PTR_ERR(route);
	return vr_nl_route_fill(request->reply, route);
}

int vr_nl_route_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vr_nl_do_locked(skb, info, vr_nl_route_new);
}

static struct vr_route *vr_nl_route_find(struct vr_nl_request *request)
{
	struct nlattr **attrs = request->info->attrs;
	struct vr_network *network;
	struct in6_addr prefix;
	struct vr_route *route;
	u8 plen;
	int err;

	network = vr_nl_route_network(request->instance, attrs,
				      request->extack);
	if (IS_ERR(network))
		return ERR_CAST(network);
	err = vr_nl_prefix_parse(attrs, &prefix, &plen, request->extack);
	if (err)
		return ERR_PTR(err);
	route = vr_route_find(network, &prefix, plen);
	if (route)
		return route;
	NL_SET_ERR_MSG_ATTR(request->extack, attrs[VR_A_ROUTE_PREFIX],
			    "no such route");
	return ERR_PTR(-ENOENT);
}

static int vr_nl_route_del(struct vr_nl_request *request)
{
	struct vr_route *route = vr_nl_route_find(request);

	if (IS_ERR(route))
		return PTR_ERR(route);
	if (route->nexthop->key.type == VR_NEXTHOP_TYPE_CONNECTED) {
		NL_SET_ERR_MSG_ATTR(request->extack,
				    request->info->attrs[VR_A_ROUTE_PREFIX],
				    "route is a subnet, change the network");
		return -EBUSY;
	}
	vr_route_del(route);
	return 0;
}

int vr_nl_route_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vr_nl_do_locked(skb, info, vr_nl_route_del);
}

static int vr_nl_route_get(struct vr_nl_request *request)
{
	struct vr_route *route = vr_nl_route_find(request);

	if (IS_ERR(route))
		return PTR_ERR(route);
	return vr_nl_route_fill(request->reply, route);
}

int vr_nl_route_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vr_nl_do_locked(skb, info, vr_nl_route_get);
}

static int vr_nl_hop_fill(struct sk_buff *msg, const struct vr_network *network,
			  const struct in6_addr *address,
			  const struct vr_route *route,
			  const struct vr_hop *hop)
{
	u8 type = hop->nexthop ? hop->nexthop->key.type :
				 VR_NEXTHOP_TYPE_ENDPOINT;
	struct nlattr *nest;

	if (vr_nl_route_network_fill(msg, network) ||
	    vr_nl_put_ip(msg, VR_A_ROUTE_ADDRESS, address))
		return -EMSGSIZE;
	if (hop->nexthop &&
	    (vr_nl_prefix_fill(msg, &route->entry) ||
	     nla_put_u8(msg, VR_A_ROUTE_ORIGIN, route->origin)))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, VR_A_ROUTE_NEXTHOP);
	if (!nest || nla_put_u8(msg, VR_A_NEXTHOP_TYPE, type))
		return -EMSGSIZE;
	if (type == VR_NEXTHOP_TYPE_ADDRESS &&
	    vr_nl_put_ip(msg, VR_A_NEXTHOP_VIA, &hop->nexthop->key.via))
		return -EMSGSIZE;
	if (hop->port && (vr_nl_nexthop_place_fill(msg, hop->port) ||
			  vr_nl_put_mac(msg, VR_A_NEXTHOP_MAC, hop->mac)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int vr_nl_flow_ports_parse(struct nlattr **attrs, struct vr_flow *flow,
				  struct netlink_ext_ack *extack)
{
	const struct nlattr *sport = attrs[VR_A_ROUTE_SOURCE_PORT];
	const struct nlattr *dport = attrs[VR_A_ROUTE_DESTINATION_PORT];

	if (!sport && !dport)
		return 0;
	if (!vr_flow_has_ports(flow->protocol)) {
		NL_SET_ERR_MSG_ATTR(extack, sport ?: dport,
				    "port without a protocol that has ports");
		return -EINVAL;
	}
	if (sport)
		flow->sport = htons(nla_get_u16(sport));
	if (dport)
		flow->dport = htons(nla_get_u16(dport));
	return 0;
}

/* As a packet of the flow would have it. Without a protocol: a fragment. */
static int vr_nl_flow_parse(struct nlattr **attrs, struct vr_flow *flow,
			    struct netlink_ext_ack *extack)
{
	const struct nlattr *address = attrs[VR_A_ROUTE_ADDRESS];
	const struct nlattr *source = attrs[VR_A_ROUTE_SOURCE];
	int err;

	if (!address) {
		NL_SET_ERR_MSG(extack, "address is missing");
		return -EINVAL;
	}
	err = vr_nl_get_host(address, &flow->daddr, extack);
	if (!err && source)
		err = vr_nl_get_host(source, &flow->saddr, extack);
	if (err)
		return err;
	if (source && vr_address_is_v4(&flow->saddr) !=
		      vr_address_is_v4(&flow->daddr)) {
		NL_SET_ERR_MSG_ATTR(extack, source,
			"source is of another family than the address");
		return -EINVAL;
	}
	if (attrs[VR_A_ROUTE_PROTOCOL])
		flow->protocol = nla_get_u8(attrs[VR_A_ROUTE_PROTOCOL]);
	return vr_nl_flow_ports_parse(attrs, flow, extack);
}

/* Under the lock, what was found stays. */
static int vr_nl_route_lookup(struct vr_nl_request *request)
{
	struct nlattr **attrs = request->info->attrs;
	const struct nlattr *attr = attrs[VR_A_ROUTE_ADDRESS];
	struct vr_network *network;
	enum vr_drop_reason reason;
	struct vr_flow flow = {};
	struct vr_hop hop = {};
	int err;

	network = vr_nl_route_network(request->instance, attrs,
				      request->extack);
	if (IS_ERR(network))
		return PTR_ERR(network);
	err = vr_nl_flow_parse(attrs, &flow, request->extack);
	if (err)
		return err;
	hop.flow_hash = vr_flow_hash(request->instance, &flow);
	rcu_read_lock();
	reason = vr_route_resolve_rcu(network, NULL, &flow.daddr, NULL, &hop);
	rcu_read_unlock();
	if (reason == VR_DROP_REASON_NO_ROUTE) {
		NL_SET_ERR_MSG_ATTR(request->extack, attr, "no route");
		return -ENETUNREACH;
	}
	if (reason == VR_DROP_REASON_NO_ENDPOINT) {
		NL_SET_ERR_MSG_ATTR(request->extack, attr,
				    "no endpoint in the subnet has the address");
		return -EHOSTUNREACH;
	}
	if (reason)
		hop.port = NULL; /* blackhole and the like: shown as they are */
	return vr_nl_hop_fill(request->reply, network, &flow.daddr,
			      vr_route_match(network, &flow.daddr), &hop);
}

int vr_nl_route_lookup_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vr_nl_do_locked(skb, info, vr_nl_route_lookup);
}

/* Where a dump goes on: behind this prefix of this network. */
struct vr_nl_route_position {
	struct in6_addr prefix;
	u32 network_id;
	u8 plen;
	bool started;			/* the prefix is set */
	bool done;
};

/* The routes of one network, from the position on. 0, or what stopped it. */
static int vr_nl_route_dump_network(struct sk_buff *skb,
				    struct netlink_callback *cb,
				    struct vr_network *network,
				    struct vr_nl_route_position *position)
{
	const struct nlattr *origin =
		genl_info_dump(cb)->attrs[VR_A_ROUTE_ORIGIN];
	struct vr_route *route;
	void *header;
	int err;

	for (;;) {
		route = position->started ?
			vr_route_find_next(network, &position->prefix,
					   position->plen) :
			vr_route_first(network);
		if (!route)
			break;
		if (!origin || route->origin == nla_get_u8(origin)) {
			header = vr_nl_dump_start(skb, cb, VR_CMD_ROUTE_GET);
			if (!header)
				return -EMSGSIZE;
			err = vr_nl_dump_end(skb, header,
					     vr_nl_route_fill(skb, route));
			if (err)
				return err;
		}
		position->prefix = route->entry.prefix;
		position->plen = route->entry.plen;
		position->started = true;
	}
	position->started = false;
	return 0;
}

static void vr_nl_route_dump_all(struct sk_buff *skb,
				 struct netlink_callback *cb,
				 struct vr_instance *instance,
				 struct vr_nl_route_position *position)
{
	struct vr_network *network;
	unsigned long id;

	xa_for_each_start(&instance->networks, id, network,
			  position->network_id) {
		if (id != position->network_id)
			position->started = false; /* that one is gone */
		position->network_id = id;
		if (vr_nl_route_dump_network(skb, cb, network, position))
			return;
		position->network_id = id + 1;
	}
	position->done = true;
}

int vr_nl_route_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vr_nl_route_position *position = (void *)cb->ctx;
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct vr_instance *instance = vr_nl_dump_begin(cb);
	struct vr_network *network;
	int err = 0;

	BUILD_BUG_ON(sizeof(*position) > sizeof(cb->ctx));
	if (!instance)
		return vr_nl_dump_nothing(cb, attrs[VR_A_ROUTE_NETWORK],
					  attrs[VR_A_ROUTE_NETWORK_ID]);
	err = vr_nl_dump_refuse(cb, attrs[VR_A_ROUTE_PREFIX] ?:
				attrs[VR_A_ROUTE_PREFIX_LENGTH]);
	if (err || position->done)
		goto out;
	if (!attrs[VR_A_ROUTE_NETWORK] && !attrs[VR_A_ROUTE_NETWORK_ID]) {
		vr_nl_route_dump_all(skb, cb, instance, position);
		goto out;
	}
	network = vr_nl_route_network(instance, attrs, cb->extack);
	if (IS_ERR(network))
		err = PTR_ERR(network);
	else if (!vr_nl_route_dump_network(skb, cb, network, position))
		position->done = true;
out:
	vr_nl_dump_finish(instance);
	return err ?: skb->len;
}
