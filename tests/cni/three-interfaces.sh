#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# One call of a stock client gives a container three interfaces on three
# networks; traffic flows within each network, and not across.
# timeout: 300

. "$(dirname "$0")/lib.sh"

CNITOOL=${CNITOOL:-cnitool}
command -v "$CNITOOL" > /dev/null || skip_all "no cnitool; tests/cnitool builds it"

define red '"subnets":["198.51.100.0/24"],'"$IPAM"
define blue '"subnets":["203.0.113.0/24","2001:db8:3::/64"],'"$IPAM"
cat > "$WORK/10-vr.conflist" << END
{"cniVersion":"1.0.0","name":"green","plugins":[{$COMMON,$IPAM,
"subnets":["192.0.2.0/24","2001:db8:1::/64"],"networks":["red","blue"]}]}
END

cnitool()
{
	in_ns NODE env NETCONFPATH="$WORK" "$CNITOOL" "$1" green "/run/netns/${!2}"
}

# Address of a container's interface; the family is 4 or 6.
address()
{
	ip -n "${!1}" "-${3:-4}" -json addr show dev "$2" |
		jq -r '[.[0].addr_info[] | select(.scope == "global")][0].local'
}

ns A B
ok "cnitool adds A" cnitool add A
ok "cnitool adds B" cnitool add B
is "three interfaces" "$(ip -n "$A" -json link show type vr | jq -c '[.[].ifname]')" \
	'["eth0","eth1","eth2"]'
all_up()
{
	[ "$(ip -n "$A" -json link show type vr | jq -c '[.[].operstate]|unique')" = '["UP"]' ]
}
# The state shown is the link watch's, which comes when it likes.
ok "all up" poll 10 all_up
for net in eth0 eth1 eth2; do
	ping_ok A "$(address B $net)"
done
ping_ok A "$(address B eth0 6)"
ping_ok A "$(address B eth2 6)"
ping_ok A 192.0.2.1
ping_ok A 2001:db8:1::1

# The default route leads to the router of green, which knows no other network.
for net in eth1 eth2; do
	fails "from green not to $net of B" \
		in_ns A ping -q -n -c 1 -W 1 -I "$(address A eth0)" -r "$(address B $net)"
	ip -n "$A" route add "$(address B $net)/32" via 192.0.2.1 dev eth0
	ping_fails A "$(address B $net)"
	ip -n "$A" route del "$(address B $net)/32" via 192.0.2.1 dev eth0
	ping_ok A "$(address B $net)"
done
is "two endpoints in each network" \
	"$(vrctl -n "$NODE" -j network show | jq -c '[.[].endpoints]')" '[2,2,2]'
is "ports tell whose they are" \
	"$(vrctl -n "$NODE" -j port show | jq -r '.[].description' | sed 's/.*\///' | sort | tr '\n' ' ')" \
	"eth0 eth0 eth1 eth1 eth2 eth2 "

ok "cnitool checks A" cnitool check A
ok "cnitool deletes A" cnitool del A
is "A has no interface left" "$(ip -n "$A" link show type vr)" ""
is "the networks stay for B" "$(vrctl -n "$NODE" -j network show | jq length)" 3
ok "cnitool checks B" cnitool check B
ok "cnitool deletes B" cnitool del B
clean "nothing is left" B
done_testing
