#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 240
#
# A tap as of a virtual machine, with vnet headers: super-packets and checksums
# that are left to the receiver pass both ways, bridged and routed, to native
# ports and to another machine; and none do where the machine does not take them.

. "$(dirname "$0")/setup.sh"
module_load

modprobe -q tun
[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
vrctl network add blue subnet 192.0.2.1/24 subnet 198.51.100.1/24 \
	subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64
pod b blue 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64
pod c blue 02:00:00:00:00:0c 198.51.100.12/24 2001:db8:2::c/64
default_routes b 192.0.2.1 2001:db8:1::1
default_routes c 198.51.100.1 2001:db8:2::1
ns v w x

# A machine is a namespace with a tap of its own; between its descriptor and that
# of the tap here packets are carried as they are, with their headers.
python "$b" "$c" "$v" "$w" "$x" <<- 'END'
	import fcntl
	import hashlib
	import subprocess
	import sys
	import threading
	from packet import *
	from vrnl import *

	TUNSETIFF, TUNSETOFFLOAD, TAP, NO_PI, VNET_HDR = 0x400454ca, 0x400454d0, 2, 0x1000, 0x4000
	CSUM, TSO4, TSO6 = 1, 2, 4
	NEEDS_CSUM, GSO_TCP4, GSO_TCP6 = 1, 1, 4

	nl = Netlink()

	def tap(device, offload):
	    fd = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
	    fcntl.ioctl(fd, TUNSETIFF, struct.pack('16sH22x', device.encode(), TAP | NO_PI | VNET_HDR))
	    fcntl.ioctl(fd, TUNSETOFFLOAD, offload)
	    return fd

	class Way:
	    """What was carried, and what was wrong with it."""

	    def __init__(self):
	        self.largest = self.packets = self.partial = self.super_ = 0
	        self.wrong = []

	    def fail(self, *what):
	        if len(self.wrong) < 5:
	            self.wrong.append(what)

	    def look(self, data):
	        flags, gso, _, size, start, offset = struct.unpack_from('=BBHHHH', data)
	        frame = data[10:]
	        self.packets += 1
	        self.largest = max(self.largest, len(frame))
	        kind, = struct.unpack_from('!H', frame, 12)
	        if kind == IP4:
	            protocol, at = frame[23], 14 + frame[14] % 16 * 4
	            end = 14 + struct.unpack_from('!H', frame, 16)[0]
	            if checksum(frame[14:at]):
	                self.fail('IPv4 header', frame[:34].hex())
	            addresses = frame[26:34]
	            if struct.unpack_from('!H', frame, 20)[0] & 0x3fff:  # a fragment
	                protocol = None
	        elif kind == IP6:
	            protocol, at, addresses = frame[20], 54, frame[22:54]
	            end = 54 + struct.unpack_from('!H', frame, 18)[0]
	        else:
	            protocol = None
	        if protocol not in (TCP, UDP):
	            if gso or flags & NEEDS_CSUM:
	                self.fail('header', data[:64].hex())
	            return
	        if end > len(frame):
	            self.fail('length', end, len(frame))
	        pseudo_ = addresses + struct.pack('!II', end - at, protocol)
	        where = at + (16 if protocol == TCP else 6)
	        if gso:
	            self.super_ += 1
	            if gso != (GSO_TCP4 if kind == IP4 else GSO_TCP6) or not flags & NEEDS_CSUM or \
	                    not 1000 < size < 1461:
	                self.fail('super-packet', data[:10].hex(), len(frame))
	        elif len(frame) > 1514:
	            self.fail('too long', len(frame))
	        if flags & NEEDS_CSUM:
	            self.partial += 1
	            if (start, start + offset) != (at, where):
	                self.fail('checksum at', start, offset)
	            if struct.unpack_from('!H', frame, where)[0] != ~checksum(pseudo_) & 0xffff:
	                self.fail('pseudo header', frame[:80].hex())
	        elif checksum(pseudo_ + frame[at:end]):
	            self.fail('checksum', frame[:80].hex())

	class Machine:
	    def __init__(self, name, device, address, ips, offload):
	        self.name, self.ips, self.device = name, ips, device
	        self.fds = [tap(device, offload)]
	        with Namespace(name):
	            self.fds.append(tap('eth1', offload))
	        self.ways = [Way(), Way()]  # to the machine, and from it
	        gateways = [ip_.rsplit('.', 1)[0] + '.1' if '.' in ip_ else ip_.rsplit(':', 1)[0] + ':1'
	                    for ip_ in ips]
	        commands = 'link set eth1 address %s up\n' % address
	        for ip_, gateway in zip(ips, gateways):
	            commands += 'address add %s dev eth1%s\nroute add default via %s\n' % (
	                ip_ + ('/64 ' if ':' in ip_ else '/24'), ' nodad' * (':' in ip_), gateway)
	        subprocess.run(('ip', '-n', name, '-batch', '-'), text=True, check=True, input=commands)
	        subprocess.run(('ip', 'link', 'set', device, 'up'), check=True)
	        port = nl.do('port-new', {'network': 'blue', 'ifname': device, 'mac': address,
	                                  'address': list(ips)}, EXCL)
	        equal('%s is a port' % device, (port['kind'], port['antispoof'], port['up']), ('tap', 1, 1))
	        threading.Thread(target=self.run, daemon=True).start()

	    def run(self):
	        while True:
	            for fd in select.select(self.fds, [], [])[0]:
	                i = self.fds.index(fd)
	                try:
	                    data = os.read(fd, 70000)
	                    self.ways[i].look(data)
	                    os.write(self.fds[1 - i], data)
	                except OSError as error:
	                    self.ways[i].fail(error)

	DATA = os.urandom(1 << 16)
	ROUNDS = 8

	def sockets(sender, receiver, address, kind):
	    family = socket.AF_INET6 if ':' in address else socket.AF_INET
	    with Namespace(receiver):
	        server = socket.socket(family, kind)
	    with Namespace(sender):
	        client = socket.socket(family, kind)
	    server.bind((address, 0))
	    server.settimeout(60)
	    client.settimeout(60)
	    return server, client

	def tcp(what, sender, receiver, address):
	    server, client = sockets(sender, receiver, address, socket.SOCK_STREAM)
	    server.listen(1)
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
	    check('TCP %s' % what, (length, got.digest()) == (ROUNDS << 16, sent.digest()), length)

	def udp_(what, sender, receiver, address):
	    server, client = sockets(sender, receiver, address, socket.SOCK_DGRAM)
	    for size in (0, 1, 31, 1400, 4000):
	        client.sendto(DATA[:size], server.getsockname()[:2])
	        if server.recv(1 << 16) != DATA[:size]:
	            return check('UDP %s' % what, False, size)
	    return check('UDP %s' % what, True)

	def both_ways(machine, other, ips, who):
	    for mine, theirs in zip(machine.ips, ips):
	        family = ', IPv6' if ':' in mine else ', IPv4'
	        for function in tcp, udp_:
	            function('to %s' % who + family, machine.name, other, theirs)
	            function('from %s' % who + family, other, machine.name, mine)

	def wrong_sums(name):
	    """Checksums that its stack found wrong."""
	    total = 0
	    with Namespace(name):
	        with open('/proc/thread-self/net/snmp', encoding='ascii') as file:
	            lines = file.read().split('\n')
	        with open('/proc/thread-self/net/snmp6', encoding='ascii') as file:
	            total += sum(int(line.split()[1]) for line in file if 'InCsumErrors' in line)
	    for head, values in zip(lines[::2], lines[1::2]):
	        total += sum(int(value) for key, value in zip(head.split(), values.split())
	                     if key == 'InCsumErrors')
	    return total

	b, c, v, w, x = sys.argv[1:]
	B, C = ('192.0.2.11', '2001:db8:1::b'), ('198.51.100.12', '2001:db8:2::c')
	V, W = ('192.0.2.21', '2001:db8:1::21'), ('198.51.100.22', '2001:db8:2::22')
	X = ('192.0.2.23', '2001:db8:1::23')

	vm = Machine(v, 'tap0', '02:00:00:00:00:21', V, CSUM | TSO4 | TSO6)
	other = Machine(w, 'tap1', '02:00:00:00:00:22', W, CSUM | TSO4 | TSO6)
	plain = Machine(x, 'tap2', '02:00:00:00:00:23', X, 0)

	def verdict(machine, what, large):
	    for way, whither in zip(machine.ways, ('to it', 'from it')):
	        seen = '%d packets, %d of them super, %d with partial checksum, largest %d' % (
	            way.packets, way.super_, way.partial, way.largest)
	        print('#', what, whither, seen)
	        equal('%s: nothing is wrong %s' % (what, whither), way.wrong, [])
	        if large:
	            check('... super-packets pass', way.super_ > 20 and way.largest > 16000, seen)
	        else:
	            check('... all are plain', not way.super_ and not way.partial and
	                  way.packets > 500, seen)

	both_ways(vm, b, B, 'a native port')
	both_ways(vm, c, C, 'a native port, routed')
	both_ways(vm, w, W, 'another machine, routed')
	verdict(vm, 'a machine with offloads', True)
	verdict(other, 'the other machine', True)
	both_ways(plain, b, B, 'a native port, without offloads')
	both_ways(plain, c, C, 'a native port, routed, without offloads')
	both_ways(plain, v, V, 'a machine with offloads')
	verdict(plain, 'a machine without offloads', False)
	equal('no stack has counted a wrong checksum', [wrong_sums(name) for name in sys.argv[1:]],
	      [0] * 5)
	equal('nothing was dropped', {reason: count for reason, count in nl.drops().items()
	                              if count and reason in ('too-big', 'ip-header', 'truncated')}, {})
END
done_testing
