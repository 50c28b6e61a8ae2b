#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A machine that moves: its endpoint stands by at the port that it comes to, and
# is active there with the first RARP, gratuitous ARP or unsolicited
# advertisement from it, and nothing else.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 198.51.100.1/24 \
	subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod b blue 02:00:00:00:00:1b
raw_tap t blue
raw_pod c blue 02:00:00:00:00:0c 192.0.2.12 2001:db8:1::c
raw_pod d blue 02:00:00:00:00:0d 198.51.100.13 2001:db8:2::d

python "$a" "$b" "$t" "$c" "$d" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl, ear = Netlink(), Netlink()
	ear.listen()
	MAC, IP_4, IP_6 = '02:00:00:00:00:0a', '192.0.2.10', '2001:db8:1::a'
	ADDRESSES = [IP_4, IP_6]
	a, b, t = (Station(name, MAC) for name in sys.argv[1:4])
	c, d = Station(sys.argv[4], '02:00:00:00:00:0c'), Station(sys.argv[5], '02:00:00:00:00:0d')
	A, B, T, C = 1, 2, 3, 4
	PORTS = {a: A, b: B, t: T}
	NAMES = {a: 'native', b: 'native', t: 'tap'}
	ZERO, ALL6, RARP = '00:00:00:00:00:00', '33:33:00:00:00:01', 0x8035
	count = 0

	def unique():
	    global count
	    count += 1
	    return b'frame %5d.' % count

	def rarp(smac=MAC, sender=MAC, sip='0.0.0.0', operation=3):
	    return eth(BROADCAST, smac, RARP, arp(operation, sender, sip, sender, '0.0.0.0')) + b'\0' * 18

	def garp(operation=1, address=IP_4):
	    return eth(BROADCAST, MAC, ARP, arp(operation, MAC, address, ZERO if operation == 1 else
	                                        BROADCAST, address)) + b'\0' * 18

	def na(flags=0x20, target=IP_6, dst=ALL6):
	    return eth(dst, MAC, IP6, advertise(target, 'ff02::1', target, MAC, flags))

	def endpoints(mac_=MAC):
	    """Where it is: {state: (port, sequence, addresses, origin)}."""
	    return {e['state']: (e['port-id'], e['sequence'], sorted(e.get('address', ())), e['origin'])
	            for e in nl.dump('endpoint-get') if e['mac'] == mac_}

	def wait(wanted, mac_=MAC):
	    end = time.monotonic() + 10
	    while endpoints(mac_) != wanted and time.monotonic() < end:
	        time.sleep(0.02)
	    return endpoints(mac_)

	def stands_by(station, **attrs):
	    nl.do('port-set', {'id': PORTS[station], 'mac': MAC, 'address': ADDRESSES, 'state': 'standby',
	                       **attrs})

	def reaches(what, station, others):
	    """What is sent to it comes there alone."""
	    for sender, how in (c, 'bridged'), (d, 'routed'):
	        for address in ADDRESSES:
	            six = ':' in address
	            source = {c: ('192.0.2.12', '2001:db8:1::c'),
	                      d: ('198.51.100.13', '2001:db8:2::d')}[sender][six]
	            text = unique()
	            for other in others:
	                other.frames()
	            sender.send(eth(MAC if sender is c else GATEWAY, sender.mac, IP6 if six else IP4,
	                            packet(source, address, text)))
	            came = station.expect(text, 5) is not None
	            check('%s: %s packets go there, IPv%d' % (what, how, 6 if six else 4), came and not [
	                f for other in others for f in other.frames() if text in f])

	equal('active, with addresses', endpoints(),
	      {'active': (A, 0, ADDRESSES, 'static')})

	# Nothing but announcements.
	sequence = 0
	for station in b, t:
	    name, port = NAMES[station], PORTS[station]
	    stands_by(station)
	    state = endpoints()
	    equal('stands by behind a %s port' % name, state, {
	        'active': (A, 0, ADDRESSES, 'static'), 'standby': (port, 0, ADDRESSES, 'static')})
	    shown = nl.do('port-get', {'id': port})
	    equal('... shown of the port', (shown['state'], shown['antispoof']), ('standby', 1))
	    reaches('while it stands by', a, [b, t])
	    ear.events()
	    for what, frame in (
	            ('data', eth(c.mac, MAC, IP4, packet(IP_4, '192.0.2.12', unique()))),
	            ('IPv6 data', eth(c.mac, MAC, IP6, packet(IP_6, '2001:db8:1::c', unique()))),
	            ('routed data', eth(GATEWAY, MAC, IP4, packet(IP_4, '198.51.100.13', unique()))),
	            ('a broadcast', eth(BROADCAST, MAC, IP4, packet(IP_4, '192.0.2.255', unique()))),
	            ('a multicast', eth('33:33:00:00:00:fb', MAC, IP6, packet(IP_6, 'ff02::fb', unique()))),
	            ('a probe', eth(BROADCAST, MAC, ARP, arp(1, MAC, '0.0.0.0', ZERO, IP_4))),
	            ('a request', eth(BROADCAST, MAC, ARP, arp(1, MAC, IP_4, ZERO, '192.0.2.99'))),
	            ('a request for the gateway', eth(BROADCAST, MAC, ARP, arp(
	                1, MAC, IP_4, ZERO, '192.0.2.1'))),
	            ('an answer', eth(c.mac, MAC, ARP, arp(2, MAC, IP_4, c.mac, '192.0.2.12'))),
	            ('an answer to all', eth(BROADCAST, MAC, ARP, arp(2, MAC, IP_4, c.mac, '192.0.2.12'))),
	            ('DAD', eth(group_mac(solicited(IP_6)), MAC, IP6, solicit('::', IP_6))),
	            ('a solicitation', eth(group_mac(solicited('2001:db8:1::99')), MAC, IP6, solicit(
	                IP_6, '2001:db8:1::99', MAC))),
	            ('a solicited advertisement', na(0x60)),
	            ('an advertisement from afar', eth(ALL6, MAC, IP6, advertise(
	                IP_6, 'ff02::1', IP_6, MAC, 0x20, hops=64))),
	            ('... to one', eth(c.mac, MAC, IP6, advertise(IP_6, '2001:db8:1::c', IP_6, MAC, 0x60))),
	            ('a router solicitation', eth('33:33:00:00:00:02', MAC, IP6, icmp6(
	                IP_6, 'ff02::2', 133, b'\0' * 4)))):
	        station.send(frame)
	        equal('%s from there does not do it' % what, (endpoints() == state, ear.events(0.05)),
	              (True, []))

	    # Who else may say so.
	    for what, frame, reason in (
	            ('a RARP of another MAC', rarp(sender=c.mac), 'arp-sender'),
	            ('... from another MAC', rarp(smac=c.mac, sender=c.mac), 'source-mac'),
	            ('... for another', rarp(smac=c.mac), 'source-mac'),
	            ('... with an address', rarp(sip=IP_4), 'arp-sender'),
	            ('half a RARP', rarp()[:30], 'arp-invalid'),
	            ('gratuitous ARP of another address', garp(address='192.0.2.12'), 'arp-sender'),
	            ('an advertisement of another', na(target='2001:db8:1::c'), 'source-address')):
	        equal('%s is dropped' % what, nl.dropped(lambda: station.send(frame)), [reason])
	        equal('... and changes nothing', (endpoints() == state, ear.events(0.05)), (True, []))
	    c.send(rarp(smac=c.mac, sender=c.mac))
	    equal('nor does another machine\'s RARP', (endpoints() == state, ear.events(0.1)), (True, []))
	    equal('another port\'s of its MAC is dropped', nl.dropped(lambda: c.send(rarp(smac=c.mac))),
	          ['arp-sender'])
	    a.send(rarp())
	    a.send(garp())
	    equal('one from where it is changes nothing', (endpoints() == state, ear.events(0.1)),
	          (True, []))
	    nl.do('port-set', {'id': port, 'mac': '02:00:00:00:00:%x' % (0x1b + port),
	                       'address': ['192.0.2.%d' % (90 + port)], 'state': 'active'})
	    equal('it may stand by no longer', endpoints(), {'active': (A, 0, ADDRESSES, 'static')})

	# Each kind, there and back.
	ROUND = [a, b, t]
	here, there = a, t
	others = [b]
	for kind, frame in (('RARP', rarp()), ('a RARP reply', rarp(operation=4)),
	                    ('gratuitous ARP', garp()), ('... as a reply', garp(2)),
	                    ('an advertisement', na()), ('... without override', na(0)),
	                    ('RARP', rarp()), ('gratuitous ARP', garp())):
	    stands_by(there)
	    ear.events(), c.frames()
	    there.send(frame)
	    sequence += 1
	    wanted = {'active': (PORTS[there], sequence, ADDRESSES, 'static')}
	    equal('%s: active behind the %s port, with a higher sequence' % (kind, NAMES[there]),
	          wait(wanted), wanted)
	    check('... it is flooded', c.expect(frame[6:42], 5))
	    events = [(name, e['port-id'], e['state'], e['sequence'], sorted(e['address']))
	              for name, e in ear.events(0.3) if name.startswith('endpoint')]
	    equal('... and notified', events[-1:],
	          [('endpoint-ntf', PORTS[there], 'active', sequence, ADDRESSES)])
	    reaches('...', there, [here] + others)
	    text = unique()
	    there.send(eth(c.mac, MAC, IP4, packet(IP_4, '192.0.2.12', text)))
	    check('... it sends from there', c.expect(text, 5))
	    equal('... and no more from where it was', nl.dropped(lambda: here.send(eth(
	        c.mac, MAC, IP4, packet(IP_4, '192.0.2.12')))), ['source-mac'])
	    there.send(frame)
	    equal('... once: another changes nothing', (endpoints(), ear.events(0.1)),
	          (wanted, []))
	    here = there
	    there = ROUND[(ROUND.index(here) + 1 + sequence % 2) % 3]
	    others = [s for s in ROUND if s not in (here, there)]

	# A higher sequence of the one that stands by counts.
	stands_by(there, sequence=100)
	there.send(rarp())
	wanted = {'active': (PORTS[there], 100, ADDRESSES, 'static')}
	equal('one that stands by with a higher sequence keeps it', wait(wanted), wanted)
	here, there = there, here

	# Where nobody is active any more, by an endpoint that is not the port's own.
	MAC2 = '02:00:00:00:02:0a'
	nl.do('port-set', {'id': PORTS[there], 'mac': '02:00:00:00:00:77', 'address': ['192.0.2.77'],
	                   'state': 'active'})
	nl.do('endpoint-new', {'network': 'blue', 'mac': MAC2, 'port-id': C, 'address': ['192.0.2.50']},
	      EXCL)
	nl.do('endpoint-new', {'network': 'blue', 'mac': MAC2, 'port-id': PORTS[there], 'state': 'standby',
	                       'address': ['192.0.2.50']}, EXCL)
	there.send(rarp(MAC2, MAC2))
	wanted = {'active': (PORTS[there], 1, ['192.0.2.50'], 'static')}
	equal('an extra endpoint comes by RARP', wait(wanted, MAC2), wanted)
	text = unique()
	d.send(eth(GATEWAY, d.mac, IP4, packet('198.51.100.13', '192.0.2.50', text)))
	frame = there.expect(text, 5)
	equal('... and traffic follows', frame and frame[:6], mac(MAC2))
	nl.do('endpoint-del', {'network': 'blue', 'mac': MAC2})
	nl.do('endpoint-new', {'network': 'blue', 'mac': MAC2, 'port-id': PORTS[there], 'state': 'standby',
	                       'address': ['192.0.2.50']}, EXCL)
	there.send(eth(BROADCAST, MAC2, ARP, arp(1, MAC2, '192.0.2.50', ZERO, '192.0.2.50')))
	wanted = {'active': (PORTS[there], 0, ['192.0.2.50'], 'static')}
	equal('where it was active nowhere, too', wait(wanted, MAC2), wanted)
	nl.do('endpoint-del', {'network': 'blue', 'mac': MAC2})

	# Behind a port that learns.
	nl.do('port-set', {'id': T, 'no-addresses': b''})
	nl.do('port-set', {'id': T, 'learn': 1, 'antispoof': 0})
	MAC3 = '02:00:00:00:03:0a'
	for active in True, False:
	    what = 'behind a port that learns, %s' % ('active elsewhere' if active else 'active nowhere')
	    if active:
	        nl.do('endpoint-new', {'network': 'blue', 'mac': MAC3, 'port-id': C,
	                               'address': ['192.0.2.51']}, EXCL)
	    nl.do('endpoint-new', {'network': 'blue', 'mac': MAC3, 'port-id': T, 'state': 'standby',
	                           'address': ['192.0.2.51']}, EXCL)
	    state = endpoints(MAC3)
	    text = unique()
	    t.send(eth(BROADCAST, MAC3, 0x88b5, text + b'.' * 46))
	    check('%s: data passes' % what, d.expect(text, 5))
	    t.send(eth(BROADCAST, '02:00:00:00:03:ff', 0x88b5, b'.' * 46))
	    end = time.monotonic() + 10
	    while not endpoints('02:00:00:00:03:ff') and time.monotonic() < end:
	        time.sleep(0.02)
	    equal('... and another MAC is learned, but not this one', (
	        'active' in endpoints('02:00:00:00:03:ff'), endpoints(MAC3)), (True, state))
	    t.send(rarp(MAC3, MAC3))
	    wanted = {'active': (T, int(active), ['192.0.2.51'], 'static')}
	    equal('... RARP brings it', wait(wanted, MAC3), wanted)
	    nl.do('endpoint-del', {'network': 'blue', 'mac': MAC3})
END
done_testing
