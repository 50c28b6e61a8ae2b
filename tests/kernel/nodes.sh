#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Three nodes with two networks of the same addresses: every pod reaches every other
# of its network, on whichever node, and nothing of the other network or outside.
# timeout: 180

. "$(dirname "$0")/nodes-setup.sh"

nodes 3
for net in blue:100 green:200; do
	network ${net%:*} ${net#*:} 192.0.2.1/24 198.51.100.1/24 2001:db8:1::1/64 2001:db8:2::1/64
done
ok "uplinks" uplinks

# On node 1 the pods b11 and b12 of blue, the first in the first subnet, and so on.
pods_of()
{
	local network=$1 letter=${1:0:1} i

	pods=()
	for i in 1 2 3; do
		node_pod n$i "$letter${i}1" "$network" 02:00:00:00:01:0$i \
			192.0.2.1$i/24 2001:db8:1::1$i/64
		node_pod n$i "$letter${i}2" "$network" 02:00:00:00:02:0$i \
			198.51.100.2$i/24 2001:db8:2::2$i/64
		default_routes "$letter${i}1" 192.0.2.1 2001:db8:1::1
		default_routes "$letter${i}2" 198.51.100.1 2001:db8:2::1
		serve "$letter${i}1" "$letter${i}1" 80
		serve "$letter${i}2" "$letter${i}2" 80
	done
}
pods_of blue
pods_of green
# One more that only green has.
node_pod n2 other green 02:00:00:00:03:01 192.0.2.99/24 2001:db8:1::99/64
serve other other 80
# And what is outside of all.
serve n3 node3 80
on n1 sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward
	echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'

addresses()
{
	if [ "$1" = 4 ]; then
		echo "${2}11:192.0.2.11 ${2}21:192.0.2.12 ${2}31:192.0.2.13" \
			"${2}12:198.51.100.21 ${2}22:198.51.100.22 ${2}32:198.51.100.23"
	else
		echo "${2}11:2001:db8:1::11 ${2}21:2001:db8:1::12 ${2}31:2001:db8:1::13" \
			"${2}12:2001:db8:2::21 ${2}22:2001:db8:2::22 ${2}32:2001:db8:2::23"
	fi
}

# What each pod of a network, $2 its letter, does not get from each other.
unanswered()
{
	local family=$1 letter=$2 how=$3 from to got want

	for from in $(addresses "$family" "$letter"); do
		for to in $(addresses "$family" "$letter"); do
			[ "$from" != "$to" ] || continue
			want="${to%%:*} ${from#*:}"
			case $how in
			ping)	got=$(answer "${from%%:*}" ping "${to#*:}" 56)
				want=pong ;;
			*)	got=$(answer "${from%%:*}" "$how" "${to#*:}" 80) ;;
			esac
			[ "$got" = "$want" ] || echo "${from%%:*} to ${to#*:}, $how: $got"
		done
	done
}

all_reach()
{
	local letter family how

	for letter in b g; do
		for family in 4 6; do
			for how; do
				is "all of $letter reach each other, IPv$family, $how, $where" \
					"$(unanswered $family $letter "$how")" ""
			done
		done
	done
}

none_outside()
{
	silent "what only green has is not there in blue, $where" b11 udp 192.0.2.99 80
	silent "... IPv6" b11 udp 2001:db8:1::99 80
	is "... routed" "$(answer b12 tcp 192.0.2.99 80)" unreachable
	is "... IPv6" "$(answer b12 tcp 2001:db8:1::99 80)" unreachable
	is "... in green it is" "$(answer g11 tcp 192.0.2.99 80)" "other 192.0.2.11"
	is "no pod reaches a node, $where" "$(answer b11 tcp 203.0.113.3 80)" unreachable
	is "... IPv6" "$(answer b11 tcp 2001:db8:ff::3 80)" unreachable
}

refused_packets()
{
	local node reason

	for node in n1 n2 n3; do
		for reason in unknown-vni unknown-remote uplink-header underlay split-horizon \
			source-mac source-address too-big ecn; do
			echo "$node $reason $(node_drops $node $reason)"
		done
	done | grep -v ' 0$'
}

where="IPv4 underlay"
flood add blue green
ok "the other nodes' pods" tell add
all_reach ping tcp
none_outside
is "a lot, bridged" "$(answer b11 tcp 192.0.2.12 80 size 1000000)" "b21 192.0.2.11"
is "... IPv6" "$(answer b11 tcp 2001:db8:1::12 80 size 1000000)" "b21 2001:db8:1::11"
is "... routed" "$(answer b11 tcp 198.51.100.23 80 size 1000000)" "b32 192.0.2.11"
is "... IPv6" "$(answer b11 tcp 2001:db8:2::23 80 size 1000000)" "b32 2001:db8:1::11"
is "no node refused another's packets, $where" "$(refused_packets)" ""

# Without the endpoints: what is asked for is flooded, and who has it answers.
ok "no node is told of the others' pods" tell del
ip -n "$b11" neigh flush dev eth1
is "the flood list alone carries a question and its answer" \
	"$(answer b11 tcp 192.0.2.12 80)" "b21 192.0.2.11"
is "... IPv6" "$(answer b11 tcp 2001:db8:1::12 80)" "b21 2001:db8:1::11"

flood del blue green
is "no node knows another any more" "$(at n1 -j network show blue | jq -c '.[0].flood')" null
ip -n "$b11" neigh flush dev eth1
silent "... nor do pods" b11 udp 192.0.2.12 80

underlay=6
where="IPv6 underlay"
flood add blue green
ok "the other nodes' pods, behind IPv6" tell add
# Meanwhile some did not know some others.
before=$(refused_packets)
all_reach ping tcp
none_outside
is "a lot, bridged" "$(answer b11 tcp 192.0.2.12 80 size 1000000)" "b21 192.0.2.11"
is "... IPv6, routed" "$(answer b11 tcp 2001:db8:2::23 80 size 1000000)" "b32 2001:db8:1::11"

is "no node refused another's packets, $where" "$(refused_packets)" "$before"
done_testing
