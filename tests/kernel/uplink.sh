#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Uplinks of the module's own are added, changed, shown and deleted, and what
# cannot be is refused with the reason.

. "$(dirname "$0")/uplink-setup.sh"

far_end
vrctl network add blue vni 100 subnet 192.0.2.1/24
vrctl network add red

refused "before there is one" "no uplink leads there, add one first" \
	vrctl endpoint add network blue mac 02:00:00:00:01:01 remote 203.0.113.2
is "none are shown" "$(vrctl -j uplink show)" '[]'

# Added, shown, changed.
ok "add" vrctl uplink add vx type vxlan
json=$(vrctl -j uplink show vx)
is "the defaults" "$(field name) $(field type) $(field port) $(field ttl) $(field dscp) $(field any) $(field remotes)" \
	"vx vxlan 4789 64 0 0 0"
like "... without a local address or peers" "$json" '^[^{]*\{[^}]*\}.?$'
fails "... indeed" grep -E '"(local|peer|ifname)"' <<< "$json"
like "... in text" "$(vrctl uplink show)" '^vx type vxlan port 4789 ttl 64 remotes 0$'
like "... with counters" "$(vrctl -s -o uplink show vx)" 'rx packets 0 bytes 0 tx packets 0 bytes 0'
ok "set" vrctl uplink set vx ttl 7 dscp 46 any on
json=$(vrctl -j uplink show vx)
is "... it is changed" "$(field ttl) $(field dscp) $(field any)" "7 46 1"
like "... in text" "$(vrctl uplink show vx)" '^vx type vxlan port 4789 ttl 7 dscp 46 any on '
vrctl uplink set vx any off
json=$(vrctl -j uplink show vx)
is "... one alone" "$(field ttl) $(field dscp) $(field any)" "7 46 0"
ok "peer add" vrctl uplink peer add vx 203.0.113.3 2001:db8:ff::3
ok "... twice" vrctl uplink peer add vx 203.0.113.3 203.0.113.4
json=$(vrctl -j uplink show vx)
is "... they are peers once" "$(field peer)" '["2001:db8:ff::3","203.0.113.3","203.0.113.4"]'
ok "peer del" vrctl uplink peer del vx 203.0.113.3
json=$(vrctl -j uplink show vx)
is "... it is none" "$(field peer)" '["2001:db8:ff::3","203.0.113.4"]'
like "... in text" "$(vrctl -o uplink show vx)" 'peer 2001:db8:ff::3 203.0.113.4'
json=$(vrctl -j uplink add v4 type vxlan local 203.0.113.1 port 4790 ttl 1 dscp 63 any on)
is "add with all there is" \
	"$(field name) $(field local) $(field port) $(field ttl) $(field dscp) $(field any)" \
	"v4 203.0.113.1 4790 1 63 1"
ok "... IPv6" vrctl uplink add v6 type vxlan local 2001:db8:ff::1 port 4790
is "all are shown" "$(vrctl -o uplink show | grep -c 'type vxlan')" 3

# Refused.
refused "a name in use" "uplink exists" vrctl uplink add vx type vxlan port 5000
refused "no type" "type is missing or needs a device" vrctl uplink add other
refused "a device without a device" "type is missing or needs a device" \
	vrctl uplink add other type device
refused "a name with a slash" "not a name a device could have either" \
	vrctl uplink add a/b type vxlan port 5000
refused "an empty one" "" vrctl uplink add "" type vxlan port 5000
usage_error "one too long" "longer than 15 bytes" \
	vrctl uplink add 0123456789abcdef type vxlan port 5000
refused "somebody else's address" "address is not this node's" \
	vrctl uplink add other type vxlan local 203.0.113.77 port 5000
refused "... IPv6" "address is not this node's" \
	vrctl uplink add other type vxlan local 2001:db8:ff::77 port 5000
refused "an address nobody has" "" vrctl uplink add other type vxlan local 224.0.0.1 port 5000
refused "a port in use by another uplink" \
	"UDP port is in use here, by another VXLAN perhaps: give another" \
	vrctl uplink add other type vxlan
refused "... by one that is bound to an address" "UDP port is in use here" \
	vrctl uplink add other type vxlan port 4790
