#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# DEL removes what ADD made and nothing else, any number of times, with namespace,
# definition, configuration or state gone.
# timeout: 300

. "$(dirname "$0")/lib.sh"

CONF='{"cniVersion":"1.0.0","name":"green",'$COMMON','$IPAM',"subnets":["192.0.2.0/24"],
	"networks":["red"]}'

prepare()
{
	define red '"subnets":["198.51.100.0/24"],'"$IPAM"
	ns "$1"
	ID=id-$1
	ok "add $1" cni ADD "$1" "$CONF"
}

# What another program made is not ours.
vrctl -n "$NODE" network add other subnet 203.0.113.1/24

others_stay()
{
	is "what others made stays" \
		"$(vrctl -n "$NODE" -j network show | jq -r '.[].name' | tr '\n' ' ')" "other "
}

prepare A
ip -n "$A" link add dummy0 type dummy
for i in 1 2 3 4 5; do
	ok "delete, time $i" cni DEL A "$CONF"
done
is "nothing printed" "$(cni DEL A "$CONF")" ""
is "a device of others stays" "$(ip -n "$A" -json link show dummy0 | jq length)" 1
is "no port is left" "$(vrctl -n "$NODE" -j port show)" "[]"
is "no address is left" "$(find "$STORE" -name '*.*.*.*')" ""
is "no state is left" "$(ls -A "$STATE")" ""
others_stay

prepare B
ok "delete without a namespace" cni DEL '' "$CONF"
is "which is there: its devices are gone" "$(ip -n "$B" link show type vr)" ""
others_stay

prepare C
ip netns del "$C"
ok "delete with the namespace gone" cni DEL "/run/netns/$C" "$CONF"
others_stay
is "no address is left" "$(find "$STORE" -name '*.*.*.*')" ""

# The namespace is gone by name, but a process keeps it alive.
prepare D
in_ns D sleep 1000 &
holds()
{
	[ -n "$(ip netns pids "$D")" ]
}
poll 5 holds
ip netns del "$D"
ok "delete with the namespace out of reach" cni DEL '' "$CONF"
is "its ports are detached" "$(vrctl -n "$NODE" -j port show)" "[]"
others_stay
kill $!

prepare E
rm "$NETWORKS/red.json"
ok "delete with a definition gone" cni DEL E "$CONF"
is "its address is given back too" "$(find "$STORE" -name '*.*.*.*')" ""

prepare F
ok "delete with another configuration" \
	cni DEL F '{"cniVersion":"0.4.0","name":"green",'"$COMMON"',"mtu":"none"}'
others_stay
is "no address is left" "$(find "$STORE" -name '*.*.*.*')" ""

prepare G
rm -r "$STATE"
ok "delete with the state gone" cni DEL G "$CONF"
is "its devices are found by what their ports are for" "$(ip -n "$G" link show type vr)" ""
is "and its addresses" "$(find "$STORE" -name '*.*.*.*')" ""
others_stay

prepare H
for file in "$STATE"/*; do
	truncate -s 100 "$file"
done
ok "delete with the state cut off" cni DEL H "$CONF"
is "the file is gone" "$(ls -A "$STATE")" ""
is "and the addresses" "$(find "$STORE" -name '*.*.*.*')" ""

prepare I
ip -n "$I" link set eth1 down
ip -n "$I" link set eth1 address 02:00:00:00:00:99
ok "delete a device whose MAC was changed" cni DEL I "$CONF"
is "it is gone" "$(ip -n "$I" link show type vr)" ""

# The container came back under its path, in a namespace of its own.
prepare J
ip netns del "$J"
ip netns add "$J"
ip -n "$J" link add eth0 type dummy
ok "delete with another namespace at its path" cni DEL J "$CONF"
is "which is left alone" "$(ip -n "$J" -json link show eth0 | jq length)" 1
others_stay

ID=never
ok "delete what was never added" cni DEL J "$CONF"
ok "delete what could not be added" cni DEL J '{"cniVersion":"1.0.0","name":"x",'"$COMMON"'}'
vrctl -n "$NODE" network del other
clean "nothing is left"
done_testing
