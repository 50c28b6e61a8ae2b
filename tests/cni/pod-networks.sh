#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The networks that a pod's annotation asks for, in both forms and with every field of
# the standard, whose they are, and that only a configuration which allows it has them.
# timeout: 420

. "$(dirname "$0")/lib.sh"

range()
{
	echo '"ipam":{"type":"vr","dataDir":"'"$STORE"'"}'
}
define shop.left '"subnets":["192.0.2.0/24","2001:db8:1::/64"],'"$(range)"
define shop.right '"subnets":["198.51.100.0/24"],'"$(range)"
define other.open '"subnets":["203.0.113.0/24"],"shared":["depot","shop"],'"$(range)"
define other.all '"subnets":["203.0.113.0/24"],"shared":"*",'"$(range)"
define other.closed '"subnets":["203.0.113.0/24"],'"$(range)"
define other.narrow '"subnets":["203.0.113.0/24"],"shared":["depot"],'"$(range)"
define shop.flat '"ipam":{}'
define shop '"subnets":["203.0.113.0/24"],'"$(range)"

# conf ANNOTATION [KEYS]: as a runtime of Kubernetes gives it.
conf()
{
	jq -cn --arg networks "$1" '{
		cniVersion: "1.0.0", name: "cluster", type: "vr-cni", result: "all",
		podNetworks: true, networksDir: $ENV.NETWORKS, stateDir: $ENV.STATE,
		subnets: ["10.244.0.0/24", "2001:db8:244::/64"],
		ipam: {type: "vr", dataDir: $ENV.STORE},
		capabilities: {"io.kubernetes.cri.pod-annotations": true},
		runtimeConfig: {"io.kubernetes.cri.pod-annotations":
			{"k8s.v1.cni.cncf.io/networks": $networks}}} + '"${2:-{\}}"
}
export NETWORKS STATE STORE
ARGS='CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=p'
ns POD

# Interfaces and their networks, by the module.
interfaces()
{
	vrctl -n "$NODE" -j port show | jq -r 'map((.description | sub(".*/"; "")) + "=" + .network) | sort | join(" ")'
}
# gives DESC ANNOTATION INTERFACES
gives()
{
	cni ADD POD "$(conf "$2")" "$ARGS" > /dev/null
	is "$1" "$? $(interfaces)" "0 eth0=cluster${3:+ $3}"
	cni DEL POD "$(conf "$2")" "$ARGS"
	clean "... and it goes" POD
}

gives "no network" "" ""
gives "two by name" "left, right" "eth1=shop.left eth2=shop.right"
gives "another namespace, a name of its own, one of them twice" "left,other/open@open,left" \
	"eth1=shop.left eth2=shop.left open=other.open"
cni ADD POD "$(conf left,right '{interfacePrefix: "net"}')" "$ARGS" > /dev/null
is "a prefix of its own" "$? $(interfaces)" "0 eth0=cluster net1=shop.left net2=shop.right"
cni DEL POD "$(conf left,right '{interfacePrefix: "net"}')" "$ARGS"
gives "objects" '[{"name":"right"},{"name":"all","namespace":"other","interface":"x"}]' \
	"eth1=shop.right x=other.all"

# Every field.
ANNOTATION='[{"name":"left","ips":["192.0.2.77/24"],"mac":"02:00:00:00:77:77","interface":"left0",
	"bandwidth":{"ingressRate":8000000,"ingressBurst":8000000},"cni-args":{"any":1},"org.example.own":true,
	"default-route":["192.0.2.1"]},{"name":"flat"}]'
cni ADD POD "$(conf "$ANNOTATION")" "$ARGS" > /dev/null
is "every field" $? 0
is "... ips" "$(ip -n "$POD" -j -4 addr show left0 | jq -r '.[0].addr_info[0].local')" 192.0.2.77
is "... mac" "$(ip -n "$POD" -j link show left0 | jq -r '.[0].address')" 02:00:00:00:77:77
is "... bandwidth" "$(vrctl -n "$NODE" -j port show | jq -c '[.[] | select(.network == "shop.left") | .rate_out // .rate_in] | length')" 1
is "... default-route" "$(ip -n "$POD" -j route show default | jq -r '.[] | .dev + " " + .gateway')" \
	"left0 192.0.2.1"
