#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154,SC2086 # the namespaces of setup.sh
# timeout: 240
#
# Twenty pods at once on five nodes, with an API that fails in all the ways it can,
# and an agent that dies midway in an ADD: no address twice, and none lost.

. "$(dirname "$0")/setup.sh"

cluster 5
k8s_network default.large 5001 10.2.0.0/16,2001:db8:2::/64
for i in 1 2 3 4 5; do
	agent n$i --spares 0
done
for i in 1 2 3 4 5; do
	ok "node $i knows the network" poll 30 [ -s "$WORK/n$i/networks/default.large.json" ]
done

# Each rule has a match of its own, or it would take the place of another.
objects='^POST .*networkaddresses( |$)'
api_control '{"rules":[
	{"match":"'"$objects"'|x1","status":429,"retry_after":1,"every":5},
	{"match":"'"$objects"'|x2","status":503,"every":7},
	{"match":"'"$objects"'|x3","lose":true,"every":11},
	{"match":"'"$objects"'|x4","drop":true,"every":13},
	{"match":"^PATCH","status":500,"every":4},
	{"match":"^(POST|PATCH)","latency_ms":100}]}' > /dev/null

# As the runtime does it: what fails with code 11 is tried again.
runtime()
{
	local node=$1 pod=$2 try

	for try in 1 2 3 4 5 6 7 8; do
		_cni ADD "$node" "$pod" "$(_conf "$node" large)" && return
		[ "$(get .code)" = 11 ] || return
	done > "$WORK/answer$pod"
	echo "$try tries" >> "$WORK/answer$pod"
}

pods=() jobs=()
for i in 1 2 3 4 5; do
	for j in 1 2 3 4; do
		ns "p$i$j"
		pods+=("p$i$j")
	done
done
for pod in "${pods[@]}"; do
	runtime "n${pod:1:1}" "$pod" &
	jobs+=($!)
done
for job in "${jobs[@]}"; do
	wait "$job"
done
given()
{
	for pod in "${pods[@]}"; do
		jq -rs 'last | .ips[]? | select(.interface == 1).address' "$WORK/answer$pod"
	done
}
is "twenty pods have addresses of both families" "$(given | wc -l)" 40
is "none of them twice" "$(given | sort | uniq -d)" ""
api_control '{"clear":true}' > /dev/null
bound()
{
	[ "$(addresses 'select(.spec.state == "bound") | .spec.address' |
		sed 's/::0*/::/')" = "$(given | sed 's|/.*||; s/::0*/::/' | sort)" ]
}
ok "and these have objects, of nobody else" poll 60 bound
_diag "$(grep -c . <(addresses 'select(.spec.state == "cooling").metadata.name')) addresses of tries that failed are at rest"

# --- an agent dies midway
api_control '{"match":"'"$objects"'","latency_ms":2000}' > /dev/null
ns late
_cni ADD n1 late "$(_conf n1 large)" > "$WORK/late" &
job=$!
of_late()
{
	[ "$(addresses 'select(.spec.pod.name == "late" and .spec.state == "'"$1"'").metadata.name' | wc -l)" -ge 1 ]
}
ok "the first family has an object" poll 30 of_late bound
agent_stop n1 KILL
wait $job
is "the ADD fails, to be tried again" "$(jq .code "$WORK/late")" 11
lost=$(addresses 'select(.spec.pod.name == "late").spec.address')
api_control '{"clear":true}' > /dev/null
agent n1 --spares 0
ok "the next agent frees what it was for" poll 60 of_late cooling
fails "all of it" of_late bound
attached "the pod is tried again" n1 late2 large
fails "and has another address" grep -qxF "$(get '.ips[] | select(.interface == 1).address' | head -1 | sed 's|/.*||')" <<< "$lost"

done_testing
