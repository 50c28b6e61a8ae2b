#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# soak
# timeout: 400
#
# A pod with all rights in its namespace sends whatever it can think of. Watchers
# record all that reaches its own network and others, and no frame is where it may
# not be; every frame is delivered, answered or counted as dropped; and traffic of
# others goes on. VR_SEED has other frames, VR_SOAK more of them.

. "$(dirname "$0")/setup.sh"
module_load

modprobe -q tun
[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"

# The same addresses everywhere: .10 is hostile.
number=0
for network in blue red green loop1 loop2; do
	vrctl network add $network subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
done
many="storm-rate 4294967295 storm-burst 4294967295"
raw_pod h blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a "$many"
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b
raw_pod c blue 02:00:00:00:00:0c 192.0.2.12 2001:db8:1::c
raw_pod u blue 02:00:00:00:00:0d 192.0.2.13 2001:db8:1::d "antispoof off $many"
raw_pod x red 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b
raw_pod y red 02:00:00:00:00:0c 192.0.2.12 2001:db8:1::c "antispoof off"
# Here are stacks that have to bear with it.
raw_pod g green 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a "antispoof off"
pod v green 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64
pod w green 02:00:00:00:00:0c 192.0.2.12/24 2001:db8:1::c/64
raw_pod s loop1 02:00:00:00:00:1d 192.0.2.13 "antispoof off"
default_routes v 192.0.2.1 2001:db8:1::1
default_routes w 192.0.2.1 2001:db8:1::1
# Promiscuous for good, which a stack of its own cannot be.
for net in h b c u x y g; do
	ip -n "${!net}" link set eth1 promisc on
done

# A pod on two networks, with a bridge between them. When ports may send no more copies
# all that circulates is dropped. What they may by default is more than an emulated
# processor can do.
for net in l m n; do
	raw_pod $net loop1 "02:00:00:00:01:0$((++number))" \
		"antispoof off storm-rate 50 storm-burst 50"
	device $net eth2
	in_ns $net sh -c 'echo 1 > /proc/sys/net/ipv6/conf/eth2/disable_ipv6; ip -batch -' <<- END2
		link set eth2 up
		link add br0 type bridge
		link set eth1 master br0
		link set eth2 master br0
	END2
	vrctl port add dev eth2 netns "${!net}" network loop2 mac "02:00:00:00:02:0$number" \
		antispoof off storm-rate 50 storm-burst 50
done

python "$h" "$b" "$c" "$u" "$x" "$y" "$g" "$v" "$w" "$s" "$l" "$m" "$n" <<- 'END'
	import subprocess
	import sys
	from hostile import *
	from vrnl import *

	nl = Netlink()
	print('# VR_SEED=%d' % SEED)
	LAST = '0a', '0b', '0c', '0d', '0b', '0c', '0a'
	HOSTS = [Host('02:00:00:00:00:' + last, '192.0.2.%d' % number, '2001:db8:1::' + last[1])
	         for last, number in zip(LAST, (10, 11, 12, 13, 11, 12, 10))]
	h, b, c, u, x, y, g = (Watcher(name, host, unprotected=i in (3, 5, 6))
	                       for i, (name, host) in enumerate(zip(sys.argv[1:], HOSTS)))
	blue, red = [h, b, c, u], [x, y]
	judge = Judge(blue, red)
	IDS = [port['id'] for port in nl.dump('port-get')][:4]
	LEGIT = [eth(c.mac, b.mac, IP4, packet('192.0.2.11', '192.0.2.12', b'private %d' % i))
	         for i in range(4)]
	LEGIT += [eth(GATEWAY, b.mac, IP6, packet('2001:db8:1::b', '2001:db8:1::c', b'private'))]

	def counted():
	    """
	    Frames delivered to each of blue's ports; drops of its ports, which are of a
	    frame; and those where a copy found the backlog of the CPU full.
	    """
	    stats = [nl.do('port-get', {'id': id})['stats'] for id in IDS]
	    drops = [(drop['reason'], drop['packets']) for of in stats for drop in of.get('drop', ())]
	    late = sum(packets for reason, packets in drops if reason == 'backlog')
	    return [of['rx-packets'] for of in stats], sum(packets for _, packets in drops) - late, late

	class Campaign:
	    """Sends in parts, and adds up what became of each."""

	    def __init__(self, what, sender, rights):
	        self.what, self.sender, self.rights = what, sender, rights
	        self.number, self.refused, self.odd = 0, 0, []
	        judge.judged = judge.by_route = 0

	    def part(self, frames, copies):
	        before = counted()
	        for frame in LEGIT:
	            if copies == 1:
	                b.send(frame)
	        taken = [frame for frame in frames if self.sender.try_send(frame)]
	        sent = len(taken) + (len(LEGIT) if copies == 1 else 0)
	        answers = 0
	        # A busy CPU delivers later (ksoftirqd).
	        for _ in range(40):
	            answers += judge.look(taken, self.sender, self.rights, legit=LEGIT)
	            after = counted()
	            came = sum(now - then for now, then, station in zip(after[0], before[0], blue)
	                       if station is not self.sender)
	            dropped, late = after[1] - before[1], after[2] - before[2]
	            if came + late == (sent - dropped - answers) * copies:
	                break
	            time.sleep(0.05)
	        else:
	            self.odd.append('%d sent, %d came (%d copies), %d dropped, %d late, %d answered' % (
	                sent, came, copies, dropped, late, answers))
	        judge.look(taken, self.sender, self.rights, legit=LEGIT)
	        self.number += len(taken)
	        self.refused += len(frames) - len(taken)

	    def send(self, frames):
	        """To groups and to others apart: the one are copied."""
	        for group, copies in ((1, len(blue) - 1), (0, 1)):
	            some = [frame for frame in frames if is_group(frame) == group]
	            for at in range(0, len(some), 400):
	                self.part(some[at:at + 400], copies)

	    def report(self):
	        print('# %s: %d frames, %d refused by the socket, %d seen, %d routed' % (
	            self.what, self.number, self.refused, judge.judged, judge.by_route))
	        check('%s: no frame is where it may not be' % self.what, not judge.wrong, *judge.wrong)
	        check('... some are where they may', judge.judged > self.number / 20 and judge.by_route)
	        check('... all are delivered, answered or counted', not self.odd, *self.odd[:5])
	        equal('... watchers saw all', [station.lost() for station in blue + red], [0] * 6)
	        judge.wrong = []

	def campaign(what, sender, host, rights, seconds):
	    packets = Packets(SEED, host, HOSTS[1:3])
	    run = Campaign(what, sender, rights)
	    corpus = packets.corpus(320)
	    run.send(corpus)
	    for frame in corpus[:160 if SOAK else 16]:
	        run.send(list(truncated(frame)))
	    end = time.monotonic() + seconds
	    while time.monotonic() < end:
	        run.send([packets.mutated(frame) for frame in corpus])
	        corpus[packets.rng.randrange(len(corpus))] = packets.frame()
	    run.report()

	LONG = 100 if SOAK else 3
	campaign('a protected pod', h, HOSTS[0], Rights(HOSTS[0]), 2 * LONG)
	campaign('one without protection', u, HOSTS[3], None, 2 * LONG)

	# Headers for offloads that lie; and a machine without offloads, for which the
	# host has to make good what they say.
	vm = Machine('vm0', Host('02:00:00:00:00:0e', '192.0.2.14', '2001:db8:1::e'))
	evil = Machine('vm1', Host('02:00:00:00:00:0f', '192.0.2.15', '2001:db8:1::f'), 0x1f)
	for machine in vm, evil:
	    with open('/proc/sys/net/ipv6/conf/%s/disable_ipv6' % machine.name, 'w') as file:
	        file.write('1')
	    subprocess.run(['ip', 'link', 'set', machine.name, 'up'], check=True)
	    nl.do('port-new', {'network': 'blue', 'ifname': machine.name, 'mac': machine.mac,
	                       'address': [machine.host.ip4, machine.host.ip6]}, CREATE)
	blue += [vm, evil]

	def lies(what, sender, rights, judge):
	    """What comes need not be what was sent."""
	    packets = Packets(SEED, sender.host, HOSTS[1:3] + [vm.host])
	    corpus = packets.corpus(160)
	    sent = taken = judge.judged = 0
	    end = time.monotonic() + LONG
	    while time.monotonic() < end:
	        for frame in corpus:
	            sent += 1
	            taken += sender.try_send(packets.lie(frame))
	        judge.look([], None, rights, exact=False)
	    time.sleep(0.3)
	    judge.drain(rights=rights, exact=False)
	    print('# %s: %d frames, %d taken, %d seen' % (what, sent, taken, judge.judged))
	    check('%s: no frame is where it may not be' % what, not judge.wrong, *judge.wrong)
	    judge.wrong = []
	    check('... some are where they may', taken > sent / 20 and judge.judged)

	judge = Judge(blue, red)
	judge.answer = lambda *args: 0
	lies('a protected pod that lies of offloads', h.liar(), Rights(h.host), judge)
	lies('a protected machine', evil, Rights(evil.host), judge)
	lies('an unprotected pod', u.liar(), None, judge)
	# To stacks that take it, and answer.
	lies('stacks that get such packets', g.liar(), None, Judge([g], blue + red))

	# Others' traffic, beside floods and loops.
	exchange = Exchange(sys.argv[8], sys.argv[9], '2001:db8:1::c')
	calm = exchange.count(LONG / 2)

	def beside(what):
	    found = exchange.count(LONG / 2)
	    print('# %s: %d answers, %d when it was calm' % (what, found, calm))
	    check('%s: others go on' % what, found > calm / 20)

	def flood(senders):
	    """Small ones, of all kinds and to all."""
	    frames = []
	    for sender in senders:
	        made = Packets(SEED, sender.host, HOSTS[1:3])
	        frames += [(sender, made.frame()[:60]) for _ in range(100)]
	        frames += [(sender, eth(BROADCAST, sender.mac, IP4, packet(
	            sender.host.ip4, '192.0.2.255')))] * 100
	    while True:
	        for sender, frame in frames:
	            sender.try_send(frame)

	judge = Judge(blue, red)
	judge.answer = lambda *args: 0
	for what, senders in (('a flood in another network', [h, u]), ('a flood in the same', [g])):
	    exchange.fork(flood, senders)
	    beside(what)
	    exchange.end(exchange.pids.pop())
	    judge.drain(exact=False)
	check('floods: no frame is where it may not be', judge.judged and not judge.wrong, *judge.wrong)

	# A loop, of pods that bridge two networks.
	s = Watcher(sys.argv[10], Host('02:00:00:00:00:1d', '192.0.2.13', '2001:db8:1::d'))
	LOOP = eth(BROADCAST, s.mac, 0x88b5, b'loop' * 15)
	bridging = [port['id'] for name in ('loop1', 'loop2')
	            for port in nl.dump('port-get', {'network': name})]

	def bridges(state):
	    for name in sys.argv[11:]:
	        subprocess.run(['ip', '-n', name, 'link', 'set', 'br0', state], check=True)

	bridges('up')
	stormy = nl.drops()['storm-limit']
	# A bridge that was just set up may not forward yet.
	end = time.monotonic() + 20
	while nl.drops()['storm-limit'] == stormy and time.monotonic() < end:
	    s.send(LOOP)
	    time.sleep(0.2)
	beside('a loop')
	looped, came, end = 0, s.frames(), time.monotonic() + 20
	while came and time.monotonic() < end:
	    looped += came.count(LOOP)
	    select.select([s.sock], [], [], 0.5)
	    came = s.frames()
	over = nl.drops()['storm-limit'] - stormy
	print('# %d of a loop were seen, %d were over the limit' % (looped, over))
	check('... is a storm, and its limit ends it', looped and over > 10 and not came)
	bridges('down')
	check('... and is seen in no other network', not any(
	    LOOP in station.frames() for station in blue + red + [g]))
	for number in bridging:
	    nl.do('port-set', {'id': number, 'antispoof': 1})
	nl.do('port-set', {'id': nl.do('endpoint-get', {'network': 'loop1', 'mac': s.mac})['port-id'],
	                   'antispoof': 0})
	bridges('up')
	before = nl.drops()['source-mac']
	s.send(LOOP)
	end = time.monotonic() + 10
	while nl.drops()['source-mac'] < before + 3 and time.monotonic() < end:
	    time.sleep(0.01)
	check('protected pods do not bridge', nl.drops()['source-mac'] >= before + 3 and
	      LOOP not in s.frames())

	# Afterwards.
	check('traffic of others goes on', exchange.count(LONG / 2) > calm / 4)
	exchange.stop()
	for frame in LEGIT:
	    b.send(frame)
	check('that of the same network too', c.expect(LEGIT[3]))
END
for address in 192.0.2.12 2001:db8:1::c 192.0.2.1 2001:db8:1::1; do
	ping_ok v $address
done
done_testing
