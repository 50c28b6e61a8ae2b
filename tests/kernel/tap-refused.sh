#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Devices that cannot be ports, and ports that cannot be so with a tap: each is
# refused by name, and the device is as it was.

. "$(dirname "$0")/setup.sh"
module_load

ns a other
vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl network add red
vrctl -n "$other" network add blue
device a eth1
vrctl port add dev eth1 netns "$a" network blue mac 02:00:00:00:00:0a address 192.0.2.10
id=$(json=$(vrctl -j port show dev eth1 netns "$a"); field id)
ip -batch - <<- END
	link add br0 up type bridge
	link add slave0 type dummy
	link set slave0 master br0
	link add lower0 type dummy
	link add mv0 link lower0 type macvlan
	link add lower1 type dummy
	link add iv0 link lower1 type ipvlan
	link add vrf0 type vrf table 10
	link add nic4 up type dummy
	address add 203.0.113.9/24 dev nic4
	link add nic6 up type dummy
	address add 2001:db8:9::9/64 dev nic6
	tuntap add tun0 mode tun
	link add gre7 type gre local 203.0.113.9 remote 203.0.113.7
	link add ipip7 type ipip local 203.0.113.9 remote 203.0.113.7
	link add free0 up type veth peer name free1
	link add bond0 type bond
	link add slave1 type dummy
	link set slave1 master bond0
	link add link free0 name free0.5 type vlan id 5 reorder_hdr off
	link add away netns $a type dummy
END
ip -n "$other" link add vr5 netns "$a" type vr
ip -n "$other" link add vr6 netns $$ type vr

# Names, masters, MACs and promiscuity: timers and states change by themselves.
devices()
{
	(ip -d link show; ip -n "$a" -d link show) | grep -Eo \
		'^[0-9]+: [^:]*|master [^ ]*|link/.* brd|promiscuity .* allmulti [0-9]|mtu [0-9]*'
	vrctl port show
	vrctl endpoint show
	vrctl route show
}

before=$(devices)

# no_port DESC TEXT DEVICE
no_port()
{
	local desc=$1 text=$2

	shift 2
	refused "$desc" "vrctl: port add: $text" vrctl port add dev "$1" "${@:2}" network blue
}

no_port "the loopback" "device is the loopback: dev lo" lo
no_port "a tunnel of IP in IP" "device is not Ethernet: dev ipip7" ipip7
no_port "... of GRE" "device is not Ethernet: dev gre7" gre7
no_port "a tun" "device is not Ethernet: dev tun0" tun0
no_port "a bridge" "device is of a kind that cannot be taken over: dev br0" br0
no_port "a vrf" "device is of a kind that cannot be taken over: dev vrf0" vrf0
no_port "an ipvlan" "device is of a kind that cannot be taken over: dev iv0" iv0
no_port "a bridge's port" "device has a master: dev slave0" slave0
no_port "a bond's" "device has a master: dev slave1" slave1
no_port "what a macvlan is on" "device has a receive handler, as of a macvlan: dev lower0" lower0
no_port "... an ipvlan" "device has a receive handler, as of a macvlan: dev lower1" lower1
no_port "a VLAN that keeps its tags" \
	"device leaves VLAN tags in packets, set reorder_hdr on: dev free0.5" free0.5
no_port "an IPv4 address" \
	"device carries an address of the host, which would be lost: dev nic4" nic4
no_port "an IPv6 address" \
	"device carries an address of the host, which would be lost: dev nic6" nic6
no_port "another instance's, elsewhere" \
	"device was made in another namespace, which owns it: dev vr5" vr5 netns "$a"
no_port "... and here" "device was made in another namespace, which owns it: dev vr6" vr6
no_port "a device in another namespace" \
	"device is in another namespace and not of kind vr: dev away" away netns "$a"
no_port "no such device" "no such device: dev nobody" nobody
no_port "... elsewhere" "no such device: dev free0" free0 netns "$a"

# What a tap needs, and who is in the way.
attach=(vrctl port add dev free0 network blue)
refused "addresses without a MAC" "vrctl: port add: addresses of a tap port need a mac: address 192.0.2.11" \
	"${attach[@]}" address 192.0.2.11
refused "antispoof without one" "vrctl: port add: antispoof of a tap port needs a mac: antispoof on" \
	"${attach[@]}" antispoof on
refused "gateway without one" "vrctl: port add: a gateway port that is a tap needs a mac: gateway on" \
	"${attach[@]}" gateway
