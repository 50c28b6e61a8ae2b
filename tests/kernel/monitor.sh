#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Each change is notified, with the object as it is or was.

. "$(dirname "$0")/setup.sh"
module_load

ns a other
device a eth1
python "$a" "$other" <<- 'END'
	import sys
	from packet import Namespace, check, equal
	from vrnl import *

	nl, ear = Netlink(), Netlink()
	ear.listen()
	with Namespace(sys.argv[2]):
	    stranger = Netlink()
	stranger.listen()
	file = open('/run/netns/' + sys.argv[1])
	port = {'ifname': 'eth1', 'netns-fd': file.fileno()}
	mac = '02:00:00:00:01:0a'

	def step(what, want, command, attrs, flags=0):
	    nl.do(command, attrs, flags)
	    events = ear.events(0.5)
	    equal(what, [name for name, _ in events], want)
	    return events[0][1] if events else {}

	def same(what, got, **want):
	    equal(what, {key: got.get(key) for key in want}, want)

	blue = {'name': 'blue', 'subnet': {'gateway': '192.0.2.1', 'prefix-length': 24}}
	same('... as it is', step('a network', ['network-ntf', 'route-ntf'], 'network-new', blue, EXCL),
	     name='blue', mtu=1500, id=1)
	step('an equal one: nothing changes', [], 'network-new', blue)
	same('... as it is', step('a change', ['network-ntf'], 'network-set',
	                          {'id': 1, 'mtu': 1400}), mtu=1400)
	events = step('a port and its endpoint', ['endpoint-ntf', 'port-ntf'], 'port-new',
	              {**port, 'network': 'blue', 'mac': '02:00:00:00:00:0a',
	               'address': ['192.0.2.10', '2001:db8::a']}, EXCL)
	same('... as it is', events, mac='02:00:00:00:00:0a', address=['192.0.2.10', '2001:db8::a'])
	step('its description', ['port-ntf'],
	     'port-set', {'id': 1, 'description': 'x'})
	same('... as it is', step('an endpoint', ['endpoint-ntf'], 'endpoint-new', {
	    'network': 'blue', 'mac': mac, 'port-id': 1, 'address': ['2001:db8::50']}, EXCL),
	    **{'mac': mac, 'port-id': 1})
	same('... as it was', step('it goes', ['endpoint-del-ntf'], 'endpoint-del', {
	    'network': 'blue', 'mac': mac}), mac=mac, address=['2001:db8::50'])
	hop = {'network': 'blue', 'prefix': '2001:db8:9::', 'prefix-length': 48}
	same('... as it is', step('a route', ['route-ntf'], 'route-new', {
	    **hop, 'nexthop': {'port-id': 1}}, EXCL), prefix='2001:db8:9::', **{'prefix-length': 48})
	step('another next hop', ['route-ntf'], 'route-new',
	     {**hop, 'nexthop': {'type': 'blackhole'}}, REPLACE)
	same('... as it was', step('it goes', ['route-del-ntf'], 'route-del', hop),
	     prefix='2001:db8:9::')
	nl.do('route-new', {**hop, 'nexthop': {'port-id': 1}})
	ear.events(0.5)
	step('a port goes, before it what hung on it',
	     ['route-del-ntf', 'endpoint-del-ntf', 'port-del-ntf'], 'port-del', port)
	step('a network goes', ['route-del-ntf', 'network-del-ntf'], 'network-del', {'name': 'blue'})
	equal('another namespace hears nothing', stranger.events(), [])
END

out=$(mktemp)
on_exit rm -f "$out"
vrctl -j monitor > "$out" &
ok "vrctl monitor shows it" \
	poll 20 sh -c "vrctl network add 'n/1' && vrctl network del 'n/1'; grep -q n/1 $out"
ok "... as JSON, one line each" python3 -S -c \
	"import json, sys; [json.loads(line) for line in open(sys.argv[1])]" "$out"
done_testing
