#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# alone
#
# The module unloads with taps attached, also while packets come, and each
# device is as it was before.

. "$(dirname "$0")/setup.sh"
module_load

unloaded()
{
	rmmod vr
}

link()
{
	ip -d link show "$1" | sed 's/state [A-Z]*//'
}

veth_pod a
veth_pod b
ip link add br0 up type bridge
network()
{
	vrctl network add blue subnet 192.0.2.1/24
	vrctl port add dev ta network blue mac 02:00:00:00:00:0a address 192.0.2.10
	vrctl port add dev tb network blue
	python3 -S -c 'from vrnl import *; Netlink().do("port-set", {"id": 2, "learn": 1})'
	vrctl route add network blue 198.51.100.0/24 via dev ta
}

# A loop of this script.
round()
{
	module_load && network && poll 30 unloaded && [ "$(link ta)" = "$before" ]
}

ip -n "$a" link set eth1 address 02:00:00:00:00:0a up
ip -n "$a" address add 192.0.2.10/24 dev eth1
ip -n "$b" link set eth1 up
ip -n "$b" address add 192.0.2.11/24 dev eth1
before=$(link ta)
network
ping_ok a 192.0.2.11
is "no reference is held" "$(< /sys/module/vr/refcnt)" 0
ok "it unloads" poll 30 unloaded
is "the device is as before" "$(link ta)" "$before"
ok "it can join a bridge" ip link set ta master br0
ip link set tb master br0
ok "... which works" poll 10 ping_ok a 192.0.2.11
ip link set ta nomaster
ip link set tb nomaster

stop=$(mktemp)
on_exit rm -f "$stop"
python3 -S - "$a" "$b" "$stop" <<- 'END' &
	import os
	import sys
	from packet import *

	a, b = Station(sys.argv[1], '02:00:00:00:00:0a'), Station(sys.argv[2], '02:00:00:00:00:0b')
	while os.path.exists(sys.argv[3]):
	    for i in range(100):
	        a.send(eth(BROADCAST, a.mac, IP4, packet('192.0.2.10', '192.0.2.255', b'x' * 100)))
	        a.send(eth(GATEWAY, a.mac, IP4, packet('192.0.2.10', '192.0.2.11', b'x' * 100)))
	        b.send(eth(a.mac, '02:00:00:00:02:%02x' % i, IP4, packet('192.0.2.11', '192.0.2.10')))
	    a.frames(), b.frames()
END
loops=0
for ((i = 0; i < 10; i++)); do
	round || break
	loops=$((loops + 1))
done
is "loaded and unloaded while packets came" $loops 10
rm -f "$stop"
wait
ok "it loads again" module_load
done_testing
