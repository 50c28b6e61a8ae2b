// SPDX-License-Identifier: Apache-2.0
/*
 * Addresses, prefixes, MAC addresses, and the errors that name them.
 */
#include <arpa/inet.h>
#include <errno.h>

#include "lib/address.h"
#include "tap.h"

static void test_ip(void)
{
	static const char *const good[] = { "192.0.2.1",       "0.0.0.0",
					    "255.255.255.255", "::",
					    "2001:db8::1",     "fe80::1:2:3",
					    "::ffff:192.0.2.1" };
	static const char *const bad[] = { "",
					   "192.0.2",
					   "192.0.2.256",
					   "192.0.2.1 ",
					   " 192.0.2.1",
					   "192.0.2.1.2",
					   "0192.0.2.1",
					   "2001:db8:::1",
					   "2001:db8::1::2",
					   "fe80::1%eth0",
					   "1:2:3:4:5:6:7:8:9",
					   "10.1.1.1/24",
					   "host",
					   ":" };
	struct vr_ip ip, before = { .family = AF_INET, .bytes = { 9 } };
	char text[VR_IP_TEXT];
	struct vr_error err;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ok(vr_ip_parse("address", good[i], &ip, &err) == 0,
		   "address %s is taken", good[i]);
		is_string(vr_ip_format(&ip, text), good[i],
			  "address %s comes back", good[i]);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ip = before;
		is_int(vr_ip_parse("address", bad[i], &ip, &err), -EINVAL,
		       "address \"%s\" is refused", bad[i]);
		ok(vr_ip_equal(&ip, &before),
		   "and \"%s\" does not change the result", bad[i]);
	}

	vr_ip_parse("via", "x", &ip, &err);
	is_string(err.text, "via \"x\": expected an IPv4 or IPv6 address",
		  "the error names key and value");
	is_int(err.errnum, EINVAL, "and has its errno");
	is_int(vr_ip_parse("via", "x", &ip, NULL), -EINVAL,
	       "nobody has to want the text");
}

static void test_prefix(void)
{
	static const char *const good[] = { "0.0.0.0/0",      "10.1.1.1/24",
					    "192.0.2.1/32",   "::/0",
					    "2001:db8::1/64", "fe80::1/128" };
	static const char *const bad[] = {
		"",
		"10.0.0.0",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/-1",
		"10.0.0.0/+1",
		"10.0.0.0/ 1",
		"10.0.0.0/1 ",
		"10.0.0.0/8x",
		"10.0.0.0/0x8",
		"10.0.0.0/1000",
		"10.0.0.0/8/8",
		"10.0.0/8",
		"/8",
		"2001:db8::/129",
		"x::/1",
		"default",
		"10.0.0.0/99999999999999999",
	};
	struct vr_prefix prefix;
	char text[VR_PREFIX_TEXT];
	struct vr_error err;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ok(vr_prefix_parse("subnet", good[i], &prefix, &err) == 0,
		   "prefix %s is taken", good[i]);
		is_string(vr_prefix_format(&prefix, text), good[i],
			  "prefix %s comes back", good[i]);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(vr_prefix_parse("subnet", bad[i], &prefix, &err),
		       -EINVAL, "prefix \"%s\" is refused", bad[i]);

	is_int(vr_prefix_parse("subnet",
			       "1111:2222:3333:4444:5555:6666:7777:8888:9999:"
			       "1111:2222:3333:4444/64",
			       &prefix, &err),
	       -EINVAL, "a long prefix is refused");
	vr_prefix_parse("subnet", "10.0.0.0", &prefix, &err);
	ok(strstr(err.text, "subnet \"10.0.0.0\": expected "),
	   "the error names key and value");
}

static void test_mac(void)
{
	static const char *const bad[] = { "",
					   "02",
					   "02:00:00:00:00",
					   "02:00:00:00:00:1",
					   "02:00:00:00:00:011",
					   "02-00-00-00-00-01",
					   "02:00:00:00:00:0g",
					   "02:00:00:00:00:01:02",
					   " 2:00:00:00:00:01",
					   "+2:00:00:00:00:01",
					   "0x:00:00:00:00:01" };
	uint8_t mac[VR_MAC_LEN];
	char text[VR_MAC_TEXT];
	struct vr_error err;
	size_t i;

	is_int(vr_mac_parse("mac", "02:0A:bC:d0:0e:ff", mac, &err), 0,
	       "a MAC address in both cases is taken");
	is_string(vr_mac_format(mac, text), "02:0a:bc:d0:0e:ff",
		  "and comes back in lower case");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(vr_mac_parse("mac", bad[i], mac, &err), -EINVAL,
		       "MAC address \"%s\" is refused", bad[i]);
	is_string(vr_mac_format(mac, text), "02:0a:bc:d0:0e:ff",
		  "and none of them changed the result");
}

static struct vr_prefix prefix_of(const char *text)
{
	struct vr_prefix prefix = { .length = 0 };

	vr_prefix_parse("prefix", text, &prefix, NULL);
	return prefix;
}

static struct vr_ip ip_of(const char *text)
{
	struct vr_ip ip = { .family = AF_UNSPEC };

	vr_ip_parse("ip", text, &ip, NULL);
	return ip;
}

