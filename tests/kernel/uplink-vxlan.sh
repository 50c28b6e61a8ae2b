#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# VXLAN on the wire: each field of the outer headers of what is sent, and what of
# what comes is taken, marked or dropped (RFC 7348, 6040, 2983).

. "$(dirname "$0")/uplink-setup.sh"

far_end
ip address add 203.0.113.11/24 dev wire
ethtool -K wire tx off > /dev/null
vrctl network add blue vni 100 subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl network add last vni 16777215 subnet 192.0.2.1/24
vrctl uplink add vx type vxlan
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a "antispoof off"
raw_pod b last 02:00:00:00:00:0a 192.0.2.10
pod p blue 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64
for n in 2 3; do
	vrctl endpoint add network blue mac 02:00:00:00:04:0$n address 192.0.2.2$n \
		address 2001:db8:1::4$n remote 203.0.113.$n
	vrctl endpoint add network blue mac 02:00:00:00:06:0$n address 192.0.2.3$n \
		address 2001:db8:1::6$n remote 2001:db8:ff::$n
done
vrctl endpoint add network last mac 02:00:00:00:04:02 address 192.0.2.22 remote 203.0.113.2

python "$far" "$a" "$b" "$p" <<- 'END'
	from vxlan import *
	from vrnl import *

	nl = Netlink()
	far = Far(sys.argv[1])
	a, b = Station(sys.argv[2], '02:00:00:00:00:0a'), Station(sys.argv[3], '02:00:00:00:00:0a')
	p = sys.argv[4]
	count = 0

	def mac_of(number, v6=False):
	    return '02:00:00:00:0%d:0%d' % (6 if v6 else 4, number)

	def inner4(text, tos=0, src='192.0.2.10', dst='192.0.2.22', to=None, sport=4000, smac=a.mac):
	    return eth(to or mac_of(2), smac, IP4, ip4(src, dst, UDP, udp(src, dst, text, sport), tos=tos))

	def inner6(text, tos=0, src='2001:db8:1::a', dst='2001:db8:1::42', to=None, smac=a.mac):
	    frame = eth(to or mac_of(2), smac, IP6, ip6(src, dst, UDP, udp(src, dst, text)))
	    return frame[:14] + struct.pack('!I', 6 << 28 | tos << 20) + frame[18:]

	def mark(frame):
	    return struct.unpack_from('!I', frame, 14)[0] >> (16 if frame[12:14] == b'\x08\0' else 20) & 3

	def text():
	    global count
	    count += 1
	    return b'packet %04d.' % count

	# What is sent.
	for v6 in False, True:
	    name = 'IPv6' if v6 else 'IPv4'
	    frame = inner4(text(), to=mac_of(2, v6))
	    a.send(frame)
	    got = far.hear(frame[-12:])
	    equal('over %s: from and to' % name, (got.src, got.dst), (NEAR[v6], node(2, v6)))
	    equal('... UDP port', got.dport, 4789)
	    check('... from one of many', 32768 <= got.sport < 61000, got.sport)
	    equal('... the VXLAN header', got.header, b'\x08\0\0\0\0\0\x64\0')
	    equal('... and the frame as it was', got.inner, frame)
	    equal('... TTL and DS field', (got.ttl, got.tos), (64, 0))
	    check('... not to be fragmented', got.df)
	    equal('... lengths', (got.length, got.udp_length), (
	        len(frame) + 16 + (0 if v6 else 20), len(frame) + 16))
	    if v6:
	        check('... UDP has a checksum', got.sum_ok, got.sum)
	    else:
	        check('... UDP has no checksum, IP a right one', got.sum == 0 and got.header_ok)
	    ports = []
	    for sport in list(range(5000, 5016)) * 2:
	        frame = inner4(text(), to=mac_of(2, v6), sport=sport)
	        a.send(frame)
	        ports.append(far.hear(frame[-12:]).sport)
	    equal('... the source port is the flow\'s', ports[:16], ports[16:])
	    check('... another for others', len(set(ports)) > 12, ports)
	    frame = eth(mac_of(2, v6), a.mac, 0x88b5, text())
	    a.send(frame)
	    equal('... no IP inside', far.hear(frame[-12:]).inner, frame)
	    a.send(tag(inner4(text(), to=mac_of(2, v6)), 17))
	    equal('... a VLAN inside', far.hear(b'packet %04d.' % count).inner[12:16], b'\x81\0\0\x11')
	frame = inner4(text())
	b.send(frame)
	equal('the last VNI', far.hear(frame[-12:]).header, b'\x08\0\0\0\xff\xff\xff\0')

	def sent(frame):
	    a.send(frame)
	    return far.hear(frame[-12:])

	nl.do('uplink-set', {'name': 'vx', 'ttl': 3, 'dscp': 46})
	for v6 in False, True:
	    got = sent(inner4(text(), tos=0x28, to=mac_of(2, v6)))
	    equal('over %s: TTL and DSCP as set' % ('IPv6' if v6 else 'IPv4'), (got.ttl, got.tos),
	          (3, 46 << 2))
	    equal('... the DSCP inside stays', got.inner[15], 0x28)
	    if v6:
	        check('... the checksum is right', got.sum_ok)
	    for kind, inner in ('IPv4', inner4), ('IPv6', inner6):
	        marks = [sent(inner(text(), tos=0x28 | ecn, to=mac_of(2, v6))) for ecn in range(4)]
	        equal('... ECN of %s inside is outside' % kind, [got.tos & 3 for got in marks],
	              [0, 1, 2, 3])
	        equal('... and stays', [mark(got.inner) for got in marks], [0, 1, 2, 3])
	    marks = [sent(tag(inner4(text(), tos=ecn, to=mac_of(2, v6)), 5)).tos & 3 for ecn in range(4)]
	    equal('... behind a VLAN tag', marks, [0, 1, 2, 3])
	nl.do('uplink-set', {'name': 'vx', 'ttl': 64, 'dscp': 0})

	# What a stack leaves to its device to sum up.
	for address, family in ('192.0.2.2%d', socket.AF_INET), ('2001:db8:1::4%d', socket.AF_INET6), \
	        ('192.0.2.3%d', socket.AF_INET), ('2001:db8:1::6%d', socket.AF_INET6):
	    with Namespace(p):
	        sock = socket.socket(family, socket.SOCK_DGRAM)
	        stream = socket.socket(family, socket.SOCK_STREAM)
	    sock.sendto(text(), (address % 2, 4001))
	    got = far.hear(b'packet %04d.' % count)
	    data = got.inner[34 if family == socket.AF_INET else 54:]
	    src = '192.0.2.11' if family == socket.AF_INET else '2001:db8:1::b'
	    check('UDP to %s: the checksum inside' % (address % 2),
	          not checksum(pseudo(src, address % 2, UDP, data) + data), got.inner.hex())
	    check('... and outside', got.sum_ok if got.v6 else not got.sum)
	    stream.setblocking(False)
	    stream.connect_ex((address % 2, 80))
	    syn = lambda frame: (inner := Outer(frame).inner) and \
	        inner[23 if family == socket.AF_INET else 20] == TCP
	    got = Outer(far.expect(syn))
	    data = got.inner[34 if family == socket.AF_INET else 54:]
	    check('TCP: the checksum inside', not checksum(pseudo(src, address % 2, TCP, data) + data),
	          got.inner.hex())
	    check('... and outside', got.sum_ok if got.v6 else not got.sum)
	    stream.close()

	# What comes.
	def back4(text, **kwargs):
	    return inner4(text, src='192.0.2.22', dst='192.0.2.10', to=a.mac, smac=mac_of(2), **kwargs)

	def back6(text, **kwargs):
	    return inner6(text, src='2001:db8:1::42', dst='2001:db8:1::a', to=a.mac, smac=mac_of(2),
	                  **kwargs)

	rx = nl.do('uplink-get', {'name': 'vx'})
	for v6 in False, True:
	    name = 'over ' + ('IPv6' if v6 else 'IPv4')
	    for inner in back4, back6:
	        frame = inner(text())
	        far.tunnel(100, frame, v6=v6)
	        equal('%s: a frame comes as it is' % name, a.expect(frame[-12:]), frame)
	    far.tunnel(100, back4(text()), v6=v6, flags=0xff, reserved=b'\xff\xff\xff', last=0xff)
	    check('... reserved bits are not looked at', a.expect(b'packet %04d.' % count))
	    far.tunnel(100, back4(text()), v6=v6, sport=4789)
	    check('... nor is the source port', a.expect(b'packet %04d.' % count))
	    through = far.through(100, v6=v6)

	    # GBP, GPE and others without it
	    with Drops(nl, '... without the I flag', uplink_header=4):
	        for flags in 0, 0x80, 0x04, 0xf7:
	            far.tunnel(100, back4(text()), v6=v6, flags=flags)
	        check('... nothing comes', a.quiet(b'packet %04d.' % count, through, back4(b'fence')))
	    for kind, inner in ('IPv4', back4), ('IPv6', back6):
	        whole = header(100) + inner(b'whole')
	        least = 8 + 14 + (20 if kind == 'IPv4' else 40)
	        with Drops(nl, '... %s cut short' % kind, uplink_header=least):
	            for length in range(least):
	                far.send(around(node(2, v6), NEAR[v6], whole[:length]))
	        # the headers of IP are whole: what is in it is the pod's to judge
	        a.frames()
	        with Drops(nl, '... and behind'):
	            for length in range(least, len(whole)):
	                far.send(around(node(2, v6), NEAR[v6], whole[:length]))
	        equal('... is not ours', [len(frame) for frame in a.frames()],
	              list(range(least - 8, len(whole) - 8)))
	    # a tunnel in it is the pod's
	    nested = header(100) + back4(b'nested')
	    frame = eth(a.mac, mac_of(2), IP4, ip4('192.0.2.22', '192.0.2.10', UDP,
	                                          udp('192.0.2.22', '192.0.2.10', nested, 4000, 4789)))
	    with Drops(nl, '... a tunnel in a tunnel'):
	        far.tunnel(100, frame, v6=v6)
	        equal('... is the pod\'s', a.expect(b'nested'), frame)

	    # RFC 6040 figure 4; None: dropped
	    for kind, inner in ('IPv4', back4), ('IPv6', back6):
	        got = []
	        with Drops(nl, '... %s not knowing of congestion, marked outside' % kind, ecn=1):
	            for ecn in range(4):
	                for outside in range(4):
	                    far.tunnel(100, inner(text(), tos=0x28 | ecn), v6=v6, tos=0x50 | outside)
	                    found = [frame for frame in a.frames() if b'packet %04d.' % count in frame]
	                    got.append(mark(found[0]) if found else None)
	                    if found and kind == 'IPv4' and checksum(found[0][14:34]):
	                        got[-1] = 'checksum'
	                    if found and found[0][15] & 0x3c and kind == 'IPv4' and found[0][15] >> 2 != 10:
	                        got[-1] = 'DSCP'
	        equal('... marks', got, [0, 0, 0, None, 1, 1, 1, 3, 2, 1, 2, 3, 3, 3, 3, 3])
	    with Drops(nl, '... behind a VLAN tag', ecn=1):
	        got = []
	        for ecn in range(4):
	            far.tunnel(100, tag(back4(text(), tos=ecn), 4), v6=v6, tos=3)
	            found = [frame for frame in a.frames() if b'packet %04d.' % count in frame]
	            got.append((mark(found[0]), checksum(found[0][14:34])) if found else None)
	        equal('... the mark, and not the tag', got, [None, (3, 0), (3, 0), (3, 0)])

	    # UDP's own checksum
	    frame = back4(text())
	    far.send(around(node(2, v6), NEAR[v6], header(100) + frame, sum=0x1234))
	    check('... a wrong checksum: nothing comes', a.quiet(frame[-12:], through, back4(b'fence')))
	    far.send(around(node(2, v6), NEAR[v6], header(100) + frame, sum=0))
	    if v6:
	        check('... none: nothing comes (RFC 8200 8.1)', a.quiet(frame[-12:], through, back4(b'fence')))
	    else:
	        check('... none: it comes', a.expect(frame[-12:]))
	now = nl.do('uplink-get', {'name': 'vx'})
	check('the uplink counts', now['rx-packets'] - rx['rx-packets'] > 100 and
	      now['rx-bytes'] - rx['rx-bytes'] > 5000, rx, now)
	before = nl.do('uplink-get', {'name': 'vx'})
	frame = inner4(text())
	a.send(frame)
	now = nl.do('uplink-get', {'name': 'vx'})
	equal('... what it sends, by the frame', (now['tx-packets'] - before['tx-packets'],
	      now['tx-bytes'] - before['tx-bytes']), (1, len(frame)))

	# From an address and to a port of one's own choice.
	nl.do('uplink-new', {'name': 'own', 'type': 'vxlan', 'local': '203.0.113.11', 'port': 5555})
	nl.do('endpoint-new', {'network': 'blue', 'mac': '02:00:00:00:07:02', 'remote': '203.0.113.7',
	                       'uplink': 'own'})
	a.send(eth('02:00:00:00:07:02', a.mac, IP4, packet('192.0.2.10', '192.0.2.77', b'own.')))
	got = Outer(far.expect(b'own.'))
	equal('the local address and port', (got.src, got.dst, got.dport),
	      ('203.0.113.11', '203.0.113.7', 5555))
	frame = eth(a.mac, '02:00:00:00:07:02', IP4, packet('192.0.2.77', '192.0.2.10', b'in'))
	far.send(around('203.0.113.7', '203.0.113.11', header(100) + frame, dport=5555))
	check('... and back', a.expect(frame))
	with Drops(nl, 'what another uplink knows does not count', unknown_remote=1):
	    far.tunnel(100, frame, number=7)
END
done_testing
