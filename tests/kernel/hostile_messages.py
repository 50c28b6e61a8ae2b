# SPDX-License-Identifier: Apache-2.0
"""
Netlink messages that are right, nearly right and not at all, made of uapi/vr.yaml, and
what has to be true whatever the router makes of them.

	storm = Storm(Maker(seed, 'n', devices, fds))	sockets of this namespace
	storm.run(1000)		messages, by several sockets in turn
	storm.faults		what must not be, in words, with the message
	storm.count		answers by errno, 0 for what was accepted
	storm.objects		how many objects came in answers
	Links(seed, names, indexes, fds)	makes those of rtnetlink, for devices of kind vr
	state(nl)		all objects; raises Broken when they do not fit together

What is made depends on the seed alone, not on the answers. A message begins as one that
could be accepted: names, devices and addresses are from small pools, so that requests meet
what others have made. Then, in two of three, something is done to it.
"""
import errno
import ipaddress
import random
import socket
import struct

from vrnl import (ACK, CREATE, DUMP, EXCL, EXT_ACK, NESTED, REPLACE, REQUEST, SIZES, SOL_NETLINK,
                  SPEC, STRANGE, Netlink, decode, pack, split)

CAP_ACK, GET_STRICT_CHK = 10, 12
HOSTS = ['192.0.2.%d' % i for i in (1, 2, 10, 11)] + ['198.51.100.7'] + \
    ['2001:db8::%x' % i for i in (1, 2, 0x10, 0x11)]
BAD_HOSTS = ['192.0.2.0', '192.0.2.255', '0.0.0.0', '255.255.255.255', '224.0.0.1', '127.0.0.1', '::',
             '::1', 'fe80::1', 'ff02::1', '::ffff:192.0.2.1']
PREFIXES = ['10.0.0.0', '192.0.2.0', '2001:db8::']
MACS = ['02:00:00:00:00:%02x' % i for i in range(6)]
BAD_MACS = ['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01', '02:76:72:00:00:01']
NUMBERS = [0, 1, 2, 3, 4, 5, 8, 16, 24, 32, 33, 64, 68, 128, 129, 255, 1280, 1500, 4789,
           65535, (1 << 24) - 1, 1 << 24, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, (1 << 64) - 1]

GOOD = {'vni': range(6), 'mtu': (1280, 1400, 1500, 9000), 'dscp': (0, 46), 'ttl': (1, 64),
        'rate-in': (0, 1000000), 'rate-out': (0, 1000000)}

# What a request that is accepted has at least, and an object within another; one of what
# is in parentheses.
NETWORK, DEVICE = ('network', 'network', 'network-id'), ('ifname', 'ifname', 'ifindex')
PLACE = ('port-id', 'ifname', 'ifname', 'remote', 'remote')
NEEDS = {
    'network-new': ['name', 'vni'], 'network-set': [('id', 'name', 'name')], 'network-del': [('id', 'name')],
    'port-new': [NETWORK, DEVICE], 'port-set': [('id', 'ifname', 'ifname')], 'port-del': [('id', 'ifname')],
    'endpoint-new': [NETWORK, 'mac', PLACE],
    'endpoint-del': [NETWORK, 'mac'],
    'route-new': [NETWORK, 'prefix', 'prefix-length', 'nexthop'],
    'route-del': [NETWORK, 'prefix', 'prefix-length'],
    'route-get': [NETWORK, 'prefix', 'prefix-length'], 'route-lookup': [NETWORK, 'address'],
    'uplink-new': [('name', 'name', 'ifname'), 'type'], 'uplink-set': ['name'], 'uplink-del': ['name'],
    'uplink-get': [('name', 'ifname')], 'network-get': [('id', 'name')], 'port-get': [('id', 'ifname')],
    'endpoint-get': [NETWORK, 'mac'], 'limit-get': ['resource'], 'drop-get': ['reason'],
    'flush': [('ports', 'endpoints', 'routes')], 'apply': [('network', 'port', 'endpoint', 'route')],
    'network-config': ['name'], 'port-config': ['network', 'ifname'],
    'endpoint-config': ['network', 'mac', PLACE],
    'route-config': ['network', 'prefix', 'prefix-length', 'nexthop'],
    'subnet': ['gateway', 'prefix-length'], 'allowed': ['prefix', 'prefix-length'],
    'nexthop': [('via', 'via', 'port-id', 'ifname', 'remote', 'type')],
}
# Not both, most of the time: one is enough.
CLASHES = {'id': 'ifname', 'ifindex': 'ifname', 'ifname': 'ifindex', 'network-id': 'network',
           'remote': 'port-id', 'uplink': 'port-id', 'netns-fd': 'id', 'local': 'ifname'}
