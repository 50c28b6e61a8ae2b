#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The fragments that the router makes, byte for byte (RFC 791 2.3 and 3.1), and
# which packets it forwards whole.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 198.51.100.1/24 \
	subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod b blue 02:00:00:00:00:0b 198.51.100.11 2001:db8:2::b
raw_pod tiny blue 02:00:00:00:00:0c 198.51.100.12 2001:db8:2::c
ip -n "$b" link set eth1 mtu 1300
ip -n "$tiny" link set eth1 mtu 68

python "$a" "$b" "$tiny" <<- 'END'
	import os
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b, tiny = (Station(name, '02:00:00:00:00:' + last)
	              for name, last in zip(sys.argv[1:], ('0a', '0b', '0c')))
	A4, B4, T4, A6, B6, T6 = ('192.0.2.10', '198.51.100.11', '198.51.100.12', '2001:db8:1::a',
	                          '2001:db8:2::b', '2001:db8:2::c')
	DATA = os.urandom(1480)

	def fragments(what, payload, dst=B4, station=b, mtu=1300, options=b'', later=b'', frag=0,
	              padding=b''):
	    """As a router makes them: full ones, the rest in the last."""
	    a.send(eth(GATEWAY, a.mac, IP4, ip4(A4, dst, UDP, payload, ttl=9, ident=77, tos=4, frag=frag,
	                                        options=options)) + padding)
	    room = (mtu - 20 - len(options)) & ~7
	    want = []
	    for at in range(0, len(payload), room):
	        # the last one may be longer than a multiple of 8
	        if len(payload) - at <= mtu - 20 - len(options):
	            part = payload[at:]
	        else:
	            part = payload[at:at + room]
	        more = 0x2000 if at + len(part) < len(payload) else frag & 0x2000
	        want.append(eth(station.mac, GATEWAY, IP4, ip4(
	            A4, dst, UDP, part, ttl=8, ident=77, tos=4, frag=more | (frag & 0x1fff) + at // 8,
	            options=options if not at else later)))
	        if at + len(part) == len(payload):
	            break
	    got = [station.expect(lambda frame: frame[12:14] == b'\x08\0') for _ in want]
	    equal('%s: %d' % (what, len(want)), [frame and frame.hex() for frame in got],
	          [frame.hex() for frame in want])

	def whole(what, sent, forwarded, kind=IP4):
	    a.send(eth(GATEWAY, a.mac, kind, sent))
	    frame = b.expect(sent[-60:])
	    equal(what, frame and frame.hex(), eth(b.mac, GATEWAY, kind, forwarded).hex())

	for size in (1281, 1288, 1400, 1480):
	    fragments('%d bytes' % size, DATA[:size])
	fragments('a first fragment', DATA[:1480], frag=0x2000)
	fragments('a middle one', DATA[:1480], frag=0x2000 | 185)
	fragments('a last one', DATA[:1405], frag=370)
	# Record route (7) is not copied, router alert (148) is.
	fragments('options', DATA[:1400], options=b'\7\7\4' + b'\0' * 4 + b'\x94\4\0\0\0',
	          later=b'\1' * 7 + b'\x94\4\0\0\0')
	fragments('options of a later one', DATA[:1400], frag=0x2000 | 185,
	          options=b'\1\1\1\1\x94\4\0\0', later=b'\1\1\1\1\x94\4\0\0')
	fragments('padding is not', DATA[:1281], padding=b'\0' * 9)
	fragments('the smallest MTU', DATA[:300], T4, tiny, 68)
	fragments('... with all the options', DATA[:100], T4, tiny, 68,
	          options=b'\x94\4\0\0' + b'\1' * 35 + b'\0', later=b'\x94\4\0\0' + b'\1' * 35 + b'\0')

	# A checksum to be filled in: behind the packet, within the padding.
	datagram = udp(A4, B4, DATA[:1372])
	unfinished = eth(GATEWAY, a.mac, IP4, ip4(A4, B4, UDP, datagram))
	for where, start, offset in ('where it begins', 1450, 16), ('where it is', 1410, 4):
	    before = nl.drops()['ip-header']
	    a.send_partial(unfinished + b'\0' * 100, start, offset)
	    equal('a checksum behind the end, %s, is dropped' % where, nl.drops()['ip-header'] - before, 1)
	a.send_partial(unfinished[:40] + struct.pack('!H', checksum(pseudo(A4, B4, UDP, datagram)) ^
	                                             0xffff) + unfinished[42:] + b'\0' * 100, 34, 6)
	got = [b.expect(lambda frame: frame[12:14] == b'\x08\0') for _ in range(2)]
	equal('one within the first fragment is filled in',
	      b''.join(frame[34:] for frame in got if frame).hex(), datagram.hex())

	whole('of the MTU', ip4(A4, B4, UDP, DATA[:1280], frag=0x4000),
	      ip4(A4, B4, UDP, DATA[:1280], frag=0x4000, ttl=63))
	whole('a fragment that fits', ip4(A4, B4, UDP, DATA[:1280], frag=0x2005),
	      ip4(A4, B4, UDP, DATA[:1280], frag=0x2005, ttl=63))
	head = bytes([UDP, 0, 0, 1, 0, 0, 0, 9])
	whole('... IPv6', ip6(A6, B6, 44, head + DATA[:1248]), ip6(A6, B6, 44, head + DATA[:1248], 63),
	      IP6)

	before = nl.drops()['too-big']
	a.send(eth(GATEWAY, a.mac, IP4, ip4(A4, B4, UDP, DATA[:1281], frag=0x4000)))
	check('DF: none', a.expect(is_error))
	a.send(eth(GATEWAY, a.mac, IP6, ip6(A6, B6, 44, head + DATA[:1253])))
	check('... IPv6', a.expect(is_error))
	equal('... counted', nl.drops()['too-big'] - before, 2)
	port = nl.do('port-get', {'id': 2})['stats']
	equal('... for the port they were for',
	      [drop['packets'] for drop in port['drop'] if drop['name'] == 'too-big'], [2])
	# Nobody sends less than 1280 for it, so it is not told.
	before = nl.drops()['too-big']
	a.send(eth(GATEWAY, a.mac, IP6, packet(A6, T6, DATA[:1000])))
	check('IPv6 to an MTU that is none of IPv6', a.quiet(
	    is_error, b, eth(a.mac, b.mac, IP4, packet(B4, A4, b'fence'))))
	equal('... is dropped', nl.drops()['too-big'] - before, 1)
END
done_testing
