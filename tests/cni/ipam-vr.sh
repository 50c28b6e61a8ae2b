#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# IPAM of type vr: addresses without a plugin, from the subnets or from ranges as
# host-local has them, one of each range set or none, and given back.
# timeout: 300

. "$(dirname "$0")/lib.sh"

VR='"ipam":{"type":"vr","dataDir":"'$STORE'"'
define red '"subnets":["198.51.100.0/24"],'"$VR}"
define small '"subnets":["203.0.113.0/30","2001:db8:3::/64"],'"$VR}"
define ranged '"ipam":{"type":"vr","dataDir":"'"$STORE"'","ranges":[
	[{"subnet":"203.0.113.0/24","rangeStart":"203.0.113.10","rangeEnd":"203.0.113.12",
	  "gateway":"203.0.113.254"}],[{"subnet":"2001:db8:4::/64"}]],
	"routes":[{"dst":"192.0.2.128/25","gw":"203.0.113.254"}]}'
conf()
{
	printf '{"cniVersion":"1.0.0","name":"green","result":"all",%s,%s},
		"subnets":["192.0.2.0/24","2001:db8:1::/64"]%s}' "$COMMON" "$VR" "${1:+,$1}"
}
# No program is found, whatever is asked for.
export CNI_PATH=/nonexistent
addresses()
{
	get '[.ips[].address] | join(" ")'
}
stored()
{
	find "$STORE" -type l ! -name '.last.*' -printf '%P=%l\n' | sort | tr '\n' ' '
}
ns POD POD2

cni ADD POD "$(conf '"networks":["red"]')" > /dev/null
is "ADD without any plugin" $? 0
is "an address of each family, and of the other network" "$(addresses)" \
	"192.0.2.2/24 2001:db8:1::2/64 198.51.100.2/24"
RESULT=$OUT
is "who has them is in the store" "$(stored)" "green/192.0.2.2=container:eth0 \
green/2001:db8:1::2=container:eth0 red/198.51.100.2=container:eth1 "
ok "CHECK" cni CHECK POD "$(conf '"networks":["red"],"prevResult":'"$RESULT")"
mv "$STORE/red/198.51.100.2" "$STORE/kept"
cni CHECK POD "$(conf '"networks":["red"],"prevResult":'"$RESULT")" > /dev/null
is "CHECK misses an address" "$(get .code)" 102
like "and names network and interface" "$(get .msg)" '"vr", CHECK of eth1 in network "red": 0 addr'
mv "$STORE/kept" "$STORE/red/198.51.100.2"

ID=second
cni ADD POD2 "$(conf)" > /dev/null
is "another container gets others" "$(addresses)" "192.0.2.3/24 2001:db8:1::3/64"
ok "they reach one another" in_ns POD2 ping -c 1 -W 5 192.0.2.2
ok "over IPv6 too" in_ns POD2 ping -c 1 -W 5 2001:db8:1::2
for i in 1 2 3 4 5; do
	ok "DEL $i" cni DEL '' "$(conf)"
done
ID=container
ok "DEL of the first" cni DEL POD "$(conf '"networks":["red"]')"
clean "nothing is left" POD
is "no address is kept" "$(stored)" ""

cni ADD POD "$(conf)" > /dev/null
is "what was given back rests a while" "$(addresses)" "192.0.2.4/24 2001:db8:1::4/64"
ok "DEL" cni DEL POD "$(conf)"

for where in 'runtimeConfig":{"ips":["192.0.2.77/24","2001:db8:1::77"]}' \
	'args":{"cni":{"ips":["2001:db8:1::77","192.0.2.77"]}}'; do
	cni ADD POD "$(conf "\"$where")" > /dev/null
	is "addresses by ${where%%\"*}" "$(addresses)" "192.0.2.77/24 2001:db8:1::77/64"
	ok "DEL" cni DEL POD "$(conf)"
done
cni ADD POD "$(conf '"networks":[{"name":"red","ips":["198.51.100.7"]}]')" \
	'CNI_ARGS=IgnoreUnknown=1;IP=192.0.2.9' > /dev/null
