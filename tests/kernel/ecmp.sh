#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Several next hops share the flows of a route by their weights. A flow stays where
# it is, whatever becomes of the next hops that do not have it; `route get` knows
# where it goes.
# timeout: 180

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b
raw_pod c blue 02:00:00:00:00:0c 192.0.2.12 2001:db8:1::c
raw_pod d blue 02:00:00:00:00:0d 192.0.2.13 2001:db8:1::d
d_port()
{
	vrctl port add dev eth1 netns "$d" network blue mac 02:00:00:00:00:0d \
		address 192.0.2.13 address 2001:db8:1::d
}
add=(vrctl route add network blue)
state=$(mktemp)
on_exit rm -f "$state"
hops4=(nexthop via 192.0.2.11 nexthop via 192.0.2.12 weight 2 nexthop dev eth1 netns "$d" weight 5)
hops6=(nexthop via 2001:db8:1::b nexthop via 2001:db8:1::c weight 2
	nexthop dev eth1 netns "$d" weight 5)
ok "a route with three next hops" "${add[@]}" 198.51.100.0/24 "${hops4[@]}"
ok "... IPv6" "${add[@]}" 2001:db8:2::/48 "${hops6[@]}"

# The tests below are parts of this program: which, and between whom.
flows()
{
	python "$a" "$b" "$c" "$d" "$@" "$state" <<- 'END'
		import json, sys
		from packet import *
		from vrnl import *

		STATE = sys.argv[-1]
		nl = Netlink()
		MACS = {name: '02:00:00:00:00:0' + name for name in 'abcd'}
		stations = {name: Station(sys.argv[i + 1], MACS[name])
		            for i, name in enumerate('abcd') if i < 1 or name in sys.argv[6]}
		a = stations.pop('a')

		def flow(number, six, protocol=UDP):
		    """(src, dst, protocol, sport, dport), none twice."""
		    src, dst = ('2001:db8:1::a', '2001:db8:2::%x' % (number % 7 + 1)) if six else \
		        ('192.0.2.10', '198.51.100.%d' % (number % 7 + 1))
		    return src, dst, protocol, 1024 + number, 80 + number % 3

		def frame(one, mark):
		    src, dst, protocol, sport, dport = one
		    payload = udp(src, dst, mark, sport, dport)
		    if protocol != UDP:
		        payload = struct.pack('!HH', sport, dport) + mark
		    if ':' in src:
		        return eth(GATEWAY, a.mac, IP6, ip6(src, dst, protocol, payload))
		    return eth(GATEWAY, a.mac, IP4, ip4(src, dst, protocol, payload))

		def fences():
		    for station in stations.values():
		        a.send(eth(station.mac, a.mac, IP4, packet('192.0.2.10', '192.0.2.11', b'fence')))

		def arrived():
		    """Which station got which marks, once all that was sent is there."""
		    fences()
		    out = {}
		    for name, station in stations.items():
		        got = []
		        end = time.monotonic() + 20
		        while not any(b'fence' in one for one in got[-1:]) and time.monotonic() < end:
		            select.select([station.sock], [], [], 1)
		            got += station.frames()
		        for one in got[:-1]:
		            out.setdefault(one[-8:], []).append(name)
		    return out

		def send_all(ones):
		    """The station of each flow."""
		    found = {}
		    for start in range(0, len(ones), 200):
		        for i, one in enumerate(ones[start:start + 200]):
		            a.send(frame(one, b'%08d' % (start + i)))
		        found.update(arrived())
		    return [''.join(found.get(b'%08d' % i, [])) for i in range(len(ones))]

		def looked_up(one):
		    """The station a lookup names."""
		    src, dst, protocol, sport, dport = one
		    want = {'network': 'blue', 'address': dst, 'source': src}
		    if protocol:
		        want['protocol'] = protocol
		    if sport:
		        want.update({'source-port': sport, 'destination-port': dport})
		    return nl.do('route-lookup', want)['nexthop'][0]['mac'][-1]

		FLOWS = [flow(i, six) for six in (False, True) for i in range(400)]

		def remember(places):
		    with open(STATE, 'w', encoding='ascii') as file:
		        json.dump(places, file)

		def remembered():
		    with open(STATE, encoding='ascii') as file:
		        return json.load(file)

		def shares():
		    for family, ones in (('', FLOWS[:400]), ('IPv6: ', FLOWS[400:])):
		        places = send_all(ones)
		        for name, weight in (('b', 1), ('c', 2), ('d', 5)):
		            share = weight / 8
		            error = (share * (1 - share) * (1 / len(ones) + 1 / 4096)) ** .5
		            got = places.count(name) / len(ones)
		            check('%s%s has its %.3f of the flows' % (family, name, share),
		                  abs(got - share) < 5 * error, 'it has %.3f' % got)
		        equal('%severy packet is at one of them' % family,
		              [place for place in places if place not in ('b', 'c', 'd')], [])
		        again = send_all([one for one in ones[:20] for _ in range(5)])
		        equal('%sa flow stays where it is' % family, again,
		              [place for place in places[:20] for _ in range(5)])
		    places = send_all(FLOWS)
		    remember(places)
		    equal('route get knows where flows go', [looked_up(one) for one in FLOWS[::8]],
		          places[::8])
		    for protocol, name in ((TCP, 'TCP'), (132, 'SCTP'), (ICMP6, 'no ports'), (47, 'GRE')):
		        ones = [flow(i, i % 2, protocol) for i in range(40)]
		        equal('... %s' % name, [looked_up(one if protocol in (TCP, 132) else one[:3] + (0, 0))
		                                for one in ones], send_all(ones))

		def fragments():
		    """Of 64 datagrams each family: the parts stay together."""
		    for six in (False, True):
		        places = []
		        for i in range(64):
		            src, dst = ('2001:db8:1::a', '2001:db8:2::%x' % (i + 1)) if six else \
		                ('192.0.2.10', '198.51.100.%d' % (i + 1))
		            data = udp(src, dst, b'x' * 16 + b'%08d' % i, 1024 + i, 80)
		            for offset, more, part in ((0, 1, data[:24]), (24, 0, data[24:])):
		                part = part[:-8] + b'%08d' % i
		                if six:
		                    part = struct.pack('!BBHI', UDP, 0, offset | more, i) + part
		                    a.send(eth(GATEWAY, a.mac, IP6, ip6(src, dst, 44, part)))
		                else:
		                    a.send(eth(GATEWAY, a.mac, IP4, ip4(
		                        src, dst, UDP, part, frag=offset // 8 | more << 13)))
		        got = arrived()
		        places = [got.get(b'%08d' % i, []) for i in range(64)]
		        family = 'IPv6: ' if six else ''
		        equal('%sfragments of a datagram stay together' % family,
		              [place for place in places if len(place) != 2 or len(set(place)) > 1], [])
		        check('%s... but not all of them' % family, len({place[0] for place in places}) > 1)
		        equal('%s... and route get knows where' % family,
		              [looked_up(('2001:db8:1::a' if six else '192.0.2.10',
		                          '2001:db8:2::%x' % (i + 1) if six else
		                          '198.51.100.%d' % (i + 1), 0, 0, 0)) for i in range(0, 64, 4)],
		              [place[0] for place in places[::4]])

		def moved(without):
		    """Only flows of this one are elsewhere now, on those that are left."""
		    old, new = remembered(), send_all(FLOWS)
		    equal('what others had stays', [(i, x, y) for i, (x, y) in enumerate(zip(old, new))
		                                    if x != without and x != y], [])
		    equal('what it had is with the others',
		          {y for x, y in zip(old, new) if x == without},
		          {name for name in 'bcd' if name != without})
		    equal('route get knows', [looked_up(one) for one in FLOWS[::8]], new[::8])

		def back():
		    equal('all is as it was before', send_all(FLOWS), remembered())

		def nowhere():
		    before = nl.drops()['nexthop']
		    equal('nothing arrives', set(send_all(FLOWS[:9])), {''})
		    equal('dropped: nexthop', nl.drops()['nexthop'] - before, 9)

		{'shares': shares, 'fragments': fragments, 'moved': lambda: moved(sys.argv[7]),
		 'back': back, 'nowhere': nowhere}[sys.argv[5]]()
	END
}

flows shares bcd
flows fragments bcd

# One cannot be reached, and can be again.
vrctl port set dev eth1 netns "$c" no-addresses
flows moved bcd c
vrctl port set dev eth1 netns "$c" address 192.0.2.12 address 2001:db8:1::c
flows back bcd
ip -n "$b" link set eth1 down
flows moved cd b
ip -n "$b" link set eth1 up
flows back bcd

# The port of one goes, and its routes lose it.
ok "a port goes" vrctl port del dev eth1 netns "$d"
json=$(vrctl -j route show network blue 198.51.100.0/24)
is "the route goes on with the others" "$(grep -o '"via":"[^"]*"' <<< "$json" | tr '\n' ' ')" \
	'"via":"192.0.2.11" "via":"192.0.2.12" '
is "... and their weights" "$(grep -o '"weight":[0-9]*' <<< "$json" | tr '\n' ' ')" \
	'"weight":1 "weight":2 '
flows moved bc d
d_port
ok "the route with all of them again" vrctl route replace network blue 198.51.100.0/24 \
	"${hops4[@]}"
ok "... IPv6" vrctl route replace network blue 2001:db8:2::/48 "${hops6[@]}"
flows back bcd
done_testing
