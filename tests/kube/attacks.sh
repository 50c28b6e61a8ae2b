#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2317 # functions for ok and poll
#
# timeout: 1800
#
# What tenants, pods and nodes try with the credentials they really have, and are refused:
# a user with the role "edit", the token of another node's agent, a pod with NET_ADMIN.
# Run by tests/kube/cluster.

. "$(dirname "$0")/setup.sh"

STATUS=k8s.v1.cni.cncf.io/network-status
ADDRESSES=/apis/vrctl.dev/v1alpha1/networkaddresses

# tenant ARGS...     a user of the namespace shop, by his certificate
tenant()
{
	"$KUBE/kubectl" --kubeconfig "$TENANT" -n shop "$@"
}

tenant_apply()
{
	"$@" | tenant apply -f -
}

# definition NAME ANNOTATIONS [CONFIG]     JSON
definition()
{
	jq -n --arg name "$1" --argjson annotations "$2" --arg config "${3:-}" '{
		apiVersion: "k8s.cni.cncf.io/v1", kind: "NetworkAttachmentDefinition",
		metadata: {name: $name, annotations: $annotations},
		spec: (if $config == "" then {} else {config: $config} end)}'
}

# condition NAME TEXT     it is no network, and its author is told why
condition()
{
	tenant get net-attach-def "$1" -o json |
		jq -r '.metadata.annotations["vrctl.dev/conditions"] // empty' > "$WORK/condition"
	grep -q '"status":"False"' "$WORK/condition" && grep -qF "$2" "$WORK/condition"
}

# no_network DESC NAME TEXT ANNOTATIONS [CONFIG]
no_network()
{
	local desc=$1 name=$2 text=$3

	shift 3
	tenant_apply definition "$name" "$@" > /dev/null
	ok "$desc" poll 30 condition "$name" "$text"
	[ -z "$_out" ] || _diag "$_out"
	tenant delete net-attach-def "$name" > /dev/null
}

# as TOKEN|CERTIFICATE METHOD PATH [BODY]
as()
{
	local type=application/json code who=(-H "Authorization: Bearer $1")

	# A kubelet shows its certificate.
	[[ $1 = ey* ]] || who=(--cert "$CLUSTER/server/$1.crt" --key "$CLUSTER/server/$1.key")
	[ "$2" != PATCH ] || type=application/merge-patch+json
	code=$(curl -sS --noproxy '*' --max-time 30 --cacert "$CLUSTER/server/ca.crt" \
		"${who[@]}" -X "$2" -H "Content-Type: $type" ${4:+--data "$4"} \
		-o "$WORK/answer" -w '%{http_code}' "$(< "$CLUSTER/server/server")$3") || return 2
	[[ $code != 2* ]] || return 0
	jq -r .message "$WORK/answer"
	return 1
}

# The token that kubelet of a node gets for its agent: bound to that pod.
agent_token()
{
	k create token vr-agent -n vr-system --bound-object-kind Pod --bound-object-name \
		"$(k get pods -n vr-system -l app.kubernetes.io/name=vr-agent \
		--field-selector "spec.nodeName=$1" -o 'jsonpath={.items[0].metadata.name}')"
}

# object POD INTERFACE     the name of its address's object
object()
{
	k get networkaddresses -o json | jq -r --arg address "$(pod_ip "$1" "$2")" --arg network "$3" \
		'.items[] | select(.spec.address == $address and .spec.network == $network).metadata.name'
}

# address NODE     an object of that node
address()
{
	printf '{"apiVersion":"vrctl.dev/v1alpha1","kind":"NetworkAddress","metadata":{
		"name":"v%d-0a2800c8","labels":{"vrctl.dev/vni":"%d","vrctl.dev/node":"%s"}},
		"spec":{"network":"rival.secret","vni":%d,"address":"10.40.0.200",
		"mac":"0a:58:0a:28:00:c8","node":"%s","state":"bound","sequence":1}}' \
		"$VNI" "$VNI" "$1" "$VNI" "$1"
}

TENANT=$("$TESTS/kube/apiserver" user "$CLUSTER/server" tenant)
k create namespace rival > /dev/null
k create namespace shop > /dev/null
apply > /dev/null <<- END
	apiVersion: rbac.authorization.k8s.io/v1
	kind: Role
	metadata: {name: networks, namespace: shop}
	rules: [{apiGroups: [k8s.cni.cncf.io], resources: [network-attachment-definitions], verbs: ["*"]}]
