#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 360
#
# Under Multus: one interface for each NetworkAttachmentDefinition that it calls us
# for, with addresses of the cluster, and nothing that its author may not set.

. "$(dirname "$0")/setup.sh"

MULTUS=$TOP/build/multus
[ -x "$MULTUS" ] || skip_all "no build/multus; tests/cni-clients builds it"
for plugin in bridge host-local; do
	[ -x "/usr/lib/cni/$plugin" ] || skip_all "no /usr/lib/cni/$plugin"
done
cluster 2
k8s_network default.left 5001 10.1.0.0/16,2001:db8:1::/64
k8s_network default.right 5002 10.2.0.0/16
k8s_network other.open 5003 10.3.0.0/16 '"shared":["default"]'
k8s_network other.closed 5004 10.4.0.0/16

# nad NAMESPACE NAME CONFIG
nad()
{
	jq -n --arg namespace "$1" --arg name "$2" --arg config "$3" '{load: [{
		apiVersion: "k8s.cni.cncf.io/v1", kind: "NetworkAttachmentDefinition",
		metadata: {$namespace, $name}, spec: {$config}}]}' > "$WORK/nad.json"
	api POST /control "@$WORK/nad.json" > /dev/null
}

# As users write them.
nad default left '{"cniVersion": "1.0.0", "type": "vr-cni", "cidr": ["10.1.0.0/16", "2001:db8:1::/64"]}'
nad default right '{"cniVersion": "0.3.1", "name": "right", "type": "vr-cni", "cidr": "10.2.0.0/16",
	"mtu": 1500, "ipam": {"type": "vr-agent"}, "capabilities": {"mac": true, "ips": true}}'
nad other open '{"cniVersion": "1.0.0", "name": "other.open", "type": "vr-cni"}'
nad other closed '{"cniVersion": "1.0.0", "name": "other.closed", "type": "vr-cni"}'
nad other short '{"cniVersion": "1.0.0", "name": "open", "type": "vr-cni"}'
nad default forged '{"cniVersion": "1.0.0", "name": "left", "type": "vr-cni", "podNetworks": true,
	"networks": ["default.right"], "hostInterface": "evil0", "subnets": ["192.0.2.0/24"], "vni": 5002,
	"stateDir": "'"$WORK"'/evil", "networksDir": "'"$WORK"'/evil", "logFile": "'"$WORK"'/evil.log"}'

# What is a file of the node, each node has for itself.
on_node()
{
	# shellcheck disable=SC2016 # of the inner shell
	exec unshare --mount --propagation private sh -c 'mount --bind "$0" /etc/vr && exec "$@"' \
		"$WORK/$1/etc" nsenter --net="/run/netns/${!1}" "${@:2}"
}

agent_under_multus()
{
	mkdir -p "$WORK/$1/etc"
	on_node "$1" vr-agent --node "$1" --kubeconfig "$WORK/kubeconfig" \
		--socket "$WORK/$1/agent.sock" --networks-dir "$WORK/$1/networks" \
		--state-dir "$WORK/$1/state" --spare-dir "$WORK/$1/spares" \
		--log-level debug "${@:2}" >> "$WORK/$1/log" 2>&1 &
	_agents[$1]=$!
	on_exit kill $!
	poll 60 [ -S "$WORK/$1/agent.sock" ]
}

multus_conf()
{
	jq -n --arg dir "$WORK" '{cniVersion: "1.0.0", name: "multus", type: "multus",
		kubeconfig: ($dir + "/kubeconfig"), confDir: ($dir + "/n1/net.d"), cniDir: ($dir + "/n1/multus"),
		binDir: ($dir + "/bin"), logToStderr: true, logLevel: "error",
		delegates: [{cniVersion: "1.0.0", name: "primary", type: "bridge", bridge: "cni0", isGateway: true,
			ipam: {type: "host-local", dataDir: ($dir + "/n1/ipam"), subnet: "198.51.100.0/24",
			       routes: [{dst: "0.0.0.0/0"}]}}]}'
}

# multus COMMAND POD: what a runtime does; the answer is in $OUT.  It gives the API a
# quarter of a second, which is little here, and is called again as by kubelet.
multus()
{
	local try rc=1

	for ((try = 0; try < 20 && rc; try++)); do
		rc=0
		_multus "$@" || rc=$?
		[[ $OUT == *"deadline exceeded"* ]] || break
	done
	return $rc
}

_multus()
{
	local rc=0

	OUT=$(on_node n1 env CNI_COMMAND="$1" CNI_CONTAINERID="$2-id" CNI_IFNAME=eth0 \
		CNI_NETNS="/run/netns/${!2}" CNI_PATH="$WORK/bin:$CNI_PATH" \
		CNI_ARGS="IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=$2;K8S_POD_UID=$2-uid;K8S_POD_INFRA_CONTAINER_ID=$2-id" \
		"$MULTUS" <<< "$(multus_conf)" 2>> "$WORK/n1/cni.log") || rc=$?
	return $rc
}

# added DESC POD NETWORKS: a pod with this annotation, in a namespace of its name
pod()
{
	local annotation

	ns "$1"
	annotation=$(jq -n --arg value "$2" '$value')
	k8s_pod n1 "$1" "\"k8s.v1.cni.cncf.io/networks\":$annotation"
	multus ADD "$1"
}

