#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# CHECK finds everything that is not as ADD left it, says what, and is content
# with the rest.
# timeout: 300

. "$(dirname "$0")/lib.sh"

define red '"subnets":["198.51.100.0/24","2001:db8:2::/64"],'"$IPAM"
conf()
{
	printf '{"cniVersion":"%s","name":"green",%s,%s,"subnets":["192.0.2.0/24"],"result":"all",
		"networks":["red"],"prevResult":%s}' "${2:-1.0.0}" "$COMMON" "$IPAM" "${1:-null}"
}
ns POD
cni ADD POD "$(conf)" > /dev/null
RESULT=$OUT

broken()
{
	local rc=0

	cni CHECK POD "$(conf "$RESULT")" > /dev/null || rc=$?
	is "$1: exit code" $rc 1
	is "$1: code" "$(get .code)" "${3:-102}"
	like "$1: message" "$(get .msg)" "$2"
}

ok "all is well" cni CHECK POD "$(conf "$RESULT")"
is "nothing printed" "$OUT" "$RESULT"
cni CHECK POD "$(conf)" > /dev/null
is "prevResult is required" "$(get .code)" 7
cni CHECK POD "$(conf "$RESULT" 0.3.1)" > /dev/null
is "0.3.1 has no CHECK" "$(get .code)" 1
cni CHECK POD "$(conf '{"interfaces":[{"name":"eth9","sandbox":"/n"}]}')" > /dev/null
like "prevResult of something else" "$(get '"\(.code) \(.msg)"')" '7 .*no interface "eth0"'

ip -n "$POD" link set eth1 down
broken "down" 'eth1.*is down'
ip -n "$POD" link set eth1 up
poll 5 cni CHECK POD "$(conf "$RESULT")"
ip -n "$POD" addr del 198.51.100.2/24 dev eth1
broken "an address gone from the device" 'eth1.*no address 198.51.100.2'
ip -n "$POD" addr add 198.51.100.2/24 dev eth1
ip -n "$POD" route del default
broken "the default route gone" 'no route to 0.0.0.0/0'
ip -n "$POD" route add default via 192.0.2.1
in_ns NODE vrctl port set dev eth0 netns "$POD" address 192.0.2.77
broken "an address gone from the port" 'port has no address 192.0.2.2'
in_ns NODE vrctl port set dev eth0 netns "$POD" address 192.0.2.2
ok "all is well again" cni CHECK POD "$(conf "$RESULT")"

ip -n "$POD" link set eth0 down
ip -n "$POD" link set eth0 address 02:00:00:00:00:99
ip -n "$POD" link set eth0 up
ip -n "$POD" route replace default via 192.0.2.1
broken "another MAC" 'eth0.*02:00:00:00:00:99 instead of'
ok "which a plugin behind us told" cni CHECK POD \
	"$(conf "$(jq '.interfaces[0].mac = "02:00:00:00:00:99"' <<< "$RESULT")")"
ip -n "$POD" link set eth0 down
ip -n "$POD" link set eth0 address "$(jq -r '.interfaces[0].mac' <<< "$RESULT")"
ip -n "$POD" link set eth0 up
ip -n "$POD" route replace default via 192.0.2.1

mv "$STORE/red" "$WORK/kept"
broken "addresses gone from IPAM" 'host-local.*CHECK of eth1' 101
rm -r "$STORE/red"
mv "$WORK/kept" "$STORE/red"
in_ns NODE vrctl port del dev eth1 netns "$POD"
broken "detached" 'eth1.*attached to no network'
in_ns NODE vrctl port add dev eth1 netns "$POD" network green
broken "attached elsewhere" 'eth1.*network "green" instead of "red"'
ip -n "$POD" link del eth1
broken "gone" 'eth1.*does not exist'
ip -n "$POD" link add eth1 type dummy
broken "another device" 'eth1.*type "dummy"'
ip -n "$POD" link del eth1
ok "DEL" cni DEL POD "$(conf)"
broken "deleted" 'nothing was added'
clean "nothing is left" POD
done_testing
