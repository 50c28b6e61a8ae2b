#!/usr/bin/python3 -S
# SPDX-License-Identifier: Apache-2.0
"""
What Debian 12's iproute2 and bpftool are too old for: netkit pairs, and BPF
programs of one purpose, which send what they see to one device.

usage: bpf.py netkit NAME NETNS PEER	a pair in L2 mode; PEER is made in NETNS
       bpf.py peer DEV TO		what comes in by DEV: bpf_redirect_peer to
					the other end of TO, before tc's queues (tcx)
					or, where there is no tcx, by a filter of tc
       bpf.py redirect DEV TO		the same, but bpf_redirect to TO itself
       bpf.py tunnel DEV TO REMOTE VNI	redirect to TO, an external tunnel device, which
					is told with each packet where to send it
       bpf.py netkit-redirect DEV TO	what the peer of DEV sends: bpf_redirect to TO

A program stays as long as its device.
"""
import ctypes
import os
import socket
import struct
import subprocess
import sys

SYS_BPF = {'x86_64': 321, 'aarch64': 280}[os.uname().machine]
PROG_LOAD, OBJ_PIN, LINK_CREATE = 5, 6, 28
SCHED_CLS = 3
TCX_INGRESS, NETKIT_PEER = 46, 55
FUNC_SET_TUNNEL_KEY, FUNC_REDIRECT, FUNC_REDIRECT_PEER = 21, 23, 155
TUNNEL_KEY_SIZE, ZERO_CSUM_TX = 24, 2
PINS = '/sys/fs/bpf'

RTM_NEWLINK, REQUEST, ACK, CREATE, EXCL = 16, 1, 4, 0x400, 0x200
IFLA_IFNAME, IFLA_LINKINFO, IFLA_NET_NS_FD = 3, 18, 28
INFO_KIND, INFO_DATA = 1, 2
NETKIT_PEER_INFO, NETKIT_MODE, NETKIT_L2 = 1, 5, 0

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attr):
    buffer = ctypes.create_string_buffer(attr, 128)
    result = libc.syscall(SYS_BPF, command, buffer, len(buffer))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def instruction(opcode, dst=0, src=0, immediate=0, offset=0):
    return struct.pack('=BBhi', opcode, src << 4 | dst, offset, immediate)


def set_tunnel_key(remote, vni):
    """bpf_skb_set_tunnel_key(skb, { vni, remote, .ttl = 64 }, 24, no checksum)"""
    remote = struct.unpack('!i', socket.inet_aton(remote))[0]
    key = struct.unpack('=6i', struct.pack('=Ii12xBBxx', vni, remote, 0, 64))
    return b''.join([instruction(0x62, dst=10, offset=4 * i - TUNNEL_KEY_SIZE, immediate=word)
                     for i, word in enumerate(key)] +
                    [instruction(0xbf, dst=2, src=10),
                     instruction(0x07, dst=2, immediate=-TUNNEL_KEY_SIZE),
                     instruction(0xb7, dst=3, immediate=TUNNEL_KEY_SIZE),
                     instruction(0xb7, dst=4, immediate=ZERO_CSUM_TX),
                     instruction(0x85, immediate=FUNC_SET_TUNNEL_KEY)])


def load(function, ifindex, before=b''):
    """return function(ifindex, 0)"""
    code = b''.join((before,
                     instruction(0xb4, dst=1, immediate=ifindex),
                     instruction(0xb7, dst=2),
                     instruction(0x85, immediate=function),
                     instruction(0x95)))
    code_memory = ctypes.create_string_buffer(code, len(code))
    licence = ctypes.create_string_buffer(b'Dual BSD/GPL')
    return bpf(PROG_LOAD, struct.pack('=IIQQ', SCHED_CLS, len(code) // 8,
                                      ctypes.addressof(code_memory),
                                      ctypes.addressof(licence)))


def pin(fd, name):
    if not os.path.ismount(PINS):
        subprocess.run(['mount', '-t', 'bpf', 'bpf', PINS], check=True)
    path = os.path.join(PINS, name)
    if os.path.exists(path):
        os.unlink(path)
    memory = ctypes.create_string_buffer(path.encode())
    bpf(OBJ_PIN, struct.pack('=QI', ctypes.addressof(memory), fd))
    return path


def link(fd, ifindex, where):
    return bpf(LINK_CREATE, struct.pack('=IIII', fd, ifindex, where, 0))


def ingress(function, dev, to, before=b''):
    program = load(function, socket.if_nametoindex(to), before)
    try:
        pin(link(program, socket.if_nametoindex(dev), TCX_INGRESS), dev)
    except OSError:
        path = pin(program, dev)
        for command in (['qdisc', 'add', 'dev', dev, 'clsact'],
                        ['filter', 'add', 'dev', dev, 'ingress', 'bpf', 'direct-action',
                         'object-pinned', path]):
            subprocess.run(['tc'] + command, check=True)


def redirect(dev, to):
    ingress(FUNC_REDIRECT, dev, to)


def tunnel(dev, to, remote, vni):
    ingress(FUNC_REDIRECT, dev, to, set_tunnel_key(remote, int(vni)))


def redirect_peer(dev, to):
    ingress(FUNC_REDIRECT_PEER, dev, to)


def netkit_redirect(dev, to):
    program = load(FUNC_REDIRECT, socket.if_nametoindex(to))
    pin(link(program, socket.if_nametoindex(dev), NETKIT_PEER), dev)


def attribute(number, value):
    length = 4 + len(value)
    return struct.pack('=HH', length, number) + value + b'\0' * (-length % 4)


def netkit(name, netns, peer):
    ifinfo = struct.pack('=BxHiII', 0, 0, 0, 0, 0)
    with open('/run/netns/' + netns, 'rb') as file:
        peer_info = (ifinfo + attribute(IFLA_IFNAME, peer.encode() + b'\0') +
                     attribute(IFLA_NET_NS_FD, struct.pack('=I', file.fileno())))
        data = (attribute(NETKIT_PEER_INFO, peer_info) +
                attribute(NETKIT_MODE, struct.pack('=I', NETKIT_L2)))
        body = (ifinfo + attribute(IFLA_IFNAME, name.encode() + b'\0') +
                attribute(IFLA_LINKINFO, attribute(INFO_KIND, b'netkit\0') +
                          attribute(INFO_DATA, data)))
        message = struct.pack('=IHHII', 16 + len(body), RTM_NEWLINK,
                              REQUEST | ACK | CREATE | EXCL, 1, 0) + body
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
            sock.send(message)
            number = struct.unpack_from('=i', sock.recv(65536), 16)[0]
    if number:
        raise OSError(-number, os.strerror(-number))


COMMANDS = {'netkit': netkit, 'peer': redirect_peer, 'redirect': redirect, 'tunnel': tunnel,
            'netkit-redirect': netkit_redirect}

COMMANDS[sys.argv[1]](*sys.argv[2:])
