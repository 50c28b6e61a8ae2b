#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 240
#
# Other firewalls on the host: policies of iptables that drop, of both kinds, are
# mended; what cannot be is named.

. "$(dirname "$0")/setup.sh"

cluster 2 || exit
outside_host

# As Docker and ufw leave it; what a node answers to is its operator's choice.
policies()
{
	local node=$1 kind=$2 program

	for program in iptables ip6tables; do
		on "$node" "$program-$kind" -P FORWARD DROP
		on "$node" "$program-$kind" -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
		on "$node" "$program-$kind" -P INPUT DROP
	done
	on "$node" "ip6tables-$kind" -A INPUT -p icmpv6 -j ACCEPT
}
policies n1 nft
policies n2 legacy
agent_first n1
agent_first n2
accepts()
{
	[ "$(on "$1" "$2" -S "$3" | grep -c vr-agent:)" = 2 ]
}
for program in iptables ip6tables; do
	for chain in FORWARD INPUT; do
		ok "$program of nf_tables, $chain" poll 30 accepts n1 $program-nft $chain
		ok "of the older kind" poll 30 accepts n2 $program-legacy $chain
	done
done
attached "a pod on node 1" n1 a ''
attached "a pod on node 2" n2 c ''
far=$(get '.ips[0].address') far6=$(get '.ips[1].address')
ping_ok a "${far%/*}"
ping_ok a "${far6%/*}"
for pod in a c; do
	ping_ok $pod 203.0.113.200
	ping_ok $pod 2001:db8:ff::200
done
ping_ok a 10.244.1.1
ping_ok c 10.244.2.1
ok "others are dropped still" [ "$(on n1 iptables-nft -S FORWARD | head -1)" = "-P FORWARD DROP" ]

agent_stop n1
on n1 iptables-nft -D INPUT -p udp --dport 4789 -m comment --comment vr-agent:vxlan -j ACCEPT
on n1 nft -f - <<- 'END'
	table inet site {
		chain way {
			type filter hook forward priority 10; policy drop;
			ct state established,related accept
		}
	}
	table inet door {
		chain door {
			type filter hook input priority 10; policy drop;
			iifname { "wire", "lo" } accept
			iifname "vr-host" accept
		}
	}
END
agent_first n1
ok "what is there is not doubled, and what is not is added" poll 30 accepts n1 iptables-nft INPUT
ok "nor in the other chain" accepts n1 iptables-nft FORWARD
events()
{
	api GET /api/v1/namespaces/default/events |
		jq -r '.items[] | select(.involvedObject.kind == "Node" and .involvedObject.name == "n1") |
			.reason + ": " + .message'
}
told()
{
	events | grep -q "$1"
}
ok "a chain that cannot be mended is an Event of the Node" poll 30 told '^FirewallInTheWay: chain way of table inet site drops'
is "one of which the operator has thought is none" "$(events | wc -l)" 1
like "it is in the log, too" "$(log_of n1)" 'firewall: chain way of table inet site'
fails "and it is in the way" in_ns "$a" ping -c 1 -W 1 203.0.113.200
on n1 nft insert rule inet site way iifname vr-host accept
on n1 nft insert rule inet site way oifname vr-host accept
ping_ok a 203.0.113.200
solved()
{
	log_of n1 | grep -q 'no firewall is in the way any more'
}
ok "when the operator has mended it, it is told" poll 60 solved

done_testing
