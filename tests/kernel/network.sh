#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Networks are made as asked, and what they cannot be is refused.

. "$(dirname "$0")/setup.sh"
module_load

# Text of a length.
text()
{
	local out

	printf -v out '%*s' "$1" ''
	echo "${out// /x}"
}

long=$(text 255)

# What it is without being told.
ok "a name is enough" vrctl network add plain
json=$(vrctl -j network show plain)
is "... the MTU" "$(field mtu)" 1500
is "... the gateway's MAC" "$(field gateway_mac)" 02:76:72:00:00:01
is "... no VNI" "$(field vni)" ''
is "... the origin" "$(field origin)" static
is "... an id" "$(field id)" 1

# Everything.
ok "all of it is given" vrctl network add team/blue id 77 vni 16777215 mtu 9000 \
	gateway-mac 02:00:00:00:99:01 description "pods of team blue" origin agent \
	subnet 192.0.2.1/24 subnet 2001:db8:1::1/64 subnet 198.51.100.129/25
json=$(vrctl -j network show team/blue)
is "... id" "$(field id)" 77
is "... VNI" "$(field vni)" 16777215
is "... MTU" "$(field mtu)" 9000
is "... gateway MAC" "$(field gateway_mac)" 02:00:00:00:99:01
is "... description" "$(field description)" "pods of team blue"
is "... origin" "$(field origin)" agent
is "... subnets" "$(field subnet)" '[{"gateway":"192.0.2.1","prefix_length":24},'\
'{"gateway":"2001:db8:1::1","prefix_length":64},{"gateway":"198.51.100.129","prefix_length":25}]'
is "... a route for each" "$(field routes)" 3
json=$(vrctl -j network show id 77)
is "an id finds it too" "$(field name)" team/blue

# Names.
refused "a second one of the name" "network exists" vrctl network add plain
ok "a name of 255 bytes" vrctl network add "$long"
ok "... is found" vrctl network show "$long"
usage_error "a name of 256 bytes" "longer than 255 bytes" vrctl network add "${long}x"
refused "a control character" "name has a control character" vrctl network add $'tab\there'
refused "... delete is one" "name has a control character" vrctl network add $'x\x7f'
refused "... a line end" "name has a control character" vrctl network add $'x\n'
fails "an empty name" vrctl network add ''
ok "a name beyond ASCII" vrctl network add 'Büro/München'
refused "no such network" "no such network" vrctl network show nobody

# What is unique.
refused "an id that is taken" "id is in use by another network" vrctl network add other id 77
refused "a VNI that is taken" "VNI is in use by another network" \
	vrctl network add other vni 16777215
refused "a VNI beyond 24 bits" "out of range" vrctl network add other vni 16777216
refused "id 0" "out of range" vrctl network add other id 0
ok "subnets of another network are free to use" vrctl network add overlap subnet 192.0.2.1/24

# MTU.
refused "an MTU below 68" "out of range" vrctl network add other mtu 67
refused "an MTU above 65535" "out of range" vrctl network add other mtu 65536
ok "an MTU of 68" vrctl network add tiny mtu 68 subnet 203.0.113.1/24
refused "an IPv6 subnet with an MTU below 1280" "an IPv6 subnet needs an MTU of 1280" \
	vrctl network add other mtu 1279 subnet 2001:db8::1/64
ok "... with one of 1280" vrctl network add small6 mtu 1280 subnet 2001:db8::1/64

# Gateways.
refused "a multicast gateway MAC" "not a unicast MAC" \
	vrctl network add other gateway-mac 01:00:5e:00:00:01
refused "a gateway at the subnet's address" "gateway is the subnet's own address" \
	vrctl network add other subnet 192.0.2.0/24
refused "a gateway at the broadcast address" "gateway is the subnet's broadcast address" \
	vrctl network add other subnet 192.0.2.255/24
ok "both ends of a /31 are hosts" vrctl network add p2p subnet 192.0.2.0/31
ok "a /32 and a /128" vrctl network add single subnet 192.0.2.1/32 subnet 2001:db8::1/128
refused "a multicast gateway" "not an address a host may have" \
	vrctl network add other subnet 224.0.0.1/24
refused "... IPv6" "not an address a host may have" vrctl network add other subnet ff02::1/64
refused "a loopback gateway" "not an address a host may have" \
	vrctl network add other subnet 127.0.0.1/8
refused "one subnet twice" "subnet is given twice" \
	vrctl network add other subnet 192.0.2.1/24 subnet 192.0.2.2/24
refused "... IPv6" "subnet is given twice" \
	vrctl network add other subnet 2001:db8::1/64 subnet 2001:db8::2/64
ok "a subnet inside another" \
	vrctl network add nested subnet 192.0.2.1/24 subnet 192.0.2.129/25
many=()
for ((i = 0; i < 33; i++)); do
	many+=(subnet "203.0.113.$((i * 4 + 1))/30")
done
refused "33 subnets" "more than the limit of 32 subnets" vrctl network add other "${many[@]}"
ok "32 subnets" vrctl network add full "${many[@]:2}"

ok "a description of 512 bytes" vrctl network add described description "$(text 512)"
usage_error "a description of 513 bytes" "longer than 512 bytes" vrctl network add other description "$(text 513)"
refused "nothing came of what was refused" "no such network" vrctl network show other
done_testing
