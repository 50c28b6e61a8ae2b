#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Shared addresses move only so often, are bounded for each port, and go with
# the port, also while announcements wait.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24
for i in a b c; do
	raw_pod $i blue 02:00:00:00:00:0$i 192.0.2.$((16#$i))
	vrctl port set dev eth1 netns "${!i}" allowed 198.51.0.0/16 active-standby
done
vrctl network add gone subnet 192.0.2.1/24
raw_pod d gone 02:00:00:00:00:0d 192.0.2.13
vrctl port set dev eth1 netns "$d" allowed 198.51.0.0/16 active-standby

python "$a" "$b" "$c" "$d" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b, c, d = (Station(name, '02:00:00:00:00:0' + letter)
	              for name, letter in zip(sys.argv[1:], 'abcd'))
	ZERO, VIP = '00:00:00:00:00:00', '198.51.100.1'

	def announcement(station, address):
	    return eth(BROADCAST, station.mac, ARP, arp(1, station.mac, address, ZERO, address))

	def learned(**which):
	    return nl.dump('endpoint-get', {'origin': 'learned', **which})

	def used():
	    return nl.dump('limit-get')[2]['used']

	def wait(condition, seconds=20):
	    end = time.monotonic() + seconds
	    while not condition() and time.monotonic() < end:
	        time.sleep(0.05)
	    return condition()

	def limited():
	    return nl.drops()['announcement-limit']

	base = used()
	a.send(announcement(a, VIP))
	wait(learned)
	start = time.monotonic()
	# Each one is waited for, so that the table is as it will be.
	sent = 0
	while sent < 40:
	    station, number = (b, 2) if sent % 2 == 0 else (a, 1)
	    before = limited()
	    station.send(announcement(station, VIP))
	    wait(lambda: limited() > before or learned()[0]['port-id'] == number)
	    sent += 1
	    if limited() > 3:
	        break
	elapsed = time.monotonic() - start
	moves = learned()[0]['sequence']
	check('an address moves so often and no more', 4 <= moves <= 5 + int(elapsed) + 1,
	      'moves: %d in %.1f seconds' % (moves, elapsed))
	check('... what came too soon is counted', limited() > 3)
	total = sum(drop['packets'] for number in (1, 2)
	            for drop in nl.do('port-get', {'id': number})['stats'].get('drop', ())
	            if drop['reason'] == 'announcement-limit')
	equal('... at the port that sent it', total, limited())
	number = learned()[0]['port-id']
	other = b if number == 1 else a

	def moved():
	    other.send(announcement(other, VIP))
	    time.sleep(0.1)
	    return learned()[0]['port-id'] != number
	check('a little later it moves again', wait(moved))
	equal('it counts as an endpoint', used(), base + 1)
	nl.do('flush', {'endpoints': True, 'origin': 'learned'})
	equal('flushed, no more', used(), base)

	# How many one port may have.
	before = limited()
	for i in range(300):
	    a.send(announcement(a, '198.51.%d.%d' % (100 + i // 200, 1 + i % 200)))
	wait(lambda: len(learned()) == 256 and limited() >= before + 44)
	equal('a port has at most 256', len(learned()), 256)
	equal('... the others are counted', limited() - before, 44)
	b.send(announcement(b, VIP))
	check('another port has room', wait(lambda: learned(**{'port-id': 2})))
	equal('... and they are all endpoints', used(), base + 256)

	# A port goes.
	file = open('/run/netns/' + sys.argv[1])
	port = {'ifname': 'eth1', 'netns-fd': file.fileno()}
	nl.do('port-del', port)
	equal('its addresses go with it', [e['port-id'] for e in learned()], [2])
	equal('... from the count as well', used(), base)

	# While announcements wait.
	allowed = {'prefix': '198.51.0.0', 'prefix-length': 16, 'mode': 'active-standby'}
	queued = 0
	for _ in range(10):
	    nl.do('port-new', {**port, 'network': 'blue', 'mac': a.mac, 'address': ['192.0.2.10'],
	                       'allowed': allowed}, EXCL)
	    # Its queue works a little after it has a carrier.
	    wait(lambda: a.send(announcement(a, '198.51.110.1')) is None and len(learned()) == 2)
	    queued += len(learned()) == 2
	    for i in range(2, 30):
	        a.send(announcement(a, '198.51.110.%d' % i))
	    nl.do('port-del', port)
	equal('ports announced', queued, 10)
	equal('ports that went at once left nothing', (
	    [e['port-id'] for e in learned()], used()), ([2], base))
	for i in range(1, 30):
	    b.send(announcement(b, '198.51.101.%d' % i))
	    c.send(announcement(c, '198.51.102.%d' % i))
	nl.do('port-set', {'id': 2, 'no-allowed': True})
	check('nor what was allowed no more', wait(lambda: len(learned(**{'port-id': 3})) == 29))
	equal('... at that port', learned(**{'port-id': 2}), [])
	for i in range(1, 100):
	    d.send(announcement(d, '198.51.103.%d' % i))
	nl.do('network-del', {'name': 'gone'})
	equal('a network goes with its', {e['network'] for e in learned()}, {'blue'})
	equal('... and the count is right', used(),
	      len([e for e in nl.dump('endpoint-get')]))
END
done_testing
