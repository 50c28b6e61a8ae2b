#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The sender of a packet that is not forwarded gets the ICMP error it is owed,
# from the gateway of its subnet, byte for byte.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 198.51.100.1/24 subnet 192.0.2.1/24 \
	subnet 2001:db8:2::1/64 subnet 2001:db8:1::1/64
vrctl network add red subnet 192.0.2.1/24
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a "antispoof off"
raw_pod f blue 02:00:00:00:00:11 192.0.2.17 2001:db8:1::11 "antispoof off"
raw_pod b blue 02:00:00:00:00:0b 198.51.100.11 2001:db8:2::b
raw_pod down blue 02:00:00:00:00:0c 198.51.100.12 2001:db8:2::c
raw_pod small blue 02:00:00:00:00:0d 198.51.100.13 2001:db8:2::d
raw_pod e blue 02:00:00:00:00:0e
raw_pod r red 02:00:00:00:00:0f 192.0.2.15 2001:db8:1::f
pod p blue 02:00:00:00:00:10 192.0.2.16/24 2001:db8:1::10/64
default_routes p 192.0.2.1 2001:db8:1::1
ip -n "$down" link set eth1 down
ip -n "$small" link set eth1 mtu 1300
vrctl route add network blue 203.0.113.0/25 via unreachable
vrctl route add network blue 2001:db8:f::/48 via unreachable
vrctl route add network blue 203.0.113.128/25 via 192.0.2.99
vrctl route add network blue 2001:db8:e::/48 via 2001:db8:1::99

