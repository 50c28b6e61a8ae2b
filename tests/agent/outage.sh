#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
#
# timeout: 240
#
# Without the API, and without the agent, as many pods start as there are spare
# addresses; what they took is told when both are back, and running pods notice
# nothing.

. "$(dirname "$0")/setup.sh"

cluster 2
k8s_network default.blue 5001 10.1.0.0/16
k8s_network default.green 5003 10.3.0.0/16
agent n1
agent n2
ok "networks are defined" poll 30 [ -s "$WORK/n1/networks/default.green.json" ]

spares()
{
	[ "$(find "$WORK/n1/spares/default.blue" -type l -lname - 2> /dev/null | wc -l)" = "$1" ]
}

bound()
{
	[ "$(addresses 'select(.spec.state == "bound" and .spec.node == "'"$1"'") | .spec.pod.name' | wc -l)" = "$2" ]
}

attached "a pod on each node" n1 a blue
attached "of one network" n2 b blue
b=$(get '.ips[] | select(.interface == 1).address')
a_knows_b()
{
	_ping_ok a "${b%/*}" 1
}
ok "they reach each other" poll 30 a_knows_b
ok "addresses are in store" poll 30 spares 4

# Traffic for all of what follows: one packet that is lost shows.
# shellcheck disable=SC2154 # attached sets it
nsenter --net="/run/netns/$a" ping -q -i 0.05 "${b%/*}" > "$WORK/ping" &
ping=$!

# --- the API is gone
api_control '{"rules":[{"match":".*","drop":true}],"drop_watches":true}' > /dev/null
api_control '{"drop_watches":true}' > /dev/null
for i in 1 2 3 4; do
	attached "without the API, pod $i" n1 "p$i" blue
done
not_attached "the fifth says why" 11 'default.blue' n1 p5 blue
like "that nobody answers" "$(get .msg)" 'no answer|broke off'
like "a network that is not in use here has none" \
	"$(attach n1 q green; get .msg)" 'default.green'
ok "what is told already stays" a_knows_b
api_control '{"clear":true}' > /dev/null
ok "when it is back, it hears of the four pods" poll 60 bound n1 5
ok "and four are in store again" poll 30 spares 4
is "no address twice" "$(addresses .spec.address | uniq -d)" ""

# --- the agent is gone
agent_stop n1 KILL
for i in 1 2 3 4; do
	attached "without the agent, pod $i" n1 "r$i" blue
done
not_attached "the fifth says why" 11 'default.blue' n1 r5 blue
like "that no agent answers, and where" "$(get .msg)" 'agent.sock'
detached "a pod goes meanwhile" n1 r1
ok "what is told already stays" a_knows_b
# A controller took this node for gone, and with it what was in store.
lost=$(find "$WORK/n1/spares/default.blue" -lname 'r2-id:*' -printf %f)
lost=$(addresses 'select(.spec.address == "'"$lost"'").metadata.name')
api_control '{"delete":[{"apiVersion":"vrctl.dev/v1alpha1","kind":"NetworkAddress","metadata":{"name":"'"$lost"'"}}]}' \
	> /dev/null
agent n1
ok "an agent that comes back tells of the others" poll 60 bound n1 8
cooling()
{
	[ "$(addresses 'select(.spec.state == "cooling").metadata.name' | wc -l)" = "$1" ]
}
ok "and lets the one that went rest" poll 30 cooling 1
ok "and has four in store" poll 30 spares 4
is "no address twice" "$(addresses .spec.address | uniq -d)" ""

# --- restarted, in order
agent_stop n2
agent n2
agent_stop n1
agent n1
attached "after a restart of both, a pod" n1 s blue
ok "is told of" poll 30 bound n1 9

kill -INT $ping
wait $ping
like "not one packet was lost" "$(cat "$WORK/ping")" ' 0% packet loss'

done_testing
