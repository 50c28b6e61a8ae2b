#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The hosts of two nodes as members of networks that span them: one whose subnets are
# the nodes' own, with gateway ports, and one that shares its subnet, where each host
# port has an address of its own. Probes, egress and services across nodes.
# timeout: 240

. "$(dirname "$0")/nodes-setup.sh"
need_masquerade

gateway_mac=02:76:72:00:00:01

nodes 2
# What is outside: on the wire, and without a route to any pod.
ns outside
on fabric ip link add to-out type veth peer name wire netns "$outside"
ip -n "$fabric" link set to-out master br0 up
in_ns outside sh -c 'echo 0 > /proc/sys/net/ipv6/conf/wire/accept_dad; ip -batch -' <<- 'END'
	address add 203.0.113.100/24 dev wire
	address add 2001:db8:ff::100/64 dev wire nodad
	link set wire up
END
serve outside outside 80
for i in 1 2; do
	serve n$i host$i 81
	# Paths are symmetric: the strictest there is has to do.
	on n$i sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward
		echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
		echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter'
done
uplinks

# A host port of node $1, DEV NETWORK; then what port add is told, and "--" and addresses.
host_port()
{
	local node=$1 dev=$2 network=$3 args=() commands

	shift 3
	while [ "$1" != -- ]; do
		args+=("$1")
		shift
	done
	shift
	ip -n "${!node}" link add "$dev" type vr &&
		at "$node" port add dev "$dev" network "$network" "${args[@]}" || return
	commands="link set $dev up"$'\n'
	while [ $# -gt 0 ]; do
		commands+="address add $1 dev $dev"
		[[ $1 != *:* ]] || commands+=" nodad"
		commands+=$'\n'
		shift
	done
	on "$node" sh -c "echo 0 > /proc/sys/net/ipv6/conf/$dev/accept_dad; ip -batch -" <<< "$commands"
}

# Whether service addresses answer: $client and $near are pods of node 1, $far of node 2,
# the service's backends are the latter two, at ports 80 and 82.
services()
{
	local dev=$1 masqueraded=$2 masqueraded6=$3

	silent "without masquerade nothing from a backend of this node" "$client" tcp 198.18.0.80 80
	silent "... IPv6" "$client" tcp 2001:db8:5::80 80
	silent "... nor of another" "$client" tcp 198.18.0.80 82
	silent "... IPv6" "$client" tcp 2001:db8:5::80 82
	silent "... UDP" "$client" udp 198.18.0.80 82
	ok "masquerade what was translated and goes back" on n1 nft add rule inet vr returning \
		iifname "$dev" oifname "$dev" ct status dnat masquerade
	is "a backend of this node" "$(answer "$client" tcp 198.18.0.80 80)" "$near $masqueraded"
	is "... IPv6" "$(answer "$client" tcp 2001:db8:5::80 80)" "$near $masqueraded6"
	is "of another node" "$(answer "$client" tcp 198.18.0.80 82)" "$far $masqueraded"
	is "... IPv6" "$(answer "$client" tcp 2001:db8:5::80 82)" "$far $masqueraded6"
	is "... UDP" "$(answer "$client" udp 198.18.0.80 82)" "$far $masqueraded"
	is "... IPv6" "$(answer "$client" udp 2001:db8:5::80 82)" "$far $masqueraded6"
	is "... a lot" "$(answer "$client" tcp 198.18.0.80 82 size 1000000)" "$far $masqueraded"
	is "... IPv6" "$(answer "$client" tcp 2001:db8:5::80 82 size 1000000)" "$far $masqueraded6"
	is "the host itself" "$(answer n1 tcp 198.18.0.80 82)" "$far $masqueraded"
	is "... IPv6" "$(answer n1 tcp 2001:db8:5::80 82)" "$far $masqueraded6"
}

# Rules of node 1: $1 and $2 are addresses of the backend near, $3 and $4 of that far.
service_rules()
{
	local hook

	echo "table inet vr"
	echo "delete table inet vr"
	echo "table inet vr {"
	for hook in "prerouting priority dstnat" "output priority -100"; do
		cat <<- END
			chain ${hook%% *} {
				type nat hook $hook
				ip daddr 198.18.0.80 meta l4proto { tcp, udp } th dport 80 \
					dnat ip to $1:80
				ip6 daddr 2001:db8:5::80 meta l4proto { tcp, udp } th dport 80 \
					dnat ip6 to [$2]:80
				ip daddr 198.18.0.80 meta l4proto { tcp, udp } th dport 82 \
					dnat ip to $3:80
				ip6 daddr 2001:db8:5::80 meta l4proto { tcp, udp } th dport 82 \
					dnat ip6 to [$4]:80
			}
		END
	done
	cat <<- 'END'
			chain returning {
				type nat hook postrouting priority srcnat
			}
		}
	END
}

