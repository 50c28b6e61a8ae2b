#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Unicast inside a network goes to the one port that has the MAC.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
pod b blue 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64
raw_pod c blue 02:00:00:00:00:0c 192.0.2.12 2001:db8:1::c
raw_pod open blue 02:00:00:00:00:0d

ping_ok a 192.0.2.11 3
ping_ok a 2001:db8:1::b 3
ok "IPv4 of the MTU" in_ns a ping -q -n -c 1 -W 5 -M do -s 1472 192.0.2.11
ok "IPv6 of the MTU" in_ns a ping -q -n -c 1 -W 5 -M do -s 1452 2001:db8:1::b
ok "in fragments" in_ns a ping -q -n -c 1 -W 5 -s 4000 192.0.2.11
ok "... IPv6" in_ns a ping -q -n -c 1 -W 5 -s 4000 2001:db8:1::b
ok "link-local IPv6" in_ns a ping -q -n -c 1 -W 5 -I eth1 fe80::ff:fe00:b

python "$c" "$open" "$a" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	c, d, a = (Station(name, mac) for name, mac in zip(sys.argv[1:], (
	    '02:00:00:00:00:0c', '02:00:00:00:00:0d', '02:00:00:00:00:0a')))
	fence = eth(BROADCAST, d.mac, 0x88b5, b'fence')

	# From d, an unprotected port, anything goes.
	frame = eth(c.mac, d.mac, 0x88b6, b'any protocol')
	d.send(frame)
	equal('a frame of any protocol arrives as it was sent', c.expect(b'any protocol'), frame)
	check('... and nowhere else', a.quiet(b'any protocol', d, fence))
	frame = tag(eth(c.mac, d.mac, 0x88b6, b'tagged'), 5)
	d.send(frame)
	check('a frame with a VLAN tag arrives', c.expect(b'tagged'))
	frame = eth(c.mac, '02:00:00:00:0d:99', IP4, packet('203.0.113.1', '203.0.113.2', b'guest',
	                                                   ttl=1))
	d.send(frame)
	equal('bridged packets keep TTL and addresses', c.expect(b'guest'), frame)
	frame = eth(c.mac, d.mac, IP6, packet('2001:db8:1::d', '2001:db8:1::c', b'six', hops=1))
	d.send(frame)
	equal('... IPv6', c.expect(b'six'), frame)

	before = nl.drops()
	d.send(eth(d.mac, '02:00:00:00:0d:99', 0x88b5, b'hairpin'))
	equal('to a MAC behind the same port: dropped', nl.drops()['same-port'] -
	      before['same-port'], 1)
	check('... and not sent back', d.quiet(b'hairpin', c, eth(d.mac, c.mac, IP4, packet(
	    '192.0.2.12', '192.0.2.14', b'fence2'))))
	d.send(eth('01:80:c2:00:00:0e', d.mac, 0x88cc, b'lldp'))
	equal('link-local groups are not bridged', nl.drops()['link-local-group'] -
	      before['link-local-group'], 1)
	d.send(eth(c.mac, '03:00:00:00:00:0d', 0x88b5, b'group source'))
	d.send(eth(c.mac, '00:00:00:00:00:00', 0x88b5, b'zero source'))
	equal('a source that no station has', nl.drops()['invalid-source-mac'] -
	      before['invalid-source-mac'], 2)

	# Beyond the MTU, and to a device that is down.
	d.send(eth(c.mac, d.mac, 0x88b5, b'x' * 1500))
	check('a frame of the MTU', c.expect(b'x' * 1500))
END
ok "a receiver with a smaller MTU" ip -n "$c" link set eth1 mtu 1000
ok "... and one that is down" ip -n "$b" link set eth1 down
python "$open" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	d = Station(sys.argv[1], '02:00:00:00:00:0d')
	before = nl.drops()
	d.send(eth('02:00:00:00:00:0c', d.mac, 0x88b5, b'x' * 1500))
	d.send(eth('02:00:00:00:00:0b', d.mac, 0x88b5, b'down'))
	after = nl.drops()
	equal('too long for the receiver', after['too-big'] - before['too-big'], 1)
	equal('the receiver is down', after['port-down'] - before['port-down'], 1)
	drops = {drop['reason']: drop['packets'] for port in nl.dump('port-get')
	         for drop in port['stats'].get('drop', ())}
	check('drops are counted on the port as well', drops.get('too-big') == 1 and
	      drops.get('port-down', 0) >= 1, str(drops))
END
done_testing