KEYS_OF_DUMPS = ('network', 'network-id', 'origin')

# These leave little for others to meet.
RARE = ('flush', 'network-del', 'uplink-del')
# There is more to get wrong in these.
OFTEN = ('apply', 'port-new', 'port-set', 'endpoint-new', 'route-new', 'network-new', 'network-set')

# Where the kernel refuses before it asks the router, and says no more than the number:
# a command that is not there, a second dump by one socket, no room for an answer.
SILENT = {errno.EOPNOTSUPP, errno.EBUSY, errno.ENOBUFS}


class Broken(Exception):
    pass


def number_of(attr, value):
    return struct.pack(SIZES[attr.type], value) if attr.type != 's32' else \
        struct.pack('I', value & 0xffffffff)


class Pools:
    """Values of an attribute, encoded once: most of a message is put together of them."""

    def __init__(self, names, devices, fds):
        self.names = ['%s%d' % (names, i) for i in range(4)]
        self.devices, self.fds = devices, fds
        self.made = {}

    def good(self, key, attr):
        if attr.type == 'flag':
            return [b'']
        if attr.type in SIZES:
            return [number_of(attr, value) for value in self.numbers(key, attr)]
        if attr.type == 'string':
            return [text.encode() + b'\0' for text in (
                self.devices if key in ('ifname', 'device') else self.names)]
        if attr.hint == 'mac':
            return [bytes.fromhex(mac.replace(':', '')) for mac in MACS]
        return [address(text) for text in (PREFIXES if key == 'prefix' else HOSTS)]

    def numbers(self, key, attr):
        if key == 'netns-fd':
            return self.fds
        if key in ('id', 'network-id', 'port-id', 'ifindex'):
            return range(1, 7)
        if key == 'prefix-length':
            return (24, 24, 24, 32)
        if key in GOOD:
            return GOOD[key]
        if attr.enum:
            return range(len(SPEC.enums[attr.enum]))
        return (0, 1) if attr.type == 'u8' else (1, 2, 1280, 1500, 4790, 65000)

    def bad(self, key, attr):
        if attr.type in SIZES:
            mask = (1 << 8 * struct.calcsize(SIZES[attr.type])) - 1
            return [number_of(attr, value & mask) for value in NUMBERS]
        if attr.type == 'string':
            one, other = self.names[0].encode(), self.names[1].encode()
            return [b'\0', b'', b'none\0', b'x' * 15 + b'\0', b'x' * 255 + b'\0', b'x' * 16, one,
                    b'x\n0\0', one + b'\0' + other + b'\0', b'\xff\xfe\0', b'x' * 512 + b'\0',
                    b'x' * 513 + b'\0', b'../x\0', b'x' * 600]
        if attr.hint == 'mac':
            return [bytes.fromhex(mac.replace(':', '')) for mac in BAD_MACS] + [b'', b'\2', b'\2' * 8]
        return [address(text) for text in BAD_HOSTS] + [b'', b'\n', b'\n' * 5, b'\n' * 15, b'\n' * 17]

    def of(self, key, attr, bad):
        at = (key, attr.number, attr.type, bad)
        found = self.made.get(at)
        if found is None:
            make = self.bad if bad and attr.type != 'flag' else self.good
            found = self.made[at] = [pack(attr.number, data) for data in make(key, attr)]
        return found


def address(text):
    return socket.inet_pton(socket.AF_INET6 if ':' in text else socket.AF_INET, text)


