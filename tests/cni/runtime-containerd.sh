#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Containerd by its CRI socket, as the kubelet has it: sandboxes with three
# interfaces whose address is the one of eth0, which live on when containerd starts
# anew, and of which nothing is left when they go.
# timeout: 600

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/runtime-setup.sh"

command -v cri-client > /dev/null || skip_all "no cri-client; tests/cni-clients builds it"
[ -x "$RUNTIMES/usr/bin/containerd" ] ||
	skip_all "no containerd; tests/vm/kernel runtimes fetches it"

PATH=$RUNTIMES/usr/bin:$RUNTIMES/usr/sbin:$PATH
SOCKET=$WORK/containerd.sock
# All in one folder, because this containerd knows only one.
for name in host-local loopback portmap; do
	ln -s "/usr/lib/cni/$name" "$PLUGINS/$name"
done
ln -s "$TOP/build/vr-cni" "$PLUGINS/vr-cni"
mkdir "$WORK/net.d"
cat > "$WORK/config.toml" << END
version = 2
root = "$WORK/root"
state = "$WORK/run"
[grpc]
address = "$SOCKET"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "docker.io/local/pause:1"
restrict_oom_score_adj = true
disable_apparmor = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "$PLUGINS"
conf_dir = "$WORK/net.d"
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
END

cri()
{
	cri-client "$SOCKET" "$@"
}

start()
{
	# Not in_ns, to have its own number.
	nsenter --net="/run/netns/$NODE" containerd --config "$WORK/config.toml" > "$WORK/containerd.log" 2>&1 &
	echo $! > "$WORK/containerd.pid"
	poll 60 test -S "$SOCKET" && poll 60 ctr -a "$SOCKET" version
}

gone()
{
	! kill -0 "$1"
}

stop()
{
	local pid

	pid=$(< "$WORK/containerd.pid")
	kill "$pid" && poll 30 gone "$pid" && rm -f "$SOCKET"
}

# sandbox NAME [JSON]: its id in $SANDBOX.
sandbox()
{
	SANDBOX=$(cri run <<- END
		{"metadata":{"name":"$1","namespace":"default","uid":"uid-$1"},"hostname":"$1",
		"annotations":{"example.com/key":"value"},
		"linux":{"cgroup_parent":"/vr-test"}${2:+,$2}}
	END
	) || { echo "$SANDBOX"; tail -n 20 "$WORK/containerd.log"; return 1; }
}

# shown ID FILTER
shown()
{
	cri show "$1" | jq -r "$2"
}

netns_of()
{
	basename "$(shown "$1" '.info.runtimeSpec.linux.namespaces[] | select(.type == "network").path')"
}

recorder after
define red '"subnets":["198.51.100.0/24"],'"$IPAM"
define blue '"subnets":["203.0.113.0/24","2001:db8:3::/64"],'"$IPAM"

on_exit stop
ok "containerd starts" start
fails "without a configuration its network is not ready" cri ready
# It looks at what is renamed in its folder, and not at what is made there.
cat > "$WORK/net.d/.new" << END
{"cniVersion":"1.0.0","cniVersions":["0.4.0","1.0.0","1.1.0"],"name":"green","plugins":[{$COMMON,$IPAM,
"subnets":["192.0.2.0/24","2001:db8:1::/64"],"networks":["red","blue"],"hostInterface":"vr-host",
"capabilities":{"ips":true,"mac":true,"io.kubernetes.cri.pod-annotations":true}},
{"type":"portmap","capabilities":{"portMappings":true}},
{"type":"after","capabilities":{"io.kubernetes.cri.pod-annotations":true}}]}
END
mv "$WORK/net.d/.new" "$WORK/net.d/10-green.conflist"
ok "with ours it is" poll 20 cri ready

image "$WORK/image.tar" docker.io/local/pause:1
ok "an image" ctr -a "$SOCKET" -n k8s.io images import --snapshotter native "$WORK/image.tar"
sandbox a '"port_mappings":[{"container_port":80,"host_port":8080}]'
is "a sandbox" $? 0
ID_A=$SANDBOX
sandbox b
is "another" $? 0
ID_B=$SANDBOX
A=$(netns_of "$ID_A") B=$(netns_of "$ID_B")
is "three interfaces" "$(ip -n "$A" -json link show type vr | jq -c '[.[].ifname]')" \
	'["eth0","eth1","eth2"]'
for id in A B; do
	name=ID_$id
	is "the addresses of $id are those of eth0" \
		"$(shown "${!name}" '.status.network | [.ip, .additional_ips[].ip] | join(" ")')" \
		"$(address "${!id}" eth0) $(address "${!id}" eth0 6)"
done
for net in eth0 eth1 eth2; do
	ping_ok A "$(address "$B" $net)"
done
ping_ok A "$(address "$B" eth0 6)"
ping_ok NODE "$(address "$A" eth0)"
is "the pod's annotations come without asking for them" \
	"$(calls after '.[0].input.runtimeConfig["io.kubernetes.cri.pod-annotations"]["example.com/key"]')" value
like "the port is mapped" "$(in_ns NODE iptables -t nat -S)" \
	"--dport 8080 -j DNAT --to-destination $(address "$A" eth0):80"

ok "containerd stops" stop
ping_ok A "$(address "$B" eth2)"
ok "... and starts again" start
is "both sandboxes are there" "$(cri list | sort)" "$(printf '%s\n' "$ID_A" "$ID_B" | sort)"
is "... with their addresses" "$(shown "$ID_A" .status.network.ip)" "$(address "$A" eth0)"
sandbox c
is "one more" $? 0
ID_C=$SANDBOX
C=$(netns_of "$ID_C")
ping_ok C "$(address "$A" eth1)"

forget after
ok "A stops" cri stop "$ID_A"
ok "... and again" cri stop "$ID_A"
ok "... and is removed" cri remove "$ID_A"
is "DEL with the namespace and result, then without" \
	"$(calls after '[.[] | select(.id == "'"$ID_A"'") | "\(.netns != "") \(.input.prevResult != null)"] | unique | join(", ")')" \
	"false false, true true"
is "no rule of the port is left" "$(in_ns NODE iptables -t nat -S | grep 8080)" ""
ping_ok B "$(address "$C" eth0)"
ip netns del "$B"
for id in "$ID_B" "$ID_C"; do
	ok "the others stop, the namespace of one is gone" cri stop "$id"
	ok "... and are removed" cri remove "$id"
done
is "no sandbox is left" "$(cri list)" ""
clean "nothing is left"
ok "containerd stops" stop
done_testing
