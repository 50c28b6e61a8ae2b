#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154,SC2317 # the namespaces of setup.sh; functions for ok and poll
#
# alone
# timeout: 240
#
# vr-agent replug: the module is exchanged under running pods, of vr-cni and of others.
# What they and the router have is as it was, and their connections go on: on the node,
# to a tap, and to another node, which is one without vr, as the module is the machine's.

. "$(dirname "$0")/setup.sh"

cluster 2
k8s_network default.blue 5001 10.1.0.0/16
agent_first n1
ok "a network is defined" poll 60 [ -s "$WORK/n1/networks/default.blue.json" ]
attached "a pod" n1 p blue
ns t
_cni ADD n1 t "$(_conf n1 blue | jq '.port = "tap"')" > /dev/null
_report $? "one with taps"
t=$(get '.ips[] | select(.address | startswith("10.1.")).address')
t_ns=t-$$

# What no agent makes again: a network of its own, with a pod on Linux' VXLAN.
at n1 network add other vni 77 subnet 192.0.2.1/24 subnet 2001:db8:1::1/64 description "somebody's"
node_pod n1 a other 02:00:00:00:00:01 192.0.2.11/24 2001:db8:1::11/64
node_pod n1 b other 02:00:00:00:00:02 192.0.2.12/24 2001:db8:1::12/64
ip -n "$n2" -batch - <<- END
	link add vx address 02:00:00:00:00:09 type vxlan id 77 dstport 4789 nolearning local $(vtep n2)
	link set vx mtu 1450 up
	address add 192.0.2.9/24 dev vx
	neighbour add 192.0.2.11 lladdr 02:00:00:00:00:01 dev vx
END
on n2 bridge fdb append 02:00:00:00:00:01 dev vx dst "$(vtep n1)"
at n1 -batch - <<- END
	endpoint add network other mac 02:00:00:00:00:09 address 192.0.2.9 remote $(vtep n2)
	network set other flood add $(vtep n2) 203.0.113.7
	route add network other 198.51.100.0/24 via 192.0.2.9
	route add network other 203.0.113.128/25 via blackhole
	route add network other 203.0.113.64/26 via dev eth1 netns $a
	port set dev eth1 netns $a allowed 198.51.100.0/24 storm-rate 77
END
in_ns "$a" sh -c 'echo 7 > /proc/sys/net/ipv4/neigh/eth1/mcast_solicit
	echo 1 > /proc/sys/net/ipv4/conf/eth1/arp_ignore
	ip -batch -' <<- END
	link set eth1 mtu 1400
	route add 198.51.100.0/24 via 192.0.2.12 dev eth1
	route add 198.51.100.0/25 via 198.51.100.1 dev eth1 onlink table 77 metric 5
	route add 2001:db8:9::/48 via 2001:db8:1::12 dev eth1 metric 77
	neighbour add 192.0.2.99 lladdr 02:00:00:00:00:99 dev eth1
END

# All of it, but for ids.
everything()
{
	local pod

	for pod in "$a" p-$$ "$t_ns"; do
		ip -n "$pod" address show | grep -v valid_lft
		{ ip -n "$pod" route show table all; ip -n "$pod" -6 route show table all; } | sort
	done
	in_ns "$a" sh -c 'cd /proc/sys/net; cat ipv4/neigh/eth1/mcast_solicit ipv4/conf/eth1/arp_ignore
		ip neighbour show nud permanent'
	{
		ip -n "$n1" address show dev vr-host
		ip -n "$n1" route show dev vr-host
		ip -n "$n1" neighbour show dev vr-host nud permanent
	} | sort
	at n1 -batch - <<- END | sed -E 's/(^[0-9]+:| netns-id [0-9]+| port [0-9]+)//g' | sort
		network show
		port show
		endpoint show
		route show
		uplink show
	END
}

# connection NAME FROM TO ADDRESS FAMILY     numbers, in order, for all of what follows
connection()
{
	local i=0

	in_ns "$3" socat -u "TCP$5-LISTEN:5000" "OPEN:$WORK/$1,creat" &
	while echo $((i++)); do
		read -r -t 0.1 -u "$_never"
	done | in_ns "$2" socat -u - "TCP:$4:5000,retry=50,interval=0.1" &
}

# flows NAME [MORE-THAN]
flows()
{
	[ -s "$WORK/$1" ] && [ "$(wc -l < "$WORK/$1")" -gt "${2:-0}" ]
}

orderly()
{
	local lines

	lines=$(wc -l < "$WORK/$1")
	cmp -s <(head -n "$lines" "$WORK/$1") <(seq 0 $((lines - 1)))
}
connection pods "$a" "$b" '[2001:db8:1::12]' 6
connection tap p-$$ "$t_ns" "${t%/*}" 4
connection node "$a" "$n2" 192.0.2.9 4
for name in pods tap node; do
	ok "a connection: $name" poll 60 flows $name
done
everything > "$WORK/before"

replug()
{
	nsenter --net="/run/netns/$n1" vr-agent replug --state-dir "$WORK/n1/state" \
		--socket "$WORK/n1/agent.sock" "$@"
}

# --- what is refused changes nothing
held=$(cat /sys/module/vr/refcnt)
refused "no such file" "/none.ko: No such file" replug --module /none.ko
echo nothing > "$WORK/bad.ko"
refused "no module" "is no module for this kernel" replug --module "$WORK/bad.ko"
is "all devices are there" "$(cat /sys/module/vr/refcnt)" "$held"

# --- and now
_run replug --module "$MODULE"
_verdict "$_rc" "the module is exchanged" 0 replug
like "and the time told" "$_out" 'ports are there again, after [0-9]+ ms, 0 failures'
_diag "$_out"
# The kernel says a moment later that there is a carrier.
as_before()
{
	everything > "$WORK/after"
	diff "$WORK/before" "$WORK/after"
}
ok "everything is as it was" poll 10 as_before
for name in pods tap node; do
	counted=$(wc -l < "$WORK/$name")
	ok "the connection goes on: $name" poll 60 flows $name $((counted + 5))
	ok "and nothing of it is lost" orderly $name
done
ok "the agent begins anew" poll 60 grep -q 'told to begin anew' "$WORK/n1/log"
ok "and is there" poll 60 [ -S "$WORK/n1/agent.sock" ]
attached "a new pod" n1 c blue
is "no address was given back" "$(addresses 'select(.spec.state == "cooling").metadata.name')" ""

# --- without an agent, when an instance of another namespace holds the module
agent_stop n1
ns elsewhere far
ip -n "$elsewhere" link add eth9 netns "$far" type vr
refused "one that others hold stays" "the old module stays" replug --module "$MODULE"
ping_ok a 192.0.2.9
ping_ok p "${t%/*}"

done_testing
