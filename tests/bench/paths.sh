# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # of and for guest
#
# The ways from one pod to another that are compared. setup_NAME joins the eth1
# of the namespaces $from and $to, 192.0.2.2 and 192.0.2.3 unless it sets $src,
# $dst and the gateways; extend_NAME makes of it another path, which it names in
# $path; teardown removes what any of them made. Sourced by guest.

# Each pod has the end of a pair, $1 its kind; the host has the other, h1 and h2.
pairs()
{
	local i=0 pod

	for pod in "$from" "$to"; do
		i=$((i + 1))
		if [ "$1" = netkit ]; then
			"$BENCH/bpf.py" netkit h$i "$pod" eth1
		else
			ip link add h$i type "$1" peer name eth1 netns "$pod"
		fi
		ip link set h$i up
	done
}

# A device of kind $1 in each pod, on top of a device of the host.
on_top()
{
	local pod

	ip link add lower type dummy
	ip link set lower up
	for pod in "$from" "$to"; do
		ip link add link lower name eth1 netns "$pod" type "$@"
	done
}

setup_veth()
{
	ip link add eth1 netns "$from" type veth peer name eth1 netns "$to"
}

setup_bridge()
{
	pairs veth
	ip link add br0 type bridge
	ip link set br0 up
	ip link set h1 master br0
	ip link set h2 master br0
}

setup_ipvlan()
{
	on_top ipvlan mode l2
}

setup_macvlan()
{
	on_top macvlan mode bridge
}

mac_of()
{
	local line

	line=$(ip -n "$1" -o link show eth1)
	line=${line#*link/ether }
	echo "${line%% *}"
}

# The kernel's datapath with the flows that its daemon puts there for these two
# pods, and without the daemon, which no packet would meet.
setup_ovs()
{
	local a b

	pairs veth
	a=$(mac_of "$from")
	b=$(mac_of "$to")
	ovs-dpctl add-dp dp0
	ovs-dpctl add-if dp0 h1,port_no=1
	ovs-dpctl add-if dp0 h2,port_no=2
	ovs-dpctl add-flow dp0 "in_port(1),eth(),eth_type(0x0806),arp()" 2
	ovs-dpctl add-flow dp0 "in_port(2),eth(),eth_type(0x0806),arp()" 1
	ovs-dpctl add-flow dp0 "in_port(1),eth(src=$a,dst=$b),eth_type(0x0800),ipv4(frag=no)" 2
	ovs-dpctl add-flow dp0 "in_port(2),eth(src=$b,dst=$a),eth_type(0x0800),ipv4(frag=no)" 1
}

# Without the look-up of the destination that Cilium does: a lower bound.
setup_tc_bpf()
{
	pairs veth
	"$BENCH/bpf.py" peer h1 h2
	"$BENCH/bpf.py" peer h2 h1
}

setup_netkit()
{
	pairs netkit
	"$BENCH/bpf.py" netkit-redirect h1 h2
	"$BENCH/bpf.py" netkit-redirect h2 h1
}

# One network; $1 is the option of both ports.
vr()
{
	local pod

	vrctl network add bench subnet 192.0.2.1/24 subnet 198.51.100.1/24
	for pod in "$from" "$to"; do
		ip link add eth1 netns "$pod" type vr
	done
	vrctl port add dev eth1 netns "$from" network bench address "$src" antispoof "$1"
	vrctl port add dev eth1 netns "$to" network bench address "$dst" antispoof "$1"
}

setup_vr()
{
	vr on
}

setup_vr_mac()
{
	vr off
}

setup_vr_routed()
{
	dst=198.51.100.3
	src_gateway=192.0.2.1
	dst_gateway=198.51.100.1
	vr on
}

# A virtual machine to a pod: what has its tap is the host's end of a veth here.
setup_vr_tap()
{
	vrctl network add bench subnet 192.0.2.1/24
	ip link add h1 type veth peer name eth1 netns "$from"
	ip link set h1 up
	ip link add eth1 netns "$to" type vr
	vrctl port add dev h1 network bench mac "$(mac_of "$from")" address "$src"
	vrctl port add dev eth1 netns "$to" network bench address "$dst"
}

# The same with $routes routes, which do not matter to who talks to a pod.
setup_vr_routes()
{
	setup_vr_routed
	fill_routes
}

# After that: to an address behind the pod, found among the routes.
extend_vr_routes()
{
	path=vr_prefix
	target=203.0.113.9
	vrctl route add network bench 203.0.113.0/24 via dev eth1 netns "$to"
}

fill_routes()
{
	local id

	id=$(vrctl -j port show | jq ".[] | select(.address[]? == \"$dst\") | .id")
	"$TOP/build/bench/fill" bench "$routes" "$id"
}

setup()
{
	local pod address gateway

	src=192.0.2.2 dst=192.0.2.3 src_gateway='' dst_gateway='' target=''
	"setup_$1"
	target=${target:-$dst}
	for pod in "$from $src $src_gateway" "$to $dst $dst_gateway"; do
		read -r pod address gateway <<< "$pod"
		ip -n "$pod" -batch - <<- end
			address add $address/24 dev eth1
			link set eth1 up
			${gateway:+route add default via $gateway}
		end
	done
}

teardown()
{
	local dev pod

	for pod in "$from" "$to"; do
		ip -n "$pod" link del eth1 2> /dev/null || true
	done
	for dev in br0 lower h1 h2; do
		[ ! -e "/sys/class/net/$dev" ] || ip link del $dev
	done
	[ ! -e /sys/class/net/dp0 ] || ovs-dpctl del-dp dp0
	[ ! -d /sys/module/vr ] || vrctl network del bench 2> /dev/null || true
	nodes_teardown
}