class Spoiler:
    """Does one thing to a message's attributes that should make it wrong."""

    def __init__(self, generator):
        self.random = generator
        self.kinds = [self.twice, self.length, self.number, self.content, self.deep, self.flip,
                      self.garbage, self.lose, self.many, self.shuffle, self.unknown]

    def spoil(self, parts):
        at = self.random.randrange(len(parts)) if parts else 0
        kind = self.random.choice(self.kinds) if parts else self.garbage
        kind(parts, at)

    def twice(self, parts, at):
        parts.insert(self.random.randrange(len(parts)), parts[at])

    def length(self, parts, at):
        length = self.random.choice((0, 3, 4, 5, len(parts[at]) + 1, 65535))
        parts[at] = struct.pack('H', length) + parts[at][2:]

    def number(self, parts, at):
        parts[at] = parts[at][:2] + struct.pack('H', self.random.getrandbits(16)) + parts[at][4:]

    def content(self, parts, at):
        value = self.random.randbytes(self.random.choice((0, 1, 2, 3, 5, 7, 15, 17, 300)))
        parts[at] = pack(struct.unpack_from('H', parts[at] + b'\0' * 4, 2)[0], value)

    def deep(self, parts, at):
        one = parts[at]
        number = struct.unpack_from('H', one + b'\0' * 4, 2)[0] & 0x3fff
        for _ in range(self.random.choice((1, 2, 12, 40, 1000))):
            one = pack(number | NESTED, one[:60000])
        parts[at] = one

    def flip(self, parts, at):
        one = bytearray(parts[at])
        if one:
            one[self.random.randrange(len(one))] ^= 1 << self.random.randrange(8)
        parts[at] = bytes(one)

    def garbage(self, parts, _at):
        parts.append(self.random.randbytes(self.random.randrange(60)))

    def lose(self, parts, at):
        del parts[at]

    def many(self, parts, at):
        parts.extend([parts[at]] * self.random.choice((33, 65, 300)))

    def shuffle(self, parts, _at):
        self.random.shuffle(parts)

    def unknown(self, parts, at):
        parts.insert(at, pack(self.random.randrange(200), b'\0' * self.random.randrange(9)))


class Maker:
    """Messages of the family. netns-fd is one of fds, or a number that is no file."""

    def __init__(self, seed, names, devices, fds, bad=0.03):
        self.random = random.Random(seed)
        self.pools = Pools(names, devices, fds)
        self.spoiler = Spoiler(self.random)
        self.odds = bad
        self.commands = [name for name in SPEC.commands if not name.endswith('-ntf')]
        self.commands += OFTEN * 2

    def one(self, key, attr):
        if attr.type == 'nest':
            parts = self.attributes(attr.nested, self.keys(attr.nested, attr.nested))
            if self.random.random() < self.odds:
                self.spoiler.spoil(parts)
            return pack(attr.number | NESTED, b''.join(parts)[:60000])
        return self.random.choice(self.pools.of(key, attr, self.random.random() < self.odds))

    def attributes(self, name, keys):
        """Encoded one by one, so that each can be spoilt."""
        out = []
        for key in keys:
            attr = SPEC.attrs[name][key]
            if attr.type == 'pad':
                continue
            out.append(self.one(key, attr))
            while attr.multi and self.random.random() < 0.3:
                out.append(self.one(key, attr))
        return out

    def keys(self, what, name):
        """Of a request, or of an object within it."""
        choose = self.random.choice
        keys = [need if isinstance(need, str) else choose(need) for need in NEEDS.get(what, ())]
        if 'via' not in keys and self.random.random() < 0.03:
            keys = []
        may = SPEC.requests.get(what.replace('-config', '-new')) or list(SPEC.attrs[name])
        if self.random.random() < 0.1:
            may = list(SPEC.attrs[name])
        for _ in range(choose((0, 0, 0, 1, 1, 2, 4))):
            key = choose(may)
            if key not in keys and key != 'networks' and not keys.count(CLASHES.get(key)):
                keys.append(key)
        return keys

    def choose(self):
        command = self.random.choice(self.commands)
        while command in RARE and self.random.random() < 0.9:
            command = self.random.choice(OFTEN)
        return command

    def body(self, command):
        """Its attributes and flags."""
        name = SPEC.sets.get(command, 'network')
        replace = REPLACE if command in ('endpoint-new', 'route-new') else CREATE
        flags = self.random.choice((0, 0, EXCL, replace, CREATE, CREATE | EXCL))
        if command.endswith('-get') and self.random.random() < 0.4:
            keys = [key for key in KEYS_OF_DUMPS if key in SPEC.attrs[name]]
            parts = self.attributes(name, [self.random.choice(keys)] if keys and
                                    self.random.random() < 0.4 else [])
            flags = DUMP
        else:
            parts = self.attributes(name, self.keys(command, name))
        for _ in range(self.random.choice((0, 0, 0, 0, 1, 1, 2))):
            self.spoiler.spoil(parts)
        return b''.join(parts)[:60000], flags

    def message(self, family, seq):
        """The bytes of one, and which command it is of."""
        command = self.choose()
        number, version = SPEC.commands[command], 1
        data, flags = self.body(command)
        flags |= REQUEST | ACK
        odd = self.random.random()
        if odd < 0.02:
            number, version = self.random.randrange(256), self.random.randrange(256)
        elif odd < 0.04:
            flags = self.random.getrandbits(16) | REQUEST
        length = 20 + len(data)
        if odd > 0.99:
            length = self.random.choice((0, 15, 16, 19, length + 4, 1 << 31))
        return struct.pack('IHHIIBBH', length, family, flags, seq, 0, number, version, 0) + \
            data + b'\0' * (-len(data) % 4), command


