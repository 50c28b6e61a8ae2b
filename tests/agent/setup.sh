# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # the namespaces of nodes-setup.sh
#
# Nodes with an agent each, and an API server that tests program; sources
# nodes-setup.sh, whose nodes these are.
#
#	cluster N			API server and N nodes, without agents; $API_OPTIONS are
#					further ones of the server
#	agent NODE [OPTION...]		start vr-agent, and wait until it can be asked
#	agent_stop NODE [SIGNAL]	end it, and wait until it is gone
#	k8s_network NS.NAME VNI CIDR [JSON [IPAM]]
#					a Network; JSON is further keys of its spec, and
#					IPAM of its "ipam"
#	k8s_pod NODE POD [JSON]		the object of a pod (or NS/POD); JSON is its annotations
#	attach NODE POD NETWORKS [VAR=VALUE...]
#					vr-cni ADD for a pod POD (or NS/POD) with that
#					annotation, its namespace is in $POD; answer in $OUT
#	detach NODE POD			DEL
#	attached DESC..., detached DESC...
#					the same as a test
#	not_attached DESC CODE TEXT NODE POD NETWORKS
#					ADD fails with that code and text
#	api_control JSON		see tests/agent/apiserver; prints the answer
#	api METHOD PATH [BODY]		a request to it
#	addresses FILTER		what jq makes of each NetworkAddress, sorted
#	agent_first NODE [OPTION...]	agent, which also has the pods' first interface:
#					attach then uses the configuration that it wrote
#	log_of NODE			what its agent wrote
#	pod_status POD			its network-status, as "eth0=NETWORK eth1=NETWORK"
#	pod_status_is POD TEXT
#	pod_entry POD INTERFACE FILTER	what jq makes of one entry of it
#	outside_host			a host in $outside, on the network that nodes are on:
#					203.0.113.200, 2001:db8:ff::200
#	vxlan POD ADDRESS...		datagrams to the tunnels' port: a small one, one in
#					fragments, and of IPv6 one behind an extension header
#	guarded NODE NUMBER		so many of them were dropped by its rules
#	controller [OPTION...]		start vr-agent --controller
#	k8s_claim NAME NETWORK INTERFACE
#					an IPAMClaim of namespace default

. "$(dirname "${BASH_SOURCE[0]}")/../kernel/nodes-setup.sh"

WORK=$(mktemp -d)
on_exit rm -rf "$WORK"
export CNI_PATH=$TOP/build:/usr/lib/cni
API=http://203.0.113.254:6443
API_OPTIONS=()
OUT=''
declare -A _agents=()

api()
{
	in_ns "$fabric" curl -sS --noproxy '*' -X "$1" -H 'Content-Type: application/json' \
		${3:+--data "$3"} "$API$2"
}

api_control()
{
	api POST /control "$1"
}

cluster()
{
	local i items='' config server

	nodes "$1" || return
	ip -n "$fabric" address add 203.0.113.254/24 dev br0
	ip -n "$fabric" link set lo up
	in_ns "$fabric" "$TESTS/agent/apiserver" --address 203.0.113.254 --port 6443 \
		--port-file "$WORK/port" "${API_OPTIONS[@]}" > "$WORK/apiserver.log" 2>&1 &
	server=$!
	on_exit kill $server
	poll 120 [ -s "$WORK/port" ] || return
	mkdir "$WORK/bin"
	ln -s "$TOP/build/vr-cni" /usr/lib/cni/portmap "$WORK/bin/"
	for ((i = 1; i <= $1; i++)); do
		mkdir -p "$WORK/n$i"
		items+='{"apiVersion":"v1","kind":"Node","metadata":{"name":"n'$i'"},
			"spec":{"podCIDRs":["10.244.'$i'.0/24","2001:db8:244:'$i'::/64"]},
			"status":{"addresses":[{"type":"InternalIP","address":"'$(vtep "n$i")'"}]}},'
	done
	api_control '{"load":['"${items%,}"']}' > /dev/null || return
	config='"current-context":"c","contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}]'
	config+=',"clusters":[{"name":"c","cluster":{"server":"'$API'"}}],"users":[{"name":"u","user":{}}]'
	echo "{$config}" > "$WORK/kubeconfig"
}

