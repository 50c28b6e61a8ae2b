#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# vr-cni behind the plugin that makes CNI_IFNAME: it adds its further networks, leaves
# what is there and its routes alone, and passes on what was said of it.  Called for
# one network alone, as by Multus, it makes one interface.

. "$(dirname "$0")/lib.sh"

CNITOOL=${CNITOOL:-cnitool}
command -v "$CNITOOL" > /dev/null || skip_all "no cnitool; tests/cnitool builds it"
[ -x /usr/lib/cni/bridge ] || skip_all "no plugin bridge"
modprobe -q bridge || skip_all "no bridge in this kernel"

define red '"subnets":["198.51.100.0/24"],"routes":[{"dst":"0.0.0.0/0"},{"dst":"203.0.113.0/24"}],'"$IPAM"
define blue '"subnets":["2001:db8:2::/64"],'"$IPAM"
plugin recorder << END
input=\$(cat)
echo "\$input" > "$WORK/after.\$CNI_COMMAND"
[ "\$CNI_COMMAND" != ADD ] || jq .prevResult <<< "\$input"
END
ns POD

# list KEYS: bridge, vr-cni with these keys, recorder
list()
{
	cat > "$WORK/10-mixed.conflist" <<- END
	{"cniVersion":"1.0.0","name":"mixed","plugins":[
	{"type":"bridge","bridge":"br0","isGateway":true,"isDefaultGateway":true,"ipam":{"type":"host-local",
	 "dataDir":"$STORE","ranges":[[{"subnet":"192.0.2.0/24"}]]}},
	{$COMMON,"networks":["red","blue@data0"]$1},
	{"type":"recorder"}]}
	END
}

cnitool()
{
	in_ns NODE env NETCONFPATH="$WORK" "$CNITOOL" "$1" mixed "/run/netns/$POD"
}

list ''
ok "ADD" cnitool add
OUT=$(jq .prevResult "$WORK/after.ADD")
# Tunnel modules put devices of their own into each namespace.
is "the container has both" "$(ip -n "$POD" -json link show |
	jq -r '[.[].ifname | select(test("^(eth|data)"))] | join(" ")')" "eth0 eth1 data0"
is "two are ours" "$(ip -n "$POD" -json link show type vr | jq -r '[.[].ifname] | join(" ")')" "eth1 data0"
is "the result is bridge's" "$(get '[.interfaces[].name] | .[0] + " " + .[2]')" "br0 eth0"
is "and its addresses" "$(get '[.ips[] | "\(.interface) \(.address)"] | join(", ")')" "2 192.0.2.2/24"
is "one default route, bridge's" "$(ip -n "$POD" route show default)" "default via 192.0.2.1 dev eth0 "
like "other routes of ours" "$(ip -n "$POD" route show 203.0.113.0/24)" 'via 198.51.100.1 dev eth1'
is "the state knows ours alone" "$(jq -r '[.interfaces[].ifname] | join(" ")' "$STATE"/*.json)" "eth1 data0"
ping_ok POD 198.51.100.1
ping_ok POD 2001:db8:2::1
ping_ok POD 192.0.2.1
ok "CHECK" cnitool check
ip -n "$POD" link set data0 down
refused "CHECK looks at ours" "interface data0 in network \"blue\"" cnitool check
ok "DEL" cnitool del
is "no address of ours is left" "$(find "$STORE" -type f -name '*.*.*.*' ! -name 'last*')" ""
ip -n "$NODE" link del br0
clean "nothing is left" POD

list ',"result":"all"'
ok "ADD, all results" cnitool add
OUT=$(jq .prevResult "$WORK/after.ADD")
is "theirs come first" "$(get '[.interfaces[].name] | .[2:] | join(" ")')" "eth0 eth1 data0"
is "addresses are of the right interfaces" "$(get '[.ips[] | "\(.interface) \(.address)"] | join(", ")')" \
	"2 192.0.2.3/24, 3 198.51.100.3/24, 4 2001:db8:2::3/64"
# No CHECK: that of bridge takes every address for its own.
ip netns del "$POD"
ip netns add "$POD"
ok "DEL with another namespace of this name" cnitool del
ip -n "$NODE" link del br0
clean "nothing is left" POD

