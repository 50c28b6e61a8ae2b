# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # of and for guest and paths.sh
#
# The ways from a pod on one node to a pod on another. Nodes are namespaces, each
# with its own instance of vr, and a veth is the wire between them. As in
# paths.sh, beside which guest sources it.

# A table of endpoints or routes, behind so many nodes.
few=10 many=10000 far_nodes=100

# $1 is the address family of the wire: its addresses are ${wire[1]} and ${wire[2]}.
nodes()
{
	local i nodad=

	wire=([1]=10.0.0.1 [2]=10.0.0.2)
	[ "$1" = 4 ] || wire=([1]=fd00::1 [2]=fd00::2) nodad=nodad
	for i in 1 2; do
		[ -e /run/netns/node$i ] || ip netns add node$i
		ip netns exec node$i sh -c "for i in all default; do
			echo $(($1 == 4)) > /proc/sys/net/ipv6/conf/\$i/disable_ipv6
		done"
	done
	ip -n node1 link add wire1 type veth peer name wire2 netns node2
	for i in 1 2; do
		ip -n node$i link set lo up
		ip -n node$i address add "${wire[i]}/24" dev wire$i $nodad
		ip -n node$i link set wire$i up
	done
}

# The network on both nodes, each with a pod and an uplink: what $1 and $2 add.
nodes_vr()
{
	local i

	for i in 1 2; do
		vrctl -n node$i network add bench vni 1 subnet 192.0.2.1/24 subnet 198.51.100.1/24
	done
	ip -n node1 link add eth1 netns "$from" type vr
	ip -n node2 link add eth1 netns "$to" type vr
	# shellcheck disable=SC2086 # words
	vrctl -n node1 uplink add $1
	# shellcheck disable=SC2086
	vrctl -n node2 uplink add $2
	vrctl -n node1 endpoint add network bench mac "$(mac_of "$to")" address "$dst" \
		remote "${wire[2]}"
	vrctl -n node2 endpoint add network bench mac "$(mac_of "$from")" address "$src" \
		remote "${wire[1]}"
	vrctl -n node1 port add dev eth1 netns "$from" network bench address "$src"
	vrctl -n node2 port add dev eth1 netns "$to" network bench address "$dst"
}

setup_nodes_vr()
{
	nodes 4
	nodes_vr "vx type vxlan" "vx type vxlan"
}

setup_nodes_vr6()
{
	nodes 6
	nodes_vr "vx type vxlan" "vx type vxlan"
}

setup_nodes_vr_routed()
{
	dst=198.51.100.3
	src_gateway=192.0.2.1
	dst_gateway=198.51.100.1
	setup_nodes_vr
}

setup_nodes_vr_device()
{
	local i

	nodes 4
	for i in 1 2; do
		ip -n node$i link add vx$i type vxlan external dstport 4789
		ip -n node$i link set vx$i up
	done
	nodes_vr "dev vx1" "dev vx2"
}

# Each pod has the end of a veth pair, each node the other, h1 or h2.
nodes_pairs()
{
	local i pods=([1]=$from [2]=$to)

	nodes 4
	for i in 1 2; do
		ip -n node$i link add h$i mtu 1450 type veth \
			peer name eth1 mtu 1450 netns "${pods[i]}"
		ip -n node$i link set h$i up
	done
}

# And a VXLAN device that leads to the other node alone.
nodes_vxlan()
{
	local i

	nodes_pairs
	for i in 1 2; do
		ip -n node$i link add vx$i mtu 1450 type vxlan id 1 local "${wire[i]}" \
			remote "${wire[3 - i]}" dstport 4789 nolearning
		ip -n node$i link set vx$i up
	done
}

setup_nodes_bridge()
{
	local i pods=([1]=$from [2]=$to)

	nodes_vxlan
	for i in 1 2; do
		ip -n node$i link add br$i type bridge
		ip -n node$i link set br$i up
		ip -n node$i link set h$i master br$i
		ip -n node$i link set vx$i master br$i
		bridge -n node$i fdb add "$(mac_of "${pods[3 - i]}")" dev vx$i dst "${wire[3 - i]}"
	done
}

# Not by "ip netns exec", which hides the file system that holds the programs.
node_bpf()
{
	nsenter --net="/run/netns/node$1" "$BENCH/bpf.py" "${@:2}"
}

