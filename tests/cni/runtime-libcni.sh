#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The libraries of today's runtimes: the CNI project's own, with all operations of
# 1.1.0; CRI-O's, which asks CHECK after each ADD and takes every address there is;
# containerd 2's, which takes eth0's, polls STATUS and deletes five times. Plugins
# before and behind ours keep what they were called with.
# timeout: 600

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/runtime-setup.sh"

command -v cni-client > /dev/null || skip_all "no cni-client; tests/cni-clients builds it"

export NETCONFPATH=$WORK/net.d CNI_CACHE=$WORK/cache
mkdir "$NETCONFPATH"
recorder before '{"cniVersion":"1.1.0","interfaces":[{"name":"br0","mac":"02:00:00:00:00:44"}]}'
recorder after
define red '"subnets":["198.51.100.0/24"],'"$IPAM"
define blue '"subnets":["203.0.113.0/24","2001:db8:3::/64"],'"$IPAM"

# configure FILE NAME [JSON]: a chain with ours in the middle.
configure()
{
	cat > "$NETCONFPATH/$1" <<- END
		{"cniVersion":"1.0.0","cniVersions":["0.4.0","1.0.0","1.1.0"],"name":"$2","plugins":[
		{"type":"before"},
		{$COMMON,$IPAM,"subnets":["192.0.2.0/24","2001:db8:1::/64"],"networks":["red","blue"]${3:+,$3},
		"capabilities":{"ips":true,"mac":true,"io.kubernetes.cri.pod-annotations":true}},
		{"type":"after","capabilities":{"io.kubernetes.cri.pod-annotations":true}}]}
	END
}

client()
{
	in_ns NODE cni-client "$@"
}

# addresses POD DEV...: all that the devices have, IPv4 first for each.
addresses()
{
	local pod=$1 dev family all=()

	shift
	for dev; do
		for family in 4 6; do
			all+=("$(address "$pod" "$dev" $family)")
		done
	done
	echo "${all[*]}"
}

# A container's namespace, by its name.
netns()
{
	echo "/run/netns/${!1}"
}

attached()
{
	vrctl -n "$NODE" -j port show | jq length
}

ns A B C
configure 10-green.conflist green

# libcni
ok "STATUS" client libcni status
is "... of the whole chain" "$(calls before '.[].command')$(calls after '.[].command')" STATUSSTATUS
ok "VERSION of each, and what they declare" client libcni validate
like "VERSION of ours" "$(client libcni version vr-cni)" '"1.1.0"'
forget before after
OUT=$(CNI_ARGS="IgnoreUnknown=1;K8S_POD_NAME=a" CAP_ARGS='{"mac":"02:00:00:00:00:07"}' \
	client libcni add a "$(netns A)")
is "ADD; the newest version of the list is taken" "$(get .cniVersion)" 1.1.0
is "its result has the runtime's interface" "$(get '[.interfaces[].name] | join(" ")')" "br0 eth0"
is "... with the MAC asked for" "$(get '.interfaces[1].mac')" 02:00:00:00:00:07
is "... its MTU" "$(get '.interfaces[1].mtu')" 1500
is "... its addresses" "$(get '[.ips[] | "\(.interface) \(.address)"] | join(", ")')" \
	"1 192.0.2.2/24, 1 2001:db8:1::2/64"
is "the one before has nothing yet" "$(calls before '.[].input.prevResult')" null
is "the one behind gets our result" "$(calls after '.[].input.prevResult' | jq -cS .)" \
	"$(get . | jq -cS 'del(.dns)')"
is "... and what the runtime said of the container" \
	"$(calls after '.[] | "\(.id) \(.netns) \(.ifname) \(.args)"')" \
	"a $(netns A) eth0 IgnoreUnknown=1;K8S_POD_NAME=a"
is "three interfaces" "$(ip -n "$A" -json link show type vr | jq -c '[.[].ifname]')" \
	'["eth0","eth1","eth2"]'
