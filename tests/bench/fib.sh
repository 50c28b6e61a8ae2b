#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The prefix table in this kernel: how long vrctl takes to fill it beside ip
# filling a table of the kernel's, and what tables take of the kernel's memory.
# Needs "make bench-fib" before, for the list of prefixes. Where the guest counts
# instructions (ICOUNT=1 CPUS=1 when it starts), times repeat.
#
# usage: tests/vm/session exec tests/bench/fib.sh     make bench runs it, too
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

# One bar: its name, the value, at most what, and what both are.  At the end.
bars=()
bar()
{
	local verdict

	verdict=$(awk -v value="$2" -v most="$3" 'BEGIN { print value <= most ? "pass" : "FAIL" }')
	bars+=("$(printf '%-44sat most %-15s %8s  %s' "$1" "$3 $4" "$2" "$verdict")")
}

fill_line()
{
	local name=$1 vr=$2 kernel=$3 ratio

	ratio=$((vr * 100 / kernel))
	ratio=$((ratio / 100)).$(printf %02d $((ratio % 100)))
	printf '%-28s %12s %12s %12s\n' "$name" "$((vr * 1000 / fill))" \
		"$((kernel * 1000 / fill))" "$ratio"
	bar "to fill $fill routes, $name" "$ratio" 1.00 "x ip"
}

# Milliseconds that vrctl and ip need for the routes of the list to a next hop:
# the lesser of two rounds, each with nothing left to be freed meanwhile.
fill_both()
{
	local name=$1 via=$2 kernel=$3 best_vr='' best_ip='' ms

	sed "s,.*,route add network fill & via $via," "$dir/list" > "$dir/vr"
	sed "s,.*,route add $kernel table 100," "$dir/list" > "$dir/ip"
	for _ in 1 2; do
		vrctl network add fill subnet 192.0.2.1/24
		used > /dev/null
		ms=$(timed vrctl -batch "$dir/vr")
		[ -n "$best_vr" ] && [ "$ms" -ge "$best_vr" ] || best_vr=$ms
		vrctl network del fill
		used > /dev/null
		ms=$(timed ip -batch "$dir/ip")
		[ -n "$best_ip" ] && [ "$ms" -ge "$best_ip" ] || best_ip=$ms
		ip route flush table 100
	done
	fill_line "$name" "$best_vr" "$best_ip"
}

compare_fill()
{
	[ "$fill" -gt 0 ] || return 0
	printf '%-28s %12s %12s %12s\n' "$fill routes, us for each" vrctl ip vrctl/ip
	"$prefixes" bgp4 "$fill" > "$dir/list"
	ip link add fill type dummy
	on_exit ip link del fill
	ip address add 192.0.2.1/24 dev fill
	ip link set fill up
	fill_both "blackhole" blackhole 'blackhole &'
	fill_both "via an address" 192.0.2.7 '& via 192.0.2.7'
	rm "$dir"/*
}

# Bytes that each of so many routes takes, beside the route itself.
beside()
{
	echo "$(($2 / $1 - object)).$(($2 * 10 / $1 % 10))"
}

memory_line()
{
	local name=$1 count=$2 bytes=$3

	printf '%-28s %12s %12s %12s\n' "$name" "$count" "$((bytes / 1024)) KiB" \
		"$(beside "$count" "$bytes")"
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
	if [ "$kind" = bgp4 ]; then
		bar "bytes a route, $count of IPv4" "$(beside "$count" $((after - before)))" 24.0 bytes
	fi
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
	bar "a network without routes, both families" $(((middle - before) / networks)) 8192 bytes
	bar "a table of 100 routes, beside these" \
		$(((after - middle) / networks - 100 * object)) 8192 bytes
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
echo
printf '%s\n' "${bars[@]}"
# No test: it has no plan.
# shellcheck disable=SC2034 # lib.sh's
_done=1
set +e
