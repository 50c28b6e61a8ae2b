#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Path-MTU discovery by the pods' stacks, where a pod has made its MTU smaller, and
# what is sent without: it arrives in fragments.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 198.51.100.1/24 \
	subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64
pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
pod b blue 02:00:00:00:00:0b 198.51.100.11/24 2001:db8:2::b/64
pod c blue 02:00:00:00:00:0c 198.51.100.12/24 2001:db8:2::c/64
pod d blue 02:00:00:00:00:0d 198.51.100.13/24 2001:db8:2::d/64
default_routes a 192.0.2.1 2001:db8:1::1
for pod in b c d; do
	default_routes $pod 198.51.100.1 2001:db8:2::1
done

ip -n "$b" link set eth1 mtu 1300
ping=(in_ns a ping -n -c 1 -W 2 -M "do")
like "too long a ping is told the MTU" "$("${ping[@]}" -s 1400 198.51.100.11)" \
	'From 192.0.2.1 .*Frag needed and DF set \(mtu = 1300\)'
like "... IPv6" "$("${ping[@]}" -s 1400 2001:db8:2::b)" \
	'From 2001:db8:1::1 .*Packet too big: mtu=1300'
like "the stack keeps it" "$(ip -n "$a" route get 198.51.100.11)" 'mtu 1300'
like "... IPv6" "$(ip -n "$a" route get 2001:db8:2::b)" 'mtu 1300'
ok "one that just fits passes" "${ping[@]}" -q -s 1272 198.51.100.11
ok "... IPv6" "${ping[@]}" -q -s 1252 2001:db8:2::b
ok "tracepath" in_ns a tracepath -n 198.51.100.11
like "... finds it" "$_out" 'pmtu 1300.*Resume: pmtu 1300 hops 2 back 2'
ok "... IPv6" in_ns a tracepath -6 -n 2001:db8:2::b
like "... finds it" "$_out" 'pmtu 1300.*Resume: pmtu 1300 hops 2 back 2'

# The others begin with the network's MTU, and a has not heard of them.
python "$a" "$c" "$d" <<- 'END'
	import errno
	import hashlib
	import os
	import socket
	import subprocess
	import sys
	import threading
	import time
	from packet import Namespace, check, equal
	from vrnl import *

	nl = Netlink()
	a, c, d = sys.argv[1:]
	DATA = os.urandom(1 << 16)

	def sockets(receiver, address, kind):
	    family = socket.AF_INET6 if ':' in address else socket.AF_INET
	    with Namespace(receiver):
	        server = socket.socket(family, kind)
	    with Namespace(a):
	        client = socket.socket(family, kind)
	    server.bind((address, 0))
	    server.settimeout(30)
	    client.settimeout(30)
	    return server, client

	def mtu(receiver, size):
	    subprocess.run(['ip', '-n', receiver, 'link', 'set', 'eth1', 'mtu', str(size)], check=True)

	def tcp(address):
	    """A connection that began with a larger MTU goes on."""
	    mtu(c, 1500)
	    server, client = sockets(c, address, socket.SOCK_STREAM)
	    server.listen(1)
	    client.connect(server.getsockname()[:2])
	    peer = server.accept()[0]
	    peer.settimeout(60)
	    mtu(c, 1300)
	    before = nl.drops()['too-big']
	    got = hashlib.md5()
	    def receive():
	        while data := peer.recv(1 << 20):
	            got.update(data)
	    thread = threading.Thread(target=receive)
	    thread.start()
	    sent = hashlib.md5()
	    for _ in range(16):
	        client.sendall(DATA)
	        sent.update(DATA)
	    client.close()
	    thread.join()
	    equal('TCP to %s arrives' % address, got.digest(), sent.digest())
	    check('... after a packet that was too big', nl.drops()['too-big'] > before)

	tcp('198.51.100.12')
	tcp('2001:db8:2::c')

	mtu(d, 1300)
	# IP_MTU_DISCOVER and IP_MTU, or those of IPv6
	for address, level, discover, get in (('198.51.100.13', 0, 10, 14),
	                                      ('2001:db8:2::d', 41, 23, 24)):
	    server, client = sockets(d, address, socket.SOCK_DGRAM)
	    client.setsockopt(level, discover, 2)  # PMTUDISC_DO
	    client.connect(server.getsockname()[:2])
	    client.send(DATA[:1400])
	    end = time.monotonic() + 10
	    while not (error := client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)) and \
	            time.monotonic() < end:
	        pass
	    equal('UDP to %s is told' % address, error, errno.EMSGSIZE)
	    equal('UDP to %s knows the MTU' % address, client.getsockopt(level, get), 1300)
	    size = 1300 - (28 if level == 0 else 48)
	    client.send(DATA[:size])
	    equal('... and sends so much', server.recv(1 << 16), DATA[:size])

	# Without DF nothing is learned. IPv6 has no such thing.
	before = nl.drops()['too-big']
	server, client = sockets(d, '198.51.100.13', socket.SOCK_DGRAM)
	client.setsockopt(0, 10, 4)  # IP_PMTUDISC_INTERFACE: as long as the own device lets
	client.connect(server.getsockname()[:2])
	for size in (1273, 1400, 1472):
	    client.send(DATA[:size])
	    equal('%d bytes without DF' % size, server.recv(1 << 16), DATA[:size])
	client.setsockopt(0, 10, 5)  # IP_PMTUDISC_OMIT: in fragments if need be
	for size in (1473, 4000, 20000):
	    client.send(DATA[:size])
	    equal('%d bytes, fragments that are too long' % size, server.recv(1 << 16), DATA[:size])
	client.setsockopt(17, 103, 1400)  # UDP_SEGMENT
	client.send(DATA[:14000])
	equal('a super-packet without DF', b''.join(server.recv(1 << 16) for _ in range(10)),
	      DATA[:14000])
	equal('none was too big', nl.drops()['too-big'], before)
END
errors=$(in_ns d nstat -asz IpReasmFails UdpInCsumErrors)
is "no checksum was wrong" "$(grep -c '^UdpInCsumErrors *0 ' <<< "$errors")" 1
is "... and all fragments fitted" "$(grep -c '^IpReasmFails *0 ' <<< "$errors")" 1
like "they were fragments" "$(in_ns d nstat -asz IpReasmOKs)" 'IpReasmOKs +[1-9]'
done_testing
