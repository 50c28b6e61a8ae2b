// SPDX-License-Identifier: GPL-2.0-only
/* Commands on endpoints. Entries: vr_nl_endpoint_*_doit(). */
#include <linux/slab.h>

#include "address.h"
#include "endpoint.h"
#include "instance.h"
#include "netlink.h"
#include "network.h"
#include "port.h"
#include "remote.h"
#include "uplink.h"

static int vr_nl_endpoint_place_fill(struct sk_buff *msg, struct vr_port *port)
{
	const struct vr_remote *remote;

	if (vr_port_is_remote(port)) {
		remote = vr_remote_of(port);
		if (vr_nl_put_ip(msg, VR_A_ENDPOINT_REMOTE,
				 &remote->key.vtep) ||
		    nla_put_string(msg, VR_A_ENDPOINT_UPLINK,
				   remote->uplink->name))
			return -EMSGSIZE;
		return 0;
	}
	if (nla_put_u32(msg, VR_A_ENDPOINT_PORT_ID, port->id) ||
	    nla_put_string(msg, VR_A_ENDPOINT_IFNAME, port->ifname) ||
	    nla_put_u32(msg, VR_A_ENDPOINT_IFINDEX,
			READ_ONCE(port->dev->ifindex)) ||
	    vr_nl_put_netns_id(msg, VR_A_ENDPOINT_NETNS_ID, port))
		return -EMSGSIZE;
	return 0;
}

int vr_nl_endpoint_fill(struct sk_buff *msg, const struct vr_endpoint *endpoint)
{
	const struct vr_network *network = endpoint->network;
	unsigned int i;

	if (nla_put_u32(msg, VR_A_ENDPOINT_ID, endpoint->id) ||
	    nla_put_string(msg, VR_A_ENDPOINT_NETWORK, network->name) ||
	    nla_put_u32(msg, VR_A_ENDPOINT_NETWORK_ID, network->id) ||
	    vr_nl_put_mac(msg, VR_A_ENDPOINT_MAC, endpoint->mac) ||
	    vr_nl_endpoint_place_fill(msg, endpoint->port) ||
	    nla_put_u32(msg, VR_A_ENDPOINT_SEQUENCE, endpoint->sequence) ||
	    nla_put_u8(msg, VR_A_ENDPOINT_STATE, endpoint->state) ||
	    nla_put_u8(msg, VR_A_ENDPOINT_ORIGIN, endpoint->origin))
		return -EMSGSIZE;
	for (i = 0; i < endpoint->n_addresses; i++)
		if (vr_nl_put_ip(msg, VR_A_ENDPOINT_ADDRESS,
				 &endpoint->addresses[i].ip))
			return -EMSGSIZE;
	return 0;
}

void vr_nl_endpoint_notify(const struct vr_endpoint *endpoint, u8 cmd)
{
	struct vr_instance *instance = endpoint->network->instance;
	struct sk_buff *msg;
	void *header;

	msg = vr_nl_event_create(instance, cmd, &header);
	if (msg)
		vr_nl_event_send(instance, msg, header,
				 vr_nl_endpoint_fill(msg, endpoint));
}

static struct vr_network *vr_nl_endpoint_network(struct vr_instance *instance,
						 struct nlattr **attrs,
						 struct netlink_ext_ack *extack)
{
	return vr_nl_network_find(instance, attrs[VR_A_ENDPOINT_NETWORK],
				  attrs[VR_A_ENDPOINT_NETWORK_ID], extack);
}

/* The node that the endpoint is on, as what stands for a port. */
static struct vr_port *vr_nl_endpoint_remote(struct vr_nl_request *request,
					     struct nlattr **attrs,
					     struct vr_network *network,
					     const struct nlattr *device)
{
	struct vr_remote *remote;

	if (device) {
		NL_SET_ERR_MSG_ATTR(request->extack, device,
				    "endpoint is at a port or remote, not both");
		return ERR_PTR(-EINVAL);
	}
	remote = vr_nl_remote_get(request, network,
				  attrs[VR_A_ENDPOINT_REMOTE],
				  attrs[VR_A_ENDPOINT_UPLINK]);
	return IS_ERR(remote) ? ERR_CAST(remote) : &remote->port;
}

/* The port of this network that the endpoint is behind. */
static struct vr_port *vr_nl_endpoint_port(struct vr_nl_request *request,
					   struct nlattr **attrs,
					   struct vr_network *network)
{
	const struct vr_nl_device device = {
		.id = attrs[VR_A_ENDPOINT_PORT_ID],
		.ifname = attrs[VR_A_ENDPOINT_IFNAME],
		.ifindex = attrs[VR_A_ENDPOINT_IFINDEX],
		.netns_fd = attrs[VR_A_ENDPOINT_NETNS_FD],
	};
	const struct nlattr *attr = vr_nl_device_attr(&device);
	struct vr_port *port;

