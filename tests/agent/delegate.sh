#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 240
#
# Networks that other plugins make: they are called as a runtime would, told of, taken
# back, and only where the node lets them.

. "$(dirname "$0")/setup.sh"

for plugin in bridge macvlan host-local static; do
	[ -x "/usr/lib/cni/$plugin" ] || skip_all "no /usr/lib/cni/$plugin"
done
cluster 1
ln -s /usr/lib/cni/{bridge,macvlan,host-local,static,tuning} "$WORK/bin/"
ip -n "$n1" link add eth9 type dummy
ip -n "$n1" link set eth9 up

# k8s_delegate NS.NAME LIST [JSON]: a Network, as the controller writes it
k8s_delegate()
{
	jq -n --arg name "$1" --arg delegate "$2" --argjson more "{${3:-}}" '{load: [{
		apiVersion: "vrctl.dev/v1alpha1", kind: "Network", metadata: {$name},
		spec: ({$delegate} + $more)}]}' > "$WORK/network.json"
	api POST /control "@$WORK/network.json" > /dev/null
}

k8s_network default.left 5001 10.1.0.0/16
k8s_delegate default.lan '{"cniVersion":"1.0.0","plugins":[{"type":"bridge","bridge":"lan0","name":"theirs",
	"capabilities":{"mac":true},"ipam":{"type":"host-local","dataDir":"'"$WORK"'/lan","subnet":"198.51.100.0/24"}}]}'
k8s_delegate default.wire '{"cniVersion":"1.0.0","plugins":[{"type":"macvlan","master":"eth9","mode":"bridge",
	"capabilities":{"ips":true},"ipam":{"type":"static"}},{"type":"tuning"}]}'
k8s_delegate default.closed '{"cniVersion":"1.0.0","plugins":[{"type":"ipvlan","master":"eth9"}]}'
k8s_delegate other.lan '{"cniVersion":"1.0.0","plugins":[{"type":"bridge"}]}'
k8s_delegate default.broken '{"cniVersion":"1.0.0","plugins":[{"type":"macvlan","master":"nothing0"}]}'
agent_first n1 --delegate-types bridge,macvlan,tuning
ok "they are defined" poll 60 [ -s "$WORK/n1/networks/default.broken.json" ]
is "the configuration has the types" "$(jq -c '.plugins[0].delegateTypes' "$WORK/n1/net.d/10-vr.conflist")" \
	'["bridge","macvlan","tuning"]'

KEY=k8s.v1.cni.cncf.io/networks
names()
{
	pod_status "$1" | tr ' ' '\n' | LC_ALL=C sort | paste -sd ' '
}
has()
{
	[ "$(names "$1")" = "$2" ]
}
kind()
{
	ip -n "${!1}" -d -j link show "$2" | jq -r '.[0].linkinfo.info_kind'
}

NETWORKS='[{"name":"lan","mac":"02:00:00:00:00:55"},{"name":"left"},{"name":"wire","interface":"data0","ips":["203.0.113.99/24"]}]'
k8s_pod n1 a "\"$KEY\":$(jq -n --arg value "$NETWORKS" '$value')"
attached "a pod with networks of bridge and macvlan" n1 a "$NETWORKS"
is "interfaces are numbered in order" "$(kind a eth1) $(kind a eth2) $(kind a data0)" "veth vr macvlan"
is "with the MAC that is asked for" "$(ip -n "$a" -j link show eth1 | jq -r '.[0].address')" 02:00:00:00:00:55
like "an address of the plugin's own" "$(ip -n "$a" -4 -o address show dev eth1)" '198\.51\.100\.'
like "or that is asked for" "$(ip -n "$a" -4 -o address show dev data0)" '203\.0\.113\.99/24'
is "stores have the network's name, and not the author's" "$(ls "$WORK/lan")" default.lan
ok "they are in its status" poll 60 has a "data0=wire eth0=cluster-wide-network eth1=lan eth2=left"
is "as the kernel has them" "$(pod_entry a data0 '[.ips, .default]')" '[["203.0.113.99"],false]'
like "the default route is the first network's" "$(ip -n "$a" route show default)" 'dev eth0'

# CHECK, as libcni does it.
check()
{
	_cni CHECK n1 a "$(_conf n1 "$NETWORKS" | jq --argjson result "$RESULT" '. + {prevResult: $result}')" > /dev/null
}
RESULT=$OUT
ok "CHECK finds it so" check
ip -n "$a" address del 203.0.113.99/24 dev data0
fails "and what is different" check
ip -n "$a" address add 203.0.113.99/24 dev data0

# Pods that run.
asks()
{
	jq -n --arg key "$KEY" --arg value "$2" '{metadata:{annotations:{($key):$value}}}' > "$WORK/patch"
	in_ns "$fabric" curl -sS --noproxy '*' -X PATCH -H 'Content-Type: application/merge-patch+json' \
		--data "@$WORK/patch" "$API/api/v1/namespaces/default/pods/$1" > /dev/null
}
asks a '[{"name":"left"},{"name":"wire","interface":"data0"}]'
ok "one is taken from a pod that runs" poll 90 has a "data0=wire eth0=cluster-wide-network eth2=left"
is "its address is given back" "$(find "$WORK/lan/default.lan" -name '198.*' | wc -l)" 0
asks a '[{"name":"left"},{"name":"wire","interface":"data0"},{"name":"lan"}]'
ok "and added again" poll 90 has a "data0=wire eth0=cluster-wide-network eth1=lan eth2=left"

# What cannot be.
not_attached "a type that is not opened" 7 \
	'network "default.closed" is of type "ipvlan", which is not opened on this node ("delegateTypes")' n1 b closed
not_attached "a network of another namespace" 7 'network "other.lan" is not shared' n1 c other/lan
not_attached "what its plugins are not told" 2 'network "default.lan": "ips" is asked for' n1 d \
	'[{"name":"lan","ips":["198.51.100.9"]}]'
not_attached "a default route" 2 '"default-route" is asked for' n1 e '[{"name":"lan","default-route":["198.51.100.1"]}]'
not_attached "a plugin that fails" 101 'plugin "macvlan", ADD of eth3 in network "default.broken"' n1 f lan,left,broken
is "takes all of the call back" "$(ip -n "$f" -j link show | jq -r '[.[].ifname] | join(" ")')" lo
is "its addresses, too" "$(find "$WORK/lan/default.lan" -name '198.*' | wc -l)" 1

# DEL, when nothing is left that says what it was.
api_control '{"delete":[{"apiVersion":"vrctl.dev/v1alpha1","kind":"Network","metadata":{"name":"default.lan"}},
	{"apiVersion":"vrctl.dev/v1alpha1","kind":"Network","metadata":{"name":"default.wire"}}]}' > /dev/null
gone()
{
	! [ -e "$WORK/n1/networks/default.wire.json" ]
}
ok "the networks go" poll 60 gone
detached "DEL of the pod" n1 a
is "takes all of it away" "$(ip -n "$a" -j link show | jq -r '[.[].ifname] | join(" ")')" lo
is "gives all addresses back" "$(find "$WORK/lan/default.lan" -name '198.*' | wc -l)" 0
is "and leaves no state" "$(find "$WORK/n1/state" -type f -name '*a-id*')" ""

done_testing
