#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Two networks with the same addresses and MACs never exchange a packet.

. "$(dirname "$0")/setup.sh"
module_load

for network in blue red; do
	vrctl network add $network subnet 192.0.2.1/24 subnet 198.51.100.1/24 \
		subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64
done
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a "antispoof off"
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b
raw_pod x red 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a "antispoof off"
raw_pod y red 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b
raw_pod z red 02:00:00:00:00:0c 192.0.2.12 198.51.100.12 2001:db8:1::c 2001:db8:2::c \
	"antispoof off"

python "$a" "$b" "$x" "$y" "$z" <<- 'END'
	import sys
	from packet import *

	a, b, x, y, z = (Station(name, mac) for name, mac in zip(sys.argv[1:], (
	    '02:00:00:00:00:0a', '02:00:00:00:00:0b', '02:00:00:00:00:0a',
	    '02:00:00:00:00:0b', '02:00:00:00:00:0c')))
	blue, red = (a, b), (x, y, z)

	def send(sender, mark):
	    """Everything that might cross, from one side."""
	    m = sender.mac
	    for dst in ('02:00:00:00:00:0b', '02:00:00:00:00:0c', BROADCAST, GATEWAY,
	                '02:00:00:00:00:77', '01:00:5e:00:00:fb'):
	        for src, to in (('192.0.2.10', '192.0.2.11'), ('192.0.2.10', '192.0.2.12'),
	                        ('192.0.2.10', '198.51.100.12'), ('2001:db8:1::a', '2001:db8:1::c'),
	                        ('2001:db8:1::a', '2001:db8:1::b'),
	                        ('2001:db8:1::a', '2001:db8:2::c')):
	            sender.send(eth(dst, m, IP6 if ':' in src else IP4, packet(src, to, mark)))
	    for target in ('192.0.2.12', '198.51.100.12', '192.0.2.99'):
	        sender.send(eth(BROADCAST, m, ARP, arp(1, m, '192.0.2.10', '00:00:00:00:00:00',
	                                               target)))

	send(a, b'from-blue')
	send(x, b'from-red')
	# All was sent on this CPU, and what is due has come.
	fence = eth(BROADCAST, a.mac, 0x88b5, b'fence')
	a.send(fence)
	x.send(fence)
	for name, stations, own, other in (('blue', blue, b'from-blue', b'from-red'),
	                                   ('red', red, b'from-red', b'from-blue')):
	    for i, station in enumerate(stations[1:], 1):
	        station.got = []
	        check('%s station %d gets its own network' % (name, i),
	              station.expect(lambda f: station.got.append(f) or b'fence' in f) and
	              any(own in f for f in station.got))
	        check('... and nothing of the other', not any(other in f for f in station.got))
	    got = stations[0].frames()
	    check('%s sender gets nothing of the other' % name, not any(other in f for f in got))

	# ARP for what only the other network has is not answered.
	a.frames()
	a.send(eth(BROADCAST, a.mac, ARP, arp(1, a.mac, '192.0.2.10', '00:00:00:00:00:00',
	                                      '192.0.2.12')))
	b.send(fence2 := eth(a.mac, b.mac, IP4, packet('192.0.2.11', '192.0.2.10', b'fence2')))
	got = []
	a.expect(lambda f: got.append(f) or b'fence2' in f)
	check('no answer about an address of the other network',
	      not any(f[12:14] == b'\x08\x06' for f in got))
END
refused "the tables do not mix" "no such endpoint" \
	vrctl endpoint show network blue mac 02:00:00:00:00:0c
refused "a route to the other network's port" "port is in another network" \
	vrctl route add network blue 203.0.113.0/24 via dev eth1 netns "$x"
refused "an endpoint behind the other network's port" "port is in another network" \
	vrctl endpoint add network blue mac 02:00:00:00:09:09 dev eth1 netns "$x"
done_testing