ok "another container" client libcni add b "$(netns B)"
for net in eth0 eth1 eth2; do
	ping_ok A "$(address B $net)"
done
ping_ok A "$(address B eth0 6)"
ok "CHECK" client libcni check a "$(netns A)"
is "... with the last result, of all" "$(calls after '.[-1] | "\(.command) \(.input.prevResult.ips | length)"')" \
	"CHECK 2"
ip -n "$A" link set eth1 down
fails "CHECK when an interface of ours is down" client libcni check a "$(netns A)"
ip -n "$A" link set eth1 up
for i in 1 2 3 4 5; do
	ok "DEL, number $i" client libcni del a "$(netns A)"
done
is "DEL goes the chain backwards, first with the result" \
	"$(calls after '[.[] | select(.command == "DEL") | .input.prevResult != null] | map(tostring) | join(" ")')" \
	"true false false false false"
ok "the other one" client libcni del b "$(netns B)"
clean "nothing is left" A

# libcni, GC: what is not in its list goes, the list has eth0 only.
forget before after
ok "GC: one that lives" client libcni add a "$(netns A)"
ok "GC: one of which only this libcni knows" client libcni add b "$(netns B)"
ok "GC: one of which it does not" env CNI_CACHE="$WORK/cache2" \
	nsenter --net="/run/netns/$NODE" cni-client libcni add c "$(netns C)"
mkdir "$WORK/other.d"
sed 's/"name":"green"/"name":"other"/; s/192\.0\.2\.0/10.0.0.0/; s/2001:db8:1::/2001:db8:9::/; s/,"networks":\[[^]]*\]//' \
	"$NETCONFPATH/10-green.conflist" > "$WORK/other.d/10-other.conflist"
ns D
ok "GC: one of another network" env NETCONFPATH="$WORK/other.d" \
	nsenter --net="/run/netns/$NODE" cni-client libcni add d "$(netns D)"
# Libcni itself takes none for an empty one, and deletes what it knows.
mkdir -p "$WORK/cache3/results"
fails "GC without a list is refused" env CNI_CACHE="$WORK/cache3" \
	nsenter --net="/run/netns/$NODE" cni-client libcni gc
is "... nothing is gone" "$(attached)" 10
ok "GC with a list" env CNI_VALID="a/eth0" nsenter --net="/run/netns/$NODE" cni-client libcni gc
is "GC: by the list of both names" \
	"$(calls after '.[-1].input | [."cni.dev/valid-attachments", ."cni.dev/attachments"][] | tojson')" \
	"$(printf '%s\n' '[{"containerID":"a","ifname":"eth0"}]' '[{"containerID":"a","ifname":"eth0"}]')"
is "... B and C are gone, all interfaces of A are there, and the other network's" "$(attached)" 4
ok "... A is as it was" client libcni check a "$(netns A)"
is "... and its state" "$(find "$STATE" -name '*:eth0.json' -printf '%f\n' | sort | tr '\n' ' ')" \
	"green:a:eth0.json other:d:eth0.json "
is "... and its addresses" "$(find "$STORE/green" "$STORE/red" -name '[0-9]*' | wc -l)" 3
ip netns del "$A"
ok "GC of all, the namespace of one went before" \
	env CNI_VALID= nsenter --net="/run/netns/$NODE" cni-client libcni gc
is "... only the other network's is left" "$(find "$STATE" -name '*:eth0.json' -printf '%f\n')" \
	other:d:eth0.json
ok "GC: the other network's" env NETCONFPATH="$WORK/other.d" CNI_VALID= \
	nsenter --net="/run/netns/$NODE" cni-client libcni gc
clean "GC: nothing is left" B
ns A

# CRI-O
forget before after
ok "CRI-O: ready" client crio ready
OUT=$(CAP_ARGS='{"io.kubernetes.cri.pod-annotations":{"example.com/key":"value"}}' \
	client crio up a "$(netns A)")
