#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What is dropped and never answered with an ICMP error (RFC 1812 4.3.2.7, RFC
# 4443 2.4), and what is bridged, of which the router says nothing.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 198.51.100.1/24 \
	subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a "antispoof off"
raw_pod b blue 02:00:00:00:00:0b 198.51.100.11 2001:db8:2::b
raw_pod small blue 02:00:00:00:00:0d 198.51.100.13 2001:db8:2::d
raw_pod host blue 02:00:00:00:00:01 192.0.2.1 2001:db8:1::1 gateway
ip -n "$small" link set eth1 mtu 1300
vrctl route add network blue 203.0.113.0/24 via blackhole
vrctl route add network blue 2001:db8:f::/48 via blackhole

python "$a" "$b" "$host" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b, host = (Station(name, '02:00:00:00:00:' + last)
	              for name, last in zip(sys.argv[1:], ('0a', '0b', '01')))
	A4, B4, A6, B6 = '192.0.2.10', '198.51.100.11', '2001:db8:1::a', '2001:db8:2::b'
	SMALL, SMALL4, SMALL6 = '02:00:00:00:00:0d', '198.51.100.13', '2001:db8:2::d'
	FENCE = packet(B4, A4, b'fence')

	def silent(what, reason, sent, to=GATEWAY, station=a):
	    """It is dropped for the reason, or passes without one, and no error comes."""
	    before = nl.drops()
	    station.send(eth(to, station.mac, IP6 if sent[0] >> 4 == 6 else IP4, sent))
	    quiet = station.quiet(is_error, b, eth(station.mac, b.mac, IP4, FENCE))
	    after = nl.drops()
	    dropped = [name for name in after if after[name] != before[name]]
	    check(what, quiet and dropped == ([reason] if reason else []), dropped)

	def told(what, sent):
	    a.send(eth(GATEWAY, a.mac, IP6 if sent[0] >> 4 == 6 else IP4, sent))
	    check(what + ' is told of', a.expect(is_error))

	def icmp(kind, **kwargs):
	    data = struct.pack('!BBHI', kind, 0, 0, 0) + packet(B4, A4)
	    data = data[:2] + struct.pack('!H', checksum(data)) + data[4:]
	    return ip4(A4, B4, ICMP, data, ttl=1, **kwargs)

	told('an echo request', icmp(8))
	told('... IPv6', icmp6(A6, B6, 128, b'\0' * 4, hops=1))
	for kind in (3, 4, 5, 11, 12, 2, 42, 255):
	    silent('about ICMP %d' % kind, 'ttl', icmp(kind))
	for kind in (1, 2, 3, 4, 127, 137):
	    silent('about ICMPv6 %d' % kind, 'ttl', icmp6(A6, B6, kind, b'\0' * 44, hops=1))
	silent('ICMP without a type', 'ttl', ip4(A4, B4, ICMP, b'', ttl=1))
	silent('... IPv6', 'ttl', ip6(A6, B6, 60, bytes([ICMP6, 0, 1, 4, 0, 0, 0, 0]), 1))
	silent('an error behind options', 'ttl', icmp(3, options=b'\1\1\1\0'))
	silent('... behind an extension header', 'ttl',
	       ip6(A6, B6, 60, bytes([ICMP6, 0, 1, 4, 0, 0, 0, 0]) + b'\1\0\0\0', 1))
	silent('... in a first fragment', 'ttl', icmp(3, frag=0x2000))
	silent('... IPv6', 'ttl', ip6(A6, B6, 44, bytes([ICMP6, 0, 0, 1, 0, 0, 0, 9]) + b'\1\0\0\0' * 2,
	                              1))
	silent('extension headers that do not end', 'ttl', ip6(A6, B6, 60, bytes([60, 9, 1, 4]) * 2, 1))

	told('a first fragment', packet(A4, B4, ttl=1, frag=0x2000))
	for frag in (0x2001, 0x0001):
	    silent('a later fragment', 'ttl', packet(A4, B4, ttl=1, frag=frag))
	    silent('... IPv6', 'ttl', ip6(A6, B6, 44, bytes([UDP, 0]) + struct.pack('!HI', frag * 8 & 0xffff
	                                  | frag >> 13, 9) + udp(A6, B6), 1))
	silent('... too long', 'too-big', packet(A4, SMALL4, b'x' * 1400, frag=0x4001))

	for what, addr in (('a broadcast', '192.0.2.255'), ('an old broadcast', '192.0.2.0'),
	                   ('routers\' anycast', '2001:db8:1::')):
	    v6 = ':' in addr
	    silent('to ' + what, 'no-endpoint', packet(A6 if v6 else A4, addr))
	    silent('from ' + what, 'ttl', packet(addr, B6, hops=1) if v6 else packet(addr, B4, ttl=1))
	for addr in ('255.255.255.255', '224.0.0.5', '127.0.0.1'):
	    silent('to ' + addr, 'ip-destination', packet(A4, addr))
	    silent('from ' + addr, 'ip-source', packet(addr, '10.9.8.7'))
	for addr in ('ff02::5', '::1', 'fe80::1'):
	    silent('to ' + addr, 'ip-destination', packet(A6, addr))
	for addr in ('ff02::5', '::', 'fe80::1'):
	    silent('from ' + addr, 'ip-source', packet(addr, '2001:db9::1'))

	for to in (BROADCAST, '01:00:5e:00:00:05'):
	    silent('in a frame to ' + to, None, packet(A4, B4, ttl=1), to=to)
	silent('... IPv6', None, packet(A6, B6, hops=1), to='33:33:00:00:00:05')
	silent('bridged at TTL 1', None, packet(A4, B4, ttl=1), to=b.mac)
	silent('bridged and too long', 'too-big', packet(A4, SMALL4, b'x' * 1400, frag=0x4000), to=SMALL)
	silent('... IPv6', 'too-big', packet(A6, SMALL6, b'x' * 1400), to=SMALL)
	silent('a blackhole', 'blackhole', packet(A4, '203.0.113.5'))
	silent('... IPv6', 'blackhole', packet(A6, '2001:db8:f::1'))
	silent('to the speaker itself', 'ttl', packet('192.0.2.1', B4, ttl=1), station=host)
	silent('... IPv6', 'ttl', packet('2001:db8:1::1', B6, hops=1), station=host)

	nl.do('port-set', {'id': 4, 'gateway': 0, 'no-addresses': True})
	timestamp = struct.pack('!BBHI12x', 13, 0, 0x0d00 ^ 0xffff, 0)
	silent('a query the gateway does not know', 'gateway', ip4(A4, '192.0.2.1', ICMP, timestamp))
	silent('... IPv6', 'gateway', icmp6(A6, '2001:db8:1::1', 139, b'\0' * 12))
	silent('no next header', 'gateway', ip6(A6, '2001:db8:1::1', 59, b''))
	told('but UDP', packet(A4, '192.0.2.1'))
END
done_testing