class Links:
    """Messages of rtnetlink on devices of kind vr, by these names and indexes."""

    NEWLINK, DELLINK, GETLINK, SETLINK = 16, 17, 18, 19
    IFNAME, MTU, LINK, MASTER, LINKINFO, ADDRESS = 3, 4, 5, 10, 18, 1
    NET_NS_PID, NET_NS_FD, LINK_NETNSID, TARGET_NETNSID, QUEUES_TX, QUEUES_RX = 19, 28, 37, 46, 31, 32

    def __init__(self, seed, names, indexes, fds):
        self.random = random.Random(seed)
        self.spoiler = Spoiler(self.random)
        self.names, self.indexes, self.fds = names, indexes, fds

    def u32(self, values):
        return struct.pack('I', self.random.choice(values) & 0xffffffff)

    def info(self):
        parts = [pack(1, self.random.choice((b'vr\0', b'vr\0', b'vr\0', b'vr', b'v\0', b'vr\0vr\0')))]
        if self.random.random() < 0.3:
            parts.append(pack(2 | NESTED, pack(self.random.randrange(6), self.random.randbytes(
                self.random.randrange(20)))))
        if self.random.random() < 0.2:
            self.spoiler.spoil(parts)
        return b''.join(parts)

    def more(self):
        """One attribute that may be given with it."""
        kind = self.random.choice((self.MTU, self.LINK, self.MASTER, self.ADDRESS, self.NET_NS_PID,
                                   self.NET_NS_FD, self.NET_NS_FD, self.LINK_NETNSID,
                                   self.TARGET_NETNSID, self.QUEUES_TX, self.QUEUES_RX, 0))
        if kind == self.ADDRESS:
            return pack(kind, self.random.choice((b'\2' * 6, b'\2' * 6, b'\3' * 6, b'', b'\2' * 5,
                                                  b'\2' * 32)))
        if kind == self.NET_NS_FD:
            return pack(kind, self.u32(self.fds))
        if kind in (self.LINK, self.MASTER):
            return pack(kind, self.u32(self.indexes))
        if kind:
            return pack(kind, self.u32((0, 1, 2, 4, 68, 1400, 65535, 1 << 31, -1)))
        return pack(self.random.randrange(70), self.random.randbytes(self.random.randrange(12)))

    def message(self, seq):
        kind = self.random.choice((self.NEWLINK, self.NEWLINK, self.NEWLINK, self.DELLINK, self.GETLINK,
                                   self.SETLINK))
        parts = [pack(self.IFNAME, self.random.choice(self.names).encode() + b'\0')]
        if kind == self.NEWLINK:
            parts.append(pack(self.LINKINFO | NESTED, self.info()))
        for _ in range(self.random.choice((0, 0, 1, 2, 3))):
            parts.append(self.more())
        if self.random.random() < 0.3:
            self.spoiler.spoil(parts)
        up = self.random.randrange(2)
        data = struct.pack('BxHiII', 0, 0, 0, up, 1) + b''.join(parts)[:30000]
        flags = REQUEST | ACK | self.random.choice((0, EXCL | CREATE, CREATE, CREATE, REPLACE))
        return struct.pack('IHHII', 16 + len(data), kind, flags, seq, 0) + data + \
            b'\0' * (-len(data) % 4), kind


def explain(message, command):
    """A message in hex, and what it says as far as it can be read."""
    said = ''
    try:
        said = repr(decode(SPEC.sets[command], message[20:]))[:2000]
    except Exception as error:  # whatever: it is a message that is wrong
        said = 'which cannot be read: %s' % error
    flags = struct.unpack_from('H', message, 6)[0]
    return '%s, flags %#x, %s\n  %s' % (command, flags, said, message[:1500].hex())


