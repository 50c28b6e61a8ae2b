#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# alone
# soak
# timeout: 900
#
# Each allocation of each request fails once, see failnth.py: then the request is
# refused for want of memory and all is as before, or it is done; and afterwards it
# works.  With VR_SOAK=1 each, else one in three, of links one in seven.  Takes a
# kernel that can be told to fail them.

. "$(dirname "$0")/setup.sh"

[ -w /proc/self/fail-nth ] || skip_all "this kernel has no fault injection"
module_load

# Each allocation there is, and not in the kernel's log.
for kind in failslab fail_page_alloc; do
	for setting in "ignore-gfp-wait N" "verbose 0" "probability 0"; do
		echo "${setting#* }" > "/sys/kernel/debug/$kind/${setting% *}"
	done
done
echo N > /sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem
echo 0 > /sys/kernel/debug/fail_page_alloc/min-order

# What the stock kernel does for a device of ours is less without IPv6 addresses.
echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
ns a fresh
in_ns "$a" sh -c 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6'
ip -batch - <<- END
	link add wire up type veth peer name far
	address add 203.0.113.1/24 dev wire
	link add tunnel up type vxlan external dstport 5001 nolearning
	link add tunnel2 up type vxlan external dstport 5002 nolearning
	link add p1 up type vr
	link add d1 type vr
	link add t1 up type veth peer name t1far
	link add t2 up type veth peer name t2far
	link set t2far up
	link add eth1 netns $a type vr
END
vrctl network add blue vni 100 description blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl uplink add u0 type vxlan local 203.0.113.1
vrctl uplink add dev tunnel2
vrctl port add dev p1 network blue mac 02:00:00:00:00:0a address 192.0.2.10 address 2001:db8:1::a description made
vrctl port add dev t2 network blue mac 02:00:00:00:00:0b address 192.0.2.11 address 2001:db8:1::b description made
vrctl endpoint add network blue mac 02:00:00:00:01:0a address 192.0.2.50 address 2001:db8:1::50 dev p1
vrctl endpoint add network blue mac 02:00:00:00:02:0a address 192.0.2.60 remote 203.0.113.2 uplink u0
vrctl route add network blue 203.0.113.0/24 via 192.0.2.50
is "the world there is" "$(vrctl -o port show | grep -c .) $(vrctl -o route show | grep -c .)" "2 3"