END
k create rolebinding networks -n shop --role networks --user tenant > /dev/null
k create rolebinding edit -n shop --clusterrole edit --user tenant > /dev/null
NS=rival
nad secret cidr=10.40.0.0/24 vni=5040 > /dev/null
ok "a network of somebody else" poll 60 k wait --for condition=Ready --timeout 5s network/rival.secret
VNI=$(k get network rival.secret -o 'jsonpath={.spec.vni}')
is "has a VNI that he asked for" "$VNI" 5040
pod victim node2 secret > /dev/null
pod peer node1 secret > /dev/null
NS=shop
tenant_apply definition own '{"vrctl.dev/cidr":"10.41.0.0/24"}' > /dev/null
# Two of them in a network of his, one with the rights that change interfaces.
_pod mine node1 own '{"containers":[{"name":"c","image":"'$IMAGE'","securityContext":
	{"capabilities":{"add":["NET_ADMIN","NET_RAW"]}}}]}' > "$WORK/mine"
ok "a pod of the tenant's" tenant_apply cat "$WORK/mine"
pod other node2 own > /dev/null

# --- what a user writes
forged='[{"name":"rival/secret","interface":"eth1","ips":["10.40.0.9"],"mac":"0a:58:0a:28:00:09"}]'
refused "network-status is not his to write" "only vr-agent writes" \
	tenant annotate --overwrite pod mine "$STATUS=$forged"
refused "nor what is of vrctl.dev" "only vr-agent writes the annotation vrctl.dev/networks" \
	tenant annotate pod mine vrctl.dev/networks=rival.secret
new_pod()
{
	jq --arg key "$1" --arg value "$2" '.metadata.name = "new" | .metadata.annotations[$key] = $value' "$WORK/mine"
}
refused "not in a new pod either" "only vr-agent writes" tenant_apply new_pod $STATUS "$forged"
refused "nor in its status" "annot" tenant patch pod mine --subresource status --type merge \
	-p '{"metadata":{"annotations":{"'$STATUS'":"[]"}}}'
address_created()
{
	address node1 | tenant create -f -
}
refused "nor objects of addresses" "cannot create resource" address_created
refused "nor networks" 'User "tenant" cannot' tenant patch network shop.own --type merge -p '{"spec":{"vni":5040}}'
refused "nor the VNI by the condition of a definition" "only vr's controller writes" \
	tenant annotate --overwrite net-attach-def own vrctl.dev/conditions='[]'
no_network "another's VNI is refused" vni 5040 '{"vrctl.dev/cidr":"10.42.0.0/24","vrctl.dev/vni":"5040"}'
no_network "one that is not open is" open 70000 '{"vrctl.dev/cidr":"10.42.0.0/24","vrctl.dev/vni":"70000"}'
no_network "another's network by Contrail's name is" alias rival.secret \
	'{"opencontrail.org/network":"{\"domain\":\"default-domain\",\"project\":\"k8s-rival\",\"name\":\"k8s-secret-pod-network\"}"}'
no_network "a program of the node's is" delegate delegate '{}' \
	'{"cniVersion":"1.0.0","type":"vr-cni","cidr":"10.42.0.0/24","delegate":{"type":"bridge"}}'
no_network "a folder of the node's is" data dataDir '{}' \
	'{"cniVersion":"1.0.0","type":"vr-cni","cidr":"10.42.0.0/24","ipam":{"type":"vr-agent","dataDir":"/etc"}}'
no_network "settings of the kernel are" sysctl sysctls '{}' \
	'{"cniVersion":"1.0.0","type":"vr-cni","cidr":"10.42.0.0/24","sysctls":{"net.ipv4.conf.IFNAME.forwarding":"1"}}'
no_network "a device of the nodes is" device device '{"vrctl.dev/cidr":"10.42.0.0/24","vrctl.dev/device":"eth0"}'
no_network "an IPAM plugin that is not allowed is" ipam host-local '{}' \
	'{"cniVersion":"1.0.0","type":"vr-cni","cidr":"10.42.0.0/24","ipam":{"type":"host-local"}}'

# --- what the agent of another node writes, by the token it really has
T1=$(agent_token node1)
like "the token is there" "$T1" '^ey.*\..*\.'
ok "it may write what is of its node" as "$T1" POST "$ADDRESSES?dryRun=All" "$(address node1)"
refused "not what is of another" "the address is of node node2" as "$T1" POST "$ADDRESSES?dryRun=All" "$(address node2)"
refused "nor the status of a pod there" "this is the agent of node" \
	as "$T1" PATCH /api/v1/namespaces/rival/pods/victim/status '{"metadata":{"annotations":{"'$STATUS'":"[]"}}}'
refused "it reads no secrets" "cannot list resource" as "$T1" GET /api/v1/secrets

# --- what pods get

ok "all run" pods_ready mine other
NS=rival pods_ready victim peer > /dev/null
ok "with their status" poll 20 entries mine 2
ok "all of them" poll 20 entries rival/victim 2
victim=$(object rival/victim eth1 rival.secret)
refused "nor take a pod's address away" "the address is of node node2" as "$T1" DELETE "$ADDRESSES/$victim"
refused "nor say it were here" "the address is of node node2" as "$T1" PATCH "$ADDRESSES/$victim" \
	'{"metadata":{"labels":{"vrctl.dev/node":"node1"}},"spec":{"node":"node1","sequence":99}}'
