// SPDX-License-Identifier: GPL-2.0-only
/* Commands on networks. Entries: vr_nl_network_*_doit(). */
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "address.h"
#include "instance.h"
#include "netlink.h"
#include "network.h"
#include "port.h"
#include "remote.h"
#include "uplink.h"

static int vr_nl_subnet_fill(struct sk_buff *msg,
			     const struct vr_subnet *subnet)
{
	u8 plen = subnet->plen - (128 - vr_address_bits(&subnet->gateway));
	struct nlattr *nest = nla_nest_start(msg, VR_A_NETWORK_SUBNET);

	if (!nest || vr_nl_put_ip(msg, VR_A_SUBNET_GATEWAY, &subnet->gateway) ||
	    nla_put_u8(msg, VR_A_SUBNET_PREFIX_LENGTH, plen))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

int vr_nl_network_fill(struct sk_buff *msg, const struct vr_network *network)
{
	const struct vr_subnets *subnets = vr_network_subnets(network);
	const struct vr_remote *remote;
	unsigned int i;

	if (nla_put_u32(msg, VR_A_NETWORK_ID, network->id) ||
	    nla_put_string(msg, VR_A_NETWORK_NAME, network->name) ||
	    nla_put_u32(msg, VR_A_NETWORK_MTU, network->mtu) ||
	    vr_nl_put_mac(msg, VR_A_NETWORK_GATEWAY_MAC,
			  network->gateway_mac) ||
	    nla_put_u8(msg, VR_A_NETWORK_ORIGIN, network->origin) ||
	    nla_put_u8(msg, VR_A_NETWORK_MTU_AUTO, network->mtu_auto) ||
	    nla_put_u8(msg, VR_A_NETWORK_UNKNOWN_FLOOD,
		       network->unknown_flood) ||
	    nla_put_u32(msg, VR_A_NETWORK_PORTS, network->n_ports) ||
	    nla_put_u32(msg, VR_A_NETWORK_ENDPOINTS, network->n_endpoints) ||
	    nla_put_u32(msg, VR_A_NETWORK_ROUTES, network->n_routes))
		return -EMSGSIZE;
	if (network->vni && nla_put_u32(msg, VR_A_NETWORK_VNI, network->vni))
		return -EMSGSIZE;
	if (network->description &&
	    nla_put_string(msg, VR_A_NETWORK_DESCRIPTION,
			   network->description))
		return -EMSGSIZE;
	for (i = 0; i < subnets->n; i++)
		if (vr_nl_subnet_fill(msg, &subnets->subnet[i]))
			return -EMSGSIZE;
	list_for_each_entry(remote, &network->flood_remotes, in_flood)
		if (vr_nl_put_ip(msg, VR_A_NETWORK_FLOOD, &remote->key.vtep))
			return -EMSGSIZE;
	return 0;
}

void vr_nl_network_notify(const struct vr_network *network, u8 cmd)
{
	struct vr_instance *instance = network->instance;
	struct sk_buff *msg;
	void *header;

	msg = vr_nl_event_create(instance, cmd, &header);
	if (msg)
		vr_nl_event_send(instance, msg, header,
				 vr_nl_network_fill(msg, network));
}

static int vr_nl_network_check_name(const struct nlattr *attr,
				    struct netlink_ext_ack *extack)
{
	const char *name = nla_data(attr);

	if (!*name) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "name is empty");
		return -EINVAL;
	}
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "name has a control character");
			return -EINVAL;
		}
	return 0;
}

/* An IPv4 gateway has neither the network's own address nor the broadcast. */
static int vr_nl_subnet_check(const struct vr_subnet *subnet,
			      const struct nlattr *attr,
			      struct netlink_ext_ack *extack)
{
	u8 host_bits = 128 - subnet->plen;
	u32 host;

	if (!vr_address_is_v4(&subnet->gateway) || host_bits < 2)
		return 0;
	host = ntohl(vr_address_v4(&subnet->gateway)) &
	       (u32)(BIT_ULL(host_bits) - 1);
	if (!host) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "gateway is the subnet's own address");
		return -EINVAL;
	}
	if (host == (u32)(BIT_ULL(host_bits) - 1)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "gateway is the subnet's broadcast address");
		return -EINVAL;
	}
	return 0;
}

