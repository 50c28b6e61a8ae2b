#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Nodes that fail and nodes that get another address: who is not concerned goes on,
# and an agent's commands bring back the rest.

. "$(dirname "$0")/nodes-setup.sh"

nodes 3
network blue 100 192.0.2.1/24 2001:db8:1::1/64
for i in 1 2 3; do
	at n$i uplink add vx type vxlan local 203.0.113.$i
	node_pod n$i a$i blue 02:00:00:00:00:0$i 192.0.2.1$i/24 2001:db8:1::1$i/64
	default_routes a$i 192.0.2.1 2001:db8:1::1
	serve a$i a$i 80
done
# The service address is behind the pods of nodes 2 and 3.
for i in 2 3; do
	pod=a$i pod=${!pod}
	in_ns a$i ip address add 198.51.100.80/32 dev lo
	in_ns a$i ip address add 2001:db8:80::1/128 dev lo nodad
	at n$i port set dev eth1 netns "$pod" allowed 198.51.100.80/32 \
		allowed 2001:db8:80::1/128
	at n$i route add network blue 198.51.100.80/32 via 192.0.2.1$i
	at n$i route add network blue 2001:db8:80::1/128 via 2001:db8:1::1$i
done
flood add blue
tell add
ok "a service behind two nodes" at n1 route add network blue 198.51.100.80/32 \
	nexthop remote 203.0.113.2 nexthop remote 203.0.113.3
ok "... IPv6" at n1 route add network blue 2001:db8:80::1/128 \
	nexthop remote 203.0.113.2 nexthop remote 203.0.113.3

# How many of 20 flows to an address each pod answers, and who which.
flows()
{
	local port got

	to=() a2_has=0 a3_has=0 none=0
	for ((port = 40000; port < 40020; port++)); do
		got=$(_service ask 0.5 "/run/netns/$a1" tcp "$1" 80 from $port)
		to[port]=${got%% *}
		case ${got%% *} in
		a2)	a2_has=$((a2_has + 1)) ;;
		a3)	a3_has=$((a3_has + 1)) ;;
		*)	none=$((none + 1)) ;;
		esac
	done
}

for address in 198.51.100.80 2001:db8:80::1; do
	flows $address
	like "flows to $address are spread" "$a2_has $a3_has $none" '^([1-9]|1.) ([1-9]|1.) 0$'
	[[ $address = *:* ]] || before=("${to[@]}")
done

# A node is cut off, with all that is on it.
stream healthy a1 192.0.2.12 80 5
stream failing a1 192.0.2.13 80 5
ok "both answer" poll 10 all_heard healthy:a2 failing:a3
ip -n "$fabric" link set to-n3 down
flows 198.51.100.80
like "its part of the flows is lost" "$a2_has $a3_has $none" '^[0-9]+ 0 [1-9]'
# What a monitor of the nodes' health is to do.
ok "the agent takes it out" at n1 route replace network blue 198.51.100.80/32 \
	via remote 203.0.113.2
ok "... IPv6" at n1 route replace network blue 2001:db8:80::1/128 via remote 203.0.113.2
flows 198.51.100.80
is "all flows are at the other" "$a2_has $a3_has $none" "20 0 0"
flows 2001:db8:80::1
is "... IPv6" "$a2_has $a3_has $none" "20 0 0"
stream_end failing
stream_end healthy
is "no packet between the others was lost" "$lost" 0

# It comes back.
ip -n "$fabric" link set to-n3 up
ok "the pod on it answers again" poll 20 ping_ok a1 192.0.2.13
ok "its flows are given back" at n1 route replace network blue 198.51.100.80/32 \
	nexthop remote 203.0.113.2 nexthop remote 203.0.113.3
flows 198.51.100.80
is "... the same as before" "${to[*]}" "${before[*]}"

# Another address for node 2: make, tell, break.
stream moving a1 192.0.2.12 80 5
stream moving6 a1 2001:db8:1::12 80 5
ok "node 2 answers" poll 10 all_heard moving:a2 moving6:a2
# Which is to stay when the first one of its prefix goes.
on n2 sh -c 'echo 1 > /proc/sys/net/ipv4/conf/wire/promote_secondaries'
on n2 ip address add 203.0.113.22/24 dev wire
ok "an uplink with it" at n2 uplink add vy type vxlan local 203.0.113.22
ok "... takes packets from the others" at n2 uplink peer add vy 203.0.113.1 203.0.113.3
moved=(network blue mac 02:00:00:00:00:02 address 192.0.2.12 address 2001:db8:1::12
	remote 203.0.113.22 origin agent)
for node in n1 n3; do
	ok "$node takes packets from it" at $node uplink peer add vx 203.0.113.22
	ok "... and sends to it" at $node endpoint replace "${moved[@]}"
done
for prefix in 198.51.100.80/32 2001:db8:80::1/128; do
	ok "... also what is routed" at n1 route replace network blue $prefix \
		nexthop remote 203.0.113.22 nexthop remote 203.0.113.3
done
for i in 1 3; do
	ok "node 2 sends from it to node $i" at n2 endpoint replace network blue \
		mac 02:00:00:00:00:0$i address 192.0.2.1$i address 2001:db8:1::1$i \
		remote 203.0.113.$i uplink vy origin agent
done
at n2 network set blue flood del 203.0.113.1 203.0.113.3
ok "... and what it floods" at n2 network set blue flood add 203.0.113.1 203.0.113.3 uplink vy
for node in n1 n3; do
	ok "$node knows the new address alone" at $node network set blue \
		flood add 203.0.113.22 flood del 203.0.113.2
	ok "... which is no peer any more" at $node uplink peer del vx 203.0.113.22
done
ok "the old uplink goes" at n2 uplink del vx
on n2 ip address del 203.0.113.2/24 dev wire
is "node 1 has no tunnel to the old address" \
	"$(at n1 endpoint show remote 203.0.113.2)" ""
is "all is well, TCP" "$(answer a1 tcp 192.0.2.12 80 size 100000)" "a2 192.0.2.11"
is "... IPv6" "$(answer a3 tcp 2001:db8:1::12 80 size 100000)" "a2 2001:db8:1::13"
stream_end moving6
is "no packet was lost on the way, IPv6" "$lost" 0
stream_end moving
is "no packet was lost on the way" "$lost" 0
done_testing
