// SPDX-License-Identifier: GPL-2.0-only
/*
 * VXLAN on the kernel's udp_tunnel. Entries: vr_vxlan_xmit(), vr_vxlan_rcv().
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <net/dst_cache.h>
#include <net/gro.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>
#include <net/udp_tunnel.h>

#include "address.h"
#include "datapath.h"
#include "instance.h"
#include "native.h"
#include "network.h"
#include "remote.h"
#include "uplink.h"
#include "vxlan.h"

/* RFC 7348 5. What is reserved is sent as zero and not looked at. */
struct vr_vxlan_header {
	__be32 flags;
	__be32 vni;			/* and 8 bits that are reserved */
};

#define VR_VXLAN_VNI_VALID	BIT(27)
#define VR_VXLAN_HEADERS	(sizeof(struct udphdr) + \
				 sizeof(struct vr_vxlan_header))

/* Packets in packets that are received on one stack. */
#define VR_VXLAN_DEPTH		2

static DEFINE_PER_CPU(unsigned int, vr_vxlan_depth);

/* A tunnel through one of the instance's own ports would never end. */
static bool vr_vxlan_leads_back(const struct vr_uplink *uplink,
				const struct net_device *dev)
{
	return dev->flags & IFF_LOOPBACK ||
	       (vr_native_is(dev) &&
		vr_native_instance(dev) == uplink->instance);
}

static struct rtable *vr_vxlan_lookup4(struct vr_remote *remote, __be32 *saddr)
{
	const struct vr_uplink *uplink = remote->uplink;
	struct flowi4 flow = {
		.flowi4_proto = IPPROTO_UDP,
		.daddr = vr_address_v4(&remote->key.vtep),
		.fl4_dport = htons(uplink->port),
	};
	struct rtable *rt;

	if (uplink->has_local)
		flow.saddr = vr_address_v4(&uplink->local);
	rt = ip_route_output_key(uplink->instance->net, &flow);
	if (IS_ERR(rt))
		return NULL;
	if (vr_vxlan_leads_back(uplink, rt->dst.dev)) {
		ip_rt_put(rt);
		return NULL;
	}
	dst_cache_set_ip4(&remote->dst_cache, &rt->dst, flow.saddr);
	vr_remote_set_mtu(remote, dst_mtu(&rt->dst) - VR_VXLAN_OVERHEAD4);
	*saddr = flow.saddr;
	return rt;
}

static struct dst_entry *vr_vxlan_lookup6(struct vr_remote *remote,
					  struct in6_addr *saddr)
{
	const struct vr_uplink *uplink = remote->uplink;
	struct flowi6 flow = {
		.flowi6_proto = IPPROTO_UDP,
		.daddr = remote->key.vtep,
		.fl6_dport = htons(uplink->port),
	};
	struct dst_entry *dst;

	if (uplink->has_local)
		flow.saddr = uplink->local;
	dst = ipv6_stub->ipv6_dst_lookup_flow(uplink->instance->net,
					      uplink->sock6->sk, &flow, NULL);
	if (IS_ERR(dst))
		return NULL;
	if (vr_vxlan_leads_back(uplink, dst->dev)) {
		dst_release(dst);
		return NULL;
	}
	dst_cache_set_ip6(&remote->dst_cache, dst, &flow.saddr);
	vr_remote_set_mtu(remote, dst_mtu(dst) - VR_VXLAN_OVERHEAD6);
	*saddr = flow.saddr;
	return dst;
}

/* The MTU of a route may change while it stays: seen once a second. */
static void vr_vxlan_check_mtu(struct vr_remote *remote,
			       const struct dst_entry *dst,
			       unsigned int overhead)
{
	if (time_after(jiffies, READ_ONCE(remote->checked) + HZ))
		vr_remote_set_mtu(remote, dst_mtu(dst) - overhead);
}

void vr_vxlan_probe(struct vr_remote *remote)
{
	struct in6_addr saddr6;
	struct dst_entry *dst;
	__be32 saddr4;

	/* The route goes into this CPU's cache, which packets use too. */
	local_bh_disable();
	if (vr_address_is_v4(&remote->key.vtep)) {
		struct rtable *rt = vr_vxlan_lookup4(remote, &saddr4);

		dst = rt ? &rt->dst : NULL;
	} else {
		dst = vr_vxlan_lookup6(remote, &saddr6);
	}
	local_bh_enable();
	dst_release(dst);
}