static int vr_nl_subnet_parse(const struct nlattr *nest,
			      struct vr_subnet *subnet,
			      struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[VR_A_SUBNET_MAX + 1];
	int err;

	err = nla_parse_nested(attrs, VR_A_SUBNET_PREFIX_LENGTH, nest,
			       vr_subnet_nl_policy, extack);
	if (err)
		return err;
	if (!attrs[VR_A_SUBNET_GATEWAY]) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "subnet lacks its gateway");
		return -EINVAL;
	}
	err = vr_nl_get_host(attrs[VR_A_SUBNET_GATEWAY], &subnet->gateway,
			     extack);
	if (err)
		return err;
	err = vr_nl_get_prefix_length(attrs[VR_A_SUBNET_PREFIX_LENGTH],
				      &subnet->gateway, &subnet->plen, extack);
	if (err)
		return err;
	return vr_nl_subnet_check(subnet, attrs[VR_A_SUBNET_GATEWAY], extack);
}

static int vr_nl_subnet_check_unique(const struct vr_subnet *subnets, u8 n,
				     const struct nlattr *nest,
				     struct netlink_ext_ack *extack)
{
	const struct vr_subnet *last = &subnets[n];

	while (n--)
		if (subnets[n].plen == last->plen &&
		    ipv6_prefix_equal(&subnets[n].gateway, &last->gateway,
				      last->plen)) {
			NL_SET_ERR_MSG_ATTR(extack, nest,
					    "subnet is given twice");
			return -EINVAL;
		}
	return 0;
}

/* The caller frees config->subnets. */
static int vr_nl_subnets_parse(struct vr_network_config *config,
			       const struct nlattr *head, int len,
			       struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem, err;
	u8 n = 0;

	config->subnets = kcalloc(VR_LIMIT_NETWORK_SUBNETS,
				  sizeof(*config->subnets), GFP_KERNEL);
	if (!config->subnets)
		return -ENOMEM;
	nla_for_each_attr(attr, head, len, rem) {
		if (nla_type(attr) != VR_A_NETWORK_SUBNET)
			continue;
		if (n == VR_LIMIT_NETWORK_SUBNETS) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
				"more than the limit of 32 subnets");
			return -ENOSPC;
		}
		err = vr_nl_subnet_parse(attr, &config->subnets[n], extack);
		if (err)
			return err;
		err = vr_nl_subnet_check_unique(config->subnets, n, attr,
						extack);
		if (err)
			return err;
		n++;
		if (!config->subnets_attr)
			config->subnets_attr = attr;
	}
	config->n_subnets = n;
	return 0;
}

static int vr_nl_network_parse(struct vr_network_config *config,
			       struct nlattr **attrs,
			       const struct nlattr *head, int len,
			       struct netlink_ext_ack *extack)
{
	int err;

	config->id_attr = attrs[VR_A_NETWORK_ID];
	config->name_attr = attrs[VR_A_NETWORK_NAME];
	config->vni_attr = attrs[VR_A_NETWORK_VNI];
	config->mtu_attr = attrs[VR_A_NETWORK_MTU];
	config->gateway_mac_attr = attrs[VR_A_NETWORK_GATEWAY_MAC];
	config->description_attr = attrs[VR_A_NETWORK_DESCRIPTION];
	config->origin_attr = attrs[VR_A_NETWORK_ORIGIN];
	config->mtu_auto_attr = attrs[VR_A_NETWORK_MTU_AUTO];
	config->unknown_flood_attr = attrs[VR_A_NETWORK_UNKNOWN_FLOOD];
	if (config->mtu_auto_attr)
		config->mtu_auto = nla_get_u8(config->mtu_auto_attr);
	if (config->unknown_flood_attr)
		config->unknown_flood =
			nla_get_u8(config->unknown_flood_attr);
	if (config->id_attr)
		config->id = nla_get_u32(config->id_attr);
	if (config->vni_attr)
		config->vni = nla_get_u32(config->vni_attr);
	if (config->mtu_attr)
		config->mtu = nla_get_u32(config->mtu_attr);
	if (config->description_attr)
		config->description = nla_data(config->description_attr);
	if (config->origin_attr)
		config->origin = nla_get_u8(config->origin_attr);
	if (config->name_attr) {
		err = vr_nl_network_check_name(config->name_attr, extack);
		if (err)
			return err;
		config->name = nla_data(config->name_attr);
	}
	if (config->gateway_mac_attr) {
		err = vr_nl_get_mac(config->gateway_mac_attr,
				    &config->gateway_mac, extack);
		if (err)
			return err;
	}
	return vr_nl_subnets_parse(config, head, len, extack);
}

