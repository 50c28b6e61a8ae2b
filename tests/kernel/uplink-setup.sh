# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the scripts about uplinks share; sources setup.sh.  The script's own
# namespace is one node, 203.0.113.1 and 2001:db8:ff::1 on its device wire.
#
#	far_end			the other end of the wire is the namespace far, in
#				which only the test sends: it has no addresses, and
#				.2 to .9 and ::2 to ::9 are there, see vxlan.py
#	node NAME		the other end is another node, .2 and ::2
#	node_pod NODE POD NETWORK MAC [IP/LEN]...
#				as pod, but on that node
#	on NODE COMMAND...	vrctl there
#	wire_mtu NS MTU		of a device wire
#	network NAME		shown, in $json

. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
module_load

WIRE_MAC=02:00:00:00:ff:01 FAR_MAC=02:00:00:00:ff:02

_wire()
{
	local name=$1

	ns "$name" &&
		ip link add wire address $WIRE_MAC type veth peer name wire address $FAR_MAC \
			netns "${!name}" || return
	sh -c 'echo 0 > /proc/sys/net/ipv6/conf/wire/accept_dad'
	ip -batch - <<- END
		address add 203.0.113.1/24 dev wire
		address add 2001:db8:ff::1/64 dev wire nodad
		link set wire up
	END
}

far_end()
{
	local i commands=

	_wire far || return
	in_ns far sh -c 'echo 1 > /proc/sys/net/ipv6/conf/wire/disable_ipv6
		ip link set wire up arp off'
	for i in 2 3 4 5 6 7 8 9; do
		commands+="neighbour add 203.0.113.$i lladdr $FAR_MAC dev wire"$'\n'
		commands+="neighbour add 2001:db8:ff::$i lladdr $FAR_MAC dev wire"$'\n'
	done
	ip -batch - <<< "$commands"
}

node()
{
	_wire "$1" || return
	in_ns "$1" sh -c 'echo 0 > /proc/sys/net/ipv6/conf/wire/accept_dad; ip -batch -' <<- END
		address add 203.0.113.2/24 dev wire
		address add 2001:db8:ff::2/64 dev wire nodad
		link set wire up
	END
}

on()
{
	local net=$1

	shift
	vrctl -n "${!net}" "$@"
}

# A port belongs to the namespace that its device was made in.
node_pod()
{
	local node=$1 pod=$2 network=$3 mac=$4 address commands hosts=()

	shift 4
	ns "$pod" &&
		ip -n "${!node}" link add eth1 netns "${!pod}" type vr || return
	commands=$'link set eth1 up\n'
	for address; do
		hosts+=(address "${address%/*}")
		commands+="address add $address dev eth1"
		[[ $address != *:* ]] || commands+=" nodad"
		commands+=$'\n'
	done
	on "$node" port add dev eth1 netns "${!pod}" network "$network" mac "$mac" \
		"${hosts[@]}" || return
	in_ns "$pod" sh -c 'echo 0 > /proc/sys/net/ipv6/conf/eth1/accept_dad
		ip -batch -' <<< "$commands"
}

wire_mtu()
{
	ip -n "$1" link set wire mtu "$2"
}

network()
{
	json=$(vrctl -j network show "$1")
}
