#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 300
#
# Pods whose first interface is on another network than the default one: the node
# reaches them, and they the node, and services wherever those are.

. "$(dirname "$0")/setup.sh"

cluster 2
k8s_network shop.left 5001 192.0.2.0/24,2001:db8:7::/64
k8s_network other.right 5002 192.0.2.0/24 '"shared":"*"'
k8s_network other.over 5003 10.244.0.0/16 '"shared":"*"'
agent_first n1
agent_first n2

# first NODE NS/POD NS/NETWORK [IP]: a pod that has this for its first network
first()
{
	local conf

	conf=$(_conf "$1" '' | jq --arg network "$3" --arg ip "${4:-}" '.runtimeConfig."io.kubernetes.cri.pod-annotations" =
		{"v1.multus-cni.io/default-network": ([{name: ($network | split("/")[1]), namespace: ($network | split("/")[0])} +
			if $ip == "" then {} else {ips: [$ip]} end] | tojson)}')
	_cni ADD "$1" "$2" "$conf" > /dev/null
}

ns a d e f
ok "a pod on another network" first n1 shop/a shop/left
a4=$(ip -n "$a" -j -4 address show dev eth0 | jq -r '.[0].addr_info[0].local')
a6=$(ip -n "$a" -j -6 address show dev eth0 | jq -r '.[0].addr_info[] | select(.scope == "global").local')
like "is on that" "$a4" '^192\.0\.2\.'
attached "one on the default network" n1 b ''
b4=$(get '.ips[0].address' | cut -d/ -f1) b6=$(get '.ips[1].address' | cut -d/ -f1)
attached "and one on another node" n2 c ''
c4=$(get '.ips[0].address' | cut -d/ -f1) c6=$(get '.ips[1].address' | cut -d/ -f1)
for pod in a b c; do
	serve $pod $pod 80
done
serve c dns 53
serve n1 node 8080
out=vr-out1
is_made()
{
	[ "$(on n1 nft list table inet vr | grep -c "zone set")" = 2 ]
}
ok "the node has a port on it" poll 30 is_made
h4=$(ip -n "$n1" -j -4 address show dev "$out" | jq -r '.[0].addr_info[0].local')
h6=$(ip -n "$n1" -j -6 address show dev "$out" | jq -r '.[0].addr_info[] | select(.scope == "global").local')

# Instead of kube-proxy: 198.51.100.N and 2001:db8:5::N are a, b, c and c's DNS.
on n1 nft -f - <<- END
	table inet services {
		map four { type ipv4_addr : ipv4_addr
			elements = { 198.51.100.1 : $a4, 198.51.100.2 : $b4, 198.51.100.3 : $c4 } }
		map six { type ipv6_addr : ipv6_addr
			elements = { 2001:db8:5::1 : $a6, 2001:db8:5::2 : $b6, 2001:db8:5::3 : $c6 } }
		chain translate {
			dnat ip to ip daddr map @four
			dnat ip6 to ip6 daddr map @six
		}
		chain prerouting {
			type nat hook prerouting priority dstnat
			jump translate
		}
		chain output {
			type nat hook output priority -100
			jump translate
		}
	}
END

is "the node reaches it, as kubelet's probes do" "$(answer n1 tcp "$a4" 80)" "a $h4"
is "IPv6" "$(answer n1 tcp "$a6" 80)" "a $h6"
is "UDP" "$(answer n1 udp "$a4" 80)" "a $h4"
ok "ping" on n1 ping -c 1 -W 5 "$a4"
is "it reaches the node" "$(answer a tcp 203.0.113.1 8080)" "node $a4"
is "IPv6" "$(answer a tcp 2001:db8:ff::1 8080)" "node $a6"
is "a service of a pod of the default network" "$(answer a tcp 198.51.100.2 80)" "b 10.244.1.1"
is "IPv6" "$(answer a tcp 2001:db8:5::2 80)" "b 2001:db8:244:1::1"
is "of one on another node" "$(answer a tcp 198.51.100.3 80)" "c 10.244.1.1"
is "IPv6" "$(answer a tcp 2001:db8:5::3 80)" "c 2001:db8:244:1::1"
is "DNS" "$(answer a udp 198.51.100.3 53)" "dns 10.244.1.1"
is "by IPv6" "$(answer a udp 2001:db8:5::3 53)" "dns 2001:db8:244:1::1"
is "itself, by a service" "$(answer a tcp 198.51.100.1 80)" "a $h4"
is "IPv6" "$(answer a tcp 2001:db8:5::1 80)" "a $h6"
like "a service of it, from the default network" "$(answer b tcp 198.51.100.1 80)" '^a '
like "IPv6" "$(answer b tcp 2001:db8:5::1 80)" '^a '
ip -n "$n1" route add 198.51.100.0/24 dev wire
ip -n "$n1" route add 2001:db8:5::/64 dev wire
is "from the node" "$(answer n1 tcp 198.51.100.1 80)" "a $h4"
is "the node by a service of a pod of the other node" "$(answer n1 tcp 198.51.100.3 80)" "c 10.244.1.1"
is "UDP" "$(answer n1 udp 198.51.100.3 53)" "dns 10.244.1.1"
is "IPv6" "$(answer n1 tcp 2001:db8:5::3 80)" "c 2001:db8:244:1::1"

# No way around services.
silent "no pod of the default network by its own address" a tcp "$b4" 80
silent "nor the other way" b tcp "$a4" 80
silent "nor anything outside" a tcp 203.0.113.2 8080

ok "a pod of the other node, on the same network" first n2 shop/d shop/left
serve d d 80
d4=$(ip -n "$d" -j -4 address show dev eth0 | jq -r '.[0].addr_info[0].local')
is "reaches it" "$(answer d tcp "$a4" 80)" "a $d4"
like "and its own node" "$(on n2 timeout 20 ping -c 1 -W 5 "$d4")" '1 received'

# Addresses that are somebody's.
told()
{
	log_of n1 | grep -qF "$1"
}
ok "a pod of another network with the same address" first n1 other/e other/right "$a4"
ok "is not reached, and the log says by which" poll 20 told "the node does not reach pod $a4, an address that network shop.left has too"
is "the first one is" "$(answer n1 tcp "$a4" 80)" "a $h4"
ok "one on a network that overlaps podCIDRs" first n1 other/f other/over
ok "is not reached either" poll 20 told "its addresses overlap podCIDR 10.244."
is "and the default network is as it was" "$(answer n1 tcp "$b4" 80)" "b 10.244.1.1"

agent_stop n1
is "without an agent it is the same" "$(answer n1 tcp "$a4" 80)" "a $h4"
agent_first n1
is "and with another" "$(answer a tcp 198.51.100.2 80)" "b 10.244.1.1"

for pod in shop/a other/e other/f; do
	detached "a pod goes" n1 "$pod"
done
none()
{
	[ -z "$(ip -n "$n1" -j link show | jq -r '.[].ifname | select(test("^vr-(out|vrf)"))')" ] &&
		! ip -n "$n1" route show table all | grep -qF 192.0.2.
}
ok "and what leads to it" poll 30 none

done_testing
