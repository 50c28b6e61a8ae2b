#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A port gets so many ICMP errors a second, and all ports together; the rest of
# the packets is dropped without.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
ports=()
for i in {10..20}; do
	raw_pod "p$i" blue "02:00:00:00:00:$i" "192.0.2.$i" "2001:db8:1::$i"
	name=p$i
	ports+=("${!name}")
done

python "${ports[@]}" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	stations = [Station(name, '02:00:00:00:00:%d' % i) for i, name in enumerate(sys.argv[1:], 10)]
	first, second = stations[:2]
	RATE, BURST, ALL_RATE, ALL_BURST = 50, 50, 1000, 200

	def frame(station, v6=False):
	    last = station.mac[-2:]
	    if v6:
	        return eth(GATEWAY, station.mac, IP6, packet('2001:db8:1::' + last, '2001:db9::1'))
	    return eth(GATEWAY, station.mac, IP4, packet('192.0.2.' + last, '10.9.8.7'))

	def errors(station):
	    return sum(map(is_error, station.frames()))

	def told(station):
	    station.send(frame(station))
	    return station.expect(is_error, 1)

	before = nl.drops()['no-route']
	start = time.monotonic()
	for i in range(150):
	    first.send(frame(first, i % 2))
	elapsed = time.monotonic() - start
	check('another port is told at once', told(second))
	got = errors(first)
	check('a port gets its burst and what is due since', BURST <= got <= BURST + RATE * elapsed + 2,
	      '%d errors in %.3f s' % (got, elapsed))
	equal('all are counted', nl.drops()['no-route'] - before, 151)
	end = time.monotonic() + 20
	while not told(first) and time.monotonic() < end:
	    pass
	check('later it is told again', time.monotonic() < end)

	# Together. A slow machine is due as much as the ports ask for.
	frames = [frame(station) for station in stations[1:]]
	start = time.monotonic()
	for _ in range(BURST):
	    for station, text in zip(stations[1:], frames):
	        station.sock.send(text)
	elapsed = time.monotonic() - start
	got = sum(errors(station) for station in stations[1:])
	check('all ports get their burst and what is due since',
	      got <= ALL_BURST + ALL_RATE * elapsed + 10, '%d errors in %.3f s' % (got, elapsed))
	print('# %d errors of %d in %.3f s' % (got, BURST * len(frames), elapsed))
END
done_testing
