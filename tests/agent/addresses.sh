#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 240
#
# Addresses of the cluster: taken by creating objects, told to the other nodes,
# freed when a pod is gone.

. "$(dirname "$0")/setup.sh"

cluster 2
k8s_network default.blue 5001 10.1.0.0/16,2001:db8:1::/64
k8s_network default.red 5002 10.2.0.0/24
agent n1
agent n2

defined()
{
	[ -s "$WORK/$1/networks/$2.json" ]
}

ok "the definition of a network is on the node" poll 30 defined n1 default.blue
ok "and on the other" poll 30 defined n2 default.red

attached "a pod on node 1" n1 a blue,red
blue_a=$(get '.ips[] | select(.interface == 1).address' | head -1)
like "it has an address of blue" "$blue_a" '^10\.1\.[0-9]+\.[0-9]+/16$'
like "and one of IPv6" "$(get '.ips[].address')" '2001:db8:1::[0-9a-f:]+/64'
like "and one of red" "$(get '.ips[].address')" '10\.2\.0\.[0-9]+/24'
is "the gateway is the network's" "$(get '.ips[] | select(.interface == 1).gateway' | head -1)" 10.1.0.1

bound()
{
	[ "$(addresses 'select(.spec.state == "bound") | .spec.pod.name' | grep -cx "$1")" = "$2" ]
}

ok "three objects say whose they are" poll 20 bound a 3
is "of which node" "$(addresses 'select(.spec.pod.name == "a") | .spec.node' | sort -u)" n1
is "and of which pod" "$(addresses 'select(.spec.pod.name == "a") | .spec.pod | "\(.namespace)/\(.name)/\(.uid)"' | sort -u)" \
	default/a/a-uid
is "their names are VNI and address" \
	"$(addresses 'select(.spec.address == "'"${blue_a%/*}"'").metadata.name')" \
	"$(jq -rn '"'"${blue_a%/*}"'" | split(".") | map(tonumber |
		"0123456789abcdef"[. / 16 | floor:][:1] + "0123456789abcdef"[. % 16:][:1]) |
		"v5001-" + add')"

spares()
{
	[ "$(addresses 'select(.spec.state == "spare" and .spec.node == "'"$1"'" and .spec.vni == '"$2"').metadata.name' | wc -l)" = "$3" ]
}

ok "four pairs of blue are in store" poll 30 spares n1 5001 8
is "none of red, which is small" "$(addresses 'select(.spec.state == "spare" and .spec.vni == 5002).metadata.name')" ""
is "none where no pod is" "$(addresses 'select(.spec.node == "n2").metadata.name')" ""
is "they lie on the disk" "$(find "$WORK/n1/spares/default.blue" -type l | wc -l)" 4

attached "a pod on node 2" n2 b blue
blue_b=$(get '.ips[] | select(.interface == 1).address' | head -1)
blue_b6=$(get '.ips[] | select(.interface == 1).address' | tail -1)
fails "has another address" [ "$blue_b" = "$blue_a" ]

endpoint_there()
{
	at "$1" endpoint show network "$2" | grep -q "$3"
}

ok "node 1 is told of it" poll 20 endpoint_there n1 default.blue "${blue_b%/*}"
ok "and node 2 of the other" poll 20 endpoint_there n2 default.blue "${blue_a%/*}"
like "by the tunnel address of the node" "$(at n1 -j endpoint show network default.blue)" '"remote": ?"203.0.113.2"'
is "the flood list is the other node" "$(at n1 -j network show default.blue | jq -r '.[0].flood[]')" 203.0.113.2
ping_ok a "${blue_b%/*}"
ping_ok a "${blue_b6%/*}"

# Edited while pods are on it.
k8s_network default.blue 5001 10.1.0.0/16,2001:db8:1::/64 '"mtu":1350'
has_mtu()
{
	[ "$(at n1 -j network show default.blue | jq '.[0].mtu')" = "$1" ]
}
ok "another MTU is the network's" poll 30 has_mtu 1350
attached "and no reason to refuse a pod" n1 c blue

detached "the pod on node 2 goes" n2 b
endpoint_gone()
{
	! endpoint_there "$@"
}
ok "node 1 does not know it any more" poll 20 endpoint_gone n1 default.blue "${blue_b%/*}"
is "its address rests" "$(addresses 'select(.spec.address == "'"${blue_b%/*}"'").spec.state')" cooling

detached "the pod on node 1 goes" n1 a
cooling()
{
	[ "$(addresses 'select(.spec.node == "n1" and .spec.state == "cooling").metadata.name' | wc -l)" = "$1" ]
}
ok "all of its addresses rest" poll 20 cooling 3

done_testing
