#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# IPv4 options and IPv6 extension headers are routed as they came; source routes
# are dropped.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 198.51.100.1/24 \
	subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a "antispoof off"
raw_pod b blue 02:00:00:00:00:0b 198.51.100.11 2001:db8:2::b

python "$a" "$b" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b = Station(sys.argv[1], '02:00:00:00:00:0a'), Station(sys.argv[2], '02:00:00:00:00:0b')
	A4, B4, A6, B6 = '192.0.2.10', '198.51.100.11', '2001:db8:1::a', '2001:db8:2::b'

	def options(what, data):
	    body = udp(A4, B4, what.encode())
	    a.send(eth(GATEWAY, a.mac, IP4, ip4(A4, B4, UDP, body, options=data)))
	    equal(what + ' passes', b.expect(what.encode()),
	          eth(b.mac, GATEWAY, IP4, ip4(A4, B4, UDP, body, options=data, ttl=63)))

	def headers(what, *kinds, last=UDP):
	    """(next header, type and so on) of each; it stands in the one before."""
	    body = udp(A6, B6, what.encode())
	    data = b''
	    for (_, text), after in zip(kinds, [kind for kind, _ in kinds[1:]] + [last]):
	        data += bytes([after]) + text
	    return ip6(A6, B6, kinds[0][0], data + body), ip6(A6, B6, kinds[0][0], data + body, 63)

	def passes(what, *kinds, **kwargs):
	    sent, forwarded = headers(what, *kinds, **kwargs)
	    a.send(eth(GATEWAY, a.mac, IP6, sent))
	    equal(what + ' passes', b.expect(what.encode()), eth(b.mac, GATEWAY, IP6, forwarded))

	def dropped(what, sent):
	    before = nl.drops()
	    a.send(eth(GATEWAY, a.mac, IP6 if sent[0] >> 4 == 6 else IP4, sent))
	    after = nl.drops()
	    equal(what, [name for name in after if after[name] != before[name]], ['source-route'])

	LSRR, SSRR = (bytes([kind, 7, 4]) + ip(B4) for kind in (131, 137))
	options('router alert', b'\x94\4\0\0')
	options('record route', b'\7\7\4' + b'\0' * 5)
	options('timestamp', b'\x44\x0c\5\0' + b'\0' * 8)
	options('no-ops', b'\1' * 40)
	options('a source route behind the end', b'\0' + LSRR)
	options('an option without a length', b'\1\1\1\x83')
	options('an option longer than the header', b'\x94\x29' + LSRR + b'\0' * 3)
	options('an option of no length', b'\x94\0' + LSRR + b'\0' * 3)
	options('a source route inside another option', b'\x94\x09' + LSRR + b'\0' * 3)
	dropped('a loose source route', ip4(A4, B4, UDP, b'', options=LSRR + b'\0'))
	dropped('a strict one', ip4(A4, B4, UDP, b'', options=SSRR + b'\0'))
	dropped('... behind no-ops', ip4(A4, B4, UDP, b'', options=b'\1' * 33 + SSRR))
	dropped('... behind another option', ip4(A4, B4, UDP, b'', options=b'\x94\4\0\0' + SSRR + b'\0'))
	dropped('... in a fragment', ip4(A4, B4, UDP, b'', options=SSRR + b'\0', frag=0x2005))

	HOP, DEST = (0, b'\0\1\4\0\0\0\0'), (60, b'\0\1\4\0\0\0\0')
	ALERT = (0, b'\0\5\2\0\0\1\0')
	TYPE0 = (43, b'\2\0\1\0\0\0\0' + ip(B6))
	SEGMENTS = (43, b'\2\4\1\0\0\0\0' + ip(B6))
	FIRST, LATER = (44, b'\0\0\1\0\0\0\7'), (44, b'\0\0\x08\0\0\0\7')
	AUTH = (51, b'\1' + b'\0' * 10)
	passes('hop-by-hop options', HOP)
	passes('an IPv6 router alert', ALERT)
	passes('destination options', DEST)
	passes('a segment routing header', SEGMENTS)
	passes('a first fragment', FIRST)
	passes('a later fragment', LATER)
	passes('an authentication header', AUTH)
	passes('all of them', HOP, DEST, SEGMENTS, FIRST, AUTH, DEST)
	passes('an unknown protocol', DEST, last=250)
	passes('a later fragment that looks like one', LATER, last=43)
	sent, _ = headers('type 0', TYPE0)
	dropped('a routing header of type 0', sent)
	for first in (HOP, DEST, AUTH, FIRST):
	    sent, _ = headers('type 0', first, TYPE0)
	    dropped('... behind header %d' % first[0], sent)
	sent, _ = headers('type 0', HOP, DEST, SEGMENTS, DEST, TYPE0, FIRST)
	dropped('... between others', sent)
	a.send(eth(GATEWAY, a.mac, IP6, ip6(A6, B6, 60, b'\x2b\xff\1\4\0\0\0\0cut off')))
	check('a header longer than the packet passes', b.expect(b'cut off'))
END
done_testing
