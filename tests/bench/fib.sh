#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The prefix table in this kernel: how long vrctl takes to fill it beside ip
# filling a table of the kernel's, and what tables take of the kernel's memory.
# Needs "make bench-fib" before, for the list of prefixes. Where the guest counts
# instructions (ICOUNT=1 CPUS=1 when it starts), times repeat.
#
# usage: tests/vm/session exec tests/bench/fib.sh
#        FILL=100000 ROUTES=1000000 ROUTES6=200000 HOSTS=1000000
#        NETWORKS=1000; 0 leaves it out
#
# Memory is what /proc/meminfo has more of in slabs and large allocations, so the
# allocator's slack and the tables' tops are in it. So is the route itself, whose
# 96 bytes are taken off: its place in the order of dumps, network, next hop.

set -euo pipefail
. "$(dirname "$0")/../lib.sh" > /dev/null

fill=${FILL:-100000} routes=${ROUTES:-1000000} routes6=${ROUTES6:-200000}
hosts=${HOSTS:-$routes} networks=${NETWORKS:-1000} object=96
prefixes=$TOP/build/bench/prefixes
dir=$(mktemp -d)
on_exit rm -rf "$dir"

slab()
{
	awk '/^(SUnreclaim|VmallocUsed):/ { n += $2 } END { print n * 1024 }' /proc/meminfo
}

# Bytes that the kernel has allocated, once what was given back is free: after
# seconds in which it did not change by more than a page for each CPU.
used()
{
	local before=0 now

	echo 3 > /proc/sys/vm/drop_caches
	now=$(slab)
	while ((now - before > 16384 || before - now > 16384)); do
		before=$now
		read -rt 2 -u "$_never" || true
		now=$(slab)
	done
	echo "$now"
}

# A file of commands, timed.  Milliseconds.
timed()
{
	local start=${EPOCHREALTIME/./}

	"$@" > /dev/null
	echo $(((${EPOCHREALTIME/./} - start) / 1000))
}

fill_line()
{
	local name=$1 vr=$2 kernel=$3

	printf '%-28s %12s %12s %12s\n' "$name" "$((vr * 1000 / fill))" \
		"$((kernel * 1000 / fill))" "$((vr * 100 / kernel)) %"
}

# Both in the same VM, one after the other.
compare_fill()
{
	local vr kernel

	[ "$fill" -gt 0 ] || return 0
	printf '%-28s %12s %12s %12s\n' "$fill routes, us for each" vrctl ip vrctl/ip
	"$prefixes" bgp4 "$fill" > "$dir/list"
	vrctl network add fill subnet 192.0.2.1/24
	ip link add fill type dummy
	on_exit ip link del fill
	ip address add 192.0.2.1/24 dev fill
	ip link set fill up

	sed 's,.*,route add network fill & via blackhole,' "$dir/list" > "$dir/vr"
	sed 's,.*,route add blackhole & table 100,' "$dir/list" > "$dir/ip"
	vr=$(timed vrctl -batch "$dir/vr")
	kernel=$(timed ip -batch "$dir/ip")
	fill_line "blackhole" "$vr" "$kernel"
	vrctl network del fill
	ip route flush table 100

	vrctl network add fill subnet 192.0.2.1/24
	sed 's,.*,route add network fill & via 192.0.2.7,' "$dir/list" > "$dir/vr"
	sed 's,.*,route add & via 192.0.2.7 table 100,' "$dir/list" > "$dir/ip"
	vr=$(timed vrctl -batch "$dir/vr")
	kernel=$(timed ip -batch "$dir/ip")
	fill_line "via an address" "$vr" "$kernel"
	vrctl network del fill
	ip route flush table 100
	rm "$dir"/*
}

memory_line()
{
	local name=$1 count=$2 bytes=$3

	printf '%-28s %12s %12s %12s\n' "$name" "$count" "$((bytes / 1024)) KiB" \
		"$((bytes / count - object)).$((bytes * 10 / count % 10))"
}

# Routes of a kind in one network, and that network gone again.
one_network()
{
	local name=$1 kind=$2 count=$3 before after

	[ "$count" -gt 0 ] || return 0
	vrctl network add big
	before=$(used)
	"$prefixes" "$kind" "$count" |
		sed 's,.*,route add network big & via blackhole,' | vrctl -batch -
	after=$(used)
	memory_line "$name" "$count" $((after - before))
	vrctl network del big
}

many_networks()
{
	local before middle after i

	[ "$networks" -gt 0 ] || return 0
	before=$(used)
	for ((i = 0; i < networks; i++)); do
		echo "network add many$i"
	done | vrctl -batch -
	middle=$(used)
	"$prefixes" bgp4 $((networks * 100)) |
		awk -v n="$networks" '{ print "route add network many" NR % n, $0, "via blackhole" }' |
		vrctl -batch -
	after=$(used)
	memory_line "$networks networks of 100" $((networks * 100)) $((after - middle))
	echo "  an empty network, without routes: $(((middle - before) / networks)) bytes"
	for ((i = 0; i < networks; i++)); do
		echo "network del many$i"
	done | vrctl -batch -
}

lsmod | grep -q '^vr ' || module_load
vrctl network flush all > /dev/null # of a run that was cut off
compare_fill
echo
printf '%-28s %12s %12s %12s\n' '' routes memory "bytes/route"
printf '%-28s %12s %12s %12s\n' '' '' '' "beside $object"
one_network "IPv4, BGP's lengths" bgp4 "$routes"
one_network "IPv6, BGP's lengths" bgp6 "$routes6"
one_network "IPv4, hosts" host4 "$hosts"
many_networks