python "$a" <<- 'END'
	import sys
	from failnth import *
	from rtnl import *
	from packet import *
	from vrnl import *

	STEP = 1 if os.environ.get('VR_SOAK') else 3
	world, tried = World(STEP, a=sys.argv[1]), {'drop-get', 'limit-get'}
	NETNS = open('/run/netns/' + sys.argv[1], encoding='ascii')

	def test(desc, command, attrs, *undo, flags=0):
	    def back():
	        for one in undo:
	            one() if callable(one) else world.good.do(*one)
	    tried.add(command)
	    world.each(desc, lambda: world.nl.do(command, attrs, flags), back)

	def subnet(address, length):
	    return {'gateway': address, 'prefix-length': length}

	def port(name, last, **more):
	    return {'network': 'blue', 'ifname': name, 'mac': '02:00:00:00:00:%02x' % last,
	            'address': ['192.0.2.%d' % last, '2001:db8:1::%x' % last], **more}

	def route(prefix, length, *nexthops):
	    return {'network': 'blue', 'prefix': prefix, 'prefix-length': length,
	            'nexthop': list(nexthops)}

	BLUE = [subnet('192.0.2.1', 24), subnet('2001:db8:1::1', 64)]
	RED = {'name': 'red', 'vni': 200, 'mtu': 1400, 'description': 'made', 'subnet': [
	    subnet('198.51.100.1', 24), subnet('2001:db8:2::1', 64)]}
	FAR, FAR6 = '203.0.113.2', '2001:db8:ff::2'
	MAC = '02:00:00:00:03:01'
	LIMITS = {'rate-in': 1000000, 'rate-out': 2000000, 'storm-rate': 1000}
	ALLOWED = [{'prefix': '192.0.2.200', 'prefix-length': 32, 'mode': 'active-standby'},
	           {'prefix': '2001:db8:9::', 'prefix-length': 48}]

	# Networks.
	test('network-new', 'network-new', RED, ('network-del', {'name': 'red'}))
	test('network-set: description', 'network-set', {'name': 'blue', 'description': 'other'},
	     ('network-set', {'name': 'blue', 'description': 'blue'}))
	test('network-set: MTU', 'network-set', {'name': 'blue', 'mtu': 1300},
	     ('network-set', {'name': 'blue', 'mtu-auto': 1}))
	test('network-set: VNI', 'network-set', {'name': 'blue', 'vni': 101},
	     ('network-set', {'name': 'blue', 'vni': 100}))
	test('network-set: gateway MAC', 'network-set', {
	    'name': 'blue', 'gateway-mac': '02:00:00:00:00:fe'},
	     ('network-set', {'name': 'blue', 'gateway-mac': GATEWAY}))
	test('network-set: subnets', 'network-set', {'name': 'blue', 'subnet': [
	    BLUE[0], subnet('198.51.100.1', 24), subnet('2001:db8:1::1', 64),
	    subnet('2001:db8:2::1', 64)]}, ('network-set', {'name': 'blue', 'subnet': BLUE}))
	network = world.good.do('network-get', {'name': 'blue'})['id']
	test('network-set: name', 'network-set', {'id': network, 'name': 'green'},
	     ('network-set', {'id': network, 'name': 'blue'}))
	test('network-set: flood list', 'network-set', {
	    'name': 'blue', 'flood-add': [FAR, '203.0.113.3'], 'uplink': 'u0'},
	     ('network-set', {'name': 'blue', 'flood-del': [FAR, '203.0.113.3']}))
	world.good.do('network-set', {'name': 'blue', 'flood-add': ['203.0.113.4'], 'uplink': 'u0'})
	test('network-set: flood list of another', 'network-set', {
	    'name': 'blue', 'flood-del': ['203.0.113.4']},
	     ('network-set', {'name': 'blue', 'flood-add': ['203.0.113.4'], 'uplink': 'u0'}))
	test('network-get', 'network-get', {'name': 'blue'})

	# Ports. A device keeps the MAC and MTU of a port that is gone, unlike a refused one's.
	def fresh(rtnl, name):
	    rtnl.set(name, link_mac(0x77) + mtu(1500))

	fresh(world.good_rtnl, 'd1')
	fresh(world.elsewhere['a'], 'eth1')
	test('port-new: native', 'port-new', port('d1', 20, description='made', allowed=ALLOWED,
	     **LIMITS), ('port-del', {'ifname': 'd1'}), lambda: fresh(world.good_rtnl, 'd1'))
	test('port-new: tap', 'port-new', port('t1', 20, description='made', allowed=ALLOWED,
	     **LIMITS), ('port-del', {'ifname': 't1'}))
	test('port-new: elsewhere', 'port-new', port('eth1', 20, **{'netns-fd': NETNS.fileno()}),
	     ('port-del', {'ifname': 'eth1', 'netns-fd': NETNS.fileno()}),
	     lambda: fresh(world.elsewhere['a'], 'eth1'))
	test('port-new: gateway', 'port-new', {'network': 'blue', 'ifname': 'd1', 'gateway': 1,
	     'address': ['192.0.2.2']}, ('port-del', {'ifname': 'd1'}),
	     lambda: fresh(world.good_rtnl, 'd1'))
	for name, kind, last in ('p1', 'native', 10), ('t2', 'tap', 11):
	    old = {'ifname': name, 'mac': '02:00:00:00:00:%02x' % last, 'address': [
	        '192.0.2.%d' % last, '2001:db8:1::%x' % last]}
	    test('port-set: MAC and addresses, ' + kind, 'port-set', {
	        'ifname': name, 'mac': MAC, 'address': ['192.0.2.77', '2001:db8:1::77']},
	         ('port-set', old))
	    test('port-set: limits, ' + kind, 'port-set', {'ifname': name, **LIMITS}, (
	        'port-set', {'ifname': name, 'rate-in': 0, 'rate-out': 0, 'storm-rate': 100000}))
	    test('port-set: allowed, ' + kind, 'port-set', {'ifname': name, 'allowed': ALLOWED},
	         ('port-set', {'ifname': name, 'no-allowed': True}))
	    test('port-set: description, ' + kind, 'port-set', {'ifname': name, 'description': 'x'},
	         ('port-set', {'ifname': name, 'description': 'made'}))
	test('port-set: learning', 'port-set', {
	    'ifname': 't2', 'learn': 1, 'learn-limit': 5, 'antispoof': 0},
	     ('port-set', {'ifname': 't2', 'learn': 0, 'learn-limit': 1024, 'antispoof': 1}))
	test('port-get', 'port-get', {'ifname': 'p1'})
	for name, kind in ('d1', 'native'), ('t1', 'tap'):
	    world.good.do('port-new', port(name, 20, allowed=ALLOWED, **LIMITS))
	    test('port-del: ' + kind, 'port-del', {'ifname': name},
	         ('port-new', port(name, 20, allowed=ALLOWED, **LIMITS)))
	    world.good.do('port-del', {'ifname': name})

	# Endpoints.
	gone = 'endpoint-del', {'network': 'blue', 'mac': MAC}
	both = {'network': 'blue', 'mac': MAC, 'address': ['192.0.2.70', '2001:db8:1::70']}
	test('endpoint-new', 'endpoint-new', {**both, 'ifname': 'p1'}, gone)
	test('endpoint-new: remote', 'endpoint-new', {**both, 'remote': '203.0.113.9', 'uplink': 'u0'},
	     gone)
	test('endpoint-new: by a device', 'endpoint-new', {
	    **both, 'remote': '203.0.113.9', 'uplink': 'tunnel2'}, gone)
	world.good.do('endpoint-new', {**both, 'ifname': 'p1'})
	test('endpoint-new: replace', 'endpoint-new', {
	    **both, 'address': ['192.0.2.71'], 'remote': FAR, 'uplink': 'u0', 'sequence': 1},
	     gone, ('endpoint-new', {**both, 'ifname': 'p1'}), flags=REPLACE)
	test('endpoint-new: standing by', 'endpoint-new', {
	    **both, 'ifname': 't2', 'state': 'standby', 'sequence': 2},
	     ('endpoint-del', {'network': 'blue', 'mac': MAC, 'state': 'standby'}))
	test('endpoint-get', 'endpoint-get', {'network': 'blue', 'mac': MAC})
	test('endpoint-del', *gone, ('endpoint-new', {**both, 'ifname': 'p1'}))
	world.good.do('endpoint-new', {**both, 'ifname': 't2', 'state': 'standby', 'sequence': 2})
	test('endpoint-del: who stands by takes over', *gone, gone,
	     ('endpoint-new', {**both, 'ifname': 'p1'}),
	     ('endpoint-new', {**both, 'ifname': 't2', 'state': 'standby', 'sequence': 2}))
	world.good.do('endpoint-del', {'network': 'blue', 'mac': MAC, 'state': 'standby'})
	world.good.do(*gone)

	# Routes: hops by port, address, node and several.
	def hops(prefix):
	    return {'port': {'ifname': 'p1'},
	            'address': {'via': '2001:db8:1::50' if ':' in prefix else '192.0.2.50'},
	            'node': {'remote': '203.0.113.9', 'uplink': 'u0'},
	            'node by a device': {'remote': '203.0.113.9', 'uplink': 'tunnel2'},
	            'blackhole': {'type': 'blackhole'}}

	def several(prefix):
	    return [{**hops(prefix)[name], 'weight': 2} for name in ('port', 'address', 'node')]

	some = [('10.0.0.0', 8), ('2001:db8:8::1', 128)]
	more = [('10.1.2.3', 32), ('0.0.0.0', 0), ('2001:db8:8::', 48), ('::', 0)]
	for prefix, length in some + more * bool(os.environ.get('VR_SOAK')):
	    for name, hop in hops(prefix).items():
	        test('route-new: %s/%d, %s' % (prefix, length, name), 'route-new',
	             route(prefix, length, hop), ('route-del', route(prefix, length)))
	for prefix, length in ('10.0.0.0', 8), ('2001:db8:8::', 48):
	    world.good.do('route-new', route(prefix, length, {'type': 'unreachable'}))
	    test('route-new: replace by several, %s' % prefix, 'route-new',
	         route(prefix, length, *several(prefix)),
	         ('route-new', route(prefix, length, {'type': 'unreachable'}), REPLACE), flags=REPLACE)
	    test('route-del: %s' % prefix, 'route-del', route(prefix, length),
	         ('route-new', route(prefix, length, {'type': 'unreachable'})))
	test('route-get', 'route-get', route('10.0.0.0', 8))
	test('route-lookup', 'route-lookup', {'network': 'blue', 'address': '10.9.9.9'})
	for number in range(40):
	    world.good.do('route-new', route('10.%d.0.0' % number, 16, {'ifname': 'p1'}))
	    world.good.do('route-new', route('2001:db8:8:%x::' % number, 64, {'ifname': 'p1'}))
	test('route-new: among others', 'route-new', route('10.20.30.0', 24, *several('10')),
	     ('route-del', route('10.20.30.0', 24)))
	test('route-del: among others', 'route-del', route('2001:db8:8:7::', 64),
	     ('route-new', route('2001:db8:8:7::', 64, {'ifname': 'p1'})))

	# Uplinks.
	test('uplink-new: IPv4 and IPv6', 'uplink-new', {
	    'name': 'u1', 'type': 'vxlan', 'port': 5005, 'any': 1}, ('uplink-del', {'name': 'u1'}))
	test('uplink-new: with a local address', 'uplink-new', {
	    'name': 'u1', 'type': 'vxlan', 'port': 5005, 'local': '203.0.113.1'},
	     ('uplink-del', {'name': 'u1'}))
	test('uplink-new: a device', 'uplink-new', {'type': 'device', 'ifname': 'tunnel'},
	     ('uplink-del', {'name': 'tunnel'}))
	test('uplink-set: peers', 'uplink-set', {
	    'name': 'u0', 'ttl': 9, 'dscp': 3, 'peer-add': [FAR, '203.0.113.7']},
	     ('uplink-set', {'name': 'u0', 'ttl': 64, 'dscp': 0, 'peer-del': [FAR, '203.0.113.7']}))
	test('uplink-get', 'uplink-get', {'name': 'u0'})
	for new in ({'name': 'u1', 'type': 'vxlan', 'port': 5005, 'local': '203.0.113.1'},
	            {'name': 'tunnel', 'type': 'device', 'ifname': 'tunnel'}):
	    more = [('endpoint-new', {**both, 'remote': '203.0.113.8', 'uplink': new['name']}),
	            ('route-new', route('198.18.0.0', 15, {
	                'remote': '203.0.113.8', 'uplink': new['name']}))]
	    make = dict(new)
	    if 'ifname' in new:
	        del make['name']
	    more.insert(0, ('uplink-new', make))
	    for one in more:
	        world.good.do(*one)
	    test('uplink-del: %s, in use' % new['type'], 'uplink-del', {'name': new['name']}, *more)
	    world.good.do('uplink-del', {'name': new['name']})

	# A whole pod, and all of a network.
	pod = [('network', {'name': 'blue'}), ('network', RED),
	       ('port', port('d1', 20, allowed=ALLOWED, **LIMITS)),
	       ('port', {'network': 'red', 'ifname': 't1', 'mac': MAC, 'address': '198.51.100.9'}),
	       ('endpoint', {'network': 'red', 'mac': '02:00:00:00:03:02', 'ifname': 't1',
	                     'address': '2001:db8:2::9'}),
	       ('route', {'network': 'red', 'prefix': '::', 'prefix-length': 0,
	                  'nexthop': {'ifname': 't1'}}),
	       ('route', {**route('10.200.0.0', 16, *several('10'))})]
	test('apply', 'apply', pod, ('port-del', {'ifname': 'd1'}), ('network-del', {'name': 'red'}),
	     ('route-del', route('10.200.0.0', 16)))
	world.good.do('apply', pod[1:2] + pod[3:6])
	test('network-del: with ports, endpoints and routes', 'network-del', {'name': 'red'},
	     ('apply', pod[1:2] + pod[3:6]))
	test('flush: endpoints and routes', 'flush', {
	    'network': 'red', 'endpoints': True, 'routes': True}, ('apply', pod[4:6]))
	test('flush: a network and its port', 'flush', {
	    'network': 'red', 'ports': True, 'networks': True}, ('apply', pod[1:2] + pod[3:6]))
	world.good.do('network-del', {'name': 'red'})

	# Reading and listening.
	for kind in 'network', 'port', 'endpoint', 'route', 'uplink', 'limit', 'drop':
	    want = world.good.dump(kind + '-get')
	    world.each('%s-get, all' % kind, lambda kind=kind: world.nl.dump(kind + '-get'))
	    equal('... and it is what there is', len(world.nl.dump(kind + '-get')), len(want))
	equal('no request is forgotten', sorted(
	    name for name in set(SPEC.commands) - tried if not name.endswith('-ntf')), [])
	world.each('to listen', lambda: world.nl.sock.setsockopt(
	    SOL_NETLINK, ADD_MEMBERSHIP, world.nl.group), world.open_again)
