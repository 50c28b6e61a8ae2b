/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between kernels that no shadow header can hide: the same thing
 * has another form. Kbuild says what the headers have, as VR_HAVE_*, because
 * a stable series takes some of them back into older versions.
 */
#ifndef VR_COMPAT_H
#define VR_COMPAT_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/ip_tunnels.h>

/* Until 6.12 a feature flag. */
static inline void vr_dev_set_lltx(struct net_device *dev)
{
#ifdef VR_HAVE_LLTX
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

/*
 * The stack's limits of super-packets, IPv6's and IPv4's, which have been two
 * since 6.3. Lowering is the core's netif_set_tso_max_size(); this is for the
 * way back, under RTNL.
 */
static inline u32 vr_dev_gso_ipv4_max_size(const struct net_device *dev)
{
#ifdef VR_HAVE_GSO_IPV4
	return dev->gso_ipv4_max_size;
#else
	return dev->gso_max_size;
#endif
}

static inline void vr_dev_set_gso_ipv4_max_size(struct net_device *dev,
						u32 size)
{
#ifdef VR_HAVE_GSO_IPV4
	WRITE_ONCE(dev->gso_ipv4_max_size, size);
#else
	WRITE_ONCE(dev->gso_max_size, size);
#endif
}

/* There with traffic control alone, under two names of its option. */
static inline void vr_skb_clear_tc_skip_classify(struct sk_buff *skb)
{
#if defined(CONFIG_NET_XGRESS) || \
	(!defined(VR_HAVE_XGRESS) && defined(CONFIG_NET_CLS_ACT))
	skb->tc_skip_classify = 0;
#endif
}

/* When a packet was to leave, which is of no meaning once it has. */
static inline void vr_skb_clear_delivery_time(struct sk_buff *skb)
{
	skb->tstamp = 0;
#ifdef VR_HAVE_TSTAMP_TYPE
	skb->tstamp_type = 0;
#else
	skb->mono_delivery_time = 0;
#endif
}

/* A bitmap since 6.10. Never in fragments; IPv6 wants a checksum. */
static inline void vr_tunnel_set_flags(struct ip_tunnel_key *key, bool checksum)
{
#ifdef VR_HAVE_TUNNEL_FLAGS
	ip_tunnel_flags_zero(key->tun_flags);
	__set_bit(IP_TUNNEL_KEY_BIT, key->tun_flags);
	__set_bit(IP_TUNNEL_DONT_FRAGMENT_BIT, key->tun_flags);
	if (checksum)
		__set_bit(IP_TUNNEL_CSUM_BIT, key->tun_flags);
#else
	key->tun_flags = TUNNEL_KEY | TUNNEL_DONT_FRAGMENT;
	if (checksum)
		key->tun_flags |= TUNNEL_CSUM;
#endif
}

/* Without a switch there are no such marks. */
static inline void vr_skb_clear_offload_marks(struct sk_buff *skb)
{
#ifdef CONFIG_NET_SWITCHDEV
	skb->offload_fwd_mark = 0;
	skb->offload_l3_fwd_mark = 0;
#endif
}

#endif /* VR_COMPAT_H */
