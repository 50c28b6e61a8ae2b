#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 240
#
# The network that every pod is on: a prefix of each node, the host as its gateway,
# the ways between nodes and out, and the configuration that the runtime finds.

. "$(dirname "$0")/setup.sh"

cluster 2
outside_host

fails "no configuration before there is an agent" [ -e "$WORK/n1/net.d/10-vr.conflist" ]
agent_first n1
agent_first n2
conf=$WORK/n1/net.d/10-vr.conflist
is "the configuration names the network" "$(jq -r .name "$conf")" cluster-wide-network
is "vr-cni, then portmap" "$(jq -r '.plugins[].type' "$conf" | paste -sd' ')" "vr-cni portmap"
is "it reads annotations" "$(jq .plugins[0].podNetworks "$conf")" true
is "nothing else is in the folder" "$(ls -A "$WORK/n1/net.d")" 10-vr.conflist

attached "a pod on node 1" n1 a ''
attached "another" n1 b ''
b=$(get '.ips[0].address')
attached "a pod on node 2" n2 c ''
c=$(get '.ips[0].address') c6=$(get '.ips[1].address')
like "its address is of the node's prefix" "$c" '^10\.244\.2\.'
like "and that of IPv6" "$c6" '^2001:db8:244:2::'

ping_ok a "${b%/*}"
ping_ok a "${c%/*}"
ping_ok a "${c6%/*}"
ping_ok a 10.244.1.1
ok "the host reaches its pod" on n1 ping -c 1 -W 5 "${b%/*}"
ok "and a pod of the other node" on n1 ping -c 1 -W 5 "${c%/*}"
ok "by IPv6 too" on n1 ping -c 1 -W 5 "${c6%/*}"
is "nothing is flooded between nodes" "$(at n1 -j network show cluster-wide-network | jq '.[0].flood')" null

# The way out, with the node's address.
ping_ok a 203.0.113.200
ping_ok a 2001:db8:ff::200
ping_ok a 203.0.113.2
in_ns "$outside" timeout 20 tcpdump -nlc 1 -i wire icmp > "$WORK/seen" 2> /dev/null &
seen=$!
ok "what leaves the node" poll 15 sh -c "ip netns exec $a ping -c 1 -W 1 203.0.113.200 && [ -s $WORK/seen ]"
wait $seen
like "has the node's address" "$(cat "$WORK/seen")" '203\.0\.113\.1 > 203\.0\.113\.200'

# A pod is no node.
vxlan a 203.0.113.1 203.0.113.2
ok "VXLAN of a pod reaches no node" poll 20 guarded n1 4
vxlan a 203.0.113.200
ok "others it may speak to" guarded n1 4

# Another node comes, and goes.
api_control '{"load":[{"apiVersion":"v1","kind":"Node","metadata":{"name":"n9"},"spec":{"podCIDRs":["10.244.9.0/24"]},
	"status":{"addresses":[{"type":"InternalIP","address":"203.0.113.9"}]}}]}' > /dev/null
routed()
{
	at n1 route show network cluster-wide-network | grep -q 10.244.9.0/24 &&
		ip -n "$n1" route show 10.244.9.0/24 | grep -q vr-host
}
ok "a new node is led to" poll 30 routed
is "and is one that pods may not speak VXLAN to" \
	"$(on n1 nft list set inet vr nodes4 | grep -c 203.0.113.9)" 1
api_control '{"delete":[{"apiVersion":"v1","kind":"Node","metadata":{"name":"n9"}}]}' > /dev/null
not_routed()
{
	! routed
}
ok "one that is gone is not" poll 30 not_routed
is "nor on the host" "$(ip -n "$n1" route show 10.244.9.0/24)" ""

# Somebody takes things away, and the agent looks every half a minute.
on n2 nft delete table inet vr
ok "rules that somebody deleted come back" poll 60 on n2 nft list table inet vr
on n2 nft flush chain inet vr postrouting
ok "those of one chain as well" poll 60 sh -c "ip netns exec $n2 nft list chain inet vr postrouting | grep -q masquerade"

# With a restart.
on n1 nft delete table inet vr
ip -n "$n1" route del 10.244.2.0/24
agent_stop n1
agent_first n1
ok "a restarted agent mends what is missing" poll 30 sh -c "ip -n $n1 route show 10.244.2.0/24 | grep -q vr-host"
ok "rules too" poll 30 on n1 nft list table inet vr
ping_ok a "${c%/*}"

detached "pods go" n1 a
detached "all of them" n1 b
ok "the host stays a member" on n1 ping -c 1 -W 5 "${c%/*}"

done_testing
