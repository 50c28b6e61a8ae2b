// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stock tunnel devices as uplinks. What they receive goes to
 * vr_metadata_rcv(); each packet they are to send has its tunnel in a dst of
 * ours (vr_metadata_xmit()).
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/dst_metadata.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>
#include <net/rtnetlink.h>

#include "address.h"
#include "compat/compat.h"
#include "datapath.h"
#include "instance.h"
#include "metadata.h"
#include "network.h"
#include "remote.h"
#include "tap.h"
#include "uplink.h"
#include "vxlan.h"

/* A kind of device, and the attributes by which it tells of itself. */
struct vr_metadata_kind {
	const char *kind;
	int external;			/* "collect metadata" */
	int learning;			/* 0: has none */
	u8 overhead4;			/* of a frame, as VR_VXLAN_OVERHEAD4 */
	u8 overhead6;
};

static const struct vr_metadata_kind vr_metadata_kinds[] = {
	{ "vxlan", IFLA_VXLAN_COLLECT_METADATA, IFLA_VXLAN_LEARNING,
	  VR_VXLAN_OVERHEAD4, VR_VXLAN_OVERHEAD6 },
	{ "geneve", IFLA_GENEVE_COLLECT_METADATA, 0,
	  VR_VXLAN_OVERHEAD4, VR_VXLAN_OVERHEAD6 },
	{ "gretap", IFLA_GRE_COLLECT_METADATA, 0, 20 + 8 + 14, 40 + 8 + 14 },
	{ "ip6gretap", IFLA_GRE_COLLECT_METADATA, 0, 20 + 8 + 14, 40 + 8 + 14 },
};

int vr_metadata_init(struct vr_remote *remote)
{
	remote->metadata = alloc_percpu_gfp(struct metadata_dst *,
					    GFP_KERNEL_ACCOUNT);
	return remote->metadata ? 0 : -ENOMEM;
}

void vr_metadata_free(struct vr_remote *remote)
{
	struct metadata_dst *metadata;
	int cpu;

	if (!remote->metadata)
		return;
	for_each_possible_cpu(cpu) {
		metadata = *per_cpu_ptr(remote->metadata, cpu);
		if (metadata) /* packets may have it still */
			dst_release(&metadata->dst);
	}
	free_percpu(remote->metadata);
}

static void vr_metadata_fill(struct ip_tunnel_info *info,
			     const struct vr_remote *remote)
{
	const struct vr_uplink *uplink = remote->uplink;
	bool v4 = vr_address_is_v4(&remote->key.vtep);

	info->mode = IP_TUNNEL_INFO_TX;
	if (v4) {
		info->key.u.ipv4.dst = vr_address_v4(&remote->key.vtep);
		if (uplink->has_local)
			info->key.u.ipv4.src = vr_address_v4(&uplink->local);
	} else {
		info->mode |= IP_TUNNEL_INFO_IPV6;
		info->key.u.ipv6.dst = remote->key.vtep;
		if (uplink->has_local)
			info->key.u.ipv6.src = uplink->local;
	}
	vr_tunnel_set_flags(&info->key, !v4);
}

/* What may change. Others may send by it now, as a queue of the device does. */
static void vr_metadata_update(struct ip_tunnel_info *info,
			       const struct vr_remote *remote)
{
	const struct vr_uplink *uplink = remote->uplink;
	u32 vni = READ_ONCE(remote->key.network->vni);

	info->key.tun_id = key32_to_tunnel_id(cpu_to_be32(vni));
	info->key.tos = READ_ONCE(uplink->dscp) << 2;
	info->key.ttl = READ_ONCE(uplink->ttl);
}

/*
 * With a reference for the packet. It is this CPU's, made when it is first
 * needed, or the packet's own where the remote is not kept. Or NULL.
 */
static struct metadata_dst *vr_metadata_get(struct vr_remote *remote)
{
	struct metadata_dst *metadata, **place;

