#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Messages of DHCP servers and routers come in only where they may: behind IP
# options, extension headers, tags and in fragments as well.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b
raw_pod c blue 02:00:00:00:00:0c "antispoof off"

python "$a" "$b" "$c" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b = Station(sys.argv[1], '02:00:00:00:00:0a'), Station(sys.argv[2], '02:00:00:00:00:0b')
	c = Station(sys.argv[3], '02:00:00:00:00:0c')
	A4, B4, A6, B6, EUI = '192.0.2.10', '192.0.2.11', '2001:db8:1::a', '2001:db8:1::b', \
	    'fe80::ff:fe00:a'
	HOP, FRAGMENT, OPTIONS = 0, 44, 60
	count = 0

	def unique():
	    global count
	    count += 1
	    return b'frame %5d.' % count

	def dhcp4(sport, dport, options=b'', **kwargs):
	    data = options + udp(A4, B4, unique(), sport, dport)
	    return eth(b.mac, a.mac, IP4, ip4(A4, B4, UDP, data, version=0x45 + len(options) // 4,
	                                      **kwargs))

	def dhcp6(sport, dport, *kinds):
	    return eth(b.mac, a.mac, IP6, ip6(A6, B6, *behind(
	        UDP, udp(A6, B6, unique(), sport, dport), *kinds)))

	def fragment6(src, protocol, data, *kinds):
	    """The first fragment of more."""
	    protocol, data = behind(protocol, data, *kinds)
	    return eth(b.mac, a.mac, IP6, ip6(src, B6, FRAGMENT, bytes([protocol, 0]) + struct.pack(
	        '!HI', 1, 7) + data))

	def nd(kind, *kinds):
	    body = b'\0' * (12 if kind == 134 else 36)
	    data = icmp6(EUI, 'ff02::1', kind, body + b'\1\1' + mac(a.mac) + b'\x18\1' + b'\0' * 6)
	    return eth('33:33:00:00:00:01', a.mac, IP6, ip6(EUI, 'ff02::1', *behind(
	        ICMP6, data[40:], *kinds), hops=255)) + unique()

	def long_router(size, more=b''):
	    """A router advertisement so long, with routes (RFC 4191)."""
	    routes = b''.join(b'\x18\3\x40\0' + b'\0' * 4 + ip('2001:db8:%x::' % i)
	                      for i in range(size // 24))
	    options = b'\1\1' + mac(a.mac) + routes + more
	    options += b'\x0e\1' + b'\0' * 6 if len(options) % 24 else b''
	    return eth('33:33:00:00:00:01', a.mac, IP6,
	               icmp6(EUI, 'ff02::1', 134, b'\0' * 12 + options))

	def dhcp_frames():
	    yield 'a DHCP server', dhcp4(67, 68)
	    yield '... to a relay', dhcp4(67, 67)
	    yield '... from another port', dhcp4(1067, 68)
	    yield '... behind options', dhcp4(67, 68, b'\1\1\1\0')
	    yield '... its first fragment', dhcp4(67, 68, frag=0x2000)
	    yield 'a DHCPv6 server', dhcp6(547, 546)
	    yield '... to another port', dhcp6(547, 1547)
	    yield '... from another port', dhcp6(1547, 546)
	    yield '... behind options', dhcp6(547, 546, OPTIONS)
	    yield '... behind a chain', dhcp6(547, 546, HOP, OPTIONS, OPTIONS)
	    yield '... behind an atomic fragment header', dhcp6(547, 546, FRAGMENT)
	    yield '... its first fragment', fragment6(A6, UDP, udp(A6, B6, unique(), 547, 546))

	def router_frames():
	    for kind, what in (134, 'a router advertisement'), (137, 'a redirect'):
	        yield what, nd(kind)
	        yield '... behind hop-by-hop options', nd(kind, HOP)
	        yield '... behind a chain', nd(kind, HOP, OPTIONS, OPTIONS)
	        yield '... behind an atomic fragment header', nd(kind, FRAGMENT)

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

	def port(number):
	    found = nl.do('port-get', {'id': number})
	    return found['dhcp-server'], found['router-advertisement']

	equal('the defaults: protected', port(1), (0, 0))
	equal('... unprotected', port(3), (1, 1))

	for what, frame in dhcp_frames():
	    dropped(what, 'dhcp-server', frame)
	for what, frame in router_frames():
	    dropped(what, 'router-advertisement', frame)
	advert = nd(134)[54:]
	dropped('the first fragment of an advertisement', 'router-advertisement',
	        fragment6(EUI, ICMP6, advert))
	dropped('... behind options', 'router-advertisement', fragment6(EUI, ICMP6, advert, OPTIONS))
	dropped('a first fragment without all headers', 'truncated',
	        fragment6(EUI, OPTIONS, bytes([ICMP6, 3]) + b'\0' * 6))
	dropped('... that ends before them', 'truncated', fragment6(EUI, ICMP6, b''))
	dropped('... within one', 'truncated', fragment6(A6, UDP, b'\2\x23\2\x22'))
	dropped('an advertisement in an IPv6 fragment', 'nd-invalid', fragment6(
	    A6, ICMP6, advertise(A6, B6, A6, a.mac)[40:]))

	passes('a DHCP client', dhcp4(68, 67))
	passes('a DHCPv6 client', dhcp6(546, 547))
	passes('other UDP', dhcp4(53, 1053))
	passes('... behind options', dhcp4(53, 1053, b'\1\1\1\0'))
	passes('... IPv6, behind options', dhcp6(53, 1053, OPTIONS))
	passes('a later fragment', dhcp4(67, 68, frag=1))
	passes('TCP of these ports', eth(b.mac, a.mac, IP4, ip4(A4, B4, TCP, struct.pack(
	    '!HH', 67, 68) + b'\0' * 16 + unique())))
	passes('... IPv6', eth(b.mac, a.mac, IP6, ip6(A6, B6, TCP, struct.pack(
	    '!HH', 547, 546) + b'\0' * 16 + unique())))

	nl.do('port-set', {'id': 1, 'dhcp-server': 1})
	equal('dhcp-server on', port(1), (1, 0))
	for what, frame in dhcp_frames():
	    passes(what, frame)
	dropped('but no router advertisement', 'router-advertisement', nd(134))
	nl.do('port-set', {'id': 1, 'router-advertisement': 1, 'dhcp-server': 0})
	equal('router-advertisement on', port(1), (0, 1))
	for what, frame in router_frames():
	    # RFC 6980; of a redirect nothing more is looked at.
	    if frame[20] == FRAGMENT and frame[62] == 134:
	        dropped(what, 'nd-invalid', frame)
	    else:
	        passes(what, frame)
	passes('a long one', long_router(1400))
	dropped('... in which another\'s MAC is last', 'nd-sender',
	        long_router(1400, b'\1\1' + mac(b.mac)))
	dropped('other neighbour discovery so long', 'nd-invalid', eth(
	    b.mac, a.mac, IP6, advertise(EUI, B6, EUI, a.mac) + b'\0' * 500))
	dropped('but no DHCP server', 'dhcp-server', dhcp4(67, 68))
	dropped('nor with another\'s address', 'source-address', eth(
	    '33:33:00:00:00:01', a.mac, IP6, icmp6('fe80::ff:fe00:b', 'ff02::1', 134, b'\0' * 12)))
	dropped('nor with another\'s MAC', 'nd-sender', eth(
	    '33:33:00:00:00:01', a.mac, IP6, icmp6(EUI, 'ff02::1', 134, b'\0' * 12 + b'\1\1' +
	                                           mac(b.mac))))
	nl.do('port-set', {'id': 1, 'antispoof': 0})
	equal('what was said stays without antispoof', port(1), (0, 1))

	# An unprotected port.
	for what, frame in list(dhcp_frames()) + list(router_frames()):
	    passes('unprotected, %s' % what, frame, c)
	nl.do('port-set', {'id': 3, 'dhcp-server': 0})
	equal('unprotected, dhcp-server off', port(3), (0, 1))
	wraps = [('in a tag', lambda f: tag(f, 5)), ('in a tag of VLAN 0', lambda f: tag(f, 0)),
	         ('in two', lambda f: tag(tag(f, 5), 0, 0x88a8)), ('in SNAP', snap),
	         ('in SNAP in a tag', lambda f: tag(snap(f), 0))]
	for what, frame in dhcp_frames():
	    dropped('unprotected, %s' % what, 'dhcp-server', frame, c)
	for what, wrap in wraps:
	    dropped('unprotected, a DHCP server %s' % what, 'dhcp-server', wrap(dhcp4(67, 68)), c)
	    passes('unprotected, another %s' % what, wrap(dhcp4(53, 53)), c)
	passes('unprotected, a router', nd(134), c)
	nl.do('port-set', {'id': 3, 'router-advertisement': 0})
	for what, frame in router_frames():
	    dropped('unprotected, %s' % what, 'router-advertisement', frame, c)
	for what, wrap in wraps:
	    dropped('unprotected, a router %s' % what, 'router-advertisement', wrap(nd(134)), c)
	passes('unprotected, another\'s advertisement', eth(
	    '33:33:00:00:00:01', a.mac, IP6, advertise(B6, 'ff02::1', B6, b.mac)), c)
	passes('unprotected, another protocol', eth(b.mac, a.mac, 0x88b5, unique()), c)
	passes('unprotected, other LLC', eth(b.mac, a.mac, 30, b'\x42\x42\3' + unique() * 2), c)
END
done_testing
