#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Routes: where each kind of next hop leads, the longest prefix, what is refused,
# and `route get`, which says what a packet would meet.

. "$(dirname "$0")/setup.sh"
module_load

add=(vrctl route add network blue)
get=(vrctl route get network blue)
# Where an address leads: "DESC" ADDRESS WANT
hop()
{
	json=$(vrctl -j route get network blue "$2")
	is "$1" "$(field type)" "$3"
}

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl network add red
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b

ok "via an address" "${add[@]}" 198.51.100.0/24 via 192.0.2.11
ok "... IPv6" "${add[@]}" 2001:db8:2::/48 via 2001:db8:1::b
ok "via a port" "${add[@]}" 203.0.113.0/24 via dev eth1 netns "$b"
ok "... IPv6" "${add[@]}" 2001:db8:3::/48 via dev eth1 netns "$b"
ok "blackhole, inside another" "${add[@]}" 198.51.100.128/25 via blackhole
ok "... IPv6" "${add[@]}" 2001:db8:2:8000::/49 via blackhole
ok "unreachable" "${add[@]}" 198.51.100.192/26 via unreachable
ok "... IPv6" "${add[@]}" 2001:db8:2:c000::/50 via unreachable
ok "via an address nobody has" "${add[@]}" 198.51.100.64/26 via 192.0.2.99
ok "... IPv6" "${add[@]}" 2001:db8:2:4000::/50 via 2001:db8:1::99
ok "a host's, back behind the gap" "${add[@]}" 198.51.100.200/32 via dev eth1 netns "$b"
ok "... IPv6" "${add[@]}" 2001:db8:2:c000::200/128 via dev eth1 netns "$b"

python "$a" "$b" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b = Station(sys.argv[1], '02:00:00:00:00:0a'), Station(sys.argv[2], '02:00:00:00:00:0b')

	def send(dst):
	    src, kind = ('2001:db8:1::a', IP6) if ':' in dst else ('192.0.2.10', IP4)
	    a.send(eth(GATEWAY, a.mac, kind, packet(src, dst, b'to ' + dst.encode() + b'.')))

	for dst in ('198.51.100.1', '203.0.113.255', '198.51.100.200', '2001:db8:2::1',
	            '2001:db8:3:ffff::1', '2001:db8:2:c000::200'):
	    send(dst)
	    frame = b.expect(b'to ' + dst.encode() + b'.')
	    check('%s arrives' % dst, frame and frame[:12] == mac(b.mac) + mac(GATEWAY))
	for reason, addresses in (('blackhole', ('198.51.100.129', '2001:db8:2:8000::1')),
	                          ('unreachable', ('198.51.100.193', '2001:db8:2:c000::1')),
	                          ('nexthop', ('198.51.100.65', '2001:db8:2:4000::1')),
	                          ('no-route', ('10.9.8.7', '2001:db9::1')),
	                          ('no-endpoint', ('192.0.2.77', '2001:db8:1::77'))):
	    for dst in addresses:
	        before = nl.drops()
	        send(dst)
	        after = nl.drops()
	        equal('%s is dropped: %s' % (dst, reason),
	              [name for name in after if after[name] != before[name]], [reason])
END

hop "route get: address" 198.51.100.1 address
is "... through the port" "$(field ifname)" eth1
is "... to this MAC" "$(field mac)" 02:00:00:00:00:0b
hop "... IPv6" 2001:db8:2::1 address
hop "route get: port" 203.0.113.9 port
is "... the prefix it matched" "$(field prefix)/$(field prefix_length)" 203.0.113.0/24
hop "... IPv6" 2001:db8:3::9 port
hop "route get: blackhole" 198.51.100.129 blackhole
hop "route get: unreachable" 2001:db8:2:c000::1 unreachable
hop "route get: an endpoint's own" 192.0.2.11 endpoint
hop "... IPv6" 2001:db8:1::b endpoint
refused "route get: nowhere" "no route" "${get[@]}" 10.9.8.7
refused "... IPv6" "no route" "${get[@]}" 2001:db9::1
refused "route get: in the subnet, but nobody" "no endpoint" "${get[@]}" 192.0.2.77
refused "... IPv6" "no endpoint" "${get[@]}" 2001:db8:1::77

refused "host bits" "prefix has host bits set" "${add[@]}" 10.0.0.1/24 via blackhole
refused "... IPv6" "prefix has host bits set" "${add[@]}" 2001:db8:5::1/64 via blackhole
usage_error "a length beyond the address" "10.0.0.0/33" "${add[@]}" 10.0.0.0/33 via blackhole
refused "a subnet of the network" "prefix is a subnet of the network" \
	"${add[@]}" 192.0.2.0/24 via blackhole
refused "twice" "route exists" "${add[@]}" 203.0.113.0/24 via dev eth1 netns "$b"
refused "twice, with another next hop" "route exists with another next hop" \
	"${add[@]}" 203.0.113.0/24 via blackhole
refused "another family" "next hop is of another family" "${add[@]}" 10.0.0.0/8 via 2001:db8:1::b
refused "no host's address" "not an address a host may have" "${add[@]}" 10.0.0.0/8 via 224.0.0.1
refused "unknown network" "no such network" vrctl route add network x 10.0.0.0/8 via blackhole
refused "unknown device" "no such device" "${add[@]}" 10.0.0.0/8 via dev eth9 netns "$b"
refused "a port of another network" "port is in another network" \
	vrctl route add network red 10.0.0.0/8 via dev eth1 netns "$b"