is "... which leaves IPv6 its own" \
	"$(ip -n "$POD" -6 -j route show default | jq -r '.[] | .dev + " " + .gateway')" "eth0 2001:db8:244::1"
is "... a network without addresses" "$(ip -n "$POD" -j -4 addr show eth1 | jq -c '[.[].addr_info[]?]')" '[]'
cni DEL POD "$(conf "$ANNOTATION")" "$ARGS"

ANNOTATION='[{"name":"left","default-route":[]}]'
cni ADD POD "$(conf "$ANNOTATION")" "$ARGS" > /dev/null
is "an empty default-route: by the network's own gateways" \
	"$? $(for f in 4 6; do ip -n "$POD" -$f -j route show default | jq -r '.[] | .dev + " " + .gateway'; done | tr '\n' ' ')" \
	"0 eth1 192.0.2.1 eth1 2001:db8:1::1 "
cni DEL POD "$(conf "$ANNOTATION")" "$ARGS"
clean "nothing is left" POD

# no DESC CODE TEXT ANNOTATION [KEYS] [ARGS]
no()
{
	refusal "$1" "$2" "$3" ADD POD "$(conf "$4" "${5:-}")" "${6:-$ARGS}"
}
no "an unknown network" 7 '"shop.nothing"' left,nothing
no "one of a namespace that does not share it" 7 \
	'network "other.closed" is not shared with namespace "shop"' other/closed
no "one that is shared with others" 7 'network "other.narrow" is not shared' other/narrow
no "a network of the same beginning" 7 '"shop.closed"' closed
no "portMappings" 2 portMappings '[{"name":"left","portMappings":[{"hostPort":1,"containerPort":2}]}]'
no "a claim" 2 ipam-claim-reference '[{"name":"left","ipam-claim-reference":"c"}]'
no "an interface twice" 7 '"x"' left@x,right@x
no "eth0 again" 7 '"eth0"' left@eth0
no "an address outside of the network" 7 192.0.2.9 '[{"name":"right","ips":["192.0.2.9/24"]}]'
no "a default route of a network without gateways" 7 '"default-route" is []' \
	'[{"name":"flat","default-route":[]}]'
no "no JSON" 6 "not JSON" '[{'
no "without the pod's namespace" 4 K8S_POD_NAMESPACE left '' "CNI_ARGS=IgnoreUnknown=1"
no "a runtime that gives no annotations, and no agent to ask" 11 \
	'the runtime gives no annotations of pod "shop/p": vr-agent does not answer on /nonexistent (no such file' \
	left '{capabilities: {}, runtimeConfig: {}, agentSocket: "/nonexistent"}'

