/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses, prefixes and MAC addresses: text to binary and back.
 */
#ifndef VR_LIB_ADDRESS_H
#define VR_LIB_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

#define VR_MAC_LEN 6
/* Room for the text of each, the final zero included. */
#define VR_IP_TEXT 46
#define VR_PREFIX_TEXT (VR_IP_TEXT + 4)
#define VR_MAC_TEXT 18

/**
 * struct vr_ip - an IPv4 or IPv6 address
 * @family: AF_INET or AF_INET6, AF_UNSPEC while unset
 * @bytes: network byte order, IPv4 uses the first 4 and leaves the rest 0
 */
struct vr_ip {
	int family;
	uint8_t bytes[16];
};

/**
 * struct vr_prefix - an address and a prefix length
 * @ip: the address, whose bits after the prefix may be set
 * @length: 0 to 32 or 128, in bits
 */
struct vr_prefix {
	struct vr_ip ip;
	uint8_t length;
};

/**
 * vr_ip_parse - parse "192.0.2.1" or "2001:db8::1"
 * @key: what the user calls the value, for the error text
 *
 * Return: 0, or -EINVAL with a text that names key and value.
 */
int vr_ip_parse(const char *key, const char *text, struct vr_ip *ip,
		struct vr_error *err);

/**
 * vr_prefix_parse - parse "192.0.2.1/24" or "2001:db8::/64"
 *
 * The length has to be there, and host bits may be set: see
 * vr_prefix_has_host_bits().
 *
 * Return: 0, or -EINVAL with a text that names key and value.
 */
int vr_prefix_parse(const char *key, const char *text, struct vr_prefix *prefix,
		    struct vr_error *err);

/**
 * vr_mac_parse - parse "02:00:00:00:00:01"
 *
 * Return: 0, or -EINVAL with a text that names key and value.
 */
int vr_mac_parse(const char *key, const char *text, uint8_t mac[VR_MAC_LEN],
		 struct vr_error *err);

/* Each writes into @buf (VR_*_TEXT bytes) and returns it. */
const char *vr_ip_format(const struct vr_ip *ip, char buf[VR_IP_TEXT]);
const char *vr_prefix_format(const struct vr_prefix *prefix,
			     char buf[VR_PREFIX_TEXT]);
const char *vr_mac_format(const uint8_t mac[VR_MAC_LEN], char buf[VR_MAC_TEXT]);

/* Bytes of an address of the family, 0 when it is neither of the two. */
unsigned int vr_family_bytes(int family);

/**
 * vr_ip_from_bytes - take an address from a message
 * @len: 4 or 16, which decides the family
 *
 * Return: false when @len is neither, and @ip is as before.
 */
bool vr_ip_from_bytes(struct vr_ip *ip, const void *bytes, unsigned int len);

/**
 * vr_mac_of_ip - the MAC of an interface that is known by its address
 *
 * Who has the same address on another node gets the same MAC, so that nobody's
 * neighbour table is wrong when an address moves.  0a:58 and the address, of
 * IPv6 a hash of it (FNV-1a, 32 bits).
 */
void vr_mac_of_ip(const struct vr_ip *ip, uint8_t mac[VR_MAC_LEN]);

/* The MAC of one station: no group's, and not all zero. */
bool vr_mac_is_station(const uint8_t mac[VR_MAC_LEN]);

/* Below, equal to or above 0. IPv4 comes before IPv6. */
int vr_ip_compare(const struct vr_ip *a, const struct vr_ip *b);
bool vr_ip_equal(const struct vr_ip *a, const struct vr_ip *b);

bool vr_prefix_equal(const struct vr_prefix *a, const struct vr_prefix *b);
bool vr_prefix_has_host_bits(const struct vr_prefix *prefix);
/* Clear the bits after the prefix. */
void vr_prefix_mask(struct vr_prefix *prefix);
/* Host bits of @prefix do not matter; other families are never inside. */
bool vr_prefix_contains(const struct vr_prefix *prefix, const struct vr_ip *ip);
/* Is one of them inside of the other? */
bool vr_prefix_overlap(const struct vr_prefix *a, const struct vr_prefix *b);

#endif /* VR_LIB_ADDRESS_H */
