#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154,SC2086 # the namespaces of setup.sh
# timeout: 240
#
# Twenty pods at once on five nodes, of a network that has just so many addresses,
# with an API that answers slowly: no address twice, and the next one is told why.

. "$(dirname "$0")/setup.sh"

cluster 5
k8s_network default.small 5001 198.51.100.0/24 '' '"ranges":[[{"subnet":"198.51.100.0/24",
	"rangeStart":"198.51.100.2","rangeEnd":"198.51.100.21"}]]'
k8s_network default.large 5002 10.2.0.0/16
for i in 1 2 3 4 5; do
	agent n$i
done
for i in 1 2 3 4 5; do
	ok "node $i knows the networks" poll 30 [ -s "$WORK/n$i/networks/default.small.json" ]
done
api_control '{"match":"^(POST|PATCH)","latency_ms":300}' > /dev/null

# Namespaces first, then all of them at once.
pods=()
for i in 1 2 3 4 5; do
	for j in 1 2 3 4; do
		ns "p$i$j"
		pods+=("$i$j")
	done
done
for pod in "${pods[@]}"; do
	_cni ADD "n${pod:0:1}" "p$pod" "$(_conf "n${pod:0:1}" small,large)" > "$WORK/answer$pod" &
done
# Only these: the agents go on.
for job in $(jobs -p | tail -n ${#pods[@]}); do
	wait "$job"
done
is "twenty pods were attached" "$(cat "$WORK"/answer* | jq -s '[.[] | select(.ips)] | length')" 20
given=$(cat "$WORK"/answer* | jq -r '.ips[] | select(.interface == 1).address')
is "twenty addresses of the small network" "$(wc -l <<< "$given")" 20
is "none of them twice" "$(sort <<< "$given" | uniq -d)" ""
given=$(cat "$WORK"/answer* | jq -r '.ips[] | select(.interface == 2).address')
is "each has the MAC that follows from its address" \
	"$(addresses 'select(.spec.vni == 5001) | "\(.spec.mac | ltrimstr("0a:58:c6:33:64:")) \(.spec.address | split(".")[3])"' |
		while read -r mac last; do [ $((16#$mac)) = "$last" ] || echo "$mac $last"; done)" ""
is "nor of the large one" "$(sort <<< "$given" | uniq -d)" ""

not_attached "the twenty-first is told why" 11 'network "default.small" has no address left: 20 are in use' \
	n1 late small
fails "and nothing of it is left" [ -e "$WORK/n1/state/cluster-wide-network:late-id:eth0.json" ]
ok "the others have what they had" \
	[ "$(addresses 'select(.spec.vni == 5001 and .spec.state == "bound").metadata.name' | wc -l)" = 20 ]

# An asked address that somebody has, one that is reserved, one that is free.
api_control '{"clear":true}' > /dev/null
taken=$(head -1 <<< "$given")
not_attached "an address that somebody has" 7 'in use' n1 x '[{"name":"large","ips":["'"$taken"'"]}]'
not_attached "the gateway's" 7 'gateway' n1 y '[{"name":"large","ips":["10.2.0.1/16"]}]'
attached "one that is free" n1 z '[{"name":"large","ips":["10.2.77.77/16"],"mac":"02:00:00:00:77:77"}]'
is "is given" "$(get '.ips[] | select(.interface == 1).address')" 10.2.77.77/16
is "with the MAC that was asked for" "$(addresses 'select(.spec.address == "10.2.77.77").spec.mac')" \
	02:00:00:00:77:77

not_attached "an address of no range" 7 'in no range' n1 u '[{"name":"large","ips":["192.0.2.7"]}]'

# Nobody takes a pod's packets by asking for its MAC, from another node either.
not_attached "the MAC of a pod of another node" 7 'MAC 02:00:00:00:77:77' n2 thief \
	'[{"name":"large","mac":"02:00:00:00:77:77"}]'
# An agent of node 2 would free what no pod of it has.
agent_stop n2
forged='{"apiVersion":"vrctl.dev/v1alpha1","kind":"NetworkAddress","metadata":{"name":"v5002-0a024242",
	"labels":{"vrctl.dev/vni":"5002","vrctl.dev/node":"n2"}},"spec":{"network":"default.large","vni":5002,
	"address":"10.2.66.66","mac":"02:00:00:00:77:77","node":"n2","state":"bound","container":"x",
	"interface":"eth1","since":"2026-01-01T00:00:00Z","sequence":4294967295}}'
api_control '{"load":['"$forged"']}' > /dev/null
ok "what is told after it is there" poll 30 sh -c "vrctl -n $n3 endpoint show network default.large | grep -q 10.2.66.66"
like "on the pod's own node the MAC is the port's" \
	"$(at n1 endpoint show network default.large | grep 02:00:00:00:77:77)" 'dev eth1'

# Rights: a network of another namespace, which does not share it.
k8s_network other.closed 5003 10.3.0.0/16
k8s_network other.open 5004 10.4.0.0/16 '"shared":["default"]'
ok "more networks" poll 30 [ -s "$WORK/n1/networks/other.open.json" ]
not_attached "a network that is not shared" 7 'other.closed' n1 v other/closed
attached "one that is" n1 w other/open

done_testing
