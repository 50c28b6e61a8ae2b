#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# ADD of eth0 and eth1 works on a host that has an eth0 and an eth1, which the
# kernel would find in the way, and does not touch them.

. "$(dirname "$0")/lib.sh"

define red '"subnets":["198.51.100.0/24"],'"$IPAM"
CONF='{"cniVersion":"1.0.0","name":"green",'$COMMON','$IPAM',"subnets":["192.0.2.0/24"],
	"networks":["red"]}'
ns POD
for name in eth0 eth1; do
	ip -n "$NODE" link add $name type dummy
done
before=$(ip -n "$NODE" -json link show | jq -c '[.[] | [.ifindex, .ifname, .address]]')
fails "stock iproute2 cannot" ip -n "$NODE" link add eth1 netns "$POD" type vr
ok "ADD can" cni ADD POD "$CONF"
is "eth0 and eth1" "$(ip -n "$POD" -json link show type vr | jq -c '[.[].ifname]')" '["eth0","eth1"]'
ok "DEL" cni DEL POD "$CONF"
is "the host's are untouched" \
	"$(ip -n "$NODE" -json link show | jq -c '[.[] | [.ifindex, .ifname, .address]]')" "$before"
clean "nothing is left" POD
done_testing
