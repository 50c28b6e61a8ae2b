#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 240
#
# IPAMClaims: the address survives the pod, on whichever node the next one is; two
# pods of a virtual machine that moves share it, and it moves when the second one
# goes on; only the end of the claim frees it.

. "$(dirname "$0")/setup.sh"

cluster 3
k8s_network default.blue 5001 10.1.0.0/16,2001:db8:1::/64
k8s_network default.red 5002 10.2.0.0/16
k8s_claim vm default.blue eth1
k8s_claim disk blue eth1
k8s_claim other red eth1
controller --node-grace 2 --cooling 2
for i in 1 2 3; do
	agent n$i
done
for i in 1 2 3; do
	ok "node $i knows the networks" poll 30 [ -s "$WORK/n$i/networks/default.red.json" ]
done

# A pod that refers to a claim, as its object and as the runtime has it.
claimed()
{
	echo '[{"name":"'"${2:-blue}"'","ipam-claim-reference":"'"$1"'"}]'
}

# claim_pod NODE POD CLAIM [SECOND]: its object
claim_pod()
{
	local networks

	networks=$(claimed "$3" | jq -c . | jq -R .)
	api_control '{"load":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"'"$2"'","namespace":"default",
		"uid":"'"$2"'-uid","creationTimestamp":"2026-01-01T00:00:0'"${4:-0}"'Z",
		"annotations":{"k8s.v1.cni.cncf.io/networks":'"$networks"'}},"spec":{"nodeName":"'"$1"'"}}]}' > /dev/null
}

pod_gone()
{
	api_control '{"delete":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"'"$1"'","namespace":"default"}}]}' \
		> /dev/null
}

# of_claim CLAIM FILTER: of its objects
of_claim()
{
	addresses 'select(.spec.claim == "default/'"$1"'") | '"$2" | sort -u
}

of_claim_is()
{
	[ "$(of_claim "$1" "$2")" = "$3" ]
}

ips_of()
{
	get '.ips[] | select(.interface == 1).address'
}

mac_of()
{
	get '.interfaces[1].mac'
}

attached "a pod without a claim, on node 3" n3 c blue
peer=$(ips_of | head -1)

# --- it survives the pod
claim_pod n1 a vm 1
attached "a pod of the claim, on node 1" n1 a "$(claimed vm)"
ips=$(ips_of) mac=$(mac_of)
is "it has both families" "$(wc -l <<< "$ips")" 2
claim_status()
{
	[ "$(api GET /apis/k8s.cni.cncf.io/v1alpha1/namespaces/default/ipamclaims/vm | jq -c .status.ips)" = "$1" ]
}
ok "the claim says which" poll 20 claim_status "$(jq -Rnc '[inputs]' <<< "$ips")"
detached "the pod goes" n1 a
pod_gone a
ok "its claim keeps the addresses" poll 20 of_claim_is vm '"\(.spec.state) \(.spec.node) \(.spec.pod)"' \
	"kept n1 null"
claim_pod n1 a2 vm 2
attached "the next pod, on the same node" n1 a2 "$(claimed vm)"
is "has the same addresses" "$(ips_of)" "$ips"
is "and the same MAC" "$(mac_of)" "$mac"
detached "it goes" n1 a2
pod_gone a2
ok "and they are kept" poll 20 of_claim_is vm .spec.state kept
claim_pod n2 b vm 3
attached "the next, on node 2" n2 b "$(claimed vm)"
is "has the same addresses" "$(ips_of)" "$ips"
is "and the same MAC" "$(mac_of)" "$mac"
is "they are of node 2 now" "$(of_claim vm '"\(.spec.state) \(.spec.node) \(.spec.pod.name)"')" "bound n2 b"
is "nobody stands by" "$(of_claim vm .spec.standby)" null
four=$(head -1 <<< "$ips") six=$(tail -1 <<< "$ips")
ok "and reached from node 3" poll 30 _ping_ok c "${four%/*}" 1
ping_ok c "${six%/*}"
ping_ok b "${peer%/*}"

# --- it moves
claim_pod n1 t vm 4
attached "a second pod, on node 1" n1 t "$(claimed vm)"
is "has the same addresses" "$(ips_of)" "$ips"
is "it stands by" "$(at n1 -j port show | jq -r '.[] | select(.network == "default.blue").state')" standby
is "the first one has them" "$(of_claim vm '"\(.spec.node) \(.spec.pod.name) \(.spec.standby.pod.name)"')" "n2 b t"
place()
{
	at "$1" -j endpoint show network default.blue |
		jq -r '.[] | select(.mac == "'"$mac"'" and .state == "active") | .remote // "here"'
}
place_is()
{
	[ "$(place "$1")" = "$2" ]
}
is "node 3 sends to the first" "$(place n3)" 203.0.113.2
is "node 1 as well" "$(place n1)" 203.0.113.2
claim_pod n3 x vm 5
not_attached "a third is refused" 11 "in use by pod default/b of node n2, and pod t of node n1 stands by" \
	n3 x "$(claimed vm)"