/* What the frame has behind its VLAN tags (802.1ad: two), and where. */
static __be16 vr_vxlan_inner_protocol(const struct sk_buff *skb,
				      unsigned int *offset)
{
	const struct vlan_hdr *vlan;
	__be16 protocol = skb->protocol;
	struct vlan_hdr buffer;
	unsigned int tags;

	*offset = ETH_HLEN;
	for (tags = 0; unlikely(eth_type_vlan(protocol)) && tags < 2; tags++) {
		vlan = skb_header_pointer(skb, *offset, sizeof(buffer),
					  &buffer);
		if (!vlan)
			return 0;
		protocol = vlan->h_vlan_encapsulated_proto;
		*offset += VLAN_HLEN;
	}
	return protocol;
}

/* The DS field of the packet in the frame, 0 for what is not IP. */
static u8 vr_vxlan_inner_dsfield(const struct sk_buff *skb)
{
	unsigned int offset;
	__be16 protocol = vr_vxlan_inner_protocol(skb, &offset);

	if (protocol == htons(ETH_P_IP) &&
	    skb_headlen(skb) >= offset + sizeof(struct iphdr))
		return ipv4_get_dsfield((const void *)(skb->data + offset));
	if (protocol == htons(ETH_P_IPV6) &&
	    skb_headlen(skb) >= offset + sizeof(struct ipv6hdr))
		return ipv6_get_dsfield((const void *)(skb->data + offset));
	return 0;
}

/*
 * RFC 2983 pipe model, RFC 6040 normal mode: the mark is copied, where the
 * kernel's own tunnels send ECT(0) for CE.
 */
static u8 vr_vxlan_outer_dsfield(const struct vr_uplink *uplink,
				 const struct sk_buff *skb)
{
	return READ_ONCE(uplink->dscp) << 2 |
	       (vr_vxlan_inner_dsfield(skb) & INET_ECN_MASK);
}

static bool vr_vxlan_push_header(struct sk_buff *skb, unsigned int room,
				 u32 vni, bool checksum)
{
	struct vr_vxlan_header *header;

	if (skb_cow_head(skb, room) ||
	    udp_tunnel_handle_offloads(skb, checksum))
		return false;
	header = __skb_push(skb, sizeof(*header));
	header->flags = htonl(VR_VXLAN_VNI_VALID);
	header->vni = htonl(vni << 8);
	skb_set_inner_protocol(skb, htons(ETH_P_TEB));
	return true;
}

static unsigned int vr_vxlan_room(const struct dst_entry *dst,
				  unsigned int headers)
{
	return LL_RESERVED_SPACE(dst->dev) + dst->header_len +
	       VR_VXLAN_HEADERS + headers;
}

/*
 * From the flow (RFC 7348 5), which is looked for in a device's namespace. Then
 * the packet has none: else the tunnel would be counted for it.
 */
static __be16 vr_vxlan_source_port(const struct vr_uplink *uplink,
				   struct sk_buff *skb, struct net_device *dev)
{
	__be16 port;

	skb->dev = dev;
	port = udp_flow_src_port(uplink->instance->net, skb, 0, 0, true);
	skb->dev = NULL;
	return port;
}

static enum vr_drop_reason vr_vxlan_xmit4(struct vr_remote *remote,
					  struct sk_buff *skb)
{
	struct vr_uplink *uplink = remote->uplink;
	u8 dsfield = vr_vxlan_outer_dsfield(uplink, skb);
	struct rtable *rt;
	__be16 sport;
	__be32 saddr;