	if (unlikely(!remote->metadata)) {
		metadata = metadata_dst_alloc(0, METADATA_IP_TUNNEL,
					      GFP_ATOMIC);
		if (metadata)
			vr_metadata_fill(&metadata->u.tun_info, remote);
		return metadata;
	}
	place = this_cpu_ptr(remote->metadata);
	metadata = *place;
	if (likely(metadata))
		goto out_hold;
	metadata = metadata_dst_alloc(0, METADATA_IP_TUNNEL, GFP_ATOMIC);
	if (!metadata)
		return NULL;
	if (dst_cache_init(&metadata->u.tun_info.dst_cache, GFP_ATOMIC)) {
		dst_release(&metadata->dst);
		return NULL;
	}
	vr_metadata_fill(&metadata->u.tun_info, remote);
	*place = metadata;
out_hold:
	dst_hold(&metadata->dst);
	return metadata;
}

enum vr_drop_reason vr_metadata_xmit(struct vr_remote *remote,
				     struct sk_buff *skb)
{
	struct net_device *dev = remote->uplink->dev;
	struct metadata_dst *metadata;

	if (unlikely(!(dev->flags & IFF_UP)))
		return VR_DROP_REASON_PORT_DOWN;
	metadata = vr_metadata_get(remote);
	if (unlikely(!metadata))
		return VR_DROP_REASON_NO_MEMORY;
	if (time_after(jiffies, READ_ONCE(remote->checked) + HZ))
		vr_metadata_probe(remote);
	vr_metadata_update(&metadata->u.tun_info, remote);
	skb_dst_set(skb, &metadata->dst);
	skb->dev = dev;
	dev_queue_xmit(skb);
	return 0;
}

static u32 vr_metadata_path_mtu4(const struct vr_remote *remote)
{
	const struct vr_uplink *uplink = remote->uplink;
	struct flowi4 flow = {
		.flowi4_proto = IPPROTO_UDP,
		.daddr = vr_address_v4(&remote->key.vtep),
	};
	struct rtable *rt;
	u32 mtu;

	rt = ip_route_output_key(uplink->instance->net, &flow);
	if (IS_ERR(rt))
		return 0;
	mtu = dst_mtu(&rt->dst);
	ip_rt_put(rt);
	return mtu - uplink->overhead4;
}

static u32 vr_metadata_path_mtu6(const struct vr_remote *remote)
{
	const struct vr_uplink *uplink = remote->uplink;
	struct flowi6 flow = {
		.flowi6_proto = IPPROTO_UDP,
		.daddr = remote->key.vtep,
	};
	struct dst_entry *dst;
	u32 mtu;

	dst = ipv6_stub->ipv6_dst_lookup_flow(uplink->instance->net, NULL,
					      &flow, NULL);
	if (IS_ERR(dst))
		return 0;
	mtu = dst_mtu(dst);
	dst_release(dst);
	return mtu - uplink->overhead6;
}

/* The device has no route of its own: its tunnels' paths have. */
void vr_metadata_probe(struct vr_remote *remote)
{
	u32 mtu = READ_ONCE(remote->uplink->dev->mtu);
	u32 path;

	path = vr_address_is_v4(&remote->key.vtep) ?
	       vr_metadata_path_mtu4(remote) : vr_metadata_path_mtu6(remote);
	if (path)
		vr_remote_set_mtu(remote, min(mtu, path));
	else
		WRITE_ONCE(remote->checked, jiffies);
}

static enum vr_drop_reason vr_metadata_parse(struct vr_uplink *uplink,
					     struct sk_buff *skb,
					     struct vr_port **in)
{
	const struct ip_tunnel_info *info = skb_tunnel_info(skb);
	struct in6_addr source;

	if (!info || info->mode & IP_TUNNEL_INFO_TX)
		return VR_DROP_REASON_UPLINK_HEADER;
	if (ip_tunnel_info_af(info) == AF_INET6)
		source = info->key.u.ipv6.src;
	else
		ipv6_addr_set_v4mapped(info->key.u.ipv4.src, &source);
	return vr_uplink_source_rcu(uplink,
				    be32_to_cpu(tunnel_id_to_key32(info->key.tun_id)),
				    &source, in);
}