refused "a node without VNI" "network has no VNI, give it one" \
	"${add[@]}" 10.0.0.0/8 via remote 203.0.113.1
refused "one of several twice" "next hop is given twice" "${add[@]}" 10.0.0.0/8 \
	nexthop via 192.0.2.10 nexthop via 192.0.2.11 nexthop via 192.0.2.10 weight 2
refused "... IPv6" "next hop is given twice" "${add[@]}" 2001:db8:5::/48 \
	nexthop via 2001:db8:1::a nexthop via 2001:db8:1::a
refused "... a port" "next hop is given twice" "${add[@]}" 10.0.0.0/8 \
	nexthop dev eth1 netns "$b" nexthop via dev eth1 netns "$b"
refused "blackhole as one of several" "blackhole and unreachable are not one of several" \
	"${add[@]}" 10.0.0.0/8 nexthop via 192.0.2.10 nexthop via blackhole
refused "... as the first of them" "blackhole and unreachable are not one of several" \
	"${add[@]}" 10.0.0.0/8 nexthop via unreachable nexthop via 192.0.2.10
refused "one of another family" "next hop is of another family" \
	"${add[@]}" 10.0.0.0/8 nexthop via 192.0.2.10 nexthop via 2001:db8:1::b
refused "a weight of 0" "weight 0" "${add[@]}" 10.0.0.0/8 nexthop via 192.0.2.10 weight 0
mapfile -t many < <(printf 'nexthop\nvia\n192.0.2.%d\n' {100..164})
refused "65 next hops" "more than the limit of 64 next hops" "${add[@]}" 10.0.0.0/8 "${many[@]}"
ok "64 next hops" "${add[@]}" 10.0.0.0/8 "${many[@]:0:192}"
ok "... go" vrctl route del network blue 10.0.0.0/8

more=(nexthop via 192.0.2.10 weight 3 nexthop via 192.0.2.11)
ok "two next hops" "${add[@]}" 10.0.0.0/8 "${more[@]}"
is "... as text" "$(vrctl -o route show network blue 10.0.0.0/8)" \
	"network blue 10.0.0.0/8 origin static nexthop via 192.0.2.10 weight 3 nexthop via 192.0.2.11 weight 1"
refused "twice" "route exists" "${add[@]}" 10.0.0.0/8 "${more[@]}"
python <<- 'END'
	from packet import *
	from vrnl import *

	nl = Netlink()
	def hops(*hops):
	    return [('network', 'blue'), ('prefix', '10.0.0.0'), ('prefix-length', 8)] + \
	        [('nexthop', dict(via=via, weight=weight)) for via, weight in hops]

	def refused(desc, what, flags=CREATE):
	    try:
	        nl.do('route-new', what, flags)
	        check(desc, False, 'it was not refused')
	    except Refused as reason:
	        equal(desc, reason.text, 'route exists with another next hop')

	nl.do('route-new', hops(('192.0.2.11', 1), ('192.0.2.10', 3)), CREATE)
	check('equal ones in another order are equal', True)
	refused('other weights are others', hops(('192.0.2.11', 1), ('192.0.2.10', 2)))
	refused('fewer are others', hops(('192.0.2.10', 3)))
	refused('more are others', hops(('192.0.2.11', 1), ('192.0.2.10', 3), ('192.0.2.12', 1)))
	nl.do('route-new', hops(('192.0.2.10', 3)), CREATE | REPLACE)
	nl.do('route-new', hops(('192.0.2.10', 1)), CREATE)
	check('the weight of one alone does not count', True)
	route = nl.do('route-get', hops())
	check('... and is not shown', 'weight' not in route['nexthop'][0], route)
	for desc, attrs, text in (
	        ('a port without a protocol', {'destination-port': 80}, 'port without a protocol'),
	        ('... of one that has none', {'protocol': ICMP, 'source-port': 1},
	         'port without a protocol'),
	        ('a source of another family', {'source': '2001:db8::1'}, 'source is of another'),
	        ('... that no host has', {'source': '127.0.0.1'}, 'not an address a host')):
	    try:
	        nl.do('route-lookup', dict(attrs, network='blue', address='10.1.2.3'))
	        check('route get of %s' % desc, False, 'it was not refused')
	    except Refused as reason:
	        check('route get of %s' % desc, reason.text.startswith(text), reason)
	        equal('... names it', reason.attr, [name for name in attrs if name != 'protocol'][0])
END
is "route get names the prefix" "$(vrctl -o route get network blue 10.9.8.7 from 192.0.2.10 \
	proto tcp sport 1 dport 65535 | grep -o '10.0.0.0/8 via 192.0.2.10')" "10.0.0.0/8 via 192.0.2.10"
usage_error "a protocol that is none" "proto" vrctl route get network blue 10.9.8.7 proto x
ok "delete it" vrctl route del network blue 10.0.0.0/8

ok "replace" vrctl route replace network blue 203.0.113.0/24 via blackhole origin agent
hop "... is another one" 203.0.113.9 blackhole
is "... once" "$(vrctl -o route show network blue 203.0.113.0/24 | grep -c .)" 1
ok "replace makes one too" vrctl route replace network blue default via blackhole
hop "... default, IPv4" 10.9.8.7 blackhole
ok "delete" vrctl route del network blue 203.0.113.0/24
refused "... it is gone" "no such route" vrctl route show network blue 203.0.113.0/24
refused "delete what is not there" "no such route" vrctl route del network blue 203.0.113.0/24
refused "delete a subnet" "route is a subnet" vrctl route del network blue 192.0.2.0/24
done_testing
