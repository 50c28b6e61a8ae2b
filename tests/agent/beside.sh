#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 240
#
# Beside another plugin that makes the pods' first interface: the configuration,
# which follows the other's, and pods with networks of ours behind it.

. "$(dirname "$0")/setup.sh"

for plugin in bridge ptp host-local; do
	[ -x "/usr/lib/cni/$plugin" ] || skip_all "no /usr/lib/cni/$plugin"
done
cluster 2
k8s_network default.net1 5001 10.1.0.0/16,2001:db8:1::/64
k8s_network default.net2 5002 10.2.0.0/16
NETD=$WORK/n1/net.d
PATH=/usr/lib/cni:$PATH
KEY=k8s.v1.cni.cncf.io/networks

# beside NODE: its agent
beside()
{
	mkdir -p "$WORK/$1/net.d"
	agent "$1" --cni-conf-dir "$WORK/$1/net.d" --cni-bin-dir "$WORK/bin" --beside
}

# The file a runtime would take.
found()
{
	find "$WORK/$1/net.d" -name '*.conf' -o -name '*.conflist' -o -name '*.json' | LC_ALL=C sort | head -n 1
}

types()
{
	jq -r '[.plugins[].type] | join(" ")' "$(found "$1")"
}

finds()
{
	[ "$(basename "$(found n1)")" = "$1" ]
}

has_types()
{
	[ "$(types n1)" = "$1" ]
}

# added DESC NODE POD NETWORKS: a test; the answer is in $OUT
added()
{
	local desc=$1 rc=0

	shift
	list_ADD "$@" || rc=$?
	_report $rc "$desc"
	[ $rc = 0 ] || _diag "$OUT"
}