static rx_handler_result_t vr_metadata_rcv(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct vr_uplink *uplink = rcu_dereference(skb->dev->rx_handler_data);
	enum vr_drop_reason reason;
	struct vr_port *in = NULL;

	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb)) {
		vr_drop_count(uplink->instance, NULL, VR_DROP_REASON_NO_MEMORY);
		return RX_HANDLER_CONSUMED;
	}
	reason = vr_metadata_parse(uplink, skb, &in);
	if (unlikely(reason)) {
		vr_drop(skb, uplink->instance, in, reason);
		return RX_HANDLER_CONSUMED;
	}
	skb_dst_drop(skb);
	skb_push_rcsum(skb, ETH_HLEN);
	vr_uplink_count_rx(uplink, skb->len);
	*pskb = vr_remote_rcv(in, skb);
	return *pskb ? RX_HANDLER_ANOTHER : RX_HANDLER_CONSUMED;
}

struct vr_uplink *vr_metadata_uplink(const struct net_device *dev)
{
	if (rcu_access_pointer(dev->rx_handler) != vr_metadata_rcv)
		return NULL;
	return rtnl_dereference(dev->rx_handler_data);
}

static const struct vr_metadata_kind *
vr_metadata_kind(const struct net_device *dev)
{
	unsigned int i;

	if (!dev->rtnl_link_ops || !dev->rtnl_link_ops->fill_info)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(vr_metadata_kinds); i++)
		if (!strcmp(dev->rtnl_link_ops->kind,
			    vr_metadata_kinds[i].kind))
			return &vr_metadata_kinds[i];
	return NULL;
}

/* What the device would tell "ip -d link": its own settings are its own. */
static int vr_metadata_check_info(const struct net_device *dev,
				  const struct vr_metadata_kind *kind,
				  const struct nlattr *attr,
				  struct netlink_ext_ack *extack)
{
	struct sk_buff *msg = alloc_skb(NLMSG_GOODSIZE, GFP_KERNEL);
	const struct nlattr *external, *learning = NULL;
	int err;

	if (!msg)
		return -ENOMEM;
	err = dev->rtnl_link_ops->fill_info(msg, dev);
	if (err)
		goto out_free;
	external = nla_find((void *)msg->data, msg->len, kind->external);
	if (kind->learning)
		learning = nla_find((void *)msg->data, msg->len,
				    kind->learning);
	err = -EINVAL;
	if (!external || (nla_len(external) && !nla_get_u8(external)))
		NL_SET_ERR_MSG_ATTR(extack, attr,
			"tunnel device is not external (collect metadata)");
	else if (learning && nla_get_u8(learning))
		NL_SET_ERR_MSG_ATTR(extack, attr,
			"tunnel device learns: make it with nolearning");
	else
		err = 0;
out_free:
	kfree_skb(msg);
	return err;
}

int vr_metadata_open(struct vr_uplink *uplink, const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	const struct vr_metadata_kind *kind = vr_metadata_kind(uplink->dev);
	struct net_device *dev = uplink->dev;
	int err;

	ASSERT_RTNL();
	if (!kind || dev->type != ARPHRD_ETHER) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
			"device is not a vxlan, geneve or gretap");
		return -EOPNOTSUPP;
	}
	err = vr_tap_check_free(dev, attr, extack);
	if (err)
		return err;
	err = vr_metadata_check_info(dev, kind, attr, extack);
	if (err)
		return err;
	uplink->overhead4 = kind->overhead4;
	uplink->overhead6 = kind->overhead6;
	return netdev_rx_handler_register(dev, vr_metadata_rcv, uplink);
}

void vr_metadata_close(struct vr_uplink *uplink)
{
	ASSERT_RTNL();
	netdev_rx_handler_unregister(uplink->dev);
}
