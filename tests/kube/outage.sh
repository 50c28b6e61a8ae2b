#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2317 # functions for ok and poll
#
# timeout: 2400
#
# An agent that is killed, a DaemonSet that is rolled out, an API that is away: not one
# packet between pods is lost, and as many pods of a network start as its node has spare
# addresses; the next says why.  While there is no API, kubelet starts static pods, so these
# are.  Run by tests/kube/cluster.

. "$(dirname "$0")/setup.sh"

NS=outage

spares()
{
	on node1 bash -c 'ls -l /var/lib/vr/spares/outage.big' | grep -c -- '-> -$'
}

have_spares()
{
	[ "$(spares)" = "$1" ]
}

bound()
{
	[ "$(k get networkaddresses -l vrctl.dev/node=node1 -o json | jq -r '.items[].spec |
		select(.network == "outage.big" and .state == "bound").pod.name' | wc -l)" = "$1" ]
}

# Until lossless is called.
traffic()
{
	in_pod a bash -c "ping -q -n -i 0.2 $(pod_ip b eth0) > /tmp/ping0 2>&1 & echo \$!
		ping -q -n -i 0.2 $(pod_ip b eth1) > /tmp/ping1 2>&1 & echo \$!" > "$WORK/pings"
}

# lossless DESC     no packet was lost since traffic was called
lossless()
{
	local desc=$1

	# shellcheck disable=SC2046 # numbers
	guest kill -INT $(cat "$WORK/pings")
	guest bash -c 'until tail -q -n 3 /tmp/ping0 /tmp/ping1 | grep -c received | grep -qx 2; do sleep 0.2; done'
	guest cat /tmp/ping0 /tmp/ping1 > "$WORK/counts"
	sed -n 's/^[0-9]* packets/# &/p' "$WORK/counts"
	is "$desc: no packet is lost" "$(grep -c ', 0% packet loss' "$WORK/counts")" 2
}

agent_pod()
{
	k get pods -n vr-system -l app.kubernetes.io/name=vr-agent --field-selector "spec.nodeName=$1" \
		-o 'jsonpath={.items[*].metadata.uid}'
}

agent_ready()
{
	k rollout status -n vr-system --timeout 300s daemonset/vr-agent
}

# Two agents and two controllers, by the name of the process.
all_run()
{
	[ "$(guest pgrep -c -x vr-agent)" = 4 ]
}

no_agent()
{
	[ -z "$(agent_pod node1)$(agent_pod node2)" ]
}

taken()
{
	[ "$(on node1 bash -c 'ls -l /var/lib/vr/spares/outage.big' | grep -c ':eth1 outage s')" = "$1" ]
}

# What kubelet says of a pod that it cannot start, where there is no Event.
says()
{
	guest grep -hF 'outage.big' /tmp/kube/node1/kubelet.log | grep -q 'RunPodSandbox'
}

k create namespace $NS > /dev/null
ok "a network" nad big cidr=10.60.0.0/16
ok "is ready" poll 60 k wait --for condition=Ready --timeout 5s network/outage.big
pod a node1 big > /dev/null
pod b node2 big > /dev/null
ok "two pods" pods_ready a b
ok "with addresses" poll 20 entries a 2
ok "both" poll 20 entries b 2
ok "and addresses in store" poll 60 have_spares 4

# --- agents
traffic
ok "all agents are killed" guest pkill -KILL -x vr-agent
ok "and come back" poll 120 all_run
ok "the DaemonSet is rolled out" k rollout restart -n vr-system daemonset/vr-agent
ok "... to its end" agent_ready
lossless "agents killed, and rolled out"
is "no container was restarted" "$(k get pods -n $NS -o json | jq '[.items[].status.containerStatuses[].restartCount] | add')" 0

# --- no agent at all
traffic
k patch -n vr-system daemonset/vr-agent --type merge \
	-p '{"spec":{"template":{"spec":{"nodeSelector":{"none":"yes"}}}}}' > /dev/null
ok "no agent" poll 120 no_agent
for i in 1 2 3 4 5; do
	pod "p$i" node1 big > /dev/null
done
four()
{
	[ "$(k get pods -n "$NS" -o json | jq '[.items[] | select(.metadata.name | startswith("p")) |
		select(.status.phase == "Running")] | length')" = 4 ]
}
ok "as many pods start as there are spares" poll 300 four
told()
{
	events | grep -F outage.big | grep -q 'agent.sock'
}
ok "the next says that no agent answers" poll 120 told
k patch -n vr-system daemonset/vr-agent --type json \
	-p '[{"op":"remove","path":"/spec/template/spec/nodeSelector/none"}]' > /dev/null
ok "agents are back" agent_ready
ok "and tell of all, with the fifth" poll 120 bound 6
lossless "no agent for a while"
k delete pod -n $NS p1 p2 p3 p4 p5 --wait=false > /dev/null
ok "addresses are in store" poll 120 have_spares 4

# --- no API
traffic
ok "the API ends" server stop
for i in 1 2 3 4 5; do
	static_pod "s$i" node1 big
done
ok "without API, as many static pods have addresses as there were spares" poll 300 taken 4
ok "the next is told why" poll 120 says
guest grep -hF outage.big /tmp/kube/node1/kubelet.log | grep RunPodSandbox | tail -n 1 |
	sed 's/.*\(network \\*"*outage.big.*\)/\1/; s/^/# /' | cut -c 1-200
lossless "no API for a while"
ok "the API is back" server start
ok "it hears of all five" poll 300 bound 6
for i in 1 2 3 4 5; do
	static_pod_gone "s$i" node1
done

ok "the namespace goes" k delete namespace $NS --timeout 240s
done_testing
