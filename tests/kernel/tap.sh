#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The host end of a veth as a port: who is behind it reaches native ports and
# others like it, bridged and routed, and is counted as one of the network.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 198.51.100.1/24 \
	subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64
tap_pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
pod b blue 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64
pod c blue 02:00:00:00:00:0c 198.51.100.12/24 2001:db8:2::c/64
tap_pod d blue 02:00:00:00:00:0d 198.51.100.13/24 2001:db8:2::d/64
tap_pod e blue 02:00:00:00:00:0e 192.0.2.14/24 2001:db8:1::e/64
for i in a b e; do
	default_routes $i 192.0.2.1 2001:db8:1::1
done
for i in c d; do
	default_routes $i 198.51.100.1 2001:db8:2::1
done

json=$(vrctl -j port show dev ta)
is "its kind" "$(field kind)" tap
is "its MAC" "$(field mac)" 02:00:00:00:00:0a
is "its addresses" "$(field address)" '["192.0.2.10","2001:db8:1::a"]'
is "protected" "$(field antispoof)" 1
is "up" "$(field up)" 1
is "... as the device is" "$(ip link set ta down; vrctl port show dev ta | grep -c ' down ')" 1
ip link set ta up
is "the device's MTU" "$(ip link set te mtu 1400; json=$(vrctl -j port show dev te); field mtu)" 1400
ip link set te mtu 1500

# The native port, the gateway, another tap; then routed.
for address in 192.0.2.11 192.0.2.1 192.0.2.14 198.51.100.12 198.51.100.13; do
	ping_ok a $address 2
done
for address in 2001:db8:1::b 2001:db8:1::1 2001:db8:1::e 2001:db8:2::c 2001:db8:2::d; do
	ping_ok a $address 2
done
ping_ok b 192.0.2.10
ping_ok b 2001:db8:1::a
ping_ok c 192.0.2.10
ping_ok c 2001:db8:1::a
is "neighbours know its MAC" "$(ip -n "$b" neigh show 192.0.2.10 | grep -c 02:00:00:00:00:0a)" 1

python "$a" "$b" "$c" "$d" "$e" <<- 'END'
	import hashlib
	import json
	import socket
	import subprocess
	import sys
	import threading
	from packet import *
	from vrnl import *

	nl = Netlink()
	names = dict(zip('abcde', sys.argv[1:]))
	IPS = {'a': ('192.0.2.10', '2001:db8:1::a'), 'b': ('192.0.2.11', '2001:db8:1::b'),
	       'c': ('198.51.100.12', '2001:db8:2::c'), 'd': ('198.51.100.13', '2001:db8:2::d'),
	       'e': ('192.0.2.14', '2001:db8:1::e')}
	DATA = os.urandom(1 << 16)
	ROUNDS = 16

	def tcp(sender, receiver, address):
	    """The bytes, and their hash, as sent and as come."""
	    family = socket.AF_INET6 if ':' in address else socket.AF_INET
	    with Namespace(names[receiver]):
	        server = socket.socket(family)
	    with Namespace(names[sender]):
	        client = socket.socket(family)
	    server.bind((address, 0))
	    server.listen(1)
	    server.settimeout(60)
	    client.settimeout(60)
	    got, sent, length = hashlib.md5(), hashlib.md5(), 0
	    def receive():
	        nonlocal length
	        sock = server.accept()[0]
	        sock.settimeout(60)
	        while data := sock.recv(1 << 20):
	            got.update(data)
	            length += len(data)
	    thread = threading.Thread(target=receive)
	    thread.start()
	    client.connect(server.getsockname()[:2])
	    for _ in range(ROUNDS):
	        client.sendall(DATA)
	        sent.update(DATA)
	    client.close()
	    thread.join()
	    return (ROUNDS * len(DATA), sent.digest()), (length, got.digest())

	def stats(port):
	    return nl.do('port-get', {'ifname': 'ta'})['stats'][port]

	before = stats('tx-packets'), stats('tx-bytes')
	for sender, receiver, how in ('a', 'b', 'to a native port'), ('b', 'a', 'from one'), \
	        ('a', 'e', 'to another tap'), ('a', 'c', 'to a native port, routed'), \
	        ('c', 'a', 'from one, routed'), ('d', 'a', 'from another tap, routed'):
	    for address in IPS[receiver]:
	        sent, got = tcp(sender, receiver, address)
	        equal('TCP %s, %s' % (how, 'IPv6' if ':' in address else 'IPv4'), got, sent)
	packets, size = stats('tx-packets') - before[0], stats('tx-bytes') - before[1]
	check('super-packets come in whole', size > 3000 * packets, '%d of %d' % (packets, size))

	def same():
	    """What the pod's own device has counted is what is shown of the port."""
	    link = json.loads(subprocess.check_output(
	        ('ip', '-n', names['a'], '-s', '-j', 'link', 'show', 'eth1')))[0]['stats64']
	    port = nl.do('port-get', {'ifname': 'ta'})['stats']
	    return {way: (link[way]['packets'], link[way]['bytes']) for way in ('rx', 'tx')}, \
	        {way: (port[way + '-packets'], port[way + '-bytes']) for way in ('rx', 'tx')}

	end = time.monotonic() + 10
	own, shown = same()
	while own != shown and time.monotonic() < end:
	    time.sleep(0.05)
	    own, shown = same()
	equal('the counters are the pod\'s', shown, own)

	wrong = 0
	for name in names.values():
	    with Namespace(name):
	        for path in '/proc/thread-self/net/snmp', '/proc/thread-self/net/snmp6':
	            lines = open(path, encoding='ascii').read().split('\n')
	            if path.endswith('6'):
	                wrong += sum(int(line.split()[1]) for line in lines if 'InCsumErrors' in line)
	                continue
	            for head, values in zip(lines[::2], lines[1::2]):
	                wrong += sum(int(value) for key, value in zip(head.split(), values.split())
	                             if key == 'InCsumErrors')
	equal('no stack has counted a wrong checksum', wrong, 0)
END
done_testing