struct vr_network *vr_nl_network_add(struct vr_nl_request *request,
				     struct nlattr **attrs,
				     const struct nlattr *head, int len,
				     bool *changed)
{
	struct vr_network_config config = {};
	struct vr_network *network;
	int err;

	if (!attrs[VR_A_NETWORK_NAME]) {
		NL_SET_ERR_MSG(request->extack, "name is missing");
		return ERR_PTR(-EINVAL);
	}
	err = vr_nl_no_replace(request);
	if (err)
		return ERR_PTR(err);
	err = vr_nl_network_parse(&config, attrs, head, len, request->extack);
	if (err)
		network = ERR_PTR(err);
	else
		network = vr_network_add(request->instance, &config,
					 request->flags, changed,
					 request->extack);
	kfree(config.subnets);
	return network;
}

static int vr_nl_network_new(struct vr_nl_request *request)
{
	struct genl_info *info = request->info;
	struct vr_network *network;
	bool changed;

	network = vr_nl_network_add(request, info->attrs,
				    genlmsg_data(info->genlhdr),
				    genlmsg_len(info->genlhdr), &changed);
	if (IS_ERR(network))
		return PTR_ERR(network);
	return vr_nl_network_fill(request->reply, network);
}

int vr_nl_network_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vr_nl_do_locked(skb, info, vr_nl_network_new);
}

/* With both, the id says which network and the name what it is to be. */
static struct vr_network *vr_nl_network_to_set(struct vr_nl_request *request)
{
	struct nlattr **attrs = request->info->attrs;
	const struct nlattr *id = attrs[VR_A_NETWORK_ID];

	return vr_nl_network_find(request->instance,
				  id ? NULL : attrs[VR_A_NETWORK_NAME], id,
				  request->extack);
}

/* What the request says of the flood list. */
static int vr_nl_network_flood(struct vr_nl_request *request,
			       struct vr_network *network,
			       struct vr_flood_change *change)
{
	struct genl_info *info = request->info;
	int err;

	err = vr_nl_nodes_parse(&change->add, genlmsg_data(info->genlhdr),
				genlmsg_len(info->genlhdr),
				VR_A_NETWORK_FLOOD_ADD, request->extack);
	if (!err)
		err = vr_nl_nodes_parse(&change->del,
					genlmsg_data(info->genlhdr),
					genlmsg_len(info->genlhdr),
					VR_A_NETWORK_FLOOD_DEL,
					request->extack);
	if (err || !(change->add.n || change->del.n))
		return err;
	return vr_network_flood_prepare(network,
					info->attrs[VR_A_NETWORK_UPLINK],
					change, request->extack);
}

/* Returns the network, whose devices are to follow its MTU, or ERR_PTR. */
static struct vr_network *vr_nl_network_change(struct vr_nl_request *request,
					       u32 *old_mtu)
{
	struct genl_info *info = request->info;
	struct vr_flood_change change = {};
	struct vr_network_config config = { .flood = &change };
	struct vr_network *network;
	int err;

	network = vr_nl_network_to_set(request);
	if (IS_ERR(network))
		return network;
	*old_mtu = network->mtu;
	err = vr_nl_network_parse(&config, info->attrs,
				  genlmsg_data(info->genlhdr),
				  genlmsg_len(info->genlhdr), request->extack);
	if (!err)
		err = vr_nl_network_flood(request, network, &change);
	if (!err)
		err = vr_network_set(network, &config, request->extack);
	vr_network_flood_abort(&change);
	kvfree(change.add.vtep);
	kvfree(change.del.vtep);
	kfree(config.subnets);
	if (!err)
		err = vr_nl_network_fill(request->reply, network);
	return err ? ERR_PTR(err) : network;
}