END

# Of a device's making and end most is the stock kernel's, and waits: one in seven.
python "$a" <<- 'END'
	import sys
	from failnth import *
	from rtnl import *
	from vrnl import *

	world = World(1 if os.environ.get('VR_SOAK') else 7, a=sys.argv[1])
	good, rtnl, netlink = world.good_rtnl, world.rtnl, world.good
	NETNS = open('/run/netns/' + sys.argv[1], encoding='ascii')
	AWAY = to_namespace(NETNS.fileno())

	# The stock kernel's word where it cannot keep a device's name for sysfs.
	NAMELESS = ('EINVAL',)

	def test(desc, request, undo, words=()):
	    world.each(desc, lambda: request(world.rtnl), undo, words)

	test('a device is made', lambda rtnl: rtnl.add('new', 'vr', b'', link_mac(0x42) + mtu(1400)),
	     lambda: good.delete('new'), NAMELESS)
	test('... in another namespace', lambda rtnl: rtnl.add('new', 'vr', b'', link_mac(0x42) + AWAY),
	     lambda: world.elsewhere['a'].delete('new'), NAMELESS)
	test('... of several queues', lambda rtnl: rtnl.add('new', 'vr', b'', link_mac(0x42) + pack(
	    31, struct.pack('I', 2)) + pack(32, struct.pack('I', 2))), lambda: good.delete('new'),
	     NAMELESS)
	for name, kind in ('p1', 'port'), ('t2', 'tap'), ('tunnel2', 'uplink'):
	    size, = struct.unpack('I', good.links()[name]['mtu'])
	    test(kind + ': another name', lambda rtnl, name=name: rtnl.rename(name, 'other'),
	         lambda name=name: good.rename('other', name))
	    test(kind + ': another MTU', lambda rtnl, name=name: rtnl.set(name, mtu(1333)),
	         lambda name=name, size=size: good.set(name, mtu(size)))
	    test(kind + ': down', lambda rtnl, name=name: rtnl.set(name, b'', 0, 1),
	         lambda name=name: good.set(name, b'', 1, 1))
	    good.set(name, b'', 0, 1)
	    test(kind + ': up', lambda rtnl, name=name: rtnl.set(name, b'', 1, 1),
	         lambda name=name: good.set(name, b'', 0, 1))
	    good.set(name, b'', 1, 1)
	test('port: another MAC', lambda rtnl: rtnl.set('p1', link_mac(0x43)),
	     lambda: good.set('p1', link_mac(0x0a)))

	def again(make, *requests):
	    def run():
	        make()
	        for request in requests:
	            netlink.do(*request)
	    return run

	def tap():
	    good.veth('gone', 'gonefar')
	    good.set('gonefar', link_mac(0x46))

	PORT = ('port-new', {'network': 'blue', 'ifname': 'gone', 'mac': '02:00:00:00:00:44',
	                     'address': ['192.0.2.44', '2001:db8:1::44']})
	ROUTES = [('route-new', {'network': 'blue', 'prefix': prefix, 'prefix-length': length,
	                         'nexthop': {'ifname': 'gone'}})
	          for prefix, length in (('172.16.0.0', 12), ('2001:db8:77::', 48))]
	UPLINK = ('uplink-new', {'type': 'device', 'ifname': 'gone'})
	FAR = ('endpoint-new', {'network': 'blue', 'mac': '02:00:00:00:00:45',
	                        'remote': '203.0.113.8', 'uplink': 'gone'})
	for kind, back in (
	        ('a port', again(lambda: good.add('gone', 'vr', b'', link_mac(0x44)), PORT, *ROUTES)),
	        ('a tap', again(tap, PORT, *ROUTES)),
	        ('an uplink', again(lambda: good.vxlan('gone', 5009), UPLINK, FAR))):
	    back()
	    test(kind + ' is deleted', lambda rtnl: rtnl.delete('gone'), back)
	    good.delete('gone')
