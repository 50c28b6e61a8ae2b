#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A native port: made by stock ip, detached; attached it carries packets.

. "$(dirname "$0")/setup.sh"
module_load

link()
{
	json=$(ip -n "$a" -j -d link show eth1)
}

vrctl network add blue mtu 1400 subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
ns a
ok "stock ip makes it in a namespace" ip link add eth1 netns "$a" type vr
ok "... and up" ip -n "$a" link set eth1 up
link
is "its kind" "$(field info_kind)" vr
is "detached: no carrier" "$(carrier a)" 0
like "... as ip shows" "$(field flags)" NO-CARRIER
like "ip -d link show type vr finds it" "$(ip -n "$a" -d link show type vr)" 'eth1.*mtu 1500'
ok "an address in the pod" ip -n "$a" address add 192.0.2.10/24 dev eth1
ip -n "$a" address add 2001:db8:1::a/64 dev eth1 nodad
ok "attach" vrctl port add dev eth1 netns "$a" network blue mac 02:00:00:00:00:0a \
	address 192.0.2.10 address 2001:db8:1::a description "pod a, eth1" origin cni
link
like "... LOWER_UP" "$(field flags)" LOWER_UP
is "... the MTU of the network" "$(field mtu)" 1400
is "... and no more" "$(field max_mtu)" 1400
is "... the MAC" "$(field address)" 02:00:00:00:00:0a
fails "a larger MTU in the pod" ip -n "$a" link set eth1 mtu 1401
ok "a smaller one" ip -n "$a" link set eth1 mtu 1300
ip -n "$a" link set eth1 mtu 1400
ping_ok a 192.0.2.1
ping_ok a 2001:db8:1::1

json=$(vrctl -j -s port show dev eth1 netns "$a")
is "show: network" "$(field network)" blue
is "show: description" "$(field description)" "pod a, eth1"
is "show: origin" "$(field origin)" cni
is "show: kind" "$(field kind)" native
is "show: addresses" "$(field address)" '["192.0.2.10","2001:db8:1::a"]'
is "show: protected" "$(field antispoof)" 1
is "show: up" "$(field up)" 1
like "show: packets sent" "$(field tx_packets)" '^[1-9]'
like "show: packets received" "$(field rx_packets)" '^[1-9]'
json=$(vrctl -j endpoint show network blue mac 02:00:00:00:00:0a)
is "its endpoint has the addresses" "$(field address)" '["192.0.2.10","2001:db8:1::a"]'

# Change.
ok "other addresses" vrctl port set dev eth1 netns "$a" address 192.0.2.20
json=$(vrctl -j port show id 1)
is "... replace the old ones" "$(field address)" '["192.0.2.20"]'
ok "none" vrctl port set id 1 no-addresses
json=$(vrctl -j port show id 1)
is "... are gone" "$(field address)" ''
is "... and so is the protection" "$(field antispoof)" 0
ok "protection without addresses" vrctl port set id 1 antispoof on
json=$(vrctl -j port show id 1)
is "... is shown" "$(field antispoof)" 1
ok "another MAC" vrctl port set id 1 mac 02:00:00:00:00:1a address 192.0.2.10
link
is "... is the device's" "$(field address)" 02:00:00:00:00:1a
ok "... and the endpoint's" vrctl endpoint show network blue mac 02:00:00:00:00:1a
refused "... no longer the old one" "no such endpoint" \
	vrctl endpoint show network blue mac 02:00:00:00:00:0a
ping_ok a 192.0.2.1
ok "the MAC is the device's when none is given" ip link add eth9 type vr
json=$(ip -j link show eth9)
mac=$(field address)
ok "... in the own namespace" vrctl port add dev eth9 network blue
ok "... so says the endpoint" vrctl endpoint show network blue mac "$mac"
ok "a change of the device's MAC" ip link set eth9 address 02:00:00:00:00:99
ok "... leaves the endpoint as it is" vrctl endpoint show network blue mac "$mac"

# Away.
ok "detach" vrctl port del dev eth1 netns "$a"
is "... no carrier" "$(carrier a)" 0
link
is "... any MTU" "$(field max_mtu)" 65535
ok "the port, by id" vrctl port del id 2
# The core sends nothing to a device without carrier, once it has noticed.
python "$a" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	station = Station(sys.argv[1], '02:00:00:00:00:1a')
	before = nl.drops()['detached']
	netns = open('/run/netns/' + sys.argv[1])
	for _ in range(20):
	    nl.do('port-new', {'network': 'blue', 'ifname': 'eth1', 'netns-fd': netns.fileno()})
	    end = time.monotonic() + 2
	    sent = 0
	    while sent == 0 and time.monotonic() < end:
	        station.send(eth(BROADCAST, station.mac, 0x88b5, b'attached'))
	        sent = nl.drops()['no-port']
	    nl.do('port-del', {'ifname': 'eth1', 'netns-fd': netns.fileno()})
	    station.send(eth(BROADCAST, station.mac, 0x88b5, b'detached'))
	    if nl.drops()['detached'] > before:
	        break
	equal('what a detached device sends is dropped', nl.drops()['detached'] > before, True)
END
is "no port" "$(vrctl port show)" ''
is "no endpoint" "$(vrctl endpoint show)" ''
done_testing
