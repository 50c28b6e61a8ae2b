// SPDX-License-Identifier: Apache-2.0
/*
 * IP addresses, prefixes and MAC addresses: text to binary and back.
 */
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hash.h"

unsigned int vr_family_bytes(int family)
{
	switch (family) {
	case AF_INET:
		return 4;
	case AF_INET6:
		return 16;
	default:
		return 0;
	}
}

static bool vr_ip_scan(const char *text, struct vr_ip *ip)
{
	struct vr_ip scanned = { .family = AF_INET };

	if (strchr(text, ':'))
		scanned.family = AF_INET6;
	if (inet_pton(scanned.family, text, scanned.bytes) != 1)
		return false;

	*ip = scanned;
	return true;
}

int vr_ip_parse(const char *key, const char *text, struct vr_ip *ip,
		struct vr_error *err)
{
	if (vr_ip_scan(text, ip))
		return 0;

	return vr_error_set(err, EINVAL,
			    "%s \"%s\": expected an IPv4 or IPv6 address", key,
			    text);
}

/* One to three digits and nothing else: strtoul() takes signs and spaces. */
static bool vr_prefix_length_scan(const char *text, unsigned int *length)
{
	size_t digits = strspn(text, "0123456789");

	if (digits < 1 || digits > 3 || text[digits])
		return false;

	*length = 0;
	for (; *text; text++)
		*length = *length * 10 + (*text - '0');

	return true;
}

static bool vr_prefix_scan(const char *text, struct vr_prefix *prefix)
{
	const char *slash = strchr(text, '/');
	char address[VR_IP_TEXT];
	struct vr_ip ip;
	unsigned int length;

	if (!slash || (size_t)(slash - text) >= sizeof(address))
		return false;
	memcpy(address, text, slash - text);
	address[slash - text] = '\0';

	if (!vr_ip_scan(address, &ip) ||
	    !vr_prefix_length_scan(slash + 1, &length) ||
	    length > vr_family_bytes(ip.family) * 8)
		return false;

	prefix->ip = ip;
	prefix->length = length;
	return true;
}

int vr_prefix_parse(const char *key, const char *text, struct vr_prefix *prefix,
		    struct vr_error *err)
{
	if (vr_prefix_scan(text, prefix))
		return 0;

	return vr_error_set(
		err, EINVAL,
		"%s \"%s\": expected ADDRESS/LENGTH, length 0 to 32 (IPv4) or 128 (IPv6)",
		key, text);
}

static int vr_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;

	return -1;
}

static bool vr_mac_scan(const char *text, uint8_t mac[VR_MAC_LEN])
{
	uint8_t scanned[VR_MAC_LEN];
	int high, low, i;

	if (strlen(text) != VR_MAC_TEXT - 1)
		return false;

	for (i = 0; i < VR_MAC_LEN; i++, text += 3) {
		high = vr_hex_digit(text[0]);
		low = vr_hex_digit(text[1]);
		if (high < 0 || low < 0)
			return false;
		if (text[2] != (i < VR_MAC_LEN - 1 ? ':' : '\0'))
			return false;
		scanned[i] = high << 4 | low;
	}

	memcpy(mac, scanned, VR_MAC_LEN);
	return true;
}

int vr_mac_parse(const char *key, const char *text, uint8_t mac[VR_MAC_LEN],
		 struct vr_error *err)
{
	if (vr_mac_scan(text, mac))
		return 0;

	return vr_error_set(err, EINVAL,
			    "%s \"%s\": expected a MAC address (xx:xx:xx:xx:xx:xx)",
			    key, text);
}

const char *vr_ip_format(const struct vr_ip *ip, char buf[VR_IP_TEXT])
{
	if (!inet_ntop(ip->family, ip->bytes, buf, VR_IP_TEXT))
		strcpy(buf, "?");

	return buf;
}

const char *vr_prefix_format(const struct vr_prefix *prefix,
			     char buf[VR_PREFIX_TEXT])
{
	char ip[VR_IP_TEXT];

	snprintf(buf, VR_PREFIX_TEXT, "%s/%u", vr_ip_format(&prefix->ip, ip),
		 prefix->length);
	return buf;
}

const char *vr_mac_format(const uint8_t mac[VR_MAC_LEN], char buf[VR_MAC_TEXT])
{
	snprintf(buf, VR_MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5]);
	return buf;
}

bool vr_ip_from_bytes(struct vr_ip *ip, const void *bytes, unsigned int len)
{
	int family;

	switch (len) {
	case 4:
		family = AF_INET;
		break;
	case 16:
		family = AF_INET6;
		break;
	default:
		return false;
	}

	memset(ip, 0, sizeof(*ip));
	ip->family = family;
	memcpy(ip->bytes, bytes, len);
	return true;
}

bool vr_mac_is_station(const uint8_t mac[VR_MAC_LEN])
{
	static const uint8_t zero[VR_MAC_LEN];

	return !(mac[0] & 1) && memcmp(mac, zero, VR_MAC_LEN) != 0;
}

void vr_mac_of_ip(const struct vr_ip *ip, uint8_t mac[VR_MAC_LEN])
{
	uint32_t hash;

	mac[0] = 0x0a;
	mac[1] = 0x58;
	if (ip->family == AF_INET) {
		memcpy(mac + 2, ip->bytes, 4);
		return;
	}
	hash = htonl(vr_hash32(ip->bytes, sizeof(ip->bytes)));
	memcpy(mac + 2, &hash, sizeof(hash));
}

int vr_ip_compare(const struct vr_ip *a, const struct vr_ip *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;

	return memcmp(a->bytes, b->bytes, vr_family_bytes(a->family));
}

bool vr_ip_equal(const struct vr_ip *a, const struct vr_ip *b)
{
	return vr_ip_compare(a, b) == 0;
}

bool vr_prefix_equal(const struct vr_prefix *a, const struct vr_prefix *b)
{
	return a->length == b->length && vr_ip_equal(&a->ip, &b->ip);
}

void vr_prefix_mask(struct vr_prefix *prefix)
{
	unsigned int i, bits = prefix->length;

	for (i = 0; i < sizeof(prefix->ip.bytes); i++) {
		if (bits >= 8) {
			bits -= 8;
			continue;
		}
		prefix->ip.bytes[i] &= 0xff00 >> bits;
		bits = 0;
	}
}

bool vr_prefix_has_host_bits(const struct vr_prefix *prefix)
{
	struct vr_prefix masked = *prefix;

	vr_prefix_mask(&masked);
	return !vr_ip_equal(&masked.ip, &prefix->ip);
}

bool vr_prefix_contains(const struct vr_prefix *prefix, const struct vr_ip *ip)
{
	struct vr_prefix network = *prefix;
	struct vr_prefix host = { .ip = *ip, .length = prefix->length };

	vr_prefix_mask(&network);
	vr_prefix_mask(&host);
	return vr_prefix_equal(&network, &host);
}

bool vr_prefix_overlap(const struct vr_prefix *a, const struct vr_prefix *b)
{
	return a->length < b->length ? vr_prefix_contains(a, &b->ip)
				     : vr_prefix_contains(b, &a->ip);
}
