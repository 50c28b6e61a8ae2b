# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Completion of vrctl for bash.  tests/unit holds its words against the usage.

# Keys of an object's verb.
_vrctl_keys()
{
	case $1.$2 in
	network.add)	echo id vni mtu mtu-auto gateway-mac unknown-flood description origin \
				subnet ;;
	network.set)	echo id name vni mtu mtu-auto gateway-mac unknown-flood description origin \
				subnet flood uplink ;;
	network.del)	echo id name if-unused ;;
	network.show)	echo id name origin ;;
	port.add)	echo dev netns network mac address gateway antispoof allowed source \
				active-standby ecmp vlan dhcp-server router-advertisement \
				sequence standby state description origin rate-in burst-in \
				rate-out burst-out storm-rate storm-burst learn learn-limit \
				learn-ageing ;;
	port.set)	echo id dev netns mac address no-addresses gateway antispoof allowed \
				source active-standby ecmp no-allowed vlan dhcp-server \
				router-advertisement sequence standby state description origin \
				rate-in burst-in rate-out burst-out storm-rate storm-burst \
				learn learn-limit learn-ageing ;;
	port.del)	echo id dev netns ;;
	port.show)	echo id dev netns network origin ;;
	endpoint.add | endpoint.replace)
			echo network mac address dev netns port remote uplink sequence standby \
				state origin ;;
	endpoint.del)	echo network mac state ;;
	endpoint.show)	echo network mac state port remote origin ;;
	route.add | route.replace)
			echo network default via nexthop dev netns port remote uplink mac \
				blackhole unreachable weight origin ;;
	route.del)	echo network default ;;
	route.show)	echo network default origin ;;
	route.get)	echo network from proto sport dport ;;
	uplink.add)	echo type local port dev ttl dscp any ;;
	uplink.set)	_vrctl_names uplink
			echo dev ttl dscp any ;;
	uplink.peer | uplink.del | uplink.show)
			_vrctl_names uplink
			echo dev ;;
	*.flush)	echo origin network all ;;
	esac
}

# Names of all objects of a kind.
_vrctl_names()
{
	vrctl -j "$1" 2> /dev/null | sed 's/"name":"\([^"]*\)"/\n\1\n/g' | sed -n 'n;p' |
		grep -v '[[:space:]\\]'
}

# What may come behind a word; fails where that is not known.
_vrctl_values()
{
	case $1 in
	network)	_vrctl_names network ;;
	dev)		ls /sys/class/net ;;
	netns | -n)	ls /run/netns 2> /dev/null ;;
	uplink)		_vrctl_names uplink ;;
	flood | peer)	echo add del ;;
	origin)		echo static cni agent learned ;;
	antispoof | vlan | dhcp-server | router-advertisement | learn | mtu-auto | unknown-flood | \
		any)
			echo on off ;;
	state)		echo active standby ;;
	type)		echo vxlan ;;
	proto)		echo tcp udp sctp dccp udplite icmp ipv6-icmp ;;
	-batch)		compgen -f -- "${COMP_WORDS[COMP_CWORD]}" ;;
	id | vni | mtu | mac | gateway-mac | address | allowed | subnet | description | \
		sequence | remote | local | weight | port | name | from | sport | dport | \
		rate-in | burst-in | rate-out | burst-out | storm-rate | storm-burst | \
		learn-limit | learn-ageing | ttl | dscp)
			;;
	*)		return 1 ;;
	esac
}

# Offer those of the words on standard input that begin as what was typed.  Not
# compgen -W, which expands "$(...)" in the name of a network.
_vrctl_reply()
{
	local candidate typed=${COMP_WORDS[COMP_CWORD]}

	while read -r candidate; do
		[[ -z $candidate || $candidate != "$typed"* ]] || COMPREPLY+=("$candidate")
	done < <(tr -s ' \t' '\n')
}

_vrctl()
{
	local before=${COMP_WORDS[COMP_CWORD - 1]} object='' verb='' words i

	COMPREPLY=()

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-n | -batch)
			i=$((i + 1)) ;;
		-*)	;;
		*)
			if [ -z "$object" ]; then
				object=${COMP_WORDS[i]}
			elif [ -z "$verb" ]; then
				verb=${COMP_WORDS[i]}
			fi ;;
		esac
	done

	# The words of monitor have no values.
	if [[ -n $verb && $object != monitor || $before = -* ]]; then
		if words=$(_vrctl_values "$before"); then
			_vrctl_reply <<< "$words"
			return
		fi
	fi

	case $object.$verb in
	.)	words='-j -p -o -s -n -V -h -batch -force
			network port endpoint route uplink monitor drops limits help' ;;
	network. | port.)
		words='show add set del flush help' ;;
	endpoint.)
		words='show add replace del flush help' ;;
	route.)	words='show add replace del get flush help' ;;
	uplink.)
		words='show add set peer del help' ;;
	monitor.*)
		words='network port endpoint route uplink help' ;;
	drops. | limits.)
		words='show help' ;;
	*)	words=$(_vrctl_keys "$object" "$verb") ;;
	esac
	_vrctl_reply <<< "$words"
}

complete -F _vrctl vrctl