# Another network than the configuration's own as the first one.
define kube-system.main '"subnets":["203.0.113.0/24"],"shared":"*",'"$(range)"
define kube-system.secret '"subnets":["203.0.113.0/24"],'"$(range)"
define blue '"subnets":["203.0.113.0/24"],"shared":["shop"],'"$(range)"
define shop.alias '"sameAs":"other.open"'
# first DESC KEY VALUE INTERFACES [KEYS]
first_conf()
{
	conf left '{hostInterface: "vr-host"} + {runtimeConfig: {"io.kubernetes.cri.pod-annotations":
		{"'"$1"'": '"$(jq -n --arg value "$2" '$value')"', "k8s.v1.cni.cncf.io/networks": "left"}}} + '"${3:-{\}}"
}
MULTUS=v1.multus-cni.io/default-network
CONTRAIL=opencontrail.org/network
first()
{
	cni ADD POD "$(first_conf "$2" "$3" "${5:-}")" "$ARGS" > /dev/null
	is "$1" "$? $(interfaces)" "0 $4"
	is "... has the default route" "$(ip -n "$POD" -j -4 route show default | jq -r '.[].dev')" eth0
	fails "... and the host is not on it" ip -n "$NODE" link show vr-host
	cni DEL POD "$(first_conf "$2" "$3")" "$ARGS"
	clean "... and it goes" POD
}
cni ADD POD "$(first_conf org.example.own x)" "$ARGS" > /dev/null
ok "the host is on the configuration's own network" ip -n "$NODE" link show vr-host
cni DEL POD "$(first_conf org.example.own x)" "$ARGS"
first "Multus' annotation" $MULTUS main "eth0=kube-system.main eth1=shop.left"
first "... of another namespace" $MULTUS shop/right "eth0=shop.right eth1=shop.left"
first "... by another name" $MULTUS shop/alias "eth0=other.open eth1=shop.left"
is "... with an address of its own" "$(
	cni ADD POD "$(first_conf $MULTUS '[{"name":"right","namespace":"shop","ips":["198.51.100.77"]}]')" "$ARGS" > /dev/null
	get '.ips[0].address')" 198.51.100.77/24
cni DEL POD "$(first_conf $MULTUS shop/right)" "$ARGS"
project()
{
	echo "{'domain': 'default-domain', 'project': '$1', 'name': '$2'}"
}
first "Contrail's annotation" $CONTRAIL "$(project k8s-shop k8s-right-pod-network)" \
	"eth0=shop.right eth1=shop.left"
first "... as JSON" $CONTRAIL "$(project k8s-shop right | tr "'" '"')" "eth0=shop.right eth1=shop.left"
first "... a network that is called so" $CONTRAIL "$(project admin blue)" "eth0=blue eth1=shop.left"
first "... of a cluster of another name" $CONTRAIL "$(project east-shop east-right-pod-network)" \
	"eth0=shop.right eth1=shop.left" '{cluster: "east"}'
first "... of a namespace that does not share it, as with Contrail" $CONTRAIL "$(project k8s-other closed)" \
	"eth0=other.closed eth1=shop.left" '{compat: "contrail"}'
# no_first DESC CODE TEXT KEY VALUE
no_first()
{
	refusal "$1" "$2" "$3" ADD POD "$(first_conf "$4" "$5")" "$ARGS"
}
no_first "a default network of a namespace that does not share it" 7 \
	'network "kube-system.secret" is not shared with namespace "shop"' $MULTUS secret
no_first "two default networks" 7 '"main,secret" is 2 networks instead of one' $MULTUS main,secret
no_first "Contrail's, of a namespace that does not share it" 7 'network "other.closed" is not shared' \
	$CONTRAIL "$(project k8s-other k8s-closed-pod-network)"
no_first "Contrail's, that there is not" 7 'neither network "shop.x" nor network "k8s-x-pod-network" is defined' \
	$CONTRAIL "$(project k8s-shop k8s-x-pod-network)"
no_first "Contrail's, of another domain" 7 '"domain" is "mine"' $CONTRAIL \
	"$(project k8s-shop right | sed s/default-domain/mine/)"
no_first "Contrail's without a project" 7 '"project" is missing' $CONTRAIL \
	"{'domain': 'default-domain', 'name': 'blue'}"
clean "nothing is left" POD

# Whose configuration does not say so reads no annotation.
cni ADD POD "$(conf left '{podNetworks: false}')" "$ARGS" > /dev/null
is "not without podNetworks" "$? $(interfaces)" "0 eth0=cluster"
# DEL knows what ADD made, whatever the annotation says now.
cni DEL POD "$(conf left '{podNetworks: false}')" "$ARGS"
cni ADD POD "$(conf left,right)" "$ARGS" > /dev/null
cni DEL POD "$(conf '[{')" "$ARGS"
is "DEL does not read it" $? 0
clean "nothing is left" POD
done_testing
