#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Packets to the gateway's MAC are routed between the network's subnets; the
# gateway answers ping.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 198.51.100.1/24 \
	subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64
pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
pod b blue 02:00:00:00:00:0b 198.51.100.11/24 2001:db8:2::b/64
default_routes a 192.0.2.1 2001:db8:1::1
default_routes b 198.51.100.1 2001:db8:2::1

ping_ok a 198.51.100.11 3
ping_ok a 2001:db8:2::b 3
ok "of the MTU" in_ns a ping -q -n -c 1 -W 5 -M do -s 1472 198.51.100.11
ok "... IPv6" in_ns a ping -q -n -c 1 -W 5 -M do -s 1452 2001:db8:2::b
ok "in fragments" in_ns a ping -q -n -c 1 -W 5 -s 5000 198.51.100.11
ok "... IPv6" in_ns a ping -q -n -c 1 -W 5 -s 5000 2001:db8:2::b
like "the reply counted down once" "$(in_ns a ping -n -c 1 -W 5 198.51.100.11)" 'ttl=63'
like "... IPv6" "$(in_ns a ping -n -c 1 -W 5 2001:db8:2::b)" 'ttl=63'

for size in 0 1 56 1471 1472; do
	ok "the gateway answers $size bytes" in_ns a ping -q -n -c 1 -W 5 -M do -s $size 192.0.2.1
done
for size in 0 57 1451 1452; do
	ok "... IPv6, $size" in_ns a ping -q -n -c 1 -W 5 -M do -s $size 2001:db8:1::1
done
ok "... of another subnet" in_ns a ping -q -n -c 1 -W 5 198.51.100.1
ok "... IPv6" in_ns a ping -q -n -c 1 -W 5 2001:db8:2::1

raw_pod c blue 02:00:00:00:00:0c 192.0.2.12 2001:db8:1::c
raw_pod d blue 02:00:00:00:00:0d 198.51.100.13 2001:db8:2::d
python "$c" "$d" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	c, d = Station(sys.argv[1], '02:00:00:00:00:0c'), Station(sys.argv[2], '02:00:00:00:00:0d')

	for family, src, dst, kind, key in (('', '192.0.2.12', '198.51.100.13', IP4, 'ttl'),
	                                    ('IPv6: ', '2001:db8:1::c', '2001:db8:2::d', IP6, 'hops')):
	    def send(mark, **kwargs):
	        c.send(eth(GATEWAY, c.mac, kind, packet(src, dst, mark, **kwargs)))

	    for ttl in (255, 64, 2):
	        send(b'routed', **{key: ttl})
	        equal('%sTTL %d is one less, the MACs are new, the rest is the same' % (family, ttl),
	              d.expect(b'routed'),
	              eth(d.mac, GATEWAY, kind, packet(src, dst, b'routed', **{key: ttl - 1})))
	    before = nl.drops()['ttl']
	    for ttl in (1, 0):
	        send(b'last', **{key: ttl})
	    equal('%sTTL 1 and 0 are used up' % family, nl.drops()['ttl'] - before, 2)
	    check('... and not delivered', d.quiet(b'last', c, eth(d.mac, c.mac, kind,
	                                                          packet(src, dst, b'fence'))))

	# An echo with options is answered too; with a wrong checksum it is not.
	before = nl.drops()['icmp-checksum']
	c.send(eth(GATEWAY, c.mac, IP4, echo('192.0.2.12', '192.0.2.1', bad=1)))
	c.send(eth(GATEWAY, c.mac, IP6, echo('2001:db8:1::c', '2001:db8:1::1', bad=1)))
	equal('an echo with a wrong checksum', nl.drops()['icmp-checksum'] - before, 2)
	c.send(eth(GATEWAY, c.mac, IP4, echo('192.0.2.12', '192.0.2.1', b'odd', ttl=1)))
	reply = c.expect(b'odd')
	check('the gateway answers at TTL 1', reply and reply[34:36] == b'\0\0' and
	      checksum(reply[34:]) == 0 and checksum(reply[14:34]) == 0)
	before = nl.drops()['gateway']
	c.send(eth(GATEWAY, c.mac, IP4, packet('192.0.2.12', '192.0.2.1', b'udp')))
	c.send(eth(GATEWAY, c.mac, IP6, packet('2001:db8:1::c', '2001:db8:1::1', b'udp')))
	c.send(eth(GATEWAY, c.mac, IP4, echo('192.0.2.12', '192.0.2.1', frag=0x2000)))
	equal('anything else to the gateway', nl.drops()['gateway'] - before, 3)
END
done_testing