	rt = dst_cache_get_ip4(&remote->dst_cache, &saddr);
	if (unlikely(!rt)) {
		rt = vr_vxlan_lookup4(remote, &saddr);
		if (!rt)
			return VR_DROP_REASON_UNDERLAY;
	}
	vr_vxlan_check_mtu(remote, &rt->dst, VR_VXLAN_OVERHEAD4);
	sport = vr_vxlan_source_port(uplink, skb, rt->dst.dev);
	if (unlikely(!vr_vxlan_push_header(skb,
					   vr_vxlan_room(&rt->dst,
							 sizeof(struct iphdr)),
					   READ_ONCE(remote->key.network->vni),
					   false))) {
		ip_rt_put(rt);
		return VR_DROP_REASON_NO_MEMORY;
	}
	udp_tunnel_xmit_skb(rt, uplink->sock4->sk, skb, saddr,
			    vr_address_v4(&remote->key.vtep), dsfield,
			    READ_ONCE(uplink->ttl), htons(IP_DF), sport,
			    htons(uplink->port), false, true);
	return 0;
}

/* With a checksum: without, receivers drop it (RFC 8200 8.1). */
static enum vr_drop_reason vr_vxlan_xmit6(struct vr_remote *remote,
					  struct sk_buff *skb)
{
	struct vr_uplink *uplink = remote->uplink;
	u8 dsfield = vr_vxlan_outer_dsfield(uplink, skb);
	struct in6_addr saddr, daddr = remote->key.vtep;
	struct dst_entry *dst;
	__be16 sport;

	dst = dst_cache_get_ip6(&remote->dst_cache, &saddr);
	if (unlikely(!dst)) {
		dst = vr_vxlan_lookup6(remote, &saddr);
		if (!dst)
			return VR_DROP_REASON_UNDERLAY;
	}
	vr_vxlan_check_mtu(remote, dst, VR_VXLAN_OVERHEAD6);
	sport = vr_vxlan_source_port(uplink, skb, dst->dev);
	if (unlikely(!vr_vxlan_push_header(skb,
					   vr_vxlan_room(dst,
						sizeof(struct ipv6hdr)),
					   READ_ONCE(remote->key.network->vni),
					   true))) {
		dst_release(dst);
		return VR_DROP_REASON_NO_MEMORY;
	}
	udp_tunnel6_xmit_skb(dst, uplink->sock6->sk, skb, NULL, &saddr, &daddr,
			     dsfield, READ_ONCE(uplink->ttl), 0, sport,
			     htons(uplink->port), false);
	return 0;
}

enum vr_drop_reason vr_vxlan_xmit(struct vr_remote *remote,
				  struct sk_buff *skb)
{
	if (vr_address_is_v4(&remote->key.vtep))
		return vr_vxlan_xmit4(remote, skb);
	return vr_vxlan_xmit6(remote, skb);
}

/*
 * RFC 6040 4.2. A tag in front of the packet must not be taken for its header:
 * the kernel's functions go by the network header.
 */
static enum vr_drop_reason vr_vxlan_take_mark(struct sk_buff *skb, int outer,
					      bool v4)
{
	unsigned int offset, len = 0;
	const void *header;
	__be16 protocol;

	protocol = vr_vxlan_inner_protocol(skb, &offset);
	if (protocol == htons(ETH_P_IP))
		len = sizeof(struct iphdr);
	else if (protocol == htons(ETH_P_IPV6))
		len = sizeof(struct ipv6hdr);
	if (!len)
		return 0;
	if (unlikely(!pskb_may_pull(skb, offset + len)))
		return VR_DROP_REASON_UPLINK_HEADER;
	skb_set_network_header(skb, offset);
	header = skb->head + outer;
	if ((v4 ? IP_ECN_decapsulate(header, skb) :
		  IP6_ECN_decapsulate(header, skb)) > 1)
		return VR_DROP_REASON_ECN;
	return 0;
}

/* Outer headers gone, the frame's in place. Returns why it is dropped, or 0. */
static enum vr_drop_reason vr_vxlan_decapsulate(struct sk_buff *skb, bool v4)
{
	int outer = skb_network_header(skb) - skb->head;

	if (__iptunnel_pull_header(skb, VR_VXLAN_HEADERS, htons(ETH_P_TEB),
				   false, false))
		return VR_DROP_REASON_UPLINK_HEADER;
	if (unlikely(!pskb_may_pull(skb, ETH_HLEN)))
		return VR_DROP_REASON_UPLINK_HEADER;
	skb_reset_mac_header(skb);
	/* Still that of the tunnel. */
	skb->transport_header = (typeof(skb->transport_header))~0U;
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		skb_set_transport_header(skb, skb_checksum_start_offset(skb));
	return vr_vxlan_take_mark(skb, outer, v4);
}