python "$a" "$b" "$e" "$r" "$p" "$f" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b, e, r, p, f = (Station(name, '02:00:00:00:00:' + last)
	                    for name, last in zip(sys.argv[1:], ('0a', '0b', '0e', '0f', '10', '11')))
	A4, A6, G4, G6 = '192.0.2.10', '2001:db8:1::a', '192.0.2.1', '2001:db8:1::1'

	def told(what, station, reason, sent, source, kind, code, info=0, room=None):
	    """The error comes, and the packet is counted."""
	    v6 = ':' in source
	    proto = IP6 if v6 else IP4
	    room = room or (1232 if v6 else 548)
	    sender = sent[8:24] if v6 else sent[12:16]
	    to = socket.inet_ntop(socket.AF_INET6 if v6 else socket.AF_INET, sender)
	    before = nl.drops()[reason]
	    station.send(eth(GATEWAY, station.mac, proto, sent))
	    frame = station.expect(is_error)
	    want = eth(station.mac, GATEWAY, proto, error(source, to, kind, code, sent[:room], info))
	    equal(what, frame and frame.hex(), want.hex())
	    equal('... counted: ' + reason, nl.drops()[reason] - before, 1)

	def both(what, reason, to4, code4, to6, code6, **kwargs):
	    told(what, a, reason, packet(A4, to4, b'odd', **kwargs), G4, *code4)
	    if 'ttl' in kwargs:
	        kwargs['hops'] = kwargs.pop('ttl')
	    told('... IPv6', a, reason, packet(A6, to6, b'odd', **kwargs), G6, *code6)

	both('time exceeded', 'ttl', '198.51.100.11', (11, 0), '2001:db8:2::b', (3, 0), ttl=1)
	both('... at 0', 'ttl', '198.51.100.11', (11, 0), '2001:db8:2::b', (3, 0), ttl=0)
	both('no route', 'no-route', '10.9.8.7', (3, 0), '2001:db9::1', (1, 0))
	both('an unreachable route', 'unreachable', '203.0.113.5', (3, 1), '2001:db8:f::1', (1, 0))
	both('nobody has the address', 'no-endpoint', '192.0.2.77', (3, 1), '2001:db8:1::77', (1, 3))
	both('nobody has the next hop', 'nexthop', '203.0.113.129', (3, 1), '2001:db8:e::1', (1, 3))
	both('the port is down', 'port-down', '198.51.100.12', (3, 1), '2001:db8:2::c', (1, 3))
	both('UDP to the gateway', 'gateway', G4, (3, 3), G6, (1, 4))
	both('... of another subnet', 'gateway', '198.51.100.1', (3, 3), '2001:db8:2::1', (1, 4))

	big = b'x' * 1400
	told('fragmentation needed', a, 'too-big', packet(A4, '198.51.100.13', big, frag=0x4000), G4, 3,
	     4, 1300)
	told('packet too big', a, 'too-big', packet(A6, '2001:db8:2::d', big), G6, 2, 0, 1300)
	told('time is up before that', a, 'ttl', packet(A4, '198.51.100.13', big, frag=0x4000, ttl=1),
	     G4, 11, 0)
	told('... IPv6', a, 'ttl', packet(A6, '2001:db8:2::d', big, hops=1), G6, 3, 0)

	for protocol, code in ((TCP, 3), (132, 3), (33, 3), (136, 3), (47, 2), (4, 2)):
	    told('protocol %d to the gateway' % protocol, a, 'gateway',
	         ip4(A4, G4, protocol, b'x' * 21), G4, 3, code)
	    if code == 3:
	        told('... IPv6', a, 'gateway', ip6(A6, G6, protocol, b'x' * 21), G6, 1, 4)
	    else:
	        told('... IPv6, the header is not known', a, 'gateway', ip6(A6, G6, protocol, b'x' * 21),
	             G6, 4, 1, 6)
	told('... behind an extension header', a, 'gateway',
	     ip6(A6, G6, 60, bytes([47, 0, 1, 4, 0, 0, 0, 0]) + b'x' * 21), G6, 4, 1, 40)

	# Another port, for the limit of errors is that of a port.
	a, A4, A6 = f, '192.0.2.17', '2001:db8:1::11'
	told('the TOS is kept, ECN is not', a, 'ttl',
	     ip4(A4, '198.51.100.11', UDP, udp(A4, '198.51.100.11'), ttl=1, tos=0x2b), G4, 11, 0)
	told('options are quoted', a, 'ttl',
	     ip4(A4, '198.51.100.11', UDP, udp(A4, '198.51.100.11'), ttl=1,
	         options=b'\x94\4\0\0\1\1\1\0'), G4, 11, 0)
	told('a first fragment', a, 'ttl',
	     ip4(A4, '198.51.100.11', UDP, udp(A4, '198.51.100.11', b'x' * 8), ttl=1, frag=0x2000), G4,
	     11, 0)
	told('... IPv6', a, 'ttl', ip6(A6, '2001:db8:2::b', 44, bytes([UDP, 0, 0, 1, 0, 0, 0, 9]) +
	                               udp(A6, '2001:db8:2::b', b'x' * 8), 1), G6, 3, 0)
	told('an echo request', a, 'ttl', echo(A4, '198.51.100.11', ttl=1), G4, 11, 0)
	told('... IPv6', a, 'ttl', echo(A6, '2001:db8:2::b', hops=1), G6, 3, 0)

	sent = packet(A4, '198.51.100.11', b'pad', ttl=1)
	a.send(eth(GATEWAY, a.mac, IP4, sent + b'\0' * 15))
	frame = a.expect(is_error)
	equal('padding is not quoted', frame and frame.hex(),
	      eth(a.mac, GATEWAY, IP4, error(G4, A4, 11, 0, sent)).hex())
	sent = packet(A6, '2001:db8:2::b', b'pad', hops=1)
	a.send(eth(GATEWAY, a.mac, IP6, sent + b'\0' * 15))
	frame = a.expect(is_error)
	equal('... IPv6', frame and frame.hex(), eth(a.mac, GATEWAY, IP6, error(G6, A6, 3, 0, sent)).hex())

	# Who speaks.
	told('a sender of another subnet', a, 'ttl',
	     packet('198.51.100.50', '198.51.100.11', ttl=1), '198.51.100.1', 11, 0)
	told('... IPv6', a, 'ttl', packet('2001:db8:2::50', '2001:db8:2::b', hops=1), '2001:db8:2::1', 3,
	     0)
	told('of no subnet: the port\'s', a, 'ttl', packet('10.1.2.3', '198.51.100.11', ttl=1), G4, 11, 0)
	told('... IPv6', a, 'ttl', packet('2001:db9::1', '2001:db8:2::b', hops=1), G6, 3, 0)
	told('a port without addresses: the first', e, 'ttl',
	     packet('10.1.2.3', '198.51.100.11', ttl=1), '198.51.100.1', 11, 0)
	told('... IPv6', e, 'ttl', packet('2001:db9::1', '2001:db8:2::b', hops=1), '2001:db8:2::1', 3, 0)
	told('IPv4 only', r, 'no-route', packet('192.0.2.15', '10.9.8.7'), G4, 3, 0)
	before = nl.drops()['no-route']
	r.send(eth(GATEWAY, r.mac, IP6, packet('2001:db8:1::f', '2001:db9::1')))
	r.send(eth(GATEWAY, r.mac, IP4, packet('192.0.2.15', '10.9.8.7', b'fence')))
	frame = r.expect(is_error)
	check('no gateway of the family: none', frame and frame[12:14] == b'\x08\0' and b'fence' in frame)
	equal('... but counted', nl.drops()['no-route'] - before, 2)

	# What a device would have filled in.
	for family, kind, dst, at in ((socket.AF_INET, 'IPv4', '10.9.8.7', 42),
	                              (socket.AF_INET6, 'IPv6', '2001:db9::1', 62)):
	    with Namespace(sys.argv[5]):
	        sock = socket.socket(family, socket.SOCK_DGRAM)
	    sock.connect((dst, 4001))
	    src = sock.getsockname()[0]
	    sock.send(b'partial')
	    quoted = p.expect(is_error)
	    data = quoted and quoted[at:][20 if at == 42 else 40:]
	    check('the quoted checksum is the packet\'s, ' + kind, data and
	          data == udp(src, dst, b'partial', struct.unpack('!H', data[:2])[0]),
	          quoted and quoted.hex())
	    with Namespace(sys.argv[5]):
	        sock = socket.socket(family, socket.SOCK_DGRAM)
	    sock.connect((dst, 4001))
	    sock.setsockopt(17, 103, 1000)  # UDP_SEGMENT
	    sock.send(b'S' * 5000)
	    check('a super-packet is told of', p.expect(is_error))
	    check('... once', p.quiet(is_error, b, eth(p.mac, b.mac, IP4,
	                                              packet('198.51.100.11', src, b'fence')
	                                              if family == socket.AF_INET else
	                                              packet('198.51.100.11', '192.0.2.16', b'fence'))))
END
done_testing
