# SPDX-License-Identifier: Apache-2.0
"""
The processes of storm.sh: each makes and destroys things of one kind until its time
is over, while a thread sends from each port it has made.

usage: storm.py SECONDS POD NODE_POD KIND...

What the others do comes in between, so a refusal is no fault; that a kind never did
anything is one.
"""
import errno
import random
import subprocess
import sys
import threading
import traceback

from packet import *
from rtnl import *
from vrnl import *

BLUE = {'name': 'stay', 'vni': 100, 'subnet': [
    {'gateway': '192.0.2.1', 'prefix-length': 24},
    {'gateway': '198.51.100.1', 'prefix-length': 24},
    {'gateway': '2001:db8:1::1', 'prefix-length': 64}]}
VTEP = '203.0.113.2'
NEW_NAMESPACE = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def frames(src):
    """To all, to the gateway, to stations here and there, and to nobody."""
    for dst in (BROADCAST, GATEWAY, '02:00:00:00:00:0b', '02:00:00:00:04:01',
                '02:00:00:00:03:%02x' % random.randrange(200)):
        if random.randrange(2):
            yield eth(dst, src, IP4, packet('192.0.2.10', random.choice((
                '192.0.2.11', '203.0.113.1', '192.0.2.%d' % random.randrange(20, 250)))))
        else:
            yield eth(dst, src, IP6, packet('2001:db8:1::a', '2001:db8:%x::1' % random.randrange(
                256, 456)))


class Sender(threading.Thread):
    """Sends from a device until it is gone, or the round over."""

    def __init__(self, name, last):
        super().__init__(daemon=True)
        self.src = '02:00:00:00:05:%02x' % last
        self.over, self.sent = threading.Event(), 0
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        try:
            self.sock.bind((name, 3))
            self.start()
        except OSError:
            self.sock.close()

    def run(self):
        # At least once, however short a round is.
        while True:
            for frame in frames(self.src):
                try:
                    self.sock.send(frame)
                    self.sent += 1
                except OSError as error:
                    if error.errno in (errno.ENXIO, errno.ENODEV):
                        self.over.set()
            if self.over.wait(0.01):
                break
        self.sock.close()

    def end(self):
        self.over.set()
        if self.ident:
            self.join()
        return self.sent


class Inside:
    """with Inside() as fd: a new namespace, which goes with the descriptor."""

    def __init__(self, fd=None):
        self.fd = fd

    def __enter__(self):
        self.home = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
        if self.fd is None:
            if LIBC.unshare(NEW_NAMESPACE):
                raise OSError(ctypes.get_errno(), 'unshare')
            self.fd = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
        elif LIBC.setns(self.fd, NEW_NAMESPACE):
            raise OSError(ctypes.get_errno(), 'setns')
        return self.fd

    def __exit__(self, *args):
        LIBC.setns(self.home, NEW_NAMESPACE)
        os.close(self.home)


