#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A pod moves, as a virtual machine's live migration does it: on another node the same
# MAC and addresses stand by, and the first RARP, gratuitous ARP or unsolicited
# advertisement from there makes them active with the next sequence. An agent hears
# of it and tells the other nodes. What is lost meanwhile is measured.
# timeout: 180

. "$(dirname "$0")/nodes-setup.sh"

mac=02:00:00:00:00:0a
addresses=(address 192.0.2.10 address 2001:db8:1::a)

nodes 3
network blue 100 192.0.2.1/24 198.51.100.1/24 2001:db8:1::1/64 2001:db8:2::1/64
uplinks
for i in 1 2 3; do
	node_pod n$i c$i blue 02:00:00:00:01:0$i 192.0.2.2$i/24 2001:db8:1::2$i/64
	default_routes c$i 192.0.2.1 2001:db8:1::1
done
node_pod n3 r blue 02:00:00:00:02:03 198.51.100.23/24 2001:db8:2::23/64
default_routes r 198.51.100.1 2001:db8:2::1

# The pod on node $1, which is $2.
arrive()
{
	ns "$2" && ip -n "${!1}" link add eth1 netns "${!2}" type vr || return
	at "$1" port add dev eth1 netns "${!2}" network blue mac $mac "${addresses[@]}" \
		"${@:3}" || return
	in_ns "$2" sh -c 'echo 0 > /proc/sys/net/ipv6/conf/eth1/accept_dad
		ip -batch -' <<- 'END'
		link set eth1 up
		address add 192.0.2.10/24 dev eth1
		address add 2001:db8:1::a/64 dev eth1 nodad
		route add default via 192.0.2.1
		route add default via 2001:db8:1::1
	END
	serve "$2" "$2" 80
}

# Where a node has it: state, place and sequence.
places()
{
	at "$1" -j endpoint show network blue |
		jq -r --arg mac $mac '.[] | select(.mac == $mac) |
			"\(.state) \(.remote // "here") \(.sequence)"' | sort
}

arrive n1 first sequence 5
_told+=("n1 network blue mac $mac ${addresses[*]} sequence 5")
flood add blue
ok "all nodes know where it is" tell add

# The pod stops where it is, $1 and $2 (node and namespace), goes on at $3 and $4 and
# says so by $5.  An agent listens on all nodes and tells the others.
move()
{
	python "${!1}" "${!2}" "${!3}" "${!4}" "$5" "$n1" "$n2" "$n3" <<- 'END'
		import fcntl
		import socket
		import struct
		import sys
		import time
		from packet import *
		from vrnl import *

		MAC = '02:00:00:00:00:0a'
		source, before, target, after, how, *nodes = sys.argv[1:]
		calls, ears = {}, {}
		for node in nodes:
		    with Namespace(node):
		        calls[node], ears[node] = Netlink(), Netlink()
		    ears[node].listen()
		vteps = {node: '203.0.113.%d' % (i + 1) for i, node in enumerate(nodes)}
		with Namespace(before):
		    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		station = Station(after, MAC)
		frames = {
		    'RARP': eth(BROADCAST, MAC, 0x8035, struct.pack('!HHBBH', 1, IP4, 6, 4, 3) +
		                mac(MAC) + bytes(4) + mac(MAC) + bytes(4)),
		    'gratuitous ARP': eth(BROADCAST, MAC, ARP, arp(1, MAC, '192.0.2.10', BROADCAST,
		                                                   '192.0.2.10')),
		    'advertisement': eth('33:33:00:00:00:01', MAC, IP6, advertise(
		        '2001:db8:1::a', 'ff02::1', '2001:db8:1::a', MAC, 0x20)),
		}

		def here():
		    return [(e['state'], e['sequence'], 'port-id' in e) for e in calls[target].dump(
		        'endpoint-get') if e['mac'] == MAC]

		sequence = [e['sequence'] for e in calls[source].dump('endpoint-get')
		            if e['mac'] == MAC][0]
		fcntl.ioctl(sock, 0x8914, struct.pack('16sH14x', b'eth1', 0))  # down
		stopped = time.monotonic()
		station.send(frames[how])
		heard = None
		while not heard and time.monotonic() < stopped + 10:
		    for command, event in ears[target].events(0.002):
		        if command == 'endpoint-ntf' and event['mac'] == MAC and \
		                event.get('state') == 'active' and 'port-id' in event:
		            heard = event
		then = time.monotonic()
		if not heard:
		    check('it is heard of', False, here())
		    sys.exit()
		equal('the next sequence by %s' % how, heard['sequence'], sequence + 1)
		for node in nodes:
		    if node != target:
		        calls[node].do('endpoint-new', {
		            'network': 'blue', 'mac': MAC, 'address': heard['address'],
		            'sequence': heard['sequence'], 'remote': vteps[target],
		            'origin': 'agent'}, CREATE | REPLACE)
		now = time.monotonic()
		print('# %d ms until it is heard of, %d ms more until all are told' %
		      ((then - stopped) * 1000, (now - then) * 1000))
		try:
		    calls[nodes[2]].do('endpoint-new', {
		        'network': 'blue', 'mac': MAC, 'address': heard['address'],
		        'sequence': sequence, 'remote': vteps[source], 'origin': 'agent'},
		        CREATE | REPLACE)
		    check('who is late and tells the old place is refused', False)
		except Refused as refusal:
		    equal('who is late and tells the old place is refused', refusal.text,
		          'endpoint has a higher sequence')
	END
}

# One answer each 5 ms: what is lost is 5 ms each.
try()
{
	local name from=$1 before=$2 to=$3 after=$4 how=$5 sequence=$6

	arrive "$to" "$after" standby
	is "it stands by on $to" "$(places "$to" | grep -c standby)" 1
	is "... where else nothing changes" "$(places n3)" "$(places_before "$from")"
	stream bridged c3 192.0.2.10 80 5
	stream bridged6 c3 2001:db8:1::a 80 5
	stream routed r 192.0.2.10 80 5
	stream old c1 192.0.2.10 80 5
	stream new c2 2001:db8:1::a 80 5
	ok "all hear it from $before" poll 20 all_heard {bridged,bridged6,routed,old,new}:"$before"
	move "$from" "$before" "$to" "$after" "$how"
	ok "... and then from $after" poll 20 all_heard {bridged,bridged6,routed,old,new}:"$after"
	for name in bridged bridged6 routed old new; do
		stream_end $name
		is "... from these two alone" "$names" "$before $after"
		# 5 s: much more than it takes, but machines may be slow.
		ok "... and not much is lost, $name" test "$lost" -lt 1000
	done
	is "on $to it is active" "$(places "$to")" "active here $sequence"
	is "... and known there to $from" "$(places "$from")" "active $(vtep "$to") $sequence"
	is "... and to node 3" "$(places n3)" "active $(vtep "$to") $sequence"
	ok "what is left on $from goes" at "$from" port del dev eth1 netns "${!before}"
	is "... and changes nothing" "$(places "$from")" "active $(vtep "$to") $sequence"
	is "TCP" "$(answer c3 tcp 192.0.2.10 80 size 100000)" "$after 192.0.2.23"
	is "... IPv6" "$(answer "c${from#n}" tcp 2001:db8:1::a 80 size 100000)" \
		"$after 2001:db8:1::2${from#n}"
}

places_before()
{
	echo "active $(vtep "$1") $((sequence - 1))"
}

try n1 first n2 second RARP 6
try n2 second n1 third "gratuitous ARP" 7
try n1 third n2 fourth advertisement 8
done_testing