static void vr_vxlan_source(const struct sk_buff *skb, bool v4,
			    struct in6_addr *source)
{
	if (v4)
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, source);
	else
		*source = ipv6_hdr(skb)->saddr;
}

static enum vr_drop_reason vr_vxlan_parse(struct vr_uplink *uplink,
					  struct sk_buff *skb,
					  struct vr_port **in)
{
	bool v4 = ip_hdr(skb)->version == 4;
	const struct vr_vxlan_header *header;
	enum vr_drop_reason reason;
	struct in6_addr source;

	if (unlikely(!pskb_may_pull(skb, VR_VXLAN_HEADERS)))
		return VR_DROP_REASON_UPLINK_HEADER;
	header = (const void *)(skb->data + sizeof(struct udphdr));
	if (unlikely(!(header->flags & htonl(VR_VXLAN_VNI_VALID))))
		return VR_DROP_REASON_UPLINK_HEADER;
	vr_vxlan_source(skb, v4, &source);
	reason = vr_uplink_source_rcu(uplink, ntohl(header->vni) >> 8, &source,
				      in);
	return reason ?: vr_vxlan_decapsulate(skb, v4);
}

/*
 * To the stack of a native port, at once. If that leads back here, as tunnels in
 * tunnels do, a packet deep inside has to wait for a stack of its own.
 */
static void vr_vxlan_hand(struct sk_buff *skb)
{
	if (likely(__this_cpu_inc_return(vr_vxlan_depth) <= VR_VXLAN_DEPTH))
		netif_receive_skb(skb);
	else
		__netif_rx(skb);
	__this_cpu_dec(vr_vxlan_depth);
}

/* The socket's encap_rcv. The data begins with the UDP header. */
static int vr_vxlan_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct vr_uplink *uplink = rcu_dereference_sk_user_data(sk);
	enum vr_drop_reason reason;
	struct vr_port *in = NULL;

	if (unlikely(!uplink)) {
		kfree_skb(skb);
		return 0;
	}
	reason = vr_vxlan_parse(uplink, skb, &in);
	if (unlikely(reason)) {
		vr_drop(skb, uplink->instance, in, reason);
		return 0;
	}
	vr_uplink_count_rx(uplink, skb->len);
	skb = vr_remote_rcv(in, skb);
	if (skb)
		vr_vxlan_hand(skb);
	return 0;
}

/* Whether an ICMP error is about what we have sent. */
static int vr_vxlan_err_lookup(struct sock *sk, struct sk_buff *skb)
{
	return pskb_may_pull(skb, skb_transport_offset(skb) +
			     VR_VXLAN_HEADERS) ? 0 : -EINVAL;
}

/* Frames of one VNI are merged as if they had come without a tunnel. */
static struct sk_buff *vr_vxlan_gro_receive(struct sock *sk,
					    struct list_head *head,
					    struct sk_buff *skb)
{
	unsigned int offset = skb_gro_offset(skb);
	unsigned int len = offset + sizeof(struct vr_vxlan_header);
	const struct vr_vxlan_header *header, *other;
	struct sk_buff *pp = NULL, *p;

	header = skb_gro_header(skb, len, offset);
	if (unlikely(!header)) {
		NAPI_GRO_CB(skb)->flush = 1;
		return NULL;
	}
	skb_gro_postpull_rcsum(skb, header, sizeof(*header));
	list_for_each_entry(p, head, list) {
		if (!NAPI_GRO_CB(p)->same_flow)
			continue;
		other = (const void *)(p->data + offset);
		if (header->flags != other->flags ||
		    header->vni != other->vni)
			NAPI_GRO_CB(p)->same_flow = 0;
	}
	skb_gro_pull(skb, sizeof(*header));
	pp = call_gro_receive(eth_gro_receive, head, skb);
	return pp;
}

static int vr_vxlan_gro_complete(struct sock *sk, struct sk_buff *skb,
				 int nhoff)
{
	return eth_gro_complete(skb, nhoff + sizeof(struct vr_vxlan_header));
}

