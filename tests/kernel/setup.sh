# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the scripts of this folder share; sources ../lib.sh.
#
#	pod NS NETWORK MAC [IP/LEN]...	a namespace with an attached eth1 that is up
#	raw_pod NS NETWORK MAC [IP]...	the same, where only the test sends packets:
#					its stack has no addresses and no IPv6
#	tap_pod NS NETWORK MAC [IP/LEN]...	as pod, but its eth1 is a veth whose other
#					end, tNS here, is the port
#	raw_tap NS NETWORK [WORD]...	as raw_pod, the same way; words of port add
#	device NS NAME...		detached devices in namespaces there are
#	default_routes NS GATEWAY...	in a pod
#	carrier NS			of its eth1, 0 or 1
#	drops REASON			how many packets it has
#	field KEY			of JSON in $json, the first one
#	python				a Python program on standard input, whose lines
#					"ok - DESC" and "not ok - DESC" become tests

. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

export PYTHONPATH=$TESTS/kernel PYTHONDONTWRITEBYTECODE=1

device()
{
	local net=$1 name

	shift
	for name; do
		ip link add "$name" netns "${!net}" type vr || return
	done
}

# No duplicate address detection, so that addresses work at once.
pod()
{
	local net=$1 network=$2 mac=$3 address commands hosts=()

	shift 3
	ns "$net" && device "$net" eth1 || return
	commands=$'link set eth1 up\n'
	for address; do
		hosts+=(address "${address%/*}")
		commands+="address add $address dev eth1"
		[[ $address != *:* ]] || commands+=" nodad"
		commands+=$'\n'
	done
	vrctl port add dev eth1 netns "${!net}" network "$network" mac "$mac" "${hosts[@]}" ||
		return
	in_ns "$net" sh -c 'echo 0 > /proc/sys/net/ipv6/conf/eth1/accept_dad
		ip -batch -' <<< "$commands"
}

raw_pod()
{
	local net=$1 network=$2 mac=$3 address hosts=()

	shift 3
	ns "$net" && device "$net" eth1 || return
	for address; do
		[[ $address = *.* || $address = *:* ]] && address="address $address"
		# shellcheck disable=SC2206 # words
		hosts+=($address)
	done
	in_ns "$net" sh -c 'echo 1 > /proc/sys/net/ipv6/conf/eth1/disable_ipv6
		ip link set eth1 up arp off' &&
		vrctl port add dev eth1 netns "${!net}" network "$network" mac "$mac" "${hosts[@]}"
}

# veth_pod NS: its eth1 and our end of it, both up
veth_pod()
{
	local net=$1

	ns "$net" && ip link add "t$net" up type veth peer name eth1 netns "${!net}"
}

tap_pod()
{
	local net=$1 network=$2 mac=$3 address commands hosts=()

	shift 3
	veth_pod "$net" || return
	commands="link set eth1 address $mac"$'\n'
	for address; do
		hosts+=(address "${address%/*}")
		commands+="address add $address dev eth1"
		[[ $address != *:* ]] || commands+=" nodad"
		commands+=$'\n'
	done
	commands+=$'link set eth1 up\n'
	vrctl port add dev "t$net" network "$network" mac "$mac" "${hosts[@]}" || return
	in_ns "$net" sh -c 'echo 0 > /proc/sys/net/ipv6/conf/eth1/accept_dad
		ip -batch -' <<< "$commands"
}

# Our end is without IPv6 as well, whose own packets would come in between.
raw_tap()
{
	local net=$1 network=$2

	shift 2
	veth_pod "$net" && echo 1 > "/proc/sys/net/ipv6/conf/t$net/disable_ipv6" || return
	in_ns "$net" sh -c 'echo 1 > /proc/sys/net/ipv6/conf/eth1/disable_ipv6
		ip link set eth1 up arp off' &&
		vrctl port add dev "t$net" network "$network" "$@"
}

default_routes()
{
	local net=$1 gateway commands=

	shift
	for gateway; do
		commands+="route add default via $gateway"$'\n'
	done
	ip -n "${!net}" -batch - <<< "$commands"
}

# /sys shows the devices of the namespace it was mounted in.
carrier()
{
	ip netns exec "${!1}" cat /sys/class/net/eth1/carrier
}

drops()
{
	local line reason word count

	while read -r line; do
		read -r reason word count <<< "$line"
		if [ "$reason" = "$1" ]; then
			echo "${count:-$word}"
			return
		fi
	done < <(vrctl -s drops)
}

field()
{
	local text=${json#*\""$1"\":}

	[ "$text" != "$json" ] || return 0
	if [ "${text:0:1}" = '"' ]; then
		text=${text:1}
		echo "${text%%\"*}"
	elif [ "${text:0:1}" = '[' ]; then
		echo "${text%%]*}]"
	else
		echo "${text%%[,\}]*}"
	fi
}

python()
{
	local line rc=0

	while IFS= read -r line; do
		case $line in
		"ok - "*)	_report 0 "${line#ok - }" ;;
		"not ok - "*)	_report 1 "${line#not ok - }" ;;
		*)		echo "# ${line#\# }" ;;
		esac
	done < <(python3 -S - "$@" 2>&1)
	wait $! || rc=$?
	[ $rc = 0 ] || _report 1 "the program ends well: exit code $rc"
}
