# SPDX-License-Identifier: Apache-2.0
"""
The far end of the wire of uplink-setup.sh, where the test itself is all the
nodes: outer headers are made and seen as they are.
"""
import struct
import sys
from packet import *

WIRE_MAC, FAR_MAC = '02:00:00:00:ff:01', '02:00:00:00:ff:02'
NEAR = {False: '203.0.113.1', True: '2001:db8:ff::1'}
PORT = 4789


def node(number, v6=False):
    """The address of a node."""
    return ('2001:db8:ff::%x' if v6 else '203.0.113.%d') % number


class Outer:
    """A frame from the wire, taken apart. Not a tunnel's: .vni is None."""

    def __init__(self, frame):
        self.frame = frame
        self.vni = self.inner = self.sport = self.dport = None
        self.v6 = frame[12:14] == b'\x86\xdd'
        if self.v6 and len(frame) >= 54:
            self.src, self.dst = (socket.inet_ntop(socket.AF_INET6, frame[i:i + 16])
                                  for i in (22, 38))
            self.tos = struct.unpack_from('!I', frame, 14)[0] >> 20 & 0xff
            self.length, self.protocol, self.ttl = struct.unpack_from('!HBB', frame, 18)
            self.df, data = True, frame[54:54 + self.length]
        elif frame[12:14] == b'\x08\0' and len(frame) >= 34:
            self.tos, self.length, _, frag, self.ttl, self.protocol = \
                struct.unpack_from('!BHHHBB', frame, 15)
            self.src, self.dst = (socket.inet_ntoa(frame[i:i + 4]) for i in (26, 30))
            self.df, data = frag == 0x4000, frame[34:14 + self.length]
            self.header_ok = checksum(frame[14:34]) == 0
        else:
            return
        if self.protocol != UDP or len(data) < 16:
            return
        self.sport, self.dport, self.udp_length, self.sum = struct.unpack_from('!HHHH', data)
        self.sum_ok = self.sum and not checksum(pseudo(self.src, self.dst, UDP, data) + data)
        if self.dport == PORT:
            self.header = data[8:16]
            self.vni = struct.unpack_from('!I', data, 12)[0] >> 8
            self.inner = data[16:]


def header(vni, flags=8, reserved=b'\0\0\0', last=0):
    return bytes([flags]) + reserved + struct.pack('!IB', vni, last)[1:]


def around(src, dst, payload, sport=40000, dport=PORT, sum=None, **kwargs):
    """A frame to the near end: UDP with this payload; sum 0 is none."""
    data = udp(src, dst, payload, sport, dport)
    if sum is not None:
        data = data[:6] + struct.pack('!H', sum) + data[8:]
    if ':' in src:
        tos = kwargs.pop('tos', 0)
        packet = ip6(src, dst, UDP, data, **kwargs)
        packet = struct.pack('!I', 6 << 28 | tos << 20) + packet[4:]
        return eth(WIRE_MAC, FAR_MAC, IP6, packet)
    return eth(WIRE_MAC, FAR_MAC, IP4, ip4(src, dst, UDP, data, frag=0x4000, **kwargs))


class Far(Station):
    """All nodes but the near one."""

    def __init__(self, name):
        super().__init__(name, FAR_MAC, 'wire')

    def tunnel(self, vni, inner, number=2, v6=False, **kwargs):
        """Sends a frame as a node does."""
        options = {key: kwargs.pop(key) for key in ('flags', 'reserved', 'last') if key in kwargs}
        self.send(around(node(number, v6), NEAR[v6], header(vni, **options) + inner, **kwargs))

    def through(self, vni, **kwargs):
        """A station that sends by tunnel, for quiet()."""
        far = self

        class Through:
            def send(self, frame):
                far.tunnel(vni, frame, **kwargs)
        return Through()

    def tunnelled(self):
        """What has come by tunnel since the last call."""
        return [outer for outer in map(Outer, self.frames()) if outer.inner is not None]

    def hear(self, text, timeout=10):
        """The first that has the text in it, or None."""
        frame = self.expect(lambda frame: text in frame and Outer(frame).inner is not None, timeout)
        return Outer(frame) if frame else None


class Drops:
    """with Drops(nl, 'what', ecn=1): so many are counted, and no others."""

    def __init__(self, nl, desc, **want):
        self.nl, self.desc = nl, desc
        self.want = {key.replace('_', '-'): count for key, count in want.items() if count}

    def __enter__(self):
        self.before = self.nl.drops()

    def __exit__(self, *args):
        after = self.nl.drops()
        equal(self.desc, {key: after[key] - self.before[key] for key in after
                          if after[key] != self.before[key]}, self.want)
