#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Endpoints beyond a port's own: replaced, moved by sequence, standing by.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b
raw_pod c blue 02:00:00:00:00:0c 192.0.2.12 2001:db8:1::c
add=(vrctl endpoint add network blue mac 02:00:00:00:77:01)
on_a=(dev eth1 netns "$a")

ok "behind a port" "${add[@]}" address 192.0.2.77 address 2001:db8:1::77 "${on_a[@]}"
refused "twice" "endpoint exists" "${add[@]}" address 192.0.2.77 address 2001:db8:1::77 "${on_a[@]}"
refused "with other addresses" "endpoint exists with other addresses" \
	"${add[@]}" address 192.0.2.78 "${on_a[@]}"
refused "behind another port" "MAC is in use in this network" \
	"${add[@]}" address 192.0.2.77 dev eth1 netns "$b"
ok "by the port's id" vrctl endpoint add network blue mac 02:00:00:00:77:02 port 1
json=$(vrctl -j endpoint show network blue mac 02:00:00:00:77:01)
is "show: addresses" "$(field address)" '["192.0.2.77","2001:db8:1::77"]'
is "show: port" "$(field port_id)" 1
is "show: state" "$(field state)" active
is "show: of one port" "$(vrctl -o endpoint show network blue port 1 | grep -c .)" 3

other=(vrctl endpoint add network blue mac 02:00:00:00:77:09 "${on_a[@]}")
refused "an address in use" "address is in use in this network" "${other[@]}" address 192.0.2.77
refused "... IPv6" "address is in use in this network" "${other[@]}" address 2001:db8:1::b
refused "the gateway's" "address is the gateway's" "${other[@]}" address 192.0.2.1
refused "... MAC" "MAC is the gateway's" \
	vrctl endpoint add network blue mac 02:76:72:00:00:01 "${on_a[@]}"
refused "a node without VNI" "network has no VNI, give it one" \
	vrctl endpoint add network blue mac 02:00:00:00:77:09 remote 203.0.113.1
refused "no such device" "no such device" \
	vrctl endpoint add network blue mac 02:00:00:00:77:09 dev eth8 netns "$a"
refused "no such network" "no such network" \
	vrctl endpoint add network nobody mac 02:00:00:00:77:09 "${on_a[@]}"
refused "a port's own is not deleted" "endpoint is a port's own" \
	vrctl endpoint del network blue mac 02:00:00:00:00:0a
refused "what is not there" "no such endpoint" \
	vrctl endpoint del network blue mac 02:00:00:00:77:09
ok "delete" vrctl endpoint del network blue mac 02:00:00:00:77:02

