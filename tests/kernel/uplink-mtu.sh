#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The MTU of a network that spans nodes: the least path MTU less the headers, or as
# given. What is too big for the way to a node is answered or fragmented, and what
# routers of the underlay say is heeded.
# timeout: 240

. "$(dirname "$0")/uplink-setup.sh"

# own --wire-- mid --far-- n2: a router on the way, as that of a data centre.
_wire mid
ns n2
in_ns mid sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward
	echo 1 > /proc/sys/net/ipv6/conf/all/forwarding; echo 0 > /proc/sys/net/ipv4/icmp_ratelimit
	ip -batch -' <<- END
	address add 203.0.113.2/24 dev wire
	address add 2001:db8:ff::2/64 dev wire nodad
	link set wire up
	link add far type veth peer name wire netns ${n2:?}
	address add 198.18.0.1/24 dev far
	address add 2001:db8:fe::1/64 dev far nodad
	link set far up
END
in_ns n2 ip -batch - <<- END
	address add 198.18.0.2/24 dev wire
	address add 2001:db8:fe::2/64 dev wire nodad
	link set wire up
	route add 203.0.113.0/24 via 198.18.0.1
	route add 2001:db8:ff::/64 via 2001:db8:fe::1
END
ip route add 198.18.0.0/24 via 203.0.113.2
ip route add 2001:db8:fe::/64 via 2001:db8:ff::2
V4=198.18.0.2 V6=2001:db8:fe::2

mtu()
{
	local json

	json=$(vrctl -j network show "${1-blue}")
	field mtu
}
mtu_is()
{
	[ "$(mtu)" = "$1" ]
}
dev_mtu()
{
	[[ $(ip -n "$1" -d link show eth1) = *"mtu $2 "*"maxmtu $2 "* ]]
}

subnets="subnet 192.0.2.1/24 subnet 198.51.100.1/24 subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64"
# shellcheck disable=SC2086 # words
vrctl network add blue vni 100 $subnets
# shellcheck disable=SC2086 # words
on n2 network add blue vni 100 $subnets
vrctl uplink add vx type vxlan
on n2 uplink add vx type vxlan
pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
node_pod n2 b blue 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64
node_pod n2 c blue 02:00:00:00:00:0c 198.51.100.12/24 2001:db8:2::c/64
default_routes a 192.0.2.1 2001:db8:1::1
default_routes c 198.51.100.1 2001:db8:2::1

# Of what follows which MTU.
is "no remote: the default" "$(mtu)" 1500
vrctl endpoint add network blue mac 02:00:00:00:00:0b address 192.0.2.11 address 2001:db8:1::b \
	remote $V4
ok "one over IPv4: 50 less" poll 10 mtu_is 1450
ok "the devices follow" poll 10 dev_mtu "$a" 1450
vrctl endpoint add network blue mac 02:00:00:00:00:0c address 198.51.100.12 \
	address 2001:db8:2::c remote $V6
ok "one over IPv6: 70 less" poll 10 mtu_is 1430
ok "... the devices too" poll 10 dev_mtu "$a" 1430
vrctl endpoint del network blue mac 02:00:00:00:00:0c
ok "it goes: 50 again" poll 10 mtu_is 1450
ok "... the devices too" poll 10 dev_mtu "$a" 1450
vrctl network set blue flood add $V6
ok "a flood list counts" poll 10 mtu_is 1430
vrctl network set blue flood del $V6
vrctl route add network blue 203.0.113.0/24 via remote $V6
ok "a route counts" poll 10 mtu_is 1430
vrctl route del network blue 203.0.113.0/24
ok "all gone again" poll 10 mtu_is 1450
ip link set wire mtu 1400
ok "a smaller MTU of the underlay's device" poll 10 mtu_is 1350
ip link set wire mtu 9000
ok "a larger one" poll 10 mtu_is 8950
ok "... the devices too" poll 10 dev_mtu "$a" 8950
ip -n "$a" link set eth1 mtu 1300
ip link set wire mtu 1500
ok "back" poll 10 mtu_is 1450
like "who made its own smaller keeps it" "$(ip -n "$a" link show eth1)" 'mtu 1300 '
ip -n "$a" link set eth1 mtu 1450
fails "larger than the network's" \
	ip -n "$a" link set eth1 mtu 1451
json=$(vrctl -j network set blue mtu 1500)
is "given" "$(field mtu) $(field mtu_auto)" "1500 0"
ok "... the devices follow" poll 10 dev_mtu "$a" 1500
ip link set wire mtu 1400
is "... it stays" "$(mtu)" 1500
ip link set wire mtu 1500
vrctl network set blue mtu-auto on
ok "auto again" poll 10 mtu_is 1450
vrctl endpoint del network blue mac 02:00:00:00:00:0b
ok "no remote again: the default" poll 10 mtu_is 1500

