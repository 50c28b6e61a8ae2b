#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What is flooded goes to the ports and once to each node of the flood list; what
# comes from a node to the ports alone. The storm limit counts all copies.

. "$(dirname "$0")/uplink-setup.sh"

far_end
vrctl network add blue vni 100 subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl uplink add vx type vxlan
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a "antispoof off"
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11
raw_pod c blue 02:00:00:00:00:0c

python "$far" "$a" "$b" "$c" <<- 'END'
	from vxlan import *
	from vrnl import *

	nl = Netlink()
	far = Far(sys.argv[1])
	a, b, c = (Station(name, '02:00:00:00:00:0%x' % (10 + i))
	           for i, name in enumerate(sys.argv[2:]))
	R, UNKNOWN = '02:00:00:00:01:02', '02:00:00:00:77:77'
	LIST = [node(2), node(3), node(4), node(5, True), node(6, True)]
	count = 0

	def text():
	    global count
	    count += 1
	    return b'packet %04d.' % count

	def frame(dst, src=a.mac, sip='192.0.2.10', dip='192.0.2.255'):
	    return eth(dst, src, IP6 if ':' in sip else IP4, packet(sip, dip, text()))

	def copies(inner):
	    """The nodes, and the ports, that have a copy."""
	    nodes = [outer.dst for outer in far.tunnelled() if outer.inner == inner]
	    return sorted(nodes), [name for name, port in (('a', a), ('b', b), ('c', c))
	                           if inner in port.frames()]

	def sends(what, inner, nodes, ports, **drops):
	    with Drops(nl, what, **drops):
	        a.send(inner)
	    equal('... to', copies(inner), (sorted(nodes), ports))

	ARP_WHO = lambda: eth(BROADCAST, a.mac, ARP, arp(1, a.mac, '192.0.2.10', '00:00:00:00:00:00',
	                                                 '192.0.2.%d' % (100 + count)))
	sends('no list: broadcast', frame(BROADCAST), [], ['b', 'c'])
	nl.do('network-set', [('name', 'blue')] + [('flood-add', each) for each in LIST])
	for what, inner in (('broadcast', frame(BROADCAST)),
	                    ('multicast', frame('01:00:5e:01:02:03', dip='233.252.0.3')),
	                    ('IPv6 multicast', frame('33:33:00:00:00:fb', sip='2001:db8:1::a', dip='ff02::fb')),
	                    ('ARP for nobody known', ARP_WHO()),
	                    ('neither', eth(BROADCAST, a.mac, 0x88b5, text()))):
	    sends(what, inner, LIST, ['b', 'c'])
	sends('an unknown station', frame(UNKNOWN), LIST, ['c'])
	sends('a link\'s own group', frame('01:80:c2:00:00:0e'), [], [], link_local_group=1)
	got = eth(BROADCAST, a.mac, ARP, arp(1, a.mac, '192.0.2.10', '00:00:00:00:00:00', '192.0.2.11'))
	with Drops(nl, 'ARP for one who is known'):
	    a.send(got)
	equal('... is not flooded', copies(got), ([], []))

	nl.do('network-set', {'name': 'blue', 'unknown-flood': 0})
	sends('unknown-flood off: an unknown station', frame(UNKNOWN), [], [], unknown_destination=1)
	sends('... broadcast', frame(BROADCAST), LIST, ['b', 'c'])
	nl.do('network-set', {'name': 'blue', 'unknown-flood': 1})
	nl.do('network-set', {'name': 'blue', 'flood-del': [node(3), node(5, True)]})
	LIST = [node(2), node(4), node(6, True)]
	sends('a shorter list', frame(BROADCAST), LIST, ['b', 'c'])
	nl.do('network-set', {'name': 'blue', 'flood-del': node(2), 'flood-add': node(3)})
	LIST = [node(3), node(4), node(6, True)]
	sends('one for another', frame(BROADCAST), LIST, ['b', 'c'])
	nl.do('network-set', {'name': 'blue', 'flood-add': node(3)})
	sends('one that is there', frame(BROADCAST), LIST, ['b', 'c'])

	# From a node: to the ports alone.
	for number, v6 in (3, False), (6, True):
	    for what, dst, ports in ('broadcast', BROADCAST, ['a', 'b', 'c']), \
	            ('an unknown station', UNKNOWN, ['a', 'c']):
	        inner = frame(dst, R, '192.0.2.22')
	        with Drops(nl, 'from node %d: %s' % (number, what)):
	            far.tunnel(100, inner, number, v6)
	        equal('... to', copies(inner), ([], ports))
	nl.do('network-set', {'name': 'blue', 'unknown-flood': 0})
	inner = frame(UNKNOWN, R, '192.0.2.22')
	with Drops(nl, 'unknown-flood off: from a node', unknown_destination=1):
	    far.tunnel(100, inner, 3)
	equal('... to', copies(inner), ([], []))
	nl.do('network-set', {'name': 'blue', 'unknown-flood': 1})

	# Copies to nodes count.
	nl.do('port-set', {'id': 1, 'storm-rate': 1, 'storm-burst': 12})
	a.frames(), b.frames(), c.frames(), far.frames()
	start = time.monotonic()
	before = nl.drops()['storm-limit']
	inner = frame(BROADCAST)
	for _ in range(20):
	    a.send(inner)
	got = [f for port in (b, c) for f in port.frames() if f == inner]
	there = [outer for outer in far.tunnelled() if outer.inner == inner]
	extra = 1 + (time.monotonic() - start)
	check('a burst, copies to nodes included', 12 <= len(got) + len(there) <= 12 + extra and there,
	      len(got), len(there))
	check('... the rest is dropped', 16 <= nl.drops()['storm-limit'] - before <= 18,
	      nl.drops()['storm-limit'] - before)
	nl.do('port-set', {'id': 1, 'storm-rate': 4294967295, 'storm-burst': 4294967295})

	# As many as there may be: the rest of a flood is from a work item.
	peers = ['203.0.113.%d' % i for i in range(20, 255)]
	nl.do('network-set', [('name', 'blue')] + [('flood-add', peer) for peer in peers] +
	      [('flood-add', node(i)) for i in (2, 4, 5, 6, 7, 8, 9)])
	def seen(inner):
	    got = set()
	    end = time.monotonic() + 10
	    while len(got) < 9 and time.monotonic() < end:
	        got |= {outer.dst for outer in far.tunnelled() if outer.inner == inner}
	    return sorted(got)
	inner = frame(BROADCAST)
	select.select([], [], [], 0.05)  # the new limit fills with the jiffies
	a.send(inner)
	equal('a flood to 244 nodes comes to each that is there', seen(inner), sorted([node(i) for i in range(2, 10)] +
	                                                  [node(6, True)]))
END
done_testing