egress()
{
	local dev=$1

	silent "outside does not know the pods of node 2" "$far" tcp 203.0.113.100 80
	silent "... IPv6" "$far" tcp 2001:db8:ff::100 80
	ok "masquerade what leaves the network on node 2" on n2 nft -f - <<- END
		table inet vr
		delete table inet vr
		table inet vr {
			chain leaving {
				type nat hook postrouting priority srcnat
				iifname "$dev" oifname != "$dev" masquerade
			}
		}
	END
	is "its pods reach outside through their own node" "$(answer "$far" tcp 203.0.113.100 80)" \
		"outside 203.0.113.2"
	is "... IPv6" "$(answer "$far" tcp 2001:db8:ff::100 80)" "outside 2001:db8:ff::2"
	is "... a lot" "$(answer "$far" tcp 203.0.113.100 80 size 1000000)" "outside 203.0.113.2"
	is "... IPv6" "$(answer "$far" tcp 2001:db8:ff::100 80 size 1000000)" "outside 2001:db8:ff::2"
	is "... and the other node's own address" "$(answer "$far" tcp 203.0.113.1 81)" \
		"host1 203.0.113.2"
	is "... IPv6" "$(answer "$far" tcp 2001:db8:ff::1 81)" "host1 2001:db8:ff::2"
}

echo "# A network whose subnets are the nodes' own"

at n1 network add pods vni 100 subnet 198.51.100.1/25 subnet 2001:db8:1::1/64
at n2 network add pods vni 100 subnet 198.51.100.129/25 subnet 2001:db8:2::1/64
client=a near=b far=c
node_pod n1 a pods 02:00:00:00:00:0a 198.51.100.10/25 2001:db8:1::a/64
node_pod n1 b pods 02:00:00:00:00:0b 198.51.100.11/25 2001:db8:1::b/64
node_pod n2 c pods 02:00:00:00:00:0c 198.51.100.140/25 2001:db8:2::c/64
default_routes a 198.51.100.1 2001:db8:1::1
default_routes b 198.51.100.1 2001:db8:1::1
default_routes c 198.51.100.129 2001:db8:2::1
for net in a b c; do
	serve $net $net 80
done
host_port n1 host0 pods address 198.51.100.1 address 2001:db8:1::1 gateway -- \
	198.51.100.1/25 2001:db8:1::1/64
host_port n2 host0 pods address 198.51.100.129 address 2001:db8:2::1 gateway -- \
	198.51.100.129/25 2001:db8:2::1/64
ok "the other node's subnets are behind it" at n1 -batch - <<- 'END'
	route add network pods 198.51.100.128/25 via remote 203.0.113.2
	route add network pods 2001:db8:2::/64 via remote 203.0.113.2
END
ok "... on node 2" at n2 -batch - <<- 'END'
	route add network pods 198.51.100.0/25 via remote 203.0.113.1
	route add network pods 2001:db8:1::/64 via remote 203.0.113.1
END

# The router's MAC by an address that is on this link alone: its own is the host's.
router()
{
	on "$1" ip -batch - <<- END
		neigh replace 169.254.1.1 lladdr $gateway_mac dev host0 nud permanent
		neigh replace fe80::1 lladdr $gateway_mac dev host0 nud permanent
		route add $2 via 169.254.1.1 dev host0 onlink src $3
		route add $4 via fe80::1 dev host0 src $5
	END
}
ok "... and so they are for the hosts" router n1 198.51.100.128/25 198.51.100.1 \
	2001:db8:2::/64 2001:db8:1::1
ok "... of both" router n2 198.51.100.0/25 198.51.100.129 2001:db8:1::/64 2001:db8:2::1

is "pod to pod of the other node" "$(answer a tcp 198.51.100.140 80)" "c 198.51.100.10"
is "... IPv6" "$(answer a tcp 2001:db8:2::c 80)" "c 2001:db8:1::a"
is "pod to the other node's host" "$(answer a tcp 198.51.100.129 81)" "host2 198.51.100.10"
is "... IPv6" "$(answer a tcp 2001:db8:2::1 81)" "host2 2001:db8:1::a"
is "... ping" "$(answer a ping 198.51.100.129 56)" pong
is "... IPv6" "$(answer a ping 2001:db8:2::1 56)" pong
is "a probe from node 1's host to a pod of node 2" "$(answer n1 tcp 198.51.100.140 80)" \
	"c 198.51.100.1"