# Both ways, over both families: b by IPv4, c by IPv6. The pods' MTU is too large.
on n2 endpoint add network blue mac 02:00:00:00:00:0a address 192.0.2.10 \
	address 2001:db8:1::a remote 203.0.113.1
on n2 uplink peer add vx 2001:db8:ff::1
for net in "" "-n $n2"; do
	# shellcheck disable=SC2086 # words
	vrctl $net network set blue mtu 1500
done
vrctl endpoint add network blue mac 02:00:00:00:00:0b address 192.0.2.11 address 2001:db8:1::b \
	remote $V4
vrctl endpoint add network blue mac 02:00:00:00:00:0c address 198.51.100.12 \
	address 2001:db8:2::c remote $V6
ping=(in_ns a ping -n -c 1 -W 5 -M "do")
for case in 192.0.2.11/1450/192.0.2.1/bridged 198.51.100.12/1430/192.0.2.1/routed; do
	IFS=/ read -r to mtu from how <<< "$case"
	like "$how, too long: the gateway tells the MTU" "$("${ping[@]}" -s 1472 "$to")" \
		"From $from .*Frag needed and DF set \(mtu = $mtu\)"
	like "... the stack keeps it" "$(ip -n "$a" route get "$to")" "mtu $mtu"
	ok "... what just fits passes" "${ping[@]}" -q -s $((mtu - 28)) "$to"
done
for case in 2001:db8:1::b/1450/bridged 2001:db8:2::c/1430/routed; do
	IFS=/ read -r to mtu how <<< "$case"
	like "$how, IPv6" "$("${ping[@]}" -s 1452 "$to")" \
		"From 2001:db8:1::1 .*Packet too big: mtu=$mtu"
	like "... the stack keeps it" "$(ip -n "$a" route get "$to")" "mtu $mtu"
	ok "... what just fits passes" "${ping[@]}" -q -s $((mtu - 48)) "$to"
done
before=$(drops too-big)
ok "routed without DF it is fragmented" in_ns a ping -q -n -c 1 -W 5 -M "dont" -s 1472 198.51.100.12
ip -n "$a" route flush cache
ok "... once more" in_ns a ping -q -n -c 1 -W 5 -M "dont" -s 1472 198.51.100.12
is "... not refused" "$(drops too-big)" "$before"

# A router says so.
for net in "" "-n $n2"; do
	# shellcheck disable=SC2086 # words
	vrctl $net network set blue mtu-auto on
done
ok "auto once more" poll 10 mtu_is 1430
ip -n "${mid:?}" link set far mtu 1400
learned()
{
	in_ns a ping -q -n -c 1 -W 1 -s 1400 "$1"
	mtu_is "$2"
}
ok "a smaller link on the way: learned" poll 30 learned 192.0.2.11 1350
ok "... the devices follow" poll 10 dev_mtu "$a" 1350
ok "... over IPv6" poll 30 learned 198.51.100.12 1330
ok "... the devices follow" poll 10 dev_mtu "$a" 1330
ping_ok a 192.0.2.11
ok "what fits passes" "${ping[@]}" -q -s $((1330 - 28)) 192.0.2.11
ok "... IPv6 in IPv6" "${ping[@]}" -q -s $((1330 - 48)) 2001:db8:2::c
fails "what does not is refused at once" "${ping[@]}" -q -s 1400 198.51.100.12

# What shows the way.
ip -n "$a" route flush cache
ip -n "$a" -6 route flush cache
ip -n "$mid" link set far mtu 1500
for to in 192.0.2.11 198.51.100.12; do
	ok "tracepath to $to" in_ns a tracepath -n $to
done
ok "tracepath, IPv6" in_ns a tracepath -6 -n 2001:db8:2::c
like "... by the gateways" "$(in_ns a tracepath -n 198.51.100.12)" '192.0.2.1 .*198.51.100.12 .*reached'
ok "TCP across" python3 -S - "$a" "$c" <<- 'END'
	import hashlib, os, socket, sys, threading
	from packet import Namespace
	for address in '198.51.100.12', '2001:db8:2::c':
	    family = socket.AF_INET6 if ':' in address else socket.AF_INET
	    with Namespace(sys.argv[2]):
	        server = socket.socket(family, socket.SOCK_STREAM)
	    with Namespace(sys.argv[1]):
	        client = socket.socket(family, socket.SOCK_STREAM)
	    server.bind((address, 0))
	    server.listen(1)
	    data = os.urandom(1 << 20)
	    got = hashlib.md5()
	    def receive():
	        sock = server.accept()[0]
	        while part := sock.recv(1 << 20):
	            got.update(part)
	    thread = threading.Thread(target=receive)
	    thread.start()
	    client.settimeout(60)
	    client.connect(server.getsockname()[:2])
	    client.sendall(data)
	    client.close()
	    thread.join()
	    assert got.digest() == hashlib.md5(data).digest()
END
done_testing