static void test_mask(void)
{
	static const struct {
		const char *prefix;
		const char *masked;
	} cases[] = {
		{ "10.1.2.3/24", "10.1.2.0/24" },
		{ "10.1.2.3/0", "0.0.0.0/0" },
		{ "255.255.255.255/9", "255.128.0.0/9" },
		{ "2001:db8::1/64", "2001:db8::/64" },
		{ "ffff:ffff:ffff::/33", "ffff:ffff:8000::/33" },
	};
	struct vr_prefix prefix;
	char text[VR_PREFIX_TEXT];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		prefix = prefix_of(cases[i].prefix);
		ok(vr_prefix_has_host_bits(&prefix), "%s has host bits",
		   cases[i].prefix);
		vr_prefix_mask(&prefix);
		is_string(vr_prefix_format(&prefix, text), cases[i].masked,
			  "%s is masked", cases[i].prefix);
		ok(!vr_prefix_has_host_bits(&prefix), "%s has no host bits",
		   cases[i].masked);
	}
}

static void test_contains(void)
{
	static const struct {
		const char *prefix;
		const char *ip;
		int inside;
	} cases[] = {
		{ "10.1.1.1/24", "10.1.1.255", 1 },
		{ "10.1.1.1/24", "10.1.2.0", 0 },
		{ "0.0.0.0/0", "192.0.2.1", 1 },
		{ "0.0.0.0/0", "::", 0 },
		{ "::/0", "0.0.0.0", 0 },
		{ "192.0.2.1/32", "192.0.2.1", 1 },
		{ "192.0.2.1/32", "192.0.2.2", 0 },
		{ "2001:db8::/32", "2001:db8:ffff::1", 1 },
		{ "2001:db8::/32", "2001:db9::1", 0 },
	};
	struct vr_prefix prefix;
	struct vr_ip ip;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		prefix = prefix_of(cases[i].prefix);
		ip = ip_of(cases[i].ip);
		is_int(vr_prefix_contains(&prefix, &ip), cases[i].inside,
		       "%s in %s", cases[i].ip, cases[i].prefix);
	}
}

static void test_compare(void)
{
	struct vr_ip low = ip_of("10.0.0.1"), high = ip_of("10.0.0.2");
	struct vr_ip six = ip_of("::"), bytes;

	ok(vr_ip_compare(&low, &high) < 0, "10.0.0.1 is before 10.0.0.2");
	ok(vr_ip_compare(&high, &low) > 0, "and not the other way round");
	ok(vr_ip_compare(&high, &six) < 0, "IPv4 is before IPv6");
	ok(vr_ip_equal(&low, &low), "an address equals itself");

	ok(vr_ip_from_bytes(&bytes, "\x0a\0\0\1", 4) &&
		   vr_ip_equal(&bytes, &low),
	   "four bytes are an IPv4 address");
	ok(vr_ip_from_bytes(&bytes, six.bytes, 16) && vr_ip_equal(&bytes, &six),
	   "sixteen bytes are an IPv6 address");
	ok(!vr_ip_from_bytes(&bytes, six.bytes, 5) &&
		   !vr_ip_from_bytes(&bytes, six.bytes, 0),
	   "other lengths are no address");
}

static void test_error(void)
{
	char longer[4000];
	struct vr_error err;

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';

	is_int(vr_error_set(&err, ENOENT, "no %s", "network"), -ENOENT,
	       "an error returns its errno");
	is_int(vr_error_prefix(&err, "port %s", "add"), -ENOENT,
	       "and so does its prefix");
	is_string(err.text, "port add: no network", "the prefix is in front");
	vr_error_set(&err, EINVAL, "a\nb\x1b[31m");
	is_string(err.text, "a?b?[31m", "control characters do not come out");
	vr_error_set(&err, EINVAL, "%s", longer);
	is_int(strlen(err.text), sizeof(err.text) - 1, "a long text is cut");
	vr_error_prefix(&err, "port");
	ok(strncmp(err.text, "port: xxx", 9) == 0, "and takes a prefix");
	is_int(strlen(err.text), sizeof(err.text) - 1, "which cuts it again");
	is_int(vr_error_memory(NULL), -ENOMEM, "nobody has to want an error");
}

static void test_mac_of_ip(void)
{
	static const char *const macs[][2] = {
		{ "192.0.2.5", "0a:58:c0:00:02:05" },
		{ "255.255.255.255", "0a:58:ff:ff:ff:ff" },
		/* FNV-1a of 16 bytes, worked out elsewhere. */
		{ "2001:db8::5", "0a:58:6a:5a:fe:a8" },
		{ "::", "0a:58:69:69:19:05" },
	};
	char text[VR_MAC_TEXT];
	uint8_t mac[VR_MAC_LEN];
	struct vr_ip ip;
	unsigned int i;

	for (i = 0; i < sizeof(macs) / sizeof(*macs); i++) {
		vr_ip_parse("", macs[i][0], &ip, NULL);
		vr_mac_of_ip(&ip, mac);
		is_string(vr_mac_format(mac, text), macs[i][1], "MAC of %s",
			  macs[i][0]);
		ok(vr_mac_is_station(mac), "it is one station's");
	}
	ok(!vr_mac_is_station((const uint8_t[]){ 1, 0, 0, 0, 0, 1 }) &&
		   !vr_mac_is_station((const uint8_t[VR_MAC_LEN]){ 0 }),
	   "those of groups and none are not");
}

int main(void)
{
	test_mac_of_ip();
	test_ip();
	test_prefix();
	test_mac();
	test_mask();
	test_contains();
	test_compare();
	test_error();

	return tap_end();
}
