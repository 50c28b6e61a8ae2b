#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Megabytes of TCP and large datagrams arrive whole, bridged and routed, with and
# without checksum and segmentation offload; large sends stay large on the way.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 198.51.100.1/24 \
	subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64
pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
pod b blue 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64
pod c blue 02:00:00:00:00:0c 198.51.100.12/24 2001:db8:2::c/64
default_routes a 192.0.2.1 2001:db8:1::1
default_routes c 198.51.100.1 2001:db8:2::1

transfers()
{
	python "$a" "$b" "$c" "$@" <<- 'END'
		import errno
		import hashlib
		import os
		import socket
		import sys
		import threading
		from packet import Namespace, check, equal
		from vrnl import *

		nl = Netlink()
		a, b, c, what, large = sys.argv[1:]
		DATA = os.urandom(1 << 16)
		ROUNDS = 48

		def sockets(receiver, address, kind):
		    family = socket.AF_INET6 if ':' in address else socket.AF_INET
		    with Namespace(receiver):
		        server = socket.socket(family, kind)
		    with Namespace(a):
		        client = socket.socket(family, kind)
		    server.bind((address, 0))
		    server.settimeout(60)
		    client.settimeout(60)
		    return server, client

		def tcp(receiver, address):
		    server, client = sockets(receiver, address, socket.SOCK_STREAM)
		    server.listen(1)
		    got = hashlib.md5()
		    length = 0
		    def receive():
		        nonlocal length
		        sock = server.accept()[0]
		        sock.settimeout(60)
		        while data := sock.recv(1 << 20):
		            got.update(data)
		            length += len(data)
		    thread = threading.Thread(target=receive)
		    thread.start()
		    sent = hashlib.md5()
		    client.connect(server.getsockname()[:2])
		    for _ in range(ROUNDS):
		        client.sendall(DATA)
		        sent.update(DATA)
		    client.close()
		    thread.join()
		    check('TCP to %s, %s' % (address, what), length == ROUNDS * len(DATA) and
		          got.digest() == sent.digest(), '%d bytes came' % length)

		def udp(receiver, address):
		    server, client = sockets(receiver, address, socket.SOCK_DGRAM)
		    to = server.getsockname()[:2]
		    for size in (0, 1, 1400, 9000):
		        client.sendto(DATA[:size], to)
		        equal('UDP of %d bytes to %s, %s' % (size, address, what), server.recv(1 << 16),
		              DATA[:size])
		    client.setsockopt(17, 103, 1000)  # UDP_SEGMENT
		    try:
		        client.sendto(DATA[:20000], to)
		    except OSError as error:
		        # Older kernels segment UDP only for a device that does checksums.
		        check('a large UDP send is refused by the kernel, ' + what,
		              error.errno == errno.EIO and what.startswith('no offload'), error)
		        return
		    equal('a large UDP send to %s, %s' % (address, what),
		          b''.join(server.recv(1 << 16) for _ in range(20)), DATA[:20000])

		before = nl.do('port-get', {'id': 1})['stats']
		for receiver, address in ((b, '192.0.2.11'), (b, '2001:db8:1::b'),
		                          (c, '198.51.100.12'), (c, '2001:db8:2::c')):
		    tcp(receiver, address)
		    udp(receiver, address)
		after = nl.do('port-get', {'id': 1})['stats']
		sent = after['tx-packets'] - before['tx-packets']
		size = (after['tx-bytes'] - before['tx-bytes']) // sent
		if large == 'large':
		    check('super-packets are not cut', size > 3000, '%d packets of %d bytes' % (sent, size))
		else:
		    check('every packet is of the MTU', size <= 1514, '%d bytes' % size)
	END
}

transfers "all offloads" large
ok "checksum offload off" in_ns a ethtool -K eth1 tx off
transfers "no offload at the sender" small
ok "receive checksum off" in_ns b ethtool -K eth1 rx off
ok "the sender's on, but no segmentation" in_ns a \
	ethtool -K eth1 tx on tso off gso off tx-udp-segmentation off
transfers "no segmentation" small
is "no packet was malformed or too long" "$(drops ip-header) $(drops too-big)" "0 0"
done_testing