agent()
{
	local node=$1

	shift
	# A program of its own, and not a shell that has one: it is to be killed.
	nsenter --net="/run/netns/${!node}" vr-agent --node "$node" --kubeconfig "$WORK/kubeconfig" \
		--socket "$WORK/$node/agent.sock" --networks-dir "$WORK/$node/networks" \
		--state-dir "$WORK/$node/state" --spare-dir "$WORK/$node/spares" \
		--cluster-dir "$WORK/$node/cluster" \
		--log-level debug "$@" >> "$WORK/$node/log" 2>&1 &
	_agents[$node]=$!
	on_exit kill $!
	poll 60 [ -S "$WORK/$node/agent.sock" ]
}

agent_stop()
{
	kill "-${2:-TERM}" "${_agents[$1]}"
	wait "${_agents[$1]}" 2> /dev/null
	# It is no answer to whoever asks now.
	[ "${2:-}" != KILL ] || rm -f "$WORK/$1/agent.sock"
}

agent_first()
{
	local node=$1

	shift
	agent "$node" --cni-conf-dir "$WORK/$node/net.d" --cni-bin-dir "$WORK/bin" "$@" &&
		poll 60 [ -s "$WORK/$node/net.d/10-vr.conflist" ]
}

controller()
{
	nsenter --net="/run/netns/$fabric" vr-agent --controller --kubeconfig "$WORK/kubeconfig" \
		--identity tests --namespace kube-system \
		--log-level debug "$@" >> "$WORK/controller.log" 2>&1 &
	on_exit kill $!
}

k8s_claim()
{
	api_control '{"load":[{"apiVersion":"k8s.cni.cncf.io/v1alpha1","kind":"IPAMClaim","metadata":{
		"name":"'"$1"'","namespace":"default","uid":"'"$1"'-claim"},
		"spec":{"network":"'"$2"'","interface":"'"$3"'"}}]}' > /dev/null
}

outside_host()
{
	ns outside && in_ns "$fabric" ip link add to-outside type veth peer name wire netns "$outside" &&
		ip -n "$fabric" link set to-outside master br0 up || return
	ip -n "$outside" -batch - <<- END
		address add 203.0.113.200/24 dev wire
		address add 2001:db8:ff::200/64 dev wire nodad
		link set wire up
	END
}

vxlan()
{
	in_ns "${!1}" python3 -S -c '
import socket, sys
for address in sys.argv[1:]:
    six = ":" in address
    sock = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
    sock.sendto(b"x", (address, 4789))
    sock.sendto(b"x" * 4000, (address, 4789))
    if six:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS, bytes([0, 0, 1, 4, 0, 0, 0, 0]))
        sock.sendto(b"x", (address, 4789))
' "${@:2}"
}

guarded()
{
	[ "$(on "$1" nft -j list chain inet vr prerouting |
		jq '[.. | .counter? // empty | .packets] | add')" = "$2" ]
}

_network_status()
{
	api GET "/api/v1/namespaces/default/pods/$1" |
		jq -r '.metadata.annotations["k8s.v1.cni.cncf.io/network-status"] // "[]"'
}

pod_status()
{
	_network_status "$1" | jq -r 'map("\(.interface)=\(.name | ltrimstr("default/"))") | join(" ")'
}

pod_status_is()
{
	[ "$(pod_status "$1")" = "$2" ]
}

pod_entry()
{
	_network_status "$1" | jq -c '.[] | select(.interface == "'"$2"'") | '"$3"
}

log_of()
{
	cat "$WORK/$1/log"
}

k8s_network()
{
	local subnets='' cidr

	for cidr in ${3//,/ }; do
		subnets+="{\"subnet\":\"$cidr\"},"
	done
	api_control '{"load":[{"apiVersion":"vrctl.dev/v1alpha1","kind":"Network","metadata":{"name":"'"$1"'"},
		"spec":{"vni":'"$2"',"subnets":['"${subnets%,}"'],'"${4:+$4,}"'"ipam":{"type":"vr-agent"'"${5:+,$5}"'}}}]}' \
		> /dev/null
}

