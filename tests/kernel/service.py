# SPDX-License-Identifier: Apache-2.0
"""
Services and their clients in several namespaces, from one process: starting one
for each connection would take most of a test's time. Each line of standard input
is a command, answered by one line:

    serve NETNS NAME PORT [DEVICE]
        TCP and UDP of both families; says "ready"
    ask SECONDS NETNS tcp|udp ADDRESS PORT [size N] [from PORT] [dev DEVICE]
        send N bytes and get them back; says "NAME PEER", PEER being the client
        as the service sees it, or "silence", "refused", "unreachable"
    ask SECONDS NETNS ping ADDRESS SIZE
        an echo request with so many bytes; says "pong" or as above
    stream STREAM NETNS ADDRESS PORT MS
        send datagrams to a service from now on, one each MS; says "ready"
    heard STREAM
        says the name of who answered last
    end STREAM
        says "SENT LOST GAP NAMES": how many had no answer, the longest time
        without one in ms, and who answered, in their order

NETNS is a path.
"""
import ctypes
import os
import socket
import struct
import sys
import threading
import time

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def make(netns, family, kind, device, protocol=0):
    """A socket of a namespace; they belong to threads, and this is the only one that makes some."""
    fd = os.open(netns, os.O_RDONLY)
    if _libc.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), netns)
    os.close(fd)
    sock = socket.socket(family, kind, protocol)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if device:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    return sock


def read(sock, size):
    data = bytearray()
    while len(data) < size:
        part = sock.recv(min(size - len(data), 1 << 16))
        if not part:
            raise ConnectionResetError
        data += part
    return bytes(data)


def greeting(name, peer):
    return ('%s %s\n' % (name, peer[0].removeprefix('::ffff:'))).encode()


def serve_tcp(sock, name):
    while True:
        conn, peer = sock.accept()
        with conn:
            conn.settimeout(20)
            try:
                size, = struct.unpack('!I', read(conn, 4))
                conn.sendall(read(conn, size) + greeting(name, peer))
            except OSError:
                pass


def serve_udp(sock, name):
    while True:
        data, peer = sock.recvfrom(1 << 16)
        try:
            sock.sendto(data + greeting(name, peer), peer)
        except OSError:
            pass


def serve(netns, name, port, device=None):
    for kind, target in (socket.SOCK_STREAM, serve_tcp), (socket.SOCK_DGRAM, serve_udp):
        sock = make(netns, socket.AF_INET6, kind, device)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind(('::', int(port)))
        if kind == socket.SOCK_STREAM:
            sock.listen(8)
        threading.Thread(target=target, args=(sock, name), daemon=True).start()
    return 'ready'


def exchange(sock, kind, size):
    data = os.urandom(size)
    if kind == 'udp':
        sock.send(data)
        back = sock.recv(1 << 16)
    else:
        sock.sendall(struct.pack('!I', size) + data)
        back = read(sock, size + 1)
        while not back.endswith(b'\n'):
            back += read(sock, 1)
    return back[size:].decode().strip() if back.startswith(data) else 'damage'


def checksum(data):
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ping(seconds, netns, address, size):
    """By a raw socket, which needs no program; the kernel does the checksum of IPv6."""
    v6 = ':' in address
    data = os.urandom(int(size) // 2 * 2)
    ident = os.urandom(4)
    request = struct.pack('!BBH', 128 if v6 else 8, 0, 0) + ident + data
    if not v6:
        request = request[:2] + struct.pack('!H', checksum(request)) + request[4:]
    reply = (129 if v6 else 0, ident + data)
    with make(netns, socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_RAW, None,
              socket.IPPROTO_ICMPV6 if v6 else socket.IPPROTO_ICMP) as sock:
        sock.settimeout(float(seconds))
        sock.connect((address, 0))
        sock.send(request)
        while True:
            got = sock.recv(1 << 16)
            got = got if v6 else got[20:]
            if (got[0], got[4:]) == reply:
                return 'pong'


class Stream:
    """Numbered datagrams to a service of serve(), and who answered which."""

    def __init__(self, netns, address, port, every):
        family = socket.AF_INET6 if ':' in address else socket.AF_INET
        self.sock = make(netns, family, socket.SOCK_DGRAM, None)
        self.sock.settimeout(0.1)
        self.to = (address, int(port))
        self.every = float(every) / 1000
        self.sent = 0
        self.answered = set()
        self.names = []
        self.gap = 0
        self.last = time.monotonic()
        self.stop = 0
        self.threads = [threading.Thread(target=target, daemon=True)
                        for target in (self.send, self.receive)]
        for thread in self.threads:
            thread.start()

    def send(self):
        due = time.monotonic()
        while not self.stop:
            try:
                self.sock.sendto(struct.pack('!I', self.sent), self.to)
            except OSError:
                pass  # lost, like others
            self.sent += 1
            due = max(due + self.every, time.monotonic() - self.every)
            time.sleep(max(0, due - time.monotonic()))

    def receive(self):
        while not (self.stop and len(self.answered) == self.sent):
            try:
                data = self.sock.recv(1 << 16)
            except TimeoutError:
                if self.stop and time.monotonic() > self.stop:
                    return
                continue
            except OSError:
                continue
            now = time.monotonic()
            self.gap = max(self.gap, now - self.last)
            self.last = now
            self.answered.add(data[:4])
            name = data[4:].decode().split()[0]
            if self.names[-1:] != [name]:
                self.names.append(name)

    def heard(self):
        return self.names[-1] if self.names else 'nobody'

    def end(self):
        self.gap = max(self.gap, time.monotonic() - self.last)
        self.stop = time.monotonic() + 1  # what comes late is not lost
        for thread in self.threads:
            thread.join()
        return '%d %d %d %s' % (self.sent, self.sent - len(self.answered), self.gap * 1000,
                                ' '.join(self.names) or 'nobody')


STREAMS = {}


def stream(name, *args):
    STREAMS[name] = Stream(*args)
    return 'ready'


def heard(name):
    return STREAMS[name].heard()


def end(name):
    return STREAMS.pop(name).end()


def connect_and_exchange(seconds, netns, kind, address, port, *options):
    options = dict(zip(options[::2], options[1::2]))
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with make(netns, family, socket.SOCK_DGRAM if kind == 'udp' else socket.SOCK_STREAM,
              options.get('dev')) as sock:
        sock.settimeout(float(seconds))
        if 'from' in options:
            sock.bind(('', int(options['from'])))
        sock.connect((address, int(port)))
        return exchange(sock, kind, int(options.get('size', 0)))


def ask(seconds, netns, kind, *rest):
    try:
        if kind == 'ping':
            return ping(seconds, netns, *rest)
        return connect_and_exchange(seconds, netns, kind, *rest)
    except TimeoutError:
        return 'silence'
    except ConnectionRefusedError:
        return 'refused'
    except OSError as error:
        return 'unreachable' if error.errno in (101, 113) else str(error)


COMMANDS = {'serve': serve, 'ask': ask, 'stream': stream, 'heard': heard, 'end': end}
for line in sys.stdin:
    command, *words = line.split()
    try:
        answer = COMMANDS[command](*words)
    except OSError as reason:
        answer = str(reason)
    print(answer, flush=True)
