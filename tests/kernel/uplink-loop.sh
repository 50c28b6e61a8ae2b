#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A tunnel that leads into the router itself: into a port of its own instance, or
# into one of another whose tunnel leads back. Dropped and counted.

. "$(dirname "$0")/uplink-setup.sh"

far_end
vrctl network add blue vni 100 subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl uplink add vx type vxlan
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a

# A port whose stack is the underlay's, as the host's.
ip link add host type vr
vrctl port add dev host network blue address 192.0.2.2 address 2001:db8:1::2 mac 02:00:00:00:00:02
# It has nothing of its own to say, which would be flooded and counted below.
echo 0 > /proc/sys/net/ipv6/conf/host/accept_ra
ip -batch - <<- END
	link set host addrgenmode none
	link set host up
	address add 192.0.2.2/24 dev host
	address add 2001:db8:1::2/64 dev host nodad
	neighbour add 192.0.2.99 lladdr 02:00:00:00:99:99 dev host
	neighbour add 2001:db8:1::99 lladdr 02:00:00:00:99:99 dev host
END
i=0
for remote in 192.0.2.99 2001:db8:1::99 203.0.113.1 2001:db8:ff::1 198.51.100.1; do
	mac=02:00:00:00:09:0$((i += 1))
	vrctl endpoint add network blue mac $mac remote $remote
	macs="${macs-} $mac"
done
vrctl route add network blue 203.0.113.128/25 via remote 192.0.2.99

# shellcheck disable=SC2086 # words
python "$a" $macs <<- 'END'
	import sys
	from vxlan import *
	from vrnl import *

	nl = Netlink()
	a = Station(sys.argv[1], '02:00:00:00:00:0a')
	for to, what in zip(sys.argv[2:], ('into a port of its own', '... IPv6', 'to itself', '... IPv6',
	                                   'nowhere')):
	    frame = eth(to, a.mac, IP4, packet('192.0.2.10', '192.0.2.77'))
	    with Drops(nl, what, underlay=5):
	        for _ in range(5):
	            a.send(frame)
	with Drops(nl, 'routed', underlay=1):
	    a.send(eth(GATEWAY, a.mac, IP4, packet('192.0.2.10', '203.0.113.200')))
	nl.do('network-set', {'name': 'blue', 'flood-add': ['192.0.2.99', '2001:db8:1::99']})
	with Drops(nl, 'flooded', underlay=2):
	    a.send(eth(BROADCAST, a.mac, IP4, packet('192.0.2.10', '192.0.2.255')))
END

# Each one's tunnel leads into a port of the other.
ns in out
ip -n "${in:?}" link add out netns "${out:?}" type vr
ip -n "$out" link add in netns "$in" type vr
for net in in out; do
	other=in
	[ $net = in ] && other=out
	on $net network add green vni 7 mtu 1400
	on $net uplink add vx type vxlan
	# what out sends to its device in comes to the instance of in
	on $net port add dev $other netns "${!other}" network green mac 02:00:00:00:0$((${#net})):01
done
# In each namespace the other's device is the underlay.
ip -n "$out" -batch - <<- END
	link set out up
	address add 198.51.100.1/24 dev out
	neighbour add 198.51.100.9 lladdr 02:00:00:00:99:01 dev out
END
ip -n "$in" -batch - <<- END
	link set in up
	address add 198.51.100.2/24 dev in
	neighbour add 198.51.100.9 lladdr 02:00:00:00:99:01 dev in
END
for net in in out; do
	ok "a station of $net behind the other" on $net endpoint add network green \
		mac 02:00:00:00:99:01 remote 198.51.100.9
done
for net in in out; do
	ok "two instances that lead into each other, from $net" in_ns $net \
		sh -c 'for i in 1 2 3; do echo x > /dev/udp/198.51.100.9/9; done 2> /dev/null || :'
	in_ns $net ping -q -c 3 -i 0.2 -W 1 198.51.100.9 > /dev/null
done
count()
{
	on "$1" -j -s drops | python3 -S -c '
import json, sys
print(sum(d["packets"] for d in json.load(sys.stdin) if d["name"] == "underlay"))'
}
is "what goes round ends as a drop" "$(($(count in) + $(count out) > 0))" 1
on in network del green
on out network del green
done_testing
