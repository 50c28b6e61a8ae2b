#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A container that is twice on one network, and on another with the same subnet:
# each of its addresses answers by its own interface.

. "$(dirname "$0")/lib.sh"

define red '"subnets":["198.51.100.0/24","2001:db8:3::/64"],'"$IPAM"
green()
{
	echo '{"cniVersion":"1.0.0","name":"green",'"$COMMON,$IPAM"',
		"subnets":["192.0.2.0/24"],"networks":['"$1"']}'
}

address()
{
	ip -n "${!1}" "-$3" -json addr show dev "$2" |
		jq -r '[.[0].addr_info[] | select(.scope == "global")][0].local'
}

# from POD INTERFACE ADDRESS: with the address of that interface
from()
{
	ok "$1: from $2 to $3" in_ns "$1" ping -q -n -c 1 -W 2 \
		-I "$(address "$1" "$2" "$([[ $3 == *:* ]] && echo 6 || echo 4)")" "$3"
}

rules()
{
	for family in 4 6; do
		ip -n "$A" -$family rule show
	done | grep -c 'lookup 10000'
}

ns A B C
ok "A is on red twice" cni ADD A "$(green '"red","red"')"
ok "B is once" cni ADD B "$(green '"red"')" CNI_CONTAINERID=b
is "the second has rules of both families" "$(rules)" 2
for family in 4 6; do
	there=$(address B eth1 $family)
	for name in eth1 eth2; do
		from A $name "$there"
		ping_ok B "$(address A $name $family)"
	done
done
for gateway in 198.51.100.1 2001:db8:3::1; do
	from A eth1 $gateway
	from A eth2 $gateway
done
is "answers of the second leave by it" "$(ip -n "$A" -json route get "$(address B eth1 4)" \
	from "$(address A eth2 4)" | jq -r '.[0].dev')" eth2
is "what has no address yet leaves by the first" \
	"$(ip -n "$A" -json route get "$(address B eth1 4)" | jq -r '.[0].dev')" eth1

# By a call of its own, as Multus makes it.
blue='{"cniVersion":"1.0.0","name":"blue",'"$COMMON"',"subnets":["198.51.100.0/24","2001:db8:3::/64"],
	"ipam":{"dataDir":"'"$STORE"'","ranges":[
		[{"subnet":"198.51.100.0/24","rangeStart":"198.51.100.100"}],
		[{"subnet":"2001:db8:3::/64","rangeStart":"2001:db8:3::100"}]]}}'
more=(CNI_CONTAINERID=more CNI_IFNAME=net1)
ok "another network, of the same subnet" cni ADD A "$blue" "${more[@]}"
ok "C is on it" cni ADD C "$blue" CNI_CONTAINERID=c
is "A has rules for it" "$(rules)" 4
for family in 4 6; do
	from A net1 "$(address C eth0 $family)"
	ping_ok C "$(address A net1 $family)"
	ping_ok B "$(address A eth2 $family)"
done
ok "it goes" cni DEL A "$blue" "${more[@]}"
is "with its rules" "$(rules)" 2
ping_ok B "$(address A eth2 4)"
ok "all go" cni DEL A "$(green '"red","red"')"
is "with their rules" "$(rules)" 0
ok "B" cni DEL B "$(green '"red"')" CNI_CONTAINERID=b
ok "C" cni DEL C "$blue" CNI_CONTAINERID=c
clean "nothing is left" A
done_testing
