#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2317 # functions for ok and poll
#
# timeout: 1800
#
# Pods on two nodes reach each other on every network, by both families; agents run by
# the DaemonSet of deploy/, with the tokens that kubelet gets them, and nothing that they
# ask for is refused.  Run by tests/kube/cluster.

. "$(dirname "$0")/setup.sh"

network_ready()
{
	k wait --for condition=Ready --timeout 5s "network/$NS.$1"
}

# own_node POD INTERFACE NODE     the object of its address says so
own_node()
{
	[ "$(k get networkaddresses -l "vrctl.dev/node=$3" -o json | jq -r --arg address \
		"$(pod_ip "$1" "$2")" '.items[].spec | select(.address == $address).pod.name')" = "$1" ]
}

# has POD INTERFACE     what the kernel has is what the status says
has()
{
	in_pod "$1" ip -json addr show dev "$2" | jq -c '[.[0].addr_info[] | select(.scope == "global").local] | sort' > "$WORK/has"
	[ "$(< "$WORK/has")" = "$(status "$1" | jq -c ".[] | select(.interface == \"$2\").ips | sort")" ]
}

# All of one kind at once: a call into the VM is what takes time.
# reaches FROM TO     each address of TO, with packets as large as they may be
reaches()
{
	local commands='' entry

	for entry in $(status "$2" | jq -r '.[] | .mtu as $mtu | .ips[] | "\(.)=\($mtu)"'); do
		[[ $entry = *:* ]] && commands+="ping -q -n -c 2 -i 0.2 -W 5 -M do -s $((${entry#*=} - 48)) ${entry%=*} && "
		[[ $entry = *:* ]] || commands+="ping -q -n -c 2 -i 0.2 -W 5 -M do -s $((${entry#*=} - 28)) ${entry%=*} && "
	done
	[ -n "$commands" ] && in_pod "$1" bash -c "$commands true"
}

complaints()
{
	k logs -n vr-system "$1" --all-containers > "$WORK/log" || { echo "no log"; return; }
	grep -E 'HTTP 4(0[013]|22)|Forbidden|cannot' "$WORK/log"
}

k create namespace tenant > /dev/null
NS=tenant
ok "networks" nad blue 'cidr=["10.20.0.0/16","2001:db8:20::/64"]'
ok "of one family" nad green cidr=10.30.0.0/24
ok "and of the other" nad six cidr=2001:db8:36::/64
for network in blue green six; do
	ok "network $network is ready" poll 60 network_ready $network
done
ok "pods on node 1" pod a node1 blue,green,six
ok "and on node 2" pod b node2 blue,green,six
ok "another with a network twice" pod c node2 blue,blue@net7
ok "start" pods_ready a b c
for pod in a b; do
	ok "$pod: four interfaces in its status" poll 20 entries $pod 4
	for interface in eth0 eth1 eth2 eth3; do
		ok "$pod: the kernel has what the status says, $interface" has $pod $interface
	done
done
ok "c: three interfaces" poll 20 entries c 3
ok "a's address is an object of its node" own_node a eth1 node1
ok "b's of the other" own_node b eth1 node2
ok "a reaches b on all networks, both families" reaches a b
ok "b reaches a" reaches b a
# Its answers to others leave by the first of the two, which may not send from the second's.
ok "c reaches a by the second interface of a network" \
	in_pod c ping -q -n -c 1 -W 5 -I net7 "$(pod_ip a eth1)"
ok "and b on the same node" in_pod c ping -q -n -c 1 -W 5 -I net7 "$(pod_ip b eth1)"
ok "and by the first" in_pod c ping -q -n -c 1 -W 5 -I eth1 "$(pod_ip b eth1)"
ok "each node reaches the pods of the other" on node1 ping -q -c 1 -W 5 "$(pod_ip b eth0)"
ok "by the other family, too" on node1 ping -q -c 1 -W 5 "$(pod_ip b eth0 1)"
for node in node1 node2; do
	like "vrctl on $node shows the network" "$(on $node vrctl network show)" 'tenant.blue'
	other=$([ $node = node1 ] && echo b || echo a)
	like "... and what is on the other node" "$(on $node vrctl endpoint show network tenant.blue)" \
		"$(pod_ip "$other" eth1)"
done

# --- hot-plug and what is refused, with the rights an agent has
k annotate -n tenant --overwrite pod a k8s.v1.cni.cncf.io/networks=blue,six,nowhere > /dev/null
told()
{
	events | grep -q "tenant.nowhere"
}
ok "a network that cannot be plugged is an Event of the agent" poll 60 told
k annotate -n tenant --overwrite pod a k8s.v1.cni.cncf.io/networks=blue,six > /dev/null
ok "one that is not asked for any more goes" poll 60 entries a 3
ok "the others go on" reaches b a
ok "a pod with a network that is none" pod broken node1 nothing
waits()
{
	events | grep -q 'tenant.nothing'
}
ok "... says so in its Event" poll 120 waits
for pod in $(k get pods -n vr-system -o name); do
	is "$pod was refused nothing" "$(complaints "$pod")" ""
done
pods_go > "$WORK/go" 2>&1
is "the pods go" $? 0
unused()
{
	[ -z "$(k get networkaddresses -o json | jq -r '.items[].spec | select(.state == "bound").address')" ]
}
ok "nobody has their addresses" poll 90 unused
k delete namespace tenant --timeout 90s > /dev/null
done_testing
