#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 240
#
# Nodes that have podCIDRs and a tunnel address of one family only: n1 and n2 of IPv6,
# n3 and n4 of IPv4.

. "$(dirname "$0")/setup.sh"

cluster 4 || exit
outside_host
# node NAME PODCIDR INTERNALIP
node()
{
	api_control '{"load":[{"apiVersion":"v1","kind":"Node","metadata":{"name":"'"$1"'"},"spec":{"podCIDRs":["'"$2"'"]},
		"status":{"addresses":[{"type":"InternalIP","address":"'"$3"'"}]}}]}' > /dev/null
}
node n1 2001:db8:244:1::/64 2001:db8:ff::1
node n2 2001:db8:244:2::/64 2001:db8:ff::2
node n3 10.244.3.0/24 203.0.113.3
node n4 10.244.4.0/24 203.0.113.4

# seen_as ADDRESS POD: how the outside sees it
seen_as()
{
	local target=203.0.113.200

	[[ $1 != *:* ]] || target=2001:db8:ff::200
	in_ns "$outside" timeout 20 tcpdump -nlc 1 -i wire "icmp or icmp6[0] = 128" > "$WORK/seen" 2> /dev/null &
	poll 15 sh -c "ip netns exec ${!2} ping -c 1 -W 1 $target > /dev/null; [ -s $WORK/seen ]"
	wait $!
	grep -qF "$1 > " "$WORK/seen"
}

# family NUMBER NODE OTHER POD OTHERPOD GATEWAY OUTSIDE ADDRESS OTHERADDRESS
family()
{
	local family=$1 node=$2 other=$3 pod=$4 other_pod=$5 gateway=$6 outside_ip=$7 address=$8
	local other_address=$9 ip

	agent_first "$node"
	agent_first "$other"
	attached "IPv$family: a pod" "$node" "$pod" ''
	is "it has one address" "$(get '.ips | length')" 1
	attached "a pod of the other node" "$other" "$other_pod" ''
	ip=$(get '.ips[0].address')
	ip=${ip%/*}
	ping_ok "$pod" "$ip"
	ping_ok "$pod" "$gateway"
	ping_ok "$pod" "$outside_ip"
	ok "the host reaches a pod of the other node" on "$node" ping -c 1 -W 5 "$ip"
	ok "what leaves the node has the node's address" seen_as "$address" "$pod"
	vxlan "$pod" "$address" "$other_address"
	ok "VXLAN of a pod reaches no node" poll 20 guarded "$node" $((2 * (family == 6 ? 3 : 2)))
	is "the router has one way to others" \
		"$(at "$node" -j route show network cluster-wide-network | jq '[.. | .remote? // empty] | length')" 1
	is "and the host" "$(ip -n "${!node}" "-$family" route show proto 118 | wc -l)" 1
	is "nothing went wrong" "$(log_of "$node" | grep -E 'error|warning')" ""
}
family 6 n1 n2 a b 2001:db8:244:1::1 2001:db8:ff::200 2001:db8:ff::1 \
	2001:db8:ff::2
is "IPv4 is not forwarded for it" "$(on n1 cat /proc/sys/net/ipv4/ip_forward)" 0
family 4 n3 n4 c d 10.244.3.1 203.0.113.200 203.0.113.3 203.0.113.4
is "nor IPv6" "$(on n3 cat /proc/sys/net/ipv6/conf/all/forwarding)" 0

done_testing
