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

NETNS is a path.
"""
import ctypes
import os
import socket
import struct
import sys
import threading

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def make(netns, family, kind, device):
    """A socket of a namespace; they belong to threads, and this is the only one that makes some."""
    fd = os.open(netns, os.O_RDONLY)
    if _libc.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), netns)
    os.close(fd)
    sock = socket.socket(family, kind)
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


def ask(seconds, netns, kind, address, port, *options):
    options = dict(zip(options[::2], options[1::2]))
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with make(netns, family, socket.SOCK_DGRAM if kind == 'udp' else socket.SOCK_STREAM,
              options.get('dev')) as sock:
        sock.settimeout(float(seconds))
        try:
            if 'from' in options:
                sock.bind(('', int(options['from'])))
            sock.connect((address, int(port)))
            return exchange(sock, kind, int(options.get('size', 0)))
        except TimeoutError:
            return 'silence'
        except ConnectionRefusedError:
            return 'refused'
        except OSError as error:
            return 'unreachable' if error.errno in (101, 113) else str(error)


for line in sys.stdin:
    command, *words = line.split()
    try:
        answer = {'serve': serve, 'ask': ask}[command](*words)
    except OSError as reason:
        answer = str(reason)
    print(answer, flush=True)
