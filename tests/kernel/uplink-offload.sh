#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Super-packets leave by a tunnel as one, and are rebuilt on the far side where they
# were cut: TCP, UDP, with VLAN tags, and what a pod tunnels itself.
# timeout: 240

. "$(dirname "$0")/uplink-setup.sh"

node n2
for net in "" "-n ${n2:?}"; do
	# shellcheck disable=SC2086 # words
	vrctl $net network add blue vni 100 mtu 1400 subnet 192.0.2.1/24 subnet 198.51.100.1/24 \
		subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64
	# shellcheck disable=SC2086 # words
	vrctl $net uplink add vx type vxlan
done
pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
pod d blue 02:00:00:00:00:0d 192.0.2.13/24 2001:db8:1::d/64
node_pod n2 b blue 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64
node_pod n2 c blue 02:00:00:00:00:0c 198.51.100.12/24 2001:db8:2::c/64
default_routes a 192.0.2.1 2001:db8:1::1
default_routes c 198.51.100.1 2001:db8:2::1
vrctl -batch - <<- END
	endpoint add network blue mac 02:00:00:00:00:0b address 192.0.2.11 address 2001:db8:1::b remote 203.0.113.2
	endpoint add network blue mac 02:00:00:00:00:0c address 198.51.100.12 address 2001:db8:2::c remote 2001:db8:ff::2
	port set dev eth1 netns ${a:?} antispoof off
END
on n2 -batch - <<- END
	endpoint add network blue mac 02:00:00:00:00:0a address 192.0.2.10 address 2001:db8:1::a remote 203.0.113.1
	endpoint add network blue mac 02:00:00:00:00:0d address 192.0.2.13 address 2001:db8:1::d remote 203.0.113.1
	uplink peer add vx 2001:db8:ff::1
	port set dev eth1 netns ${b:?} antispoof off
END
# Once each knows the other: what is flooded before is from a stranger.
vrctl network set blue flood add 203.0.113.2
on n2 network set blue flood add 203.0.113.1
# A VLAN of its own between a and b, and a tunnel of theirs.
for case in a/1/192.0.2.11 b/2/192.0.2.10; do
	IFS=/ read -r net n peer <<< "$case"
	in_ns "$net" ip -batch - <<- END
		link add link eth1 name vlan type vlan id 5
		link set vlan up
		address add 10.5.0.$n/24 dev vlan
		address add 2001:db8:5::$n/64 dev vlan nodad
		link add tun type vxlan id 9 dstport 4789 remote $peer
		link set tun mtu 1300 up
		address add 10.9.0.$n/24 dev tun
		address add 2001:db8:9::$n/64 dev tun nodad
	END
done