static int vr_vxlan_open_one(struct vr_uplink *uplink, u8 family,
			     struct socket **sock)
{
	struct net *net = uplink->instance->net;
	struct udp_tunnel_sock_cfg tunnel = {
		.sk_user_data = uplink,
		.encap_type = 1,
		.encap_rcv = vr_vxlan_rcv,
		.encap_err_lookup = vr_vxlan_err_lookup,
		.gro_receive = vr_vxlan_gro_receive,
		.gro_complete = vr_vxlan_gro_complete,
	};
	struct udp_port_cfg port = {
		.family = family,
		.local_udp_port = htons(uplink->port),
	};
	int err;

	if (family == AF_INET6) {
		port.ipv6_v6only = true;
		port.use_udp6_rx_checksums = true;
		if (uplink->has_local)
			port.local_ip6 = uplink->local;
	} else if (uplink->has_local) {
		port.local_ip.s_addr = vr_address_v4(&uplink->local);
	}
	err = udp_sock_create(net, &port, sock);
	if (err)
		return err;
	udp_allow_gso((*sock)->sk);
	setup_udp_tunnel_sock(net, *sock, &tunnel);
	udp_tunnel_notify_add_rx_port(*sock, UDP_TUNNEL_TYPE_VXLAN);
	return 0;
}

static void vr_vxlan_close_one(struct socket **sock)
{
	if (!*sock)
		return;
	udp_tunnel_notify_del_rx_port(*sock, UDP_TUNNEL_TYPE_VXLAN);
	udp_tunnel_sock_release(*sock);
	*sock = NULL;
}

static int vr_vxlan_refuse(const struct vr_uplink_config *config, int err,
			   struct netlink_ext_ack *extack)
{
	if (err == -EADDRINUSE)
		NL_SET_ERR_MSG_ATTR(extack, config->port_attr,
			"UDP port is in use here, by another VXLAN perhaps: give another");
	else if (err == -EADDRNOTAVAIL)
		NL_SET_ERR_MSG_ATTR(extack, config->local_attr,
				    "address is not this node's");
	return err;
}

/* Both families, or that of the local address. */
int vr_vxlan_open(struct vr_uplink *uplink,
		  const struct vr_uplink_config *config,
		  struct netlink_ext_ack *extack)
{
	bool v4 = !uplink->has_local || vr_address_is_v4(&uplink->local);
	bool v6 = !uplink->has_local || !v4;
	int err = 0;

	ASSERT_RTNL();
	uplink->port = config->port_attr ? config->port : VR_VXLAN_PORT;
	uplink->overhead4 = VR_VXLAN_OVERHEAD4;
	uplink->overhead6 = VR_VXLAN_OVERHEAD6;
	if (v4)
		err = vr_vxlan_open_one(uplink, AF_INET, &uplink->sock4);
	if (!err && v6) {
		err = vr_vxlan_open_one(uplink, AF_INET6, &uplink->sock6);
		if (err == -EAFNOSUPPORT && v4)
			err = 0; /* a kernel that runs without IPv6 */
	}
	if (!err)
		return 0;
	vr_vxlan_close_one(&uplink->sock4);
	return vr_vxlan_refuse(config, err, extack);
}

void vr_vxlan_close(struct vr_uplink *uplink)
{
	ASSERT_RTNL();
	vr_vxlan_close_one(&uplink->sock6);
	vr_vxlan_close_one(&uplink->sock4);
}

static void vr_vxlan_push_one(struct socket *sock, struct net_device *dev,
			      bool push)
{
	if (!sock)
		return;
	if (push)
		udp_tunnel_push_rx_port(dev, sock, UDP_TUNNEL_TYPE_VXLAN);
	else
		udp_tunnel_drop_rx_port(dev, sock, UDP_TUNNEL_TYPE_VXLAN);
}

void vr_vxlan_push_ports(const struct vr_uplink *uplink,
			 struct net_device *dev, bool push)
{
	vr_vxlan_push_one(uplink->sock4, dev, push);
	vr_vxlan_push_one(uplink->sock6, dev, push);
}
