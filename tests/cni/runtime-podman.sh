#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Podman with its CNI backend: containers on two networks, one of which brings a
# further interface; a static address and MAC; a published port, by the portmap
# plugin behind ours.
# timeout: 600

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/runtime-setup.sh"

PODMAN=$RUNTIMES/usr/bin/podman
[ -x "$PODMAN" ] || skip_all "no podman; tests/vm/kernel runtimes fetches it"

# Its settings are files of /etc, which others see, too.
mkdir -p /etc/containers "$WORK/net.d"
mount -t tmpfs tmpfs /etc/containers
echo '{"default":[{"type":"insecureAcceptAnything"}]}' > /etc/containers/policy.json
ln -s "$TOP/build/vr-cni" "$PLUGINS/vr-cni"
cat > "$WORK/containers.conf" << END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
seccomp_profile = "unconfined"
apparmor_profile = "unconfined"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "runc"
conmon_path = ["$RUNTIMES/usr/bin/conmon"]
[engine.runtimes]
runc = ["$RUNTIMES/usr/sbin/runc"]
[network]
network_backend = "cni"
cni_plugin_dirs = ["$PLUGINS", "/usr/lib/cni"]
network_config_dir = "$WORK/net.d"
END
cat > "$WORK/storage.conf" << END
[storage]
driver = "vfs"
graphroot = "$WORK/storage"
runroot = "$WORK/run"
END
export CONTAINERS_CONF=$WORK/containers.conf CONTAINERS_STORAGE_CONF=$WORK/storage.conf

podman()
{
	in_ns NODE "$PODMAN" "$@"
}

backend=$(podman info --format '{{.Host.NetworkBackend}}' 2>&1)
[ "$backend" = cni ] || skip_all "this podman has no CNI backend: $backend"

recorder after
define red '"subnets":["203.0.113.0/24"],'"$IPAM"
# Podman asks for its networks in any order, and the first has the default route:
# the way back to the outside has one of its own.
cat > "$WORK/net.d/10-green.conflist" << END
{"cniVersion":"0.4.0","name":"green","plugins":[{$COMMON,$IPAM,
"subnets":["192.0.2.0/24","2001:db8:1::/64"],"networks":["red@data0"],"hostInterface":"vr-host",
"routes":[{"dst":"10.0.0.0/24"}],
"capabilities":{"ips":true,"mac":true}},
{"type":"portmap","capabilities":{"portMappings":true}},{"type":"after"}]}
END
cat > "$WORK/net.d/20-blue.conflist" << END
{"cniVersion":"0.4.0","name":"blue","plugins":[{$COMMON,$IPAM,"subnets":["198.51.100.0/24"],
"capabilities":{"ips":true,"mac":true}}]}
END
image "$WORK/image.tar" localhost/busybox:1
ok "an image" podman load -q -i "$WORK/image.tar"
like "podman lists the networks" "$(podman network ls --format '{{.Name}}' | tr '\n' ' ')" \
	'blue.*green'

# The namespace of a container, where ip finds it.
netns_of()
{
	basename "$(podman inspect --format '{{.NetworkSettings.SandboxKey}}' "$1")"
}

# inspected CONTAINER FILTER
inspected()
{
	podman inspect "$1" | jq -r ".[0].NetworkSettings.Networks | $2"
}

ns OUTSIDE
ip -n "$NODE" link add uplink type veth peer name eth0 netns "$OUTSIDE"
ip -n "$NODE" address add 10.0.0.1/24 dev uplink
ip -n "$NODE" link set uplink up
ip -n "$OUTSIDE" address add 10.0.0.2/24 dev eth0
ip -n "$OUTSIDE" link set eth0 up
in_ns NODE sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'

# Without names podman numbers them in any order.
SERVE='while :; do echo hello | busybox nc -l -p 80; done'
ok "a container on two networks, with addresses, a MAC and a port" podman run -d --name a \
	--network green:interface_name=eth0,ip=192.0.2.77,mac=02:00:00:00:00:77 \
	--network blue:interface_name=eth1,ip=198.51.100.99 \
	-p 8080:80 localhost/busybox:1 /bin/busybox sh -c "$SERVE"
ok "another, with addresses as they come" podman run -d --name b \
	--network green:interface_name=eth0 --network blue:interface_name=eth1 localhost/busybox:1
A=$(netns_of a) B=$(netns_of b)
is "the networks' interfaces, and the one that green brings" \
	"$(ip -n "$A" -json link show type vr | jq -r '[.[].ifname] | sort | join(" ")')" "data0 eth0 eth1"
is "the static address" "$(address "$A" eth0)" 192.0.2.77
is "the static MAC" "$(ip -n "$A" -json link show eth0 | jq -r '.[0].address')" 02:00:00:00:00:77
is "podman tells both" "$(inspected a '.green | "\(.IPAddress) \(.MacAddress)"')" \
	"192.0.2.77 02:00:00:00:00:77"
is "the static address of the other network" "$(address "$A" eth1)" 198.51.100.99
is "podman tells it" "$(inspected a .blue.IPAddress)" 198.51.100.99
is "podman tells what b was given" "$(inspected b '[.green.IPAddress, .blue.IPAddress] | join(" ")')" \
	"$(address "$B" eth0) $(address "$B" eth1)"
for dev in eth0 eth1 data0; do
	ping_ok A "$(address "$B" $dev)"
done
ping_ok A "$(address "$B" eth0 6)"
ok "the container itself reaches b" podman exec a /bin/busybox ping -c 1 "$(address "$B" eth0)"

fetch()
{
	[ "$(in_ns OUTSIDE busybox nc -w 5 10.0.0.1 8080 < /dev/null)" = hello ]
}
if in_ns NODE iptables -t nat -S 2> /dev/null | grep -q CNI-DN; then
	ok "the published port answers from outside" poll 10 fetch
else
	_report 1 "portmap made its rules"
fi
is "the plugin behind ours has port and result" \
	"$(calls after '.[0] | "\(.command) \(.input.prevResult.ips[0].address)"')" "ADD 192.0.2.77/24"

ok "stop and start" podman restart -t 0 b
B=$(netns_of b)
ping_ok A "$(address "$B" eth0)"
ok "remove both" podman rm -f -t 0 a b
is "no rule of the port is left" "$(in_ns NODE iptables -t nat -S | grep 8080)" ""
clean "nothing is left"
done_testing
