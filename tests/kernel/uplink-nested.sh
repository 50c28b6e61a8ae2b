#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Instances in namespaces whose underlay is a port of another instance, and once more. A
# tunnel in a tunnel works, a third one on the same stack is dropped and counted; what
# comes in is taken out of all of them. And rings of such instances, in which a packet
# would go for ever.
#
# timeout: 200

. "$(dirname "$0")/uplink-setup.sh"

far_end
ns n1 n2 n3

# inside NS NUMBER NETWORK VNI INNER NODE: a port of the instance of NS (here: empty), whose
# device is eNUMBER of INNER, in the underlay 10.NUMBER.0.0/24, where .9 is behind NODE
inside()
{
	local net=${1:+${!1}} number=$2 network=$3 vni=$4 inner=${!5} remote=$6 at=()

	[ -z "$net" ] || at=(-n "$net")
	vrctl "${at[@]}" network add "$network" vni "$vni"
	vrctl "${at[@]}" uplink add vx type vxlan
	ip "${at[@]}" link add "e$number" netns "$inner" type vr
	vrctl "${at[@]}" port add dev "e$number" netns "$inner" network "$network" \
		mac "02:00:00:00:0$number:01" address "10.$number.0.1"
	vrctl "${at[@]}" endpoint add network "$network" mac "02:00:00:00:0$number:09" \
		address "10.$number.0.9" remote "$remote"
}

# stack NS NUMBER: the addresses of its eNUMBER
stack()
{
	in_ns "$1" sh -c "cd /proc/sys/net/ipv6/conf/e$2; echo 0 > accept_dad; echo 0 > accept_ra
		ip -batch -" <<- END
		link set e$2 up addrgenmode none
		address add 10.$2.0.1/24 dev e$2
		neighbour add 10.$2.0.9 lladdr 02:00:00:00:0$2:09 dev e$2
	END
}

inside '' 1 blue 100 n1 203.0.113.2
stack n1 1
inside n1 2 green 200 n2 10.1.0.9
stack n2 2
inside n2 3 red 300 n3 10.2.0.9
in_ns n3 sh -c 'echo 1 > /proc/sys/net/ipv6/conf/e3/disable_ipv6; ip link set e3 up arp off'

json=$(on n2 -j network show red)
is "each tunnel takes its part of the MTU" "$(field mtu)" 1350

python "$far" "$n2" "$n3" <<- 'END'
	import sys
	from vrnl import Netlink
	from vxlan import *

	nl = Netlink()
	far = Far(sys.argv[1])
	middle, pod = Station(sys.argv[2], '02:00:00:00:02:01', 'e2'), Station(
	    sys.argv[3], '02:00:00:00:03:01', 'e3')
	OTHER = '02:00:00:00:03:09'

	def opened(frame):
	    """What is in it: (VNI, address) of each tunnel, and the inmost frame."""
	    tunnels = []
	    while True:
	        outer = Outer(frame)
	        if outer.vni is None:
	            return tunnels, frame
	        tunnels.append((outer.vni, outer.dst))
	        frame = outer.inner

	frame = eth('02:00:00:00:02:09', middle.mac, IP4, packet('10.2.0.1', '10.2.0.9', b'inmost'))
	middle.send(frame)
	got = far.expect(b'inmost')
	equal('out: a tunnel in a tunnel', got and opened(got), (
	    [(100, '203.0.113.2'), (200, '10.1.0.9')], frame))
	equal('a third one: dropped and counted', nl.dropped(lambda: pod.send(eth(
	    OTHER, pod.mac, IP4, packet('10.3.0.1', '10.3.0.9', b'third')))), ['underlay'])

	back = eth(pod.mac, OTHER, IP4, packet('10.3.0.9', '10.3.0.1', b'answer'))

	def wrap(inner, vni, src, dst, to, source):
	    return eth(to, source, IP4, ip4(src, dst, UDP, udp(src, dst, header(vni) + inner, 40000, PORT),
	                                    frag=0x4000))

	inner = wrap(back, 300, '10.2.0.9', '10.2.0.1', '02:00:00:00:02:01', '02:00:00:00:02:09')
	inner = wrap(inner, 200, '10.1.0.9', '10.1.0.1', '02:00:00:00:01:01', '02:00:00:00:01:09')
	for _ in range(3):
	    far.tunnel(100, inner)
	check('in: three of them', all(pod.expect(back) for _ in range(3)))
END

# ring KIND NS...: the underlay of each is a port of the next, and that of the last one of
# the first. KIND is how the tunnels are made: vxlan, or device for a stock one.
ring()
{
	local kind=$1 names=() name next i

	shift
	names=("$@")
	for ((i = 0; i < $#; i++)); do
		name=${names[i]} next=${names[(i + 1) % $#]}
		on "$name" network add loop vni 7 mtu 1280
		if [ "$kind" = device ]; then
			ip -n "${!name}" link add stock up type vxlan external nolearning dstport 4789
			on "$name" uplink add dev stock
		else
			on "$name" uplink add vx type vxlan
		fi
		# What the one before sends to its device comes to this instance.
		ip -n "${!name}" link add under$i netns "${!next}" type vr
		on "$name" port add dev under$i netns "${!next}" network loop \
			mac 02:00:00:00:0$i:01 antispoof off
		on "$name" endpoint add network loop mac 02:00:00:00:99:01 remote 198.51.100.9
		on "$name" endpoint add network loop mac 02:00:00:00:99:02 remote 2001:db8:99::9
	done
	for ((i = 0; i < $#; i++)); do
		next=${names[(i + 1) % $#]}
		in_ns "$next" sh -c "echo 0 > /proc/sys/net/ipv6/conf/under$i/accept_dad; ip -batch -" <<- END
			link set under$i up addrgenmode none
			address add 198.51.100.$((i + 1))/24 dev under$i
			address add 2001:db8:99::$((i + 1))/64 dev under$i nodad
			neighbour add 198.51.100.9 lladdr 02:00:00:00:99:01 dev under$i
			neighbour add 2001:db8:99::9 lladdr 02:00:00:00:99:02 dev under$i
		END
	done
}

# What the router and the devices of a namespace say they dropped.
dropped()
{
	local name sum=0 count

	for name; do
		while read -r count; do
			sum=$((sum + count))
		done < <(on "$name" -s drops | sed 's/.* //'
			ip -n "${!name}" -s -j link show | sed 's/"dropped":\([0-9]*\)/\n\1\n/g' |
				grep -x '[0-9]*')
	done
	echo $sum
}

# goes_round WHAT NS...: datagrams of each of them, small and large, end as drops
goes_round()
{
	local what=$1 before name address size

	shift
	before=$(dropped "$@")
	for name; do
		for address in 198.51.100.9 2001:db8:99::9; do
			for size in 10 1200; do
				in_ns "$name" ping -q -c 3 -i 0.01 -W 0.1 -s $size $address > /dev/null
			done
		done
	done
	is "$what: what goes round ends as a drop" "$(($(dropped "$@") > before))" 1
}

ns p q r s t u
ring vxlan p q r
goes_round "a ring of three" p q r
ring device s t
goes_round "a ring of two with stock devices" s t
# A stock device whose tunnel leads into a port of its own instance.
ring device u
goes_round "a ring of one" u

for name in u t s r q p n2 n1; do
	ok "the networks of $name go" on $name network flush all
	while read -r uplink _; do
		on $name uplink del "${uplink%:}"
	done < <(on $name -o uplink show)
done
done_testing