is "... IPv6" "$(answer n1 tcp 2001:db8:2::c 80)" "c 2001:db8:1::1"
is "... ping" "$(answer n1 ping 198.51.100.140 56)" pong
is "... IPv6" "$(answer n1 ping 2001:db8:2::c 56)" pong
is "host to host by the network" "$(answer n1 tcp 198.51.100.129 81)" "host2 198.51.100.1"
is "... IPv6" "$(answer n1 tcp 2001:db8:2::1 81)" "host2 2001:db8:1::1"
egress host0
ok "service addresses on node 1" on n1 nft -f - <<< \
	"$(service_rules 198.51.100.11 2001:db8:1::b 198.51.100.140 2001:db8:2::c)"
# What the host sends itself is translated after it was routed.
on n1 ip route add 198.18.0.0/24 via 169.254.1.1 dev host0 onlink src 198.51.100.1
on n1 ip -6 route add 2001:db8:5::/64 via fe80::1 dev host0 src 2001:db8:1::1
services host0 198.51.100.1 2001:db8:1::1
is "pods talk to each other as themselves" "$(answer a tcp 198.51.100.140 80)" "c 198.51.100.10"

echo "# A network that shares its subnet"

on n1 ip link del host0
on n2 ip link del host0
_told=()
network blue 200 192.0.2.1/24 2001:db8:9::1/64
client=d near=e far=f
node_pod n1 d blue 02:00:00:00:00:0d 192.0.2.10/24 2001:db8:9::d/64
node_pod n1 e blue 02:00:00:00:00:0e 192.0.2.11/24 2001:db8:9::e/64
node_pod n2 f blue 02:00:00:00:00:0f 192.0.2.12/24 2001:db8:9::f/64
for net in d e f; do
	default_routes $net 192.0.2.1 2001:db8:9::1
	serve $net $net 80
done
# What a host forwards is not from its own address.
for i in 1 2; do
	host_port n$i host1 blue mac 02:00:00:00:10:0$i address 192.0.2.10$i \
		address 2001:db8:9::10$i antispoof off -- 192.0.2.10$i/24 2001:db8:9::10$i/64
	_told+=("n$i network blue mac 02:00:00:00:10:0$i address 192.0.2.10$i address 2001:db8:9::10$i")
	ok "what no subnet has is node $i's host's" at n$i -batch - <<- END
		route add network blue default via 192.0.2.10$i
		route add network blue default via 2001:db8:9::10$i
	END
done
ok "all pods and host ports" tell add
is "pod to pod of the other node" "$(answer d tcp 192.0.2.12 80)" "f 192.0.2.10"
is "... IPv6" "$(answer d tcp 2001:db8:9::f 80)" "f 2001:db8:9::d"
is "pod to the other node's host" "$(answer d tcp 192.0.2.102 81)" "host2 192.0.2.10"
is "... IPv6" "$(answer d tcp 2001:db8:9::102 81)" "host2 2001:db8:9::d"
is "pod to its own node's host" "$(answer d tcp 192.0.2.101 81)" "host1 192.0.2.10"
is "... IPv6" "$(answer d tcp 2001:db8:9::101 81)" "host1 2001:db8:9::d"
is "the gateway is the router's" "$(answer d ping 192.0.2.1 56)" pong
is "... IPv6" "$(answer d ping 2001:db8:9::1 56)" pong
is "... also for the host" "$(answer n1 ping 192.0.2.1 56)" pong
is "... IPv6" "$(answer n1 ping 2001:db8:9::1 56)" pong
is "a probe from node 1's host to a pod of node 2" "$(answer n1 tcp 192.0.2.12 80)" \
	"f 192.0.2.101"
is "... IPv6" "$(answer n1 tcp 2001:db8:9::f 80)" "f 2001:db8:9::101"
is "... ping" "$(answer n1 ping 192.0.2.12 56)" pong
is "... IPv6" "$(answer n1 ping 2001:db8:9::f 56)" pong
is "host to host by the network" "$(answer n1 tcp 192.0.2.102 81)" "host2 192.0.2.101"
is "... IPv6" "$(answer n1 tcp 2001:db8:9::102 81)" "host2 2001:db8:9::101"
on n2 nft delete table inet vr
egress host1
ok "service addresses on node 1" on n1 nft -f - <<< \
	"$(service_rules 192.0.2.11 2001:db8:9::e 192.0.2.12 2001:db8:9::f)"
on n1 ip route add 198.18.0.0/24 via 192.0.2.1 dev host1 src 192.0.2.101
on n1 ip -6 route add 2001:db8:5::/64 via 2001:db8:9::1 dev host1 src 2001:db8:9::101
services host1 192.0.2.101 2001:db8:9::101
is "pods talk to each other as themselves" "$(answer d tcp 192.0.2.12 80)" "f 192.0.2.10"
done_testing
