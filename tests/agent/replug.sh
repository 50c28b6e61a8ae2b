#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154,SC2317 # the namespaces of setup.sh; functions for ok and poll
#
# alone
# timeout: 240
#
# vr-agent replug: the module is exchanged under running pods.  What they have is as it
# was, and their connections go on: on the node, to a tap, and to another node, which is
# one without vr, as the module is the machine's.

. "$(dirname "$0")/setup.sh"

cluster 2
k8s_network default.blue 5001 10.1.0.0/16,2001:db8:1::/64
agent_first n1
ok "a network is defined" poll 90 [ -s "$WORK/n1/networks/default.blue.json" ]

# Node 2 as Linux has it: one prefix behind VXLAN. What comes is for the gateway's MAC,
# and from it, which the device must not have itself.
gateway=$(at n1 -j network show cluster-wide-network | jq -r '.[0].gateway_mac')
ip -n "$n2" -batch - <<- END
	link add vx type vxlan id 4094 dstport 4789 nolearning local $(vtep n2)
	link set vx mtu 1450 up
	address add 10.244.2.9/32 dev vx
	address add 2001:db8:244:2::9/128 dev vx nodad
	neighbour add 10.244.1.1 lladdr $gateway dev vx
	neighbour add 2001:db8:244:1::1 lladdr $gateway dev vx
	route add 10.244.1.0/24 via 10.244.1.1 dev vx onlink
	route add 2001:db8:244:1::/64 via 2001:db8:244:1::1 dev vx onlink
END
on n2 bridge fdb append "$gateway" dev vx dst "$(vtep n1)"
on n2 tc qdisc add dev vx clsact
on n2 tc filter add dev vx ingress matchall action skbedit ptype host

attached "a pod" n1 a blue
attached "another" n1 b blue
b=$(get '.ips[] | select(.interface == 1 and (.address | contains(":"))).address')
ns t
_cni ADD n1 t "$(_conf n1 blue | jq '.port = "tap"')" > /dev/null
_report $? "one with taps"
t=$(get '.ips[] | select(.address | startswith("10.1.")).address')
in_ns "$a" sh -c 'echo 7 > /proc/sys/net/ipv4/neigh/eth1/mcast_solicit
	echo 1 > /proc/sys/net/ipv4/conf/eth1/arp_ignore'
ip -n "$a" route add 198.51.100.0/24 via "${t%/*}" dev eth1
ip -n "$a" route add 2001:db8:9::/48 via "${b%/*}" dev eth1 metric 77
ip -n "$a" link set eth1 mtu 1400
at n1 port set dev eth1 netns "$a" allowed 198.51.100.0/24 storm-rate 77
# What no agent makes again.
at n1 network add other vni 77 subnet 192.0.2.1/24 description 'of somebody else'
at n1 endpoint add network other mac 02:00:00:00:00:77 address 192.0.2.77 remote 203.0.113.2
at n1 route add network other 198.51.100.0/24 via 192.0.2.77
at n1 route add network other 203.0.113.128/25 via blackhole
ping_ok a 10.244.2.9
ping_ok a 2001:db8:244:2::9
ping_ok a "${b%/*}"
ping_ok a "${t%/*}"

# What pods and router have, but for counters and what counts up.
devices()
{
	local pod

	for pod in "$a" "$b_ns" "$t_ns"; do
		ip -n "$pod" address show | grep -v valid_lft
		{ ip -n "$pod" route show table all; ip -n "$pod" -6 route show table all; } | sort
	done
	{
		ip -n "$n1" address show dev vr-host
		ip -n "$n1" route show dev vr-host
		ip -n "$n1" neighbour show dev vr-host nud permanent
	} | sort
	in_ns "$a" sh -c 'cd /proc/sys/net; cat ipv4/neigh/eth1/mcast_solicit ipv4/conf/eth1/arp_ignore \
		ipv6/conf/eth1/accept_dad ipv6/conf/eth1/keep_addr_on_down'
}

