#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Addresses that ports share: the last one to announce an address has it, with
# its own MAC or a virtual one of VRRP, and traffic follows.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b
raw_pod c blue 02:00:00:00:00:0c 192.0.2.12 2001:db8:1::c
for i in 1 2; do
	vrctl port set id $i allowed 192.0.2.192/26 active-standby \
		allowed 2001:db8:1:0:5::/80 active-standby allowed 192.0.2.12/32 active-standby \
		allowed 192.0.2.1/32 active-standby allowed 192.0.2.250/32
done

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
	VIP4, VIP6 = '192.0.2.200', '2001:db8:1:0:5::1'
	VMAC, VMAC6 = '00:00:5e:00:01:07', '00:00:5e:00:02:07'
	count = 0

	def unique():
	    global count
	    count += 1
	    return b'frame %5d.' % count

	def announcement(station, address, operation=1, smac=None):
	    """As gratuitous ARP, or unsolicited advertisement."""
	    smac = smac or station.mac
	    if ':' in address:
	        return eth(ALL6, smac, IP6, advertise(address, 'ff02::1', address, smac, 0x20))
	    tmac = ZERO if operation == 1 else BROADCAST
	    return eth(BROADCAST, smac, ARP, arp(operation, smac, address, tmac, address))

	def holder(address):
	    """Who has it: (port, MAC, sequence, origin), or None."""
	    found = [e for e in nl.dump('endpoint-get', {'network': 'blue'})
	             if address in e.get('address', ())]
	    assert len(found) < 2, found
	    return tuple(found[0][key] for key in ('port-id', 'mac', 'sequence', 'origin')) \
	        if found else None

	def wait(address, wanted):
	    end = time.monotonic() + 10
	    while holder(address) != wanted and time.monotonic() < end:
	        time.sleep(0.02)
	    return holder(address)

	def drops_of(act):
	    before = nl.drops()
	    act()
	    after = nl.drops()
	    return [name for name in after if after[name] != before[name]]

	def resolved(address):
	    """The MAC that the router tells C for it."""
	    c.frames()
	    if ':' in address:
	        c.send(eth(group_mac(solicited(address)), c.mac, IP6,
	                   solicit(IPS[c][1], address, c.mac)))
	        frame = c.expect(lambda f: f[12:14] == b'\x86\xdd' and f[20] == ICMP6 and f[54] == 136)
	        return frame[-6:].hex(':') if frame else None
	    c.send(eth(BROADCAST, c.mac, ARP, arp(1, c.mac, IPS[c][0], ZERO, address)))
	    frame = c.expect(lambda f: f[12:14] == b'\x08\x06' and f[28:32] == ip(address))
	    return frame[22:28].hex(':') if frame else None

	def reaches(what, station, address, smac=None):
	    """C's packets to the address, routed and bridged."""
	    smac = smac or station.mac
	    equal('%s: neighbours are told so' % what, resolved(address), smac)
	    source = IPS[c][':' in address]
	    for dst, how in (GATEWAY, 'routed'), (smac, 'bridged'):
	        text = unique()
	        c.send(eth(dst, c.mac, IP6 if ':' in address else IP4, packet(source, address, text)))
	        frame = station.expect(text, 5)
	        equal('... and %s packets come' % how, frame and frame[:6].hex(':'), smac)

	def moves(what, station, address, sequence, **kwargs):
	    frame = announcement(station, address, **kwargs)
	    smac = kwargs.get('smac') or station.mac
	    ear.events(), c.frames()
	    station.send(frame)
	    wanted = (PORTS[station], smac, sequence, 'learned')
	    equal(what, wait(address, wanted), wanted)
	    check('... it is flooded', c.expect(frame, 5))
	    events = [(name, e['port-id'], e['mac'], e['sequence'], e['origin'])
	              for name, e in ear.events(0.5) if address in e.get('address', ())]
	    equal('... and notified, last of all', events[-1:], [('endpoint-ntf', *wanted)])
	    reaches('...', station, address, smac)

	equal('nobody has it', holder(VIP4), None)
	moves('A announces an address', a, VIP4, 0)
	moves('B takes it over', b, VIP4, 1)
	moves('A takes it back, by a reply', a, VIP4, 2, operation=2)
	moves('A announces an IPv6 address', a, VIP6, 0)
	moves('B takes it over', b, VIP6, 1)
	equal('what both have beside it is as it was', [
	    holder(IPS[s][f]) for s in (a, b) for f in (0, 1)],
	    [(PORTS[s], s.mac, 0, 'static') for s in (a, b) for f in (0, 1)])

	# Announcing again what one has.
	ear.events(), c.frames()
	frame = announcement(a, VIP4)
	equal('an announcement again', drops_of(lambda: [a.send(frame) for _ in range(20)]), [])
	check('... is flooded', c.expect(frame, 5))
	equal('... and changes nothing', (holder(VIP4), ear.events(0.3)),
	      ((1, a.mac, 2, 'learned'), []))

	# VRRP's virtual MACs.
	moves('A announces with a virtual MAC', a, '192.0.2.201', 0, smac=VMAC)
	moves('... and IPv6', a, '2001:db8:1:0:5::2', 0, smac=VMAC6)
	moves('... a second address of it', a, '192.0.2.202', 0, smac=VMAC)
	moves('B takes over', b, '192.0.2.201', 1, smac=VMAC)
	moves('... the second address', b, '192.0.2.202', 1, smac=VMAC)
	moves('... IPv6', b, '2001:db8:1:0:5::2', 1, smac=VMAC6)
	text = unique()
	b.send(eth(c.mac, VMAC, IP4, packet('192.0.2.201', IPS[c][0], text)))
	check('B sends from it', c.expect(text, 5))
	text = unique()
	b.send(eth('01:00:5e:00:00:12', VMAC, IP4, packet(IPS[b][0], '224.0.0.18', text)))
	check('... and from its own address', c.expect(text, 5))
	equal('C does not', drops_of(lambda: c.send(eth(a.mac, VMAC, IP4, packet(
	    IPS[c][0], IPS[a][0])))), ['source-mac'])
	moves('A goes on with its own MAC', a, '192.0.2.201', 2)
	for i in range(3):
	    smac = '00:00:5e:00:01:%02x' % (0x20 + i)
	    a.send(announcement(a, '192.0.2.206', smac=smac))
	    wait('192.0.2.206', (1, smac, i, 'learned'))
	equal('of MACs for one address the last one stays', [
	    e['mac'] for e in nl.dump('endpoint-get') if e['mac'].startswith('00:00:5e:00:01:2')],
	    [smac, smac])
	nl.do('port-set', {'id': 2, 'allowed': [{'prefix': '192.0.2.203', 'prefix-length': 32,
	                                         'mode': 'active-standby'}]})
	equal('what B may no more, it has no more', [holder(address) for address in (
	    '192.0.2.202', '2001:db8:1:0:5::2', VIP6)], [None] * 3)
	equal('... nor its virtual MACs', [e for e in nl.dump('endpoint-get') if e['mac'] in (
	    VMAC, VMAC6)], [])
	moves('A announces two addresses with a virtual MAC', a, '192.0.2.203', 0, smac=VMAC)
	moves('... the second one', a, '192.0.2.204', 0, smac=VMAC)
	b.send(announcement(b, '192.0.2.203', smac=VMAC))
	end = time.monotonic() + 10
	while not nl.drops()['announcement-limit'] and time.monotonic() < end:
	    time.sleep(0.05)
	equal('B may have but one of them, so A keeps the MAC',
	      (nl.drops()['announcement-limit'], holder('192.0.2.203')),
	      (1, (1, VMAC, 0, 'learned')))

	# Who may not.
	equal('C may not announce', drops_of(lambda: c.send(announcement(c, VIP4))), ['arp-sender'])
	equal('... nor IPv6', drops_of(lambda: c.send(announcement(c, '2001:db8:1:0:5::9'))),
	      ['source-address'])
	equal('A may not announce C\'s address',
	      drops_of(lambda: a.send(announcement(a, IPS[c][0]))), ['arp-sender'])
	equal('... nor the gateway\'s',
	      drops_of(lambda: a.send(announcement(a, '192.0.2.1'))), ['arp-sender'])
	equal('... nor for another MAC', drops_of(lambda: a.send(eth(
	    BROADCAST, a.mac, ARP, arp(1, b.mac, VIP4, ZERO, VIP4)))), ['arp-sender'])
	c.frames()
	for what, frame, address in (
	        ('an address allowed as a source', announcement(a, '192.0.2.250'), '192.0.2.250'),
	        ('its own address', announcement(a, IPS[a][0]), None),
	        ('a probe', eth(BROADCAST, a.mac, ARP, arp(1, a.mac, '0.0.0.0', ZERO,
	                                                   '192.0.2.210')), '192.0.2.210'),
	        ('an ordinary request', eth(BROADCAST, a.mac, ARP, arp(
	            1, a.mac, '192.0.2.211', ZERO, '192.0.2.99')), '192.0.2.211'),
	        ('an answer', eth(ALL6, a.mac, IP6, advertise(
	            '2001:db8:1:0:5::12', 'ff02::1', '2001:db8:1:0:5::12', a.mac, 0x60)),
	         '2001:db8:1:0:5::12'),
	        ('an announcement from afar', eth(ALL6, a.mac, IP6, advertise(
	            '2001:db8:1:0:5::13', 'ff02::1', '2001:db8:1:0:5::13', a.mac, 0x20, hops=64)),
	         '2001:db8:1:0:5::13')):
	    a.send(frame)
	    check('%s is flooded' % what, c.expect(frame, 5))
	    if address:
	        a.send(announcement(a, '192.0.2.220'))
	        wait('192.0.2.220', (1, a.mac, 0, 'learned'))
	        nl.do('flush', {'endpoints': True, 'origin': 'learned'})
	        equal('... and not learned', holder(address), None)

	# What is configured comes first.
	a.send(announcement(a, VIP4))
	wait(VIP4, (1, a.mac, 0, 'learned'))
	ear.events()
	nl.do('endpoint-new', {'network': 'blue', 'mac': '02:00:00:00:03:01', 'port-id': 3,
	                       'address': [VIP4]}, EXCL)
	equal('what is configured takes a learned address',
	      [(name, e['port-id']) for name, e in ear.events(0.5) if VIP4 in e.get('address', ())],
	      [('endpoint-del-ntf', 1), ('endpoint-ntf', 3)])
	equal('then it is not learned', drops_of(lambda: a.send(announcement(a, VIP4))),
	      ['arp-sender'])
	equal('... and stays', holder(VIP4), (3, '02:00:00:00:03:01', 0, 'static'))
	a.send(announcement(a, '192.0.2.205'))
	wait('192.0.2.205', (1, a.mac, 0, 'learned'))
	nl.do('network-set', {'name': 'blue', 'subnet': [
	    {'gateway': '192.0.2.1', 'prefix-length': 24},
	    {'gateway': '192.0.2.205', 'prefix-length': 27},
	    {'gateway': '2001:db8:1::1', 'prefix-length': 64}]})
	equal('so does the gateway', resolved('192.0.2.205'), GATEWAY)
	equal('... alone', holder('192.0.2.205'), None)
	nl.do('network-set', {'name': 'blue', 'subnet': [
	    {'gateway': '192.0.2.1', 'prefix-length': 24},
	    {'gateway': '2001:db8:1::1', 'prefix-length': 64}]})

	# Without antispoof it moves as well, but nothing that is configured.
	nl.do('port-set', {'id': 1, 'antispoof': 0})
	moves('an unprotected port announces', a, '192.0.2.230', 0)
	c.frames()
	frame = announcement(a, VIP4)
	a.send(frame)
	check('... what is configured: flooded', c.expect(frame, 5))
	frame = eth(BROADCAST, a.mac, ARP, arp(1, '02:00:00:00:09:09', '192.0.2.231', ZERO,
	                                       '192.0.2.231'))
	equal('... a MAC that is not there', drops_of(lambda: (a.send(frame), a.send(
	    announcement(a, '192.0.2.232')), wait('192.0.2.232', (1, a.mac, 0, 'learned')))),
	    ['announcement-limit'])
	equal('... and stay', (holder(VIP4), holder('192.0.2.231')),
	      ((3, '02:00:00:00:03:01', 0, 'static'), None))
END
done_testing