python "$a" "$b" "$c" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b, c = (Station(name, '02:00:00:00:00:0%x' % (10 + i))
	           for i, name in enumerate(sys.argv[1:]))
	MAC, E4, E6 = '02:00:00:00:77:01', '192.0.2.77', '2001:db8:1::77'
	A, B = 1, 2
	count = 0

	def new(flags, port, sequence=0, state='active', addresses=(E4, E6), mac_=MAC):
	    return nl.do('endpoint-new', {'network': 'blue', 'mac': mac_, 'port-id': port,
	                                  'address': list(addresses), 'sequence': sequence,
	                                  'state': state}, flags)

	def refused(what, text, attr, *args, **kwargs):
	    before = nl.dump('endpoint-get')
	    try:
	        new(*args, **kwargs)
	        check(what, False, 'it was accepted')
	    except Refused as refusal:
	        equal(what, (refusal.text, refusal.attr), (text, attr))
	    equal('... changes nothing', nl.dump('endpoint-get'), before)

	def get(state='active'):
	    return nl.do('endpoint-get', {'network': 'blue', 'mac': MAC, 'state': state})

	def leads(what, station):
	    """Bridged, routed, and both families."""
	    global count
	    count += 1
	    mark = b'mark%d.' % count
	    for dst in (MAC, GATEWAY):
	        c.send(eth(dst, c.mac, IP4, packet('192.0.2.12', E4, mark + b'4')))
	        c.send(eth(dst, c.mac, IP6, packet('2001:db8:1::c', E6, mark + b'6')))
	    got = [station.expect(mark + family) for family in (b'4', b'6', b'4', b'6')]
	    equal('packets lead %s' % what, [f and f[:6] for f in got], [mac(MAC)] * 4)

	leads('to the port', a)
	new(0, A)
	check('without EXCL an equal one is no error', True)
	refused('without EXCL a different one is', 'endpoint exists with other addresses', 'mac',
	        0, A, addresses=(E4,))
	refused('... behind another port', 'MAC is in use in this network', 'mac', 0, B)
	new(REPLACE, B)
	equal('replace moves it', get()['port-id'], B)
	leads('to the other port', b)
	new(REPLACE, B, addresses=(E4, E6, '198.51.100.77'))
	equal('... or changes its addresses', get()['address'], [E4, E6, '198.51.100.77'])
	new(REPLACE, B, sequence=5)
	refused('a lower sequence does not replace', 'endpoint has a higher sequence', 'mac',
	        REPLACE, A, sequence=4)
	refused('... nor adds', 'endpoint has a higher sequence', 'mac', EXCL, A, sequence=4)
	new(EXCL, A, sequence=6)
	equal('a higher one moves it', (get()['port-id'], get()['sequence']), (A, 6))
	leads('to where it moved', a)

	# Standby.
	new(EXCL, B, 6, 'standby')
	equal('one stands by beside the active one', (get()['port-id'], get('standby')['port-id']),
	      (A, B))
	leads('to the active one still', a)
	equal('both are shown', len([e for e in nl.dump('endpoint-get') if e['mac'] == MAC]), 2)
	new(EXCL, B, 7)
	equal('a higher sequence makes it active', (get()['port-id'], get()['sequence']), (B, 7))
	leads('to it', b)
	equal('... nothing stands by', len([e for e in nl.dump('endpoint-get')
	                                    if e['mac'] == MAC]), 1)
	new(EXCL, A, 7, 'standby')
	nl.do('endpoint-del', {'network': 'blue', 'mac': MAC, 'state': 'standby'})
	equal('the one that stands by goes alone', get()['port-id'], B)
	new(EXCL, A, 8, 'standby')
	nl.do('endpoint-del', {'network': 'blue', 'mac': MAC})
	equal('without a state the active one goes first', get('standby')['port-id'], A)
	c.send(eth(GATEWAY, c.mac, IP4, packet('192.0.2.12', E4, b'nobody')))
	check('... and packets do not lead to the other',
	      a.quiet(b'nobody', c, eth(a.mac, c.mac, IP4, packet('192.0.2.12', '192.0.2.10', b'f'))))
	nl.do('endpoint-del', {'network': 'blue', 'mac': MAC})

	# A port that stands by: the way of a migration.
	nl.do('port-set', {'id': B, 'sequence': 1, 'state': 'standby'})
	equal('a port stands by', nl.do('port-get', {'id': B})['state'], 'standby')
	c.frames()
	before = nl.drops()['no-endpoint']
	c.send(eth(GATEWAY, c.mac, IP4, packet('192.0.2.12', '192.0.2.11')))
	equal('... nothing leads to it', nl.drops()['no-endpoint'] - before, 1)
	nl.do('port-set', {'id': B, 'sequence': 2, 'state': 'active'})
	c.send(eth(GATEWAY, c.mac, IP4, packet('192.0.2.12', '192.0.2.11', b'active')))
	check('... until it is active', b.expect(b'active'))
	try:
	    nl.do('port-set', {'id': B, 'sequence': 1})
	    check('its sequence never falls', False)
	except Refused as refusal:
	    equal('its sequence never falls', refusal.text, 'endpoint has a higher sequence')
END
done_testing
