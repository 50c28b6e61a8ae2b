#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 300
#
# Networks with "snat" and "forwarding": the node has a port on them while pods here
# do, by which these reach outside, and are reached.  Two of the same addresses do so
# at the same time.

. "$(dirname "$0")/setup.sh"

cluster 2
ns outside
in_ns "$fabric" ip link add to-outside type veth peer name wire netns "$outside"
ip -n "$fabric" link set to-outside master br0 up
in_ns "$outside" sh -c 'echo 0 > /proc/sys/net/ipv6/conf/wire/accept_dad'
ip -n "$outside" -batch - <<- END
	address add 203.0.113.200/24 dev wire
	address add 2001:db8:ff::200/64 dev wire nodad
	link set wire up
	link set lo up
	route add 198.51.100.0/25 via 203.0.113.1
	route add 2001:db8:9::/64 via 2001:db8:ff::1
END
k8s_network default.red 5031 192.0.2.0/24,2001:db8:7::/64 '"snat":true'
k8s_network default.green 5051 192.0.2.0/24,2001:db8:7::/64 '"snat":true'
k8s_network default.open 5005 198.51.100.0/25,2001:db8:9::/64 '"forwarding":true'
k8s_network default.closed 5006 198.51.100.128/25,2001:db8:a::/64
agent_first n1
agent_first n2

# What the node has of host ports.
made()
{
	ip -n "$n1" -j link show | jq -r '.[].ifname' | grep -cE '^vr-(out|vrf)[0-9]'
}

has_made()
{
	[ "$(made)" = "$1" ]
}

# gets POD ADDRESS TEXT [KEY VALUE]: what the server says
gets()
{
	[ "$(answer "$1" tcp "$2" 80 "${@:4}")" = "$3" ]
}
serve outside outside 80

elsewhere='"default-route":["192.0.2.1","2001:db8:7::1"]'
is "no host port before there is a pod" "$(made)" 0
attached "a pod on a network with snat" n1 a '[{"name":"red","ips":["192.0.2.10/24","2001:db8:7::10/64"],'"$elsewhere"'}]'
attached "one of the same addresses" n1 b '[{"name":"green","ips":["192.0.2.10/24","2001:db8:7::10/64"],'"$elsewhere"'}]'
ok "the first reaches outside, with the node's address" poll 30 gets a 203.0.113.200 'outside 203.0.113.1'
ok "by IPv6 too" poll 10 gets a 2001:db8:ff::200 'outside 2001:db8:ff::1'
ok "so does the second" poll 20 gets b 203.0.113.200 'outside 203.0.113.1'
ok "by IPv6 too" poll 10 gets b 2001:db8:ff::200 'outside 2001:db8:ff::1'
ping_ok a 203.0.113.200
ping_ok b 2001:db8:ff::200

# From the same port, so that only the zone tells them apart.
is "from one port" "$(answer a tcp 203.0.113.200 80 from 40000)" "outside 203.0.113.1"
is "and from that of the other" "$(answer b tcp 203.0.113.200 80 from 40000)" "outside 203.0.113.1"
is "IPv6" "$(answer a tcp 2001:db8:ff::200 80 from 40000)" "outside 2001:db8:ff::1"
is "and that of the other" "$(answer b tcp 2001:db8:ff::200 80 from 40000)" "outside 2001:db8:ff::1"

is "an address of the node's in each" "$(addresses 'select(.spec.container == "node") | "\(.spec.network) \(.spec.node) \(.spec.state)"' | sort | uniq -c | sed 's/^ *//' | paste -sd,)" \
	"2 default.green n1 bound,2 default.red n1 bound"
is "one device and one vrf for each" "$(made)" 4

# The node.
serve n1 node 8080
host=$(ip -n "$n1" -j -4 address show | jq -r '.[] | select(.ifname | startswith("vr-out")).addr_info[0].local' | head -1)
ok "the node answers pings" in_ns "$a" ping -c 1 -W 5 -I eth1 203.0.113.1
ok "at its own address in the network, too" in_ns "$a" ping -c 1 -W 5 "$host"
silent "and nothing else" a tcp "$host" 8080
is "as by the default network" "$(answer a tcp 10.244.1.1 8080)" "node $(ip -n "$a" -j -4 address show dev eth0 | jq -r '.[0].addr_info[0].local')"
attached "a pod of no such network" n1 c ''
c=$(get '.ips[0].address' | cut -d/ -f1)
fails "is not reached by one" in_ns "$a" ping -c 1 -W 2 -I eth1 "$c"

# To and from the underlay, untranslated.
attached "a pod on a network with forwarding" n1 d '[{"name":"open","ips":["198.51.100.10/25","2001:db8:9::10/64"],"default-route":["198.51.100.1","2001:db8:9::1"]}]'
ok "reaches outside with its own address" poll 30 gets d 203.0.113.200 'outside 198.51.100.10'
ok "by IPv6 too" poll 10 gets d 2001:db8:ff::200 'outside 2001:db8:9::10'
serve d d 80
is "and is reached" "$(answer outside tcp 198.51.100.10 80)" "d 203.0.113.200"
is "by IPv6 too" "$(answer outside tcp 2001:db8:9::10 80)" "d 2001:db8:ff::200"
fails "not by pods of other networks" in_ns "$a" ping -c 1 -W 2 -I eth1 198.51.100.10

attached "a pod on a network with neither" n1 e '[{"name":"closed","default-route":["198.51.100.129","2001:db8:a::1"]}]'
is "has no host port" "$(made)" 6
fails "and reaches nothing outside" in_ns "$e" ping -c 1 -W 2 203.0.113.200

# One of the other node has the same networks.
attached "a pod of the other node" n2 f '[{"name":"red","ips":["192.0.2.20/24"],"default-route":["192.0.2.1"]}]'
ok "reaches outside by its own node" poll 30 gets f 203.0.113.200 'outside 203.0.113.2'
ping_ok f 192.0.2.10

# A restart finds what is there.
before=$(ip -n "$n1" -o link show | cut -d: -f1,2)
agent_stop n1
is "no agent, and still" "$(answer a tcp 203.0.113.200 80)" "outside 203.0.113.1"
agent_first n1
ok "a restarted one changes nothing" poll 30 grep -q "addresses of this node" <(tail -n +1 "$WORK/n1/log")
is "not even with other addresses" "$(ip -n "$n1" -o link show | cut -d: -f1,2)" "$before"
is "and it goes on" "$(answer b tcp 203.0.113.200 80)" "outside 203.0.113.1"

# Networks without the switch, and without pods.
k8s_network default.green 5051 192.0.2.0/24,2001:db8:7::/64
ok "the switch goes, and the port" poll 30 has_made 4
fails "nothing outside is reached" in_ns "$b" ping -c 1 -W 2 203.0.113.200
for pod in a d; do
	detached "a pod goes" n1 $pod
done
ok "and so do all ports" poll 30 has_made 0
rules()
{
	! { ip -n "$n1" rule show && ip -n "$n1" -6 rule show; } | grep -q "proto 118"
}
ok "and routing is as it was" poll 10 rules
is "the host's own addresses first" "$(ip -n "$n1" rule show | head -1)" "0:	from all lookup local"
is "IPv6 too" "$(ip -n "$n1" -6 rule show | head -1)" "0:	from all lookup local"
resting()
{
	[ -z "$(addresses 'select(.spec.container == "node" and .spec.node == "n1" and .spec.state == "bound").spec.state')" ] &&
		[ -n "$(addresses 'select(.spec.state == "cooling") | .spec.state')" ]
}
ok "and its addresses are free" poll 30 resting

done_testing
