#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Taps that learn: MACs behind them are known by what they send, are sent to
# alone from then on, age, move, and are so many at most.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
raw_tap a blue
raw_tap b blue
raw_tap c blue
raw_pod d blue 02:00:00:00:00:0d "antispoof off"

python "$a" "$b" "$c" "$d" <<- 'END'
	import subprocess
	import sys
	from packet import *
	from vrnl import *

	nl, ear = Netlink(), Netlink()
	ear.listen()
	a, b, c, d = (Station(name, '02:00:00:00:00:0%x' % (10 + i))
	              for i, name in enumerate(sys.argv[1:]))
	A, B, C = 1, 2, 3
	M = ['02:00:00:00:01:%02x' % i for i in range(64)]
	count = 0

	def unique():
	    global count
	    count += 1
	    return b'frame %5d.' % count

	def frame(src, dst=BROADCAST, text=b''):
	    return eth(dst, src, 0x88b5, text + b'.' * 46)

	def learned(port=None):
	    return sorted((e['mac'], e['port-id']) for e in nl.dump('endpoint-get')
	                  if e['origin'] == 'learned' and port in (None, e['port-id']))

	def wait(function, wanted, timeout=10):
	    end = time.monotonic() + timeout
	    while function() != wanted and time.monotonic() < end:
	        time.sleep(0.02)
	    return function()

	def sends(station, src, *to, dst=BROADCAST):
	    """A frame of station comes to those alone."""
	    text = unique()
	    station.send(frame(src, dst, text))
	    stations = [s for s in (a, b, c, d) if s is not station]
	    came = [s for s in to if s.expect(text, 5)]
	    # What is sent to all after it has come everywhere: so has this one.
	    fence = unique()
	    station.send(frame(src, BROADCAST, fence))
	    others = []
	    for s in stations:
	        kept = []
	        if s.expect(lambda f: kept.append(f) or fence in f, 5) and any(text in f for f in kept):
	            others.append(s)
	    return len(came) == len(to) and not others

	def port(id_, **attrs):
	    return nl.do('port-set', {'id': id_, **{k.replace('_', '-'): v for k, v in attrs.items()}})

	def port_drops(id_, reason):
	    return sum(drop['packets'] for drop in nl.do('port-get', {'id': id_})['stats'].get('drop', [])
	               if drop['name'] == reason)

	# Off by default: unicast to who is not known goes to all.
	equal('off by default', nl.do('port-get', {'id': A})['learn'], 0)
	equal('... with its limits', [nl.do('port-get', {'id': A})[key] for key in (
	    'learn-limit', 'learn-ageing')], [1024, 300])
	check('without it nothing is learned', sends(a, M[0], b, c, d) and sends(
	    d, d.mac, a, b, c, dst=M[0]) and not learned())

	for id_ in A, B:
	    port(id_, learn=1)
	ear.events()
	for i in range(4):
	    a.send(frame(M[i]))
	equal('several behind one tap are learned', wait(learned, [(M[i], A) for i in range(4)]),
	      [(M[i], A) for i in range(4)])
	events = [(name, e['mac'], e['port-id'], e['origin'], e['state'], e.get('address'))
	          for name, e in ear.events(0.3) if name.startswith('endpoint')]
	equal('... and notified', events,
	      [('endpoint-ntf', M[i], A, 'learned', 'active', None) for i in range(4)])
	text = subprocess.check_output(('vrctl', 'endpoint', 'show', 'network', 'blue', 'mac', M[1]),
	                               text=True)
	check('... and shown so', 'origin learned' in text and 'port 1' in text, text)
	equal('sending again changes nothing', (a.send(frame(M[1])), ear.events(0.3))[1], [])
	for i in range(4):
	    check('unicast to it goes there alone, %d' % i, sends(d, d.mac, a, dst=M[i]))
	check('... from another tap too', sends(c, '02:00:00:00:02:01', a, dst=M[2]))
	check('who does not learn is not learned', (c.mac, C) not in learned())
	b.send(frame(M[10]))
	wait(learned, [(M[i], A) for i in range(4)] + [(M[10], B)])
	check('between two that learn', sends(b, M[10], a, dst=M[3]) and sends(a, M[3], b, dst=M[10]))
	equal('from one behind the tap to another it is not sent back',
	      nl.dropped(lambda: a.send(frame(M[0], M[1]))), ['same-port'])
	check('groups go to all', sends(a, M[0], b, c, d, dst='01:00:5e:01:01:01'))

	# Answered as any.
	a.frames()
	a.send(eth(BROADCAST, M[0], ARP, arp(1, M[0], '192.0.2.77', '00:00:00:00:00:00', '192.0.2.1')))
	check('the gateway answers it', a.expect(lambda f: f[:6] == mac(M[0]) and f[12:14] == b'\x08\x06', 5))

	# Who is configured, or the gateway, is not learned.
	equal('a native port\'s MAC is dropped', nl.dropped(lambda: a.send(frame(d.mac))), ['source-mac'])
	equal('the gateway\'s', nl.dropped(lambda: a.send(frame(GATEWAY))), ['loop'])
	equal('a group\'s', nl.dropped(lambda: a.send(frame('03:00:00:00:00:01'))),
	      ['invalid-source-mac'])
	nl.do('endpoint-new', {'network': 'blue', 'mac': M[40], 'port-id': C}, EXCL)
	equal('one configured at another tap', nl.dropped(lambda: a.send(frame(M[40]))), ['source-mac'])
	nl.do('endpoint-del', {'network': 'blue', 'mac': M[40]})
	nl.do('endpoint-new', {'network': 'blue', 'mac': M[41], 'port-id': A}, EXCL)
	check('one configured behind the tap itself passes', sends(a, M[41], b, c, d))
	nl.do('endpoint-del', {'network': 'blue', 'mac': M[41]})
	equal('none of them is learned', learned(), [(M[i], A) for i in range(4)] + [(M[10], B)])

	# Moves.
	ear.events()
	b.send(frame(M[1]))
	wanted = sorted([(M[0], A), (M[1], B), (M[2], A), (M[3], A), (M[10], B)])
	equal('one that sends from another tap moves', wait(learned, wanted), wanted)
	equal('... which is notified with a higher sequence', [
	    (name, e['mac'], e['port-id'], e['sequence']) for name, e in ear.events(0.3)],
	    [('endpoint-ntf', M[1], B, 1)])
	check('... and traffic follows', sends(d, d.mac, b, dst=M[1]))
	before = port_drops(A, 'learn-limit') + port_drops(B, 'learn-limit')
	moves = 0
	start = time.monotonic()
	for i in range(60):
	    station, id_ = ((a, A), (b, B))[i % 2]
	    known = (M[1], id_) in learned()
	    text = unique()
	    station.send(frame(M[1], d.mac, text))
	    if not d.expect(text, 5):
	        check('what moves too often passes nevertheless', False)
	        break
	    if wait(lambda: (M[1], id_) in learned(), True, 0.1) and not known:
	        moves += 1
	seconds = time.monotonic() - start
	limited = port_drops(A, 'learn-limit') + port_drops(B, 'learn-limit') - before
	check('only so many moves', 3 <= moves <= 6 + seconds,
	      '%d moves, %d counted in %.1f s' % (moves, limited, seconds))
	check('... the others are counted', limited > 10, limited)

	# The limit of a port.
	port(A, learn=0)
	equal('off: what was learned is forgotten', wait(lambda: learned(A), []), [])
	check('... and sent to all', sends(d, d.mac, a, b, c, dst=M[0]))
	check('... and nothing is learned', sends(a, M[5], b, c, d) and not learned(A))
	port(A, learn=1, learn_limit=3)
	before = port_drops(A, 'learn-limit')
	for i in range(20, 23):
	    a.send(frame(M[i]))
	    wait(lambda: (M[i], A) in learned(), True)
	equal('as many as it may', learned(A), [(M[i], A) for i in range(20, 23)])
	equal('... are not counted', port_drops(A, 'learn-limit'), before)
	text = unique()
	equal('one more is counted', nl.dropped(lambda: a.send(frame(M[23], d.mac, text))),
	      ['learn-limit'])
	check('... and its packets go on', d.expect(text, 5))
	equal('... for the port', port_drops(A, 'learn-limit'), before + 1)
	equal('... not learned', learned(A), [(M[i], A) for i in range(20, 23)])
	check('... and sent to all', sends(d, d.mac, a, b, c, dst=M[23]))
	check('those it knows go on', sends(d, d.mac, a, dst=M[21]))
	equal('nor does one move to it', nl.dropped(lambda: a.send(frame(M[10]))), ['learn-limit'])
	nl.do('endpoint-del', {'network': 'blue', 'mac': M[20]})
	a.send(frame(M[23]))
	wanted = [(M[i], A) for i in range(21, 24)]
	equal('one goes, and there is room', wait(lambda: learned(A), wanted), wanted)

	# In one go: the limit holds although they are learned later.
	port(A, learn=0)
	port(A, learn=1, learn_limit=5)
	for i in range(60):
	    a.send(frame(M[i]))
	wait(lambda: len(learned(A)), 5)
	time.sleep(0.1)
	equal('many at once: as many as it may', len(learned(A)), 5)
	nl.do('flush', {'endpoints': True, 'origin': 'learned'})
	equal('flush forgets them', learned(), [])

	# Ageing.
	port(A, learn=0)
	port(B, learn=0)
	port(A, learn=1, learn_limit=10, learn_ageing=2)
	port(B, learn=1, learn_ageing=0)
	ear.events()
	start = time.monotonic()
	a.send(frame(M[30]))
	a.send(frame(M[31]))
	b.send(frame(M[32]))
	wait(lambda: len(learned()), 3)
	while time.monotonic() < start + 4:
	    a.send(frame(M[31]))
	    select.select([], [], [], 0.1)
	equal('who is silent is forgotten, not who goes on, nor where it is for ever',
	      wait(learned, [(M[31], A), (M[32], B)]), [(M[31], A), (M[32], B)])
	equal('... which is notified', [e['mac'] for name, e in ear.events(0.1)
	                                if name == 'endpoint-del-ntf'], [M[30]])
	equal('... then the other too', wait(learned, [(M[32], B)], 20), [(M[32], B)])

	# Made shorter while it is long.
	port(A, learn_ageing=1000)
	a.send(frame(M[33]))
	wait(lambda: len(learned(A)), 1)
	select.select([], [], [], 1.5)
	port(A, learn_ageing=1)
	start = time.monotonic()
	equal('a shorter time counts at once', wait(lambda: learned(A), [], 25), [])
	seconds = time.monotonic() - start
	check('... not when the longer one would have', seconds < 5, '%.1f s' % seconds)

	# The port goes.
	b.send(frame(M[34]))
	wait(lambda: len(learned(B)), 2)
	nl.do('port-del', {'id': B})
	equal('the port goes, and what it has learned', learned(), [])
END
is "the others do not know it either" "$(vrctl endpoint show | grep -c 'origin learned')" 0
done_testing