refused "a MAC in use" "MAC is in use in this network" "${attach[@]}" mac 02:00:00:00:00:0a
refused "the gateway's" "MAC is the gateway's" "${attach[@]}" mac 02:76:72:00:00:01
refused "an address in use" "address is in use in this network" \
	"${attach[@]}" mac 02:00:00:00:00:0b address 192.0.2.10
refused "the gateway's" "address is the gateway's" \
	"${attach[@]}" mac 02:00:00:00:00:0b address 2001:db8:1::1
refused "no such network" "no such network" vrctl port add dev free0 network nobody
is "nothing has changed" "$(devices)" "$before"

python "$id" <<- 'END'
	import sys
	from packet import check, equal
	from vrnl import *

	nl = Netlink()
	ONLY_TAPS = 'only tap ports learn, a native port\'s MACs are known'
	BESIDE = 'learn beside antispoof, which is on where there are addresses'
	MAC, IP = '02:00:00:00:00:0b', '192.0.2.11'

	def refused(what, text, attr, command, attrs, flags=0):
	    try:
	        nl.do(command, attrs, flags)
	        check(what, False, 'it is done')
	    except Refused as refusal:
	        equal(what, (refusal.text, refusal.attr), (text, attr))

	def add(**attrs):
	    return {'network': 'blue', 'ifname': 'free0',
	            **{key.replace('_', '-'): value for key, value in attrs.items()}}

	refused('learning on a native port', ONLY_TAPS, 'learn', 'port-set',
	        {'id': int(sys.argv[1]), 'learn': 1})
	nl.do('port-set', {'id': int(sys.argv[1]), 'learn': 0})
	check('... off, it is', True)
	refused('learning beside antispoof', BESIDE, 'learn', 'port-new',
	        add(mac=MAC, antispoof=1, learn=1))
	refused('... beside addresses', BESIDE, 'learn', 'port-new', add(mac=MAC, address=IP, learn=1))
	refused('apply, with a later one', 'no such network', 'port/network', 'apply', [
	    ('port', add(learn=1)), ('port', {'network': 'nobody', 'ifname': 'free1'})])
END
is "nothing has changed" "$(devices)" "$before"

python <<- 'END'
	from packet import check, equal
	from vrnl import *

	nl = Netlink()

	def refused(what, text, attr, command, attrs, flags=0):
	    try:
	        nl.do(command, attrs, flags)
	        check(what, False, 'it is done')
	    except Refused as refusal:
	        equal(what, (refusal.text, refusal.attr), (text, attr))

	tap = nl.do('port-new', {'network': 'blue', 'ifname': 'free0', 'learn': 1, 'learn-limit': 5,
	                         'learn-ageing': 7})
	equal('a port that learns', [tap[key] for key in ('kind', 'learn', 'learn-limit', 'learn-ageing')],
	      ['tap', 1, 5, 7])
	BESIDE = 'learn beside antispoof, which is on where there are addresses'
	MAC = '02:00:00:00:00:0b'
	refused('antispoof beside learning', BESIDE, 'antispoof', 'port-set',
	        {'id': tap['id'], 'mac': MAC, 'antispoof': 1})
	refused('... by addresses', BESIDE, None, 'port-set',
	        {'id': tap['id'], 'mac': MAC, 'address': '192.0.2.11'})
	refused('addresses without a MAC', 'addresses of a tap port need a mac', 'address', 'port-set',
	        {'id': tap['id'], 'learn': 0, 'address': '192.0.2.11'})
	refused('gateway without one', 'a gateway port that is a tap needs a mac', 'gateway',
	        'port-set', {'id': tap['id'], 'gateway': 1})
	equal('it is as it was', {key: value for key, value in nl.do(
	    'port-get', {'id': tap['id']}).items() if key not in ('stats', 'up')},
	    {key: value for key, value in tap.items() if key not in ('stats', 'up')})
	same = {'network': 'blue', 'ifname': 'free0'}
	nl.do('port-new', {**same, 'learn': 1, 'learn-limit': 5, 'learn-ageing': 7})
	check('adding an equal one', True)
	for key, value in ('learn', 0), ('learn-limit', 6), ('learn-ageing', 8):
	    refused('... with another ' + key, 'device is attached with another ' + key, key,
	            'port-new', {**same, key: value})
	refused('... to another network', 'device is attached to another network', 'ifname', 'port-new',
	        {**same, 'network': 'red'})
	refused('... exclusively', 'device is attached already', 'ifname', 'port-new', same, EXCL)
	nl.do('port-del', {'ifname': 'free0'})
END
is "nothing has changed" "$(devices)" "$before"
done_testing
