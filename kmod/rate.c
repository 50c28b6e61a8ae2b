// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rates of a port. A bucket is kept as the time when it will be full again
 * (the generic cell rate algorithm): a packet moves that time on by what its
 * bytes take, and is dropped if it lies further ahead than the time to fill
 * the whole bucket. One compare-and-exchange, no lock, no timer. Entries:
 * vr_rate_in(), vr_rate_out().
 */
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/math64.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <linux/timekeeping.h>
#include <linux/udp.h>
#include <net/inet_ecn.h>

#include "port.h"
#include "rate.h"

/* A unit of time is 1/16 ns, so that a small packet at a high rate has some. */
#define VR_RATE_UNITS		4
#define VR_RATE_SECOND		((u64)NSEC_PER_SEC << VR_RATE_UNITS)
/* So many bits of precision have the factor from bytes to time. */
#define VR_RATE_MULT_BITS	40

/* Slower and smaller ones would overflow a time, or let no packet through. */
#define VR_RATE_BITS_MIN	1000
#define VR_RATE_BURST_MIN	4096

/*
 * Without a queue a sender that is too fast loses packets, and TCP may then
 * pause for its least retransmission timeout, 200 ms: the bucket has to hold
 * what the rate allows in that time.
 */
#define VR_RATE_BURST_MSEC	200
#define VR_RATE_BURST_DEFAULT_MIN	SZ_128K

static unsigned int vr_rate_transport_len(const struct sk_buff *skb,
					  unsigned int offset)
{
	const struct tcphdr *th;
	struct tcphdr buffer;

	if (skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4)
		return sizeof(struct udphdr);
	if (!(skb_shinfo(skb)->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)))
		return 0;
	th = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	return th ? __tcp_hdrlen(th) : 0;
}

/* Bytes on a wire: each segment of a super-packet has the headers. */
static unsigned int vr_rate_wire_len(const struct sk_buff *skb)
{
	unsigned int tag = skb_vlan_tag_present(skb) ? VLAN_HLEN : 0;
	unsigned int segments, hlen;

	if (!skb_is_gso(skb) || !skb_transport_header_was_set(skb))
		return skb->len + tag;
	hlen = skb->encapsulation ? skb_inner_transport_offset(skb) :
				    skb_transport_offset(skb);
	hlen += vr_rate_transport_len(skb, hlen);
	if (hlen >= skb->len)
		return skb->len + tag;
	/* A packet socket's number of segments is not to be trusted. */
	segments = DIV_ROUND_UP(skb->len - hlen, skb_shinfo(skb)->gso_size);
	return skb->len + (segments - 1) * hlen + segments * tag;
}

/* Says that the network is congested, to those who want to know (RFC 3168). */
static void vr_rate_mark(struct sk_buff *skb)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;
	bool v4 = eth->h_proto == htons(ETH_P_IP);
	unsigned int len;
	u8 tos;

	if (!v4 && eth->h_proto != htons(ETH_P_IPV6))
		return;
	len = ETH_HLEN + (v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
	if (!pskb_may_pull(skb, len))
		return;
	skb_set_network_header(skb, ETH_HLEN);
	tos = v4 ? ip_hdr(skb)->tos : ipv6_get_dsfield(ipv6_hdr(skb));
	if (INET_ECN_is_not_ect(tos) || INET_ECN_is_ce(tos) ||
	    skb_ensure_writable(skb, len))
		return;
	if (v4)
		IP_ECN_set_ce(ip_hdr(skb));
	else
		IP6_ECN_set_ce(skb, ipv6_hdr(skb));
}

/*
 * Whether there is anything left in the bucket. The last packet may take more
 * than that: a super-packet is not worth less than a small one.
 */
static bool vr_rate_take(struct vr_rate *rate, struct sk_buff *skb)
{
	u64 cost = mul_u64_u32_shr(rate->mult, vr_rate_wire_len(skb),
				   rate->shift);
	u64 now = ktime_get_mono_fast_ns() << VR_RATE_UNITS;
	s64 full_at = atomic64_read(&rate->full_at);
	u64 missing;

	do {
		missing = max_t(s64, full_at - now, 0);
		if (missing >= rate->depth)
			return false;
		missing += cost;
	} while (!atomic64_try_cmpxchg(&rate->full_at, &full_at,
				       now + missing));
	if (missing > rate->low)
		vr_rate_mark(skb);
	return true;
}

static bool vr_rate_allows(const struct vr_port *port,
			   enum vr_rate_direction direction,
			   struct sk_buff *skb)
{
	struct vr_rate *rate = rcu_dereference(port->rates[direction]);

	return !rate || vr_rate_take(rate, skb);
}

enum vr_drop_reason vr_rate_in(const struct vr_port *port, struct sk_buff *skb)
{
	return vr_rate_allows(port, VR_RATE_IN, skb) ? 0 :
						       VR_DROP_REASON_RATE_IN;
}

enum vr_drop_reason vr_rate_out(const struct vr_port *port,
				struct sk_buff *skb)
{
	return vr_rate_allows(port, VR_RATE_OUT, skb) ? 0 :
							VR_DROP_REASON_RATE_OUT;
}

