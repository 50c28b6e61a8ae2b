#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A device that was a port is as it was before: after port del, network del, a
# move to another namespace. While it is one nobody else can have it. When it
# goes, all that hung on it goes, and who listens is told.

. "$(dirname "$0")/setup.sh"
module_load

events=$(mktemp)
on_exit rm -f "$events"

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
ip link add br0 type bridge
ns other

# All that ip tells of it but its state, which comes with the carrier.
link()
{
	ip -d link show "$1" | sed 's/state [A-Z]*//'
}

promiscuity()
{
	[[ $(ip -d link show "$1") =~ promiscuity\ ([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

# full_port NS: behind it a station with addresses, an endpoint and routes
full_port()
{
	tap_pod "$1" blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
	fill "t$1"
}

fill()
{
	vrctl endpoint add network blue mac 02:00:00:00:01:0a address 192.0.2.50 \
		address 2001:db8:1::50 dev "$1"
	vrctl route add network blue 198.51.100.0/24 via dev "$1"
	vrctl route add network blue 2001:db8:9::/48 via dev "$1"
}

nothing()
{
	[ -z "$(vrctl port show; vrctl endpoint show)" ] &&
		[ "$(vrctl -o route show | grep -c .)" = 2 ]
}

said()
{
	grep -q "$1" "$events"
}

# all_said WHY: what hung on the port was deleted
all_said()
{
	ok "$1" nothing
	ok "... monitor saw the port" poll 10 said "^Deleted port .*$2"
	ok "... both endpoints" said '^Deleted endpoint .*02:00:00:00:01:0a'
	ok "... its own" said '^Deleted endpoint .*02:00:00:00:00:0a'
	ok "... the routes" said '^Deleted route .*198.51.100.0/24'
	ok "... IPv6" said '^Deleted route .*2001:db8:9::/48'
	: > "$events"
}

# usable NS DEVICE: our stack, without a network, can talk with the station
usable()
{
	ip address add 192.0.2.99/24 dev "$2" && ping_ok "$1" 192.0.2.99 || return
	ip address del 192.0.2.99/24 dev "$2"
}

vrctl monitor > "$events" &
ok "monitor listens" poll 20 sh -c 'vrctl network set blue description x; test -s '"$events"
: > "$events"

# Given back.
veth_pod a
ip -n "$a" -batch - <<- END
	link set eth1 address 02:00:00:00:00:0a up
	address add 192.0.2.10/24 dev eth1
END
ok "before, our stack has it" usable a ta
before=$(link ta)
attach=(vrctl port add dev ta network blue mac 02:00:00:00:00:0a address 192.0.2.10
	address 2001:db8:1::a)
ok "attach" "${attach[@]}"
fill ta
is "it is promiscuous" "$(promiscuity ta)" 1
fails "our stack does not have it" usable a ta
ip address del 192.0.2.99/24 dev ta
fails "it cannot join a bridge" ip link set ta master br0
fails "nor carry a macvlan" ip link add mv0 link ta type macvlan
ok "a VLAN it can" ip link add link ta name ta.5 type vlan id 5
ip link del ta.5
vrctl port del dev ta
all_said "port del: all is gone" ta
is "the device is as before" "$(link ta)" "$before"
ok "our stack has it" usable a ta
ok "it can join a bridge" ip link set ta master br0
refused "... and is no port then" "device has a master" "${attach[@]}"
ip link set ta nomaster
"${attach[@]}"
ok "again" ping_ok a 192.0.2.1
vrctl port del dev ta
is "... and given back again" "$(link ta)" "$before"
: > "$events"

"${attach[@]}"
fill ta
ok "network del" vrctl network del blue
is "... gives it back" "$(vrctl port show)$(link ta)" "$before"
vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
ok "... and our stack has it" usable a ta
: > "$events"

# It goes.
ip link del ta
full_port b
ip link del tb
all_said "the device is deleted: all is gone" tb
full_port c
ip -n "$c" link del eth1
all_said "its peer is: all is gone" tc
full_port d
ip netns del "$d"
ok "the peer's namespace is" poll 10 nothing
all_said "... all is gone" td

# It moves.
full_port e
vrctl port show dev te > /dev/null
ip link set te netns "$other"
all_said "it moves to another namespace: all is gone" te
ip -n "$other" -batch - <<- 'END'
	link set te up
	address add 192.0.2.99/24 dev te
END
ok "... there its stack has it" ping_ok other 192.0.2.10
is "... and nobody else" "$(ip -n "$other" -d link show te | grep -c 'promiscuity 0 ')" 1
refused "it is no port of ours any more" "another namespace" \
	vrctl port add dev te netns "$other" network blue
ip -n "$other" address flush dev te
ip -n "$other" link set te netns $$
ip link set te up
ok "back, it can be one again" vrctl port add dev te network blue mac 02:00:00:00:00:0a \
	address 192.0.2.10
ok "... and works" ping_ok e 192.0.2.1
: > "$events"

# It is renamed.
ip link set te down
ok "rename" ip link set te name tap9
ok "... the port is found" vrctl port show dev tap9
refused "... and not by its old name" "no such device" vrctl port show dev te
ok "... monitor saw it" poll 10 said '^port .*tap9 '
ip link set tap9 up
ok "... it works" poll 5 ping_ok e 192.0.2.1

# The instance's namespace goes.
ns node
ip link add n0 netns "$node" up type veth peer name n1
vrctl -n "$node" network add blue
vrctl -n "$node" port add dev n0 network blue
ok "a namespace with a tap goes" ip netns del "$node"
gone()
{
	! ip link show n1
}
ok "... and its device" poll 10 gone
ok "the other instance is as it was" ping_ok e 192.0.2.1
done_testing
