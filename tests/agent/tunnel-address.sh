#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 240
#
# The tunnel address of a node changes, and its uplink and the other nodes follow.

. "$(dirname "$0")/setup.sh"

cluster 3 || exit
k8s_network default.blue 900 198.51.100.0/24,2001:db8:9::/64
for i in 1 2 3; do
	agent_first n$i
	attached "a pod of node $i" n$i p$i blue
	address[i]=$(get '[.ips[].address | select(startswith("198.51.100."))][0]')
	address[i]=${address[i]%/*}
done
ping_ok p1 "${address[2]}"
ping_ok p1 "${address[3]}"

# node NAME ANNOTATION INTERNALIP
node()
{
	api_control '{"load":[{"apiVersion":"v1","kind":"Node","metadata":{"name":"'"$1"'","annotations":{'"$2"'}},
		"spec":{"podCIDRs":["10.244.'"${1#n}"'.0/24","2001:db8:244:'"${1#n}"'::/64"]},
		"status":{"addresses":[{"type":"InternalIP","address":"'"$3"'"}]}}]}' > /dev/null
}
# watched DESC MOST COMMAND...: pings go on while it happens and for ten seconds
watched()
{
	local desc=$1 most=$2 pids=() i=0 file target sent received

	shift 2
	for target in "p1 ${address[2]}" "p3 ${address[2]}" "p2 ${address[1]}" "p1 $default2" "p2 $default1"; do
		file=$WORK/ping$((i++))
		# shellcheck disable=SC2086 # two words
		set -- $target "$@"
		in_ns "${!1}" ping -i 0.1 -c 100 -W 2 "$2" > "$file" 2>&1 &
		pids+=($!)
		shift 2
	done
	sleep 1
	"$@"
	wait "${pids[@]}"
	read -r sent received < <(sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\) received.*/\1 \2/p' "$WORK"/ping? |
		awk '{ sent += $1; received += $2 } END { print sent, received }')
	_diag "$received of $sent packets came back"
	ok "$desc" [ "$sent" = 500 -a "$received" -ge $((500 - most)) ]
}
local_of()
{
	at "$1" -j uplink show | jq -r '[.[].local] | sort | join(" ")'
}
is_local()
{
	[ "$(local_of "$1")" = "$2" ]
}
ip_of()
{
	ip -n "${!1}" -j -4 address show dev eth0 | jq -r '.[0].addr_info[0].local'
}
default1=$(ip_of p1)
default2=$(ip_of p2)

ip -n "$n2" address add 203.0.113.22/24 dev wire
watched "node 2 gets another address, by its annotation" 5 node n2 '"vrctl.dev/vtep":"203.0.113.22"' 203.0.113.2
ok "it has one uplink, of that address" poll 20 is_local n2 203.0.113.22
is "the others lead to it" "$(at n1 -j route show network cluster-wide-network | jq -r '[.. | .remote? // empty] | sort | unique | join(" ")')" \
	"203.0.113.22 203.0.113.3"
is "on the flood list as well" "$(at n3 -j network show default.blue | jq -r '.[0].flood | sort | join(" ")')" \
	"203.0.113.1 203.0.113.22"
is "its own flood list is what it was" \
	"$(at n2 -j network show default.blue | jq -r '.[0].flood | sort | join(" ")')" "203.0.113.1 203.0.113.3"
like "pods may not speak VXLAN to it" "$(on n1 nft list set inet vr nodes4)" '203\.0\.113\.22'

# Back, by InternalIP, and the address it had goes: it is lost what is lost.
agent_stop n2
ip -n "$n2" address del 203.0.113.22/24 dev wire
node n2 '' 203.0.113.2
agent_first n2
ok "an agent that was away finds out" poll 20 is_local n2 203.0.113.2
ping_ok p1 "${address[2]}"
ping_ok p2 "${address[3]}"
ping_ok p1 "$default2"

# Somebody deletes it.
at n2 uplink del "$(at n2 -j uplink show | jq -r '.[0].name')"
ok "one that was deleted is made again" poll 60 is_local n2 203.0.113.2
ping_ok p1 "${address[2]}"
ping_ok p1 "$default2"

done_testing
