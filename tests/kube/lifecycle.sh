#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2317 # functions for ok and poll
#
# timeout: 2400
#
# Who keeps an address and who loses it: a pod that was deleted by force and still runs, a
# Job that is done, a static pod over a restart of the API, a node whose object was deleted
# and comes back; a network that is in use, and a namespace that goes with all in it.  Run
# by tests/kube/cluster.

. "$(dirname "$0")/setup.sh"

NS=life

# holder ADDRESS     who has it, by the object that other nodes believe
holder()
{
	k get networkaddresses -o json | jq -r --arg address "$1" \
		'.items[].spec | select(.address == $address and .network == "life.tiny") |
		"\(.state) \(.pod.name // "-") \(.node)"'
}

held()
{
	[ "$(holder "$1")" = "$2" ]
}

free()
{
	[ -z "$(holder "$1")" ] || [[ $(holder "$1") = cooling* ]]
}

node_lost()
{
	[ "$(k get node node2 -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = "$1" ]
}

job()
{
	apply <<- END
		apiVersion: batch/v1
		kind: Job
		metadata: {name: job, namespace: $NS}
		spec:
		  backoffLimit: 0
		  template:
		    metadata:
		      annotations: {k8s.v1.cni.cncf.io/networks: tiny}
		    spec:
		      restartPolicy: Never
		      nodeSelector: {kubernetes.io/hostname: node1}
		      containers: [{name: c, image: $IMAGE, command: [sh, -c, "sleep 20"]}]
	END
}

# From node 1's pod, whose uid is known, as there may be no API to ask.
reach()
{
	guest tests/kube/in-pod "$STAYS" ping -q -n -c 1 -W 5 "$1"
}

k create namespace $NS > /dev/null
# Five addresses: who gets another's shows at once.
ok "a network of five addresses" nad tiny cidr=10.50.0.0/29
ok "is ready" poll 60 k wait --for condition=Ready --timeout 5s network/life.tiny
pod stays node1 tiny > /dev/null
pod forced node2 tiny > /dev/null
ok "two pods" pods_ready stays forced
ok "with addresses" poll 20 entries forced 2
ok "both" poll 20 entries stays 2
STAYS=$(_uid stays)
A=$(pod_ip stays eth1)
B=$(pod_ip forced eth1)

# --- in use
in_use()
{
	k get net-attach-def -n "$NS" tiny -o json |
		jq -r '.metadata.annotations["vrctl.dev/in-use-by"] // empty' | grep -F life/forced | grep -F life/stays
}
ok "it says who uses it" poll 30 in_use
refused "so it is not deleted" "life/forced" k delete net-attach-def -n $NS tiny
ok "they reach each other" reach "$B"

# --- deleted by force, while its node hangs
ok "kubelet of node 2 hangs" guest tests/kube/node signal /tmp/kube/node2 kubelet STOP
k delete pod -n $NS forced --force --grace-period 0 > /dev/null 2>&1
fails "a pod there is deleted by force" k get pod -n $NS forced
ok "it still runs, and is reached" reach "$B"
for i in 1 2 3; do
	pod "more-$i" node1 tiny > /dev/null
done
ok "the addresses that are left go to others" pods_ready more-1 more-2 more-3
pod more-4 node1 tiny > /dev/null
full()
{
	events | grep -q 'life.tiny.*no address left'
}
ok "the next pod is told that there is none" poll 120 full
is "its address is still its own" "$(holder "$B")" "bound forced node2"
is "no two have one" "$(k get networkaddresses -o json | jq -r '.items[].spec | "\(.network) \(.address)"' | sort | uniq -d)" ""
k delete pod -n $NS more-4 more-3 more-2 more-1 --wait=false > /dev/null
ok "kubelet goes on" guest tests/kube/node signal /tmp/kube/node2 kubelet CONT
ok "and ends it, which frees the address" poll 180 free "$B"

# --- a Job that is done
ok "a Job" job
ok "ends" k wait -n $NS --for condition=Complete --timeout 180s job/job
done_ip=$(k get pods -n $NS -l job-name=job -o json | jq -r '.items[0].metadata.annotations["k8s.v1.cni.cncf.io/network-status"]' | jq -r '.[1].ips[0]')
like "it had an address" "$done_ip" '^10\.50\.0\.'
ok "which is free, though the pod's object is there" poll 60 free "$done_ip"
is "the object is" "$(k get pods -n $NS -l job-name=job -o 'jsonpath={.items[0].status.phase}')" Succeeded

# --- a static pod, and an API that restarts
ok "a static pod" static_pod static node2 tiny
mirror()
{
	k get pod -n "$NS" static-node2
}
ok "is shown" poll 120 mirror
ok "runs" pods_ready static-node2
ok "has an address" poll 20 entries static-node2 2
C=$(pod_ip static-node2 eth1)
is "that is its own" "$(holder "$C")" "bound static-node2 node2"
ok "the API ends" server stop
ok "without API, it is reached" reach "$C"
ok "the API is back" server start
ok "and its nodes" k wait --for condition=Ready --timeout 180s node/node1 node/node2
ok "it is reached" reach "$C"
is "and has its address" "$(holder "$C")" "bound static-node2 node2"
is "as had the other" "$(holder "$A")" "bound stays node1"

# --- a node whose object is deleted, and registers again
k delete node node2 > /dev/null
fails "a node is deleted" k get node node2
ok "and registers again" guest tests/kube/node kubelet /tmp/kube/node2
again()
{
	k patch node node2 --type merge \
		-p '{"spec":{"podCIDR":"10.244.2.0/24","podCIDRs":["10.244.2.0/24","2001:db8:244:2::/64"]}}'
}
ok "with its prefixes" poll 60 again
ok "it is ready" poll 180 node_lost True
is "its pod has its address" "$(holder "$C")" "bound static-node2 node2"
ok "and is reached" poll 30 reach "$C"
is "the other's is its own" "$(holder "$A")" "bound stays node1"
static_pod_gone static node2
ok "it goes, and its address is free" poll 180 free "$C"

# --- a namespace with all in it
ok "a namespace with its network and pods goes" k delete namespace $NS --timeout 240s
nobody()
{
	[ -z "$(k get networkaddresses -o json | jq -r '.items[].spec | select(.network == "life.tiny" and .state == "bound").address')" ]
}
ok "and nobody has an address of it" poll 60 nobody
done_testing
