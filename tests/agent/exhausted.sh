#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154,SC2086 # the namespaces of setup.sh
# timeout: 240
#
# When no address is free, other nodes give their spare ones back; one that is asked
# for and lies elsewhere as a spare one is given, too. That none is left is what the
# API server says, and not an agent's own view.

. "$(dirname "$0")/setup.sh"

cluster 2
k8s_network default.asked 5001 10.1.0.0/16
k8s_network default.full 5002 10.2.0.0/16 '' '"ranges":[[{"subnet":"10.2.0.0/16",
	"rangeStart":"10.2.0.2","rangeEnd":"10.2.1.9"}]]'
agent n1
agent n2
for i in 1 2; do
	ok "node $i knows the networks" poll 30 [ -s "$WORK/n$i/networks/default.full.json" ]
done

of()
{
	addresses 'select(.spec.vni == '"$1"' and .spec.state == "'"$2"'" and (.spec.node | test("'"${3:-}"'"))) |
		.spec.address // .spec.node'
}
count_is()
{
	[ "$(of "${@:2}" | wc -l)" = "$1" ]
}

# --- asked for
attached "a pod on node 1" n1 a asked
ok "it has four in store" poll 30 count_is 4 5001 spare n1
asked=$(of 5001 spare n1 | head -1)
attached "one of them is asked for on node 2" n2 b '[{"name":"asked","ips":["'"$asked"'"]}]'
is "and given" "$(get '.ips[] | select(.interface == 1).address')" "$asked/16"
is "it was told that it is wanted" "$(of 5001 wanted)" n2
ok "node 2 has some in store" poll 60 count_is 4 5001 spare n2
asked=$(of 5001 spare n2 | head -1)
attached "of its own, one is asked for" n2 c '[{"name":"asked","ips":["'"$asked"'"]}]'
is "and given" "$(get '.ips[] | select(.interface == 1).address')" "$asked/16"
fails "nor on the disk" [ -e "$WORK/n2/spares/default.asked/$asked" ]

# --- none is free: all others are of a third node
attached "a pod on node 1" n1 d full
ok "it has four in store" poll 30 count_is 4 5002 spare n1
taken=$(addresses 'select(.spec.vni == 5002).spec.address' | jq -Rnc '[inputs]')
load=$(jq -nc --argjson taken "$taken" '[range(2; 266) | "10.2.\(. / 256 | floor).\(. % 256)" |
	select(IN($taken[]) | not) | . as $ip | (split(".") | map(tonumber)) as $n |
	{apiVersion: "vrctl.dev/v1alpha1", kind: "NetworkAddress", metadata: {
		name: ("v5002-0a02" + ($n[2:] | map("0123456789abcdef"[. / 16 | floor:][:1] +
			"0123456789abcdef"[. % 16:][:1]) | add)),
		labels: {"vrctl.dev/vni": "5002", "vrctl.dev/node": "n9"}},
	spec: {network: "default.full", vni: 5002, address: $ip, node: "n9", state: "bound",
		mac: ("0a:58:0a:02:" + ($n[2:] | map("0123456789abcdef"[. / 16 | floor:][:1] +
			"0123456789abcdef"[. % 16:][:1]) | join(":"))),
		container: "x", interface: "eth1", since: "2026-01-01T00:00:00Z", sequence: 1}}]')
api_control '{"load":'"$load"'}' > /dev/null
# Node 1 may have given its spare ones back by now.
is "the rest of the range is taken" "$(addresses 'select(.spec.node == "n9").metadata.name' | wc -l)" \
	"$(jq length <<< "$load")"
for i in 1 2 3 4; do
	attached "pod $i on node 2 gets one all the same" n2 "e$i" full
done
is "node 1 has none in store" "$(of 5002 spare n1)" ""
not_attached "the next is told what there is" 11 \
	'network "default.full" has no address left: 264 are in use, of 264 in its ranges' n2 f full
detached "one goes" n2 e1
not_attached "what rests is told, too" 11 '263 are in use, 1 at rest, of 264' n2 g full
# A view that is behind: what went is not known to node 1 yet.
api_control '{"hang_watches":true}' > /dev/null
api_control '{"delete":[{"apiVersion":"vrctl.dev/v1alpha1","kind":"NetworkAddress","metadata":{
	"name":"v5002-0a020105"}}]}' > /dev/null
attached "one that has just become free is found by asking" n1 h full
is "that one" "$(get '.ips[] | select(.interface == 1).address')" 10.2.1.5/16
api_control '{"hang_watches":false}' > /dev/null

done_testing
