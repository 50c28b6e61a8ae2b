#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# IPAM of type vr-agent: one question to the node's agent for a whole pod, what its
# answers make of it, spare addresses while it is down, and annotations through it.
# timeout: 300

. "$(dirname "$0")/lib.sh"

SOCKET=$WORK/agent.sock
TOLD=$WORK/told
SPARES=$WORK/spares
mkdir "$TOLD" "$SPARES"
export NETWORKS STATE STORE SOCKET SPARES

AGENT='"ipam":{"type":"vr-agent"}'
define shop.left '"subnets":["192.0.2.0/24","2001:db8:1::/64"],'"$AGENT"
define shop.right '"subnets":["198.51.100.0/24"],"allowedAddresses":["203.0.113.0/24"],'"$AGENT"
define shop.flat "$AGENT"
define shop.odd '"subnets":["198.51.100.0/24"],"ipam":{"type":"vr-agent","agentSocket":"/x"}'
define shop.local '"subnets":["198.51.100.0/24"],"ipam":{"type":"vr","dataDir":"'"$STORE"'"}'

# conf ANNOTATION [KEYS]: as a runtime of Kubernetes gives it.
conf()
{
	jq -cn --arg networks "$1" '{
		cniVersion: "1.0.0", name: "cluster", type: "vr-cni", result: "all",
		podNetworks: true, networksDir: $ENV.NETWORKS, stateDir: $ENV.STATE,
		agentSocket: $ENV.SOCKET, spareDir: $ENV.SPARES, ipamTimeout: 2,
		subnets: ["10.244.0.0/24"], ipam: {type: "vr", dataDir: $ENV.STORE},
		runtimeConfig: {"io.kubernetes.cri.pod-annotations":
			{"k8s.v1.cni.cncf.io/networks": $networks}}} + '"${2:-{\}}"
}
# Of a runtime that passes no annotations.
conf_without()
{
	conf '' '{runtimeConfig: {}, cniVersion: "'"${1:-1.0.0}"'"}'
}
# With the result of the last ADD, for CHECK.
checked()
{
	conf "$1" | jq -c --argjson result "$OUT" '. + {prevResult: $result}'
}
ARGS='CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=p;K8S_POD_UID=u'
ns POD

