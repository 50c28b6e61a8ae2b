#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A network is changed entirely or not at all, and traffic follows.

. "$(dirname "$0")/setup.sh"
module_load

show()
{
	json=$(vrctl -j network show "$1")
}

vrctl network add blue vni 100 subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl network add red vni 200
pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64

ok "the VNI" vrctl network set blue vni 101
ok "... is free then" vrctl network set red vni 100
refused "... and in use" "VNI is in use by another network" vrctl network set blue vni 100
ok "0 takes it away" vrctl network set red vni 0
ok "description and origin" vrctl network set blue description "of blue" origin cni
show blue
is "... description" "$(field description)" "of blue"
is "... origin" "$(field origin)" cni
is "... VNI" "$(field vni)" 101

# Subnets.
ok "a list of subnets replaces the old one" \
	vrctl network set blue subnet 192.0.2.1/24 subnet 198.51.100.1/24 subnet 2001:db8:2::1/64
show blue
is "... all of it" "$(field subnet)" '[{"gateway":"192.0.2.1","prefix_length":24},'\
'{"gateway":"198.51.100.1","prefix_length":24},{"gateway":"2001:db8:2::1","prefix_length":64}]'
is "... with the routes" "$(field routes)" 3
ok "... the gateway that stays answers" ping_ok a 192.0.2.1
ok "... the one that went does not" ping_fails a 2001:db8:1::1
before=$(vrctl network show blue)
refused "a list with an error" "gateway is the subnet's own address" \
	vrctl network set blue subnet 203.0.113.1/24 subnet 203.0.113.128/25
refused "an address that an endpoint has" "address is in use in this network" \
	vrctl network set blue subnet 203.0.113.1/24 subnet 192.0.2.10/24
refused "an MTU too small for it" "an IPv6 subnet needs an MTU of 1280" \
	vrctl network set blue mtu 1200 subnet 203.0.113.1/24 subnet 2001:db8:3::1/64
is "what was refused changed nothing" "$(vrctl network show blue)" "$before"

# Routes in the way of a subnet.
ok "a route" vrctl route add network blue 203.0.113.0/24 via blackhole
fails "a subnet with the prefix of a route" \
	vrctl network set blue vni 150 subnet 192.0.2.1/24 subnet 203.0.113.1/24
is "... changed nothing" "$(vrctl network show blue | grep -c 'vni 101 ')" 1

# Name.
ok "by id, another name" vrctl network set id 1 name team/green
refused "... the old one is gone" "no such network" vrctl network show blue
json=$(vrctl -j port show dev eth1 netns "$a")
is "... its port knows" "$(field network)" team/green
refused "a name that is in use" "name is in use by another network" \
	vrctl network set id 1 name red
ok "the same name again" vrctl network set id 1 name team/green

# MTU and MAC.
ok "a smaller MTU" vrctl network set team/green mtu 1400
json=$(ip -n "$a" -j link show eth1)
is "... is the device's" "$(field mtu)" 1400
ok "a larger one" vrctl network set team/green mtu 2000
json=$(ip -n "$a" -j link show eth1)
is "... is the device's" "$(field mtu)" 2000
ok "a smaller one in the pod" ip -n "$a" link set eth1 mtu 1300
ok "... survives" vrctl network set team/green mtu 2500
json=$(ip -n "$a" -j link show eth1)
is "... a change of the network's" "$(field mtu)" 1300
refused "a gateway MAC that an endpoint has" "MAC is in use in this network" \
	vrctl network set team/green gateway-mac 02:00:00:00:00:0a
ok "another gateway MAC" vrctl network set team/green gateway-mac 02:00:00:00:99:99
ip -n "$a" neigh flush dev eth1
ok "... is what the gateway answers with" ping_ok a 192.0.2.1
like "... in the pod's table" "$(ip -n "$a" neigh show 192.0.2.1)" 'lladdr 02:00:00:00:99:99'
refused "no such network" "no such network" vrctl network set nobody mtu 1400
done_testing
