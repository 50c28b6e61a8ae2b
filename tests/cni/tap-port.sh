#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 240
#
# Ports of kind tap: who chooses them, that they carry packets as soon as ADD returns,
# and that neither DEL, an ADD that fails or was killed, nor the end of the namespace
# leaves a device on the host.

. "$(dirname "$0")/lib.sh"

modprobe -q veth || skip_all "no veth in this kernel"
define red '"subnets":["198.51.100.0/24"],"mtu":1400,'"$IPAM"
define blue '"subnets":["203.0.113.0/24"],"port":"tap",'"$IPAM"
CONF='{"cniVersion":"1.1.0","name":"green",'$COMMON',"subnets":["192.0.2.0/24","2001:db8:1::/64"],'$IPAM
TAP=$CONF',"port":"tap","networks":["red"]'
ns POD OTHER

# taps: the host ends
taps()
{
	ip -n "$NODE" -json link show type veth | jq -r '[.[].ifname] | join(" ")'
}

# kinds CONF [VAR=VALUE...]: what each interface of the container becomes
kinds()
{
	cni ADD POD "$@" > /dev/null 2>&1
	vrctl -n "$NODE" -j port show | jq -r '[.[] | "\(.description | sub(".*/"; ""))=\(.kind)"] | sort | join(" ")'
	cni DEL POD "$@" > /dev/null 2>&1
}

# annotated JSON [KEYS]: what becomes of eth0 and eth1
annotated()
{
	kinds "$CONF"',"networks":["red"],"runtimeConfig":{"io.kubernetes.cri.pod-annotations":'"$1}${2:+,$2}}"
}

is "native, unless something is said" "$(kinds "$CONF"',"networks":["red"]}')" "eth0=native eth1=native"
is "by the configuration" "$(kinds "$TAP}")" "eth0=tap eth1=tap"
is "by the network, before the configuration" "$(kinds "$CONF"',"port":"native","networks":["blue"]}')" "eth0=native eth1=tap"
RUNTIME='"portByRuntime":{"kata":"tap"}'
HANDLER='"io.kubernetes.cri.runtime-handler":"kata"'
is "by the runtime handler" "$(annotated "{$HANDLER}" "$RUNTIME")" "eth0=tap eth1=tap"
is "another one" "$(annotated "{\"io.kubernetes.cri.runtime-handler\":\"runc\"}" "$RUNTIME")" "eth0=native eth1=native"
is "by the annotation" "$(annotated '{"vrctl.dev/port":"tap"}')" "eth0=tap eth1=tap"
is "of one interface, before all others" "$(annotated "{$HANDLER,\"vrctl.dev/port\":\"eth1=native, net1=tap\"}" "$RUNTIME")" \
	"eth0=tap eth1=native"
is "of one and of all" "$(annotated '{"vrctl.dev/port":"tap,eth0=native"}')" "eth0=native eth1=tap"
clean "nothing is left" POD
is "no host end" "$(taps)" ""

OUT=$(cni ADD POD "$TAP"',"result":"all"}' CNI_ARGS=IP=192.0.2.50 2> /dev/null)
names=$(taps)
like "names of the host ends" "$names" '^tap[0-9a-f]{12} tap[0-9a-f]{12}$'
is "they are in the result, without a sandbox" \
	"$(get '[.interfaces[] | select(.sandbox | not).name] | sort | join(" ")')" "$(tr ' ' '\n' <<< "$names" | sort | xargs)"
is "behind those of the container" "$(get '[.interfaces[].name] | .[0] + " " + .[1]')" "eth0 eth1"
is "MTUs of both ends" "$( (ip -n "$POD" -json link show type veth; ip -n "$NODE" -json link show type veth) |
	jq -r '.[].mtu' | sort | xargs)" "1400 1400 1500 1500"
