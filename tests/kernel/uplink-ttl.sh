#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# TTL is counted exactly when a packet was addressed to the gateway's MAC, on each
# node that routes it, and a next hop on another node gets frames for its gateway,
# unless the route names another MAC.

. "$(dirname "$0")/uplink-setup.sh"

far_end
subnets="subnet 192.0.2.1/24 subnet 198.51.100.1/24 subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64"
# shellcheck disable=SC2086 # words
vrctl network add blue vni 100 $subnets
vrctl uplink add vx type vxlan
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a

python "$far" "$a" <<- 'END'
	from vxlan import *
	from vrnl import *

	nl = Netlink()
	far, a = Far(sys.argv[1]), Station(sys.argv[2], '02:00:00:00:00:0a')
	R, M, G, G2 = '02:00:00:00:01:02', '02:00:00:00:01:44', GATEWAY, '02:76:72:00:00:99'
	count = 0

	def text():
	    global count
	    count += 1
	    return b'packet %04d.' % count

	def frame(dst, src, sip, dip, ttl=64):
	    return eth(dst, src, IP6, packet(sip, dip, text(), hops=ttl)) if ':' in sip else \
	        eth(dst, src, IP4, packet(sip, dip, text(), ttl=ttl))

	def ttl(frame):
	    return frame[22] if frame[12:14] == b'\x08\0' else frame[21]

	def told(frame):
	    return is_error(frame) and (frame[34] == 11 or frame[54] == 3)

	def goes(what, inner, dst, src, counted, number=2, v6=False):
	    """It goes to the node in a frame like that."""
	    a.send(inner)
	    got = far.hear(inner[-12:])
	    equal(what, got and (got.dst, got.inner[:6], got.inner[6:12], ttl(inner) - ttl(got.inner)),
	          (node(number, v6), mac(dst), mac(src), counted))
	    if got and got.inner[12:14] == b'\x08\0':
	        equal('... with a right checksum', checksum(got.inner[14:34]), 0)

	def comes(what, inner, dst, src, counted, number=2, v6=False):
	    far.tunnel(100, inner, number, v6)
	    got = a.expect(inner[-12:])
	    equal(what, got and (got[:6], got[6:12], ttl(inner) - ttl(got)), (mac(dst), mac(src), counted))

	for v6 in False, True:
	    number = 6 if v6 else 2
	    nl.do('endpoint-new', {'network': 'blue', 'mac': R, 'remote': node(number, v6), 'address': [
	        '192.0.2.22', '198.51.100.22', '2001:db8:1::22', '2001:db8:2::22']}, REPLACE)
	    for prefix, length in ('203.0.113.0', 24), ('2001:db8:9::', 64):
	        nl.do('route-new', {'network': 'blue', 'prefix': prefix, 'prefix-length': length,
	                            'nexthop': {'remote': node(number, v6)}}, REPLACE)
	    over = ', over IPv6' if v6 else ', over IPv4'
	    for near, there, beyond, behind in (
	            ('192.0.2.10', '192.0.2.22', '198.51.100.22', '203.0.113.77'),
	            ('2001:db8:1::a', '2001:db8:1::22', '2001:db8:2::22', '2001:db8:9::77')):
	        name = near + over
	        for left in 64, 1, 2:
	            goes('bridged from %s, TTL %d' % (name, left), frame(R, a.mac, near, there, left), R,
	                 a.mac, 0, number, v6)
	            comes('... and back', frame(a.mac, R, there, near, left), a.mac, R, 0, number, v6)
	        goes('routed to its endpoint', frame(G, a.mac, near, beyond), R, G, 1, number, v6)
	        goes('... to one of the same subnet', frame(G, a.mac, near, there), R, G, 1, number, v6)
	        goes('... the last time', frame(G, a.mac, near, beyond, 2), R, G, 1, number, v6)
	        goes('routed to its gateway', frame(G, a.mac, near, behind), G, G, 1, number, v6)
	        comes('routed here by the other and by us', frame(G, G, behind, near), a.mac, G, 1,
	              number, v6)
	        comes('... the last time', frame(G, R, there, near, 2), a.mac, G, 1, number, v6)
	        with Drops(nl, 'too late to be routed', ttl=1):
	            a.send(frame(G, a.mac, near, behind, 1))
	        check('... the sender is told', a.expect(told))
	        with Drops(nl, 'too late to be routed here', ttl=1):
	            far.tunnel(100, frame(G, R, there, near, 1), number, v6)
	        check('... the node is told', far.expect(lambda f: (o := Outer(f)).inner and told(o.inner)))

	# A foreign router has a MAC of its own.
	hop = {'network': 'blue', 'prefix': '203.0.113.0', 'prefix-length': 24}
	nl.do('route-new', {**hop, 'nexthop': {'remote': node(2), 'mac': M}}, REPLACE)
	goes('to a foreign router', frame(G, a.mac, '192.0.2.10', '203.0.113.77'), M, G, 1)
	equal('... it is shown', nl.do('route-get', hop)['nexthop'][0]['mac'], M)
	equal('... also of a packet', nl.do('route-lookup', {
	    'network': 'blue', 'address': '203.0.113.7'})['nexthop'][0]['mac'], M)
	equal('two of one node differ', len(nl.do('route-new', {**hop, 'nexthop': [
	    {'remote': node(2), 'mac': M}, {'remote': node(2)}]}, REPLACE)['nexthop']), 2)
	nl.do('route-new', {**hop, 'nexthop': {'remote': node(2)}}, REPLACE)
	equal('without one, none is shown', nl.do('route-get', hop)['nexthop'][0].get('mac'), None)
	nl.do('network-set', {'name': 'blue', 'gateway-mac': G2})
	goes('another gateway MAC', frame(G2, a.mac, '192.0.2.10', '203.0.113.77'), G2, G2, 1)
	nl.do('endpoint-new', {'network': 'blue', 'mac': G, 'remote': node(3),
	                       'address': ['192.0.2.99']})
	goes('... the old one is a station\'s', frame(G, a.mac, '192.0.2.10', '192.0.2.99', 1), G, a.mac,
	     0, 3)
END
done_testing
