# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the scripts about the host's ports share; sources service-setup.sh.  The
# script's own namespace is the host, and has the name host.
#
#	host_port DEV NETWORK VRF IP/LEN...	the gateway's port, in a vrf unless it is ""
#	uplink					of the host, and the namespace outside
#	tracked DESC COUNT REGEX		so many connections of conntrack's look so
#	counter NAME				packets of a counter of the table vr

. "$(dirname "${BASH_SOURCE[0]}")/service-setup.sh"

need_masquerade
module_load

host=host-$$
ip netns attach "$host" $$
on_exit ip netns del "$host"
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
# Paths are symmetric: the strictest there is has to do.
echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter

host_port()
{
	local dev=$1 network=$2 vrf=$3 address commands='' hosts=()

	shift 3
	ip link add "$dev" type vr || return
	# Before its addresses: IPv6 ones do not survive it.
	[ -z "$vrf" ] || ip link set "$dev" master "$vrf" || return
	for address; do
		hosts+=(address "${address%/*}")
		commands+="address add $address dev $dev"
		[[ $address != *:* ]] || commands+=" nodad"
		commands+=$'\n'
	done
	vrctl port add dev "$dev" network "$network" "${hosts[@]}" gateway || return
	echo 0 > "/proc/sys/net/ipv6/conf/$dev/accept_dad"
	ip -batch - <<< "link set $dev up"$'\n'"$commands"
}

uplink()
{
	ns outside && ip link add uplink type veth peer name eth0 netns "$outside" || return
	echo 0 > /proc/sys/net/ipv6/conf/uplink/accept_dad
	ip -batch - <<- 'END'
		link set uplink up
		address add 203.0.113.1/24 dev uplink
		address add 2001:db8:f::1/64 dev uplink nodad
	END
	in_ns outside sh -c 'echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad
		ip -batch -' <<- 'END'
		link set eth0 up
		address add 203.0.113.2/24 dev eth0
		address add 2001:db8:f::2/64 dev eth0 nodad
	END
}

tracked()
{
	if [ -e /proc/net/nf_conntrack ]; then
		is "$1" "$(grep -cE "$3" /proc/net/nf_conntrack)" "$2"
	else
		skip "$1" "this kernel does not list connections"
	fi
}

counter()
{
	local text

	text=$(nft list counter inet vr "$1")
	text=${text#*packets }
	echo "${text%% *}"
}
