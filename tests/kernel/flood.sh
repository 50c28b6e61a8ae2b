#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Broadcast and multicast reach each port of the network once; unknown unicast
# only ports that may have unknown stations behind them; a storm has its limit.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl network add red subnet 192.0.2.1/24
vrctl network add lonely
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b
raw_pod c blue 02:00:00:00:00:0c 192.0.2.12 2001:db8:1::c "antispoof off"
raw_pod d blue 02:00:00:00:00:0d
raw_pod x red 02:00:00:00:00:0e
raw_pod alone lonely 02:00:00:00:00:0f

python "$a" "$b" "$c" "$d" "$x" "$alone" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b, c, d, x, alone = (Station(name, '02:00:00:00:00:0%x' % (10 + i))
	                        for i, name in enumerate(sys.argv[1:]))

	def times(station, mark):
	    """How often it got the mark, up to a fence that all get."""
	    got = []
	    station.expect(lambda f: got.append(f) or b'fence' in f)
	    return sum(mark in f for f in got)

	def spread(what, frame, mark, want):
	    for station in (a, b, c, d, x):
	        station.frames()
	    a.send(frame)
	    a.send(eth(BROADCAST, a.mac, IP4, packet('192.0.2.10', '192.0.2.255', b'fence')))
	    equal(what, [times(station, mark) for station in (b, c, d)], want)
	    check('... none to the sender or another network',
	          not any(mark in f for f in a.frames() + x.frames()))

	spread('broadcast', eth(BROADCAST, a.mac, IP4, packet('192.0.2.10', '255.255.255.255', b'bc')),
	       b'bc', [1, 1, 1])
	spread('IPv4 multicast', eth('01:00:5e:00:00:fb', a.mac, IP4,
	                             packet('192.0.2.10', '224.0.0.251', b'mc4')), b'mc4', [1, 1, 1])
	spread('IPv6 multicast', eth('33:33:00:00:00:fb', a.mac, IP6,
	                             packet('2001:db8:1::a', 'ff02::fb', b'mc6')), b'mc6', [1, 1, 1])
	spread('unknown unicast goes to unprotected ports', eth(
	    '02:00:00:00:77:77', a.mac, IP4, packet('192.0.2.10', '192.0.2.77', b'uu4')), b'uu4',
	    [0, 1, 1])
	spread('... IPv6', eth('02:00:00:00:77:77', a.mac, IP6,
	                       packet('2001:db8:1::a', '2001:db8:1::77', b'uu6')), b'uu6', [0, 1, 1])

	before = nl.drops()
	alone.send(eth(BROADCAST, alone.mac, 0x88b5, b'nobody'))
	equal('nobody there', nl.drops()['no-port'] - before['no-port'], 1)
	alone.send(eth('02:00:00:00:77:77', alone.mac, 0x88b5, b'nobody'))
	equal('unknown unicast with nobody who could have it', nl.drops()['unknown-destination'] -
	      before['unknown-destination'], 1)
END

# A storm. With so many ports the work item that goes on with a flood is slower
# than who sends, but on a sanitizer kernel (VR_SLOW), which cannot send as much
# as the limit allows.
vrctl network add large
raw_pod storm large 02:00:00:00:00:aa 192.0.2.10
for ((i = 0; i < 700; i++)); do
	echo "link add s$i type vr"
done | ip -batch -
python "$storm" <<- 'END'
	import os
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	slow = 'VR_SLOW' in os.environ
	ports = [('port', {'network': 'large', 'ifname': 's%d' % i}) for i in range(700)]
	for i in range(0, len(ports), 50):
	    nl.do('apply', ports[i:i + 50])
	equal('a large network', nl.do('network-get', {'name': 'large'})['ports'], 701)
	sender = Station(sys.argv[1], '02:00:00:00:00:aa')
	frame = eth(BROADCAST, sender.mac, IP4, packet('192.0.2.10', '192.0.2.255', b'storm'))
	port = nl.dump('endpoint-get', {'network': 'large'})[0]['port-id']
	before = nl.drops()
	sent = 0
	end = time.monotonic() + (10 if slow else 60)
	while nl.drops()['storm-limit'] == before['storm-limit'] and time.monotonic() < end:
	    for _ in range(100):
	        sender.send(frame)
	    sent += 100
	print('# %d frames sent' % sent)
	if not slow:
	    check('a storm has its limit', nl.drops()['storm-limit'] > before['storm-limit'])
	check('floods that large go on beyond their first part',
	      nl.drops()['port-down'] - before['port-down'] > 256)
	drops = {drop['reason']: drop['packets'] for drop in nl.do(
	    'port-get', {'id': port})['stats'].get('drop', ())}
	if not slow:
	    check('... counted on the port that sent', drops.get('storm-limit', 0) > 0, str(drops))
END
ok "the network goes while floods wait" vrctl network del large
done_testing