# As in tc_bpf, without the look-up that Cilium does, and without telling the
# device where to send.
setup_nodes_tc_bpf()
{
	local i

	nodes_vxlan
	for i in 1 2; do
		node_bpf $i redirect h$i vx$i
		node_bpf $i peer vx$i h$i
	done
}

# As Cilium has it, but for the look-up.
setup_nodes_tc_bpf_key()
{
	local i

	nodes_pairs
	for i in 1 2; do
		ip -n node$i link add vx$i mtu 1450 type vxlan external dstport 4789
		ip -n node$i link set vx$i up
		node_bpf $i tunnel h$i vx$i "${wire[3 - i]}" 1
		node_bpf $i peer vx$i h$i
	done
}

# So many endpoints as commands: of vrctl, or of bridge for its device fdb0.
list_endpoints()
{
	awk -v count="$2" -v nodes=$far_nodes -v kind="$1" 'BEGIN {
		for (i = 0; i < count; i++) {
			mac = sprintf("02:01:00:00:%02x:%02x", i / 256, i % 256)
			node = "10.0.0." (10 + i % nodes)
			if (kind == "vr")
				printf "endpoint add network bench mac %s address 10.128.%d.%d remote %s\n",
				       mac, i / 250, 2 + i % 250, node
			else
				printf "fdb add %s dev fdb0 dst %s\n", mac, node
		}
	}'
}

# And so many routes: of vrctl, or of ip for a table of its own.
list_routes()
{
	awk -v count="$2" -v nodes=$far_nodes -v kind="$1" 'BEGIN {
		for (i = 0; i < count; i++) {
			prefix = sprintf("100.%d.%d.0/24", 64 + i / 256, i % 256)
			node = "10.0.0." (10 + i % nodes)
			if (kind == "vr")
				printf "route add network bench %s via remote %s\n", prefix, node
			else
				printf "route add %s via %s table 100\n", prefix, node
		}
	}'
}

# Nanoseconds in which the CPU has run any task: not those of waiting for the
# folder that a program is read from.
busy()
{
	awk '/^cpu0 / { print $8 }' /proc/schedstat
}

# Microseconds, of a second start of the program.
timed_batch()
{
	local before

	"$@" - < /dev/null > /dev/null
	before=$(busy)
	"$@" "$list" > /dev/null
	echo $((($(busy) - before) / 1000))
}

# vr and the kernel's own, one after the other.
fill_nodes()
{
	local count=$1 list=/run/vr-bench-list

	list_endpoints vr "$count" > $list
	result "$path" fill-endpoints "$(timed_batch vrctl -n node1 -batch)"
	list_routes vr "$count" > $list
	result "$path" fill-routes "$(timed_batch vrctl -n node1 -batch)"
	ip -n node1 link add fdb0 type vxlan id 2 dstport 4790 nolearning
	list_endpoints kernel "$count" > $list
	result "$path" fill-fdb "$(timed_batch bridge -n node1 -batch)"
	list_routes kernel "$count" > $list
	result "$path" fill-ip "$(timed_batch ip -n node1 -batch)"
	rm $list
}

nodes_table()
{
	setup_nodes_vr
	vrctl -n node1 network set bench subnet 192.0.2.1/24 subnet 10.128.0.1/16
	fill_nodes "$1"
	vrctl -n node1 route add network bench 203.0.113.0/24 via remote "${wire[2]}"
	vrctl -n node2 route add network bench 203.0.113.0/24 via dev eth1 netns "$to"
	extent=packets
}

setup_nodes_few()
{
	nodes_table $few
}

setup_nodes_many()
{
	nodes_table $many
}

# By one of the routes, to an address behind the pod.
nodes_table_routed()
{
	target=203.0.113.9
	mac=$(vrctl -n node1 -j network show bench | jq -r '.[0].gateway_mac')
}

extend_nodes_few()
{
	path=nodes_few_routed
	nodes_table_routed
}

extend_nodes_many()
{
	path=nodes_many_routed
	nodes_table_routed
}

nodes_teardown()
{
	local i dev

	for i in 1 2; do
		[ -e /run/netns/node$i ] || continue
		if [ -d /sys/module/vr ]; then
			vrctl -n node$i network del bench 2> /dev/null || true
			vrctl -n node$i uplink del vx 2> /dev/null || true
		fi
		for dev in wire$i h$i vx$i br$i fdb0; do
			ip -n node$i link del "$dev" 2> /dev/null || true
		done
	done
}
