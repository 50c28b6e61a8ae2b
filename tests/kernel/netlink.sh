#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The contract beyond vrctl: every command, adding what exists and is equal,
# filters, refusals with the attribute they are about, limits, flushes, garbage.

. "$(dirname "$0")/setup.sh"
module_load

ns a
device a eth1 eth2 eth3
ip link add own type vr
python "$a" <<- 'END'
	import random
	import sys
	from packet import check, equal
	from vrnl import *

	nl = Netlink()
	file = open('/run/netns/' + sys.argv[1])
	a = file.fileno()

	def refused(what, command, attrs, text, attr=None, number=None, flags=0):
	    try:
	        nl.do(command, attrs, flags)
	        check('refused: %s' % what, False, 'it was accepted')
	    except Refused as refusal:
	        check('refused: %s' % what, text in (refusal.text or '') and refusal.attr == attr and
	              (not number or refusal.errno == number), str(refusal),
	              'want: %s, %s, %s' % (number, text, attr))

	def names(objects, key):
	    return [each[key] for each in objects]

	# A namespace that never used the router.
	equal('no instance: dumps are empty', [nl.dump(kind + '-get') for kind in (
	    'network', 'endpoint', 'route', 'uplink')], [[], [], [], []])
	equal('... but there are limits', len(nl.dump('limit-get')), len(SPEC.enums['resource']))

	# Add, and add what is equal.
	blue = {'name': 'blue', 'id': 5, 'vni': 50, 'mtu': 1400, 'gateway-mac': '02:00:00:00:99:99',
	        'origin': 'cni', 'description': 'x', 'subnet': [
	            {'gateway': '192.0.2.1', 'prefix-length': 24},
	            {'gateway': '2001:db8::1', 'prefix-length': 64}]}
	answer = nl.do('network-new', blue, EXCL)
	equal('network-new answers with the network', {key: answer[key] for key in blue}, blue)
	nl.do('network-new', blue)
	nl.do('network-new', {'name': 'blue'})
	check('an equal one, and one that says less, are no error', True)
	for key, value, text in (('id', 6, 'another id'), ('vni', 51, 'another VNI'),
	                         ('mtu', 1401, 'another MTU'),
	                         ('gateway-mac', '02:00:00:00:99:98', 'another gateway MAC'),
	                         ('subnet', blue['subnet'][:1], 'other subnets')):
	    refused('a network of another %s' % key, 'network-new', {**blue, key: value},
	            'network exists with ' + text, key, 'EEXIST')
	refused('... with EXCL', 'network-new', blue, 'network exists', 'name', 'EEXIST', EXCL)
	nl.do('network-new', {'name': 'red', 'origin': 'agent'})
	nl.do('network-new', {'name': 'green'})

	eth1 = {'network': 'blue', 'ifname': 'eth1', 'netns-fd': a, 'mac': '02:00:00:00:00:0a',
	        'address': ['192.0.2.10', '2001:db8::a'], 'origin': 'cni'}
	answer = nl.do('port-new', eth1, EXCL)
	equal('port-new answers with the port', [answer[key] for key in ('network', 'address', 'mac')],
	      [eth1[key] for key in ('network', 'address', 'mac')])
	nl.do('port-new', eth1)
	nl.do('port-new', {'network-id': 5, 'ifname': 'eth1', 'netns-fd': a})
	check('an equal port, and one that says less, are no error', True)
	for key, value, text in (('mac', '02:00:00:00:00:0b', 'another MAC'),
	                         ('address', ['192.0.2.10'], 'other addresses'),
	                         ('gateway', 1, 'another role'),
	                         ('antispoof', 0, 'another antispoof')):
	    refused('a port of another %s' % key, 'port-new', {**eth1, key: value}, text, key, 'EEXIST')
	refused('... in another network', 'port-new', {**eth1, 'network': 'red'},
	        'device is attached to another network', 'ifname', 'EBUSY')
	nl.do('port-new', {'network': 'red', 'ifname': 'eth2', 'netns-fd': a, 'origin': 'agent'})
	nl.do('port-new', {'network': 'red', 'ifname': 'own'})
	index = nl.do('port-get', {'ifname': 'own'})['ifindex']
	equal('a device by its index', nl.do('port-get', {'ifindex': index})['ifname'], 'own')
	answer = nl.do('port-set', {'ifindex': index, 'description': 'mine', 'origin': 'learned'})
	equal('port-set answers with the port', (answer['description'], answer['origin']),
	      ('mine', 'learned'))

	more = {'network': 'blue', 'mac': '02:00:00:00:01:0a', 'port-id': 1, 'origin': 'agent',
	        'address': ['192.0.2.50']}
	equal('endpoint-new answers', nl.do('endpoint-new', more, EXCL)['address'], ['192.0.2.50'])
	equal('an equal endpoint is no error', nl.do('endpoint-new', more)['port-id'], 1)
	hop = {'network': 'blue', 'prefix': '198.51.100.0', 'prefix-length': 24, 'origin': 'agent',
	       'nexthop': {'port-id': 1}}
	equal('route-new answers', nl.do('route-new', hop, EXCL)['nexthop'][0]['ifname'], 'eth1')
	equal('an equal route is no error', nl.do('route-new', hop)['prefix-length'], 24)
	refused('another next hop', 'route-new', {**hop, 'nexthop': {'type': 'blackhole'}},
	        'another next hop', 'prefix', 'EEXIST')
	nl.do('route-new', {**hop, 'prefix': '203.0.113.0', 'origin': 'static'})
	equal('route-get', nl.do('route-get', {'network': 'blue', 'prefix': '198.51.100.0',
	                                       'prefix-length': 24})['origin'], 'agent')
	equal('route-lookup', nl.do('route-lookup', {'network': 'blue', 'address': '198.51.100.7'})[
	    'nexthop'][0]['mac'], '02:00:00:00:00:0a')

	# Filters of dumps.
	equal('networks of an origin', names(nl.dump('network-get', {'origin': 'agent'}), 'name'),
	      ['red'])
	equal('ports of a network', names(nl.dump('port-get', {'network': 'red'}), 'ifname'),
	      ['eth2', 'own'])
	equal('... by id', names(nl.dump('port-get', {'network-id': 5}), 'ifname'), ['eth1'])
	equal('ports of an origin', names(nl.dump('port-get', {'origin': 'agent'}), 'ifname'),
	      ['eth2'])
	equal('... and a network', nl.dump('port-get', {'origin': 'agent', 'network': 'blue'}), [])
	equal('endpoints of a network', len(nl.dump('endpoint-get', {'network': 'blue'})), 2)
	equal('... of a port', len(nl.dump('endpoint-get', {'port-id': 2})), 1)
	equal('... of an origin', names(nl.dump('endpoint-get', {'origin': 'agent',
	                                                         'network': 'blue'}), 'mac'),
	      ['02:00:00:00:01:0a'])
	equal('routes of an origin', names(nl.dump('route-get', {'origin': 'agent'}), 'prefix'),
	      ['198.51.100.0'])
	equal('... of a network', len(nl.dump('route-get', {'network': 'blue'})), 4)
	try:
	    nl.dump('route-get', {'network': 'nobody'})
	    check('a dump of no network is refused', False)
	except Refused as refusal:
	    equal('a dump of no network is refused', refusal.errno, 'ENOENT')

	# What is missing or wrong, and where.
	for command, attrs, text, attr in (
	        ('network-new', {}, 'name is missing', None),
	        ('network-new', {'name': ''}, 'name is empty', 'name'),
	        ('network-new', {'name': 'n', 'subnet': {'prefix-length': 24}},
	         'subnet lacks its gateway', 'subnet'),
	        ('network-new', {'name': 'n', 'subnet': {'gateway': '192.0.2.1'}},
	         'prefix length is missing', None),
	        ('network-new', {'name': 'n', 'subnet': {'gateway': '192.0.2.1',
	                                                 'prefix-length': 33}},
	         'prefix is longer than the address', 'subnet/prefix-length'),
	        ('network-new', {'name': 'n', 'subnet': {'gateway': b'\1\2\3', 'prefix-length': 3}},
	         'address is neither 4 nor 16 bytes long', 'subnet/gateway'),
	        ('network-new', {'name': 'n', 'subnet': {'gateway': '::ffff:192.0.2.1',
	                                                 'prefix-length': 120}},
	         'IPv4-mapped', 'subnet/gateway'),
	        ('network-set', {}, 'network is missing', None),
	        ('network-set', {'id': 99, 'name': 'x'}, 'no such network', 'id'),
	        ('network-set', {'id': 5, 'name': 'red'}, 'name is in use by another network', 'name'),
	        ('network-del', {}, 'network is missing', None),
	        ('network-del', {'id': 5, 'name': 'red'}, 'network of this id has another name',
	         'name'),
	        ('network-get', {'name': 'nobody'}, 'no such network', 'name'),
	        ('port-new', {'network': 'blue'}, 'device is missing', None),
	        ('port-new', {'ifname': 'own'}, 'network is missing', None),
	        ('port-new', {'network': 'blue', 'ifname': 'none'}, 'no such device', 'ifname'),
	        ('port-new', {'network': 'blue', 'ifname': 'eth3', 'netns-fd': 9999},
	         'not a network namespace', 'netns-fd'),
	        ('port-new', {'network': 'blue', 'ifname': 'eth3', 'netns-fd': a,
	                      'mac': '01:00:00:00:00:00'}, 'not a unicast MAC', 'mac'),
	        ('port-new', {'network': 'blue', 'ifname': 'eth3', 'netns-fd': a,
	                      'address': ['192.0.2.200', '192.0.2.10']},
	         'address is in use in this network', 'address'),
	        ('port-set', {'id': 99}, 'no such port', 'id'),
	        ('port-set', {'id': 1, 'network': 'red'}, 'port is in another network', 'network'),
	        ('port-set', {'id': 1, 'address': '192.0.2.9', 'no-addresses': True},
	         'address beside no-addresses', 'address'),
	        ('port-del', {}, 'device is missing', None),
	        ('port-del', {'id': 99}, 'no such port', 'id'),
	        ('endpoint-new', {'network': 'blue', 'port-id': 1}, 'mac is missing', None),
	        ('endpoint-new', {**more, 'mac': '02:00:00:00:01:0b', 'port-id': 99}, 'no such port',
	         'port-id'),
	        ('endpoint-new', {**more, 'mac': '02:00:00:00:01:0b', 'port-id': 2},
	         'port is in another network', 'port-id'),
	        ('endpoint-del', {'network': 'blue'}, 'mac is missing', None),
	        ('endpoint-del', {'network': 'blue', 'mac': '02:00:00:00:09:09'}, 'no such endpoint',
	         'mac'),
	        ('route-new', {'network': 'blue'}, 'prefix is missing', None),
	        ('route-new', {'network': 'blue', 'prefix': '10.0.0.0', 'prefix-length': 8},
	         'next hop is missing', None),
	        ('route-new', {'network': 'blue', 'prefix': '10.0.0.0', 'prefix-length': 8,
	                       'nexthop': {'type': 'port'}},
	         'next hop lacks what its type needs', 'nexthop'),
	        ('route-new', {'network': 'blue', 'prefix': '10.0.0.0', 'prefix-length': 8,
	                       'nexthop': {'via': '192.0.2.10', 'port-id': 1}},
	         'next hop is more than one thing', 'nexthop'),
	        ('route-new', {'network': 'blue', 'prefix': '10.0.0.0', 'prefix-length': 8,
	                       'nexthop': {'via': '2001:db8::a'}}, 'another family', 'nexthop/via'),
	        ('route-del', {'network': 'blue', 'prefix': '10.0.0.0', 'prefix-length': 8},
	         'no such route', 'prefix'),
	        ('route-lookup', {'network': 'blue'}, 'address is missing', None),
	        ('flush', {}, 'kind of object to flush is missing', None),
	        ('flush', {'ports': True, 'network': 'nobody'}, 'no such network', 'network'),
	        ('limit-get', {}, 'resource is missing', None),
	        ('drop-get', {}, 'reason is missing', None),
	        ('uplink-new', {}, 'name or device is missing', None),
	        ('uplink-new', {'name': 'up'}, 'type is missing or needs a device', None),
	        ('uplink-new', {'name': 'a/b', 'type': 'vxlan'}, 'not a name a device could have',
	         'name'),
	        ('uplink-set', {'name': 'up', 'ttl': 1}, 'no such uplink', 'name'),
	        ('uplink-del', {'name': 'up'}, 'no such uplink', 'name'),
	        ('uplink-get', {'name': 'up'}, 'no such uplink', 'name')):
	    refused('%s %s' % (command, attrs), command, attrs, text, attr)
	# The policy's ranges.
	for command, attrs, attr in (
	        ('network-new', {'name': 'x' * 256}, 'name'),
	        ('network-new', {'name': 'n', 'mtu': 67}, 'mtu'),
	        ('network-new', {'name': 'n', 'vni': 1 << 24}, 'vni'),
	        ('network-new', {'name': 'n', 'id': 0}, 'id'),
	        ('network-new', {'name': 'n', 'origin': 4}, 'origin'),
	        ('network-new', {'name': 'n', 'gateway-mac': b'\2\0\0\0\1'}, 'gateway-mac'),
	        ('network-new', {'name': 'n', 'description': 'x' * 513}, 'description'),
	        ('port-new', {'network': 'blue', 'ifname': 'x' * 16}, 'ifname'),
	        ('port-new', {'network': 'blue', 'ifname': 'eth3', 'gateway': 2}, 'gateway'),
	        ('endpoint-new', {'network': 'blue', 'mac': b'\2', 'port-id': 1}, 'mac'),
	        ('limit-get', {'resource': 99}, 'resource'), ('drop-get', {'reason': 99}, 'reason')):
	    refused('%s %s' % (command, attrs), command, attrs, '', attr)

	# Limits and counters.
	limits = {limit['resource']: limit for limit in nl.dump('limit-get')}
	equal('every limit is shown', sorted(limits), sorted(SPEC.enums['resource']))
	equal('... with what is used', [limits[name]['used'] for name in
	                                ('networks', 'ports', 'endpoints', 'routes')], [3, 4, 4, 4])
	equal('one limit', nl.do('limit-get', {'resource': 'networks'}), limits['networks'])
	equal('every reason is counted', sorted(nl.drops()), sorted(SPEC.enums['drop-reason'][1:]))
	equal('one reason', nl.do('drop-get', {'reason': 'ttl'}),
	      {'reason': 'ttl', 'name': 'ttl', 'packets': 0})

	# Flush: only what is one's own.
	def flush(**what):
	    return nl.do('flush', what)['deleted']

	equal('routes of an origin', flush(origin='agent', routes=True), 1)
	equal('... the others stay', len(nl.dump('route-get')), 3)
	equal('endpoints of another origin stay', flush(origin='learned', endpoints=True), 0)
	equal('endpoints of an origin', flush(origin='agent', endpoints=True), 1)
	equal('a port\'s own stays', len(nl.dump('endpoint-get')), 3)
	equal('ports of an origin in a network', flush(origin='agent', network='red', ports=True), 1)
	equal('... the others stay', names(nl.dump('port-get'), 'ifname'), ['eth1', 'own'])
	equal('routes of a network, but not the connected', flush(network='blue', routes=True), 1)
	equal('... those stay', len(nl.dump('route-get')), 2)
	equal('networks of an origin', flush(origin='agent', networks=True), 1)
	equal('... the others stay', sorted(names(nl.dump('network-get'), 'name')), ['blue', 'green'])

	# Garbage: answered or refused, and the kernel's log is read by who runs this.
	seed = random.randrange(1 << 30)
	random.seed(seed)
	print('# seed', seed)
	commands = [name for name in SPEC.commands if not name.endswith('-ntf')]
	accepted = 0
	for _ in range(400):
	    command = random.choice(commands)
	    name = SPEC.sets[command]
	    good = {'network': 'blue', 'network-id': 5, 'name': 'blue', 'ifname': 'own', 'id': 1}
	    attrs = []
	    for _ in range(random.randrange(6)):
	        key = random.choice(list(SPEC.attrs[name]))
	        if key in good and random.random() < 0.6 and SPEC.attrs[name][key].type != 'nest':
	            attrs.append((key, good[key]))
	        else:
	            attrs.append((key, random.randbytes(random.choice((0, 1, 2, 4, 6, 8, 16, 40)))))
	    if command == 'port-new':
	        attrs = [pair for pair in attrs if pair[0] != 'netns-fd']
	    try:
	        nl.call(command, attrs, random.choice((0, EXCL, REPLACE, CREATE, DUMP)))
	        accepted += 1
	    except Refused:
	        pass
	check('400 random requests are answered', accepted < 400, 'accepted: %d' % accepted)
	equal('everything goes', flush(networks=True, ports=True, endpoints=True, routes=True) >= 0,
	      True)
	equal('... and nothing is left', [nl.dump(kind + '-get') for kind in (
	    'network', 'port', 'endpoint', 'route')], [[], [], [], []])
END
done_testing