class Storm:
    def __init__(self, pod):
        self.pod = pod
        self.nl, self.rtnl = None, Rtnl()
        self.rounds = self.done = self.sent = 0
        self.senders = []

    def try_(self, command, attrs, flags=0):
        try:
            self.nl = self.nl or Netlink()
            self.nl.do(command, attrs, flags)
            self.done += 1
        except (OSError, Refused) as error:
            # The module was away, and the family has another number now.
            if isinstance(error, OSError) or not error.text:
                self.close()

    def close(self):
        if self.nl:
            self.nl.sock.close()
        self.nl = None

    def link(self, verb, *args):
        try:
            getattr(self.rtnl, verb)(*args)
        except (OSError, Refused):
            pass

    def send_from(self, name, last):
        self.senders.append(Sender(name, last))

    def join(self):
        self.sent += sum(sender.end() for sender in self.senders)
        self.senders = []

    def attach(self, name, **more):
        self.try_('port-new', {'network': 'stay', 'ifname': name, 'antispoof': 0, **more})
        self.try_('endpoint-new', {'network': 'stay', 'mac': '02:00:00:00:04:01',
                                   'ifname': name}, REPLACE)
        self.try_('route-new', {'network': 'stay', 'prefix': '203.0.113.0', 'prefix-length': 24,
                                'nexthop': {'ifname': name}}, REPLACE)

    def networks(self):
        """Deleted also with ports of both kinds in them."""
        name = 'n%d' % random.randrange(4)
        self.try_('apply', [('network', {'name': name, 'subnet': {
            'gateway': '192.0.2.1', 'prefix-length': 24}}), ('route', {
                'network': name, 'prefix': '::', 'prefix-length': 0,
                'nexthop': {'type': 'blackhole'}})])
        self.try_('network-set', {'name': name, 'subnet': {
            'gateway': '2001:db8::1', 'prefix-length': 64}})
        if self.rounds % 3 == 0:
            self.link('add', 'n0', 'vr', b'', b'', 1)
            self.link('veth', 'n1', 'n2')
            for device in 'n0', 'n1':
                self.try_('port-new', {'network': name, 'ifname': device, 'antispoof': 0})
            self.send_from('n0', 1)
            self.send_from('n2', 2)
        self.try_('network-del', {'name': name})
        if self.rounds % 3 == 0:
            self.link('delete', 'n0')
            self.link('delete', 'n1')

    def objects(self):
        """Endpoints and routes, whose next hops are ports, addresses, nodes and several."""
        number = random.randrange(200)
        mac_ = '02:00:00:00:03:%02x' % number
        prefix = {'network': 'stay', 'prefix': '2001:db8:%x::' % (256 + number),
                  'prefix-length': 48}
        far = '203.0.113.%d' % random.randrange(2, 9)
        for place in {'port-id': 1}, {'port-id': 2}, {'remote': far, 'uplink': 'u0'}:
            self.try_('endpoint-new', {'network': 'stay', 'mac': mac_, 'address': [
                '192.0.2.%d' % (20 + number), '2001:db8:1::3:%x' % number],
                'sequence': random.randrange(3), 'state': random.randrange(2), **place}, REPLACE)
        hops = [{'port-id': 2}, {'via': '2001:db8:1::3:%x' % number},
                {'remote': far, 'uplink': 'u0'}]
        for nexthop in hops + [hops[:2], hops]:
            self.try_('route-new', {**prefix, 'nexthop': nexthop}, REPLACE)
        self.try_('network-set', {'name': 'stay', random.choice((
            'flood-add', 'flood-del')): [far], 'uplink': 'u0'})
        self.try_('endpoint-del', {'network': 'stay', 'mac': mac_})
        self.try_('route-del', {**prefix, 'prefix': '2001:db8:%x::' % (
            256 + random.randrange(200))})

    def ports(self):
        """Native ports of the own namespace, renamed, changed, detached, deleted."""
        for name in 's0', 's1':
            self.link('add', name, 'vr', b'', b'', 1)
            self.attach(name)
        self.send_from('s0', 3)
        self.send_from('s1', 4)
        self.try_('port-set', {'ifname': 's0', 'mac': '02:00:00:00:04:02', 'rate-in': 1000000})
        self.link('rename', 's0', 's2')
        self.try_('port-set', {'ifname': 's2', 'rate-in': 0, 'allowed': [
            {'prefix': '2001:db8:7::', 'prefix-length': 48}]})
        self.try_('port-del', {'ifname': 's1'})
        for name in 's0', 's1', 's2':
            self.link('delete', name)

    def taps(self):
        """Detached, renamed, moved away, deleted by their peer."""
        for tap, peer, last in ('t0', 'f0', 5), ('t1', 'f1', 6):
            self.link('veth', tap, peer)
            self.attach(tap, learn=1)
            self.send_from(peer, last)
        self.try_('port-set', {'ifname': 't0', 'learn-limit': 5, 'rate-out': 1000000})
        if self.rounds % 3 == 0:
            with Inside() as other:
                pass
            self.link('move', 't0', other)
            os.close(other)
        elif self.rounds % 3 == 1:
            self.link('rename', 't0', 't2')
            self.try_('port-del', {'ifname': 't2'})
        for name in 'f0', 'f1', 't0', 't1':
            self.link('delete', name)

    def hosts(self):
        """The host's own port, with addresses, so that its stack sends as well."""
        self.link('add', 'h0', 'vr')
        self.try_('port-new', {'network': 'stay', 'ifname': 'h0', 'gateway': 1,
                               'address': ['192.0.2.2', '2001:db8:1::2']})
        subprocess.run(('ip', '-force', '-batch', '-'), text=True, check=False,
                       capture_output=True, input='link set h0 up\n'
                       'address add 192.0.2.2/24 dev h0\naddress add 2001:db8:1::2/64 dev h0 nodad\n'
                       'route add 203.0.113.128/25 via 192.0.2.1\n')
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            for number in range(20):
                for address in '192.0.2.%d' % (number + 10), '203.0.113.%d' % (number + 130):
                    try:
                        sock.sendto(b'host', socket.MSG_DONTWAIT, (address, 9))
                        self.sent += 1
                    except OSError:
                        pass
        if self.rounds % 2:
            self.try_('port-del', {'ifname': 'h0'})
        self.link('delete', 'h0')

    def namespaces(self):
        """Pods whose namespace is killed, their device there or in another one."""
        with Inside() as pod:
            there = Rtnl()
        with Inside() as other:
            pass
        self.link('add', 'eth1', 'vr', b'', to_namespace(pod), 1)
        self.try_('port-new', {'network': 'stay', 'ifname': 'eth1', 'antispoof': 0,
                               'netns-fd': pod, 'address': ['192.0.2.250', '2001:db8:1::250']})
        with Inside(pod):
            self.send_from('eth1', 7)
        own, self.rtnl = self.rtnl, there
        if self.rounds % 3 == 1:
            self.link('move', 'eth1', other)
        elif self.rounds % 3 == 2:
            self.link('rename', 'eth1', 'moved')
            self.link('delete', 'moved')
        self.rtnl = own
        there.sock.close()
        os.close(other)
        os.close(pod)

    def nodes(self):
        """Instances of other namespaces, killed with all they have."""
        own = self.nl, self.rtnl
        with Inside() as node:
            self.nl, self.rtnl = None, Rtnl()
            self.link('up', 'lo')
            self.link('add', 'p0', 'vr', b'', b'', 1)
            self.link('veth', 't0', 'f0')
            self.link('vxlan', 'x0', 5001)
            self.try_('network-new', BLUE)
            self.try_('uplink-new', {'name': 'u0', 'type': 'vxlan', 'any': 1})
            self.try_('uplink-new', {'type': 'device', 'ifname': 'x0', 'any': 1})
            for device in 'p0', 't0':
                self.attach(device)
            for last, uplink in enumerate(('u0', 'x0')):
                self.try_('endpoint-new', {
                    'network': 'stay', 'mac': '02:00:00:00:03:%02x' % last,
                    'remote': '127.0.0.2', 'uplink': uplink})
                self.try_('network-set', {'name': 'stay', 'flood-add': ['127.0.0.3'],
                                          'uplink': uplink})
            self.send_from('p0', 8)
            self.send_from('f0', 9)
            self.close()
            self.rtnl.sock.close()
        self.nl, self.rtnl = own
        self.join()  # whose sockets keep the namespace
        os.close(node)

    def uplinks(self):
        """Both kinds removed, with their device, and made again, under what leads there."""
        self.try_('uplink-new', {'name': 'u0', 'type': 'vxlan', 'any': 1, 'local': '203.0.113.1'})
        self.link('vxlan', 'x0', 5001)
        self.try_('uplink-new', {'type': 'device', 'ifname': 'x0', 'any': 1})
        for uplink in 'u0', 'x0':
            number = random.randrange(200)
            self.try_('endpoint-new', {
                'network': 'stay', 'mac': '02:00:00:00:03:%02x' % number,
                'address': '2001:db8:1::3:%x' % number, 'remote': VTEP, 'uplink': uplink}, REPLACE)
            self.try_('route-new', {
                'network': 'stay', 'prefix': '2001:db8:%x::' % (256 + number),
                'prefix-length': 48, 'nexthop': {'remote': VTEP, 'uplink': uplink}}, REPLACE)
            self.try_('network-set', {'name': 'stay', 'flood-add': [VTEP], 'uplink': uplink})
        self.try_('uplink-set', {'name': 'u0', 'ttl': random.randrange(1, 9),
                                 random.choice(('peer-add', 'peer-del')): [VTEP]})
        if self.rounds % 2:
            self.link('rename', 'x0', 'x1')
        if self.rounds % 3:
            self.try_('uplink-del', {'name': 'u0'})
        self.link('delete', 'x0')
        self.link('delete', 'x1')

    def shows(self):
        for what in ('network', 'port', 'endpoint', 'route', 'uplink', 'limit', 'drop'):
            try:
                self.nl = self.nl or Netlink()
                self.nl.dump(what + '-get')
                self.done += 1
            except (OSError, Refused):
                self.close()

    def traffic(self):
        """From a pod that stays, to all that come and go."""
        if not self.rounds:
            self.station = Station(self.pod, '02:00:00:00:00:0a')
        for frame in frames('02:00:00:00:00:0a'):
            try:
                self.station.send(frame)
                self.sent += 1
            except OSError:
                pass
        time.sleep(0.01)

    def modules(self):
        """Unloaded and loaded, with what the others make."""
        for _ in range(20):
            if not subprocess.run(('rmmod', 'vr'), check=False, capture_output=True).returncode:
                self.done += 1
                break
            time.sleep(0.1)
        subprocess.run(('insmod', os.environ['VR_KO']), check=False, capture_output=True)
        self.try_('network-new', BLUE)
        time.sleep(random.random())

    def run(self, kind, end):
        random.seed()
        os.sched_setaffinity(0, range(os.cpu_count()))
        while time.monotonic() < end or not self.rounds:
            getattr(self, kind)()
            self.join()
            self.rounds += 1
        print('# %s: %d rounds, %d requests done, %d packets sent' % (
            kind, self.rounds, self.done, self.sent), flush=True)
        return not (self.done or self.sent)


def child(kind, end, pod):
    """The exit code."""
    try:
        return Storm(pod).run(kind, end)
    except BaseException:  # whatever it is, this is a process of its own
        traceback.print_exc()
        return 1


def main():
    end = time.monotonic() + float(sys.argv[1])
    pods = {'far': sys.argv[3]}
    for kind in sys.argv[4:]:
        if not os.fork():
            os._exit(child('traffic' if kind == 'far' else kind, end, pods.get(kind, sys.argv[2])))
    sys.exit(any([os.wait()[1] for _ in sys.argv[4:]]))


main()