int vr_nl_network_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vr_nl_request request;
	struct vr_network *network;
	u32 old_mtu;
	int err;

	err = vr_nl_begin(&request, skb, info, true);
	if (err)
		return err;
	mutex_lock(&request.instance->lock);
	network = vr_nl_network_change(&request, &old_mtu);
	mutex_unlock(&request.instance->lock);
	/* RTNL keeps the network, its MTU and its ports as they are. */
	if (!IS_ERR(network) && network->mtu != old_mtu)
		vr_ports_set_mtu(network, old_mtu);
	return vr_nl_end(&request, PTR_ERR_OR_ZERO(network));
}

void vr_nl_network_remove(struct vr_network *network)
{
	struct vr_instance *instance = network->instance;
	struct vr_port *port, *next;

	ASSERT_RTNL();
	list_for_each_entry_safe(port, next, &network->ports, in_network)
		vr_port_detach(port);
	mutex_lock(&instance->lock);
	vr_network_destroy(network);
	mutex_unlock(&instance->lock);
}

int vr_nl_network_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vr_nl_request request;
	struct vr_network *network;
	int err;

	err = vr_nl_begin(&request, skb, info, true);
	if (err)
		return err;
	mutex_lock(&request.instance->lock);
	network = vr_nl_network_find(request.instance,
				     info->attrs[VR_A_NETWORK_NAME],
				     info->attrs[VR_A_NETWORK_ID],
				     info->extack);
	if (!IS_ERR(network) && info->attrs[VR_A_NETWORK_IF_UNUSED] &&
	    network->n_ports) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[VR_A_NETWORK_NAME] ?:
				    info->attrs[VR_A_NETWORK_ID],
				    "network has ports");
		network = ERR_PTR(-EBUSY);
	}
	mutex_unlock(&request.instance->lock);
	/* Networks with RTNL held come, but do not go. */
	if (!IS_ERR(network))
		vr_nl_network_remove(network);
	return vr_nl_end(&request, PTR_ERR_OR_ZERO(network));
}

static int vr_nl_network_get(struct vr_nl_request *request)
{
	struct nlattr **attrs = request->info->attrs;
	struct vr_network *network;

	network = vr_nl_network_find(request->instance,
				     attrs[VR_A_NETWORK_NAME],
				     attrs[VR_A_NETWORK_ID], request->extack);
	if (IS_ERR(network))
		return PTR_ERR(network);
	return vr_nl_network_fill(request->reply, network);
}

int vr_nl_network_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vr_nl_do_locked(skb, info, vr_nl_network_get);
}

int vr_nl_network_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	const struct nlattr *origin = attrs[VR_A_NETWORK_ORIGIN];
	struct vr_instance *instance = vr_nl_dump_begin(cb);
	struct vr_network *network;
	unsigned long id;
	void *header;
	int err;

	if (!instance)
		return 0;
	err = vr_nl_dump_refuse(cb, attrs[VR_A_NETWORK_ID] ?:
				attrs[VR_A_NETWORK_NAME]);
	if (err || cb->args[1])
		goto out;
	xa_for_each_start(&instance->networks, id, network, cb->args[0]) {
		cb->args[0] = id;
		if (origin && network->origin != nla_get_u8(origin))
			continue;
		header = vr_nl_dump_start(skb, cb, VR_CMD_NETWORK_GET);
		if (!header || vr_nl_dump_end(skb, header,
					      vr_nl_network_fill(skb, network)))
			goto out;
	}
	cb->args[1] = true; /* all of them */
out:
	vr_nl_dump_finish(instance);
	return err ?: skb->len;
}