is "no IPv6 address on the host" "$(ip -n "$NODE" -6 addr show type veth)" ""
is "the container's own are usable" "$(ip -n "$POD" -6 addr show dev eth0 scope global tentative)" ""
in_ns POD ping -q -c 1 -W 0.8 192.0.2.1 > /dev/null
is "the gateway answers the first packet" $? 0
ping_ok POD 2001:db8:1::1
ping_ok POD 198.51.100.1
ok "CHECK" cni CHECK POD "$TAP"',"prevResult":'"$OUT}"
ID=other
ok "a native one" cni ADD OTHER "$CONF}"
ping_ok OTHER 192.0.2.50
ping_ok POD "$(ip -n "$OTHER" -4 -json addr show eth0 | jq -r '.[0].addr_info[0].local')"
ok "DEL of it" cni DEL OTHER "$CONF}"
ID=container
port=$(vrctl -n "$NODE" -j port show network green | jq -r '.[0].ifname')
ip -n "$NODE" link set "$port" down
fails "CHECK: a host end that is down" cni CHECK POD "$TAP"',"prevResult":'"$OUT}"
ok "DEL" cni DEL POD "$TAP}"
clean "nothing is left" POD
is "no host end" "$(taps)" ""
is "nor one in the container" "$(ip -n "$POD" link show type veth)" ""
is "the same names again" "$(cni ADD POD "$TAP}" > /dev/null 2>&1; taps | tr ' ' '\n' | sort | xargs)" \
	"$(tr ' ' '\n' <<< "$names" | sort | xargs)"
ok "DEL without a namespace" cni DEL '' "$TAP}"
is "no host end" "$(taps)" ""
clean "nothing is left" POD

# Another device has the name.
ip -n "$NODE" link add "${names%% *}" type dummy
ok "a name that is taken" cni ADD POD "$TAP}"
is "is left alone" "$(taps | wc -w) $(taps | grep -c "${names%% *}")" "2 0"
ok "DEL" cni DEL POD "$TAP}"
is "and stays" "$(ip -n "$NODE" -json link show type dummy | jq -r '.[].ifname')" "${names%% *}"
ip -n "$NODE" link del "${names%% *}"

# The state file is lost: by what the port is for.
ok "ADD" cni ADD POD "$TAP}"
rm "$STATE"/*.json
ok "DEL without a file" cni DEL POD "$TAP}"
is "no host end" "$(taps)" ""

# The container's namespace goes first.
ok "ADD" cni ADD POD "$TAP}"
path=/run/netns/$POD
ip netns del "$POD"
poll 10 eval '[ -z "$(taps)" ]'
is "the pair goes with the namespace" "$(taps)" ""
ok "DEL" cni DEL "$path" "$TAP}"
ip netns add "$POD"
clean "nothing is left" POD

refusal "an address that is in use" 100 'in use' ADD POD "$CONF"',"port":"tap","networks":[{"name":"red","ips":["198.51.100.77"]},
	{"name":"red","mac":"02:00:00:00:00:09"},{"name":"red","mac":"02:00:00:00:00:09"}]}'
is "and no host end" "$(taps)" ""

# Killed when it has made the first device.
(
	until [ -n "$(taps)" ]; do read -r -t 0.002 -u "$_never"; done
	kill -9 "$(cat "$WORK/pid")"
) 2> /dev/null &
in_ns NODE env CNI_COMMAND=ADD CNI_CONTAINERID=$ID CNI_IFNAME=eth0 CNI_NETNS="/run/netns/$POD" \
	bash -c 'echo $$ > "$0"; exec vr-cni' "$WORK/pid" \
	<<< "$CONF"',"port":"tap","networks":["red","red","red","red","red","red"]}' > /dev/null 2>&1
wait $!
like "an ADD that was killed" "$(taps)" ^tap
ok "DEL" cni DEL POD "$TAP}"
is "no host end" "$(taps)" ""
clean "nothing is left" POD

refusal "another kind" 7 '"port" is "veth", neither "native" nor "tap"' ADD POD "$CONF"',"port":"veth"}'
refusal "another kind of a runtime" 7 '"kata" is "x"' ADD POD "$CONF"',"portByRuntime":{"kata":"x"}}'
refusal "an annotation" 7 'annotation "vrctl.dev/port" is "eth0=x"' ADD POD \
	"$CONF"',"runtimeConfig":{"io.kubernetes.cri.pod-annotations":{"vrctl.dev/port":"eth0=x"}}}'
done_testing