refused "its agent writes nothing else of a pod" "vr-agent writes" as "$T1" PATCH /api/v1/namespaces/shop/pods/mine/status \
	'{"metadata":{"annotations":{"k8s.v1.cni.cncf.io/networks":"rival/secret"}}}'
"$TESTS/kube/apiserver" user "$CLUSTER/server" system:node:node1 system:nodes > /dev/null
refused "not even kubelet forges a status" "only vr-agent writes" as system-node-node1 PATCH \
	/api/v1/namespaces/shop/pods/mine/status '{"metadata":{"annotations":{"'$STATUS'":"[]"}}}'
told()
{
	events | grep -F rival.secret | grep -q "$1"
}
_pod thief node1 rival/secret > "$WORK/thief"
tenant_apply cat "$WORK/thief" > /dev/null
ok "a pod does not start in a network that is not shared" poll 120 told 'not shared'
is "and is not in it" "$(k get networkaddresses -o json | jq -r '.items[].spec.pod.name' | grep -c thief)" 0
tenant delete pod thief --grace-period 1 --wait=false > /dev/null
tenant annotate --overwrite pod mine k8s.v1.cni.cncf.io/networks=own,rival/secret > /dev/null
plug()
{
	k get events -n shop --field-selector involvedObject.name=mine,reason=NetworkPlugFailed -o json |
		jq -r '.items[].message' | grep -qF rival
}
ok "nor is one plugged into it that runs" poll 60 plug
ok "which stays as it was" entries mine 2
tenant annotate --overwrite pod mine k8s.v1.cni.cncf.io/networks=own > /dev/null

# --- what a pod sends
drops()
{
	on node1 nft -j list table inet vr | jq '[.nftables[].rule? | select(. != null) | select(.chain == "prerouting") |
		.expr[].counter?.packets // empty] | add'
}

# Pings that the victim got.
received()
{
	in_pod rival/victim nstat -asz IcmpInEchos | sed -n 's/^IcmpInEchos *\([0-9]*\).*/\1/p'
}

# vxlan NODE-ADDRESS     what the tunnel of another node would bring: a ping to the victim
vxlan()
{
	local program

	program=$(cat <<- END
		import socket, struct
		eth = bytes.fromhex("$MAC".replace(":", "")) + bytes.fromhex("0a580a280005") + b"\x08\x00"
		ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28, 1, 0, 64, 1, 0,
		    socket.inet_aton("10.40.0.5"), socket.inet_aton("$(pod_ip rival/victim eth1)"))
		def checksum(data):
		    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
		    total = (total & 0xffff) + (total >> 16)
		    return ~((total & 0xffff) + (total >> 16)) & 0xffff
		ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
		echo = struct.pack("!BBHHH", 8, 0, 0xf7fd, 1, 1)
		family = socket.AF_INET6 if ":" in "$1" else socket.AF_INET
		s = socket.socket(family, socket.SOCK_DGRAM)
		for i in range(5):
		    s.sendto(struct.pack("!II", 0x08000000, $VNI << 8) + eth + ip + echo, ("$1", 4789))
	END
	)
	$2 python3 -c "$program"
}
MAC=$(status rival/victim | jq -r '.[1].mac')
before=$(drops)
pings=$(received)
ok "a node's own tunnel would bring it" vxlan 192.0.2.12 "on node1"
arrives()
{
	[ "$(received)" -ge $((pings + 5)) ]
}
ok "... to the pod" poll 10 arrives
pings=$(received)
ok "a pod sends the same to a node" vxlan 192.0.2.12 "in_pod mine"
ok "by the other family, too" vxlan 2001:db8::12 "in_pod mine"
dropped()
{
	[ "$(drops)" -ge $((before + 5)) ]
}
ok "its own node drops what is for a tunnel address" poll 10 dropped
is "nothing of it arrives" "$(received)" "$pings"

other=$(pod_ip other eth1)
pings()
{
	in_pod mine ping -q -n -c 1 -W 5 "$@"
}
ok "the pod reaches its own network" pings "$other"
in_pod mine ip addr add 10.41.0.77/24 dev eth1
fails "not from an address that it gave itself" pings -I 10.41.0.77 "$other"
in_pod mine ip addr del 10.41.0.77/24 dev eth1
fails "nor another's network by way of its own" pings -I eth1 "$(pod_ip rival/peer eth1)"
mac=$(status mine | jq -r '.[1].mac')
in_pod mine ip link set eth1 address 0a:58:0a:29:00:4d
fails "nor with a MAC that it gave itself" pings "$other"
in_pod mine ip link set eth1 address "$mac"
ok "as it was, it works" poll 20 pings "$other"

NS=shop pods_go > /dev/null
NS=rival pods_go > /dev/null
k delete namespace shop rival --wait=false > /dev/null
done_testing
