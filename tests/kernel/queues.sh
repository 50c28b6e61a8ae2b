#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A device with a queue for each CPU, and senders on all of them at once.

. "$(dirname "$0")/setup.sh"
module_load

cpus=$(nproc)
possible=$(< /sys/devices/system/cpu/possible)

too_many()
{
	ip link add eth9 "$1" $((${possible#*-} + 2)) type vr || return 1
}

refused "more transmit queues than CPUs" "more queues than CPUs" too_many numtxqueues
refused "... or receive queues" "more queues than CPUs" too_many numrxqueues
[ "$cpus" -gt 1 ] || done_testing

vrctl network add blue subnet 192.0.2.1/24 subnet 198.51.100.1/24
ns a b c
for pod in "a 192.0.2.10 0a" "b 192.0.2.11 0b" "c 198.51.100.12 0c"; do
	read -r net address last <<< "$pod"
	ip link add eth1 netns "${!net}" numtxqueues "$cpus" numrxqueues "$cpus" type vr
	vrctl port add dev eth1 netns "${!net}" network blue mac "02:00:00:00:00:$last" \
		address "$address"
	in_ns "$net" sh -c 'echo 1 > /proc/sys/net/ipv6/conf/eth1/disable_ipv6
		ip link set eth1 up arp off'
done
is "the device has the queues" \
	"$(ip netns exec "$a" sh -c 'ls -d /sys/class/net/eth1/queues/tx-*' | wc -l)" "$cpus"

python "$a" "$b" "$c" <<- 'END'
	import multiprocessing
	import sys
	from packet import *

	a, b, c = (Station(name, '02:00:00:00:00:0%x' % (10 + i)) for i, name in
	           enumerate(sys.argv[1:]))
	B4, C4 = '192.0.2.11', '198.51.100.12'
	CPUS, COUNT = os.cpu_count(), 2000
	frames = [eth(b.mac, a.mac, IP4, packet('192.0.2.10', B4, b'cpu %d' % cpu))
	          for cpu in range(CPUS)]
	routed = [eth(GATEWAY, a.mac, IP4, packet('192.0.2.10', C4, b'cpu %d' % cpu))
	          for cpu in range(CPUS)]

	def send(cpu, start):
	    os.sched_setaffinity(0, {cpu})
	    start.wait()
	    # Fewer at a time than a backlog has room for.
	    for i in range(COUNT):
	        a.send(frames[cpu] if i % 2 else routed[cpu])
	        if not i % 100:
	            time.sleep(0.01)

	start = multiprocessing.Barrier(CPUS)
	senders = [multiprocessing.Process(target=send, args=(cpu, start)) for cpu in range(CPUS)]
	os.sched_setaffinity(0, range(CPUS))
	for sender in senders:
	    sender.start()
	for sender in senders:
	    sender.join()
END
# A socket would not have room for them all on a slow machine: the devices count.
packets()
{
	ip -n "${!1}" -j -s link show eth1 | jq ".[].stats64.$2.packets"
}
has()
{
	[ "$(packets "$1" "$2")" = "$3" ]
}
ok "it has sent them all" has a tx $((cpus * 2000))
ok "... as many have come, bridged" poll 10 has b rx $((cpus * 1000))
ok "... and routed" poll 10 has c rx $((cpus * 1000))
is "none was dropped" "$(vrctl -s drops | awk '{ n += $NF } END { print n }')" 0
done_testing
