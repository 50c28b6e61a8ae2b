#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 240
#
# A pod whose default route is by another network than the default one still reaches
# nodes, pods and services by that, and is reached.

. "$(dirname "$0")/setup.sh"

cluster 2
k8s_network default.left 5001 198.18.0.0/16,2001:db8:7::/64
options=(--services "198.51.100.0/24,2001:db8:5::/112" --cluster-cidrs 10.244.0.0/16)
agent_first n1 "${options[@]}"
agent_first n2 "${options[@]}"
routes=$WORK/n1/cluster/routes.json

# to DEST: by which device a pod sends there
to()
{
	ip -n "$a" -j route get "$1" | jq -r '.[0].dev'
}

is "the agent wrote what the cluster is" "$(jq -r '.routes[]' "$routes" | paste -sd' ')" \
	"10.244.0.0/16 198.51.100.0/24 203.0.113.1/32 203.0.113.2/32 2001:db8:5::/112 2001:db8:244:1::/64 2001:db8:244:2::/64"

attached "a pod whose default route is elsewhere" n1 a '[{"name":"left","default-route":["198.18.0.1","2001:db8:7::1"]}]'
is "it is" "$(to 198.18.7.7) $(to 100.64.0.1) $(to 2001:db8:ffff::1)" "eth1 eth1 eth1"
is "nodes are by eth0" "$(to 203.0.113.1) $(to 203.0.113.2)" "eth0 eth0"
is "and pods" "$(to 10.244.2.7) $(to 10.244.1.7) $(to 2001:db8:244:2::7)" "eth0 eth0 eth0"
is "and services" "$(to 198.51.100.10) $(to 2001:db8:5::a)" "eth0 eth0"
is "the result says so" "$(get '.routes[] | select(.dst == "198.51.100.0/24").gw')" 10.244.1.1

attached "a pod of the other node" n2 b ''
ping_ok a "$(get '.ips[0].address' | cut -d/ -f1)"
ping_ok a "$(get '.ips[1].address' | cut -d/ -f1)"
ping_ok a 203.0.113.1
ping_ok a 203.0.113.2
a4=$(ip -n "$a" -j -4 address show dev eth0 | jq -r '.[0].addr_info[0].local')
a6=$(ip -n "$a" -j -6 address show dev eth0 | jq -r '.[0].addr_info[] | select(.scope == "global").local')
ok "its node reaches it, as kubelet's probes do" on n1 ping -c 1 -W 5 "$a4"
ok "by IPv6" on n1 ping -c 1 -W 5 "$a6"
ok "and from the node's own address" on n1 ping -c 1 -W 5 -I 203.0.113.1 "$a4"
ok "the other node too" on n2 ping -c 1 -W 5 "$a4"
ok "by IPv6" on n2 ping -c 1 -W 5 "$a6"

attached "one with the default route of one family" n1 c '[{"name":"left","default-route":["198.18.0.1"]}]'
is "has routes of that family" "$(ip -n "$c" -4 route show proto static | grep -c 'dev eth0')" 4
is "and needs none of the other" "$(ip -n "$c" -6 -j route show proto static | jq -r '.[].dst' | paste -sd' ')" default
attached "one that asks for nothing" n1 d left
is "has no such routes" "$(ip -n "$d" -4 -j route show proto static | jq -r '.[].dst' | paste -sd' ')" default

# Another node, and a new address of one.
api_control '{"load":[{"apiVersion":"v1","kind":"Node","metadata":{"name":"n9"},"spec":{"podCIDRs":["10.244.9.0/24"]},
	"status":{"addresses":[{"type":"InternalIP","address":"100.64.9.9"}]}}]}' > /dev/null
written()
{
	[ "$(grep -c 100.64.9.9/32 "$routes")" = "$1" ]
}
ok "a new node is in the file" poll 20 written 1
api_control '{"delete":[{"apiVersion":"v1","kind":"Node","metadata":{"name":"n9"}}]}' > /dev/null
ok "and goes with its object" poll 20 written 0

spares()
{
	[ "$(find "$WORK/n1/spares/default.left" -type l -lname - | wc -l)" = 4 ]
}
ok "addresses in store" poll 30 spares
agent_stop n1
attached "without an agent" n1 e '[{"name":"left","default-route":["198.18.0.1"]}]'
is "the file is there" "$(ip -n "$e" -j route get 198.51.100.10 | jq -r '.[0].dev')" eth0
rm "$routes"
not_attached "without the file" 11 "routes.json is not there yet" n1 f \
	'[{"name":"left","default-route":["198.18.0.1"]}]'

done_testing