list ',"networks":[]'
sed -i 's/"networks":\["red","blue@data0"\],//' "$WORK/10-mixed.conflist"
ok "ADD without a network" cnitool add
is "no interface of ours" "$(ip -n "$POD" link show type vr)" ""
ok "CHECK" cnitool check
ok "DEL" cnitool del
ip -n "$NODE" link del br0
clean "nothing is left" POD

# prevResult as others may write it.
CONF='{"cniVersion":"1.1.0","name":"mixed",'$COMMON',"networks":["red"]'
PREVIOUS='{"cniVersion":"1.1.0","Interfaces":[{"name":"eth0","mac":"02:00:00:00:00:01","sandbox":"/n","socketPath":"/s"},
	{"name":"eth7","sandbox":"/n"},{"name":"eth9"}],"ips":[{"address":"192.0.2.9/24","interface":0},
	{"address":"192.0.2.8/24","interface":-1}],"routes":[{"dst":"192.0.2.128/25","table":77}],"dns":{"domain":"a"},"x":1}'
OUT=$(cni ADD POD "$CONF"',"dns":{"domain":"b"},"prevResult":'"$PREVIOUS}" 2> /dev/null)
is "the number behind those in the container" \
	"$(ip -n "$POD" -json link show type vr | jq -r '[.[].ifname] | join(" ")')" eth8
is "what nobody here knows is passed on" "$(get '.Interfaces[0].socketPath, .routes[0].table, .dns.domain, .x' | xargs)" \
	"/s 77 a 1"
is "no index is no number" "$(get '.ips[1] | has("interface")')" false
ok "DEL, which gets it too" cni DEL POD "$CONF"',"prevResult":'"$PREVIOUS}"
clean "nothing is left" POD

for index in 3 1.5 '"0"' -2; do
	refusal "index $index" 7 "\"interface\" is $index, not the index of an interface" \
		ADD POD "$CONF"',"prevResult":'"${PREVIOUS/-1/$index}}"
done
refusal "the host on another plugin's network" 7 '"hostInterface" is "vr-host", but a plugin before vr-cni' \
	ADD POD "$CONF"',"hostInterface":"vr-host","prevResult":'"$PREVIOUS}"
refusal "CNI_IFNAME once more" 100 'interface "lo" exists already' \
	ADD POD "${CONF/red/red@lo},\"prevResult\":$PREVIOUS}"
clean "nothing is left" POD

# A result before ours that is not of CNI_IFNAME: ours is the first.
OUT=$(cni ADD POD '{"cniVersion":"1.0.0","name":"red",'"$COMMON"',"prevResult":{"cniVersion":"1.0.0",
	"interfaces":[{"name":"other0","sandbox":"/n"}],"ips":[{"interface":0,"address":"192.0.2.9/24"}]}}' 2> /dev/null)
is "its addresses come first" "$(get '[.ips[] | "\(.interface) \(.address)"] | join(", ")' | sed 's/\.[0-9]*\/24,/.x,/')" \
	"1 198.51.100.x, 0 192.0.2.9/24"
OTHER='{"cniVersion":"1.0.0","name":"red",'$COMMON',"networks":["blue"],"prevResult":'$OUT'}'
cni ADD POD "$OTHER" > /dev/null 2>&1
OUT=$(cni ADD POD "$OTHER" 2> /dev/null)
is "vr-cni twice in a list" "$(get '"\(.code) \(.msg)"')" \
	'7 vr-cni is twice in the list "red": one of them makes all interfaces'
is "the first one's interface stays" "$(ip -n "$POD" -json link show type vr | jq -r '.[].ifname')" eth0
ok "DEL" cni DEL POD "$OTHER"
clean "nothing is left" POD

# As Multus calls it, once for a network, with the annotations of the pod.
ok "a network of its own" cni ADD POD '{"cniVersion":"1.0.0","name":"red",'"$COMMON"',"runtimeConfig":{
	"io.kubernetes.cri.pod-annotations":{"k8s.v1.cni.cncf.io/networks":"red,blue"}}}' CNI_IFNAME=net1
is "one interface" "$(ip -n "$POD" -json link show type vr | jq -r '[.[].ifname] | join(" ")')" net1
ok "DEL" cni DEL POD '{"cniVersion":"1.0.0","name":"red",'"$COMMON"'}' CNI_IFNAME=net1
clean "nothing is left" POD
done_testing
