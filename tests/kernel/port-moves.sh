#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A device that gets another name, or moves to another namespace, stays attached.

. "$(dirname "$0")/setup.sh"
module_load


vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
pod b blue 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64
vrctl port del dev eth1 netns "$b"
ns a
# As vr-cni does: created under a unique name in the own namespace, then moved.
ip link add vr0815 type vr
vrctl port add dev vr0815 network blue mac 02:00:00:00:00:0a address 192.0.2.10 \
	address 2001:db8:1::a
vrctl port add dev eth1 netns "$b" network blue mac 02:00:00:00:00:0b address 192.0.2.11 \
	address 2001:db8:1::b
id=$(vrctl -j port show dev vr0815 | sed 's/.*"id":\([0-9]*\),"ifname":"vr0815".*/\1/')
is "the port's id" "$id" 2
vrctl route add network blue 198.51.100.0/24 via dev vr0815

ok "move it to a namespace, with another name" ip link set vr0815 netns "$a" name eth1
json=$(vrctl -j port show id 2)
is "... the port knows its name" "$(field ifname)" eth1
ok "... and is found there" vrctl port show dev eth1 netns "$a"
refused "... not here" "no such device" vrctl port show dev vr0815
like "... with its route" "$(vrctl route show network blue)" '198.51.100.0/24 port 2 dev eth1'
is "... with its endpoint" "$(vrctl endpoint show network blue | grep -c 'dev eth1')" 2
ip -n "$a" -batch - <<- 'END'
	link set eth1 up
	address add 192.0.2.10/24 dev eth1
	address add 2001:db8:1::a/64 dev eth1 nodad
END
json=$(ip -n "$a" -j link show eth1)
is "... with its MAC" "$(field address)" 02:00:00:00:00:0a
ip -n "$b" address add 2001:db8:1::b/64 dev eth1 nodad 2> /dev/null
ping_ok a 192.0.2.11
ok "IPv6 as well" poll 5 ping_ok a 2001:db8:1::b

ip -n "$a" link set eth1 down
ok "rename it there" ip -n "$a" link set eth1 name net7
json=$(vrctl -j port show id 2)
is "... the port knows" "$(field ifname)" net7
is "... that it is down" "$(field up)" 0
ip -n "$a" link set net7 up
ping_ok a 192.0.2.11

ok "back to the namespace that made it" ip -n "$a" link set net7 netns $$
json=$(vrctl -j port show dev net7)
is "... it is the same port" "$(field id)" 2
ok "and away again" ip link set net7 netns "$a"
ok "a move between two pods" ip -n "$a" link set net7 netns "$b"
ok "... stays the port" vrctl port show dev net7 netns "$b"
done_testing
