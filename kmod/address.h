/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One form for the addresses of both families: an IPv4 address is kept as the
 * IPv4-mapped IPv6 address (RFC 4291 2.5.5.2), which never occurs on the wire
 * as itself because the router forwards none of ::ffff:0:0/96. A MAC address
 * is kept as an opaque 64-bit key that compares and hashes in one step.
 */
#ifndef VR_ADDRESS_H
#define VR_ADDRESS_H

#include <linux/etherdevice.h>
#include <linux/unaligned.h>
#include <net/addrconf.h>
#include <net/ipv6.h>

static inline bool vr_address_is_v4(const struct in6_addr *addr)
{
	return ipv6_addr_v4mapped(addr);
}

static inline __be32 vr_address_v4(const struct in6_addr *addr)
{
	return addr->s6_addr32[3];
}

/* 32 or 128 */
static inline u8 vr_address_bits(const struct in6_addr *addr)
{
	return vr_address_is_v4(addr) ? 32 : 128;
}

/* The first byte of the address as it stands on the wire. */
static inline const u8 *vr_address_bytes(const struct in6_addr *addr)
{
	return vr_address_is_v4(addr) ? addr->s6_addr + 12 : addr->s6_addr;
}

/* A MAC as a key: byte order of the machine, so never to be shown or sent. */
static inline u64 vr_mac_key(const u8 *mac)
{
	return get_unaligned((const u32 *)mac) |
	       (u64)get_unaligned((const u16 *)(mac + 4)) << 32;
}

static inline void vr_mac_from_key(u8 *mac, u64 key)
{
	put_unaligned((u32)key, (u32 *)mac);
	put_unaligned((u16)(key >> 32), (u16 *)(mac + 4));
}

/* The link-local address that follows from the MAC (RFC 4291 appendix A). */
static inline void vr_address_from_mac(struct in6_addr *addr, u64 key)
{
	u8 mac[ETH_ALEN];

	vr_mac_from_key(mac, key);
	ipv6_addr_set(addr, htonl(0xfe800000), 0, 0, 0);
	addrconf_addr_eui48(addr->s6_addr + 8, (const char *)mac);
}

/* VRRP's virtual MACs, of IPv4 or IPv6 (RFC 9568 7.3). */
static inline bool vr_mac_is_vrrp(u64 key)
{
	u8 mac[ETH_ALEN];

	vr_mac_from_key(mac, key);
	return !mac[0] && !mac[1] && mac[2] == 0x5e && !mac[3] &&
	       (mac[4] == 1 || mac[4] == 2);
}

#endif /* VR_ADDRESS_H */
