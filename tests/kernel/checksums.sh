#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Every packet that a receiver's packet socket sees has a correct checksum or
# says that it has none yet, bridged and routed; with the sender's offload off
# each has one. No receiver's stack counts a wrong one.

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
		import socket
		import struct
		import sys
		from packet import IP4, IP6, TCP, UDP, Namespace, check, checksum, equal

		SOL_PACKET, PACKET_AUXDATA, OUTGOING, NOT_READY = 263, 8, 4, 1 << 3
		a, b, c, what = sys.argv[1:]
		DATA = bytes(range(256)) * 1024

		def observer(name):
		    with Namespace(name):
		        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
		    sock.bind(('eth1', 3))
		    sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
		    sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 23)  # SO_RCVBUFFORCE
		    sock.setblocking(False)
		    return sock

		def transport(frame):
		    """Protocol, segment and sum of the pseudo header's fields; None: neither TCP nor UDP."""
		    kind, = struct.unpack('!H', frame[12:14])
		    if kind == IP4:
		        length, = struct.unpack('!H', frame[16:18])
		        protocol, start, addresses = frame[23], 14 + frame[14] % 16 * 4, frame[26:34]
		        end = 14 + length
		    elif kind == IP6:
		        length, = struct.unpack('!H', frame[18:20])
		        protocol, start, addresses = frame[20], 54, frame[22:54]
		        end = 54 + length
		    else:
		        return None
		    if protocol not in (TCP, UDP):
		        return None
		    return addresses + struct.pack('!II', end - start, protocol) + frame[start:end]

		def look(sock):
		    """How many came correct, not ready, and wrong."""
		    correct = pending = wrong = 0
		    while True:
		        try:
		            frame, ancillary, _, address = sock.recvmsg(1 << 17, 256)
		        except BlockingIOError:
		            return correct, pending, wrong
		        if address[2] == OUTGOING or not (data := transport(frame)):
		            continue
		        status, = struct.unpack('=I', [d for _, kind, d in ancillary
		                                       if kind == PACKET_AUXDATA][0][:4])
		        if status & NOT_READY:
		            pending += 1
		        elif checksum(data):
		            wrong += 1
		        else:
		            correct += 1

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
		    client.connect(server.getsockname()[:2])
		    peer = server.accept()[0]
		    peer.settimeout(60)
		    for start in range(0, len(DATA), 1 << 15):
		        client.sendall(DATA[start:start + (1 << 15)])
		        want = 1 << 15
		        while want:
		            want -= len(peer.recv(want))

		def udp(receiver, address):
		    server, client = sockets(receiver, address, socket.SOCK_DGRAM)
		    for size in (0, 1, 2, 31, 1400):
		        client.sendto(DATA[:size], server.getsockname()[:2])
		        server.recv(1 << 16)

		for receiver, address in ((b, '192.0.2.11'), (b, '2001:db8:1::b'),
		                          (c, '198.51.100.12'), (c, '2001:db8:2::c')):
		    watch = observer(receiver)
		    tcp(receiver, address)
		    udp(receiver, address)
		    correct, pending, wrong = look(watch)
		    seen = '%d correct, %d not ready, %d wrong' % (correct, pending, wrong)
		    equal('no checksum is wrong on the way to %s, %s' % (address, what), wrong, 0)
		    if what == 'offload on':
		        check('... and some are left to the receiver', pending > 8, seen)
		    else:
		        check('... and all are there', correct > 180 and not pending, seen)
	END
}

# wrong NS: checksum errors that its stack counted
wrong()
{
	in_ns "$1" python3 -S - <<- 'END'
		lines = open('/proc/net/snmp').read().split('\n')
		total = 0
		for names, values in zip(lines[::2], lines[1::2]):
		    total += sum(int(value) for name, value in zip(names.split(), values.split())
		                 if name == 'InCsumErrors')
		for line in open('/proc/net/snmp6'):
		    name, value = line.split()
		    total += int(value) if name.endswith('InCsumErrors') else 0
		print(total)
	END
}

transfers "offload on"
ok "checksum offload off" in_ns a ethtool -K eth1 tx off
transfers "offload off"
is "no stack counted a wrong checksum" "$(wrong b) $(wrong c)" "0 0"
done_testing
