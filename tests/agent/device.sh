#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 240
#
# Networks on devices of the nodes: pods reach who is on the wire, and each other
# by the wire alone; what cannot be had is refused.

. "$(dirname "$0")/setup.sh"

cluster 2
ns wire outside
ip -n "$wire" link add br0 type bridge mcast_snooping 0
ip -n "$wire" link set br0 up

# nic NAMESPACE: its eth1 is on the wire
nic()
{
	ip -n "$wire" link add "to-$1" type veth peer name eth1 netns "${!1}"
	ip -n "$wire" link set "to-$1" master br0 up
	ip -n "${!1}" link set eth1 up
}
nic n1
nic n2
nic outside
for node in n1 n2 outside; do
	ip -n "${!node}" link add link eth1 name eth1.100 type vlan id 100
	ip -n "${!node}" link set eth1.100 up
done
ip -n "$outside" -batch - <<- END
	address add 10.9.0.1/24 dev eth1
	address add 2001:db8:9::1/64 dev eth1 nodad
	address add 10.10.0.1/24 dev eth1.100
END
ip -n "$n1" link add eth3 type dummy
ip -n "$n1" address add 192.0.2.1/24 dev eth3

k8s_network default.lan 5009 10.9.0.0/24,2001:db8:9::/64 '"device":"eth1"'
k8s_network default.tagged 5010 10.10.0.0/24 '"device":"eth1.100"'
k8s_network default.second 5011 10.11.0.0/24 '"device":"eth1"'
k8s_network default.closed 5012 10.12.0.0/24 '"device":"eth2"'
k8s_network default.absent 5013 10.13.0.0/24 '"device":"eth1.7"'
k8s_network default.hosts 5014 10.14.0.0/24 '"device":"eth3"'
k8s_network default.large 5015 10.15.0.0/24 '"device":"eth1.100","mtu":9000'
agent n1 --devices 'eth1,eth1.*,eth3'
agent n2 --devices 'eth1,eth1.*'
ok "networks are defined" poll 60 [ -s "$WORK/n1/networks/default.large.json" ]
ok "on both nodes" poll 60 [ -s "$WORK/n2/networks/default.large.json" ]

# on_device NODE: its ports that are devices of the node
on_device()
{
	at "$1" -j port show | jq -r '[.[] | select(.kind == "tap") | "\(.ifname)=\(.network)"] | sort | join(" ")'
}

is "without pods no device is taken" "$(on_device n1)" ""
attached "a pod on a device" n1 a lan
a4=$(get '.ips[] | select(.interface == 1) | .address' | head -n 1) a6=$(get '.ips[] | select(.interface == 1) | .address' | tail -n 1)
is "has it as a port of its network" "$(on_device n1)" "eth1=default.lan"
is "the router has no address there" "$(at n1 -j network show default.lan | jq '.[0].subnets')" null
attached "a pod on the other node" n2 b lan
b4=$(get '.ips[] | select(.interface == 1) | .address' | head -n 1)
isnt_first()
{
	[ "${a4%/*}" != 10.9.0.1 ] && [ "${b4%/*}" != 10.9.0.1 ] && [ "$a4" != "$b4" ]
}
ok "with addresses of the cluster, and not the gateway's" isnt_first

# Who is on the wire.
ok "a pod reaches a host on the wire" poll 60 _ping_ok a 10.9.0.1
ok "by IPv6 too" poll 60 _ping_ok a 2001:db8:9::1
ok "the host reaches it" poll 60 _ping_ok outside "${a4%/*}"
ok "by IPv6 too" poll 60 _ping_ok outside "${a6%/*}"
ok "pods of both nodes reach each other" poll 60 _ping_ok a "${b4%/*}"

# Once, and not by the tunnel.
answers=$(in_ns "$a" ping -n -c 3 -i 0.3 -W 5 "${b4%/*}")
like "each answer comes once" "$answers" '3 received, 0% packet loss'
is "and none twice" "$(grep -c DUP <<< "$answers")" 0
is "nothing is flooded by tunnel" "$(at n1 -j network show default.lan | jq '.[0].flood')" null
is "nobody is told of by tunnel" \
	"$(at n1 -j endpoint show network default.lan | jq '[.[] | select(.remote)] | length')" 0
in_ns "$outside" timeout 60 tcpdump -nlc 1 -i eth1 "ether broadcast and src host ${b4%/*}" > "$WORK/seen" 2> /dev/null &
seen=$!
ok "a broadcast" poll 60 sh -c "ip netns exec $b ping -b -c 1 -W 1 10.9.0.255 > /dev/null 2>&1; [ -s $WORK/seen ]"
kill $seen 2> /dev/null

# A VLAN, on the same NIC.
attached "a pod on a VLAN" n1 c tagged
attached "another one on the other node" n2 d tagged
d4=$(get '.ips[] | select(.interface == 1) | .address' | head -n 1)
ok "reaches a host on it" poll 60 _ping_ok c 10.10.0.1
ok "and the pod" poll 60 _ping_ok c "${d4%/*}"
is "both devices are ports" "$(on_device n1)" "eth1.100=default.tagged eth1=default.lan"

# What cannot be had.
not_attached "a device that is not opened" 7 \
	'network "default.closed": device eth2: it is not opened on this node (--devices)' n1 e closed
not_attached "one that is not there" 7 'device eth1.7: this node has none' n1 f absent
not_attached "one with an address of the host" 7 'device eth3: device carries an address of the host' n1 g hosts
not_attached "one with a lesser MTU" 7 'its MTU is 1500, less than the network' n1 h large
not_attached "another network's" 7 'network "default.second": device eth1: ' n1 i second
is "and nothing of it is left" "$(on_device n1)" "eth1.100=default.tagged eth1=default.lan"

agent_stop n1
agent n1 --devices 'eth1,eth1.*,eth3'
detached "a pod goes" n1 c
lets_go()
{
	[ "$(on_device n1)" = "$1" ]
}
ok "after a restart the device of the last pod is let go" poll 60 lets_go eth1=default.lan
ok "the other pod goes on" _ping_ok a 10.9.0.1
detached "it goes too" n1 a
ok "with its device" poll 60 lets_go ""
ip -n "$n1" address add 10.9.0.77/24 dev eth1
ok "which is the host's again" poll 60 on n1 ping -c 1 -W 2 10.9.0.1

done_testing
