#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 240
#
# Rates of a port: they limit what comes from it and what goes to it, in bytes
# of the wire; super-packets are at most half the burst; ECN is marked before
# anything is dropped; they change while packets flow.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 198.51.100.1/24 \
	subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64
pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
pod b blue 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64
raw_pod c blue 02:00:00:00:00:0c 198.51.100.12 2001:db8:2::c
raw_pod d blue 02:00:00:00:00:0d 192.0.2.13 2001:db8:1::d
raw_pod e blue 02:00:00:00:00:0e 192.0.2.14 2001:db8:1::e

# sizes NS: what the stack may make for its eth1, and what it could be set to
sizes()
{
	local link

	link=$(ip -n "${!1}" -d link show eth1)
	[[ $link =~ gso_max_size\ ([0-9]+) ]] && echo -n "${BASH_REMATCH[1]} "
	[[ $link =~ tso_max_size\ ([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

set_port()
{
	local net=$1

	shift
	vrctl -j port set dev eth1 netns "${!net}" "$@"
}

# What is shown, and refused.
full=$(sizes a)
json=$(set_port a rate-out 100mbit rate-in 1.5gbit burst-in 64kb)
is "a rate is shown" "$(field rate_out) $(field rate_in)" "100000000 1500000000"
is "its burst: 200 ms, or as given" "$(field burst_out) $(field burst_in)" "2500000 65536"
like "text has tc's units" "$(vrctl port show dev eth1 netns "$a")" \
	'rate-in 1500mbit burst-in 64kb.*rate-out 100mbit burst-out 2500000b'
json=$(set_port a rate-out 1gbit)
is "the burst follows the rate" "$(field burst_out)" 25000000
json=$(set_port a burst-out 100kb)
is "... until one is given" "$(field rate_out) $(field burst_out)" "1000000000 102400"
json=$(set_port a rate-out 2gbit description text)
is "... which stays" "$(field rate_out) $(field burst_out)" "2000000000 102400"
is "super-packets are at most half the lesser burst" "$(sizes a)" "30720 30720"
fails "and the pod cannot make them larger" in_ns a ip link set eth1 gso_max_size 65536
set_port a rate-in 0 > /dev/null
is "... the other one" "$(sizes a)" "48000 48000"
json=$(set_port a rate-out 0)
is "0 takes a rate away" "$(field rate_out)$(field burst_out)$(field rate_in)$(field burst_in)" ''
is "and the device is as it was" "$(sizes a)" "$full"
json=$(set_port a rate-out 8kbit)
is "the least burst that is not given" "$(field burst_out)" 131072
set_port a rate-out 0 > /dev/null
in_ns a ip link set eth1 gso_max_size 20000
set_port a rate-out 1mbit > /dev/null
is "a smaller size of the user's stays" "$(sizes a)" "20000 61440"
set_port a rate-out 0 > /dev/null
is "... and comes back" "$(sizes a)" "20000 ${full#* }"
in_ns a ip link set eth1 gso_max_size 65536

refused "a rate below the least" "rate is below the least of 1000 bit/s: rate-in 999bit" \
	set_port a rate-in 999
refused "a burst below the least" "burst is below the least of 4096 bytes: burst-out 4095b" \
	set_port a rate-out 1mbit burst-out 4095
refused "a burst without a rate" "burst without a rate: burst-in 64kb" set_port a burst-in 64kb
refused "... when it is taken away" "burst without a rate" set_port a rate-in 0 burst-in 64kb
usage_error "a rate of an unknown unit" "expected a rate" set_port a rate-in 1ebit
usage_error "a burst in bits" "expected a size" set_port a rate-in 1mbit burst-in 1kbit
is "a refusal changes nothing" "$(vrctl -j port show dev eth1 netns "$a" | grep -c rate_in)" 0

python "$a" <<- 'END'
	import sys
	from packet import check, equal
	from vrnl import *

	nl = Netlink()
	with open('/run/netns/' + sys.argv[1], encoding='ascii') as file:
	    def add(attrs, text=None, attr=None, flags=CREATE):
	        try:
	            nl.do('port-new', {'network': 'blue', 'ifname': 'eth1',
	                               'netns-fd': file.fileno(), **attrs}, flags)
	            equal('adding again with %s' % attrs, text, None)
	        except Refused as refused:
	            equal('adding again with %s' % attrs, (refused.text, refused.attr), (text, attr))

	    nl.do('port-set', {'id': 1, 'rate-in': 10 ** 9, 'rate-out': 10 ** 6, 'burst-out': 8192})
	    add({'rate-in': 10 ** 9, 'burst-in': 25000000, 'rate-out': 10 ** 6, 'burst-out': 8192})
	    for key, value in (('rate-in', 0), ('burst-in', 8192), ('rate-out', 10 ** 9),
	                       ('burst-out', 9000)):
	        add({key: value}, 'device is attached with another ' + key, key)
	    nl.do('port-set', {'id': 1, 'rate-in': 0, 'rate-out': 0})
	    add({'rate-in': 0, 'rate-out': 0})
END

# All or nothing: what apply undoes, and what comes and goes with the port.
device a spare
is "a device of its own" "$(ip -n "$a" -d link show spare | grep -o ' gso_max_size 65536')" \
	" gso_max_size 65536"
ok "apply takes rates, and undoes them" python3 -S - "$a" <<- 'END'
	import subprocess
	import sys
	from vrnl import *

	def size():
	    return b' gso_max_size 3840 ' in subprocess.check_output(
	        ('ip', '-n', sys.argv[1], '-d', 'link', 'show', 'spare'))

	nl = Netlink()
	with open('/run/netns/' + sys.argv[1], encoding='ascii') as file:
	    port = ('port', {'network': 'blue', 'ifname': 'spare', 'netns-fd': file.fileno(),
	                     'rate-out': 10 ** 6, 'burst-out': 8192})
	    try:
	        nl.do('apply', [port, ('port', {'network': 'none', 'ifname': 'lo'})])
	        sys.exit('applied')
	    except Refused:
	        assert not size()
	    assert nl.do('apply', [port])['port'][0]['burst-out'] == 8192 and size()
	    nl.do('port-del', {'ifname': 'spare', 'netns-fd': file.fileno()})
	    assert not size()
END

python "$a" "$b" "$c" "$d" "$e" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b, c, d, e = (Station(name, '02:00:00:00:00:0%x' % (10 + i))
	                 for i, name in enumerate(sys.argv[1:]))
	A, B, C, D, E = 1, 2, 3, 4, 5
	FOUR = {'c': '198.51.100.12', 'd': '192.0.2.13', 'e': '192.0.2.14'}
	SIX = {'c': '2001:db8:2::c', 'd': '2001:db8:1::d', 'e': '2001:db8:1::e'}

	def frame(dst, src, to, mark=b'rate', size=1000, tos=0):
	    addresses = SIX if to is SIX else FOUR
	    base = packet(addresses[src], addresses[dst])
	    data = packet(addresses[src], addresses[dst], mark + bytes(size - 14 - len(base) - len(mark)))
	    if to is SIX:
	        data = struct.pack('!I', 6 << 28 | tos << 20) + data[4:]
	    else:
	        data = data[:1] + bytes([tos]) + data[2:10] + b'\0\0' + data[12:]
	        data = data[:10] + struct.pack('!H', checksum(data[:20])) + data[12:]
	    mac_ = {'c': c.mac, 'd': d.mac, 'e': e.mac}
	    to_mac = GATEWAY if 'c' in src + dst else mac_[dst]
	    return eth(to_mac, mac_[src], IP6 if to is SIX else IP4, data)

	def port_drops(port, reason):
	    for drop in nl.do('port-get', {'id': port})['stats'].get('drop', []):
	        if drop['name'] == reason:
	            return drop['packets']
	    return 0

	def flush():
	    for station in (c, d, e):
	        station.frames()

	def burst(sender, receiver, one, count, rate):
	    """Those of so many that come, and bytes that the bucket got meanwhile."""
	    flush()
	    start = time.monotonic()
	    for _ in range(count):
	        sender.send(one)
	    elapsed = time.monotonic() - start
	    # On a slow machine another task takes them from the backlog.
	    got, end = [], time.monotonic() + 0.5
	    while len(got) < count and time.monotonic() < end:
	        found = [f for f in receiver.frames() if b'rate' in f]
	        if found:
	            got, end = got + found, time.monotonic() + 0.5
	        else:
	            time.sleep(0.01)
	    return got, elapsed * rate / 8

	def limited(what, key, port, sender, receiver, one):
	    nl.do('port-set', {'id': port, 'rate-' + key: 80000, 'burst-' + key: 50000})
	    before = port_drops(port, 'rate-' + key), nl.drops()['rate-' + key]
	    got, more = burst(sender, receiver, one, 150, 80000)
	    # The last one may be charged with an empty bucket.
	    check('rate-%s limits %s' % (key, what), 50 <= len(got) <= 51 + more / 1000,
	          '%d came, refilled %d bytes' % (len(got), more))
	    # And now and then what a pod's own stack says of itself meanwhile.
	    rest = range(150 - len(got), 150 - len(got) + 4)
	    dropped = port_drops(port, 'rate-' + key) - before[0], \
	        nl.drops()['rate-' + key] - before[1]
	    check('... the rest is counted for the port', dropped[0] in rest, dropped)
	    check('... and its instance', dropped[1] in rest, dropped)
	    nl.do('port-set', {'id': port, 'rate-' + key: 0})
	    got, more = burst(sender, receiver, one, 150, 0)
	    equal('... and not any more', len(got), 150)

	for family, name in (FOUR, 'IPv4'), (SIX, 'IPv6'):
	    limited(name, 'out', D, d, e, frame('e', 'd', family))
	    limited(name, 'in', E, d, e, frame('e', 'd', family))
	    limited(name + ' that is routed', 'out', D, d, c, frame('c', 'd', family))
	    limited(name + ' that is routed', 'in', C, d, c, frame('c', 'd', family))
	limited('floods', 'in', E, d, e, eth(BROADCAST, d.mac, IP4, packet(
	    FOUR['d'], '192.0.2.255', b'rate' + bytes(1000 - 46))))

	def tos_of(f):
	    return f[15] & 3 if f[12:14] == b'\x08\0' else f[15] >> 4 & 3

	for family, name in (FOUR, 'IPv4'), (SIX, 'IPv6'):
	    for key, port in ('out', D), ('in', E):
	        for tos in 1, 2:
	            nl.do('port-set', {'id': port, 'rate-' + key: 8000, 'burst-' + key: 40000})
	            got, more = burst(d, e, frame('e', 'd', family, tos=tos), 60, 8000)
	            marks = [tos_of(f) for f in got]
	            what = '%s, rate-%s, codepoint %d' % (name, key, tos)
	            check('marked from a quarter of the burst on: ' + what,
	                  marks[:30] == [tos] * 30 and marks[32:] == [3] * (len(marks) - 32) and
	                  len(marks) >= 40, marks)
	            if family is FOUR:
	                check('... and its checksum is right', all(not checksum(f[14:34]) for f in got))
	            nl.do('port-set', {'id': port, 'rate-' + key: 0})
	        nl.do('port-set', {'id': port, 'rate-' + key: 8000, 'burst-' + key: 40000})
	        got, more = burst(d, e, frame('e', 'd', family), 60, 8000)
	        check('not what is not ECN-capable: %s, rate-%s' % (name, key),
	              len(got) >= 40 and not any(tos_of(f) for f in got))
	        nl.do('port-set', {'id': port, 'rate-' + key: 0})

	# As good as none.
	for rate in 10 ** 15, 2 ** 64 - 1:
	    nl.do('port-set', {'id': D, 'rate-out': rate, 'burst-out': 4096})
	    got, more = burst(d, e, frame('e', 'd', FOUR), 30, 0)
	    equal('at %d bit/s all pass' % rate, len(got), 30)
	nl.do('port-set', {'id': D, 'rate-out': 0})

	# A copy of a flood is marked alone.
	nl.do('port-set', {'id': E, 'rate-in': 8000, 'burst-in': 40000})
	one = frame('e', 'd', FOUR, tos=2)
	got, more = burst(d, e, mac(BROADCAST) + one[6:], 38, 8000)
	check('the limited port got marks', [tos_of(f) for f in got][-3:] == [3, 3, 3])
	others = [tos_of(f) for f in c.frames() if b'rate' in f]
	equal('... another port the same packets without', others, [2] * 38)

	# What the router itself sends.
	for _ in range(20):
	    d.send(one)
	before = port_drops(E, 'rate-in')
	e.send(eth(GATEWAY, e.mac, IP4, echo(FOUR['e'], '192.0.2.1')))
	equal("the router's answer counts in what goes to a port", port_drops(E, 'rate-in') - before, 1)
	nl.do('port-set', {'id': E, 'rate-in': 0, 'rate-out': 8000, 'burst-out': 4096})
	for i in range(3):
	    e.send(eth(GATEWAY, e.mac, IP4, echo(FOUR['e'], '192.0.2.1', b'echo%d' % i + bytes(1000))))
	check('... but not in what comes from it', e.expect(b'echo2') is not None)
	nl.do('port-set', {'id': E, 'rate-out': 0})
END

# Streams: never faster than the rate, and they get through.
python "$a" "$b" <<- 'END'
	import socket
	import sys
	import threading
	from packet import *
	from vrnl import *

	nl = Netlink()
	os.sched_setaffinity(0, range(os.cpu_count()))
	names = dict(zip('ab', sys.argv[1:]))
	PORT = {'a': 1, 'b': 2}
	ADDRESS = {'a': {4: '192.0.2.10', 6: '2001:db8:1::a'}, 'b': {4: '192.0.2.11', 6: '2001:db8:1::b'}}
	RATE, BURST, LENGTH = 16000000, 100000, 2100000

	def sockets(family, kind):
	    inet = socket.AF_INET6 if family == 6 else socket.AF_INET
	    with Namespace(names['b']):
	        server = socket.socket(inet, kind)
	    with Namespace(names['a']):
	        client = socket.socket(inet, kind)
	    server.bind((ADDRESS['b'][family], 0))
	    server.settimeout(60)
	    client.settimeout(60)
	    return server, client

	def tcp(family):
	    """Seconds that it took."""
	    server, client = sockets(family, socket.SOCK_STREAM)
	    server.listen(1)
	    client.connect(server.getsockname()[:2])
	    peer = server.accept()[0]
	    peer.settimeout(60)
	    start = time.monotonic()
	    thread = threading.Thread(target=client.sendall, args=(bytes(LENGTH),))
	    thread.start()
	    left = LENGTH
	    while left:
	        left -= len(peer.recv(1 << 20))
	    thread.join()
	    return time.monotonic() - start

	least = (LENGTH - BURST) * 8 / RATE
	for key, port in ('out', 'a'), ('in', 'b'):
	    nl.do('port-set', {'id': PORT[port], 'rate-' + key: RATE, 'burst-' + key: BURST})
	    for family in 4, 6:
	        watch = Station(names['b'], None)
	        os.sched_setaffinity(0, range(os.cpu_count()))
	        seconds = tcp(family)
	        check('TCP over IPv%d keeps to rate-%s' % (family, key), seconds >= least * 0.98,
	              '%.2f s, %.2f s at least' % (seconds, least))
	        largest = max(len(f) for f in watch.frames())
	        check('... and its packets to half the burst', key == 'in' or 3000 < largest <= BURST / 2,
	              '%d bytes' % largest)
	    nl.do('port-set', {'id': PORT[port], 'rate-' + key: 0})

	# A super-packet counts as its 60 segments, with 42 bytes of headers each.
	server, client = sockets(4, socket.SOCK_DGRAM)
	client.setsockopt(17, 103, 100)  # UDP_SEGMENT
	client.sendto(bytes(100), server.getsockname()[:2])
	nl.do('port-set', {'id': 1, 'rate-out': 1000, 'burst-out': 14000})
	before = nl.drops()['rate-out']
	for _ in range(5):
	    client.sendto(bytes(6000), server.getsockname()[:2])
	equal('the headers of segments count', nl.drops()['rate-out'] - before, 3)
	nl.do('port-set', {'id': 1, 'rate-out': 0})

	# Rates change while packets flow.
	stop = False
	def flood():
	    server, client = sockets(6, socket.SOCK_DGRAM)
	    while not stop:
	        try:
	            client.sendto(bytes(1000), server.getsockname()[:2])
	        except OSError:
	            pass
	threads = [threading.Thread(target=flood) for _ in range(2)]
	for thread in threads:
	    thread.start()
	for i in range(100):
	    nl.do('port-set', {'id': 1 + i % 2, 'rate-in': 1000000 * (i % 3), 'rate-out': 4000 * (i % 5)})
	stop = True
	for thread in threads:
	    thread.join()
	for port in 1, 2:
	    nl.do('port-set', {'id': port, 'rate-in': 0, 'rate-out': 0})
	check('rates were changed while packets came', True)
END
ping_ok a 192.0.2.11
ping_ok a 2001:db8:1::b
echo "# dropped: $(drops rate-in) by rate-in, $(drops rate-out) by rate-out"
set_port b rate-out 1mbit burst-out 8192 > /dev/null
is "a limited port" "$(sizes b)" "3840 3840"
vrctl port del dev eth1 netns "$b"
is "a port that is detached leaves the device as it was" "$(sizes b)" "$full"
done_testing