class Storm:
    """Sends what maker makes by several sockets, and judges what comes back."""

    KEPT = 1024
    FIRST = 0x5a000000  # of their sequence numbers: like nothing that a message has in it

    def __init__(self, maker, sockets=4, silent=(), opened=()):
        self.maker, self.random = maker, maker.random
        self.silent = SILENT | set(silent)
        self.family = Netlink().family
        self.sockets = list(opened) + [self.open() for _ in range(sockets - len(opened))]
        self.objects = self.messages = 0
        self.count, self.faults, self.sent, self.commands = {}, [], {}, {}

    def open(self):
        """The choices are made here, that no answer changes them."""
        strict, small = self.random.random() < 0.5, self.random.random() < 0.3
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        sock.bind((0, 0))
        sock.setsockopt(SOL_NETLINK, EXT_ACK, 1)
        if self.random.random() < 0.8:
            sock.setsockopt(SOL_NETLINK, CAP_ACK, 1)
        if strict:
            sock.setsockopt(SOL_NETLINK, GET_STRICT_CHK, 1)
        if small:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        return sock

    def fault(self, what, seq=None):
        if len(self.faults) < 20:
            kept = self.sent.get(seq)
            self.faults.append(what + (': ' + explain(*kept) if kept else ''))

    def batch(self, size):
        out = []
        for _ in range(size):
            seq = self.FIRST + self.messages
            self.messages += 1
            message, command = self.maker.message(self.family, seq)
            self.sent[seq] = message, command
            self.sent.pop(seq - self.KEPT, None)
            out.append(message)
            if len(message) > 16000:
                break
        return len(out), b''.join(out)

    def run(self, messages):
        left = messages
        while left > 0:
            which = self.random.randrange(len(self.sockets))
            size, data = self.batch(min(left, self.random.choice((1, 4, 16, 16))))
            left -= size
            fate = self.random.random()
            self.send(self.sockets[which], data)
            if fate < 0.03:
                # What it has to say, a dump in the middle perhaps, nobody reads.
                self.sockets[which].close()
                self.sockets[which] = self.open()
            elif fate < 0.15:
                self.read(self.sockets[which], 1)
            elif fate < 0.9:
                self.read(self.sockets[which])
        for sock in self.sockets:
            self.read(sock)

    def send(self, sock, data):
        try:
            sock.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            pass
        except OSError as error:
            if error.errno not in (errno.ENOBUFS, errno.EMSGSIZE):
                self.fault('sending: %s' % error)

    def read(self, sock, times=1000):
        try:
            for _ in range(times):
                data = sock.recv(1 << 18, socket.MSG_DONTWAIT)
                at = 0
                while len(data) - at >= 16:
                    length, kind, flags, seq, _ = struct.unpack_from('IHHII', data, at)
                    if length < 16 or length > len(data) - at:
                        self.fault('an answer of %d bytes in %d' % (length, len(data) - at), seq)
                        break
                    self.answer(kind, flags, data[at + 16:at + length], seq)
                    at += (length + 3) & ~3
        except BlockingIOError:
            pass
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                self.fault('receiving: %s' % error)

    def answer(self, kind, flags, payload, seq):
        if kind in (2, 3) and len(payload) >= 4:
            self.verdict(kind, flags, payload, seq)
        elif kind == self.family:
            self.object(payload, seq)
        else:
            self.fault('an answer of type %d' % kind, seq)

    def object(self, payload, seq):
        self.objects += 1
        command = SPEC.names.get(payload[0])
        try:
            told = decode(SPEC.sets[command], payload[4:])
        except (KeyError, ValueError, struct.error, UnicodeDecodeError) as error:
            self.fault('an answer that cannot be read (%r): %s' % (error, payload.hex()), seq)
            return
        if not told and not command.endswith('-del') and command != 'apply':
            self.fault('an answer that says nothing', seq)

    def verdict(self, kind, flags, payload, seq):
        number = -struct.unpack_from('i', payload)[0]
        if seq not in self.sent:
            return  # of one that began where another pretended to end
        self.count[number] = self.count.get(number, 0) + 1
        if not number:
            command = self.sent[seq][1]
            self.commands[command] = self.commands.get(command, 0) + 1
            return
        if number in self.silent or (kind == 2 and struct.unpack_from('I', payload, 4)[0] < 20):
            return  # too short to be asked, that is
        start = 4
        if kind == 2:
            # all of the request comes before the text, unless the ack is a capped one
            start = 20 if flags & 0x100 else 4 + struct.unpack_from('I', payload, 4)[0]
            start = (start + 3) & ~3
        if not any(attr in (1, 2) for _, attr, _ in split(payload, start)):
            self.fault('refused with %s, and not said why' % errno.errorcode.get(number, number), seq)


