#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Settings of one interface: MTU, routes, which interface has the default route,
# sysctls; by a request or by the network's definition.

. "$(dirname "$0")/lib.sh"

define red '"subnets":["198.51.100.0/24","2001:db8:2::/64"],"mtu":1400,'"$IPAM"',
	"routes":[{"dst":"203.0.113.0/26","metric":50,"mtu":1300}],
	"sysctls":{"net.ipv4.conf.IFNAME.rp_filter":"2","net.ipv6.conf.IFNAME.accept_redirects":"0",
	"net.ipv4.neigh.IFNAME.gc_stale_time":"77"}'
define blue '"subnets":["203.0.113.128/25"],'"$IPAM"
CONF='{"cniVersion":"1.1.0","name":"green",'$COMMON',"subnets":["192.0.2.0/24","2001:db8:1::/64"],'$IPAM
ns POD

# request KEYS: an ADD with a request for red
request()
{
	cni ADD POD "$CONF"',"networks":[{"name":"red",'"$1"'}]}'
}

setting()
{
	in_ns POD cat "/proc/sys/net/$1"
}

# defaults FAMILY: the devices of its default routes
defaults()
{
	ip -n "$POD" "-$1" -json route show default | jq -r '[.[] | "\(.dev) \(.gateway)"] | join(", ")'
}

OUT=$(cni ADD POD "$CONF"',"result":"all","sysctls":{"net.ipv4.conf.IFNAME.log_martians":"1"},"networks":["red",{"name":"red","mtu":1350,
	"routes":[{"dst":"203.0.113.0/26","gw":"198.51.100.9","priority":60},{"dst":"2001:db8:77::/48","mtu":1290},
	{"dst":"0.0.0.0/0","table":1000,"advmss":1200},{"dst":"203.0.113.64/26","scope":253},
	{"dst":"::/0","gw":"2001:db8:2::9","table":100}]}]}' 2> /dev/null)
is "MTUs: the network's, and less for one that asks" \
	"$(ip -n "$POD" -json link show type vr | jq -r '[.[].mtu] | join(" ")')" "1500 1400 1350"
is "the runtime is told" "$(get '[.interfaces[].mtu] | join(" ")')" "1500 1400 1350"
is "routes of the definition and of the request" \
	"$(ip -n "$POD" -json route show 203.0.113.0/26 | jq -r '[.[] | "\(.gateway) \(.dev) \(.metric)"] | join(", ")')" \
	"198.51.100.1 eth1 50, 198.51.100.9 eth2 60"
like "the MTU of one" "$(ip -n "$POD" route show 203.0.113.0/26 dev eth1)" 'mtu 1300'
like "of IPv6, by the network's gateway" "$(ip -n "$POD" -6 route show 2001:db8:77::/48)" \
	'via 2001:db8:2::1 dev eth2 .*mtu 1290'
like "a default route of a table of its own" "$(ip -n "$POD" route show table 1000)" \
	'default via 198.51.100.1 dev eth2 .*advmss 1200'
like "the same of IPv6" "$(ip -n "$POD" -6 route show table 100)" 'default via 2001:db8:2::9 dev eth2'
is "CNI_IFNAME keeps the default routes" "$(defaults 4), $(defaults 6)" \
	"eth0 192.0.2.1, eth0 2001:db8:1::1"
like "one on the link" "$(ip -n "$POD" route show 203.0.113.64/26)" '^203.0.113.64/26 dev eth2 .*scope link'
is "sysctls of the definition" "$(setting ipv4/conf/eth1/rp_filter) $(setting ipv6/conf/eth2/accept_redirects) $(setting ipv4/neigh/eth1/gc_stale_time)" \
	"2 0 77"
is "of the configuration" "$(setting ipv4/conf/eth0/log_martians)" 1
is "of no other interface" "$(setting ipv4/conf/eth1/log_martians) $(setting ipv4/conf/eth0/rp_filter)" "0 0"
ping_ok POD 198.51.100.1
ping_ok POD 2001:db8:2::1
ok "CHECK" cni CHECK POD "$CONF"',"prevResult":'"$OUT}"
ok "DEL" cni DEL POD "$CONF}"

ok "the default route of IPv4" request '"default-route":["198.51.100.1"]'
is "is the request's" "$(defaults 4)" "eth1 198.51.100.1"
is "that of IPv6 is eth0's" "$(defaults 6)" "eth0 2001:db8:1::1"
ok "DEL" cni DEL POD "$CONF}"
ok "the default routes of both, by two" cni ADD POD "$CONF"',"networks":[
	{"name":"red","default-route":["2001:db8:2::1"]},{"name":"blue","default-route":["203.0.113.200"]}]}'
is "IPv4" "$(defaults 4)" "eth2 203.0.113.200"
is "IPv6" "$(defaults 6)" "eth1 2001:db8:2::1"
ok "DEL" cni DEL POD "$CONF}"
clean "nothing is left" POD

refusal "an MTU above the network's" 7 '"mtu" is 1401, but that of network "red" is 1400' \
	ADD POD "$CONF"',"networks":[{"name":"red","mtu":1401}]}'
refusal "an MTU too small for IPv6" 7 '"mtu" is 1279, below the least of 1280' \
	ADD POD "$CONF"',"networks":[{"name":"red","mtu":1279}]}'
refusal "a default route of a family it has not" 7 '"default-route" is "2001:db8::1", but the interface has no address' \
	ADD POD "$CONF"',"networks":[{"name":"blue","default-route":["2001:db8::1"]}]}'
refusal "two default routes" 7 '"default-route" of one family for network "red" and for network "blue"' \
	ADD POD "$CONF"',"networks":[{"name":"red","default-route":["198.51.100.1"]},{"name":"blue","default-route":["203.0.113.129"]}]}'
refusal "a default route among others" 7 '"routes" is [{"dst":"0.0.0.0/0"}], with a default route' \
	ADD POD "$CONF"',"networks":[{"name":"red","routes":[{"dst":"0.0.0.0/0"}]}]}'
refusal "sysctls of a request" 2 '"sysctls" is {"net.ipv4.conf.IFNAME.rp_filter":"0"}, a key of definitions' \
	ADD POD "$CONF"',"networks":[{"name":"red","sysctls":{"net.ipv4.conf.IFNAME.rp_filter":"0"}}]}'
for key in net.ipv4.ip_forward net.ipv4.conf.all.rp_filter net.ipv4.conf.IFNAME./../x kernel.core_pattern; do
	refusal "sysctl $key" 7 "\"$key\" is \"1\", not one of an interface" \
		ADD POD "$CONF"',"sysctls":{"'$key'":"1"}}'
done
refusal "a sysctl there is not" 7 '"net.ipv4.conf.IFNAME.nothing" is "1", /proc/sys/net/ipv4/conf/eth0/nothing: No such file' \
	ADD POD "$CONF"',"sysctls":{"net.ipv4.conf.IFNAME.nothing":"1"}}'
refusal "a value it does not take" 7 '"net.ipv4.conf.IFNAME.rp_filter" is "x"' \
	ADD POD "$CONF"',"sysctls":{"net.ipv4.conf.IFNAME.rp_filter":"x"}}'
clean "nothing is left" POD
done_testing
