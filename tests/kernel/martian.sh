#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Packets to the gateway that no router forwards, and malformed ones, are dropped
# with their reason and reach nobody.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl route replace network blue 0.0.0.0/0 via 192.0.2.11
vrctl route replace network blue ::/0 via 2001:db8:1::b
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a "antispoof off"
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b "antispoof off"
raw_pod c blue 02:00:00:00:00:0c 192.0.2.12
vrctl port set id 3 allowed 0.0.0.0/0 allowed ::/0

python "$a" "$b" "$c" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b = Station(sys.argv[1], '02:00:00:00:00:0a'), Station(sys.argv[2], '02:00:00:00:00:0b')
	A4, B4, A6, B6 = '192.0.2.10', '192.0.2.11', '2001:db8:1::a', '2001:db8:1::b'

	def dropped(what, reason, frame, station=a):
	    before = nl.drops()
	    station.send(frame)
	    after = nl.drops()
	    equal(what, [name for name in after if after[name] != before[name]], [reason])

	def routed(what, payload):
	    a.send(eth(GATEWAY, a.mac, IP6 if payload[0] >> 4 == 6 else IP4, payload))
	    check(what, b.expect(payload[-8:]))

	routed('a good one is routed', packet(A4, '203.0.113.5', b'good-ip4'))
	routed('... IPv6', packet(A6, '2001:db8:f::5', b'good-ip6'))
	for src in ('0.0.0.0', '127.0.0.1', '224.0.0.1', '255.255.255.255', '169.254.1.1'):
	    dropped('from %s' % src, 'ip-source', eth(GATEWAY, a.mac, IP4, packet(src, B4)))
	for dst in ('0.0.0.0', '127.0.0.1', '239.1.1.1', '255.255.255.255', '169.254.1.1'):
	    dropped('to %s' % dst, 'ip-destination', eth(GATEWAY, a.mac, IP4, packet(A4, dst)))
	for src in ('::', '::1', 'ff02::1', 'fe80::1', '::ffff:192.0.2.1'):
	    dropped('from %s' % src, 'ip-source', eth(GATEWAY, a.mac, IP6, packet(src, B6)))
	for dst in ('::', '::1', 'ff02::5', 'fe80::1', '::ffff:192.0.2.1'):
	    dropped('to %s' % dst, 'ip-destination', eth(GATEWAY, a.mac, IP6, packet(A6, dst)))

	def ip4_(what, **kwargs):
	    dropped(what, 'ip-header', eth(GATEWAY, a.mac, IP4, packet(A4, B4, b'x' * 40, **kwargs)))

	ip4_('IPv4 with a wrong checksum', bad=1)
	ip4_('... of version 5', version=0x55)
	ip4_('... with 16 bytes of header', version=0x44)
	ip4_('... longer than the frame', length=1000)
	ip4_('... shorter than its header', length=19)
	dropped('IPv6 of version 4', 'ip-header', eth(GATEWAY, a.mac, IP6,
	                                              packet(A6, B6, version=4)))
	dropped('... longer than the frame', 'ip-header', eth(GATEWAY, a.mac, IP6,
	                                                      packet(A6, B6, length=1000)))
	dropped('IPv4 cut off', 'truncated', eth(GATEWAY, a.mac, IP4, packet(A4, B4)[:19]))
	dropped('... in its options', 'truncated', eth(GATEWAY, a.mac, IP4,
	                                               packet(A4, B4, version=0x4f)[:40]))
	dropped('IPv6 cut off', 'truncated', eth(GATEWAY, a.mac, IP6, packet(A6, B6)[:39]))
	dropped('from the gateway\'s own address', 'ip-source', eth(GATEWAY, a.mac, IP4,
	                                                          packet('192.0.2.1', B4)))
	dropped('... IPv6', 'ip-source', eth(GATEWAY, a.mac, IP6, packet('2001:db8:1::1', B6)))
	dropped('neither IP nor ARP', 'not-routable', eth(GATEWAY, a.mac, 0x88b5, b'x' * 40))
	dropped('with a VLAN tag', 'not-routable', tag(eth(GATEWAY, a.mac, IP4, packet(A4, B4)), 5))
	c = Station(sys.argv[3], '02:00:00:00:00:0c')
	dropped('... in an allowed prefix', 'ip-source', eth(GATEWAY, c.mac, IP4,
	                                                    packet('192.0.2.1', B4)), c)
	dropped('... IPv6', 'ip-source', eth(GATEWAY, c.mac, IP6, packet('2001:db8:1::1', B6)), c)
	for what, to in (('to the gateway', GATEWAY), ('to a pod', b.mac), ('to all', BROADCAST)):
	    dropped('from the gateway\'s MAC, ' + what, 'loop', eth(to, GATEWAY, IP4, packet(A4, B4)))
	routed('and a good one still is', packet(A4, '203.0.113.5', b'good-end'))
	a.send(eth(GATEWAY, a.mac, IP4, packet(A4, '203.0.113.5', b'padded') + b'\0' * 12))
	check('padding is no harm', b.expect(b'padded'))
END
done_testing
