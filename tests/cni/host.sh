#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# With hostInterface the host is a member of the default network, of no other:
# its device comes with the first container and goes with the last.
# timeout: 300

. "$(dirname "$0")/lib.sh"

define red '"subnets":["198.51.100.0/24"],'"$IPAM"
conf()
{
	printf '{"cniVersion":"1.0.0","name":"green",%s,%s,"subnets":["192.0.2.0/24","2001:db8:1::/64"],
		"mtu":1400,"networks":["red"],"hostInterface":"%s"%s}' "$COMMON" "$IPAM" "$1" "${2:+,$2}"
}
CONF=$(conf host0)

host_addresses()
{
	ip -n "$NODE" -json address show dev host0 |
		jq -r '.[].addr_info[] | select(.scope == "global") | "\(.local)/\(.prefixlen)"' | tr '\n' ' '
}

# address POD DEV FAMILY
address()
{
	ip -n "${!1}" -json address show dev "$2" |
		jq -r '.[].addr_info[] | select(.scope == "global" and .family == "'"$3"'") | .local'
}

gone()
{
	is "$1" "$(ip -n "$NODE" -json link show type vr | jq -r '.[].ifname' | tr '\n' ' ')" ""
}

ns A B C D
ID=a
ok "the first container" cni ADD A "$CONF"
is "brings the host's device with the gateway's addresses" "$(host_addresses)" \
	"192.0.2.1/24 2001:db8:1::1/64 "
is "... with the network's MTU" "$(ip -n "$NODE" -json link show host0 | jq '.[].mtu')" 1400
is "... and makes it the gateway's port" "$(vrctl -n "$NODE" -j port show |
	jq -r '.[] | select(.ifname == "host0") | "\(.network) \(.gateway) \(.origin) \(.description)"')" \
	"green 1 cni host"
number=$(ip -n "$NODE" -json link show host0 | jq '.[].ifindex')
ID=b
ok "the second" cni ADD B "$CONF"
is "finds it there" "$(ip -n "$NODE" -json link show host0 | jq '.[].ifindex')" "$number"

for pod in A B; do
	ping_ok NODE "$(address $pod eth0 inet)"
	ping_ok NODE "$(address $pod eth0 inet6)"
done
ping_ok A 192.0.2.1
ping_ok A 2001:db8:1::1
ping_ok A "$(address B eth0 inet)"
in_ns A python3 -m http.server --bind "$(address A eth0 inet)" 8000 > /dev/null 2>&1 &
in_ns NODE python3 -m http.server --bind :: 8001 > /dev/null 2>&1 &
fetch()
{
	in_ns "$1" python3 -c 'import sys, urllib.request as r; r.urlopen(sys.argv[1], timeout=5)' "$2"
}
ok "the host connects to a container" poll 20 fetch NODE "http://$(address A eth0 inet):8000/"
ok "a container connects to the host" poll 20 fetch B "http://192.0.2.1:8001/"
ok "... over IPv6" poll 20 fetch B "http://[2001:db8:1::1]:8001/"
ping_fails NODE "$(address A eth1 inet)"

# Out, as the node.
ns OUTSIDE
ip -n "$NODE" link add uplink type veth peer name eth0 netns "$OUTSIDE"
ip -n "$NODE" address add 203.0.113.1/24 dev uplink
ip -n "$NODE" link set uplink up
ip -n "$OUTSIDE" address add 203.0.113.2/24 dev eth0
ip -n "$OUTSIDE" link set eth0 up
in_ns NODE sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
if in_ns NODE nft add table ip nat 2> /dev/null && in_ns NODE nft -f - 2> /dev/null <<- 'END'
	table ip nat {
		chain postrouting {
			type nat hook postrouting priority srcnat
			iifname "host0" oifname != "host0" masquerade
		}
	}
	END
then
	ping_ok A 203.0.113.2
else
	skip "a container reaches the outside" "this kernel cannot masquerade"
fi

