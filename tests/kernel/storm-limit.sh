#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The storm limit of a port can be set: so many copies a second and CPU, and a
# burst above that; with 0 nothing is flooded. What is known is not limited.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a "antispoof off storm-rate 2 storm-burst 20"
raw_pod b blue 02:00:00:00:00:0b
raw_pod c blue 02:00:00:00:00:0c

json=$(vrctl -j port show dev eth1 netns "$a")
is "the limit is shown" "$(field storm_rate) $(field storm_burst)" "2 20"
like "... in text" "$(vrctl port show dev eth1 netns "$a")" 'storm-rate 2 storm-burst 20'
json=$(vrctl -j port show dev eth1 netns "$b")
is "the default" "$(field storm_rate) $(field storm_burst)" "100000 16384"
is "... is not in text" "$(vrctl port show dev eth1 netns "$b" | grep -c storm)" 0
json=$(vrctl -j port set dev eth1 netns "$b" storm-rate 0)
is "one alone is changed" "$(field storm_rate) $(field storm_burst)" "0 16384"
json=$(vrctl -j port set dev eth1 netns "$b" storm-burst 7 storm-rate 100000)
is "... or both" "$(field storm_rate) $(field storm_burst)" "100000 7"
fails "a burst of nothing" vrctl port set dev eth1 netns "$b" storm-burst 0
usage_error "a limit that is no number" "expected a number" \
	vrctl port set dev eth1 netns "$b" storm-rate 10kbit

python "$a" "$b" "$c" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b, c = (Station(name, '02:00:00:00:00:0%x' % (10 + i))
	           for i, name in enumerate(sys.argv[1:]))
	with open('/run/netns/' + sys.argv[1], encoding='ascii') as file:
	    def add(attrs, text=None, attr=None):
	        try:
	            nl.do('port-new', {'network': 'blue', 'ifname': 'eth1',
	                               'netns-fd': file.fileno(), **attrs}, CREATE)
	            equal('adding again with %s' % attrs, text, None)
	        except Refused as refused:
	            equal('adding again with %s' % attrs, (refused.text, refused.attr), (text, attr))

	    add({'storm-rate': 2, 'storm-burst': 20})
	    for key in 'storm-rate', 'storm-burst':
	        add({key: 100000}, 'device is attached with another ' + key, key)
	try:
	    nl.do('port-set', {'id': 2, 'storm-burst': 0})
	    check('a burst of nothing is refused', False)
	except Refused as refused:
	    equal('a burst of nothing is refused', refused.attr, 'storm-burst')

	GROUP4 = eth(BROADCAST, a.mac, IP4, packet('192.0.2.10', '192.0.2.255', b'storm'))
	GROUP6 = eth('33:33:00:00:00:fb', a.mac, IP6, packet('2001:db8:1::a', 'ff02::fb', b'storm'))
	UNKNOWN = eth('02:00:00:00:77:77', a.mac, IP4, packet('192.0.2.10', '192.0.2.77', b'storm'))
	KNOWN = eth(b.mac, a.mac, IP6, packet('2001:db8:1::a', '2001:db8:1::b', b'known'))

	def copies(station):
	    return sum(b'storm' in f for f in station.frames())

	def port_drops():
	    for drop in nl.do('port-get', {'id': 1})['stats'].get('drop', []):
	        if drop['name'] == 'storm-limit':
	            return drop['packets']
	    return 0

	def storm(frame, count):
	    """Copies that came, and dropped packets."""
	    copies(b), copies(c)
	    before = nl.drops()['storm-limit'], port_drops()
	    for _ in range(count):
	        a.send(frame)
	    after = nl.drops()['storm-limit'], port_drops()
	    equal('the port has the drops of the instance', after[1] - before[1], after[0] - before[0])
	    return copies(b) + copies(c), after[0] - before[0]

	start = time.monotonic()
	got, dropped = storm(GROUP4, 30)
	extra = 1 + (time.monotonic() - start) * 2
	check('a burst and no more is flooded, antispoof off', 20 <= got <= 20 + extra,
	      '%d copies, %d dropped' % (got, dropped))
	check('the rest is dropped', 19 <= dropped <= 20, dropped)
	for name, frame in ('IPv6 multicast', GROUP6), ('unknown unicast', UNKNOWN):
	    start = time.monotonic()
	    got, dropped = storm(frame, 30)
	    check('... ' + name + ' too', dropped >= 30 - (1 + (time.monotonic() - start) * 2),
	          '%d copies, %d dropped' % (got, dropped))
	for _ in range(30):
	    a.send(KNOWN)
	equal('what is known is not limited', sum(b'known' in f for f in b.frames()), 30)

	end = time.monotonic() + 20
	total = 0
	while total < 4 and time.monotonic() < end:
	    a.send(GROUP4)
	    total += copies(b) + copies(c)
	    select.select([], [], [], 0.02)
	check('a rate below one a jiffy fills it nevertheless', total >= 4, total)

	nl.do('port-set', {'id': 1, 'storm-rate': 0})
	got, dropped = storm(GROUP6, 10)
	equal('0: nothing is flooded', (got, dropped), (0, 10))
	select.select([], [], [], 0.2)
	equal('... also later', storm(UNKNOWN, 10)[0], 0)
	a.send(KNOWN)
	check('... but what is known comes', b.expect(b'known') is not None)
	nl.do('port-set', {'id': 1, 'storm-rate': 4294967295, 'storm-burst': 4294967295})
	equal('a limit beyond reach', (storm(GROUP4, 1)[1], storm(GROUP4, 50)), (0, (100, 0)))
END

ip link add spare up type vr
ok "apply takes a limit" python3 -S - <<- 'END'
	from vrnl import *

	port = Netlink().do('apply', [('port', {'network': 'blue', 'ifname': 'spare', 'storm-rate': 5,
	                                        'storm-burst': 6})])['port'][0]
	assert (port['storm-rate'], port['storm-burst']) == (5, 6), port
END
done_testing
