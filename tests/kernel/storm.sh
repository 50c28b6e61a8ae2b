#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# alone
# soak
# timeout: 400
#
# All that can come and go does, at once from several processes, with packets
# through every port, see storm.py: for VR_STORM seconds with pods, so long again
# while the module is unloaded and loaded.  Then what was counted is counted
# again: objects, namespaces, references, memory.

. "$(dirname "$0")/uplink-setup.sh"

seconds=${VR_STORM:-${VR_SOAK:+180}}
seconds=${seconds:-10}
export VR_KO=$MODULE

# What stays: two pods, a port of our own, a node with a pod, and nodes' uplinks.
node n2
subnets=(subnet 192.0.2.1/24 subnet 198.51.100.1/24 subnet 2001:db8:1::1/64)
stay()
{
	vrctl uplink add u0 type vxlan local 203.0.113.1 any on
	vrctl network add stay vni 100 "${subnets[@]}"
	ip link add own up type vr
	vrctl port add dev own network stay mac 02:00:00:00:00:0c address 192.0.2.12
	on n2 uplink add u0 type vxlan local 203.0.113.2 any on
	on n2 network add stay vni 100 "${subnets[@]}"
	on n2 network set stay flood add 203.0.113.1
}
stay
raw_pod a stay 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a "antispoof off"
raw_pod b stay 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b "antispoof off"
ns c
ip -n "$n2" link add eth1 netns "$c" type vr
in_ns c sh -c 'echo 1 > /proc/sys/net/ipv6/conf/eth1/disable_ipv6; ip link set eth1 up arp off'
on n2 port add dev eth1 netns "$c" network stay antispoof off

storm()
{
	local time=$1

	shift
	python3 -S "$TESTS/kernel/storm.py" "$time" "$a" "$c" "$@"
}

# Unreclaimable slab and per-CPU memory in KiB, without what is kept for the next
# user, or by KASAN for one who comes too late.
memory()
{
	local name value rest sum=0 cache

	for cache in /sys/kernel/slab/*/shrink; do
		[ ! -e "$cache" ] || echo 1 > "$cache"
	done
	while read -r name value rest; do
		case $name in
		SUnreclaim:|Percpu:)	sum=$((sum + value)) ;;
		esac
	done < /proc/meminfo
	echo $sum
}

steady()
{
	[ "$(memory)" -lt $((before + 4096)) ]
}

# How many the kernel has.
namespaces()
{
	local count rest

	echo 1 > /sys/kernel/slab/net_namespace/shrink
	read -r count rest < /sys/kernel/slab/net_namespace/objects
	echo "$count"
}

# Those of scripts before us may still be about to go: fewer are well. The free places
# of the slab that a CPU allocates from count as well, but no storm loses so few.
no_more_namespaces()
{
	[ "$(namespaces)" -le $((many + $(nproc) * $(cat /sys/kernel/slab/net_namespace/objs_per_slab))) ]
}

# What an instance counts of itself, each in a line.
counted()
{
	in_ns "$1" python3 -S -c 'from vrnl import *
for one in Netlink().dump("limit-get"):
    print(sorted(one.items()))
'
}

only_what_stays()
{
	[ "$(vrctl -o network show | grep -c .)" = 1 ] && [ "$(vrctl -o port show | grep -c .)" = 3 ]
}

# Of what several processes made, the last one is left.
sweep()
{
	local i

	for i in 0 1 2 3; do
		vrctl network del "n$i" > /dev/null 2>&1
	done
	vrctl endpoint flush all
	vrctl route flush all
	vrctl uplink del u0
	vrctl uplink add u0 type vxlan local 203.0.113.1 any on
}

host=host-$$
ip netns attach "$host" $$
on_exit ip netns del "$host"
all=(networks objects ports taps hosts namespaces nodes uplinks shows traffic far)
storm 2 "${all[@]}"
is "a first one, after which the kernel's caches are warm" $? 0
poll 60 only_what_stays
sweep
counts=$(counted "$host")
poll 60 grep -qx 3 /sys/module/vr/refcnt
many=$(namespaces 2> /dev/null)
before=$(memory)
storm "$seconds" "${all[@]}"
is "every process lives through it" $? 0
ok "what stays works" python3 -S - "$a" "$b" <<- 'END'
	import sys
	from packet import *

	a, b = Station(sys.argv[1], '02:00:00:00:00:0a'), Station(sys.argv[2], '02:00:00:00:00:0b')
	a.send(eth(b.mac, a.mac, IP4, packet('192.0.2.10', '192.0.2.11', b'after')))
	a.send(eth(GATEWAY, a.mac, IP6, packet('2001:db8:1::a', '2001:db8:1::b', b'after6')))
	sys.exit(not b.expect(b'after') or not b.expect(b'after6'))
END
ok "ports of namespaces that are gone are gone" poll 60 only_what_stays
sweep
is "the instance counts what it did before" "$(counted "$host")" "$counts"
is "endpoints: those of the ports" "$(vrctl -o endpoint show | grep -c .)" 3
is "routes: those of the subnets" "$(vrctl -o route show | grep -c .)" 3
ok "there are as many references" poll 60 grep -qx 3 /sys/module/vr/refcnt
# Elsewhere what a CPU keeps to give out again counts as given out.
if [ -e /sys/kernel/debug/kmemleak ]; then
	ok "and namespaces" poll 60 no_more_namespaces
	echo "# $many namespaces before, $(namespaces) after"
fi
ok "the memory is back" poll 60 steady
echo "# unreclaimable memory: $before KiB before, $(memory) KiB after"

# Ports in namespaces other than their instance's keep the module in place.
for i in "$a" "$b" "$c"; do
	ip -n "$i" link del eth1
done
is "no reference is left" "$(< /sys/module/vr/refcnt)" 0
storm "$seconds" networks objects ports taps hosts nodes uplinks shows modules
is "the module comes and goes under all of them" $? 0
ok "... and unloads at the end" poll 60 rmmod vr
fails "no device of it is left" ip link show type vr dev own
ok "it loads" module_load
is "and then nothing is left" "$(vrctl network show; vrctl port show; vrctl endpoint show)" ''
done_testing