is "CRI-O: the pod's addresses are the default network's" "$(get 'join(" ")')" \
	"$(addresses A eth0)"
is "CRI-O: the pod's annotations come without asking for them" \
	"$(calls after '.[-1].input.runtimeConfig["io.kubernetes.cri.pod-annotations"]["example.com/key"]')" value
is "CRI-O: CHECK comes after ADD" "$(calls after '[.[].command] | join(" ")')" "STATUS ADD CHECK"
is "CRI-O: its arguments" "$(calls after '.[-1].args')" \
	"IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=a;K8S_POD_INFRA_CONTAINER_ID=a;K8S_POD_UID=uid-a"
ok "CRI-O: another" client crio up b "$(netns B)"
ping_ok A "$(address B eth2 6)"
configure 10-green.conflist green '"result":"all"'
OUT=$(client crio up c "$(netns C)")
is "CRI-O: with all addresses told, all are the pod's" "$(get 'join(" ")')" \
	"$(addresses C eth0) $(address C eth1) $(addresses C eth2)"
is "CRI-O: the indices of all are right" \
	"$(calls after '.[-1].input.prevResult | [.ips[] as $ip | .interfaces[$ip.interface].name] | join(" ")')" \
	"eth0 eth0 eth1 eth2 eth2"
ok "CRI-O: GC with one pod" client crio gc a
is "CRI-O: its interfaces are there" "$(ip -n "$A" -json link show type vr | jq -c '[.[].ifname]')" \
	'["eth0","eth1","eth2"]'
is "CRI-O: ... and no others" "$(attached)" 3
# What was kept at ADD is what counts.
rm "$NETCONFPATH/10-green.conflist"
configure 10-other.conflist other
for pod in a:A b:B c:C; do
	ok "CRI-O: $pod goes, its configuration is gone" \
		client crio down "${pod%:*}" "$(netns "${pod#*:}")"
done
clean "CRI-O: nothing is left" A
rm "$NETCONFPATH/10-other.conflist"

# containerd
configure 10-green.conflist green
forget before after
ok "containerd: ready, poll by poll" client containerd ready
is "containerd: as many STATUS" "$(calls after '[.[].command] | unique | join(" ")') $(calls after length)" \
	"STATUS 5"
forget before after
OUT=$(CAP_ARGS='{"io.kubernetes.cri.pod-annotations":{"example.com/key":"value"}}' \
	client containerd up a "$(netns A)")
is "containerd: the pod's addresses" "$(get 'join(" ")')" "$(addresses A eth0)"
is "containerd: the pod's annotations come without asking for them" \
	"$(calls after '.[-1].input.runtimeConfig["io.kubernetes.cri.pod-annotations"]["example.com/key"]')" value
ok "containerd: another" client containerd up b "$(netns B)"
for net in eth0 eth1 eth2; do
	ping_ok B "$(address A $net)"
done
configure 10-green.conflist green '"result":"all"'
OUT=$(client containerd up c "$(netns C)")
is "containerd: with all addresses told, the pod's are eth0's" "$(get 'join(" ")')" \
	"$(addresses C eth0)"
forget before after
ok "containerd: DEL" client containerd down a "$(netns A)"
for i in 2 3 4 5; do
	ok "containerd: DEL, number $i, the namespace is gone" client containerd down a
done
is "containerd: the first had namespace and result, four neither" \
	"$(calls before '[.[] | "\(.command) \(.netns != "") \(.input.prevResult != null)"] | join(", ")')" \
	"DEL true true, DEL false false, DEL false false, DEL false false, DEL false false"
is "containerd: A has no interface left" "$(ip -n "$A" link show type vr)" ""
is "containerd: six ports are left" "$(attached)" 6
ip netns del "$B"
ok "containerd: DEL, and the namespace went before" client containerd down b
ok "containerd: DEL of the last" client containerd down c "$(netns C)"
clean "containerd: nothing is left" C
done_testing
