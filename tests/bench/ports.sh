#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# From one namespace to the next, on this kernel: native ports of vr, a plain
# veth pair, and veth with a bridge between. Prints a table; compares only what
# ran in the same VM, because machines are noisy.
#
# usage: tests/vm/session exec tests/bench/ports.sh     SECONDS_EACH=5 PACKETS=200000

set -euo pipefail
. "$(dirname "$0")/../lib.sh" > /dev/null

from="" to="" # set by ns
seconds=${SECONDS_EACH:-5} packets=${PACKETS:-200000}

# Two namespaces $from and $to whose eth1 have 192.0.2.2 and .3, joined by $1.
setup_vr()
{
	local n=$1

	vrctl network add "$n" subnet 192.0.2.1/24
	on_exit vrctl network del "$n"
	ip link add eth1 netns "$from" type vr
	ip link add eth1 netns "$to" type vr
	vrctl port add dev eth1 netns "$from" network "$n" address 192.0.2.2
	vrctl port add dev eth1 netns "$to" network "$n" address 192.0.2.3
}

setup_veth()
{
	ip link add eth1 netns "$from" type veth peer name eth1 netns "$to"
}

setup_bridge()
{
	local n=$1 i=0 pod

	ip link add "$n" type bridge
	ip link set "$n" up
	for pod in "$from" "$to"; do
		i=$((i + 1))
		ip link add "$n-$i" type veth peer name eth1 netns "$pod"
		ip link set "$n-$i" master "$n" up
	done
}

setup()
{
	"setup_$1" "b$1"
	ip -n "$from" address add 192.0.2.2/24 dev eth1
	ip -n "$to" address add 192.0.2.3/24 dev eth1
	ip -n "$from" link set eth1 up
	ip -n "$to" link set eth1 up
	poll 5 ip netns exec "$from" ping -c 1 -W 1 192.0.2.3 > /dev/null
}

# Gbit/s of one TCP stream.
tcp()
{
	local server

	ip netns exec "$to" iperf3 -s -1 > /dev/null &
	server=$!
	poll 5 ip netns exec "$to" ss -Hltn 'sport = 5201' > /dev/null
	ip netns exec "$from" iperf3 -c 192.0.2.3 -t "$seconds" -J |
		jq '.end.sum_received.bits_per_second / 1e9 * 100 | round / 100'
	wait "$server"
}

pg()
{
	local file=$1

	shift
	echo "$*" | ip netns exec "$from" tee "/proc/net/pktgen/$file" > /dev/null
}

# Packets a second of 60 bytes, from pktgen through to the receiver's stack,
# which drops them as not its own.
pps()
{
	local mac

	mac=$(ip -n "$to" -j link show eth1 | jq -r '.[0].address')
	pg kpktgend_0 rem_device_all
	pg kpktgend_0 add_device eth1
	pg eth1 count "$packets"
	pg eth1 pkt_size 60
	pg eth1 clone_skb 0
	pg eth1 burst 1
	pg eth1 dst_mac "$mac"
	pg eth1 src_min 192.0.2.2
	pg eth1 src_max 192.0.2.2
	pg eth1 dst_min 203.0.113.9
	pg eth1 dst_max 203.0.113.9
	pg pgctrl start
	ip netns exec "$from" grep -o '[0-9]*pps' /proc/net/pktgen/eth1
	pg kpktgend_0 rem_device_all
}

modprobe pktgen
lsmod | grep -q '^vr ' || module_load
printf '%-14s %16s %16s\n' '' 'TCP Gbit/s' '60-byte packets'
ns from to
for kind in vr veth bridge; do
	setup "$kind"
	printf '%-14s %16s %16s\n' "$kind" "$(tcp)" "$(pps)"
	ip -n "$from" link del eth1
	ip -n "$to" link del eth1 2> /dev/null || true # went with its peer
done
