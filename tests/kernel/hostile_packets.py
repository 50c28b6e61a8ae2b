# SPDX-License-Identifier: Apache-2.0
"""
What a hostile pod may think of: frames from Ethernet to DHCP, near to good ones
and far from it. The same seed gives the same frames.

	p = Packets(seed, me, others)	me and others are Hosts
	p.frame()			one of any kind
	p.corpus(50)			so many, of every kind in turn
	p.mutated(frame)		a few bytes of it are others
	truncated(frame)		all that begin as it does and end before it
	p.lie(frame)			with a vnet header that does not fit it
"""
import random
from packet import *

GATEWAY4, GATEWAY6 = '192.0.2.1', '2001:db8:1::1'
HOP, ROUTING, FRAGMENT, AUTH, NONE, OPTIONS, MOBILITY = 0, 43, 44, 51, 59, 60, 135
SCTP, IGMP, IPIP, GRE, ESP = 132, 2, 4, 47, 50
LONGEST = 1514


class Host:
    def __init__(self, address, ip4, ip6):
        self.mac, self.ip4, self.ip6 = address, ip4, ip6
        self.local = link_local(address)


def link_local(address):
    """That follows from the MAC, as inet_ntop() writes it."""
    raw = mac(address)
    return socket.inet_ntop(socket.AF_INET6, ip('fe80::')[:8] + bytes([raw[0] ^ 2]) + raw[1:3] +
                            b'\xff\xfe' + raw[3:])


def truncated(frame):
    return (frame[:length] for length in range(14, len(frame)))


