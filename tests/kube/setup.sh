# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Helpers of the scripts that tests/kube/cluster runs on this machine, beside its control
# plane; source it first.
#
#	k ARGS...			kubectl, as an administrator
#	apply				of standard input
#	guest CMD...			in the VM
#	server start|stop		the control plane
#	on NODE CMD...			there, as a process of a node (or in the namespace "out")
#	in_pod POD CMD...		there, a program of the VM in the network of a pod
#	nad NAME KEY=VALUE...		a definition with annotations vrctl.dev/KEY
#	pod NAME NODE [NETWORKS [JSON]]	a pod on that node with these networks, JSON into its spec;
#					its image is busybox, and waits
#	static_pod NAME NODE [NETWORKS]	the same by a file of its kubelet, which the API is not asked of
#	static_pod_gone NAME NODE	without that file
#	pods_ready POD...		they are, in time
#	pods_go [POD...]		delete them (all of the namespace), and wait
#	status POD			its network-status
#	entries POD N			has it N entries?
#	pod_ip POD INTERFACE [N]	address N (0) of an interface, by its status
#	events				messages of all there are
#	each_agent CMD...		CMD with the name of each agent's pod
#
# POD may be NAMESPACE/POD; $NS is the namespace otherwise.

. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

[ -n "${VR_CLUSTER:-}" ] || skip_all "to be run by tests/kube/cluster"
VR_CACHE=${VR_CACHE:-/var/lib/vr-cache}
CLUSTER=$VR_CACHE/clusters/$VR_CLUSTER
KUBE=$("$TESTS/kube/build" --built kubectl) || skip_all "no Kubernetes yet"
# shellcheck disable=SC2034 # for the scripts
NODES=$(< "$CLUSTER/nodes")
IMAGE=docker.io/local/busybox:1
NS=default
WORK=$(mktemp -d)
on_exit rm -rf "$WORK"

k()
{
	"$KUBE/kubectl" --kubeconfig "$CLUSTER/server/kubeconfig" "$@"
}

apply()
{
	k apply -f -
}

server()
{
	"$TESTS/kube/cluster" -S "$VR_CLUSTER" server "$1"
}

guest()
{
	"$TESTS/vm/session" -S "$VR_CLUSTER" exec "$(printf '%q ' "$@")"
}

on()
{
	local node=$1

	shift
	if [ "$node" = out ]; then
		guest nsenter --net=/run/netns/out "$@"
	else
		guest tests/kube/node enter "/tmp/kube/$node" "$@"
	fi
}

# _split POD     into $namespace and $pod of the caller
_split()
{
	namespace=$NS
	[[ $1 != */* ]] || namespace=${1%%/*}
	pod=${1#*/}
}

# Asked for once: a pod of the same name that is made later needs another name here.
_uid()
{
	local namespace pod

	_split "$1"
	k get pod -n "$namespace" "$pod" -o 'jsonpath={.metadata.uid}'
}

in_pod()
{
	local uid

	uid=$(_uid "$1") || return
	shift
	guest tests/kube/in-pod "$uid" "$@"
}

nad()
{
	local name=$1 pair arguments=()

	shift
	for pair; do
		arguments+=(--arg "vrctl.dev/${pair%%=*}" "${pair#*=}")
	done
	jq -n "${arguments[@]}" --arg nad "$name" --arg namespace "$NS" '{
		apiVersion: "k8s.cni.cncf.io/v1", kind: "NetworkAttachmentDefinition",
		metadata: {name: $nad, namespace: $namespace, annotations:
			($ARGS.named | del(.nad, .namespace))}}' | apply
}

# The object of a pod; what kills it at once is that it has a process that listens.
_pod()
{
	jq -n --arg name "$1" --arg namespace "$NS" --arg node "$2" --arg networks "${3:-}" \
		--argjson spec "${4:-{\}}" --arg image $IMAGE '{
		apiVersion: "v1", kind: "Pod", metadata: {name: $name, namespace: $namespace,
			labels: {app: $name}, annotations:
			(if $networks == "" then {} else {"k8s.v1.cni.cncf.io/networks": $networks} end)},
		spec: ({nodeSelector: {"kubernetes.io/hostname": $node}, terminationGracePeriodSeconds: 1,
			containers: [{name: "c", image: $image}]} * $spec)}'
}

pod()
{
	_pod "$@" | apply
}

# By rename, so that kubelet never reads half of it.
static_pod()
{
	local folder=/tmp/kube/$2/manifests

	_pod "$@" | jq -c 'del(.spec.nodeSelector)' > "$WORK/manifest"
	guest bash -c "echo '$(< "$WORK/manifest")' > $folder/.$1 && mv $folder/.$1 $folder/$1.json"
}

static_pod_gone()
{
	guest rm -f "/tmp/kube/$2/manifests/$1.json"
}

pods_ready()
{
	k wait -n "$NS" --for condition=Ready --timeout 600s "${@/#/pod/}"
}

pods_go()
{
	[ $# -gt 0 ] || set -- --all
	k delete pod -n "$NS" --timeout 180s "$@"
}

status()
{
	local namespace pod

	_split "$1"
	k get pod -n "$namespace" "$pod" \
		-o 'jsonpath={.metadata.annotations.k8s\.v1\.cni\.cncf\.io/network-status}'
}

entries()
{
	[ "$(status "$1" | jq length)" = "$2" ]
}

pod_ip()
{
	status "$1" | jq -r ".[] | select(.interface == \"$2\").ips[${3:-0}]"
}

events()
{
	k get events -A -o json | jq -r '.items[].message'
}

each_agent()
{
	local pod

	for pod in $(k get pods -n vr-system -l app.kubernetes.io/name=vr-agent -o name); do
		"$@" "$pod"
	done
}
