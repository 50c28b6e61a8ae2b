# SPDX-License-Identifier: Apache-2.0
"""
A small client of the netlink family, for what vrctl does not send: requests
without NLM_F_EXCL, apply, and bad ones. Names are those of uapi/vr.yaml, which
it reads itself (only as much YAML as the file has, to start fast).

	nl = Netlink()
	nl.do('network-new', {'name': 'blue', 'mtu': 1400}, EXCL)	-> dict
	nl.dump('port-get', {'network': 'blue'})			-> [dict]

A refusal raises Refused: .errno, .text, and .attr, the attribute it names, as
'port/mac'. Attributes are a dict, or a list of pairs to give one twice.
"""
import errno
import os
import socket
import struct
import time

REQUEST, ACK, DUMP, DUMP_INTR = 1, 4, 0x300, 0x10
REPLACE, EXCL, CREATE = 0x100, 0x200, 0x400
NESTED = 0x8000
SOL_NETLINK, ADD_MEMBERSHIP, CAP_ACK, EXT_ACK = 270, 1, 10, 11
SPEC = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../uapi/vr.yaml')


class Refused(Exception):
    def __init__(self, number, text, attr):
        self.errno, self.text, self.attr = errno.errorcode.get(number, number), text, attr
        super().__init__('%s: %s (%s)' % (self.errno, text, attr))


class Attr:
    def __init__(self, number):
        self.number, self.type, self.nested, self.hint, self.enum, self.multi = \
            number, 'nest', None, None, None, False


class Spec:
    """attrs[set][name], enums[name], commands[name] and, of a command, requests[name]."""

    def __init__(self):
        self.attrs, self.enums, self.commands, self.sets = {}, {}, {}, {}
        self.requests = {}
        self.parents = {}
        with open(SPEC, encoding='utf-8') as file:
            self.read(file)

    def read(self, file):
        section = block = item = None
        in_request = False
        for line in file:
            key, _, value = line.strip().partition(': ')
            indent = len(line) - len(line.lstrip())
            if indent == 0 and line.strip().endswith(':'):
                section = line.strip()[:-1]
            elif section == 'definitions':
                if indent == 4 and key == 'name':
                    block = self.enums.setdefault(value, [])
                elif indent == 8 and key == 'name':
                    block.append(value)
            elif section == 'attribute-sets':
                if indent == 4 and key == 'name':
                    block = self.attrs.setdefault(value, {})
                    parent = None
                elif indent == 4 and key == 'subset-of':
                    parent = self.attrs[value]
                    self.parents[list(self.attrs)[-1]] = value
                elif indent == 8 and key == 'name':
                    item = block[value] = parent[value] if parent else Attr(len(block) + 1)
                elif indent == 8 and key == 'type':
                    item.type = value
                elif indent == 8 and key == 'nested-attributes':
                    item.nested = value
                elif indent == 8 and key == 'display-hint':
                    item.hint = value
                elif indent == 8 and key == 'enum':
                    item.enum = value
                elif indent == 8 and key == 'multi-attr':
                    item.multi = True
            elif section == 'operations':
                if indent == 6 and key == 'name':
                    item = value
                    self.commands[value] = len(self.commands) + 1
                    block = self.requests[value] = []
                elif line.strip() in ('request:', 'reply:'):
                    in_request = line.strip() == 'request:'
                elif indent == 12 and in_request:
                    block.append(line.strip()[2:])
                elif indent == 6 and key == 'attribute-set':
                    self.sets[item] = value
                elif indent == 6 and key == 'notify':
                    self.sets[item] = self.sets[value]
        self.names = {number: name for name, number in self.commands.items()}


SPEC = Spec()
STRANGE = set()  # what answers had that the contract does not say: (set, number)
SIZES = {'u8': 'B', 'u16': 'H', 'u32': 'I', 's32': 'i', 'u64': 'Q'}


def encode_one(attr, value):
    if isinstance(value, bytes):
        return value
    if attr.type in SIZES:
        if isinstance(value, str):
            value = SPEC.enums[attr.enum].index(value)
        return struct.pack(SIZES[attr.type], value)
    if attr.type == 'string':
        return value.encode() + b'\0'
    if attr.type == 'flag':
        return b''
    if attr.type == 'nest':
        return encode(attr.nested, value)
    if attr.hint == 'mac':
        return bytes.fromhex(value.replace(':', ''))
    return socket.inet_pton(socket.AF_INET6 if ':' in value else socket.AF_INET, value)


def pairs(attrs):
    for name, value in attrs.items() if isinstance(attrs, dict) else attrs:
        for one in value if isinstance(value, list) and (not value or not isinstance(
                value[0], tuple)) else [value]:
            yield name, one


def pack(number, data):
    return struct.pack('HH', len(data) + 4, number) + data + b'\0' * (-len(data) % 4)


def encode(name, attrs):
    out = b''
    for key, value in pairs(attrs):
        attr = SPEC.attrs[name][key]
        out += pack(attr.number | (NESTED if attr.nested else 0), encode_one(attr, value))
    return out


def split(data, start=0):
    while start + 4 <= len(data):
        length, number = struct.unpack_from('HH', data, start)
        if length < 4:
            return
        yield start, number & 0x3fff, data[start + 4:start + length]
        start += (length + 3) & ~3