pod_gone x
agent_stop n1
agent n1
ping_ok c "${four%/*}"

# Its guest goes on there, and says so.
python "$t" "$mac" "${four%/*}" <<- 'END'
	import sys
	from packet import *
	where, mac, address = sys.argv[1:]
	Station(where, mac, 'eth1').send(eth(BROADCAST, mac, ARP, arp(1, mac, address, BROADCAST, address)))
END
ok "the addresses are node 1's" poll 20 of_claim_is vm '"\(.spec.node) \(.spec.pod.name) \(.spec.state)"' "n1 t bound"
ok "node 3 sends there" poll 20 place_is n3 203.0.113.1
ok "so does node 2, where it was" poll 20 place_is n2 203.0.113.1
is "on node 1 it is here" "$(place n1)" here
ping_ok c "${four%/*}"
ping_ok c "${six%/*}"
detached "the first pod goes" n2 b
pod_gone b
ping_ok c "${four%/*}"
is "and nothing is different" "$(of_claim vm '"\(.spec.node) \(.spec.pod.name) \(.spec.state) \(.spec.standby)"')" \
	"n1 t bound null"

# --- it moves to a pod that announces nothing, when the first one ends
claim_pod n2 u vm 6
attached "one more, on node 2" n2 u "$(claimed vm)"
is "stands by" "$(at n2 -j port show | jq -r '.[] | select(.network == "default.blue").state')" standby
detached "the one before goes" n1 t
pod_gone t
ok "then it has them" poll 20 of_claim_is vm '"\(.spec.node) \(.spec.pod.name) \(.spec.state)"' "n2 u bound"
ok "and node 3 sends there" poll 20 place_is n3 203.0.113.2
ok "its port is active" poll 20 place_is n2 here
ping_ok c "${four%/*}"

# --- the node dies
agent_stop n2 KILL
claim_pod n3 v vm 7
pod_gone u
api_control '{"delete":[{"apiVersion":"v1","kind":"Node","metadata":{"name":"n2"}}]}' > /dev/null
ok "a pod of a node that is gone has none" poll 30 of_claim_is vm .spec.state kept
attached "the next one, on node 3" n3 v "$(claimed vm)"
is "has the same addresses" "$(ips_of)" "$ips"

# --- what is refused
not_attached "a claim of another network" 7 'IPAMClaim "default/other" of network "default.blue": it is of network "red"' \
	n3 y "$(claimed other)"
not_attached "one that is not there" 11 'IPAMClaim "default/none" of network "default.blue": there is none' \
	n3 z "$(claimed none)"
not_attached "another interface" 7 'it is of interface "eth1"' n3 w \
	'[{"name":"blue","ipam-claim-reference":"disk","interface":"net5"}]'
not_attached "another MAC" 7 "its MAC is $mac, but 02:00:00:00:00:77 is asked for" n3 w2 \
	'[{"name":"blue","ipam-claim-reference":"vm","mac":"02:00:00:00:00:77"}]'

# --- two first ones at once
claim_pod n1 d1 disk 8
claim_pod n3 d2 disk 9
ns d1
ns d2
_cni ADD n1 d1 "$(_conf n1 "$(claimed disk)")" > "$WORK/d1" &
first=$!
_cni ADD n3 d2 "$(_conf n3 "$(claimed disk)")" > "$WORK/d2" &
second=$!
wait $first
wait $second
is "two pods at once get one pair of addresses" \
	"$(of_claim disk 'select(.spec.state != "cooling") | .spec.address' | wc -l)" 2
is "of one pod" "$(of_claim disk .spec.pod.name | wc -l)" 1

# --- the end of the claim
detached "the pod goes" n3 v
pod_gone v
api_control '{"delete":[{"apiVersion":"k8s.cni.cncf.io/v1alpha1","kind":"IPAMClaim","metadata":{
	"name":"vm","namespace":"default"}}]}' > /dev/null
ok "without the claim the addresses are anybody's" poll 30 of_claim_is vm .metadata.name ""
agent_stop n1
agent_stop n3

done_testing
