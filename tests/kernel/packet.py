# SPDX-License-Identifier: Apache-2.0
"""
Raw frames between namespaces, from one process: starting one for each frame
would take most of a test's time. Runs on one CPU, so that what was sent first
also arrives first, and a frame that has come means that an earlier one that
has not will not come: see Station.quiet().
"""
import ctypes
import os
import select
import socket
import struct
import sys
import time

ARP, IP4, IP6, VLAN = 0x0806, 0x0800, 0x86dd, 0x8100
ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58
BROADCAST = 'ff:ff:ff:ff:ff:ff'
GATEWAY = '02:76:72:00:00:01'

os.sched_setaffinity(0, {0})
_libc = ctypes.CDLL(None, use_errno=True)


def check(desc, passed, *diag):
    """A test, for the shell's report."""
    print('%s - %s' % ('ok' if passed else 'not ok', desc))
    if not passed:
        for text in diag:
            print('#', text)
    sys.stdout.flush()


def equal(desc, got, want):
    check(desc, got == want, 'got:  %s' % (got,), 'want: %s' % (want,))


def enter(path):
    with open(path, encoding='ascii') as file:
        if _libc.setns(file.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), 'setns ' + path)


class Namespace:
    """with Namespace(name): what is opened is in that namespace."""

    def __init__(self, name):
        self.path = os.path.join('/run/netns', name)

    def __enter__(self):
        enter(self.path)

    def __exit__(self, *args):
        enter('/proc/%d/ns/net' % os.getppid())


def mac(text):
    return bytes.fromhex(text.replace(':', ''))


def ip(text):
    return socket.inet_pton(socket.AF_INET6 if ':' in text else socket.AF_INET, text)


def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def eth(dst, src, kind, payload):
    return mac(dst) + mac(src) + struct.pack('!H', kind) + payload


def tag(frame, vid, kind=VLAN):
    return frame[:12] + struct.pack('!HH', kind, vid) + frame[12:]


def snap(frame, oui=b'\0\0\0'):
    """The same in an 802.3 frame with LLC and SNAP."""
    payload = b'\xaa\xaa\3' + oui + frame[12:]
    return frame[:12] + struct.pack('!H', len(payload)) + payload


def arp(operation, smac, sip, tmac, tip):
    return struct.pack('!HHBBH', 1, IP4, 6, 4, operation) + mac(smac) + ip(sip) + mac(tmac) + \
        ip(tip)


def ip4(src, dst, protocol, payload, ttl=64, bad=0, version=0x45, length=None, frag=0,
        options=b'', tos=0, ident=1):
    """Options are of whole words."""
    if length is None:
        length = 20 + len(options) + len(payload)
    header = struct.pack('!BBHHHBBH4s4s', version + len(options) // 4, tos, length, ident, frag,
                         ttl, protocol, 0, ip(src), ip(dst)) + options
    return header[:10] + struct.pack('!H', checksum(header) ^ bad) + header[12:] + payload


def ip6(src, dst, protocol, payload, hops=64, version=6, length=None):
    return struct.pack('!IHBB', version << 28, len(payload) if length is None else length,
                       protocol, hops) + ip(src) + ip(dst) + payload


def behind(protocol, payload, *kinds):
    """Extension headers of these kinds (44: an atomic fragment) before a payload."""
    for kind in reversed(kinds):
        body = b'\0' * 6 if kind == 44 else b'\1\4\0\0\0\0'
        payload = bytes([protocol, 0]) + body + payload
        protocol = kind
    return protocol, payload


def pseudo(src, dst, protocol, payload):
    return ip(src) + ip(dst) + struct.pack('!II', len(payload), protocol)


def udp(src, dst, payload=b'', sport=4000, dport=4001):
    data = struct.pack('!HHHH', sport, dport, 8 + len(payload), 0) + payload
    total = checksum(pseudo(src, dst, UDP, data) + data)
    return data[:6] + struct.pack('!H', total or 0xffff) + payload


def packet(src, dst, payload=b'', **kwargs):
    """UDP over the family of the addresses."""
    if ':' in src:
        return ip6(src, dst, UDP, udp(src, dst, payload), **kwargs)
    return ip4(src, dst, UDP, udp(src, dst, payload), **kwargs)


