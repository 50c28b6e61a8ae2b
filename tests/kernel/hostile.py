# SPDX-License-Identifier: Apache-2.0
"""
Who watches while a pod is hostile: stations that record all that reaches them,
with its tags, and judges what it is.  What a protected port may send is told
here once more, from docs/architecture.md and not from the module's code.
"""
import ctypes
import fcntl
import os
from hostile_packets import *

SOL_PACKET, ADD_MEMBERSHIP, STATISTICS, AUXDATA, VNET_HDR = 263, 1, 6, 8, 15
SOAK = bool(os.environ.get('VR_SOAK'))
SEED = int(os.environ.get('VR_SEED', 1))
NOBODY = '00:00:00:00:00:00'


def is_group(frame):
    return frame[0] & 1


class Watcher(Station):
    """Promiscuous. unprotected: unknown stations may be behind it."""

    def __init__(self, name, host, device='eth1', unprotected=False):
        super().__init__(name, host.mac, device)
        self.name, self.host, self.device, self.unprotected = name, host, device, unprotected
        self.sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 26)  # SO_RCVBUFFORCE
        self.sock.setsockopt(SOL_PACKET, AUXDATA, 1)
        with Namespace(name):
            index = socket.if_nametoindex(device)
        self.sock.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, struct.pack('iHH8x', index, 1, 0))

    def frames(self):
        """
        What has come, as it was on the way: a received tag is kept apart. No more
        than so many, because in a storm there is no end.
        """
        out = []
        try:
            while len(out) < 500:
                frame, control, _, address = self.sock.recvmsg(70000, 64, socket.MSG_DONTWAIT)
                if address[2] == 4:
                    continue
                status, tci, tpid = struct.unpack_from('=I12xHH', control[0][2])
                if status & 0x10:
                    frame = frame[:12] + struct.pack('!HH', tpid, tci) + frame[12:]
                out.append(frame)
        except BlockingIOError:
            pass
        return out

    def lost(self):
        """Frames that came and were not recorded: then nothing is proven."""
        return struct.unpack('II', self.sock.getsockopt(SOL_PACKET, STATISTICS, 8))[1]

    def try_send(self, frame):
        """Whether the kernel took it."""
        try:
            self.sock.send(frame)
            return True
        except OSError:
            return False

    def liar(self):
        """Sends by the same device frames that have vnet headers in front."""
        other = Watcher(self.name, self.host, self.device, self.unprotected)
        other.sock.setsockopt(SOL_PACKET, VNET_HDR, 1)
        other.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        return other


class Machine:
    """As a Watcher, behind a tap device there is: with vnet headers, and offloads or not."""

    TUNSETIFF, TUNSETOFFLOAD, FLAGS = 0x400454ca, 0x400454d0, 0x5002  # TAP, NO_PI, VNET_HDR

    def __init__(self, device, host, offloads=0, unprotected=False):
        self.name, self.host, self.mac, self.unprotected = device, host, host.mac, unprotected
        self.fd = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.fd, self.TUNSETIFF, struct.pack('16sH22x', device.encode(), self.FLAGS))
        fcntl.ioctl(self.fd, self.TUNSETOFFLOAD, offloads)

    def frames(self):
        out = []
        try:
            while True:
                out.append(os.read(self.fd, 70000)[10:])
        except BlockingIOError:
            return out

    def try_send(self, frame):
        """The frame has its vnet header in front."""
        try:
            os.write(self.fd, frame)
            return True
        except OSError:
            return False