END

# The stock kernel warns when it has no memory to rename a device that moves, so what
# fails there is that of messages alone.
filter()
{
	local cache

	echo "$1" > /sys/kernel/debug/failslab/cache-filter
	echo "$2" > /sys/kernel/debug/fail_page_alloc/min-order
	for cache in skbuff_head_cache skbuff_small_head kmalloc-{1k,2k,4k,8k}; do
		echo "$3" > "/sys/kernel/slab/$cache/failslab"
	done
}
filter Y 10 1
python "$a" <<- 'END'
	import sys
	from failnth import *
	from rtnl import *

	world = World(a=sys.argv[1])
	HOME = open('/proc/self/ns/net', encoding='ascii')
	NETNS = open('/run/netns/' + sys.argv[1], encoding='ascii')

	def home():
	    world.elsewhere['a'].move('p1', HOME.fileno())
	    world.good_rtnl.up('p1')

	world.each('port: moves away', lambda: world.rtnl.move('p1', NETNS.fileno()), home)
END
filter N 0 0

# An instance comes with the first object of its namespace.
python "$fresh" <<- 'END'
	import sys
	from failnth import *
	from rtnl import *
	from packet import *
	from vrnl import *

	enter('/run/netns/' + sys.argv[1])
	world = World(1 if os.environ.get('VR_SOAK') else 3)
	world.each('the first network', lambda: world.nl.do('network-new', {
	    'name': 'first', 'subnet': {'gateway': '192.0.2.1', 'prefix-length': 24}}),
	           lambda: world.good.do('network-del', {'name': 'first'}))
	world.each('the first device', lambda: world.rtnl.add('first', 'vr', b'', link_mac(0x42)),
	           lambda: world.good_rtnl.delete('first'), ('EINVAL',))
	world.each('the first uplink', lambda: world.nl.do('uplink-new', {
	    'name': 'first', 'type': 'vxlan'}), lambda: world.good.do(
	        'uplink-del', {'name': 'first'}))
