#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Who is behind a tap sends only as itself, floods only so much, and has the
# rates of its port, as a pod with a native port.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
raw_tap a blue mac 02:00:00:00:00:0a address 192.0.2.10 address 2001:db8:1::a
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b
raw_tap c blue mac 02:00:00:00:00:0c address 192.0.2.12 address 2001:db8:1::c
vrctl endpoint add network blue mac 02:00:00:00:01:0a address 192.0.2.110 dev ta

python "$a" "$b" "$c" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b, c = (Station(name, '02:00:00:00:00:0%x' % (10 + i))
	           for i, name in enumerate(sys.argv[1:]))
	A4, B4, A6, B6 = '192.0.2.10', '192.0.2.11', '2001:db8:1::a', '2001:db8:1::b'
	EXTRA, ZERO, ALL6 = '02:00:00:00:01:0a', '00:00:00:00:00:00', '33:33:00:00:00:01'
	count = 0

	def unique():
	    global count
	    count += 1
	    return b'frame %5d.' % count

	def from_(src, smac=a.mac, dst=None):
	    six = ':' in src
	    return eth(dst or b.mac, smac, IP6 if six else IP4,
	               packet(src, B6 if six else B4, unique()))

	def arp_(sip, smac=a.mac, operation=1, target='192.0.2.99'):
	    return eth(BROADCAST, a.mac, ARP, arp(operation, smac, sip, ZERO, target)) + unique()

	def advert(target, smac=a.mac):
	    return eth(ALL6, a.mac, IP6, advertise(A6, 'ff02::1', target, smac)) + unique()

	def port(id_):
	    return nl.do('port-get', {'id': id_})['stats']

	def port_drops(id_, reason=None):
	    return sum(drop['packets'] for drop in port(id_).get('drop', [])
	               if reason in (None, drop['name']))

	good = [('its IPv4 address', from_(A4)), ('its IPv6 address', from_(A6)),
	        ('its link-local one', from_('fe80::ff:fe00:a')),
	        ('another endpoint behind it', from_('192.0.2.110', EXTRA)),
	        ('ARP', arp_(A4)), ('an advertisement', advert(A6))]
	bad = [('another MAC', 'source-mac', from_(A4, '02:00:00:00:00:99')),
	       ('a native port\'s', 'source-mac', from_(A4, b.mac)),
	       ('a tap\'s', 'source-mac', from_(A4, c.mac)),
	       ('the gateway\'s', 'source-mac', from_(A4, GATEWAY)),
	       ('another IPv4 address', 'source-address', from_(B4)),
	       ('another IPv6 address', 'source-address', from_(B6)),
	       ('the gateway\'s address, to be routed', 'source-address', from_('192.0.2.1', dst=GATEWAY)),
	       ('its address from the other endpoint', 'source-address', from_(A4, EXTRA)),
	       ('another\'s ARP', 'arp-sender', arp_(B4)),
	       ('ARP of another MAC', 'arp-sender', arp_(A4, b.mac)),
	       ('an ARP reply about another', 'arp-sender', arp_(B4, operation=2, target=A4)),
	       ('another\'s advertisement', 'nd-sender', advert(B6)),
	       ('an advertisement of another MAC', 'nd-sender', advert(A6, b.mac)),
	       ('a router', 'router-advertisement', eth(ALL6, a.mac, IP6, icmp6(
	           'fe80::ff:fe00:a', 'ff02::1', 134, b'\0' * 12))),
	       ('a DHCP server', 'dhcp-server', eth(b.mac, a.mac, IP4, ip4(
	           A4, B4, UDP, udp(A4, B4, b'', 67, 68)))),
	       ('a VLAN tag', 'protocol', tag(from_(A4), 5)),
	       ('another protocol', 'protocol', eth(b.mac, a.mac, 0x88b5, b'x' * 46))]

	nl.do('port-set', {'id': 1, 'dhcp-server': 0})
	for what, frame in good:
	    a.send(frame)
	    wanted = frame[-12:]
	    check('lets pass: %s' % what, b.expect(lambda f: wanted in f, 5))
	b.frames()
	for what, reason, frame in bad:
	    equal('drops: %s' % what, nl.dropped(lambda: a.send(frame)), [reason])
	equal('the port has counted them all', port_drops(1), len(bad))
	check('none of them came', b.quiet(lambda f: f[6:12] in (mac(a.mac), mac(EXTRA)), c, eth(
	    b.mac, c.mac, IP4, packet('192.0.2.12', B4, b'fence'))))
	nl.do('port-set', {'id': 1, 'antispoof': 0})
	frame = from_('203.0.113.7', '02:00:00:00:00:99')
	a.send(frame)
	check('unprotected, it may', b.expect(frame[-12:], 5))
	nl.do('port-set', {'id': 1, 'antispoof': 1})

	def settled(count_, get):
	    """What get() gives once it is so much, or else in the end."""
	    end = time.monotonic() + 5
	    while get() < count_ and time.monotonic() < end:
	        time.sleep(0.01)
	    return get()

	# The storm limit is one a CPU, and so is this program.
	nl.do('port-set', {'id': 1, 'storm-rate': 1, 'storm-burst': 20})
	group = eth(BROADCAST, a.mac, IP4, packet(A4, '192.0.2.255', b'storm'))
	b.frames(), c.frames()
	start = time.monotonic()
	before = port_drops(1, 'storm-limit')
	for _ in range(40):
	    a.send(group)
	dropped = settled(before + 28, lambda: port_drops(1, 'storm-limit')) - before
	came = sum(b'storm' in f for f in b.frames() + c.frames())
	extra = 1 + time.monotonic() - start
	check('a burst of copies is flooded', 20 <= came <= 20 + extra, '%d came' % came)
	check('... the rest is dropped', 40 - (20 + extra) / 2 - 1 <= dropped <= 30, dropped)
	nl.do('port-set', {'id': 1, 'storm-rate': 0})
	equal('0: nothing is flooded', nl.dropped(lambda: a.send(group)), ['storm-limit'])
	nl.do('port-set', {'id': 1, 'storm-rate': 100000, 'storm-burst': 16384})

	def limited(what, key, id_, sender, receiver, frame):
	    nl.do('port-set', {'id': id_, 'rate-' + key: 80000, 'burst-' + key: 50000})
	    before = port_drops(id_, 'rate-' + key)
	    receiver.frames()
	    start = time.monotonic()
	    for _ in range(150):
	        sender.send(frame)
	    more = (time.monotonic() - start) * 10
	    dropped = settled(before + 99 - int(more), lambda: port_drops(id_, 'rate-' + key)) - before
	    came = sum(b'rate' in f for f in receiver.frames())
	    check('rate-%s limits %s' % (key, what), 50 <= came <= 51 + more + 1,
	          '%d came, refilled %d packets' % (came, more))
	    equal('... the rest is counted for the port', dropped, 150 - came)
	    nl.do('port-set', {'id': id_, 'rate-' + key: 0})

	ADDRESSES = {a: (A4, A6), b: (B4, B6), c: ('192.0.2.12', '2001:db8:1::c')}
	for what, key, id_, sender, receiver in (
	        ('what a tap sends', 'out', 1, a, b), ('what a native port sends it', 'in', 1, b, a),
	        ('what a tap sends it', 'in', 1, c, a)):
	    for six in (0, 1):
	        src, dst = ADDRESSES[sender][six], ADDRESSES[receiver][six]
	        limited('%s, %s' % (what, 'IPv6' if six else 'IPv4'), key, id_, sender, receiver,
	                eth(receiver.mac, sender.mac, IP6 if six else IP4,
	                    packet(src, dst, b'rate' * 239)))
END
done_testing