added()
{
	local desc=$1 rc=0

	shift
	pod "$@" || rc=$?
	_report $rc "$desc"
	[ $rc = 0 ] || _diag "$OUT"
}

not_added()
{
	local desc=$1 text=$2

	shift 2
	if ! pod "$@" && [[ $(get .msg) == *"$text"* ]]; then
		_report 0 "$desc"
		return
	fi
	_report 1 "$desc"
	_diag "want: ... $text ..., got: $OUT"
}

devices()
{
	ip -n "${!1}" -j link show | jq -r '[.[].ifname | select(. != "lo")] | join(" ")'
}

agent_under_multus n1 --under-multus
agent n2
ok "vr-cni is told where it runs" poll 60 [ -s "$WORK/n1/etc/multus.json" ]
ok "networks are defined" poll 60 [ -s "$WORK/n1/networks/other.closed.json" ]

added "a pod with three networks, one of them twice" a '[{"name":"left"},
	{"name":"right","interface":"data0","ips":["10.2.7.7/16"],"mac":"02:00:00:00:00:77"},{"name":"left"}]'
is "they have the names that Multus gives" "$(devices a)" "eth0 net1 data0 net3"
is "with the address and MAC that are asked for" \
	"$(ip -n "$a" -j address show dev data0 |
		jq -r '.[0] | .address + " " + (.addr_info[] | select(.family == "inet").local)')" \
	"02:00:00:00:00:77 10.2.7.7"
is "the default route is the first interface's" "$(ip -n "$a" -j route show default | jq -r '[.[].dev] | join(" ")')" eth0
is "of IPv6 too, where it has none" "$(ip -n "$a" -6 route show default)" ""
is "Multus writes the status" "$(pod_status a)" "eth0=primary net1=left data0=right net3=left"
addresses_of()
{
	addresses 'select(.spec.pod.name == "'"$1"'" and .spec.state == "bound") | .spec.network + " " + .spec.interface' |
		uniq | paste -sd,
}
has_addresses()
{
	[ "$(addresses_of "$1")" = "$2" ]
}
ok "addresses are the cluster's" poll 60 has_addresses a "default.left net1,default.left net3,default.right data0"

k8s_pod n2 b
attached "a pod on another node, without Multus" n2 b left
peer=$(get '.ips[] | select(.interface == 1) | .address' | head -n 1) peer6=$(get '.ips[] | select(.interface == 1) | .address' | tail -n 1)
reaches()
{
	_ping_ok "$1" "$2" 1
}
ok "they reach each other" poll 60 reaches a "${peer%/*}"
ok "by IPv6 too" poll 60 reaches a "${peer6%/*}"
for name in net1 net3; do
	ok "the other way round, to $name" poll 60 reaches b \
		"$(ip -n "$a" -j -4 address show dev $name | jq -r '.[0].addr_info[0].local')"
done

# Names.
added "a network of another namespace, by its whole name" c other/open
like "that is shared" "$(ip -n "$c" -4 -o address show dev net1)" '10\.3\.'
not_added "one that is not" 'network "other.closed" is not shared with namespace "default"' d other/closed
not_added "one without its namespace in spec.config" 'network "default.open"' e other/short
k8s_network default.other.open 5005 10.5.0.0/16
ok "a name that two networks have" poll 60 [ -s "$WORK/n1/networks/default.other.open.json" ]
not_added "is refused" 'is of network "default.other.open" and of network "other.open"' f other/open

k8s_network default.twin 5006 10.6.0.0/16
k8s_network other.twin 5007 10.7.0.0/16 '"shared":["default"]'
nad other twin '{"cniVersion": "1.0.0", "type": "vr-cni"}'
nad default twin '{"cniVersion": "1.0.0", "type": "vr-cni"}'
ok "and one that both namespaces have" poll 60 [ -s "$WORK/n1/networks/other.twin.json" ]
added "means the pod's own" i twin
like "of that" "$(ip -n "$i" -4 -o address show dev net1)" '10\.6\.'
not_added "and is refused when the other was meant" 'the pod asks for network "other.twin"' j other/twin

# What authors may not set.
added "a configuration that wants more" g forged
is "makes one interface" "$(devices g)" "eth0 net1"
like "of the network of its name" "$(ip -n "$g" -4 -o address show dev net1)" '10\.1\.'
fails "and no device of the host" ip -n "$n1" link show evil0
fails "writes no log where it says" [ -e "$WORK/evil.log" ]
fails "and no state" [ -e "$WORK/evil" ]

# The agent neither follows the annotation, nor writes the status.
agent_stop n1
agent_under_multus n1 --under-multus
api_control '{"load":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"default","uid":"a-uid",
	"annotations":{"k8s.v1.cni.cncf.io/networks":"right"}},"spec":{"nodeName":"n1"}}]}' > /dev/null
added "another pod" h left
ok "whose address is known" poll 60 has_addresses h "default.left net1"
is "nothing was done to the first one" "$(devices a) $(pod_status a)" "eth0 net1 data0 net3 "

ok "DEL of a pod" multus DEL a
ok "frees what was its own" poll 60 has_addresses a ""
is "no device is left" "$(devices a)" ""
ok "twice is no error" multus DEL a
is "no state either" "$(find "$WORK/n1/state" -name '*:a-id:*')" ""

agent_stop n1
agent_under_multus n1
fails "without the option the file goes" [ -e "$WORK/n1/etc/multus.json" ]

done_testing