def icmp6(src, dst, kind, body, hops=255, bad=0):
    data = struct.pack('!BBH', kind, 0, 0) + body
    total = checksum(pseudo(src, dst, ICMP6, data) + data) ^ bad
    return ip6(src, dst, ICMP6, data[:2] + struct.pack('!H', total) + body, hops)


def echo(src, dst, data=b'ping', bad=0, **kwargs):
    if ':' in src:
        return icmp6(src, dst, 128, struct.pack('!HH', 1, 1) + data, bad=bad, **kwargs)
    body = struct.pack('!BBHHH', 8, 0, 0, 1, 1) + data
    body = body[:2] + struct.pack('!H', checksum(body) ^ bad) + body[4:]
    return ip4(src, dst, ICMP, body, **kwargs)


def error(src, dst, kind, code, quoted, info=0):
    """The ICMP or ICMPv6 error that the router makes."""
    data = struct.pack('!BBHI', kind, code, 0, info) + quoted
    if ':' in src:
        total = checksum(pseudo(src, dst, ICMP6, data) + data)
        return ip6(src, dst, ICMP6, data[:2] + struct.pack('!H', total) + data[4:])
    tos = 0xc0 | quoted[1] & 0x1c
    return ip4(src, dst, ICMP, data[:2] + struct.pack('!H', checksum(data)) + data[4:],
               frag=0x4000, tos=tos, ident=0)


def is_error(frame):
    """Whether it is an ICMP or ICMPv6 error, whatever it is about."""
    if frame[12:14] == b'\x08\0':
        return frame[23] == ICMP and frame[34] in (3, 4, 5, 11, 12)
    return frame[12:14] == b'\x86\xdd' and frame[20] == ICMP6 and frame[54] < 128


def solicited(address):
    return 'ff02::1:ff%02x:%02x%02x' % tuple(ip(address)[13:])


def group_mac(address):
    return '33:33:' + ip(address)[12:].hex(':')


def solicit(src, target, smac=None, **kwargs):
    """A neighbour solicitation; without smac it has no option."""
    option = b'\1\1' + mac(smac) if smac else b''
    return icmp6(src, solicited(target), 135, b'\0' * 4 + ip(target) + option, **kwargs)


def advertise(src, dst, target, tmac=None, flags=0x60, **kwargs):
    option = b'\2\1' + mac(tmac) if tmac else b''
    return icmp6(src, dst, 136, bytes([flags, 0, 0, 0]) + ip(target) + option, **kwargs)


class Station:
    """A raw socket on a device in a namespace."""

    def __init__(self, name, address, device='eth1'):
        with Namespace(name):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.sock.bind((device, 3))
        self.mac = address
        self.kept = []

    def send(self, frame):
        self.sock.send(frame)

    def send_partial(self, frame, start, offset):
        """With a checksum that the device is to fill in at start + offset."""
        self.sock.setsockopt(263, 15, 1)  # SOL_PACKET, PACKET_VNET_HDR
        self.sock.send(struct.pack('=BBHHHH', 1, 0, 0, 0, start, offset) + frame)
        self.sock.setsockopt(263, 15, 0)

    def frames(self):
        """What has come since the last call."""
        out, self.kept = self.kept, []
        try:
            while True:
                frame, address = self.sock.recvfrom(70000, socket.MSG_DONTWAIT)
                if address[2] != 4:
                    out.append(frame)
        except BlockingIOError:
            return out

    def expect(self, wanted, timeout=10):
        """The first frame that is wanted: text in it, or a function. Or None."""
        end = time.monotonic() + timeout
        if isinstance(wanted, bytes):
            text, wanted = wanted, lambda frame: text in frame
        while True:
            found = self.frames()
            for i, frame in enumerate(found):
                if wanted(frame):
                    self.kept = found[i + 1:]
                    return frame
            if not select.select([self.sock], [], [], max(0, end - time.monotonic()))[0]:
                return None

    def quiet(self, unwanted, after, fence):
        """
        Whether nothing unwanted came before the fence, a frame that is sure to
        arrive from the station that sent what should not.
        """
        if isinstance(unwanted, bytes):
            text, unwanted = unwanted, lambda frame: text in frame
        after.send(fence)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            for frame in self.frames():
                if frame[14:] == fence[14:]:
                    return True
                if unwanted(frame):
                    return False
            select.select([self.sock], [], [], 0.5)
        print('# the fence did not come')
        return False
