#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 240
#
# The annotation network-status: of every interface, what the kernel has.

. "$(dirname "$0")/setup.sh"

cluster 1
k8s_network default.blue 5001 10.1.0.0/16,2001:db8:1::/64 '"mtu":1400'
agent n1
ok "the network is defined" poll 30 [ -s "$WORK/n1/networks/default.blue.json" ]

status()
{
	api GET /api/v1/namespaces/default/pods/"$1" |
		jq -r '.metadata.annotations["k8s.v1.cni.cncf.io/network-status"] // empty'
}

# Of one interface, by its keys.
entry()
{
	status "$1" | jq -c ".[] | select(.interface == \"$2\") | $3"
}

has_entries()
{
	[ "$(status "$1" | jq length)" = "$2" ]
}

k8s_pod n1 a '"k8s.v1.cni.cncf.io/network-status":
	"[{\"name\":\"default/other\",\"interface\":\"net9\",\"ips\":[\"192.0.2.9\"]},{\"name\":\"forged\",\"interface\":\"eth1\"}]"'
attached "a pod with three interfaces" n1 a blue,blue
added=$EPOCHREALTIME
ok "they are in its annotation, and one of somebody else" poll 20 has_entries a 4
written=$(api_control '{"log":true}' | jq '[.log[] | select(.method == "PATCH" and (.path | endswith("/a/status"))).time] | max')
ok "a second after ADD at the latest" jq -en "$written - $added < 1"
is "in order" "$(status a | jq -r '.[].interface' | paste -sd' ')" "eth0 eth1 eth2 net9"
is "by the names of their networks" "$(status a | jq -r '.[].name' | paste -sd' ')" \
	"cluster-wide-network default/blue default/blue default/other"
is "one of them is the default" "$(status a | jq -r '.[].default' | paste -sd' ')" \
	"true false false null"
is "addresses without a length" "$(entry a eth1 .ips)" \
	"$(get '[.ips[] | select(.interface == 1).address | split("/")[0]]' | jq -c .)"
is "the MAC of the device" "$(entry a eth1 .mac)" \
	"$(ip -n "$a" -j link show eth1 | jq -c '.[0].address')"
is "the MTU of the network" "$(entry a eth1 .mtu)" 1400
is "the gateway of the default route" "$(entry a eth0 .gateway)" '["10.244.1.1"]'
is "and of no other" "$(entry a eth1 .gateway)" null
is "an empty dns" "$(entry a eth0 .dns)" '{}'

# Another default route.
k8s_pod n1 b
attached "a pod whose default route is of a second network" n1 b \
	'[{"name":"blue","default-route":["10.1.0.1"]}]'
ok "is told of" poll 20 has_entries b 2
is "the gateway is there" "$(entry b eth1 .gateway)" '["10.1.0.1"]'
is "and not on the first" "$(entry b eth0 .gateway)" null

# A pod that is known to the agent later than to the runtime.
attached "a pod whose object is not there yet" n1 c blue
k8s_pod n1 c
ok "is told of when it is" poll 20 has_entries c 2

# Another pod of the same name.
api_control '{"load":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"d","namespace":"default","uid":"new"},
	"spec":{"nodeName":"n1"}}]}' > /dev/null
attached "a pod of another uid" n1 d blue
ok "nothing is said of it" poll 20 has_entries a 4
is "by the time that others are" "$(status d)" ""

# A static pod: its object is a mirror with a uid of its own.
k8s_pod n1 e '"kubernetes.io/config.mirror":"static-hash"'
attached "a static pod" n1 e blue \
	"CNI_ARGS=K8S_POD_NAMESPACE=default;K8S_POD_NAME=e;K8S_POD_UID=static-hash"
ok "is told of" poll 20 has_entries e 2

# Whoever writes something else is put right.
api_control '{"reset":true}' > /dev/null
k8s_pod n1 a '"k8s.v1.cni.cncf.io/network-status":"[]"'
ok "a changed annotation is put right" poll 20 has_entries a 3

agent_stop n1
agent n1
count_patches()
{
	api GET /control | jq '.requests["PATCH pods/status"] // 0'
}
api_control '{"reset":true}' > /dev/null
k8s_pod n1 f
attached "after a restart of the agent, a pod" n1 f blue
ok "is told of" poll 20 has_entries f 2
# That of f may have been written in two steps; those that are there are three.
ok "and nothing is written that is there" [ "$(count_patches)" -le 2 ]

done_testing
