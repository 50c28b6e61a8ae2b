#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A port with addresses sends only as itself: MAC, addresses, ARP, neighbour
# discovery, no tags. Without protection all of it passes.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b
vrctl endpoint add network blue mac 02:00:00:00:01:0a address 192.0.2.110 \
	address 2001:db8:1::1a dev eth1 netns "$a"

python "$a" "$b" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b = Station(sys.argv[1], '02:00:00:00:00:0a'), Station(sys.argv[2], '02:00:00:00:00:0b')
	A4, B4, A6, B6 = '192.0.2.10', '192.0.2.11', '2001:db8:1::a', '2001:db8:1::b'
	EXTRA, E4, E6 = '02:00:00:00:01:0a', '192.0.2.110', '2001:db8:1::1a'
	EUI, ZERO, ALL6 = 'fe80::ff:fe00:a', '00:00:00:00:00:00', '33:33:00:00:00:01'
	NA, RA, REDIRECT, MLD, NONE = 136, 134, 137, 143, 59

	def ip4_(src, smac=a.mac, dst=B4):
	    return eth(b.mac, smac, IP4, packet(src, dst, b'x' * 8))

	def ip6_(src, smac=a.mac):
	    return eth(b.mac, smac, IP6, packet(src, B6, b'x' * 8))

	def arp_(sip, smac=a.mac, emac=a.mac, operation=1, target='192.0.2.99'):
	    return eth(BROADCAST, emac, ARP, arp(operation, smac, sip, ZERO, target))

	def nd(payload, dst=ALL6):
	    return eth(dst, a.mac, IP6, payload)

	dhcp = ip4('0.0.0.0', '255.255.255.255', UDP,
	           udp('0.0.0.0', '255.255.255.255', b'dhcp', 68, 67))
	mld = icmp6('::', 'ff02::16', MLD, b'\0\0\0\0', hops=1)
	behind = ip6(A6, 'ff02::1', 0, b'\x3a\0\5\2\0\0\1\0' + advertise(A6, 'ff02::1', B6, a.mac)[40:])
	alone = ip6(A6, 'ff02::1', 44, b'\x3a\0\0\0\0\0\0\7' + advertise(A6, 'ff02::1', A6, a.mac)[40:], 255)

	good = [
	    ('its addresses', ip4_(A4)), ('... IPv6', ip6_(A6)),
	    ('the link-local address of its MAC', ip6_(EUI)),
	    ('an extra endpoint\'s', ip4_(E4, EXTRA)), ('... IPv6', ip6_(E6, EXTRA)),
	    ('ARP', arp_(A4)), ('an ARP probe', arp_('0.0.0.0')),
	    ('ARP of an extra endpoint', arp_(E4, EXTRA, EXTRA)),
	    ('a DHCP client', eth(BROADCAST, a.mac, IP4, dhcp)),
	    ('a solicitation', nd(solicit(A6, '2001:db8:1::99', a.mac))),
	    ('DAD of its address', nd(solicit('::', A6))),
	    ('an advertisement of its address', nd(advertise(A6, 'ff02::1', A6, a.mac))),
	    ('an MLD report without address', nd(mld)),
	    ('a router solicitation', nd(icmp6(A6, 'ff02::2', 133, b'\0' * 4 + b'\1\1' + mac(a.mac)))),
	]
	bad = [
	    ('another MAC', 'source-mac', ip4_(A4, '02:00:00:00:00:99')),
	    ('another port\'s MAC', 'source-mac', ip4_(A4, b.mac)),
	    ('a group MAC', 'source-mac', ip4_(A4, '03:00:00:00:00:0a')),
	    ('another port\'s address', 'source-address', ip4_(B4)),
	    ('... IPv6', 'source-address', ip6_(B6)),
	    ('an address of nobody', 'source-address', ip4_('203.0.113.7')),
	    ('... IPv6', 'source-address', ip6_('2001:db8:7::7')),
	    ('the gateway\'s', 'source-address', ip4_('192.0.2.1')),
	    ('... IPv6', 'source-address', ip6_('2001:db8:1::1')),
	    ('the extra endpoint\'s address with its own MAC', 'source-address', ip4_(E4)),
	    ('its own address with the extra endpoint\'s MAC', 'source-address', ip6_(A6, EXTRA)),
	    ('no address', 'source-address', ip4_('0.0.0.0', dst='255.255.255.255')),
	    ('... IPv6', 'source-address', ip6_('::')),
	    ('the link-local address of another MAC', 'source-address', ip6_('fe80::ff:fe00:b')),
	    ('ARP as another address', 'arp-sender', arp_(B4)),
	    ('ARP as the gateway', 'arp-sender', arp_('192.0.2.1')),
	    ('ARP as another MAC', 'arp-sender', arp_(A4, b.mac)),
	    ('an ARP reply about another', 'arp-sender', arp_(B4, operation=2, target=A4)),
	    ('an advertisement for another', 'nd-sender', nd(advertise(A6, 'ff02::1', B6, a.mac))),
	    ('... behind an extension header', 'nd-sender', nd(behind)),
	    ('an advertisement of another MAC', 'nd-sender', nd(advertise(A6, 'ff02::1', A6, b.mac))),
	    ('a solicitation with another MAC', 'nd-sender',
	     nd(solicit(A6, '2001:db8:1::99', b.mac))),
	    ('DAD of another\'s address', 'nd-sender', nd(solicit('::', B6))),
	    ('a router advertisement', 'router-advertisement', nd(icmp6(EUI, 'ff02::1', RA, b'\0' * 12))),
	    ('a redirect', 'router-advertisement', nd(icmp6(EUI, 'ff02::1', REDIRECT, b'\0' * 36))),
	    ('an option of length 0', 'nd-sender', nd(icmp6(A6, 'ff02::1', 135, b'\0' * 4 + ip(
	        '2001:db8:1::99') + b'\1\0' + mac(a.mac)))),
	    ('its own advertisement in one fragment', 'nd-invalid', nd(alone)),
	    ('a solicitation cut off', 'nd-invalid', nd(icmp6(A6, 'ff02::1', 135, b'\0' * 4))),
	    ('a VLAN tag', 'protocol', tag(ip4_(A4), 5)),
	    ('... of VLAN 0', 'protocol', tag(ip4_(A4), 0)),
	    ('... of a provider', 'protocol', tag(ip6_(A6), 5, 0x88a8)),
	    ('another protocol', 'protocol', eth(b.mac, a.mac, 0x88b5, b'x' * 40)),
	    ('STP', 'protocol', eth('01:80:c2:00:00:00', a.mac, 38, b'\x42\x42\3' + b'\0' * 35)),
	    ('half an ARP', 'arp-invalid', arp_(A4)[:30]),
	    ('half an IPv4 header', 'truncated', ip4_(A4)[:24]),
	    ('half an IPv6 header', 'truncated', ip6_(A6)[:40]),
	]

	def arrives(frame):
	    wanted = frame[-40:]
	    return b.expect(lambda f: wanted in f, 5)

	for what, frame in good:
	    a.send(frame)
	    check('lets pass: %s' % what, arrives(frame))
	for what, reason, frame in bad:
	    b.frames()
	    before = nl.drops()
	    a.send(frame)
	    after = nl.drops()
	    equal('drops: %s' % what, [name for name in after if after[name] != before[name]],
	          [reason])
	check('... and delivers none of them', not [f for f in b.frames() if f[6:12] == mac(a.mac)])

	# A checksum that is left to a device, in the place of what was looked at.
	ra = icmp6(A6, B6, 2, b'x' * 40)
	option = eth(b.mac, a.mac, IP6, ip6(A6, B6, 60, bytes([NONE, 0, 1, 4, 0, 0, 0, 0]) + ra[40:]))
	error = option[:54] + bytes([ICMP6]) + option[55:]
	places = [
	    ('the source', ip4_(A4), 20, 8), ('the protocol', ip4_(A4), 20, 3),
	    ('a UDP port', ip4_(A4), 34, 2), ('the source, IPv6', ip6_(A6), 20, 16),
	    ('a port, IPv6', ip6_(A6), 54, 0), ('an extension header', option, 54, 0),
	    ('ICMPv6 behind it', error, 62, 2),
	    ('an advertisement', nd(advertise(A6, 'ff02::1', A6, a.mac)), 54, 22),
	    ('ARP', arp_(A4), 20, 10),
	]
	for what, frame, start, offset in places:
	    before = nl.drops()
	    a.send_partial(frame, start, offset)
	    after = nl.drops()
	    equal('drops: a checksum in %s' % what,
	          [name for name in after if after[name] != before[name]],
	          ['arp-invalid' if what == 'ARP' else 'ip-header'])
	for what, frame, start, offset in (('UDP', ip4_(A4), 34, 6), ('UDP, IPv6', ip6_(A6), 54, 6),
	                                   ('what is inside', ip4_(A4), 42, 4)):
	    a.send_partial(frame, start, offset)
	    check('lets pass: a checksum in %s' % what, b.expect(lambda f: f[:34] == frame[:34], 5))

	port = nl.do('port-get', {'id': 1})
	total = sum(drop['packets'] for drop in port['stats']['drop'])
	equal('the port counts them all', total, len(bad) + len(places))

	nl.do('port-set', {'id': 1, 'antispoof': 0})
	passes = ('source-address', 'arp-sender', 'nd-sender', 'router-advertisement', 'protocol')
	for what, reason, frame in bad:
	    # The last two go no further for other reasons: answered, and never bridged.
	    if reason not in passes or what in ('DAD of another\'s address', 'STP'):
	        continue
	    b.frames()
	    a.send(frame)
	    # The tag is in the packet's metadata when it is received.
	    wanted = frame[-12:]
	    check('unprotected, passes: %s' % what, b.expect(lambda f: wanted in f, 5))

	# A packet socket cannot have a checksum in the Ethernet header, which is all that
	# is looked at now.
	for what, start, offset in (('the source address', 20, 6), ('the destination', 20, 10)):
	    a.send_partial(ip4_(B4), start, offset)
	    check('unprotected, passes: a checksum in %s' % what,
	          b.expect(lambda f: f[:14] == ip4_(B4)[:14], 5))
END
done_testing