END

# What has been through all that still works.
ok "packets go" python3 -S - <<- 'END'
	import sys
	from packet import *

	host = '/proc/%d/ns/net' % os.getpid()
	a, b = (Station(host, '02:00:00:00:00:' + last, device)
	        for last, device in (('0a', 'p1'), ('0b', 't2far')))
	a.send(eth(b.mac, a.mac, IP4, packet('192.0.2.10', '192.0.2.11', b'bridged')))
	a.send(eth(b.mac, a.mac, IP6, packet('2001:db8:1::a', '2001:db8:1::b', b'bridged6')))
	sys.exit(not b.expect(b'bridged') or not b.expect(b'bridged6'))
END

# The module itself. The loader's own part of it warns, so who wanted the memory is
# asked of the kernel's log.
ip -n "$a" link del eth1
python "$MODULE" <<- 'END'
	import ctypes
	import sys
	from failnth import *
	from rtnl import *
	from packet import *
	from vrnl import *

	FINIT_MODULE, DELETE_MODULE = 313, 176
	libc = ctypes.CDLL(None, use_errno=True)
	file = open(sys.argv[1], 'rb')

	def call(*args):
	    return 0 if not TRAP.call(libc.syscall, *args) else ctypes.get_errno()

	def load():
	    return call(FINIT_MODULE, file.fileno(), b'', 0)

	def unload():
	    return call(DELETE_MODULE, b'vr', os.O_NONBLOCK)

	def verbose(level):
	    for kind in 'failslab', 'fail_page_alloc':
	        with open('/sys/kernel/debug/%s/verbose' % kind, 'w', encoding='ascii') as out:
	            out.write(str(level))

	class Log:
	    """Who it was that had no memory."""

	    def __init__(self):
	        self.file = os.open('/dev/kmsg', os.O_RDONLY | os.O_NONBLOCK)
	        os.lseek(self.file, 0, os.SEEK_END)

	    def is_ours(self):
	        """Whether it was not the loader itself, which comes before us."""
	        text = b''
	        try:
	            while True:
	                text += os.read(self.file, 8192)
	        except BlockingIOError:
	            return b' load_module+' not in text or b' do_init_module+' in text

	def rounds(kind, request, numbers, back, goes_on):
	    """Where a failure is refused, and what is wrong."""
	    refused, wrong, tried = 0, [], 0
	    for nth in numbers:
	        TRAP.set(nth)
	        error, TRAP.left = request(), 0
	        if error not in (0, errno.ENOMEM) or error and kind == 'unload':
	            wrong.append('%d: %s' % (nth, errno.errorcode.get(error, error)))
	        if os.path.exists('/sys/module/vr') != (not error if kind == 'load' else bool(error)):
	            wrong.append('%d: it is half there' % nth)
	        refused += bool(error)
	        if not error and back():
	            wrong.append('%d: not to be undone' % nth)
	        if wrong or not goes_on():
	            break
	        tried += 1
	    print('# of %d allocations: %d refused' % (tried, refused))
	    return wrong, refused

	check('unloads', not unload())
	TRAP.set(1 << 20)
	check('loads', not load())
	total = (1 << 20) - TRAP.left
	TRAP.left = 0
	unload()
	print('# %d allocations' % total)
	log = Log()
	verbose(2)
	wrong, refused = rounds('load', load, range(total, 0, -1), unload, log.is_ours)
	verbose(0)
	check('loading: refused, or loaded', not wrong and refused, *wrong)

	def fill():
	    """Something to be torn down."""
	    if load():
	        return True
	    rtnl, netlink = Rtnl(), Netlink()
	    rtnl.add('d1', 'vr')
	    netlink.do('uplink-new', {'type': 'device', 'ifname': 'tunnel'})
	    netlink.do('uplink-new', {'name': 'u0', 'type': 'vxlan'})
	    netlink.do('network-new', {'name': 'blue', 'vni': 100, 'subnet': {
	        'gateway': '2001:db8:1::1', 'prefix-length': 64}})
	    for name in 'd1', 't1':
	        netlink.do('port-new', {'network': 'blue', 'ifname': name,
	                                'mac': '02:00:00:00:00:5%d' % (name == 't1')})
	    netlink.do('endpoint-new', {'network': 'blue', 'mac': '02:00:00:00:00:45', 'address': [
	        '192.0.2.45'], 'remote': '203.0.113.8', 'uplink': 'tunnel'})
	    for hop in {'ifname': 't1'}, {'remote': '203.0.113.8', 'uplink': 'u0'}:
	        netlink.do('route-new', {'network': 'blue', 'prefix': '2001:db8:9::',
	                                 'prefix-length': 48, 'nexthop': hop}, REPLACE)
	    return False

	before = Rtnl().links()
	fill()
	wrong, _ = rounds('unload', unload, range(1, MOST), fill, lambda: TRAP.sprung)
	unload()
	equal('all devices are as before', Rtnl().links(), before)
	load()
	check('unloading: nothing stops it', not wrong, *wrong)
END
done_testing