ID=c
cni ADD C "$CONF" > /dev/null
PREV=${OUT//$'\n'/ }
ok "a third is as it should be" cni CHECK C "$(conf host0 '"prevResult":'"$PREV")"
ip -n "$NODE" link set host0 down
refused_check()
{
	! cni CHECK C "$(conf host0 '"prevResult":'"$PREV")" && [[ $OUT == *'"code":'*102* && $OUT == *"host0"*"is down"* ]]
}
ok "... and not with the host's device down" refused_check
ID=d
ok "which the next container mends" cni ADD D "$CONF"
like "... it is up" "$(ip -n "$NODE" link show host0)" '<.*\bUP\b'

for pod in a:A c:C d:D; do
	ID=${pod%:*}
	ok "container $ID goes" cni DEL "${pod#*:}" "$CONF"
done
is "the host's device stays" "$(host_addresses)" "192.0.2.1/24 2001:db8:1::1/64 "
ping_ok NODE "$(address B eth0 inet)"
ID=b
ok "the last goes" cni DEL B "$CONF"
gone "... and with it the device"
clean "nothing is left" B

# What others made.
ID=other
ip -n "$NODE" link add taken type dummy
refusal "a device of another type" 7 'hostInterface "taken": it exists, but not as a device of type vr' \
	ADD A "$(conf taken)"
clean "nothing is left" A
is "... and the device stays" "$(ip -n "$NODE" -json link show taken | jq length)" 1
vrctl -n "$NODE" network add blue subnet 192.0.2.1/24
ip -n "$NODE" link add host1 type vr
vrctl -n "$NODE" port add dev host1 network blue address 192.0.2.1 gateway
refusal "a port of another network" 7 \
	'hostInterface "host1": it is attached to network "blue" instead of "green"' ADD A "$(conf host1)"
vrctl -n "$NODE" port del dev host1
vrctl -n "$NODE" network del blue
ip -n "$NODE" link del host1
clean "nothing is left" A
refusal "a network without subnets" 7 'has no "subnets", whose gateway it could be' ADD A \
	'{"cniVersion":"1.0.0","name":"bare",'"$COMMON"',"mtu":1400,"hostInterface":"host0"}'
gone "no device is left"
refusal "a name no device can have" 7 '"hostInterface" is "a/b"' ADD A "$(conf a/b)"
refusal "no name" 7 '"hostInterface" is 5' ADD A \
	'{"cniVersion":"1.0.0","name":"bare",'"$COMMON"',"mtu":1400,"hostInterface":5}'

# The kernel's refusal of a container takes the host's device back, too.
define red '"subnets":["198.51.100.0/24"],"mtu":9000,'"$IPAM"
vrctl -n "$NODE" network add red mtu 1300
refusal "what the kernel refuses" 100 'red' ADD A "$CONF"
gone "no device is left"
vrctl -n "$NODE" network del red
define red '"subnets":["198.51.100.0/24"],'"$IPAM"

# An operator's host port stays.
vrctl -n "$NODE" network add green subnet 192.0.2.1/24 subnet 2001:db8:1::1/64 mtu 1400
ip -n "$NODE" link add host0 type vr
vrctl -n "$NODE" port add dev host0 network green address 192.0.2.1 address 2001:db8:1::1 gateway
ip -n "$NODE" link set host0 up
ID=e
ok "with a host port of the operator's" cni ADD A "$CONF"
ok "... there and back" cni DEL A "$CONF"
is "... it stays" "$(vrctl -n "$NODE" -j port show | jq -r '.[].origin')" static
vrctl -n "$NODE" port del dev host0
vrctl -n "$NODE" network del green
# Detached, as a call leaves it that is killed.
ok "with a device left by a killed call" cni ADD A "$CONF"
is "... it is used" "$(host_addresses)" "192.0.2.1/24 2001:db8:1::1/64 "
ok "... there and back" cni DEL A "$CONF"
gone "... it is gone"

# All come and go at the same time.
PODS=()
for i in {1..8}; do
	ns "P$i"
	PODS+=("P$i")
done
all()
{
	local pod pids=() failed=0

	for pod in "${PODS[@]}"; do
		ID=$pod
		cni "$1" "$pod" "$CONF" > "$WORK/$1.$pod" 2>&1 &
		pids+=($!)
	done
	for pod in "${pids[@]}"; do
		wait "$pod" || failed=$((failed + 1))
	done
	[ "$failed" = 0 ] || cat "$WORK/$1."*
	return "$failed"
}
for round in 1 2; do
	ok "eight at once, round $round" all ADD
	is "one device of the host's" "$(ip -n "$NODE" -json link show type vr | jq -r '.[].ifname')" host0
	ping_ok NODE "$(address P7 eth0 inet)"
	ok "... all gone at once" all DEL
	gone "... it is gone"
done
# Some come while the last goes.
for round in 1 2 3; do
	ID=P1
	ok "one comes" cni ADD P1 "$CONF"
	cni DEL P1 "$CONF" > "$WORK/del" 2> "$WORK/log" &
	ID=P2
	ok "one comes while the last goes" cni ADD P2 "$CONF"
	going=0
	wait $! || going=$?
	is "... which went" "$going $(cat "$WORK/del")" "0 "
	is "... the host's device is there" "$(host_addresses)" "192.0.2.1/24 2001:db8:1::1/64 "
	ok "the last goes" cni DEL P2 "$CONF"
done
clean "nothing is left" P2
done_testing
