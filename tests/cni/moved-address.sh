#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# An address that was another container's is reached at once by those who know it
# there: ADD announces it, IPv4 and IPv6, on every interface.

. "$(dirname "$0")/lib.sh"

define red '"subnets":["198.51.100.0/24","2001:db8:2::/64"],'"$IPAM"
CONF='{"cniVersion":"1.0.0","name":"green",'$COMMON','$IPAM',"subnets":["192.0.2.0/24","2001:db8:1::/64"],
	"networks":[{"name":"red"IPS}]'
MOVING=${CONF/IPS/',"ips":["198.51.100.50","2001:db8:2::50"]'}',"runtimeConfig":{"ips":["192.0.2.50","2001:db8:1::50"]}}'
ADDRESSES='192.0.2.50 198.51.100.50 2001:db8:1::50 2001:db8:2::50'
ns WATCHER POD1 POD2

ID=watcher
ok "one who watches" cni ADD WATCHER "${CONF/IPS/}}"
# It would believe what it knows for long.
in_ns WATCHER sysctl -qw net.ipv{4,6}.neigh.eth{0,1}.base_reachable_time_ms=3600000

mac_of()
{
	ip -n "$WATCHER" -json neigh show "$1" | jq -r '.[0].lladdr'
}

# differs ADDRESS MAC
differs()
{
	[ "$(mac_of "$1")" != "$2" ]
}

previous=''
declare -A known=()
for pod in POD1 POD2; do
	ID=$pod
	ok "$pod gets the addresses" cni ADD $pod "$MOVING"
	for address in $ADDRESSES; do
		if [ -n "$previous" ]; then
			ok "$address is announced, to who knows it elsewhere" \
				poll 5 differs "$address" "${known[$address]}"
		fi
		ping_ok WATCHER "$address"
	done
	for address in $ADDRESSES; do
		known[$address]=$(mac_of "$address")
	done
	previous=$pod
	ok "$pod is deleted" cni DEL $pod "$MOVING"
done
done_testing
