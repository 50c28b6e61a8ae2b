#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 240
#
# Nodes without podCIDRs: the controller gives them blocks, and their pods reach each
# other by them.

. "$(dirname "$0")/setup.sh"

bare_nodes()
{
	local i items=''

	for i in 1 2; do
		items+='{"apiVersion":"v1","kind":"Node","metadata":{"name":"n'$i'"},"spec":{},
			"status":{"addresses":[{"type":"InternalIP","address":"'$(vtep "n$i")'"}]}},'
	done
	api_control '{"load":['"${items%,}"']}' > /dev/null
}

# The blocks of a node.
blocks()
{
	api GET "/api/v1/nodes/$1" | jq -r '.metadata.annotations["vrctl.dev/pod-cidrs"] // empty'
}

# A pod's address of the family with ":" or "." in it.
address_of()
{
	get '.ips[].address' | grep -F "$1" | head -1 | cut -d/ -f1
}

has_its_own()
{
	[ "$(blocks n2)" = "$had" ]
}

cluster 2
bare_nodes
agent n1 --cni-conf-dir "$WORK/n1/net.d" --cni-bin-dir "$WORK/bin"
ok "without a block the log says what is missing" poll 20 grep -q 'no podCIDR yet' "$WORK/n1/log"
fails "and pods cannot be attached" [ -e "$WORK/n1/net.d/10-vr.conflist" ]

in_ns "$fabric" vr-agent --controller --identity test --namespace kube-system \
	--kubeconfig "$WORK/kubeconfig" --node-blocks 10.245.0.0/16/24,2001:db8:245::/48/64 > "$WORK/controller.log" 2>&1 &
on_exit kill $!
ok "with one they can" poll 30 [ -s "$WORK/n1/net.d/10-vr.conflist" ]
agent_first n2
like "node 1 has one of each family" "$(blocks n1)" '^10\.245\.[01]\.0/24,2001:db8:245:[01]?:.*/64$'
fails "node 2 has others" [ "$(blocks n2)" = "$(blocks n1)" ]

attached "a pod on node 1" n1 a ''
like "has an address of its block" "$(address_of .)" "^$(blocks n1 | cut -d. -f1-3)\."
attached "a pod on node 2" n2 b ''
like "has one of that node's" "$(address_of .)" "^$(blocks n2 | cut -d. -f1-3)\."
ping_ok a "$(address_of .)"
ping_ok a "$(address_of :)"
ok "the host reaches the pod of the other node" on n1 ping -c 1 -W 5 "$(address_of .)"

had=$(blocks n2)
api DELETE /api/v1/nodes/n2 > /dev/null
ok "a node's object goes" poll 20 grep -q 'node n2 is reached by nothing' "$WORK/n1/log"
bare_nodes
ok "made anew it has what it had" poll 20 has_its_own
ping_ok a "$(address_of .)"

done_testing