def decode_one(attr, data):
    if attr.type in SIZES:
        value = struct.unpack(SIZES[attr.type], data)[0]
        if attr.enum and value < len(SPEC.enums[attr.enum]):
            return SPEC.enums[attr.enum][value]
        return value
    if attr.type == 'string':
        return data.rstrip(b'\0').decode(errors='surrogateescape')
    if attr.type == 'flag':
        return True
    if attr.type == 'nest':
        return decode(attr.nested, data)
    if attr.hint == 'mac':
        return data.hex(':')
    return socket.inet_ntop(socket.AF_INET6 if len(data) == 16 else socket.AF_INET, data)


def decode(name, data):
    found = {attr.number: (key, attr) for key, attr in SPEC.attrs[name].items()}
    out = {}
    for _, number, value in split(data):
        if number not in found:
            STRANGE.add((name, number))
            found.update((attr.number, (key, attr))
                         for key, attr in SPEC.attrs[SPEC.parents[name]].items())
        key, attr = found[number]
        if attr.type == 'pad':
            continue
        if attr.multi:
            out.setdefault(key, []).append(decode_one(attr, value))
        else:
            out[key] = decode_one(attr, value)
    return out


def name_at(name, data, offset):
    """The attribute at an offset, as a path."""
    found = {attr.number: (key, attr) for key, attr in SPEC.attrs[name].items()}
    for start, number, value in split(data):
        if number not in found:
            continue
        key, attr = found[number]
        if start == offset:
            return key
        if attr.nested and start < offset < start + 4 + len(value):
            return key + '/' + (name_at(attr.nested, value, offset - start - 4) or '')
    return None


class Netlink:
    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.bind((0, 0))
        self.sock.setsockopt(SOL_NETLINK, CAP_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, EXT_ACK, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.seq = 0
        self.interrupted = False  # the kernel says that a dump is of more than one moment
        self.find_family()

    def find_family(self):
        """CTRL_CMD_GETFAMILY, from the kernel's controller (id 16)."""
        self.send(16, 3, pack(2, b'vr\0'), REQUEST)
        self.group = None
        kind, payload, _ = self.receive()[0]
        if kind == 2:
            raise OSError(errno.ENOENT, 'no family vr')
        for _, number, value in split(payload[4:]):
            if number == 1:
                self.family = struct.unpack('H', value)[0]
            elif number == 7:
                for _, _, group in split(value):
                    for _, kind, data in split(group):
                        if kind == 2:
                            self.group = struct.unpack('I', data)[0]

    def message(self, family, command, data, flags):
        self.seq += 1
        return struct.pack('IHHIIBBH', 20 + len(data), family, flags, self.seq, 0, command, 1,
                           0) + data

    def send(self, family, command, data, flags):
        self.interrupted = False
        self.sock.send(self.message(family, command, data, flags))

    def receive(self, room=1 << 20):
        """The messages of one answer: (type, flags and payload)."""
        data = self.sock.recv(room)
        out = []
        while len(data) >= 16:
            length, kind, flags, seq, _ = struct.unpack_from('IHHII', data)
            self.interrupted |= bool(flags & DUMP_INTR)
            out.append((kind, data[16:length], seq))
            data = data[(length + 3) & ~3:]
        return out

    def refuse(self, name, sent, payload):
        number = -struct.unpack_from('i', payload)[0]
        text = attr = None
        for _, kind, value in split(payload, 20):
            if kind == 1:
                text = value.rstrip(b'\0').decode()
            elif kind == 2:
                attr = name_at(name, sent, struct.unpack('I', value)[0] - 20)
        raise Refused(number, text, attr)

    def call(self, command, attrs, flags):
        name = SPEC.sets[command]
        sent = attrs if isinstance(attrs, bytes) else encode(name, attrs)
        self.send(self.family, SPEC.commands[command], sent, flags | REQUEST | ACK)
        out = []
        while True:
            for kind, payload, seq in self.receive():
                if seq != self.seq:
                    continue
                if kind == 2:
                    if struct.unpack_from('i', payload)[0]:
                        self.refuse(name, sent, payload)
                    return out
                if kind == 3:
                    if struct.unpack_from('i', payload)[0]:
                        # text and offset follow the error code
                        self.refuse(name, sent, payload[:4] + b'\0' * 16 + payload[4:])
                    return out
                out.append(decode(name, payload[4:]))

    def do(self, command, attrs=(), flags=0):
        out = self.call(command, attrs, flags)
        return out[0] if out else {}

    def dump(self, command, attrs=()):
        return self.call(command, attrs, DUMP)

    def drops(self):
        return {drop['reason']: drop['packets'] for drop in self.dump('drop-get')}

    def dropped(self, act, timeout=10):
        """The reasons counted since act(), as soon as there is one: a tap's come later."""
        before = self.drops()
        act()
        end = time.monotonic() + timeout
        while True:
            after = self.drops()
            found = [reason for reason in after if after[reason] != before[reason]]
            if found or time.monotonic() > end:
                return found
            time.sleep(0.01)

    def listen(self):
        self.sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, self.group)

    def events(self, timeout=0.0):
        """What was notified: [(command, dict)]."""
        out = []
        self.sock.settimeout(timeout or 0.000001)
        try:
            while True:
                for _, payload, _ in self.receive():
                    command = SPEC.names[payload[0]]
                    out.append((command, decode(SPEC.sets[command], payload[4:])))
        except (BlockingIOError, TimeoutError):
            pass
        self.sock.settimeout(None)
        return out
