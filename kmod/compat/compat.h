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

/* Until 6.12 a feature flag. */
static inline void vr_dev_set_lltx(struct net_device *dev)
{
#ifdef VR_HAVE_LLTX
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
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

/* Without a switch there are no such marks. */
static inline void vr_skb_clear_offload_marks(struct sk_buff *skb)
{
#ifdef CONFIG_NET_SWITCHDEV
	skb->offload_fwd_mark = 0;
	skb->offload_l3_fwd_mark = 0;
#endif
}

#endif /* VR_COMPAT_H */