class Exchange:
    """Requests and their answers by TCP, from one namespace to another, until stop()."""

    def __init__(self, client, server, address):
        self.pids, (self.pipe, pipe) = [], os.pipe()
        with Namespace(server):
            listener = socket.create_server((address, 0), family=socket.AF_INET6)
        with Namespace(client):
            sock = socket.socket(socket.AF_INET6)
        self.fork(self.serve, listener)
        self.fork(self.ask, sock, listener.getsockname(), pipe)
        listener.close()
        sock.close()
        os.set_blocking(self.pipe, False)

    def fork(self, act, *args):
        pid = os.fork()
        if not pid:
            ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG: it ends with us
            try:
                act(*args)
            finally:
                os._exit(0)
        self.pids.append(pid)

    def serve(self, listener):
        sock = listener.accept()[0]
        while data := sock.recv(1000):
            sock.sendall(data)

    def ask(self, sock, address, pipe):
        sock.connect(address)
        while True:
            text = os.urandom(100)
            sock.sendall(text)
            if sock.recv(100, socket.MSG_WAITALL) != text:
                return
            os.write(pipe, b'.')

    def count(self, seconds):
        """How many have been answered within so many seconds from now."""
        self.read()
        end, total = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            select.select([], [], [], 0.05)
            total += len(self.read())
        return total

    def read(self):
        try:
            return os.read(self.pipe, 1 << 16)
        except BlockingIOError:
            return b''

    def end(self, pid):
        os.kill(pid, 9)
        os.waitpid(pid, 0)

    def stop(self):
        for pid in self.pids:
            self.end(pid)


class Header6:
    """What a receiver finds behind the extension headers (RFC 8200)."""

    def __init__(self, packet):
        self.protocol, at, self.later, self.fragment = packet[6], 40, False, False
        while self.protocol in (HOP, ROUTING, FRAGMENT, AUTH, OPTIONS) and at + 8 <= len(packet):
            kind, self.protocol = self.protocol, packet[at]
            if kind == FRAGMENT:
                self.later = self.later or packet[at + 2] << 8 | packet[at + 3] & 0xf8
                self.fragment = True
                at += 8
            else:
                at += (packet[at + 1] + 2) * 4 if kind == AUTH else (packet[at + 1] + 1) * 8
            if self.later:
                break
        self.payload = packet[at:]


def is_server(payload, server, client):
    if len(payload) < 4:
        return False
    sport, dport = struct.unpack_from('!HH', payload)
    return sport == server or dport == client


class Rights:
    """What a protected port with one IPv4 and one IPv6 address may send."""

    def __init__(self, host):
        self.host, self.mac = host, mac(host.mac)
        self.ip4, self.ip6 = ip(host.ip4), (ip(host.ip6), ip(host.local))
        self.locals = set()

    def breach(self, frame):
        """What of it is against the rules, or None."""
        kind, = struct.unpack_from('!H', frame, 12)
        check_ = {IP4: self.breach4, IP6: self.breach6, ARP: self.breach_arp,
                  0x8035: self.breach_arp}.get(kind)
        if frame[6:12] != self.mac:
            return 'source MAC'
        return check_(frame[14:]) if check_ else 'protocol'

    def breach_arp(self, packet):
        if len(packet) < 28 or packet[8:14] != self.mac:
            return 'ARP sender MAC'
        if packet[14:18] not in (b'\0' * 4, self.ip4):
            return 'ARP sender'
        return None

    def breach4(self, packet):
        if len(packet) < 20:
            return 'half a header'
        header = (packet[0] & 15) * 4
        ports = packet[9] == UDP and not struct.unpack_from('!H', packet, 6)[0] & 0x1fff
        payload = packet[header:] if ports else b''
        if ports and is_server(payload, 67, 68):
            return 'DHCP server'
        if packet[12:16] == b'\0' * 4:
            client = payload[:4] == b'\0\x44\0\x43' and packet[16:20] == b'\xff' * 4
            return None if client else 'no source'
        return None if packet[12:16] == self.ip4 else 'source'

    def owns6(self, address):
        """Two link-local addresses without a MAC's form are its own when it says so."""
        if address in self.ip6:
            return True
        if address[:8] == ip('fe80::')[:8] and address[11:13] != b'\xff\xfe' and any(address[8:]):
            self.locals.add(address)
            return len(self.locals) <= 2
        return False

    def breach6(self, packet):
        if len(packet) < 40:
            return 'half a header'
        found = Header6(packet)
        kind = found.payload[0] if found.protocol == ICMP6 and found.payload else None
        if found.later:
            kind = None
        source = packet[8:24]
        if not any(source):
            if kind not in (131, 132, 143, 133, 135):
                return 'no source'
        elif not self.owns6(source):
            return 'source'
        if kind in (134, 137):
            return 'router'
        if kind in (133, 135, 136):
            return self.breach_nd(found, kind, not any(source))
        if found.protocol == UDP and not found.later and is_server(found.payload, 547, 546):
            return 'DHCPv6 server'
        return None

    def breach_nd(self, found, kind, unspecified):
        if found.fragment:
            return 'neighbour discovery in fragments'
        target = found.payload[8:24]
        if (kind == 136 or kind == 135 and unspecified) and not self.owns6(target):
            return 'target'
        at = 8 if kind == 133 else 24
        while at + 8 <= len(found.payload) and found.payload[at + 1]:
            if found.payload[at] in (1, 2) and found.payload[at + 2:at + 8] != self.mac:
                return 'link-layer address'
            at += found.payload[at + 1] * 8
        return None