refused "a TTL of 0" "" vrctl uplink add other type vxlan port 5000 ttl 0
refused "a DSCP of more than 6 bits" "" vrctl uplink add other type vxlan port 5000 dscp 64
refused "no port" "" vrctl uplink add other type vxlan port 0
for command in "set none ttl 1" "peer add none 203.0.113.3" "del none" "show none" \
	"show dev none" "show dev vx"; do
	# shellcheck disable=SC2086 # words
	refused "no such uplink: $command" "no such uplink" vrctl uplink $command
done
refused "a device and a type of our own" "beside a device, which has its own" \
	vrctl uplink add dev wire type vxlan
usage_error "neither name nor device" "missing NAME or dev DEV" vrctl uplink add type vxlan

ip link add stock type vxlan id 7 dstport 4800 remote 203.0.113.2
ip link set stock up
refused "the port of a stock device" "UDP port is in use here, by another VXLAN perhaps" \
	vrctl uplink add other type vxlan port 4800
ok "... is free when that goes" sh -c 'ip link del stock; vrctl uplink add other type vxlan port 4800'
ok "one like it elsewhere" vrctl -n "${far:?}" uplink add vx type vxlan
vrctl uplink del other

# Where remotes need one.
mac="mac 02:00:00:00:01:01"
# shellcheck disable=SC2086 # words
{
	refused "several lead there" "more than one uplink leads there, name one" \
		vrctl endpoint add network blue $mac remote 203.0.113.2
	refused "... a route" "more than one uplink leads there, name one" \
		vrctl route add network blue 198.51.100.0/24 via remote 203.0.113.2
	refused "... a flood list" "more than one uplink leads there, name one" \
		vrctl network set blue flood add 203.0.113.2
	refused "an uplink nobody has" "no such uplink" \
		vrctl endpoint add network blue $mac remote 203.0.113.2 uplink none
	refused "a family it does not carry" "node is of a family that the uplink does not carry" \
		vrctl endpoint add network blue $mac remote 203.0.113.2 uplink v6
	refused "... the other" "node is of a family that the uplink does not carry" \
		vrctl route add network blue 198.51.100.0/24 via remote 2001:db8:ff::2 uplink v4
	refused "a network without VNI" "network has no VNI, give it one" \
		vrctl endpoint add network red $mac remote 203.0.113.2 uplink vx
	refused "... a route" "network has no VNI, give it one" \
		vrctl route add network red 198.51.100.0/24 via remote 203.0.113.2 uplink vx
	refused "... a flood list" "network has no VNI, give it one" \
		vrctl network set red flood add 203.0.113.2 uplink vx
	refused "an uplink without a remote" "uplink without a remote" \
		python3 -S -c 'import sys
from vrnl import *
try:
    Netlink().do("endpoint-new", {"network": "blue", "mac": "02:00:00:00:01:01", "uplink": "vx"})
except Refused as refusal:
    sys.exit(refusal.text)'
	refused "a remote that is no host" "" \
		vrctl endpoint add network blue $mac remote 224.0.0.1 uplink vx
	refused "a flood list without the node" "flood list does not have one of the nodes" \
		vrctl network set blue flood del 203.0.113.2
}
is "nothing was left of those" "$(vrctl -o uplink show | grep -o 'remotes [^0]')" ""

# What leads to nodes, and then the uplink goes.
vrctl endpoint add network blue mac 02:00:00:00:01:01 address 192.0.2.21 remote 203.0.113.2 uplink vx
vrctl endpoint add network blue mac 02:00:00:00:01:02 remote 203.0.113.3 uplink vx
vrctl endpoint add network blue mac 02:00:00:00:01:03 remote 203.0.113.3 uplink v4
vrctl route add network blue 198.51.100.0/24 via remote 203.0.113.4 uplink vx mac 02:00:00:00:01:09
vrctl route add network blue 203.0.113.0/24 \
	nexthop via remote 203.0.113.4 uplink vx nexthop via remote 203.0.113.5 uplink v4
vrctl network set blue flood add 203.0.113.2 2001:db8:ff::2 uplink vx flood add 203.0.113.3
json=$(vrctl -j network show blue)
is "one uplink serves all that are added" "$(field flood)" \
	'["203.0.113.2","203.0.113.3","2001:db8:ff::2"]' # as they were first met
