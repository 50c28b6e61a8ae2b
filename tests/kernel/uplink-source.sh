#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Who may tunnel in: nodes that the network knows by an endpoint, a route or its
# flood list, peers, and with "any" all; not in the name of who is here, and not
# to go out by a tunnel again, but for what the router itself says.

. "$(dirname "$0")/uplink-setup.sh"

far_end
ip route add 203.0.113.3 dev wire mtu 1340
subnets="subnet 192.0.2.1/24 subnet 198.51.100.1/24 subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64"
for network in "blue vni 100" "red vni 200"; do
	# shellcheck disable=SC2086 # words
	vrctl network add $network $subnets
done
vrctl uplink add vx type vxlan
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod b red 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b
raw_pod u blue 02:00:00:00:00:0c

python "$far" "$a" "$b" "$u" <<- 'END'
	from vxlan import *
	from vrnl import *

	nl = Netlink()
	far = Far(sys.argv[1])
	a, b = Station(sys.argv[2], '02:00:00:00:00:0a'), Station(sys.argv[3], '02:00:00:00:00:0b')
	u = Station(sys.argv[4], '02:00:00:00:00:0c')
	R, S, G = '02:00:00:00:01:02', '02:00:00:00:01:03', GATEWAY
	count = 0

	def text():
	    global count
	    count += 1
	    return b'packet %04d.' % count

	def frame(dst, src, sip, dip, **kwargs):
	    return eth(dst, src, IP6 if ':' in sip else IP4, packet(sip, dip, text(), **kwargs))

	def comes(what, station, vni, number, inner=None, v6=False, there=True, **drops):
	    """Whether what a node sends comes, or why not."""
	    inner = inner or frame(station.mac, R, '192.0.2.22', '192.0.2.10')
	    with Drops(nl, what, **drops):
	        far.tunnel(vni, inner, number, v6)
	        found = station.expect(inner[-12:], 10 if there else 0)
	    if there != bool(found):
	        check('... it comes' if there else '... it does not come', False)

	def stays(what, station, vni, number, inner=None, v6=False, **drops):
	    comes(what, station, vni, number, inner, v6, False, **drops)

	# Who is known, and where.
	stays('an unknown VNI', a, 300, 2, unknown_vni=1)
	stays('VNI 0', a, 0, 2, unknown_vni=1)
	for v6 in False, True:
	    name = ', IPv6' if v6 else ', IPv4'
	    stays('an unknown node' + name, a, 100, 2, v6=v6, unknown_remote=1)
	    nl.do('endpoint-new', {'network': 'blue', 'mac': R, 'remote': node(2, v6),
	                           'address': ['192.0.2.22', '2001:db8:1::22']})
	    comes('known by an endpoint' + name, a, 100, 2, v6=v6)
	    stays('... not to another network', b, 200, 2, v6=v6, unknown_remote=1)
	    stays('... nor another node', a, 100, 3, v6=v6, unknown_remote=1)
	    nl.do('endpoint-del', {'network': 'blue', 'mac': R})
	    stays('... any more', a, 100, 2, v6=v6, unknown_remote=1)
	    hop = {'network': 'blue', 'prefix': '203.0.113.0', 'prefix-length': 24}
	    nl.do('route-new', {**hop, 'nexthop': [{'remote': node(2, v6)}, {'remote': node(3, v6)}]})
	    comes('known by a route' + name, a, 100, 3, v6=v6)
	    nl.do('route-new', {**hop, 'nexthop': {'remote': node(2, v6)}}, REPLACE)
	    comes('... that is replaced', a, 100, 2, v6=v6)
	    stays('... not who it does not lead to any more', a, 100, 3, v6=v6, unknown_remote=1)
	    nl.do('route-del', hop)
	    stays('... it goes', a, 100, 2, v6=v6, unknown_remote=1)
	    nl.do('network-set', {'name': 'blue', 'flood-add': node(2, v6)})
	    comes('known by the flood list' + name, a, 100, 2, v6=v6)
	    nl.do('network-set', {'name': 'blue', 'flood-del': node(2, v6)})
	    stays('... any more', a, 100, 2, v6=v6, unknown_remote=1)
	    nl.do('uplink-set', {'name': 'vx', 'peer-add': node(2, v6)})
	    comes('a peer' + name, a, 100, 2, v6=v6)
	    comes('... to any network', b, 200, 2, frame(b.mac, R, '192.0.2.22', '192.0.2.11'), v6=v6)
	    stays('... not another', a, 100, 3, v6=v6, unknown_remote=1)
	    stays('... not with an unknown VNI', a, 300, 2, v6=v6, unknown_vni=1)
	    nl.do('uplink-set', {'name': 'vx', 'peer-del': node(2, v6)})
	    stays('... any more', a, 100, 2, v6=v6, unknown_remote=1)
	nl.do('uplink-set', {'name': 'vx', 'any': 1})
	comes('any', a, 100, 9)
	comes('... IPv6', a, 100, 9, v6=True)
	stays('... not with an unknown VNI', a, 300, 9, unknown_vni=1)

	# In whose name.
	nl.do('endpoint-new', {'network': 'blue', 'mac': R, 'remote': node(2),
	                       'address': ['192.0.2.22', '2001:db8:1::22']})
	nl.do('endpoint-new', {'network': 'blue', 'mac': S, 'remote': node(3),
	                       'address': ['192.0.2.33', '2001:db8:1::33', '198.51.100.33']})
	nl.do('endpoint-new', {'network': 'blue', 'mac': '02:00:00:00:01:0a', 'port-id': 1,
	                       'address': ['192.0.2.50', '2001:db8:1::50']})
	for name, number in ('a node that is known', 2), ('any', 9):
	    for mac_of in a.mac, u.mac, '02:00:00:00:01:0a':
	        stays('%s: the MAC of who is here' % name, a, 100, number,
	              frame(a.mac, mac_of, '192.0.2.22', '192.0.2.10'), source_mac=1)
	    for address in '192.0.2.10', '192.0.2.50', '2001:db8:1::a', '2001:db8:1::50':
	        to = '192.0.2.10' if '.' in address else '2001:db8:1::a'
	        stays('... his address %s' % address, a, 100, number, frame(a.mac, R, address, to),
	              source_address=1)
	        stays('... to the gateway', a, 100, number, frame(G, R, address, to), source_address=1)
	    comes('... those of another network', a, 100, number,
	          frame(a.mac, b.mac, '192.0.2.11', '192.0.2.10'))
	    for mac_of in '01:00:5e:00:00:01', '00:00:00:00:00:00', BROADCAST:
	        stays('... no MAC of a station', a, 100, number,
	              frame(a.mac, mac_of, '192.0.2.22', '192.0.2.10'), invalid_source_mac=1)
	    comes('... what is elsewhere moves as it likes', a, 100, number,
	          frame(a.mac, S, '192.0.2.22', '192.0.2.10'))
	    comes('... the other node\'s gateway routes', a, 100, number,
	          frame(a.mac, G, '198.51.100.7', '192.0.2.10'))

	# Not from tunnel to tunnel.
	nl.do('network-set', [('name', 'blue'), ('flood-add', node(3)), ('flood-add', node(4)),
	                      ('flood-add', node(5, True))])
	nl.do('route-new', {'network': 'blue', 'prefix': '203.0.113.0', 'prefix-length': 24,
	                    'nexthop': {'remote': node(4)}})
	def horizon(what, inner, number=2, **drops):
	    far.frames()
	    with Drops(nl, what, **drops):
	        far.tunnel(100, inner, number)
	    equal('... nothing goes out', [(outer.dst, outer.inner.hex()) for outer in far.tunnelled()
	                                   if outer.src == NEAR[outer.v6]], [])

	for number in 2, 9:
	    horizon('bridged from node %d' % number, frame(S, R, '192.0.2.22', '192.0.2.33'), number,
	            split_horizon=1)
	    horizon('routed to an endpoint', frame(G, R, '192.0.2.22', '198.51.100.33'), number,
	            split_horizon=1)
	    horizon('... IPv6', frame(G, R, '2001:db8:2::9', '2001:db8:1::33'), number, split_horizon=1)
	    horizon('routed to a node', frame(G, R, '192.0.2.22', '203.0.113.9'), number, split_horizon=1)
	    long = eth(S, R, IP4, packet('192.0.2.22', '192.0.2.33', b'x' * 1350))
	    horizon('too long', long, number, split_horizon=1)
	    for name, dst in ('broadcast', BROADCAST), ('multicast', '01:00:5e:01:02:03'), \
	            ('an unknown station', '02:00:00:00:77:77'):
	        inner = frame(dst, R, '192.0.2.22', '192.0.2.255')
	        horizon('flooded: ' + name, inner, number)
	        check('... comes to the ports', u.expect(inner))
	horizon('from a node to a station of its own', frame(R, '02:00:00:00:01:09', '192.0.2.9',
	                                                     '192.0.2.22'), 2, same_port=1)

	# What the router says goes back.
	def said(what, inner, wanted, number=2, v6=False):
	    far.frames()
	    far.tunnel(100, inner, number, v6)
	    got = [outer for outer in far.tunnelled() if outer.src == NEAR[v6] and wanted(outer.inner)]
	    equal(what, [outer.dst for outer in got], [node(number, v6)])
	    return got[0].inner if got else b''

	def says(what, number, v6=False, me=R, me4='192.0.2.22', me6='2001:db8:1::22'):
	    def icmp(kind, code):
	        return lambda inner: inner[12:14] == b'\x08\0' and inner[23] == ICMP and \
	            tuple(inner[34:36]) == (kind, code) and inner[:6] == mac(me) and inner[6:12] == mac(G)
	    def icmp6(kind, code=0):
	        return lambda inner: inner[12:14] == b'\x86\xdd' and inner[20] == ICMP6 and \
	            tuple(inner[54:56]) == (kind, code) and inner[:6] == mac(me)
	    said(what + ': an echo reply', eth(G, me, IP4, echo(me4, '192.0.2.1')), icmp(0, 0), number, v6)
	    said('... IPv6', eth(G, me, IP6, echo(me6, '2001:db8:1::1')), icmp6(129), number, v6)
	    got = said('... time exceeded', frame(G, me, me4, '192.0.2.10', ttl=1), icmp(11, 0), number, v6)
	    equal('... from the gateway', got[26:30], ip('192.0.2.1'))
	    said('... IPv6', frame(G, me, me6, '2001:db8:1::a', hops=1), icmp6(3), number, v6)
	    said('... no route', frame(G, me, me4, '10.9.9.9'), icmp(3, 0), number, v6)
	    said('... no host', frame(G, me, me4, '192.0.2.99'), icmp(3, 1), number, v6)
	    said('... nor port', frame(G, me, me4, '192.0.2.1'), icmp(3, 3), number, v6)
	    got = said('... an ARP reply of the gateway', eth(BROADCAST, me, ARP, arp(
	        1, me, me4, '00:00:00:00:00:00', '192.0.2.1')),
	        lambda inner: inner[12:14] == b'\x08\6', number, v6)
	    equal('... its MAC', got[6:12] + got[22:28] if got else got, mac(G) * 2)
	    got = said('... of who is here', eth(BROADCAST, me, ARP, arp(
	        1, me, me4, '00:00:00:00:00:00', '192.0.2.10')),
	        lambda inner: inner[12:14] == b'\x08\6', number, v6)
	    equal('... his MAC', got[22:28], mac(a.mac))
	    said('... a neighbour advertisement', eth(group_mac(solicited('2001:db8:1::1')), me, IP6,
	         solicit(me6, '2001:db8:1::1', me)), icmp6(136), number, v6)
	    said('... of who is here', eth(group_mac(solicited('2001:db8:1::a')), me, IP6,
	         solicit(me6, '2001:db8:1::a', me)), icmp6(136), number, v6)

	says('to a node that is known', 2)
	nl.do('endpoint-new', {'network': 'blue', 'mac': '02:00:00:00:01:06', 'remote': node(6, True),
	                       'address': ['192.0.2.66', '2001:db8:1::66']})
	says('... IPv6', 6, True, '02:00:00:00:01:06', '192.0.2.66', '2001:db8:1::66')
	says('to a stranger', 9, False, '02:00:00:00:01:99', '192.0.2.199', '2001:db8:1::99')
	says('... IPv6', 9, True, '02:00:00:00:01:99', '192.0.2.199', '2001:db8:1::99')
END
done_testing
