# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the scripts with a far node without vr share; sources nodes-setup.sh. Node 1
# has the pods a and r on two subnets, node 2 the pod far at the end of its device
# to-far. The script defines far_uplink, the way from that device to node 1, in the
# underlay of $underlay and for packets of $mtu, and far_uplink_del.
#
#	interoperate			do they reach each other, over both underlays?

. "$(dirname "${BASH_SOURCE[0]}")/nodes-setup.sh"

pod_mac=02:00:00:00:00:01
far_mac=02:00:00:00:00:02
routed_mac=02:00:00:00:00:03
gateway_mac=02:76:72:00:00:01

nodes 2
at n1 network add blue vni 100 subnet 192.0.2.1/24 subnet 198.51.100.1/25 \
	subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64
at n1 uplink add vx type vxlan
node_pod n1 a blue $pod_mac 192.0.2.11/24 2001:db8:1::11/64
node_pod n1 r blue $routed_mac 198.51.100.13/25 2001:db8:2::13/64
default_routes a 192.0.2.1 2001:db8:1::1
default_routes r 198.51.100.1 2001:db8:2::1
serve a a 80
serve r r 80

# The far pod is a veth's end, a router to more.
ns far
ip -n "$n2" link add to-far type veth peer name eth1 netns "$far"
ip -n "$n2" link set to-far up
in_ns far sh -c 'echo 0 > /proc/sys/net/ipv6/conf/eth1/accept_dad
	ip -batch -' <<- END
	link set eth1 address $far_mac up
	address add 192.0.2.12/24 dev eth1
	address add 2001:db8:1::12/64 dev eth1 nodad
	address add 198.51.100.200/32 dev lo
	address add 2001:db8:9::1/128 dev lo nodad
END
default_routes far 192.0.2.1 2001:db8:1::1
serve far far 80

# Bytes of a packet on average, by the uplink's counters since $before; $1 is rx or tx.
counters()
{
	at n1 -j -s uplink show vx | jq -r ".[0] | \"\(.${1}_packets) \(.${1}_bytes)\""
}

average()
{
	local packets bytes packets_before bytes_before

	read -r packets bytes <<< "$(counters "$1")"
	read -r packets_before bytes_before <<< "$before"
	echo $(((bytes - bytes_before) / (packets - packets_before)))
}

# $1 is what the packets are, $2 the far pod's address, $3 this pod's; $4 the headers.
exchange()
{
	local full=$((mtu - $4))

	is "ping, $1" "$(answer a ping "$2" 56)" pong
	is "... back" "$(answer far ping "$3" 56)" pong
	is "... of the full size" "$(answer a ping "$2" $full)" pong
	is "... back" "$(answer far ping "$3" $full)" pong
	is "... in fragments" "$(answer a ping "$2" 4000)" pong
	is "... back" "$(answer far ping "$3" 4000)" pong
	is "UDP" "$(answer a udp "$2" 80 size 1000)" "far $3"
	is "... back" "$(answer far udp "$3" 80 size 1000)" "a $2"
	before=$(counters tx)
	is "TCP" "$(answer a tcp "$2" 80 size 2000000)" "far $3"
	ok "... in super-packets" test "$(average tx)" -gt 3000
	before=$(counters rx)
	is "... back" "$(answer far tcp "$3" 80 size 2000000)" "a $2"
	ok "... in super-packets" test "$(average rx)" -gt 3000
}

routed()
{
	is "to another subnet" "$(answer far tcp 198.51.100.13 80 size 100000)" "r 192.0.2.12"
	is "... IPv6" "$(answer far tcp 2001:db8:2::13 80 size 100000)" "r 2001:db8:1::12"
	is "... from there" "$(answer r tcp 192.0.2.12 80 size 100000)" "far 198.51.100.13"
	is "... IPv6" "$(answer r tcp 2001:db8:1::12 80 size 100000)" "far 2001:db8:2::13"
	is "the gateway answers there" "$(answer far ping 192.0.2.1 56)" pong
	is "... IPv6" "$(answer far ping 2001:db8:1::1 56)" pong
	is "the far pod is a router" "$(answer a ping 198.51.100.200 56)" pong
	is "... IPv6" "$(answer a ping 2001:db8:9::1 56)" pong
}

all()
{
	local vtep

	vtep=$(vtep n2)
	echo "# IPv$underlay underlay"
	ip -n "$n2" link set to-far mtu "$mtu"
	ip -n "$far" link set eth1 mtu "$mtu"
	ok "the far node's uplink" far_uplink
	ok "the far pod, and what is flooded" at n1 -batch - <<- END
		network set blue flood add $vtep
		endpoint add network blue mac $far_mac address 192.0.2.12 address 2001:db8:1::12 remote $vtep
		route add network blue 198.51.100.200/32 via remote $vtep mac $far_mac
		route add network blue 2001:db8:9::1/128 via remote $vtep mac $far_mac
	END
	is "the network's MTU follows" "$(at n1 -j network show blue | jq '.[0].mtu')" "$mtu"
	exchange "IPv4" 192.0.2.12 192.0.2.11 28
	exchange "IPv6" 2001:db8:1::12 2001:db8:1::11 48
	routed

	# Nothing is known but the node.
	ok "without the endpoint" at n1 endpoint del network blue mac $far_mac
	ip -n "$a" neigh flush dev eth1
	ip -n "$far" neigh flush dev eth1
	is "who is not known is asked for" "$(answer a tcp 192.0.2.12 80 size 100000)" \
		"far 192.0.2.11"
	is "... IPv6" "$(answer a tcp 2001:db8:1::12 80 size 100000)" "far 2001:db8:1::11"
	ip -n "$far" neigh flush dev eth1
	is "... and asks" "$(answer far tcp 192.0.2.11 80)" "a 192.0.2.12"
	is "... IPv6" "$(answer far tcp 2001:db8:1::11 80)" "a 2001:db8:1::12"
}

interoperate()
{
	local reason

	mtu=1450
	all
	far_uplink_del
	at n1 network set blue flood del "$(vtep n2)"
	at n1 route del network blue 198.51.100.200/32
	at n1 route del network blue 2001:db8:9::1/128
	underlay=6
	mtu=1430
	all
	for reason in uplink-header unknown-vni underlay source-mac source-address; do
		is "no packet was dropped: $reason" "$(node_drops n1 $reason)" 0
	done
}