transfers()
{
	python "$a" "$b" "$c" "$n2" "$@" <<- 'END'
		import hashlib
		import json
		import os
		import socket
		import subprocess
		import sys
		import threading
		from packet import Namespace, check, equal

		a, b, c, n2, what, large, rebuilt = sys.argv[1:]
		DATA = os.urandom(1 << 16)
		ROUNDS = 24

		def counters(name, device):
		    """Packets and bytes, received and sent: by the device's own namespace."""
		    command = ['ip'] + (['-n', name] if name else []) + ['-s', '-j', 'link', 'show', device]
		    stats = json.loads(subprocess.check_output(command))[0]['stats64']
		    return [stats[way][key] for way in ('rx', 'tx') for key in ('packets', 'bytes')]

		def snmp(name, key):
		    with Namespace(name):
		        out = subprocess.check_output(['nstat', '-asz', key, key.replace('Udp', 'Udp6')], text=True)
		    return sum(int(line.split()[1]) for line in out.splitlines() if line.split()[0].startswith(
		        ('Tcp', 'Udp')))

		def sockets(receiver, address, kind):
		    family = socket.AF_INET6 if ':' in address else socket.AF_INET
		    with Namespace(receiver):
		        server = socket.socket(family, kind)
		    with Namespace(a):
		        client = socket.socket(family, kind)
		    if kind == socket.SOCK_DGRAM:
		        server.setsockopt(socket.SOL_SOCKET, 33, 1 << 22)  # SO_RCVBUFFORCE
		    server.bind((address, 0))
		    for sock in server, client:
		        sock.settimeout(60)
		    return server, client

		def tcp(receiver, address, device):
		    server, client = sockets(receiver, address, socket.SOCK_STREAM)
		    server.listen(1)
		    got = hashlib.md5()
		    def receive():
		        sock = server.accept()[0]
		        sock.settimeout(60)
		        while data := sock.recv(1 << 20):
		            got.update(data)
		    thread = threading.Thread(target=receive)
		    thread.start()
		    before = counters(None, 'wire'), counters(receiver, device)
		    sent = hashlib.md5()
		    client.connect(server.getsockname()[:2])
		    for _ in range(ROUNDS):
		        client.sendall(DATA)
		        sent.update(DATA)
		    client.close()
		    thread.join()
		    after = counters(None, 'wire'), counters(receiver, device)
		    equal('%s: TCP to %s' % (what, address), got.digest(), sent.digest())
		    packets = after[0][2] - before[0][2]
		    size = (after[0][3] - before[0][3]) // packets
		    check('... in %s packets' % ('large' if large == 'large' else 'small'),
		          size > 4000 if large == 'large' else size <= 1600, '%d of %d bytes' % (packets, size))
		    packets = after[1][0] - before[1][0]
		    size = (after[1][1] - before[1][1]) // packets
		    check('... which come %s' % rebuilt, size > 3000 if rebuilt == 'large' else size <= 1500,
		          '%d of %d bytes' % (packets, size))

		def udp(receiver, address):
		    server, client = sockets(receiver, address, socket.SOCK_DGRAM)
		    to = server.getsockname()[:2]
		    for size in (0, 1, 1300, 9000):
		        client.sendto(DATA[:size], to)
		        equal('... UDP of %d bytes' % size, server.recv(1 << 16), DATA[:size])
		    client.setsockopt(17, 103, 1000)  # UDP_SEGMENT
		    try:
		        client.sendto(DATA[:20000], to)
		        equal('... a large UDP send', b''.join(server.recv(1 << 16) for _ in range(20)),
		              DATA[:20000])
		    except OSError as error:
		        # Older kernels segment UDP only for a device that does checksums.
		        check('... a large UDP send is refused by the kernel',
		              error.errno == 5 and what == 'no offload', error)

		for receiver, address, device in ((b, '192.0.2.11', 'eth1'), (b, '2001:db8:1::b', 'eth1'),
		                                  (c, '198.51.100.12', 'eth1'), (c, '2001:db8:2::c', 'eth1'),
		                                  (b, '10.5.0.2', 'vlan'), (b, '2001:db8:5::2', 'vlan')):
		    tcp(receiver, address, device)
		    udp(receiver, address)
		# What a pod has put into a tunnel is cut before it is tunnelled again.
		for address in '10.9.0.2', '2001:db8:9::2':
		    server, client = sockets(b, address, socket.SOCK_STREAM)
		    server.listen(1)
		    got = []
		    def receive():
		        sock = server.accept()[0]
		        sock.settimeout(60)
		        while data := sock.recv(1 << 20):
		            got.append(data)
		    thread = threading.Thread(target=receive)
		    thread.start()
		    client.connect(server.getsockname()[:2])
		    client.sendall(DATA * 8)
		    client.close()
		    thread.join()
		    check('%s: TCP in a tunnel of a pod\'s own, to %s' % (what, address), b''.join(got) == DATA * 8)
		    udp(b, address)
		for name in a, b, c, n2:
		    equal('no wrong checksum', [snmp(name, key) for key in ('TcpInCsumErrors', 'UdpInCsumErrors')],
		          [0, 0])
	END
}

transfers "all offloads" large large
# The tunnel is cut on the sender's side; GRO of the wire makes it whole again.
ethtool -K wire tso off tx-udp_tnl-segmentation off tx-udp_tnl-csum-segmentation off > /dev/null
in_ns n2 ethtool -K wire gro on > /dev/null
transfers "cut for the wire, GRO there" small large
in_ns n2 ethtool -K wire gro off > /dev/null
ethtool -K wire tx off tso off gso off > /dev/null
in_ns a ethtool -K eth1 tx off > /dev/null
transfers "no offload" small small
for net in "" "-n $n2"; do
	# shellcheck disable=SC2086 # words
	is "nothing was dropped $net" "$(vrctl $net drops | grep -vE 'no-port|port-down')" ""
done
done_testing