json=$(vrctl -j uplink show vx)
is "one remote for each node" "$(field remotes)" 4
json=$(vrctl -j uplink show v4)
is "... and uplink" "$(field remotes)" 2
like "an endpoint shows it" "$(vrctl endpoint show network blue mac 02:00:00:00:01:03)" \
	'remote 203.0.113.3 uplink v4'
like "a route too" "$(vrctl route show network blue 198.51.100.0/24)" \
	'remote 203.0.113.4 uplink vx mac 02:00:00:00:01:09'
refused "the VNI stays while there are remotes" \
	"network has endpoints, routes or floods to other nodes" vrctl network set blue vni 0
ok "... but may be another" vrctl network set blue vni 101
# shellcheck disable=SC2119 # it has none
python <<- 'END'
	from packet import check, equal
	from vrnl import *

	nl, ear = Netlink(), Netlink()
	ear.listen()
	nl.do('uplink-set', {'name': 'vx', 'ttl': 9})
	events = ear.events(0.5)
	equal('a change is notified', [(name, msg['name'], msg['ttl']) for name, msg in events],
	      [('uplink-ntf', 'vx', 9)])
	nl.do('uplink-del', {'name': 'vx'})
	events = ear.events(0.5)
	names = [name for name, _ in events]
	equal('the uplink goes', names.count('uplink-del-ntf'), 1)
	equal('... with the endpoints behind it', sorted(
	    msg['mac'] for name, msg in events if name == 'endpoint-del-ntf'),
	    ['02:00:00:00:01:01', '02:00:00:00:01:02'])
	equal('... and the routes', [msg['prefix'] for name, msg in events
	                             if name == 'route-del-ntf'], ['198.51.100.0'])
	equal('what led elsewhere too goes on without it', [
	    [hop['remote'] for hop in msg['nexthop']] for name, msg in events
	    if name == 'route-ntf' and msg['prefix'] == '203.0.113.0'], [['203.0.113.5']])
	floods = [msg.get('flood') for name, msg in events if name == 'network-ntf']
	equal('the flood list without it is notified', floods[-1:], [None])
	equal('... its end first', names[:1] + names[-1:], ['uplink-del-ntf', names[-1]])
	equal('the endpoint of the other uplink stays', [(each['mac'], each['uplink'])
	      for each in nl.dump('endpoint-get')], [('02:00:00:00:01:03', 'v4')])
	equal('the flood list has no more', nl.do('network-get', {'name': 'blue'}).get('flood'), None)
	nl.do('uplink-new', {'name': 'vx', 'type': 'vxlan'})
	events = ear.events(0.5)
	equal('one comes', [name for name, _ in events], ['uplink-ntf'])

	def refused(what, attrs, text, attr, command='uplink-new', flags=0):
	    try:
	        nl.do(command, attrs, flags)
	        check(what, False, 'it was accepted')
	    except Refused as refusal:
	        equal(what, (refusal.text, refusal.attr), (text, attr))

	nl.do('uplink-new', {'name': 'vx', 'type': 'vxlan', 'port': 4789})
	check('without EXCL an equal one is no error', True)
	for key, value in ('port', 4791), ('local', '203.0.113.1'), ('ttl', 3), ('dscp', 1), ('any', 1):
	    refused('another %s' % key, {'name': 'vx', 'type': 'vxlan', key: value},
	            'uplink exists and differs in this', key)
	refused('nothing', {}, 'name or device is missing', None)
	refused('nothing to get', {}, 'name or device is missing', None, 'uplink-get')
	refused('name and device', {'name': 'vx', 'ifname': 'vx'}, 'uplink is given in more than one way',
	        'name', 'uplink-get')
	refused('beside a device', {'ifname': 'wire', 'port': 4}, 'beside a device, which has its own',
	        'port')
	refused('no such device', {'ifname': 'none'}, 'no such device', 'ifname')
	refused('a mac beside a port', {'network': 'blue', 'prefix': '198.51.100.0', 'prefix-length': 24,
	        'nexthop': {'via': '192.0.2.9', 'mac': '02:00:00:00:01:01'}},
	        'attribute is for answers only', 'nexthop/mac', 'route-new')
	refused('a group\'s mac', {'network': 'blue', 'prefix': '198.51.100.0', 'prefix-length': 24,
	        'nexthop': {'remote': '203.0.113.2', 'uplink': 'vx', 'mac': '01:00:5e:00:00:01'}},
	        'not a unicast MAC', 'nexthop/mac', 'route-new')

	# Limits.
	peers = ['198.18.%d.%d' % (i // 250, i % 250 + 1) for i in range(300)]
	nl.do('uplink-set', [('name', 'vx')] + [('peer-add', peer) for peer in peers[:256]])
	equal('256 peers', len(nl.do('uplink-get', {'name': 'vx'})['peer']), 256)
	refused('no more', {'name': 'vx', 'peer-add': peers[256]}, 'more than the limit of 256 peers',
	        'peer-add', 'uplink-set')
	nl.do('uplink-set', {'name': 'vx', 'peer-add': peers[0]})
	nl.do('uplink-set', {'name': 'vx', 'peer-add': peers[256], 'peer-del': peers[1]})
	equal('... but one for another', len(nl.do('uplink-get', {'name': 'vx'})['peer']), 256)
	equal('a dump of so many', len(nl.dump('uplink-get')), 3)
	nl.do('network-set', [('name', 'blue'), ('uplink', 'vx')] +
	      [('flood-add', peer) for peer in peers[:256]])
	equal('256 nodes in a flood list', nl.do('network-get', {'name': 'blue'})['flood'], peers[:256])
	refused('no more', {'name': 'blue', 'uplink': 'vx', 'flood-add': peers[256]},
	        'more than the limit of 256 nodes in a flood list', 'flood-add', 'network-set')
	nl.do('network-set', {'name': 'blue', 'uplink': 'vx', 'flood-add': peers[256],
	                      'flood-del': peers[0]})
	equal('... but one for another', nl.do('network-get', {'name': 'blue'})['flood'],
	      peers[1:257])
	equal('a remote for each', nl.do('uplink-get', {'name': 'vx'})['remotes'], 256)
	refused('... nor by taking one out many times', [('name', 'blue'), ('uplink', 'vx')] +
	        [('flood-add', peer) for peer in peers[257:267]] + [('flood-del', peers[1])] * 10,
	        'node is given twice', 'flood-del', 'network-set')
	refused('a node twice', [('name', 'blue'), ('uplink', 'vx')] + [('flood-add', peers[257])] * 2,
	        'node is given twice', 'flood-add', 'network-set')
	refused('a peer twice', [('name', 'vx'), ('peer-del', peers[3])] + [('peer-add', peers[257])] * 2,
	        'node is given twice', 'peer-add', 'uplink-set')
	refused('257 nodes at once', [('name', 'vx')] + [('peer-del', peer) for peer in peers[:257]],
	        'more than the limit of 256 nodes', 'peer-del', 'uplink-set')
	nl.do('network-set', [('name', 'blue')] + [('flood-del', peer) for peer in peers[1:257]])
	equal('they go with the last that leads to them', nl.do('uplink-get', {'name': 'vx'})[
	    'remotes'], 0)
	for i in range(61):
	    nl.do('uplink-new', {'name': 'up%d' % i, 'type': 'vxlan', 'port': 6000 + i})
	refused('no more than 64 uplinks', {'name': 'up99', 'type': 'vxlan', 'port': 6099},
	        'limit of 64 uplinks is reached', None)
	equal('a dump of all', len(nl.dump('uplink-get')), 64)
	for i in range(61):
	    nl.do('uplink-del', {'name': 'up%d' % i})
END

out=$(mktemp)
on_exit rm -f "$out"
vrctl -j monitor uplink > "$out" &
ok "vrctl monitor shows uplinks" poll 20 sh -c \
	"vrctl uplink set vx ttl 5; vrctl network set blue mtu 1400; grep -q 'uplink-ntf.*vx' $out"
fails "... and nothing else" grep -v uplink "$out"
vrctl endpoint add network blue mac 02:00:00:00:01:01 remote 203.0.113.2 uplink vx
ok "a network goes with its remotes" vrctl network del blue
json=$(vrctl -j uplink show vx)
is "... they are gone" "$(field remotes)" 0
for uplink in vx v4 v6; do
	ok "del $uplink" vrctl uplink del $uplink
done
is "nothing is left" "$(vrctl -j uplink show)" '[]'
done_testing
