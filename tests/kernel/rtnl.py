# SPDX-License-Identifier: Apache-2.0
"""
A small client for links, where starting ip for each change would take too long.

	rtnl = Rtnl()
	rtnl.add('new', 'vr', b'', link_mac(0x42) + mtu(1400))
"""
import os
import socket
import struct

from vrnl import Refused, pack


def link_mac(last):
    return pack(1, bytes([2, 0, 0, 0, 0, last]))


def mtu(value):
    return pack(4, struct.pack('I', value))


def to_namespace(file):
    return pack(28, struct.pack('I', file))


class Rtnl:
    """Links, of the namespace it was made in."""

    NEW, DEL, GET = 16, 17, 18
    # what a request may change; not indexes, statistics and states of others
    KEPT = {1: 'address', 4: 'mtu', 10: 'master', 30: 'promiscuity', 33: 'carrier',
            41: 'gso_max', 51: 'max_mtu', 59: 'tso_max'}

    def __init__(self, wrap=lambda sock: sock):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        self.sock.bind((0, 0))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.sock = wrap(self.sock)
        self.seq = 0

    def send(self, kind, flags, index, attrs, dev_flags=0, change=0):
        self.seq += 1
        data = struct.pack('BxHiII', 0, 0, index, dev_flags, change) + attrs
        self.sock.send(struct.pack('IHHII', 16 + len(data), kind, flags | 1, self.seq, 0) + data)

    def messages(self):
        while True:
            data = self.sock.recv(1 << 20)
            while len(data) >= 16:
                length, kind, _, seq, _ = struct.unpack_from('IHHII', data)
                if seq == self.seq:
                    yield kind, data[16:length]
                data = data[(length + 3) & ~3:]

    def do(self, *args):
        self.send(*args)
        for kind, payload in self.messages():
            if kind == 2:
                number = -struct.unpack_from('i', payload)[0]
                if number:
                    raise Refused(number, os.strerror(number), None)
                return

    def add(self, name, kind, data=b'', more=b'', dev_flags=0):
        info = pack(1, kind.encode()) + (pack(2 | 0x8000, data) if data else b'')
        self.do(self.NEW, 4 | 0x600, 0, pack(3, name.encode() + b'\0') + pack(18 | 0x8000, info) +
                more, dev_flags, dev_flags)

    def veth(self, name, peer):
        """Both ends up."""
        attrs = bytes(16) + pack(3, peer.encode() + b'\0')
        self.add(name, 'veth', pack(1 | 0x8000, attrs), link_mac(0x50), 1)
        self.up(peer)

    def vxlan(self, name, port):
        self.add(name, 'vxlan', pack(25, b'\1') + pack(7, b'\0') + pack(
            15, struct.pack('!H', port)), link_mac(0x51), 1)

    def set(self, name, attrs=b'', dev_flags=0, change=0):
        self.do(self.NEW, 4, 0, pack(3, name.encode() + b'\0') + attrs, dev_flags, change)

    def up(self, name, on=1):
        self.set(name, b'', on, 1)

    def rename(self, old, new):
        self.do(self.NEW, 4, socket.if_nametoindex(old), pack(3, new.encode() + b'\0'))

    def delete(self, name):
        self.do(self.DEL, 4, 0, pack(3, name.encode() + b'\0'))

    def links(self):
        """{name: what of it is kept}"""
        self.send(self.GET, 0x300, 0, b'')
        out = {}
        for kind, payload in self.messages():
            if kind == 3:
                return out
            # up, promiscuous, of all multicast; what follows from them is told late
            link = {'flags': struct.unpack_from('I', payload, 8)[0] & 0x301}
            name, rest = None, payload[16:]
            while len(rest) >= 4:
                length, number = struct.unpack_from('HH', rest)
                value = rest[4:length]
                if number == 3:
                    name = value.rstrip(b'\0').decode()
                elif number in self.KEPT:
                    link[self.KEPT[number]] = value
                rest = rest[(length + 3) & ~3:]
            out[name] = link
        return out

    def move(self, name, file):
        """To the namespace of a file descriptor."""
        self.set(name, to_namespace(file))
