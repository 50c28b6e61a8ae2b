#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Ports that cannot be: each is refused by name and changes nothing.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl network add red
ns a b other
device a eth1 eth2
device b eth1
vrctl port add dev eth1 netns "$a" network blue mac 02:00:00:00:00:0a \
	address 192.0.2.10 address 2001:db8:1::a
before=$(vrctl port show; vrctl endpoint show; ip -n "$b" -d link show eth1)

# Devices are made by rtnetlink.
link()
{
	ip link add eth9 "$@" type vr || return 1
}
ip netns set "$b" 7
refused "a device with a group's MAC" "not a unicast Ethernet address" link address 03:00:00:00:00:0b
refused "... with none" "not a unicast Ethernet address" link address 00:00:00:00:00:00
refused "... for the instance of another namespace" "link-netnsid is not supported by vr" \
	link link-netnsid 7
fails "none of them is there" ip link show eth9

attach=(vrctl port add dev eth1 netns "$b" network blue)
refused "unknown network" "no such network" vrctl port add dev eth1 netns "$b" network nobody
refused "unknown device" "no such device" vrctl port add dev eth7 netns "$b" network blue
fails "a namespace that does not exist" vrctl port add dev eth1 netns nobody network blue
fails "... as a path" vrctl port add dev eth1 netns /run/netns/nobody network blue
refused "what is no namespace" "namespace" vrctl port add dev eth1 netns /proc/version network blue
refused "already attached" "device is attached already" \
	vrctl port add dev eth1 netns "$a" network blue
refused "... to another network" "device is attached to another network" \
	vrctl port add dev eth1 netns "$a" network red
refused "MAC in use" "MAC is in use in this network" "${attach[@]}" mac 02:00:00:00:00:0a
refused "the gateway's MAC" "MAC is the gateway's" "${attach[@]}" mac 02:76:72:00:00:01
fails "a multicast MAC" "${attach[@]}" mac 03:00:00:00:00:0b
refused "address in use" "address is in use in this network" "${attach[@]}" address 192.0.2.10
refused "... IPv6" "address is in use in this network" "${attach[@]}" address 2001:db8:1::a
refused "the gateway's address" "address is the gateway's" "${attach[@]}" address 192.0.2.1
refused "... IPv6" "address is the gateway's" "${attach[@]}" address 2001:db8:1::1
refused "an address twice" "address is given twice" \
	"${attach[@]}" address 192.0.2.12 address 192.0.2.12
refused "no host's address" "not an address a host may have" "${attach[@]}" address 224.0.0.5
refused "... IPv6" "not an address a host may have" "${attach[@]}" address ff02::5
many=()
for ((i = 0; i < 33; i++)); do
	many+=(address "198.51.100.$i")
done
refused "33 addresses" "more than the limit of 32 addresses" "${attach[@]}" "${many[@]}"
usage_error "a description of 513 bytes" "longer than 512 bytes" "${attach[@]}" description "$(printf '%0513d' 1)"

# Whose device it is.
ip -n "$other" link add eth5 netns "$b" type vr
refused "a device that another namespace made" "another namespace" \
	vrctl port add dev eth5 netns "$b" network blue
vrctl -n "$other" network add blue
refused "a device of this one, for another namespace" "another namespace" \
	vrctl -n "$other" port add dev eth1 netns "$b" network blue
ok "its own it can have" vrctl -n "$other" port add dev eth5 netns "$b" network blue
refused "... and nobody else changes it" "another namespace" vrctl port del dev eth5 netns "$b"
ip netns set "$b" 5
# ip says 2 where vrctl says 1.
usage_error "an id for another namespace to make it in" "link-netnsid is not supported" \
	ip link add eth6 link-netnsid 5 type vr
usage_error "a multicast MAC for a new device" "not a unicast Ethernet address" ip link add eth6 address 03:00:00:00:00:01 type vr

# What a port is not.
refused "a port that is not there" "device is not attached" vrctl port del dev eth2 netns "$a"
refused "... by id" "no such port" vrctl port del id 4711
refused "... to be shown" "no such port" vrctl port show id 4711
refused "another network" "port is in another network" \
	vrctl port set dev eth1 netns "$a" network red
refused "an address of the gateway's, by set" "address is the gateway's" \
	vrctl port set dev eth1 netns "$a" address 192.0.2.1
refused "ports of no network" "no such network" vrctl port show network nobody

is "nothing has changed" \
	"$(vrctl port show; vrctl endpoint show; ip -n "$b" -d link show eth1)" "$before"
done_testing