# The plugins of the list, as a runtime calls them.
list_ADD()
{
	local node=$1 pod=$2 networks=$3 list i conf previous=null

	list=$(cat "$(found "$node")")
	for ((i = 0; i < $(jq '.plugins | length' <<< "$list"); i++)); do
		conf=$(jq --argjson i "$i" --argjson previous "$previous" --arg networks "$networks" '
			.plugins[$i] + {cniVersion, name} +
			(if $previous then {prevResult: $previous} else {} end) +
			(if .plugins[$i].capabilities then {runtimeConfig: {"io.kubernetes.cri.pod-annotations":
				{"k8s.v1.cni.cncf.io/networks": $networks}}} else {} end)' <<< "$list")
		plugin "$node" ADD "$pod" "$conf" || return
		previous=$OUT
	done
}

list_DEL()
{
	local i conf list

	list=$(cat "$(found "$1")")
	for ((i = $(jq '.plugins | length' <<< "$list") - 1; i >= 0; i--)); do
		conf=$(jq --argjson i "$i" '.plugins[$i] + {cniVersion, name}' <<< "$list")
		plugin "$1" DEL "$2" "$conf" || return
	done
}

# plugin NODE COMMAND POD CONF
plugin()
{
	OUT=$(CNI_COMMAND=$2 CNI_CONTAINERID=$3-id CNI_IFNAME=eth0 CNI_NETNS=/run/netns/${!3} \
		CNI_ARGS="IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=$3;K8S_POD_UID=$3-uid" \
		nsenter --net="/run/netns/${!1}" "$(jq -r .type <<< "$4")" \
		<<< "$4" 2>> "$WORK/$1/cni.log")
}

# --- the file
beside n1
ok "the agent waits for another's configuration" \
	poll 60 grep -q 'no configuration of another plugin' "$WORK/n1/log"
is "and writes none" "$(ls -A "$NETD")" ""
cat > "$NETD/10-primary.conflist" << END
{"cniVersion": "0.4.0", "name": "primary", "plugins": [
 {"type": "bridge", "bridge": "cni0", "isGateway": true, "mtu": 1450,
  "ipam": {"type": "host-local", "dataDir": "$WORK/n1/ipam",
	   "ranges": [[{"subnet": "198.51.100.0/25"}], [{"subnet": "2001:db8:77::/64"}]],
	   "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}}]}
END
sum=$(md5sum < "$NETD/10-primary.conflist")
ok "then its own is found first" poll 60 finds 00-vr.conflist
is "it is the other's with vr-cni behind" "$(types n1)" "bridge vr-cni"
is "of the same name and version" "$(jq -r '.name + " " + .cniVersion' "$(found n1)")" "primary 0.4.0"
is "vr-cni reads annotations" "$(jq -c '.plugins[1] | [.podNetworks, .capabilities]' "$(found n1)")" \
	'[true,{"io.kubernetes.cri.pod-annotations":true}]'

# A single plugin.
mkdir -p "$WORK/n2/net.d"
cat > "$WORK/n2/net.d/20-ptp.conf" << END
{"cniVersion": "1.0.0", "name": "links", "type": "ptp",
 "ipam": {"type": "host-local", "dataDir": "$WORK/n2/ipam", "subnet": "198.51.100.128/25",
	  "routes": [{"dst": "0.0.0.0/0"}]}}
END
beside n2
second()
{
	[ "$(types n2)" = "ptp vr-cni" ]
}
ok "of a single plugin it is a list of two" poll 60 second 2> /dev/null

# --- pods
ns a b c
k8s_pod n1 a "\"$KEY\":\"net1,net2\""
k8s_pod n2 b "\"$KEY\":\"net1\""
k8s_pod n1 c
added "a pod" n1 a net1,net2
is "the runtime hears of the first interface" "$(jq -r '[.interfaces[] | select(.sandbox).name] | join(" ")' <<< "$OUT")" eth0
first=$(jq -r '.ips[0].address | split("/")[0]' <<< "$OUT")
added "one on the other node" n2 b net1
added "one without networks" n1 c ''
ok "all interfaces are in its status" poll 60 pod_status_is a "eth0=primary eth1=net1 eth2=net2"
is "the first, by the other plugin" "$(pod_entry a eth0 '[.ips[0], .default, .mtu, .gateway[0], .mac]')" \
	"$(ip -n "$a" -j link show eth0 | jq -c --arg ip "$first" '[$ip, true, 1450, "198.51.100.1", .[0].address]')"
is "with both families, and no link-local address" "$(pod_entry a eth0 '.ips | length')" 2
ok "a pod without networks has a status too" poll 60 pod_status_is c eth0=primary
like "the default route is the other's" "$(ip -n "$a" route show default)" 'via 198\.51\.100\.1 dev eth0'
peer=$(pod_entry b eth1 '.ips[0]')
reaches()
{
	_ping_ok a "$1" 1
}
ok "pods reach each other on other nodes" poll 60 reaches "${peer//\"/}"
ok "and on the other's network" reaches 198.51.100.1

# What is not there.
fails "there is no default network" at n1 network show cluster-wide-network
fails "nor a device of the host" ip -n "$n1" link show vr-host
is "of rules the guard alone" "$(on n1 nft list table inet vr | grep -c 'chain\|masquerade')" 1
dropped()
{
	[ "$(on n1 nft -j list chain inet vr forward | jq '[.. | .counter? // empty | .packets] | add')" = 1 ]
}
in_ns "$a" bash -c 'echo x > /dev/udp/203.0.113.2/4789'
ok "a pod is no node" poll 60 dropped

# --- pods that run
asks()
{
	in_ns "$fabric" curl -sS --noproxy '*' -X PATCH -H 'Content-Type: application/merge-patch+json' \
		--data '{"metadata":{"annotations":{"'"$KEY"'":"'"$2"'"}}}' \
		"$API/api/v1/namespaces/default/pods/$1" > /dev/null
}
asks a net2
ok "a network is taken away" poll 60 pod_status_is a "eth0=primary eth2=net2"
asks a net2,net1
ok "and added" poll 60 pod_status_is a "eth0=primary eth2=net2 eth1=net1"
asks c net1
ok "also to a pod that had none" poll 60 pod_status_is c "eth0=primary eth1=net1"
ok "where it works" poll 60 _ping_ok c "${peer//\"/}" 1

# Whoever is behind the other plugin may tell of its interface.
api_control '{"reset":true}' > /dev/null
in_ns "$fabric" curl -sS --noproxy '*' -X PATCH -H 'Content-Type: application/merge-patch+json' --data '{"metadata":{
	"annotations":{"k8s.v1.cni.cncf.io/network-status":"[{\"name\":\"theirs\",\"interface\":\"eth0\",\"ips\":[\"192.0.2.9\"]}]"}}}' \
	"$API/api/v1/namespaces/default/pods/c" > /dev/null
ok "what others say of the first interface stays" poll 60 pod_status_is c "eth1=net1 eth0=theirs"

# --- the other's file changes
is "the other's file is as it was" "$(md5sum < "$NETD/10-primary.conflist")" "$sum"
jq '.plugins += [{type: "tuning"}]' "$NETD/10-primary.conflist" > "$NETD/new"
mv "$NETD/new" "$NETD/10-primary.conflist"
ok "ours follows" poll 60 has_types "bridge tuning vr-cni"
jq '{cniVersion, name, plugins: [.plugins[0]]}' "$NETD/10-primary.conflist" > "$NETD/05-other.conflist"
ok "another that sorts before is the one" poll 60 has_types "bridge vr-cni"
cp "$NETD/05-other.conflist" "$NETD/00-first.conflist"
ok "ours is still the first" poll 60 finds 0-vr.conflist
is "and the only one" "$(find "$NETD" -name '*-vr.conflist' | wc -l)" 1
rm "$NETD/00-first.conflist"
ok "by its first name again" poll 60 finds 00-vr.conflist
echo '{"cniVersion": "0.2.0", "name": "old", "type": "bridge"}' > "$NETD/01-old.conf"
ok "one that cannot be used is told of" poll 60 grep -q '01-old.conf: "cniVersion" is "0.2.0"' "$WORK/n1/log"
is "and changes nothing" "$(types n1)" "bridge vr-cni"
rm "$NETD/01-old.conf"

agent_stop n1
beside n1
asks a net1
ok "after a restart pods are followed too" poll 60 pod_status_is a "eth0=primary eth1=net1"

ok "DEL of a pod" list_DEL n1 a
ok "and of another" list_DEL n1 c
freed()
{
	[ -z "$(find "$WORK/n1/state" -type f -name 'primary:*')$(addresses 'select(.spec.node == "n1" and .spec.state == "bound").metadata.name')" ]
}
ok "frees all that was theirs" poll 60 freed
rm "$NETD/05-other.conflist" "$NETD/10-primary.conflist"
gone()
{
	[ -z "$(ls -A "$NETD")" ]
}
ok "when the other's file goes, so does ours" poll 60 gone

# As the network of all pods after all.
agent_stop n1
cp "$WORK/n2/net.d/20-ptp.conf" "$NETD/"
beside n1
ok "once more" poll 60 finds 00-vr.conflist
agent_stop n1
agent_first n1
is "without --beside there is one configuration of ours" "$(find "$NETD" -type f -printf '%f\n' | sort | paste -sd' ')" "10-vr.conflist 20-ptp.conf"

done_testing