class Packets:
    def __init__(self, seed, me, others, gateway=GATEWAY):
        self.rng = random.Random(seed)
        self.me, self.others, self.gateway = me, others, gateway
        self.kinds = (self.ethernet, self.vlan, self.arp, self.ip4, self.ip4, self.options4,
                      self.fragment4, self.ip6, self.ip6, self.chain6, self.fragment6, self.nd,
                      self.router, self.dhcp, self.dhcp6, self.tunnel)

    # Parts.

    def one(self, *what):
        return self.rng.choice(what)

    def chance(self, percent):
        return self.rng.random() * 100 < percent

    def bytes(self, most):
        return self.rng.randbytes(self.rng.randrange(most + 1))

    def number(self, bits, *likely):
        """A likely one, or any."""
        return self.one(self.rng.getrandbits(bits), *likely)

    def other(self):
        return self.rng.choice(self.others)

    def smac(self):
        if self.chance(70):
            return self.me.mac
        return self.one(self.other().mac, self.gateway, BROADCAST, '00:00:00:00:00:00',
                        '00:00:5e:00:01:07', '02:00:00:00:99:99', '03:00:00:00:00:0a')

    def dmac(self):
        if self.chance(40):
            return self.other().mac
        return self.one(self.gateway, self.gateway, BROADCAST, '01:00:5e:00:00:fb',
                        '33:33:00:00:00:01', '33:33:ff:00:00:0b', '01:80:c2:00:00:00',
                        '01:80:c2:00:00:0e', '02:00:00:00:77:77', self.me.mac,
                        '00:00:00:00:00:00')

    def src4(self):
        if self.chance(60):
            return self.me.ip4
        return self.one(self.other().ip4, GATEWAY4, '0.0.0.0', '255.255.255.255', '224.0.0.1',
                        '127.0.0.1', '169.254.1.1', '203.0.113.9', '192.0.2.255')

    def dst4(self):
        if self.chance(60):
            return self.other().ip4
        return self.one(self.me.ip4, GATEWAY4, '0.0.0.0', '255.255.255.255', '224.0.0.251',
                        '127.0.0.1', '203.0.113.9', '192.0.2.255')

    def src6(self):
        if self.chance(50):
            return self.me.ip6
        return self.one(self.me.local, self.other().ip6, self.other().local, GATEWAY6, '::', '::1',
                        'ff02::1', 'fe80::1', '::ffff:192.0.2.10', '2001:db8:9::9')

    def dst6(self):
        if self.chance(60):
            return self.other().ip6
        return self.one(self.me.ip6, self.other().local, GATEWAY6, '::', 'ff02::1', 'ff02::2',
                        'ff02::16', 'ff02::1:ff00:b', '::1', '2001:db8:9::9')

    # What is in IP.

    def tcp(self, src, dst):
        options = self.one(b'', b'\2\4\5\xb4', b'\2\0', b'\1\1\1\3', b'\x05\xff', self.bytes(40))
        data = struct.pack('!HHIIBBHHH', self.number(16, 80), self.number(16, 80),
                           self.rng.getrandbits(32), self.rng.getrandbits(32),
                           self.number(8, 0x50, 0xf0, 0, (5 + len(options) // 4) << 4),
                           self.number(8, 2, 16, 4, 0xff), 65535, 0, self.number(16, 0)) + options
        return TCP, data + self.bytes(60)

    def udp_(self, src, dst):
        data = udp(src, dst, self.bytes(60), self.number(16, 53, 67, 68, 546, 547, 4789),
                   self.number(16, 53, 67, 68, 546, 547, 4789, 9))
        if self.chance(30):
            data = data[:4] + struct.pack('!H', self.number(16, 0, 7, 8, 65535)) + data[6:]
        if self.chance(20):
            data = data[:6] + struct.pack('!H', self.number(16, 0)) + data[8:]
        return UDP, data

    def sctp(self, src, dst):
        chunk = struct.pack('!BBH', self.number(8, 0, 1), 0, self.number(16, 4, 0, 20))
        return SCTP, struct.pack('!HHII', 80, 80, self.rng.getrandbits(32), 0) + chunk + \
            self.bytes(40)

    def icmp(self, src, dst):
        quoted = ip4(dst, src, self.one(TCP, UDP, ICMP), self.bytes(20))
        body = struct.pack('!BBHI', self.number(8, 0, 3, 5, 8, 9, 11, 12, 13, 17),
                           self.number(8, 0, 1, 4), 0, self.number(32, 0, 68)) + \
            self.one(quoted, self.bytes(60))
        if self.chance(80):
            body = body[:2] + struct.pack('!H', checksum(body)) + body[4:]
        return ICMP, body

    def icmp6(self, src, dst):
        body = struct.pack('!I', self.number(32, 0, 1280)) + self.one(
            ip6(dst, src, self.one(TCP, UDP, ICMP6), self.bytes(20)), self.bytes(60))
        return ICMP6, icmp6(src, dst, self.number(
            8, 1, 2, 3, 4, 128, 129, 130, 131, 143, 133, 134, 135, 136, 137), body)[40:]

    def inside(self, src, dst):
        """(protocol, payload)"""
        v4 = ':' not in src
        kind = self.one(self.tcp, self.udp_, self.udp_, self.sctp, self.icmp if v4 else self.icmp6,
                        None)
        if kind:
            return kind(src, dst)
        return self.number(8, IGMP, IPIP, GRE, ESP, AUTH, NONE, 41, 255), self.bytes(80)

    # Frames of a kind.

    def to_ip4(self, payload):
        return eth(self.dmac(), self.smac(), IP4, payload)

    def to_ip6(self, payload):
        return eth(self.dmac(), self.smac(), IP6, payload)

    def ethernet(self):
        kind = self.number(16, 0, 38, 1500, 1536, 0x88b5, 0x8847, 0x8863, 0x88cc, 0x8035, 0x88e5,
                           0x8906, 0xffff, IP4, IP6, ARP, 0x8100, 0x88a8)
        body = self.one(b'', b'\xaa\xaa\3\0\0\0\x08\0', b'\xaa\xaa\3\0\0\0\x86\xdd',
                        b'\x42\x42\3', b'\xff\xff') + self.bytes(60)
        return eth(self.dmac(), self.smac(), kind, body)

    def vlan(self):
        frame = self.one(self.ip4, self.ip6, self.arp, self.router, self.dhcp, self.ethernet)()
        if self.chance(20):
            frame = snap(frame, self.one(b'\0\0\0', b'\0\0\xf8'))
        for _ in range(self.one(1, 1, 2, 2, 3, 8, 9, 12)):
            frame = tag(frame, self.number(16, 0, 1, 5, 4095), self.one(VLAN, 0x88a8))
        return frame

    def arp(self):
        body = arp(self.number(16, 1, 1, 2, 2, 3, 8), self.one(self.me.mac, self.smac()),
                   self.src4(), self.one('00:00:00:00:00:00', self.other().mac, BROADCAST),
                   self.dst4())
        if self.chance(20):
            at = self.rng.randrange(8)
            body = body[:at] + self.rng.randbytes(1) + body[at + 1:]
        return eth(self.one(BROADCAST, self.dmac()), self.smac(), self.one(ARP, ARP, ARP, 0x8035),
                   body + self.one(b'', b'\0' * 18))

    def ip4(self, **kwargs):
        src, dst = self.src4(), self.dst4()
        protocol, payload = self.inside(src, dst)
        if self.chance(20):
            kwargs['length'] = self.number(16, 0, 19, 20, 28, len(payload), 65535)
        if self.chance(10):
            kwargs['bad'] = 1
        if self.chance(10):
            kwargs['version'] = self.number(8, 0x40, 0x44, 0x46, 0x4f, 0x65)
        return self.to_ip4(ip4(src, dst, protocol, payload, ttl=self.one(64, 64, 64, 1, 0, 255),
                               tos=self.number(8, 0), ident=self.number(16, 1), **kwargs))

    def option4(self):
        """One that may be right."""
        kind = self.number(8, 0, 1, 7, 68, 130, 131, 134, 137, 148)
        if kind < 2:
            return bytes([kind])
        data = self.bytes(10)
        return bytes([kind, self.one(2 + len(data), 2 + len(data), 0, 1, 40, 255)]) + \
            self.one(b'\4', b'') + data

    def options4(self):
        options = b''.join(self.option4() for _ in range(self.rng.randrange(1, 6)))[:40]
        options += self.one(b'\0', b'\1', b'\x83') * (-len(options) % 4)
        return self.ip4(options=options)

    def fragment4(self):
        """Tiny, overlapping, at the very end of what there may be."""
        src, dst = self.src4(), self.dst4()
        protocol, payload = self.inside(src, dst)
        offset = self.one(0, 0, 1, 1, 2, 3, 8191, 8189, self.rng.getrandbits(13))
        flags = self.one(0, 0x2000, 0x2000, 0x4000, 0x6000, 0x8000)
        payload = payload[:self.one(0, 1, 4, 7, 8, 16, 24, 1000)]
        return self.to_ip4(ip4(src, dst, protocol, payload, frag=offset | flags,
                               ident=self.one(1, 1, 2)))

    def ip6(self):
        src, dst = self.src6(), self.dst6()
        protocol, payload = self.inside(src, dst)
        kwargs = {}
        if self.chance(20):
            kwargs['length'] = self.number(16, 0, 1, 8, 65535)
        if self.chance(10):
            kwargs['version'] = self.rng.getrandbits(4)
        return self.to_ip6(ip6(src, dst, protocol, payload, hops=self.one(64, 64, 255, 1, 0),
                               **kwargs))

    def extension(self, kind, following):
        if kind == FRAGMENT:
            return struct.pack('!BBHI', following, self.one(0, 255), self.number(
                16, 0, 1, 8, 9, 0xfff8, 0xfff9), 7)
        if kind == ROUTING:
            return struct.pack('!BBBBI', following, self.one(0, 2, 2, 4, 255), self.number(
                8, 0, 2, 3, 4), self.number(8, 0, 1, 255), 0) + self.one(b'', ip(GATEWAY6))
        option = self.one(b'\1\4\0\0\0\0', b'\0' * 6, b'\5\2\0\0\1\0', b'\xc2\4\0\1\0\0',
                          b'\xc2\4\0\0\0\0', b'\1\xff\0\0\0\0', b'\xc9\x10' + b'\0' * 4)
        return bytes([following, self.one(0, 0, 0, 1, 5, 255)]) + option + \
            self.one(b'', b'', b'\0' * 8)

    def chained(self, protocol, payload):
        """Behind extension headers; so many now and then that nothing else fits."""
        count = self.one(1, 2, 3, 4, 7, 8, 9, 30, 170)
        for _ in range(count):
            kind = self.one(HOP, ROUTING, FRAGMENT, OPTIONS, OPTIONS, AUTH, MOBILITY)
            header = self.extension(kind, protocol)
            if len(header) + len(payload) > LONGEST - 54:
                break
            payload, protocol = header + payload, kind
        return protocol, payload

    def chain6(self):
        src, dst = self.src6(), self.dst6()
        frame = self.to_ip6(ip6(src, dst, *self.chained(*self.inside(src, dst)), hops=255))
        if self.chance(20):
            return frame[:self.rng.randrange(54, len(frame) + 1)]
        return frame

    def fragment6(self):
        src, dst = self.src6(), self.dst6()
        protocol, payload = self.inside(src, dst)
        payload = payload[:self.one(0, 1, 2, 4, 7, 8, 16, 1000)]
        header = struct.pack('!BBHI', protocol, 0, self.one(
            0, 1, 1, 8, 9, 16, 0xfff8, 0xfff9, self.rng.getrandbits(16)), self.one(7, 7, 8))
        if self.chance(30):
            return self.to_ip6(ip6(src, dst, *self.chained(FRAGMENT, header + payload)))
        return self.to_ip6(ip6(src, dst, FRAGMENT, header + payload))

    def nd_options(self):
        out = b''
        for _ in range(self.one(0, 1, 1, 1, 2, 20)):
            out += self.one(b'\1\1' + mac(self.one(self.me.mac, self.other().mac)),
                            b'\2\1' + mac(self.one(self.me.mac, self.other().mac)),
                            b'\5\1\0\0\0\0\5\xdc', b'\1\0' + b'\0' * 6, b'\2\2' + b'\0' * 14,
                            b'\1\xff' + b'\0' * 6)
        return out + self.one(b'', b'', b'\1', b'\2\1\0')

    def discovery(self, src, dst, kind, body):
        """As it is, behind headers, or in fragments."""
        data = icmp6(src, dst, kind, body)[40:]
        how = self.one('plain', 'plain', 'chain', 'fragment')
        if how == 'plain':
            return self.to_ip6(ip6(src, dst, ICMP6, data, hops=self.one(255, 255, 64)))
        if how == 'chain':
            return self.to_ip6(ip6(src, dst, *self.chained(ICMP6, data), hops=255))
        header = struct.pack('!BBHI', ICMP6, 0, self.one(0, 1, 9), 7)
        return self.to_ip6(ip6(src, dst, FRAGMENT, header + data[:self.one(
            8, 16, 24, len(data))], hops=255))

    def nd(self):
        src = self.one(self.me.ip6, self.me.local, self.src6())
        target = self.one(self.me.ip6, self.other().ip6, GATEWAY6, self.other().local, '::',
                          'ff02::1')
        kind = self.one(135, 135, 136, 136, 133)
        body = self.number(32, 0, 0x60000000).to_bytes(4, 'big')
        if kind != 133:
            body += ip(target)
        return self.discovery(src, self.one('ff02::1', self.dst6()), kind,
                              body + self.nd_options())

    def router(self):
        kind = self.one(134, 137)
        src = self.one(self.me.local, self.me.local, self.me.ip6, self.src6())
        return self.discovery(src, self.one('ff02::1', self.other().ip6), kind, b'\0' * (
            12 if kind == 134 else 36) + self.nd_options())

    def dhcp(self):
        src = self.one(self.me.ip4, '0.0.0.0', GATEWAY4)
        dst = self.one('255.255.255.255', self.other().ip4)
        data = udp(src, dst, self.bytes(60), *self.one((67, 68), (67, 67), (68, 67), (1067, 68)))
        return self.to_ip4(ip4(src, dst, UDP, data[:self.one(2, 4, 8, 1000)], options=self.one(
            b'', b'\1\1\1\0'), frag=self.one(0, 0, 0x2000)))

    def dhcp6(self):
        src, dst = self.one(self.me.local, self.me.ip6), self.one('ff02::1:2', self.other().ip6)
        payload = UDP, udp(src, dst, self.bytes(60), *self.one((547, 546), (546, 547), (547, 9),
                                                               (9, 546)))
        return self.to_ip6(ip6(src, dst, *self.one(payload, self.chained(*payload))))

    def tunnel(self):
        """A packet in a packet, several times."""
        frame = self.one(self.ip4, self.ip6, self.arp)()
        for _ in range(self.one(1, 1, 2, 5)):
            src, dst = self.src4(), self.dst4()
            vxlan = b'\x08\0\0\0' + self.number(24, 100).to_bytes(3, 'big') + b'\0'
            inner = self.one((UDP, udp(src, dst, vxlan + frame, 40000, 4789)),
                             (GRE, b'\0\0\x65\x58' + frame), (IPIP, frame[14:]),
                             (41, frame[14:]))
            frame = self.to_ip4(ip4(src, dst, *inner))
            if len(frame) > LONGEST - 100:
                break
        return frame

    # What becomes of them.

    def frame(self):
        return self.one(*self.kinds)()[:LONGEST]

    def corpus(self, count):
        return [self.kinds[i % len(self.kinds)]()[:LONGEST] for i in range(count)]

    def mutated(self, frame):
        """The addresses of Ethernet stay more often, else little gets far."""
        data = bytearray(frame)
        for _ in range(self.one(1, 1, 2, 4, 16)):
            at = self.rng.randrange(0 if self.chance(10) else 12, len(data))
            data[at] = self.one(0, 1, 0x7f, 0x80, 0xff, self.rng.getrandbits(8),
                                data[at] ^ 1 << self.rng.randrange(8))
        return bytes(data)

    def lie(self, frame):
        """
        A vnet header and a frame, of up to 64 KiB. Most fields are what they should
        be, so that kernels do not refuse them all.
        """
        if self.chance(50):
            frame += bytes(self.one(100, 1400, 3000, 9000, 64000 - len(frame)))
        v6, end = frame[12:14] == b'\x86\xdd', len(frame)
        header = self.one(54, 54, 62) if v6 else 14 + frame[14] % 16 * 4 if end > 14 else 34
        protocol = frame[20 if v6 else 23] if end > 23 else 0
        gso = {TCP: 4 if v6 else 1, UDP: self.one(3, 5)}.get(protocol, self.one(0, 1, 3, 4, 5))
        fields = [1, self.one(0, gso, gso), header + self.one(8, 20), self.one(
            100, 1000, 1448), header, {TCP: 16, UDP: 6}.get(protocol, 2)]
        places = (0, 12, 14, 34, 54, 74, end - 2, end - 1, end, end + 1, 65535)
        lies = ((0, 2, 3, 4, self.rng.getrandbits(8)),
                (0, 1, 3, 4, 5, 0x81, 0x84, self.rng.getrandbits(8)), places,
                (0, 1, 2, 8, 536, 1480, end - 1, end, 65535), places,
                (0, 2, 6, 8, 16, end, 65535))
        for _ in range(self.one(0, 1, 1, 2, 6)):
            field = self.rng.randrange(6)
            fields[field] = self.one(*lies[field])
        return struct.pack('=BBHHHH', *fields[:2], *(field & 0xffff for field in fields[2:])) + \
            frame
