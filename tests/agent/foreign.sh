#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 240
#
# Networks without addresses, and those of other IPAM plugins, reach other nodes: an
# object for each MAC, or for each address that the plugin gave; none of two nodes.

. "$(dirname "$0")/setup.sh"

cluster 2
# load_network NAME VNI JSON
load_network()
{
	api_control '{"load":[{"apiVersion":"vrctl.dev/v1alpha1","kind":"Network","metadata":{"name":"'"$1"'"},
		"spec":{"vni":'"$2"''"${3:+,$3}"'}}]}' > /dev/null
}
load_network default.flat 5001
load_network default.fixed 5002 '"subnets":["198.51.100.0/24","2001:db8:5::/64"],"ipam":{"type":"static"}'
load_network default.twice 5003 '"subnets":["198.51.100.0/24"],"ipam":{"type":"static"}'
agent n1
agent n2
for i in 1 2; do
	ok "node $i knows the networks" poll 30 [ -s "$WORK/n$i/networks/default.twice.json" ]
done

attached "a pod on node 1" n1 a flat
mac_1=$(get '.interfaces[1].mac')
attached "a pod on node 2" n2 b flat
mac_2=$(get '.interfaces[1].mac')
of_vni()
{
	addresses 'select(.spec.vni == '"$1"') | '"$2"
}
of_vni_is()
{
	[ "$(of_vni "$1" "$2")" = "$3" ]
}
ok "each has an object" poll 20 of_vni_is 5001 '"\(.spec.node) \(.spec.pod.name) \(.spec.state)"' $'n1 a bound\nn2 b bound'
is "without an address" "$(of_vni 5001 .spec.address | sort -u)" null
is "called by the MAC" "$(of_vni 5001 'select(.spec.node == "n2").metadata.name')" "v5001-${mac_2//:/}"
flooded_to()
{
	[ "$(at "$1" -j network show default.flat | jq -r '.[0].flood[]')" = "$2" ]
}
ok "node 1 floods to node 2" poll 20 flooded_to n1 203.0.113.2
ok "and node 2 to node 1" poll 20 flooded_to n2 203.0.113.1
knows()
{
	at "$1" endpoint show network default.flat | grep -q "$2"
}
ok "node 1 knows the MAC" poll 20 knows n1 "$mac_2"

# Addresses by hand: nobody has to know them.
in_ns "$a" ip address add 192.0.2.1/24 dev eth1
in_ns "$b" ip address add 192.0.2.2/24 dev eth1
in_ns "$a" ip address add 2001:db8:9::1/64 dev eth1 nodad
in_ns "$b" ip address add 2001:db8:9::2/64 dev eth1 nodad
ping_ok a 192.0.2.2
ping_ok a 2001:db8:9::2

# As a DHCP client that has no address yet asks.
python "$a" "$b" "$mac_1" <<- 'END'
	import sys
	from packet import *
	a, b = Station(sys.argv[1], None), Station(sys.argv[2], None)
	mac = sys.argv[3]
	nobody, all4 = '0.0.0.0', '255.255.255.255'
	a.send(eth(BROADCAST, mac, IP4, ip4(nobody, all4, UDP,
	                                    udp(nobody, all4, b'discover', 68, 67))))
	check('a broadcast of who has no address arrives', b.expect(b'discover'))
END

detached "the pod on node 2 goes" n2 b
ok "and so does its object" poll 20 of_vni_is 5001 .spec.node n1
ok "node 1 floods to nobody" poll 20 flooded_to n1 ""

# --- another's IPAM
fixed()
{
	echo '[{"name":"fixed","ips":["'"$1"'/24","2001:db8:5::'"${1##*.}"'/64"]}]'
}
twice()
{
	echo '[{"name":"twice","ips":["'"$1"'/24"]}]'
}
attached "a pod with an address of another plugin" n1 c "$(fixed 198.51.100.11)"
attached "one on node 2" n2 d "$(fixed 198.51.100.12)"
ok "each address has an object" poll 20 of_vni_is 5002 '"\(.spec.address) \(.spec.node)"' \
	$'198.51.100.11 n1\n198.51.100.12 n2\n2001:db8:5::11 n1\n2001:db8:5::12 n2'
reached()
{
	_ping_ok c 198.51.100.12 1
}
ok "they reach each other" poll 20 reached
ping_ok c 2001:db8:5::12

# Given twice: refused where the first is known.
address_known()
{
	at "$1" endpoint show network default.fixed | grep -q "$2"
}
ok "node 2 knows the first pod's" poll 20 address_known n2 198.51.100.11
not_attached "the plugin gives an address twice" 100 'address is in use in this network' \
	n2 e "$(fixed 198.51.100.11)"

# Where it is not known yet, an Event says so, and it is told of the first only.
attached "a pod of another network" n1 g "$(twice 198.51.100.11)"
ok "it has an object" poll 20 of_vni_is 5003 '"\(.spec.address) \(.spec.node)"' "198.51.100.11 n1"
k8s_pod n2 h
attached "the first of it on node 2 is given the same" n2 h "$(twice 198.51.100.11)"
conflict()
{
	api GET /api/v1/namespaces/default/events | jq -r '.items[] | select(.reason == "AddressConflict") |
		"\(.involvedObject.name) \(.message)"' | grep -q "$1"
}
ok "an Event of its pod says so" poll 20 conflict '^h 198.51.100.11 of eth1 in network default.twice is another pod'
is "the object is the first one's" "$(of_vni 5003 .spec.node)" n1
detached "the first one goes" n1 g
ok "then it is the second one's" poll 30 of_vni_is 5003 '"\(.spec.node) \(.spec.pod.name)"' "n2 h"

# --- an agent that comes later
agent_stop n1 KILL
detached "without an agent, a pod goes" n1 a
attached "and one comes" n1 f flat
agent n1
ok "an agent that is back tells of both" poll 60 of_vni_is 5001 '"\(.spec.node) \(.spec.pod.name)"' "n1 f"

done_testing