# --- what is there

def need(what, condition, *detail):
    if not condition:
        raise Broken('%s: %s' % (what, ' '.join(map(str, detail))))


def unique(what, values):
    need('each %s once' % what, len(values) == len(set(values)), values)


def is_station(mac):
    return not int(mac[:2], 16) & 1 and mac != '00:00:00:00:00:00'


def check_network(network):
    need('a name', network['name'] and len(network['name'].encode(errors='surrogateescape')) <= 255 and
         min(network['name']) >= ' ' and '\x7f' not in network['name'], network)
    need('an MTU', 68 <= network['mtu'] <= 65535, network)
    need('a station\'s MAC for the gateway', is_station(network['gateway-mac']), network)
    need('not more than 32 subnets', len(network.get('subnet', ())) <= 32, network)
    need('not more than 256 nodes in a flood list', len(network.get('flood', ())) <= 256, network)
    unique('subnet', [str(ipaddress.ip_interface('%s/%d' % (
        subnet['gateway'], subnet['prefix-length'])).network) for subnet in network.get('subnet', ())])
    unique('node of a flood list', network.get('flood', []))


def check_endpoint(endpoint, ports):
    need('not more than 32 addresses', len(endpoint.get('address', ())) <= 32, endpoint)
    need('a station\'s MAC', is_station(endpoint['mac']), endpoint)
    need('it is at one place', ('port-id' in endpoint) != ('remote' in endpoint), endpoint)
    if 'port-id' in endpoint:
        port = ports.get(endpoint['port-id'])
        need('it is behind a port of the same network', port and
             port['network'] == endpoint['network'], endpoint, port)


def check_route(route, ports):
    ipaddress.ip_network('%s/%d' % (route['prefix'], route['prefix-length']))
    need('1 to 64 next hops', 1 <= len(route['nexthop']) <= 64, route)
    for hop in route['nexthop']:
        if 'port-id' in hop:
            port = ports.get(hop['port-id'])
            need('a next hop is a port of the network', port and port['network'] == route['network'],
                 route, port)


def check_limits(nl, kinds):
    used = {limit['resource']: limit for limit in nl.dump('limit-get') if 'used' in limit}
    for kind in ('networks', 'ports', 'endpoints', 'routes'):
        there = len(kinds[kind[:-1]])
        # a detached device of kind vr counts, too
        need('as many %s as are counted' % kind, used[kind]['used'] == there or
             (kind == 'ports' and used[kind]['used'] > there), used[kind], there)


def state(nl):
    """All objects by kind, which fit together."""
    kinds = {kind: nl.dump(kind + '-get') for kind in ('network', 'port', 'endpoint', 'route',
                                                      'uplink')}
    need('attributes that the contract does not have', not STRANGE, STRANGE)
    networks = {network['name']: network for network in kinds['network']}
    for key in ('name', 'id', 'vni'):
        unique(key, [network[key] for network in kinds['network'] if key in network])
    for network in kinds['network']:
        check_network(network)
        for kind in ('port', 'endpoint', 'route'):
            there = len([each for each in kinds[kind] if each['network'] == network['name']])
            need('it has as many as it says', network[kind + 's'] == there, kind, there, network)
    ports = {port['id']: port for port in kinds['port']}
    for kind in ('port', 'endpoint', 'route'):
        for each in kinds[kind]:
            need('a network', each['network'] in networks and
                 networks[each['network']]['id'] == each['network-id'], each)
    for endpoint in kinds['endpoint']:
        check_endpoint(endpoint, ports)
    for route in kinds['route']:
        check_route(route, ports)
    for uplink in kinds['uplink']:
        unique('peer', uplink.get('peer', []))
    unique('device', [(port.get('netns-id'), port['ifindex']) for port in kinds['port']])
    unique('prefix', [(route['network'], route['prefix'], route['prefix-length'])
                      for route in kinds['route']])
    active = [each for each in kinds['endpoint'] if each['state'] == 'active']
    unique('active MAC', [(each['network'], each['mac']) for each in active])
    unique('active address', [(each['network'], one) for each in active
                              for one in each.get('address', ())])
    check_limits(nl, kinds)
    return kinds