k8s_pod()
{
	local namespace=default pod=$2

	[[ $pod != */* ]] || namespace=${pod%%/*}
	pod=${pod#*/}
	api_control '{"load":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"'"$pod"'","namespace":"'"$namespace"'",
		"uid":"'"$pod"'-uid","annotations":{'"${3:-}"'}},"spec":{"nodeName":"'"$1"'"}}]}' > /dev/null
}

# The configuration of a node, with the annotation as the runtime gives it.
_conf()
{
	local node=$1 networks=$2 conf=$WORK/$1/net.d/10-vr.conflist

	if [ -e "$conf" ]; then
		# As libcni does it, of the first plugin.
		jq --arg networks "$networks" '.cniVersion as $version | .name as $name |
			.plugins[0] + {cniVersion: $version, name: $name, result: "all", runtimeConfig:
			{"io.kubernetes.cri.pod-annotations": {"k8s.v1.cni.cncf.io/networks": $networks}}}' \
			"$conf"
		return
	fi
	jq -n --arg networks "$networks" --arg dir "$WORK/$node" '{
		cniVersion: "1.0.0", name: "cluster-wide-network", type: "vr-cni",
		networksDir: ($dir + "/networks"), stateDir: ($dir + "/state"),
		agentSocket: ($dir + "/agent.sock"), spareDir: ($dir + "/spares"),
		podNetworks: true, result: "all",
		subnets: ["10.244.'"${node#n}"'.0/24"],
		ipam: {type: "vr", dataDir: ($dir + "/ipam")},
		runtimeConfig: {"io.kubernetes.cri.pod-annotations":
			{"k8s.v1.cni.cncf.io/networks": $networks}}}'
}

_cni()
{
	local command=$1 node=$2 pod=$3 conf=$4 namespace=default rc=0

	shift 4
	[[ $pod != */* ]] || namespace=${pod%%/*}
	pod=${pod#*/}
	OUT=$(
		export CNI_COMMAND=$command CNI_CONTAINERID=$pod-id CNI_IFNAME=eth0
		export CNI_NETNS=/run/netns/${!pod}
		export CNI_ARGS="IgnoreUnknown=1;K8S_POD_NAMESPACE=$namespace;K8S_POD_NAME=$pod;K8S_POD_UID=$pod-uid"
		# shellcheck disable=SC2163 # NAME=VALUE
		[ $# = 0 ] || export "$@"
		exec nsenter --net="/run/netns/${!node}" vr-cni <<< "$conf" 2>> "$WORK/$node/cni.log"
	) || rc=$?
	echo "$OUT"
	return $rc
}

attach()
{
	local node=$1 pod=$2 networks=$3

	shift 3
	ns "${pod#*/}" || return
	_cni ADD "$node" "$pod" "$(_conf "$node" "$networks")" "$@"
}

detach()
{
	_cni DEL "$1" "$2" "$(_conf "$1" '')"
}

attached()
{
	local desc=$1 rc=0

	shift
	attach "$@" > /dev/null || rc=$?
	_report $rc "$desc"
	[ $rc = 0 ] || _diag "$OUT"
}

detached()
{
	local desc=$1 rc=0

	shift
	detach "$@" > /dev/null || rc=$?
	_report $rc "$desc"
	[ $rc = 0 ] || _diag "$OUT"
}

not_attached()
{
	local desc=$1 code=$2 text=$3 rc=0

	shift 3
	attach "$@" > /dev/null || rc=$?
	[[ $rc = 1 && $(get .code) = "$code" && $(get .msg) == *"$text"* ]]
	rc=$?
	_report $rc "$desc"
	[ $rc = 0 ] || _diag "want: code $code: ... $text ..., got: $OUT"
}

get()
{
	jq -r "$1" <<< "$OUT"
}

addresses()
{
	api GET '/apis/vrctl.dev/v1alpha1/networkaddresses?limit=5000' |
		jq -r ".items[] | $1" | sort
}