router()
{
	at n1 -j network show | jq -c '.[] | del(.id)' | sort
	at n1 -j port show | jq -c '.[] | del(.id, .network_id, .stats, .netns_id)' | sort
	at n1 -j endpoint show | jq -c '.[] | del(.id, .network_id, .port_id, .netns_id)' | sort
	at n1 -j route show | jq -c '.[] | del(.network_id) | (.nexthop[]?) |= del(.port_id, .netns_id)' | sort
	at n1 -j uplink show | jq -c '.[] | del(.rx_packets, .rx_bytes, .tx_packets, .tx_bytes)'
}
t_ns=$(readlink -f "/run/netns/t-$$") t_ns=${t_ns##*/}
b_ns=b-$$

# connection NAME FROM TO ADDRESS     numbers, in order, for all of what follows
connection()
{
	local i=0

	in_ns "$3" socat -u "TCP${5:-4}-LISTEN:5000" "OPEN:$WORK/$1,creat" &
	while echo $((i++)); do
		read -r -t 0.1 -u "$_never"
	done | in_ns "$2" socat -u - "TCP:$4:5000,retry=50,interval=0.1" &
}

flows()
{
	[ -s "$WORK/$1" ] && [ "$(wc -l < "$WORK/$1")" -gt "${2:-0}" ]
}

orderly()
{
	cmp -s <(head -n "$(wc -l < "$WORK/$1")" "$WORK/$1") <(seq 0 $(($(wc -l < "$WORK/$1") - 1)))
}
connection pods "$a" "$b_ns" "[${b%/*}]" 6
connection tap "$a" "$t_ns" "${t%/*}"
connection node "$a" "$n2" 10.244.2.9
for name in pods tap node; do
	ok "a connection: $name" poll 60 flows $name
done
devices > "$WORK/devices"
router > "$WORK/router"
before=$(cat /sys/module/vr/refcnt)
like "the module is in use" "$before" '^[1-9]'

replug()
{
	nsenter --net="/run/netns/$n1" vr-agent replug --state-dir "$WORK/n1/state" \
		--socket "$WORK/n1/agent.sock" "$@"
}

# --- what is refused changes nothing
refused "no such file" "/none.ko: No such file" replug --module /none.ko
echo nothing > "$WORK/bad.ko"
refused "no module" "is no module for this kernel" replug --module "$WORK/bad.ko"
is "nothing has changed" "$(devices | diff - "$WORK/devices"; router | diff - "$WORK/router")" ""

# --- and now
counted=$(wc -l < "$WORK/pods")
_run replug --module "$MODULE"
_verdict "$_rc" "the module is exchanged" 0 replug
like "and the time told" "$_out" 'ports are there again, after [0-9]+ ms, 0 failures'
_diag "$_out"
is "pods have what they had" "$(devices | diff "$WORK/devices" -)" ""
is "the router too" "$(router | diff "$WORK/router" -)" ""
for name in pods tap node; do
	counted=$(wc -l < "$WORK/$name")
	ok "the connection goes on: $name" poll 60 flows $name $((counted + 10))
	ok "and nothing of it is lost" orderly $name
done
ok "the agent is there" poll 30 [ -S "$WORK/n1/agent.sock" ]
like "it began anew" "$(log_of n1)" 'told to begin anew'
attached "a new pod" n1 c blue
ping_ok a "$(get '.ips[] | select(.address | startswith("10.1.")).address' | cut -d/ -f1)"
is "no address was given back" "$(addresses 'select(.spec.state == "cooling").metadata.name')" ""
detached "a pod from before goes" n1 b

# Without an agent, and twice.
agent_stop n1
ok "once more, without an agent" replug --module "$MODULE"
ping_ok a 10.244.2.9
ping_ok a "${t%/*}"

# An instance of another namespace holds the module.
ns elsewhere far
ip -n "$elsewhere" link add eth9 netns "$far" type vr
refused "one that others hold stays" "the old module stays" replug --module "$MODULE"
ping_ok a 10.244.2.9
ip -n "$far" link del eth9

done_testing
