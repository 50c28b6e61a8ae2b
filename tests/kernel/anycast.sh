#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Addresses that several ports have at once (allowed PREFIX ecmp): whoever
# announces one gets a share of its flows, neighbours are sent to the gateway, and
# nobody hears of another's claim to what is his own as well.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b
raw_pod c blue 02:00:00:00:00:0c 192.0.2.12 2001:db8:1::c
for i in 1 2; do
	vrctl port set id $i allowed 192.0.2.128/25 ecmp allowed 2001:db8:1:0:5::/80 ecmp \
		allowed 198.51.0.0/16 ecmp allowed 203.0.113.0/24 active-standby
done
like "what is allowed" "$(vrctl port show id 1 | tr -d '\n')" 'allowed 192.0.2.128/25 ecmp'
vrctl port set id 3 allowed 203.0.113.0/24 ecmp

python "$a" "$b" "$c" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl, ear = Netlink(), Netlink()
	ear.listen()
	a, b = Station(sys.argv[1], '02:00:00:00:00:0a'), Station(sys.argv[2], '02:00:00:00:00:0b')
	c = Station(sys.argv[3], '02:00:00:00:00:0c')
	IPS = {a: ('192.0.2.10', '2001:db8:1::a'), b: ('192.0.2.11', '2001:db8:1::b'),
	       c: ('192.0.2.12', '2001:db8:1::c')}
	PORTS = {a: 1, b: 2, c: 3}
	ZERO, ALL6 = '00:00:00:00:00:00', '33:33:00:00:00:01'
	VIP4, VIP6, FAR = '192.0.2.200', '2001:db8:1:0:5::1', '198.51.100.9'

	def announcement(station, address, operation=1):
	    if ':' in address:
	        return eth(ALL6, station.mac, IP6, advertise(
	            address, 'ff02::1', address, station.mac, 0x20))
	    return eth(BROADCAST, station.mac, ARP, arp(
	        operation, station.mac, address, ZERO, address))

	def holders(address):
	    """The ports that have it, and the route's origin. None: no such route."""
	    for route in nl.dump('route-get', {'network': 'blue'}):
	        if route['prefix'] == address:
	            return route['origin'], sorted(hop['port-id'] for hop in route['nexthop'])
	    return None

	def wait(address, wanted):
	    end = time.monotonic() + 10
	    while holders(address) != wanted and time.monotonic() < end:
	        time.sleep(0.02)
	    return holders(address)

	def spoken(address):
	    """The MAC that C hears an announcement of the address with."""
	    if ':' in address:
	        frame = c.expect(lambda f: f[12:14] == b'\x86\xdd' and f[20] == ICMP6 and
	                         f[54] == 136 and f[62:78] == ip(address))
	        return frame and (frame[6:12].hex(':'), frame[-6:].hex(':'), frame[58])
	    frame = c.expect(lambda f: f[12:14] == b'\x08\x06' and f[28:32] == ip(address))
	    return frame and (frame[6:12].hex(':'), frame[22:28].hex(':'), frame[21])

	def question(station, address, src):
	    if ':' in address:
	        return eth(group_mac(solicited(address)), station.mac, IP6, solicit(
	            src, address, station.mac if src != '::' else None))
	    return eth(BROADCAST, station.mac, ARP, arp(1, station.mac, src, ZERO, address))

	def answered(address):
	    c.frames()
	    c.send(question(c, address, IPS[c][':' in address]))
	    return spoken(address)

	def collect(got):
	    for station in got:
	        got[station] += [f[-11:] for f in station.frames() if b'flow ' in f]

	def shares(address, flows=400):
	    """How many flows of C come to each, and whether each keeps to one."""
	    src = IPS[c][':' in address]
	    kind = IP6 if ':' in address else IP4
	    build = ip6 if ':' in address else ip4
	    a.frames(), b.frames()
	    got = {a: [], b: []}
	    for _ in range(2):
	        for i in range(flows):
	            c.send(eth(GATEWAY, c.mac, kind, build(src, address, UDP, udp(
	                src, address, b'flow %5d.' % i, 1024 + i, 7))))
	            if i % 100 == 99:
	                collect(got)
	    end = time.monotonic() + 10
	    while sum(map(len, got.values())) < 2 * flows and time.monotonic() < end:
	        collect(got)
	        time.sleep(0.01)
	    sets = [set(got[s]) for s in (a, b)]
	    total = len(got[a]) + len(got[b])
	    return [len(s) for s in sets], not sets[0] & sets[1] and total == 2 * flows or total

	for address in VIP4, VIP6, FAR:
	    what = 'routed' if address == FAR else 'in the subnet'
	    six = ':' in address
	    equal('%s, %s: nobody has it' % (address, what), holders(address), None)
	    ear.events(), c.frames()
	    a.send(announcement(a, address))
	    equal('A announces it', wait(address, ('learned', [1])), ('learned', [1]))
	    equal('... the router says so', spoken(address), (GATEWAY, GATEWAY, 0x20 if six else 2))
	    equal('... and notifies', [name for name, e in ear.events(0.3)
	                               if e.get('prefix') == address], ['route-ntf'])
	    equal('... all flows are A\'s', shares(address), ([400, 0], True))
	    c.frames()
	    b.send(announcement(b, address, 2))
	    equal('B does too', wait(address, ('learned', [1, 2])), ('learned', [1, 2]))
	    equal('... the router says so', spoken(address), (GATEWAY, GATEWAY, 0x20 if six else 2))
	    (of_a, of_b), whole = shares(address)
	    check('... flows are shared', whole and of_a > 120 and of_b > 120, of_a, of_b, whole)
	    before = nl.drops()
	    ear.events(), c.frames()
	    b.send(announcement(b, address))
	    equal('B announces again: the router says so', spoken(address),
	          (GATEWAY, GATEWAY, 0x20 if six else 2))
	    equal('... and nothing changes', (ear.events(0.2), holders(address), nl.drops()),
	          ([], ('learned', [1, 2]), before))
	    if address != FAR:
	        equal('the router answers for it', answered(address)[:2], (GATEWAY, GATEWAY))
	    # Each holder may ask, whether for a duplicate or not, and is left alone.
	    for src in ('::' if six else '0.0.0.0', IPS[b][six]):
	        a.frames(), b.frames(), c.frames()
	        b.send(question(b, address, src))
	        fence = eth(BROADCAST, b.mac, ARP, arp(1, b.mac, IPS[b][0], ZERO, '192.0.2.99'))
	        check('B asks for it as %s: A does not hear of it' % src, a.quiet(
	            lambda f: ip(address) in f, b, fence))
	        check('... nor does B hear an answer', not [f for f in b.frames()
	                                                   if ip(address) in f])

	equal('a member that goes', (nl.do('port-del', {'id': 1}), holders(VIP4), holders(VIP6)),
	      ({}, ('learned', [2]), ('learned', [2])))
	equal('... leaves its flows to the other', shares(VIP4), ([0, 400], True))
	file = open('/run/netns/' + sys.argv[1])
	shared = [{'prefix': '192.0.2.128', 'prefix-length': 25, 'mode': 'ecmp'},
	          {'prefix': '198.51.0.0', 'prefix-length': 16, 'mode': 'ecmp'},
	          {'prefix': '203.0.113.0', 'prefix-length': 24, 'mode': 'active-standby'}]
	new = nl.do('port-new', {'ifname': 'eth1', 'netns-fd': file.fileno(), 'network': 'blue',
	                         'mac': a.mac, 'address': list(IPS[a]), 'allowed': shared}, EXCL)
	PORTS[a] = new['id']
	end = time.monotonic() + 10
	while holders(VIP4) != ('learned', [2, new['id']]) and time.monotonic() < end:
	    a.send(announcement(a, VIP4))  # its queue works a little after it has a carrier
	    time.sleep(0.05)
	equal('one that comes back', holders(VIP4), ('learned', [2, new['id']]))
	nl.do('port-set', {'id': 2, 'allowed': shared[1:]})
	equal('what B may no more, it has no more', (holders(VIP4), holders(VIP6)),
	      (('learned', [new['id']]), None))
	equal('... but the rest', holders(FAR), ('learned', [2]))
	nl.do('port-set', {'id': 2, 'no-allowed': True})
	equal('... and then nothing', holders(FAR), None)

	# What is configured comes first.
	nl.do('route-new', {'network': 'blue', 'prefix': '192.0.2.201', 'prefix-length': 32,
	                    'nexthop': [{'type': 'port', 'port-id': 2}]}, EXCL)
	before = nl.drops()
	a.send(announcement(a, '192.0.2.201'))
	a.send(announcement(a, '192.0.2.202'))
	wait('192.0.2.202', ('learned', [new['id']]))
	equal('a route that is configured stays', (holders('192.0.2.201'), nl.drops()),
	      (('static', [2]), before))
	equal('... and the router answers for it', answered('192.0.2.201')[:2], (GATEWAY, GATEWAY))
	c.frames()
	b.send(question(c, '192.0.2.201', IPS[b][0]).replace(mac(c.mac), mac(b.mac)))
	check('... but whom it leads to asks the others', c.expect(lambda f: ip('192.0.2.201') in f))
	a.send(announcement(a, '203.0.113.7'))
	end = time.monotonic() + 10
	def standby():
	    return [e['port-id'] for e in nl.dump('endpoint-get') if '203.0.113.7' in
	            e.get('address', ())]
	while not standby() and time.monotonic() < end:
	    time.sleep(0.02)
	c.send(announcement(c, '203.0.113.7'))
	c.send(announcement(c, '203.0.113.8'))
	wait('203.0.113.8', ('learned', [3]))
	equal('what one has alone is not shared by others', (standby(), holders('203.0.113.7')),
	      ([new['id']], None))

	# So many and no more.
	limit = nl.drops()['announcement-limit']
	for i in range(260):
	    a.send(announcement(a, '198.51.%d.%d' % (i // 200, i % 200)))
	end = time.monotonic() + 20
	def learned():
	    return sum(r['origin'] == 'learned' and r['nexthop'][0]['port-id'] == new['id']
	               for r in nl.dump('route-get', {'network': 'blue'}))
	while nl.drops()['announcement-limit'] - limit < 6 and time.monotonic() < end:
	    time.sleep(0.05)
	equal('a port has 256 of them', (learned(), nl.drops()['announcement-limit'] - limit), (256, 6))
END
ok "their port goes" vrctl port flush network blue
is "and all routes with it" "$(vrctl route show network blue origin learned)" ""
done_testing
