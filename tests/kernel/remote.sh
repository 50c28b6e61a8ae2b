#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Endpoints and routes on other nodes: what may replace or move them and what not,
# that neighbours are told of them here, and that several nodes share flows.

. "$(dirname "$0")/uplink-setup.sh"

far_end
ns other
subnets="subnet 192.0.2.1/24 subnet 198.51.100.1/24 subnet 2001:db8:1::1/64"
# shellcheck disable=SC2086 # words
vrctl network add blue vni 100 $subnets
# shellcheck disable=SC2086 # words
on other network add blue vni 100 $subnets
vrctl uplink add vx type vxlan
vrctl uplink add vy type vxlan port 4790
on other uplink add vx type vxlan
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11

python "$far" "$a" "$b" "${other:?}" <<- 'END'
	from collections import Counter
	from vxlan import *
	from vrnl import *

	nl = Netlink()
	with Namespace(sys.argv[4]):
	    second = Netlink()
	far, a, b = (Station(sys.argv[2], '02:00:00:00:00:0a') if i == 1 else
	             Station(sys.argv[3], '02:00:00:00:00:0b') if i == 2 else Far(sys.argv[1])
	             for i in range(3))
	MAC, G = '02:00:00:00:01:02', GATEWAY
	A, B = 1, 2
	E4, E6 = '192.0.2.50', '2001:db8:1::50'
	count = 0

	def new(flags, place, addresses=(E4, E6), mac=MAC, **attrs):
	    where = {'port-id': place} if isinstance(place, int) else {'remote': place}
	    return nl.do('endpoint-new', {'network': 'blue', 'mac': mac, 'address': list(addresses),
	                                  'uplink': 'vx', **where, **attrs} if 'remote' in where else
	                 {'network': 'blue', 'mac': mac, 'address': list(addresses), **where, **attrs},
	                 flags)

	def refused(what, text, attr, flags, place, **attrs):
	    try:
	        new(flags, place, **attrs)
	        check(what, False, 'it was accepted')
	    except Refused as refusal:
	        equal(what, (refusal.text, refusal.attr), (text, attr))

	def get(mac=MAC, state='active'):
	    return nl.do('endpoint-get', {'network': 'blue', 'mac': mac, 'state': state})

	def leads(what, place):
	    """Bridged and routed, both families."""
	    global count
	    got = []
	    for dst, sip, dip in ((MAC, '192.0.2.10', E4), (G, '192.0.2.10', E4),
	                          (MAC, '2001:db8:1::a', E6), (G, '2001:db8:1::a', E6)):
	        count += 1
	        text = b'packet %04d.' % count
	        a.send(eth(dst, a.mac, IP6 if ':' in sip else IP4, packet(sip, dip, text)))
	        local = [f for f in b.frames() if text in f]
	        there = [outer.dst for outer in far.tunnelled() if text in outer.inner]
	        got.append(there + ['here'] * len(local))
	    equal('packets lead ' + what, got, [[place]] * 4)

	# Between here and there, and between nodes.
	new(EXCL, B)
	leads('here', 'here')
	for v6 in False, True:
	    new(REPLACE, node(2, v6))
	    leads('to a node', node(2, v6))
	    new(REPLACE, node(3, v6))
	    leads('to another', node(3, v6))
	    new(REPLACE, B)
	    leads('here again', 'here')
	new(EXCL, node(2), sequence=5)
	leads('to a node by a higher sequence', node(2))
	equal('... which is shown', get()['sequence'], 5)
	new(EXCL, node(3, True), sequence=6)
	leads('to another', node(3, True))
	new(EXCL, B, sequence=7)
	leads('here', 'here')
	new(EXCL, node(2), sequence=8)
	for flags in EXCL, REPLACE, 0:
	    for place in B, node(3):
	        refused('a lower sequence, to %s' % place, 'endpoint has a higher sequence', 'mac', flags,
	                place, sequence=7)
	for place in B, node(3), node(2, True):
	    refused('the same, to %s' % place, 'MAC is in use in this network', 'mac', EXCL, place,
	            sequence=8)
	refused('... by another uplink', 'MAC is in use in this network', 'mac', EXCL, node(2),
	        sequence=8, uplink='vy')
	refused('... the same place', 'endpoint exists', 'mac', EXCL, node(2), sequence=8)
	equal('... equal, no error', new(0, node(2), sequence=8)['remote'], node(2))
	refused('... other addresses', 'endpoint exists with other addresses', 'mac', 0, node(2),
	        sequence=8, addresses=(E4,))
	other = '02:00:00:00:01:03'
	for place in B, node(2), node(3):
	    refused('an address in use, by %s' % place, 'address is in use in this network', 'address',
	            EXCL, place, mac=other, addresses=('192.0.2.51', E6))
	refused('the gateway\'s MAC', 'MAC is the gateway\'s', 'mac', EXCL, node(2), mac=G,
	        addresses=())
	refused('the gateway\'s address', 'address is in use in this network', 'address', EXCL, node(2),
	        mac=other, addresses=('192.0.2.1',))
	refused('a port\'s own address', 'address is in use in this network', 'address', EXCL, node(2),
	        mac=other, addresses=('192.0.2.10',))
	refused('a port\'s own MAC', 'MAC is in use in this network', 'mac', EXCL, node(2), mac=a.mac,
	        addresses=())
	refused('a port and a node', 'endpoint is at a port or remote, not both', 'port-id', EXCL,
	        node(2), mac=other, addresses=(), **{'port-id': B})
	equal('what was refused left nothing behind', nl.do('uplink-get', {'name': 'vx'})['remotes'], 1)
	equal('... nor elsewhere', nl.do('uplink-get', {'name': 'vy'})['remotes'], 0)
	leads('where they did', node(2))
	new(EXCL, B, sequence=9, state='standby')
	leads('to the active one while another stands by', node(2))
	new(EXCL, B, sequence=9)
	leads('to that when it is active', 'here')
	new(EXCL, node(2), sequence=10)

	# No packet is lost or doubled on the way.
	import threading
	def move():
	    for i in range(60):
	        new(EXCL, (B, node(2), node(3, True))[i % 3], sequence=11 + i)
	mover = threading.Thread(target=move)
	mover.start()
	sent = 0
	arrived = Counter()
	with Drops(nl, 'nothing is dropped while it moves'):
	    while mover.is_alive() or sent < 50:
	        sent += 1
	        text = b'moving %06d.' % sent
	        a.send(eth(MAC, a.mac, IP4, packet('192.0.2.10', E4, text)))
	        arrived.update(f[-len(text):] for f in b.frames() if b'moving' in f)
	        arrived.update(outer.inner[-len(text):] for outer in far.tunnelled())
	    mover.join()
	equal('each of %d packets arrives once' % sent, (len(arrived), set(arrived.values())), (sent, {1}))
	new(REPLACE, node(2), sequence=100)

	# Neighbours are told here.
	nl.do('network-set', {'name': 'blue', 'uplink': 'vx', 'flood-add': [node(4), node(5)]})
	far.frames(), b.frames()
	a.frames()
	a.send(eth(BROADCAST, a.mac, ARP, arp(1, a.mac, '192.0.2.10', '00:00:00:00:00:00', E4)))
	reply = a.expect(lambda f: f[12:14] == b'\x08\6')
	equal('ARP for who is on a node is answered', reply and reply[:42], eth(
	    a.mac, MAC, ARP, arp(2, MAC, E4, a.mac, '192.0.2.10')))
	a.send(eth(group_mac(solicited(E6)), a.mac, IP6, solicit('2001:db8:1::a', E6, a.mac)))
	reply = a.expect(lambda f: f[12:14] == b'\x86\xdd' and f[54] == 136)
	equal('... IPv6', reply and reply[62:78] + reply[80:86], ip(E6) + mac(MAC))
	equal('... and not flooded', (far.tunnelled(), b.frames()), ([], []))
	nl.do('route-new', {'network': 'blue', 'prefix': '192.0.2.200', 'prefix-length': 32,
	                    'nexthop': {'remote': node(2), 'uplink': 'vx'}})
	a.send(eth(BROADCAST, a.mac, ARP, arp(1, a.mac, '192.0.2.10', '00:00:00:00:00:00', '192.0.2.200')))
	reply = a.expect(lambda f: f[12:14] == b'\x08\6', 2)
	equal('ARP for what a longer prefix leads to a node: the gateway', reply and reply[22:32],
	      mac(G) + ip('192.0.2.200'))
	equal('... not flooded either', (far.tunnelled(), b.frames()), ([], []))
	nl.do('network-set', {'name': 'blue', 'flood-del': [node(4), node(5)]})
	nl.do('route-del', {'network': 'blue', 'prefix': '192.0.2.200', 'prefix-length': 32})

	# Flows are spread, and the same way on all nodes.
	ECMP = {'network': 'blue', 'prefix': '203.0.113.0', 'prefix-length': 24}
	nodes = [node(6), node(7), node(8, True)]
	hops = [{'remote': each, 'uplink': 'vx'} for each in nodes]
	hops[0]['weight'] = 2
	nl.do('route-new', {**ECMP, 'nexthop': hops})
	second.do('route-new', {**ECMP, 'nexthop': hops[::-1]})
	def flow(i, at=nl):
	    return at.do('route-lookup', {'network': 'blue', 'address': '203.0.113.9', 'source':
	                                  '192.0.2.10', 'protocol': 17, 'source-port': 4000 + i,
	                                  'destination-port': 4001})['nexthop'][0]['remote']
	def shares(n=400):
	    """Where each flow goes: as asked, and as sent."""
	    asked = [flow(i) for i in range(n)]
	    sent = []
	    far.frames()
	    for i in range(n):
	        a.send(eth(G, a.mac, IP4, ip4('192.0.2.10', '203.0.113.9', UDP, udp(
	            '192.0.2.10', '203.0.113.9', b'flow %04d' % i, 4000 + i))))
	    got = {outer.inner[-9:]: outer.dst for outer in far.tunnelled()}
	    sent = [got.get(b'flow %04d' % i) for i in range(n)]
	    equal('... as it was asked for', sum(x == y for x, y in zip(asked, sent)), n)
	    return asked
	before = shares()
	there = Counter(before)
	check('flows are spread by weight', abs(there[nodes[0]] - 200) < 50 and
	      abs(there[nodes[1]] - 100) < 40 and abs(there[nodes[2]] - 100) < 40, there)
	equal('another node chooses alike', sum(flow(i, second) == before[i] for i in range(400)), 400)
	nl.do('route-new', {**ECMP, 'nexthop': hops[:2]}, REPLACE)
	after = shares()
	moved = sum(x != y for x, y in zip(before, after))
	equal('one goes: only its flows move', moved, there[nodes[2]])
	second.do('route-new', {**ECMP, 'nexthop': hops[1::-1]}, REPLACE)
	equal('... on the other node too', sum(flow(i, second) == after[i] for i in range(400)), 400)
	nl.do('route-new', {**ECMP, 'nexthop': hops}, REPLACE)
	equal('it comes back: they do', shares(), before)
	nl.do('route-new', {**ECMP, 'nexthop': hops[:2] + [{**hops[2], 'remote': node(9), 'uplink': 'vy'}]},
	      REPLACE)
	nl.do('uplink-del', {'name': 'vy'})
	equal('its uplink goes: as if it had not been there', [flow(i) for i in range(400)], after)

	# Filters.
	for i, place in enumerate((node(2), node(3), node(3), node(3, True))):
	    new(EXCL, place, mac='02:00:00:00:02:0%d' % i, addresses=())
	def macs(**attrs):
	    return sorted(each['mac'][-2:] for each in nl.dump('endpoint-get', attrs))
	equal('endpoints of a node', macs(remote=node(3)), ['01', '02'])
	equal('... IPv6', macs(remote=node(3, True)), ['03'])
	equal('... of one with none', macs(remote=node(9)), [])
	equal('... of a network', macs(remote=node(2), network='blue'), ['00', '02'])
END
is "vrctl filters too" "$(vrctl -o endpoint show remote 203.0.113.3 | grep -c 02:00:00:00:02:0)" 2
ok "endpoint replace" vrctl endpoint replace network blue mac 02:00:00:00:02:01 dev eth1 netns "$b"
is "... it is here" "$(vrctl -o endpoint show remote 203.0.113.3 | grep -c .)" 1
like "route get" "$(vrctl route get network blue 203.0.113.9 from 192.0.2.10 proto udp sport 1 dport 2)" \
	'remote .* uplink vx'
done_testing
