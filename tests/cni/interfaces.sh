#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What a configuration asks for is what the container gets: names, MACs, addresses,
# MTU, networks without addresses, IPv6 that is usable at once.

. "$(dirname "$0")/lib.sh"

define red '"subnets":["198.51.100.0/24"],"mtu":1300,"vni":77,'"$IPAM"
define team/blue '"subnets":["203.0.113.0/24"],"gatewayMac":"02:00:00:00:aa:01",'"$IPAM"
define layer2 '"ipam":{}'
define six '"subnets":["2001:db8:6::/64"],'"$IPAM"
CONF='{"cniVersion":"1.0.0","name":"green",'$COMMON','$IPAM',"subnets":["192.0.2.0/24"]'
ns POD SIX BACK

names()
{
	ip -n "$POD" -json link show type vr | jq -r '[.[].ifname] | join(" ")'
}

ok "numbers leave out names that are taken" cni ADD POD "$CONF"',
	"networks":["red","red@eth1",{"name":"team/blue","interface":"data0"},"layer2"],
	"args":{"cni":{"networks":["red"]}}}'
is "eth0, then those asked for" "$(names)" "eth0 eth2 eth1 data0 eth3 eth4"
is "each in its network" \
	"$(vrctl -n "$NODE" -j port show | jq -r 'sort_by(.ifname) | [.[] | .ifname + "=" + .network] | join(" ")')" \
	"data0=team/blue eth0=green eth1=red eth2=red eth3=layer2 eth4=red"
is "the network's MTU" "$(ip -n "$POD" -json link show eth1 | jq '.[0].mtu')" 1300
is "its VNI" "$(vrctl -n "$NODE" -j network show red | jq '.[0].vni')" 77
is "its gateway MAC" "$(vrctl -n "$NODE" -j network show team/blue | jq -r '.[0].gateway_mac')" \
	02:00:00:00:aa:01
is "no address without IPAM" "$(ip -n "$POD" -4 addr show eth3)" ""
is "networks are ours" \
	"$(vrctl -n "$NODE" -j network show | jq -r '[.[].origin] | unique | join(" ")')" cni
ok "DEL" cni DEL POD "$CONF}"
clean "nothing is left" POD

ok "first interface by another name" cni ADD POD "$CONF"',"networks":["red"]}' CNI_IFNAME=eth1
is "which is not used twice" "$(names)" "eth1 eth2"
ok "DEL" cni DEL POD "$CONF}" CNI_IFNAME=eth1

ok "MAC by CNI_ARGS, addresses by name" \
	cni ADD POD "$CONF"',"networks":[{"name":"red","mac":"02:00:00:00:00:11","ips":["198.51.100.99"]}]}' \
	'CNI_ARGS=IgnoreUnknown=1;MAC=02:00:00:00:00:10;IP=192.0.2.50;K8S_POD_NAME=p'
is "MACs" "$(ip -n "$POD" -json link show type vr | jq -r '[.[].address] | join(" ")')" \
	"02:00:00:00:00:10 02:00:00:00:00:11"
is "addresses" "$(ip -n "$POD" -4 -json addr show type vr | jq -r '[.[].addr_info[]?.local] | join(" ")')" \
	"192.0.2.50 198.51.100.99"
ok "DEL" cni DEL POD "$CONF}"

ok "MAC and address by capabilities" \
	cni ADD POD "$CONF"',"runtimeConfig":{"mac":"02:00:00:00:00:12","ips":["192.0.2.51"]}}'
is "MAC" "$(ip -n "$POD" -json link show eth0 | jq -r '.[0].address')" 02:00:00:00:00:12
is "address" "$(ip -n "$POD" -4 -json addr show eth0 | jq -r '.[0].addr_info[0].local')" 192.0.2.51
ok "DEL" cni DEL POD "$CONF}"

OUT=$(cni ADD POD "$CONF"',"dns":{"nameservers":["192.0.2.53"]}}')
is "name servers of the configuration" "$(get '.dns.nameservers[0]')" 192.0.2.53
ok "DEL" cni DEL POD "$CONF}"

# Docker and others create namespaces with IPv6 switched off.
in_ns SIX sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
for pod in SIX BACK; do
	ID=$pod
	ok "IPv6 in $pod" cni ADD $pod '{"cniVersion":"1.0.0","name":"six",'"$COMMON"'}'
done
is "no address waits for duplicate address detection" \
	"$(ip -n "$SIX" -6 addr show dev eth0 scope global tentative)" ""
ping_ok SIX 2001:db8:6::3
ping_ok SIX 2001:db8:6::1
is "no router advertisement is accepted" "$(in_ns SIX cat /proc/sys/net/ipv6/conf/eth0/accept_ra)" 0
ok "IPv4 without IPv6" cni ADD SIX "$CONF}" CNI_IFNAME=eth1
is "leaves IPv6 off" "$(in_ns SIX cat /proc/sys/net/ipv6/conf/eth1/disable_ipv6)" 1
done_testing
