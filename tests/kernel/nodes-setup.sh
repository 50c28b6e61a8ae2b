# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Several nodes on one machine: namespaces with an instance each, joined by a bridge
# in a namespace of its own; sources service-setup.sh. A node's number is the last
# part of its addresses. What an agent would tell the nodes is kept here and told by
# tell().
#
#	nodes N				namespaces n1, n2 and so on, with the device wire
#	on NODE CMD...			in its namespace
#	at NODE ARGS			vrctl for it
#	everywhere ARGS			vrctl for all of them
#	vtep NODE			its address in the underlay of $underlay, 4 or 6
#	network NAME VNI SUBNET...	on all nodes
#	uplinks				vx on all nodes
#	node_pod NODE NS NETWORK MAC IP/LEN...
#					a namespace with an attached eth1 that is up,
#					which the other nodes are to be told of
#	tell add|replace|del		all pods to all nodes but their own
#	flood add|del NETWORK...	all nodes are on the others' flood lists
#	node_drops NODE REASON		as drops

. "$(dirname "${BASH_SOURCE[0]}")/service-setup.sh"
module_load

underlay=4
_nodes=() _told=()

on()
{
	local node=${!1}

	shift
	nsenter --net="/run/netns/$node" "$@"
}

at()
{
	local node=${!1}

	shift
	vrctl -n "$node" "$@"
}

everywhere()
{
	local node

	for node in "${_nodes[@]}"; do
		at "$node" "$@" || return
	done
}

vtep()
{
	if [ $underlay = 4 ]; then
		echo "203.0.113.${1#n}"
	else
		echo "2001:db8:ff::${1#n}"
	fi
}

# No duplicate address detection anywhere, so that addresses work at once.
_wire()
{
	on "$1" sh -c 'echo 0 > /proc/sys/net/ipv6/conf/wire/accept_dad; ip -batch -' <<- end
		address add 203.0.113.${1#n}/24 dev wire
		address add 2001:db8:ff::${1#n}/64 dev wire nodad
		link set wire mtu ${2:-1500} up
	end
}

nodes()
{
	local i

	ns fabric && ip -n "$fabric" link add br0 type bridge mcast_snooping 0 &&
		ip -n "$fabric" link set br0 up || return
	for ((i = 1; i <= $1; i++)); do
		ns "n$i"
		_nodes+=("n$i")
		on fabric ip link add "to-n$i" type veth peer name wire netns "${!_nodes[i - 1]}"
		ip -n "$fabric" link set "to-n$i" mtu 9000 master br0 up
		_wire "n$i"
	done
}

network()
{
	local name=$1 vni=$2 subnet args=()

	shift 2
	for subnet; do
		args+=(subnet "$subnet")
	done
	everywhere network add "$name" vni "$vni" "${args[@]}"
}

uplinks()
{
	everywhere uplink add vx type vxlan
}

node_pod()
{
	local node=$1 net=$2 network=$3 mac=$4 address commands hosts=()

	shift 4
	ns "$net" && ip -n "${!node}" link add eth1 netns "${!net}" type vr || return
	commands=$'link set eth1 up\n'
	for address; do
		hosts+=(address "${address%/*}")
		commands+="address add $address dev eth1"
		[[ $address != *:* ]] || commands+=" nodad"
		commands+=$'\n'
	done
	at "$node" port add dev eth1 netns "${!net}" network "$network" mac "$mac" \
		"${hosts[@]}" || return
	in_ns "$net" sh -c 'echo 0 > /proc/sys/net/ipv6/conf/eth1/accept_dad
		ip -batch -' <<< "$commands"
	_told+=("$node network $network mac $mac ${hosts[*]}")
}

tell()
{
	local node what commands

	for node in "${_nodes[@]}"; do
		commands=
		for what in "${_told[@]}"; do
			[ "${what%% *}" != "$node" ] || continue
			if [ "$1" = del ]; then
				what=${what%% address *}
				commands+="endpoint del ${what#* }"$'\n'
			else
				commands+="endpoint $1 ${what#* } remote $(vtep "${what%% *}")"
				commands+=$' origin agent\n'
			fi
		done
		at "$node" -batch - <<< "$commands" || return
	done
}

flood()
{
	local verb=$1 node other network others

	shift
	for node in "${_nodes[@]}"; do
		others=()
		for other in "${_nodes[@]}"; do
			[ "$other" = "$node" ] || others+=("$(vtep "$other")")
		done
		for network; do
			at "$node" network set "$network" flood "$verb" "${others[@]}" || return
		done
	done
}

node_drops()
{
	local line reason word count

	while read -r line; do
		read -r reason word count <<< "$line"
		if [ "$reason" = "$2" ]; then
			echo "${count:-$word}"
			return
		fi
	done < <(at "$1" -s drops)
}