	if (attrs[VR_A_ENDPOINT_REMOTE])
		return vr_nl_endpoint_remote(request, attrs, network, attr);
	if (attrs[VR_A_ENDPOINT_UPLINK]) {
		NL_SET_ERR_MSG_ATTR(request->extack,
				    attrs[VR_A_ENDPOINT_UPLINK],
				    "uplink without a remote");
		return ERR_PTR(-EINVAL);
	}
	port = vr_nl_port_find(request, &device);
	if (IS_ERR(port) || port->network == network)
		return port;
	NL_SET_ERR_MSG_ATTR(request->extack, attr,
			    "port is in another network");
	return ERR_PTR(-EINVAL);
}

static int vr_nl_endpoint_get_mac(struct nlattr **attrs, u64 *mac,
				  struct netlink_ext_ack *extack)
{
	if (!attrs[VR_A_ENDPOINT_MAC]) {
		NL_SET_ERR_MSG(extack, "mac is missing");
		return -EINVAL;
	}
	return vr_nl_get_mac(attrs[VR_A_ENDPOINT_MAC], mac, extack);
}

static int vr_nl_endpoint_parse(struct vr_endpoint_config *config,
				struct nlattr **attrs,
				const struct nlattr *head, int len,
				struct in6_addr *addresses,
				struct netlink_ext_ack *extack)
{
	int n, err;

	err = vr_nl_endpoint_get_mac(attrs, &config->mac, extack);
	if (err)
		return err;
	n = vr_nl_get_hosts(head, len, VR_A_ENDPOINT_ADDRESS, addresses,
			    config->address_attrs, extack);
	if (n < 0)
		return n;
	config->addresses = addresses;
	config->n_addresses = n;
	config->mac_attr = attrs[VR_A_ENDPOINT_MAC];
	if (attrs[VR_A_ENDPOINT_SEQUENCE])
		config->sequence = nla_get_u32(attrs[VR_A_ENDPOINT_SEQUENCE]);
	if (attrs[VR_A_ENDPOINT_STATE])
		config->state = nla_get_u8(attrs[VR_A_ENDPOINT_STATE]);
	if (attrs[VR_A_ENDPOINT_ORIGIN])
		config->origin = nla_get_u8(attrs[VR_A_ENDPOINT_ORIGIN]);
	return 0;
}

static struct vr_endpoint *
vr_nl_endpoint_add_parsed(struct vr_nl_request *request, struct nlattr **attrs,
			  struct vr_endpoint_config *config, bool *changed)
{
	struct vr_endpoint *endpoint;
	struct vr_network *network;

	network = vr_nl_endpoint_network(request->instance, attrs,
					 request->extack);
	if (IS_ERR(network))
		return ERR_CAST(network);
	config->port = vr_nl_endpoint_port(request, attrs, network);
	if (IS_ERR(config->port))
		return ERR_CAST(config->port);
	config->gateway = vr_port_is_gateway(config->port);
	endpoint = vr_endpoint_add(network, config, NULL, request->flags,
				   changed, request->extack);
	vr_remote_unpin(config->port);
	return endpoint;
}

struct vr_endpoint *vr_nl_endpoint_add(struct vr_nl_request *request,
				       struct nlattr **attrs,
				       const struct nlattr *head, int len,
				       bool *changed)
{
	struct vr_endpoint_config config = {};
	struct vr_endpoint *endpoint;
	struct in6_addr *addresses;
	int err;

	addresses = kcalloc(VR_LIMIT_ENDPOINT_ADDRESSES, sizeof(*addresses),
			    GFP_KERNEL);
	if (!addresses)
		return ERR_PTR(-ENOMEM);
	err = vr_nl_endpoint_parse(&config, attrs, head, len, addresses,
				   request->extack);
	if (err)
		endpoint = ERR_PTR(err);
	else
		endpoint = vr_nl_endpoint_add_parsed(request, attrs, &config,
						     changed);
	kfree(addresses);
	return endpoint;
}

static int vr_nl_endpoint_new(struct vr_nl_request *request)
{
	struct genl_info *info = request->info;
	struct vr_endpoint *endpoint;
	bool changed;

	endpoint = vr_nl_endpoint_add(request, info->attrs,
				      genlmsg_data(info->genlhdr),
				      genlmsg_len(info->genlhdr), &changed);
	if (IS_ERR(endpoint))
		return PTR_ERR(endpoint);
	return vr_nl_endpoint_fill(request->reply, endpoint);
}

int vr_nl_endpoint_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vr_nl_do_locked(skb, info, vr_nl_endpoint_new);
}

/* Without a state, the active one, else the one that stands by. */
static struct vr_endpoint *vr_nl_endpoint_find(struct vr_nl_request *request)
{
	struct nlattr **attrs = request->info->attrs;
	const struct nlattr *state = attrs[VR_A_ENDPOINT_STATE];
	struct vr_endpoint *endpoint;
	struct vr_network *network;
	u64 mac;
	int err;