agent_start()
{
	"$TESTS/cni/fake-agent.py" "$SOCKET" "$TOLD" &
	AGENT_PID=$!
	poll 10 [ -S "$SOCKET" ]
}
agent_stop()
{
	kill -9 "$AGENT_PID"
	wait "$AGENT_PID" 2> /dev/null
	rm -f "$SOCKET"
}
# says COMMAND ANSWER, and forgets what was asked.
says()
{
	echo "$2" > "$TOLD/$1"
	: > "$TOLD/asked"
}
asked()
{
	jq -c "select(.command == \"$1\")${2:-}" "$TOLD/asked"
}
spare()
{
	mkdir -p "$SPARES/$1"
	ln -sfn "${3:--}" "$SPARES/$1/$2"
}
spares()
{
	find "$SPARES" -type l -printf '%P=%l\n' | sort
}
addresses()
{
	get '[.ips[1:][].address] | join(" ")'
}
mac_in_state()
{
	jq -r --arg ifname "$1" '.interfaces[] | select(.ifname == $ifname).mac' "$STATE"/*.json
}
mac_of()
{
	ip -n "$POD" -j link show "$1" | jq -r '.[].address'
}

agent_start
says ADD '{"version":1,"networks":[
	{"ips":[{"address":"192.0.2.7/24","gateway":"192.0.2.1"},{"address":"2001:db8:1::7/64"}],
	 "mac":"0a:58:c0:00:02:07"},
	{"ips":[{"address":"198.51.100.7/24"}],"routes":[{"dst":"203.0.113.128/25"}],
	 "mac":"0a:58:c6:33:64:07"},
	{"mac":"0a:58:00:00:00:01"}]}'
# One line, as the protocol has it.
jq -c . "$TOLD/ADD" > "$TOLD/ADD.new" && mv "$TOLD/ADD.new" "$TOLD/ADD"
NETS='[{"name":"left"},{"name":"local"},{"name":"right","mac":"02:00:00:00:00:99","interface":"r0",
	"ipam-claim-reference":"disk"},{"name":"flat"}]'
cni ADD POD "$(conf "$NETS")" "$ARGS" > /dev/null
is "ADD" $? 0
is "one question for the pod" "$(asked ADD)" '{"version":1,"command":"ADD","containerID":"container",'\
'"ifname":"eth0","pod":{"namespace":"shop","name":"p","uid":"u"},"networks":['\
'{"network":"shop.left","interface":"eth1"},'\
'{"network":"shop.right","interface":"r0","mac":"02:00:00:00:00:99","claim":"disk"},'\
'{"network":"shop.flat","interface":"eth3"}]}'
is "the addresses of the answer" "$(addresses)" \
	"192.0.2.7/24 2001:db8:1::7/64 198.51.100.2/24 198.51.100.7/24"
is "the MAC of the answer" "$(mac_of eth1)" 0a:58:c0:00:02:07
is "... which is what the port has" \
	"$(vrctl -n "$NODE" -j port show | jq -r '.[] | select(.network == "shop.left").mac')" 0a:58:c0:00:02:07
is "... and is kept" "$(mac_in_state eth1)" 0a:58:c0:00:02:07
is "... also without addresses" "$(mac_of eth3)" 0a:58:00:00:00:01
is "the MAC that was asked for" "$(mac_of r0)" 02:00:00:00:00:99
is "the route of the answer" "$(ip -n "$POD" -j route show 203.0.113.128/25 | jq -r '.[] | .dev + " " + .gateway')" \
	"r0 198.51.100.1"
is "what the port may send from besides" \
	"$(vrctl -n "$NODE" -j port show | jq -c '.[] | select(.network == "shop.right").allowed | map("\(.prefix)/\(.prefix_length)")')" \
	'["203.0.113.0/24"]'
is "the pod is kept" "$(jq -c .pod "$STATE"/*.json)" '{"namespace":"shop","name":"p","uid":"u"}'
RESULT=$OUT
ok "CHECK" cni CHECK POD "$(checked "$NETS")" "$ARGS"
is "... asks the agent" "$(asked CHECK '.networks | map(.network + " " + (.ips // [] | join(" "))) | join(", ")')" \
	'"shop.left 192.0.2.7 2001:db8:1::7, shop.right 198.51.100.7, shop.flat "'
says CHECK '{"version":1,"code":102,"msg":"address 192.0.2.7 is not kept for it"}'
cni CHECK POD "$(OUT=$RESULT checked "$NETS")" "$ARGS" > /dev/null
is "... and says what it says" "$(get '"\(.code) \(.msg)"')" "102 address 192.0.2.7 is not kept for it"
rm "$TOLD/CHECK"
# From the state file alone.
ok "DEL" cni DEL '' '{"cniVersion":"1.0.0","name":"cluster",'"$COMMON"'}'
is "... asks the agent" "$(asked DEL)" '{"version":1,"command":"DEL","containerID":"container","ifname":"eth0",'\
'"networks":[{"network":"shop.flat","interface":"eth3"},{"network":"shop.right","interface":"r0"},'\
'{"network":"shop.left","interface":"eth1"}]}'
clean "nothing is left" POD

says ADD '{"version":1,"code":11,"msg":"network \"shop.left\" has no address left: 253 of 253 are in use"}'
spare shop.left 192.0.2.50,2001:db8:1::50
refusal "the agent's refusal" 11 'network "shop.left" has no address left: 253 of 253' ADD POD "$(conf left)" "$ARGS"
is "... is final" "$(spares)" shop.left/192.0.2.50,2001:db8:1::50=-
is "... and taken back" "$(asked DEL '.networks[0].network')" '"shop.left"'
says ADD '{"version":1,"code":7,"msg":"no such claim"}'
refusal "a code of its own" 7 'no such claim' ADD POD "$(conf left)" "$ARGS"
refusal "a socket that a network names" 7 '"agentSocket" is "/x", a key type "vr-agent" does not have' \
	ADD POD "$(conf odd)" "$ARGS"
clean "nothing is left" POD

# spare_for DESC ANSWER: whatever is wrong with the agent, a spare does.
spare_for()
{
	says ADD "$2"
	spare shop.left 192.0.2.50,2001:db8:1::50
	cni ADD POD "$(conf left)" "$ARGS" > /dev/null
	is "$1" "$? $(addresses)" "0 192.0.2.50/24 2001:db8:1::50/64"
	is "... the spare says whose it is" "$(spares)" \
		"shop.left/192.0.2.50,2001:db8:1::50=container:eth1 shop p u 0a:58:c0:00:02:32"
	ok "... CHECK" cni CHECK POD "$(checked left)" "$ARGS"
	ok "... DEL" cni DEL POD "$(conf left)" "$ARGS"
	clean "... nothing is left" POD
}
spare_for "garbage" 'garbage'
spare_for "another number of networks" '{"version":1,"networks":[]}'
spare_for "a refusal that allows spares" '{"version":1,"code":11,"spares":true,"msg":"the API is down"}'
spare_for "an end of the connection" 'hangup'
begin=$SECONDS
spare_for "silence" 'silence'
ok "... for no longer than the time there is" [ $((SECONDS - begin)) -lt 20 ]
says ADD '{"version":1,"code":11,"spares":true,"msg":"the API is down"}'
refusal "the same without a spare" 11 'the API is down' ADD POD "$(conf left,right)" "$ARGS"
agent_stop

spare_for "no agent" ''
MAC=0a:58:c0:00:02:32
spare shop.left 192.0.2.50,2001:db8:1::50
cni ADD POD "$(conf left)" "$ARGS" > /dev/null
is "a spare's interface has the MAC of its address" "$? $(mac_of eth1) $(mac_in_state eth1)" "0 $MAC $MAC"
ok "... its gateway is the network's" in_ns POD ping -c 1 -W 5 192.0.2.1
ok "DEL without an agent" cni DEL POD "$(conf left)" "$ARGS"
is "... leaves the spare to the agent" "$(spares)" \
	"shop.left/192.0.2.50,2001:db8:1::50=container:eth1 shop p u $MAC"
ID=other
refusal "no spare is left" 11 "vr-agent does not answer on $SOCKET (no such file or directory) and network \"shop.left\" \
has no spare address left on this node" ADD POD "$(conf left)" "$ARGS"
ID=container
rm -r "${SPARES:?}"/*
spare shop.left 192.0.2.50,2001:db8:1::50
refusal "no spare of another network" 11 'network "shop.right" has no spare address left' \
	ADD POD "$(conf left,right)" "$ARGS"
is "... takes none of the first" "$(spares)" shop.left/192.0.2.50,2001:db8:1::50=-
refusal "an address that is asked for" 11 'it alone can give the address 192.0.2.50 that is asked for in network "shop.left"' \
	ADD POD "$(conf '[{"name":"left","ips":["192.0.2.50"]}]')" "$ARGS"
refusal "a claim" 11 'it alone knows the IPAMClaim "disk" in network "shop.left"' \
	ADD POD "$(conf '[{"name":"left","ipam-claim-reference":"disk"}]')" "$ARGS"
refusal "a claim in a network of another type" 2 '"ipam-claim-reference" is "disk"' \
	ADD POD "$(conf '[{"name":"local","ipam-claim-reference":"disk"}]')" "$ARGS"
cni STATUS '' "$(conf_without 1.1.0)" > /dev/null
is "STATUS is good, as pods start from spares" "$? $OUT" "0 "
like "... but logs it" "$(cni STATUS '' "$(conf_without 1.1.0)" 2>&1)" \
	"vr-agent does not answer on $SOCKET"
clean "nothing is left" POD

# A runtime that passes no annotations.
refusal "no annotations and no agent" 11 \
	"the runtime gives no annotations of pod \"shop/p\": vr-agent does not answer on $SOCKET" \
	ADD POD "$(conf_without)" "$ARGS"
agent_start
says ANNOTATIONS '{"version":1,"annotations":{"k8s.v1.cni.cncf.io/networks":"local@data0","vrctl.dev/port":"data0=tap"}}'
cni ADD POD "$(conf_without)" "$ARGS" > /dev/null
is "annotations through the agent" "$? $(get '[.interfaces[] | select(.sandbox).name] | join(" ")')" "0 eth0 data0"
is "... what it is asked" "$(asked ANNOTATIONS)" \
	'{"version":1,"command":"ANNOTATIONS","pod":{"namespace":"shop","name":"p","uid":"u"}}'
is "... all of them" "$(ip -n "$POD" -d -j link show data0 | jq -r '.[].linkinfo.info_kind')" veth
ok "... CHECK needs none" cni CHECK POD "$(conf_without | jq -c --argjson result "$OUT" '. + {prevResult: $result}')" "$ARGS"
ok "... nor does DEL" cni DEL POD "$(conf_without)" "$ARGS"
is "... so that it was asked once" "$(asked ANNOTATIONS .version)" 1
says ANNOTATIONS '{"version":1,"annotations":{}}'
cni ADD POD "$(conf_without)" "$ARGS" > /dev/null
is "a pod without any" "$? $(get '.interfaces | length')" "0 1"
ok "... DEL" cni DEL POD "$(conf_without)" "$ARGS"
says ANNOTATIONS '{"version":1,"code":11,"msg":"there is no pod shop/p with UID u"}'
refusal "a pod that the agent does not know" 11 'there is no pod shop/p with UID u' ADD POD "$(conf_without)" "$ARGS"
says ANNOTATIONS '{"version":1,"annotations":[]}'
refusal "annotations that are none" 7 '"annotations" is []' ADD POD "$(conf_without)" "$ARGS"
clean "nothing is left" POD
agent_stop
done_testing
