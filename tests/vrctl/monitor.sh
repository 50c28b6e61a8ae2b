#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The monitor says what happens when it happens.
# shellcheck disable=SC2317 # functions for poll

. "$(dirname "$0")/../lib.sh"
module_load

folder=$(mktemp -d)
on_exit rm -rf "$folder"

lines()
{
	[ "$(wc -l < "$folder/$1")" -ge "$2" ]
}

# Start a monitor, and see it work before anything else is done.
monitor()
{
	local file=$1

	shift
	vrctl "$@" > "$folder/$file" 2>&1 &
	poll 10 begun "$file"
	vrctl network del begun-"$file"
}

begun()
{
	vrctl network add begun-"$1"
	vrctl network del begun-"$1"
	lines "$1" 1 || return 1
	vrctl network add begun-"$1"
}

monitor text monitor
monitor json -j monitor
monitor all -j monitor network route

vrctl network add blue subnet 192.0.2.1/24
vrctl route add network blue 198.51.100.0/24 via blackhole
vrctl route del network blue 198.51.100.0/24
ns pod
pod=${pod:?}
ip link add eth1 netns "$pod" type vr
vrctl port add dev eth1 netns "$pod" network blue mac 02:00:00:00:00:0a address 192.0.2.10
ip netns del "$pod"

ok "a port that vanished is told" \
	poll 20 grep -q '^Deleted port [0-9]*: eth1 network blue' "$folder/text"
ok "a network that was made" grep -q '^network [0-9]*: blue mtu 1500 ' "$folder/text"
ok "a route" grep -qx 'route network blue 198.51.100.0/24 blackhole origin static' "$folder/text"
ok "... and its end" \
	grep -qx 'Deleted route network blue 198.51.100.0/24 blackhole origin static' "$folder/text"
ok "a port" grep -q '^port [0-9]*: eth1 .*network blue' "$folder/text"
ok "its endpoint" \
	grep -q '^endpoint [0-9]*: network blue mac 02:00:00:00:00:0a address 192.0.2.10' \
		"$folder/text"
ok "... and its end" grep -q '^Deleted endpoint [0-9]*: network blue' "$folder/text"

ok "each line is JSON" \
	poll 20 grep -q '^\[{"name":"port-del-ntf","msg":{"id":[0-9]*,"ifname":"eth1",.*}}\]$' \
		"$folder/json"
fails "some lines are no array of one object" grep -qv '^\[{"name":"[a-z-]*-ntf","msg":{.*}}\]$' \
	"$folder/json"
ok "kinds can be chosen" grep -q '"name":"route-del-ntf"' "$folder/all"
fails "... and others left out" grep -q '"name":"port' "$folder/all"

done_testing