is "by CNI_ARGS for the first, by its request for the other" \
	"$(get '[.ips[].address | select(test("[.]"))] | join(" ")')" "192.0.2.9/24 198.51.100.7/24"
ID=second
refusal_code()
{
	local desc=$1 code=$2 text=$3

	shift 3
	cni "$@" > /dev/null
	is "$desc" "$(get .code)" "$code"
	like "$desc: the message" "$(get .msg)" "$text"
}
before=$(stored)
refusal_code "an address that is taken" 7 '192.0.2.9 is asked for in network "green", but "container:eth0"' \
	ADD POD2 "$(conf '"runtimeConfig":{"ips":["192.0.2.9"]}')"
refusal_code "the gateway's" 7 "192.0.2.1 .* it is the gateway's" \
	ADD POD2 "$(conf '"runtimeConfig":{"ips":["192.0.2.1"]}')"
refusal_code "the broadcast address" 7 '192.0.2.255 is asked for, but in no range' \
	ADD POD2 "$(conf '"runtimeConfig":{"ips":["192.0.2.255"]}')"
refusal_code "ranges for the other network only" 7 '"resolvConf" is 3' ADD POD2 \
	"$(conf '"networks":["red"]' | sed 's/"type":"vr",/"type":"vr","resolvConf":3,/')"
is "nothing is taken by a refusal" "$(stored)" "$before"
is "nor is there a state" "$(find "$STATE" -name '*second*')" ""
ID=container
ok "DEL" cni DEL POD "$(conf '"networks":[{"name":"red","ips":["198.51.100.7"]}]')"

# A range that is used up: 203.0.113.2 alone is free.
cni ADD POD "$(conf '"networks":["small"]')" > /dev/null
is "the only address of a network" "$(get '.ips[2].address')" 203.0.113.2/30
before=$(stored)
ID=second
refusal_code "a network that is full" 11 \
	'network "small" has no address left in 203.0.113.1-203.0.113.2: 1 of 1 are in use' \
	ADD POD2 "$(conf '"networks":["small"]')"
is "the address of the other family is not taken, nor those of other networks" \
	"$(stored)" "$before"
ID=container
ok "DEL" cni DEL POD "$(conf)"

cni ADD POD "$(conf '"networks":["ranged"]')" > /dev/null
is "ranges of its own" "$(get '[.ips[2:][] | "\(.address) \(.gateway)"] | join(" ")')" \
	"203.0.113.10/24 203.0.113.254 2001:db8:4::2/64 2001:db8:4::1"
is "and routes" "$(ip -n "$POD" -json route show 192.0.2.128/25 | jq -r '.[].gateway')" 203.0.113.254
ok "DEL" cni DEL POD "$(conf)"
cni ADD POD "$(conf '"runtimeConfig":{"ipRanges":[[{"subnet":"192.0.3.0/24"}]]}')" > /dev/null
is "ranges of runtimeConfig come first" "$(get '.ips[0].address')" 192.0.3.2/24
ok "DEL without them" cni DEL POD "$(conf)"
refusal "no ranges and no subnets" 7 'has no "ranges", and network "bare" no "subnets"' ADD POD \
	'{"cniVersion":"1.0.0","name":"bare",'"$COMMON,$VR}"'}'

# One that was killed holds addresses; its DEL gives them back.
ln -s container:eth0 "$STORE/green/192.0.2.200"
ok "ADD of who has an address from before" cni ADD POD "$(conf)"
is "it has lost that one" "$(find "$STORE" -name 192.0.2.200)" ""
ln -s container:eth0 "$STORE/green/192.0.2.201"
ok "DEL" cni DEL POD "$(conf)"
is "DEL gives all of them back" "$(stored)" ""

rm -rf "$STORE/red"
touch "$STORE/red"
refusal_code "a store that cannot be made" 5 "$STORE/red" ADD POD "$(conf '"networks":["red"]')"
rm "$STORE/red"
ok "DEL" cni DEL POD "$(conf)"
clean "nothing is left at the end" POD
is "no address is kept at the end" "$(stored)" ""
done_testing