	network = vr_nl_endpoint_network(request->instance, attrs,
					 request->extack);
	if (IS_ERR(network))
		return ERR_CAST(network);
	err = vr_nl_endpoint_get_mac(attrs, &mac, request->extack);
	if (err)
		return ERR_PTR(err);
	endpoint = vr_endpoint_find(network, mac, state ? nla_get_u8(state) :
				    VR_ENDPOINT_STATE_ACTIVE);
	if (!endpoint && !state)
		endpoint = vr_endpoint_find(network, mac,
					    VR_ENDPOINT_STATE_STANDBY);
	if (endpoint)
		return endpoint;
	NL_SET_ERR_MSG_ATTR(request->extack, attrs[VR_A_ENDPOINT_MAC],
			    "no such endpoint");
	return ERR_PTR(-ENOENT);
}

static int vr_nl_endpoint_del(struct vr_nl_request *request)
{
	struct vr_endpoint *endpoint = vr_nl_endpoint_find(request);

	if (IS_ERR(endpoint))
		return PTR_ERR(endpoint);
	if (vr_endpoint_is_ports(endpoint)) {
		NL_SET_ERR_MSG_ATTR(request->extack,
				    request->info->attrs[VR_A_ENDPOINT_MAC],
				    "endpoint is a port's own, change the port");
		return -EBUSY;
	}
	vr_endpoint_del(endpoint);
	return 0;
}

int vr_nl_endpoint_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vr_nl_do_locked(skb, info, vr_nl_endpoint_del);
}

static int vr_nl_endpoint_get(struct vr_nl_request *request)
{
	struct vr_endpoint *endpoint = vr_nl_endpoint_find(request);

	if (IS_ERR(endpoint))
		return PTR_ERR(endpoint);
	return vr_nl_endpoint_fill(request->reply, endpoint);
}

int vr_nl_endpoint_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vr_nl_do_locked(skb, info, vr_nl_endpoint_get);
}

/* Which endpoints a dump is of. */
struct vr_nl_endpoint_filter {
	const struct vr_network *network;	/* NULL: of all */
	const struct nlattr *port_id;
	const struct nlattr *origin;
	const struct nlattr *remote_attr;
	struct in6_addr remote;
};

static int vr_nl_endpoint_filter_parse(struct vr_instance *instance,
				       struct netlink_callback *cb,
				       struct vr_nl_endpoint_filter *filter)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;

	filter->network = NULL;
	filter->port_id = attrs[VR_A_ENDPOINT_PORT_ID];
	filter->origin = attrs[VR_A_ENDPOINT_ORIGIN];
	filter->remote_attr = attrs[VR_A_ENDPOINT_REMOTE];
	if (filter->remote_attr &&
	    vr_nl_get_ip(filter->remote_attr, &filter->remote, cb->extack))
		return -EINVAL;
	if (attrs[VR_A_ENDPOINT_NETWORK] || attrs[VR_A_ENDPOINT_NETWORK_ID])
		filter->network = vr_nl_endpoint_network(instance, attrs,
							 cb->extack);
	return PTR_ERR_OR_ZERO(filter->network);
}

static bool vr_nl_endpoint_wanted(const struct vr_endpoint *endpoint,
				  const struct vr_nl_endpoint_filter *filter)
{
	if (filter->network && endpoint->network != filter->network)
		return false;
	if (filter->remote_attr &&
	    !(vr_port_is_remote(endpoint->port) &&
	      ipv6_addr_equal(&vr_remote_of(endpoint->port)->key.vtep,
			      &filter->remote)))
		return false;
	if (filter->port_id &&
	    endpoint->port->id != nla_get_u32(filter->port_id))
		return false;
	return !filter->origin ||
	       endpoint->origin == nla_get_u8(filter->origin);
}

int vr_nl_endpoint_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct vr_instance *instance = vr_nl_dump_begin(cb);
	struct vr_nl_endpoint_filter filter;
	struct vr_endpoint *endpoint;
	unsigned long id;
	void *header;
	int err = 0;

	if (!instance)
		return vr_nl_dump_nothing(cb, attrs[VR_A_ENDPOINT_NETWORK],
					  attrs[VR_A_ENDPOINT_NETWORK_ID]);
	err = vr_nl_dump_refuse(cb, attrs[VR_A_ENDPOINT_MAC] ?:
				attrs[VR_A_ENDPOINT_STATE]);
	if (err || cb->args[1])
		goto out;
	err = vr_nl_endpoint_filter_parse(instance, cb, &filter);
	if (err)
		goto out;
	xa_for_each_start(&instance->endpoints, id, endpoint, cb->args[0]) {
		cb->args[0] = id;
		if (!vr_nl_endpoint_wanted(endpoint, &filter))
			continue;
		header = vr_nl_dump_start(skb, cb, VR_CMD_ENDPOINT_GET);
		if (!header ||
		    vr_nl_dump_end(skb, header,
				   vr_nl_endpoint_fill(skb, endpoint)))
			goto out;
	}
	cb->args[1] = true; /* all of them */
out:
	vr_nl_dump_finish(instance);
	return err ?: skb->len;
}
