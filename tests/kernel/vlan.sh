#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A protected port with "vlan on" sends tags and LLC, and is checked behind them.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a "vlan on"
raw_pod b blue 02:00:00:00:00:0b "antispoof off"
ip -n "$a" link add link eth1 name eth1.5 up type vlan id 5
like "vlan is shown" "$(vrctl port show id 1)" 'vlan on'
is "... only where it is on" "$(vrctl port show id 2 | grep vlan)" ''

python "$a" "$b" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b = Station(sys.argv[1], '02:00:00:00:00:0a'), Station(sys.argv[2], '02:00:00:00:00:0b')
	offload = Station(sys.argv[1], a.mac, 'eth1.5')
	A4, B4, A6, B6 = '192.0.2.10', '192.0.2.11', '2001:db8:1::a', '2001:db8:1::b'
	ZERO, ALL6 = '00:00:00:00:00:00', '33:33:00:00:00:01'
	count = 0

	def unique():
	    global count
	    count += 1
	    return b'frame %5d.' % count

	def ip_(src, dst, smac=a.mac, **kwargs):
	    data = udp(src, dst, unique(), **kwargs)
	    if ':' in src:
	        return eth(b.mac, smac, IP6, ip6(src, dst, UDP, data))
	    return eth(b.mac, smac, IP4, ip4(src, dst, UDP, data))

	def arp_(sip):
	    return eth(BROADCAST, a.mac, ARP, arp(1, a.mac, sip, ZERO, '192.0.2.99')) + unique()

	def nd(target, kind=136):
	    return eth(ALL6, a.mac, IP6, icmp6(A6, 'ff02::1', kind, b'\0' * 4 + ip(target))) + unique()

	def inside():
	    return [('IPv4', None, ip_(A4, B4)), ('IPv6', None, ip_(A6, B6)), ('ARP', None, arp_(A4)),
	            ('an advertisement', None, nd(A6)),
	            ('another IPv4 address', 'source-address', ip_(B4, A4)),
	            ('another IPv6 address', 'source-address', ip_(B6, A6)),
	            ('another\'s ARP', 'arp-sender', arp_(B4)),
	            ('another\'s advertisement', 'nd-sender', nd(B6)),
	            ('another MAC', 'source-mac', ip_(A4, B4, b.mac)),
	            ('a router', 'router-advertisement', nd(A6, 134)),
	            ('a DHCP server', 'dhcp-server', ip_(A4, B4, sport=67)),
	            ('a DHCPv6 server', 'dhcp-server', ip_(A6, B6, sport=547)),
	            ('another protocol', 'protocol', eth(b.mac, a.mac, 0x88b5, unique()))]

	wraps = [('untagged', lambda f: f), ('a tag', lambda f: tag(f, 5)),
	         ('VLAN 0', lambda f: tag(f, 0)), ('a provider\'s tag', lambda f: tag(f, 5, 0x88a8)),
	         ('two tags', lambda f: tag(tag(f, 5), 0)),
	         ('three', lambda f: tag(tag(tag(f, 0), 5), 6, 0x88a8)),
	         ('SNAP', snap), ('bridged SNAP', lambda f: snap(f, b'\0\0\xf8')),
	         ('SNAP in a tag', lambda f: tag(snap(f), 0)),
	         ('a tag in SNAP', lambda f: snap(tag(f, 0)))]

	def nine(frame):
	    for _ in range(9):
	        frame = tag(frame, 0)
	    return frame

	def passes(what, frame, sender=a):
	    b.frames()
	    sender.send(frame)
	    wanted = frame[-12:]
	    check('passes: %s' % what, b.expect(lambda f: wanted in f, 5))

	def dropped(what, reason, frame, sender=a):
	    before = nl.drops()
	    sender.send(frame)
	    after = nl.drops()
	    equal('drops: %s' % what, [name for name in after if after[name] != before[name]],
	          [reason])

	def try_(name, wrap, sender=a):
	    for what, reason, frame in inside():
	        if reason:
	            dropped('%s, %s' % (name, what), reason, wrap(frame), sender)
	        else:
	            passes('%s, %s' % (name, what), wrap(frame), sender)

	for name, wrap in wraps:
	    try_(name, wrap)
	try_('a tag in the metadata', lambda f: f, offload)
	try_('... and one more', lambda f: tag(f, 0), offload)
	passes('LLC', eth(b.mac, a.mac, 30, b'\x42\x42\3' + unique() * 2))
	dropped('LLC of another MAC', 'source-mac', eth(b.mac, b.mac, 30, b'\x42\x42\3' + b'x' * 27))
	dropped('too many tags', 'protocol', nine(ip_(A4, B4)))
	dropped('half a tag', 'truncated', tag(ip_(A4, B4), 5)[:16])
	dropped('tagged, to the gateway', 'not-routable',
	        mac(GATEWAY) + tag(ip_(A4, B4), 5)[6:])

	nl.do('port-set', {'id': 1, 'vlan': 0})
	for name, wrap in wraps[1:]:
	    dropped('vlan off, %s' % name, 'protocol', wrap(ip_(A4, B4)))
	dropped('vlan off, a tag in the metadata', 'protocol', ip_(A4, B4), offload)
END
done_testing
