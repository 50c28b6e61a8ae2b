#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Life of next hops: shared by many routes, replaced, deleted, and gone with their
# ports, also under traffic; and a route of as many as there may be, in every answer.
# timeout: 180

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
ns p
device p p0 p1 p2 p3
in_ns p sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6'

python "$p" <<- 'END'
	import random, sys
	from packet import *
	from vrnl import *

	rng = random.Random(1)
	nl = Netlink()
	FD = os.open('/run/netns/' + sys.argv[1], os.O_RDONLY)
	PORTS = ['p%d' % i for i in range(4)]
	PREFIXES = [('198.18.%d.%d' % (i // 64, i % 64 * 4), 30) for i in range(300)] + \
	    [('2001:db8:2:%x::' % i, 64) for i in range(1, 301)]
	routes = {}  # what there should be: prefix -> {(key, weight)}

	def attach(name):
	    nl.do('port-new', {'network': 'blue', 'ifname': name, 'netns-fd': FD})

	def hop(key, weight):
	    if key in PORTS:
	        return {'ifname': key, 'netns-fd': FD, 'weight': weight}
	    return {'via': key, 'weight': weight}

	def shown(route):
	    hops = route['nexthop']
	    if hops[0]['type'] == 'blackhole':
	        return {('blackhole', 1)}
	    return {(one.get('via') or one['ifname'], one.get('weight', 1)) for one in hops}

	def some(prefix):
	    """Random next hops: few different sets, so that they are shared."""
	    base = '2001:db8:1::%x' if ':' in prefix else '192.0.2.%d'
	    keys = [base % i for i in range(10, 14)] + [name for name in PORTS if name in attached]
	    n = rng.choice((1, 1, 2, 2, 3, 4))
	    return {(key, rng.choice((1, 1, 1, 2)) if n > 1 else 1) for key in rng.sample(keys, n)}

	def lose(name):
	    for prefix, hops in list(routes.items()):
	        left = {one for one in hops if one[0] != name}
	        if not left:
	            del routes[prefix]
	        elif len(left) == 1:
	            routes[prefix] = {(left.pop()[0], 1)}
	        else:
	            routes[prefix] = left

	def compare(desc):
	    there = {(one['prefix'], one['prefix-length']): shown(one)
	             for one in nl.dump('route-get', {'network': 'blue'})
	             if one['nexthop'][0]['type'] != 'connected'}
	    equal(desc, [(prefix, there.get(prefix), routes.get(prefix))
	                 for prefix in set(there) | set(routes)
	                 if there.get(prefix) != routes.get(prefix)], [])

	for name in PORTS:
	    attach(name)
	attached = set(PORTS)
	for turn in range(5):
	    for _ in range(400):
	        prefix = rng.choice(PREFIXES)
	        attrs = [('network', 'blue'), ('prefix', prefix[0]), ('prefix-length', prefix[1])]
	        if prefix in routes and rng.random() < .3:
	            nl.do('route-del', attrs)
	            del routes[prefix]
	            continue
	        hops = some(prefix[0])
	        nl.do('route-new', attrs + [('nexthop', hop(*one)) for one in hops], CREATE | REPLACE)
	        routes[prefix] = hops
	    compare('turn %d: %d routes are as they should be' % (turn, len(routes)))
	    name = PORTS[turn % 4]
	    if turn < 4:
	        listener = Netlink()
	        listener.listen()
	        having = {prefix for prefix in routes if name in dict(routes[prefix])}
	        nl.do('port-del', {'ifname': name, 'netns-fd': FD})
	        attached.remove(name)
	        lose(name)
	        compare('... and without %s' % name)
	        events = [(kind, (one['prefix'], one['prefix-length']), shown(one))
	                  for kind, one in listener.events(1) if kind.startswith('route')]
	        equal('... what changed is notified', sorted(one[1] for one in events
	                                                     if one[0] == 'route-ntf'),
	              sorted(having & set(routes)))
	        equal('... as it is now', [one for one in events if one[0] == 'route-ntf' and
	                                   one[2] != routes[one[1]]], [])
	        equal('... what went is notified', sorted(one[1] for one in events
	                                                  if one[0] == 'route-del-ntf'),
	              sorted(having - set(routes)))
	        if turn % 2:
	            attach(name)
	            attached.add(name)
	equal('they are counted', nl.do('network-get', {'name': 'blue'})['routes'], len(routes) + 2)

	# All of one apply or none: a group, and one with a member that is refused.
	group = [('network', 'blue'), ('prefix', '203.0.113.0'), ('prefix-length', 24),
	         ('nexthop', hop('192.0.2.10', 2)), ('nexthop', hop('192.0.2.11', 1))]
	answer = nl.do('apply', [('route', group)], CREATE)
	equal('apply adds it', shown(answer['route'][0]), {('192.0.2.10', 2), ('192.0.2.11', 1)})
	try:
	    nl.do('apply', [('route', [('network', 'blue'), ('prefix', '203.0.113.0'),
	                               ('prefix-length', 25)] + group[3:]),
	                    ('route', group + [('nexthop', {'type': 'blackhole'})])], CREATE)
	    check('apply refuses a member', False)
	except Refused as reason:
	    equal('apply refuses a member', reason.attr, 'route/nexthop')
	nl.do('route-del', group[:3])
	compare('... and leaves nothing behind')

	# Thousands of next hops that differ, of one and of two.
	for i in range(2000):
	    nl.do('route-new', [('network', 'blue'), ('prefix', '10.%d.%d.0' % (i // 256, i % 256)),
	                        ('prefix-length', 24),
	                        ('nexthop', hop('100.64.%d.%d' % (i // 200, i % 200 + 1), 1))] +
	          ([('nexthop', hop('192.0.2.10', 1))] if i % 8 == 0 else []), CREATE)
	equal('2000 more with next hops that differ', nl.do('network-get', {'name': 'blue'})['routes'],
	      len(routes) + 2002)
	wrong = 0
	for one in nl.dump('route-get', {'network': 'blue'}):
	    if one['prefix'].startswith('10.'):
	        _, high, low, _ = one['prefix'].split('.')
	        i = int(high) * 256 + int(low)
	        wrong += ('100.64.%d.%d' % (i // 200, i % 200 + 1), 1) not in shown(one)
	equal('... each has its own', wrong, 0)
	nl.do('flush', {'network': 'blue', 'routes': True})
	routes = {}
	compare('flushed')
END

# A port comes and goes under traffic through a group, and beside it.
for i in 0 1 2 3; do
	vrctl port del dev p$i netns "$p" 2> /dev/null
	ip -n "$p" link set p$i up
done
python "$a" "$p" <<- 'END'
	import sys, threading
	from packet import *
	from vrnl import *

	nl = Netlink()
	a = Station(sys.argv[1], '02:00:00:00:00:0a')
	FD = os.open('/run/netns/' + sys.argv[2], os.O_RDONLY)
	stop = False

	def traffic():
	    number = 0
	    while not stop:
	        for src, dst, kind in (('192.0.2.10', '198.51.100.1', IP4),
	                               ('2001:db8:1::a', '2001:db8:2::1', IP6)):
	            number = (number + 1) & 0x3fff
	            data = udp(src, dst, b'x', 1024 + number, 80)
	            a.send(eth(GATEWAY, a.mac, kind, ip4(src, dst, UDP, data) if kind == IP4 else
	                       ip6(src, dst, UDP, data)))

	def attach(name):
	    nl.do('port-new', {'network': 'blue', 'ifname': name, 'netns-fd': FD})

	def route(prefix, plen, *names):
	    nl.do('route-new', [('network', 'blue'), ('prefix', prefix), ('prefix-length', plen)] +
	          [('nexthop', {'ifname': name, 'netns-fd': FD}) for name in names], CREATE | REPLACE)

	thread = threading.Thread(target=traffic)
	thread.start()
	try:
	    attach('p0')
	    for turn in range(30):
	        names = ['p%d' % i for i in range(1, 4)]
	        for name in names:
	            attach(name)
	        route('198.51.100.0', 24, 'p0', *names)
	        route('2001:db8:2::', 48, *names[turn % 3:])
	        for name in names:
	            nl.do('port-del', {'ifname': name, 'netns-fd': FD})
	finally:
	    stop = True
	    thread.join()
	left = [one for one in nl.dump('route-get', {'network': 'blue'})
	        if one['nexthop'][0]['type'] != 'connected']
	equal('what is left leads to the port that stayed',
	      [(one['prefix'], [hop['ifname'] for hop in one['nexthop']]) for one in left],
	      [('198.51.100.0', ['p0'])])
	drops = nl.drops()
	check('packets met nothing worse than a port that went',
	      not any(drops[name] for name in ('nexthop', 'truncated', 'ip-header')), drops)
END

# As many as there may be, with names as long as they may be.
is "the limit can be read" "$(vrctl -j limits show | grep -o '"name":"route-nexthops","maximum":[0-9]*')" \
	'"name":"route-nexthops","maximum":64'
printf -v long '%0255d' 0
vrctl network add "$long" subnet 198.51.100.1/24
printf "link add port-name-1-%d netns $p type vr\n" {100..163} | ip -batch -
python "$p" "$long" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	class Small(Netlink):
	    """Reads with no more room than needed, so that a dump begins with the least."""

	    def receive(self):
	        size = self.sock.recv_into(bytearray(1), 1, socket.MSG_PEEK | socket.MSG_TRUNC)
	        return super().receive(size)

	nl, listener = Netlink(), Netlink()
	FD = os.open('/run/netns/' + sys.argv[1], os.O_RDONLY)
	NAMES = ['port-name-1-%d' % i for i in range(100, 164)]
	for name in NAMES:
	    nl.do('port-new', {'network': sys.argv[2], 'ifname': name, 'netns-fd': FD})
	listener.listen()
	answer = nl.do('route-new', [('network', sys.argv[2]), ('prefix', '2001:db8:f::'),
	                             ('prefix-length', 48)] +
	               [('nexthop', {'ifname': name, 'netns-fd': FD, 'weight': 65535})
	                for name in NAMES], CREATE | EXCL)
	equal('64 next hops of long names', [hop['ifname'] for hop in answer['nexthop']], NAMES)
	equal('... are notified', listener.events(1), [('route-ntf', answer)])
	equal('... are in a dump', Small().dump('route-get', {'network': sys.argv[2]})[1:], [answer])
END
done_testing
