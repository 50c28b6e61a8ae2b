#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The gateway's port: a device of the host's own namespace that has the gateway's
# address and gets what is for it, or matches no route.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
default_routes a 192.0.2.1 2001:db8:1::1
in_ns a ping -q -n -c 1 -W 1 203.0.113.5 > /dev/null
like "without one, there is no default" "$(drops no-route)" '^[1-9]'

ok "a device in the own namespace" ip link add host0 type vr
ok "is the gateway's" vrctl port add dev host0 network blue mac 02:00:00:00:00:01 \
	address 192.0.2.1 address 2001:db8:1::1 gateway
json=$(vrctl -j port show dev host0)
is "... shown so" "$(field gateway)" 1
is "... and may send what it forwards" "$(field antispoof)" 0
echo 0 > /proc/sys/net/ipv6/conf/host0/accept_dad
ip -batch - <<- 'END'
	link set host0 up
	address add 192.0.2.1/24 dev host0
	address add 2001:db8:1::1/64 dev host0 nodad
	address add 203.0.113.5/32 dev lo
	address add 2001:db8:f::5/128 dev lo nodad
END

# The host has no real name here: its namespace is the script's own.
ok "host to pod" ping -q -n -c 2 -i 0.2 -W 5 192.0.2.10
ok "... IPv6" ping -q -n -c 2 -i 0.2 -W 5 2001:db8:1::a
ping_ok a 192.0.2.1 2
ping_ok a 2001:db8:1::1 2
ok "it is the host that answers" sh -c 'echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all'
ping_fails a 192.0.2.1
echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_all
ok "what matches no route" in_ns a ping -q -n -c 1 -W 5 203.0.113.5
ok "... IPv6" in_ns a ping -q -n -c 1 -W 5 2001:db8:f::5
ok "large ones too" in_ns a ping -q -n -c 1 -W 5 -s 4000 203.0.113.5
is "route get says so" "$(vrctl -o route get network blue 203.0.113.5 | grep -c host0)" 1
ok "a route is before it" vrctl route add network blue 203.0.113.0/24 via blackhole
ok "... nothing comes" ping_fails a 203.0.113.5
vrctl route del network blue 203.0.113.0/24
before=$(drops no-endpoint)
in_ns a ping -q -n -c 1 -W 1 192.0.2.77 > /dev/null
ip -n "$a" neigh replace 192.0.2.77 lladdr 02:76:72:00:00:01 dev eth1
in_ns a ping -q -n -c 1 -W 1 192.0.2.77 > /dev/null
ok "a subnet's address nobody has is not the host's" \
	test "$(drops no-endpoint)" -gt "$before"

ip link add host1 type vr
refused "a second one" "network has a gateway port already" \
	vrctl port add dev host1 network blue mac 02:00:00:00:00:02 gateway
refused "the gateway's address, but not its port" "address is the gateway's" \
	vrctl port add dev host1 network blue mac 02:00:00:00:00:02 address 192.0.2.1
ok "it ends to be one" vrctl port set dev host0 gateway off no-addresses
ok "... another can be" vrctl port add dev host1 network blue gateway
ok "it goes" ip link del host1
ok "... and the module answers again" ping_ok a 192.0.2.1
ok "... IPv6" ping_ok a 2001:db8:1::1
done_testing
