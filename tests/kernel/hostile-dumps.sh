#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Long dumps that are broken off, or go on when what they are of has changed or is gone:
# what comes is an object that was there, each once, and the kernel says that it is of more
# than one moment.

. "$(dirname "$0")/setup.sh"
module_load

ns a
in_ns "$a" true
python "$a" <<- 'END'
	import ctypes
	import os
	import struct
	import sys

	from packet import check, enter, equal
	from vrnl import *

	ROUTES = 1200
	PREFIXES = ['10.%d.%d.0' % (i >> 8, i & 255) for i in range(ROUTES)]

	def blackhole(prefix, network='long'):
	    return ('route', {'network': network, 'prefix': prefix, 'prefix-length': 24,
	                      'nexthop': {'type': 'blackhole'}})

	def fill(nl, prefixes=PREFIXES, network='long'):
	    nl.do('network-new', {'name': network, 'mtu': 1400})
	    for at in range(0, len(prefixes), 64):
	        nl.do('apply', [blackhole(prefix, network) for prefix in prefixes[at:at + 64]])

	class Dump(Netlink):
	    """One that is read piece by piece; the kernel makes them no larger than what is read."""

	    def receive(self, room=8192):
	        return super().receive(room)

	    def begin(self, command, attrs=None):
	        self.objects, self.done, self.refusal = [], False, None
	        self.name = SPEC.sets[command]
	        self.sent = encode(self.name, attrs or {})
	        self.send(self.family, SPEC.commands[command], self.sent, DUMP | REQUEST)
	        return self

	    def piece(self):
	        for kind, payload, seq in self.receive():
	            if seq != self.seq:
	                continue
	            if kind in (2, 3):
	                self.done = True
	                try:
	                    if struct.unpack_from('i', payload)[0]:
	                        self.refuse(self.name, self.sent, payload[:4] + b'\0' * 16 + payload[4:])
	                except Refused as refusal:
	                    self.refusal = refusal
	            else:
	                self.objects.append(decode(self.name, payload[4:]))

	    def rest(self):
	        while not self.done:
	            self.piece()
	        return self

	def routes(network=None):
	    return Dump().begin('route-get', {'network': network} if network else None)

	def started(network=None):
	    dump = routes(network)
	    dump.piece()
	    return dump

	def once(dump):
	    got = [(each['network'], each['prefix']) for each in dump.objects]
	    return len(got) == len(set(got))

	nl = Netlink()
	fill(nl)
	dump = started('long')
	check('a dump is of several pieces', not dump.done and 0 < len(dump.objects) < ROUTES / 4)
	dump.rest()
	equal('undisturbed, it is of one moment, and of all',
	      (dump.interrupted, [each['prefix'] for each in dump.objects]), (False, PREFIXES))

	# Broken off: the socket is closed midway, or asked for something else.
	for _ in range(40):
	    started().sock.close()
	dump = started()
	dump.send(dump.family, SPEC.commands['route-get'], b'', DUMP | REQUEST)
	seq, dump.seq = dump.seq, dump.seq - 1
	kind, payload = next((kind, payload) for kind, payload, at in iter(
	    lambda: (dump.receive() + [(0, b'', 0)])[0], None) if at == seq)
	equal('a second one by the same socket', (kind, -struct.unpack_from('i', payload)[0]),
	      (2, errno.EBUSY))

	# Side by side, a piece of each in turn.
	dumps = [routes() for _ in range(8)] + [Dump().begin('network-get') for _ in range(4)]
	while not all(dump.done for dump in dumps):
	    for dump in dumps:
	        if not dump.done:
	            dump.piece()
	equal('twelve side by side', [len(dump.objects) for dump in dumps], [ROUTES] * 8 + [1] * 4)
	check('... each of one moment', not any(dump.interrupted for dump in dumps))

	# What it is of changes.
	dump = started('long')
	for prefix in PREFIXES[:10] + PREFIXES[600:]:
	    nl.do('route-del', {'network': 'long', 'prefix': prefix, 'prefix-length': 24})
	nl.do('apply', [blackhole('11.0.%d.0' % i) for i in range(60)])
	dump.rest()
	check('routes gone and new ones: it says so', dump.interrupted and not dump.refusal,
	      dump.refusal)
	check('... none twice, none that is gone', once(dump) and not {
	    each['prefix'] for each in dump.objects} & set(PREFIXES[620:]))
	check('... and all that stayed', {each['prefix'] for each in dump.objects} >=
	      set(PREFIXES[10:600]))

	# The place it had come to is gone, with the network.
	dump, other = started(), started('long')
	nl.do('network-new', {'name': 'stays'})
	nl.do('network-del', {'name': 'long'})
	dump.rest()
	other.rest()
	check('its network is gone: it ends', once(dump) and dump.interrupted and not dump.refusal)
	# 6.1 does not tell the attribute when a dump has begun.
	equal('... or, of that network alone, is refused', other.refusal and (
	    other.refusal.errno, other.refusal.text), ('ENOENT', 'no such network'))

	# Another network of that name, with fewer routes.
	fill(nl)
	dump, other = started(), started('long')
	nl.do('network-del', {'name': 'long'})
	fill(nl, PREFIXES[:70])
	dump.rest()
	other.rest()
	check('another network of that name: it says so', dump.interrupted and other.interrupted)

	# The instance goes with its last object, and another one comes.
	nl.do('network-del', {'name': 'long'})
	fill(nl)
	dump, other = started(), started('long')
	nl.do('network-del', {'name': 'long'})
	nl.do('network-del', {'name': 'stays'})
	dump.rest()
	other.rest()
	check('the instance is gone: it ends', once(dump) and not dump.refusal, dump.refusal)
	check('... of a network', other.refusal is None or other.refusal.errno == 'ENOENT',
	      other.refusal)
	fill(nl)
	dump = started()
	nl.do('network-del', {'name': 'long'})
	fill(nl)
	dump.rest()
	check('another instance: it says so', dump.interrupted and once(dump))

	# Networks, ports and endpoints that go while they are shown.
	for kind, make, lose in (
	        ('network', lambda i: ('network', {'name': 'x%d' % i}),
	         lambda i: nl.do('network-del', {'name': 'x%d' % i})),
	        ('endpoint', lambda i: ('endpoint', {
	            'network': 'long', 'mac': '02:00:00:00:%02x:%02x' % (i >> 8, i & 255),
	            'remote': '198.51.100.9', 'address': ['192.0.2.%d' % (i % 250 + 1)] if i < 250 else []}),
	         lambda i: nl.do('endpoint-del', {
	             'network': 'long', 'mac': '02:00:00:00:%02x:%02x' % (i >> 8, i & 255)}))):
	    if kind == 'endpoint':
	        nl.do('network-set', {'name': 'long', 'vni': 9})
	        nl.do('uplink-new', {'name': 'vx', 'type': 'vxlan'})
	    for at in range(0, 384, 64):
	        nl.do('apply', [make(i) for i in range(at, at + 64)])
	    dump = Dump().begin(kind + '-get')
	    dump.piece()
	    before = len(dump.objects)
	    for i in range(384):
	        lose(i)
	    dump.rest()
	    ids = [each['id'] for each in dump.objects]
	    check('%ss that go while they are shown' % kind, dump.interrupted and before < 384 and
	          len(ids) == len(set(ids)) and len(ids) < 384, before, len(ids), dump.interrupted)

	# The namespace goes while one of it is read.
	if not os.fork():
	    enter('/run/netns/' + sys.argv[1])
	    fill(Netlink())
	    started()
	    os._exit(0)
	equal('a process that ends with a dump', os.wait()[1], 0)
	nl.do('flush', {'networks': True})
	nl.do('uplink-del', {'name': 'vx'})
END
ip netns del "$a"
done_testing