static u32 vr_rate_default_burst(u64 bits)
{
	u64 burst = div_u64(bits, BITS_PER_BYTE * MSEC_PER_SEC /
			    VR_RATE_BURST_MSEC);

	return clamp_t(u64, burst, VR_RATE_BURST_DEFAULT_MIN, U32_MAX);
}

/* A byte takes mult >> shift units. */
static void vr_rate_set_factor(struct vr_rate *rate)
{
	rate->shift = 26;
	rate->mult = div64_u64((VR_RATE_SECOND * BITS_PER_BYTE) << rate->shift,
			       rate->bits);
	while (rate->mult >> VR_RATE_MULT_BITS) {
		rate->mult >>= 1;
		rate->shift--;
	}
}

static struct vr_rate *vr_rate_create(u64 bits, u32 burst, bool burst_given)
{
	struct vr_rate *rate = kzalloc(sizeof(*rate), GFP_KERNEL_ACCOUNT);

	if (!rate)
		return ERR_PTR(-ENOMEM);
	rate->bits = bits;
	rate->burst_given = burst_given;
	rate->burst = burst_given ? burst : vr_rate_default_burst(bits);
	vr_rate_set_factor(rate);
	/* Of a rate that no packet takes time of, it is never empty. */
	rate->depth = max_t(u64, 1, mul_u64_u32_shr(rate->mult, rate->burst,
						    rate->shift));
	rate->low = rate->depth - rate->depth / 4;
	atomic64_set(&rate->full_at,
		     ktime_get_mono_fast_ns() << VR_RATE_UNITS);
	return rate;
}

static int vr_rate_check(const struct vr_rate_config *config, u64 bits,
			 struct netlink_ext_ack *extack)
{
	if (bits && bits < VR_RATE_BITS_MIN) {
		NL_SET_ERR_MSG_ATTR(extack, config->rate_attr,
				    "rate is below the least of 1000 bit/s");
		return -ERANGE;
	}
	if (config->burst_attr && !bits) {
		NL_SET_ERR_MSG_ATTR(extack, config->burst_attr,
				    "burst without a rate");
		return -EINVAL;
	}
	if (config->burst_attr && config->burst < VR_RATE_BURST_MIN) {
		NL_SET_ERR_MSG_ATTR(extack, config->burst_attr,
				    "burst is below the least of 4096 bytes");
		return -ERANGE;
	}
	return 0;
}

struct vr_rate *vr_rate_make(struct vr_rate *old,
			     const struct vr_rate_config *config,
			     struct netlink_ext_ack *extack)
{
	bool burst_given = config->burst_attr || (old && old->burst_given);
	u64 bits = old ? old->bits : 0;
	u32 burst = old ? old->burst : 0;
	int err;

	if (!config->rate_attr && !config->burst_attr)
		return old;
	if (config->rate_attr)
		bits = config->bits;
	if (config->burst_attr)
		burst = config->burst;
	err = vr_rate_check(config, bits, extack);
	if (err)
		return ERR_PTR(err);
	return bits ? vr_rate_create(bits, burst, burst_given) : NULL;
}

static bool vr_rate_differs(const struct vr_rate *rate,
			    const struct vr_rate_config *config)
{
	return config->rate_attr && config->bits != (rate ? rate->bits : 0);
}

static bool vr_rate_burst_differs(const struct vr_rate *rate,
				  const struct vr_rate_config *config)
{
	return config->burst_attr && config->burst != (rate ? rate->burst : 0);
}

int vr_rates_check_equal(struct vr_rate *const rates[VR_RATE_DIRECTIONS],
			 const struct vr_rate_config *configs,
			 struct netlink_ext_ack *extack)
{
	const struct vr_rate_config *out = &configs[VR_RATE_OUT];
	const struct vr_rate_config *in = &configs[VR_RATE_IN];

	if (vr_rate_differs(rates[VR_RATE_IN], in))
		NL_SET_ERR_MSG_ATTR(extack, in->rate_attr,
				    "device is attached with another rate-in");
	else if (vr_rate_burst_differs(rates[VR_RATE_IN], in))
		NL_SET_ERR_MSG_ATTR(extack, in->burst_attr,
				    "device is attached with another burst-in");
	else if (vr_rate_differs(rates[VR_RATE_OUT], out))
		NL_SET_ERR_MSG_ATTR(extack, out->rate_attr,
				    "device is attached with another rate-out");
	else if (vr_rate_burst_differs(rates[VR_RATE_OUT], out))
		NL_SET_ERR_MSG_ATTR(extack, out->burst_attr,
				    "device is attached with another burst-out");
	else
		return 0;
	return -EEXIST;
}

unsigned int vr_rates_gso_size(struct vr_rate *const rates[VR_RATE_DIRECTIONS])
{
	unsigned int i, size = GSO_MAX_SIZE;

	/* Half the burst, less what the segments' headers take. */
	for (i = 0; i < VR_RATE_DIRECTIONS; i++)
		if (rates[i])
			size = min(size, rates[i]->burst / 2 -
					 rates[i]->burst / 32);
	return size;
}
