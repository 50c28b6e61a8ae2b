#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# alone
# timeout: 300
# soak
#
# How many objects an instance may have, and the refusal of the next one. What commands
# make is charged to their memory cgroup, and refused where that has no more; what each
# kind of object costs is printed. Networks go to their limit here, endpoints and routes
# with VR_SOAK. The limits of one object (subnets, addresses, next hops, nodes, ...) are in
# the scripts about it, that of what is learned in learn.sh.

. "$(dirname "$0")/setup.sh"
module_load

group=$(mktemp -d)
mount -t cgroup2 none "$group"
on_exit umount "$group"
echo +memory > "$group/cgroup.subtree_control"
mkdir "$group/vr"
on_exit rmdir "$group/vr"

python "$group/vr" <<- 'END'
	import ctypes
	import errno
	import itertools
	import os
	import struct
	import subprocess
	import sys
	import time

	from packet import check, equal
	from vrnl import *

	GROUP = sys.argv[1]
	SOAK, SLOW = os.environ.get('VR_SOAK'), os.environ.get('VR_SLOW')
	os.sched_setaffinity(0, range(os.cpu_count()))

	def setting(name, value=None):
	    with open(os.path.join(GROUP, name), 'r' if value is None else 'w', encoding='ascii') as file:
	        return file.read() if value is None else file.write(str(value))

	def kernel_bytes():
	    """What the kernel has allocated for the group. It sums that up every two seconds."""
	    time.sleep(2.5)
	    return int(dict(line.split() for line in setting('memory.stat').splitlines())['kernel'])

	class Kind:
	    """Objects that differ in some attributes, encoded but for these: a million are made."""

	    def __init__(self, name, attrs, fields):
	        self.name, self.same, self.fields, self.parts = name, attrs, fields, []
	        marks = [(key, os.urandom(len(make(0)))) for key, make in fields]
	        rest = encode('apply', [(name, attrs + marks)])
	        for _, mark in marks:
	            part, rest = rest.split(mark)
	            self.parts.append(part)
	        self.rest = rest

	    def encoded(self, i):
	        return b''.join(part + make(i) for part, (_, make) in zip(
	            self.parts, self.fields)) + self.rest

	    def attrs(self, i, keys=None):
	        return [(key, value) for key, value in self.same + [
	            (key, make(i)) for key, make in self.fields] if not keys or key in keys]

	    def requests(self, first, count, each=64):
	        for at in range(first, first + count, each):
	            yield b''.join(self.encoded(i) for i in range(at, min(at + each, first + count)))

	def number(form, base, step=1):
	    return lambda i: struct.pack(form, base + i * step)

	route = Kind('route', [('network', 'n'), ('prefix-length', 28), ('nexthop', {
	    'type': 'blackhole'})], [('prefix', number('>I', 0x0a000000, 16))])
	endpoint = Kind('endpoint', [('network', 'n'), ('remote', '198.51.100.1')], [
	    ('mac', lambda i: struct.pack('>HI', 0x0200, i)),
	    ('address', number('>I', 0x0a000000)),
	    ('address', lambda i: struct.pack('>QQ', 0x20010db8 << 32, i + 1))])
	network = Kind('network', [('subnet', {'gateway': '192.0.2.1', 'prefix-length': 24})], [
	    ('name', lambda i: b'x%08d\0' % i), ('vni', number('=I', 1000))])
	port = Kind('port', [('network', 'n')], [
	    ('ifname', lambda i: b'd%05d\0' % i), ('address', number('>I', 0x0b000000))])
	bare = Kind('network', [], [('name', lambda i: b'x%08d\0' % i)])

	# Nothing of the process's own may be charged while it is in the group: memory of its
	# own that it cannot have it would wait for, for ever. So it has all beforehand.
	ctypes.CDLL(None).mlockall(3)
	inside, outside = (os.open(path + '/cgroup.procs', os.O_WRONLY)
	                   for path in (GROUP, os.path.dirname(GROUP)))
	me = str(os.getpid()).encode()

	def send_charged(nl, messages):
	    """
	    Charged to the group, until one is refused: the refusals, by errno, and how many
	    were not.
	    """
	    numbers = []
	    while not any(numbers):
	        some = list(itertools.islice(messages, 16))
	        if not some:
	            break
	        batch = b''.join(nl.message(nl.family, SPEC.commands['apply'], message, REQUEST | ACK)
	                         for message in some)
	        os.write(inside, me)
	        nl.sock.send(batch)
	        os.write(outside, me)
	        while nl.seq not in (answers := {
	                seq: -struct.unpack_from('i', payload)[0]
	                for kind, payload, seq in nl.receive() if kind == 2}):
	            numbers += answers.values()
	        numbers += answers.values()
	    return {errno.errorcode[number] for number in numbers if number}, numbers.count(0)

	nl = Netlink()

	def begin():
	    nl.do('network-new', {'name': 'n', 'vni': 1, 'mtu': 1400})
	    nl.do('uplink-new', {'name': 'vx', 'type': 'vxlan'})

	def end():
	    nl.do('flush', {'networks': True})
	    for uplink in nl.dump('uplink-get'):
	        nl.do('uplink-del', {'name': uplink['name']})

	# --- what they cost, and that it is charged

	def add_devices(count):
	    """By a process that is in the group as a whole, and ends."""
	    lines = ''.join('link add d%05d type vr\n' % i for i in range(count))
	    os.write(inside, me)
	    ip_ = subprocess.Popen(('ip', '-batch', '-'), stdin=subprocess.PIPE, text=True)
	    os.write(outside, me)
	    ip_.communicate(lines)
	    return set() if ip_.returncode == 0 else {ip_.returncode}

	def cost(what, kind, count, least, most):
	    """Bytes of one, of those that a process in the group makes."""
	    before = kernel_bytes()
	    refusals = send_charged(nl, kind.requests(0, count))[0] if kind else add_devices(count)
	    each = (kernel_bytes() - before) / count
	    print('# %s: %d bytes each' % (what, each))
	    check('%s: charged to the group of who made them' % what, not refusals and
	          each >= least, refusals, each)
	    check('... and not more than is documented', SLOW or each <= most, each)

	begin()
	cost('routes', route, 6400, 90, 150)
	cost('endpoints of two addresses', endpoint, 6400, 150, 300)
	cost('networks with a subnet', network, 640, 1500, 4000)
	cost('devices', None, 64, 2000, 40000)
	cost('ports with an address', port, 64, 500, 4000)
	end()
	subprocess.run(('ip', '-batch', '-'), text=True, check=True,
	               input=''.join('link del d%05d\n' % i for i in range(64)))

	# --- a group that may have no more. Who may not be killed for it is refused.

	with open('/proc/self/oom_score_adj', 'w', encoding='ascii') as file:
	    file.write('-1000')

	def there():
	    return [len(nl.dump(kind + '-get')) for kind in ('network', 'endpoint', 'route')]

	begin()
	for what, kind, count in (('routes', route, 32000), ('endpoints', endpoint, 16000),
	                          ('networks', network, 2000)):
	    few = list(kind.requests(0, count))
	    setting('memory.max', int(setting('memory.current')) + (1 << 20))
	    refusals, requests = send_charged(nl, iter(few))
	    setting('memory.max', 'max')
	    equal('%s, until the group has no more memory: refused' % what, refusals, {'ENOMEM'})
	    made = there()
	    # All of a request or nothing; a network has a route.
	    check('... and what was made is there', requests and sum(made) - 1 == requests * 64 * (
	        2 if kind is network else 1), requests, made)
	    nl.do('apply', next(kind.requests(count, 64)))
	    check('... and who has memory goes on', sum(there()) > sum(made), there())
	    nl.do('flush', {'networks': True})
	    nl.do('network-new', {'name': 'n', 'vni': 1, 'mtu': 1400})
	equal('all of it can be taken away', there(), [1, 0, 0])
	end()

	# --- the limits of an instance

	def limit(resource):
	    return nl.do('limit-get', {'resource': resource})

	def to_the_limit(resource, kind, key):
	    """key: the attributes that say which."""
	    start, most = time.monotonic(), limit(resource)['maximum']
	    room = most - limit(resource)['used']
	    for message in kind.requests(0, room):
	        nl.do('apply', message)
	    equal('%s: as many as there may be' % resource, limit(resource)['used'], most)
	    try:
	        nl.do(kind.name + '-new', kind.attrs(room))
	        check('... and no more', False, 'it was accepted')
	    except Refused as refusal:
	        equal('... and no more', (refusal.errno, refusal.text),
	              ('ENOSPC', 'limit of %d %s is reached' % (most, resource)))
	    nl.do(kind.name + '-new', kind.attrs(room - 1))
	    check('... but what exists and is equal is no error', True)
	    nl.do(kind.name + '-del', kind.attrs(room - 1, key))
	    nl.do(kind.name + '-new', kind.attrs(room))
	    equal('... and one may come for another', limit(resource)['used'], most)
	    print('# %s: %d s' % (resource, time.monotonic() - start))

	begin()
	if SLOW and not SOAK:
	    print('# the limits of an instance: not on this kernel')
	else:
	    to_the_limit('networks', bare, ['name'])
	    nl.do('flush', {'networks': True})
	if SOAK:
	    nl.do('network-new', {'name': 'n', 'vni': 1, 'mtu': 1400})
	    to_the_limit('endpoints', endpoint, ['network', 'mac'])
	    nl.do('flush', {'endpoints': True})
	    to_the_limit('routes', route, ['network', 'prefix', 'prefix-length'])
	end()
	equal('nothing is left', there(), [0, 0, 0])
END
done_testing
