#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154,SC2317 # the namespaces of setup.sh; functions for ok and poll
#
# timeout: 240
#
# A rolling upgrade: on one node after the other the agent ends and one of another version
# begins.  No packet is lost, no interface is another, and pods start all the time.

. "$(dirname "$0")/setup.sh"

cluster 2
k8s_network default.blue 5001 10.1.0.0/16,2001:db8:1::/64
agent_first n1
agent_first n2

spares()
{
	[ "$(find "$WORK/$1/spares/default.blue" -type l -lname - 2> /dev/null | wc -l)" -ge 2 ]
}

attached "a pod on node 1" n1 a blue
attached "and on node 2" n2 b blue
b=$(get '.ips[] | select(.interface == 0 and (.address | contains(":") | not)).address')
b6=$(get '.ips[] | select(.interface == 0 and (.address | contains(":"))).address')
blue=$(get '.ips[] | select(.interface == 1 and (.address | contains(":") | not)).address')
ok "they reach each other" poll 30 _ping_ok a "${blue%/*}"
ping_ok a "${b%/*}"
ping_ok a "${b6%/*}"
ok "addresses are in store on node 1" poll 30 spares n1
ok "and on node 2" poll 30 spares n2

interfaces()
{
	local pod

	for pod in a b; do
		ip -n "${!pod}" -j address show | jq -c '.[] | [.ifindex, .ifname, .address, .addr_info]'
	done
}
b_ip=${b%/*}
a=a-$$ b=b-$$
interfaces > "$WORK/interfaces"

# The next version: the same program that calls itself otherwise.
mkdir "$WORK/next"
version=$(vr-agent --version)
version=${version#* }
sed "s/${version//./\\.}/9.9.9/g" "$TOP/build/vr-agent" > "$WORK/next/vr-agent"
chmod +x "$WORK/next/vr-agent"
is "another version" "$("$WORK/next/vr-agent" --version)" "vr-agent 9.9.9"

flows=()
for ip in "$b_ip" "${b6%/*}" "${blue%/*}"; do
	nsenter --net="/run/netns/$a" ping -q -i 0.05 "$ip" > "$WORK/ping-$ip" &
	flows+=("$!")
done

for node in n1 n2; do
	agent_stop $node
	attached "a pod starts on $node while there is none" $node "x$node" blue
	PATH=$WORK/next:$PATH agent_first $node
	attached "and with the next" $node "y$node" blue
	new=$(get '.ips[] | select(.interface == 1 and (.address | contains(":") | not)).address')
	ok "which others reach" poll 30 _ping_ok a "${new%/*}"
	ok "addresses are in store again" poll 30 spares $node
	like "which is the one of another version" "$(log_of $node)" "vr-agent 9\.9\.9 of node $node"
done
bound()
{
	[ "$(addresses 'select(.spec.state == "bound").spec.pod.name' | uniq | wc -l)" = "$1" ]
}
ok "all six pods are told of" poll 60 bound 6
is "no address twice" "$(addresses .spec.address | uniq -d)" ""
is "none was given back" "$(addresses 'select(.spec.state == "cooling").metadata.name')" ""

kill -INT "${flows[@]}"
wait "${flows[@]}"
for ip in "$b_ip" "${b6%/*}" "${blue%/*}"; do
	like "not one packet to $ip was lost" "$(cat "$WORK/ping-$ip")" ' 0% packet loss'
	_diag "$(grep transmitted "$WORK/ping-$ip")"
done
is "interfaces are the same" "$(interfaces | diff "$WORK/interfaces" -)" ""

done_testing