def routed(frame):
    """What routing leaves of it, to compare: no MACs, TTL and checksum of IPv4."""
    if frame[12:14] == b'\x08\0':
        return frame[14:22] + frame[23:24] + frame[26:]
    return frame[14:21] + frame[22:]


class Judge:
    """
    Of all that reaches stations of one network, while only those we know send
    there. others are stations of other networks, which are to see nothing.
    """

    def __init__(self, stations, others, gateway=GATEWAY):
        self.stations, self.others, self.gateway = stations, others, mac(gateway)
        self.known = {mac(station.mac) for station in stations} | {self.gateway}
        self.wrong, self.judged, self.by_route = [], 0, 0

    def fault(self, what, station, frame):
        if len(self.wrong) < 20:
            self.wrong.append('%s, at %s: %s' % (what, station.name, frame[:120].hex()))

    def may_see(self, station, frame):
        dst = frame[:6]
        if is_group(frame):
            return dst[:5] != b'\x01\x80\xc2\0\0' or dst[5] > 15
        return dst == mac(station.mac) or station.unprotected and dst not in self.known

    def is_routed(self, station, frame, sent):
        """From the gateway, to the station's own address, and somebody sent it."""
        if frame[6:12] != self.gateway or routed(frame) not in sent:
            return False
        self.by_route += 1
        if frame[12:14] == b'\x08\0':
            return frame[30:34] == ip(station.host.ip4)
        return frame[38:54] == ip(station.host.ip6)

    def look(self, sent, sender, rights=None, exact=True, legit=()):
        """
        At what has come of the frames that were sent, each of them as it was, or
        routed; what a sender itself gets are answers. legit are those of others.
        Returns how many answers are no ICMP errors.
        """
        sent = sent + list(legit)
        whole, parts = set(sent), {routed(frame) for frame in sent if frame[:6] == self.gateway}
        answers = 0
        for other in self.others:
            for frame in other.frames():
                self.fault('in another network', other, frame)
        for station in self.stations:
            for frame in station.frames():
                self.judged += 1
                if station is sender:
                    answers += self.answer(station, frame)
                    continue
                if not self.may_see(station, frame):
                    self.fault('for somebody else', station, frame)
                if exact and frame not in whole and not self.is_routed(station, frame, parts):
                    self.fault('sent by nobody', station, frame)
                breach = rights and frame[6:12] != self.gateway and \
                    frame not in legit and rights.breach(frame)
                if breach:
                    self.fault(breach, station, frame)
        return answers

    def drain(self, rights=None, exact=True):
        """look() until nothing is left."""
        judged = -1
        while judged != self.judged:
            judged = self.judged
            self.look([], None, rights, exact)

    def answer(self, station, frame):
        """A reply of the router to who asked, or an error."""
        if is_error(frame):
            return 0
        kinds = ((b'\x08\x06', 20, b'\0\2'), (b'\x08\0', 34, b'\0'), (b'\x86\xdd', 54, b'\x88'),
                 (b'\x86\xdd', 54, b'\x81'))
        if not any(frame[12:14] == kind and frame[at:at + len(value)] == value
                   for kind, at, value in kinds):
            self.fault('no answer', station, frame)
        return 1
