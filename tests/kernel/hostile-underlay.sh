#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# soak
# timeout: 400
#
# The underlay is hostile: forged, malformed and truncated VXLAN, from nodes and
# from nobody, over both families. Nothing reaches a network it is not for, nor comes
# from who is here; what the module gets is delivered, answered or counted. And
# what a pod makes of its packets for another node is its own there as well.

. "$(dirname "$0")/uplink-setup.sh"

far_end
vrctl network add blue vni 100 subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl network add red vni 200 subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl network add local subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl uplink add vx type vxlan
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b "antispoof off"
raw_pod x red 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod y red 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b "antispoof off"
raw_pod z local 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b "antispoof off"
for family in 203.0.113. 2001:db8:ff::; do
	v6=$((${#family} > 12))
	vrctl endpoint add network blue mac 02:00:00:00:04:2$v6 address 192.0.2.2$v6 \
		address 2001:db8:1::2$v6 remote ${family}2
	vrctl endpoint add network red mac 02:00:00:00:04:3$v6 address 192.0.2.3$v6 \
		address 2001:db8:1::3$v6 remote ${family}3
done

python "$a" "$b" "$x" "$y" "$z" "$far" <<- 'END'
	import subprocess
	from vxlan import *
	from hostile import *
	from vrnl import *

	nl = Netlink()
	print('# VR_SEED=%d' % SEED)
	A = Host('02:00:00:00:00:0a', '192.0.2.10', '2001:db8:1::a')
	B = Host('02:00:00:00:00:0b', '192.0.2.11', '2001:db8:1::b')
	THERE = [Host('02:00:00:00:04:2%d' % v6, '192.0.2.2%d' % v6, '2001:db8:1::2%d' % v6)
	         for v6 in (0, 1)]
	a, b, x, y, z = (Watcher(name, host, unprotected=host is B)
	                 for name, host in zip(sys.argv[1:], (A, B, A, B, B)))
	blue, others = [a, b], [x, y, z]
	far = Far(sys.argv[6])
	LONG = 100 if SOAK else 3
	OUTER = 'uplink-header', 'unknown-vni', 'unknown-remote', 'ecn'
	GOOD = eth(b.mac, THERE[0].mac, IP4, packet('192.0.2.20', '192.0.2.11', b'good one'))

	class Elsewhere:
	    """What does not come by a tunnel: as from a pod that is here."""

	    def breach(self, frame):
	        if frame[6:12] in (mac(A.mac), mac(B.mac)):
	            return 'MAC of who is here'
	        if frame[12:14] == b'\x08\0' and frame[26:30] in (ip(A.ip4), ip(B.ip4)):
	            return 'address of who is here'
	        if frame[12:14] == b'\x86\xdd' and frame[22:38] in (ip(A.ip6), ip(B.ip6)):
	            return 'address of who is here'
	        if frame[12:14] == b'\x08\x06' and frame[28:32] in (ip(A.ip4), ip(B.ip4), ip(GATEWAY4)):
	            return 'ARP of who is here'
	        return None

	judge = Judge(blue, others)
	judge.known |= {mac(host.mac) for host in THERE}

	def counted():
	    drops = nl.drops()
	    outer = sum(drops[reason] for reason in OUTER)
	    ports = sum(nl.do('port-get', {'id': id})['stats']['rx-packets'] for id in (1, 2))
	    return nl.do('uplink-get', {'name': 'vx'})['rx-packets'], outer, \
	        sum(drops.values()) - outer, ports

	def answers():
	    """By tunnel, that are no errors: VNI and node are the asker's."""
	    found = far.tunnelled()
	    for outer in found:
	        if outer.vni != 100 or outer.dst not in (node(2), node(2, True)):
	            judge.fault('to another node', far, outer.frame)
	    return sum(not is_error(outer.inner) for outer in found)

	far.name = 'far'
	odd = []

	def part(what, outers, inners, copies, exact=True):
	    far.tunnelled()
	    before = counted()
	    for outer in outers:
	        far.send(outer)
	    answered = 0
	    # A busy CPU delivers later (ksoftirqd).
	    for _ in range(40 if exact else 1):
	        answered += answers()
	        rx, outer, inner, came = (now - then for now, then in zip(counted(), before))
	        if rx + outer == len(outers) and came == (rx - inner - answered) * copies:
	            break
	        time.sleep(0.05)
	    else:
	        if exact:
	            odd.append('%s: %d sent, %d dropped, %d received, %d of them dropped, %d came' % (
	                what, len(outers), outer, rx, inner, came))
	    judge.look(inners, None, Elsewhere())

	def report(what):
	    print('# %s: %d frames judged' % (what, judge.judged))
	    check('%s: no frame is where it may not be' % what, not judge.wrong, *judge.wrong)
	    check('... all are delivered, answered or counted', not odd, *odd[:5])
	    equal('... watchers saw all', [station.lost() for station in blue + others], [0] * 5)
	    check('... and a good one comes', far.tunnel(100, GOOD) or b.expect(GOOD))
	    judge.wrong, judge.judged = [], 0
	    odd.clear()

	packets = Packets(SEED, THERE[0], [A, B])

	def outer(v6, inner, rng=packets.rng):
	    """Of a node's, and forged: VNI, sender, flags, what is reserved, port."""
	    vni, number, flags = rng.choice(((100, 2, 8), (100, 2, 8), (100, 2, 8), (200, 2, 8),
	                                     (100, 3, 8), (100, 9, 8), (300, 2, 8), (0, 2, 8),
	                                     (0xffffff, 2, 8), (100, 2, rng.getrandbits(8))))
	    return around(node(number, v6), NEAR[v6], header(
	        vni, flags, rng.randbytes(3), rng.getrandbits(8)) + inner, tos=rng.getrandbits(8),
	        sport=rng.choice((40000, 4789, 0, 65535)))

	def both(what, inners, v6):
	    for group, copies in ((1, 2), (0, 1)):
	        some = [inner for inner in inners if is_group(inner) == group]
	        part(what, [outer(v6, inner) for inner in some], some, copies)

	# The mark of congestion may be set in what comes: then it is not what was sent.
	exactly, judge.look = judge.look, lambda sent, sender, rights: \
	    exactly(sent, sender, rights, exact=False)
	for v6 in False, True:
	    name = 'IPv6' if v6 else 'IPv4'
	    end = time.monotonic() + LONG
	    corpus = [frame[:1400] for frame in packets.corpus(160)]
	    while time.monotonic() < end:
	        both('forged', corpus, v6)
	        corpus = [packets.mutated(frame) for frame in corpus]
	    report('forged VXLAN over ' + name)

	    whole = around(node(2, v6), NEAR[v6], header(100) + GOOD)
	    part('truncated', list(truncated(whole)), [], 1, exact=False)
	    cut = [GOOD[:length] for length in range(14, len(GOOD))]
	    part('inner truncated', [around(node(2, v6), NEAR[v6], header(100) + inner)
	                             for inner in cut], cut, 1)
	    nested = [GOOD]
	    for _ in range(12):
	        nested.append(around(node(2, v6), NEAR[v6], header(100) + nested[-1][:1400]))
	    part('nested', nested[2:], [], 1)
	    end = time.monotonic() + LONG
	    while time.monotonic() < end:
	        part('mutated', [packets.mutated(outer(v6, frame)) for frame in corpus[:80]], [], 1,
	             exact=False)
	    report('malformed outer headers over ' + name)

	    liar = Watcher(sys.argv[6], Host(FAR_MAC, '192.0.2.20', '2001:db8:1::20'), 'wire').liar()
	    end = time.monotonic() + LONG
	    taken = 0
	    while time.monotonic() < end:
	        taken += sum(liar.try_send(packets.lie(outer(v6, frame))) for frame in corpus)
	        judge.look([], None, Elsewhere())
	    check('some lies of offloads are taken', taken > 20)
	    report('lies of offloads over ' + name)
	    far.frames()

	# The other way: through the tunnel, with offloads and without, as another node has it.
	rights = Rights(A)
	packets = Packets(SEED, A, THERE)
	corpus = packets.corpus(160)
	liar = a.liar()
	for state in 'on', 'off':
	    subprocess.run(['ethtool', '-K', 'wire', 'tx', state, 'tso', state, 'gso', state],
	                   stdout=subprocess.DEVNULL, check=True)
	    end = time.monotonic() + LONG
	    seen, wrong = 0, []
	    while time.monotonic() < end:
	        for frame in corpus:
	            liar.try_send(packets.lie(frame))
	        for found in far.tunnelled():
	            breach = rights.breach(found.inner) if found.vni == 100 and found.inner[6:12] != mac(
	                GATEWAY) else found.vni != 100 and 'VNI'
	            seen += 1
	            if breach:
	                wrong.append('%s: %s' % (breach, found.frame[:160].hex()))
	    judge.look([], None, None)
	    check('lies of a pod by a tunnel, offloads %s: they are its own' % state, seen and not wrong,
	          seen, *wrong[:5])
	report('afterwards')
END
done_testing
