#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A whole pod in one request: all of it or nothing.

. "$(dirname "$0")/setup.sh"
module_load

ns a b
device a eth1 eth2
device b eth1
python "$a" "$b" <<- 'END'
	import sys
	from packet import check, equal
	from vrnl import *

	nl = Netlink()
	fds = [open('/run/netns/' + name) for name in sys.argv[1:]]
	a, b = (fd.fileno() for fd in fds)

	def network(name, third, **more):
	    return ('network', {'name': name, 'subnet': [
	        {'gateway': '192.0.2.1', 'prefix-length': 24},
	        {'gateway': '2001:db8:%d::1' % third, 'prefix-length': 64}], **more})

	def port(name, ns, ifname, last, **more):
	    return ('port', {'network': name, 'ifname': ifname, 'netns-fd': ns,
	                     'mac': '02:00:00:00:00:%02x' % last,
	                     'address': ['192.0.2.%d' % last, '2001:db8:1::%x' % last], **more})

	def endpoint(name, ns, ifname, last, **more):
	    return ('endpoint', {'network': name, 'ifname': ifname, 'netns-fd': ns,
	                         'mac': '02:00:00:00:01:%02x' % last,
	                         'address': ['192.0.2.%d' % last], **more})

	def route(name, prefix, hop, length=24, **more):
	    return ('route', {'network': name, 'prefix': prefix, 'prefix-length': length,
	                      'nexthop': hop, **more})

	pod = [network('blue', 1), network('red', 2),
	       port('blue', a, 'eth1', 10, description='pod a'), port('red', a, 'eth2', 10),
	       endpoint('blue', a, 'eth1', 110),
	       route('blue', '198.51.100.0', {'ifname': 'eth1', 'netns-fd': a}),
	       route('blue', '203.0.113.0', {'type': 'blackhole'}),
	       route('red', '2001:db8:9::', {'via': '2001:db8:1::a'}, 48)]

	def state():
	    return [nl.dump(kind + '-get') for kind in ('network', 'port', 'endpoint', 'route')]

	def carrier():
	    return [len(nl.dump('port-get', {'network': name})) for name in ('blue', 'red')]

	def refused(what, attr, text, request, flags=0):
	    before = state()
	    try:
	        nl.do('apply', request, flags)
	        check('refused: %s' % what, False, 'it was accepted')
	    except Refused as refusal:
	        check('refused: %s' % what, text in (refusal.text or '') and refusal.attr == attr,
	              str(refusal))
	    strip = lambda all_: [[{k: v for k, v in o.items() if k != 'stats'} for o in kind]
	                          for kind in all_]
	    equal('... and nothing is left of it', strip(state()), strip(before))

	# Nothing there yet: what fails last leaves nothing.
	refused('the port, the third', 'port/ifname', 'no such device',
	        pod[:2] + [port('blue', a, 'eth9', 10)])
	refused('a route, the last', 'route/prefix', 'prefix has host bits set',
	        pod + [route('blue', '10.0.0.1', {'type': 'blackhole'})])
	refused('an endpoint in the middle', 'endpoint/address', 'address is in use',
	        pod[:5] + [endpoint('blue', a, 'eth1', 10, mac='02:00:00:00:02:01')])
	refused('a network', 'network/subnet/gateway', "gateway is the subnet's own address",
	        pod + [('network', {'name': 'green', 'subnet': {'gateway': '192.0.2.0',
	                                                         'prefix-length': 24}})])
	refused('a range of the contract', 'network/mtu', '', pod + [network('green', 3, mtu=5)])
	for kind, key, value in (('network', 'routes', 1), ('port', 'id', 7), ('port', 'mtu', 1500),
	                         ('endpoint', 'netns-id', 1)):
	    refused('%s of a %s' % (key, kind), '%s/%s' % (kind, key), 'for answers only',
	            [(kind, dict(next(attrs for what, attrs in pod if what == kind), **{key: value}))])
	for key, value in (('address', '192.0.2.1'), ('destination-port', 80)):
	    refused('%s of a route' % key, 'route/', 'Unknown attribute type',
	            pod + [('route', encode('route', dict(pod[-2][1], **{key: value})))])
	refused('a port twice', 'port/mac', 'another MAC', pod + [port('blue', a, 'eth1', 11)])
	refused('replace', None, 'apply does not replace', pod, REPLACE)
	refused('65 objects', 'network', 'more than the limit of 64 objects',
	        [('network', {'name': 'n%d' % i}) for i in range(65)])

	nl.listen()
	before = Netlink()
	answer = before.do('apply', pod)
	equal('it answers with all', [len(answer[kind]) for kind in
	                              ('network', 'port', 'endpoint', 'route')], [2, 2, 1, 3])
	equal('... as they are', answer['port'][0]['description'], 'pod a')
	equal('the answer has only what the contract says', sorted(STRANGE), [])
	names = [name for name, _ in nl.events(1)]
	equal('each is notified', [names.count(kind + '-ntf') for kind in
	                           ('network', 'port', 'endpoint', 'route')], [2, 2, 3, 7])
	nl = before
	equal('the ports are attached', carrier(), [1, 1])
	was = state()
	equal('the same again succeeds', len(nl.do('apply', pod)['port']), 2)
	equal('... in any order', len(nl.do('apply', pod[::-1])['port']), 2)
	equal('... and changes nothing', [len(kind) for kind in state()], [len(k) for k in was])
	refused('the same with EXCL', 'network/name', 'network exists', pod, EXCL)
	refused('a difference', 'port/address', 'other addresses', pod[:2] + [
	    port('blue', a, 'eth1', 10, address=['192.0.2.200'])])
	refused('a difference in the network', 'network/subnet', 'other subnets', [
	    ('network', {'name': 'blue', 'subnet': {'gateway': '192.0.2.1', 'prefix-length': 25}})])
	refused('a difference in a route', 'route/prefix', 'another next hop', [
	    route('blue', '198.51.100.0', {'type': 'blackhole'})])
	refused('a move', 'endpoint/mac', 'apply does not move', [
	    endpoint('blue', a, 'eth1', 110, sequence=5)])
	nl.do('endpoint-new', {'network': 'blue', 'ifname': 'eth1', 'netns-fd': a, 'sequence': 9,
	                       'mac': '02:00:00:00:01:6f', 'state': 1}, CREATE)
	for sequence in 0, 9, 10:
	    refused('to make active what stands by, sequence %d' % sequence, 'endpoint/mac',
	            'apply does not move', [endpoint('blue', a, 'eth1', 111, sequence=sequence)])
	nl.do('endpoint-del', {'network': 'blue', 'mac': '02:00:00:00:01:6f', 'state': 1})
	# What was there before the request stays when it fails.
	refused('a second pod, with an address of the first', 'port/address', 'address is in use',
	        pod[:2] + [port('red', b, 'eth1', 11, address=['192.0.2.10'])])
	equal('a second pod on the first one\'s networks', len(nl.do('apply', pod[:2] + [
	    port('blue', b, 'eth1', 11)])['port']), 1)
	equal('nothing in, nothing out', nl.do('apply'), {})
END
done_testing
