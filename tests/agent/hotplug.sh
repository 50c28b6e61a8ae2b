#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 240
#
# Networks are added to and taken from pods that run, by their annotation.

. "$(dirname "$0")/setup.sh"

cluster 2
for i in 1 2 3 4; do
	k8s_network "default.net$i" "500$i" "10.$i.0.0/16"
done
k8s_network other.closed 5009 10.9.0.0/16
agent_first n1
agent_first n2

KEY=k8s.v1.cni.cncf.io/networks

# asks POD NETWORKS: as kubectl annotate would
asks()
{
	local value

	value=$(jq -n --arg key "$KEY" --arg value "$2" '{metadata:{annotations:{($key):$value}}}')
	in_ns "$fabric" curl -sS --noproxy '*' -X PATCH -H 'Content-Type: application/merge-patch+json' \
		--data "$value" "$API/api/v1/namespaces/default/pods/$1" > /dev/null
}

ip_of()
{
	ip -n "${!1}" -j -4 address show dev "$2" | jq -r '.[0].addr_info[0].local'
}

k8s_pod n1 a "\"$KEY\":\"net1,net2\""
k8s_pod n2 b "\"$KEY\":\"net1,net3\""
attached "a pod with two networks" n1 a net1,net2
attached "another on the other node" n2 b net1,net3
ok "they are in its status" poll 30 pod_status_is a "eth0=cluster-wide-network eth1=net1 eth2=net2"
mac=$(ip -n "$a" -j link show eth1 | jq -r '.[0].address')

asks a net1,net2,net3
ok "a third is added" poll 20 pod_status_is a "eth0=cluster-wide-network eth1=net1 eth2=net2 eth3=net3"
net3=$(ip_of a eth3)
like "with an address" "$net3" '^10\.3\.'
reaches()
{
	_ping_ok b "$(ip_of a "$1")" 1
}
ok "a pod on the other node reaches it" poll 30 reaches eth3
like "the default route stays" "$(ip -n "$a" route show default)" 'via 10\.244\.1\.1 dev eth0'

asks a net1,net3
ok "one of the first call is taken away" poll 20 pod_status_is a "eth0=cluster-wide-network eth1=net1 eth3=net3"
fails "the device is gone" ip -n "$a" link show eth2
rests()
{
	[ "$(addresses 'select(.spec.pod.name == "a" and .spec.network == "'"$1"'").spec.state')" = cooling ]
}
ok "its address rests" poll 30 rests default.net2
is "the others are what they were" "$(ip -n "$a" -j link show eth1 | jq -r '.[0].address')" "$mac"
is "... by their addresses" "$(ip_of a eth3)" "$net3"

asks a '[{"name":"net1"},{"name":"net1"},{"name":"net3"},{"name":"net4","interface":"data0","ips":["10.4.7.7/16"],"mac":"02:00:00:00:04:07"}]'
ok "the same once more, and one by name" poll 30 pod_status_is a \
	"eth0=cluster-wide-network eth1=net1 data0=net4 eth2=net1 eth3=net3"
is "with the address that is asked for" "$(ip_of a data0)" 10.4.7.7
is "and the MAC" "$(ip -n "$a" -j link show data0 | jq -r '.[0].address')" 02:00:00:00:04:07

agent_stop n1
agent_first n1
ok "a restart of the agent changes nothing" poll 30 pod_status_is a \
	"eth0=cluster-wide-network eth1=net1 data0=net4 eth2=net1 eth3=net3"
is "the address is the same" "$(ip_of a eth3)" "$net3"

asks a '[{"name":"net1"},{"name":"net3"}]'
ok "what was added is taken away" poll 30 pod_status_is a "eth0=cluster-wide-network eth1=net1 eth3=net3"

# What cannot be.
told()
{
	api GET /api/v1/namespaces/default/events | jq -r '.items[] | select(.reason == "NetworkPlugFailed").message' |
		grep -qF "$1"
}
asks a net1,net3,nowhere
ok "a network that is none is an Event" poll 20 told default.nowhere
asks a net1,net3,other/closed
ok "and one that is not shared" poll 20 told other.closed
asks a '[{"name":"net1"},{"name":"net3"},{"name":"net2","mac":"x"}]'
ok "and a value that is none" poll 20 told '"x"'
asks a '[{"name":"net1"},{"name":"net3"},{"name":"net2","default-route":["10.2.0.1"]}]'
ok "and another default route" poll 20 told default-route
is "nothing of it was done" "$(pod_status a)" "eth0=cluster-wide-network eth1=net1 eth3=net3"
is "and nothing is left of it" "$(find "$WORK/n1/state" -name 'cluster-wide-network:*' | wc -l)" 2

asks a net1,net3,net2
ok "what can be is added afterwards" poll 30 pod_status_is a "eth0=cluster-wide-network eth1=net1 eth2=net2 eth3=net3"

# Its pod goes while one is plugged: as if DEL had not seen that file.
asks b net1
ok "the other pod" poll 30 pod_status_is b "eth0=cluster-wide-network eth1=net1"
asks b net1,net4
ok "gets another network" poll 30 pod_status_is b "eth0=cluster-wide-network eth1=net1 eth2=net4"
cp "$WORK/n2/state/"*b-id*eth2* "$WORK/kept"
detached "and goes" n2 b
mv "$WORK/kept" "$WORK/n2/state/cluster-wide-network:b-id:eth2.json"
all_gone()
{
	[ -z "$(find "$WORK/n2/state" -type f -name 'cluster-wide-network:*')" ]
}
ok "what it left is taken away" poll 30 all_gone

detached "DEL of the pod" n1 a
is "takes all of it away" "$(find "$WORK/n1/state" -type f -name 'cluster-wide-network:*')" ""
none_bound()
{
	[ -z "$(addresses 'select(.spec.pod.name == "a" and .spec.state == "bound").metadata.name')" ]
}
ok "and frees all addresses" poll 30 none_bound
is "no device of ours is left" "$(ip -n "$a" -o link show type vr)" ""

done_testing
